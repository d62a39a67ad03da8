//! Stages, layers and steps.

use super::act::{act, acts, checks, nobody_asked, reader};
use super::defaults::Defaults;
use super::draft::{Draft, DraftBlock, DraftStep};
use super::head::{any_text, moved};
use super::pages::{EMPTY_STEP, NAME_TAKEN};
use super::{Here, parts, span, text};
use crate::cx::Cx;
use crate::declare::repeated;
use crate::diagnostic::Diagnostic;
use crate::env::Env;
use crate::plan::{Move, Output, Stage, Undo, UndoWork, WayBack, Work};
use crate::shape::Item;
use crate::syntax::Spanned;
use std::rc::Rc;

/// `stage "prepare" { … }`.
pub(super) fn stage(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    let stage = match text(item, "kind").as_deref() {
        Some("finalize") => Stage::Finalize,
        _ => Stage::Prepare,
    };
    let here = Here { stage, ..inner(cx, env, item, here) };
    block(cx, env, item, &here, draft);
}

/// `layer "user-space" { … }`.
pub(super) fn layer(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    let here = Here { layer: text(item, "name"), ..inner(cx, env, item, here) };
    block(cx, env, item, &here, draft);
}

/// Where a block's inside stands: its own `defaults` win.
fn inner(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here) -> Here {
    if item.defaults.is_empty() {
        return here.clone();
    }
    let mut own = Defaults::default();
    own.add_all(cx, env, &item.defaults);
    let mut defaults = (*here.defaults).clone();
    defaults.extend(own);
    Here { defaults: Rc::new(defaults), ..here.clone() }
}

fn block(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    let parts = parts::parts(cx, &item.children, here);
    let good_for = span(item, "good-for");
    let (stage, layer) = (here.stage, here.layer.clone());
    draft.blocks.push(DraftBlock { stage, layer, good_for, parts, span: item.span });
    for child in &item.children {
        match child.name {
            "layer" => self::layer(cx, env, child, here, draft),
            "step" => step(cx, env, child, here, draft),
            "accept" => parts::accept(child, item.whole, draft),
            _ => {}
        }
    }
}

/// `step "name" { … }`.
pub(super) fn step(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    let Some(name) = text(item, "name") else { return };
    let here = inner(cx, env, item, here);
    let before = cx.sink.len();
    let mut step = DraftStep::new(name, item, cx.at(item.span), &here);
    for child in &item.children {
        part(cx, child, &here, &mut step);
        if child.name == "accept" {
            parts::accept(child, item.whole, draft);
        }
    }
    moved_calls(&mut step);
    let lack = draft.lacks.get(&item.whole).copied().unwrap_or_default();
    step.is_cut = item.is_cut || cx.sink.len() > before || lack.faults > 0;
    // `before` comes first wherever it is written, then what is taken away; the rest runs as written.
    step.work.sort_by_key(|work| match work {
        Work::Gate(_) | Work::Before(_) => 0,
        Work::Meanwhile(_) => 1,
        _ => 2,
    });
    if step.work.is_empty() && !step.is_cut && lack.left_out == 0 {
        cx.sink.push(
            Diagnostic::new(&EMPTY_STEP, format!("step `{}` does nothing", step.name))
                .label(item.span, "neither an action nor a check nor a backup")
                .help("give it an action, or take it out"),
        );
    }
    let at = item.span_of("name");
    if let Some(first) = draft.step_names.get(&step.name) {
        cx.sink.push(repeated("step", &Spanned { value: Rc::from(step.name.as_str()), span: at }, *first));
        return;
    }
    draft.step_names.insert(step.name.clone(), at);
    draft.steps.push(step);
}

/// What an action needs to know of versions it is told by its step: from where to where that moves what the action is
/// about. An undo goes the other way.
fn moved_calls(step: &mut DraftStep) {
    let moves: Vec<Move> = step.moves.iter().map(|(moved, _)| moved.clone()).collect();
    let own = step.work.iter_mut().flat_map(|work| match work {
        Work::Act(act) => std::slice::from_mut(act),
        Work::AfterChange(acts) => acts.as_mut_slice(),
        _ => &mut [],
    });
    own.for_each(|act| act.call.moved(&moves, false));
    if let WayBack::Undo(ways) = &mut step.way_back {
        let acts = ways.iter_mut().flat_map(|way| &mut way.work).filter_map(|work| match work {
            UndoWork::Act(act) => Some(act),
            _ => None,
        });
        acts.for_each(|act| act.call.moved(&moves, true));
    }
}

fn part(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, step: &mut DraftStep) {
    match item.name {
        "needs" => {
            step.needs.extend(super::texts_at(item, "step"));
        }
        "moves" => step.moves.extend(moved(item, &step.name).map(|moved| (moved, item.span))),
        "unless" => step.unless = checks(cx, item, here),
        "before" => step.work.push(Work::Before(checks(cx, item, here))),
        "verify" => step.work.push(Work::Verify(checks(cx, item, here))),
        "gate" => step.work.extend(parts::gate(cx, item).map(Work::Gate)),
        "meanwhile" => {
            let before = step.work.iter().filter(|work| matches!(work, Work::Meanwhile(_))).count();
            step.work.extend(parts::meanwhile(cx, item, here, before).into_iter().map(Work::Meanwhile));
        }
        "backup" => step.work.extend(parts::backup(cx, item, here, &step.name).map(Work::Backup)),
        "after-change" => {
            let first = next_number(step);
            step.work.push(Work::AfterChange(acts(cx, item, here, first)));
        }
        "output" => step.work.extend(output(cx, item, here).map(Work::Output)),
        "deadline" => step.deadline = span(item, "span").map(|limit| (limit, item.span)),
        "on-failure" => step.on_failure = parts::on_failure(item).map(|how| (how, item.span)),
        "undo" | "stays" | "irreversible" => way(cx, item, here, step),
        _ if item.kind.is_some() => action(cx, item, here, step),
        _ => {}
    }
}

/// What an action without a name is called next.
fn next_number(step: &DraftStep) -> usize {
    let count = |work: &Work| if let Work::AfterChange(acts) = work { acts.len() } else { 1 };
    step.work.iter().map(count).sum::<usize>() + 1
}

fn action(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, step: &mut DraftStep) {
    let Some(act) = act(cx, item, here, next_number(step)) else { return };
    if super::act::all(&step.work).any(|other| other.id == act.id) {
        cx.sink.push(
            Diagnostic::new(&NAME_TAKEN, format!("two actions of step `{}` are called `{}`", step.name, act.id))
                .label(item.span_of("as"), "taken already")
                .help("give one of them another name"),
        );
    }
    step.work.push(Work::Act(act));
}

fn output(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here) -> Option<Output> {
    let reader = reader(cx, item, here)?;
    Some(Output { name: text(item, "name")?, pattern: text(item, "pattern"), reader, at: cx.at(item.span) })
}

fn way(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, step: &mut DraftStep) {
    step.ways.push((item.name, item.span));
    match (item.name, &mut step.way_back) {
        ("undo", WayBack::Undo(ways)) => ways.push(undo(cx, item, here)),
        ("undo", way_back) => *way_back = WayBack::Undo(vec![undo(cx, item, here)]),
        ("stays", way_back) => *way_back = WayBack::Stays(any_text(item, "why").unwrap_or_default()),
        (_, way_back) => *way_back = WayBack::Irreversible(any_text(item, "why").unwrap_or_default()),
    }
}

fn undo(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here) -> Undo {
    let mut undo = Undo {
        before: Vec::new(),
        unless: Vec::new(),
        work: Vec::new(),
        within: span(item, "within"),
        loses: Vec::new(),
        at: cx.at(item.span),
    };
    for child in &item.children {
        match child.name {
            "before" => {
                // It says which way back is taken, so nothing fails by it.
                nobody_asked(cx, child);
                undo.before.extend(checks(cx, child, here));
            }
            "unless" => undo.unless.extend(checks(cx, child, here)),
            "loses" => undo.loses.extend(any_text(child, "what")),
            "verify" => undo.work.push(UndoWork::Verify(checks(cx, child, here))),
            "own" => undo.work.push(UndoWork::Own),
            _ if child.kind.is_some() => {
                let number = undo.work.len() + 1;
                undo.work.extend(act(cx, child, here, number).map(UndoWork::Act));
            }
            _ => {}
        }
    }
    undo
}
