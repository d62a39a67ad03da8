//! What is in a directory, and in the directories in it.

use super::digest::Digest;
use super::path::RelPath;
use super::state::{State, look_closer};
use super::temporary::is_temporary;
use super::tree::{Tree, TreeError, Why};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Stat, statat};
use rustix::io::Errno;
use std::collections::BTreeMap;

/// What Switchback keeps for itself in the root of a target: outside every listing, copy and digest.
pub const OWN_FOLDER: &str = ".switchback";

/// How much a listing accepts before it is refused, so that a mistake (`/` as a mirror) is an error and not a hang.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Files, directories and links together.
    pub entries: usize,
    /// Directories in directories.
    pub depth: usize,
}

impl Default for Bounds {
    /// Ten times the largest mirror we know of, and deeper than the longest path that a shell could name.
    fn default() -> Self {
        Self { entries: 1_000_000, depth: 64 }
    }
}

/// One thing that a walk comes by.
pub(super) struct Entry<'w> {
    /// Counted from where the walk began.
    pub path: &'w RelPath,
    /// The directory that it is in.
    pub dir: BorrowedFd<'w>,
    /// Its name there.
    pub name: &'w str,
    pub stat: &'w Stat,
}

impl Tree {
    /// All that is below a directory, with paths counted from it. What can't be listed is an error, never empty.
    ///
    /// Temporary files of interrupted writes are not in it, nor is [`OWN_FOLDER`] in the root.
    pub fn list(&self, path: &RelPath, bounds: Bounds) -> Result<BTreeMap<RelPath, State>, TreeError> {
        let mut found = BTreeMap::new();
        self.walk("list", path, bounds, &mut |entry| {
            if !is_temporary(entry.name) {
                match look_closer(entry.dir, entry.name, entry.stat) {
                    // It went while it was looked at.
                    Err(why) if why.is_absence() => {}
                    state => drop(found.insert(entry.path.clone(), state?)),
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// One digest of all that stands at and below a path: names, kinds, modes, contents.
    ///
    /// `skip` is counted from `path`, and takes what is below it along. Two paths have the same digest exactly when
    /// nothing that [`State`] tells is different.
    pub fn digest_of(&self, path: &RelPath, skip: &[RelPath]) -> Result<Digest, TreeError> {
        let mut hasher = blake3::Hasher::new();
        for (below, state) in self.everything(path, Bounds::default())? {
            if !skip.iter().any(|skipped| below.is_within(skipped)) {
                hasher.update(&(below.as_str().len() as u64).to_le_bytes()).update(below.as_str().as_bytes());
                state.feed(&mut hasher);
            }
        }
        Ok(Digest::from_hasher(&hasher))
    }

    /// The state of the path itself (as the root of the map), and of all below when it is a directory; empty when absent.
    pub(super) fn everything(&self, path: &RelPath, bounds: Bounds) -> Result<BTreeMap<RelPath, State>, TreeError> {
        let top = self.state(path)?;
        let mut found = if matches!(top, State::Dir { .. }) { self.list(path, bounds)? } else { BTreeMap::new() };
        if !top.is_absent() {
            found.insert(RelPath::root(), top);
        }
        Ok(found)
    }

    /// Visits all below a directory, each directory before what is in it.
    ///
    /// What goes between being named and being looked at is not there: a step beside this one may take it away.
    pub(super) fn walk(
        &self,
        tried: &'static str,
        path: &RelPath,
        bounds: Bounds,
        visit: &mut dyn FnMut(&Entry<'_>) -> Result<(), Why>,
    ) -> Result<(), TreeError> {
        let mut ahead = vec![(RelPath::root(), 0)];
        let mut count = 0;
        while let Some((below, depth)) = ahead.pop() {
            let within = path.join(&below);
            let failed = self.failed(tried, &within);
            let dir = match self.open_dir(&within) {
                Err(why) if why.is_absence() && !below.is_root() => continue,
                opened => opened.map_err(&failed)?,
            };
            for name in names(&dir).map_err(&failed)? {
                let entry = below.child(&name);
                if path.is_root() && entry.as_str() == OWN_FOLDER {
                    continue;
                }
                count += 1;
                if count > bounds.entries {
                    return Err(self.failed(tried, path)(Why::TooMany(bounds.entries)));
                }
                let failed = self.failed(tried, &path.join(&entry));
                let is_dir = pass(&dir, &name, &entry, visit).map_err(&failed)?;
                if is_dir && depth == bounds.depth {
                    return Err(self.failed(tried, path)(Why::TooDeep(bounds.depth)));
                }
                if is_dir {
                    ahead.push((entry, depth + 1));
                }
            }
        }
        Ok(())
    }
}

/// Visits one entry and says whether it is a directory.
fn pass(
    dir: &OwnedFd,
    name: &str,
    path: &RelPath,
    visit: &mut dyn FnMut(&Entry<'_>) -> Result<(), Why>,
) -> Result<bool, Why> {
    let stat = match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => return Ok(false),
        stat => stat?,
    };
    visit(&Entry { path, dir: dir.as_fd(), name, stat: &stat })?;
    Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

/// The names in a directory; one that is not UTF-8 could not be written in a plan nor put back, so it is an error.
pub(super) fn names(dir: &OwnedFd) -> Result<Vec<String>, Why> {
    let mut names = Vec::new();
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        names.push(name.to_str().map_err(|_| Why::NotUtf8(format!("{name:?}")))?.to_owned());
    }
    Ok(names)
}
