//! What is restored must have been copied before.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::graph::{Graph, layers, rank_of};
use crate::lower::{Draft, DraftStep};
use crate::plan::{Act, Backup, UndoWork, WayBack, Work};
use std::collections::BTreeMap;

/// Where a backup is taken.
enum Taken {
    /// In a step.
    Step(usize),
    /// When a block opens; its rank.
    Block(crate::graph::Rank),
}

/// Every `copy=` names a backup of this plan that is taken before it is needed.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    let taken = taken(cx, draft);
    for (index, step) in draft.steps.iter().enumerate() {
        for (act, in_undo) in uses(step) {
            let copy = cx.registry.get(&act.call.kind).and_then(|kind| kind.copy(&act.call)).map(ToOwned::to_owned);
            let Some(copy) = copy else { continue };
            match taken.get(copy.as_str()) {
                None => unknown(cx, &taken, act, &copy),
                Some(Taken::Step(source)) if *source != index && !graph.before(*source, index) => {
                    late(cx, draft, step, act, &copy, *source);
                }
                Some(Taken::Block(rank)) if graph.rank.get(index).is_some_and(|own| own < rank) && !in_undo => {
                    unknown(cx, &taken, act, &copy);
                }
                Some(_) => {}
            }
        }
    }
}

fn taken<'d>(cx: &mut Cx<'_>, draft: &'d Draft) -> BTreeMap<&'d str, Taken> {
    let order = layers(draft);
    let mut all: BTreeMap<&str, Taken> = BTreeMap::new();
    let mut add = |backup: &'d Backup, taken: Taken| {
        if all.insert(&backup.name, taken).is_some() {
            cx.sink.push(
                Diagnostic::new(&crate::declare::REPEATED, format!("backup `{}` is taken twice", backup.name))
                    .label(backup.at.span, "taken again here")
                    .help("give one of them a name of its own: backup \"name\" { … }"),
            );
        }
    };
    for backup in &draft.parts.backups {
        add(backup, Taken::Block((crate::plan::Stage::Change, 0)));
    }
    for block in &draft.blocks {
        let rank = rank_of(block.stage, block.layer.as_deref(), &order);
        block.parts.backups.iter().for_each(|backup| add(backup, Taken::Block(rank)));
    }
    for (index, step) in draft.steps.iter().enumerate() {
        for work in &step.work {
            if let Work::Backup(backup) = work {
                add(backup, Taken::Step(index));
            }
        }
    }
    all
}

/// Actions of a step and of its ways back.
fn uses(step: &DraftStep) -> Vec<(&Act, bool)> {
    let mut acts = Vec::new();
    acts.extend(step.work.iter().flat_map(Work::acts).map(|act| (act, false)));
    if let WayBack::Undo(ways) = &step.way_back {
        for work in ways.iter().flat_map(|way| &way.work) {
            if let UndoWork::Act(act) = work {
                acts.push((act, true));
            }
        }
    }
    acts
}

fn unknown(cx: &mut Cx<'_>, taken: &BTreeMap<&str, Taken>, act: &Act, copy: &str) {
    let found = Diagnostic::new(&UNKNOWN_COPY, format!("there is no copy `{copy}` to restore"));
    cx.sink.push(match cx.nearest(copy, taken.keys().copied()) {
        Some(near) => found.label(act.at.span, format!("did you mean `{near}`?")),
        None => found
            .label(act.at.span, "no backup of this plan is called so")
            .help(format!("take it before: step \"{copy}\" {{ backup {{ file \"…\" }} }}"))
            .help(format!("or name the plan whose last run took it: copy=\"PLAN/{copy}\"")),
    });
}

fn late(cx: &mut Cx<'_>, draft: &Draft, step: &DraftStep, act: &Act, copy: &str, source: usize) {
    let Some(source) = draft.steps.get(source) else { return };
    cx.sink.push(
        Diagnostic::new(&LATE_COPY, format!("step `{}` restores `{copy}`, which may not be taken yet", step.name))
            .label(act.at.span, "needs the copy here")
            .label(source.span, "and it is taken here, in no order with it")
            .help(format!("add to step `{}`: needs \"{}\"", step.name, source.name)),
    );
}

/// A copy that nobody takes.
pub static UNKNOWN_COPY: Page = Page {
    code: "copy::unknown",
    rule: "R9",
    text: "A step, or its way back, restores a copy that no backup of the plan takes before.",
    wrong: "step \"a\" { file.restore \"etc/a\" copy=\"conf\" }",
    right: "step \"conf\" { backup { file \"etc/a\" } }\nstep \"a\" { needs \"conf\"; file.restore \"etc/a\" copy=\"conf\" }",
    ..Page::ERROR
};

/// A copy that may be taken too late.
pub static LATE_COPY: Page = Page {
    code: "copy::unordered",
    rule: "R9",
    text: "A copy is restored in a step that may run before the step that takes it.",
    wrong: "step \"conf\" { backup { file \"etc/a\" } }\nstep \"a\" { file.restore \"etc/a\" copy=\"conf\" }",
    right: "step \"conf\" { backup { file \"etc/a\" } }\nstep \"a\" { needs \"conf\"; file.restore \"etc/a\" copy=\"conf\" }",
    ..Page::ERROR
};
