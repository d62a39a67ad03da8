//! What a person will be asked for, and when: who runs the plan at night must not find that out in the middle of it.

use super::Cx;
use super::risks::named;
use crate::preview::Preview;
use crate::screen::{Sign, quoted};
use serde_json::{Value as Json, json};
use switchback_compiler::plan::{Gate, Plan, Stage, Unit, UnitKind, Work};

/// A gate, and when it asks.
pub(super) struct Asked<'p> {
    gate: &'p Gate,
    when: String,
}

/// The gates that ask, in the plan's order; one of a step that does not start is silent.
pub(super) fn asked<'p>(plan: &'p Plan, preview: &Preview) -> Vec<Asked<'p>> {
    let starts = |id: u32| preview.unit(id).is_none_or(|seen| seen.skipped.is_none());
    let units = (0..).zip(&plan.units).filter(|(id, _)| starts(*id));
    let gates = units.flat_map(|(_, unit)| unit.work.iter().map(move |work| (unit, work)));
    let gates = gates.filter_map(|(unit, work)| if let Work::Gate(gate) = work { Some((unit, gate)) } else { None });
    gates.map(|(unit, gate)| Asked { gate, when: when(plan, unit) }).collect()
}

fn when(plan: &Plan, unit: &Unit) -> String {
    let layer = plan.block_of(unit).and_then(|block| block.layer.as_ref());
    match (unit.kind, layer, plan.stage_of(unit)) {
        (UnitKind::Step, ..) => format!("before {}", unit.name),
        (_, Some(layer), _) => format!("before {layer}"),
        (_, None, Stage::Prepare) => "before anything is prepared".to_owned(),
        (_, None, Stage::Change) => "before the first change".to_owned(),
        (_, None, Stage::Finalize) => "before `finalize` gives up the way back".to_owned(),
    }
}

/// A line each: when it asks, what is confirmed, and what is to be typed.
pub(super) fn gates(cx: &Cx<'_>) -> Option<String> {
    let rows: Vec<(Sign, String, String)> = asked(cx.plan, cx.preview)
        .iter()
        .map(|asked| (Sign::Waits, cx.safe(&asked.gate.name), cx.safe(&asked.words())))
        .collect();
    (!rows.is_empty()).then(|| format!("gates\n{}", named(&rows, cx)))
}

impl Asked<'_> {
    /// `before the first change: Orders may be lost if this is undone; asks to type prod-eu`.
    fn words(&self) -> String {
        let Self { gate, when } = self;
        let typed = gate.typed.known().map_or_else(|| gate.typed.to_string(), quoted);
        format!("{when}: {}; {typed} is to be typed", gate.text)
    }

    /// Its name and the same, for a comment.
    pub(super) fn told(&self) -> (&str, String) {
        (&self.gate.name, self.words())
    }

    /// For programs.
    pub(super) fn json(&self) -> Json {
        let Self { gate, when } = self;
        json!({"name": gate.name, "when": when, "text": gate.text.to_string(), "typed": gate.typed.to_string()})
    }
}
