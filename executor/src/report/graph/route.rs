//! The ways of edges: along the row of a lane that is kept free, else between two rows, so that none crosses a box.

use super::layout::{GAP, LAYER_GAP, Layout, PAD, Spot, Strip};
use std::fmt::Write;

/// A straight part of a way: from here, to there, at this height.
type Run = (usize, usize, usize);

/// How far outside of its layer's boxes a way turns back to a row below.
const TURN: usize = PAD + 3;

/// An edge between two steps.
struct Edge<'l> {
    from: &'l Spot,
    to: &'l Spot,
    /// The layer of the first.
    strip: &'l Strip,
    /// Where the widest box above or below the first one ends.
    cell_end: usize,
    /// Whether the lane of the first is kept for the second.
    kept: bool,
}

/// The path data of the edge between two steps; `kept` says that the lane of the first leads to the second.
pub(super) fn route(layout: &Layout, from: &Spot, to: &Spot, kept: bool) -> Option<String> {
    let strip = layout.strips.get(from.layer)?;
    let (_, cell_end) = *strip.cells.get(from.cell)?;
    let edge = Edge { from, to, strip, cell_end, kept };
    Some(match (from.layer == to.layer, from.fold == to.fold) {
        (true, true) => edge.within(),
        (true, false) => edge.below(),
        (false, _) => edge.across(),
    })
}

impl Edge<'_> {
    /// Through a layer's row.
    fn within(&self) -> String {
        let y = if self.kept { self.from.y } else { self.above(self.to.y) };
        let along = (self.cell_end + GAP, self.to.left.saturating_sub(GAP), y);
        let far = self.to.cell > self.from.cell + 1;
        path([Some(self.begin()), far.then_some(along), Some(self.end())])
    }

    /// To another layer, through those between.
    fn across(&self) -> String {
        let next = self.to.cell == 0 && self.to.layer == self.from.layer + 1;
        let gap = if self.to.cell == 0 { LAYER_GAP } else { GAP };
        let y = if self.kept { self.from.lane_y } else { self.above(self.to.y) };
        let pass = (self.strip.right + LAYER_GAP, self.to.left.saturating_sub(gap), y);
        path([Some(self.begin()), self.out(), (!next).then_some(pass), Some(self.end())])
    }

    /// Back to the left, to a row below in the same layer.
    fn below(&self) -> String {
        let (left, right) = (self.strip.left - TURN, self.strip.right + TURN);
        let out = self.out();
        let (_, _, y) = out.unwrap_or(self.begin());
        let first = path([Some(self.begin()), out, Some((right, right, y))]);
        let at_once = self.to.cell == 0;
        let (enter, height) =
            if at_once { (self.to.left, self.to.y) } else { (self.to.left - GAP, self.above(self.to.y)) };
        let rest = join((left, enter, height), [self.end()]);
        format!("{first}V{}H{left}V{height}H{enter}{rest}", self.above(self.to.fold_y))
    }

    fn begin(&self) -> Run {
        (self.from.right, self.cell_end, self.from.y)
    }

    fn end(&self) -> Run {
        (self.to.left, self.to.left, self.to.y)
    }

    /// From the first step to the edge of its layer, when more boxes may stand there.
    fn out(&self) -> Option<Run> {
        let y = if self.kept { self.from.y } else { self.above(self.from.y) };
        (self.from.cell + 1 < self.strip.cells.len()).then_some((self.cell_end + GAP, self.strip.right, y))
    }

    /// What has no lane of its own goes above the row of the step that it comes from or leads to.
    fn above(&self, y: usize) -> usize {
        y.saturating_sub(self.from.lift)
    }
}

/// Runs with curves between them.
fn path<const N: usize>(runs: [Option<Run>; N]) -> String {
    let mut runs = runs.into_iter().flatten();
    let Some((from, to, y)) = runs.next() else { return String::new() };
    let begin = if from == to { format!("M{from} {y}") } else { format!("M{from} {y}H{to}") };
    begin + &join((from, to, y), runs)
}

fn join((_, mut x, mut y): Run, runs: impl IntoIterator<Item = Run>) -> String {
    let mut out = String::new();
    for (from, to, height) in runs {
        // Writing into a string can't fail.
        if height == y {
            if from > x {
                let _ = write!(out, "H{from}");
            }
        } else {
            let middle = usize::midpoint(x, from);
            let _ = write!(out, "C{middle} {y} {middle} {height} {from} {height}");
        }
        if to > from {
            let _ = write!(out, "H{to}");
        }
        (x, y) = (to, height);
    }
    out
}
