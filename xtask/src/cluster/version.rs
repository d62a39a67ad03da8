//! Versions, as a `go.mod` pins them and as programs tell them.

use std::fmt::{self, Display, Formatter};

/// `MAJOR.MINOR.PATCH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Another one is not what tests were written for.
    pub major: u32,
    /// A newer one may do things differently, an older one may lack some.
    pub minor: u32,
    patch: u32,
}

impl Version {
    /// The first one in a text: `etcd Version: 3.6.16`, `v3.22.0+g1a2b3c4`.
    pub fn first(text: &str) -> Option<Self> {
        text.split(|letter: char| !letter.is_ascii_digit() && letter != '.').find_map(Self::read)
    }

    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse::<u32>().ok());
        let version = Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
        numbers.next().is_none().then_some(version)
    }

    /// The one of a module that a `go.mod` asks for.
    pub fn pinned(go_mod: &str, module: &str) -> Option<Self> {
        let mut asked = go_mod.lines().map(|line| line.trim().trim_start_matches("require ").split_whitespace());
        let version = asked.find_map(|mut words| (words.next()? == module).then(|| words.next())?);
        version.and_then(Self::first)
    }

    /// Whether a program of this version does where another is asked for: only their patches may differ.
    pub fn suits(self, asked: Self) -> bool {
        (self.major, self.minor) == (asked.major, asked.minor)
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn first(text: &str) -> String {
        Version::first(text).unwrap().to_string()
    }

    #[test]
    fn the_first_version_is_that_of_the_program() {
        assert_eq!(first("etcd Version: 3.6.16\nGo Version: go1.26.8"), "3.6.16");
        assert_eq!(first("kwok version v0.8.0 go1.26.8 (linux/amd64)"), "0.8.0");
        assert_eq!(first("version.BuildInfo{Version:\"v3.22.0+g1a2b3c4\"}"), "3.22.0");
        assert_eq!(Version::first("listens on 127.0.0.1, version 2"), None);
    }

    #[test]
    fn only_another_patch_suits() {
        let version = |text| Version::first(text).unwrap();
        assert!(version("1.36.0").suits(version("1.36.3")));
        assert!(!version("1.35.3").suits(version("1.36.3")));
        assert!(!version("2.36.3").suits(version("1.36.3")));
    }

    #[test]
    fn the_pinned_version_is_that_of_the_module_itself() {
        let text =
            "module m\n\nrequire a.b/c/v3 v3.6.16\n\nrequire (\n\ta.b/c v1.0.0\n\ta.b/c/v3/d v3.0.0 // indirect\n)\n";
        assert_eq!(Version::pinned(text, "a.b/c/v3"), Version::first("3.6.16"));
        assert_eq!(Version::pinned(text, "a.b/c"), Version::first("1.0.0"));
        assert_eq!(Version::pinned(text, "a.b"), None);
    }
}
