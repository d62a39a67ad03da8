//! The DAG: names resolved, layers in their order, cycles told, a stable order.

mod cycle;
mod pages;
mod plan;
mod units;

pub use pages::PAGES;
pub(crate) use plan::plan;

use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::lower::{Draft, DraftStep};
use crate::plan::{Order, Stage};
use pages::{LATER_LAYER, LAYER_MIXED, LAYER_UNKNOWN, UNKNOWN_STEP};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The order of the steps.
pub(crate) struct Graph {
    /// Indexes of the draft's steps, in an order in which they can run; ties break by source position.
    pub(crate) order: Vec<usize>,
    /// By step: the steps of its own block that it needs.
    pub(crate) needs: Vec<Vec<usize>>,
    /// By step: all steps that it names, for reports.
    pub(crate) written: Vec<Vec<usize>>,
    /// By step: its block's rank; blocks of a lower rank are complete before it begins.
    pub(crate) rank: Vec<Rank>,
    /// By step: its place in `order`.
    pub(crate) position: Vec<usize>,
}

/// Stage, then the layer's place in the order in which layers run.
pub(crate) type Rank = (Stage, usize);

impl Graph {
    /// Whether step `a` is always done before step `b` begins.
    pub(crate) fn before(&self, a: usize, b: usize) -> bool {
        let (Some(rank_a), Some(rank_b)) = (self.rank.get(a), self.rank.get(b)) else { return false };
        if rank_a != rank_b {
            return rank_a < rank_b;
        }
        self.reaches(b, a)
    }

    /// By step: whether it is in an order with this one, which itself is.
    pub(crate) fn ordered_with(&self, step: usize) -> Vec<bool> {
        let mut after = vec![false; self.needs.len()];
        let mut before = after.clone();
        let mut open = vec![step];
        while let Some(one) = open.pop() {
            for need in self.needs.get(one).into_iter().flatten().copied() {
                if before.get_mut(need).is_some_and(|known| !std::mem::replace(known, true)) {
                    open.push(need);
                }
            }
        }
        let position = self.position.get(step).copied().unwrap_or_default();
        for one in self.order.iter().skip(position).copied() {
            let needs = self.needs.get(one).into_iter().flatten();
            let is_after = one == step || needs.copied().any(|need| after.get(need).is_some_and(|known| *known));
            if let Some(known) = after.get_mut(one) {
                *known = is_after;
            }
        }
        let related = after.into_iter().zip(before).map(|(after, before)| after || before);
        let rank = self.rank.get(step);
        related.zip(&self.rank).map(|(is_related, own)| is_related || Some(own) != rank).collect()
    }

    /// Whether `from` needs `to`, directly or through others.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let floor = self.position.get(to).copied().unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(step) = open.pop() {
            for need in self.needs.get(step).into_iter().flatten().copied() {
                if need == to {
                    return true;
                }
                // What stands before `to` in the order can't need it.
                if self.position.get(need).is_some_and(|position| *position > floor) && seen.insert(need) {
                    open.push(need);
                }
            }
        }
        false
    }
}

/// The layers in the order in which they run.
pub(crate) fn layers(draft: &Draft) -> Vec<String> {
    let mut layers = draft.layer_order();
    if draft.order == Order::BottomUp {
        layers.reverse();
    }
    layers
}

/// Resolves names and orders the steps; `None` where a cycle or an unknown name forbids it.
pub(crate) fn order(cx: &mut Cx<'_>, draft: &Draft) -> Option<Graph> {
    let layers = layers(draft);
    check_layers(cx, draft, &layers);
    let rank: Vec<Rank> = draft.steps.iter().map(|step| rank_of(step.stage, step.layer.as_deref(), &layers)).collect();
    let edges = resolve(cx, draft, &rank);
    if cycle::report(cx, draft, &edges.needs) {
        return None;
    }
    let order = topological(&edges.needs, &rank);
    let mut position = vec![0; order.len()];
    for (place, step) in order.iter().enumerate() {
        if let Some(slot) = position.get_mut(*step) {
            *slot = place;
        }
    }
    Some(Graph { order, needs: edges.needs, written: edges.written, rank, position })
}

/// A block's rank; an unknown layer counts as the last.
pub(crate) fn rank_of(stage: Stage, layer: Option<&str>, layers: &[String]) -> Rank {
    let place = layer.map_or(0, |layer| layers.iter().position(|known| known == layer).unwrap_or(layers.len()));
    (stage, place)
}

fn check_layers(cx: &mut Cx<'_>, draft: &Draft, layers: &[String]) {
    let of_blocks = draft.blocks.iter().map(|block| (block.layer.as_ref(), block.span));
    let of_components = draft.components.values().map(|(component, span)| (component.layer.as_ref(), *span));
    for (layer, span) in of_blocks.chain(of_components).filter_map(|(layer, span)| Some((layer?, span))) {
        if !layers.contains(layer) {
            let found = no_layer(cx, layer, span, layers);
            cx.sink.push(found);
        }
    }
    for stage in [Stage::Prepare, Stage::Change, Stage::Finalize] {
        let in_stage = || draft.steps.iter().filter(move |step| step.stage == stage);
        let layered = in_stage().find(|step| step.layer.is_some());
        let bare = in_stage().find(|step| step.layer.is_none());
        if let (Some(layered), Some(bare)) = (layered, bare) {
            cx.sink.push(
                Diagnostic::new(
                    &LAYER_MIXED,
                    format!("step `{}` stands in no layer, others of its stage do", bare.name),
                )
                .label(bare.span, "in no layer")
                .label(layered.span, "in a layer")
                .help("put it into the layer that it belongs to"),
            );
        }
    }
}

fn no_layer(cx: &Cx<'_>, layer: &str, span: crate::source::Span, layers: &[String]) -> Diagnostic {
    let nearest = cx.nearest(layer, layers.iter().map(String::as_str));
    let label = nearest.map_or_else(|| "no such layer".to_owned(), |near| format!("did you mean `{near}`?"));
    let known = crate::words::ticked(layers, "and");
    Diagnostic::new(&LAYER_UNKNOWN, format!("there is no layer `{layer}`"))
        .label(span, label)
        .help(format!("the layers are {known}; `layers` in switchback.kdl names others"))
}

struct Edges {
    needs: Vec<Vec<usize>>,
    written: Vec<Vec<usize>>,
}

fn resolve(cx: &mut Cx<'_>, draft: &Draft, rank: &[Rank]) -> Edges {
    let index: BTreeMap<&str, usize> =
        draft.steps.iter().enumerate().map(|(i, step)| (step.name.as_str(), i)).collect();
    let left_out: BTreeSet<&str> = draft.left_out.iter().filter_map(|left| left.what.strip_prefix("step ")).collect();
    let mut edges = Edges { needs: Vec::with_capacity(rank.len()), written: Vec::with_capacity(rank.len()) };
    for (step, own) in draft.steps.iter().zip(rank) {
        let (mut needs, mut written) = (Vec::new(), Vec::new());
        for (name, span) in &step.needs {
            let found =
                index.get(name.as_str()).and_then(|need| Some((*need, rank.get(*need)?, draft.steps.get(*need)?)));
            let Some((need, other, target)) = found else {
                // A step that `when` left out is not needed any more.
                if !left_out.contains(name.as_str()) {
                    let found = unknown(cx, draft, step, name, *span);
                    cx.sink.push(found);
                }
                continue;
            };
            if other > own {
                let found = later(step, target, *span);
                cx.sink.push(found);
                continue;
            }
            if !written.contains(&need) {
                written.push(need);
            }
            if other == own {
                needs.push(need);
            }
        }
        needs.sort_unstable();
        needs.dedup();
        edges.needs.push(needs);
        edges.written.push(written);
    }
    edges
}

fn unknown(cx: &Cx<'_>, draft: &Draft, step: &DraftStep, name: &str, span: crate::source::Span) -> Diagnostic {
    let known = draft.steps.iter().map(|step| step.name.as_str()).filter(|known| *known != step.name);
    let found = Diagnostic::new(&UNKNOWN_STEP, format!("step `{}` needs `{name}`, which is not a step", step.name))
        .label(span, "no such step");
    let near = cx.nearest(name, known).and_then(|near| draft.steps.iter().find(|other| other.name == near));
    let found = match near {
        Some(near) => {
            let same = if near.layer == step.layer && near.stage == step.stage {
                "in the same layer"
            } else {
                "in another layer"
            };
            let line = cx.sources.locate(near.span).line;
            found.help(format!("did you mean `{}`? (line {line}, {same})", near.name))
        }
        None => found.help("take the line out, or write the step"),
    };
    found.skips(format!("the order of `{}` and `{name}`", step.name))
}

fn later(step: &DraftStep, target: &DraftStep, span: crate::source::Span) -> Diagnostic {
    let place = |step: &DraftStep| match (&step.layer, step.stage) {
        (_, Stage::Finalize) => "stage finalize".to_owned(),
        (Some(layer), Stage::Change) => layer.clone(),
        (Some(layer), stage) => format!("{} of stage {}", layer, stage.name()),
        (None, stage) => format!("stage {}", stage.name()),
    };
    Diagnostic::new(&LATER_LAYER, format!("`{}` runs before `{}`, so it can't need it", step.name, target.name))
        .label(span, format!("`{}` is in {}, which runs later", target.name, place(target)))
        .label(target.span, format!("here; `{}` is in {}", step.name, place(step)))
        .help(format!(
            "take the line out if the order of layers is right; if `{}` really needs `{}`, one of the two is in the wrong layer",
            step.name, target.name
        ))
}

/// Kahn's algorithm with a heap of (rank, source index), so that plans run in the order in which people wrote them.
/// Source: A. B. Kahn, "Topological sorting of large networks", 1962.
fn topological(needs: &[Vec<usize>], rank: &[Rank]) -> Vec<usize> {
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (step, all) in needs.iter().enumerate() {
        for need in all {
            if let Some(list) = followers.get_mut(*need) {
                list.push(step);
            }
        }
    }
    let key = |step: usize| Reverse((rank.get(step).copied().unwrap_or_default(), step));
    let mut ready: BinaryHeap<_> = (0..needs.len()).filter(|step| waiting.get(*step) == Some(&0)).map(key).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(Reverse((_, step))) = ready.pop() {
        order.push(step);
        for follower in followers.get(step).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*follower) {
                *count -= 1;
                if *count == 0 {
                    ready.push(key(*follower));
                }
            }
        }
    }
    order
}
