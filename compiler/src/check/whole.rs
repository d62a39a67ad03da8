//! What a plan as a whole must have.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::lower::Draft;
use crate::plan::{Stage, Work};
use crate::read::Read;

/// A head, and at least one step or check.
pub(super) fn check(cx: &mut Cx<'_>, read: &Read, draft: &Draft) {
    let first = read.plan.first().map(|node| node.span).unwrap_or_default();
    if draft.name.is_none() && !cx.sink.has_errors() {
        let found = Diagnostic::new(&NO_HEAD, "this plan has no head").label(first, "the file begins without `plan`");
        cx.sink.push(found.help("begin it with: plan \"its-name\" { title \"what it is for\" }"));
    }
    let checks = |all: &Vec<Vec<_>>| all.iter().any(|checks: &Vec<_>| !checks.is_empty());
    let parts = std::iter::once(&draft.parts).chain(draft.blocks.iter().map(|block| &block.parts));
    let looks = parts.clone().any(|parts| {
        checks(&parts.before) || checks(&parts.verify) || !parts.backups.is_empty() || !parts.meanwhile.is_empty()
    });
    if draft.steps.is_empty() && draft.step_names.is_empty() && !looks && !cx.sink.has_errors() {
        let found = Diagnostic::new(&EMPTY, "this plan does nothing").label(first, "neither a step nor a check in it");
        cx.sink.push(found.help("add a step: step \"name\" { … }"));
    }
    if draft.lints.iter().any(|(code, level, _)| code == NO_VERIFY.code && level != "allow") {
        no_verify(cx, draft);
    }
}

/// Only told where the policy asks for it.
fn no_verify(cx: &mut Cx<'_>, draft: &Draft) {
    for step in draft.steps.iter().filter(|step| step.stage == Stage::Change) {
        let acts = step.work.iter().any(|work| matches!(work, Work::Act(_)));
        if acts && !step.work.iter().any(|work| matches!(work, Work::Verify(_))) {
            cx.sink.push(
                Diagnostic::new(&NO_VERIFY, format!("step `{}` verifies nothing", step.name))
                    .label(step.span, "acts, and never looks")
                    .help("add to it: verify { … }"),
            );
        }
    }
}

/// A plan without its head.
pub static NO_HEAD: Page = Page {
    code: "plan::no-head",
    text: "A plan begins with `plan \"name\"`, by which runs, reports and people speak of it.",
    wrong: "step \"a\" { file.write \"a\" content=\"1\" }",
    right: "plan \"p\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    ..Page::ERROR
};

/// A plan without anything to do.
pub static EMPTY: Page = Page {
    code: "plan::empty",
    text: "A plan has neither a step nor a check, so running it would say \"done\" of nothing.",
    wrong: "plan \"p\" { title \"nothing\" }",
    right: "plan \"p\" { title \"look\" }\nverify { file.exists \"a\" }",
    ..Page::ERROR
};

/// A step that never looks.
pub static NO_VERIFY: Page = Page {
    code: "step::no-verify",
    severity: Severity::Warning,
    text: "A step acts and verifies nothing. Told only where the project's policy asks for it: lint \
           \"step::no-verify\" \"deny\".",
    waivable: true,
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&NO_HEAD, &EMPTY, &NO_VERIFY];
