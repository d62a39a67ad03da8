//! Last words, and questions.

use super::{expect, runs, told};
use crate::event::{Entry, Event, Standing};
use crate::report::run::{Story, View, aftermath, ending, open, question, result};
use crate::report::sample::{self, Script, at};
use crate::screen::Look;
use std::time::Duration;

fn all(entries: &[Entry], view: &View) -> String {
    let plan = sample::plan();
    told(entries, view, |report| {
        let after = aftermath(&report.story, &plan, view);
        format!("{after}\n{}", ending(&report.story, &plan, view))
    })
}

#[test]
fn endings_of_all_runs() {
    for (name, entries) in runs() {
        expect(&format!("ending-{name}"), &all(&entries, &sample::view(80)));
    }
}

#[test]
fn endings_in_other_looks() {
    for width in [60, 120] {
        expect(&format!("ending-undo-failed-{width}"), &all(&sample::undo_failed(), &sample::view(width)));
    }
    let look = Look { ascii: true, ..Look::plain() };
    let ascii = all(&sample::undo_failed(), &View { look, ..sample::view(80) });
    assert!(ascii.is_ascii(), "{ascii}");
    let look = Look { color: true, ..Look::plain() };
    let color = all(&sample::undo_failed(), &View { look, ..sample::view(80) });
    assert!(color.contains("\u{1b}[1;31mthe undo failed\u{1b}[0m: 2 of 4 steps undone"), "{color}");
}

#[test]
fn what_a_step_takes_is_not_the_time_in_which_nobody_worked_on_it() {
    let plan = sample::plan();
    let id = sample::SITE;
    let began = || Event::UnitBegan { unit: id };
    let script = Script(Vec::new()).began().at(10, began()).intent(12, id, 0, "www");
    let script = script.resumed(9_000, "resume").at(9_001, began());
    let script = script.at(9_004, Event::UnitDone { unit: id, changes: 1 });
    let story = Story::of(&plan, &script.0);
    assert_eq!(story.unit(id).unwrap().took(), Some(Duration::from_secs(2 + 3)));
    let failed = || Event::UndoFailed { unit: id, why: "no".into(), details: Vec::new() };
    let script =
        script.resumed(10_000, "undo").at(10_001, Event::UndoBegan { unit: id, way: None }).at(10_003, failed());
    let script = script.resumed(20_000, "undo").at(20_001, Event::UndoBegan { unit: id, way: None });
    let story = Story::of(&plan, &script.at(20_002, failed()).0);
    assert_eq!(story.unit(id).unwrap().back_took(), Some(Duration::from_secs(1)));
}

/// The result line of a run that stands here.
fn stands(script: Script, standing: Standing, why: &str) -> String {
    let (plan, view) = (sample::plan(), sample::view(80));
    let entries = script.ended(3000, standing, why).0;
    ending(&Story::of(&plan, &entries), &plan, &view)
}

#[test]
fn the_other_standings() {
    let all = [
        stands(sample::prepared(), Standing::Paused, "after prepare, as --until says"),
        stands(sample::core_kernel(), Standing::Aborted, ""),
        stands(sample::core_kernel(), Standing::Finalized, ""),
        stands(sample::failing(), Standing::Failed, "catalog failed"),
        stands(sample::core_kernel(), Standing::Interrupted, "the journal can't be written: no space left"),
        stands(sample::prepared().resumed(2990, "undo"), Standing::Undone, ""),
    ];
    expect("ending-others", &all.join("\n"));
}

#[test]
fn a_world_that_came_back_unlike_is_told_line_by_line() {
    let left = vec!["www/site.toml: somebody changed it since, and it was left".to_owned()];
    let undone = Event::UnitUndone { unit: sample::SITE, what: "1 file shown and left".into(), left };
    let entries = sample::user_space()
        .at(1300, Event::UndoDecided { why: "as you asked".into(), units: Vec::new(), partly: false })
        .at(1301, Event::UndoBegan { unit: sample::SITE, way: None })
        .at(1302, undone)
        .ended(1302, Standing::NotEqual, "")
        .0;
    expect("ending-not-equal", &all(&entries, &sample::view(80)));
}

#[test]
fn a_stop_at_a_failure_leaves_all_as_it_is() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let failed = Event::UnitFailed { unit: sample::CATALOG, why: "no".into(), details: Vec::new() };
    let entries = sample::user_space().unit(1242, sample::CATALOG).at(1300, failed).ended(1300, Standing::Failed, "").0;
    let story = Story::of(&plan, &entries);
    assert_eq!(result(&story, &plan, &view), "failed: catalog; 4 of 8 steps done, left as they are");
}

#[test]
fn questions_of_gates() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let story = Story::of(&plan, &sample::prepared().0);
    let gate = story.gates.first().unwrap();
    let asked = "data: orders may be lost if this is undone\n  \
                 undoing postgres loses orders written since the copy\n\
                 type the target's name to go on, prod-eu: ";
    assert_eq!(question::gate(gate, &plan, &view), asked);
    let other = crate::report::run::GateStory { typed: "yes\u{1b}[2J".into(), ..gate.clone() };
    assert!(question::gate(&other, &plan, &view).ends_with("\nto go on, type yes\\u{1b}[2J: "));
}

#[test]
fn an_undo_that_loses_data_is_asked_about_only_where_something_would_be_lost() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let asked = "the undo loses data, so it begins only when a person accepts that\n  \
                 undoing postgres loses orders written since the copy\n\
                 type the target's name to accept it, prod-eu: ";
    let story = Story::of(&plan, &sample::interrupted());
    assert_eq!(question::loss(&story, &plan, &view).as_deref(), Some(asked));
    let open = "the question stays open\nnext: switchback undo qzvmkt --accept-losses\n";
    assert_eq!(open::open(&story, &plan, &view).stays, open);
    let story = Story::of(&plan, &sample::core_kernel().0);
    assert_eq!(question::loss(&story, &plan, &view), None);
    let undone = sample::core_kernel().did(1403, 2135, sample::POSTGRES, "pg-upgrade", 0).undone(
        2200,
        2300,
        sample::POSTGRES,
        "restored",
    );
    assert_eq!(question::loss(&Story::of(&plan, &undone.0), &plan, &view), None);
}

#[test]
fn the_question_about_an_unknown_outcome() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let story = Story::of(&plan, &sample::unknown());
    let asked = question::outcome(&story, &plan, &view).unwrap();
    expect("question-unknown", &(asked + "leave\n" + &open::open(&story, &plan, &view).stays));
    let story = Story::of(&plan, &sample::good());
    assert_eq!(question::outcome(&story, &plan, &view), None);
}

#[test]
fn what_ctrl_c_does() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let script = || sample::core_kernel().unit(1403, sample::POSTGRES).intent(1403, sample::POSTGRES, 0, "pg-upgrade");
    let story = Story::of(&plan, &script().works(1404, sample::POSTGRES, "runs", 1800).0);
    let first = question::stopping(&story, &plan, "^C", at(1632), &view);
    let goes_on = ["pg-upgrade.sh goes on by itself: process 48163".to_owned()];
    let second = question::not_waiting(&story, &plan, "^C", at(1661), &goes_on, &view);
    expect("question-ctrl-c", &(first + &second));
    let story = Story::of(&plan, &sample::prepared().0);
    assert_eq!(
        question::stopping(&story, &plan, "SIGTERM", at(1100), &view),
        "SIGTERM stopping: nothing new starts, and nothing runs\n"
    );
}
