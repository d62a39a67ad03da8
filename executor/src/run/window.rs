//! The window: when changes may begin.

use super::unit::{Break, Work};
use crate::clock;
use crate::event::Event;
use crate::report::run::between;
use crate::screen::limit;
use crate::site::Fault;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::time::Duration;
use switchback_compiler::plan::{Plan, Window};
use switchback_compiler::value::Millis;
use tokio::time::sleep;

/// The change begins only in its window; what was prepared is waited with as long as it stays good, and never over
/// twelve hours.
pub(super) async fn open(work: &Work<'_>) -> Result<(), Break> {
    let Some(window) = &work.plan.window else { return Ok(()) };
    let began = clock::now();
    // Of what is good for so long some is over already.
    let good = work.good_until.map_or(LONGEST_WAIT, |until| between(began, until));
    let longest = longest(work.plan).min(good);
    let mut told = false;
    loop {
        let now = clock::now();
        match at(window, now)? {
            Standing::Open(until) => {
                let waited = if told { between(began, now).as_millis() as u64 } else { 0 };
                work.scribe.commit(Event::WindowOpened { waited, until }).await?;
                return Ok(());
            }
            Standing::Opens(opens) => {
                let left = between(now, opens);
                if between(began, now) + left > longest {
                    let why = format!("the window opens only at {opens}, and is waited for at most {}", limit(longest));
                    return Err(Break::Failed(why, Vec::new()));
                }
                if !told {
                    let until = began.checked_add(longest).unwrap_or(opens);
                    work.scribe.commit(Event::WindowAwaited { opens, until }).await?;
                    told = true;
                }
                work.waits(&format!("window: opens at {opens}"), began, longest);
                let mut stops = work.stops.clone();
                tokio::select! {
                    () = sleep(left.min(Duration::from_secs(1))) => {}
                    // Nothing was begun: whoever interrupts need not wait for the window.
                    _ = stops.wait_for(|stops| *stops) => return Err(Break::Stop),
                }
            }
        }
    }
}

/// How long a plan waits for its window.
fn longest(plan: &Plan) -> Duration {
    let good_for = plan.blocks.iter().filter_map(|block| block.good_for).map(Millis::std).min();
    good_for.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

/// A window is waited for so long at most.
const LONGEST_WAIT: Duration = Duration::from_hours(12);

/// Where a moment stands to a window.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// It is open until then.
    Open(Timestamp),
    /// It opens then.
    Opens(Timestamp),
}

/// When a plan's window opens, if that is further away than a run waits.
pub fn too_far(window: &Window, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    Ok(match at(window, now)? {
        Standing::Opens(opens)
            if opens.duration_since(now) > SignedDuration::try_from(LONGEST_WAIT).unwrap_or(SignedDuration::MAX) =>
        {
            Some(opens)
        }
        _ => None,
    })
}

/// Whether the window is open, or when it opens next. A day's window runs past midnight.
fn at(window: &Window, now: Timestamp) -> Result<Standing, Fault> {
    let zone = TimeZone::get(&window.zone)
        .map_err(|_| Fault::new(format!("there is no time zone `{}` on this machine", window.zone)))?;
    let local = now.to_zoned(zone);
    // A window that began yesterday may still be open; eight days hold every day of a week.
    let openings = (-1..=8).filter_map(|day| opening(window, &local, day));
    let next = openings.into_iter().find(|(_, closes)| *closes > now);
    match next {
        Some((opens, closes)) if opens <= now => Ok(Standing::Open(closes)),
        Some((opens, _)) => Ok(Standing::Opens(opens)),
        None => Err(Fault::new("the window never opens")),
    }
}

/// The window of the day so many days from a moment: its opening and its close.
fn opening(window: &Window, local: &Zoned, day: i64) -> Option<(Timestamp, Timestamp)> {
    let date = local.date().checked_add(SignedDuration::from_hours(24 * day)).ok()?;
    let wanted = window.days.is_empty() || window.days.iter().any(|name| weekday(name) == Some(date.weekday()));
    let time = |minutes: u32| Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).ok();
    let opens = date.to_datetime(time(window.from)?).to_zoned(local.time_zone().clone()).ok()?;
    let last = if window.to > window.from { date } else { date.tomorrow().ok()? };
    let closes = last.to_datetime(time(window.to)?).to_zoned(local.time_zone().clone()).ok()?;
    wanted.then(|| (opens.timestamp(), closes.timestamp()))
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop where it finds a bug")]
    use super::*;

    fn window(days: &[&str], from: u32, to: u32) -> Window {
        let days = days.iter().map(|day| (*day).to_owned()).collect();
        Window { days, from: from * 60, to: to * 60, zone: "UTC".into() }
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_days_window_runs_past_midnight() {
        // 2026-11-21 is a Saturday.
        let night = window(&["sat"], 22, 4);
        let open = Standing::Open(moment("2026-11-22T04:00:00Z"));
        assert_eq!(at(&night, moment("2026-11-21T22:00:00Z")).unwrap(), open);
        assert_eq!(at(&night, moment("2026-11-22T03:59:59Z")).unwrap(), open);
        let opens = |text| Standing::Opens(moment(text));
        assert_eq!(at(&night, moment("2026-11-21T21:00:00Z")).unwrap(), opens("2026-11-21T22:00:00Z"));
        assert_eq!(at(&night, moment("2026-11-22T04:00:00Z")).unwrap(), opens("2026-11-28T22:00:00Z"));
    }

    #[test]
    fn without_days_it_opens_every_day() {
        let day = window(&[], 9, 17);
        assert_eq!(at(&day, moment("2026-11-23T18:00:00Z")).unwrap(), Standing::Opens(moment("2026-11-24T09:00:00Z")));
        assert!(at(&Window { zone: "No/Where".into(), ..day }, Timestamp::UNIX_EPOCH).is_err());
    }
}
