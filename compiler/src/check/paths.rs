//! R6: what has a table of paths moves only along it.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::lower::Draft;
use crate::lower::draft::{Paths, Row};
use crate::plan::Move;
use crate::source::Span;
use crate::version::Versions;
use crate::words::ticked;
use std::collections::{BTreeSet, VecDeque};

/// As many rows as one reads.
const MOST_SHOWN: usize = 4;

/// Holds every move, of a step or of the plan, against the table of its component.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft) {
    let of_steps = draft.steps.iter().flat_map(|step| &step.moves);
    for (moved, span) in draft.product.iter().chain(of_steps) {
        let Some(paths) = draft.paths.get(&moved.component).filter(|paths| !paths.is_cut) else { continue };
        if !is_on(paths, moved) {
            let found = told(paths, moved, *span);
            cx.sink.push(found);
        }
    }
    near(cx, draft);
}

/// Whether a move is one hop of the table.
fn is_on(paths: &Paths, moved: &Move) -> bool {
    rows(paths, moved).any(|row| row.from.holds(&moved.from) && row.to.holds(&moved.to))
}

/// The rows that lead in the direction of a move.
fn rows<'p>(paths: &'p Paths, moved: &Move) -> impl Iterator<Item = &'p Row> {
    let (up, down) = (moved.to >= moved.from, moved.to <= moved.from);
    paths.rows.iter().filter(move |row| if row.is_upgrade { up } else { down })
}

fn told(paths: &Paths, moved: &Move, span: Span) -> Diagnostic {
    let Move { component, from, to } = moved;
    let way = if to < from { "rollback" } else { "upgrade" };
    if let Some(hops) = longer(paths, moved) {
        let drawn = hops.iter().map(ToString::to_string).chain([to.to_string()]);
        let drawn = std::iter::once(from.to_string()).chain(drawn).collect::<Vec<_>>().join(" -> ");
        let first = hops.first().map(ToString::to_string).unwrap_or_default();
        return Diagnostic::new(&NO_PATH, format!("`{component}` can't move from {from} to {to} in one hop"))
            .label(span, format!("{} hops: {drawn}", hops.len() + 1))
            .label(paths.span, "by this table")
            .help(format!("move hop by hop, each in a plan or a step of its own; first to a version of {first}"));
    }
    let mut found = Diagnostic::new(
        &NO_PATH,
        format!("`{component}` has no {way} path from {from} to {to}, in one hop or in several"),
    )
    .label(span, "no row of the table leads there");
    let open: Vec<&Row> = rows(paths, moved).filter(|row| row.from.holds(from)).collect();
    for (at, row) in open.iter().take(MOST_SHOWN).enumerate() {
        let or = if at == 0 { format!("from {from} it goes to") } else { "or to".to_owned() };
        found = found.label(row.span, format!("{or} {}", row.to));
    }
    let missing = format!("{way} from=\"{from}\" to=\"{to}\"");
    let add = format!("or add the row to `paths \"{component}\"`, when that move is supported: {missing}");
    if open.is_empty() {
        return found
            .label(paths.span, format!("no {way} of this table begins at {from}"))
            .help(format!("look at the version that it moves from: {}", begins(paths, moved, way)))
            .help(add);
    }
    let tos: Vec<&str> = open.iter().map(|row| row.to.as_str()).collect();
    found.help(format!("let to= be a version of {}", ticked(&tos, "or"))).help(add)
}

/// From where the table leads at all, in words.
fn begins(paths: &Paths, moved: &Move, way: &str) -> String {
    let mut froms: Vec<&str> = rows(paths, moved).map(|row| row.from.as_str()).collect();
    froms.dedup();
    if froms.is_empty() {
        return format!("the table has no {way} at all");
    }
    format!("the table begins at {}", ticked(&froms, "or"))
}

/// The shortest way of several hops, without its ends; of two as short, the one whose rows are written first.
fn longer<'p>(paths: &'p Paths, moved: &Move) -> Option<Vec<&'p Versions>> {
    let rows: Vec<&Row> = rows(paths, moved).collect();
    let mut open: VecDeque<Vec<usize>> = (0..rows.len())
        .filter(|at| rows.get(*at).is_some_and(|row| row.from.holds(&moved.from)))
        .map(|at| vec![at])
        .collect();
    let mut seen: BTreeSet<usize> = open.iter().flatten().copied().collect();
    while let Some(way) = open.pop_front() {
        let last = way.last().and_then(|at| rows.get(*at))?;
        if last.to.holds(&moved.to) {
            return Some(between(&way, &rows));
        }
        for (at, next) in rows.iter().enumerate() {
            if last.to.both(&next.from).is_some() && seen.insert(at) {
                open.push_back(way.iter().copied().chain([at]).collect());
            }
        }
    }
    None
}

/// The versions between the hops of a way.
fn between<'p>(way: &[usize], rows: &[&'p Row]) -> Vec<&'p Versions> {
    let rows: Vec<&'p Row> = way.iter().filter_map(|at| rows.get(*at).copied()).collect();
    rows.iter().zip(rows.iter().skip(1)).filter_map(|(one, next)| one.to.both(&next.from)).collect()
}

/// A table of a component that is nearly called like one that moves and has none: most likely a slip, and it would
/// move freely.
fn near(cx: &mut Cx<'_>, draft: &Draft) {
    let moves = || draft.product.iter().chain(draft.steps.iter().flat_map(|step| &step.moves));
    for (name, paths) in &draft.paths {
        if draft.components.contains_key(name) || moves().any(|(moved, _)| moved.component == *name) {
            continue;
        }
        let free = moves().map(|(moved, _)| moved.component.as_str()).filter(|other| !draft.paths.contains_key(*other));
        if let Some(near) = cx.nearest(name, free) {
            cx.sink.push(
                Diagnostic::new(&UNKNOWN, format!("nothing is called `{name}`, and `{near}` has no table of paths"))
                    .label(paths.span, format!("did you mean `{near}`?"))
                    .help(format!("write paths \"{near}\"; if both are meant, declare: component \"{name}\"")),
            );
        }
    }
}

/// A move that no row allows.
pub static NO_PATH: Page = Page {
    code: "path::none",
    rule: "R6",
    text: "A component that has a `paths` table moves only along it, in one hop; one without a table moves freely. \
           Versions are compared by number: `24.3.x` is every version that begins with 24.3, and 24.30 is none of \
           them. Where only a longer way exists, it is shown hop by hop; where none exists, what is possible from \
           there. Several targets of one version are several rows.",
    wrong: "paths \"app\" {\n    upgrade from=\"4.8.x\" to=\"4.9.x\"\n    upgrade from=\"4.9.x\" to=\"5.0.x\"\n}\nstep \"app\" { moves from=\"4.8.2\" to=\"5.0.0\"; file.write \"a\" content=\"1\" }",
    right: "paths \"app\" {\n    upgrade from=\"4.8.x\" to=\"4.9.x\"\n    upgrade from=\"4.9.x\" to=\"5.0.x\"\n}\nstep \"app\" { moves from=\"4.9.3\" to=\"5.0.0\"; file.write \"a\" content=\"1\" }",
    see: &["path::backwards", "path::unknown-component"],
    ..Page::ERROR
};

/// A table of nothing.
pub static UNKNOWN: Page = Page {
    code: "path::unknown-component",
    severity: Severity::Warning,
    rule: "R15",
    text: "A `paths` table names a component that is neither declared nor moved, and its name is near that of one which \
           moves and has no table. Most likely it is a slip, and that component would move freely.",
    wrong: "paths \"lumenn\" { upgrade from=\"4.9.x\" to=\"5.0.x\" }\nstep \"lumen\" { moves from=\"4.9.3\" to=\"5.0.0\"; file.write \"a\" content=\"1\" }",
    right: "paths \"lumen\" { upgrade from=\"4.9.x\" to=\"5.0.x\" }\nstep \"lumen\" { moves from=\"4.9.3\" to=\"5.0.0\"; file.write \"a\" content=\"1\" }",
    see: &["path::none"],
    waivable: true,
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&NO_PATH, &UNKNOWN];
