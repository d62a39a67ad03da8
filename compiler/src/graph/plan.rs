//! The draft and its order to the plan.

use super::{Graph, units};
use crate::check::time::{keep, longest};
use crate::compile::{InputDecl, Request};
use crate::env::Given;
use crate::lower::{Draft, DraftStep, KEEP_UNSAID};
use crate::plan::{Backup, Deadline, Direction, FORMAT, Failure, InputSource, Move, OnFailure, Plan, Stage, Work};
use crate::source::Span;
use crate::value::Millis;
use std::collections::BTreeMap;

/// Builds the plan.
pub(crate) fn plan(mut draft: Draft, graph: &Graph, request: &Request) -> Plan {
    let layers = super::layers(&draft);
    let deadline = match draft.parts.deadline {
        Some((limit, _)) => Deadline { limit, given: true },
        None => Deadline { limit: longest(&draft, graph, Stage::Change).0, given: false },
    };
    let keep = keep_unsaid(&mut draft, deadline.limit);
    let Draft { name, title, ticket, order, direction, product, inputs, components, steps, blocks, parts, .. } = draft;
    let direction = direction.unwrap_or_else(|| told_by(&product, &steps));
    let default = match direction {
        Direction::Upgrade => Failure::Undo,
        Direction::Rollback => Failure::Stop,
    };
    let on_failure = parts.on_failure.map_or(OnFailure { how: default, accept_losses: false }, |(how, _)| how);
    let (blocks, units) = units::units(graph, &layers, on_failure, (steps, blocks, parts));
    Plan {
        format: FORMAT,
        name: name.map(|(name, _)| name).unwrap_or_default(),
        title,
        ticket,
        direction,
        order,
        product: product.into_iter().map(|(moved, _)| moved).collect(),
        target: draft.target,
        inputs: values(&inputs, request),
        secrets: secrets(inputs),
        components: components.into_iter().map(|(name, (component, _))| (name, component)).collect(),
        window: draft.window.map(|(window, _)| window),
        deadline,
        keep,
        on_failure,
        notify: draft.notify,
        hold: draft.hold.map(|(hold, _)| hold),
        freeze: draft.freeze,
        rollback_plan: draft.rollback_plan.map(|(path, _)| path),
        deletions_at_most: draft.deletions_at_most,
        blocks,
        units,
        left_out: draft.left_out,
    }
}

/// Gives the backups that don't say how long they are kept what their way back needs; none when all say it.
fn keep_unsaid(draft: &mut Draft, deadline: Millis) -> Option<Millis> {
    let keep = keep(draft, deadline);
    let of_blocks = draft.blocks.iter_mut().map(|block| &mut block.parts);
    let of_blocks = of_blocks.chain([&mut draft.parts]).flat_map(|parts| &mut parts.backups);
    let of_steps = draft.steps.iter_mut().flat_map(|step| &mut step.work).filter_map(|work| match work {
        Work::Backup(backup) => Some(backup),
        _ => None,
    });
    let unsaid = |backup: &&mut Backup| backup.keep == KEEP_UNSAID;
    let given = of_blocks.chain(of_steps).filter(unsaid).map(|backup| backup.keep = keep).count();
    (given > 0).then_some(keep)
}

/// Values of the inputs that are no secrets.
fn values(inputs: &[InputDecl], request: &Request) -> BTreeMap<String, String> {
    let value = |input: &InputDecl| match request.inputs.get(&input.name) {
        Some(Given::Value(value)) => Some((input.name.clone(), value.clone())),
        _ => None,
    };
    inputs.iter().filter(|input| !input.secret).filter_map(value).collect()
}

fn secrets(inputs: Vec<InputDecl>) -> BTreeMap<String, InputSource> {
    inputs.into_iter().filter(|input| input.secret).map(|input| (input.name, input.source)).collect()
}

/// A plan all of whose moves go back is a rollback.
fn told_by(product: &[(Move, Span)], steps: &[DraftStep]) -> Direction {
    let mut moves = product.iter().chain(steps.iter().flat_map(|step| &step.moves)).peekable();
    if moves.peek().is_some() && moves.all(|(moved, _)| moved.to < moved.from) {
        Direction::Rollback
    } else {
        Direction::Upgrade
    }
}
