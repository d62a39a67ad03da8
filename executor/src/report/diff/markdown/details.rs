//! The diffs, folded away: a block a step, or a block an example; the riskiest first.

use super::super::Cx;
use super::super::fold::{Folded, One, Shape};
use super::super::step::{learnt, sign};
use crate::action::{Body, Change, What};
use crate::preview::{Risk, RiskKind, UnitPreview, risks};
use crate::report::run::{PLAIN, Tally, fence, in_html};
use crate::screen::diff::Kind;
use crate::screen::{count, safe};
use std::cmp::Reverse;

/// A block that can be folded open.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    /// The block.
    pub text: String,
    /// What it is about, for those who do not see it: a step, or changes of one shape.
    pub about: String,
    /// Changes whose diffs are in it.
    pub changes: usize,
}

/// All blocks: what is unlike before what is alike, the riskiest first.
pub(super) fn details(cx: &Cx<'_>, folded: Option<&Folded<'_>>) -> Vec<Detail> {
    match folded {
        None => {
            let mut seen: Vec<&UnitPreview> = cx.preview.units.iter().filter(|seen| !seen.changes.is_empty()).collect();
            let risks = risks(cx.plan, cx.preview);
            seen.sort_by_cached_key(|seen| Reverse(danger(cx, seen, &risks)));
            seen.iter().map(|seen| step(cx, seen, &seen.changes.iter().collect::<Vec<_>>())).collect()
        }
        Some(folded) => unlike(cx, folded).into_iter().chain(folded.shapes.iter().map(shape)).collect(),
    }
}

/// How much there is to fear, the worst first.
fn danger(cx: &Cx<'_>, seen: &UnitPreview, risks: &[Risk]) -> [usize; 5] {
    let name = cx.unit(seen).map_or("", |unit| unit.name.as_str());
    let of = |kinds: &[RiskKind]| risks.iter().filter(|risk| risk.step == name && kinds.contains(&risk.kind)).count();
    let deleted = seen.changes.iter().filter(|change| change.what == What::Deleted).count();
    let lost = of(&[RiskKind::Irreversible, RiskKind::Loses]);
    [lost, of(&[RiskKind::AtMostOnce, RiskKind::NotKnowable]), deleted, of(&[RiskKind::Major]), seen.changes.len()]
}

fn step(cx: &Cx<'_>, seen: &UnitPreview, changes: &[&Change]) -> Detail {
    let name = cx.name(seen);
    let tally = Tally::of(changes.iter().copied()).figures("", " ", PLAIN);
    let text = changes.iter().map(|change| diff(change)).collect::<Vec<_>>().join("\n");
    let about = format!("{} of {name}", count(changes.len(), "change"));
    Detail { text: folded_away(&format!("{name}: {tally}"), "diff", &text), about, changes: changes.len() }
}

/// What is like nothing else, by step.
fn unlike(cx: &Cx<'_>, folded: &Folded<'_>) -> Vec<Detail> {
    let mut steps: Vec<(&UnitPreview, Vec<&Change>)> = Vec::new();
    for One { unit, change } in &folded.unlike {
        match steps.last_mut() {
            Some((last, changes)) if last.unit == unit.unit => changes.push(change),
            _ => steps.push((unit, vec![change])),
        }
    }
    let risks = risks(cx.plan, cx.preview);
    steps.sort_by_cached_key(|(seen, _)| Reverse(danger(cx, seen, &risks)));
    steps.iter().map(|(seen, changes)| step(cx, seen, changes)).collect()
}

fn shape(shape: &Shape<'_>) -> Detail {
    let Shape { example, all, pattern } = shape;
    let title = format!("{} × {} {pattern}, an example", all.len(), sign(example.change.what).text(PLAIN));
    Detail { text: folded_away(&title, "diff", &diff(example.change)), about: pattern.clone(), changes: 1 }
}

/// A title that is folded open to a fence, which nothing in it can end.
pub(super) fn folded_away(title: &str, language: &str, text: &str) -> String {
    let fence = fence(text);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let title = in_html(&safe(title, PLAIN));
    format!("<details><summary>{title}</summary>\n\n{fence}{language}\n{text}{end}{fence}\n\n</details>\n")
}

/// One change: its name with how it was learnt, then its lines.
fn diff(change: &Change) -> String {
    let name =
        format!("{} {}   {}\n", sign(change.what).text(PLAIN), safe(&change.resource, PLAIN), learnt(change.learnt));
    match &change.body {
        Body::Nothing => name,
        Body::Words(words) => words.lines().fold(name, |text, line| text + "# " + &safe(line, PLAIN) + "\n"),
        Body::Lines(lines) => {
            let line = |kind: Kind, text: &str| {
                let sign = match kind {
                    Kind::Hunk => "",
                    Kind::Same => " ",
                    Kind::Removed => "-",
                    Kind::Added => "+",
                    Kind::Note => "# ",
                };
                // Tabs stay, because what changed may be a tab.
                let pieces: Vec<String> = text.split('\t').map(|piece| safe(piece, PLAIN)).collect();
                format!("{sign}{}", pieces.join("\t")).trim_end_matches(' ').to_owned() + "\n"
            };
            name + &lines.iter().map(|one| line(one.kind, &one.text)).collect::<String>()
        }
    }
}
