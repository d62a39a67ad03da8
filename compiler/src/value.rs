//! Values as the plan holds them: texts whose parts may be known only later, spans of time, sizes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Segment {
    /// Known now.
    #[serde(rename = "text")]
    Known(String),
    /// The value of a secret input: it never enters the plan.
    Secret(String),
    /// An input without a value yet: only while checking.
    Unset(String),
    /// What a step gives out once it is done.
    Output {
        /// The step.
        step: String,
        /// The output's name.
        output: String,
    },
    /// A fact of the run: `run` (its id) or `switchback` (the program that executes it).
    Run(String),
}

/// A text, each part of which is known at compile, at diff or at run.
///
/// Serialised as a plain string where all of it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Repr", into = "Repr")]
pub struct Text(Vec<Segment>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Repr {
    Plain(String),
    Parts { parts: Vec<Segment> },
}

impl From<Repr> for Text {
    fn from(repr: Repr) -> Self {
        match repr {
            Repr::Plain(text) => Self::from(text),
            Repr::Parts { parts } => parts.into_iter().collect(),
        }
    }
}

impl From<Text> for Repr {
    fn from(text: Text) -> Self {
        match text.known() {
            Some(known) => Self::Plain(known.to_owned()),
            None => Self::Parts { parts: text.0 },
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::default() } else { Self(vec![Segment::Known(text)]) }
    }
}

impl FromIterator<Segment> for Text {
    /// Joins known neighbours, so that equal texts are equal values.
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        let mut text = Self::default();
        for segment in segments {
            text.push(segment);
        }
        text
    }
}

impl Text {
    /// Adds a piece at the end.
    pub fn push(&mut self, segment: Segment) {
        match (self.0.last_mut(), segment) {
            (_, Segment::Known(more)) if more.is_empty() => {}
            (Some(Segment::Known(text)), Segment::Known(more)) => text.push_str(&more),
            (_, segment) => self.0.push(segment),
        }
    }

    /// The text, when every part is known now.
    pub fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Segment::Known(text)] => Some(text),
            _ => None,
        }
    }

    /// How many bytes of it are known now.
    pub fn len(&self) -> usize {
        self.0.iter().map(|segment| if let Segment::Known(text) = segment { text.len() } else { 0 }).sum()
    }

    /// Whether there is nothing in it, now and later.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its parts.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether nothing but inputs without a value keep it from being known: only while checking.
    pub fn is_undecided(&self) -> bool {
        let undecided = |segment: &Segment| matches!(segment, Segment::Unset(_));
        self.0.iter().any(undecided) && self.0.iter().all(|one| undecided(one) || matches!(one, Segment::Known(_)))
    }

    /// Whether a secret is part of it.
    pub fn is_secret(&self) -> bool {
        self.0.iter().any(|segment| matches!(segment, Segment::Secret(_)))
    }

    /// Fills in every part by `value`; the first part that it can't give is the error.
    pub fn fill<'a, E>(&'a self, mut value: impl FnMut(&'a Segment) -> Result<String, E>) -> Result<String, E> {
        self.0
            .iter()
            .map(|segment| match segment {
                Segment::Known(text) => Ok(text.clone()),
                later => value(later),
            })
            .collect()
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) => f.write_str(text),
            Self::Secret(input) => write!(f, "‹secret {input}›"),
            Self::Unset(input) => write!(f, "‹{input}›"),
            Self::Output { step, .. } => write!(f, "‹known after {step}›"),
            Self::Run(fact) => write!(f, "‹{fact}›"),
        }
    }
}

impl fmt::Display for Text {
    /// As a person may see it: no secret, later values named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| segment.fmt(f))
    }
}

/// A span of time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// For timers.
    pub fn std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }

    /// Both together; the greatest span when they don't fit.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Reads `90s`, `5m`, `1h30m`, `7d`, `250ms`: numbers each with a unit, no blanks, units from large to small.
    pub fn parse(text: &str) -> Option<Self> {
        const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
        let (mut rest, mut total, mut least) = (text, 0_u64, UNITS.len());
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at_checked(digits)?;
            let letters = tail.bytes().take_while(u8::is_ascii_lowercase).count();
            let (unit, tail) = tail.split_at_checked(letters)?;
            let index = UNITS.iter().rev().position(|(name, _)| *name == unit)?;
            if index >= least {
                return None;
            }
            least = index;
            let (_, size) = UNITS.iter().rev().nth(index)?;
            total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*size)?)?;
            rest = tail;
        }
        (!text.is_empty()).then_some(Self(total))
    }
}

impl fmt::Display for Millis {
    /// As plans write it: `1h30m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        if self.0 == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_are_read_and_written() {
        assert_eq!(Millis::parse("1h30m"), Some(Millis(5_400_000)));
        assert_eq!(Millis::parse("250ms"), Some(Millis(250)));
        for wrong in ["", "5", "m", "5 m", "30m1h", "1h1h", "-5s", "1.5h", "99999999999999999999d"] {
            assert_eq!(Millis::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Millis(5_400_000).to_string(), "1h30m");
        assert_eq!(Millis(90_000).to_string(), "1m30s");
    }

    #[test]
    fn a_text_all_known_is_a_string_in_json() {
        let text: Text = [Segment::Known("a".into()), Segment::Known("b".into())].into_iter().collect();
        assert_eq!(serde_json::to_string(&text).ok().as_deref(), Some("\"ab\""));
        let late: Text = [Segment::Known("a".into()), Segment::Secret("pw".into())].into_iter().collect();
        let json = serde_json::to_string(&late).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Text>(&json).ok(), Some(late));
    }
}
