//! Objects in the run's own folder: as they were, and as the server answered that they are. Only their owner may read them;
//! they go when the run is finalized.

use crate::durable;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

/// Begins the names of files that say what an action left of an object.
const LEFT: &str = "left-";

/// Where they lie.
pub(in crate::action) struct Store {
    folder: PathBuf,
    key: [u8; 32],
    /// Which action they are of.
    act: String,
}

impl Store {
    pub fn of(scene: &Scene<'_>) -> Result<Self, Fault> {
        let key = scene.site.key.ok_or_else(|| Fault::new("the target has no key yet"))?;
        let act = format!("{}/{}", scene.step, scene.act);
        Ok(Self { folder: scene.store()?.join("objects"), key, act })
    }

    /// Keeps an object, durably; the name of its file. That tells nothing of what is in it, and says whether it is whole.
    pub fn keep(&self, object: &Object) -> Result<String, Fault> {
        let bytes = object.to_bytes();
        let name = self.digest(&bytes);
        self.write(&name, &bytes)?;
        Ok(name)
    }

    /// An object that was kept.
    pub fn kept(&self, name: &str) -> Result<Object, Fault> {
        let bytes = std::fs::read(self.folder.join(name)).map_err(|error| self.fault("read", &error))?;
        let damaged =
            || Fault::new("the run's copy of an object is damaged").details([format!("{name} in its folder")]);
        if self.digest(&bytes) != name {
            return Err(damaged());
        }
        Object::from_bytes(&bytes).ok_or_else(damaged)
    }

    /// Notes what the server made of an object, durably.
    pub fn note_left(&self, name: &ObjectName, object: &Object) -> Result<(), Fault> {
        self.write(&self.left_name(name), &object.to_bytes())
    }

    /// What the server made of an object; none where no answer of it was noted.
    pub fn left(&self, name: &ObjectName) -> Result<Option<Object>, Fault> {
        match std::fs::read(self.folder.join(self.left_name(name))) {
            Ok(bytes) => Ok(Object::from_bytes(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault("read", &error)),
        }
    }

    /// What was left of all objects that actions of this run changed, each as the last of them left it.
    pub fn all_left(scene: &Scene<'_>) -> Result<BTreeMap<ObjectName, Object>, Fault> {
        let store = Self::of(scene)?;
        let failed = |error: io::Error| store.fault("read", &error);
        let mut all: BTreeMap<ObjectName, (SystemTime, Object)> = BTreeMap::new();
        let entries = match std::fs::read_dir(&store.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            if !entry.file_name().to_string_lossy().starts_with(LEFT) {
                continue;
            }
            let at = entry.metadata().and_then(|found| found.modified()).map_err(failed)?;
            let Some(object) = Object::from_bytes(&std::fs::read(entry.path()).map_err(failed)?) else { continue };
            let name = object.full_name();
            if all.get(&name).is_none_or(|(other, _)| *other <= at) {
                all.insert(name, (at, object));
            }
        }
        Ok(all.into_iter().map(|(name, (_, object))| (name, object)).collect())
    }

    /// Notes, durably, that this run makes an object anew: from then on another uid tells nothing of somebody else.
    pub fn note_anew(&self, name: &ObjectName) -> Result<(), Fault> {
        self.write(&Self::anew_name(name), b"")
    }

    /// Whether this run made an object anew.
    pub fn is_anew(&self, name: &ObjectName) -> bool {
        self.folder.join(Self::anew_name(name)).exists()
    }

    /// Notes, durably, what the action's undo expects to find of objects once another program has taken them back; none
    /// where it expects none.
    pub fn note_expected(&self, objects: &BTreeMap<ObjectName, Option<Object>>) -> Result<(), Fault> {
        let all: Vec<_> = objects.iter().map(|(name, object)| (name, object.as_ref().map(Object::value))).collect();
        // Names and objects are JSON already: writing them can't fail.
        self.write(&self.expected_name(), &serde_json::to_vec(&all).unwrap_or_default())
    }

    /// The same; none where it was not noted yet.
    pub fn expected(&self) -> Result<Option<BTreeMap<ObjectName, Option<Object>>>, Fault> {
        let bytes = match std::fs::read(self.folder.join(self.expected_name())) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault("read", &error)),
        };
        let damaged = || Fault::new("the run's note of what its undo found is damaged");
        let all: Vec<(ObjectName, Option<Value>)> = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let object = |(name, value): (_, Option<Value>)| match value.map(|value| Object::new(value).ok_or_else(damaged))
        {
            Some(object) => Ok((name, Some(object?))),
            None => Ok((name, None)),
        };
        Ok(Some(all.into_iter().map(object).collect::<Result<_, Fault>>()?))
    }

    fn expected_name(&self) -> String {
        format!("expected-{}", blake3::hash(self.act.as_bytes()).to_hex())
    }

    fn anew_name(name: &ObjectName) -> String {
        format!("anew-{}", blake3::hash(String::from(name.clone()).as_bytes()).to_hex())
    }

    fn left_name(&self, name: &ObjectName) -> String {
        let whole = format!("{}/{}", self.act, String::from(name.clone()));
        format!("{LEFT}{}", blake3::hash(whole.as_bytes()).to_hex())
    }

    fn digest(&self, bytes: &[u8]) -> String {
        blake3::keyed_hash(&self.key, bytes).to_hex().to_string()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let written = durable::make_dirs(&self.folder, 0o700)
            .and_then(|()| durable::write(&self.folder.join(name), bytes, 0o600));
        written.map_err(|error| self.fault("written", &error))
    }

    fn fault(&self, done: &str, error: &io::Error) -> Fault {
        Fault::new(format!("the run's copy of an object can't be {done}: {error}"))
            .details([format!("in {}", self.folder.display())])
    }
}
