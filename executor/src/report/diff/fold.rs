//! What is alike is folded, so that what is unlike is seen.

use crate::action::{Body, Change, What};
use crate::preview::{Preview, UnitPreview};
use crate::screen::diff::DiffLine;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use switchback_compiler::plan::Plan;

/// More changes than this are folded: a person reads so many, and no more.
const READ: usize = 40;

/// One change, with its unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct One<'p> {
    pub unit: &'p UnitPreview,
    pub change: &'p Change,
}

/// Changes that differ only in the names that they are about.
#[derive(Clone, Debug)]
pub(super) struct Shape<'p> {
    /// The first of them, which is shown.
    pub example: One<'p>,
    /// All of them, the example too.
    pub all: Vec<One<'p>>,
    /// Their names with `*` for what differs.
    pub pattern: String,
}

/// A preview, folded.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded<'p> {
    /// What is deleted: never folded.
    pub deletions: Vec<One<'p>>,
    /// What is like nothing else, or not knowable.
    pub unlike: Vec<One<'p>>,
    /// The rest, the largest shape first.
    pub shapes: Vec<Shape<'p>>,
}

impl Folded<'_> {
    /// Changes whose diffs are not shown.
    pub fn hidden(&self) -> usize {
        self.shapes.iter().map(|shape| shape.all.len() - 1).sum()
    }
}

/// The folded preview; none where there are few enough changes to show them all.
pub(super) fn folded<'p>(plan: &'p Plan, preview: &'p Preview) -> Option<Folded<'p>> {
    let all = || preview.units.iter().flat_map(|unit| unit.by_act().map(move |(act, changes)| (unit, act, changes)));
    if preview.changes().count() <= READ {
        return None;
    }
    let mut folded = Folded::default();
    let mut groups: IndexMap<String, Vec<One<'p>>> = IndexMap::new();
    for (unit, act, changes) in all() {
        let step = plan.unit(unit.unit).map_or("", |unit| unit.name.as_str());
        for change in changes {
            let one = One { unit, change };
            match change.what {
                What::Deleted => folded.deletions.push(one),
                What::Unknown => folded.unlike.push(one),
                What::Created | What::Changed => groups.entry(key(step, &act.kind, change)).or_default().push(one),
            }
        }
    }
    for group in groups.into_values() {
        match group.as_slice() {
            [only] => folded.unlike.push(*only),
            [first, ..] => folded.shapes.push(Shape { example: *first, pattern: pattern(&group), all: group }),
            [] => {}
        }
    }
    folded.unlike.sort_by_key(|one| one.unit.unit);
    folded.shapes.sort_by_key(|shape| std::cmp::Reverse(shape.all.len()));
    Some(folded)
}

/// What two changes of one shape have in common, as data whose parts can't run into each other: the kind of action, how
/// it changes, how that is known, and the lines with `*` for the step's name and the parts of the resource's.
fn key(step: &str, kind: &str, change: &Change) -> String {
    let Change { resource, what, learnt, body, after: _ } = change;
    let names = names(step, resource);
    let generic = |text: &str| generic(text, &names);
    let body = match body {
        Body::Lines(lines) => {
            Body::Lines(lines.iter().map(|line| DiffLine { kind: line.kind, text: generic(&line.text) }).collect())
        }
        Body::Words(words) => Body::Words(generic(words)),
        Body::Nothing => Body::Nothing,
    };
    serde_json::to_string(&(kind, what, learnt, body)).unwrap_or_default()
}

/// The names that a template may have put into a text, the longest first.
fn names<'t>(step: &'t str, resource: &'t str) -> Vec<&'t str> {
    let stems = |part: &'t str| part.split_once('.').map_or(part, |(stem, _)| stem);
    let parts = resource.split([' ', '/']).flat_map(|part| [part, stems(part)]);
    // A number alone may stand anywhere for anything.
    let tells = |name: &&str| name.len() > 1 && name.contains(|c: char| c.is_alphabetic());
    let mut names: Vec<&str> = parts.chain([step, resource]).filter(tells).collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.dedup();
    names
}

/// The text with `*` for each of the names where it stands as a whole word.
fn generic(text: &str, names: &[&str]) -> String {
    let mut text = text.to_owned();
    for name in names {
        text = replaced(&text, name);
    }
    text
}

fn replaced(text: &str, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        out.push_str(before);
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let whole = !word(out.chars().next_back()) && !word(after.chars().next());
        out.push_str(if whole { "*" } else { name });
        rest = after;
    }
    out + rest
}

/// What the names have in common, with `*` for what differs.
fn pattern(group: &[One<'_>]) -> String {
    let names: BTreeSet<&str> = group.iter().map(|one| one.change.resource.as_str()).collect();
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return String::new() };
    if first == last {
        return (*first).to_owned();
    }
    // The first and the last in order differ earliest; ends have no such order.
    let front = common(first.chars(), last.chars());
    let shortest = names.iter().map(|name| name.chars().count()).min().unwrap_or(0);
    let back = names.iter().map(|name| common(first.chars().rev(), name.chars().rev())).min().unwrap_or(0);
    let back = back.min(shortest.saturating_sub(front));
    let start: String = first.chars().take(front).collect();
    let end: Vec<char> = first.chars().rev().take(back).collect();
    format!("{start}*{}", end.iter().rev().collect::<String>())
}

fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}
