//! The page of a diagnostic.

use crate::screen::{Look, hang, list};
use switchback_compiler::diagnostic::{Page, Severity};

/// What is wrong and why it matters, a wrong and a right plan, and what is near.
pub(super) fn page(page: &Page, look: Look) -> String {
    // Destructured, so that a new field asks to be decided here.
    let Page { code, severity, rule, text, wrong, right, see, waivable } = page;
    let grave = match severity {
        Severity::Error => "an error",
        Severity::Warning => "a warning",
        Severity::Note => "a note",
    };
    let rule = if rule.is_empty() { String::new() } else { format!(", rule {rule}") };
    let mut out = format!("{code}: {grave}{rule}\n");
    if !text.is_empty() {
        out.extend(["\n", &hang("", text, look)]);
    }
    for (heading, plan) in [("wrong", wrong), ("right", right)] {
        out.push_str(&example(heading, plan));
    }
    if *waivable {
        let waiver = format!("Where it is meant, `accept \"{code}\" \"why\"` in the block waives it.");
        out.extend(["\n", &hang("", &waiver, look)]);
    }
    if !see.is_empty() {
        out.extend(["\n", &hang("See also: ", &list(see), look)]);
    }
    out
}

/// A piece of a plan under a heading; nothing when there is none.
pub(super) fn example(heading: &str, plan: &str) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let lines = plan.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") });
    format!("\n{heading}\n{}", lines.collect::<String>())
}
