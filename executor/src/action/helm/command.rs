//! A command of Helm: started in a session of its own, watched, and read from the records when it has ended.

use super::attempt::{Attempt, Purpose};
use super::kept::Kept;
use super::material::{Material, shared};
use super::{drift, ours};
use crate::action::evidence;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::helm::{
    Attempted, Before, End, Helm, History, Operation, Rollback, Settled, Shared, Uninstall, WayOut, end,
    upgrade_or_install,
};
use crate::world::process::{Launcher, log_of};
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;
use switchback_compiler::plan::Call;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

/// Between two looks at what Helm does.
const LOOK: Duration = Duration::from_secs(2);

/// What Helm is told to do.
pub(super) enum Deed<'c> {
    /// What a call says.
    Upgrade(&'c Call),
    /// To a revision; with a call, as that says.
    Rollback(u32, Option<&'c Call>),
    /// To take it away.
    Uninstall {
        /// Whether its records stay.
        keeps_history: bool,
    },
}

impl Deed<'_> {
    /// The revision that a rollback goes to.
    pub fn to(&self) -> Option<u32> {
        match self {
            Self::Rollback(revision, _) => Some(*revision),
            Self::Upgrade(_) | Self::Uninstall { .. } => None,
        }
    }
}

/// How a command ended.
pub(super) struct Ended {
    pub settled: Settled,
    /// Evidence: how the program ended, and its last lines.
    pub said: Vec<String>,
    /// The release as it is now.
    pub now: History,
}

/// Runs a command to its end, where the release still is as it was looked at: what somebody else did to it since is theirs.
pub(super) async fn run(
    deed: Deed<'_>,
    purpose: Purpose,
    looked_at: Before,
    kept: &Kept,
    scene: &Scene<'_>,
) -> Result<Ended, Fault> {
    let cluster = scene.site.cluster()?;
    let look = || History::read(cluster, &kept.namespace, &kept.release);
    let theirs =
        || Fault::new(format!("{} was changed by somebody else; nothing of it was touched", kept.spoken(scene)));
    let mut history = look().await?;
    if Before::of(&history) != looked_at {
        return Err(theirs());
    }
    if let Deed::Rollback(revision, _) = deed
        && let Some(half) = history.half_rolled_back(revision)
        && ours::is(kept, half, scene)?
    {
        ours::forget(kept, &history, half, scene).await?;
        boundary("helm-forgot");
        let number = half.revision;
        history = look().await?;
        if history.highest() >= number {
            return Err(theirs());
        }
    }
    let folder = kept.starts.fresh(scene.folder()?)?;
    crate::durable::make_dirs(&folder, 0o700)
        .map_err(|error| Fault::new(format!("can't make `{}`: {error}", folder.display())))?;
    boundary("helm-start");
    let ended = started(deed, purpose, (kept, &history), scene, &folder).await;
    // What can't be cleared or concealed now is tried again when it is looked at.
    let _later = Material::clear(&folder);
    ended?;
    let attempt = Attempt::read(&folder)?.ok_or_else(|| Fault::new("helm was not started"))?;
    let patience = Patience::of(scene);
    loop {
        match read(&attempt, kept, scene, &folder).await {
            Err(fault) => patience.again(fault, scene).await?,
            ended => return ended,
        }
    }
}

/// With whoever looks at what Helm did, now that it has ended. That the cluster is away just then is no failure of Helm's: it
/// is waited for, and what is not seen even so is not known.
pub(super) struct Patience(Instant);

impl Patience {
    pub fn of(scene: &Scene<'_>) -> Self {
        Self(Instant::now() + scene.within)
    }

    /// Returns when it is to be looked again; else the fault.
    pub async fn again(&self, fault: Fault, scene: &Scene<'_>) -> Result<(), Fault> {
        if fault.passes && Instant::now() + LOOK <= self.0 {
            (scene.progress)(fault.why, true);
            sleep(LOOK).await;
            return Ok(());
        }
        Err(Fault { unknown: fault.unknown || fault.passes, ..fault })
    }
}

async fn started(
    deed: Deed<'_>,
    purpose: Purpose,
    (kept, history): (&Kept, &History),
    scene: &Scene<'_>,
    folder: &Path,
) -> Result<(), Fault> {
    let material = Material::at(folder, scene).await?;
    let (arguments, attempted) = prepared((deed, purpose), kept, history, &material, scene).await?;
    let operation = attempted.operation;
    Attempt { purpose, before: Before::of(history), attempted }.write(folder)?;
    let without: Vec<String> = scene.site.secrets.variables().iter().cloned().collect();
    let program = material.helm.program(&material.home, arguments, material.work.clone(), &without);
    boundary("helm");
    let launcher = Launcher::current();
    // How it ended is read from its records and the release's, whatever is said here.
    let _ended = watched(Helm::run(&launcher, &program, folder), operation, kept, scene).await;
    boundary("helm-ended");
    let _later = scene.site.secrets.conceal(&log_of(folder));
    Ok(())
}

async fn prepared(
    (deed, purpose): (Deed<'_>, Purpose),
    kept: &Kept,
    history: &History,
    material: &Material,
    scene: &Scene<'_>,
) -> Result<(Vec<String>, Attempted), Fault> {
    let plain = || Shared {
        within: scene.within.mul_f64(0.9),
        // Where it comes back to need not be ready: it is waited for afterwards, as far as it was before.
        waits: false,
        // That nobody else's is lost by it was looked at by content, not by who owns a field.
        forces_conflicts: purpose != Purpose::Act,
        ..Shared::of(&kept.release, &kept.namespace)
    };
    let attempted = |operation, chart, to| Attempted { operation, began: Timestamp::now(), chart, to };
    Ok(match deed {
        Deed::Upgrade(call) => {
            let upgrade = material.upgrade(call, history, scene)?;
            let chart = material.helm.chart(&material.home, &upgrade.chart).await?;
            let attempted = attempted(upgrade_or_install(history), Some((chart.name, chart.version)), None);
            (upgrade.arguments(&material.helm, &material.work)?, attempted)
        }
        Deed::Rollback(revision, call) => {
            let mut shared = call.map_or_else(plain, |call| shared(call, scene));
            shared.forces_conflicts &= material.server_merges(history.get(revision));
            let arguments = Rollback { shared, revision }.arguments(&material.helm)?;
            (arguments, attempted(Operation::Rollback, None, Some(revision)))
        }
        Deed::Uninstall { keeps_history } => {
            let arguments = Uninstall { shared: plain(), keeps_history }.arguments(&material.helm)?;
            (arguments, attempted(Operation::Uninstall, None, None))
        }
    })
}

/// Ends what is pending and nobody works on.
pub(super) fn mending(way_out: WayOut) -> Deed<'static> {
    match way_out {
        WayOut::Rollback(revision) => Deed::Rollback(revision, None),
        WayOut::Uninstall => Deed::Uninstall { keeps_history: false },
    }
}

/// What became of a start, by its folder and the release.
pub(super) async fn read(attempt: &Attempt, kept: &Kept, scene: &Scene<'_>, folder: &Path) -> Result<Ended, Fault> {
    let release = (kept.release.as_str(), kept.namespace.as_str());
    let told = end(scene.site.cluster()?, release, (attempt.before, &attempt.attempted), folder).await?;
    match told {
        End::Runs(process) => {
            let why = format!("helm still works on {}, as process {}", kept.spoken(scene), process.pid);
            Err(Fault::unknown(why))
        }
        End::Ended { settled, now, status, said } => {
            ours::note(kept, &settled, &now, scene)?;
            drift::note(attempt.purpose, &settled, kept, scene, folder).await?;
            let status = status.filter(|status| !status.is_success()).map(|status| format!("helm: {status}"));
            let said = status.into_iter().chain(evidence::last(&said, scene)).collect();
            Ok(Ended { settled, said, now })
        }
    }
}

/// Says meanwhile what Helm does.
async fn watched<T>(run: impl Future<Output = T>, operation: Operation, kept: &Kept, scene: &Scene<'_>) -> T {
    let mut run = std::pin::pin!(run);
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            ended = &mut run => return ended,
            _ = look.tick() => {
                if let Some(says) = timeout(LOOK, says(operation, kept, scene)).await.ok().flatten() {
                    (scene.progress)(says, true);
                }
            }
        }
    }
}

/// `helm upgrade to revision 42: hook portal-sessions`.
async fn says(operation: Operation, kept: &Kept, scene: &Scene<'_>) -> Option<String> {
    let history = History::read(scene.site.cluster().ok()?, &kept.namespace, &kept.release).await.ok()?;
    let last = history.last().filter(|last| last.status.is_pending())?;
    let hook = last.running_hook().map(|hook| format!(": hook {}", hook.name)).unwrap_or_default();
    Some(format!("helm {operation} to revision {}{hook}", last.revision))
}
