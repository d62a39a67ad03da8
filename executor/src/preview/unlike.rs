//! Changes that are not those that were reviewed, though all that was looked at is as it was.

use super::{Changed, Preview, UnitPreview};
use crate::action::{Body, Change};
use crate::screen::diff::{DiffLine, Kind};
use std::collections::BTreeSet;

impl Preview {
    /// Resources whose changes are others now, in the order of their names within each unit.
    pub(crate) fn other_changes(&self, now: &Self) -> Vec<Changed> {
        let (then, now) = (self.by_unit(), now.by_unit());
        let units: BTreeSet<u32> = then.iter().chain(&now).map(|(unit, _)| *unit).collect();
        units.into_iter().flat_map(|unit| others(&of(&then, unit), &of(&now, unit))).collect()
    }

    /// Resources whose change is another at each of two looks at the same target: a chart that makes a certificate renders
    /// another one each time. What of it is the same in both is as it was reviewed.
    pub(crate) fn varying(&self, now: &Self, again: &Self) -> BTreeSet<String> {
        let (then, now, again) = (self.by_unit(), now.by_unit(), again.by_unit());
        if then.len() != now.len() || now.len() != again.len() {
            return BTreeSet::new();
        }
        let looks = then.iter().zip(&now).zip(&again);
        let varying = looks.filter(|((then, now), again)| {
            let same = |(unit, change): &(u32, Change)| (*unit, change.resource.clone(), change.what, change.learnt);
            let alike = same(then) == same(now) && same(now) == same(again);
            alike && now != again && varies(&words(&then.1), &words(&now.1), &words(&again.1))
        });
        varying.map(|((_, (_, now)), _)| now.resource.clone()).collect()
    }

    fn by_unit(&self) -> Vec<(u32, Change)> {
        let units: Vec<&UnitPreview> = self.units.iter().chain(&self.finalize).collect();
        let changes = units.iter().flat_map(|unit| unit.changes.iter().map(|change| (unit.unit, without_keys(change))));
        changes.collect()
    }
}

fn of(changes: &[(u32, Change)], unit: u32) -> Vec<&Change> {
    changes.iter().filter(|(id, _)| *id == unit).map(|(_, change)| change).collect()
}

fn others(then: &[&Change], now: &[&Change]) -> Vec<Changed> {
    let missing = |from: &[&Change], to: &[&Change]| -> BTreeSet<String> {
        from.iter().filter(|change| !to.contains(change)).map(|change| change.resource.clone()).collect()
    };
    let resources: BTreeSet<String> = missing(then, now).union(&missing(now, then)).cloned().collect();
    let find = |changes: &[&Change], resource: &str| -> Option<Change> {
        changes.iter().find(|change| change.resource == resource).map(|change| (*change).clone())
    };
    let told = |resource: String| {
        let (was, is) = (find(then, &resource), find(now, &resource));
        Changed {
            was: was.as_ref().map_or("no change", |_| "the change that was reviewed").to_owned(),
            is: is.map_or_else(|| "no change".to_owned(), |is| another(was.as_ref(), &is)),
            resource,
        }
    };
    resources.into_iter().map(told).collect()
}

/// Whether only such words are others now as are others each time.
fn varies(then: &[String], now: &[String], again: &[String]) -> bool {
    let stable = |((then, now), again): ((&String, &String), &String)| now != again || then == now;
    then.len() == now.len() && now.len() == again.len() && then.iter().zip(now).zip(again).all(stable)
}

/// All that is shown of a change, word by word: a line may hold a whole map.
fn words(change: &Change) -> Vec<String> {
    match &change.body {
        Body::Lines(lines) => {
            let signed = lines.iter().map(|one| format!("{:?} {}", one.kind, one.text));
            signed.flat_map(|line| line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
        }
        Body::Words(words) => words.split_whitespace().map(ToOwned::to_owned).collect(),
        Body::Nothing => Vec::new(),
    }
}

/// What is said now and was not said then.
fn another(was: Option<&Change>, is: &Change) -> String {
    let then = was.map(said).unwrap_or_default();
    let news: Vec<String> = said(is).into_iter().filter(|line| !then.contains(line)).take(MOST_TOLD).collect();
    if news.is_empty() { "another change".to_owned() } else { format!("another change: {}", news.join("; ")) }
}

/// As many lines as one reads.
const MOST_TOLD: usize = 3;

fn said(change: &Change) -> Vec<String> {
    match &change.body {
        Body::Lines(lines) => {
            lines.iter().filter(|line| !matches!(line.kind, Kind::Hunk | Kind::Same)).map(line).collect()
        }
        Body::Words(words) => words.lines().map(ToOwned::to_owned).collect(),
        Body::Nothing => Vec::new(),
    }
}

fn line(line: &DiffLine) -> String {
    let sign = match line.kind {
        Kind::Removed => "-",
        Kind::Added => "+",
        Kind::Hunk | Kind::Same | Kind::Note => "",
    };
    format!("{sign}{}", line.text.trim())
}

/// The target's first run makes the key that hidden values are shown by: that alone is no other change.
fn without_keys(change: &Change) -> Change {
    let mut change = change.clone();
    match &mut change.body {
        Body::Lines(lines) => {
            for line in lines {
                line.text = without_key(&line.text);
            }
        }
        Body::Words(words) => *words = without_key(words),
        Body::Nothing => {}
    }
    change
}

/// A text in which what is hidden is told without its digits.
pub(crate) fn without_key(text: &str) -> String {
    let mut parts = text.split("‹hidden ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once('›') {
        Some((_, rest)) => format!("{text}‹hidden›{rest}"),
        None => format!("{text}‹hidden {part}"),
    })
}
