//! How much of it was known before, and how.

use super::Cx;
use crate::action::Learnt;
use crate::screen::{hang, of};

/// `15 of 17 effects known before: 12 validated, 3 simulated; 2 not knowable`, and what the words mean.
pub(super) fn share(cx: &Cx<'_>) -> String {
    let [validated, simulated, _] = figures(cx);
    let mut out = format!("{}\n", line(cx));
    let mut explain = |number: usize, text: &str| {
        if number > 0 {
            out += &hang("  ", text, cx.look);
        }
    };
    explain(validated, "validated: the server accepted this very change as a dry run");
    explain(simulated, "simulated: computed here from what was read; nobody else has checked it");
    out
}

pub(super) fn line(cx: &Cx<'_>) -> String {
    let [validated, simulated, open] = figures(cx);
    let known = validated + simulated;
    let named = [(validated, "validated"), (simulated, "simulated")].into_iter().filter(|(number, _)| *number > 0);
    let named: Vec<String> = named.map(|(number, word)| format!("{number} {word}")).collect();
    let how = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    let open = if open > 0 { format!("; {open} not knowable") } else { String::new() };
    format!("{} known before{how}{open}", of(known, known + figures(cx)[2], "effect"))
}

/// Validated, simulated, not knowable.
pub(super) fn figures(cx: &Cx<'_>) -> [usize; 3] {
    let number = |learnt| cx.preview.changes().filter(|(_, change)| change.learnt == learnt).count();
    [number(Learnt::Validated), number(Learnt::Simulated), number(Learnt::NotKnowable)]
}
