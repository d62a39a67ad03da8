//! Pausing, and going on as before.

use super::super::interference::Tries;
use super::super::preview::lines;
use super::super::store::Store;
use super::field::Field;
use crate::action::{
    Account, Action, Applied, Body, Change, Effect, Foreseen, Learnt, Predicted, Probe, Recipe, Undone, What,
};
use crate::fault_point::boundary;
use crate::resource::{Observed, Resource, seen};
use crate::screen::diff::{DiffLine, Kind};
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Cluster, Fault as ClusterFault, Mode, Normal, NotRestored, Object, ObjectName, Place, owner,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::words::list;
use tokio::time::{Instant, sleep};

/// Between two looks whether what was under way has ended.
const LOOK: Duration = Duration::from_millis(500);

/// A kind of controller that can be told to leave something alone.
#[async_trait]
pub(super) trait Pauses: Send + Sync {
    /// What is paused, each with its full name and as people say it.
    fn names(&self, call: &Call) -> Result<Vec<(ObjectName, String)>, Fault>;

    /// The field that says whether it is paused.
    fn field(&self) -> Field;

    /// What it is while it is paused; none: it is not there.
    fn paused(&self) -> Option<Value>;

    /// Whether it is paused by what the field says.
    fn is_paused(&self, field: Option<&Value>) -> bool;

    /// What its controller is doing right now, and would not stop.
    fn under_way(&self, live: &Object) -> Option<String>;

    /// Who may put the field back.
    async fn makers(&self, live: &Object, scene: &Scene<'_>) -> Vec<String>;
}

/// Makes an action of it.
pub(super) struct Pausing<P>(pub P);

/// One object that is paused.
#[derive(Serialize, Deserialize)]
struct Held {
    object: ObjectName,
    spoken: String,
    /// The file of the run's store that has it as it was.
    before: String,
    seen: Observed,
}

#[async_trait]
impl<P: Pauses> Action for Pausing<P> {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let mut changes = Vec::new();
        for (name, spoken) in self.0.names(call)? {
            let cluster = scene.site.cluster()?;
            let live = cluster.get(&name).await?.ok_or_else(|| absent(&spoken, &name))?;
            let resource = Resource::object(&name);
            world.saw(resource.clone(), seen(scene.site, &name, Some(&live)));
            if self.0.is_paused(self.0.field().of(&live)) {
                continue;
            }
            let patch = self.0.field().to(self.0.paused().as_ref(), &live);
            let tried = cluster.patch(&name, &patch, Mode::DryRun).await?;
            let mut lines = lines(Some(&live), Some(&tried), scene.site);
            let told = self.0.makers(&live, scene).await.into_iter().chain(self.0.under_way(&live));
            lines.extend(told.map(|text| DiffLine { kind: Kind::Note, text }));
            let body = Body::Lines(lines);
            changes.push(Change {
                resource: spoken,
                what: What::Changed,
                learnt: Learnt::Validated,
                body,
                after: None,
            });
            world.foresee(resource, Foreseen::Object(Some(tried)));
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let mut all = Vec::new();
        for (object, spoken) in self.0.names(call)? {
            let live = scene.site.cluster()?.get(&object).await?.ok_or_else(|| absent(&spoken, &object))?;
            if !self.0.is_paused(self.0.field().of(&live)) {
                let seen = seen(scene.site, &object, Some(&live));
                all.push(Held { before: Store::of(scene)?.keep(&live)?, object, spoken, seen });
            }
        }
        Recipe::of(&all)
    }

    async fn apply(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let all: Vec<Held> = recipe.read()?;
        let mut applied = Applied::changed(all.len() as u64);
        for held in &all {
            let live = self.pause(held, scene, until).await?;
            self.until_idle(held, live, scene, until).await?;
            let live = scene.site.cluster()?.get(&held.object).await?;
            applied.left.insert(Resource::object(&held.object), seen(scene.site, &held.object, live.as_ref()));
        }
        Ok(applied)
    }

    async fn probe(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        for held in recipe.read::<Vec<Held>>()? {
            let live = scene.site.cluster()?.get(&held.object).await?;
            let live = live.ok_or_else(|| absent(&held.spoken, &held.object))?;
            if !self.0.is_paused(self.0.field().of(&live)) {
                return Ok(Probe::NotDone(format!("{} is not paused", held.spoken)));
            }
            if let Some(what) = self.0.under_way(&live) {
                return Ok(Probe::NotDone(format!("{} is paused, but {what}", held.spoken)));
            }
        }
        Ok(Probe::Done("paused".into()))
    }

    async fn undo(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        let (mut given, mut left) = (Vec::new(), Vec::new());
        for held in recipe.read::<Vec<Held>>()?.into_iter().rev() {
            match self.give_back(&held, scene).await? {
                None => given.push(held.spoken),
                Some(why) => left.push(format!("{}: {why}", held.spoken)),
            }
        }
        let what =
            if given.is_empty() { "nothing to give back".to_owned() } else { format!("{} given back", list(&given)) };
        Ok(Undone { what, left })
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        let effect = |held: Held| Effect { resource: Resource::object(&held.object), before: held.seen, after: None };
        let resources = recipe.read::<Vec<Held>>()?.into_iter().map(effect).collect();
        Ok(Account { resources, ..Account::default() })
    }

    fn words(&self, call: &Call) -> String {
        let names = self.0.names(call).unwrap_or_default();
        names.into_iter().map(|(_, spoken)| spoken).collect::<Vec<_>>().join(", ")
    }
}

impl<P: Pauses> Pausing<P> {
    /// Pauses one that is not paused yet.
    async fn pause(&self, held: &Held, scene: &Scene<'_>, until: Instant) -> Result<Object, Fault> {
        let (cluster, field) = (scene.site.cluster()?, self.0.field());
        let (before, mut tries) = (Store::of(scene)?.kept(&held.before)?, Tries::until(until));
        loop {
            let live = cluster.get(&held.object).await?.ok_or_else(|| absent(&held.spoken, &held.object))?;
            if self.0.is_paused(field.of(&live)) {
                return Ok(live);
            }
            if live.uid() != before.uid() || field.of(&live) != field.of(&before) {
                let why = format!("{}: {field} was changed by somebody else after it was kept", held.spoken);
                return Err(
                    Fault::new(why).details(["it is left, because an older state would be given back".to_owned()])
                );
            }
            match set(field, self.0.paused().as_ref(), held, &live, cluster).await {
                Ok(live) => return Ok(live),
                Err(fault) => tries.again(fault, &held.object, scene).await?,
            }
        }
    }

    /// Waits until its controller has ended what was under way before it was paused.
    async fn until_idle(&self, held: &Held, live: Object, scene: &Scene<'_>, until: Instant) -> Result<(), Fault> {
        let mut live = live;
        while let Some(what) = self.0.under_way(&live) {
            let says = format!("{}: {what}", held.spoken);
            if Instant::now() + LOOK > until {
                return Err(Fault::new(format!("{says} after {}", crate::screen::limit(scene.within))));
            }
            (scene.progress)(says, true);
            sleep(LOOK).await;
            let found = scene.site.cluster()?.get(&held.object).await?;
            live = found.ok_or_else(|| absent(&held.spoken, &held.object))?;
        }
        Ok(())
    }

    /// Makes the field what it was; else why not.
    async fn give_back(&self, held: &Held, scene: &Scene<'_>) -> Result<Option<String>, Fault> {
        let (cluster, field) = (scene.site.cluster()?, self.0.field());
        let mut tries = Tries::until(Instant::now() + scene.within);
        let before = Store::of(scene)?.kept(&held.before)?;
        loop {
            let Some(live) = cluster.get(&held.object).await? else {
                return Ok(Some("was deleted by somebody else since".to_owned()));
            };
            if live.uid() != before.uid() {
                return Ok(Some("is another one of that name now, and is left".to_owned()));
            }
            if field.of(&live) == field.of(&before) {
                return give_owners_back(held, &before, &live, scene).await.map(|()| None);
            }
            if field.of(&live) != self.0.paused().as_ref() {
                let by = owner(&live, &Place::of_keys(field.0)).unwrap_or_else(|| "somebody else".to_owned());
                return Ok(Some(format!("{field} was changed by {by} since, and is left")));
            }
            match set(field, field.of(&before), held, &live, cluster).await {
                Ok(live) => return give_owners_back(held, &before, &live, scene).await.map(|()| None),
                Err(fault) => tries.again(fault, &held.object, scene).await?,
            }
        }
    }
}

/// Sets the field, as long as nobody changed the object since it was looked at.
async fn set(
    field: Field,
    value: Option<&Value>,
    held: &Held,
    live: &Object,
    cluster: &Cluster,
) -> Result<Object, ClusterFault> {
    boundary("object");
    let object = cluster.patch(&held.object, &field.to(value, live), Mode::Real).await?;
    boundary("object-applied");
    Ok(object)
}

/// Where all is as it was, its owners are too. Where somebody changed something else meanwhile, who owns what is theirs.
async fn give_owners_back(held: &Held, before: &Object, live: &Object, scene: &Scene<'_>) -> Result<(), Fault> {
    if Normal::of(before) != Normal::of(live) {
        return Ok(());
    }
    match scene.site.cluster()?.restore(&held.object, Some(before), Some(live), Mode::Real).await {
        Ok(_) | Err(NotRestored::Interference(_)) => Ok(()),
        Err(NotRestored::Fault(fault)) => Err(Fault::from(fault).about(&held.spoken)),
    }
}

fn absent(spoken: &str, name: &ObjectName) -> Fault {
    let namespace = name.namespace.as_deref().unwrap_or_default();
    Fault::new(format!("{spoken} is not there, in namespace `{namespace}`"))
}
