//! `lint` of the policy and `accept` of the plan: how grave a diagnostic is here.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Label, Page, Severity, nearest};
use crate::lower::Draft;

/// Applies both to what was found; a code that does not exist is itself told.
pub(super) fn apply(cx: &mut Cx<'_>, draft: &Draft) {
    let mut found = std::mem::take(&mut cx.sink).finish();
    for (code, level, span) in &draft.lints {
        match page(code) {
            Some(page) if page.severity != Severity::Error || page.waivable => {
                let severity = if level == "deny" { Severity::Error } else { Severity::Warning };
                for one in found.iter_mut().filter(|one| one.page.code == code) {
                    if severity < one.severity {
                        let text =
                            format!("this policy makes it {}", if level == "deny" { "an error" } else { "a warning" });
                        one.labels.push(Label { span: *span, text });
                    }
                    one.severity = severity;
                }
                if level == "allow" {
                    found.retain(|one| one.page.code != code);
                }
            }
            Some(_) => found.push(fixed(code, *span)),
            None => found.push(unknown(code, *span)),
        }
    }
    for (code, span, holds) in &draft.accepted {
        match page(code) {
            Some(page) if page.waivable => {
                let inside = |one: &Diagnostic| one.span().start >= holds.start && one.span().end() <= holds.end();
                found.retain(|one| one.page.code != code || !inside(one));
            }
            Some(_) => found.push(fixed(code, *span)),
            None => found.push(unknown(code, *span)),
        }
    }
    cx.sink.extend(found);
}

fn page(code: &str) -> Option<&'static Page> {
    crate::pages().into_iter().find(|page| page.code == code)
}

fn fixed(code: &str, span: crate::source::Span) -> Diagnostic {
    Diagnostic::new(&NOT_WAIVABLE, format!("`{code}` can't be waived"))
        .label(span, "it is always an error")
        .help(format!("put right what it says: switchback explain {code}"))
}

fn unknown(code: &str, span: crate::source::Span) -> Diagnostic {
    let codes: Vec<&str> = crate::pages().into_iter().map(|page| page.code).collect();
    let found = Diagnostic::new(&UNKNOWN_CODE, format!("there is no diagnostic `{code}`"));
    match nearest(code, codes) {
        Some(near) => found.label(span, format!("did you mean `{near}`?")),
        None => found.label(span, "no such code").help("`switchback explain codes` lists them"),
    }
}

/// A code that nobody knows.
pub static UNKNOWN_CODE: Page = Page {
    code: "policy::unknown-code",
    rule: "R15",
    text: "`accept` or `lint` names a diagnostic that does not exist.",
    wrong: "accept \"value::unsed\" \"kept for later\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "accept \"value::unused\" \"kept for later\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    ..Page::ERROR
};

/// A code that is always an error.
pub static NOT_WAIVABLE: Page = Page {
    code: "policy::not-waivable",
    text: "`accept` or `lint` names a diagnostic that is always an error: the plan could not work with it.",
    wrong: "accept \"needs::cycle\" \"it is fine\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "step \"a\" { file.write \"a\" content=\"1\" }",
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&UNKNOWN_CODE, &NOT_WAIVABLE];
