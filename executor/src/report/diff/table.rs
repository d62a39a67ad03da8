//! The figures: a line a step, or a line a layer where there are too many to read.

use super::Cx;
use crate::preview::UnitPreview;
use crate::report::run::{Tally, groups};
use crate::screen::{Column, Table, count, figure, list, wrap};
use switchback_compiler::plan::{Check, Stage, Unit, Work};
use switchback_compiler::value::Millis;

/// Below this width the way back leaves the table; the list above it has the same facts.
const WAY_BACK_FROM: usize = 80;
/// From this width on there is room for what each step needs and how long it may take.
const NEEDS_FROM: usize = 120;

/// One row: what a table or a comment says of a step.
pub(super) struct Row<'a> {
    /// The layer's name on its first row, else empty.
    pub layer: String,
    pub unit: &'a Unit,
    pub seen: &'a UnitPreview,
}

/// All steps of prepare and change, and blocks that take copies.
pub(super) fn rows<'a>(cx: &Cx<'a>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for group in groups(cx.plan).iter().filter(|group| group.stage != Stage::Finalize) {
        let mut layer = cx.safe(&group.name);
        for id in &group.units {
            if let (Some(unit), Some(seen)) = (cx.plan.unit(*id), cx.preview.units.iter().find(|seen| seen.unit == *id))
            {
                rows.push(Row { layer: std::mem::take(&mut layer), unit, seen });
            }
        }
    }
    rows
}

/// A line a step.
pub(super) fn table(cx: &Cx<'_>) -> String {
    let edge = cx.look.edge();
    let (back, needs) = (edge >= WAY_BACK_FROM, edge >= NEEDS_FROM);
    let mut columns = vec![Column::text("layer").at_least(13), Column::text("step").at_least(13)];
    columns.extend(figure_columns(1, 2));
    columns.extend(
        needs.then(|| [Column::text("needs").at_least(13), Column::figures("limit").at_least(5)]).into_iter().flatten(),
    );
    columns.extend(back.then(|| Column::text("way back")));
    let before = 13 + 2 + 13 + 13 + 2 + if needs { 13 + 2 + 5 + 4 } else { 0 };
    let mut table = Table::new(columns);
    for Row { layer, unit, seen } in rows(cx) {
        let mut cells = vec![layer, cx.safe(&unit.name)];
        cells.extend(figures(Tally::of(&seen.changes)));
        if needs {
            cells.extend([needed(cx, unit), limit(unit)]);
        }
        let mut way = wrap(&cx.safe(&seen.way_back), edge.saturating_sub(before).max(20)).into_iter();
        let blanks = cells.len();
        cells.extend(back.then(|| way.next().unwrap_or_default()));
        table.row(cells);
        for line in way.filter(|_| back) {
            table.row(vec![String::new(); blanks].into_iter().chain([line]));
        }
    }
    let mut total = vec!["total".to_owned(), count(steps(cx), "step")];
    total.extend(figures(cx.tally.total()));
    if needs {
        total.extend([String::new(), String::new()]);
    }
    total.extend(back.then(|| stay(cx)));
    table.row(total);
    table.render()
}

/// A line a layer.
pub(super) fn by_layer(cx: &Cx<'_>) -> String {
    let mut columns = vec![Column::text("layer").at_least(13), Column::figures("steps")];
    columns.extend(figure_columns(3, 3));
    columns.push(Column::text(""));
    let mut table = Table::new(columns);
    for group in groups(cx.plan).iter().filter(|group| group.stage != Stage::Finalize) {
        let seen: Vec<&UnitPreview> = cx.preview.units.iter().filter(|seen| group.units.contains(&seen.unit)).collect();
        if seen.is_empty() {
            continue;
        }
        let tally = Tally::of(seen.iter().flat_map(|seen| &seen.changes));
        let head = [cx.safe(&group.name), figure(group.steps.len())];
        table.row(head.into_iter().chain(figures(tally)));
    }
    let head = ["total".to_owned(), steps(cx).to_string()];
    table.row(head.into_iter().chain(figures(cx.tally.total())).chain([stay(cx)]));
    table.render()
}

fn figure_columns(first: usize, least: usize) -> [Column; 4] {
    ["+", "~", "-", "?"].map(|sign| Column::figures(sign).at_least(if sign == "+" { first } else { least }))
}

pub(super) fn figures(tally: Tally) -> [String; 4] {
    let Tally { created, changed, deleted, unknown } = tally;
    [created, changed, deleted, unknown].map(figure)
}

/// Steps of prepare and change.
pub(super) fn steps(cx: &Cx<'_>) -> usize {
    cx.plan.steps().filter(|(_, unit)| cx.plan.stage_of(unit) != Stage::Finalize).count()
}

/// `15 resources stay as they are`.
fn stay(cx: &Cx<'_>) -> String {
    match cx.preview.staying() {
        0 => String::new(),
        1 => "1 resource stays as it is".to_owned(),
        many => format!("{} stay as they are", count(many, "resource")),
    }
}

/// What the author wrote as `needs`.
fn needed(cx: &Cx<'_>, unit: &Unit) -> String {
    let names: Vec<String> =
        unit.written_needs.iter().filter_map(|id| cx.plan.unit(*id)).map(|unit| cx.safe(&unit.name)).collect();
    list(&names)
}

/// The longest that a step may take.
fn limit(unit: &Unit) -> String {
    let checks = |checks: &[Check]| checks.iter().map(|check| check.within).max().unwrap_or_default();
    let of = |work: &Work| match work {
        Work::Gate(_) | Work::Output(_) => Millis(0),
        Work::Before(all) | Work::Verify(all) => checks(all),
        Work::Backup(backup) => backup.within,
        Work::Act(act) | Work::Meanwhile(act) => act.within,
        Work::GiveBack(back) => back.act.within,
        Work::AfterChange(acts) => acts.iter().fold(Millis(0), |sum, act| sum.plus(act.within)),
    };
    unit.deadline.unwrap_or_else(|| unit.work.iter().fold(Millis(0), |sum, work| sum.plus(of(work)))).to_string()
}
