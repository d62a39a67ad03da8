//! A file system in memory that knows what is durable, and what a power loss may leave of the rest.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use switchback::journal::{Opened, Storage, StorageFile};

use crate::random::Random;

/// A file's content: on disk, and as programs see it. They are equal before `dirty_from`.
#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    current: Vec<u8>,
    dirty_from: usize,
    /// Space taken without content.
    allocated: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Node {
    Dir,
    File(usize),
}

/// A change of names in one folder that no sync has made durable yet.
#[derive(Clone)]
struct NameChange {
    parent: PathBuf,
    put: Option<(PathBuf, Node)>,
    gone: Option<PathBuf>,
}

/// All of a file system.
#[derive(Clone, Default)]
pub struct World {
    names: BTreeMap<PathBuf, Node>,
    durable_names: BTreeMap<PathBuf, Node>,
    pending: Vec<NameChange>,
    files: Vec<Content>,
}

impl World {
    /// A file's bytes as programs see them.
    pub fn bytes(&self, path: &Path) -> Option<&[u8]> {
        Some(&self.files[self.file(path).ok()?].current)
    }

    /// Puts a file's bytes there, durably.
    pub fn put(&mut self, path: &Path, bytes: &[u8]) {
        let at = self.file(path).unwrap();
        let content = &mut self.files[at];
        *content = Content { durable: bytes.to_vec(), current: bytes.to_vec(), dirty_from: bytes.len(), allocated: 0 };
    }

    /// Removes a file, durably.
    pub fn forget(&mut self, path: &Path) {
        self.names.remove(path);
        self.durable_names.remove(path);
    }

    /// Space in use.
    pub fn used(&self) -> usize {
        let file = |node: &Node| if let Node::File(at) = node { Some(&self.files[*at]) } else { None };
        self.names.values().filter_map(file).map(|content| content.current.len().max(content.allocated)).sum()
    }

    /// What a power loss might leave: any of the unsynced changes of names, and any units of unsynced bytes.
    pub fn after_power_loss(&self, unit: usize, random: &mut Random) -> World {
        let mut names = self.durable_names.clone();
        let survive = random.next();
        for (at, change) in self.pending.iter().enumerate() {
            if survive >> (at % 64) & 1 == 1 {
                change.apply(&mut names);
            }
        }
        let mut files = Vec::with_capacity(names.len());
        let mut kept = BTreeMap::new();
        for (path, node) in names {
            if !is_held(&kept, &path) {
                continue;
            }
            let node = match node {
                Node::Dir => Node::Dir,
                Node::File(at) => {
                    files.push(self.files[at].after_power_loss(unit, random));
                    Node::File(files.len() - 1)
                }
            };
            kept.insert(path, node);
        }
        World { durable_names: kept.clone(), names: kept, pending: Vec::new(), files }
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Node::File(at)) => Ok(*at),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn change(&mut self, change: NameChange) -> io::Result<()> {
        if !is_held(&self.names, &change.parent.join("x")) {
            return Err(io::ErrorKind::NotFound.into());
        }
        change.apply(&mut self.names);
        self.pending.push(change);
        Ok(())
    }

    fn put_new(&mut self, path: &Path, node: Node) -> io::Result<()> {
        self.change(NameChange { parent: parent(path), put: Some((path.to_owned(), node)), gone: None })
    }

    fn make_file(&mut self, path: &Path) -> io::Result<usize> {
        if let Ok(at) = self.file(path) {
            return Ok(at);
        }
        self.put_new(path, Node::File(self.files.len()))?;
        self.files.push(Content::default());
        Ok(self.files.len() - 1)
    }

    fn sync_dir(&mut self, dir: &Path) {
        let Self { durable_names, pending, .. } = self;
        pending.retain(|change| {
            let synced = change.parent == dir;
            if synced {
                change.apply(durable_names);
            }
            !synced
        });
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap().to_owned()
}

fn is_held(names: &BTreeMap<PathBuf, Node>, path: &Path) -> bool {
    let parent = path.parent().unwrap();
    parent == Path::new("/") || names.get(parent) == Some(&Node::Dir)
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
        if let Some((path, node)) = &self.put {
            names.insert(path.clone(), *node);
        }
    }
}

impl Content {
    fn after_power_loss(&self, unit: usize, random: &mut Random) -> Content {
        let bytes = if self.dirty_from == self.durable.len() && self.current.len() == self.durable.len() {
            self.durable.clone()
        } else {
            self.torn(unit, random)
        };
        Content { dirty_from: bytes.len(), durable: bytes.clone(), current: bytes, allocated: 0 }
    }

    /// Each unit is old or new, or, once in a while, torn inside; where nothing old was, zeros or whatever lay on the disk.
    fn torn(&self, unit: usize, random: &mut Random) -> Vec<u8> {
        let (short, long) = (self.durable.len().min(self.current.len()), self.durable.len().max(self.current.len()));
        let length = match random.below(4) {
            0 => self.durable.len(),
            1 => short + random.below(long - short + 1),
            _ => self.current.len(),
        };
        let mut bytes = self.durable.clone();
        bytes.resize(length, 0);
        if length > self.durable.len() && random.once_in(16) {
            let garbage = random.bytes(length - self.durable.len());
            bytes[self.durable.len()..].copy_from_slice(&garbage);
        }
        let end = length.min(self.current.len());
        let tendency = random.below(3);
        let (mut at, mut bits) = (self.dirty_from, 0);
        while at < end {
            if bits <= 1 {
                bits = keep(tendency, random) | 1 << 63;
            }
            let next = (at / unit + 1) * unit;
            let stop = if unit > 1 && random.once_in(8) { at + random.below(next - at) } else { next }.min(end);
            if bits & 1 == 1 {
                bytes[at..stop].copy_from_slice(&self.current[at..stop]);
            }
            bits >>= 1;
            at = next;
        }
        bytes
    }
}

/// Which of the next units survive: half of them, most, or few.
fn keep(tendency: usize, random: &mut Random) -> u64 {
    match tendency {
        0 => random.next(),
        1 => random.next() | random.next() | random.next(),
        _ => random.next() & random.next() & random.next(),
    }
}

/// What is wrong with a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flaws {
    /// Planted bug: names are never synced.
    pub no_dir_sync: bool,
    /// Planted bug: contents are never synced.
    pub no_sync: bool,
    /// Planted bug: the fresh copy is not synced before it is renamed.
    pub no_sync_of_new: bool,
    /// The call, counted from 1, that fails, halfway where it writes.
    pub fails_at: Option<usize>,
    /// How many bytes the disk holds.
    pub capacity: Option<usize>,
}

/// Called before each change of the world: a moment at which the power may go.
pub type Watch = Box<dyn Fn(&World) + Send + Sync>;

/// The storage over a world.
#[derive(Clone)]
pub struct Model {
    world: Arc<Mutex<World>>,
    calls: Arc<Mutex<usize>>,
    flaws: Flaws,
    watch: Option<Arc<Watch>>,
}

impl Model {
    pub fn new(world: World, flaws: Flaws, watch: Option<Watch>) -> Self {
        Self { world: Arc::new(Mutex::new(world)), calls: Arc::default(), flaws, watch: watch.map(Arc::new) }
    }

    pub fn world(&self) -> World {
        self.world.lock().unwrap().clone()
    }

    fn act<T>(&self, act: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        self.act_or(act, |_| ())
    }

    fn act_or<T>(&self, act: impl FnOnce(&mut World) -> io::Result<T>, half: impl FnOnce(&mut World)) -> io::Result<T> {
        let mut world = self.world.lock().unwrap();
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        if let Some(watch) = &self.watch {
            watch(&world);
        }
        if self.flaws.fails_at == Some(*calls) {
            half(&mut world);
            return Err(io::Error::other("the disk said no"));
        }
        act(&mut world)
    }

    fn open_file(&self, at: usize, path: &Path) -> Box<dyn StorageFile> {
        let is_new = path.file_name().unwrap() == "journal.new";
        Box::new(ModelFile {
            model: self.clone(),
            at,
            unsynced: self.flaws.no_sync || self.flaws.no_sync_of_new && is_new,
        })
    }
}

impl Storage for Model {
    fn exists(&self, path: &Path) -> bool {
        path == Path::new("/") || self.world.lock().unwrap().names.contains_key(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.act(|world| world.put_new(dir, Node::Dir))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let skipped = self.flaws.no_dir_sync;
        self.act(|world| {
            if !skipped {
                world.sync_dir(dir);
            }
            Ok(())
        })
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        let at = self.act(|world| {
            let at = world.make_file(path)?;
            world.files[at].cut(0);
            Ok(at)
        })?;
        Ok(self.open_file(at, path))
    }

    fn edit(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        let at = self.act(|world| world.make_file(path))?;
        Ok(self.open_file(at, path))
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Opened> {
        let world = self.world.lock().unwrap();
        let content = &world.files[world.file(path)?];
        let rest = content.current.get(from as usize..).unwrap_or_default().to_vec();
        let length = content.current.len().max(content.allocated) as u64;
        Ok(Opened { length, reader: Box::new(Cursor::new(rest)) })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.act(|world| {
            let node = Node::File(world.file(from)?);
            let (put, gone) = (Some((to.to_owned(), node)), Some(from.to_owned()));
            world.change(NameChange { parent: parent(to), put, gone })
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.act(|world| {
            world.file(path)?;
            world.change(NameChange { parent: parent(path), put: None, gone: Some(path.to_owned()) })
        })
    }
}

impl Content {
    fn cut(&mut self, length: usize) {
        self.current.truncate(length);
        self.dirty_from = self.dirty_from.min(length);
    }
}

struct ModelFile {
    model: Model,
    at: usize,
    unsynced: bool,
}

impl StorageFile for ModelFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (at, capacity) = (self.at, self.model.flaws.capacity);
        let write = |world: &mut World| {
            let room = capacity.map_or(bytes.len(), |capacity| capacity.saturating_sub(world.used()));
            let fits = bytes.get(..room).unwrap_or(bytes);
            world.files[at].current.extend(fits);
            if fits.len() < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        };
        self.model.act_or(write, |world| world.files[at].current.extend(&bytes[..bytes.len() / 2]))
    }

    fn overwrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.model.act(|world| {
            let content = &mut world.files[self.at];
            content.dirty_from = 0;
            content.current = [bytes, content.current.get(bytes.len()..).unwrap_or_default()].concat();
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.model.act(|world| {
            let content = &mut world.files[self.at];
            if !self.unsynced {
                content.durable.truncate(content.dirty_from);
                content.durable.extend(&content.current[content.dirty_from..]);
                content.dirty_from = content.current.len();
            }
            Ok(())
        })
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.model.act(|world| {
            world.files[self.at].cut(length as usize);
            Ok(())
        })
    }

    fn allocate(&mut self, length: u64) -> io::Result<()> {
        let capacity = self.model.flaws.capacity;
        self.model.act(|world| {
            if capacity.is_some_and(|capacity| world.used() + length as usize > capacity) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            world.files[self.at].allocated = length as usize;
            Ok(())
        })
    }
}
