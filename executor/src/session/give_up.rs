//! What goes when nobody can need it any more: old contents of a finalized run, and copies whose time is over.

use super::execute::run_keeps;
use super::open::backups;
use crate::bundle::Bundle;
use crate::clock;
use crate::runs::{self, Run};
use crate::target::{self, Kept};
use std::io;
use std::path::Path;
use switchback_compiler::plan::Plan;

/// Removes what only an undo of this run would have needed (R11). Done again after a crash it goes on.
pub(super) fn of_run(project: &Path, plan: &Plan, folder: &Path, run: &str) -> io::Result<()> {
    match std::fs::remove_dir_all(folder.join("old")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    target::give_up(&backups(project, plan), run, clock::now())
}

/// Removes copies whose `keep` has ended, but for those of runs that are not over, and of those that the bundle restores.
///
/// `marks` are the runs that keep the target; where a target has none, their journals tell.
pub(super) fn expired(project: &Path, bundle: &Bundle, marks: &[Kept]) -> io::Result<()> {
    let open = |run: &str| {
        let folder = runs::folder(project).join(run);
        match Run::read_in(folder.clone(), run) {
            Ok(run) => run_keeps(&run).is_some(),
            // A journal that can't be read may be one of a run that is not over.
            Err(_) => folder.join("journal").exists(),
        }
    };
    let restored = |run: &str| bundle.preview.facts.copies.values().any(|copy| copy.run == run);
    let needed = |run: &str| restored(run) || marks.iter().any(|kept| kept.run == run) || open(run);
    target::expire(&backups(project, &bundle.plan), clock::now(), &needed)
}
