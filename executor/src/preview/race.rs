//! R3 where only a dry run shows it: which objects a chart renders, no plan says.

use super::{Blocked, Preview, UnitPreview};
use crate::resource::{Resource, Space};
use std::collections::BTreeSet;
use switchback_compiler::plan::Plan;

/// The kinds of which only the dry run knows what they touch begin so.
pub(crate) const RENDERS: &str = "helm.";
/// The code that the same has where the compiler finds it.
const CODE: &str = "order::unordered-write";

/// Pairs of steps that may run at the same time and touch the same object, at least one of them through a chart.
pub(super) fn found(plan: &Plan, preview: &Preview, namespace: &str) -> Vec<Blocked> {
    let all: Vec<Touched<'_>> = preview.units.iter().map(Touched::of).collect();
    let mut found = Vec::new();
    for (at, later) in all.iter().enumerate() {
        for earlier in all.iter().take(at) {
            let both = earlier.meets(later);
            if !both.is_empty() && !comes_before(plan, earlier.unit, later.unit) {
                found.extend(told(plan, (earlier.unit, later.unit), &both, namespace));
            }
        }
    }
    found
}

/// What a unit touches.
struct Touched<'p> {
    unit: u32,
    /// By what renders a chart.
    rendered: BTreeSet<&'p Resource>,
    /// By anything.
    all: BTreeSet<&'p Resource>,
}

impl<'p> Touched<'p> {
    fn of(seen: &'p UnitPreview) -> Self {
        let objects = |renders: bool| {
            let acts = seen.acts.iter().filter(move |act| !renders || act.kind.starts_with(RENDERS));
            acts.flat_map(|act| &act.resources).filter(|resource| resource.space == Space::Object).collect()
        };
        Self { unit: seen.unit, rendered: objects(true), all: objects(false) }
    }

    fn meets(&self, other: &Self) -> BTreeSet<&'p Resource> {
        let here = self.rendered.intersection(&other.all);
        here.chain(self.all.intersection(&other.rendered)).copied().collect()
    }
}

/// Whether a unit is done before another begins; units stand in the order of the plan.
fn comes_before(plan: &Plan, earlier: u32, later: u32) -> bool {
    let (mut known, mut open) = (BTreeSet::from([later]), vec![later]);
    while let Some(unit) = open.pop().and_then(|id| plan.unit(id)) {
        if unit.needs.contains(&earlier) {
            return true;
        }
        open.extend(unit.needs.iter().filter(|need| known.insert(**need)));
    }
    false
}

fn told(plan: &Plan, (earlier, later): (u32, u32), both: &BTreeSet<&Resource>, namespace: &str) -> Option<Blocked> {
    let (one, other) = (&plan.unit(earlier)?.name, &plan.unit(later)?.name);
    let first = both.first()?.spoken(namespace);
    let more = if both.len() > 1 { format!(" and {} more", both.len() - 1) } else { String::new() };
    let why = format!(
        "`{one}` and `{other}` may both change {first}{more} at the same time, as the chart shows ({CODE}); say which \
         comes first: needs \"{one}\" in step `{other}`"
    );
    Some(Blocked { unit: Some(later), why })
}
