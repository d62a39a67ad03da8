//! Files of a tree as a plan's sources: which there are and their modes, without a look at what they hold.

use super::list::Bounds;
use super::path::RelPath;
use super::temporary::is_temporary;
use super::tree::{Tree, TreeError, Why};
use rustix::fs::{FileType, fstat};
use std::collections::BTreeMap;

/// The bits that plans can write.
const MODE: u32 = 0o7777;

impl Tree {
    /// Permission bits of a file; a link that stays inside is followed.
    pub fn mode(&self, path: &RelPath) -> Result<u32, TreeError> {
        self.mode_of_file(path).map_err(self.failed("look at", path))
    }

    /// All files below a directory with their permission bits, paths counted from it.
    ///
    /// Links that stay inside count as the file they lead to; what is neither a file nor a directory is an error.
    pub fn files(&self, path: &RelPath) -> Result<BTreeMap<RelPath, u32>, TreeError> {
        let mut found = BTreeMap::new();
        self.walk("list", path, Bounds::default(), &mut |entry| {
            let kind = FileType::from_raw_mode(entry.stat.st_mode);
            if kind != FileType::Directory && !is_temporary(entry.name) {
                found.insert(entry.path.clone(), self.mode_of_file(&path.join(entry.path))?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn mode_of_file(&self, path: &RelPath) -> Result<u32, Why> {
        Ok(fstat(&self.open_file(path)?)?.st_mode & MODE)
    }
}
