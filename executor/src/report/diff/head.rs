//! Who and where; then what goes away.

use super::Cx;
use super::fold::One;
use crate::action::{Change, What};
use crate::preview::{ActPreview, RENDERS};
use crate::report::run::{moved, way};
use crate::resource::{Observed, Resource, Space};
use crate::screen::{Column, Sign, Style, Table, count, elapsed, hang};
use std::collections::{BTreeMap, BTreeSet};
use switchback_compiler::plan::{Failure, Kube, Window};

/// The first line, and where, when and how.
pub(super) fn head(cx: &Cx<'_>) -> String {
    let lines =
        [("moves", moves(cx)), ("target", target(cx)), ("observed", Some(observed(cx))), ("window", window(cx))];
    let told = |(label, text): (&str, Option<String>)| text.map(|text| hang(&format!("  {label:<10}"), &text, cx.look));
    title(cx) + &lines.into_iter().filter_map(told).collect::<String>()
}

/// `lumen-5.0  Move Lumen from 4.9 to 5.0  OPS-2210`.
pub(super) fn title(cx: &Cx<'_>) -> String {
    let name = Style::Bold.paint(&cx.safe(&cx.plan.name), cx.look);
    let texts = [&cx.plan.title, &cx.plan.ticket].into_iter().flatten().map(|text| cx.safe(&text.to_string()));
    std::iter::once(name).chain(texts).collect::<Vec<_>>().join("  ") + "\n"
}

fn moves(cx: &Cx<'_>) -> Option<String> {
    moved(cx.plan, cx.look).map(|moves| format!("{moves}, {}", way(cx.plan)))
}

fn target(cx: &Cx<'_>) -> Option<String> {
    let target = cx.plan.target.as_ref()?;
    let cluster = target.kube.as_ref().map(|kube| cluster(cx, kube));
    let files = target.directory.as_ref().map(|directory| format!("files below {}", cx.safe(directory)));
    let places = cluster.into_iter().chain(files).collect::<Vec<_>>().join("; ");
    Some(if places.is_empty() { cx.target() } else { format!("{}: {places}", cx.target()) })
}

/// `cluster prod-eu, namespace lumen`.
fn cluster(cx: &Cx<'_>, kube: &Kube) -> String {
    let context = kube
        .context
        .as_ref()
        .map_or_else(|| "the current cluster".to_owned(), |context| format!("cluster {}", cx.safe(context)));
    format!("{context}, namespace {}", cx.safe(&kube.namespace))
}

fn observed(cx: &Cx<'_>) -> String {
    let resources = count(cx.preview.observed, "resource");
    let took = elapsed(cx.shown.took);
    format!("{}: {resources} in {took}; nothing was written", cx.shown.observed_at())
}

/// `sat sun 22:00–04:00 Europe/Berlin; deadline 2h, then undo`.
fn window(cx: &Cx<'_>) -> Option<String> {
    let what = match cx.plan.on_failure.how {
        Failure::Undo => "then undo",
        Failure::UndoStep => "then the step at hand is undone",
        Failure::Stop => "then stop",
    };
    let deadline = format!("deadline {}, {what}", cx.plan.deadline.limit);
    match &cx.plan.window {
        Some(window) => Some(format!("{}; {deadline}", hours(cx, window))),
        None => cx.plan.deadline.given.then(|| format!("any time; {deadline}")),
    }
}

fn hours(cx: &Cx<'_>, window: &Window) -> String {
    let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let days = if window.days.is_empty() { "every day".to_owned() } else { window.days.join(" ") };
    let hours = cx.look.range(&clock(window.from), &clock(window.to));
    cx.safe(&format!("{days} {hours} {}", window.zone))
}

/// `deletes 3 of 27`, and each of them with its step.
pub(super) fn deletes(cx: &Cx<'_>) -> Option<String> {
    let first = deletes_line(cx)?;
    let mut table = Table::new(vec![Column::text(""), Column::text(""), Column::text("")]).indented(2);
    let parts = parts(cx);
    for one in deletions(cx) {
        let name = format!("{} {}", Sign::Deleted.show(cx.look), cx.safe(&one.change.resource));
        let part = parts.get(&(one.unit.unit, one.change.resource.as_str()));
        table.row([name, cx.name(one.unit), cx.safe(part.map_or("", String::as_str))]);
    }
    Some(format!("{}\n{}", Style::Red.paint(&first, cx.look), table.render()))
}

/// What the first deletion of each is a part of: `1 of 7 in release portal`, `2 of 4 in this step`; nothing of the only one
/// that a step deletes by itself.
fn parts<'p>(cx: &Cx<'p>) -> BTreeMap<(u32, &'p str), String> {
    let mut parts = BTreeMap::new();
    for seen in &cx.preview.units {
        let (releases, others): (Vec<_>, Vec<_>) = seen.by_act().partition(|(act, _)| act.kind.starts_with(RENDERS));
        for (act, changes) in releases {
            let there = there(cx, act);
            let gone: Vec<&str> = gone(changes).filter(|name| there.contains(*name)).collect();
            if let Some(first) = gone.first() {
                parts.insert((seen.unit, *first), format!("{} of {} in {}", gone.len(), there.len(), act.words));
            }
        }
        let changes = || others.iter().flat_map(|(_, changes)| changes.iter());
        let gone: Vec<&str> = others.iter().flat_map(|(_, changes)| gone(changes)).collect();
        let number = gone.iter().collect::<BTreeSet<_>>().len();
        let stood = changes().filter(|change| matches!(change.what, What::Changed | What::Deleted));
        let stood = stood.map(|change| &change.resource).collect::<BTreeSet<_>>().len() + seen.equal;
        if let Some(first) = gone.first().filter(|_| number > 1) {
            parts.insert((seen.unit, *first), format!("{number} of {stood} in this step"));
        }
    }
    parts
}

fn gone(changes: &[Change]) -> impl Iterator<Item = &str> {
    changes.iter().filter(|change| change.what == What::Deleted).map(|change| change.resource.as_str())
}

/// The objects of a release that are there.
fn there(cx: &Cx<'_>, act: &ActPreview) -> BTreeSet<String> {
    let facts = &cx.preview.facts.resources;
    let is_there =
        |resource: &&Resource| resource.space == Space::Object && facts.get(resource).is_some_and(Observed::exists);
    act.resources.iter().filter(is_there).map(|resource| resource.spoken(cx.plan.namespace())).collect()
}

/// `deletes 3 of 27`; over policy's limit, that the number is asked for.
pub(super) fn deletes_line(cx: &Cx<'_>) -> Option<String> {
    let number = cx.preview.deleted().len();
    let over = cx.plan.deletions_at_most.filter(|most| number as u64 > *most);
    let asks = over.map(|most| format!(": over policy's limit of {most}, so `run` asks for the number"));
    (number > 0).then(|| format!("deletes {number} of {}{}", cx.preview.observed, asks.unwrap_or_default()))
}

/// What goes away, in the plan's order.
pub(super) fn deletions<'a>(cx: &Cx<'a>) -> Vec<One<'a>> {
    // What an earlier step makes is nothing that goes away, and nothing goes away twice.
    let mut left = cx.preview.deleted();
    let deleted = cx.preview.changes().filter(|(_, change)| change.what == What::Deleted);
    deleted
        .filter(|(_, change)| left.remove(change.resource.as_str()))
        .map(|(unit, change)| One { unit, change })
        .collect()
}
