//! R4: every step has a way back, and says it once.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::graph::Graph;
use crate::lower::{Draft, DraftStep};
use crate::plan::{Act, Stage, UndoWork, WayBack, Work};
use crate::schema::OwnWayBack;

/// Looks at every step's way back.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft) {
    for step in draft.steps.iter().filter(|step| !step.is_cut) {
        one_answer(cx, step);
        match &step.way_back {
            // What a finalize step does is meant to stay.
            WayBack::Own if step.stage != Stage::Finalize => own(cx, step),
            WayBack::Undo(ways) => {
                let asks_own = ways.iter().any(|way| way.work.iter().any(|work| matches!(work, UndoWork::Own)));
                if asks_own {
                    own_that_is_none(cx, step);
                }
            }
            WayBack::Irreversible(_) => irreversible(cx, draft, step),
            WayBack::Own | WayBack::Stays(_) => {}
        }
    }
}

fn one_answer(cx: &mut Cx<'_>, step: &DraftStep) {
    let Some((first, at)) = step.ways.first() else { return };
    if let Some((second, again)) = step.ways.iter().find(|(kind, _)| kind != first) {
        cx.sink.push(
            Diagnostic::new(&CONTRADICTION, format!("step `{}` says two things about its way back", step.name))
                .label(*at, format!("`{first}` here"))
                .label(*again, format!("and `{second}` here"))
                .help("keep the one that is true"),
        );
    }
}

fn acts(step: &DraftStep) -> impl Iterator<Item = &Act> {
    step.work.iter().flat_map(|work| match work {
        Work::Act(act) => std::slice::from_ref(act),
        // What brings a thing up to date is done again at undo, so it needs no way back.
        _ => &[],
    })
}

fn without_own<'s>(cx: &Cx<'_>, step: &'s DraftStep) -> Option<&'s Act> {
    acts(step).find(|act| cx.registry.get(&act.call.kind).is_some_and(|kind| kind.form().way_back == OwnWayBack::None))
}

fn own(cx: &mut Cx<'_>, step: &DraftStep) {
    let Some(act) = without_own(cx, step) else { return };
    let found = Diagnostic::new(&NONE, format!("step `{}` has no way back", step.name))
        .label(act.at.span, format!("`{}` has none of its own", act.call.kind))
        .label(step.span, "and the step writes none")
        .help("write what takes it back: undo { program \"./scripts/back.sh\" }")
        .help("or, if an undo may leave it: stays \"why\"; or, with a gate: irreversible \"why\"");
    cx.sink.push(found);
}

fn own_that_is_none(cx: &mut Cx<'_>, step: &DraftStep) {
    let Some(act) = without_own(cx, step) else { return };
    let at = step.ways.first().map_or(step.span, |(_, span)| *span);
    let found =
        Diagnostic::new(&OWN_OF_NONE, format!("`own` in step `{}` has nothing to run for one action", step.name))
            .label(act.at.span, format!("`{}` has no way back of its own", act.call.kind))
            .label(at, "`own` in here asks for it");
    let others = acts(step).count() > 1;
    cx.sink.push(if others {
        found.help("put it into a step of its own, or write out what takes each back in place of `own`")
    } else {
        found
            .help("write what takes it back in place of `own`: program \"./scripts/back.sh\"")
            .help("or, in place of the `undo`, if it may be left: stays \"why\"")
    });
}

fn irreversible(cx: &mut Cx<'_>, draft: &Draft, step: &DraftStep) {
    let in_step = step.work.iter().any(|work| matches!(work, Work::Gate(_)));
    let in_blocks = draft.blocks.iter().any(|block| {
        !block.parts.gates.is_empty()
            && block.stage == step.stage
            && (block.layer.is_none() || block.layer == step.layer)
    });
    if !in_step && !in_blocks && draft.parts.gates.is_empty() {
        let at = step.ways.first().map_or(step.span, |(_, span)| *span);
        cx.sink.push(
            Diagnostic::new(&UNGUARDED, format!("step `{}` is irreversible and nobody is asked", step.name))
                .label(at, "a point of no return")
                .help("add to it: gate \"sure\" { confirm \"what can't be taken back\" type=\"{{target}}\" }"),
        );
    }
}

/// What can still fail comes before what can't be taken back.
pub(super) fn order(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    let ends = draft.steps.iter().enumerate().filter(|(_, step)| matches!(step.way_back, WayBack::Irreversible(_)));
    for (index, step) in ends.filter(|(_, step)| step.stage == Stage::Change) {
        let risky = draft.steps.iter().enumerate().find(|(other, after)| {
            after.stage == step.stage && acts(after).next().is_some() && graph.before(index, *other)
        });
        let Some((_, risky)) = risky else { continue };
        cx.sink.push(
            Diagnostic::new(
                &EARLY,
                format!("step `{}` comes after a point of no return and can still fail", risky.name),
            )
            .label(step.span, "no way back from here on")
            .label(risky.span, "runs after it")
            .help("what can still fail comes before what can't be taken back; change their order if you can"),
        );
    }
}

/// A step without a way back.
pub static NONE: Page = Page {
    code: "way-back::none",
    rule: "R4",
    text: "Every step has a way back: its actions' own, a written `undo`, `stays` where an undo may leave its work, or \
           `irreversible` with a gate. A program or a request has none of its own.",
    wrong: "step \"migrate\" { program \"migrate\" \"42\" }",
    right: "step \"migrate\" { program \"migrate\" \"42\"; undo { program \"migrate\" \"41\" } }",
    ..Page::ERROR
};

/// Two answers.
pub static CONTRADICTION: Page = Page {
    code: "way-back::contradiction",
    rule: "R4",
    text: "A step's way back is one of four: its actions' own, `undo`, `stays` or `irreversible`. Several `undo` may \
           stand; two different answers may not.",
    wrong: "step \"a\" { file.write \"a\" content=\"1\"; stays \"fine\"; irreversible \"gone\" }",
    right: "step \"a\" { file.write \"a\" content=\"1\"; stays \"fine\" }",
    ..Page::ERROR
};

/// `own` for an action that has none.
pub static OWN_OF_NONE: Page = Page {
    code: "way-back::own-of-none",
    rule: "R4",
    text: "`own` runs the actions' own way back, and one of the step's actions has none.",
    wrong: "step \"a\" { program \"migrate\"; undo { own } }",
    right: "step \"a\" { program \"migrate\"; undo { program \"migrate\" \"back\" } }",
    see: &["way-back::none"],
    ..Page::ERROR
};

/// An irreversible step without a gate.
pub static UNGUARDED: Page = Page {
    code: "way-back::unguarded",
    rule: "R4",
    text: "An irreversible step needs a gate: a person confirms it, in the step or in a block around it.",
    wrong: "step \"drop\" { program \"drop-tables\"; irreversible \"the tables are gone\" }",
    right: "step \"drop\" {\n    gate \"sure\" { confirm \"tables are dropped\" type=\"{{target}}\" }\n    program \"drop-tables\"\n    irreversible \"the tables are gone\"\n}",
    ..Page::ERROR
};

/// Work after a point of no return.
pub static EARLY: Page = Page {
    code: "way-back::early-end",
    severity: Severity::Warning,
    rule: "R4",
    text: "A step that can fail comes after an irreversible one. If it fails, there is no way back any more.",
    waivable: true,
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&NONE, &CONTRADICTION, &OWN_OF_NONE, &UNGUARDED, &EARLY];
