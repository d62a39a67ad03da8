//! What can hurt: read from the plan and its preview, in the plan's order.

use super::{Preview, UnitPreview};
use crate::action::{Change, What};
use serde::Serialize;
use switchback_compiler::plan::{Move, Plan, Unit, WayBack};
use switchback_compiler::schema::Class;

/// How the names of a chart's hooks begin among resources.
pub(super) const HOOK: &str = "hook ";

/// Something to look at twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// What kind of risk.
    pub kind: Kind,
    /// The step.
    pub step: String,
    /// What can happen, a fragment.
    pub text: String,
}

/// What kind of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing takes it back.
    Irreversible,
    /// Taking it back throws something away.
    Loses,
    /// It is never repeated by the machine, and what it does is known only afterwards.
    AtMostOnce,
    /// What it does is known only afterwards.
    NotKnowable,
    /// A version's first number changes.
    Major,
    /// It stays when the rest is undone.
    Stays,
}

/// All risks of the steps that would start.
pub fn risks(plan: &Plan, preview: &Preview) -> Vec<Risk> {
    let active = preview.units.iter().filter(|seen| !seen.is_unchanged());
    active
        .filter_map(|seen| plan.unit(seen.unit).map(|unit| (unit, seen)))
        .flat_map(|(unit, seen)| of(plan, unit, seen))
        .collect()
}

fn of(plan: &Plan, unit: &Unit, seen: &UnitPreview) -> Vec<Risk> {
    let risk = |kind, text| Risk { kind, step: unit.name.clone(), text };
    let mut risks = Vec::new();
    risks.extend(unknown(unit, seen).into_iter().map(|(kind, text)| risk(kind, text)));
    if !seen.changes.is_empty() {
        risks.extend(back(&unit.way_back).into_iter().map(|(kind, text)| risk(kind, text)));
    }
    let major = unit.moves.iter().filter(|moved| moved.from.is_major_to(&moved.to));
    risks.extend(major.map(|moved| risk(Kind::Major, major_words(plan, unit, moved))));
    risks
}

fn unknown(unit: &Unit, seen: &UnitPreview) -> Vec<(Kind, String)> {
    let once = |id: &str| unit.acts().any(|act| act.id == id && act.class == Class::AtMostOnce);
    let mut found = Vec::new();
    for (act, changes) in seen.by_act() {
        for Change { resource, .. } in changes.iter().filter(|change| change.what == What::Unknown) {
            found.push(if resource.starts_with(HOOK) {
                (Kind::NotKnowable, format!("{resource} is not undone with the rest"))
            } else if once(&act.id) {
                (Kind::AtMostOnce, format!("{resource} runs at most once; its effect is not knowable"))
            } else {
                (Kind::NotKnowable, format!("the effect of {resource} is not knowable"))
            });
        }
    }
    found
}

fn back(way_back: &WayBack) -> Vec<(Kind, String)> {
    match way_back {
        WayBack::Own => Vec::new(),
        WayBack::Undo(ways) => {
            let lost = ways.iter().flat_map(|way| &way.loses);
            lost.map(|what| (Kind::Loses, format!("undoing it loses {what}"))).collect()
        }
        WayBack::Stays(why) => vec![(Kind::Stays, format!("it stays when the run is undone: {why}"))],
        WayBack::Irreversible(why) => vec![(Kind::Irreversible, format!("it can't be undone: {why}"))],
    }
}

/// `15.8 → 16.4 is major, of something with data; data owns it`.
fn major_words(plan: &Plan, unit: &Unit, moved: &Move) -> String {
    let component = plan.components.get(&moved.component);
    let name = if moved.component == unit.name { String::new() } else { format!("{} ", moved.component) };
    let data = if component.is_some_and(|found| found.stateful) { ", of something with data" } else { "" };
    let owner = component.and_then(|found| found.owner.as_ref()).map(|owner| format!("; {owner} owns it"));
    format!("{name}{} → {} is major{data}{}", moved.from, moved.to, owner.unwrap_or_default())
}
