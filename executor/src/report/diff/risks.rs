//! What keeps a run from beginning, and what can hurt.

use super::Cx;
use crate::preview::{RiskKind, risks as found};
use crate::screen::{Sign, Style, count, hang, list, pad, width};
use switchback_compiler::plan::WayBack;

/// Why it is not safe to start.
pub(super) fn blocked(cx: &Cx<'_>) -> Option<String> {
    let rows: Vec<(Sign, String, String)> = cx
        .preview
        .blocked
        .iter()
        .map(|blocked| {
            let step = blocked.unit.and_then(|id| cx.plan.unit(id)).map(|unit| unit.name.as_str());
            (Sign::Failed, cx.safe(step.unwrap_or("way back")), cx.safe(&blocked.why))
        })
        .collect();
    let title = Style::RedBold.paint("not safe to start", cx.look);
    (!rows.is_empty()).then(|| format!("{title}\n{}", named(&rows, cx)))
}

/// What to look at twice.
pub(super) fn risks(cx: &Cx<'_>) -> Option<String> {
    let risks = found(cx.plan, cx.preview);
    let rows: Vec<(Sign, String, String)> =
        risks.iter().map(|risk| (sign(risk.kind), cx.safe(&risk.step), cx.safe(&risk.text))).collect();
    let lost: Vec<String> =
        risks.iter().filter(|risk| risk.kind == RiskKind::Irreversible).map(|risk| cx.safe(&risk.step)).collect();
    (!rows.is_empty())
        .then(|| format!("risks\n{}{}", named(&rows, cx), hang("  ", &reversible(&lost, &later(cx)), cx.look)))
}

/// Steps of `finalize` that nothing takes back.
fn later(cx: &Cx<'_>) -> Vec<String> {
    let units =
        cx.preview.finalize.iter().filter(|seen| !seen.is_unchanged()).filter_map(|seen| cx.plan.unit(seen.unit));
    units.filter(|unit| matches!(unit.way_back, WayBack::Irreversible(_))).map(|unit| cx.safe(&unit.name)).collect()
}

fn reversible(lost: &[String], later: &[String]) -> String {
    let now = match lost {
        [] if later.is_empty() => "no step is irreversible".to_owned(),
        [] => "no step before `finalize` is irreversible".to_owned(),
        [one] => format!("1 step is irreversible: {one}"),
        many => format!("{} are irreversible: {}", count(many.len(), "step"), list(many)),
    };
    match later {
        [] if lost.is_empty() => format!("{now}; the way back is given up only by `finalize`"),
        [] => now,
        [one] => format!("{now}; of `finalize`, which gives up the way back: {one}"),
        many => format!("{now}; of `finalize`, which gives up the way back: {}", list(many)),
    }
}

pub(super) fn sign(kind: RiskKind) -> Sign {
    match kind {
        RiskKind::AtMostOnce | RiskKind::NotKnowable => Sign::Unknown,
        RiskKind::Irreversible | RiskKind::Loses | RiskKind::Major | RiskKind::Stays => Sign::Look,
    }
}

/// Lines of a sign, a name and a text that wraps under itself.
pub(super) fn named(rows: &[(Sign, String, String)], cx: &Cx<'_>) -> String {
    let columns = rows.iter().map(|(_, name, _)| width(name)).max().unwrap_or(0).max(10);
    let line = |(sign, name, text): &(Sign, String, String)| {
        hang(&format!("  {} {}  ", sign.show(cx.look), pad(name, columns)), text, cx.look)
    };
    rows.iter().map(line).collect()
}
