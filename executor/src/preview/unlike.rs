//! Changes that are not those that were reviewed, though all that was looked at is as it was.

use super::{Changed, Preview, UnitPreview};
use crate::action::{Body, Change};
use crate::screen::diff::{DiffLine, Kind};
use std::collections::BTreeSet;
use std::iter::repeat;

/// A change as it was told.
struct Told {
    unit: u32,
    change: Change,
    /// Whether it was told from the plan's bytes alone.
    alone: bool,
}

impl Preview {
    /// Resources whose changes are others now, in the order of their names within each unit.
    pub(crate) fn other_changes(&self, now: &Self) -> Vec<Changed> {
        let (then, now) = (self.told(), now.told());
        let units: BTreeSet<u32> = then.iter().chain(&now).map(|told| told.unit).collect();
        units.into_iter().flat_map(|unit| others(&of(&then, unit), &of(&now, unit))).collect()
    }

    /// Resources whose change is another at each of two looks at the same target: a chart that makes a certificate renders
    /// another one each time. Only where the cluster was not asked for what is rendered, since all else is a part of the
    /// bundle; and what is the same in both looks must be as it was reviewed.
    pub(crate) fn varying(&self, now: &Self, again: &Self) -> BTreeSet<String> {
        let (then, now, again) = (self.told(), now.told(), again.told());
        if then.len() != now.len() || now.len() != again.len() {
            return BTreeSet::new();
        }
        let (mut varying, mut others) = (BTreeSet::new(), BTreeSet::new());
        for ((then, now), again) in then.iter().zip(&now).zip(&again) {
            if then.change != now.change {
                let list = if now.varies(then, again) { &mut varying } else { &mut others };
                list.insert(now.change.resource.clone());
            }
        }
        varying.retain(|name| !others.contains(name));
        varying
    }

    fn told(&self) -> Vec<Told> {
        self.units.iter().chain(&self.finalize).flat_map(UnitPreview::told).collect()
    }
}

impl UnitPreview {
    fn told(&self) -> Vec<Told> {
        let alone = self.by_act().flat_map(|(act, changes)| changes.iter().map(|_| act.alone)).chain(repeat(false));
        let told = |(change, alone)| Told { unit: self.unit, change: without_keys(change), alone };
        self.changes.iter().zip(alone).map(told).collect()
    }
}

impl Told {
    /// Whether the same is told another way again, and all that is alike in both was told before.
    fn varies(&self, before: &Self, again: &Self) -> bool {
        let head = |told: &Self| (told.unit, told.change.resource.clone(), told.change.what, told.change.learnt);
        let same = [before, again].iter().all(|other| head(other) == head(self));
        let [before, now, again] = [before, self, again].map(|told| words(&told.change));
        let stable = |((before, now), again): ((&String, &String), &String)| now != again || before == now;
        let alike = before.len() == now.len() && now.len() == again.len();
        self.alone && same && alike && now != again && before.iter().zip(&now).zip(&again).all(stable)
    }
}

fn of(changes: &[Told], unit: u32) -> Vec<&Change> {
    changes.iter().filter(|told| told.unit == unit).map(|told| &told.change).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Learnt, What};
    use crate::preview::ActPreview;

    fn change(resource: &str, text: &str) -> Change {
        let (what, learnt, body) = (What::Changed, Learnt::Validated, Body::Words(text.to_owned()));
        Change { resource: resource.to_owned(), what, learnt, body, after: None }
    }

    /// Two units: in the first one an action of one change, in the second one of another.
    fn preview(alone: bool, changes: [Change; 2]) -> Preview {
        let unit = |(id, change)| UnitPreview {
            unit: id,
            acts: vec![ActPreview { changes: 1, alone, ..ActPreview::default() }],
            changes: vec![change],
            ..UnitPreview::default()
        };
        Preview { units: (0..).zip(changes).map(unit).collect(), ..Preview::default() }
    }

    #[test]
    fn only_what_is_told_another_way_each_time_is_not_held_against_a_review() {
        let web = |text: &str| preview(true, [change("web", text), change("db", "same")]);
        let varying = web("a roll 1").varying(&web("a roll 2"), &web("a roll 3"));
        assert_eq!(varying, BTreeSet::from(["web".to_owned()]));
        // Another word that stays so, more words, or the very same twice.
        for (now, again) in [("b roll 2", "b roll 3"), ("a roll 2 more", "a roll 3 more"), ("a roll 2", "a roll 2")] {
            assert!(web("a roll 1").varying(&web(now), &web(again)).is_empty(), "{now}");
        }
        // What was asked of the cluster.
        let asked = |text: &str| preview(false, [change("web", text), change("db", "same")]);
        assert!(asked("a roll 1").varying(&asked("a roll 2"), &asked("a roll 3")).is_empty());
        // The same resource changes in another unit as well, and there for good.
        let twice = |roll: &str, text: &str| preview(true, [change("web", roll), change("web", text)]);
        assert!(twice("roll 1", "old").varying(&twice("roll 2", "new"), &twice("roll 3", "new")).is_empty());
    }
}
