//! A board as lines: at most six, none wider than the terminal.

use super::bar::bar;
use super::board::{Board, Over, Running};
use crate::report::run::{Item, Zone};
use crate::screen::{Look, Sign, Style, tail, width};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// More lines than this are not redrawn: below them the terminal scrolls, and eyes lose their place.
const MOST: usize = 6;
/// From here on there is room for a reason on the line of its step, and for a bar.
const WIDE: usize = 120;
/// After so long without progress it is told what happens when the wait ends.
const STILL: Duration = Duration::from_secs(30);

/// The lines of a board at this time.
pub(super) fn lines(board: &Board, now: Timestamp, zone: &Zone, look: Look) -> Vec<String> {
    let heading = board.heading.as_ref().map(|heading| bold_name(&cut(heading, look.edge(), look), look));
    let room = MOST - 1 - usize::from(heading.is_some());
    let chosen = chosen(&board.running, room, now);
    let hidden = board.running.len() - chosen.len();
    let mut room = room - chosen.len() - usize::from(hidden > 0);
    let mut steps: Vec<(u32, Vec<String>)> = Vec::new();
    for running in board.running.iter().filter(|running| chosen.contains(&running.id)) {
        let lines = of_running(running, room, now, zone, look);
        room -= lines.len() - 1;
        steps.push((running.id, lines));
    }
    // The last ones that are done are the news.
    let over = board.over.iter().rev().take(room);
    steps.extend(over.map(|over| (over.id, vec![of_over(over, look)])));
    steps.sort_by_key(|(id, _)| *id);
    let more = (hidden > 0).then(|| format!("  and {hidden} more run"));
    let last = Some(cut(&board.last, look.edge(), look));
    heading.into_iter().chain(steps.into_iter().flat_map(|(_, lines)| lines)).chain(more).chain(last).collect()
}

/// The ones nearest their limit, where not all fit.
fn chosen(running: &[Running], room: usize, now: Timestamp) -> BTreeSet<u32> {
    let fits = if running.len() > room { room - 1 } else { room };
    let mut all: Vec<&Running> = running.iter().collect();
    all.sort_by_key(|running| (running.left(now), running.id));
    all.iter().take(fits).map(|running| running.id).collect()
}

fn of_running(running: &Running, room: usize, now: Timestamp, zone: &Zone, look: Look) -> Vec<String> {
    let sign = if running.waits { Sign::Waits } else { Sign::Runs };
    let lead = Item { indent: running.indent, sign, name: &running.name, text: "", style: Style::Plain, tail: "" };
    let took = running.took(now, look);
    let (says, missing) = split(running, space(&lead, &took, look), look);
    let style = if is_late(running, now) { Style::Yellow } else { Style::Plain };
    let mut lines = vec![line(&lead, &says, style, &took, look)];
    let indent = " ".repeat(running.indent + 4);
    let below = missing.into_iter().chain(what_then(running, now, zone));
    lines.extend(below.take(room).map(|line| cut(&format!("{indent}{line}"), look.edge(), look)));
    lines
}

/// Columns for the text of a line.
fn space(lead: &Item, took: &str, look: Look) -> usize {
    look.edge().saturating_sub(width(&lead.lead(look)) + width(took) + 2)
}

/// One line, whose text is cut where it is too long.
fn line(lead: &Item, text: &str, style: Style, took: &str, look: Look) -> String {
    let space = space(lead, took, look);
    if space == 0 {
        // A name that leaves no room for anything else.
        return cut(&lead.lead(Look { color: false, ..look }), look.edge(), look);
    }
    let text = style.paint(&cut(text, space, look), look);
    tail(&format!("{}{text}", lead.lead(look)), &Style::Dim.paint(took, look), look)
}

/// What stands on the line, and the nearest missing thing below it.
fn split(running: &Running, space: usize, look: Look) -> (String, Option<String>) {
    let mut joined = running.says.replace('\n', "; ");
    if look.width >= WIDE
        && let Some(bar) = bar(&joined)
    {
        joined = format!("{joined}  {bar}");
    }
    // At 120 columns the reason stands on the step's own line.
    if width(&joined) <= space && (look.width >= WIDE || !running.says.contains('\n')) {
        return (joined, None);
    }
    let parts = running.says.split_once('\n').or_else(|| running.says.split_once(": ").filter(|_| running.waits));
    match parts {
        Some((says, missing)) => (says.to_owned(), Some(missing.replace('\n', "; "))),
        None => (joined, None),
    }
}

/// `at 22:08:03 it is looked at once more, then the run is undone`.
fn what_then(running: &Running, now: Timestamp, zone: &Zone) -> Option<String> {
    let still = running.same_since.is_some_and(|at| super::lines::since(Some(at), now) >= STILL);
    if !running.waits || !still || running.limit == 0 || running.limit > crate::report::run::FOREVER {
        return None;
    }
    let end = running.since?.checked_add(Duration::from_millis(running.limit)).ok()?;
    Some(format!("at {} it is looked at once more, {}", zone.time(end), running.then))
}

/// Whether half of a wait's limit is over.
fn is_late(running: &Running, now: Timestamp) -> bool {
    running.waits && running.limit > 0 && running.left(now) <= running.limit / 2
}

fn of_over(over: &Over, look: Look) -> String {
    let lead = Item { indent: 2, sign: over.sign, name: &over.name, text: "", style: Style::Plain, tail: "" };
    line(&lead, &over.text, Style::Dim, &over.took, look)
}

fn bold_name(heading: &str, look: Look) -> String {
    let (name, rest) = heading.split_at(heading.find([':', ',']).unwrap_or(heading.len()));
    Style::Bold.paint(name, look) + rest
}

/// The text cut to so many columns: what is redrawn may not wrap, or the terminal shows it twice.
fn cut(text: &str, columns: usize, look: Look) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(look.ellipsis()));
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out) > room {
            out.pop();
            break;
        }
    }
    out + look.ellipsis()
}
