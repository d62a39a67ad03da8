//! How a step is taken back, in a few words, for the table.

use super::{ActPreview, Nouns, UnitPreview};
use crate::action::{Change, What};
use crate::screen::count;
use std::collections::BTreeSet;
use switchback_compiler::plan::{CopyOf, Undo, UndoWork, Unit, WayBack};
use switchback_compiler::schema::OwnWayBack;

/// The way back of a unit, given what it would change.
pub(super) fn words(unit: &Unit, seen: &UnitPreview, finalize: bool, nouns: Nouns) -> String {
    if seen.skipped.is_some() || seen.changes.is_empty() {
        return "nothing to undo".to_owned();
    }
    match &unit.way_back {
        _ if finalize => "none: it gives up the way back".to_owned(),
        WayBack::Own => own(seen, nouns),
        WayBack::Undo(ways) => written(ways, seen, nouns),
        WayBack::Stays(why) => format!("stays: {why}"),
        WayBack::Irreversible(why) => format!("irreversible: {why}"),
    }
}

/// By the actions' own: files first, as they are most, then what else is put back.
fn own(seen: &UnitPreview, nouns: Nouns) -> String {
    let restores = |kind: &str| nouns(kind).map(|noun| noun.form().way_back);
    let (mut kept, mut made) = (BTreeSet::new(), BTreeSet::new());
    let mut others = Vec::new();
    for (act, changes) in seen.by_act() {
        match restores(&act.kind) {
            _ if changes.is_empty() => {}
            _ if act.after_change => others.push(format!("{} again", act.words)),
            Some(OwnWayBack::Restores(_)) if is_of_files(act) => sort(changes, &mut kept, &mut made),
            Some(OwnWayBack::Restores(what)) => others.push(put_back(what, &act.words)),
            _ => {}
        }
    }
    let made = made.difference(&kept).count();
    let kept = match kept.len() {
        0 => None,
        1 => Some("copy of 1 file".to_owned()),
        many => Some(format!("copies of {}", count(many, "file"))),
    };
    let removed = (made > 0).then(|| format!("{made} removed"));
    others.dedup();
    let parts: Vec<String> = kept.into_iter().chain(removed).chain(others).collect();
    if parts.is_empty() { "nothing to undo".to_owned() } else { parts.join(", ") }
}

/// `service portal as it was`; what else an action puts back is named.
fn put_back(what: &str, of: &str) -> String {
    if what == "the old state" { format!("{of} as it was") } else { format!("{what} of {of}") }
}

fn is_of_files(act: &ActPreview) -> bool {
    matches!(act.kind.split('.').next(), Some("file" | "dir" | "archive"))
}

/// What stood there before the step is kept, what did not is removed again.
fn sort<'c>(changes: &'c [Change], kept: &mut BTreeSet<&'c str>, made: &mut BTreeSet<&'c str>) {
    for change in changes {
        let name = change.resource.as_str();
        if change.what == What::Created {
            made.insert(name);
        } else if !made.contains(name) {
            kept.insert(name);
        }
    }
}

/// By what the plan writes.
fn written(ways: &[Undo], seen: &UnitPreview, nouns: Nouns) -> String {
    let Some(way) = ways.first() else { return own(seen, nouns) };
    let parts: Vec<String> = way.work.iter().filter_map(|work| part(work, seen, nouns)).collect();
    let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    let within = way.within.map(|limit| format!(", in {limit}")).unwrap_or_default();
    let others = if ways.len() > 1 { format!(", or {}", count(ways.len() - 1, "other way")) } else { String::new() };
    format!("its `undo`: {parts}{within}{others}")
}

fn part(work: &UndoWork, seen: &UnitPreview, nouns: Nouns) -> Option<String> {
    match work {
        UndoWork::Own => Some(own(seen, nouns)),
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
