//! What a plan moves, in words: `lumen 4.9.3 → 5.0.0`.

use crate::screen::{Look, count, list, safe};
use std::collections::BTreeSet;
use switchback_compiler::plan::{Direction, Move, Order, Plan};

/// More components than this are counted instead of named.
const NAMED: usize = 2;

/// What the plan moves, when it moves something.
pub fn moved(plan: &Plan, look: Look) -> Option<String> {
    let all = moves(plan);
    if all.len() > NAMED {
        return Some(count(all.len(), "component"));
    }
    let said: Vec<String> = all.iter().map(|one| one_move(one, look)).collect();
    (!said.is_empty()).then(|| list(&said))
}

/// One move: `lumen 4.9.3 → 5.0.0`.
pub fn one_move(moved: &Move, look: Look) -> String {
    let (from, to) = (safe(&moved.from.to_string(), look), safe(&moved.to.to_string(), look));
    format!("{} {}", safe(&moved.component, look), look.arrow(&from, &to))
}

/// Where the target is again after an undo: `lumen 4.9.3`.
pub fn back_at(plan: &Plan, look: Look) -> Option<String> {
    let all = moves(plan);
    if all.is_empty() || all.len() > NAMED {
        return None;
    }
    let said: Vec<String> = all.iter().map(|one| safe(&format!("{} {}", one.component, one.from), look)).collect();
    Some(list(&said))
}

/// The product's own moves, else those of the steps, several hops as one.
pub fn moves(plan: &Plan) -> Vec<Move> {
    if !plan.product.is_empty() {
        return plan.product.clone();
    }
    let mut all: Vec<Move> = Vec::new();
    for next in plan.steps().flat_map(|(_, unit)| &unit.moves) {
        match all.iter_mut().find(|known| known.component == next.component) {
            Some(known) => known.to = next.to.clone(),
            None => all.push(next.clone()),
        }
    }
    all
}

/// `upgrade, top-down`; the order only where there are layers to be ordered.
pub fn way(plan: &Plan) -> String {
    let direction = match plan.direction {
        Direction::Upgrade => "upgrade",
        Direction::Rollback => "rollback",
    };
    let layers: BTreeSet<_> = plan.blocks.iter().filter_map(|block| block.layer.as_deref()).collect();
    match (layers.len(), plan.order) {
        (0 | 1, _) => direction.to_owned(),
        (_, Order::TopDown) => format!("{direction}, top-down"),
        (_, Order::BottomUp) => format!("{direction}, bottom-up"),
    }
}
