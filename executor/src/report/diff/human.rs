//! The dry run for a terminal.

use super::fold::folded;
use super::{Cx, Shown, blocks, folded as many, gates, head, nothing, owners, risks, share, step as one, table, tried};
use crate::preview::Preview;
use crate::screen::{Look, hang};
use switchback_compiler::plan::Plan;

/// The whole dry run: what goes away, what can hurt, what changes, the way back, the figures.
pub fn human(plan: &Plan, preview: &Preview, shown: &Shown, look: Look) -> String {
    let cx = Cx::new(plan, preview, shown, look);
    if preview.is_nothing() {
        return nothing::nothing(&cx);
    }
    let folded = folded(plan, preview).filter(|_| !shown.full);
    let mut parts = vec![head::head(&cx)];
    let first = [risks::blocked(&cx), head::deletes(&cx), risks::risks(&cx), owners::owners(&cx), gates::gates(&cx)];
    parts.extend(first.into_iter().flatten());
    match &folded {
        Some(folded) => parts.extend(many::parts(&cx, folded)),
        None => parts.extend(blocks::blocks(&cx)),
    }
    parts.extend(tried::tried(&cx));
    parts.push(if folded.is_some() { table::by_layer(&cx) } else { table::table(&cx) });
    let all = preview.changes().count();
    let line = folded.map(|folded| many::shown_line(&folded, all)).unwrap_or_default();
    parts.push(share::share(&cx) + &line + &left_out(&cx));
    parts.join("\n")
}

/// One step alone; none where the plan has no step of that name.
pub fn step(plan: &Plan, preview: &Preview, name: &str, shown: &Shown, look: Look) -> Option<String> {
    let cx = Cx::new(plan, preview, shown, look);
    let seen = preview
        .units
        .iter()
        .chain(&preview.finalize)
        .find(|seen| cx.unit(seen).is_some_and(|unit| unit.name == name))?;
    let back = hang("    way back: ", &cx.safe(&seen.way_back), look);
    let blocked = risks::blocked(&cx).map(|blocked| format!("\n{blocked}\n")).unwrap_or_default();
    Some(head::title(&cx) + &blocked + &one::step(&cx, seen) + &back)
}

/// What `when` left out of the plan.
fn left_out(cx: &Cx<'_>) -> String {
    let told = |left: &switchback_compiler::plan::LeftOut| {
        hang("note: ", &cx.safe(&format!("{} is left out: {}", left.what, left.why)), cx.look)
    };
    cx.plan.left_out.iter().map(told).collect()
}
