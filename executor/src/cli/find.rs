//! Which files a path given on the command line means.

use super::globals::why;
use crate::exit::{Error, Exit};
use crate::project::PROJECT_FILE;
use std::path::{Path, PathBuf};

/// Folders that hold no plans of the project: history, builds, and what Switchback keeps for itself.
const SKIPPED: [&str; 3] = [".git", "target", ".switchback"];
/// Deeper than anybody sorts plans; a mount of itself ends here.
const MAX_DEPTH: usize = 32;

/// What is written in the plan language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `NAME.plan.kdl`.
    Plan,
    /// `NAME.lib.kdl`.
    Library,
    /// `switchback.kdl`.
    Project,
}

impl Kind {
    /// Told from the name alone.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.file_name()?.to_str()? {
            PROJECT_FILE => Some(Self::Project),
            name if name.ends_with(".plan.kdl") => Some(Self::Plan),
            name if name.ends_with(".lib.kdl") => Some(Self::Library),
            _ => None,
        }
    }
}

/// The files of these kinds that the paths name or, as folders, hold; each once, folders in the order of their names.
pub(super) fn files(paths: &[PathBuf], kinds: &[Kind]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let seen = std::fs::metadata(path).map_err(|error| unseen(path, &error))?;
        if seen.is_dir() {
            below(path, kinds, MAX_DEPTH, &mut found)?;
        } else if Kind::of(path).is_some_and(|kind| kinds.contains(&kind)) {
            found.push(plain(path));
        } else {
            return Err(Error::usage(format!("`{}` is neither a plan nor a library", path.display()))
                .help("plans are called NAME.plan.kdl, libraries NAME.lib.kdl"));
        }
    }
    let mut once = Vec::with_capacity(found.len());
    for path in found {
        if !once.contains(&path) {
            once.push(path);
        }
    }
    Ok(once)
}

fn unseen(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::usage(format!("there is no `{}`", path.display()))
            .help("look at its path; `-C DIR` goes to DIR first"),
        _ => Error::new(Exit::Error, format!("`{}` can't be read: {}", path.display(), why(error))),
    }
}

fn below(folder: &Path, kinds: &[Kind], depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(|error| unseen(folder, &error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unseen(&path, &error))?;
        // A link to a folder is not followed: it may lead back here.
        if kind.is_dir() {
            let skipped = SKIPPED.iter().any(|name| entry.file_name() == *name);
            if !skipped && depth > 0 {
                below(&path, kinds, depth - 1, found)?;
            }
        } else if Kind::of(&path).is_some_and(|kind| kinds.contains(&kind)) {
            found.push(plain(&path));
        }
    }
    Ok(())
}

/// Without a `./` before it.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_give_their_files_in_order_and_each_once() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "b.plan.kdl",
            "a/z.lib.kdl",
            "a/c.plan.kdl",
            ".git/x.plan.kdl",
            "target/y.plan.kdl",
            "switchback.kdl",
            "a/readme.kdl",
        ] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink("..", dir.path().join("a/up")).unwrap();
        let names = |paths: &[PathBuf], kinds: &[Kind]| -> Vec<String> {
            let found = files(paths, kinds).unwrap();
            found.iter().map(|path| path.strip_prefix(dir.path()).unwrap().display().to_string()).collect()
        };
        let whole = [dir.path().to_owned(), dir.path().join("b.plan.kdl")];
        assert_eq!(names(&whole, &[Kind::Plan, Kind::Library]), ["a/c.plan.kdl", "a/z.lib.kdl", "b.plan.kdl"]);
        assert_eq!(names(&whole[..1], &[Kind::Project]), ["switchback.kdl"]);
        assert_eq!(files(&[dir.path().join("a/readme.kdl")], &[Kind::Plan]).unwrap_err().exit, Exit::Usage);
        assert_eq!(files(&[dir.path().join("no")], &[Kind::Plan]).unwrap_err().exit, Exit::Usage);
    }
}
