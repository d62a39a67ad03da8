//! The way back, as far as it was tried.

use super::Cx;
use super::risks::named;
use crate::preview::Outcome;
use crate::screen::Sign;

/// `way back, tried now: 6 of 6 hold`, and each of them.
pub(super) fn tried(cx: &Cx<'_>) -> Option<String> {
    let rows: Vec<(Sign, String, String)> =
        cx.preview.all_tried().map(|one| (sign(one.outcome), cx.safe(&one.about), cx.safe(&one.says))).collect();
    (!rows.is_empty()).then(|| format!("way back, {}\n{}", summary(cx), named(&rows, cx)))
}

/// `tried now: 2 of 2 hold, 1 can't be tried`.
pub(super) fn summary(cx: &Cx<'_>) -> String {
    let (holds, fails, open) = figures(cx);
    let open = if open > 0 { format!("{open} can't be tried") } else { String::new() };
    if holds + fails == 0 {
        return open;
    }
    let verb = if holds == 1 { "holds" } else { "hold" };
    let parts = [format!("tried now: {holds} of {} {verb}", holds + fails), open];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn figures(cx: &Cx<'_>) -> (usize, usize, usize) {
    let number = |outcome| cx.preview.all_tried().filter(|one| one.outcome == outcome).count();
    (number(Outcome::Holds), number(Outcome::Fails), number(Outcome::NotChecked))
}

fn sign(outcome: Outcome) -> Sign {
    match outcome {
        Outcome::Holds => Sign::Done,
        Outcome::Fails => Sign::Failed,
        Outcome::NotChecked => Sign::Unknown,
    }
}
