//! Signals: a first one lets finish what runs, a second one waits for nothing.

use super::act::find;
use super::known::act_of;
use super::owner::Owner;
use super::signals::Signals;
use super::unit::{only_looks, waits_first};
use crate::event::{ActRef, Event, Standing};
use crate::fault_point::planted;
use crate::schedule::{ActState, Aim, Phase, State, UnitState};
use crate::screen::list;
use crate::site::Site;
use std::sync::Arc;
use switchback_compiler::plan::{Plan, Unit, Work as Part};
use switchback_compiler::schema::Class;

/// What goes on, what only waited and stops, and what a second signal would cost.
fn stopping(name: &str, begun: &[&Unit], waited: &[&Unit]) -> String {
    let waited = match named(waited) {
        None => String::new(),
        Some((what, true)) => format!("  {what} have only waited so far, and touch nothing\n"),
        Some((what, false)) => format!("  {what} has only waited so far, and touches nothing\n"),
    };
    let Some((what, many)) = named(begun) else {
        let nothing = if waited.is_empty() { ", and nothing runs" } else { "" };
        return format!("{name} stopping: nothing new starts{nothing}\n{waited}");
    };
    let verb = if many { "are" } else { "is" };
    let once = begun.iter().flat_map(|unit| unit.acts()).any(|act| act.class == Class::AtMostOnce);
    let costs = if once { "what runs at most once becomes unknown" } else { "`resume` looks what became of it" };
    let again = format!("  {name} again stops waiting: {costs}\n");
    format!("{name} stopping: nothing new starts; {what} {verb} let finish\n{waited}{again}")
}

/// Names of units in a sentence, and whether they are several.
fn named(units: &[&Unit]) -> Option<(String, bool)> {
    let names: Vec<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
    (!names.is_empty()).then(|| (list(&names), names.len() > 1))
}

impl Owner {
    /// A first signal: nothing new starts. A second one: nobody waits any more.
    pub(super) fn interrupted(&mut self, name: &str) -> bool {
        if planted("deaf") {
            return false;
        }
        if self.draining.is_some() {
            return true;
        }
        self.hung_up = name == Signals::HANG_UP;
        self.withdraw_questions();
        self.draining = Some(format!("{name} was received"));
        self.stops.send_replace(true);
        let plan = Arc::clone(&self.plan);
        let heard: Vec<u32> = self.running.iter().copied().filter(|id| self.has_begun(*id)).collect();
        let (waited, begun): (Vec<u32>, Vec<u32>) = heard.iter().copied().partition(|id| self.only_waits(*id));
        let units = |ids: &[u32]| ids.iter().filter_map(|id| plan.unit(*id)).collect::<Vec<&Unit>>();
        self.readers.say(&stopping(name, &units(&begun), &units(&waited)));
        // What has not begun, since it waits for its window, may wait for hours.
        heard.is_empty() && !self.running.is_empty()
    }

    /// Whether a unit waits for what comes before all that it does; it asks before it begins, and is told no.
    fn only_waits(&self, id: u32) -> bool {
        let none = |unit: &UnitState| unit.acts.is_empty();
        let unit = self.plan.unit(id);
        let waits = unit.is_some_and(waits_first) && !self.begun.contains(&id);
        (waits || unit.is_some_and(only_looks))
            && self.aim != Aim::Undo
            && self.state.units.get(id as usize).is_some_and(none)
    }

    fn has_begun(&self, id: u32) -> bool {
        self.state.units.get(id as usize).is_some_and(|unit| unit.phase != Phase::Waiting)
    }

    /// What runs is left behind: at-most-once actions become unknown, others are looked at on resume.
    pub(super) async fn given_up(&mut self) -> Standing {
        let open: Vec<Event> = self.running.iter().flat_map(|id| self.open_questions(*id)).collect();
        let asks = !open.is_empty();
        let told =
            |id: &u32| self.state.units.get(*id as usize).map(|state| left_behind(&self.plan, state, *id, &self.site));
        let behind = self.running.iter().filter_map(told).flatten();
        // Of what is done once alone a question tells.
        let behind = behind.filter(|(class, _)| *class != Class::AtMostOnce);
        let behind: String = behind.map(|(_, says)| format!("  {says}\n")).collect();
        self.readers.say(&format!("not waiting any more\n{behind}"));
        for event in open {
            self.say(event).await;
        }
        if asks { Standing::Asks } else { Standing::Interrupted }
    }

    fn open_questions(&self, id: u32) -> Vec<Event> {
        let (Some(unit), Some(state)) = (self.plan.unit(id), self.state.units.get(id as usize)) else {
            return Vec::new();
        };
        let open = state.acts.iter().filter(|(_, (act, _))| *act == ActState::Open);
        open.filter(|(act, _)| class_of(&unit.work, **act) == Some(Class::AtMostOnce))
            .map(|(act, (_, recipe))| {
                let goes_on = act_of(unit, *act).and_then(|act| find(act).ok()?.goes_on(recipe, &self.site));
                let alive = goes_on.is_some();
                let seen = std::iter::once("nobody waited for its end".to_owned()).chain(goes_on).collect();
                Event::Unknown { unit: id, act: *act, seen, alive }
            })
            .collect()
    }
}

fn class_of(work: &[Part], act: ActRef) -> Option<Class> {
    match work.get(act.0 as usize)? {
        Part::Act(one) | Part::Meanwhile(one) => Some(one.class),
        Part::AfterChange(acts) => acts.get(act.1 as usize).map(|one| one.class),
        _ => None,
    }
}

/// What goes on by itself though its run does not: whoever thinks that it was ended would start it twice.
pub fn going_on(plan: &Plan, state: &State, site: &Site) -> Vec<String> {
    let units = (0..).zip(&state.units);
    units.flat_map(|(id, unit)| left_behind(plan, unit, id, site)).map(|(_, says)| says).collect()
}

/// The same of one unit, with the classes of its actions.
fn left_behind(plan: &Plan, state: &UnitState, id: u32, site: &Site) -> Vec<(Class, String)> {
    let Some(unit) = plan.unit(id) else { return Vec::new() };
    let acts = state.acts.iter().filter_map(|(id, (_, recipe))| Some((act_of(unit, *id)?, recipe)));
    let goes_on = acts.filter_map(|(act, recipe)| Some((act.class, find(act).ok()?.goes_on(recipe, site)?)));
    goes_on
        .map(|(class, says)| {
            (class, format!("{}: {}", unit.name, says.split_whitespace().collect::<Vec<_>>().join(" ")))
        })
        .collect()
}
