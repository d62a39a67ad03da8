//! What a run that waits for a person asks, where nobody could be asked, and what to type instead.

use super::question::{gate, loss, lost, outcome, unknown};
use super::story::{ActStory, Step, Story, UnitStory};
use super::view::View;
use crate::event::Asks;
use crate::screen::{hang, safe};
use jiff::Timestamp;
use switchback_compiler::plan::{Plan, Unit};

/// The question about checks that do not hold; its last line is where the answer is typed.
pub fn checks(unit: &str, missed: &[(&str, &str)], hints: &[String], view: &View) -> String {
    let look = view.look;
    let one = |(what, seen): &(&str, &str)| hang("  ", &safe(&format!("{what}: {seen}"), look), look);
    let choices = [
        ("go-on", "goes on all the same; the report says so, and who said it"),
        ("fail", "fails, and what the plan says of a failure follows"),
        ("leave", "touches nothing; the next resume looks, and asks, again"),
    ];
    let line = |(answer, does): &(&str, &str)| hang(&format!("  {answer:<9}  "), does, look);
    let name = safe(unit, look);
    format!("{name}: does not hold, and only a person says whether it goes on\n")
        + &missed.iter().map(one).collect::<String>()
        + &hints.iter().map(|hint| hang("  ", &safe(hint, look), look)).collect::<String>()
        + &format!("\ndoes {name} go on without it?\n")
        + &choices.iter().map(line).collect::<String>()
        + "answer: "
}

/// The question before an undo that throws this away; its last line is where the target's name is typed.
pub fn losses(losses: &[(String, String)], plan: &Plan, view: &View) -> String {
    let losses: Vec<(&str, String)> = losses.iter().map(|(step, what)| (step.as_str(), what.clone())).collect();
    let target = plan.target.as_ref().map_or("", |target| target.name.as_str());
    "the undo loses data, so it begins only when a person accepts that\n".to_owned()
        + &lost(&losses, view)
        + "type the target's name to accept it, "
        + &safe(target, view.look)
        + ": "
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The question, for those whom nobody could ask.
    pub question: String,
    /// That it stays open, and what to type.
    pub stays: String,
}

/// What a run waits for that a person must answer.
pub fn open(story: &Story, plan: &Plan, view: &View) -> Open {
    let run = safe(story.run(), view.look);
    let asking = story.units.iter().zip(&plan.units).find(|(of, _)| of.asks.is_some());
    let goes_on = story.units.iter().any(|unit| unit.unknown().is_some_and(|(_, act)| act.alive));
    let (question, command) = if let Some((id, _)) = unknown(story) {
        let step = plan.unit(id).map_or_else(String::new, |unit| safe(&unit.name, view.look));
        let asked = outcome(story, plan, view).unwrap_or_default();
        if goes_on {
            (asked, format!("resume {run}\n      waits for its end, and looks how it ended"))
        } else {
            (asked, format!("resume {run} --outcome {step}=done|not-done"))
        }
    } else if let Some((of, unit)) = asking {
        asked_by(of, unit, story, plan, view)
    } else if let Some(asked) = loss(story, plan, view) {
        (asked, format!("undo {run} --accept-losses"))
    } else {
        (String::new(), format!("resume {run}"))
    };
    let touched = if is_touched(story) { "" } else { "nothing was touched; " };
    let stays = format!("{touched}the question stays open\nnext: switchback {command}\n");
    Open { question: without_prompt(&question), stays }
}

fn asked_by(of: &UnitStory, unit: &Unit, story: &Story, plan: &Plan, view: &View) -> (String, String) {
    let (run, look) = (safe(story.run(), view.look), view.look);
    match &of.asks {
        Some(Asks::Gate(name)) => {
            let asked = story.gates.iter().find(|gate| gate.name == *name);
            let typed = asked.map_or("TEXT", |gate| gate.typed.as_str());
            let text = asked.map(|asked| gate(asked, plan, view)).unwrap_or_default();
            (text, format!("resume {run} --confirm {}", word(&format!("{name}={typed}"), view)))
        }
        Some(Asks::Checks(names)) => {
            let last = |name: &String| of.checks.iter().rev().find(|check| check.what == *name);
            let missed = names.iter().filter_map(last).map(|one| (one.what.as_str(), one.seen.as_str()));
            let missed: Vec<(&str, &str)> = missed.collect();
            let unit = safe(&unit.name, look);
            (checks(&unit, &missed, &[], view), format!("resume {run} --answer {unit}=go-on|fail"))
        }
        None => (String::new(), format!("resume {run}")),
    }
}

/// A word of a command line, in quotes where a shell would take it apart.
pub fn word(text: &str, view: &View) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@+,%".contains(c);
    let shown = safe(text, view.look);
    if text.chars().all(plain) { shown } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}

/// Whether the last process did anything but look.
fn is_touched(story: &Story) -> bool {
    let Some(process) = story.processes.last() else { return false };
    let since = |at: Option<Timestamp>| at.is_some_and(|at| at >= process.at);
    let did = |act: &ActStory| matches!(act.step, Step::Done(_)) && act.settled.is_none() && since(act.ended);
    story.units.iter().flat_map(|unit| unit.acts.values()).any(|act| since(act.began) || did(act))
}

/// The question without the place where its answer is typed; a prompt that says what is typed stays, as a line.
fn without_prompt(asked: &str) -> String {
    let end = asked.trim_end_matches("answer: ");
    if end.is_empty() || end.ends_with('\n') {
        end.to_owned()
    } else {
        format!("{}\n", end.trim_end_matches([':', ' ']))
    }
}
