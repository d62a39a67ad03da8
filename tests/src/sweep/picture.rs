//! What stands in a folder: every path with its kind, mode and content.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where Switchback keeps its own things; they are outside of every comparison.
const OWN: &str = ".switchback";

/// A folder as it stands.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    port: String,
    paths: BTreeMap<PathBuf, String>,
}

impl Picture {
    /// Looks at a folder; one that is not there is empty. The port is the case's own, so it is no difference.
    pub(super) fn of(folder: &Path, port: u16) -> io::Result<Self> {
        let mut picture = Self { port: port.to_string(), paths: BTreeMap::new() };
        if folder.is_dir() {
            picture.add(folder, Path::new(""))?;
        }
        Ok(picture)
    }

    fn add(&mut self, folder: &Path, inner: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder.join(inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            let kind = entry.file_type()?;
            let mode = entry.metadata()?.permissions().mode() & 0o7777;
            if kind.is_dir() {
                if path != Path::new(OWN) {
                    self.paths.insert(path.clone(), format!("folder {mode:o}"));
                    self.add(folder, &path)?;
                }
            } else if kind.is_symlink() {
                self.paths.insert(path, format!("link to {}", fs::read_link(entry.path())?.display()));
            } else {
                let content = String::from_utf8_lossy(&fs::read(entry.path())?).replace(&self.port, "PORT");
                self.paths.insert(path, format!("file {mode:o} {content:?}"));
            }
        }
        Ok(())
    }

    /// What is not as in another, in words; nothing when all is.
    pub(super) fn unlike(&self, wanted: &Self) -> Vec<String> {
        let missing = "nothing".to_owned();
        let paths: std::collections::BTreeSet<_> = self.paths.keys().chain(wanted.paths.keys()).collect();
        let pairs = paths.into_iter().map(|path| (path, self.paths.get(path), wanted.paths.get(path)));
        pairs
            .filter(|(_, found, wanted)| found != wanted)
            .map(|(path, found, wanted)| {
                let (found, wanted) = (found.unwrap_or(&missing), wanted.unwrap_or(&missing));
                format!("{}: {found}, wanted {wanted}", path.display())
            })
            .collect()
    }
}
