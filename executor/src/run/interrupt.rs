//! Signals: a first one lets finish what runs, a second one waits for nothing.

use super::act::find;
use super::known::act_of;
use super::owner::Owner;
use super::signals::Signals;
use crate::event::{ActRef, Event, Standing};
use crate::fault_point::planted;
use crate::schedule::{ActState, Phase};
use crate::screen::list;
use std::sync::Arc;
use switchback_compiler::plan::{Unit, Work as Part};
use switchback_compiler::schema::Class;

/// What goes on, and what a second signal would cost.
fn stopping(name: &str, begun: &[&Unit]) -> String {
    let names: Vec<&str> = begun.iter().map(|unit| unit.name.as_str()).collect();
    let (what, verb) = match names.as_slice() {
        [] => return format!("{name} stopping: nothing new starts, and nothing runs\n"),
        [one] => ((*one).to_owned(), "is"),
        many => (list(many), "are"),
    };
    let once = begun.iter().flat_map(|unit| unit.acts()).any(|act| act.class == Class::AtMostOnce);
    let costs = if once { "what runs at most once becomes unknown" } else { "`resume` looks what became of it" };
    format!("{name} stopping: nothing new starts; {what} {verb} let finish\n  {name} again stops waiting: {costs}\n")
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
        let begun: Vec<&Unit> =
            self.running.iter().filter(|id| self.has_begun(**id)).filter_map(|id| plan.unit(*id)).collect();
        self.readers.say(&stopping(name, &begun));
        // What has not begun, since it waits for its window, may wait for hours.
        begun.is_empty() && !self.running.is_empty()
    }

    fn has_begun(&self, id: u32) -> bool {
        self.state.units.get(id as usize).is_some_and(|unit| unit.phase != Phase::Waiting)
    }

    /// What runs is left behind: at-most-once actions become unknown, others are looked at on resume.
    pub(super) async fn given_up(&mut self) -> Standing {
        let open: Vec<Event> = self.running.iter().flat_map(|id| self.open_questions(*id)).collect();
        let asks = !open.is_empty();
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
