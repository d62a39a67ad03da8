//! What time it is: the one place that asks the machine, so that tests can put the clock forward.

use jiff::Timestamp;

/// Now. Built with the feature `faults` it is as much later as `SWITCHBACK_CLOCK_AHEAD` says, in seconds.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(ahead()).unwrap_or(now)
}

#[cfg(feature = "faults")]
fn ahead() -> jiff::SignedDuration {
    let seconds = std::env::var("SWITCHBACK_CLOCK_AHEAD").ok().and_then(|text| text.parse().ok());
    jiff::SignedDuration::from_secs(seconds.unwrap_or(0))
}

#[cfg(not(feature = "faults"))]
fn ahead() -> jiff::SignedDuration {
    jiff::SignedDuration::ZERO
}
