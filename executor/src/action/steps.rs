//! The recipe of an action that writes files: what stood at each path, what it makes of it, and the way back.

use super::Undone;
use super::moves::{Move, Put, carry_out, is_dir, on_the_way};
use crate::site::{Fault, Scene};
use crate::world::{Bounds, Digest, RelPath, Snapshot, State, Tree};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use switchback_compiler::words::count;

/// One path of a recipe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Step {
    pub path: RelPath,
    /// What stood there; of a folder only itself.
    pub before: Snapshot,
    /// What the action makes of it.
    pub after: State,
    /// Folders that are made for this path and for none before it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<RelPath>,
}

impl Step {
    /// Whether what stands there now is what the action found, what it made, or anything between the two.
    pub fn knows(&self, now: &State) -> bool {
        *now == self.before.state() || self.is_ours(now)
    }

    fn is_ours(&self, now: &State) -> bool {
        *now == self.after || on_the_way(now, &self.before.state(), &self.after)
    }
}

/// The steps for these paths: all that undoing them will need is on the disk when this returns.
pub(super) fn keep(paths: Vec<(RelPath, State)>, tree: &Tree, scene: &Scene<'_>) -> Result<Vec<Step>, Fault> {
    let copied = tree.snapshot_each(paths.iter().map(|(path, _)| path), &scene.store()?)?;
    let mut known: BTreeSet<RelPath> = paths.iter().map(|(path, _)| path.clone()).collect();
    let mut steps = Vec::with_capacity(paths.len());
    for ((path, after), before) in paths.into_iter().zip(copied) {
        let mut made = if after.is_absent() { Vec::new() } else { tree.missing_parents(&path)? };
        made.retain(|folder| known.insert(folder.clone()));
        steps.push(Step { path, before, after, made });
    }
    Ok(steps)
}

/// Puts every path back, unless somebody else changed it since; that is told and left.
pub(super) fn take_back(steps: &[Step], scene: &Scene<'_>) -> Result<Undone, Fault> {
    let tree = scene.tree()?;
    let mut back = Back::default();
    for step in steps {
        back.look(step, tree, scene)?;
    }
    for folder in steps.iter().flat_map(|step| &step.made) {
        back.look_at_made(folder, tree)?;
    }
    back.stand_aside(tree)?;
    let paths: Vec<RelPath> = back.moves.keys().cloned().collect();
    let what = back.words();
    carry_out(tree, back.moves.into_values().collect())?;
    for step in steps.iter().filter(|step| paths.contains(&step.path)) {
        let now = tree.state(&step.path)?;
        if now != step.before.state() {
            back.left.push(format!("`{}` was put back and is another already: it is {now}", step.path));
        }
    }
    folders(steps, tree, scene)?;
    Ok(Undone { what, left: back.left })
}

/// What is put back, and what is left.
#[derive(Default)]
struct Back {
    moves: BTreeMap<RelPath, Move>,
    /// Folders that were made for what is put back; no word is lost about them.
    made: BTreeSet<RelPath>,
    left: Vec<String>,
}

impl Back {
    fn look(&mut self, step: &Step, tree: &Tree, scene: &Scene<'_>) -> Result<(), Fault> {
        let (path, now, to) = (step.path.clone(), tree.state(&step.path)?, step.before.state());
        if now == to {
            return Ok(());
        }
        if step.is_ours(&now) {
            let put = Put::Back { one: step.before.clone(), store: scene.store()? };
            self.moves.insert(path.clone(), Move { path, now, to, put });
        } else {
            self.left.push(format!("`{path}` was changed by somebody else since, and is left: it is {now}"));
        }
        Ok(())
    }

    /// A folder that was made inside of one that goes must go with it; others are looked at when all else is back.
    fn look_at_made(&mut self, folder: &RelPath, tree: &Tree) -> Result<(), Fault> {
        let (path, now) = (folder.clone(), tree.state(folder)?);
        let goes = |path: &RelPath| self.moves.get(path).is_some_and(|one| is_dir(&one.now) && !is_dir(&one.to));
        if is_dir(&now) && above(folder).iter().any(goes) {
            self.made.insert(path.clone());
            self.moves.insert(path.clone(), Move { path, now, to: State::Absent, put: Put::Nothing });
        }
        Ok(())
    }

    /// Leaves what could only be put back over something that somebody else put there.
    fn stand_aside(&mut self, tree: &Tree) -> Result<(), Fault> {
        for path in self.moves.keys().rev().cloned().collect::<Vec<_>>() {
            let Some(one) = self.moves.get(&path) else { continue };
            let mut why = None;
            if is_dir(&one.now) && !is_dir(&one.to) {
                why = self.foreign_below(&path, tree)?.map(|other| format!("is left: it holds `{other}`"));
            }
            if why.is_none() && !one.to.is_absent() {
                let above = self.foreign_above(&path, tree)?;
                why = above.map(|(above, now)| format!("can't come back: `{above}` is {now}"));
            }
            if let Some(why) = why {
                self.moves.remove(&path);
                if !self.made.contains(&path) {
                    self.left.push(format!("`{path}` {why}"));
                }
            }
        }
        Ok(())
    }

    /// Something in a folder that does not go with it.
    fn foreign_below(&self, folder: &RelPath, tree: &Tree) -> Result<Option<RelPath>, Fault> {
        let listed = tree.list(folder, Bounds::default())?;
        let mut all = listed.into_keys().map(|below| folder.join(&below));
        Ok(all.find(|path| !self.moves.get(path).is_some_and(|one| one.to.is_absent())))
    }

    /// Something in the place of a folder above a path, which does not become a folder again.
    fn foreign_above(&self, path: &RelPath, tree: &Tree) -> Result<Option<(RelPath, State)>, Fault> {
        let mut above = path.parent().filter(|folder| !folder.is_root());
        while let Some(folder) = above {
            let now = tree.state(&folder)?;
            let fits = matches!(now, State::Absent | State::Dir { .. } | State::Link { .. });
            if !fits && !self.moves.get(&folder).is_some_and(|one| is_dir(&one.to)) {
                return Ok(Some((folder, now)));
            }
            above = folder.parent().filter(|folder| !folder.is_root());
        }
        Ok(None)
    }

    /// `2 files put back, 1 file removed`.
    fn words(&self) -> String {
        let number = |gone: bool, folder: bool| {
            let counts =
                |one: &&Move| one.to.is_absent() == gone && is_dir(if gone { &one.now } else { &one.to }) == folder;
            self.moves.values().filter(counts).count()
        };
        let said = [(false, false), (false, true), (true, false), (true, true)].map(|(gone, folder)| {
            let number = number(gone, folder);
            let noun = if folder { "folder" } else { "file" };
            let verb = if gone { "removed" } else { "put back" };
            (number > 0).then(|| format!("{} {verb}", count(number, noun)))
        });
        let said: Vec<String> = said.into_iter().flatten().collect();
        if said.is_empty() { "nothing to put back".into() } else { said.join(", ") }
    }
}

/// Removes the folders that were made for the paths. One that another step still uses goes when that is taken back:
/// it is remembered in the run's folder, since only one of the two knows that it was made.
fn folders(steps: &[Step], tree: &Tree, scene: &Scene<'_>) -> Result<(), Fault> {
    let marks = Marks(scene.folder()?.join("made-folders"));
    let made: BTreeSet<&RelPath> = steps.iter().flat_map(|step| &step.made).collect();
    for folder in made.iter().rev() {
        if !gone(tree, folder)? {
            // Remembered first, then tried again, so that no other step can slip through in between.
            marks.add(folder)?;
            gone(tree, folder)?;
        }
    }
    let above: BTreeSet<RelPath> = steps.iter().flat_map(|step| above(&step.path)).collect();
    for folder in above.iter().rev().filter(|folder| marks.has(folder)) {
        gone(tree, folder)?;
    }
    Ok(())
}

/// Folders that a step which is taken back had made, and that were not empty then.
struct Marks(PathBuf);

impl Marks {
    fn add(&self, folder: &RelPath) -> Result<(), Fault> {
        let failed = |error: std::io::Error| Fault::new(format!("can't make `{}`: {error}", self.0.display()));
        std::fs::create_dir_all(&self.0).map_err(failed)?;
        Tree::open(&self.0)?.write_file(&Self::name(folder)?, folder.as_str().as_bytes(), 0o600)?;
        Ok(())
    }

    fn has(&self, folder: &RelPath) -> bool {
        Self::name(folder).is_ok_and(|name| self.0.join(name.as_str()).exists())
    }

    /// Flat, because a mark of a folder must not be one of those above it.
    fn name(folder: &RelPath) -> Result<RelPath, Fault> {
        let digest = Digest::of(folder.as_str().as_bytes()).to_string();
        RelPath::parse(&digest).map_err(|error| Fault::new(error.to_string()))
    }
}

/// Removes a folder when it is empty; whether it is gone. A step that is taken back at the same time may be quicker.
fn gone(tree: &Tree, folder: &RelPath) -> Result<bool, Fault> {
    match taken_away(tree, folder) {
        Err(_) if !is_dir(&tree.state(folder)?) => Ok(true),
        other => other,
    }
}

fn taken_away(tree: &Tree, folder: &RelPath) -> Result<bool, Fault> {
    if !is_dir(&tree.state(folder)?) {
        return Ok(true);
    }
    if !tree.list(folder, Bounds::default())?.is_empty() {
        return Ok(false);
    }
    tree.sweep_temporaries(folder)?;
    // Something may be put into it at this very moment; then it stays.
    Ok(tree.remove(folder).is_ok())
}

/// The folders that lead to a path, without the root.
fn above(path: &RelPath) -> Vec<RelPath> {
    let folders = std::iter::successors(path.parent(), RelPath::parent);
    folders.filter(|folder| !folder.is_root()).collect()
}
