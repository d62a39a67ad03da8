//! What was reviewed, in figures, to stand beside what was done.

use crate::action::{Change, What};
use crate::preview::Preview;
use crate::screen::{Look, Sign};
use std::collections::BTreeMap;

/// Changes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Created.
    pub created: usize,
    /// Changed.
    pub changed: usize,
    /// Deleted.
    pub deleted: usize,
    /// Not knowable before.
    pub unknown: usize,
}

impl Tally {
    /// Of these changes.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut tally = Self::default();
        for change in changes {
            tally.count(change.what);
        }
        tally
    }

    fn count(&mut self, what: What) {
        match what {
            What::Created => self.created += 1,
            What::Changed => self.changed += 1,
            What::Deleted => self.deleted += 1,
            What::Unknown => self.unknown += 1,
        }
    }

    fn add(&mut self, other: Self) {
        let Self { created, changed, deleted, unknown } = other;
        self.created += created;
        self.changed += changed;
        self.deleted += deleted;
        self.unknown += unknown;
    }

    /// Changes that were known before.
    pub fn known(self) -> usize {
        self.created + self.changed + self.deleted
    }

    /// `+2 ~2 -1 ?1`, with `gap` between sign and number.
    pub fn figures(self, gap: &str, between: &str, look: Look) -> String {
        let Self { created, changed, deleted, unknown } = self;
        let all =
            [(Sign::Created, created), (Sign::Changed, changed), (Sign::Deleted, deleted), (Sign::Unknown, unknown)];
        let shown = all.iter().filter(|(_, number)| *number > 0);
        let shown = shown.map(|(sign, number)| sign.style().paint(&format!("{}{gap}{number}", sign.text(look)), look));
        shown.collect::<Vec<_>>().join(between)
    }
}

/// What was reviewed, by unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed(BTreeMap<u32, Tally>);

impl Reviewed {
    /// What a bundle's preview shows.
    pub fn of(preview: &Preview) -> Self {
        let mut units: BTreeMap<u32, Tally> = BTreeMap::new();
        for unit in &preview.units {
            let tally = units.entry(unit.unit).or_default();
            unit.changes.iter().for_each(|change| tally.count(change.what));
        }
        Self(units)
    }

    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of one unit.
    pub fn unit(&self, id: u32) -> Tally {
        self.0.get(&id).copied().unwrap_or_default()
    }

    /// Of all of them.
    pub fn total(&self) -> Tally {
        self.0.values().fold(Tally::default(), |mut all, tally| {
            all.add(*tally);
            all
        })
    }
}
