//! Nothing to do, in two lines at most.

use super::Cx;
use crate::action::noun;
use crate::screen::{count, hang, list, of};
use indexmap::IndexMap;
use switchback_compiler::plan::{Act, Unit};
use switchback_compiler::schema::Class;

/// What was compared, so that "nothing" is believable; and the programs that therefore do not run.
pub(super) fn nothing(cx: &Cx<'_>) -> String {
    let all = cx.preview.observed;
    let seen = match all {
        0 => format!("{} done already", of(super::table::steps(cx), super::table::steps(cx), "step")),
        _ => format!("{} {} as the plan says", of(all, all, "resource"), are(all)),
    };
    let place = format!("nothing to do: {} on {}", cx.safe(&cx.plan.name), cx.target());
    if let Some(text) = left_out(cx) {
        return hang("", &format!("{place}, {seen}"), cx.look) + &hang("  ", &text, cx.look);
    }
    let Some(there) = there(cx) else { return hang("", &format!("{place}, {seen}"), cx.look) };
    // Of a step that does not start its resources are not looked at, so they are not what was compared.
    let others = match all {
        0 => String::new(),
        many => format!("; {} {} equal", of(many, many, "other resource"), are(many)),
    };
    let steps = super::table::steps(cx);
    hang("", &format!("{place}, {} done already", of(steps, steps, "step")), cx.look)
        + &hang("  ", &format!("{there}{others}"), cx.look)
}

/// Why steps do not start: `site and portal are at 2.0.0 already`; none where all were compared.
fn there(cx: &Cx<'_>) -> Option<String> {
    let skipped = || cx.preview.units.iter().filter(|seen| seen.skipped.is_some()).filter_map(|seen| cx.unit(seen));
    let mut versions: IndexMap<String, Vec<&str>> = IndexMap::new();
    for moved in skipped().flat_map(|unit| &unit.moves) {
        versions.entry(moved.to.to_string()).or_default().push(&moved.component);
    }
    let mut parts: Vec<String> =
        versions.iter().map(|(to, names)| format!("{} {} at {to} already", list(names), are(names.len()))).collect();
    let so: Vec<&str> = skipped().filter(|unit| unit.moves.is_empty()).map(|unit| unit.name.as_str()).collect();
    if !so.is_empty() {
        parts.push(format!("the `unless` of {} {}", list(&so), if so.len() == 1 { "holds" } else { "hold" }));
    }
    (!parts.is_empty()).then(|| cx.safe(&parts.join("; ")))
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
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
