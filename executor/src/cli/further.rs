//! What `resume`, `undo`, `finalize` and `abort` share: find the run, look whether it may go on, go on.

use super::bundling::{by, refuse};
use super::following::{Terminal, agreed, end, readers, view, with_signals};
use super::{Globals, Outcome, Progress, Settled};
use crate::event::Standing;
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::run::{Story, Zone, question};
use crate::run::{self, Signals, losses};
use crate::runs::{self, Run};
use crate::schedule::Aim;
use crate::session::{GoOn, Loaded, Refused, go_on, held_until, tidy};
use std::path::Path;

/// What a command asks for.
pub(super) struct Ask<'a> {
    pub(super) run: Option<&'a str>,
    pub(super) to: &'static str,
    pub(super) aim: Aim,
    pub(super) accept_losses: bool,
    pub(super) yes: bool,
    /// Asked first, unless `--yes`.
    pub(super) question: Option<&'a str>,
    pub(super) progress: Progress,
    pub(super) outcomes: &'a [Outcome],
    pub(super) confirms: &'a [(String, String)],
}

/// Does it.
pub(super) fn go(ask: &Ask<'_>, globals: &Globals) -> Result<Exit, Error> {
    let done = with_signals(async |signals| one(ask, globals, signals).await);
    done.map_err(|error| Error::new(Exit::Error, format!("signals can't be heard: {error}")))?
}

async fn one(ask: &Ask<'_>, globals: &Globals, signals: &mut Signals) -> Result<Exit, Error> {
    let project = Project::around(Path::new("."))?;
    let id = match named(&project, ask.run) {
        Ok(id) => id,
        Err(refused) => return Ok(refuse(&refused, globals)),
    };
    let loaded = match Loaded::read(project.root(), &id) {
        Ok(loaded) => loaded,
        Err(refused) => return Ok(refuse(&refused, globals)),
    };
    if let Some(end) = not_possible(&loaded, ask) {
        // A run that is over may have been killed before it let its target go.
        if end.exit == Exit::Done
            && let Err(refused) = tidy(project.root(), &loaded, &by())
        {
            return Ok(refuse(&refused, globals));
        }
        return Ok(refuse(&end, globals));
    }
    if let Some(what) = ask.question.filter(|_| !ask.yes) {
        match agreed(&format!("run {id}: {what}")) {
            Some(true) => {}
            Some(false) => {
                return Ok(refuse(
                    &Refused::with(Exit::Closed, "the answer was not yes; nothing was touched"),
                    globals,
                ));
            }
            None => {
                let refused = Refused::with(Exit::Closed, "nobody can be asked here; nothing was touched");
                return Ok(refuse(&refused.next(format!("switchback {} {id} --yes", ask.to)), globals));
            }
        }
    }
    drive(&project, &loaded, ask, globals, signals).await
}

async fn drive(
    project: &Project,
    loaded: &Loaded,
    ask: &Ask<'_>,
    globals: &Globals,
    signals: &mut Signals,
) -> Result<Exit, Error> {
    let view = view(globals, &loaded.bundle);
    let asker = Terminal::new(ask.confirms);
    let answers = ask.outcomes.iter().map(|outcome| (outcome.step.clone(), settled(outcome.settled)));
    let options = GoOn {
        project: project.root(),
        to: ask.to,
        aim: ask.aim.clone(),
        jobs: 4,
        answers: answers.collect(),
        accept_losses: ask.accept_losses,
        by: by(),
        env: &|name| std::env::var(name).ok(),
        readers: &mut || readers(ask.progress, &view, &loaded.bundle.plan, &loaded.run.entries, globals),
        asker: &asker,
    };
    let executed = match go_on(loaded, options, signals).await {
        Ok(executed) => executed,
        Err(refused) => return Ok(refuse(&refused, globals)),
    };
    if executed.outcome.standing == Standing::Asks
        && let Ok(run) = Run::read(project.root(), &executed.run)
    {
        let story = Story::of(&loaded.bundle.plan, &run.entries);
        let asked = question::outcome(&story, &loaded.bundle.plan, &view);
        let asked = asked.map(|text| text.trim_end_matches("answer: ").to_owned()).unwrap_or_default();
        globals.say(&asked);
        globals.say(&question::stays_open(&story, &loaded.bundle.plan, &view));
        return Ok(Exit::Asks);
    }
    Ok(end(&executed, project.root(), &loaded.bundle, ask.to == "undo", globals))
}

fn settled(word: Settled) -> run::Settled {
    match word {
        Settled::Done => run::Settled::Done,
        Settled::NotDone => run::Settled::NotDone,
        Settled::Undo => run::Settled::TakenBack,
    }
}

/// The run that was named, by its letters' beginning; the last one that is open when none was.
pub(super) fn named(project: &Project, given: Option<&str>) -> Result<String, Refused> {
    let ids = runs::ids(project.root())?;
    let nothing = |why: String| Refused::with(Exit::Usage, why);
    let Some(given) = given else {
        let open = |id: &&String| Run::read(project.root(), id).is_ok_and(|run| is_open(run.standing()));
        return ids
            .iter()
            .find(open)
            .or(ids.first())
            .cloned()
            .ok_or_else(|| nothing("this project has no runs".into()));
    };
    let matching: Vec<&String> = ids.iter().filter(|id| id.starts_with(given)).collect();
    match matching.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(nothing(format!("there is no run `{given}` in this project")).next("switchback runs")),
        _ => Err(nothing(format!("`{given}` begins more than one run")).next("switchback runs")),
    }
}

/// The runs that run, wait or hold, the newest first; without any the last one.
pub(super) fn waiting(project: &Project) -> Result<Vec<String>, Refused> {
    let ids = runs::ids(project.root())?;
    let open = |id: &&String| Run::read(project.root(), id).is_ok_and(|run| is_open(run.standing()));
    let waiting: Vec<String> = ids.iter().filter(open).cloned().collect();
    Ok(if waiting.is_empty() { ids.into_iter().take(1).collect() } else { waiting })
}

/// Whether a run waits for somebody.
fn is_open(standing: Standing) -> bool {
    !matches!(
        standing,
        Standing::Done | Standing::Undone | Standing::Finalized | Standing::Aborted | Standing::NotStarted
    )
}

/// Why a command makes no sense where the run stands.
fn not_possible(loaded: &Loaded, ask: &Ask<'_>) -> Option<Refused> {
    let run = &loaded.run.id;
    let state = loaded.state();
    let usage = |why: String| Some(Refused::with(Exit::Usage, why));
    match (ask.to, state.standing) {
        (_, Standing::NotStarted) => usage(format!("run {run} touched nothing, so there is nothing to {}", ask.to)),
        ("resume", Standing::Done | Standing::Holds | Standing::Finalized) => {
            Some(Refused::with(Exit::Done, format!("run {run} is done already")))
        }
        ("resume" | "undo" | "abort", Standing::Undone) => {
            Some(Refused::with(Exit::Done, format!("run {run} is undone already")))
        }
        ("finalize", Standing::Finalized) => Some(Refused::with(Exit::Done, format!("run {run} is finalized already"))),
        ("abort", Standing::Aborted) => Some(Refused::with(Exit::Done, format!("run {run} is aborted already"))),
        ("undo", Standing::Finalized) => usage(format!("run {run} is finalized: its way back is given up")),
        ("undo", _) if state.finalizing => usage(format!("the way back of run {run} is being given up"))
            .map(|refused| refused.next(format!("switchback finalize {run}"))),
        // As after `finalize`: there is no way back that could be asked for, so it is the question that is wrong.
        ("undo", Standing::Holds) if is_over(loaded).is_some() => is_over(loaded),
        ("finalize", Standing::Done | Standing::Holds) => None,
        ("finalize", _) if state.finalizing => None,
        ("finalize", _) => usage(format!("run {run} is not done, so nothing can be finalized"))
            .map(|refused| refused.next(format!("switchback status {run}"))),
        ("undo", _) if !ask.accept_losses => loses(loaded),
        _ => None,
    }
}

/// A hold that has ended took the way back with it.
fn is_over(loaded: &Loaded) -> Option<Refused> {
    let run = &loaded.run.id;
    let until = held_until(&loaded.run).filter(|until| *until <= crate::clock::now());
    let refused = until.map(|until| {
        let why = format!("the hold of run {run} is over, and with it its way back; nothing was touched");
        Refused::with(Exit::Usage, why).fact(format!("it ended at {}", Zone::here().minute(until)))
    });
    refused.map(|refused| refused.next(format!("switchback finalize {run}")))
}

/// R28: an undo that loses data never runs unasked.
fn loses(loaded: &Loaded) -> Option<Refused> {
    let losses = losses(&loaded.bundle.plan, &loaded.state(), &[]);
    if losses.is_empty() || loaded.bundle.plan.on_failure.accept_losses {
        return None;
    }
    let refused = Refused::with(Exit::Asks, format!("undoing run {} loses data; nothing was touched", loaded.run.id));
    let refused =
        losses.iter().fold(refused, |refused, (step, what)| refused.fact(format!("undoing {step} loses {what}")));
    Some(refused.next(format!("switchback undo {} --accept-losses", loaded.run.id)))
}
