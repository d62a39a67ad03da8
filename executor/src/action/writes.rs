//! Actions that put paths of the target's directory into a wanted state: they share one preview, one apply, one undo.
//!
//! Such an action says only what it wants at which path. It is idempotent: what stands there already is left alone,
//! and doing it again after a crash converges. Its undo puts each path back, unless somebody else changed it since.

use super::moves::{Move, carry_out};
use super::steps::{Step, keep, take_back};
use super::want::Want;
use super::{Account, Action, Applied, Change, Predicted, Probe, Recipe, Told, Undone, shown};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::Kind;
use switchback_compiler::words::count;

/// Paths that one action may change: what undoing them needs must fit into one record of the journal.
pub(super) const MOST_PATHS: usize = 20_000;

/// An action that wants files.
pub trait Writes: Kind {
    /// What it wants where, given what stands there. Asked at preview over the predicted world, and again right before
    /// it acts over the real one.
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault>;

    /// What it does, in a few words.
    fn words(&self, call: &Call) -> String;
}

#[async_trait]
impl<T: Writes> Action for T {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let wants: BTreeMap<RelPath, Want> = self.wants(call, scene, world)?.into_iter().collect();
        // As when it is done: what goes first goes from the inside out.
        let (gone, put): (Vec<_>, Vec<_>) = wants.into_iter().partition(|(_, want)| *want == Want::Absent);
        let mut changes = Vec::new();
        for (path, want) in gone.into_iter().rev().chain(put) {
            let (next, found) = shown::changes(&path, want, scene, world)?;
            if !found.is_empty() {
                world.set(&path, next)?;
                changes.extend(found);
            }
        }
        few(changes.len())?;
        changes.sort_by(|a, b| a.resource.cmp(&b.resource));
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let paths: Vec<_> = pending(self, call, scene)?.into_iter().map(|one| (one.path, one.to)).collect();
        few(paths.len())?;
        if paths.is_empty() {
            return Recipe::of(&paths);
        }
        Recipe::of(&keep(paths, scene.tree()?, scene)?)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let steps: Vec<Step> = recipe.read()?;
        let moves = pending(self, call, scene)?;
        moves.iter().try_for_each(|one| known(one, &steps))?;
        carry_out(scene.tree()?, moves)?;
        // Also what a first try did before it was cut off counts.
        Ok(Applied::changed(steps.len() as u64))
    }

    async fn probe(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let steps: Vec<Step> = recipe.read()?;
        let tree = scene.tree()?;
        let mut open = Vec::new();
        for step in &steps {
            if tree.state(&step.path)? != step.after {
                open.push(&step.path);
            }
        }
        Ok(match open.as_slice() {
            [] => Probe::Done("the files are as it writes them".into()),
            [path] => Probe::NotDone(format!("`{path}` is not as it writes it")),
            all => Probe::NotDone(format!("{} are not as it writes them", count(all.len(), "file"))),
        })
    }

    async fn undo(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        take_back(&recipe.read::<Vec<Step>>()?, scene)
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        let mut account = Account::default();
        for step in recipe.read::<Vec<Step>>()? {
            account.files.push(Told { path: step.path, before: step.before.state(), after: step.after });
            account.made.extend(step.made);
        }
        Ok(account)
    }

    fn looks(&self, call: &Call, scene: &Scene<'_>) -> Result<BTreeSet<RelPath>, Fault> {
        let mut world = Predicted::new(Some(Arc::clone(scene.tree()?)));
        let wants = self.wants(call, scene, &mut world)?;
        Ok(wants.into_iter().map(|(path, _)| path).collect())
    }

    fn words(&self, call: &Call) -> String {
        Writes::words(self, call)
    }
}

fn few(paths: usize) -> Result<(), Fault> {
    if paths <= MOST_PATHS {
        return Ok(());
    }
    Err(Fault::new(format!("it would change {}, and at most {MOST_PATHS} are allowed", count(paths, "file")))
        .details(["several actions may share the work, each for a folder of its own".to_owned()]))
}

/// What must still be changed.
fn pending<T: Writes + ?Sized>(action: &T, call: &Call, scene: &Scene<'_>) -> Result<Vec<Move>, Fault> {
    let tree = scene.tree()?;
    let mut world = Predicted::new(Some(Arc::clone(tree)));
    let wants: BTreeMap<RelPath, Want> = action.wants(call, scene, &mut world)?.into_iter().collect();
    let mut moves = Vec::new();
    for (path, want) in wants {
        let now = tree.state(&path)?;
        let (to, put) = want.over(&now, scene)?;
        if to != now {
            moves.push(Move { path, now, to, put });
        }
    }
    Ok(moves)
}

/// Nothing is changed whose old state was not kept, and nothing is made of it that an undo would not know again.
fn known(one: &Move, steps: &[Step]) -> Result<(), Fault> {
    let Move { path, now, to, put: _ } = one;
    let Some(step) = steps.binary_search_by(|step| step.path.cmp(path)).ok().and_then(|at| steps.get(at)) else {
        return Err(Fault::new(format!(
            "`{path}` was changed by somebody else after the old files were kept: it is {now}"
        ))
        .details(["it is left, because an undo could not put it back".to_owned()]));
    };
    if !step.knows(now) {
        return Err(Fault::new(format!("`{path}` was changed by somebody else after it was kept: it is {now}"))
            .details(["it is left, because an undo would put an older state back".to_owned()]));
    }
    if step.after != *to {
        return Err(Fault::new(format!("`{path}` would become another than was planned before the interruption"))
            .details([format!("planned: {}", step.after), format!("now: {to}")]));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use crate::action::testing::Bench;
    use crate::action::{Probe, noun};
    use serde_json::json;
    use switchback_compiler::plan::Call;

    fn write(path: &str, content: &str) -> Call {
        Bench::call("file.write", json!({ "path": path, "content": content }))
    }

    async fn probe(bench: &Bench, call: &Call, recipe: &crate::action::Recipe) -> Probe {
        noun(&call.kind).unwrap().action().unwrap().probe(call, recipe, &bench.scene()).await.unwrap()
    }

    #[tokio::test]
    async fn a_look_after_a_crash_tells() {
        let bench = Bench::new();
        let call = write("a", "new");
        let recipe = bench.prepare(&call).await.unwrap();
        assert_eq!(probe(&bench, &call, &recipe).await, Probe::NotDone("`a` is not as it writes it".into()));
        assert_eq!(bench.apply_by(&call, &recipe).await.unwrap().changed, 1);
        assert_eq!(probe(&bench, &call, &recipe).await, Probe::Done("the files are as it writes them".into()));
        assert_eq!(bench.apply_by(&call, &recipe).await.unwrap().changed, 1, "the first try counts");
    }

    #[tokio::test]
    async fn what_somebody_else_changed_since_it_was_kept_is_not_overwritten() {
        let bench = Bench::new();
        bench.write("a", b"old", 0o644);
        let call = write("a", "new");
        let recipe = bench.prepare(&call).await.unwrap();
        bench.write("a", b"theirs", 0o644);
        let fault = bench.apply_by(&call, &recipe).await.unwrap_err();
        assert!(fault.why.starts_with("`a` was changed by somebody else after it was kept: it is a file"), "{fault}");
        assert_eq!(bench.read("a"), "theirs");
        let undone = bench.undo(&call, &recipe).await.unwrap();
        assert!(undone.left[0].starts_with("`a` was changed by somebody else since, and is left"), "{undone:?}");
        assert_eq!(bench.read("a"), "theirs");
    }

    #[tokio::test]
    async fn a_path_that_was_right_when_all_was_kept_is_not_changed_later() {
        let mut bench = Bench::new();
        bench.write("d/a", b"a", 0o644);
        let from = bench.source(&[("a", b"a", 0o644), ("b", b"b", 0o644)]);
        let call = Bench::call("dir.copy", json!({ "path": "d", "from": from }));
        let recipe = bench.prepare(&call).await.unwrap();
        bench.write("d/a", b"theirs", 0o644);
        let fault = bench.apply_by(&call, &recipe).await.unwrap_err();
        assert!(fault.why.starts_with("`d/a` was changed by somebody else after the old files were kept"), "{fault}");
        assert_eq!(bench.listed("d"), ["a"], "nothing else was touched either");
    }

    #[tokio::test]
    async fn a_text_that_became_another_is_not_written_by_an_old_recipe() {
        let mut bench = Bench::new();
        bench.secret("pw", "tulip-6");
        let text = json!({ "parts": [{ "secret": "pw" }] });
        let call = Bench::call("file.write", json!({ "path": "a", "content": text }));
        let recipe = bench.prepare(&call).await.unwrap();
        bench.secret("pw", "tulip-7");
        let fault = bench.apply_by(&call, &recipe).await.unwrap_err();
        assert_eq!(fault.why, "`a` would become another than was planned before the interruption");
        assert_eq!(bench.listed("."), Vec::<String>::new());
    }

    #[tokio::test]
    async fn folders_that_two_steps_share_go_with_the_last_of_them() {
        for first in [0, 1] {
            let bench = Bench::new();
            bench.write("kept/x", b"x", 0o644);
            let before = bench.digest();
            let calls = [write("etc/app/a", "a"), write("etc/app/b", "b")];
            let recipes = [bench.apply(&calls[0]).await.unwrap(), bench.apply(&calls[1]).await.unwrap()];
            for number in [first, 1 - first] {
                assert!(bench.undo(&calls[number], &recipes[number]).await.unwrap().left.is_empty());
            }
            assert_eq!(bench.digest(), before, "{first} first");
        }
    }

    #[tokio::test]
    async fn a_cut_right_after_a_folder_was_made_leaves_nothing_at_undo() {
        let bench = Bench::new();
        let before = bench.digest();
        let call = write("etc/app/a", "a");
        let recipe = bench.prepare(&call).await.unwrap();
        bench.folder("etc/app", 0o755);
        std::fs::write(bench.site.directory.as_ref().unwrap().join("etc/app/.switchback-tmp-0-0"), "half").unwrap();
        bench.undo(&call, &recipe).await.unwrap();
        assert_eq!((bench.digest(), bench.site.directory.as_ref().unwrap().join("etc").exists()), (before, false));
    }

    #[tokio::test]
    async fn a_folder_that_somebody_else_uses_stays() {
        let bench = Bench::new();
        let call = write("etc/app/a", "a");
        let recipe = bench.apply(&call).await.unwrap();
        bench.write("etc/app/theirs", b"theirs", 0o644);
        assert_eq!(bench.undo(&call, &recipe).await.unwrap().what, "1 file removed");
        assert_eq!(bench.listed("etc"), ["app", "app/theirs"]);
    }

    #[tokio::test]
    async fn what_leaves_the_directory_is_refused_each_time() {
        let bench = Bench::new();
        bench.link("out", "../..");
        let call = write("out/a", "a");
        assert!(bench.preview(&call).await.unwrap_err().why.contains("which leads out of the target's directory"));
        assert!(bench.apply(&call).await.unwrap_err().why.contains("leads out of the directory"));
    }

    #[tokio::test]
    async fn a_folder_of_another_name_is_the_same_folder_to_a_preview() {
        let bench = Bench::new();
        bench.write("releases/1/conf", b"one\n", 0o644);
        bench.link("current", "releases/1");
        let calls = [
            write("releases/1/conf", "two\n"),
            Bench::call("file.line", json!({ "path": "current/conf", "match": "^two", "line": "three" })),
        ];
        let shown = bench.preview_all(&calls).await.unwrap();
        assert_eq!(crate::action::testing::diff(&shown[1]), ["@@ -1,1 +1,1 @@", "-two", "+three"]);
        for call in &calls {
            bench.apply(call).await.unwrap();
        }
        assert_eq!(bench.read("releases/1/conf"), "three\n");
    }
}
