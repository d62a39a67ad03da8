//! What all formats draw: the steps in the order in which they can run, their layers and the written `needs`.

use crate::screen::list;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use switchback_compiler::plan::{Backup, Call, Move, Plan, Stage, Unit, Work};

/// A plan without what opens and closes its blocks.
pub(super) struct Picture<'p> {
    /// The plan's name.
    pub(super) name: &'p str,
    /// Layers that have steps, in the order in which they run.
    pub(super) layers: Vec<Layer<'p>>,
    /// Steps, layer by layer; each comes after what it needs.
    pub(super) steps: Vec<Step<'p>>,
}

/// A layer of a stage.
pub(super) struct Layer<'p> {
    /// Its stage.
    pub(super) stage: Stage,
    /// Its name, when it has one.
    pub(super) name: Option<&'p str>,
    /// What stands above it.
    pub(super) heading: String,
    /// Its steps.
    pub(super) steps: Range<usize>,
}

/// A step; others are named by their place among the picture's steps.
pub(super) struct Step<'p> {
    /// The unit's id in the plan.
    pub(super) id: u32,
    /// The unit.
    pub(super) unit: &'p Unit,
    /// Its layer, by its place.
    pub(super) layer: usize,
    /// What the author wrote as `needs`, each once.
    pub(super) needs: Vec<usize>,
    /// Steps that need it.
    pub(super) followers: Vec<usize>,
    /// Steps of its layer on the longest way to it.
    pub(super) depth: usize,
}

impl<'p> Picture<'p> {
    /// What there is to draw of a plan.
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut units: Vec<(u32, &Unit)> = plan.steps().collect();
        units.sort_by_key(|(_, unit)| unit.block);
        let mut picture = Self { name: &plan.name, layers: layers(plan, &units), steps: Vec::new() };
        let place: BTreeMap<u32, usize> = units.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
        for (layer, steps) in picture.layers.iter().map(|layer| layer.steps.clone()).enumerate() {
            for (id, unit) in units.get(steps).unwrap_or_default() {
                let own = picture.steps.len();
                let needs: BTreeSet<usize> =
                    unit.written_needs.iter().filter_map(|need| place.get(need).copied()).collect();
                // A plan's units come after what they need; one that breaks this is drawn without the edge.
                let needs: Vec<usize> = needs.into_iter().filter(|need| *need < own).collect();
                let before = needs.iter().filter_map(|need| picture.steps.get(*need));
                let depth =
                    before.filter(|need| need.layer == layer).map(|need| need.depth + 1).max().unwrap_or_default();
                for need in &needs {
                    if let Some(need) = picture.steps.get_mut(*need) {
                        need.followers.push(own);
                    }
                }
                picture.steps.push(Step { id: *id, unit, layer, needs, followers: Vec::new(), depth });
            }
        }
        picture
    }

    /// The steps of a layer.
    pub(super) fn steps_of(&self, layer: &Layer<'_>) -> &[Step<'p>] {
        self.steps.get(layer.steps.clone()).unwrap_or_default()
    }

    /// All edges, from what is needed to what needs it, in the order of the latter.
    pub(super) fn edges(&self) -> impl Iterator<Item = (&Step<'p>, &Step<'p>)> {
        self.steps.iter().flat_map(|step| self.needs_of(step).map(move |need| (need, step)))
    }

    /// Pairs that keep a layer right of the one before it, for programs that lay out by edges alone: the end of a
    /// longest chain, and each step that begins the next layer.
    pub(super) fn walls(&self) -> impl Iterator<Item = (&Step<'p>, &Step<'p>)> {
        let layers = self.layers.iter().zip(self.layers.iter().skip(1));
        layers.flat_map(|(layer, next)| {
            let last = self.steps_of(layer).iter().max_by_key(|step| step.depth);
            let begins = self.steps_of(next).iter().filter(|step| step.depth == 0);
            begins.filter_map(move |first| Some((last?, first)))
        })
    }

    /// What a step needs.
    pub(super) fn needs_of(&self, step: &Step<'p>) -> impl Iterator<Item = &Step<'p>> {
        step.needs.iter().filter_map(|need| self.steps.get(*need))
    }
}

fn layers<'p>(plan: &'p Plan, units: &[(u32, &Unit)]) -> Vec<Layer<'p>> {
    let mut layers: Vec<Layer<'p>> = Vec::new();
    let mut begin = 0;
    for steps in units.chunk_by(|(_, a), (_, b)| a.block == b.block) {
        let block = steps.first().and_then(|(_, unit)| plan.block_of(unit));
        let name = block.and_then(|block| block.layer.as_deref()).filter(|name| !name.is_empty());
        let stage = block.map(|block| block.stage).unwrap_or_default();
        layers.push(Layer { stage, name, heading: String::new(), steps: begin..begin + steps.len() });
        begin += steps.len();
    }
    let mut number: BTreeMap<Stage, usize> = BTreeMap::new();
    for layer in &layers {
        *number.entry(layer.stage).or_default() += 1;
    }
    for layer in &mut layers {
        let alone = number.get(&layer.stage) == Some(&1);
        layer.heading = match (layer.stage, layer.name) {
            (Stage::Change, Some(name)) => name.to_owned(),
            // As everywhere: a layer without a name is called like its plan.
            (Stage::Change, None) if !plan.name.is_empty() => plan.name.clone(),
            (stage, Some(name)) if !alone => format!("{}: {name}", stage.name()),
            (stage, _) => stage.name().to_owned(),
        };
    }
    layers
}

impl Step<'_> {
    /// What it moves, else what it does: `3.8.2 → 4.0.0`, `kube.apply`, `copies database orders`.
    pub(super) fn does(&self) -> String {
        if !self.unit.moves.is_empty() {
            return self.moves();
        }
        let kinds: BTreeSet<&str> = self.unit.acts().map(|act| act.call.kind.as_str()).collect();
        let mut acts = self.unit.acts().map(|act| act.call.kind.as_str());
        match (acts.next(), kinds.len()) {
            (Some(kind), 1) => kind.to_owned(),
            (Some(kind), kinds) => format!("{kind} and {} more", kinds - 1),
            (None, _) => self.copies().unwrap_or_else(|| self.looks()),
        }
    }

    /// Its moves; of another component than the one called like the step, with its name.
    pub(super) fn moves(&self) -> String {
        let shown = |moved: &Move| {
            let way = format!("{} → {}", moved.from, moved.to);
            if moved.component == self.unit.name { way } else { format!("{} {way}", moved.component) }
        };
        list(&self.unit.moves.iter().map(shown).collect::<Vec<_>>())
    }

    fn copies(&self) -> Option<String> {
        let things = |work| match work {
            &Work::Backup(Backup { ref things, .. }) => things.as_slice(),
            _ => &[],
        };
        let things: Vec<&Call> = self.unit.work.iter().flat_map(things).collect();
        let (first, more) = things.split_first()?;
        let noun = first.kind.rsplit('.').next().unwrap_or_default();
        let mut known = first.values.values().filter_map(|value| value.as_str());
        // Where one value is known, it is the name; where several are, nothing here tells which.
        let name = known.next().filter(|_| known.next().is_none()).map(|name| format!(" {name}")).unwrap_or_default();
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        Some(format!("copies {noun}{name}{more}"))
    }

    fn looks(&self) -> String {
        let looks = |work: &Work| matches!(work, Work::Before(_) | Work::Verify(_));
        if self.unit.work.iter().any(looks) { "looks only".to_owned() } else { String::new() }
    }
}
