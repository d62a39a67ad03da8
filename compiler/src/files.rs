//! Where sources come from: the compiler reads no file by itself.

use std::collections::BTreeMap;

/// Why a source can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none.
    Missing,
    /// It lies outside of the project, or a link leads outside.
    Outside,
    /// It is larger than sources may be.
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// It is there and can't be read; the reason in words.
    Unreadable(String),
}

/// A file below a folder of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// Whether it is executable.
    pub executable: bool,
}

/// Reads the sources of one project. Paths are relative to its folder, with `/`, without `..`.
pub trait Files {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Whether a file is executable: all that a plan knows of its permission bits. The others come from the umask and
    /// the habits of whoever checked the sources out, and must not decide what a plan is.
    fn executable(&self, path: &str) -> Result<bool, FileError>;
    /// All files below a folder, sorted by path.
    fn list(&self, folder: &str) -> Result<Vec<Found>, FileError>;
}

/// Sources in memory: path to bytes, none of them executable.
impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.get(path).cloned().ok_or(FileError::Missing)
    }

    fn executable(&self, path: &str) -> Result<bool, FileError> {
        self.get(path).map(|_| false).ok_or(FileError::Missing)
    }

    fn list(&self, folder: &str) -> Result<Vec<Found>, FileError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.keys().filter_map(|path| path.strip_prefix(&prefix));
        let found: Vec<Found> = below.map(|path| Found { path: path.to_owned(), executable: false }).collect();
        if found.is_empty() { Err(FileError::Missing) } else { Ok(found) }
    }
}

/// `path`, written in a file of `folder`, from the project's folder on; `None` when it leaves the project.
///
/// A `..` that stays inside is fine.
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path that leaves its folder, without what leads out of it: `b` of `a/../../b`, `etc/hosts` of `/etc/hosts`.
pub fn held_inside(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if parts.is_empty() { "a/path".into() } else { parts.join("/") }
}

/// The folder of a file; empty for the project's own.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(join("plans/db", "../files/x").as_deref(), Some("plans/files/x"));
        assert_eq!(join("plans", "./x").as_deref(), Some("plans/x"));
        assert_eq!(join("plans", "../../x"), None);
        assert_eq!(join("plans", "/etc/passwd"), None);
        assert_eq!(held_inside("a/../../b/./c"), "b/c");
        assert_eq!(held_inside("/etc/hosts"), "etc/hosts");
        assert_eq!(held_inside("../.."), "a/path");
    }
}
