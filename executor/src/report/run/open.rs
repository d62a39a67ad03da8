//! What a run that waits for a person asks, where nobody could be asked, and what to type instead.

use super::question::{gate, loss, lost, outcome, unknown};
use super::story::{ActStory, Step, Story, UnitStory};
use super::view::View;
use crate::event::Asks;
use crate::screen::{hang, next, quoted, run_command, safe};
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
    /// What to type.
    pub next: String,
}

/// What a run waits for that a person must answer.
pub fn open(story: &Story, plan: &Plan, view: &View) -> Open {
    let run = safe(story.run(), view.look);
    let asking = story.units.iter().zip(&plan.units).find(|(of, _)| of.asks.is_some());
    let goes_on = story.units.iter().any(|unit| unit.unknown().is_some_and(|(_, act)| act.alive));
    let (question, commands) = if let Some((id, _)) = unknown(story) {
        let step = plan.unit(id).map_or_else(String::new, |unit| safe(&unit.name, view.look));
        let asked = outcome(story, plan, view).unwrap_or_default();
        // As long as it runs no answer counts: what goes on waits for its end.
        let words: &[&str] = if goes_on { &[] } else { &["done", "not-done", "undo"] };
        (asked, answers(&run, &format!("--outcome {step}"), words))
    } else if let Some((of, unit)) = asking {
        asked_by(of, unit, story, plan, view)
    } else if let Some(asked) = loss(story, plan, view) {
        (asked, vec![format!("undo {run} --accept-losses")])
    } else {
        (String::new(), vec![format!("resume {run}")])
    };
    let touched = if is_touched(story) { "" } else { "nothing was touched; " };
    let next = next(commands.into_iter().map(run_command));
    let stays = format!("{touched}the question stays open\n{next}");
    Open { question: without_prompt(&question), stays, next }
}

fn asked_by(of: &UnitStory, unit: &Unit, story: &Story, plan: &Plan, view: &View) -> (String, Vec<String>) {
    let (run, look) = (safe(story.run(), view.look), view.look);
    match &of.asks {
        Some(Asks::Gate(name)) => {
            let asked = story.gates.iter().find(|gate| gate.name == *name);
            let typed = asked.map_or("TEXT", |gate| gate.typed.as_str());
            let text = asked.map(|asked| gate(asked, plan, view)).unwrap_or_default();
            (text, vec![format!("resume {run} --confirm {}", word(&format!("{name}={typed}"), view))])
        }
        Some(Asks::Checks(names)) => {
            let last = |name: &String| of.checks.iter().rev().find(|check| check.what == *name);
            let missed = names.iter().filter_map(last).map(|one| (one.what.as_str(), one.seen.as_str()));
            let missed: Vec<(&str, &str)> = missed.collect();
            let unit = safe(&unit.name, look);
            let answers = answers(&run, &format!("--answer {unit}"), &["go-on", "fail"]);
            (checks(&unit, &missed, &[], view), answers)
        }
        None => (String::new(), vec![format!("resume {run}")]),
    }
}

/// How a question is answered: at a terminal, then by each word.
fn answers(run: &str, option: &str, words: &[&str]) -> Vec<String> {
    let told = words.iter().map(|word| format!("resume {run} {option}={word}"));
    std::iter::once(format!("resume {run}")).chain(told).collect()
}

/// A word of a command line, as a shell takes it for one.
fn word(text: &str, view: &View) -> String {
    safe(&quoted(text), view.look)
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
