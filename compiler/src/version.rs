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
        let at = |version: &Self, i: usize| version.numbers.get(i).copied().unwrap_or(0);
        let numbers = (0..len).map(|i| at(self, i).cmp(&at(other, i))).find(|order| order.is_ne());
        numbers.unwrap_or_else(|| match (self.pre(), other.pre()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (mine, others) => natural(mine, others),
        })
    }
}

impl Version {
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
}
