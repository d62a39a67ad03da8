//! `dir.mirror`: a folder of the target's directory holds the files of a folder of the project, and no others.

use super::want::Want;
use super::{Action, Noun, Now, Predicted, Writes, place, source_folder};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use std::collections::{BTreeMap, BTreeSet};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};

/// The kind.
pub struct DirMirror;

static FORM: Form = Form {
    name: "dir.mirror",
    args: &[Param::one("PATH", Ty::TargetPath, "the folder on the target")],
    props: &[Param::one("from", Ty::SourceFolder, "the folder of the project that it is to be like")],
    summary: "makes a folder hold these files and no others",
    text: "As `dir.copy`; and what `from` lacks is removed: files, links, and folders without a file in them. What \
           other actions of the plan write below PATH is left alone, so that several steps can share a folder. Files \
           that nobody's plan knows (logs, uploads) are removed too, so give them a folder of their own. The preview \
           counts and shows each file that goes, and all of them come back at undo.",
    way_back: OwnWayBack::Restores("the old files, those removed too"),
    within: 600,
    examples: &[Example {
        title: "a site, exactly as the project has it",
        text: "dir.mirror \"www\" from=\"files/www\"",
    }],
    ..Form::ACTION
};

impl Kind for DirMirror {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::tree_touch(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        source_folder::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for DirMirror {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for DirMirror {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let folder = place::of(call, scene)?;
        let now = world.peek(&folder)?;
        if !matches!(now, Now::Absent | Now::Dir { .. }) {
            return Err(Fault::new(format!("`{folder}` is {now}, not a folder")));
        }
        let mut wants: BTreeMap<RelPath, Want> = source_folder::wants(call, scene)?.into_iter().collect();
        let others = Others { folder: &folder, scene };
        let there = world.below(&folder)?;
        let lacking = lacking(&there, &wants, &others);
        wants.extend(lacking);
        Ok(wants.into_iter().collect())
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

/// What is wanted of all that the source lacks.
fn lacking(
    there: &BTreeMap<RelPath, Now>,
    wants: &BTreeMap<RelPath, Want>,
    others: &Others<'_>,
) -> BTreeMap<RelPath, Want> {
    // Folders that something is in, or will be.
    let mut used: BTreeSet<RelPath> = wants.keys().flat_map(above).collect();
    used.extend(others.written().iter().flat_map(above));
    used.extend(there.keys().filter(|path| others.write(path)).flat_map(above));
    let spare = there.iter().filter(|(path, _)| !wants.contains_key(*path) && !others.write(path));
    let want = |(path, now): (&RelPath, &Now)| match (now.is_dir(), used.contains(path)) {
        (true, true) => None,
        // A file stands where a folder is needed.
        (false, true) => Some((path.clone(), Want::Dir { mode: None })),
        (_, false) => Some((path.clone(), Want::Absent)),
    };
    spare.filter_map(want).collect()
}

/// The folders that lead to a path.
fn above(path: &RelPath) -> impl Iterator<Item = RelPath> + use<> {
    std::iter::successors(path.parent(), RelPath::parent)
}

/// What other actions of the plan write.
struct Others<'a> {
    folder: &'a RelPath,
    scene: &'a Scene<'a>,
}

impl Others<'_> {
    /// Whether another action writes this, or all that is around it.
    fn write(&self, path: &RelPath) -> bool {
        std::iter::successors(Some(path.clone()), RelPath::parent).any(|path| self.write_at(&path))
    }

    fn write_at(&self, path: &RelPath) -> bool {
        let name = if path.is_root() { "" } else { path.as_str() };
        let Some(steps) = self.scene.site.written.get(name) else { return false };
        // The mirrored folder, or one around it, is what this very action writes.
        let is_ours = self.folder.is_within(path);
        !is_ours || steps.iter().any(|step| step != self.scene.step)
    }

    /// All that other actions write in the folder.
    fn written(&self) -> Vec<RelPath> {
        let all = self.scene.site.written.keys().filter_map(|path| self.scene.path(path).ok());
        all.filter(|path| path != self.folder && path.is_within(self.folder)).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use crate::action::What;
    use crate::action::testing::Bench;
    use serde_json::json;
    use switchback_compiler::plan::Call;

    fn furnished() -> Bench {
        let bench = Bench::new();
        bench.write("www/a", b"old\n", 0o644);
        bench.write("www/same", b"same\n", 0o644);
        bench.write("www/old/deep/x", b"\x00\xff", 0o600);
        bench.write("www/swap", b"a file\n", 0o644);
        bench.write("www/pawn/x", b"x\n", 0o644);
        bench.link("www/home", "a");
        bench.folder("www/empty", 0o711);
        bench.write("other/x", b"other\n", 0o644);
        bench
    }

    fn mirror(bench: &mut Bench) -> Call {
        let from = bench.source(&[
            ("a", b"new\n", 0o644),
            ("same", b"same\n", 0o644),
            ("swap/x", b"x\n", 0o644),
            ("pawn", b"a file\n", 0o644),
        ]);
        Bench::call("dir.mirror", json!({ "path": "www", "from": from }))
    }

    #[tokio::test]
    async fn what_the_source_lacks_goes_and_comes_back() {
        let mut bench = furnished();
        let call = mirror(&mut bench);
        let changes = bench.there_and_back(&call).await;
        let gone = changes.iter().filter(|one| one.what == What::Deleted).map(|one| one.resource.as_str());
        let gone: Vec<_> = gone.collect();
        let expected = "www/empty www/home www/old www/old/deep www/old/deep/x www/pawn www/pawn/x www/swap";
        assert_eq!(gone.join(" "), expected);
        bench.apply(&call).await.unwrap();
        assert_eq!(bench.listed("www"), ["a", "pawn", "same", "swap", "swap/x"]);
        assert_eq!(bench.preview(&call).await.unwrap(), [], "nothing is left to do");
    }

    #[tokio::test]
    async fn every_cut_converges() {
        let mut bench = furnished();
        let call = mirror(&mut bench);
        bench.every_cut(&call).await;
    }

    #[tokio::test]
    async fn what_other_actions_write_is_left_alone() {
        let mut bench = furnished();
        bench.written("www", "step");
        bench.written("www/old/deep/x", "other");
        bench.written("www/empty/later", "step");
        bench.written("www/pawn/x", "step");
        let from = bench.source(&[("a", b"new\n", 0o644)]);
        let call = Bench::call("dir.mirror", json!({ "path": "www", "from": from }));
        bench.there_and_back(&call).await;
        bench.apply(&call).await.unwrap();
        assert_eq!(bench.listed("www"), ["a", "empty", "old", "old/deep", "old/deep/x", "pawn", "pawn/x"]);
        bench.written("", "other");
        bench.write("www/kept", b"x", 0o644);
        assert_eq!(bench.preview(&call).await.unwrap(), [], "another step writes all of it");
    }

    #[tokio::test]
    async fn somebody_elses_files_in_a_new_place_stay_at_undo() {
        let mut bench = furnished();
        let call = mirror(&mut bench);
        let recipe = bench.apply(&call).await.unwrap();
        bench.write("www/swap/theirs", b"theirs\n", 0o644);
        bench.write("www/old", b"theirs\n", 0o644);
        bench.write("www/a", b"theirs\n", 0o644);
        let undone = bench.undo(&call, &recipe).await.unwrap();
        assert_eq!(undone.left.len(), 5, "{:?}", undone.left);
        for (path, left) in ["www/a", "www/old"].iter().zip(&undone.left) {
            assert!(left.starts_with(&format!("`{path}` was changed by somebody else since")), "{left}");
        }
        assert_eq!(undone.left[2], "`www/swap` is left: it holds `www/swap/theirs`");
        assert!(undone.left[3].starts_with("`www/old/deep/x` can't come back: `www/old` is a file"));
        assert_eq!(bench.read("www/swap/theirs"), "theirs\n");
        assert_eq!(bench.read("www/pawn/x"), "x\n");
        assert_eq!(bench.undo(&call, &recipe).await.unwrap().what, "nothing to put back");
    }

    #[tokio::test]
    async fn a_link_in_its_place_is_not_followed() {
        let mut bench = furnished();
        let from = bench.source(&[("a", b"new\n", 0o644)]);
        bench.link("site", "www");
        let call = Bench::call("dir.mirror", json!({ "path": "site", "from": from }));
        assert_eq!(bench.preview(&call).await.unwrap_err().why, "`site` is a link to `www`, not a folder");
    }

    #[test]
    fn it_is_a_tree() {
        assert_eq!(Bench::touches("dir.mirror", json!({ "path": "a", "from": null })), [("a".to_owned(), true)]);
        let told = Bench::objections("dir.mirror", json!({ "path": "a", "from": { "files": [] } }));
        assert_eq!(told, ["there is no file in it"], "a mirror of nothing would remove all");
    }
}
