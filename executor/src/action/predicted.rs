//! The world as it would be after what was previewed so far.
//!
//! A preview of a later step must see what earlier steps would have written, though nothing is written: an overlay
//! over the target's directory.

use super::Foreseen;
use crate::resource::{Observed, Resource};
use crate::site::Fault;
use crate::world::cluster::{Object, ObjectName, Place, Writer, changes, images};
use crate::world::{Bounds, Digest, RelPath, State, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use switchback_compiler::plan::{Call, CopyOf};

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Now {
    /// Nothing.
    Absent,
    /// A file.
    File {
        /// Permission bits.
        mode: u32,
        /// Of its bytes.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// Its bytes where a step would write them; others are read when they are needed.
        bytes: Option<Arc<[u8]>>,
    },
    /// A file whose content is known only when it is written.
    Later {
        /// Permission bits.
        mode: u32,
    },
    /// A folder.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        to: String,
    },
    /// A fifo, a socket or a device.
    Other,
}

impl Now {
    /// A file with these bytes.
    pub fn file(bytes: &[u8], mode: u32) -> Self {
        Self::File { mode, digest: Digest::of(bytes), size: bytes.len() as u64, bytes: Some(Arc::from(bytes)) }
    }

    /// The permission bits of a file.
    pub fn mode(&self) -> Option<u32> {
        match self {
            Self::File { mode, .. } | Self::Later { mode } => Some(*mode),
            _ => None,
        }
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        matches!(self, Self::Dir { .. })
    }

    /// Whether both are the same, as far as a look at the disk could tell.
    pub fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { mode, digest, .. }, Self::File { mode: wanted, digest: other, .. }) => {
                mode == wanted && digest == other
            }
            (Self::Later { .. }, _) | (_, Self::Later { .. }) => false,
            _ => self == other,
        }
    }
}

impl From<State> for Now {
    fn from(state: State) -> Self {
        match state {
            State::Absent => Self::Absent,
            State::File { mode, size, digest } => Self::File { mode, digest, size, bytes: None },
            State::Dir { mode } => Self::Dir { mode },
            State::Link { to } => Self::Link { to },
            State::Other => Self::Other,
        }
    }
}

impl std::fmt::Display for Now {
    /// In words, with the size of a file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("nothing"),
            Self::File { size, .. } => write!(f, "a file of {}", crate::screen::size(*size)),
            Self::Later { .. } => f.write_str("a file"),
            Self::Dir { .. } => f.write_str("a folder"),
            Self::Link { to } => write!(f, "a link to `{to}`"),
            Self::Other => f.write_str("neither a file, a folder nor a link"),
        }
    }
}

/// As many links as the kernel follows on one path.
const MOST_LINKS: usize = 40;

fn parsed(path: &str) -> Result<RelPath, Fault> {
    RelPath::parse(path).map_err(|error| Fault::new(error.to_string()))
}

/// A link that a plan can't go through (R29).
fn leads_out(link: &RelPath, to: &str) -> Fault {
    Fault::new(format!("`{link}` is a link to `{to}`, which leads out of the target's directory"))
        .details(["paths of a plan stay inside: put a folder or a link that stays inside in its place".to_owned()])
}

/// What came of following links.
#[derive(Default)]
struct Links {
    number: usize,
    /// One that leads to no folder.
    broken: Option<RelPath>,
}

/// What a thing of a backup would hold: its path, and what stands at and below it.
type Held = (RelPath, BTreeMap<RelPath, Now>);

/// What lay over some paths and other resources; nothing where the target itself was seen.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    files: BTreeMap<RelPath, Option<Now>>,
    resources: BTreeMap<Resource, Option<Foreseen>>,
}

/// Somebody else who writes to an object that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The object.
    pub object: ObjectName,
    /// Who.
    pub writer: Writer,
    /// What would change of what is theirs.
    pub touched: BTreeSet<Place>,
    /// Whether the object would be deleted.
    pub deleted: bool,
}

/// The target's directory with what was previewed laid over it.
#[derive(Debug, Default)]
pub struct Predicted {
    base: Option<Arc<Tree>>,
    laid: BTreeMap<RelPath, Now>,
    /// Copies that steps before would have taken, by the backup's name.
    copies: BTreeMap<String, Vec<Held>>,
    /// The same of objects.
    object_copies: BTreeMap<(String, Resource), Object>,
    /// What is no file, as far as a step before changed it.
    resources: BTreeMap<Resource, Foreseen>,
    /// Every path that was looked at.
    seen: BTreeSet<RelPath>,
    /// Those that nobody has asked for yet.
    fresh: BTreeSet<RelPath>,
    /// What was seen of what is no file since that was asked for last.
    observed: BTreeMap<Resource, Observed>,
    /// Who else writes to what would change, as far as nobody has asked for it yet.
    others: Vec<Other>,
    /// Images that would be needed no more.
    images: BTreeSet<String>,
    /// Why it is not safe to start, as far as nobody has asked for it yet.
    blocked: Vec<String>,
    /// Whether an action's change follows from the bytes of the plan alone, as far as nobody has asked for it yet.
    alone: bool,
    /// Whether the step at hand changed something, for `after-change`.
    changed: bool,
    /// Whether the step at hand says that it loses something, or has no way back.
    losses: bool,
}

impl Predicted {
    /// Over a directory; over nothing where the target has none or it is absent.
    pub fn new(base: Option<Arc<Tree>>) -> Self {
        Self { base, ..Self::default() }
    }

    /// What stands at a path, which counts as looked at.
    pub fn at(&mut self, path: &RelPath) -> Result<Now, Fault> {
        if self.seen.insert(path.clone()) {
            self.fresh.insert(path.clone());
        }
        self.peek(path)
    }

    /// What stands at a path, for those who only ask on the way to something else.
    pub fn peek(&self, path: &RelPath) -> Result<Now, Fault> {
        self.look(&self.real(path)?)
    }

    fn look(&self, real: &RelPath) -> Result<Now, Fault> {
        match (self.laid.get(real), &self.base) {
            (Some(now), _) => Ok(now.clone()),
            (None, Some(tree)) => Ok(tree.state(real)?.into()),
            (None, None) if real.is_root() => Ok(Now::Dir { mode: 0o755 }),
            (None, None) => Ok(Now::Absent),
        }
    }

    /// The path without links on the way to it, so that what is laid over one name is seen by the other names too.
    fn real(&self, path: &RelPath) -> Result<RelPath, Fault> {
        self.follow(path, false, &mut Links::default())
    }

    /// The same, of the last part too when it is to be a folder.
    fn follow(&self, path: &RelPath, is_folder: bool, links: &mut Links) -> Result<RelPath, Fault> {
        let parts: Vec<&str> = path.as_str().split('/').filter(|part| *part != ".").collect();
        let mut real = RelPath::root();
        for (number, part) in (1..).zip(&parts) {
            let next = parsed(&format!("{real}/{part}"))?;
            let on_the_way = number < parts.len() || is_folder;
            match self.look(&next)? {
                Now::Link { to } if on_the_way && links.number < MOST_LINKS => {
                    links.number += 1;
                    let target = if to.starts_with('/') { to.clone() } else { format!("{real}/{to}") };
                    let target = RelPath::parse(&target).map_err(|_| leads_out(&next, &to))?;
                    real = self.follow(&target, true, links)?;
                    if !self.look(&real)?.is_dir() {
                        links.broken = Some(next);
                    }
                }
                _ => real = next,
            }
        }
        Ok(real)
    }

    /// The bytes of what stands, or would stand again, at a path; none where they are more than `most` or not at hand.
    pub fn bytes(&self, path: &RelPath, now: &Now, most: u64) -> Option<Arc<[u8]>> {
        let Now::File { digest, size, bytes, .. } = now else { return None };
        if *size > most {
            return None;
        }
        let read = || self.base.as_ref().and_then(|tree| tree.read(&self.real(path).ok()?, most).ok()).map(Arc::from);
        bytes.clone().or_else(read).filter(|bytes: &Arc<[u8]>| Digest::of(bytes) == *digest)
    }

    /// All that is below a folder, folders before what is in them.
    pub fn below(&self, folder: &RelPath) -> Result<BTreeMap<RelPath, Now>, Fault> {
        let real = self.real(folder)?;
        let mut found = BTreeMap::new();
        if let Some(tree) = &self.base
            && matches!(tree.state(&real)?, State::Dir { .. })
        {
            found.extend(tree.list(&real, Bounds::default())?.into_iter().map(|(path, state)| (path, state.into())));
        }
        let counted = |path: &RelPath| match (real.is_root(), path.as_str().strip_prefix(real.as_str())) {
            (true, _) => Ok(path.clone()),
            (false, rest) => parsed(rest.unwrap_or_default().trim_start_matches('/')),
        };
        for (path, now) in self.laid.iter().filter(|(path, _)| **path != real && path.is_within(&real)) {
            match now {
                Now::Absent => found.remove(&counted(path)?),
                now => found.insert(counted(path)?, now.clone()),
            };
        }
        Ok(found.into_iter().map(|(path, now)| (folder.join(&path), now)).collect())
    }

    /// Lays what stands at a path over the world, and the folders that are made for it.
    pub fn set(&mut self, path: &RelPath, now: Now) -> Result<(), Fault> {
        let mut links = Links::default();
        let real = self.follow(path, false, &mut links)?;
        if let Some(link) = links.broken {
            return Err(Fault::new(format!("`{path}` can't be written: `{link}` is a link that leads to no folder")));
        }
        let mut above = real.parent().filter(|_| now != Now::Absent);
        while let Some(folder) = above.take().filter(|folder| !folder.is_root()) {
            match self.look(&folder)? {
                Now::Absent => {
                    above = folder.parent();
                    self.laid.insert(folder, Now::Dir { mode: 0o755 });
                }
                Now::Dir { .. } => {}
                other => return Err(Fault::new(format!("`{path}` can't be written: `{folder}` is {other}"))),
            }
        }
        self.laid.insert(real, now);
        self.changed = true;
        Ok(())
    }

    /// Begins a step: nothing of it changed anything yet.
    pub fn begin_step(&mut self) {
        self.changed = false;
    }

    /// Says whether the step at hand tells what its way back can't bring back, or that it has none.
    pub fn expect_losses(&mut self, losses: bool) {
        self.losses = losses;
    }

    /// Whether the step at hand tells what its way back can't bring back, or that it has none.
    pub fn says_losses(&self) -> bool {
        self.losses
    }

    /// Whether the step at hand would change something.
    pub fn step_changed(&self) -> bool {
        self.changed
    }

    /// Remembers what a backup would copy: a thing's path, and what stands at and below it.
    pub fn copy(&mut self, name: &str, path: RelPath, held: BTreeMap<RelPath, Now>) {
        self.copies.entry(name.to_owned()).or_default().push((path, held));
    }

    /// What a backup of this plan would hold at and below a path; none: no step before takes such a copy of it.
    pub fn copied(&self, name: &str, path: &RelPath) -> Option<BTreeMap<RelPath, Now>> {
        let (_, held) = self.copies.get(name)?.iter().find(|(thing, _)| path.is_within(thing))?;
        Some(held.iter().filter(|(at, _)| at.is_within(path)).map(|(at, now)| (at.clone(), now.clone())).collect())
    }

    /// What a resource that is no file would be, as far as a step before decided it.
    pub fn foreseen(&self, resource: &Resource) -> Option<&Foreseen> {
        self.resources.get(resource)
    }

    /// Lays what a resource would be over the world: the step at hand changes it.
    pub fn foresee(&mut self, resource: Resource, foreseen: Foreseen) {
        self.resources.insert(resource, foreseen);
        self.changed = true;
    }

    /// All objects that steps before would make or change.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.resources.values().filter_map(|foreseen| match foreseen {
            Foreseen::Object(object) => object.as_ref(),
            Foreseen::Service { .. } | Foreseen::Release => None,
        })
    }

    /// An object as steps before would leave it; none where none of them changed it, and none inside where it would be gone.
    pub fn object(&self, resource: &Resource) -> Option<Option<Object>> {
        match self.resources.get(resource)? {
            Foreseen::Object(object) => Some(object.clone()),
            Foreseen::Service { .. } | Foreseen::Release => None,
        }
    }

    /// Remembers what a backup would copy of an object.
    pub fn copy_object(&mut self, backup: &str, resource: Resource, object: Object) {
        self.object_copies.insert((backup.to_owned(), resource), object);
    }

    /// What a backup of this plan would hold of an object.
    pub fn copied_object(&self, call: &Call, resource: &Resource) -> Option<Object> {
        let Some(CopyOf::Own(backup)) = call.copy() else { return None };
        self.object_copies.get(&(backup, resource.clone())).cloned()
    }

    /// Notes what was seen of a resource, as it is now.
    pub fn saw(&mut self, resource: Resource, observed: Observed) {
        self.observed.entry(resource).or_insert(observed);
    }

    /// What was seen since that was asked for last.
    pub fn newly_seen(&mut self) -> BTreeMap<Resource, Observed> {
        std::mem::take(&mut self.observed)
    }

    /// Whether a look at what is no file, made where nothing was foreseen, would be the same here: nothing was in its way
    /// that a step before may take away, and what it saw is as it was.
    pub fn is_as_it_was_for(&self, look: &Self) -> bool {
        let seen = look.observed.keys().chain(look.resources.keys());
        look.blocked.is_empty() && seen.into_iter().all(|resource| !self.resources.contains_key(resource))
    }

    /// Takes over what such a look saw, and what it foresees.
    pub fn take_over(&mut self, look: Self) {
        look.observed.into_iter().for_each(|(resource, observed)| self.saw(resource, observed));
        self.others.extend(look.others);
        self.images.extend(look.images);
        self.resources.extend(look.resources);
        self.changed |= look.changed;
        self.alone |= look.alone;
    }

    /// Says that what an action would make was told from the bytes of the plan alone: the cluster was not asked for it.
    pub fn tell_alone(&mut self) {
        self.alone = true;
    }

    /// Whether the last action said so.
    pub fn told_alone(&mut self) -> bool {
        std::mem::take(&mut self.alone)
    }

    /// Notes of an object that would change, or be gone where it is nothing afterwards, who else writes to it and which images
    /// its way back needs. Whether an autoscaler does, which may not have written yet, is asked later.
    pub fn note_change(&mut self, object: &ObjectName, old: &Object, new: Option<&Object>) {
        let scales = old.get("/spec/replicas").is_some().then_some(Writer::Autoscaler(None));
        let writers: BTreeSet<Writer> = Writer::of(old).into_iter().chain(scales).collect();
        let places: Vec<Place> =
            new.map(|new| changes(old, new)).unwrap_or_default().into_iter().map(|change| change.place).collect();
        let others = writers.into_iter().map(|writer| Other {
            object: object.clone(),
            touched: writer.touched(old, &places),
            deleted: new.is_none(),
            writer,
        });
        self.others.extend(others);
        let stay = new.map(images).unwrap_or_default();
        self.images.extend(images(old).difference(&stay).cloned());
    }

    /// Images that would be needed no more, and that the way back needs again.
    pub fn images(&self) -> &BTreeSet<String> {
        &self.images
    }

    /// Who else writes to what would change, as far as nobody has asked for it yet.
    pub fn others(&mut self) -> Vec<Other> {
        std::mem::take(&mut self.others)
    }

    /// Says why it is not safe to start.
    pub fn block(&mut self, why: String) {
        // Of many objects that lack one namespace it is said once.
        if !self.blocked.contains(&why) {
            self.blocked.push(why);
        }
    }

    /// Why it is not safe to start, as far as nobody has asked for it yet.
    pub fn blocked(&mut self) -> Vec<String> {
        std::mem::take(&mut self.blocked)
    }

    /// All that lies over the target now.
    pub fn laid(&self) -> Laid {
        Laid { files: some(&self.laid), resources: some(&self.resources) }
    }

    /// What lay where something else lies since then.
    pub fn since(&self, before: Laid) -> Laid {
        Laid { files: since(before.files, &self.laid), resources: since(before.resources, &self.resources) }
    }

    /// Lets lie there again what lay there.
    pub fn put_back(&mut self, laid: Laid) {
        put_back(&mut self.laid, laid.files);
        put_back(&mut self.resources, laid.resources);
    }

    /// The paths that were looked at for the first time since this was asked last.
    pub fn newly_looked_at(&mut self) -> BTreeSet<RelPath> {
        std::mem::take(&mut self.fresh)
    }
}

fn some<K: Ord + Clone, V: Clone>(laid: &BTreeMap<K, V>) -> BTreeMap<K, Option<V>> {
    laid.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
}

/// What lay where something else lies now.
fn since<K: Ord + Clone, V: PartialEq>(
    mut before: BTreeMap<K, Option<V>>,
    now: &BTreeMap<K, V>,
) -> BTreeMap<K, Option<V>> {
    for key in now.keys() {
        before.entry(key.clone()).or_insert(None);
    }
    before.retain(|key, was| now.get(key) != was.as_ref());
    before
}

fn put_back<K: Ord, V>(laid: &mut BTreeMap<K, V>, before: BTreeMap<K, Option<V>>) {
    for (key, was) in before {
        match was {
            Some(value) => drop(laid.insert(key, value)),
            None => drop(laid.remove(&key)),
        }
    }
}
