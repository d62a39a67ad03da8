//! Versions, compared by number and never as strings: 1.10 is more than 1.9.

use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// A version: numbers between dots, then perhaps a suffix such as `-rc.1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    numbers: Vec<u64>,
    suffix: String,
    written: String,
}

impl Version {
    /// Reads `1.10.0`, `v1.2`, `16`, `2.0.0-rc.1`, `1.2+build`.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let split = bare.find(['-', '+']).unwrap_or(bare.len());
        let (numbers, suffix) = bare.split_at_checked(split)?;
        let numbers: Option<Vec<u64>> = numbers.split('.').map(number).collect();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if !suffix.chars().all(plain) {
            return None;
        }
        Some(Self { numbers: numbers?, suffix: suffix.to_owned(), written: text.to_owned() })
    }

    /// The first thing in a text that looks like a version: `16.3 (Debian …)` is 16.3.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"' | '\'' | ';'))
            .find_map(|word| Self::parse(word).filter(|version| version.numbers.len() > 1))
            .or_else(|| text.split_whitespace().find_map(Self::parse))
    }

    /// Whether the way from `self` to `other` changes the first number; a version of one number has no major.
    pub fn is_major_to(&self, other: &Self) -> bool {
        self.numbers.len() > 1 && other.numbers.len() > 1 && self.numbers.first() != other.numbers.first()
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl Ord for Version {
    /// Missing numbers count as 0; a version with a `-suffix` comes before the one without.
    fn cmp(&self, other: &Self) -> Ordering {
        let len = self.numbers.len().max(other.numbers.len());
        let numbers = (0..len).map(|at| self.number(at).cmp(&other.number(at))).find(|order| order.is_ne());
        numbers.unwrap_or_else(|| match (self.pre(), other.pre()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (mine, others) => natural(mine, others),
        })
    }
}

impl Version {
    /// The number at a place; one that is not written counts as 0.
    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    fn pre(&self) -> &str {
        self.suffix.split('+').next().and_then(|pre| pre.strip_prefix('-')).unwrap_or_default()
    }
}

/// `rc.10` after `rc.9`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.written
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no version"))
    }
}

/// Versions that begin alike: `24.3.x` is every version whose first two numbers are 24 and 3. Without `x` it is one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Versions {
    /// What it stands for without its `x`.
    first: Version,
    /// Whether any numbers may follow.
    open: bool,
    written: String,
}

impl Versions {
    /// Reads `24.3.x`, `24.x`, `24.3.1`; an `x` is followed by nothing but `x`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bare = text;
        while let Some(rest) = bare.strip_suffix(".x") {
            bare = rest;
        }
        let first = Version::parse(bare)?;
        let open = bare.len() < text.len();
        (!open || first.suffix.is_empty()).then(|| Self { first, open, written: text.to_owned() })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether a version is one of them, by number.
    pub fn holds(&self, version: &Version) -> bool {
        if !self.open {
            return self.first == *version;
        }
        (0..).zip(&self.first.numbers).all(|(at, number)| version.number(at) == *number)
    }

    /// Those that are of both, as the narrower of the two says them; `None` when there are none.
    pub fn both<'v>(&'v self, other: &'v Self) -> Option<&'v Self> {
        let (wide, narrow) = if self.is_wider(other) { (self, other) } else { (other, self) };
        wide.holds(&narrow.first).then_some(narrow)
    }

    fn is_wider(&self, other: &Self) -> bool {
        self.open && (!other.open || self.first.numbers.len() <= other.first.numbers.len())
    }

    /// Whether all of them come after all of the others, before them, or neither can be said.
    pub fn compare(&self, other: &Self) -> Ordering {
        if self.both(other).is_some() { Ordering::Equal } else { self.first.cmp(&other.first) }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl From<Version> for Versions {
    fn from(version: Version) -> Self {
        Self { written: version.written.clone(), first: version, open: false }
    }
}

impl From<Versions> for String {
    fn from(versions: Versions) -> Self {
        versions.written
    }
}

impl TryFrom<String> for Versions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` says no versions"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let v = |text: &str| Version::parse(text);
        assert!(v("1.9.4") < v("1.10.0"));
        assert!(v("2.0.0-rc.9") < v("2.0.0-rc.10"));
        assert!(v("2.0.0-rc.10") < v("2.0"));
        assert_eq!(v("2.0").map(|x| x.cmp(&v("2.0.0").unwrap_or(x.clone()))), Some(Ordering::Equal));
        assert_eq!(v("24.x"), None);
        assert_eq!(Version::find("16.3 (Debian 16.3-1)").map(|v| v.to_string()).as_deref(), Some("16.3"));
    }

    #[test]
    fn an_x_stands_for_any_number_and_nothing_else() {
        let holds = |versions: &str, version: &str| {
            let both = Versions::parse(versions).zip(Version::parse(version));
            both.is_some_and(|(versions, version)| versions.holds(&version))
        };
        assert!(
            holds("24.3.x", "24.3.10")
                && holds("24.3.x", "24.3")
                && holds("24.x", "24.3.1")
                && holds("24.3.x", "v24.3.2-rc.1")
        );
        assert!(!holds("24.3.x", "24.30.1") && !holds("2.x", "24.3.1") && !holds("24.x.x", "2.4"));
        assert!(holds("4.9", "4.9.0") && !holds("4.9", "4.9.3"));
        for wrong in ["x", "24.x.3", "24.3x", "24.3.*", "24.3-rc.x", ""] {
            assert_eq!(Versions::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn of_two_the_narrower_is_what_both_hold() {
        let both = |a: &str, b: &str| {
            let (a, b) = (Versions::parse(a)?, Versions::parse(b)?);
            a.both(&b).map(ToString::to_string)
        };
        assert_eq!(both("4.x", "4.9.x").as_deref(), Some("4.9.x"));
        assert_eq!(both("4.9.3", "4.9.x").as_deref(), Some("4.9.3"));
        assert_eq!(both("4.9.x", "4.10.x"), None);
        assert_eq!(both("4.9", "4.9.3"), None);
    }
}
