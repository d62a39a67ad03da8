//! `status`: where a run stands now, and what is possible.

use super::ending::can_go_back;
use super::human::compared_line;
use super::open::open;
use super::outcome::Outcome;
use super::story::{Process, Story};
use super::view::{View, short_digest};
use super::zone::between;
use crate::event::Standing;
use crate::screen::{hang, list, next as next_lines, run_command, safe, seconds};
use jiff::Timestamp;
use switchback_compiler::plan::Plan;

/// What was seen of a run just now.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Whether a process works on it.
    pub alive: bool,
    /// When.
    pub now: Timestamp,
    /// What goes on by itself though the run does not, in words.
    pub still: Vec<String>,
    /// What is taken away for a while and not given back yet.
    pub away: Vec<String>,
    /// The checks of its hold: a text, and whether it holds.
    pub hold: Vec<(String, bool)>,
}

/// A run as it stands.
pub fn status(story: &Story, plan: &Plan, looked: &Looked, view: &View) -> String {
    let Looked { alive, now, ref hold, ref away, ref still } = *looked;
    let look = view.look;
    let mut facts = facts(story, plan, alive, now, view);
    facts.extend(still.iter().map(|text| ("goes on", text.clone())));
    if !away.is_empty() {
        facts.push(("away", format!("{}; given back at the end, and by undo and abort", list(away))));
    }
    facts.extend(hold.iter().map(|(text, _)| ("hold", text.clone())));
    let line = |(name, text): &(&str, String)| hang(&format!("  {name:<8}  "), &safe(text, look), look);
    head(story, alive, view) + &facts.iter().map(line).collect::<String>() + &next(story, plan, looked, view)
}

fn head(story: &Story, alive: bool, view: &View) -> String {
    let word = match (story.standing(), alive) {
        (Standing::Runs, false) => "does not run",
        (standing, _) => super::word(standing),
    };
    let (plan, bundle) = story.head.as_ref().map_or(("", ""), |head| (head.plan.as_str(), head.bundle.as_str()));
    let text = format!("run {}: {word}  {plan} on {}  {}", story.run(), story.target(), short_digest(bundle));
    format!("{}\n", safe(&text, view.look))
}

fn facts(story: &Story, plan: &Plan, alive: bool, now: Timestamp, view: &View) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    facts.extend(story.processes.last().map(|process| ("by", by(process, story, alive, view))));
    if let Some(began) = story.began() {
        let until = if story.standing() == Standing::Runs { now } else { story.last.unwrap_or(now) };
        facts.push(("since", format!("{}, {}", view.zone.date_time(began), seconds(between(began, until)))));
    }
    let named = |wanted: &dyn Fn(Outcome) -> bool| story.steps(plan, |unit, of| wanted(unit.outcome(of)));
    let (_, all) = story.progress(plan);
    let undoes = story.undo.is_some();
    let parts = [
        ("now", named(&|outcome| alive && matches!(outcome, Outcome::Runs | Outcome::Undoes))),
        ("asks", story.steps(plan, |unit, _| !alive && unit.asks.is_some())),
        ("open", story.steps(plan, |unit, of| !alive && unit.asks.is_none() && is_open(unit.outcome(of)))),
        ("unknown", named(&|outcome| outcome == Outcome::Unknown)),
        ("failed", named(&|outcome| matches!(outcome, Outcome::Failed | Outcome::NotUndone))),
        ("undone", named(&|outcome| matches!(outcome, Outcome::Undone | Outcome::NotEqual))),
        ("stays", named(&|outcome| outcome == Outcome::Stays)),
        ("done", named(&|outcome| outcome.is_over())),
        ("left", named(&|outcome| outcome == Outcome::Never && !undoes)),
    ];
    for (label, names) in parts.into_iter().filter(|(_, names)| !names.is_empty()) {
        let of = if label == "done" && !undoes { format!("{} of {all}", names.len()) } else { names.len().to_string() };
        let more = match label {
            "open" => "; started, and no end is recorded",
            "asks" => "; waits for an answer",
            _ => "",
        };
        facts.push((label, format!("{of}: {}{more}", names.join(", "))));
    }
    if keeps(story, alive) {
        facts.push(("keeps", format!("{}, so no other run can start there", story.target())));
    }
    if let Some(until) = story.good_until(plan).filter(|_| waits(story.standing(), alive)) {
        let at = view.zone.date_time(until);
        facts.push((
            "prepared",
            if until <= now { format!("good until {at}; that is over") } else { format!("good until {at}") },
        ));
    }
    facts.extend(story.compared.as_ref().map(|compared| ("compared", compared_line(compared))));
    if let (Standing::Runs, Some((_, opens, until)), None) =
        (story.standing(), story.window.awaited, story.window.opened)
    {
        let (opens, until) = (view.zone.date_time(opens), view.zone.date_time(until));
        facts.push(("window", format!("opens at {opens}; waits at most until {until}")));
    }
    if let Some(until) = story.hold_until.filter(|_| story.standing() == Standing::Holds) {
        let at = view.zone.minute(until);
        facts.push(if until <= now {
            ("held", format!("until {at}; that is over, and with it the way back"))
        } else {
            ("holds", format!("can be undone until {at}"))
        });
    }
    facts
}

/// Who works on it, or did.
fn by(process: &Process, story: &Story, alive: bool, view: &View) -> String {
    let Process { by, host, pid, .. } = process;
    match (story.standing(), alive) {
        (_, true) => format!("{by} on {host}, process {pid}"),
        (Standing::Runs, false) => {
            let last = story.last.map_or_else(String::new, |at| format!("; last heard at {}", view.zone.date_time(at)));
            format!("{by} on {host}; process {pid} is gone{last}")
        }
        _ => format!("{by} on {host}"),
    }
}

/// Whether it has yet to go on.
fn waits(standing: Standing, alive: bool) -> bool {
    alive || matches!(standing, Standing::Runs | Standing::Paused | Standing::Interrupted | Standing::Asks)
}

/// A step whose process is gone before it came to an end.
fn is_open(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Runs | Outcome::Undoes | Outcome::Cut)
}

/// Whether no other run may begin on its target.
fn keeps(story: &Story, alive: bool) -> bool {
    let standing = story.standing();
    standing.keeps(story.only_stays()) == Some(false) && !(alive && standing == Standing::Runs)
}

fn next(story: &Story, plan: &Plan, looked: &Looked, view: &View) -> String {
    let run = safe(story.run(), view.look);
    let told = |verbs: &[&str]| next_lines(verbs.iter().map(|verb| run_command(format_args!("{verb} {run}"))));
    if looked.alive {
        return "  possible  ctrl-c there; undo when it has ended\n".into();
    }
    match story.standing() {
        Standing::Runs | Standing::Interrupted | Standing::Paused | Standing::Asks
            if story.good_until(plan).is_some_and(|until| until <= looked.now) =>
        {
            told(&["undo", "abort"])
        }
        Standing::Asks => open(story, plan, view).next,
        Standing::Runs | Standing::Interrupted | Standing::Paused => told(&["resume", "undo"]),
        Standing::Holds if story.hold_until.is_some_and(|until| until <= looked.now) => told(&["finalize"]),
        // What the hold is there to notice: now is when the way back is needed.
        Standing::Holds if looked.hold.iter().any(|(_, holds)| !holds) => told(&["undo", "finalize"]),
        Standing::Holds => told(&["finalize", "undo"]),
        Standing::Failed | Standing::UndoFailed => told(&["undo", "abort"]),
        Standing::NotEqual if !story.only_stays() => told(&["undo", "abort"]),
        Standing::Aborted if can_go_back(story, plan) => told(&["report", "undo"]),
        Standing::Done
        | Standing::Undone
        | Standing::NotEqual
        | Standing::Finalized
        | Standing::Aborted
        | Standing::NotStarted => told(&["report"]),
    }
}
