//! Many changes: what is unlike in full, what is alike by an example.

use super::Cx;
use super::fold::{Folded, One, Shape};
use super::step::{named_change, sign};
use crate::screen::{Style, count};
use std::collections::BTreeSet;

/// The parts of the screen that stand in place of the blocks.
pub(super) fn parts(cx: &Cx<'_>, folded: &Folded<'_>) -> Vec<String> {
    [unlike(cx, &folded.unlike), shapes(cx, &folded.shapes)].into_iter().flatten().collect()
}

fn unlike(cx: &Cx<'_>, unlike: &[One<'_>]) -> Option<String> {
    let title = format!("{} unlike any other, in full\n", count(unlike.len(), "change"));
    let told = |one: &One<'_>| {
        let step = Style::Bold.paint(&cx.name(one.unit), cx.look);
        let name = format!("  {step}  {} {}", sign(one.change.what).show(cx.look), cx.safe(&one.change.resource));
        named_change(cx, &name, one.change)
    };
    (!unlike.is_empty()).then(|| title + &unlike.iter().map(told).collect::<String>())
}

fn shapes(cx: &Cx<'_>, shapes: &[Shape<'_>]) -> Option<String> {
    let title = match shapes.len() {
        0 => return None,
        1 => "1 shape, one example; the others differ only in names\n".to_owned(),
        many => format!("{}, one example each; the others differ only in names\n", count(many, "shape")),
    };
    Some(title + &shapes.iter().map(|shape| example(cx, shape)).collect::<String>())
}

/// `160 × ~ deployment/kernel-*  in 40 steps`.
fn example(cx: &Cx<'_>, shape: &Shape<'_>) -> String {
    let Shape { example, all, pattern } = shape;
    let times = cx.look.pick("×", "x");
    let steps: BTreeSet<u32> = all.iter().map(|one| one.unit.unit).collect();
    let place = if steps.len() == 1 { cx.name(example.unit) } else { count(steps.len(), "step") };
    let sign = sign(example.change.what).show(cx.look);
    let name = format!("  {} {times} {sign} {}  in {place}", all.len(), cx.safe(pattern));
    // Words follow a name's colon, which would come after the place here.
    named_change(cx, &name, example.change)
}

/// What is shown of how much, and how to see the rest.
pub(super) fn shown_line(folded: &Folded<'_>, all: usize) -> String {
    let parts = [
        (folded.deletions.len(), count(folded.deletions.len(), "deletion")),
        (folded.unlike.len(), format!("{} in full", folded.unlike.len())),
        (folded.shapes.len(), count(folded.shapes.len(), "example")),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words).collect();
    let hidden = folded.hidden();
    format!(
        "shown: {} of {} ({})\n  {hidden} folded, each equal in shape to its example; all: add --full\n",
        all - hidden,
        count(all, "diff"),
        parts.join(", "),
    )
}
