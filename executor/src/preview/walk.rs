//! Goes through a plan in its order, over the world as the steps before would leave it.

use super::early::Early;
use super::needless::Needed;
use super::{
    ActPreview, Blocked, Fact, Facts, Nouns, Preview, UnitPreview, facts, inputs, kept, race, tried, way_back,
};
use crate::action::{Body, Change, Laid, Learnt, Other, Predicted, What};
use crate::resource::{Observed, Resource, Space, is_known, observe};
use crate::site::{Fault, Scene, Site};
use crate::world::RelPath;
use crate::world::cluster::ObjectName;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use switchback_compiler::plan::{Act, At, Plan, Stage, Unit, UnitKind, WayBack, Work};
use switchback_compiler::registry::Touch;
use switchback_compiler::schema::Class;
use switchback_compiler::version::Version;

/// How the names of services begin among resources.
const SERVICE: &str = "service ";

/// What a walk knows so far.
pub(super) struct Walk<'a> {
    pub(super) plan: &'a Plan,
    pub(super) site: &'a Site,
    pub(super) nouns: Nouns,
    pub(super) world: Predicted,
    /// Versions of components that a step before would have moved.
    pub(super) moved: BTreeMap<String, Version>,
    pub(super) facts: Facts,
    /// Bytes that copies would take.
    pub(super) copied: u64,
    pub(super) preview: Preview,
    /// What the world was like before something was taken away, by the unit and the action.
    away: BTreeMap<(u32, String), Laid>,
    /// What the unit at hand has seen that is no file.
    observed: BTreeMap<Resource, Observed>,
    /// What actions write secrets into.
    secret: Vec<Touch>,
    /// Who else writes to what a unit would change, and whether he is paused by then.
    pub(super) others: Vec<(u32, Other, bool)>,
    /// What of that could not be looked for, and why.
    pub(super) unasked: Vec<String>,
    /// What is paused by now, by the unit and the action.
    pub(super) paused: BTreeMap<(u32, String), Vec<ObjectName>>,
    /// Looks of actions before their turn, by the unit and the action.
    pub(super) early: BTreeMap<(u32, String), Early>,
}

/// Observes all that a plan depends on and says what it would change. Nothing is written.
pub async fn preview(plan: &Plan, site: &Site, nouns: Nouns) -> Result<Preview, Fault> {
    let mut walk = Walk {
        plan,
        site,
        nouns,
        world: Predicted::new(site.tree.clone()),
        moved: BTreeMap::new(),
        facts: Facts::default(),
        copied: 0,
        preview: Preview::default(),
        away: BTreeMap::new(),
        observed: BTreeMap::new(),
        secret: facts::secret_places(plan),
        others: Vec::new(),
        unasked: Vec::new(),
        paused: BTreeMap::new(),
        early: BTreeMap::new(),
    };
    if let Some(cluster) = &site.cluster {
        walk.facts.cluster = cluster.identity().await?;
    }
    walk.look_early().await;
    for (id, unit) in (0..).zip(&plan.units) {
        // Looking at files waits for nothing, and a signal must be heard in between.
        tokio::task::yield_now().await;
        walk.unit(id, unit).await.map_err(|fault| told(unit, &fault, site))?;
    }
    walk.preview.owners = walk.owners().await;
    walk.preview.here = walk.here().await;
    Ok(walk.finish())
}

/// Which step it was, without secrets, and with paths as a plan has them.
fn told(unit: &Unit, fault: &Fault, site: &Site) -> Fault {
    let project = format!("{}/", site.project.display());
    let told = |line: &String| site.secrets.mask(&line.replace(&project, ""));
    Fault::new(format!("{}: {}", unit.name, told(&fault.why))).details(fault.details.iter().map(told))
}

/// The place in the plan, as a further line of evidence.
fn placed(fault: Fault, at: &At) -> Fault {
    fault.details([format!("in {}:{}", at.path, at.line)])
}

impl<'a> Walk<'a> {
    pub(super) fn scene<'s>(
        &'s self,
        unit: &'s Unit,
        act: &'s str,
        within: Duration,
        progress: &'s (dyn Fn(String, bool) + Send + Sync),
    ) -> Scene<'s> {
        Scene { site: self.site, step: &unit.name, act, within, progress }
    }

    async fn unit(&mut self, id: u32, unit: &'a Unit) -> Result<(), Fault> {
        let mut seen = UnitPreview { unit: id, ..UnitPreview::default() };
        self.world.begin_step();
        self.world.expect_losses(self.plan.stage_of(unit) == Stage::Finalize || says_losses(&unit.way_back));
        match self.needed(unit).await {
            Needed::No(why) => seen.skipped = Some(self.site.secrets.mask(&why)),
            needed => {
                if let Needed::Blocked(why) = needed {
                    self.preview.blocked.push(Blocked { unit: Some(id), why: self.site.secrets.mask(&why) });
                }
                self.kept(id, unit);
                self.work(unit, &mut seen).await?;
                self.blocked(id);
                self.moved.extend(unit.moves.iter().map(|moved| (moved.component.clone(), moved.to.clone())));
            }
        }
        self.give_out(unit, &seen).await;
        seen.equal = self.observe(unit, &seen).await?;
        let finalize = self.plan.stage_of(unit) == Stage::Finalize;
        seen.way_back = way_back::words(unit, &seen, finalize, &self.facts, self.nouns);
        if unit.kind == UnitKind::Step || !seen.copies.is_empty() || !seen.acts.is_empty() {
            let list = if finalize { &mut self.preview.finalize } else { &mut self.preview.units };
            list.push(seen);
        }
        Ok(())
    }

    async fn work(&mut self, unit: &Unit, seen: &mut UnitPreview) -> Result<(), Fault> {
        for work in &unit.work {
            match work {
                Work::Backup(backup) => {
                    let copies = self.backup(unit, backup).await;
                    seen.copies.extend(copies.map_err(|fault| placed(fault, &backup.at))?);
                }
                Work::Act(act) => {
                    self.act(unit, act, false, seen).await.map_err(|fault| placed(fault, &act.at))?;
                }
                Work::Meanwhile(act) => {
                    let before = self.world.laid();
                    self.act(unit, act, false, seen).await.map_err(|fault| placed(fault, &act.at))?;
                    // It is no reason to bring anything of a step up to date.
                    self.world.begin_step();
                    if let Some(known) = seen.acts.last_mut() {
                        known.meanwhile = true;
                        let paused = known.resources.iter().filter_map(Resource::object_name).collect();
                        self.paused.insert((seen.unit, act.id.clone()), paused);
                    }
                    self.away.insert((seen.unit, act.id.clone()), self.world.since(before));
                }
                Work::GiveBack(back) => {
                    let key = (back.unit, back.act.id.clone());
                    self.paused.remove(&key);
                    if let Some(was) = self.away.remove(&key) {
                        self.world.put_back(was);
                    }
                }
                Work::AfterChange(acts) if seen.changes_something() => {
                    for act in acts {
                        self.act(unit, act, true, seen).await.map_err(|fault| placed(fault, &act.at))?;
                    }
                }
                Work::AfterChange(_) | Work::Gate(_) | Work::Before(_) | Work::Verify(_) | Work::Output(_) => {}
            }
        }
        Ok(())
    }

    async fn act(&mut self, unit: &Unit, act: &Act, after_change: bool, seen: &mut UnitPreview) -> Result<(), Fault> {
        let kind = &act.call.kind;
        let action = (self.nouns)(kind).and_then(|noun| noun.action());
        let action = action.ok_or_else(|| Fault::new(format!("this Switchback does not know the action `{kind}`")))?;
        let needless = self.already(&format!("{}/{}", unit.name, act.id), unit, &act.unless).await;
        let quiet = |_: String, _: bool| {};
        let site = self.site;
        let scene = Scene { site, step: &unit.name, act: &act.id, within: act.within.std(), progress: &quiet };
        let words = site.secrets.mask(&action.words(&act.call));
        let changes = if needless {
            Vec::new()
        } else if kept::lacks(site, &act.call) {
            // That is told as what blocks the run.
            vec![unknown(words.clone())]
        } else if let Some(changes) = self.looked_early(seen.unit, &act.id) {
            changes
        } else {
            action.preview(&act.call, &scene, &mut self.world).await?
        };
        let mut changes: Vec<Change> = changes.into_iter().filter_map(|change| melted(change, seen)).collect();
        if changes.is_empty() && !needless && act.class == Class::AtMostOnce {
            // Whatever its kind says, nobody can know that it changes nothing.
            changes.push(unknown(words.clone()));
        }
        let (id, kind) = (act.id.clone(), kind.clone());
        self.note_others(seen.unit);
        let observed = self.world.newly_seen();
        let resources = observed.keys().cloned().collect();
        for (resource, seen) in observed {
            self.observed.entry(resource).or_insert(seen);
        }
        let (meanwhile, alone, number) = (false, self.world.told_alone(), changes.len());
        let act = ActPreview { id, kind, words, changes: number, after_change, needless, meanwhile, alone, resources };
        seen.acts.push(act);
        seen.changes.extend(changes.into_iter().map(|change| masked(change, site)));
        Ok(())
    }

    /// Takes what was looked at in this unit into the facts; how much of it exists and stays as it is.
    async fn observe(&mut self, unit: &Unit, seen: &UnitPreview) -> Result<usize, Fault> {
        let changed: BTreeSet<&str> = seen.changes.iter().map(|change| change.resource.as_str()).collect();
        let mut equal = 0;
        for path in self.world.newly_looked_at() {
            let secret = self.secret.iter().any(|touch| touch.meets(&Touch::file(path.as_str())));
            let fact = Fact::of(self.site, &path, secret)?;
            equal += usize::from(fact.exists() && !changed.contains(path.as_str()));
            self.facts.files.insert(path, fact);
        }
        let mut seen = std::mem::take(&mut self.observed);
        // What of a step was not looked at by its actions is told by its names alone.
        for service in services(unit).filter(|service| is_known(self.site, service)) {
            let observed = observe(self.site, &service).await?;
            seen.entry(service).or_insert(observed);
        }
        seen.retain(|resource, _| !self.facts.resources.contains_key(resource));
        let stays = |(resource, observed): &(&Resource, &Observed)| {
            observed.exists() && !changed.contains(resource.spoken(&self.site.namespace).as_str())
        };
        equal += seen.iter().filter(stays).count();
        self.facts.resources.extend(seen);
        Ok(equal)
    }

    /// Takes what an action found in the way of starting.
    fn blocked(&mut self, unit: u32) {
        for why in self.world.blocked() {
            let why = self.site.secrets.mask(&why);
            self.preview.blocked.push(Blocked { unit: Some(unit), why });
        }
    }

    fn finish(self) -> Preview {
        let Self { plan, site, facts, copied, mut preview, .. } = self;
        let gone = preview.resources(&[What::Changed, What::Deleted]);
        // A folder counts as something only where it changes itself.
        let counts = |(path, fact): &(&RelPath, &Fact)| fact.exists() || gone.contains(path.as_str());
        let existing = facts.files.iter().filter(counts).count();
        let unknown = preview.resources(&[What::Unknown]);
        let is_open = |name: String| unknown.contains(name.as_str()) && !gone.contains(name.as_str());
        let there = facts.resources.iter().filter(|(_, observed)| observed.exists());
        let open = there.filter(|(resource, _)| is_open(resource.spoken(&site.namespace))).count();
        // What goes along with something else is there, and was looked at with that alone.
        let named: BTreeSet<String> = facts.resources.keys().map(|resource| resource.spoken(&site.namespace)).collect();
        let is_along =
            |name: &&&str| !named.contains(**name) && !facts.files.keys().any(|path| path.as_str() == **name);
        let along = preview.deleted().iter().filter(is_along).count();
        let there = facts.resources.values().filter(|observed| observed.exists()).count();
        preview.observed = existing + there + along;
        preview.open = open;
        preview.facts = facts;
        preview.tried = tried::all(plan, site, &preview, copied);
        let failed = preview.tried.iter().filter(|tried| tried.outcome == tried::Outcome::Fails);
        let blocked: Vec<Blocked> = failed.map(|tried| Blocked { unit: None, why: tried.says.clone() }).collect();
        preview.blocked.extend(blocked);
        preview.blocked.extend(inputs::changed(plan, &preview));
        let raced = race::found(plan, &preview, &site.namespace);
        preview.blocked.extend(raced);
        preview
    }
}

/// Whether a way back says what it can't bring back, or that there is none.
fn says_losses(way_back: &WayBack) -> bool {
    match way_back {
        WayBack::Irreversible(_) => true,
        WayBack::Undo(ways) => ways.iter().all(|way| !way.loses.is_empty()),
        WayBack::Own | WayBack::Stays(_) => false,
    }
}

/// A service that a step starts and then restarts changes once: the first change says both, and the second is none.
fn melted(change: Change, seen: &mut UnitPreview) -> Option<Change> {
    let Body::Words(more) = &change.body else { return Some(change) };
    let mut known = seen.changes.iter_mut().filter(|known| known.resource == change.resource);
    let known = known.find(|_| change.resource.starts_with(SERVICE));
    match known.map(|known| &mut known.body) {
        Some(Body::Words(words)) => {
            words.push_str(", then ");
            words.push_str(more);
            None
        }
        _ => Some(change),
    }
}

/// The services that a unit acts on.
fn services(unit: &Unit) -> impl Iterator<Item = Resource> {
    let touched = unit.acts().flat_map(|act| &act.touches).flat_map(Resource::touched);
    touched.filter(|resource| resource.space == Space::Service)
}

fn unknown(resource: String) -> Change {
    Change { resource, what: What::Unknown, learnt: Learnt::NotKnowable, body: Body::Nothing, after: None }
}

/// Actions hide secrets themselves; what slipped through is hidden here.
fn masked(change: Change, site: &Site) -> Change {
    let mask = |text: &str| site.secrets.mask(text);
    let Change { resource, what, learnt, body, after } = change;
    let body = match body {
        Body::Lines(mut lines) => {
            for line in &mut lines {
                line.text = mask(&line.text);
            }
            Body::Lines(lines)
        }
        Body::Words(words) => Body::Words(mask(&words)),
        Body::Nothing => Body::Nothing,
    };
    Change { resource: mask(&resource), what, learnt, body, after }
}
