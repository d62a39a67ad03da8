//! The recipe of an action on a release: what stood before, and where its commands have their records.

use super::act::Verb;
use super::look::Look;
use super::preview::called;
use super::{name, namespace, truth};
use crate::action::kube::Store;
use crate::action::program::Starts;
use crate::action::{Account, Effect, Recipe};
use crate::resource::{Observed, Resource, observe_all, recorded};
use crate::site::{Fault, Scene};
use crate::world::cluster::ObjectName;
use crate::world::helm::{Apply, Before, Effect as Change, Learnt, Status, last_good};
use serde::{Deserialize, Serialize};
use switchback_compiler::plan::Call;

/// A release that is changed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub namespace: String,
    pub release: String,
    /// The history before.
    pub before: Before,
    /// What was seen of it.
    pub seen: Observed,
    /// The revision to come back to; none where nothing good stood.
    pub back: Option<u32>,
    /// The revision that a rollback goes to.
    pub to: Option<u32>,
    /// The objects that change.
    pub objects: Vec<Was>,
    /// The release's objects that stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<Same>,
    /// Whether the server merges what Helm sends (Helm 4): also where nothing changes it may make Helm an owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merged: bool,
    /// The hooks that run: what they do nobody takes back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<String>,
    /// Whether it ends when these are ready.
    pub ready: bool,
    /// Where its commands have their records.
    pub starts: Starts,
}

/// An object as it was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Was {
    pub object: ObjectName,
    pub seen: Observed,
    /// The file of the run's store that has it as it was; none: it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The file that has it as the server said that Helm makes it; none where it goes, or nobody could say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether it goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// An object that Helm leaves as it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Same {
    pub object: ObjectName,
    /// The file of the run's store that has it.
    pub before: String,
}

impl Kept {
    /// Of a look, right before it is done.
    pub async fn of(look: &Look, verb: Verb, call: &Call, scene: &Scene<'_>) -> Result<Self, Fault> {
        let changing: Vec<_> = look.changes.iter().filter(|change| change.is_change()).collect();
        let resources: Vec<_> = changing.iter().map(|change| Resource::object(&change.name)).collect();
        let (mut objects, store) = (Vec::new(), Store::of(scene)?);
        for (change, seen) in changing.into_iter().zip(observe_all(scene.site, &resources).await) {
            let gone = matches!(change.effect, Change::Delete { .. });
            let before = change.before.as_ref().map(|before| store.keep(before)).transpose()?;
            let tried = change.after.as_ref().filter(|_| change.learnt == Learnt::Validated);
            let after = tried.map(|after| store.keep(after)).transpose()?;
            objects.push(Was { object: change.name.clone(), seen: seen?, before, after, gone });
        }
        let mut same = Vec::new();
        for change in look.changes.iter().filter(|change| change.effect == Change::Equal) {
            if let Some(before) = &change.before {
                same.push(Same { object: change.name.clone(), before: store.keep(before)? });
            }
        }
        let history = &look.history;
        let stands = history.last().filter(|last| last.status == Status::Deployed);
        let there = history.last().filter(|last| last.status != Status::Uninstalled);
        let good = there.and_then(|last| last_good(history, last.revision).ok());
        Ok(Self {
            namespace: namespace(call).to_owned(),
            release: name(call).to_owned(),
            before: Before::of(history),
            seen: recorded(scene.site, history),
            back: stands.or(good).map(|release| release.revision),
            to: look.target,
            objects,
            same,
            merged: look.new.as_ref().is_some_and(|new| new.apply == Apply::ServerSide),
            hooks: look.hooks().into_iter().map(|(_, hook)| called(hook)).collect(),
            ready: verb != Verb::Uninstall && truth(call, "ready", true),
            starts: Starts::prepare(scene)?,
        })
    }

    /// That of a recipe; none where there was nothing to do.
    pub fn read(recipe: &Recipe) -> Result<Option<Self>, Fault> {
        Ok(recipe.read::<Vec<Self>>()?.pop())
    }

    /// As people say it.
    pub fn spoken(&self, scene: &Scene<'_>) -> String {
        Resource::release(&self.namespace, &self.release).spoken(&scene.site.namespace)
    }

    /// What it does to the target; what Helm makes of an object is known when it is done.
    pub fn account(self, verb: Verb) -> Account {
        // One that was failed is deployed afterwards: only its objects can be as they were.
        let comes_back = self.before.status != Some(Status::Failed);
        let release = comes_back.then(|| Effect {
            resource: Resource::release(&self.namespace, &self.release),
            before: self.seen,
            after: (verb == Verb::Uninstall).then(Observed::absent),
        });
        let objects = self.objects.into_iter().map(|Was { object, seen, gone, .. }| Effect {
            resource: Resource::object(&object),
            before: seen,
            after: gone.then(Observed::absent),
        });
        Account { resources: release.into_iter().chain(objects).collect(), ..Account::default() }
    }
}
