//! A copy that an earlier run left in the target's store, found again.

use super::store::{Note, notes};
use crate::event::Copied;
use crate::preview::CopyFact;
use crate::screen::age;
use crate::world::Digest;
use jiff::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use switchback_compiler::plan::KeptCopy;

/// What a copy holds, beside its bytes.
const THINGS: &str = "things.json";

/// A copy of an earlier run.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is.
    pub note: Note,
    /// Where its bytes lie.
    pub folder: PathBuf,
    /// What it holds.
    pub things: Vec<Copied>,
}

/// Writes down, durably, what a copy holds; the digest by which its note knows that.
pub fn keep_things(copy: &Path, things: &[Copied]) -> io::Result<Digest> {
    let bytes = serde_json::to_vec(things)?;
    crate::durable::make_dirs(copy, 0o700)?;
    crate::durable::write(&copy.join(THINGS), &bytes, 0o600)?;
    Ok(Digest::of(&bytes))
}

/// The newest copy that fits; why there is none, a fragment.
pub fn newest(store: &Path, wanted: &KeptCopy, target: &str, now: Timestamp) -> Result<Found, String> {
    let unreadable = |error: io::Error| format!("{wanted}: the store of copies can't be read: {error}");
    let fits = |note: &Note| {
        note.target == target && !note.is_over(now) && wanted.fits(&note.plan, &note.backup, &note.versions)
    };
    let all = notes(store).map_err(unreadable)?.into_iter().filter(|(note, _)| fits(note));
    // Of two of one instant the run's id decides, so that every look finds the same.
    let newest = all.max_by(|(a, _), (b, _)| (a.taken, &a.run).cmp(&(b.taken, &b.run)));
    let Some((note, folder)) = newest else { return Err(format!("there is no {wanted}")) };
    if let Some(most) = wanted.max_age
        && note.taken.checked_add(most.std()).is_ok_and(|until| until < now)
    {
        let old = age(now.duration_since(note.taken).unsigned_abs());
        return Err(format!("there is no {wanted}: the newest, of run {}, is {old} old", note.run));
    }
    open(note, folder)
}

/// The copy that was reviewed.
pub fn reviewed(store: &Path, fact: &CopyFact) -> Result<Found, String> {
    let folder = store.join(&fact.run).join(&fact.backup);
    match Note::read(&folder) {
        Some(note) if note.digest == fact.digest => open(note, folder),
        _ => Err(format!("copy {} of run {}, which was reviewed, is gone", fact.backup, fact.run)),
    }
}

/// Reads what it holds, and every byte of that.
fn open(note: Note, folder: PathBuf) -> Result<Found, String> {
    let name = format!("copy {} of run {}", note.backup, note.run);
    let bytes = fs::read(folder.join(THINGS)).map_err(|error| format!("{name} can't be read: {error}"))?;
    if Digest::of(&bytes).to_string() != note.digest {
        return Err(format!("{name} is damaged: it is not what its note says"));
    }
    let things: Vec<Copied> =
        serde_json::from_slice(&bytes).map_err(|error| format!("{name} can't be read: {error}"))?;
    for thing in &things {
        thing.snapshot.verify(&folder).map_err(|error| format!("{name} is damaged: {error}"))?;
    }
    Ok(Found { note, folder, things })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop where it finds a bug")]
    use super::*;
    use jiff::SignedDuration;
    use std::collections::BTreeMap;
    use switchback_compiler::value::Millis;
    use switchback_compiler::version::Versions;

    fn day(days: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days)
    }

    fn keep(store: &Path, run: &str, plan: &str, version: &str, taken: i64) {
        let copy = store.join(run).join("conf");
        let digest = keep_things(&copy, &[]).unwrap().to_string();
        let note = Note {
            plan: plan.into(),
            run: run.into(),
            backup: "conf".into(),
            target: "local".into(),
            versions: BTreeMap::from([("app".to_owned(), version.to_owned()), ("db".to_owned(), "9.9".to_owned())]),
            holds: Vec::new(),
            digest,
            taken: day(taken),
            until: Some(day(30)),
            for_undo: false,
        };
        note.write(&copy).unwrap();
    }

    fn wanted(plan: Option<&str>, versions: Option<&str>, max_age: Option<Millis>) -> KeptCopy {
        KeptCopy {
            plan: plan.map(ToOwned::to_owned),
            backup: "conf".into(),
            versions: versions.and_then(Versions::parse),
            of: vec!["app".into()],
            max_age,
        }
    }

    #[test]
    fn the_newest_that_fits_is_found() {
        let store = tempfile::tempdir().unwrap();
        keep(store.path(), "a", "up", "24.2.3", 1);
        keep(store.path(), "b", "up", "24.3.1", 2);
        keep(store.path(), "c", "other", "24.2.4", 3);
        let find =
            |wanted: &KeptCopy, target, at| newest(store.path(), wanted, target, day(at)).map(|found| found.note.run);
        assert_eq!(find(&wanted(Some("up"), None, None), "local", 5).as_deref(), Ok("b"));
        assert_eq!(find(&wanted(Some("up"), Some("24.2.x"), None), "local", 5).as_deref(), Ok("a"));
        assert_eq!(find(&wanted(None, Some("24.2.x"), None), "local", 5).as_deref(), Ok("c"));
        let none = "there is no copy conf of plan up of 9.x";
        assert_eq!(find(&wanted(Some("up"), Some("9.x"), None), "local", 5).unwrap_err(), none, "another component's");
        assert!(find(&wanted(None, None, None), "prod", 5).is_err(), "another target's");
        assert!(find(&wanted(None, None, None), "local", 31).is_err(), "its time is over");
        let old = find(&wanted(Some("up"), None, Some(Millis::minutes(24 * 60))), "local", 5).unwrap_err();
        assert_eq!(old, "there is no copy conf of plan up, at most 1d old: the newest, of run b, is 3d old");
    }

    #[test]
    fn a_copy_that_is_not_what_it_was_is_no_copy() {
        let store = tempfile::tempdir().unwrap();
        keep(store.path(), "a", "up", "1.0", 1);
        fs::write(store.path().join("a/conf").join(THINGS), "[ ]").unwrap();
        let why = newest(store.path(), &wanted(None, None, None), "local", day(2)).unwrap_err();
        assert_eq!(why, "copy conf of run a is damaged: it is not what its note says");
    }
}
