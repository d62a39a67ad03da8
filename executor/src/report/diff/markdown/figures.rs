//! The table: a row a step, or a row a shape where the changes are folded.

use super::super::fold::{Folded, Shape};
use super::super::step::{learnt, moves, sign};
use super::super::table::{Row, rows, steps};
use super::super::{Cx, tried};
use super::length;
use crate::preview::Outcome;
use crate::report::run::{PLAIN, Tally, code, escape};
use crate::screen::{count, of};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The table, within so many characters.
pub(super) fn figures(cx: &Cx<'_>, folded: Option<&Folded<'_>>, most: usize) -> String {
    match folded {
        Some(folded) => shapes(cx, folded, most),
        None => by_step(cx, most),
    }
}

fn by_step(cx: &Cx<'_>, most: usize) -> String {
    let head = "| layer | step | moves | + | ~ | - | ? | way back |\n|---|---|---|--:|--:|--:|--:|---|\n";
    let rows: Vec<String> = rows(cx).iter().map(|row| step(cx, row)).collect();
    let mut cells = vec!["**total**".to_owned(), count(steps(cx), "step"), String::new()];
    cells.extend(
        numbers(cx.tally.total()).map(|number| if number.is_empty() { number } else { format!("**{number}**") }),
    );
    cells.push(back(cx));
    capped(head, &rows, &line(&cells), most)
}

fn step(cx: &Cx<'_>, row: &Row<'_>) -> String {
    let Row { layer, unit, seen } = row;
    let moves = escape(&moves(unit, PLAIN));
    let major = unit.moves.iter().any(|moved| moved.from.is_major_to(&moved.to));
    let data = unit.moves.iter().any(|moved| cx.plan.components.get(&moved.component).is_some_and(|one| one.stateful));
    let marks = [(major, "major"), (data && !moves.is_empty(), "data")];
    let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    let moves = if marks.is_empty() { moves } else { format!("{moves} **{}**", marks.join(", ")) };
    let mut cells = vec![escape(layer), escape(&unit.name), moves];
    cells.extend(numbers(Tally::of(&seen.changes)));
    cells.push(escape(&seen.way_back));
    line(&cells)
}

/// `6 of 6 checks hold`.
fn back(cx: &Cx<'_>) -> String {
    let number = |outcome| cx.preview.all_tried().filter(|one| one.outcome == outcome).count();
    match (number(Outcome::Holds), number(Outcome::Fails)) {
        (0, 0) => tried::summary(cx),
        (holds, fails) => {
            format!("{} {}", of(holds, holds + fails, "check"), if holds == 1 { "holds" } else { "hold" })
        }
    }
}

fn shapes(cx: &Cx<'_>, folded: &Folded<'_>, most: usize) -> String {
    let head = "| changes | what | where | known |\n|--:|---|---|---|\n";
    let mut rows: Vec<String> =
        folded.unlike.iter().map(|one| shape_row(1, one.change, &one.change.resource, &cx.name(one.unit))).collect();
    rows.extend(folded.shapes.iter().map(|shape| {
        let Shape { example, all, pattern } = shape;
        let steps: BTreeSet<u32> = all.iter().map(|one| one.unit.unit).collect();
        shape_row(all.len(), example.change, pattern, &count(steps.len(), "step"))
    }));
    let deletions = folded.deletions.len();
    let deletions =
        if deletions > 0 { format!("and {}, named above", count(deletions, "deletion")) } else { String::new() };
    let total = cx.preview.changes().count();
    let last = line(&[format!("**{total}**"), deletions, count(steps(cx), "step"), back(cx)]);
    capped(head, &rows, &last, most)
}

fn shape_row(number: usize, change: &crate::action::Change, name: &str, place: &str) -> String {
    let what = format!("{} {}", escape(sign(change.what).text(PLAIN)), code(name));
    line(&[number.to_string(), what, escape(place), learnt(change.learnt).to_owned()])
}

/// The rows that fit; how many do not is told in one.
fn capped(head: &str, rows: &[String], last: &str, most: usize) -> String {
    let mut out = head.to_owned();
    for (at, row) in rows.iter().enumerate() {
        if length(&out) + length(row) + length(last) + 60 > most {
            let _ = writeln!(out, "| | and {} | |", count(rows.len() - at, "more row"));
            break;
        }
        out += row;
    }
    out + last
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Nothing is an empty cell.
fn numbers(tally: Tally) -> [String; 4] {
    let Tally { created, changed, deleted, unknown } = tally;
    [created, changed, deleted, unknown].map(|number| if number == 0 { String::new() } else { number.to_string() })
}
