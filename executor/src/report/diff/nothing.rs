//! Nothing to do, in two lines at most.

use super::Cx;
use crate::action::noun;
use crate::screen::{count, hang, list, of};
use switchback_compiler::plan::{Act, Unit};
use switchback_compiler::schema::Class;

/// What was compared, so that "nothing" is believable; and the programs that therefore do not run.
pub(super) fn nothing(cx: &Cx<'_>) -> String {
    let all = cx.preview.observed;
    let seen = match all {
        0 => format!("{} done already", of(super::table::steps(cx), super::table::steps(cx), "step")),
        _ => format!("{} {} as the plan says", of(all, all, "resource"), if all == 1 { "is" } else { "are" }),
    };
    let first = format!("nothing to do: {} on {}, {seen}", cx.safe(&cx.plan.name), cx.target());
    hang("", &first, cx.look) + &left_out(cx).map(|text| hang("  ", &text, cx.look)).unwrap_or_default()
}

/// `postgres is at 16.4 already, so program pg-upgrade does not run`.
fn left_out(cx: &Cx<'_>) -> Option<String> {
    let skipped = cx.preview.units.iter().filter_map(|seen| Some((cx.unit(seen)?, seen.skipped.as_ref()?)));
    let mut once = skipped.map(|(unit, why)| (programs(unit), why)).filter(|(programs, _)| !programs.is_empty());
    let (programs, why) = once.next()?;
    let more = match once.count() {
        0 => String::new(),
        many => format!("; the same goes for {}", count(many, "other step")),
    };
    let does = if programs.len() == 1 { "does" } else { "do" };
    Some(format!("{}, so {} {does} not run{more}", cx.safe(why), cx.safe(&list(&programs))))
}

/// What a unit would run at most once.
fn programs(unit: &Unit) -> Vec<String> {
    let once = unit.acts().filter(|act| act.class == Class::AtMostOnce);
    let words = |act: &Act| noun(&act.call.kind).and_then(|noun| noun.action()).map(|action| action.words(&act.call));
    once.map(|act| words(act).unwrap_or_else(|| act.call.kind.clone())).collect()
}
