//! Paths below a root, as plans write them.

use serde::{Deserialize, Serialize};

/// A path relative to the root of a [`Tree`](super::Tree): UTF-8, without `.`, `..`, or a leading `/`.
///
/// The order is that of the text, so a directory stands before what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

/// Why a text is not a path below a root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The text is empty; the root itself is written `.`.
    #[error("the path is empty")]
    Empty,
    /// The path begins with `/`.
    #[error("`{0}` is absolute, only paths relative to the directory are allowed")]
    Absolute(String),
    /// There are more `..` than directories to leave.
    #[error("`{0}` leaves the directory")]
    Leaves(String),
    /// No file system can store it.
    #[error("{0:?} holds a NUL byte")]
    Nul(String),
}

impl RelPath {
    /// The root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path; `.` and `..` are resolved in the text, without a look at the disk.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.contains('\0') {
            return Err(PathError::Nul(text.to_owned()));
        }
        if text.starts_with('/') {
            return Err(PathError::Absolute(text.to_owned()));
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part != ".." {
                parts.push(part);
            } else if parts.pop().is_none() {
                return Err(PathError::Leaves(text.to_owned()));
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The text; the root is `.`.
    pub fn as_str(&self) -> &str {
        if self.is_root() { "." } else { &self.0 }
    }

    /// The last part; the root has none.
    pub fn name(&self) -> Option<&str> {
        self.split().map(|(_, name)| name)
    }

    /// The directory that this is in; the root is in none.
    pub fn parent(&self) -> Option<Self> {
        self.split().map(|(parent, _)| Self(parent.to_owned()))
    }

    /// `below`, counted from here.
    #[must_use]
    pub fn join(&self, below: &Self) -> Self {
        match (self.is_root(), below.is_root()) {
            (true, _) => below.clone(),
            (_, true) => self.clone(),
            _ => Self(format!("{}/{}", self.0, below.0)),
        }
    }

    /// Whether this is `folder` or lies in it.
    pub fn is_within(&self, folder: &Self) -> bool {
        folder.is_root() || self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Something in this directory; `name` comes from a directory listing, so it holds no `/`.
    pub(super) fn child(&self, name: &str) -> Self {
        self.join(&Self(name.to_owned()))
    }

    /// The directories that lead here, outermost first, without the root and without this path.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.match_indices('/').filter_map(|(at, _)| self.0.get(..at)).map(|text| Self(text.to_owned()))
    }

    fn split(&self) -> Option<(&str, &str)> {
        if self.is_root() {
            return None;
        }
        Some(self.0.rsplit_once('/').unwrap_or(("", &self.0)))
    }
}

impl std::fmt::Display for RelPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for RelPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RelPath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> Self {
        path.as_str().to_owned()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_and_may_not_leave() {
        assert_eq!(RelPath::parse("a/./b//../c/").unwrap().as_str(), "a/c");
        assert_eq!(RelPath::parse("a/..").unwrap(), RelPath::root());
        assert_eq!(RelPath::parse("a/../..").unwrap_err(), PathError::Leaves("a/../..".into()));
        assert_eq!(RelPath::parse("../a").unwrap_err().to_string(), "`../a` leaves the directory");
        assert!(matches!(RelPath::parse("/etc/passwd"), Err(PathError::Absolute(_))));
        assert!(matches!(RelPath::parse("a\0b"), Err(PathError::Nul(_))));
        assert!(matches!(RelPath::parse(""), Err(PathError::Empty)));
    }

    #[test]
    fn parts_are_found() {
        let path = RelPath::parse("a/b/c").unwrap();
        assert_eq!(path.name(), Some("c"));
        assert_eq!(path.parent().unwrap().as_str(), "a/b");
        assert_eq!(path.ancestors().map(String::from).collect::<Vec<_>>(), ["a", "a/b"]);
        assert!(path.is_within(&RelPath::parse("a").unwrap()) && path.is_within(&path));
        assert!(!RelPath::parse("ab").unwrap().is_within(&RelPath::parse("a").unwrap()));
        assert_eq!(RelPath::root().join(&path), path);
    }

    #[test]
    fn a_stored_path_is_checked_when_it_is_read_back() {
        let path: RelPath = serde_json::from_str("\"a/b\"").unwrap();
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"a/b\"");
        assert!(serde_json::from_str::<RelPath>("\"../b\"").is_err());
        assert_eq!(serde_json::from_str::<RelPath>("\".\"").unwrap(), RelPath::root());
    }
}
