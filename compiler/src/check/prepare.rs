//! R13: prepare is harmless.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::lower::Draft;
use crate::plan::Stage;

/// Only actions that change no running thing stand in `prepare`.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft) {
    for step in draft.steps.iter().filter(|step| step.stage == Stage::Prepare) {
        for work in &step.work {
            let harmful = work
                .acts()
                .iter()
                .filter(|act| cx.registry.get(&act.call.kind).is_some_and(|kind| !kind.form().harmless));
            for act in harmful.collect::<Vec<_>>() {
                cx.sink.push(
                    Diagnostic::new(
                        &NOT_HARMLESS,
                        format!("step `{}` of stage prepare may change a running thing", step.name),
                    )
                    .label(act.at.span, format!("`{}` is not known to be harmless", act.call.kind))
                    .help("move the step out of `stage \"prepare\"`")
                    .help("or, if you know better, add to it: accept \"prepare::not-harmless\" \"why\""),
                );
            }
        }
    }
}

/// An action in prepare that may change a running thing.
pub static NOT_HARMLESS: Page = Page {
    code: "prepare::not-harmless",
    rule: "R13",
    text: "Stage prepare may run before the window, so it holds only what changes no running thing: backups, and \
           actions that are known to be harmless.",
    wrong: "stage \"prepare\" { step \"a\" { service.restart \"web\" } }",
    right: "stage \"prepare\" { step \"a\" { backup { file \"etc/web.conf\" } } }\nstep \"b\" { service.restart \"web\" }",
    waivable: true,
    ..Page::ERROR
};
