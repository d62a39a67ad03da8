//! Times as the reader's clock shows them, and the time between two of them.

use crate::screen::{elapsed, seconds};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::time::Duration;

/// The reader's time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this machine.
    pub fn here() -> Self {
        Self(TimeZone::system())
    }

    /// This zone.
    pub fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    fn at(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.0.clone())
    }

    /// `22:04:11`.
    pub fn time(&self, at: Timestamp) -> String {
        let at = self.at(at);
        format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    }

    /// `2026-11-28 22:19`.
    pub fn minute(&self, at: Timestamp) -> String {
        let local = self.at(at);
        format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
    }

    /// `2026-11-21 21:41:50`.
    pub fn date_time(&self, at: Timestamp) -> String {
        format!("{} {}", self.at(at).date(), self.time(at))
    }

    /// The zone's name at that time: `CET`.
    pub fn name(&self, at: Timestamp) -> String {
        self.0.to_offset_info(at).abbreviation().to_owned()
    }

    /// `2026-11-21 21:41:50 to 22:19:02 CET`; the second date where it is another.
    pub fn span(&self, from: Timestamp, to: Timestamp) -> String {
        let same = self.at(from).date() == self.at(to).date();
        let to_text = if same { self.time(to) } else { self.date_time(to) };
        format!("{} to {to_text} {}", self.date_time(from), self.name(to))
    }
}

/// The time from one moment to another; none when clocks went backwards.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// How long something lasted, by a journal: `0.4s`, `1s`, `2m 31s`.
pub fn lasted(took: Duration) -> String {
    // Less than a second is told in tenths, so that no step took no time.
    if took < Duration::from_secs(1) { elapsed(took) } else { seconds(took) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

    use super::*;

    #[test]
    fn times_are_the_readers() {
        let zone = Zone::new(TimeZone::fixed(jiff::tz::offset(1)));
        let at: Timestamp = "2026-11-21T21:04:11Z".parse().unwrap();
        assert_eq!(zone.time(at), "22:04:11");
        assert_eq!(zone.minute(at), "2026-11-21 22:04");
        let next: Timestamp = "2026-11-21T23:00:00Z".parse().unwrap();
        assert_eq!(zone.span(at, next), "2026-11-21 22:04:11 to 2026-11-22 00:00:00 +01");
        let utc = Zone::new(TimeZone::UTC);
        assert_eq!(utc.span(at, next), "2026-11-21 21:04:11 to 23:00:00 UTC");
    }

    #[test]
    fn a_clock_that_went_backwards_took_no_time() {
        let at: Timestamp = "2026-11-21T21:04:11Z".parse().unwrap();
        let next: Timestamp = "2026-11-21T21:04:12.5Z".parse().unwrap();
        assert_eq!(between(at, next), Duration::from_millis(1500));
        assert_eq!(between(next, at), Duration::ZERO);
    }
}
