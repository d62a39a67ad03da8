//! Values as they were before anything was changed, for checks that compare with them (`same-as="before"`).
//!
//! What a step's checks compare with is read when the step begins, after its `before`; what the checks of a layer, a
//! stage or the plan compare with, when that block begins. So "before" is before the first change of the block in
//! which the check stands.

use super::unit::{Break, Work};
use super::wait::{read, words};
use crate::action::Seen;
use crate::event::Event;
use std::time::{Duration, Instant};
use switchback_compiler::plan::{Call, Check, READ_LIMIT, UndoWork, Unit, UnitKind, WayBack, Work as Part};
use tokio::time::{sleep, timeout};

/// A text that is longer, or has more lines, is known by its digest.
const LONGEST: usize = 120;

/// Reads what the checks of a block will be compared with, before its first action.
pub(super) async fn note(work: &Work<'_>) -> Result<(), Break> {
    // After a crash in the middle the world is not as before any more; what was noted then is in the journal.
    if !work.prior.acts.is_empty() {
        return Ok(());
    }
    let wanted = wanted(work);
    let values = futures_util::future::join_all(wanted.iter().map(|(_, _, check)| value(work, check))).await;
    for ((unit, place, _), value) in wanted.into_iter().zip(values) {
        let value = value?;
        if unit == work.id {
            let mut noted = work.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            noted.insert(place.clone(), value.clone());
        }
        work.scribe.tell(Event::Noted { unit, check: place, value });
    }
    Ok(())
}

/// The checks that compare: their unit, their place in it, and themselves.
fn wanted<'w>(work: &'w Work<'_>) -> Vec<(u32, String, &'w Check)> {
    let of = |id: u32, unit: &'w Unit| places(unit).into_iter().map(move |(place, check)| (id, place, check));
    match work.unit.kind {
        UnitKind::Step => of(work.id, work.unit).collect(),
        UnitKind::Open => {
            let closes = |unit: &Unit| unit.kind == UnitKind::Close && unit.block == work.unit.block;
            (0..).zip(&work.plan.units).filter(|(_, unit)| closes(unit)).flat_map(|(id, unit)| of(id, unit)).collect()
        }
        UnitKind::Close => Vec::new(),
    }
}

/// All checks of a unit that compare with a value of before, forwards and in its ways back.
fn places(unit: &Unit) -> Vec<(String, &Check)> {
    let forward = unit.work.iter().filter_map(|part| if let Part::Verify(checks) = part { Some(checks) } else { None });
    let ways = if let WayBack::Undo(ways) = &unit.way_back { ways.as_slice() } else { &[] };
    let back = ways.iter().flat_map(|way| &way.work);
    let back = back.filter_map(|part| if let UndoWork::Verify(checks) = part { Some(checks) } else { None });
    let compares = |check: &&Check| check.as_before;
    forward.chain(back).flatten().filter(compares).map(|check| (place(check), check)).collect()
}

/// What a check's value is noted under: two checks that are written alike read the same.
fn place(check: &Check) -> String {
    format!("{} line {}: {}", check.at.path, check.at.line, words(&check.call))
}

async fn value(work: &Work<'_>, check: &Check) -> Result<String, Break> {
    let limit = READ_LIMIT.std();
    let began = Instant::now();
    loop {
        let left = limit.saturating_sub(began.elapsed());
        let why = match timeout(left, now(work, &check.call, left)).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(fault)) => fault.why,
            Err(_) => format!("no answer within {}", crate::screen::seconds(limit)),
        };
        if began.elapsed() + check.every.std() >= limit {
            let why = format!("{}: can't be read before the change: {why}", words(&check.call));
            return Err(Break::Failed(why, Vec::new()));
        }
        sleep(check.every.std()).await;
    }
}

/// The value of now, as it is noted and compared: without secrets, and short.
async fn now(work: &Work<'_>, call: &Call, limit: Duration) -> Result<String, crate::site::Fault> {
    let progress = |_: String, _: bool| {};
    let value = read(call, &work.scene("before", limit, &progress)).await?;
    Ok(short(&work.site.secrets.mask(&value)))
}

fn short(value: &str) -> String {
    if value.len() <= LONGEST && !value.contains('\n') {
        return value.to_owned();
    }
    let digest: String = blake3::hash(value.as_bytes()).to_hex().chars().take(32).collect();
    format!("{} bytes, b3:{digest}", value.len())
}

/// Holds a value that was just read against that of before.
pub(super) fn compared(work: &Work<'_>, check: &Check, value: &str) -> Seen {
    let value = short(&work.site.secrets.mask(value));
    let noted = work.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match noted.get(&place(check)) {
        Some(before) if *before == value => Seen::holds(format!("{value}, as before")),
        Some(before) => Seen::not(format!("{value}, not as before: {before}")),
        None => Seen { settled: true, ..Seen::not("it was not read before the change") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_known_by_its_digest() {
        assert_eq!(short("41"), "41");
        let (a, b) = (short(&"a".repeat(121)), short("one\ntwo"));
        assert!(a.starts_with("121 bytes, b3:") && b.starts_with("7 bytes, b3:"), "{a} {b}");
        assert_ne!(short(&"b".repeat(121)), a);
    }
}
