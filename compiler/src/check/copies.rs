//! What is restored must have been copied before.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::graph::{Graph, layers, rank_of};
use crate::lower::{Draft, DraftStep};
use crate::plan::{Act, Backup, Call, Check, UndoWork, WayBack, Work};
use crate::source::Span;
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
        for used in uses(step) {
            let copy = cx.registry.get(&used.call.kind).and_then(|kind| kind.copy(used.call)).map(ToOwned::to_owned);
            let Some(copy) = copy else { continue };
            match taken.get(copy.as_str()) {
                None => unknown(cx, &taken, &used, &copy),
                Some(Taken::Step(source)) if *source != index && !graph.before(*source, index) => {
                    late(cx, draft, step, &used, &copy, *source);
                }
                Some(Taken::Block(rank)) if graph.rank.get(index).is_some_and(|own| own < rank) && !used.in_undo => {
                    unknown(cx, &taken, &used, &copy);
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

/// A call that may use a copy.
struct Used<'d> {
    call: &'d Call,
    at: Span,
    in_undo: bool,
    /// What it does with the copy, as it is wanted and as it is told.
    does: &'static str,
    finds: &'static str,
}

impl<'d> Used<'d> {
    fn act(act: &'d Act) -> Self {
        Self { call: &act.call, at: act.at.span, in_undo: false, does: "restore", finds: "restores" }
    }

    fn check(check: &'d Check) -> Self {
        Self { call: &check.call, at: check.at.span, in_undo: false, does: "compare with", finds: "compares with" }
    }

    fn in_undo(self) -> Self {
        Self { in_undo: true, ..self }
    }
}

/// Actions and checks of a step and of its ways back.
fn uses(step: &DraftStep) -> Vec<Used<'_>> {
    let mut all: Vec<Used<'_>> = step.work.iter().flat_map(Work::acts).map(Used::act).collect();
    for work in &step.work {
        if let Work::Before(checks) | Work::Verify(checks) = work {
            all.extend(checks.iter().map(Used::check));
        }
    }
    if let WayBack::Undo(ways) = &step.way_back {
        for work in ways.iter().flat_map(|way| &way.work) {
            match work {
                UndoWork::Act(act) => all.push(Used::act(act).in_undo()),
                UndoWork::Verify(checks) => all.extend(checks.iter().map(|check| Used::check(check).in_undo())),
                UndoWork::Own => {}
            }
        }
    }
    all
}

fn unknown(cx: &mut Cx<'_>, taken: &BTreeMap<&str, Taken>, used: &Used<'_>, copy: &str) {
    let found = Diagnostic::new(&UNKNOWN_COPY, format!("there is no copy `{copy}` to {}", used.does));
    cx.sink.push(match cx.nearest(copy, taken.keys().copied()) {
        Some(near) => found.label(used.at, format!("did you mean `{near}`?")),
        None => found
            .label(used.at, "no backup of this plan is called so")
            .help(format!("take it before: step \"{copy}\" {{ backup {{ file \"…\" }} }}"))
            .help(format!("or name the plan whose last run took it: copy=\"PLAN/{copy}\"")),
    });
}

fn late(cx: &mut Cx<'_>, draft: &Draft, step: &DraftStep, used: &Used<'_>, copy: &str, source: usize) {
    let Some(source) = draft.steps.get(source) else { return };
    cx.sink.push(
        Diagnostic::new(
            &LATE_COPY,
            format!("step `{}` {} `{copy}`, which may not be taken yet", step.name, used.finds),
        )
        .label(used.at, "needs the copy here")
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
