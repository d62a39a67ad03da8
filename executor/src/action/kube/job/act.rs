//! What `kube.create-job` does.

use super::super::logs::last_words;
use super::super::manifests::{Wanted, makes_place};
use super::super::preview::{lines, no_room};
use super::super::stall::stalled;
use super::super::store::Store;
use super::super::until_ready::until_ready_or_stalled;
use super::super::wait::until_gone;
use super::create::KubeCreateJob;
use super::made::{Made, State, mark, marked, passes};
use super::wanted::jobs;
use crate::action::{
    Account, Action, Applied, Body, Change, Effect, Foreseen, Learnt, Predicted, Probe, Recipe, Undone, What,
};
use crate::resource::{Resource, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Mode, ObjectName, Readiness};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::words::count;
use tokio::time::Instant;

#[async_trait]
impl Action for KubeCreateJob {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let mut changes = Vec::new();
        for (name, wanted) in jobs(call, scene, true).await? {
            changes.extend(foreseen(name, wanted, scene, world).await?);
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let (cluster, store, mark) = (scene.site.cluster()?, Store::of(scene)?, mark(scene));
        let mut all = Vec::new();
        for (object, Wanted { object: job, at, .. }) in jobs(call, scene, false).await? {
            let (job, live) = (marked(&job, &mark), cluster.get(&object).await?);
            let mut made = Made {
                passes: false,
                wanted: store.keep(&job)?,
                mark: mark.clone(),
                seen: seen(scene.site, &object, live.as_ref()),
                object,
            };
            if live.is_some() {
                return Err(made.is_theirs(scene));
            }
            let tried = cluster.create(&made.object, &job, Mode::DryRun).await;
            made.passes = passes(&tried.map_err(|fault| Fault::from(fault).about(&at))?);
            all.push(made);
        }
        Recipe::of(&all)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let all: Vec<Made> = recipe.read()?;
        let mut applied = Applied::changed(all.len() as u64);
        for made in &all {
            made.ensure(scene, until).await?;
            let waited = until_ready_or_stalled(scene, vec![made.object.clone()], until, stalled(call)).await;
            told(made, waited, scene).await?;
            let live = scene.site.cluster()?.get(&made.object).await?;
            applied.left.insert(Resource::object(&made.object), seen(scene.site, &made.object, live.as_ref()));
        }
        Ok(applied)
    }

    async fn probe(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        for made in recipe.read::<Vec<Made>>()? {
            let spoken = made.spoken(scene);
            match made.state(scene).await? {
                State::Ours(live) => match live.readiness() {
                    Readiness::Ready(_) => {}
                    Readiness::Failed(why) => return Ok(Probe::Failed(format!("{spoken}: {why}"))),
                    Readiness::Waits(says) => return Ok(Probe::NotDone(format!("{spoken} was made: {says}"))),
                },
                State::NotYet => return Ok(Probe::NotDone(format!("{spoken} was not made"))),
                State::Gone => return Ok(Probe::Unknown(vec![made.is_gone(scene).why])),
                State::Theirs => return Ok(Probe::Unknown(vec![made.is_theirs(scene).why])),
            }
        }
        Ok(Probe::Done("complete".into()))
    }

    async fn undo(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        let until = Instant::now() + scene.within;
        let (mut goes, mut left) = (Vec::new(), Vec::new());
        for made in recipe.read::<Vec<Made>>()?.into_iter().rev() {
            match made.state(scene).await? {
                State::Ours(live) => {
                    made.delete(&live, scene, until).await?;
                    goes.push((made.object, live.uid().map(str::to_owned)));
                }
                State::Theirs => left.push(format!("`{}` is of somebody else, and is left", made.spoken(scene))),
                State::NotYet | State::Gone => {}
            }
        }
        let number = goes.len();
        if let Err(fault) = until_gone(scene, goes, until).await {
            left.push(fault.why);
        }
        let what = match number {
            0 => "no Job to delete".to_owned(),
            number => format!("{} deleted, what it did stays", count(number, "Job")),
        };
        Ok(Undone { what, left })
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        let effect = |made: Made| Effect { resource: Resource::object(&made.object), before: made.seen, after: None };
        let resources = recipe.read::<Vec<Made>>()?.into_iter().map(effect).collect();
        Ok(Account { resources, ..Account::default() })
    }

    fn words(&self, call: &Call) -> String {
        if let Some(name) = call.known("name") {
            return format!("job/{name}");
        }
        let names: Vec<&str> = super::super::manifests::sources(call).iter().map(|source| source.name).collect();
        if names == ["content"] { "its Job".to_owned() } else { names.join(", ") }
    }
}

/// What a Job would change: itself, which the server has tried, and what it does, which nobody can know.
async fn foreseen(
    name: ObjectName,
    wanted: Wanted,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<Vec<Change>, Fault> {
    let (cluster, resource) = (scene.site.cluster()?, Resource::object(&name));
    let live = cluster.get(&name).await?;
    world.saw(resource.clone(), seen(scene.site, &name, live.as_ref()));
    let spoken = name.spoken(&scene.site.namespace);
    if world.object(&resource).unwrap_or(live).is_some() {
        world.block(format!("{spoken} is there already: delete it, or give this one another name"));
        return Ok(Vec::new());
    }
    let learnt = match cluster.create(&name, &wanted.object, Mode::DryRun).await {
        Ok(_) if !wanted.later => Learnt::Validated,
        // A step before deletes the one of that name, or what stands for a value that is known later is not taken.
        Ok(_) => Learnt::Simulated,
        Err(fault) => {
            let is_made = world.objects().any(|first| makes_place(first, &name, &wanted.object));
            let is_freed = matches!(world.foreseen(&resource), Some(Foreseen::Object(None)));
            if fault.lacks_room() && !is_made && !wanted.later {
                world.block(no_room(&fault));
            } else if !(wanted.later || is_freed || fault.is_absent() && is_made) {
                return Err(Fault::from(fault).about(&wanted.at));
            }
            Learnt::Simulated
        }
    };
    let body = Body::Lines(lines(None, Some(&wanted.object), scene.site));
    world.foresee(resource, Foreseen::Object(Some(wanted.object)));
    let words = format!("run until it is complete, limit {}", crate::screen::limit(scene.within));
    Ok(vec![
        Change { resource: spoken.clone(), what: What::Created, learnt, body, after: None },
        Change {
            resource: format!("pods of {spoken}"),
            what: What::Unknown,
            learnt: Learnt::NotKnowable,
            body: Body::Words(words),
            after: None,
        },
    ])
}

/// How a Job ended: one that failed with its pods' last words, one that is gone as what nobody knows.
async fn told(made: &Made, waited: Result<(), Fault>, scene: &Scene<'_>) -> Result<(), Fault> {
    let Err(fault) = waited else { return Ok(()) };
    match made.state(scene).await {
        Ok(State::Gone) => Err(made.is_gone(scene)),
        Ok(State::Ours(live)) if matches!(live.readiness(), Readiness::Failed(_)) => {
            Err(fault.details(last_words(scene.site.cluster()?, &live).await))
        }
        _ => Err(fault),
    }
}
