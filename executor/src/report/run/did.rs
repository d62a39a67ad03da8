//! What a unit did, in a few words: `3 changes, program pg-upgrade`.

use super::outcome::{act_of, is_named};
use super::reviewed::Reviewed;
use super::story::{Forward, Step, Story, UnitStory};
use crate::event::ActRef;
use crate::screen::{Look, count, safe};
use switchback_compiler::plan::{Act, Plan, Unit, Work};

impl UnitStory {
    /// Resources that it changed; what is told by name is not counted.
    pub fn resources(&self, unit: &Unit) -> usize {
        if self.acts.is_empty() {
            return self.changes as usize;
        }
        let counted = self.acts.iter().filter(|(id, _)| !act_of(unit, **id).is_some_and(is_named));
        let mut services: Vec<&str> = Vec::new();
        let changed = counted.map(|(id, act)| {
            let Step::Done(changed) = act.step else { return 0 };
            // A service that the step starts and then restarts is one resource.
            let service = act_of(unit, *id).and_then(service).filter(|_| changed > 0);
            let known = service.is_some_and(|service| services.contains(&service));
            services.extend(service);
            if known { 0 } else { changed as usize }
        });
        changed.fold(0, usize::saturating_add)
    }

    /// What it does right now: the action that has begun and not ended.
    pub fn doing(&self, unit: &Unit) -> Option<String> {
        let (id, open) = self.acts.iter().find(|(_, act)| act.step == Step::Open)?;
        let act = act_of(unit, *id).filter(|act| is_named(act));
        Some(act.map_or_else(|| open.what.clone(), |act| name(&act.call.kind, &act.id, &open.what)))
    }

    /// Effects that are told by name: `program pg-upgrade`.
    pub fn named(&self, unit: &Unit) -> Vec<String> {
        let happened = self.acts.iter().filter(|(_, act)| matches!(act.step, Step::Done(_)));
        let named = happened.filter_map(|(id, story)| Some((act_of(unit, *id).filter(|act| is_named(act))?, story)));
        named.map(|(act, story)| name(&act.call.kind, &act.id, &story.what)).collect()
    }
}

/// The service that an action is about.
fn service(act: &Act) -> Option<&str> {
    act.touches.iter().find(|touch| touch.space == "service").map(|touch| touch.path.as_str())
}

/// An effect by its name: the one that the plan gives it, else its words, which may say its kind already.
pub(crate) fn name(kind: &str, id: &str, what: &str) -> String {
    if !id.is_empty() && !id.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("{kind} {id}");
    }
    let what = if what.is_empty() { id } else { what };
    if what.split(' ').next() == Some(kind) { what.to_owned() } else { format!("{kind} {what}") }
}

/// What a unit did, on a line of a screen.
pub fn did(story: &UnitStory, unit: &Unit, look: Look) -> String {
    if let Forward::Skipped(why) = &story.forward {
        return format!("skipped: {}", safe(why, look));
    }
    let resources = story.resources(unit);
    let changes = (resources > 0).then(|| count(resources, "change"));
    told(story, unit, changes, look)
}

/// The same with the figures of what was reviewed, where as much was changed: `+2 ~2 -1 ?1`.
pub fn did_as_reviewed(story: &UnitStory, id: u32, unit: &Unit, reviewed: &Reviewed, look: Look) -> String {
    let (resources, tally) = (story.resources(unit), reviewed.unit(id));
    if tally.known() != resources || tally.known() + tally.unknown == 0 {
        return did(story, unit, look);
    }
    tally.figures("", " ", look)
}

fn told(story: &UnitStory, unit: &Unit, changes: Option<String>, look: Look) -> String {
    let named = named(story, unit, look);
    let parts: Vec<String> = changes.into_iter().chain(named).collect();
    if !parts.is_empty() {
        return parts.join(", ");
    }
    let copied: Vec<&String> = story.copies.iter().flat_map(|(_, copies)| copies).collect();
    match copied.as_slice() {
        [] if gives_back(story, unit) => "given back".into(),
        [] if !story.acts.is_empty() => "nothing to change".into(),
        [] => looked(story, look),
        [one] => format!("copied {}", safe(one, look)),
        many => format!("copied {}", count(many.len(), "thing")),
    }
}

/// Whether all that it did was to give back what its block had taken away.
fn gives_back(story: &UnitStory, unit: &Unit) -> bool {
    let is_back = |id: &ActRef| matches!(unit.work.get(id.0 as usize), Some(Work::GiveBack(_)));
    !story.acts.is_empty() && story.acts.keys().all(is_back)
}

fn named(story: &UnitStory, unit: &Unit, look: Look) -> Vec<String> {
    let named = story.named(unit);
    if named.len() > 2 {
        return vec![count(named.len(), "program")];
    }
    named.iter().map(|name| safe(name, look)).collect()
}

fn looked(story: &UnitStory, look: Look) -> String {
    let mut checks = story.checks.iter().filter(|check| !check.back);
    match (checks.next(), checks.count()) {
        (None, _) => String::new(),
        (Some(check), 0) => safe(&format!("{}: {}", check.what, check.seen), look),
        (Some(_), more) => count(more + 1, "check"),
    }
}

/// What a group of units did: `3 steps, 9 changes, program pg-upgrade`.
pub fn did_together(story: &Story, plan: &Plan, units: &[u32], look: Look) -> String {
    let told: Vec<_> = units.iter().filter_map(|id| Some((story.unit(*id)?, plan.unit(*id)?))).collect();
    let steps = told.iter().filter(|(_, unit)| super::outcome::is_step(unit)).count();
    let checks = told.iter().map(|(story, _)| story.checks.len()).sum();
    let changes: usize = told.iter().map(|(story, unit)| story.resources(unit)).fold(0, usize::saturating_add);
    let skipped = told.iter().filter(|(story, _)| matches!(story.forward, Forward::Skipped(_))).count();
    let named: Vec<String> = told.iter().flat_map(|(story, unit)| story.named(unit)).collect();
    let mut parts = vec![if steps > 0 { count(steps, "step") } else { count(checks, "check") }];
    parts.extend((changes > 0).then(|| count(changes, "change")));
    match named.as_slice() {
        [] => {}
        [one] => parts.push(safe(one, look)),
        many => parts.push(count(many.len(), "program")),
    }
    parts.extend((skipped > 0).then(|| format!("{skipped} skipped")));
    parts.join(", ")
}
