//! Exact texts, and what hostile, knotted and huge plans can't do.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod data;
mod drawn;
mod words;

use super::sample::Sample;
use proptest::prelude::*;
use switchback_compiler::plan::{Plan, Stage};

/// Plans of several layers with steps that need any before them.
fn plans() -> impl Strategy<Value = Plan> {
    let step = (0..6_u8, prop::collection::vec(1..12_usize, 0..4));
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut plan = Sample::new("any");
        plan.layer(Stage::Change, "layer-0");
        for (number, (wall, back)) in steps.into_iter().enumerate() {
            if wall == 0 {
                plan.layer(Stage::Change, &format!("layer-{number}"));
            }
            let needs: Vec<String> =
                back.iter().filter_map(|back| number.checked_sub(*back)).map(|need| format!("s{need}")).collect();
            plan.step(&format!("s{number}"), &needs.iter().map(String::as_str).collect::<Vec<_>>());
        }
        plan.0
    })
}

/// Ten thousand steps: one chain, no chain, and a net.
fn huge() -> [Plan; 3] {
    let plan = |needs: &dyn Fn(u32) -> Vec<u32>| {
        let mut plan = Sample::new("huge");
        plan.layer(Stage::Change, "user-space").many(5000, needs);
        plan.layer(Stage::Change, "core-kernel").many(5000, needs);
        plan.0
    };
    [
        plan(&|step| step.checked_sub(1).into_iter().collect()),
        plan(&|_| Vec::new()),
        plan(&|step| [7, 40, 41].into_iter().filter_map(|back| step.checked_sub(back)).collect()),
    ]
}
