//! What a figure is to be, beside what it is.

use std::time::Duration;

/// A figure with the most, or the least, that it may be. It is told and never fails anything: a busy machine is no defect.
pub struct Goal {
    what: String,
    is: f64,
    bound: Bound,
    unit: &'static str,
}

/// Where a figure is to be.
#[derive(Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
}

impl Goal {
    /// A time.
    pub fn time(what: impl Into<String>, is: Duration, most: Duration) -> Self {
        Self::milliseconds(what, is.as_secs_f64() * 1000.0, most.as_secs_f64() * 1000.0)
    }

    /// A time that is a difference, and may be below nothing.
    pub fn milliseconds(what: impl Into<String>, is: f64, most: f64) -> Self {
        Self { what: what.into(), is, bound: Bound::Most(most), unit: " ms" }
    }

    /// How many times something else.
    pub fn ratio(what: impl Into<String>, is: f64, most: f64) -> Self {
        Self { what: what.into(), is, bound: Bound::Most(most), unit: "" }
    }

    /// How many times as fast as something else.
    pub fn times(what: impl Into<String>, is: f64, least: f64) -> Self {
        Self { what: what.into(), is, bound: Bound::Least(least), unit: "" }
    }

    /// `met` and `missed` stand first, so that the lines can be read down the edge.
    fn line(&self) -> String {
        let Self { what, is, bound, unit } = self;
        let (is_met, bound) = match *bound {
            Bound::Most(most) => (*is <= most, most),
            Bound::Least(least) => (*is >= least, least),
        };
        let verdict = if is_met { "met   " } else { "missed" };
        let side = if *is <= bound { "under" } else { "over" };
        let by = 100.0 * (is / bound - 1.0).abs();
        let digits = if unit.is_empty() || bound < 10.0 { 2 } else { 1 };
        format!("{verdict}  {what}: {is:.digits$}{unit}, {by:.0}% {side} {bound}{unit}\n")
    }
}

/// A line a goal.
pub fn lines(goals: &[Goal]) -> String {
    goals.iter().map(Goal::line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_says_by_how_much_it_is_met_or_missed() {
        let goals = [
            Goal::time("check", Duration::from_millis(75), Duration::from_millis(150)),
            Goal::time("a step", Duration::from_micros(1_500), Duration::from_millis(1)),
            Goal::milliseconds("beyond the disk", -0.5, 1.0),
            Goal::ratio("ours : kdl", 0.55, 0.5),
            Goal::times("as fast as kubectl", 6.0, 3.0),
            Goal::times("as fast as a script", 9.0, 10.0),
        ];
        assert_eq!(
            lines(&goals),
            "met     check: 75.0 ms, 50% under 150 ms\n\
             missed  a step: 1.50 ms, 50% over 1 ms\n\
             met     beyond the disk: -0.50 ms, 150% under 1 ms\n\
             missed  ours : kdl: 0.55, 10% over 0.5\n\
             met     as fast as kubectl: 6.00, 100% over 3\n\
             missed  as fast as a script: 9.00, 10% under 10\n"
        );
    }
}
