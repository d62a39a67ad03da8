//! Stages and layers, in the order in which they run, with their steps.

use super::Cx;
use super::order::order;
use super::step::step;
use crate::preview::UnitPreview;
use crate::report::run::{Group, groups};
use crate::screen::{Style, count, wrap};
use switchback_compiler::plan::Stage;

/// A part of the screen for each stage or layer that has something to show.
pub(super) fn blocks(cx: &Cx<'_>) -> Vec<String> {
    let mut parts = Vec::new();
    let mut before = None;
    for group in groups(cx.plan) {
        let seen: Vec<&UnitPreview> = group.units.iter().filter_map(|id| cx.preview.unit(*id)).collect();
        if !seen.is_empty() {
            parts.push(
                heading(cx, &group, before.as_deref()) + &seen.iter().map(|seen| step(cx, seen)).collect::<String>(),
            );
        }
        if group.stage == Stage::Change && !group.wall {
            before = Some(group.name);
        }
    }
    parts
}

/// `core-kernel, when user-space is green: 2 steps; catalog, then scheduler`.
fn heading(cx: &Cx<'_>, group: &Group, before: Option<&str>) -> String {
    let name = Style::Bold.paint(&cx.safe(&group.name), cx.look);
    let when = match (group.stage, before) {
        (Stage::Prepare, _) if cx.plan.window.is_some() => ", before the window".to_owned(),
        (Stage::Finalize, _) => ", only by `switchback finalize`".to_owned(),
        (Stage::Change, Some(before)) if !group.wall => format!(", when {} is green", cx.safe(before)),
        _ => String::new(),
    };
    let steps = match group.steps.len() {
        0 => String::new(),
        number => format!(": {}", count(number, "step")),
    };
    let order = order(cx, &group.steps).map(|order| format!("; {order}")).unwrap_or_default();
    wrap(&format!("{name}{when}{steps}{order}"), cx.look.edge()).join("\n    ") + "\n"
}
