//! What the three actions on releases have in common: looked at, kept, done by Helm, settled, taken back.

use super::attempt::Purpose;
use super::checked::run_checked;
use super::command::{Deed, Ended, Patience, mending, run};
use super::drift::Ending;
use super::kept::{Kept, Was};
use super::look::Look;
use super::unready::unready;
use super::{back, drift, hindered, name, namespace, preview, settled, spared};
use crate::action::kube::{self, until_gone, until_ready};
use crate::action::{Account, Action, Applied, Change, Foreseen, Predicted, Probe, Recipe, Undone};
use crate::resource::{Observed, Resource, observe_all};
use crate::site::{Fault, Scene, Site};
use crate::world::helm::{Before, History, MANAGER, Settled, State, state};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::words::count;
use tokio::time::Instant;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Upgrade,
    Rollback,
    Uninstall,
}

impl Verb {
    fn word(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Uninstall => "uninstall",
        }
    }
}

/// The action of a verb.
pub(super) struct Act(pub Verb);

#[async_trait]
impl Action for Act {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let release = Resource::release(namespace(call), name(call));
        if world.foreseen(&release) == Some(&Foreseen::Release) {
            return Ok(vec![preview::later(&release, scene)]);
        }
        let look = Look::of(self.0, call, scene, world.objects().cloned().collect()).await?;
        preview::changes(look, call, scene, world).await
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let look = Look::of(self.0, call, scene, Vec::new()).await?;
        if let Some((first, more)) = look.blocked.split_first() {
            return Err(Fault::new(first.clone()).details(more.to_vec()));
        }
        let kept = if look.idle { Vec::new() } else { vec![Kept::of(&look, self.0, call, scene).await?] };
        Recipe::of(&kept)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let Some(kept) = Kept::read(recipe)? else { return Ok(Applied::default()) };
        let done = match self.carried_out(call, &kept, scene).await? {
            Some(revision) => format!("revision {revision} deployed"),
            None => "uninstalled".to_owned(),
        };
        // Looked at before anything is waited for: what comes later is somebody else's.
        let patience = Patience::of(scene);
        let (ending, mut left) = loop {
            match self.left(&kept, scene).await {
                Ok(told) => break told,
                Err(fault) => patience.again(fault, scene).await?,
            }
        };
        left.extend(ending.iter().map(|(name, _)| (Resource::object(name), Observed::absent())));
        until_gone(scene, ending, until).await?;
        let note = std::iter::once(done).chain(kept.hooks.iter().cloned()).collect::<Vec<_>>().join(", ");
        if kept.ready {
            let made = kept.objects.iter().filter(|was| !was.gone).map(|was| was.object.clone());
            let made: Vec<_> = made.collect();
            until_ready(scene, made.clone(), until).await?;
            kube::settled(MANAGER, &made, &mut left, scene).await?;
        }
        Ok(Applied { changed: kept.objects.len() as u64 + 1, note: Some(note), left })
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let never = || Probe::NotDone(format!("{} did not begin", self.words(call)));
        let Some(kept) = Kept::read(recipe)? else { return Ok(never()) };
        let told = match settled::last(&kept, scene).await {
            Ok(told) => told,
            Err(fault) if fault.unknown => return Ok(Probe::Unknown(vec![fault.why])),
            Err(fault) => return Err(fault),
        };
        let Some((attempt, Ended { settled, said, .. })) = told else { return Ok(never()) };
        Ok(match (attempt.purpose, settled) {
            (_, Settled::NotKnown { why }) => Probe::Unknown(std::iter::once(why).chain(said).collect()),
            (Purpose::Act, Settled::Done { revision }) if kept.ready => {
                Probe::NotDone(format!("revision {revision} is deployed; whether its objects are ready is not known"))
            }
            (Purpose::Act, Settled::Done { revision }) => Probe::Done(format!("revision {revision} is deployed")),
            (Purpose::Act, Settled::Gone) if self.0 == Verb::Uninstall => {
                match drift::ending(|was| was.gone, &kept, scene).await?.len() {
                    0 => Probe::Done("it is uninstalled".to_owned()),
                    more => Probe::NotDone(format!("it is uninstalled, and {} still there", count(more, "object"))),
                }
            }
            (Purpose::Act, Settled::NotBegun) => never(),
            (Purpose::Act, Settled::Pending { revision, .. }) => {
                Probe::NotDone(format!("revision {revision} is pending, and nobody works on it any more"))
            }
            (Purpose::Act, settled) => Probe::Failed(self.failed(call, &settled)),
            (Purpose::Mend | Purpose::Back, _) => {
                Probe::NotDone("what was pending is ended, and no more was done since".to_owned())
            }
        })
    }

    fn goes_on(&self, recipe: &Recipe, site: &Site) -> Option<String> {
        settled::goes_on(&Kept::read(recipe).ok()??, site)
    }

    async fn undo(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        match Kept::read(recipe)? {
            Some(kept) => back::back(&kept, scene).await,
            None => Ok(Undone::default()),
        }
    }

    fn undo_takes(&self, within: Duration) -> Duration {
        // Helm's parts, and then until all is ready and what goes is gone.
        within.saturating_mul(settled::PARTS + 2)
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        Ok(Kept::read(recipe)?.map(|kept| kept.account(self.0)).unwrap_or_default())
    }

    fn words(&self, call: &Call) -> String {
        format!("release {}", name(call))
    }
}

impl Act {
    /// Does it, or what of it an earlier process left open; the revision that it made.
    async fn carried_out(&self, call: &Call, kept: &Kept, scene: &Scene<'_>) -> Result<Option<u32>, Fault> {
        let mut stands = kept.before;
        let last = settled::last(kept, scene).await?;
        // Where a crash came before that.
        spared::unmark(scene).await?;
        if last.as_ref().is_none_or(|(_, ended)| ended.settled == Settled::NotBegun) {
            hindered::since_looked_at(kept, scene).await?;
        }
        if let Some((attempt, Ended { settled, said, now })) = last {
            stands = match (attempt.purpose, settled) {
                (Purpose::Act, Settled::Done { revision }) => return Ok(Some(revision)),
                (Purpose::Act, Settled::Gone) if self.0 == Verb::Uninstall => return Ok(None),
                (_, Settled::NotBegun) if Before::of(&now) != attempt.before => attempt.before,
                // Over a failed revision Helm upgrades as over any other. What was given back is taken away again.
                (Purpose::Mend, Settled::Done { .. } | Settled::Gone | Settled::Failed { .. })
                | (Purpose::Back, Settled::Done { .. } | Settled::Gone) => Before::of(&now),
                (_, Settled::Pending { .. } | Settled::NotBegun) => self.mended(call, kept, now, scene).await?,
                (_, settled) => return Err(Fault::new(self.failed(call, &settled)).details(said)),
            }
        }
        let deed = match (self.0, kept.to) {
            (Verb::Upgrade, _) => Deed::Upgrade(call),
            (Verb::Rollback, Some(revision)) => Deed::Rollback(revision, Some(call)),
            (Verb::Rollback, None) => return Err(Fault::new("its recipe does not say where it goes")),
            (Verb::Uninstall, _) => Deed::Uninstall { keeps_history: true },
        };
        let Ended { settled, said, .. } = run(deed, Purpose::Act, stands, kept, scene).await?;
        match settled {
            Settled::Done { revision } => Ok(Some(revision)),
            Settled::Gone if self.0 == Verb::Uninstall => Ok(None),
            settled => {
                let unready = if kept.ready { unready(kept, scene).await } else { Vec::new() };
                Err(Fault::new(self.failed(call, &settled)).details(unready.into_iter().chain(said)))
            }
        }
    }

    /// Ends what a start of ours left pending; how the release stands then. A rollback and an uninstall are done again over
    /// it; an upgrade Helm refuses there.
    async fn mended(&self, call: &Call, kept: &Kept, now: History, scene: &Scene<'_>) -> Result<Before, Fault> {
        let stands = Before::of(&now);
        let State::Pending(pending) = state(&now) else { return Ok(stands) };
        if self.0 != Verb::Upgrade {
            return Ok(stands);
        }
        (scene.progress)(format!("what was left pending of {} is ended", kept.spoken(scene)), false);
        let deed = mending(pending.way_out);
        let Ended { settled, said, now } = run_checked(deed, Purpose::Mend, &now, kept, scene).await?;
        match settled {
            Settled::Done { .. } => Ok(Before::of(&now)),
            Settled::Gone => {
                // What still goes would be taken over, and then be gone.
                let ending = drift::ending(|_| true, kept, scene).await?;
                until_gone(scene, ending, Instant::now() + scene.within).await?;
                Ok(Before::of(&now))
            }
            settled => {
                let why = format!("what was left pending can't be ended: {}", self.failed(call, &settled));
                Err(Fault::new(why).details(said))
            }
        }
    }

    /// What goes by now where that is waited for, and what is seen of the release and of its objects.
    async fn left(&self, kept: &Kept, scene: &Scene<'_>) -> Result<(Ending, BTreeMap<Resource, Observed>), Fault> {
        // In this order: what somebody else deletes afterwards is not among what Helm deleted.
        let ending = match self.0 {
            Verb::Uninstall => drift::ending(|was| was.gone, kept, scene).await?,
            Verb::Upgrade | Verb::Rollback => Ending::new(),
        };
        Ok((ending, seen(kept, scene).await?))
    }

    fn failed(&self, call: &Call, settled: &Settled) -> String {
        format!("helm {} {}: {}", self.0.word(), name(call), words(settled))
    }
}

/// What became of a command, in words.
pub(super) fn words(settled: &Settled) -> String {
    match settled {
        Settled::NotBegun => "helm did nothing to the release".to_owned(),
        Settled::Done { revision } => format!("revision {revision} is deployed"),
        Settled::Failed { revision, why } => format!("revision {revision} failed: {why}"),
        Settled::Pending { revision, .. } => {
            format!("revision {revision} did not end, and nobody works on it any more")
        }
        Settled::Gone => "the release is gone".to_owned(),
        Settled::Foreign { what, .. } => format!("somebody else changed the release: {what}"),
        Settled::NotKnown { why } => format!("what stands is not known: {why}"),
    }
}

/// What is seen afterwards of the release and of its objects.
async fn seen(kept: &Kept, scene: &Scene<'_>) -> Result<BTreeMap<Resource, Observed>, Fault> {
    let objects = kept.objects.iter().map(|Was { object, .. }| Resource::object(object));
    let all: Vec<_> = std::iter::once(Resource::release(&kept.namespace, &kept.release)).chain(objects).collect();
    let seen = observe_all(scene.site, &all).await;
    all.into_iter().zip(seen).map(|(resource, seen)| Ok((resource, seen?))).collect()
}
