//! Compile cases: `cases/AREA/NAME/` holds a project and `expected.txt`, what compiling it tells.
//!
//! The whole folder is compiled as by `switchback check .` there, in this process, and shown in 80 columns without
//! colours. The last line is the result, so that a sound plan has an expected text too.

use crate::{expected, files_below};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use switchback::action::registry;
use switchback::cli::check::{look, result};
use switchback::report::diagnostics::human;
use switchback::screen::Look;

/// The file that makes a folder a case.
const EXPECTED: &str = "expected.txt";

/// A case.
#[derive(Debug)]
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
}

impl Case {
    /// All cases below a folder: every `AREA/NAME` in it.
    pub fn all(cases: &Path) -> Result<Vec<Self>, String> {
        let mut folders = BTreeSet::new();
        for path in files_below(cases).map_err(|error| error.to_string())? {
            let inner = path.strip_prefix(cases).map_err(|error| error.to_string())?;
            let mut parts = inner.components();
            if let (Some(area), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next()) {
                folders.insert(cases.join(area).join(name));
            }
        }
        Ok(folders.into_iter().map(|folder| Self { folder }).collect())
    }

    /// What compiling it tells.
    pub fn told(&self) -> Result<String, String> {
        let stand = self.folder.canonicalize().map_err(|error| error.to_string())?;
        let files = files_below(&stand).map_err(|error| error.to_string())?;
        let plans: Vec<PathBuf> = files.into_iter().filter(|path| is_source(path)).collect();
        let looked = look(&plans, &stand, &registry()).map_err(|error| error.to_string())?;
        let told = human(&looked.told.sources, &looked.told.diagnostics, Look::plain());
        Ok(format!("{told}{}\n", result(&looked)))
    }

    /// Compares it with what is expected.
    pub fn check(&self) -> Result<(), String> {
        let told = self.told().map_err(|error| format!("{}: {error}", self.folder.display()))?;
        expected::compare(&self.folder.join(EXPECTED), &told)
    }

    /// The codes that its expected text shows.
    pub fn codes(&self) -> BTreeSet<String> {
        codes_in(&std::fs::read_to_string(self.folder.join(EXPECTED)).unwrap_or_default())
    }
}

/// The codes of the diagnostics that a text shows.
pub fn codes_in(text: &str) -> BTreeSet<String> {
    let codes = text.lines().filter_map(|line| line.strip_prefix("  code: "));
    // A painted one is shown plain elsewhere.
    codes.filter(|code| !code.contains('[')).map(ToOwned::to_owned).collect()
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    [".plan.kdl", ".lib.kdl"].iter().any(|ending| name.ends_with(ending))
}
