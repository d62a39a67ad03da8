//! Marks of a time axis.

use crate::screen::{elapsed, limit};
use std::time::Duration;

/// No more marks than these, so that their words have room.
const MOST: u64 = 8;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Distances that people count in, in milliseconds.
const STEPS: [u64; 24] = [
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
];

/// Where marks stand in a span of so many milliseconds, and what they say.
pub(super) fn ticks(span: u64) -> Vec<(u64, String)> {
    let fits = |step: &u64| span / step < MOST;
    let last = STEPS.last().copied().unwrap_or(DAY);
    let step = STEPS.into_iter().find(fits).unwrap_or_else(|| (span / last / MOST + 1) * last);
    (0..=span / step).map(|number| (number * step, shown(number * step, step))).collect()
}

fn shown(at: u64, step: u64) -> String {
    match Duration::from_millis(at) {
        Duration::ZERO => "0s".to_owned(),
        at if step < SECOND => elapsed(at),
        at => limit(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(span: u64) -> String {
        ticks(span).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn marks_are_numbers_that_people_count_in() {
        assert_eq!(words(0), "0s");
        assert_eq!(words(700), "0s 0.1s 0.2s 0.3s 0.4s 0.5s 0.6s 0.7s");
        assert_eq!(words(2600), "0s 0.5s 1.0s 1.5s 2.0s 2.5s");
        assert_eq!(words(37 * MINUTE + 12 * SECOND), "0s 5m 10m 15m 20m 25m 30m 35m");
        assert_eq!(words(3 * HOUR), "0s 30m 1h 1h30m 2h 2h30m 3h");
        assert_eq!(words(7 * DAY), "0s 24h 2d 3d 4d 5d 6d 7d");
    }

    #[test]
    fn there_are_a_few_marks_in_any_span() {
        for exponent in 8..63 {
            for span in [1_u64 << exponent, (1 << exponent) / 5 * 7] {
                let marks = ticks(span);
                assert!((2..=8).contains(&marks.len()), "{span}: {marks:?}");
                assert!(marks.iter().all(|(at, _)| *at <= span));
            }
        }
    }
}
