//! Durations and sizes as screens write them.

use std::time::Duration;

/// How long something took: `0.4s`, `6.0s`, `41s`, `2m 31s`, `1h 04m`.
///
/// Tenths stand below ten seconds only, and what took any time at all took at least `0.1s`.
pub fn elapsed(took: Duration) -> String {
    let tenths = (took.as_millis() + 50) / 100;
    if tenths >= 100 {
        return seconds(took);
    }
    let tenths = if took.is_zero() { 0 } else { tenths.max(1) };
    format!("{}.{}s", tenths / 10, tenths % 10)
}

/// How long, to the second: `1s`, `53s`, `1m 04s`, `1h 04m`, `8d 02h`; for clocks that run and times from a journal.
pub fn seconds(took: Duration) -> String {
    let all = took.as_secs() + u64::from(took.subsec_millis() >= 500);
    let (minutes, hours, days) = (all / 60, all / 3600, all / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{all}s"),
        (0, 0, _) => format!("{minutes}m {:02}s", all % 60),
        (0, _, _) => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

/// How long something quick took: `31ms` below a second, then as [`elapsed`].
pub fn quick(took: Duration) -> String {
    if took.as_millis() < 1000 { format!("{}ms", took.as_millis()) } else { elapsed(took) }
}

/// A limit, as a plan writes it: `3s`, `5m`, `1h`, `1h30m`, `24h`, `7d`.
pub fn limit(limit: Duration) -> String {
    let all = limit.as_secs();
    if all == 0 {
        return format!("{}ms", limit.as_millis());
    }
    // One day is written `24h`, as people do; more are days.
    let days = if all >= 2 * 86_400 { all / 86_400 } else { 0 };
    let rest = all - days * 86_400;
    let parts = [(days, "d"), (rest / 3600, "h"), (rest / 60 % 60, "m"), (rest % 60, "s")];
    let written = parts.iter().filter(|(number, _)| *number > 0);
    written.map(|(number, unit)| number.to_string() + unit).collect()
}

/// How old something is, as exact as one cares: `less than 1m`, `12m`, `3h12m`, `7d5h`.
pub fn age(age: Duration) -> String {
    let all = age.as_secs();
    let unit = if all >= 2 * 86_400 { 3600 } else { 60 };
    match all - all % unit {
        0 => "less than 1m".to_owned(),
        whole => limit(Duration::from_secs(whole)),
    }
}

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// A number of bytes: `812 bytes`, `12 KiB`, `41.2 GiB`.
pub fn size(bytes: u64) -> String {
    let (number, unit) = scaled(bytes, bytes);
    format!("{number} {unit}")
}

/// How much of how much, in the unit of the whole: `34.7 of 41.2 GiB`.
pub fn size_of(part: u64, whole: u64) -> String {
    let (number, unit) = scaled(part, whole);
    format!("{number} of {} {unit}", scaled(whole, whole).0)
}

/// A number of bytes in the unit that suits `whole`, with a tenth where it says something.
fn scaled(bytes: u64, whole: u64) -> (String, &'static str) {
    if whole < 1024 {
        return (bytes.to_string(), if whole == 1 { "byte" } else { "bytes" });
    }
    let mut divisor = 1024_u64;
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // A whole that would round to 1024 of a unit is one of the next.
    while (u128::from(whole) * 10 + u128::from(divisor) / 2) / u128::from(divisor) >= 10_240 {
        let Some(next) = units.next() else { break };
        (divisor, unit) = (divisor * 1024, next);
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(divisor) / 2) / u128::from(divisor);
    match (tenths / 10, tenths % 10) {
        (number, 0) => (number.to_string(), unit),
        (number, tenth) => (format!("{number}.{tenth}"), unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn elapsed_has_tenths_below_ten_seconds() {
        let said: Vec<_> = [0.0, 0.001, 0.44, 6.0, 9.94, 9.96, 41.3].map(|at| elapsed(of(at))).into();
        assert_eq!(said, ["0.0s", "0.1s", "0.4s", "6.0s", "9.9s", "10s", "41s"]);
        assert_eq!(elapsed(of(999.0)), "16m 39s");
    }

    #[test]
    fn there_are_never_more_than_two_units() {
        let said: Vec<_> = [1.0, 59.6, 64.0, 3599.0, 3840.0, 93_600.0].map(|at| seconds(of(at))).into();
        assert_eq!(said, ["1s", "1m 00s", "1m 04s", "59m 59s", "1h 04m", "1d 02h"]);
    }

    #[test]
    fn milliseconds_stand_below_a_second_only() {
        assert_eq!(quick(of(0.031)), "31ms");
        assert_eq!(quick(of(0.9999)), "999ms");
        assert_eq!(quick(of(1.0)), "1.0s");
    }

    #[test]
    fn limits_are_written_as_in_a_plan() {
        let said: Vec<_> =
            [3, 300, 3600, 5400, 86_400, 172_800, 180_000].map(|at| limit(Duration::from_secs(at))).into();
        assert_eq!(said, ["3s", "5m", "1h", "1h30m", "24h", "2d", "2d2h"]);
        assert_eq!(limit(Duration::from_millis(250)), "250ms");
    }

    #[test]
    fn sizes_have_a_tenth_where_it_says_something() {
        let gib = 1 << 30;
        assert_eq!(size(812), "812 bytes");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(12 * 1024), "12 KiB");
        assert_eq!(size(1023 * 1024 + 1000), "1 MiB");
        assert_eq!(size(96 * gib), "96 GiB");
        assert_eq!(size(41 * gib + gib / 5), "41.2 GiB");
        assert_eq!(size(u64::MAX), "16384 PiB");
        assert_eq!(size_of(34 * gib + 7 * gib / 10, 41 * gib + gib / 5), "34.7 of 41.2 GiB");
    }
}
