//! One step: its figures, what it copies, what it changes.

use super::Cx;
use crate::action::{Body, Change, Learnt, What};
use crate::preview::{ActPreview, UnitPreview, kept_copy};
use crate::screen::{Look, Sign, Style, age, count, diff, hang, tail, width};
use switchback_compiler::plan::{Unit, Work};

/// A step with all that it would do.
pub(super) fn step(cx: &Cx<'_>, seen: &UnitPreview) -> String {
    let mut out = heading(cx, seen);
    if let Some(why) = &seen.skipped {
        return out + &hang("    ", &format!("skipped: {}", cx.safe(why)), cx.look);
    }
    out += &copies(cx, seen);
    for (act, changes) in seen.by_act() {
        out += &restored(cx, seen, act);
        out += &action(cx, act, changes);
    }
    if seen.equal > 0 {
        let equal = format!("{} {}", Sign::Equal.text(cx.look), count(seen.equal, noun(seen)));
        out.push_str(&hang("    ", &Style::Dim.paint(&equal, cx.look), cx.look));
    }
    out + &seen.notes.iter().map(|note| hang("    note: ", &cx.safe(note), cx.look)).collect::<String>()
}

fn heading(cx: &Cx<'_>, seen: &UnitPreview) -> String {
    let name = Style::Bold.paint(&cx.name(seen), cx.look);
    let moves = cx.unit(seen).map(|unit| moves(unit, cx.look)).unwrap_or_default();
    let line = if moves.is_empty() { format!("  {name}") } else { format!("  {name}  {moves}") };
    tail(&line, &figures(cx, seen), cx.look) + "\n"
}

/// `+2 ~2 -1 ?1`; `=` where nothing would happen, `.` where only copies are taken.
fn figures(cx: &Cx<'_>, seen: &UnitPreview) -> String {
    let figures = super::super::run::Tally::of(&seen.changes).figures("", " ", cx.look);
    match figures {
        none if none.is_empty() && seen.copies.is_empty() => Sign::Equal.show(cx.look),
        none if none.is_empty() || seen.skipped.is_some() => Sign::Missing.show(cx.look),
        figures => figures,
    }
}

/// `3.8.2 → 4.0.0`, with the component's name where it is not the step's.
pub(super) fn moves(unit: &Unit, look: Look) -> String {
    let safe = |text: &str| crate::screen::safe(text, look);
    let one = |moved: &switchback_compiler::plan::Move| {
        let arrow = look.arrow(&safe(&moved.from.to_string()), &safe(&moved.to.to_string()));
        if moved.component == unit.name { arrow } else { format!("{} {arrow}", safe(&moved.component)) }
    };
    unit.moves.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is copied, and how long it is kept.
fn copies(cx: &Cx<'_>, seen: &UnitPreview) -> String {
    let work = cx.unit(seen).map(|unit| unit.work.as_slice()).unwrap_or_default();
    let keeps = work.iter().flat_map(|work| match work {
        Work::Backup(backup) => vec![backup.keep; backup.things.len()],
        _ => Vec::new(),
    });
    let told = |(copy, keep): (&String, _)| {
        hang("    ", &format!("copies {}, reads it back, keeps it {keep}", cx.safe(copy)), cx.look)
    };
    seen.copies.iter().zip(keeps).map(told).collect()
}

/// Which copy of an earlier run an action restores.
fn restored(cx: &Cx<'_>, seen: &UnitPreview, act: &ActPreview) -> String {
    let written = cx.unit(seen).and_then(|unit| unit.acts().find(|written| written.id == act.id));
    let name = written.and_then(|written| kept_copy(&written.call)).map(|kept| kept.to_string());
    let Some(fact) = name.and_then(|name| cx.preview.facts.copies.get(&name)) else { return String::new() };
    let age = age(cx.shown.observed.duration_since(fact.taken).unsigned_abs());
    let versions = if fact.versions.is_empty() { String::new() } else { format!(", of {}", fact.versions()) };
    let text = format!("restores copy {} of run {} ({}), {age} old{versions}", fact.backup, fact.run, fact.plan);
    hang("    ", &cx.safe(&text), cx.look)
}

fn action(cx: &Cx<'_>, act: &ActPreview, changes: &[Change]) -> String {
    if act.needless {
        let equal = format!("{} {}: not needed, its `unless` holds", Sign::Equal.text(cx.look), cx.safe(&act.words));
        return format!("    {}\n", Style::Dim.paint(&equal, cx.look));
    }
    let changes: String = changes.iter().map(|one| change(cx, "    ", one)).collect();
    if act.meanwhile && !changes.is_empty() {
        return hang("    ", &format!("{}: only meanwhile, given back in the end", cx.safe(&act.words)), cx.look)
            + &changes;
    }
    changes
}

/// What the resources of a step are called together.
fn noun(seen: &UnitPreview) -> &'static str {
    let mut nouns = seen.acts.iter().map(ActPreview::noun);
    let first = nouns.next().unwrap_or("file");
    if nouns.all(|other| other == first) { first } else { "resource" }
}

/// One change: its name, how it was learnt, what is shown of it.
pub(super) fn change(cx: &Cx<'_>, lead: &str, change: &Change) -> String {
    let sign = sign(change.what);
    named_change(cx, &format!("{lead}{} {}", sign.show(cx.look), cx.safe(&change.resource)), change)
}

/// The same under a name of the caller's.
pub(super) fn named_change(cx: &Cx<'_>, name: &str, change: &Change) -> String {
    let mark = mark(change.learnt, cx.look);
    match &change.body {
        Body::Nothing => tail(name, &mark, cx.look) + "\n",
        Body::Lines(lines) => tail(name, &mark, cx.look) + "\n" + &diff::render(lines, cx.look),
        Body::Words(words) => {
            let mut lines = words.lines();
            let first = cx.safe(lines.next().unwrap_or_default());
            let line = if first.is_empty() { name.to_owned() } else { format!("{name}: {first}") };
            let rest: String = lines.map(|line| hang("      ", &cx.safe(line), cx.look)).collect();
            // What does not fit beside its mark stands below it, where it can be wrapped.
            if width(&line) + 2 + width(&mark) > cx.look.edge() && !first.is_empty() {
                return tail(name, &mark, cx.look) + "\n" + &hang("      ", &first, cx.look) + &rest;
            }
            tail(&line, &mark, cx.look) + "\n" + &rest
        }
    }
}

pub(super) fn sign(what: What) -> Sign {
    match what {
        What::Created => Sign::Created,
        What::Changed => Sign::Changed,
        What::Deleted => Sign::Deleted,
        What::Unknown => Sign::Unknown,
    }
}

/// How a change was learnt, in a word.
pub(super) fn learnt(learnt: Learnt) -> &'static str {
    match learnt {
        Learnt::Validated => "validated",
        Learnt::Simulated => "simulated",
        Learnt::NotKnowable => "not knowable",
    }
}

fn mark(how: Learnt, look: Look) -> String {
    let style = match how {
        Learnt::Validated => Style::Dim,
        Learnt::Simulated => Style::Yellow,
        Learnt::NotKnowable => Style::Magenta,
    };
    style.paint(&format!("[{}]", learnt(how)), look)
}
