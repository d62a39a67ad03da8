//! Goes on with a run: its bundle and its journal are all that is needed.

use super::connect::{Way, cluster_for};
use super::execute::{Executed, free, mark, run_keeps, take};
use super::give_up;
use super::inputs::{self, InputError};
use super::lease;
use super::marks::kept;
use super::needed::needed;
use super::on_top::on_top;
use super::open::{Opened, writing};
use super::refused::Refused;
use crate::bundle::Bundle;
use crate::event::{Event, Standing};
use crate::exit::Exit;
use crate::fault_point::boundary;
use crate::preview::{Changed, another_cluster};
use crate::run::{Asker, Further, NotFurther, Outcome, Reader, Reviewed, Settled, Signals, further, make_room};
use crate::runs::{Run, RunError};
use crate::schedule::{Aim, State};
use crate::screen::run_command;
use crate::site::{Fault, Secrets, Site};
use crate::target::{self, Home};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Target};

/// How to go on.
pub struct GoOn<'a> {
    /// The project's folder.
    pub project: &'a Path,
    /// The command: `resume`, `undo`, `finalize`, `abort`.
    pub to: &'static str,
    /// How far.
    pub aim: Aim,
    /// Whether an undo takes back what can be, where not all can; or an abort gives back what can be.
    pub partly: bool,
    /// Units at a time.
    pub jobs: usize,
    /// Answers to open questions, by step.
    pub answers: BTreeMap<String, Settled>,
    /// Who goes on.
    pub by: String,
    /// The environment, for secrets.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Who is told.
    pub readers: &'a mut dyn FnMut() -> Vec<Box<dyn Reader>>,
    /// Who asks.
    pub asker: &'a dyn Asker,
}

/// A run with its bundle.
pub struct Loaded {
    /// The run.
    pub run: Run,
    /// What it executes.
    pub bundle: Bundle,
}

impl Loaded {
    /// With the run's own copy of its bundle.
    pub fn of(run: Run) -> Result<Self, Refused> {
        let bundle = Bundle::read(&run.folder.join("bundle.swb"));
        let (bundle, _) = bundle.map_err(|error| Refused::error(format!("the bundle of run {}: {error}", run.id)))?;
        Ok(Self { run, bundle })
    }

    /// The run's state.
    pub fn state(&self) -> State {
        self.run.state(self.bundle.plan.units.len())
    }
}

impl From<RunError> for Refused {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Missing(_) => Self::with(Exit::Usage, error.to_string()).next(run_command("runs")),
            other => Self::error(other.to_string()),
        }
    }
}

/// Goes on with a run.
pub async fn go_on(loaded: &Loaded, options: GoOn<'_>, signals: &mut Signals) -> Result<Executed, Refused> {
    let plan = Arc::new(loaded.bundle.plan.clone());
    let opened = Opened { run: loaded.run.id.clone(), folder: loaded.run.folder.clone() };
    let target = plan.target.as_ref().ok_or_else(|| Refused::error("the run's bundle names no target"))?;
    let home = Home::of(options.project, target);
    let _keep = take(&home, &options.by)?;
    // A run that was over, and is undone now, meets those that came after it.
    free(options.project, &home, &plan, Some(&opened.run))?;
    // The question before may have been open for long.
    if let Some(refused) = on_top(options.project, loaded).filter(|_| options.to == "undo") {
        return Err(refused);
    }
    let state = loaded.state();
    let way = Box::pin(own_way(loaded, target, &plan, &state, &options)).await?;
    let needed = needed(&plan, &state, options.to);
    let secrets = some_secrets(&plan, options.project, options.env, &needed)
        .await
        .map_err(|refused| no_secret(refused, options.to, &opened.run, state.standing))?;
    let site = writing(options.project, &loaded.bundle, secrets, &opened)?;
    let ((lease, note), cluster) = match way {
        Way::Needed(cluster) => {
            let lease = lease::take(cluster.as_ref(), &plan, &home, &opened.run, &options.by).await?;
            ((lease, None), cluster)
        }
        Way::Spare(cluster) => {
            let spare = lease::take_spare(&cluster, &plan, &home, &opened.run, &options.by).await;
            (spare, cluster.unwrap_or_default())
        }
    };
    let site = Arc::new(Site { cluster, lease, ..site });
    let (project, by) = (options.project, options.by.clone());
    let keeps = || still_keeps(&opened);
    let going = Going { loaded, plan: &plan, opened: &opened, home: &home, site: &site, note };
    let outcome = lease::under(&site, keeps, Box::pin(going.on(options, signals))).await?;
    boundary("ended");
    if outcome.standing == Standing::Finalized {
        // Before the mark goes: as long as it is there, whoever comes next sees to it.
        give_up::of_run(project, &plan, &opened.folder, &opened.run)?;
        boundary("given-up");
        give_up::expired(project, &loaded.bundle, &kept(&home)?)?;
    }
    settle_marks(&home, &opened, &plan, &by, &outcome.state)?;
    boundary("settled");
    Ok(Executed { run: opened.run, folder: opened.folder, outcome })
}

/// The way to the run's own cluster. Another one, to which the kubeconfig leads by now, is none.
async fn own_way(
    loaded: &Loaded,
    target: &Target,
    plan: &Plan,
    state: &State,
    options: &GoOn<'_>,
) -> Result<Way, Refused> {
    let (to, run) = (options.to, &loaded.run.id);
    // Its cluster may be gone for good, and the run must end all the same.
    let without = to == "abort" && options.partly;
    let way = match cluster_for(target, plan, state, to).await {
        Err(fault) if without => return Ok(Way::Spare(Err(fault))),
        way => way.map_err(|fault| not_connected(fault, to, run))?,
    };
    let (cluster, spare) = match &way {
        Way::Needed(cluster) => (cluster.as_ref(), without),
        Way::Spare(cluster) => (cluster.as_ref().ok().and_then(Option::as_ref), true),
    };
    let Some(cluster) = cluster else { return Ok(way) };
    let known = match cluster.identity().await {
        Err(fault) if spare => return Ok(Way::Spare(Err(fault.into()))),
        known => known.map_err(|fault| not_connected(fault.into(), to, run))?,
    };
    match another_cluster(loaded.bundle.preview.facts.cluster.as_deref(), known.as_deref()) {
        None => Ok(way),
        Some(other) if spare => Ok(Way::Spare(Err(Fault::new(format!("the run is on {}", other.was))))),
        Some(other) => Err(elsewhere(&other, to, run)),
    }
}

/// What to type once the cluster lets us in again.
fn not_connected(fault: Fault, to: &str, run: &str) -> Refused {
    let Fault { why, details, .. } = fault;
    let refused = Refused::error(format!("{why}; nothing was touched"));
    let refused = details.into_iter().fold(refused, Refused::fact).next(run_command(format_args!("{to} {run}")));
    if to == "abort" { refused.fact(FOR_GOOD).next(without_cluster(run)) } else { refused }
}

const FOR_GOOD: &str = "if that cluster is gone for good, end the run as it is";

fn without_cluster(run: &str) -> String {
    run_command(format_args!("abort {run} --partly"))
}

/// The kubeconfig leads to another cluster than the one that the run changed.
fn elsewhere(other: &Changed, to: &str, run: &str) -> Refused {
    let why = format!("run {run} is on another cluster; nothing was touched");
    let refused = Refused::with(Exit::Changed, why).fact(format!("it is on {}", other.was));
    let refused = refused.fact(format!("this is {}", other.is));
    let refused = refused.fact("point KUBECONFIG to the one of the run").fact(FOR_GOOD);
    refused.next(run_command(format_args!("{to} {run}"))).next(without_cluster(run))
}

/// Whether a run keeps its target beyond this process, as its journal says by now; one that can't be read may say so.
fn still_keeps(opened: &Opened) -> bool {
    Run::read_in(opened.folder.clone(), &opened.run).map_or(true, |run| run_keeps(&run) == Some(false))
}

/// A run on its open place.
struct Going<'a> {
    loaded: &'a Loaded,
    plan: &'a Arc<Plan>,
    opened: &'a Opened,
    home: &'a Home,
    site: &'a Arc<Site>,
    /// What was found on the way there, and is to be told.
    note: Option<String>,
}

impl Going<'_> {
    async fn on(self, options: GoOn<'_>, signals: &mut Signals) -> Result<Outcome, Refused> {
        let Self { loaded, plan, opened, home, site, note } = self;
        if let Some(tree) = &site.tree {
            tree.sweep_temporaries(&crate::world::RelPath::root())
                .map_err(|error| Refused::error(error.to_string()))?;
        }
        if options.aim == Aim::Undo {
            // On a full disk the mark needs room too.
            make_room(site);
        }
        mark(home, opened, plan, &options.by, false)?;
        boundary("marked");
        let readers = (options.readers)();
        let going = Further {
            plan: Arc::clone(plan),
            site: Arc::clone(site),
            run: &loaded.run,
            reviewed: Arc::new(Reviewed::of(plan, &loaded.bundle.preview)),
            by: options.by,
            to: options.to.to_owned(),
            aim: options.aim,
            partly: options.partly,
            jobs: options.jobs,
            answers: options.answers,
            note,
            readers,
            asker: options.asker,
        };
        further(going, signals).await.map_err(|error| match error {
            NotFurther::Journal(ref error) => Refused::error(format!("the journal of run {}: {error}", opened.run)),
            NotFurther::Moved => {
                let refused = Refused::with(Exit::Kept, format!("{error}; nothing was touched"));
                refused.next(run_command(format_args!("status {}", opened.run)))
            }
        })
    }
}

/// For so long a secret is looked for that nothing needs.
const AT_HAND: Duration = Duration::from_secs(5);

/// Secrets are read again, since they are written down nowhere; one that is missing stops here, before anything.
pub async fn secrets(plan: &Plan, project: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Secrets, Refused> {
    some_secrets(plan, project, env, &plan.secrets.keys().cloned().collect()).await
}

/// The same where only some are needed; of the others those that are at hand hide themselves in what is told.
async fn some_secrets(
    plan: &Plan,
    project: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    needed: &BTreeSet<String>,
) -> Result<Secrets, Refused> {
    let mut secrets = Secrets::default();
    for (name, source) in &plan.secrets {
        source.env.iter().for_each(|variable| secrets.comes_from(variable));
        let read = inputs::secret(name, source, project, env, plan.target.as_ref());
        let read = if needed.contains(name) { read.await } else { at_hand(name, read).await };
        match read {
            Ok(value) => secrets.insert(name.clone(), &value),
            Err(_) if !needed.contains(name) => {}
            Err(error) => {
                let refused = Refused::with(Exit::NotSafe, format!("{error}; nothing was touched"));
                return Err(refused.fact(error.help));
            }
        }
    }
    Ok(secrets)
}

/// One that is only hidden in what is told is not waited for: its cluster may be away.
async fn at_hand(name: &str, read: impl Future<Output = Result<String, InputError>>) -> Result<String, InputError> {
    let late = || InputError::new(name, "it is not at hand", "it is not needed");
    tokio::time::timeout(AT_HAND, read).await.unwrap_or_else(|_| Err(late()))
}

/// The same for who only looks: one that is missing is no reason not to.
pub async fn found_secrets(plan: &Plan, project: &Path, env: &dyn Fn(&str) -> Option<String>) -> Secrets {
    let mut secrets = Secrets::default();
    for (name, source) in &plan.secrets {
        source.env.iter().for_each(|variable| secrets.comes_from(variable));
        let read = inputs::secret(name, source, project, env, plan.target.as_ref());
        if let Ok(value) = at_hand(name, read).await {
            secrets.insert(name.clone(), &value);
        }
    }
    secrets
}

/// What to type once a secret is there, and what needs none.
fn no_secret(refused: Refused, to: &str, run: &str, standing: Standing) -> Refused {
    let refused = refused.next(run_command(format_args!("{to} {run}")));
    // A run that is done has nothing that could be left as it is.
    let is_done = matches!(standing, Standing::Done | Standing::Holds | Standing::Finalized | Standing::Aborted);
    if to == "abort" || is_done { refused } else { refused.next(run_command(format_args!("abort {run}"))) }
}

/// Brings the target's mark of a run in line with where it stands.
pub(super) fn settle_marks(home: &Home, opened: &Opened, plan: &Plan, by: &str, state: &State) -> Result<(), Refused> {
    match state.standing.keeps(state.only_stays()) {
        None if crate::fault_point::planted("keeps-target") => Ok(()),
        Some(holds) => mark(home, opened, plan, by, holds),
        None => {
            target::unmark(home, &opened.run).map_err(|error| Refused::error(format!("the target's mark: {error}")))
        }
    }
}

/// When the way back of a run ends by itself.
pub fn held_until(run: &Run) -> Option<jiff::Timestamp> {
    run.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::HoldBegan { until } => Some(*until),
        _ => None,
    })
}

/// Whether a process works on a run right now: it holds the target's lock and its journal has no end yet.
pub fn works_on(project: &Path, loaded: &Loaded) -> bool {
    if loaded.state().standing != Standing::Runs {
        return false;
    }
    let target = loaded.bundle.plan.target.as_ref();
    target.is_some_and(|target| target::is_taken(&Home::of(project, target)))
}
