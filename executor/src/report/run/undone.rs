//! What is told after an undo: what had nothing to undo, what was compared, and what each step is now.

use super::item::{Item, evidence};
use super::outcome::{Outcome, is_counted};
use super::story::{Back, Story, UnitStory};
use super::view::View;
use crate::event::{Standing, about};
use crate::screen::{Column, Sign, Style, Table, count, hang, list, of, safe};
use std::collections::BTreeSet;
use switchback_compiler::plan::{Plan, Unit, WayBack};

/// What the comparison at the end of an undo is called.
const COMPARED: &str = "compared";

/// Lines between the steps that were taken back and the result line; empty where nothing was taken back.
pub fn aftermath(story: &Story, plan: &Plan, view: &View) -> String {
    let drawn = |fact: &Fact| {
        let Fact { indent, sign, name, text } = fact;
        match (name.is_empty(), sign) {
            (_, None) => evidence(std::slice::from_ref(text), *indent, view.look),
            (true, Some(sign)) => {
                let lead = format!("{}{} ", " ".repeat(*indent), sign.show(view.look));
                hang(&lead, &safe(text, view.look), view.look)
            }
            (false, Some(sign)) => {
                let (name, text) = (safe(name, view.look), safe(text, view.look));
                Item { indent: *indent, sign: *sign, name: &name, text: &text, style: Style::Plain, tail: "" }
                    .show(view.look)
            }
        }
    };
    facts(story, plan).iter().map(drawn).collect()
}

/// The same for a log: lines that are whole by themselves. What a step found not as before was told with that step, where
/// its end is in this log: `told` are those units.
pub(crate) fn aftermath_log(story: &Story, plan: &Plan, told: &BTreeSet<u32>) -> Vec<String> {
    let said = |Fact { name, text, .. }: Fact| if name.is_empty() { text } else { format!("{name}: {text}") };
    let told: Vec<&UnitStory> = told.iter().filter_map(|id| story.unit(*id)).collect();
    let told = |fact: &Fact| fact.sign.is_none() && told.iter().any(|unit| left(unit).contains(&fact.text));
    facts(story, plan).into_iter().filter(|fact| !told(fact)).map(said).collect()
}

/// One thing to say after an undo.
struct Fact {
    indent: usize,
    /// None: evidence of the one before.
    sign: Option<Sign>,
    /// What it is about; empty where the text says it.
    name: String,
    text: String,
}

impl Fact {
    fn new(indent: usize, sign: Sign, name: &str, text: impl Into<String>) -> Self {
        Self { indent, sign: Some(sign), name: name.to_owned(), text: text.into() }
    }
}

fn facts(story: &Story, plan: &Plan) -> Vec<Fact> {
    if story.undo.is_none() || !matches!(story.standing(), Standing::Undone | Standing::NotEqual | Standing::UndoFailed)
    {
        return Vec::new();
    }
    let nothing = story.steps(plan, has_nothing);
    let mut facts: Vec<Fact> = nothing.iter().map(|name| Fact::new(2, Sign::Equal, name, "nothing to undo")).collect();
    facts.extend(not_tried(story, plan).into_iter().map(|(name, waits)| Fact::new(2, Sign::Missing, name, waits)));
    let never = story.steps(plan, |unit, of| unit.outcome(of) == Outcome::Never);
    if !never.is_empty() {
        facts.push(Fact::new(2, Sign::Missing, "", format!("{}: never started", never.join(", "))));
    }
    facts.extend(left_behind(story, plan));
    facts.extend(compared(story, plan));
    facts
}

/// Steps whose work stays, since a person said so of what can't be taken back.
fn left_behind(story: &Story, plan: &Plan) -> Vec<Fact> {
    let Some(undo) = story.undo.as_ref().filter(|undo| undo.partly) else { return Vec::new() };
    let stands = |id: u32| {
        let of = story.unit(id);
        !undo.takes(id) && of.is_some_and(|of| of.has_effects() && !matches!(of.back, Back::Undone(..)))
    };
    let steps = plan.steps().filter(|(id, unit)| is_counted(plan, unit) && stands(*id));
    let why = |unit: &Unit| match &unit.way_back {
        WayBack::Irreversible(why) => format!("stays: it is irreversible: {why}"),
        _ => "stays: what is irreversible needs it".to_owned(),
    };
    steps.map(|(_, unit)| Fact::new(2, Sign::Look, &unit.name, why(unit))).collect()
}

/// Whether nothing but what is irreversible could not be taken back.
pub(crate) fn is_final(story: &Story, plan: &Plan) -> bool {
    let stuck = story.units.iter().zip(&plan.units).filter(|(of, _)| matches!(of.back, Back::Failed(..)));
    let mut stuck = stuck.map(|(_, unit)| matches!(unit.way_back, WayBack::Irreversible(_))).peekable();
    stuck.peek().is_some() && stuck.all(|is| is)
}

fn has_nothing(unit: &UnitStory, of: &Unit) -> bool {
    unit.back == Back::Never && unit.outcome_forward(of).is_over() && !unit.has_effects()
}

/// Steps that should have been taken back and were not tried, with what they wait for.
fn not_tried<'p>(story: &Story, plan: &'p Plan) -> Vec<(&'p str, String)> {
    if story.standing() != Standing::UndoFailed {
        return Vec::new();
    }
    let chosen = |id: u32| story.undo.as_ref().is_some_and(|undo| undo.takes(id));
    let open = |id: u32| story.unit(id).is_some_and(|unit| unit.back == Back::Never && unit.has_effects());
    let steps = plan.steps().filter(|(id, unit)| is_counted(plan, unit) && chosen(*id) && open(*id));
    steps.map(|(id, unit)| (unit.name.as_str(), waits_for(story, plan, id))).collect()
}

fn waits_for(story: &Story, plan: &Plan, id: u32) -> String {
    let mut seen = BTreeSet::from([id]);
    // What needs a unit stands after it, so one pass finds all that comes after it.
    for (follower, unit) in (0..).zip(&plan.units) {
        if unit.needs.iter().any(|need| seen.contains(need)) {
            seen.insert(follower);
        }
    }
    let stuck = |id: &u32| story.unit(*id).is_some_and(|unit| matches!(unit.back, Back::Failed(..)));
    let names: Vec<&str> =
        seen.iter().filter(|id| stuck(id)).filter_map(|id| plan.unit(*id)).map(|unit| unit.name.as_str()).collect();
    if names.is_empty() { "not tried".into() } else { format!("not tried: waits for {}", list(&names)) }
}

/// Units that were taken back by their actions' own way back are compared with what was before.
fn compared(story: &Story, plan: &Plan) -> Vec<Fact> {
    let taken: Vec<_> =
        story.units.iter().zip(&plan.units).filter(|(unit, _)| matches!(unit.back, Back::Undone(..))).collect();
    let own = |unit: &UnitStory, of: &Unit| unit.way.is_none() && matches!(of.way_back, WayBack::Own);
    let resources = taken.iter().filter(|(unit, of)| own(unit, of)).map(|(unit, of)| unit.resources(of));
    let all = resources.fold(0, usize::saturating_add);
    // What the run itself compared knows each resource once; a journal of before that, or without an end, does not say.
    let all = story.compared.as_ref().map_or(all, |compared| compared.resources);
    let left = differences(story);
    let unseen: Vec<String> = taken
        .iter()
        .filter(|(_, of)| !matches!(of.way_back, WayBack::Stays(_)))
        .filter(|(unit, of)| !own(unit, of) || !unit.named(of).is_empty())
        .map(|(unit, of)| match unit.named(of).as_slice() {
            [] => of.name.clone(),
            named => list(named),
        })
        .collect();
    let mut facts = Vec::new();
    if !left.is_empty() {
        let differs = if left.len() == 1 { "is" } else { "are" };
        let said = format!("{} {differs} not as before the run", count(left.len(), "thing"));
        facts.push(Fact::new(0, Sign::Look, COMPARED, said));
    } else if all > 0 {
        facts.push(Fact::new(
            0,
            Sign::Done,
            COMPARED,
            format!("{} {} as before the run", of(all, all, "resource"), if all == 1 { "is" } else { "are" }),
        ));
    }
    facts.extend(left.into_iter().map(|text| Fact { indent: 4, sign: None, name: COMPARED.to_owned(), text }));
    if !unseen.is_empty() {
        facts.push(Fact::new(2, Sign::Unknown, "", format!("not compared: what {} did", list(&unseen))));
    }
    facts
}

/// What is not as before: as each step that was taken back told it, and what only comparing the whole found.
pub(crate) fn differences(story: &Story) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    // Two steps that touched the same thing tell the same of it.
    story.units.iter().flat_map(left).for_each(|line| {
        let stays = story.compared.as_ref().is_some_and(|compared| compared.leaves(line));
        if !stays && !all.contains(line) {
            all.push(line.clone());
        }
    });
    for line in story.compared.iter().flat_map(|compared| &compared.left) {
        if !all.iter().any(|told| told.starts_with(about(line))) {
            all.push(line.clone());
        }
    }
    all
}

/// `what notes did stays`: not undone, as the plan says.
pub(crate) fn stays(story: &Story) -> Option<String> {
    let stays = story.compared.as_ref().map(|compared| compared.stays.as_slice()).filter(|stays| !stays.is_empty())?;
    Some(format!("what {} did stays", list(stays)))
}

fn left(unit: &UnitStory) -> &[String] {
    if let Back::Undone(_, left) = &unit.back { left } else { &[] }
}

/// After an undo that failed: what each step is now.
pub(crate) fn now_table(story: &Story, plan: &Plan, view: &View) -> String {
    let mut table = Table::new(vec![Column::text("step").at_least(10), Column::text("is now")]).indented(2);
    for (id, unit) in plan.steps().filter(|(_, unit)| is_counted(plan, unit)) {
        let outcome = story.outcome(plan, id);
        if story.unit(id).is_some_and(UnitStory::has_effects) {
            table.row([safe(&unit.name, view.look), safe(&is_now(outcome, unit), view.look)]);
        }
    }
    table.render()
}

fn is_now(outcome: Outcome, unit: &Unit) -> String {
    let versions = |back: bool| {
        let of =
            |moved: &switchback_compiler::plan::Move| if back { moved.from.to_string() } else { moved.to.to_string() };
        unit.moves.iter().map(of).collect::<Vec<_>>().join(", ")
    };
    let (version, word) = match outcome {
        Outcome::Undone => (versions(true), "as before"),
        outcome if outcome.is_over() => (versions(false), "as the plan says"),
        outcome => (String::new(), outcome.word()),
    };
    if version.is_empty() { word.to_owned() } else { version }
}
