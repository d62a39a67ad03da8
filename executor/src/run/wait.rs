//! Waiting for checks: `within`, `for`, `every`, `failures`, `stalled`.

use super::ask::Missed;
use super::earlier;
use super::lost::lost;
use super::scribe::{Scribe, Stop};
use super::unit::Work;
use crate::action::{Noun, Seen, noun};
use crate::event::Event;
use crate::site::{Fault, Scene};
use crate::stall::Stall;
use std::time::Duration;
use switchback_compiler::plan::{Call, Check, EVERY, Else, READ_LIMIT};
use switchback_compiler::registry::Needs;
use switchback_compiler::value::Millis;
use switchback_compiler::version::Version;
use tokio::time::{Instant, sleep, timeout};

/// What a look needs on top of its limit to say what it saw, also on a machine under load.
const MARGIN: Duration = Duration::from_secs(1);
/// The first pause between two looks, where the plan does not say how long it is.
const FIRST: Duration = Duration::from_millis(100);

/// A look at a cluster that takes so much longer than the quickest one waited for the server, and nobody knows what moved
/// meanwhile.
const SILENT: Duration = Duration::from_secs(4);

/// Pauses after readings that failed.
pub(super) const AGAIN: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1600)];

/// What became of a block of checks.
pub(super) enum Verdict {
    /// All held, or were only warned of.
    Held,
    /// One did not: what was looked at and what was seen, and hints.
    Failed(String, Vec<String>),
    /// Some did not, and a person may say that it goes on all the same; hints.
    Asks(Vec<Missed>, Vec<String>),
}

/// What a signal does to a wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AtSignal {
    /// It ends: nothing was begun that would have to be finished.
    Stops,
    /// It goes on: it is a part of what was begun, and that is let finish.
    GoesOn,
}

/// Waits for all checks of a block, together.
pub(super) async fn all(checks: &[Check], work: &Work<'_>, at_signal: AtSignal) -> Result<Verdict, Stop> {
    let looks = checks.iter().map(|check| one(check, work, at_signal));
    let seen = futures_util::future::try_join_all(looks).await?;
    let mut failed = None;
    let (mut asks, mut told) = (Vec::new(), Vec::new());
    for (check, (seen, took)) in checks.iter().zip(seen) {
        let what = words(&check.call);
        tell(work.scribe, work.id, &what, &seen);
        if seen.holds {
            continue;
        }
        let after = if check.once { String::new() } else { format!(" after {}", crate::screen::elapsed(took)) };
        let beside = seen.beside;
        let seen = seen.says + &after;
        match check.otherwise {
            Else::Warn => {}
            Else::Ask if work.prior.waived.contains(&what) => {}
            Else::Ask => {
                told.extend(beside.into_iter().chain(hints(check, work)));
                asks.push(Missed { what, seen });
            }
            Else::Fail => {
                failed.get_or_insert_with(|| {
                    let details = beside.into_iter().chain(hints(check, work));
                    Verdict::Failed(format!("{what}: {seen}"), details.collect())
                });
            }
        }
    }
    let asks = (!asks.is_empty()).then_some(Verdict::Asks(asks, told));
    Ok(failed.or(asks).unwrap_or(Verdict::Held))
}

fn hints(check: &Check, work: &Work<'_>) -> Vec<String> {
    let hint = check.hint.as_ref().map(|hint| work.site.secrets.mask(&hint.to_string()));
    hint.into_iter().map(|hint| format!("hint: {hint}")).collect()
}

fn tell(scribe: &Scribe, unit: u32, what: &str, seen: &Seen) {
    scribe.tell(Event::Checked { unit, what: what.to_owned(), held: seen.holds, seen: seen.says.clone() });
}

/// What is looked at, in a few words.
pub(super) fn words(call: &Call) -> String {
    let check = noun(&call.kind).and_then(|noun| noun.check());
    check.map_or_else(|| call.kind.clone(), |check| check.words(call))
}

/// Waits for one check; what it saw last, and how long it was waited for. The last look is that at the limit.
async fn one(check: &Check, work: &Work<'_>, at_signal: AtSignal) -> Result<(Seen, Duration), Stop> {
    let (began, since) = (Instant::now(), crate::clock::now());
    let limit = check.within.std();
    let mut wait = Wait::of(check);
    let mut stops = work.stops.clone();
    loop {
        let asked = Instant::now();
        let seen = looked(check, work, limit).await;
        if wait.was_slow(asked.elapsed()) && asks_cluster(&check.call) {
            wait.stall.forget();
        }
        match wait.judge(check, &seen) {
            Turn::Holds | Turn::Fails => return Ok((seen, began.elapsed())),
            Turn::Waits if check.once || began.elapsed() >= limit => {
                return Ok((Wait::over(check, seen), began.elapsed()));
            }
            Turn::Waits => {
                let beside = seen.beside.as_ref().map(|beside| format!("; {beside}")).unwrap_or_default();
                let says = format!("{}: {}{beside}", words(&check.call), seen.says);
                work.waits(&says, since, limit);
                let pause = wait.pause(check, began.elapsed()).min(limit.saturating_sub(began.elapsed()));
                tokio::select! {
                    () = sleep(pause) => {}
                    // Looking changes nothing: whoever goes on looks again.
                    _ = stops.wait_for(|stops| *stops), if at_signal == AtSignal::Stops => return Err(Stop),
                    // What comes behind it is not ours to do any more.
                    _ = lost(work.site) => return Err(Stop),
                }
            }
        }
    }
}

fn asks_cluster(call: &Call) -> bool {
    noun(&call.kind).is_some_and(|noun| noun.needs() == Needs::Cluster)
}

async fn looked(check: &Check, work: &Work<'_>, limit: Duration) -> Seen {
    let progress = |_: String, _: bool| {};
    let found = noun(&check.call.kind).and_then(|noun| noun.check());
    let limit = limit.min(found.map_or(READ_LIMIT.std(), crate::action::Check::look_takes));
    let scene = work.scene("check", limit, &progress);
    // A look knows its limit too; this ends one that does not keep to it.
    match timeout(limit + (limit / 5).min(Duration::from_secs(20)) + MARGIN, look_or_compare(check, work, &scene)).await
    {
        Ok(Ok(seen)) => {
            let beside = seen.beside.map(|beside| work.site.secrets.mask(&beside));
            Seen { says: work.site.secrets.mask(&seen.says), beside, ..seen }
        }
        Ok(Err(fault)) => Seen { settled: fault.lasting, ..Seen::not(work.site.secrets.mask(&fault.why)) },
        Err(_) => Seen::not(format!("no answer within {}", crate::screen::seconds(limit))),
    }
}

/// Looks once; a value is also held against that of before, where the check wants it.
async fn look_or_compare(check: &Check, work: &Work<'_>, scene: &Scene<'_>) -> Result<Seen, Fault> {
    if !check.as_before {
        return look(&check.call, scene).await;
    }
    let value = read(&check.call, scene).await?;
    let seen = compared(&check.call, &value);
    Ok(if seen.holds { earlier::compared(work, check, &value) } else { seen })
}

/// Reads a value.
///
/// A reading that fails is tried again, since it changes nothing: one look that went wrong must not undo a run. All tries
/// together have the time of one, which is what the plan's deadline counts.
pub(super) async fn read(call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
    let reader = noun(&call.kind).and_then(|noun| noun.reader());
    let reader = reader.ok_or_else(|| Fault::new(format!("`{}` can't be read", call.kind)))?;
    let began = Instant::now();
    let mut read = reader.read(call, scene).await;
    for pause in AGAIN {
        let left = scene.within.saturating_sub(began.elapsed() + pause);
        if read.is_ok() || left.is_zero() {
            break;
        }
        sleep(pause).await;
        read = reader.read(call, &Scene { within: left, ..*scene }).await;
    }
    read
}

/// Looks once: a check looks itself, a reader is compared.
pub async fn look(call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
    let noun = noun(&call.kind).ok_or_else(|| Fault::new(format!("there is no check `{}`", call.kind)))?;
    look_at(noun, call, scene).await
}

/// The same, of a kind that is found already.
pub(crate) async fn look_at(noun: &dyn Noun, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
    if compares(call)
        && let Some(reader) = noun.reader()
    {
        let value = reader.read(call, scene).await?;
        return Ok(compared(call, &value));
    }
    let check = noun.check().ok_or_else(|| Fault::new(format!("`{}` is no check", call.kind)))?;
    check.look(call, scene).await
}

fn compares(call: &Call) -> bool {
    ["is", "at-least", "at-most", "matches"].iter().any(|name| call.values.contains_key(*name))
}

/// Holds a value that was read against `is`, `at-least`, `at-most` and `matches`; with `all` each of its lines.
fn compared(call: &Call, value: &str) -> Seen {
    if call.values.get("all") != Some(&serde_json::Value::Bool(true)) {
        return compared_one(call, value);
    }
    let unlike = value.lines().map(|line| compared_one(call, line)).find(|seen| !seen.holds);
    unlike.unwrap_or_else(|| Seen::holds(value.lines().next().unwrap_or_default()))
}

fn compared_one(call: &Call, value: &str) -> Seen {
    let wanted = |name: &str| {
        call.values.get(name).map(|json| json.as_str().map_or_else(|| json.to_string(), ToOwned::to_owned))
    };
    let ordered = |name: &str, bound: &str| {
        let is_number = call.values.get(name).is_some_and(serde_json::Value::is_number);
        ordered(bound, is_number, value)
    };
    let judged = [
        wanted("is").map(|is| (is == value, format!("not {is}"))),
        wanted("at-least").map(|least| {
            (ordered("at-least", &least).is_some_and(std::cmp::Ordering::is_le), format!("less than {least}"))
        }),
        wanted("at-most").map(|most| {
            (ordered("at-most", &most).is_some_and(std::cmp::Ordering::is_ge), format!("more than {most}"))
        }),
        wanted("matches").map(|pattern| {
            let matches = regex::Regex::new(&pattern).is_ok_and(|regex| regex.is_match(value));
            (matches, format!("does not match {pattern}"))
        }),
    ];
    let failed = judged.into_iter().flatten().find(|(holds, _)| !holds);
    failed.map_or_else(|| Seen::holds(value), |(_, why)| Seen::not(format!("{value}, {why}")))
}

/// The order of a bound and a value: by number where the bound is written as one or one of them is whole, else as versions,
/// of which "24.10" comes after "24.9".
fn ordered(bound: &str, is_number: bool, value: &str) -> Option<std::cmp::Ordering> {
    let may_be_number = is_number || !bound.contains('.') || !value.contains('.');
    match (bound.parse::<f64>(), value.parse::<f64>()) {
        (Ok(bound), Ok(value)) if may_be_number => bound.partial_cmp(&value),
        _ => Some(Version::find(bound)?.cmp(&Version::find(value)?)),
    }
}

/// What a wait remembers between two looks.
struct Wait {
    holds_since: Option<Instant>,
    misses: u64,
    stall: Stall,
    quickest: Option<Duration>,
}

enum Turn {
    Holds,
    Waits,
    Fails,
}

impl Wait {
    fn of(check: &Check) -> Self {
        let stall = Stall::new(check.stalled.map(Millis::std));
        Self { holds_since: None, misses: 0, stall, quickest: None }
    }

    fn judge(&mut self, check: &Check, seen: &Seen) -> Turn {
        let now = Instant::now();
        if seen.holds {
            self.misses = 0;
            // What is missing later is not still missing.
            self.stall.forget();
            let since = *self.holds_since.get_or_insert(now);
            return if now - since >= check.lasting.std() { Turn::Holds } else { Turn::Waits };
        }
        self.misses += 1;
        if self.misses > check.failures {
            self.holds_since = None;
        }
        let stalled = self.stall.over(std::slice::from_ref(&seen.says), now).is_some();
        if seen.settled || stalled { Turn::Fails } else { Turn::Waits }
    }

    /// How long until the next look: a wait begins with short pauses, unless the plan says them.
    fn pause(&self, check: &Check, waited: Duration) -> Duration {
        let every = check.every.std();
        let pause = if check.every == EVERY { (waited / 2).clamp(FIRST, every) } else { every };
        match self.holds_since {
            // From here on each look counts, and the last of them comes as soon as it has held for so long.
            Some(since) => check.lasting.std().saturating_sub(since.elapsed()).max(FIRST).min(every),
            None => pause,
        }
    }

    /// What the last look is at the limit, when it did not end the wait.
    fn over(check: &Check, seen: Seen) -> Seen {
        if !seen.holds {
            return seen;
        }
        Seen::not(format!("{}, but not for {} without a break", seen.says, check.lasting))
    }

    /// Whether a look took much longer than others do.
    fn was_slow(&mut self, took: Duration) -> bool {
        let quickest = self.quickest.unwrap_or_default().min(took);
        self.quickest = Some(self.quickest.map_or(took, |known| known.min(took)));
        took > quickest + SILENT
    }
}
