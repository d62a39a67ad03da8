//! Copies of earlier runs that a plan restores: found before anything is touched, or the run must not begin.

use super::walk::Walk;
use super::{Blocked, CopyFact};
use crate::site::Site;
use crate::target::Found;
use jiff::Timestamp;
use switchback_compiler::plan::{Call, CopyOf, KeptCopy, Plan, UndoWork, Unit, WayBack, Work};

/// Which copy of an earlier run a call restores.
pub(crate) fn of(call: &Call) -> Option<KeptCopy> {
    match call.copy() {
        Some(CopyOf::Kept(kept)) => Some(kept),
        _ => None,
    }
}

/// All that a plan restores of earlier runs, or compares with it.
pub(crate) fn all(plan: &Plan) -> Vec<KeptCopy> {
    let hold = plan.hold.iter().flat_map(|hold| &hold.checks).map(|check| &check.call);
    let calls = plan.units.iter().flat_map(|unit| there(unit).chain(back(unit)));
    calls.chain(hold).filter_map(of).collect()
}

fn there(unit: &Unit) -> impl Iterator<Item = &Call> {
    let looks = unit.work.iter().flat_map(|work| match work {
        Work::Before(checks) | Work::Verify(checks) => checks.as_slice(),
        _ => &[],
    });
    let unless = unit.unless.iter().chain(unit.acts().flat_map(|act| &act.unless));
    unit.acts().map(|act| &act.call).chain(looks.chain(unless).map(|check| &check.call))
}

fn back(unit: &Unit) -> impl Iterator<Item = &Call> {
    let ways = if let WayBack::Undo(ways) = &unit.way_back { ways.as_slice() } else { &[] };
    let looks = ways.iter().flat_map(|way| way.before.iter().chain(&way.unless)).map(|check| &check.call);
    let work = ways.iter().flat_map(|way| &way.work).flat_map(|work| match work {
        UndoWork::Act(act) => vec![&act.call],
        UndoWork::Verify(checks) => checks.iter().map(|check| &check.call).collect(),
        UndoWork::Own => Vec::new(),
    });
    work.chain(looks)
}

/// Whether a call restores a copy of an earlier run that was not found.
pub(super) fn lacks(site: &Site, call: &Call) -> bool {
    of(call).is_some_and(|kept| !matches!(site.found.get(&kept.to_string()), Some(Ok(_))))
}

impl Walk<'_> {
    /// Takes what a unit restores of earlier runs into the facts; what is not there, or goes too early, blocks.
    pub(super) fn kept(&mut self, id: u32, unit: &Unit) {
        let hold = self.plan.hold.as_ref().map(|hold| hold.at_most).unwrap_or_default();
        let ends = crate::clock::now().checked_add(self.plan.deadline.limit.plus(hold).std()).unwrap_or(Timestamp::MAX);
        for (call, is_back) in there(unit).map(|call| (call, false)).chain(back(unit).map(|call| (call, true))) {
            let Some(kept) = of(call) else { continue };
            let name = kept.to_string();
            match self.site.found.get(&name) {
                Some(Ok(found)) => {
                    if is_back && goes_before(found, ends) {
                        self.block(
                            id,
                            format!("{name} {}: it goes before the undo that needs it must end", CopyFact::of(found)),
                        );
                    }
                    self.facts.copies.insert(name, CopyFact::of(found));
                }
                Some(Err(why)) => self.block(id, why.clone()),
                None => self.block(id, format!("{name} was not looked for")),
            }
        }
    }

    fn block(&mut self, unit: u32, why: String) {
        let blocked = Blocked { unit: Some(unit), why };
        if !self.preview.blocked.contains(&blocked) {
            self.preview.blocked.push(blocked);
        }
    }
}

fn goes_before(found: &Found, ends: Timestamp) -> bool {
    found.note.until.is_some_and(|until| until < ends)
}
