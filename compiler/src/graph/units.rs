//! The draft's blocks and steps to units: what opens a block, its steps, what closes it.

use super::{Graph, Rank, rank_of};
use crate::lower::draft::DraftBlock;
use crate::lower::{DraftStep, MEANWHILE, Parts};
use crate::plan::{At, Block, Gate, GiveBack, OnFailure, Stage, Unit, UnitKind, WayBack, Work};
use crate::source::Span;
use crate::value::Millis;
use std::collections::BTreeMap;

/// Builds the blocks and units of a plan, `plan` being what stands in none of its blocks.
pub(super) fn units(
    graph: &Graph,
    layers: &[String],
    on_failure: OnFailure,
    (steps, blocks, plan): (Vec<DraftStep>, Vec<DraftBlock>, Parts),
) -> (Vec<Block>, Vec<Unit>) {
    let (barrier, unit_of) = (Vec::new(), BTreeMap::new());
    let mut builder = Builder { graph, blocks: Vec::new(), units: Vec::new(), barrier, unit_of, on_failure };
    builder.build(steps, blocks, plan, layers);
    (builder.blocks, builder.units)
}

struct Builder<'g> {
    graph: &'g Graph,
    blocks: Vec<Block>,
    units: Vec<Unit>,
    /// Units that everything from here on needs.
    barrier: Vec<u32>,
    /// The unit of each step of the draft, once it is made.
    unit_of: BTreeMap<usize, u32>,
    on_failure: OnFailure,
}

impl Builder<'_> {
    fn build(&mut self, steps: Vec<DraftStep>, blocks: Vec<DraftBlock>, mut plan: Parts, layers: &[String]) {
        let mut steps: Vec<Option<DraftStep>> = steps.into_iter().map(Some).collect();
        let mut gathered = gather(blocks, layers);
        for stage in [Stage::Prepare, Stage::Change, Stage::Finalize] {
            let has_steps = steps.iter().flatten().any(|step| step.stage == stage);
            if stage != Stage::Change && !has_steps && !gathered.keys().any(|((of, _), _)| *of == stage) {
                continue;
            }
            let mut own = gathered.remove(&((stage, 0), None)).unwrap_or_default();
            own.parts.before.splice(0..0, std::mem::take(&mut plan.before));
            if stage == Stage::Change {
                own.parts.gates.append(&mut plan.gates);
                own.parts.meanwhile.append(&mut plan.meanwhile);
                own.parts.backups.append(&mut plan.backups);
                own.parts.verify.append(&mut plan.verify);
            }
            own.parts.gates.extend(early_gates(stage, &mut steps, &mut gathered));
            let limits = Limits { on_failure: self.on_failure, deadline: None }.inside(&own.parts);
            let index = self.block(stage, None, own.good_for);
            let (open, close) = self.around(own.parts);
            self.barrier_unit(UnitKind::Open, stage_name(stage, UnitKind::Open), index, (open, limits));
            self.layers(stage, &mut steps, &mut gathered, (layers, limits));
            self.barrier_unit(UnitKind::Close, stage_name(stage, UnitKind::Close), index, (close, limits));
        }
    }

    fn layers(
        &mut self,
        stage: Stage,
        steps: &mut [Option<DraftStep>],
        gathered: &mut BTreeMap<(Rank, Option<String>), Gathered>,
        (layers, limits): (&[String], Limits),
    ) {
        let all = layers.iter().cloned().map(Some).chain([None]);
        let mut ranked: Vec<(Rank, Option<String>)> =
            all.map(|name| (rank_of(stage, name.as_deref(), layers), name)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        for (rank, name) in ranked {
            let here = self.steps_of(rank, name.as_ref(), steps);
            let block = if name.is_some() { gathered.remove(&(rank, name.clone())) } else { None };
            if here.is_empty() && block.is_none() {
                continue;
            }
            let parts = block.map(|block| block.parts).unwrap_or_default();
            let index = self.block(stage, Some(name.clone().unwrap_or_default()), None);
            let limits = limits.inside(&parts);
            let (open, close) = self.around(parts);
            let name = name.unwrap_or_default();
            self.barrier_unit(UnitKind::Open, name.clone(), index, (open, limits));
            self.steps(&here, steps, (index, limits));
            self.barrier_unit(UnitKind::Close, name, index, (close, limits));
        }
    }

    /// The steps of a layer that are still to be made, in their order.
    fn steps_of(&self, rank: Rank, layer: Option<&String>, steps: &[Option<DraftStep>]) -> Vec<usize> {
        let stands_here = |step: &usize| {
            let draft = steps.get(*step).and_then(Option::as_ref);
            self.graph.rank.get(*step) == Some(&rank) && draft.is_some_and(|draft| draft.layer.as_ref() == layer)
        };
        self.graph.order.iter().copied().filter(stands_here).collect()
    }

    fn steps(&mut self, here: &[usize], steps: &mut [Option<DraftStep>], (block, limits): (u32, Limits)) {
        let opened = self.barrier.clone();
        for step in here {
            if let Some(draft) = steps.get_mut(*step).and_then(Option::take) {
                self.step(*step, draft, &opened, (block, limits));
            }
        }
        self.barrier.extend(here.iter().filter_map(|step| self.unit_of.get(step)));
    }

    fn block(&mut self, stage: Stage, layer: Option<String>, good_for: Option<Millis>) -> u32 {
        self.blocks.push(Block { stage, layer, good_for });
        (self.blocks.len() - 1) as u32
    }

    /// What opens a block, as the next unit, and what closes it.
    fn around(&self, parts: Parts) -> (Vec<Work>, Vec<Work>) {
        let Parts { before, gates, mut meanwhile, backups, verify, deadline: _, on_failure: _ } = parts;
        // Of a layer that is written twice both parts count from 1.
        for (number, act) in (1..).zip(&mut meanwhile) {
            if act.id.starts_with(MEANWHILE) {
                act.id = format!("{MEANWHILE}{number}");
            }
        }
        let open = before.into_iter().map(Work::Before).chain(gates.into_iter().map(Work::Gate));
        let open = open.chain(meanwhile.into_iter().map(Work::Meanwhile));
        let open: Vec<Work> = open.chain(backups.into_iter().map(Work::Backup)).collect();
        let back = given_back(self.units.len() as u32, &open).into_iter();
        let close = back.chain(verify.into_iter().map(Work::Verify)).collect();
        (open, close)
    }

    fn barrier_unit(&mut self, kind: UnitKind, name: String, block: u32, (work, limits): (Vec<Work>, Limits)) {
        let needs = std::mem::take(&mut self.barrier);
        let id = self.units.len() as u32;
        let at = work.iter().find_map(work_at).unwrap_or_default();
        self.units.push(Unit {
            kind,
            name,
            block,
            needs,
            written_needs: Vec::new(),
            moves: Vec::new(),
            unless: Vec::new(),
            work,
            way_back: WayBack::Own,
            on_failure: limits.on_failure,
            deadline: None,
            at,
        });
        self.barrier = vec![id];
    }

    fn step(&mut self, index: usize, draft: DraftStep, opened: &[u32], (block, limits): (u32, Limits)) {
        let of = |steps: &[Vec<usize>]| -> Vec<u32> {
            steps.get(index).into_iter().flatten().filter_map(|need| self.unit_of.get(need).copied()).collect()
        };
        let mut needs = of(&self.graph.needs);
        let written_needs = of(&self.graph.written);
        if needs.is_empty() {
            needs = opened.to_vec();
        }
        let limits = limits.within(draft.on_failure, draft.deadline);
        let DraftStep { name, moves, unless, work, way_back, at, .. } = draft;
        let id = self.units.len() as u32;
        let work = with_back(id, work);
        self.unit_of.insert(index, id);
        self.units.push(Unit {
            kind: UnitKind::Step,
            name,
            block,
            needs,
            written_needs,
            moves: moves.into_iter().map(|(moved, _)| moved).collect(),
            unless,
            work,
            way_back,
            on_failure: limits.on_failure,
            deadline: limits.deadline,
            at,
        });
    }
}

/// The parts of a block, and how long it stays good.
#[derive(Default)]
struct Gathered {
    parts: Parts,
    good_for: Option<Millis>,
}

/// What the blocks around a step say of its failure and its time; the innermost `on-failure` and the shortest deadline.
#[derive(Clone, Copy)]
struct Limits {
    on_failure: OnFailure,
    deadline: Option<Millis>,
}

impl Limits {
    fn inside(self, parts: &Parts) -> Self {
        self.within(parts.on_failure, parts.deadline)
    }

    fn within(self, on_failure: Option<(OnFailure, Span)>, deadline: Option<(Millis, Span)>) -> Self {
        Self {
            on_failure: on_failure.map_or(self.on_failure, |(how, _)| how),
            deadline: self.deadline.into_iter().chain(deadline.map(|(limit, _)| limit)).min(),
        }
    }
}

/// What is given back of what this work takes away, the last first.
fn given_back(unit: u32, work: &[Work]) -> Vec<Work> {
    let taken = (0..).zip(work).filter_map(|(index, work)| match work {
        Work::Meanwhile(act) => Some(Work::GiveBack(GiveBack { unit, work: index, act: act.clone() })),
        _ => None,
    });
    let mut back: Vec<Work> = taken.collect();
    back.reverse();
    back
}

/// A step's work, with what gives back right behind the last thing that it does: its last `verify` sees all as it was.
fn with_back(unit: u32, mut work: Vec<Work>) -> Vec<Work> {
    let back = given_back(unit, &work);
    let does = |work: &Work| !matches!(work, Work::Verify(_) | Work::Output(_));
    let end = work.iter().rposition(does).map_or(0, |last| last + 1);
    work.splice(end..end, back);
    work
}

/// Gates of a stage's layers and steps that need not be asked where they stand: they are asked before its first change.
fn early_gates(
    stage: Stage,
    steps: &mut [Option<DraftStep>],
    gathered: &mut BTreeMap<(Rank, Option<String>), Gathered>,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    for (_, block) in gathered.iter_mut().filter(|((rank, _), _)| rank.0 == stage) {
        gates.extend(block.parts.gates.extract_if(.., |gate| !gate.here));
    }
    for step in steps.iter_mut().flatten().filter(|step| step.stage == stage) {
        let is_early = |work: &mut Work| matches!(work, Work::Gate(gate) if !gate.here);
        gates.extend(step.work.extract_if(.., is_early).filter_map(|work| match work {
            Work::Gate(gate) => Some(gate),
            _ => None,
        }));
    }
    gates
}

/// A layer or a stage that is written twice is one block, and the stricter of its numbers holds.
fn gather(blocks: Vec<DraftBlock>, layers: &[String]) -> BTreeMap<(Rank, Option<String>), Gathered> {
    let mut gathered: BTreeMap<(Rank, Option<String>), Gathered> = BTreeMap::new();
    for block in blocks {
        let rank = rank_of(block.stage, block.layer.as_deref(), layers);
        let one = gathered.entry((rank, block.layer)).or_default();
        let Parts { before, gates, meanwhile, backups, verify, deadline, on_failure } = block.parts;
        one.good_for = block.good_for.into_iter().chain(one.good_for).min();
        one.parts.before.extend(before);
        one.parts.gates.extend(gates);
        one.parts.meanwhile.extend(meanwhile);
        one.parts.backups.extend(backups);
        one.parts.verify.extend(verify);
        one.parts.deadline = deadline.into_iter().chain(one.parts.deadline).min();
        one.parts.on_failure = on_failure.or(one.parts.on_failure);
    }
    gathered
}

fn stage_name(stage: Stage, kind: UnitKind) -> String {
    match (stage, kind) {
        (Stage::Change, UnitKind::Close) => "platform".into(),
        (stage, _) => stage.name().into(),
    }
}

fn work_at(work: &Work) -> Option<At> {
    match work {
        Work::Gate(gate) => Some(gate.at.clone()),
        Work::Before(checks) | Work::Verify(checks) => checks.first().map(|check| check.at.clone()),
        Work::Backup(backup) => Some(backup.at.clone()),
        Work::Act(act) | Work::Meanwhile(act) => Some(act.at.clone()),
        Work::GiveBack(back) => Some(back.act.at.clone()),
        Work::AfterChange(acts) => acts.first().map(|act| act.at.clone()),
        Work::Output(output) => Some(output.at.clone()),
    }
}
