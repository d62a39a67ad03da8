//! The target's store of backups: `STORE/RUN/NAME/`, each with a note of what it is and how long it is kept.
//!
//! A copy outlives its run. One whose `keep` the plan says lives until then; one that was only for the undo goes with
//! `finalize`. What goes is renamed first, so that no half of a copy ever looks like a whole one.

use crate::durable;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use switchback_compiler::plan::{Backup, Plan};

const NOTE: &str = "copy.json";
/// What is on its way out.
const GONE: &str = ".gone-";

/// What a copy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The plan that took it.
    pub plan: String,
    /// The run that took it.
    pub run: String,
    /// The backup's name.
    pub backup: String,
    /// The target's name.
    pub target: String,
    /// Versions of the plan's components before its steps.
    pub versions: BTreeMap<String, String>,
    /// What was copied, in words.
    pub holds: Vec<String>,
    /// Digest of what was copied: of all paths with their modes and contents.
    pub digest: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// When it may go; none: when its run is finalized.
    pub until: Option<Timestamp>,
    /// Whether it is there for the undo alone: the plan does not say how long to keep it.
    pub for_undo: bool,
}

impl Note {
    /// Of a copy that was just taken.
    pub fn of(plan: &Plan, run: &str, backup: &Backup, taken: Timestamp) -> Self {
        let moves = plan.steps().flat_map(|(_, unit)| &unit.moves).chain(&plan.product);
        let mut versions = BTreeMap::new();
        for moved in moves {
            // Over several hops the first one knows what was before.
            versions.entry(moved.component.clone()).or_insert_with(|| moved.from.to_string());
        }
        Self {
            plan: plan.name.clone(),
            run: run.to_owned(),
            backup: backup.name.clone(),
            target: plan.target.as_ref().map(|target| target.name.clone()).unwrap_or_default(),
            versions,
            holds: Vec::new(),
            digest: String::new(),
            taken,
            until: (backup.keep_said || backup.keep.0 > 0).then(|| taken.checked_add(backup.keep.std()).ok()).flatten(),
            for_undo: !backup.keep_said,
        }
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Writes it beside the copy, durably.
    pub fn write(&self, copy: &Path) -> io::Result<()> {
        durable::make_dirs(copy, 0o700)?;
        durable::write(&copy.join(NOTE), &serde_json::to_vec_pretty(self)?, 0o600)
    }

    pub(super) fn read(copy: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(copy.join(NOTE)).ok()?).ok()
    }
}

/// All copies of a store that are whole, each with its folder.
pub(super) fn notes(store: &Path) -> io::Result<Vec<(Note, PathBuf)>> {
    let mut all = Vec::new();
    for run in folders(store)? {
        let copies = folders(&run)?.into_iter();
        // What is on its way out has its note still.
        let whole =
            copies.filter(|copy| !copy.file_name().is_some_and(|name| name.to_string_lossy().starts_with(GONE)));
        all.extend(whole.filter_map(|copy| Some((Note::read(&copy)?, copy))));
    }
    Ok(all)
}

/// Removes copies whose time is over, unless a run needs them; what can't be read is left.
pub fn expire(store: &Path, now: Timestamp, needed: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for run in folders(store)? {
        let name = run.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !needed(&name) {
            clear(&run, &|note| note.is_over(now))?;
        }
    }
    Ok(())
}

/// Removes a finalized run's copies that were for its undo alone, and those whose time is over.
pub fn give_up(store: &Path, run: &str, now: Timestamp) -> io::Result<()> {
    clear(&store.join(run), &|note| note.for_undo || note.is_over(now))
}

/// Removes the copies of a run that may go, and what an interrupted removal left.
fn clear(run: &Path, goes: &dyn Fn(&Note) -> bool) -> io::Result<()> {
    for copy in folders(run)? {
        let name = copy.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let gone = if name.starts_with(GONE) {
            copy
        } else if Note::read(&copy).is_some_and(|note| goes(&note)) {
            let gone = run.join(format!("{GONE}{name}"));
            fs::rename(&copy, &gone)?;
            gone
        } else {
            continue;
        };
        fs::remove_dir_all(gone)?;
    }
    // One that still holds something stays.
    let _filled = fs::remove_dir(run);
    Ok(())
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    found.retain(|path| path.is_dir());
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop where it finds a bug")]
    use super::*;
    use jiff::SignedDuration;

    fn note(run: &str, backup: &str, days: Option<i64>, for_undo: bool) -> Note {
        let taken = Timestamp::UNIX_EPOCH;
        Note {
            plan: "p".into(),
            run: run.into(),
            backup: backup.into(),
            target: "local".into(),
            versions: BTreeMap::new(),
            holds: Vec::new(),
            digest: String::new(),
            taken,
            until: days.map(|days| taken + SignedDuration::from_hours(24 * days)),
            for_undo,
        }
    }

    fn store(notes: &[Note]) -> tempfile::TempDir {
        let store = tempfile::tempdir().unwrap();
        for note in notes {
            note.write(&store.path().join(&note.run).join(&note.backup)).unwrap();
        }
        store
    }

    fn left(store: &tempfile::TempDir) -> Vec<String> {
        let runs = folders(store.path()).unwrap();
        let all = runs.iter().flat_map(|run| folders(run).unwrap());
        all.map(|path| path.strip_prefix(store.path()).unwrap().display().to_string()).collect()
    }

    #[test]
    fn a_copy_goes_when_its_time_is_over_and_no_run_needs_it() {
        let store = store(&[
            note("a", "old", Some(8), false),
            note("a", "long", Some(30), false),
            note("b", "old", Some(8), false),
        ]);
        let day = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        expire(store.path(), day(7), &|_| false).unwrap();
        assert_eq!(left(&store), ["a/long", "a/old", "b/old"]);
        expire(store.path(), day(8), &|run| run == "b").unwrap();
        assert_eq!(left(&store), ["a/long", "b/old"]);
        expire(store.path(), day(31), &|_| false).unwrap();
        assert_eq!(left(&store), Vec::<String>::new());
        assert!(folders(store.path()).unwrap().is_empty(), "nor an empty folder of a run");
    }

    #[test]
    fn finalize_takes_what_was_for_the_undo_and_leaves_what_is_kept() {
        let store =
            store(&[note("a", "kept", Some(30), false), note("a", "undo", None, true), note("b", "undo", None, true)]);
        give_up(store.path(), "a", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(left(&store), ["a/kept", "b/undo"]);
    }

    #[test]
    fn a_removal_that_was_cut_off_is_brought_to_its_end() {
        let store = store(&[note("a", "kept", Some(30), false)]);
        fs::create_dir_all(store.path().join("a/.gone-old/blobs")).unwrap();
        fs::create_dir_all(store.path().join("a/half")).unwrap();
        expire(store.path(), Timestamp::UNIX_EPOCH, &|_| false).unwrap();
        assert_eq!(left(&store), ["a/half", "a/kept"], "what has no note may be a copy that is being taken");
    }
}
