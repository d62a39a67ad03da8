//! What the target should look like by now: as it was reviewed, and as this run changed it since.

use super::act::find;
use crate::action::Account;
use crate::event::{ActRef, Event};
use crate::preview::{Fact, Facts, Preview, secret_places};
use crate::resource::{Observed, Resource};
use crate::schedule::State;
use crate::site::Site;
use crate::world::{RelPath, State as WorldState};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use switchback_compiler::plan::{Act, Plan, Unit, Work};
use switchback_compiler::registry::Touch;

/// What a bundle's preview saw, as far as a later look is compared with it.
#[derive(Debug, Default)]
pub struct Reviewed {
    facts: Facts,
    /// What actions write secrets into.
    secret: Vec<Touch>,
    units: BTreeMap<u32, ReviewedUnit>,
    /// The last unit that touches a path, or what it likes below one.
    files: BTreeMap<RelPath, u32>,
    trees: BTreeMap<RelPath, u32>,
    /// The same of what is no file.
    resources: BTreeMap<Resource, u32>,
}

#[derive(Debug, Default)]
struct ReviewedUnit {
    /// Actions of which the review says what they do, each with what it looked at that is no file; what was needless then
    /// was not looked into.
    acts: BTreeMap<String, BTreeSet<Resource>>,
    /// Paths that were to change.
    paths: BTreeSet<RelPath>,
}

impl Reviewed {
    /// Of a bundle's plan and preview.
    pub fn of(plan: &Plan, preview: &Preview) -> Self {
        let mut reviewed = Self { facts: preview.facts.clone(), secret: secret_places(plan), ..Self::default() };
        for unit in preview.units.iter().chain(&preview.finalize).filter(|unit| unit.skipped.is_none()) {
            let acts = unit.acts.iter().filter(|act| !act.needless);
            let acts: BTreeMap<_, _> = acts.map(|act| (act.id.clone(), act.resources.clone())).collect();
            acts.values().flatten().for_each(|resource| reviewed.last(resource.clone(), unit.unit));
            let paths = unit.changes.iter().filter_map(|change| RelPath::parse(&change.resource).ok());
            let paths = paths.filter(|path| preview.facts.files.contains_key(path)).collect();
            reviewed.units.insert(unit.unit, ReviewedUnit { acts, paths });
        }
        for (id, unit) in (0..).zip(&plan.units) {
            unit.acts().flat_map(|act| &act.touches).for_each(|touch| reviewed.touched(id, touch));
        }
        reviewed
    }

    fn touched(&mut self, id: u32, touch: &Touch) {
        for resource in Resource::touched(touch) {
            self.last(resource, id);
        }
        if let Some(path) = path_of(touch) {
            let list = if touch.tree { &mut self.trees } else { &mut self.files };
            list.insert(path, id);
        }
    }

    /// Notes that a unit touches a resource; the last of them counts.
    fn last(&mut self, resource: Resource, id: u32) {
        let last = self.resources.entry(resource).or_insert(id);
        *last = id.max(*last);
    }

    /// What an action of a unit looked at that is no file, or names.
    fn looked_at(&self, id: u32, act: &Act) -> BTreeSet<Resource> {
        let reviewed = self.units.get(&id).and_then(|unit| unit.acts.get(&act.id)).into_iter().flatten().cloned();
        reviewed.chain(act.touches.iter().flat_map(Resource::touched)).collect()
    }

    /// The size of the largest file that is to change.
    pub(super) fn largest(&self) -> u64 {
        let paths = self.units.values().flat_map(|unit| &unit.paths);
        let sizes = paths.filter_map(|path| match self.facts.files.get(path) {
            Some(Fact::Seen(WorldState::File { size, .. })) => Some(*size),
            _ => None,
        });
        sizes.max().unwrap_or(0)
    }

    /// Whether a path may hold a secret.
    pub(super) fn is_secret(&self, path: &RelPath) -> bool {
        self.secret.iter().any(|touch| touch.meets(&Touch::file(path.as_str())))
    }
}

/// The path of a touch of the target's directory.
pub(super) fn path_of(touch: &Touch) -> Option<RelPath> {
    let path = Some(touch).filter(|touch| touch.space == Touch::FILES)?;
    if path.path.is_empty() { Some(RelPath::root()) } else { RelPath::parse(&path.path).ok() }
}

/// What this run made of a path or another resource; nothing where it can't be said.
struct Own<F> {
    fact: Option<F>,
    /// When it was told, so that an older look does not count any more.
    stamp: u64,
}

/// The fold of a run's events to what it made of the target.
pub(super) struct Known {
    reviewed: Arc<Reviewed>,
    directory: Option<PathBuf>,
    files: BTreeMap<RelPath, Own<Fact>>,
    resources: BTreeMap<Resource, Own<Observed>>,
    stamp: u64,
    /// Folders without the links on the way to them, as they were looked up for the events that are being taken in.
    ways: BTreeMap<RelPath, Option<RelPath>>,
}

/// What one unit must find.
pub(super) struct Expected {
    pub(super) reviewed: Arc<Reviewed>,
    unit: u32,
    own: BTreeMap<RelPath, Option<Fact>>,
    resources: BTreeMap<Resource, Option<Observed>>,
}

/// What must be found at a path.
pub(super) enum Expect<'e> {
    /// This.
    Is(&'e Fact),
    /// It can't be said.
    Any,
    /// Nothing was looked at there when the plan was reviewed.
    Unseen,
}

/// What is looked at when something ended that says not what it writes: all that this run may still touch.
pub(super) struct Watch {
    pub(super) expected: Expected,
    pub(super) paths: BTreeSet<RelPath>,
    pub(super) trees: Vec<RelPath>,
    pub(super) resources: Vec<Resource>,
    pub(super) stamp: u64,
}

impl Expected {
    pub(super) fn file(&self, path: &RelPath) -> Expect<'_> {
        match self.own.get(path) {
            Some(Some(fact)) => Expect::Is(fact),
            Some(None) => Expect::Any,
            None => self.reviewed.facts.files.get(path).map_or(Expect::Unseen, Expect::Is),
        }
    }

    /// What must be seen of a resource that is no file, as far as that can be said.
    pub(super) fn resource(&self, resource: &Resource) -> Option<&Observed> {
        match self.resources.get(resource) {
            Some(own) => own.as_ref(),
            None => self.reviewed.facts.resources.get(resource),
        }
    }

    /// Whether the review says what an action of the unit does.
    pub(super) fn was_reviewed(&self, act: &Act) -> bool {
        self.reviewed.units.get(&self.unit).is_some_and(|unit| unit.acts.contains_key(&act.id))
    }

    /// What an action of the unit is about that is no file.
    pub(super) fn looked_at(&self, act: &Act) -> BTreeSet<Resource> {
        self.reviewed.looked_at(self.unit, act)
    }

    /// Paths that the unit was to change.
    pub(super) fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.reviewed.units.get(&self.unit).into_iter().flat_map(|unit| &unit.paths)
    }
}

impl Known {
    pub(super) fn new(reviewed: Arc<Reviewed>, site: &Site) -> Self {
        let directory = site.directory.as_deref().and_then(|directory| directory.canonicalize().ok());
        let (files, resources, ways) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { reviewed, directory, files, resources, stamp: 0, ways }
    }

    /// Takes in an event that `state` knows already.
    pub(super) fn take(&mut self, plan: &Plan, state: &State, event: &Event) {
        self.ways.clear();
        self.take_past(plan, state, event);
    }

    /// The same for one of many events that are over: between them no link changes.
    pub(super) fn take_past(&mut self, plan: &Plan, state: &State, event: &Event) {
        match event {
            Event::Acted { unit, act, .. } | Event::Settled { unit, act, done: true, .. } => {
                let recipe = state.units.get(*unit as usize).and_then(|unit| unit.acts.get(act));
                let of = *act;
                let found = plan.unit(*unit);
                if let (Some((_, recipe)), Some(found)) = (recipe, found)
                    && let Some(act) = act_of(found, of)
                    && let Ok(action) = find(act)
                    && let Ok(account) = action.account(&act.call, recipe)
                {
                    let is_back = gives_back(found, of);
                    self.made(if is_back { account.taken_back() } else { account });
                }
            }
            Event::Noticed { files, resources, .. } => {
                self.stamp += 1;
                for (path, fact) in files {
                    self.put(path, Some(fact.clone()));
                }
                for (resource, observed) in resources {
                    self.note(resource.clone(), Some(observed.clone()));
                }
            }
            _ => {}
        }
    }

    fn made(&mut self, account: Account) {
        self.stamp += 1;
        account.made.iter().for_each(|folder| self.put(folder, None));
        account.files.into_iter().for_each(|told| self.put(&told.path, Some(Fact::Seen(told.after))));
        account.resources.into_iter().for_each(|effect| self.note(effect.resource, effect.after));
    }

    fn note(&mut self, resource: Resource, fact: Option<Observed>) {
        self.resources.insert(resource, Own { fact, stamp: self.stamp });
    }

    /// Under its name and, where links are on the way to it, under the name without them.
    fn put(&mut self, path: &RelPath, fact: Option<Fact>) {
        if let Some(real) = self.looked_up(path) {
            self.files.insert(real, Own { fact: fact.clone(), stamp: self.stamp });
        }
        self.files.insert(path.clone(), Own { fact, stamp: self.stamp });
    }

    /// As [`Self::real`], and remembered: files of one folder are changed together.
    fn looked_up(&mut self, path: &RelPath) -> Option<RelPath> {
        let parent = path.parent().filter(|parent| !parent.is_root())?;
        if !self.ways.contains_key(&parent) {
            let way = self.way(&parent);
            self.ways.insert(parent.clone(), way);
        }
        renamed(path, &parent, self.ways.get(&parent)?.as_ref()?)
    }

    /// A path without the links on the way to it, where there are any.
    fn real(&self, path: &RelPath) -> Option<RelPath> {
        let parent = path.parent().filter(|parent| !parent.is_root())?;
        renamed(path, &parent, &self.way(&parent)?)
    }

    /// A folder without the links on the way to it, where there are any.
    fn way(&self, folder: &RelPath) -> Option<RelPath> {
        let directory = self.directory.as_ref()?;
        let real = directory.join(folder.as_str()).canonicalize().ok()?;
        let real = real.strip_prefix(directory).ok()?.to_str()?;
        let real = if real.is_empty() { RelPath::root() } else { RelPath::parse(real).ok()? };
        Some(real).filter(|real| real != folder)
    }

    /// What a unit must find.
    pub(super) fn expected(&self, id: u32, unit: &Unit) -> Expected {
        let mut own = BTreeMap::new();
        for (path, tree) in
            unit.acts().flat_map(|act| &act.touches).filter_map(|touch| Some((path_of(touch)?, touch.tree)))
        {
            own.extend(self.at(&path, &path, tree));
            if let Some(real) = self.real(&path) {
                own.extend(self.at(&real, &path, tree));
            }
        }
        let touched = unit.acts().flat_map(|act| self.reviewed.looked_at(id, act));
        Expected { reviewed: Arc::clone(&self.reviewed), unit: id, own, resources: self.resources(touched) }
    }

    /// What this run made of resources that are no files.
    fn resources(&self, all: impl IntoIterator<Item = Resource>) -> BTreeMap<Resource, Option<Observed>> {
        let known = |resource: Resource| Some((self.resources.get(&resource)?.fact.clone(), resource));
        all.into_iter().filter_map(known).map(|(fact, resource)| (resource, fact)).collect()
    }

    /// What this run made of all that is no file, as far as that can be said.
    pub(super) fn all_made(&self) -> BTreeMap<Resource, Option<Observed>> {
        self.resources.iter().map(|(resource, own)| (resource.clone(), own.fact.clone())).collect()
    }

    /// What this run made at a path, or also below it, told by another name of it.
    fn at<'k>(
        &'k self,
        path: &'k RelPath,
        name: &'k RelPath,
        tree: bool,
    ) -> impl Iterator<Item = (RelPath, Option<Fact>)> + 'k {
        let begins = |at: &RelPath| path.is_root() || at.as_str().starts_with(path.as_str());
        let all = self.files.range(if path.is_root() { RelPath::root() } else { path.clone() }..);
        let all = all.take_while(move |(at, _)| begins(at));
        let all = all.filter(move |(at, _)| *at == path || (tree && at.is_within(path)));
        all.filter_map(move |(at, own)| Some((renamed(at, path, name)?, own.fact.clone())))
    }

    /// What is looked at when something of a unit ended that says not what it writes.
    pub(super) fn watch(&self, id: u32) -> Watch {
        let reviewed = &self.reviewed;
        let trees = later(&reviewed.trees, id);
        let below = |path: &&RelPath| trees.iter().any(|tree| path.is_within(tree));
        let mut paths: BTreeSet<RelPath> = later(&reviewed.files, id).into_iter().collect();
        if !trees.is_empty() {
            paths.extend(reviewed.facts.files.keys().chain(self.files.keys()).filter(below).cloned());
        }
        let own = paths.iter().filter_map(|path| Some((path.clone(), self.files.get(path)?.fact.clone())));
        let own = own.collect();
        let resources = later(&reviewed.resources, id);
        let known = self.resources(resources.iter().cloned());
        let expected = Expected { reviewed: Arc::clone(reviewed), unit: id, own, resources: known };
        Watch { expected, paths, trees, resources, stamp: self.stamp }
    }

    /// What was noticed, without what this run made itself since it was looked at.
    pub(super) fn fresh(
        &self,
        mut files: BTreeMap<RelPath, Fact>,
        mut resources: BTreeMap<Resource, Observed>,
        stamp: u64,
    ) -> (BTreeMap<RelPath, Fact>, BTreeMap<Resource, Observed>) {
        files.retain(|path, _| self.files.get(path).is_none_or(|own| own.stamp <= stamp));
        resources.retain(|resource, _| self.resources.get(resource).is_none_or(|own| own.stamp <= stamp));
        (files, resources)
    }
}

/// What a unit or one behind it touches last.
fn later<K: Clone>(list: &BTreeMap<K, u32>, unit: u32) -> Vec<K> {
    list.iter().filter(|(_, last)| **last >= unit).map(|(name, _)| name.clone()).collect()
}

fn renamed(at: &RelPath, path: &RelPath, name: &RelPath) -> Option<RelPath> {
    if path == name || at == path {
        return Some(if at == path { name.clone() } else { at.clone() });
    }
    let below = at.as_str().strip_prefix(path.as_str())?.trim_start_matches('/');
    Some(name.join(&RelPath::parse(below).ok()?))
}

/// Whether that is what gives back, and not what acts.
pub(crate) fn gives_back(unit: &Unit, act: ActRef) -> bool {
    matches!(unit.work.get(act.0 as usize), Some(Work::GiveBack(_)))
}

/// An action of a unit.
pub(crate) fn act_of(unit: &Unit, act: ActRef) -> Option<&Act> {
    match unit.work.get(act.0 as usize)? {
        Work::Act(one) | Work::Meanwhile(one) => Some(one),
        Work::GiveBack(back) => Some(&back.act),
        Work::AfterChange(acts) => acts.get(act.1 as usize),
        _ => None,
    }
}
