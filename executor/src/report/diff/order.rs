//! The order of a layer's steps, in words.

use super::Cx;
use crate::screen::list;
use switchback_compiler::plan::Unit;

/// More steps than this are a matter for the graph.
const MOST: usize = 6;

/// `site and notebooks together, portal after site`; none for a step alone or for too many.
pub(super) fn order(cx: &Cx<'_>, steps: &[u32]) -> Option<String> {
    if steps.len() < 2 || steps.len() > MOST {
        return None;
    }
    let units: Vec<(u32, &Unit)> = steps.iter().filter_map(|id| cx.plan.unit(*id).map(|unit| (*id, unit))).collect();
    let name = |id: &u32| cx.plan.unit(*id).map(|unit| cx.safe(&unit.name));
    let needs = |unit: &Unit| -> Vec<u32> { unit.needs.iter().copied().filter(|id| steps.contains(id)).collect() };
    let chain = units.windows(2).all(|pair| match pair {
        [(before, _), (_, after)] => needs(after) == [*before],
        _ => false,
    });
    if chain {
        let names: Vec<String> = steps.iter().filter_map(name).collect();
        return Some(names.join(", then "));
    }
    let roots: Vec<String> =
        units.iter().filter(|(_, unit)| needs(unit).is_empty()).map(|(_, unit)| cx.safe(&unit.name)).collect();
    let together = if roots.len() > 1 { format!("{} together", list(&roots)) } else { roots.concat() };
    let after = units.iter().filter(|(_, unit)| !needs(unit).is_empty()).map(|(_, unit)| {
        let before: Vec<String> = needs(unit).iter().filter_map(name).collect();
        format!("{} after {}", cx.safe(&unit.name), list(&before))
    });
    Some(std::iter::once(together).chain(after).collect::<Vec<_>>().join(", "))
}
