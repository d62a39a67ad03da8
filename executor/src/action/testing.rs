//! A target in a temporary directory, for the tests of nouns that write files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Applied, Body, Change, Now, Predicted, Recipe, Seen, Undone, noun};
use crate::screen::diff::Kind;
use crate::site::{Blobs, Fault, Scene, Secrets, Site};
use crate::world::{Bounds, Digest, RelPath, State, Tree};
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchback_compiler::plan::Call;
use tempfile::TempDir;

thread_local! {
    /// How many changes of paths still succeed; none: all.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Fails where a process is to be cut off.
pub(super) fn cut() -> Result<(), Fault> {
    match LEFT.get() {
        Some(0) => Err(Fault::new("cut")),
        left => {
            LEFT.set(left.map(|left| left - 1));
            Ok(())
        }
    }
}

pub(super) struct Bench {
    dir: TempDir,
    pub site: Site,
    /// After how many changes everything is cut off, to be done again.
    pub cut: Option<usize>,
}

impl Bench {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            let path = dir.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let target = at("target");
        let site = Site {
            tree: Some(Arc::new(Tree::open(&target).unwrap())),
            directory: Some(target),
            cluster: None,
            lease: None,
            namespace: String::new(),
            project: at("project"),
            folder: Some(at("run")),
            backups: at("backups"),
            run: "qzvmkt".into(),
            blobs: Blobs::default(),
            secrets: Secrets::default(),
            services: BTreeMap::new(),
            hidden: BTreeSet::new(),
            written: BTreeMap::new(),
            program: PathBuf::from("switchback"),
            key: None,
            copies: Mutex::default(),
            found: BTreeMap::new(),
            outputs: Mutex::default(),
        };
        Self { dir, site, cut: None }
    }

    pub fn tree(&self) -> &Arc<Tree> {
        self.site.tree.as_ref().unwrap()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join("target").join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8], mode: u32) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, bytes).unwrap();
        fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn link(&self, path: &str, to: &str) {
        symlink(to, self.at(path)).unwrap();
    }

    pub fn folder(&self, path: &str, mode: u32) {
        fs::create_dir_all(self.at(path)).unwrap();
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn fifo(&self, path: &str) {
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, self.at(path), kind, 0o644.into(), 0).unwrap();
    }

    pub fn remove(&self, path: &str) {
        assert!(self.tree().remove_tree(&RelPath::parse(path).unwrap()).unwrap());
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    pub fn mode(&self, path: &str) -> u32 {
        fs::symlink_metadata(self.at(path)).unwrap().mode() & 0o7777
    }

    pub fn listed(&self, folder: &str) -> Vec<String> {
        let listed = self.tree().list(&RelPath::parse(folder).unwrap(), Bounds::default()).unwrap();
        listed.into_keys().map(String::from).collect()
    }

    pub fn is_folder(&self, path: &str) -> bool {
        matches!(self.tree().state(&RelPath::parse(path).unwrap()).unwrap(), State::Dir { .. })
    }

    pub fn states(&self) -> BTreeMap<RelPath, State> {
        self.tree().list(&RelPath::root(), Bounds::default()).unwrap()
    }

    pub fn digest(&self) -> Digest {
        self.tree().digest_of(&RelPath::root(), &[]).unwrap()
    }

    pub fn secret(&mut self, name: &str, value: &str) {
        self.site.secrets.insert(name.into(), value);
    }

    pub fn written(&mut self, path: &str, step: &str) {
        self.site.written.entry(path.into()).or_default().push(step.into());
    }

    /// A source file as the compiler leaves it in the plan.
    pub fn blob(&mut self, name: &str, bytes: &[u8], mode: u32) -> Json {
        let digest = blake3::hash(bytes).to_hex().to_string();
        let mut blobs = self.site.blobs.all().clone();
        blobs.insert(digest.clone(), bytes.to_vec());
        self.site.blobs = Blobs::new(blobs);
        json!({ "source": name, "blob": digest, "size": bytes.len(), "executable": mode & 0o100 != 0 })
    }

    /// A source folder as the compiler leaves it in the plan.
    pub fn source(&mut self, files: &[(&str, &[u8], u32)]) -> Json {
        let mut held = Vec::new();
        for (path, bytes, mode) in files {
            let mut file = self.blob(&format!("files/{path}"), bytes, *mode);
            file.as_object_mut().unwrap().insert("path".into(), json!(path));
            held.push(file);
        }
        json!({ "source": "files", "files": held })
    }

    pub fn call(kind: &str, values: Json) -> Call {
        let Json::Object(values) = values else { unreachable!("the values of a call are an object") };
        Call { kind: kind.into(), values }
    }

    pub fn objections(kind: &str, values: Json) -> Vec<String> {
        let found = noun(kind).unwrap().objections(&Self::call(kind, values));
        found.into_iter().map(|one| one.text).collect()
    }

    pub fn touches(kind: &str, values: Json) -> Vec<(String, bool)> {
        let found = noun(kind).unwrap().touches(&Self::call(kind, values), &|_| None);
        found.into_iter().map(|touch| (touch.path, touch.tree)).collect()
    }

    pub fn scene(&self) -> Scene<'_> {
        Scene { site: &self.site, step: "step", act: "1", within: Duration::from_mins(1), progress: &|_, _| {} }
    }

    pub fn world(&self) -> Predicted {
        Predicted::new(self.site.tree.clone())
    }

    pub async fn preview_in(&self, call: &Call, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        noun(&call.kind).unwrap().action().unwrap().preview(call, &self.scene(), world).await
    }

    pub async fn preview(&self, call: &Call) -> Result<Vec<Change>, Fault> {
        self.preview_in(call, &mut self.world()).await
    }

    pub async fn preview_all(&self, calls: &[Call]) -> Result<Vec<Vec<Change>>, Fault> {
        let (mut world, mut all) = (self.world(), Vec::new());
        for call in calls {
            all.push(self.preview_in(call, &mut world).await?);
        }
        Ok(all)
    }

    pub async fn prepare(&self, call: &Call) -> Result<Recipe, Fault> {
        let recipe = noun(&call.kind).unwrap().action().unwrap().prepare(call, &self.scene()).await?;
        Ok(serde_json::from_str(&serde_json::to_string(&recipe).unwrap()).unwrap())
    }

    pub async fn apply_by(&self, call: &Call, recipe: &Recipe) -> Result<Applied, Fault> {
        noun(&call.kind).unwrap().action().unwrap().apply(call, recipe, &self.scene()).await
    }

    pub async fn apply(&self, call: &Call) -> Result<Recipe, Fault> {
        let recipe = self.prepare(call).await?;
        self.apply_by(call, &recipe).await.map(|_| recipe)
    }

    pub async fn undo(&self, call: &Call, recipe: &Recipe) -> Result<Undone, Fault> {
        noun(&call.kind).unwrap().action().unwrap().undo(call, recipe, &self.scene()).await
    }

    pub async fn look(&self, kind: &str, values: Json) -> Seen {
        let call = Self::call(kind, values);
        noun(kind).unwrap().check().unwrap().look(&call, &self.scene()).await.unwrap()
    }

    pub async fn read_by(&self, kind: &str, values: Json) -> Result<String, Fault> {
        let call = Self::call(kind, values);
        noun(kind).unwrap().reader().unwrap().read(&call, &self.scene()).await
    }

    /// Takes a backup as a run does; what it holds, in words.
    pub async fn copy(&mut self, name: &str, kind: &str, path: &str) -> Result<String, Fault> {
        let call = Self::call(kind, json!({ "path": if path == "." { "" } else { path } }));
        let store = self.site.backups.join(&self.site.run).join(name);
        let copied = noun(kind).unwrap().thing().unwrap().copy(&call, &self.scene(), &store).await?;
        let words = copied.what.clone();
        self.site.copies.get_mut().unwrap().insert(name.into(), vec![copied]);
        Ok(words)
    }

    /// Takes a backup as a preview does.
    pub async fn copy_in(&self, name: &str, kind: &str, path: &str, world: &mut Predicted) -> Result<String, Fault> {
        let call = Self::call(kind, json!({ "path": path }));
        noun(kind).unwrap().thing().unwrap().preview(&call, name, &self.scene(), world).await
    }

    pub fn damage_copies(&self, name: &str) {
        for blob in fs::read_dir(self.site.backups.join(&self.site.run).join(name)).unwrap() {
            fs::write(blob.unwrap().path(), "damaged").unwrap();
        }
    }

    /// One action, as [`Bench::all_there_and_back`].
    pub async fn there_and_back(&self, call: &Call) -> Vec<Change> {
        self.all_there_and_back(std::slice::from_ref(call)).await.pop().unwrap()
    }

    /// Previews actions and does them: what was previewed is what happened, done again nothing happens; then takes each
    /// back, which leaves the directory as it was before it, and again, which changes nothing.
    pub async fn all_there_and_back(&self, calls: &[Call]) -> Vec<Vec<Change>> {
        let mut world = self.world();
        let (mut shown, mut done) = (Vec::new(), Vec::new());
        for call in calls {
            let changes = self.preview_in(call, &mut world).await.unwrap();
            let before = self.states();
            let digest = self.digest();
            let recipe = self.prepare(call).await.unwrap();
            if self.cut.is_some() {
                let _cut = self.limited(self.cut, self.apply_by(call, &recipe)).await;
            }
            self.apply_by(call, &recipe).await.unwrap();
            self.is_as_previewed(&world, &before, &changes);
            let after = self.digest();
            self.apply_by(call, &recipe).await.unwrap();
            assert!(self.prepare(call).await.unwrap().needs_nothing(), "{call:?}");
            assert_eq!(self.digest(), after, "applied twice, {call:?}");
            shown.push(changes);
            done.push((call, recipe, digest));
        }
        for (call, recipe, digest) in done.into_iter().rev() {
            if self.cut.is_some() {
                let _cut = self.limited(self.cut, self.undo(call, &recipe)).await;
            }
            for _ in 0..2 {
                assert_eq!(self.undo(call, &recipe).await.unwrap().left, Vec::<String>::new());
                assert_eq!(self.digest(), digest, "undone, {call:?}");
            }
        }
        shown
    }

    fn is_as_previewed(&self, world: &Predicted, before: &BTreeMap<RelPath, State>, changes: &[Change]) {
        let after = self.states();
        let predicted = world.below(&RelPath::root()).unwrap();
        assert_eq!(after.keys().collect::<Vec<_>>(), predicted.keys().collect::<Vec<_>>());
        for (path, state) in &after {
            let now = Now::from(state.clone());
            assert!(predicted.get(path).is_some_and(|wanted| wanted.is_as(&now)), "{path} is {state}");
        }
        let differs = |path: &&RelPath| before.get(*path) != after.get(*path);
        let other: BTreeSet<&str> = before.keys().chain(after.keys()).filter(differs).map(RelPath::as_str).collect();
        let told: BTreeSet<&str> = changes.iter().map(|one| one.resource.as_str()).collect();
        // Folders that a file needs are made without a word.
        let silent = |path: &&str| !matches!(after.get(&path.parse().unwrap()), Some(State::Dir { mode: 0o755 }));
        assert_eq!(
            other.iter().copied().filter(|path| told.contains(path) || silent(path)).collect::<BTreeSet<_>>(),
            told
        );
    }

    /// Leaves out what a preview refuses, since a run refuses it too; the rest there and back.
    pub async fn what_can_be_done_is_taken_back(&self, calls: &[Call]) {
        let (mut world, mut sound) = (self.world(), Vec::new());
        for call in calls {
            if self.preview_in(call, &mut world).await.is_ok() {
                sound.push(call.clone());
            } else {
                // It may have been refused half-way.
                world = self.world();
                for before in &sound {
                    self.preview_in(before, &mut world).await.unwrap();
                }
            }
        }
        self.all_there_and_back(&sound).await;
    }

    /// Cuts an action off after each number of changes: then either takes it back, or does it again and takes that back,
    /// cut off too.
    pub async fn every_cut(&self, call: &Call) {
        let before = self.digest();
        let recipe = self.prepare(call).await.unwrap();
        self.apply_by(call, &recipe).await.unwrap();
        let after = self.digest();
        self.undo_whole(call, &recipe, before).await;
        for number in 0.. {
            let recipe = self.prepare(call).await.unwrap();
            let whole = self.limited(Some(number), self.apply_by(call, &recipe)).await.is_ok();
            self.undo_whole(call, &recipe, before).await;
            if whole {
                assert!(number > 1, "nothing was cut");
                return;
            }
            let recipe = self.prepare(call).await.unwrap();
            assert!(self.limited(Some(number), self.apply_by(call, &recipe)).await.is_err());
            self.apply_by(call, &recipe).await.unwrap();
            assert_eq!(self.digest(), after, "cut after {number} changes and done again");
            let _cut = self.limited(Some(number), self.undo(call, &recipe)).await;
            self.undo_whole(call, &recipe, before).await;
        }
    }

    async fn undo_whole(&self, call: &Call, recipe: &Recipe, before: Digest) {
        let undone = self.undo(call, recipe).await.unwrap();
        assert_eq!((undone.left, self.digest()), (Vec::new(), before), "{}", undone.what);
    }

    async fn limited<T>(
        &self,
        changes: Option<usize>,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        LEFT.set(changes);
        let result = work.await;
        LEFT.set(None);
        result
    }
}

/// The lines of a change with their signs.
pub(super) fn diff(changes: &[Change]) -> Vec<String> {
    let Some(Change { body: Body::Lines(lines), .. }) = changes.first() else { return Vec::new() };
    let sign = |kind: Kind| match kind {
        Kind::Same => " ",
        Kind::Removed => "-",
        Kind::Added => "+",
        Kind::Hunk | Kind::Note => "",
    };
    lines.iter().map(|line| format!("{}{}", sign(line.kind), line.text)).collect()
}
