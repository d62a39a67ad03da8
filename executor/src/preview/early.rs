//! Looks of actions before their turn, many at once.
//!
//! A plan is gone through step by step, since a step must see what those before it would leave. On a cluster most steps see
//! nothing of each other, though, and a look is many questions whose answers are waited for. So these are asked early, over
//! the cluster as it is; when an action's turn comes, its early look counts only if it would be the same by then.

use super::outputs::awaits;
use super::walk::Walk;
use crate::action::{Change, Learnt, Predicted};
use crate::world::cluster::Object;
use futures_util::StreamExt;
use futures_util::stream;
use std::future::ready;
use switchback_compiler::plan::{Act, Unit, Work};

/// Kinds whose look depends on nothing that steps before would leave but what it tells to have seen, and what makes room.
const ASK: [&str; 4] = ["kube.apply", "helm.upgrade", "helm.rollback", "helm.uninstall"];
/// Actions at once. What each of them asks has limits of its own.
const AT_ONCE: usize = 32;
/// How the names of releases begin among resources.
const RELEASE: &str = "release ";

/// What an action would do to the cluster as it is.
pub(super) struct Early {
    changes: Vec<Change>,
    /// What it saw, and what it would leave.
    world: Predicted,
}

impl Walk<'_> {
    /// Looks at all that may count.
    pub(super) async fn look_early(&mut self) {
        let units = (0..).zip(&self.plan.units);
        let acts: Vec<_> = units.flat_map(|(id, unit)| asking(unit).map(move |act| (id, unit, act))).collect();
        // One alone has its turn at once.
        if acts.len() < 2 {
            return;
        }
        let walk = &*self;
        let looks =
            stream::iter(acts).map(async |(id, unit, act)| Some(((id, act.id.clone()), walk.early(unit, act).await?)));
        self.early = looks.buffer_unordered(AT_ONCE).filter_map(ready).collect().await;
    }

    /// One look; none where it fails, or where its step does nothing: what is in the way is told when its turn comes.
    async fn early(&self, unit: &Unit, act: &Act) -> Option<Early> {
        if awaits(&act.call) || self.stands(unit).await {
            return None;
        }
        let action = (self.nouns)(&act.call.kind)?.action()?;
        let quiet = |_: String, _: bool| {};
        let mut world = Predicted::new(self.site.tree.clone());
        let scene = self.scene(unit, &act.id, act.within.std(), &quiet);
        let changes = action.preview(&act.call, &scene, &mut world).await.ok()?;
        Some(Early { changes, world })
    }

    /// Whether all that a unit moves is installed already.
    async fn stands(&self, unit: &Unit) -> bool {
        for moved in &unit.moves {
            let installed = self.plan.components.get(&moved.component).and_then(|known| known.installed.as_ref());
            let Some(installed) = installed else { return false };
            if self.read(unit, installed).await.ok().as_ref() != Some(&moved.to) {
                return false;
            }
        }
        !unit.moves.is_empty()
    }

    /// What the early look of an action told, where a look now would tell the same; then it is laid over the world.
    pub(super) fn looked_early(&mut self, unit: u32, act: &str) -> Option<Vec<Change>> {
        let Early { changes, world } = self.early.remove(&(unit, act.to_owned()))?;
        let rests_on_room = changes.iter().any(is_told_without_asking) && self.world.objects().any(makes_room);
        if rests_on_room || !self.world.is_as_it_was_for(&world) {
            return None;
        }
        self.world.take_over(world);
        Some(changes)
    }
}

/// The actions of a unit that may look early. What something else may make needless looks only if it is not.
fn asking(unit: &Unit) -> impl Iterator<Item = &Act> {
    let acts = unit.work.iter().filter_map(|work| if let Work::Act(act) = work { Some(act) } else { None });
    acts.filter(|act| unit.unless.is_empty() && act.unless.is_empty() && ASK.contains(&act.call.kind.as_str()))
}

/// Whether a change of an object is told by its manifest, because there was no room for it yet.
fn is_told_without_asking(change: &Change) -> bool {
    change.learnt == Learnt::Simulated && !change.resource.starts_with(RELEASE)
}

fn makes_room(object: &Object) -> bool {
    matches!(object.kind(), "Namespace" | "CustomResourceDefinition")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Foreseen;
    use crate::resource::{Observed, Resource};

    fn look() -> Predicted {
        let mut look = Predicted::default();
        look.saw(Resource::release("lumen", "portal"), Observed::absent());
        look.foresee(Resource::service("web"), Foreseen::Service { runs: true });
        look
    }

    #[test]
    fn a_look_counts_only_while_what_it_saw_is_as_it_was() {
        let mut world = Predicted::default();
        world.foresee(Resource::release("lumen", "other"), Foreseen::Release);
        assert!(world.is_as_it_was_for(&look()));
        let mut changed = Predicted::default();
        changed.foresee(Resource::release("lumen", "portal"), Foreseen::Release);
        assert!(!changed.is_as_it_was_for(&look()));
        let mut blocked = look();
        blocked.block("what a step before may take away".to_owned());
        assert!(!world.is_as_it_was_for(&blocked));
    }

    #[test]
    fn what_a_look_saw_and_foresees_is_taken_over() {
        let mut world = Predicted::default();
        world.begin_step();
        world.take_over(look());
        assert_eq!(world.foreseen(&Resource::service("web")), Some(&Foreseen::Service { runs: true }));
        assert_eq!(world.newly_seen().into_keys().collect::<Vec<_>>(), [Resource::release("lumen", "portal")]);
        assert!(world.step_changed());
    }
}
