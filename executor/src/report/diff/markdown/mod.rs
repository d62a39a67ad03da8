//! The dry run as a comment on a pull request, in GitHub-flavoured Markdown, within a budget of characters.
//!
//! The budget is spent in a fixed order: title, box, table, digest and commands always; then diffs, unlike before
//! alike, the riskiest first. What does not fit is counted by kind and named, and never left out silently.

mod caution;
mod figures;
mod details;
mod left;

use super::fold::folded;
use super::{Cx, Shown, nothing, owners, share, table};
use crate::preview::Preview;
use crate::report::run::{PLAIN, code, escape};
use crate::screen::{command, count, list};
use details::Detail;
use std::fmt::Write;
use switchback_compiler::plan::Plan;

/// What a comment says besides the dry run itself.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The most characters; GitHub takes 65,536.
    pub budget: usize,
    /// The bundle's digest, all of it.
    pub digest: Option<String>,
    /// The file that the bundle was written to.
    pub file: Option<String>,
    /// The command that makes it again.
    pub again: Option<String>,
    /// The order of the steps, in Mermaid.
    pub mermaid: Option<String>,
}

impl Default for Comment {
    fn default() -> Self {
        Self { budget: 65_000, digest: None, file: None, again: None, mermaid: None }
    }
}

/// Characters that are kept for the paragraph that names what is left out, and for the last line.
const RESERVE: usize = 3_000;

/// What is said of other owners where there are too many of them to be named.
const OTHERS: &str = "Others write to these objects too: `switchback show`.";

/// The comment.
pub fn markdown(plan: &Plan, preview: &Preview, shown: &Shown, comment: &Comment) -> String {
    let cx = Cx::new(plan, preview, shown, PLAIN);
    if preview.is_nothing() {
        return format!("{}\n{}", marker(&cx), nothing_line(&cx));
    }
    let folded = folded(plan, preview);
    let head = format!("{}\n{}", marker(&cx), title(&cx));
    let foot = bundle(comment);
    let rest = comment.budget.saturating_sub(length(&head) + length(&foot) + RESERVE);
    // The box may take a third, the figures another: so that there is room for diffs, and all stays within the budget.
    let warned = caution::caution(&cx, rest / 3);
    let figures = figures::figures(&cx, folded.as_ref(), rest / 3);
    let others = owners::sentence(&cx, code, escape).map(|text| format!(" {text}")).unwrap_or_default();
    let others = if length(&others) > rest / 6 { format!(" {OTHERS}") } else { others };
    let known = format!("\n{}{others}\n\n", share_line(&cx));
    let mut budget = Budget(rest.saturating_sub(length(&warned) + length(&figures) + length(&known)));
    let order = comment.mermaid.as_deref().map(order).filter(|order| budget.take(order)).unwrap_or_default();
    let details = details::details(&cx, folded.as_ref());
    let (fit, missing): (Vec<&Detail>, Vec<&Detail>) = details.iter().partition(|detail| budget.take(&detail.text));
    let diffs: String = fit.iter().map(|detail| detail.text.as_str()).collect();
    let hidden = folded.as_ref().map(|folded| folded.shapes.as_slice()).unwrap_or_default();
    let left = left::left(&cx, hidden, &missing, comment);
    let body = [head, warned, figures, known, order, diffs, left.paragraph, foot].concat();
    last_line(&cx, body, &left.shown, comment.budget)
}

/// What is left of the budget.
struct Budget(usize);

impl Budget {
    /// Takes a text's length when it fits.
    fn take(&mut self, text: &str) -> bool {
        let length = length(text);
        let fits = length <= self.0;
        if fits {
            self.0 -= length;
        }
        fits
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The first line, by which the comment is found again; only letters that can't end it.
fn marker(cx: &Cx<'_>) -> String {
    let plain = |text: &str| -> String {
        let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
        text.chars().map(kept).collect::<String>().replace("--", "-_")
    };
    let target = cx.plan.target.as_ref().map_or("", |target| target.name.as_str());
    format!("<!-- switchback {} {} -->", plain(&cx.plan.name), plain(target))
}

/// ``### `lumen-5.0` on `prod-eu`: 15 changes, deletes 3 of 27``.
fn title(cx: &Cx<'_>) -> String {
    let total = cx.tally.total();
    let changes = total.known();
    let unknown = (total.unknown > 0).then(|| format!("{} not knowable", total.unknown));
    let deletes = cx.preview.deleted().len();
    let deletes = (deletes > 0).then(|| format!("deletes {deletes} of {}", cx.preview.observed));
    let parts: Vec<String> = [Some(count(changes, "change")), deletes, unknown].into_iter().flatten().collect();
    format!("### {}: {}\n\n", place(cx), parts.join(", "))
}

fn place(cx: &Cx<'_>) -> String {
    let target = cx.plan.target.as_ref().map_or("", |target| target.name.as_str());
    format!("{} on {}", code(&cx.plan.name), code(target))
}

fn nothing_line(cx: &Cx<'_>) -> String {
    let told = nothing::nothing(cx);
    let (_, seen) = told.lines().next().unwrap_or_default().rsplit_once(", ").unwrap_or_default();
    format!("{}: nothing to do, {seen}\n", place(cx))
}

/// `Known before: 12 validated by the server, 3 simulated, 2 not knowable.`
fn share_line(cx: &Cx<'_>) -> String {
    let [validated, simulated, open] = share::figures(cx);
    let named = [(validated, "validated by the server"), (simulated, "simulated"), (open, "not knowable")];
    let named: Vec<String> =
        named.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    format!("Known before: {}.", list(&named))
}

fn order(mermaid: &str) -> String {
    details::folded_away("Order of the steps", "mermaid", mermaid)
}

/// The digest in full, and what to type.
fn bundle(comment: &Comment) -> String {
    let mut out = String::new();
    if let Some(digest) = &comment.digest {
        // Writing into a string can't fail, here and below.
        let _ = write!(out, "\n**Bundle** {}", code(digest));
    }
    if let Some(file) = &comment.file {
        let _ = write!(out, ": {} of this job", code(file));
    }
    if let Some(again) = &comment.again {
        let _ = write!(out, "{}made again, with the same digest, by {}", join(&out), code(again));
    }
    if let Some(file) = &comment.file {
        let _ = write!(out, ". Then {}", code(&command(format_args!("run {file}"))));
    }
    if out.is_empty() { out } else { out + "\n" }
}

fn join(before: &str) -> &'static str {
    if before.is_empty() { "\n" } else { ", or " }
}

/// The last line counts itself too.
fn last_line(cx: &Cx<'_>, body: String, shown: &str, budget: usize) -> String {
    let line = |used: usize| {
        let (used, all) = (thousands(used), thousands(budget));
        format!("\n<sub>{shown}; {used} of {all} characters; observed {}</sub>\n", cx.shown.observed_at())
    };
    let guess = length(&body) + length(&line(length(&body)));
    let used = length(&body) + length(&line(guess));
    body + &line(used)
}

/// `65,000`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Steps of prepare and change that are shown.
fn steps(cx: &Cx<'_>) -> usize {
    table::steps(cx)
}
