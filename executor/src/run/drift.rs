//! Right before a step's first effect: is what it touches still what was reviewed, or what this run made of it?

use super::act::find;
use super::known::{Expect, Expected, Watch};
use super::unit::{Break, Work};
use super::wait::AGAIN;
use crate::action::Action;
use crate::event::{ActRef, Event};
use crate::preview::{Changed, Fact};
use crate::resource::{Observed, Resource, Space, observe_all};
use crate::schedule::ActState;
use crate::site::{Fault, Site};
use crate::world::{Bounds, RelPath, State};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use switchback_compiler::plan::{Act, Work as Part};
use switchback_compiler::registry::Touch;
use switchback_compiler::words::count;
use tokio::time::{Instant, sleep};

/// As many as one reads.
const MOST_TOLD: usize = 10;
/// Bytes of what one record tells of what was noticed; the journal takes four times that.
const MOST_NOTICED: usize = 4 << 20;
/// Bytes of what is told of one path beside its name.
const FACT: usize = 200;

/// Looks at all that the unit's actions are about to touch; a change of somebody else's stops it.
pub(super) async fn check(work: &Work<'_>) -> Result<(), Break> {
    let expected = work.scribe.expected(work.id).await?;
    let within = acts(work).map(|(_, act)| act.within.std()).max().unwrap_or_default();
    let mut look = Look::new(work, &expected, within);
    look.all().await;
    look.stopped("nothing of this step was touched")
}

/// Right before a later action of a unit: objects of a cluster are looked at once more, since a wait for readiness may lie
/// between them and the first look, and what the action finds there counts as what its undo puts back.
pub(super) async fn check_again(work: &Work<'_>, id: ActRef, act: &Act) -> Result<(), Break> {
    let is_first = acts(work).next().is_some_and(|(first, _)| first == id);
    let shared = |touch: &Touch| [Touch::OBJECTS, Touch::RELEASES].contains(&touch.space.as_str());
    if is_first || !act.touches.iter().any(shared) {
        return Ok(());
    }
    let expected = work.scribe.expected(work.id).await?;
    if !expected.was_reviewed(act) {
        return Ok(());
    }
    let mut look = Look::new(work, &expected, act.within.std());
    let all = expected.looked_at(act);
    look.resources(all.iter().filter(|resource| resource.space != Space::Service)).await;
    look.stopped("this action touched nothing")
}

struct Look<'a> {
    work: &'a Work<'a>,
    expected: &'a Expected,
    /// For how long what fails is looked at again.
    within: Duration,
    seen: Places,
    changed: Vec<Changed>,
    /// What could not be looked at: nobody knows whether it was changed.
    unseen: Vec<(String, Fault)>,
}

/// What is looked at.
#[derive(Default)]
struct Places {
    paths: BTreeSet<RelPath>,
    resources: BTreeSet<Resource>,
}

impl<'a> Look<'a> {
    fn new(work: &'a Work<'a>, expected: &'a Expected, within: Duration) -> Self {
        Self { work, expected, within, seen: Places::default(), changed: Vec::new(), unseen: Vec::new() }
    }

    /// What is said when something was changed by somebody else, or may have been.
    fn stopped(self, untouched: &str) -> Result<(), Break> {
        let Self { work, changed, unseen, .. } = self;
        let unknown = unseen.iter().take(MOST_TOLD).map(|(what, fault)| format!("? {what}: {}", fault.why));
        let what = match (changed.as_slice(), unseen.as_slice()) {
            ([], []) => return Ok(()),
            ([], [(what, fault)]) => {
                let why = format!("{what} could not be looked at: {}; {untouched}", fault.why);
                return Err(Break::Failed(why, fault.details.clone()));
            }
            ([], all) => {
                let why = format!("{} could not be looked at; {untouched}", count(all.len(), "resource"));
                return Err(Break::Failed(why, unknown.collect()));
            }
            ([only], _) => format!("{} was", only.resource),
            (all, _) => format!("{} were", count(all.len(), "resource")),
        };
        let line = |one: &Changed| format!("~ {}: expected {}, found {}", one.resource, one.was, one.is);
        let details = changed.iter().take(MOST_TOLD).map(line).chain(unknown).collect();
        work.scribe.tell(Event::Drifted { unit: work.id, changed });
        Err(Break::Failed(format!("{what} changed by somebody else; {untouched}"), details))
    }

    async fn all(&mut self) {
        // What this run began and did not end is between two states: its own recipe guards that.
        let moving = self.moving();
        let open: Vec<&Act> = acts(self.work).filter(|(id, act)| self.is_open(*id, act)).map(|(_, act)| act).collect();
        for act in open {
            let Ok(action) = find(act) else { continue };
            self.act(act, action);
        }
        let seen = std::mem::take(&mut self.seen);
        self.resources(seen.resources.difference(&moving.resources)).await;
        for path in seen.paths.difference(&moving.paths) {
            self.file(path);
        }
    }

    fn is_open(&self, id: ActRef, act: &Act) -> bool {
        let begun = self.work.prior.acts.get(&id).is_some_and(|(state, _)| *state != ActState::NotDone);
        !begun && self.expected.was_reviewed(act)
    }

    fn moving(&self) -> Places {
        let mut moving = Places::default();
        for (id, act) in acts(self.work) {
            if let Some((state, recipe)) = self.work.prior.acts.get(&id)
                && !matches!(state, ActState::Done { .. } | ActState::NotDone)
                && let Ok(Ok(account)) = find(act).map(|action| action.account(&act.call, recipe))
            {
                moving.paths.extend(account.files.into_iter().map(|told| told.path).chain(account.made));
                moving.resources.extend(account.resources.into_iter().map(|effect| effect.resource));
            }
        }
        moving
    }

    fn act(&mut self, act: &Act, action: &dyn Action) {
        let quiet = |_: String, _: bool| {};
        let scene = self.work.scene(&act.id, act.within.std(), &quiet);
        // What it can't look at yet, because an action before it makes it, was looked at for that one.
        self.seen.paths.extend(action.looks(&act.call, &scene).unwrap_or_default());
        let meets = |path: &&RelPath| act.touches.iter().any(|touch| touch.meets(&Touch::file(path.as_str())));
        self.seen.paths.extend(self.expected.paths().filter(meets).cloned());
        self.seen.resources.extend(self.expected.looked_at(act));
    }

    fn file(&mut self, path: &RelPath) {
        let site = self.work.site;
        let secret = self.expected.reviewed.is_secret(path);
        let expected = self.expected.file(path);
        match Fact::of(site, path, secret) {
            Ok(now) => {
                if let Some(was) = differs(&expected, &now, site, secret) {
                    self.changed.push(Changed { resource: path.to_string(), was, is: now.to_string() });
                }
            }
            Err(fault) if matches!(expected, Expect::Is(_)) => self.unseen.push((format!("`{path}`"), fault)),
            // Where nothing was seen before, the action tells what it can't look at.
            Err(_) => {}
        }
    }

    async fn resources(&mut self, resources: impl Iterator<Item = &Resource>) {
        let expected = resources.filter_map(|resource| Some((resource, self.expected.resource(resource)?)));
        let expected: Vec<_> = expected.collect();
        let site = self.work.site;
        let resources: Vec<&Resource> = expected.iter().map(|(resource, _)| *resource).collect();
        for ((resource, was), is) in expected.into_iter().zip(patiently(site, &resources, self.within).await) {
            let resource = resource.spoken(&site.namespace);
            match is {
                Ok(is) if was.agrees(&is) => {}
                Ok(is) => self.changed.push(Changed { resource, was: was.to_string(), is: is.to_string() }),
                // A look of the action right behind it may succeed, and would take what it finds for what was reviewed.
                Err(fault) => self.unseen.push((resource, fault)),
            }
        }
    }
}

/// Looks at many at once; a look that fails is tried again, as other readings are.
async fn patiently(site: &Site, resources: &[&Resource], within: Duration) -> Vec<Result<Observed, Fault>> {
    let began = Instant::now();
    let mut seen = observe_all(site, resources.iter().copied()).await;
    for pause in AGAIN {
        let mut failed: Vec<(&Resource, &mut Result<Observed, Fault>)> = Vec::new();
        let fails = |seen: &Result<Observed, Fault>| seen.as_ref().is_err_and(|fault| !fault.lasting);
        failed.extend(resources.iter().copied().zip(&mut seen).filter(|(_, seen)| fails(seen)));
        if failed.is_empty() || began.elapsed() + pause >= within {
            break;
        }
        sleep(pause).await;
        let again = observe_all(site, failed.iter().map(|(resource, _)| *resource)).await;
        failed.into_iter().zip(again).for_each(|((_, seen), again)| *seen = again);
    }
    seen
}

/// All actions of the unit.
fn acts<'w>(work: &'w Work<'_>) -> impl Iterator<Item = (ActRef, &'w Act)> {
    (0..).zip(&work.unit.work).flat_map(|(index, part)| match part {
        Part::Act(act) | Part::Meanwhile(act) => vec![(ActRef(index, 0), act)],
        Part::AfterChange(acts) => (0..).zip(acts).map(|(inner, act)| (ActRef(index, inner), act)).collect(),
        _ => Vec::new(),
    })
}

/// What was expected, where something else stands there.
fn differs(expected: &Expect<'_>, now: &Fact, site: &Site, secret: bool) -> Option<String> {
    let expected = match expected {
        Expect::Any => return None,
        // A mirror would remove what nobody reviewed.
        Expect::Unseen => Fact::Seen(State::Absent),
        Expect::Is(Fact::Seen(state)) => Fact::told(site, state.clone(), secret),
        Expect::Is(fact) => Fact::clone(fact),
    };
    let folder = |fact: &Fact| matches!(fact, Fact::Seen(State::Dir { .. }));
    let absent = matches!(expected, Fact::Seen(State::Absent));
    // A folder is no content: a step beside this one may just have made it on its way.
    let alike = expected.agrees(now) || (folder(now) && (absent || folder(&expected)));
    (!alike).then(|| expected.to_string())
}

/// What stands otherwise than this run knows, when something ended that says not what it writes.
///
/// That is taken for its doing: nobody can tell a program's writes from those of others beside it. What is too much for one
/// record of the journal comes in several.
pub(super) async fn noticed(site: &Site, unit: u32, watch: &Watch) -> Vec<Event> {
    let mut paths = watch.paths.clone();
    if let Some(tree) = &site.tree {
        for folder in &watch.trees {
            let listed = tree.list(folder, Bounds::default()).unwrap_or_default();
            paths.extend(listed.into_keys().map(|below| folder.join(&below)));
        }
    }
    let mut all: Vec<BTreeMap<RelPath, Fact>> = vec![BTreeMap::new()];
    let mut bytes = 0;
    for path in paths {
        let secret = watch.expected.reviewed.is_secret(&path);
        if let Ok(now) = Fact::of(site, &path, secret)
            && differs(&watch.expected.file(&path), &now, site, secret).is_some()
        {
            bytes += path.as_str().len() + FACT;
            if bytes > MOST_NOTICED {
                bytes = 0;
                all.push(BTreeMap::new());
            }
            all.last_mut().map(|files| files.insert(path, now));
        }
    }
    let of_files = all.into_iter().filter(|files| !files.is_empty());
    let mut events: Vec<Event> =
        of_files.map(|files| Event::Noticed { unit, files, resources: BTreeMap::new() }).collect();
    let resources = others(site, watch).await;
    if !resources.is_empty() {
        events.push(Event::Noticed { unit, files: BTreeMap::new(), resources });
    }
    events
}

/// The same of what is no file.
async fn others(site: &Site, watch: &Watch) -> BTreeMap<Resource, Observed> {
    let expected = |resource| Some((resource, watch.expected.resource(resource)?));
    let expected: Vec<_> = watch.resources.iter().filter_map(expected).collect();
    let observed = observe_all(site, expected.iter().map(|(resource, _)| *resource)).await;
    let seen = expected.into_iter().zip(observed).filter_map(|((resource, was), is)| Some((resource, was, is.ok()?)));
    seen.filter(|(_, was, is)| !was.agrees(is)).map(|(resource, _, is)| (resource.clone(), is)).collect()
}

/// Whether an action's plan says nothing of what it does to the files and objects of the target.
pub(super) fn is_opaque(act: &Act) -> bool {
    let known = [Touch::FILES, Touch::OBJECTS, Touch::RELEASES];
    act.touches.iter().all(|touch| !known.contains(&touch.space.as_str()))
}
