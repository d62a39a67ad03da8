//! R24: what is taken away for a while can be given back, and nothing else touches it until then.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::lower::draft::DraftBlock;
use crate::lower::{Draft, DraftStep};
use crate::plan::{Act, Stage, UndoWork, WayBack, Work};
use crate::schema::OwnWayBack;

/// Looks at every `meanwhile`.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft) {
    let mut taken: Vec<Taken<'_>> = draft.parts.meanwhile.iter().map(|act| Taken { act, by: By::Plan }).collect();
    let of_blocks = draft.blocks.iter().flat_map(|block| block.parts.meanwhile.iter().map(move |act| (block, act)));
    taken.extend(of_blocks.map(|(block, act)| Taken { act, by: By::Block(block) }));
    let of_steps = draft.steps.iter().flat_map(|step| of_step(step).map(move |act| (step, act)));
    taken.extend(of_steps.map(|(step, act)| Taken { act, by: By::Step(step) }));
    for one in &taken {
        no_way_back(cx, one.act);
        if let By::Block(block) = one.by
            && block.stage == Stage::Prepare
        {
            harmful(cx, one.act);
        }
        for step in draft.steps.iter().filter(|step| one.holds_for(step)) {
            touched(cx, one, step);
        }
    }
    twice(cx, &taken);
}

/// An action that takes something away, and the block for which it does.
struct Taken<'d> {
    act: &'d Act,
    by: By<'d>,
}

#[derive(Clone, Copy)]
enum By<'d> {
    Plan,
    Block(&'d DraftBlock),
    Step(&'d DraftStep),
}

impl Taken<'_> {
    fn holds_for(&self, step: &DraftStep) -> bool {
        match self.by {
            By::Plan => step.stage == Stage::Change,
            By::Block(block) => block.stage == step.stage && (block.layer.is_none() || block.layer == step.layer),
            By::Step(own) => own.span == step.span && own.name == step.name,
        }
    }
}

fn of_step(step: &DraftStep) -> impl Iterator<Item = &Act> {
    step.work.iter().filter_map(|work| match work {
        Work::Meanwhile(act) => Some(act),
        _ => None,
    })
}

fn no_way_back(cx: &mut Cx<'_>, act: &Act) {
    let way = cx.registry.get(&act.call.kind).map(|kind| kind.form().way_back);
    if !matches!(way, Some(OwnWayBack::Restores(_))) {
        cx.sink.push(
            Diagnostic::new(&NO_WAY_BACK, format!("`{}` can't stand in `meanwhile`", act.call.kind))
                .label(act.at.span, "nobody knows how to give it back")
                .help("only what has a way back of its own can: file.write, service.stop")
                .help("else write a step that does it, and its `undo`"),
        );
    }
}

fn harmful(cx: &mut Cx<'_>, act: &Act) {
    if cx.registry.get(&act.call.kind).is_some_and(|kind| !kind.form().harmless) {
        cx.sink.push(
            Diagnostic::new(&super::prepare::NOT_HARMLESS, "stage prepare takes something away that may run")
                .label(act.at.span, format!("`{}` is not known to be harmless", act.call.kind))
                .help("move the `meanwhile` out of `stage \"prepare\"`: the plan's begins before the first change"),
        );
    }
}

/// A step that touches what is away while it runs: giving it back would undo the step's work, or not be possible.
fn touched(cx: &mut Cx<'_>, taken: &Taken<'_>, step: &DraftStep) {
    let meets = |act: &&Act| act.touches.iter().any(|touch| taken.act.touches.iter().any(|own| own.meets(touch)));
    let Some(act) = others(step).into_iter().find(meets) else { return };
    cx.sink.push(
        Diagnostic::new(&TOUCHED, format!("step `{}` touches what is taken away while it runs", step.name))
            .label(act.at.span, format!("`{}` touches it here", act.call.kind))
            .label(taken.act.at.span, format!("`{}` takes it away, and gives back what it found", taken.act.call.kind))
            .help("let only one of them touch it: put the `meanwhile` into the steps that need it, or let the step do without"),
    );
}

/// All actions of a step but those of its `meanwhile`.
fn others(step: &DraftStep) -> Vec<&Act> {
    let mut acts: Vec<&Act> =
        step.work.iter().filter(|work| !matches!(work, Work::Meanwhile(_))).flat_map(Work::acts).collect();
    if let WayBack::Undo(ways) = &step.way_back {
        acts.extend(ways.iter().flat_map(|way| &way.work).filter_map(|work| match work {
            UndoWork::Act(act) => Some(act),
            UndoWork::Own | UndoWork::Verify(_) => None,
        }));
    }
    acts
}

/// Two that take the same away: the inner one would give back what the outer one still needs to be away.
fn twice(cx: &mut Cx<'_>, taken: &[Taken<'_>]) {
    for (at, one) in taken.iter().enumerate() {
        let meets = |other: &&Taken<'_>| {
            other.act.touches.iter().any(|touch| one.act.touches.iter().any(|own| own.meets(touch)))
        };
        let nested = |other: &&Taken<'_>| match (one.by, other.by) {
            (By::Step(a), By::Step(b)) => a.span == b.span && a.name == b.name,
            (By::Block(a), By::Block(b)) => {
                a.stage == b.stage && (a.layer.is_none() || b.layer.is_none() || a.layer == b.layer)
            }
            (_, By::Step(step)) => one.holds_for(step),
            (By::Plan, By::Block(block)) | (By::Block(block), By::Plan) => block.stage == Stage::Change,
            (By::Plan, By::Plan) => true,
            (By::Step(step), _) => other.holds_for(step),
        };
        if let Some(other) = taken.iter().skip(at + 1).filter(nested).find(meets) {
            cx.sink.push(
                Diagnostic::new(&TOUCHED, "the same is taken away twice at the same time")
                    .label(other.act.at.span, "taken away again here")
                    .label(one.act.at.span, "it is away already")
                    .help("take one of them out"),
            );
        }
    }
}

/// Something that can't be given back.
pub static NO_WAY_BACK: Page = Page {
    code: "meanwhile::no-way-back",
    rule: "R24",
    text: "What a `meanwhile` takes away is given back by the action's own way back, so only an action that has one may \
           stand there. A program or a request has none.",
    wrong: "meanwhile { program \"pause\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "meanwhile { file.write \"pause\" content=\"1\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    see: &["meanwhile::touched", "way-back::none"],
    ..Page::ERROR
};

/// Something else touches it.
pub static TOUCHED: Page = Page {
    code: "meanwhile::touched",
    rule: "R24",
    text: "A step touches what a `meanwhile` around it has taken away, or two of them take the same. What is given back \
           is what was found when it was taken, so nothing else may change it until then.",
    wrong: "meanwhile { file.write \"a\" content=\"away\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "meanwhile { file.write \"pause\" content=\"1\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    see: &["meanwhile::no-way-back", "order::unordered-write"],
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&NO_WAY_BACK, &TOUCHED];
