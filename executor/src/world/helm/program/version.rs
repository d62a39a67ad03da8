//! Which Helm it is.

use std::fmt;

/// A version of Helm, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Version {
    /// 3 or 4.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

/// How a version changes objects, and how its flags are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Patches that are made on our side.
    Three,
    /// Server-side apply, but for releases that were not made with it.
    Four,
}

/// The first one that has all flags which are given here; its `--dry-run=server` asks the cluster while it renders.
const FIRST: Version = Version { major: 3, minor: 14, patch: 0 };
/// The first one that can be told to render though an object is not the release's, and that hides notes at all commands.
const NEWER: Version = Version { major: 3, minor: 17, patch: 0 };

impl Version {
    /// Reads what `helm version --template={{.Version}}` says: `v3.22.0`, `v4.2.3+g1a2b3c4`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_prefix('v')?;
        let numbers = text.split(['+', '-']).next()?;
        let mut numbers = numbers.split('.').map(str::parse::<u32>);
        let mut next = || numbers.next()?.ok();
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        numbers.next().is_none().then_some(version)
    }

    /// Whose ways it has; none if they are not known.
    pub fn generation(self) -> Option<Generation> {
        match self.major {
            3 if self >= FIRST => Some(Generation::Three),
            4 => Some(Generation::Four),
            _ => None,
        }
    }

    /// Whether its rollback takes an object that is there already and stands only in the manifest that it goes to; others
    /// fail over it. Source: helm, pull requests 31412 and 31982.
    pub fn takes_what_is_there(self) -> bool {
        match self.major {
            3 => self.minor >= 22,
            _ => (self.major, self.minor) >= (4, 2),
        }
    }

    /// Whether it knows `--take-ownership` and `--hide-notes`.
    pub fn is_newer(self) -> bool {
        self >= NEWER
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_what_helm_says() {
        let told = |text: &str| Version::parse(text).map(|version| version.to_string());
        assert_eq!(told("v3.22.0\n").as_deref(), Some("3.22.0"));
        assert_eq!(told("v4.2.3+g1a2b3c4").as_deref(), Some("4.2.3"));
        assert_eq!(told("v4.0.0-rc.1").as_deref(), Some("4.0.0"));
        for text in ["3.22.0", "v3", "v3.2", "v3.2.1.0", "", "vx.y.z", "Client: &version.Version{SemVer:\"v2.17.0\"}"] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn only_versions_whose_ways_are_known_are_taken() {
        let of = |text: &str| Version::parse(text).unwrap().generation();
        assert_eq!(of("v3.14.0"), Some(Generation::Three));
        assert_eq!(of("v4.0.0"), Some(Generation::Four));
        assert_eq!(of("v3.13.3"), None);
        assert_eq!(of("v2.17.0"), None);
        assert_eq!(of("v5.0.0"), None);
    }
}
