//! R3: nothing writes what a backup copies at the same time.

use super::race::{Write, ancestors, does, place, way_out, writes_there};
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::graph::Graph;
use crate::lower::{Draft, DraftStep};
use crate::plan::{Backup, Work};
use crate::registry::Touch;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// What steps write, by space and path.
type ByName<'w, 'd> = BTreeMap<(&'w str, &'w str), Vec<&'w Write<'d>>>;

/// A copy and a write below it in no order: the copy may hold any of both. A step that writes is told of once.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    if !draft.steps.iter().any(|step| backups(step).next().is_some()) {
        return;
    }
    let writes = writes_there(draft);
    let mut by_name: ByName<'_, '_> = BTreeMap::new();
    for write in &writes {
        by_name.entry((&write.touch.space, &write.touch.path)).or_default().push(write);
    }
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (step, copying) in draft.steps.iter().enumerate() {
        let read: Vec<(&Backup, Touch)> = backups(copying).flat_map(|backup| reads(cx, backup)).collect();
        if read.is_empty() {
            continue;
        }
        let ordered = graph.ordered_with(step);
        for (backup, touch) in &read {
            let unordered = meeting(&by_name, touch).filter(|write| ordered.get(write.step) == Some(&false));
            for write in unordered {
                if told.insert(write.step) {
                    found.extend(diagnose(cx, draft, copying, (backup, touch), write));
                }
            }
        }
    }
    cx.sink.extend(found);
}

fn backups(step: &DraftStep) -> impl Iterator<Item = &Backup> {
    step.work.iter().filter_map(|work| if let Work::Backup(backup) = work { Some(backup) } else { None })
}

fn reads<'d>(cx: &Cx<'_>, backup: &'d Backup) -> Vec<(&'d Backup, Touch)> {
    let kinds = backup.things.iter().filter_map(|call| Some((cx.registry.get(&call.kind)?, call)));
    kinds.flat_map(|(kind, call)| kind.reads(call)).map(|touch| (backup, touch)).collect()
}

/// The writes that meet a copy: of the very thing, of a whole folder above it, and of what lies below it.
fn meeting<'m, 'w, 'd>(
    all: &'m ByName<'w, 'd>,
    copy: &'m Touch,
) -> impl Iterator<Item = &'w Write<'d>> + use<'m, 'w, 'd> {
    let space = copy.space.as_str();
    let same = all.get(&(space, copy.path.as_str())).into_iter().flatten();
    let above = ancestors(&copy.path).filter_map(move |path| all.get(&(space, path))).flatten();
    let inside = if copy.path.is_empty() { String::new() } else { format!("{}/", copy.path) };
    let from = all.range::<(&str, &str), _>((Bound::Excluded((space, copy.path.as_str())), Bound::Unbounded));
    // Between a folder and what is in it stand only names that begin with the folder's.
    let near = from.take_while(move |((of, path), _)| *of == space && path.starts_with(copy.path.as_str()));
    let below = near.filter(move |((_, path), _)| copy.tree && path.starts_with(&inside)).flat_map(|(_, all)| all);
    same.chain(above.filter(|write| write.touch.tree)).chain(below).copied()
}

fn diagnose(
    cx: &Cx<'_>,
    draft: &Draft,
    one: &DraftStep,
    (backup, touch): (&Backup, &Touch),
    write: &Write<'_>,
) -> Option<Diagnostic> {
    let other = draft.steps.get(write.step)?;
    // What is restored from the copy must come behind it, which is told as such.
    if restores(cx, other, &backup.name) {
        return None;
    }
    let what = place(&touch.path);
    let all = if touch.tree { "all of " } else { "" };
    let message = format!("`{}` may copy {what} while `{}` writes there", one.name, other.name);
    let found = Diagnostic::new(&UNORDERED_COPY, message)
        .label(backup.at.span, format!("`{}` copies {all}{what}", one.name))
        .label(write.at.span, does(other, write));
    Some(way_out(cx, found, one, other))
}

fn restores(cx: &Cx<'_>, step: &DraftStep, copy: &str) -> bool {
    step.work.iter().any(|work| {
        let Work::Act(act) = work else { return false };
        cx.registry.get(&act.call.kind).and_then(|kind| kind.copy(&act.call)) == Some(copy)
    })
}

/// A copy of what another step may write at the same time.
pub static UNORDERED_COPY: Page = Page {
    code: "order::unordered-copy",
    rule: "R3",
    text: "A backup copies what another step may write at the same time, so chance decides whether the copy holds what \
           stood there before, after, or something of both. What is restored from it later is as uncertain.",
    wrong: "step \"copy\" { backup { dir \"www\" } }\nstep \"site\" { file.write \"www/index.html\" content=\"1\" }",
    right: "step \"copy\" { backup { dir \"www\" } }\nstep \"site\" { needs \"copy\"; file.write \"www/index.html\" content=\"1\" }",
    see: &["order::unordered-write", "copy::unordered"],
    ..Page::ERROR
};
