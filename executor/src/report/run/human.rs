//! `switchback report` for people: who and what, the table, what was reviewed, notes, the journal.

use super::beside::JournalFacts;
use super::item::evidence;
use super::moved::{moved, way};
use super::outcome::Outcome;
use super::report::Report;
use super::reviewed::Reviewed;
use super::rows::{Row, rows};
use super::story::{ActStory, Back, Forward, Step, Story, UnitStory};
use super::view::{View, short, short_digest};
use super::zone::{between, lasted};
use crate::event::{ASKED, Compared, Standing};
use crate::screen::{Column, Sign, Style, Table, count, hang, list, of, safe};
use switchback_compiler::plan::{Plan, Unit};

/// Narrower than this a table has no room for times of day.
const BEGAN_FROM: usize = 72;

/// The report of a run.
pub fn human(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let evidence = details(story, plan, view);
    let gap = if evidence.is_empty() { "" } else { "\n" };
    [&head(report), "\n", &table(report), gap, &evidence, "\n", &remarks(report)].concat()
}

/// `done, holds until 2026-11-28 22:19`.
pub(crate) fn standing(story: &Story, view: &View) -> String {
    let last = story.last.map_or_else(String::new, |at| format!(", the last record is of {}", view.zone.date_time(at)));
    match (story.standing(), story.hold_until) {
        (Standing::Holds, Some(until)) => format!("done, holds until {}", view.zone.minute(until)),
        (Standing::Holds, None) => "done, holds".into(),
        (Standing::Runs, _) => format!("its end is not recorded{last}"),
        (standing, _) => word(standing).into(),
    }
}

/// A standing in a word or two.
pub(crate) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Runs => "runs",
        Standing::Paused => "paused",
        Standing::Holds => "done, holds",
        Standing::Done => "done",
        Standing::Undone => "undone",
        Standing::NotEqual => "undone, not equal",
        Standing::Failed => "failed",
        Standing::UndoFailed => "the undo failed",
        Standing::Interrupted => "interrupted",
        Standing::Asks => "a person must answer",
        Standing::Finalized => "done, finalized",
        Standing::Aborted => "aborted",
        Standing::NotStarted => "not started",
    }
}

/// The sign of a standing.
pub(crate) fn sign(standing: Standing) -> Sign {
    match standing {
        Standing::Runs => Sign::Runs,
        Standing::Paused | Standing::Interrupted => Sign::Waits,
        Standing::Holds | Standing::Done | Standing::Finalized => Sign::Done,
        Standing::Undone => Sign::Undone,
        Standing::NotEqual | Standing::Aborted => Sign::Look,
        Standing::NotStarted => Sign::Missing,
        Standing::Failed | Standing::UndoFailed => Sign::Failed,
        Standing::Asks => Sign::Unknown,
    }
}

fn head(report: &Report) -> String {
    let Report { story, view, .. } = report;
    let look = view.look;
    let standing = sign(story.standing()).style().paint(&standing(story, view), look);
    let mut out = format!("run {}: {standing}\n", safe(story.run(), look));
    for (name, text) in facts(report) {
        out += &hang(&format!("  {name:<9}  "), &safe(&text, look), look);
    }
    out
}

fn why(why: &str) -> String {
    if why == ASKED { "as asked".to_owned() } else { format!("because {why}") }
}

/// The facts of a report's head, each with its name.
pub(crate) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let Report { story, plan, view, .. } = report;
    let mut facts = vec![("plan", plan_line(plan))];
    let what = moved(plan, view.look);
    let label = match story.standing() {
        Standing::Done | Standing::Holds | Standing::Finalized => "moved",
        _ => "moves",
    };
    facts.push(match what {
        Some(what) => (label, format!("{what} on {}, {}", story.target(), way(plan))),
        None => ("target", story.target().to_owned()),
    });
    facts.push(("bundle", bundle(report)));
    facts.extend(time(story, view).map(|time| ("time", time)));
    facts.extend(story.processes.iter().skip(1).map(|process| ("went on", resumed(process, view))));
    facts.extend(story.undo.as_ref().map(|undo| {
        let at = view.zone.time(undo.at);
        ("undone", format!("{}, from {at} on", why(&undo.why)))
    }));
    facts.extend(story.compared.as_ref().map(|compared| ("compared", compared_line(compared))));
    facts.extend(window(story, view).map(|window| ("window", window)));
    let why = story.ended.as_ref().map_or("", |ended| ended.why.as_str());
    if !why.is_empty() && story.undo.as_ref().is_none_or(|undo| undo.why != why) {
        facts.push(("ended", why.to_owned()));
    }
    facts
}

/// `13 of 13 resources are as before the run, b3:4f1c9e02d7aa`, or what is not.
pub(crate) fn compared_line(compared: &Compared) -> String {
    let Compared { resources, left, stays, before, now } = compared;
    let digests = |equal: bool| {
        let (before, now) = (short_digest(&before.to_string()), short_digest(&now.to_string()));
        if equal { before } else { format!("{before} before, {now} now") }
    };
    let all = compared_words(compared);
    let all = all.strip_prefix("compared: ").unwrap_or(&all);
    let said = match (resources, left.as_slice()) {
        (0, []) => all.to_owned(),
        (_, []) => format!("{all}, {}", digests(before == now)),
        (_, left) => format!("{all}, {}: {}", digests(false), left.join("; ")),
    };
    if stays.is_empty() { said } else { format!("{said}; what {} did stays", list(stays)) }
}

/// `compared: 13 of 13 resources are as before the run`.
fn compared_words(compared: &Compared) -> String {
    let Compared { resources, left, .. } = compared;
    match (resources, left.len()) {
        (0, 0) => "compared: nothing that can be compared was touched".into(),
        (1, 0) => "compared: 1 of 1 resource is as before the run".into(),
        (all, 0) => format!("compared: {} are as before the run", of(*all, *all, "resource")),
        (all, left) => {
            let verb = if left == 1 { "is" } else { "are" };
            format!("compared: {} {verb} not as before the run", of(left, *all, "resource"))
        }
    }
}

/// The window, where it was waited for.
fn window(story: &Story, view: &View) -> Option<String> {
    let (_, opens, _) = story.window.awaited?;
    Some(match story.window.opened {
        Some((_, waited, until)) => {
            let took = lasted(std::time::Duration::from_millis(waited));
            format!("opened {} after {took}, until {}", view.zone.date_time(opens), view.zone.minute(until))
        }
        None => format!("opens {}, and was not waited for to the end", view.zone.date_time(opens)),
    })
}

fn plan_line(plan: &Plan) -> String {
    let more = [&plan.title, &plan.ticket].into_iter().flatten().map(ToString::to_string);
    std::iter::once(plan.name.clone()).chain(more).collect::<Vec<_>>().join(", ")
}

fn bundle(report: &Report) -> String {
    let Report { story, beside, .. } = report;
    let mut parts = story.head.as_ref().map_or_else(Vec::new, |head| vec![short_digest(&head.bundle)]);
    if !beside.signed.is_empty() {
        parts.push(format!("signed by {}", beside.signed.join(", ")));
    }
    let mut out = parts.join(", ");
    out += &beside.author.as_ref().map_or_else(String::new, |author| format!("; written by {author}"));
    out + &story
        .processes
        .first()
        .map_or_else(String::new, |process| format!("; run by {} on {}", short(&process.by), process.host))
}

fn time(story: &Story, view: &View) -> Option<String> {
    let began = story.began()?;
    let ended = story.ended.as_ref().map(|ended| ended.at).or(story.last)?;
    let waited = Some(story.waited()).filter(|waited| !waited.is_zero());
    let waited = waited.map_or_else(String::new, |waited| format!("; {} for answers", lasted(waited)));
    Some(format!("{}, {}{waited}", view.zone.span(began, ended), lasted(between(began, ended))))
}

fn resumed(process: &super::story::Process, view: &View) -> String {
    let torn = if process.torn > 0 {
        format!("; a torn end of {} was dropped", count(process.torn as usize, "byte"))
    } else {
        String::new()
    };
    format!("{}, {} by {} on {}{torn}", view.zone.date_time(process.at), process.to, short(&process.by), process.host)
}

fn table(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let look = view.look;
    let wide = look.width >= BEGAN_FROM;
    let mut columns = vec![Column::text("layer").at_least(13), Column::text("step").at_least(13)];
    columns.extend(wide.then(|| Column::text("began").at_least(8)));
    columns.extend([Column::figures("took").at_least(7), Column::text("result")]);
    let mut table = Table::new(columns).within(look.edge());
    let mut above = String::new();
    for row in rows(story, plan, &view.reviewed, look) {
        let group = if row.group == above { String::new() } else { row.group.clone() };
        table.row(cells(group, &row, wide, view));
        above = row.group;
    }
    let steps = count(story.steps(plan, |_, _| true).len(), "step");
    let mut total = vec!["total".to_owned(), steps];
    total.extend(wide.then(String::new));
    total.extend([lasted(story.took()), total_of(story, plan, view)]);
    table.row(total);
    table.render()
}

fn cells(group: String, row: &Row, wide: bool, view: &View) -> Vec<String> {
    let mut cells = vec![group, row.name.clone()];
    cells.extend(wide.then(|| row.began.map_or_else(String::new, |at| view.zone.time(at))));
    cells.push(row.took.map_or_else(String::new, lasted));
    cells.push(format!("{} {}", row.sign.show(view.look), row.result));
    cells
}

/// `+ 3  ~ 9  - 3  ? 2` where all was done as reviewed, else a count.
pub(crate) fn total_of(story: &Story, plan: &Plan, view: &View) -> String {
    let (done, all) = (super::ending::resources(story, plan), view.reviewed.total());
    if story.undo.is_some() {
        return format!("{} before the undo", made(story, plan, done));
    }
    let whole = half(story, plan) == 0 && done == all.known();
    if !view.reviewed.is_empty() && whole && done == as_reviewed(story, plan, &view.reviewed) {
        return all.figures(" ", "  ", view.look);
    }
    made(story, plan, done)
}

/// Changes that were made; where none was counted, what failed or was cut off may have made some all the same.
fn made(story: &Story, plan: &Plan, done: usize) -> String {
    match (done, half(story, plan)) {
        (0, half @ 1..) => format!("{} in part", count(half, "step")),
        _ => count(done, "change"),
    }
}

/// How many steps have an action that failed, or that nobody saw end.
fn half(story: &Story, plan: &Plan) -> usize {
    let open = |act: &ActStory| matches!(act.step, Step::Failed(_) | Step::Unknown(_) | Step::Open);
    story.steps(plan, |unit, _| unit.acts.values().any(open)).len()
}

/// How many of the reviewed changes were made, by unit.
pub(crate) fn as_reviewed(story: &Story, plan: &Plan, reviewed: &Reviewed) -> usize {
    let units = (0..).zip(story.units.iter().zip(&plan.units));
    units.map(|(id, (story, unit))| story.resources(unit).min(reviewed.unit(id).known())).sum()
}

/// What there is to say of steps that did not simply do their work.
fn details(story: &Story, plan: &Plan, view: &View) -> String {
    let units = story.units.iter().zip(&plan.units);
    units.map(|(story, unit)| detail(story, unit, view)).collect()
}

fn detail(story: &UnitStory, unit: &Unit, view: &View) -> String {
    let look = view.look;
    let mut out = String::new();
    let mut say = |sign: Sign, what: &str, details: &[String]| {
        let text = safe(&format!("{} {what}", unit.name), look);
        out += &(hang(&format!("{} ", sign.show(look)), &text, look) + &evidence(details, 4, look));
    };
    if let Forward::Failed(why, details) = &story.forward {
        say(Sign::Failed, &format!("failed: {why}"), details);
    }
    if let Some((_, act)) = story.unknown()
        && let Step::Unknown(seen) = &act.step
    {
        say(Sign::Unknown, &format!("is unknown: {} has no outcome", act.what), seen);
    }
    for check in story.warnings().filter(|_| story.outcome_forward(unit) == Outcome::Warned) {
        say(Sign::Look, &format!("warned: {}: {}", check.what, check.seen), &[]);
    }
    match &story.back {
        Back::Undone(what, left) => say(story.outcome(unit).sign(), &format!("undone: {what}"), left),
        Back::Failed(why, details) => say(Sign::Failed, &format!("not undone: {why}"), details),
        Back::Never | Back::Runs | Back::Cut => {}
    }
    out
}

/// What was reviewed, values known later, notes, the journal.
fn remarks(report: &Report) -> String {
    let Report { story, plan, view, beside, .. } = report;
    let look = view.look;
    let mut out = String::new();
    if let Some(line) = reviewed_line(story, plan, view) {
        out += &hang("", &Style::Plain.paint(&safe(&line, look), look), look);
    }
    let notes: Vec<&str> = story.notes.iter().map(|(_, text)| text.as_str()).collect();
    if !notes.is_empty() {
        out += &hang("notes: ", &safe(&notes.join("; "), look), look);
    }
    out + &beside
        .journal
        .as_ref()
        .map_or_else(String::new, |facts| hang("journal: ", &safe(&journal(facts), look), look))
}

/// `as reviewed: 15 of 15 changes; known later: catalog.id = 8c02`.
pub(crate) fn reviewed_line(story: &Story, plan: &Plan, view: &View) -> Option<String> {
    let mut parts = Vec::new();
    if !view.reviewed.is_empty() && story.undo.is_none() && story.changes() > 0 {
        let all = view.reviewed.total().known();
        parts.push(format!("as reviewed: {}", of(as_reviewed(story, plan, &view.reviewed), all, "change")));
    }
    let outputs: Vec<String> = story
        .units
        .iter()
        .zip(&plan.units)
        .flat_map(|(story, unit)| story.outputs.iter().map(|(name, value)| format!("{}.{name} = {value}", unit.name)))
        .collect();
    if !outputs.is_empty() {
        parts.push(format!("known later: {}", list(&outputs)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `.switchback/runs/qzvmkt/journal, 231 records, whole, b3:e7720d418f5c`.
pub(crate) fn journal(facts: &JournalFacts) -> String {
    let JournalFacts { path, records, ending, digest } = facts;
    format!("{path}, {}, {ending}, {}", count(*records, "record"), short_digest(digest))
}
