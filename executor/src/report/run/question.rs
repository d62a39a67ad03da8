//! Questions to a person, and what is said to one who presses ctrl-c. Reading the answer is not done here.

use super::did::name;
use super::item::{Item, evidence};
use super::outcome::{Outcome, act_of};
use super::story::{ActStory, GateStory, Story, UnitStory};
use super::view::View;
use super::zone::between;
use crate::event::ActRef;
use crate::screen::{Sign, Style, count, hang, limit, list, safe, seconds};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Stage, Unit, WayBack};
use switchback_compiler::schema::Class;

/// A gate's question; its last line is where the answer is typed.
pub fn gate(gate: &GateStory, plan: &Plan, view: &View) -> String {
    let look = view.look;
    let out = hang("", &format!("{}: {}", safe(&gate.name, look), safe(&gate.text, look)), look);
    let is_target = plan.target.as_ref().is_some_and(|target| target.name == gate.typed);
    let what = if is_target { "type the target's name to go on, " } else { "to go on, type " };
    out + &lost(&losses(plan, |_| true), view) + what + &safe(&gate.typed, look) + ": "
}

/// The question before an undo that throws data away; none where what was done can be undone without a loss.
///
/// Its last line is where the target's name is typed.
pub fn loss(story: &Story, plan: &Plan, view: &View) -> Option<String> {
    let undone = |id| matches!(story.outcome(plan, id), Outcome::Undone | Outcome::NotEqual | Outcome::Stays);
    let losses = losses(plan, |id| story.unit(id).is_some_and(UnitStory::has_effects) && !undone(id));
    if losses.is_empty() {
        return None;
    }
    let losses: Vec<(String, String)> = losses.into_iter().map(|(step, what)| (step.to_owned(), what)).collect();
    Some(super::open::losses(&losses, plan, view))
}

pub(super) fn lost(losses: &[(&str, String)], view: &View) -> String {
    let line = |(step, what): &(&str, String)| format!("undoing {step} loses {what}");
    losses.iter().map(|loss| hang("  ", &safe(&line(loss), view.look), view.look)).collect()
}

/// What an undo of the change throws away, by step, as the plan says it.
fn losses(plan: &Plan, which: impl Fn(u32) -> bool) -> Vec<(&str, String)> {
    let mut losses = Vec::new();
    let steps = plan.steps().filter(|(id, unit)| plan.stage_of(unit) == Stage::Change && which(*id));
    for (_, unit) in steps {
        if let WayBack::Undo(ways) = &unit.way_back {
            let said = ways.iter().flat_map(|way| &way.loses).map(|text| (unit.name.as_str(), text.to_string()));
            losses.extend(said);
        }
    }
    losses
}

/// The first action of which it is not known whether it happened; one that still goes on comes before all others.
pub fn unknown(story: &Story) -> Option<(u32, ActRef)> {
    let all = || (0..).zip(&story.units).filter_map(|(id, unit)| Some((id, unit.unknown()?)));
    let (id, (act, _)) = all().find(|(_, (_, act))| act.alive).or_else(|| all().next())?;
    Some((id, act))
}

/// The question about an action whose outcome is not known, with what can be seen; its last line is where the answer
/// is typed.
pub fn outcome(story: &Story, plan: &Plan, view: &View) -> Option<String> {
    let (id, act) = unknown(story)?;
    let (unit, of) = (plan.unit(id)?, story.unit(id)?);
    let known = of.acts.get(&act)?;
    let what = words(unit, act, known);
    let facts = facts(unit, &what, known, view);
    Some(if known.alive { facts } else { facts + &choices(story, plan, id, &what, view) + "answer: " })
}

/// An action in words: `program pg-upgrade`.
fn words(unit: &Unit, act: ActRef, story: &ActStory) -> String {
    act_of(unit, act).map_or_else(|| story.what.clone(), |act| name(&act.call.kind, &act.id, &story.what))
}

fn facts(unit: &Unit, what: &str, story: &ActStory, view: &View) -> String {
    let look = view.look;
    let began = story.began.map_or_else(String::new, |at| format!(" at {}", view.zone.time(at)));
    let text = format!("{} was started{began}; no end is recorded", safe(what, look));
    let name = safe(&unit.name, look);
    let item = Item { indent: 0, sign: Sign::Unknown, name: &name, text: &text, style: Style::Plain, tail: "" };
    let seen = if let super::story::Step::Unknown(seen) = &story.step { seen.as_slice() } else { &[] };
    let must = if story.alive {
        "it still goes on by itself, and only its end tells what it did"
    } else {
        "it runs at most once, and looking does not tell: you must say"
    };
    let must = hang("    ", must, look);
    item.show(look) + &must + &evidence(seen, 4, look)
}

/// What each answer does.
fn choices(story: &Story, plan: &Plan, id: u32, what: &str, view: &View) -> String {
    let short = what.split_once(' ').map_or(what, |(_, name)| name);
    let names = story.steps(plan, |unit, of| unit.outcome(of) == Outcome::Never);
    let then = names.first().map_or_else(|| "then the run ends".to_owned(), |name| format!("then {name}"));
    let back = story.steps(plan, |unit, _| unit.has_effects()).len().saturating_sub(1);
    let name = plan.unit(id).map_or("", |unit| unit.name.as_str());
    let steps = if back > 0 { format!(", then {} more", count(back, "step")) } else { String::new() };
    let choices = [
        ("done", format!("goes on: its checks, {then}")),
        ("not-done", format!("starts {short} again, from its beginning")),
        ("undo", format!("takes {name} back{steps}")),
        ("leave", "touches nothing; the next resume asks again".into()),
    ];
    let line = |(answer, does): &(&str, String)| hang(&format!("  {answer:<9}  "), &safe(does, view.look), view.look);
    format!("\ndid {} do its work?\n{}", safe(short, view.look), choices.iter().map(line).collect::<String>())
}

/// What the first ctrl-c does. `by` is what was pressed or sent: `^C`, `SIGTERM`.
pub fn stopping(story: &Story, plan: &Plan, by: &str, now: Timestamp, view: &View) -> String {
    let running = running(story, plan);
    if running.is_empty() {
        return format!("{by} stopping: nothing new starts, and nothing runs\n");
    }
    let mut out = format!("{by} stopping: nothing new starts\n");
    for (id, unit) in &running {
        let text = format!("{} is let finish", doing(story, *id, unit));
        let name = safe(&unit.name, view.look);
        let tail = clock(story, *id, now);
        let item = Item {
            indent: 2,
            sign: Sign::Runs,
            name: &name,
            text: &safe(&text, view.look),
            style: Style::Plain,
            tail: &tail,
        };
        out += &item.show(view.look);
    }
    let asked: Vec<&str> =
        running.iter().filter(|(id, unit)| is_once(story, *id, unit)).map(|(_, unit)| unit.name.as_str()).collect();
    let then = match asked.as_slice() {
        [] => "ctrl-c again stops waiting: the next resume looks what became of it".to_owned(),
        [one] => format!("ctrl-c again stops waiting: {one} becomes unknown, and you are asked"),
        many => format!("ctrl-c again stops waiting: {} become unknown, and you are asked", list(many)),
    };
    out + &hang("  ", &safe(&then, view.look), view.look)
}

/// What the second ctrl-c does; `goes_on` says of what runs on by itself where it is found.
pub fn not_waiting(story: &Story, plan: &Plan, by: &str, now: Timestamp, goes_on: &[String], view: &View) -> String {
    let running = running(story, plan);
    let names: Vec<String> = running
        .iter()
        .map(|(id, unit)| {
            let took = since(story, *id).map_or(Duration::ZERO, |since| between(since, now));
            let word = if is_once(story, *id, unit) { "unknown" } else { "open" };
            format!("{} is {word} after {}", unit.name, seconds(took))
        })
        .collect();
    let said = if names.is_empty() { String::new() } else { format!(": {}", list(&names)) };
    hang("", &format!("{by} not waiting any more{}", safe(&said, view.look)), view.look)
        + &evidence(goes_on, 2, view.look)
}

fn running<'p>(story: &Story, plan: &'p Plan) -> Vec<(u32, &'p Unit)> {
    let runs = |id: u32| matches!(story.outcome(plan, id), Outcome::Runs | Outcome::Undoes);
    (0..).zip(&plan.units).filter(|(id, unit)| runs(*id) && !unit.work.is_empty()).collect()
}

/// What a unit does right now: its open action, or what it says.
fn doing(story: &Story, id: u32, unit: &Unit) -> String {
    let Some(of) = story.unit(id) else { return String::new() };
    let open = of.acts.iter().find(|(_, act)| act.step == super::story::Step::Open);
    let says = || of.now.as_ref().map_or_else(|| "its work".to_owned(), |now| now.says.clone());
    open.map_or_else(says, |(act, known)| words(unit, *act, known))
}

fn is_once(story: &Story, id: u32, unit: &Unit) -> bool {
    let open = |act: &ActStory| act.step == super::story::Step::Open;
    let once = |act: &ActRef| act_of(unit, *act).is_some_and(|act| act.class == Class::AtMostOnce);
    story.unit(id).is_some_and(|of| of.acts.iter().any(|(id, act)| open(act) && once(id)))
}

fn since(story: &Story, id: u32) -> Option<Timestamp> {
    story.unit(id).and_then(|unit| unit.since)
}

/// `3m 49s of 30m`.
fn clock(story: &Story, id: u32, now: Timestamp) -> String {
    let took = since(story, id).map_or(Duration::ZERO, |since| between(since, now));
    let most = story.unit(id).and_then(|unit| unit.now.as_ref()).map_or(0, |now| now.limit);
    if most == 0 || most > super::FOREVER {
        seconds(took)
    } else {
        format!("{} of {}", seconds(took), limit(Duration::from_millis(most)))
    }
}
