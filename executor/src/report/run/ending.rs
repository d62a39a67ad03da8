//! The last words of a run: where the platform is now, and the one thing to type.

use super::moved::{back_at, moved};
use super::outcome::{Outcome, is_step};
use super::story::{Back, Forward, Story, UnitStory};
use super::view::View;
use crate::event::{ASKED, Standing};
use crate::screen::{Style, count, elapsed, hang, list, next as next_lines, of, run_command, safe};
use switchback_compiler::plan::{Failure, Plan, Stage, Unit, WayBack};

/// What `abort` does.
const AS_IT_IS: &str = "leaves the target as it is";

/// The result line: word, what, where, in how long, n of m.
pub fn result(story: &Story, plan: &Plan, view: &View) -> String {
    match story.standing() {
        Standing::Runs => "runs".into(),
        Standing::Done | Standing::Holds => done(story, plan, view),
        Standing::Undone => undone(story, plan, view),
        Standing::NotEqual => not_equal(story, view),
        Standing::UndoFailed => undo_failed(story, plan, view),
        Standing::Failed => failed(story, plan, view),
        Standing::Interrupted => halted("interrupted", story, plan, view),
        Standing::Paused => halted("paused", story, plan, view),
        Standing::Asks => halted("a person must answer", story, plan, view),
        Standing::Finalized => format!(
            "{}: {}; its way back is given up",
            view.word("finalized", Style::Green),
            moved_on(story, plan, view)
        ),
        Standing::NotStarted => not_started(story, plan, view),
        Standing::Aborted => format!(
            "{}: {} is left as it is, with {}",
            view.word("aborted", Style::YellowBold),
            safe(story.target(), view.look),
            safe(&steps_there(story, plan), view.look)
        ),
    }
}

/// The result line, what belongs to it, and what to type next.
pub fn ending(story: &Story, plan: &Plan, view: &View) -> String {
    hang("", &result(story, plan, view), view.look) + &facts(story, plan, view) + &next(story, plan, view)
}

fn not_started(story: &Story, plan: &Plan, view: &View) -> String {
    let steps = story.steps(plan, |unit, _| matches!(unit.forward, Forward::Failed(..)));
    if story.units.iter().any(|unit| !unit.drift.is_empty()) {
        let word = view.word("not started", Style::YellowBold);
        let target = safe(story.target(), view.look);
        return format!("{word}: {target} changed since it was reviewed, before {}; nothing was touched", list(&steps));
    }
    let failed = story.units.iter().zip(&plan.units).find_map(|(unit, of)| match &unit.forward {
        Forward::Failed(why, _) if is_step(of) => Some(format!("{}: {why}", of.name)),
        Forward::Failed(why, _) => Some(why.clone()),
        _ => None,
    });
    let why = failed.unwrap_or_else(|| "what must hold before does not".to_owned());
    format!("{}: {}; nothing was touched", view.word("not started", Style::YellowBold), safe(&why, view.look))
}

fn done(story: &Story, plan: &Plan, view: &View) -> String {
    let (_, all) = story.progress(plan);
    if is_nothing(story, plan) {
        let place = format!("{} on {}", safe(&plan.name, view.look), safe(story.target(), view.look));
        return format!("nothing to do: {place}, {} were done already", of(all, all, "step"));
    }
    let took = elapsed(story.took());
    let word = view.word("done", Style::Green);
    format!("{word}: {} in {took}{}", moved_on(story, plan, view), as_reviewed(story, plan, view))
}

/// Whether all steps were done already.
fn is_nothing(story: &Story, plan: &Plan) -> bool {
    let nothing = |outcome| matches!(outcome, Outcome::Unchanged | Outcome::Skipped);
    let steps = story.steps(plan, |unit, of| nothing(unit.outcome(of)));
    !steps.is_empty() && steps.len() == story.progress(plan).1
}

/// `; 15 of 15 changes as reviewed`.
fn as_reviewed(story: &Story, plan: &Plan, view: &View) -> String {
    let changes = resources(story, plan);
    if view.reviewed.is_empty() {
        return if changes == 0 { String::new() } else { format!("; {}", count(changes, "change")) };
    }
    let all = view.reviewed.total().known();
    format!("; {} as reviewed", of(super::human::as_reviewed(story, plan, &view.reviewed), all, "change"))
}

/// Resources that all units changed.
pub(crate) fn resources(story: &Story, plan: &Plan) -> usize {
    let units = story.units.iter().zip(&plan.units);
    units.map(|(story, unit)| story.resources(unit)).fold(0, usize::saturating_add)
}

/// `lumen 4.9.3 → 5.0.0 on prod-eu`.
fn moved_on(story: &Story, plan: &Plan, view: &View) -> String {
    let what = moved(plan, view.look).unwrap_or_else(|| safe(&plan.name, view.look));
    format!("{what} on {}", safe(story.target(), view.look))
}

fn undone(story: &Story, plan: &Plan, view: &View) -> String {
    let target = safe(story.target(), view.look);
    let place = match back_at(plan, view.look) {
        Some(versions) => format!("{target} is on {versions} again"),
        None => format!("{target} is as before the run"),
    };
    let word = view.word("undone", Style::Cyan);
    let why = story.undo.as_ref().map(|undo| if undo.why == ASKED { "as you asked" } else { undo.why.as_str() });
    let why = why.map(|why| safe(why, view.look)).filter(|why| !why.is_empty());
    let why = why.map_or_else(String::new, |why| format!("{why}; "));
    format!("{word}: {why}{place}, after {}", elapsed(story.took_last()))
}

fn not_equal(story: &Story, view: &View) -> String {
    let left = super::undone::differences(story).len();
    let word = view.word("undone, but not equal", Style::YellowBold);
    let differs = if left == 1 { "is" } else { "are" };
    let left = (left > 0).then(|| format!("{} {differs} not as before", count(left, "thing")));
    let stays = super::undone::stays(story).map(|stays| safe(&stays, view.look));
    let said: Vec<String> = left.into_iter().chain(stays).collect();
    format!("{word}: {}, after {}", said.join("; "), elapsed(story.took_last()))
}

fn undo_failed(story: &Story, plan: &Plan, view: &View) -> String {
    let undone = story.steps(plan, |unit, _| matches!(unit.back, Back::Undone(..))).len();
    let all = story.steps(plan, |unit, _| unit.has_effects()).len();
    let word = view.word("the undo failed", Style::RedBold);
    let target = safe(story.target(), view.look);
    let between = match plan.product.as_slice() {
        [one] => {
            format!("between {} and {}", safe(&one.from.to_string(), view.look), safe(&one.to.to_string(), view.look))
        }
        _ => "neither as before nor as the plan says".into(),
    };
    format!("{word}: {} undone; {target} is {between}", of(undone, all, "step"))
}

fn failed(story: &Story, plan: &Plan, view: &View) -> String {
    let mut names = story.steps(plan, |unit, of| unit.outcome_forward(of) == Outcome::Failed);
    if names.is_empty() {
        // What closes a block is no step, and can fail as well.
        let walls = (0..).zip(&plan.units).filter(|(id, _)| story.outcome(plan, *id) == Outcome::Failed);
        names.extend(walls.map(|(_, unit)| unit.name.as_str()));
    }
    let what = if names.is_empty() {
        story.ended.as_ref().map_or_else(String::new, |ended| safe(&ended.why, view.look))
    } else {
        safe(&list(&names), view.look)
    };
    let undone = story.steps(plan, |unit, _| matches!(unit.back, Back::Undone(..))).len();
    let back = if undone > 0 { format!("; {undone} undone") } else { String::new() };
    let word = view.word("failed", Style::RedBold);
    format!("{word}: {what}{back}; {}, left as they are", steps_done(story, plan))
}

/// `4 of 8 steps done`.
fn steps_done(story: &Story, plan: &Plan) -> String {
    let (_, all) = story.progress(plan);
    let done = story.steps(plan, |unit, of| unit.outcome(of).is_over()).len();
    format!("{} done", of(done, all, "step"))
}

/// The same of all whose work is there, also where an undo tried to take it back in vain.
fn steps_there(story: &Story, plan: &Plan) -> String {
    let (_, all) = story.progress(plan);
    let back =
        |unit: &UnitStory, of: &Unit| matches!(unit.back, Back::Undone(..)) && unit.outcome(of) != Outcome::Stays;
    let done = story.steps(plan, |unit, of| unit.outcome_forward(of).is_over() && !back(unit, of)).len();
    let undone = story.steps(plan, |unit, of| unit.outcome(of) == Outcome::Undone).len();
    let undone = if undone > 0 { format!(" and {undone} undone") } else { String::new() };
    // What failed or was cut off half way is there as well, and nobody takes it back any more.
    let half =
        |unit: &UnitStory, of: &Unit| unit.has_effects() && !unit.outcome_forward(of).is_over() && !back(unit, of);
    let half = story.steps(plan, half);
    let half = if half.is_empty() { String::new() } else { format!("; in part: {}", half.join(", ")) };
    format!("{} done{undone}{half}", of(done, all, "step"))
}

/// `interrupted: 6 of 8 steps done; unknown: postgres; left: pooler`.
fn halted(word: &str, story: &Story, plan: &Plan, view: &View) -> String {
    let named = |which: &dyn Fn(Outcome) -> bool| {
        let names = story.steps(plan, |unit, of| which(unit.outcome(of)));
        safe(&names.join(", "), view.look)
    };
    let open = named(&|outcome| matches!(outcome, Outcome::Runs | Outcome::Cut | Outcome::Undoes));
    let parts = [
        ("failed", named(&|outcome| matches!(outcome, Outcome::Failed | Outcome::NotUndone))),
        ("unknown", named(&|outcome| outcome == Outcome::Unknown)),
        ("open", open),
        ("left", named(&|outcome| outcome == Outcome::Never)),
    ];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("; {what}: {names}"));
    format!("{}: {}{}", view.word(word, Style::YellowBold), steps_done(story, plan), parts.collect::<String>())
}

/// What belongs to the result line, indented.
fn facts(story: &Story, plan: &Plan, view: &View) -> String {
    let line = |text: String| hang("  ", &text, view.look);
    let target = safe(story.target(), view.look);
    match story.standing() {
        Standing::Holds => story.hold_until.map_or_else(String::new, |until| {
            line(format!("can be undone until {}, when the hold ends", view.zone.minute(until)))
        }),
        Standing::Interrupted => why(story, view) + &line(format!("keeps {target} until this run is settled")),
        Standing::Asks | Standing::Failed => line(format!("keeps {target} until this run is settled")),
        Standing::UndoFailed => {
            let run = safe(story.run(), view.look);
            super::undone::now_table(story, plan, view)
                + &line(format!("run {run} keeps {target} until this is settled; nothing runs any more"))
        }
        Standing::Paused | Standing::NotStarted => why(story, view),
        Standing::Finalized => finalized(story, plan, view),
        Standing::NotEqual if !story.only_stays() => line(format!("keeps {target} until this run is settled")),
        Standing::Runs | Standing::Done | Standing::Undone | Standing::NotEqual | Standing::Aborted => String::new(),
    }
}

/// Why it stands where it stands, when there is more to say than the result line does.
fn why(story: &Story, view: &View) -> String {
    let why = story.ended.as_ref().map_or("", |ended| ended.why.as_str());
    if why.is_empty() { String::new() } else { hang("  ", &safe(why, view.look), view.look) }
}

fn finalized(story: &Story, plan: &Plan, view: &View) -> String {
    let steps = plan.steps().filter(|(_, unit)| plan.stage_of(unit) == Stage::Finalize);
    let done = steps.filter(|(id, _)| story.outcome(plan, *id).is_over()).count();
    let said = format!("{} of finalize done", count(done, "step"));
    if done == 0 { String::new() } else { hang("  ", &said, view.look) }
}

/// The one thing to type, and at most one other.
fn next(story: &Story, plan: &Plan, view: &View) -> String {
    let asked = story.processes.last().is_some_and(|process| process.to == "undo");
    let unknown = story.units.iter().any(|unit| unit.unknown().is_some());
    let failed = story.units.iter().any(|unit| matches!(unit.forward, Forward::Failed(..)));
    let run = safe(story.run(), view.look);
    let typed = |words: &str| run_command(words.replace("RUN", &run));
    let until_then = format!("gives up the way back; until then: {}", typed("undo RUN"));
    let said: &[(&str, &str)] = match story.standing() {
        Standing::Holds => &[("report RUN", ""), ("finalize RUN", &until_then)],
        Standing::NotEqual if !story.only_stays() => {
            &[("undo RUN", "once that is as it was: it compares again"), ("abort RUN", AS_IT_IS)]
        }
        Standing::Undone | Standing::NotEqual if !asked => &[("report RUN --format markdown", "")],
        Standing::Done if is_nothing(story, plan) => &[],
        Standing::Done => &[("report RUN", ""), ("undo RUN", "")],
        Standing::NotEqual | Standing::NotStarted => &[("report RUN", "")],
        // Nothing can be mended there.
        Standing::UndoFailed if super::undone::is_final(story, plan) => {
            let partly = ("undo RUN --partly", "compares what is taken back; the rest stays");
            let any = story.units.iter().any(|unit| matches!(unit.back, Back::Undone(..)));
            if any { &[("abort RUN", AS_IT_IS), partly] } else { &[("abort RUN", AS_IT_IS)] }
        }
        Standing::UndoFailed => return next_lines([typed("undo RUN")]) + &what_is_left(story, plan, view),
        Standing::Failed => &[("undo RUN", ""), ("abort RUN", AS_IT_IS)],
        Standing::Interrupted | Standing::Paused if unknown => {
            &[("resume RUN", "looks first, then asks about what is unknown")]
        }
        // Between the failure and what follows it the cluster was lost, or somebody stopped it.
        Standing::Interrupted if failed && story.undo.is_none() && plan.on_failure.how == Failure::Undo => {
            &[("resume RUN", "takes it back, as the plan says of a failure")]
        }
        Standing::Interrupted | Standing::Paused => &[("resume RUN", ""), ("undo RUN", "")],
        // What asks says itself how it is answered.
        Standing::Aborted if can_go_back(story, plan) => {
            &[("report RUN", ""), ("undo RUN", "takes it back all the same, while nothing newer touched it")]
        }
        Standing::Asks | Standing::Runs | Standing::Undone | Standing::Finalized | Standing::Aborted => &[],
    };
    let line = |(words, note): &(&str, &str)| {
        let note = if note.is_empty() { String::new() } else { format!("\n      {note}") };
        typed(words) + &note
    };
    next_lines(said.iter().map(line))
}

/// Whether there is a step whose work is there and has a way back.
pub(super) fn can_go_back(story: &Story, plan: &Plan) -> bool {
    let way = |of: &Unit| !matches!(of.way_back, WayBack::Irreversible(_));
    let there = |unit: &UnitStory, of: &Unit| unit.has_effects() && !matches!(unit.back, Back::Undone(..)) && way(of);
    !story.steps(plan, there).is_empty()
}

/// What must be mended first, and what is tried then.
fn what_is_left(story: &Story, plan: &Plan, view: &View) -> String {
    let stuck = story.steps(plan, |unit, _| matches!(unit.back, Back::Failed(..)));
    let left = story.steps(plan, |unit, _| unit.has_effects() && !matches!(unit.back, Back::Undone(..)));
    let said = match stuck.as_slice() {
        // What stopped it belongs to no step.
        [] => "once what stopped it is mended; it tries what is left".to_owned(),
        stuck => format!("once what stopped {} is mended; it tries what is left: {}", list(stuck), left.join(", ")),
    };
    hang("      ", &safe(&said, view.look), view.look)
}
