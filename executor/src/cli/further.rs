//! What `resume`, `undo`, `finalize` and `abort` share: find the run, look whether it may go on, go on.

use super::asking::{Given, Terminal, outcomes, shut};
use super::beforehand::{Said, said, word};
use super::bundling::{by, refuse};
use super::following::{end, readers, view, with_signals};
use super::goes_back;
use super::no_return::{asked, past};
use super::typing::typed;
use super::{Globals, Outcome, Progress};
use crate::event::{Entry, Event, Standing};
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::run::{Story, View, Zone, good_for, open};
use crate::run::{Signals, losses};
use crate::runs::{self, Run};
use crate::schedule::Aim;
use crate::screen::{hang, list, run_command, safe};
use crate::session::{GoOn, Loaded, Refused, go_on, held_until, on_top, tidy};
use std::path::Path;

/// What a command asks for.
pub(super) struct Ask<'a> {
    pub(super) run: Option<&'a str>,
    pub(super) to: &'static str,
    pub(super) aim: Aim,
    pub(super) yes: bool,
    /// Whether an undo takes back what can be, where not all can.
    pub(super) partly: bool,
    /// Asked first, unless `--yes`.
    pub(super) question: Option<&'a str>,
    pub(super) progress: Progress,
    pub(super) outcomes: &'a [Outcome],
    pub(super) given: Given,
}

/// Does it.
pub(super) fn go(ask: &Ask<'_>, globals: &Globals) -> Result<Exit, Error> {
    let done = with_signals(async |signals| one(ask, globals, signals).await);
    done.map_err(|error| Error::new(Exit::Error, format!("signals can't be heard: {error}")))?
}

async fn one(ask: &Ask<'_>, globals: &Globals, signals: &mut Signals) -> Result<Exit, Error> {
    let project = Project::around(Path::new("."))?;
    let loaded = match named(&project, ask.run).and_then(Loaded::of) {
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
    if ask.to == "undo"
        && let Some(refused) = on_top(project.root(), &loaded)
    {
        return Ok(refuse(&refused, globals));
    }
    let view = view(globals, &loaded.bundle);
    let mut given = ask.given.clone();
    if ask.to == "finalize"
        && let Some(refused) = shut(&loaded.bundle.plan, &given, true)
    {
        return Ok(refuse(&refused, globals));
    }
    if let Some(refused) = unsaid(&loaded, ask, &mut given, &view, signals).await {
        return Ok(refuse(&refused, globals));
    }
    let asker = Terminal { given, project: project.root(), plan: &loaded.bundle.plan, view: &view };
    drive(&loaded, ask, &asker, globals, signals).await
}

/// What a person must say before anything is touched, and did not.
async fn unsaid(
    loaded: &Loaded,
    ask: &Ask<'_>,
    given: &mut Given,
    view: &View,
    signals: &mut Signals,
) -> Option<Refused> {
    let past = past(loaded).filter(|_| ask.to == "undo");
    if let Some(reach) = past.as_ref().filter(|reach| !ask.partly || reach.back.is_empty())
        && let Some(refused) = asked(loaded, reach, view, signals).await
    {
        return Some(refused);
    }
    let units = past.as_ref().map_or(&[][..], |reach| &reach.back);
    match losses_of(loaded, ask, units) {
        Some(losses) => {
            given.accept_losses = true;
            unaccepted(loaded, &losses, units, view, signals).await
        }
        // Who has said what is taken back has said that it is.
        None if past.is_some() && !ask.partly => None,
        None => unasked(loaded, ask, units, view, signals).await,
    }
}

/// Asks whether to begin, where a command asks that; of an undo it is said first what that is.
async fn unasked(loaded: &Loaded, ask: &Ask<'_>, units: &[u32], view: &View, signals: &mut Signals) -> Option<Refused> {
    let (what, id) = (ask.question.filter(|_| !ask.yes)?, &loaded.run.id);
    let told = if ask.to == "undo" { goes_back::told(loaded, units, view.look) } else { Vec::new() };
    let question = format!("{}run {id}: {what} type yes: ", lines(&told, view));
    said(word(&question, &["yes"]), signals).await.refused(
        Exit::Interrupted,
        || Refused::with(Exit::Closed, "the answer was not yes; nothing was touched"),
        || {
            let refused = Refused::with(Exit::Closed, "nobody can be asked here; nothing was touched");
            let refused = told.iter().cloned().fold(refused, Refused::fact);
            refused.next(run_command(format_args!("{} {id} --yes", ask.to)))
        },
    )
}

/// What is said before a question: the first line leads, the others are its parts.
fn lines(told: &[String], view: &View) -> String {
    let leads = ["", "  "].into_iter().chain(std::iter::repeat("  "));
    leads.zip(told).map(|(lead, line)| hang(lead, &safe(line, view.look), view.look)).collect()
}

/// What an undo throws away that nobody has accepted yet (R28).
fn losses_of(loaded: &Loaded, ask: &Ask<'_>, units: &[u32]) -> Option<Vec<(String, String)>> {
    let (plan, state) = (&loaded.bundle.plan, loaded.state());
    // One that was decided and cut short was accepted then.
    let decided = state.undo.is_some() && !state.undoes_a_part();
    let asks = ask.to == "undo" && !ask.given.accept_losses && !decided && !plan.on_failure.accept_losses;
    asks.then(|| losses(plan, &state, units)).filter(|losses| !losses.is_empty())
}

/// Asks whether data may be lost. Who says so has also said that the run is taken back.
async fn unaccepted(
    loaded: &Loaded,
    losses: &[(String, String)],
    units: &[u32],
    view: &View,
    signals: &mut Signals,
) -> Option<Refused> {
    let plan = &loaded.bundle.plan;
    let target = plan.target.as_ref().map_or("", |target| target.name.as_str());
    let told = goes_back::told(loaded, units, view.look);
    let question = lines(&told, view) + &open::losses(losses, plan, view);
    let asked = async { if typed(&question, target, view.look).await { Said::Yes } else { Said::No } };
    let refused = || {
        let refused =
            Refused::with(Exit::Asks, format!("undoing run {} loses data; nothing was touched", loaded.run.id));
        let lost =
            |refused: Refused, (step, what): &(String, String)| refused.fact(format!("undoing {step} loses {what}"));
        let next = run_command(format_args!("undo {} --accept-losses", loaded.run.id));
        let refused = told.iter().cloned().fold(refused, Refused::fact);
        losses.iter().fold(refused, lost).next(next)
    };
    said(asked, signals).await.refused(Exit::Interrupted, refused, refused)
}

async fn drive(
    loaded: &Loaded,
    ask: &Ask<'_>,
    asker: &Terminal<'_>,
    globals: &Globals,
    signals: &mut Signals,
) -> Result<Exit, Error> {
    let options = GoOn {
        project: asker.project,
        to: ask.to,
        aim: ask.aim.clone(),
        // Who would not have that was asked, and is not here.
        partly: ask.partly || ask.to == "undo",
        jobs: 4,
        answers: outcomes(ask.outcomes),
        by: by(),
        env: &|name| std::env::var(name).ok(),
        readers: &mut || readers(ask.progress, asker.view, asker.plan, &loaded.run.entries, globals),
        asker,
    };
    // Also where an earlier command asked, and was cut short.
    let undoes = |entry: &Entry| matches!(&entry.event, Event::Resumed { to, .. } if to == "undo");
    let asked = ask.to == "undo" || loaded.run.entries.iter().any(undoes);
    Ok(match go_on(loaded, options, signals).await {
        Ok(executed) => end(&executed, asker.project, &loaded.bundle, asked, globals),
        Err(refused) => refuse(&refused, globals),
    })
}

/// The run that was named, by its letters' beginning; the last one that is open when none was.
pub(super) fn named(project: &Project, given: Option<&str>) -> Result<Run, Refused> {
    let nothing = |why: String| Refused::with(Exit::Usage, why);
    let Some(given) = given else {
        let mut waiting = waiting(project)?.into_iter();
        return waiting.next().ok_or_else(|| nothing("this project has no runs".into()));
    };
    let ids = runs::ids(project.root())?;
    let matching: Vec<&String> = ids.iter().filter(|id| id.starts_with(given)).collect();
    match matching.as_slice() {
        [only] => Ok(Run::read(project.root(), only)?),
        [] => Err(nothing(format!("there is no run `{given}` in this project")).next(run_command("runs"))),
        _ => Err(nothing(format!("`{given}` begins more than one run")).next(run_command("runs"))),
    }
}

/// The runs that run, wait or hold, the newest first; without any the last one.
pub(super) fn waiting(project: &Project) -> Result<Vec<Run>, Refused> {
    let ids = runs::ids(project.root())?;
    let read = |id: &String| Run::read(project.root(), id);
    let waiting: Vec<Run> = ids.iter().filter_map(|id| read(id).ok().filter(is_open)).collect();
    match ids.first() {
        Some(last) if waiting.is_empty() => Ok(vec![read(last)?]),
        _ => Ok(waiting),
    }
}

/// Whether a run waits for somebody.
fn is_open(run: &Run) -> bool {
    let state = run.state(0);
    state.standing.keeps(state.only_stays()).is_some()
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
        ("resume", _) if stale(loaded).is_some() => stale(loaded),
        ("resume" | "undo" | "abort", Standing::Undone) => {
            Some(Refused::with(Exit::Done, format!("run {run} is undone already")))
        }
        ("resume" | "undo" | "abort", Standing::NotEqual) if state.only_stays() => {
            let stays = state.compared.iter().flat_map(|compared| &compared.stays).collect::<Vec<_>>();
            let why = format!("run {run} is undone already; what {} did stays", list(&stays));
            Some(Refused::with(Exit::Done, why))
        }
        ("finalize", Standing::Finalized) => Some(Refused::with(Exit::Done, format!("run {run} is finalized already"))),
        ("abort", Standing::Aborted) => Some(Refused::with(Exit::Done, format!("run {run} is aborted already"))),
        ("undo", Standing::Finalized) => usage(format!("run {run} is finalized: its way back is given up")),
        ("undo", _) if state.finalizing => usage(format!("the way back of run {run} is being given up"))
            .map(|refused| refused.next(run_command(format_args!("finalize {run}")))),
        // As after `finalize`: there is no way back that could be asked for, so it is the question that is wrong.
        ("undo", Standing::Holds) if is_over(loaded).is_some() => is_over(loaded),
        ("finalize", Standing::Done | Standing::Holds) => None,
        ("finalize", _) if state.finalizing => None,
        ("finalize", _) => usage(format!("run {run} is not done, so nothing can be finalized"))
            .map(|refused| refused.next(run_command(format_args!("status {run}")))),
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
    refused.map(|refused| refused.next(run_command(format_args!("finalize {run}"))))
}

/// What was prepared is older than the plan says that it is good: no change builds on it.
fn stale(loaded: &Loaded) -> Option<Refused> {
    let (run, plan) = (&loaded.run.id, &loaded.bundle.plan);
    let until = Story::of(plan, &loaded.run.entries).good_until(plan).filter(|until| *until <= crate::clock::now())?;
    let why = format!("what run {run} prepared is no longer good; nothing was touched");
    let good_for = good_for(plan).map_or_else(String::new, |good_for| format!("good for {good_for}, "));
    let refused = Refused::with(Exit::Closed, why);
    let refused = refused.fact(format!("it was {good_for}until {}", Zone::here().date_time(until)));
    let refused = refused.fact("undo it and run the plan again: that prepares anew");
    Some(refused.next(run_command(format_args!("undo {run}"))).next(run_command(format_args!("abort {run}"))))
}
