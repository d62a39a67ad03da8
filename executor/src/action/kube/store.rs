//! Objects in the run's own folder: as they were, and as the server answered that they are. Only their owner may read them;
//! they go when the run is finalized.

use crate::durable;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

/// Letters of a digest.
const DIGEST: usize = 2 * blake3::OUT_LEN;
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
        if self.digest(&bytes) != name {
            return Err(damaged(name));
        }
        Object::from_bytes(&bytes).ok_or_else(|| damaged(name))
    }

    /// Notes what the server made of an object, durably.
    pub fn note_left(&self, name: &ObjectName, object: &Object) -> Result<(), Fault> {
        self.write_note(&self.left_name(name), &object.to_bytes())
    }

    /// What the server made of an object; none where no answer of it was noted.
    pub fn left(&self, name: &ObjectName) -> Result<Option<Object>, Fault> {
        self.noted_left(&self.left_name(name))
    }

    fn noted_left(&self, file: &str) -> Result<Option<Object>, Fault> {
        let Some(bytes) = self.read_note(file)? else { return Ok(None) };
        Object::from_bytes(&bytes).map(Some).ok_or_else(|| damaged(file))
    }

    /// What was left of all objects that actions of this run changed, each as the last of them left it.
    pub fn all_left(scene: &Scene<'_>) -> Result<BTreeMap<ObjectName, Object>, Fault> {
        let store = Self::of(scene)?;
        let failed = |error: io::Error| store.fault("read", &error);
        let mut all: BTreeMap<ObjectName, (Object, SystemTime)> = BTreeMap::new();
        let entries = match std::fs::read_dir(&store.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let file = entry.file_name().to_string_lossy().into_owned();
            if !file.starts_with(LEFT) {
                continue;
            }
            let at = entry.metadata().and_then(|found| found.modified()).map_err(failed)?;
            let Some(object) = store.noted_left(&file)? else { continue };
            let (name, noted) = (object.full_name(), (object, at));
            if all.get(&name).is_none_or(|other| is_later(&noted, other)) {
                all.insert(name, noted);
            }
        }
        Ok(all.into_iter().map(|(name, (object, _))| (name, object)).collect())
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
        self.write_note(&self.expected_name(), &serde_json::to_vec(&all).unwrap_or_default())
    }

    /// The same; none where it was not noted yet.
    pub fn expected(&self) -> Result<Option<BTreeMap<ObjectName, Option<Object>>>, Fault> {
        let Some(bytes) = self.read_note(&self.expected_name())? else { return Ok(None) };
        let damaged = || damaged(&self.expected_name());
        let all: Vec<(ObjectName, Option<Value>)> = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let object = |(name, value): (_, Option<Value>)| match value.map(|value| Object::new(value).ok_or_else(damaged))
        {
            Some(object) => Ok((name, Some(object?))),
            None => Ok((name, None)),
        };
        Ok(Some(all.into_iter().map(object).collect::<Result<_, Fault>>()?))
    }

    /// Notes, durably, which objects the action marked so that another program leaves them.
    pub fn note_spared(&self, names: &BTreeSet<ObjectName>) -> Result<(), Fault> {
        // Names are JSON already: writing them can't fail.
        self.write_note(&self.spared_name(), &serde_json::to_vec(names).unwrap_or_default())
    }

    /// The same.
    pub fn spared(&self) -> Result<BTreeSet<ObjectName>, Fault> {
        let Some(bytes) = self.read_note(&self.spared_name())? else { return Ok(BTreeSet::new()) };
        serde_json::from_slice(&bytes).map_err(|_| damaged(&self.spared_name()))
    }

    fn spared_name(&self) -> String {
        format!("spared-{}", blake3::hash(self.act.as_bytes()).to_hex())
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

    /// A note's name says nothing of what is in it, so it begins with a digest of both.
    fn write_note(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let digest = self.note_digest(name, bytes);
        self.write(name, &[digest.as_bytes(), bytes].concat())
    }

    /// What a note says; none where there is none.
    fn read_note(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let mut whole = match std::fs::read(self.folder.join(name)) {
            Ok(whole) => whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault("read", &error)),
        };
        let bytes = whole.split_off(whole.len().min(DIGEST));
        if self.note_digest(name, &bytes).as_bytes() == whole { Ok(Some(bytes)) } else { Err(damaged(name)) }
    }

    fn note_digest(&self, name: &str, bytes: &[u8]) -> String {
        self.digest(&[name.as_bytes(), &[0], bytes].concat())
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

fn damaged(name: &str) -> Fault {
    Fault::new("the run's copy of an object is damaged").details([format!("{name} in its folder")])
}

/// Whether an object was noted after another look at it. Versions of the cluster go up with each change; only where they are
/// no numbers the files tell, whose times a copy of the folder may have lost.
fn is_later((one, at): &(Object, SystemTime), (other, before): &(Object, SystemTime)) -> bool {
    let version = |object: &Object| object.resource_version().and_then(|version| version.parse::<u64>().ok());
    match (version(one), version(other)) {
        (Some(one), Some(other)) if one != other => one > other,
        _ => at >= before,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(version: &str) -> Object {
        let metadata = json!({ "name": "a", "namespace": "shop", "resourceVersion": version });
        Object::new(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata })).unwrap()
    }

    #[test]
    fn a_note_that_is_damaged_is_a_fault_and_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { folder: folder.path().to_owned(), key: [7; 32], act: "a/1".to_owned() };
        let (object, name) = (object("7"), object("7").full_name());
        let other = || ObjectName { name: "b".to_owned(), ..name.clone() };
        assert_eq!((store.left(&name).unwrap(), store.expected().unwrap()), (None, None));
        store.note_left(&name, &object).unwrap();
        let expected = BTreeMap::from([(name.clone(), Some(object.clone())), (other(), None)]);
        store.note_expected(&expected).unwrap();
        assert_eq!((store.left(&name).unwrap(), store.expected().unwrap()), (Some(object), Some(expected)));
        for file in [store.left_name(&name), store.expected_name()] {
            let path = folder.path().join(file);
            let whole = std::fs::read(&path).unwrap();
            // Cut off at its end, and in its digest; then with a letter that is another one, but still an object or a list.
            for cut in [whole.len() - 1, 10, 0] {
                std::fs::write(&path, whole.get(..cut).unwrap()).unwrap();
                assert!(store.left(&name).is_err() || store.expected().is_err(), "{} of {}", cut, whole.len());
            }
            std::fs::write(&path, String::from_utf8(whole.clone()).unwrap().replace("shop", "shot")).unwrap();
            assert!(store.left(&name).is_err() || store.expected().is_err());
            std::fs::write(&path, whole).unwrap();
        }
        assert!(store.left(&name).is_ok() && store.expected().is_ok());
    }

    #[test]
    fn the_version_says_which_of_two_notes_is_the_later_one() {
        let (early, late) = (SystemTime::UNIX_EPOCH, SystemTime::now());
        assert!(is_later(&(object("10"), early), &(object("9"), late)), "whatever a copy did to their times");
        assert!(!is_later(&(object("9"), late), &(object("10"), early)));
        assert!(
            is_later(&(object("x"), late), &(object("y"), early))
                && !is_later(&(object("x"), early), &(object("y"), late))
        );
    }
}
