//! The box above all: what can't be taken back.

use super::super::gates::{Asked, asked};
use super::super::{Cx, head};
use super::length;
use crate::action::What;
use crate::preview::{RiskKind, risks};
use crate::report::run::{code, escape};
use crate::screen::count;
use std::fmt::Write;

/// The box, within so many characters; empty where nothing is at risk.
pub(super) fn caution(cx: &Cx<'_>, most: usize) -> String {
    let lines = [blocked(cx), deletes(cx, most / 2), unknown(cx), data(cx), others(cx), gates(cx)];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut out = "> [!CAUTION]\n".to_owned();
    for (at, line) in lines.iter().enumerate() {
        let left = lines.len() - at;
        if length(&out) + length(line) + 60 > most {
            let _ = writeln!(out, "> and {}: `switchback show`", count(left, "more line"));
            break;
        }
        let end = if left > 1 { "\\" } else { "" };
        let _ = writeln!(out, "> {line}{end}");
    }
    out + "\n"
}

fn blocked(cx: &Cx<'_>) -> String {
    let why: Vec<String> = cx.preview.blocked.iter().map(|blocked| escape(&blocked.why)).collect();
    if why.is_empty() { String::new() } else { format!("**Not safe to start:** {}", why.join("; ")) }
}

/// Every deletion by its name, each step once.
fn deletes(cx: &Cx<'_>, most: usize) -> String {
    let all = head::deletions(cx);
    let Some(line) = head::deletes_line(cx) else { return String::new() };
    let (title, over) = line.split_once(':').map_or((line.as_str(), ""), |(title, over)| (title, over));
    let over = if over.is_empty() { String::new() } else { format!(" ({})", escape(over.trim())) };
    let mut out = format!("**{}{over}:** ", title.replacen("deletes", "Deletes", 1));
    for (at, one) in all.iter().enumerate() {
        let step = cx.name(one.unit);
        let last = all.get(at + 1).is_none_or(|next| next.unit.unit != one.unit.unit);
        let step = if last { format!(" ({})", escape(&step)) } else { String::new() };
        let name = format!("{}{}{step}", if at > 0 { ", " } else { "" }, code(&one.change.resource));
        if length(&out) + length(&name) > most {
            let _ = write!(out, " and {} more, all in `switchback show`", all.len() - at);
            break;
        }
        out += &name;
    }
    out
}

fn unknown(cx: &Cx<'_>) -> String {
    let open: Vec<String> = cx
        .preview
        .changes()
        .filter(|(_, change)| change.what == What::Unknown)
        .map(|(unit, change)| format!("{} ({})", escape(&change.resource), escape(&cx.name(unit))))
        .collect();
    if open.is_empty() {
        return String::new();
    }
    let all = cx.preview.changes().count();
    let are = if open.len() == 1 { "is" } else { "are" };
    format!("**{} of {} {are} not knowable before:** {}", open.len(), count(all, "effect"), open.join(", "))
}

/// What an undo would throw away.
fn data(cx: &Cx<'_>) -> String {
    of_kind(cx, "Data", &[RiskKind::Loses])
}

fn others(cx: &Cx<'_>) -> String {
    of_kind(cx, "Look twice", &[RiskKind::Irreversible, RiskKind::Major, RiskKind::Stays])
}

/// What a person will be asked for.
fn gates(cx: &Cx<'_>) -> String {
    let all = asked(cx.plan, cx.preview);
    let told: Vec<String> =
        all.iter().map(Asked::told).map(|(name, text)| format!("{}: {}", escape(name), escape(&text))).collect();
    if told.is_empty() { String::new() } else { format!("**Gates:** {}", told.join("; ")) }
}

fn of_kind(cx: &Cx<'_>, title: &str, kinds: &[RiskKind]) -> String {
    let told: Vec<String> = risks(cx.plan, cx.preview)
        .iter()
        .filter(|risk| kinds.contains(&risk.kind))
        .map(|risk| format!("{}: {}", escape(&risk.step), escape(&risk.text)))
        .collect();
    if told.is_empty() { String::new() } else { format!("**{title}:** {}", told.join("; ")) }
}
