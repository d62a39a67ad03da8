//! What is left out, counted by kind: in bold above the digest, never small print.

use super::super::Cx;
use super::super::fold::Shape;
use super::details::Detail;
use super::{Comment, steps};
use crate::report::run::{code, escape};
use crate::screen::{command, count, list, of};

/// More kinds than this are counted.
const NAMED: usize = 20;
/// Characters for the names of one list: both lists fit into what is kept for them.
const ROOM: usize = 1_000;

/// What is told of what is shown and what is not.
pub(super) struct Left {
    /// The paragraph; empty where everything is shown.
    pub paragraph: String,
    /// How much is shown, for the last line.
    pub shown: String,
}

/// Counts what is folded into examples, and what did not fit.
pub(super) fn left(cx: &Cx<'_>, folded: &[Shape<'_>], missing: &[&Detail], comment: &Comment) -> Left {
    let all = cx.preview.changes().count();
    let alike: usize = folded.iter().map(|shape| shape.all.len() - 1).sum();
    let unfit: usize = missing.iter().map(|detail| detail.changes).sum();
    let hidden = alike + unfit;
    if hidden == 0 {
        let steps = steps(cx);
        let shown = format!("everything is shown: {}, {}", of(steps, steps, "step"), of(all, all, "effect"));
        return Left { paragraph: String::new(), shown };
    }
    let mut parts = Vec::new();
    if alike > 0 {
        let kinds: Vec<String> =
            folded.iter().map(|shape| format!("{} {}", shape.all.len() - 1, code(&shape.pattern))).collect();
        parts.push(format!("{alike} equal to an example above but for names: {}", named(&kinds)));
    }
    if unfit > 0 {
        let kinds: Vec<String> = missing.iter().map(|detail| escape(&detail.about)).collect();
        parts.push(format!("{unfit} for want of room: {}", named(&kinds)));
    }
    let show = match &comment.file {
        Some(file) => command(format_args!("show {file} --full")),
        None => command("diff --full"),
    };
    let title = format!("**Left out: {hidden} of {}**", count(all, "diff"));
    let paragraph = format!("\n{title}, {}. Everything: {}\n", parts.join("; "), code(&show));
    Left { paragraph, shown: format!("{} of {} shown", all - hidden, count(all, "diff")) }
}

/// As many names as fit; how many more there are.
fn named(kinds: &[String]) -> String {
    let mut length = 0;
    let fits = |kind: &&String| {
        length += super::length(kind);
        length <= ROOM
    };
    let mut named: Vec<String> = kinds.iter().take(NAMED).take_while(fits).cloned().collect();
    if kinds.len() > named.len() {
        named.push(count(kinds.len() - named.len(), "other kind"));
    }
    list(&named)
}
