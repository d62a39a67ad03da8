//! How a step is taken back, in a few words, for the table.

use super::risk::HOOK;
use super::{ActPreview, Facts, Nouns, UnitPreview};
use crate::action::{Change, What};
use crate::resource::{Observed, Space};
use crate::screen::count;
use std::collections::BTreeSet;
use switchback_compiler::plan::{CopyOf, Undo, UndoWork, Unit, WayBack};
use switchback_compiler::schema::OwnWayBack;

/// The way back of a unit, given what it would change.
pub(super) fn words(unit: &Unit, seen: &UnitPreview, finalize: bool, facts: &Facts, nouns: Nouns) -> String {
    if seen.skipped.is_some() || seen.changes.is_empty() {
        return "nothing to undo".to_owned();
    }
    match &unit.way_back {
        _ if finalize => "none: it gives up the way back".to_owned(),
        WayBack::Own => own(seen, facts, nouns),
        WayBack::Undo(ways) => written(ways, seen, facts, nouns),
        WayBack::Stays(why) => format!("stays: {why}"),
        WayBack::Irreversible(why) => format!("irreversible: {why}"),
    }
}

/// By the actions' own: files first, as they are most, then objects, then what else is put back.
fn own(seen: &UnitPreview, facts: &Facts, nouns: Nouns) -> String {
    let restores = |kind: &str| nouns(kind).map(|noun| noun.form().way_back);
    let (mut files, mut objects) = (Copies::default(), Copies::default());
    let mut others = Vec::new();
    for (act, changes) in seen.by_act() {
        match (restores(&act.kind), act.noun()) {
            _ if changes.is_empty() => {}
            _ if act.after_change => others.push(format!("{} again", act.words)),
            (Some(OwnWayBack::Restores(_)), "file") => files.sort(changes.iter()),
            (Some(OwnWayBack::Restores(_)), "object") => {
                // What becomes of an object that nobody can know beforehand is no thing that is put back.
                objects.sort(changes.iter().filter(|change| change.what != What::Unknown));
            }
            // A release that the action installs has no revision to go back to.
            (Some(OwnWayBack::Restores(_)), _) if is_installed(changes) => {
                others.push(format!("{} uninstalled", act.words));
            }
            (Some(OwnWayBack::Restores(what)), _) => {
                let revision = revision(act, facts).map(|revision| format!("{revision} of {}", act.words));
                others.push(revision.unwrap_or_else(|| put_back(what, &act.words)));
            }
            _ => {}
        }
    }
    others.dedup();
    let parts: Vec<String> = files.words("file").chain(objects.words("object")).chain(others).collect();
    let hooks = seen.changes.iter().filter(|change| change.resource.starts_with(HOOK)).count();
    let but = match hooks {
        0 => "",
        1 => "; not the hook",
        _ => "; not the hooks",
    };
    if parts.is_empty() { "nothing to undo".to_owned() } else { format!("{}{but}", parts.join(", ")) }
}

/// What is kept of the resources that are changed.
#[derive(Default)]
struct Copies<'c> {
    kept: BTreeSet<&'c str>,
    made: BTreeSet<&'c str>,
}

impl<'c> Copies<'c> {
    /// What stood there before the step is kept, what did not is removed again.
    fn sort(&mut self, changes: impl Iterator<Item = &'c Change>) {
        for change in changes {
            let name = change.resource.as_str();
            if change.what == What::Created {
                self.made.insert(name);
            } else if !self.made.contains(name) {
                self.kept.insert(name);
            }
        }
    }

    /// `copies of 2 files`, `1 removed`.
    fn words(&self, noun: &str) -> impl Iterator<Item = String> + use<> {
        let made = self.made.difference(&self.kept).count();
        let kept = match self.kept.len() {
            0 => None,
            1 => Some(format!("copy of 1 {noun}")),
            many => Some(format!("copies of {}", count(many, noun))),
        };
        kept.into_iter().chain((made > 0).then(|| format!("{made} removed")))
    }
}

/// The revision of a release that stands, and to which an undo goes back.
pub(super) fn revision<'f>(act: &ActPreview, facts: &'f Facts) -> Option<&'f str> {
    let mut releases = act.resources.iter().filter(|resource| resource.space == Space::Release);
    deployed(facts.resources.get(releases.next()?)?).map(|(revision, _)| revision)
}

/// `revision 41` and what it is; none where it is not what stands.
pub(super) fn deployed(seen: &Observed) -> Option<(&str, &str)> {
    seen.says.split_once(", ").filter(|(_, what)| what.ends_with(", deployed"))
}

fn is_installed(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.what == What::Created && change.resource.starts_with(RELEASE))
}

/// So a release is named among changes, also one of another namespace.
const RELEASE: &str = "release";

/// `service portal as it was`; what else an action puts back is named.
fn put_back(what: &str, of: &str) -> String {
    if what == "the old state" { format!("{of} as it was") } else { format!("{what} of {of}") }
}

/// By what the plan writes.
fn written(ways: &[Undo], seen: &UnitPreview, facts: &Facts, nouns: Nouns) -> String {
    let Some(way) = ways.first() else { return own(seen, facts, nouns) };
    let parts: Vec<String> = way.work.iter().filter_map(|work| part(work, seen, facts, nouns)).collect();
    let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    let within = way.within.map(|limit| format!(", in {limit}")).unwrap_or_default();
    let others = if ways.len() > 1 { format!(", or {}", count(ways.len() - 1, "other way")) } else { String::new() };
    format!("its `undo`: {parts}{within}{others}")
}

fn part(work: &UndoWork, seen: &UnitPreview, facts: &Facts, nouns: Nouns) -> Option<String> {
    match work {
        UndoWork::Own => Some(own(seen, facts, nouns)),
        UndoWork::Verify(_) => None,
        UndoWork::Act(act) => Some(match act.call.copy() {
            Some(CopyOf::Own(copy)) => format!("restores {copy}"),
            Some(CopyOf::Kept(kept)) => format!("restores {kept}"),
            None => nouns(&act.call.kind)
                .and_then(|noun| noun.action())
                .map_or_else(|| act.call.kind.clone(), |action| action.words(&act.call)),
        }),
    }
}
