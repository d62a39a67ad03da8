//! Who asks for a run: a person at the terminal, or what was said on the command line.

use super::again::again;
use super::bundling::by;
use super::typing::{can_ask, typed, until};
use super::{Answer, Outcome, Settled};
use crate::exit::Exit;
use crate::report::run::{GateStory, Story, View, open, question};
use crate::run::{self, Asker, Missed, Question, Reply};
use crate::runs::Run;
use crate::screen::list;
use crate::session::Refused;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::path::Path;
use switchback_compiler::plan::{Gate, Plan, Stage, Work};

/// What the command line answers beforehand.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// `--confirm GATE=TEXT`.
    pub(super) confirms: BTreeMap<String, String>,
    /// `--answer STEP=go-on`: whether it goes on.
    pub(super) answers: BTreeMap<String, bool>,
    /// `--accept-losses`.
    pub(super) accept_losses: bool,
}

impl Given {
    /// These confirmations.
    pub(super) fn confirms(confirms: &[(String, String)]) -> Self {
        Self { confirms: confirms.iter().cloned().collect(), ..Self::default() }
    }

    /// And these answers to checks.
    pub(super) fn with(self, answers: &[Answer], accept_losses: bool) -> Self {
        let answers = answers.iter().map(|answer| (answer.step.clone(), answer.goes_on)).collect();
        Self { answers, accept_losses, ..self }
    }
}

/// Asks on the terminal what the command line does not answer.
pub(super) struct Terminal<'a> {
    pub(super) given: Given,
    pub(super) project: &'a Path,
    pub(super) plan: &'a Plan,
    pub(super) view: &'a View,
}

impl Asker for Terminal<'_> {
    fn ask(&self, question: Question) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            match question {
                Question::Gate { name, text, typed } => self.gate(name, text, typed).await,
                Question::Checks { unit, missed, hints, again } => {
                    let given = self.given.answers.get(&unit).copied().filter(|_| again);
                    self.checks(&unit, &missed, &hints, given).await
                }
                Question::Losses(losses) => self.losses(&losses).await,
                Question::Outcome { run, .. } => self.outcome(&run).await,
            }
        })
    }
}

impl Terminal<'_> {
    async fn gate(&self, name: String, text: String, wanted: String) -> Reply {
        if let Some(given) = self.given.confirms.get(&name) {
            return if *given == wanted { Reply::Yes(by()) } else { Reply::Nobody };
        }
        let asked = GateStory { name, asked: None, text, typed: wanted, confirmed: None };
        self.typed(&question::gate(&asked, self.plan, self.view), &asked.typed).await
    }

    async fn losses(&self, losses: &[(String, String)]) -> Reply {
        if self.given.accept_losses {
            return Reply::Yes(by());
        }
        let target = self.plan.target.as_ref().map_or("", |target| target.name.as_str());
        self.typed(&open::losses(losses, self.plan, self.view), target).await
    }

    async fn typed(&self, question: &str, wanted: &str) -> Reply {
        if can_ask() && typed(question, wanted, self.view.look).await { Reply::Yes(by()) } else { Reply::Nobody }
    }

    async fn checks(&self, unit: &str, missed: &[Missed], hints: &[String], given: Option<bool>) -> Reply {
        match given {
            Some(true) => Reply::Yes(by()),
            Some(false) => Reply::No(by()),
            None if can_ask() => {
                let missed: Vec<_> = missed.iter().map(|one| (one.what.as_str(), one.seen.as_str())).collect();
                let question = open::checks(unit, &missed, hints, self.view);
                until(&question, WORDS, self.view.look, goes_on).await.unwrap_or(Reply::Nobody)
            }
            None => Reply::Nobody,
        }
    }

    /// What is known of the action is in the journal, where this is written before anybody is asked.
    async fn outcome(&self, run: &str) -> Reply {
        let Ok(run) = Run::read(self.project, run) else { return Reply::Nobody };
        let story = Story::of(self.plan, &run.entries);
        let question = question::outcome(&story, self.plan, self.view).filter(|_| can_ask());
        let Some(question) = question else { return Reply::Nobody };
        until(&question, WORDS, self.view.look, settled).await.unwrap_or(Reply::Nobody)
    }
}

/// What an answer is that stands in a list.
const WORDS: &str = "one of these words";

/// A word about checks that do not hold.
fn goes_on(word: &str) -> Option<Reply> {
    match word {
        "go-on" => Some(Reply::Yes(by())),
        "fail" => Some(Reply::No(by())),
        "leave" => Some(Reply::Nobody),
        _ => None,
    }
}

/// A word about an unknown outcome.
fn settled(word: &str) -> Option<Reply> {
    let settled = match word {
        "done" => run::Settled::Done,
        "not-done" => run::Settled::NotDone,
        "undo" => run::Settled::TakenBack,
        "leave" => return Some(Reply::Nobody),
        _ => return None,
    };
    Some(Reply::Settled(settled, by()))
}

/// What the command line said of unknown outcomes, by step.
pub(super) fn outcomes(outcomes: &[Outcome]) -> BTreeMap<String, run::Settled> {
    let settled = |outcome: &Outcome| match outcome.settled {
        Settled::Done => run::Settled::Done,
        Settled::NotDone => run::Settled::NotDone,
        Settled::Undo => run::Settled::TakenBack,
    };
    outcomes.iter().map(|outcome| (outcome.step.clone(), settled(outcome))).collect()
}

/// Gates that will stay shut: nobody can type here, or what was given is not what they want.
///
/// `finalizes` asks of the gates of the finalize stages, else of all others.
pub(super) fn shut(plan: &Plan, given: &Given, finalizes: bool) -> Option<Refused> {
    if let Some(refused) = no_gate(plan, given) {
        return Some(refused);
    }
    let is_shut = |gate: &&Gate| match (given.confirms.get(&gate.name), gate.typed.known()) {
        (Some(typed), Some(wanted)) => typed != wanted,
        (Some(_), None) => false,
        (None, _) => !can_ask(),
    };
    let shut: Vec<&Gate> = gates(plan, finalizes).filter(is_shut).collect();
    let names: Vec<&str> = shut.iter().map(|gate| gate.name.as_str()).collect();
    let (gate, wait, want) = if shut.len() == 1 { ("gate", "waits", "wants") } else { ("gates", "wait", "want") };
    let why = match shut.iter().any(|gate| given.confirms.contains_key(&gate.name)) {
        _ if shut.is_empty() => return None,
        true => format!("what --confirm says is not what {gate} {} {want} typed", list(&names)),
        false => format!("{gate} {} {wait} for a person, and nobody can type here", list(&names)),
    };
    let confirm = |gate: &&Gate| {
        let wanted = gate.typed.known().unwrap_or("TEXT");
        ["--confirm".to_owned(), format!("{}={wanted}", gate.name)]
    };
    let is_open = |(name, _): &(&String, &String)| shut.iter().all(|gate| gate.name != **name);
    let kept = given.confirms.iter().filter(is_open);
    let kept = kept.flat_map(|(name, text)| ["--confirm".to_owned(), format!("{name}={text}")]);
    let more: Vec<String> = kept.chain(shut.iter().flat_map(confirm)).collect();
    let refused = Refused::with(Exit::Closed, format!("{why}; nothing was touched"));
    let refused = shut.iter().fold(refused, |refused, gate| refused.fact(format!("{}: {}", gate.name, gate.text)));
    Some(refused.next(again(&["--confirm"], &more)))
}

/// A confirmation of a gate that the plan does not have is misspelt.
fn no_gate(plan: &Plan, given: &Given) -> Option<Refused> {
    let all: Vec<&str> = gates(plan, false).chain(gates(plan, true)).map(|gate| gate.name.as_str()).collect();
    let name = given.confirms.keys().find(|name| !all.contains(&name.as_str()))?;
    let refused = Refused::with(Exit::Usage, format!("the plan has no gate `{name}`; nothing was touched"));
    Some(if all.is_empty() {
        refused.fact("it has none at all")
    } else {
        refused.fact(format!("it has {}", list(&all)))
    })
}

fn gates(plan: &Plan, finalizes: bool) -> impl Iterator<Item = &Gate> {
    let units = plan.units.iter().filter(move |unit| (plan.stage_of(unit) == Stage::Finalize) == finalizes);
    units.flat_map(|unit| &unit.work).filter_map(|work| if let Work::Gate(gate) = work { Some(gate) } else { None })
}
