//! `dir.restore`: a folder of the target's directory is as a backup has it.

use super::want::Want;
use super::{Action, Noun, Predicted, Writes, copies, place};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use std::collections::BTreeMap;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};

/// The kind.
pub struct DirRestore;

static FORM: Form = Form {
    name: "dir.restore",
    args: &[Param::one("PATH", Ty::TargetPath, "the folder on the target")],
    props: copies::WHICH,
    summary: "makes a folder what a backup has of it",
    text: "The folder becomes what it was when the backup was taken: files, links and folders in it, with their modes \
           and owners, also empty ones. What was not there then is removed. The backup may be of the folder itself or \
           of one around it. Every byte of the copy is read and compared with its digest before anything is touched. \
           `copy=\"PLAN/NAME\"` and `version=` restore what an earlier run left, as with `file.restore`.",
    way_back: OwnWayBack::Restores("the folder as it was before"),
    within: 600,
    examples: &[Example {
        title: "the way back of an upgrade that converts its data",
        text: "backup \"data\" { dir \"data\" }\nprogram \"convert\" \"data\"\nundo { dir.restore \"data\" copy=\"data\" }",
    }],
    ..Form::ACTION
};

impl Kind for DirRestore {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::tree_touch(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        place::folder_objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for DirRestore {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for DirRestore {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let path = place::of(call, scene)?;
        let held = copies::held(call, &path, scene, world)?;
        let there = world.below(&path)?.into_keys().chain([path]);
        let mut wants: BTreeMap<RelPath, Want> = there.map(|path| (path, Want::Absent)).collect();
        wants.extend(held);
        Ok(wants.into_iter().collect())
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::action::What;
    use crate::action::testing::Bench;
    use serde_json::json;

    fn furnished() -> Bench {
        let bench = Bench::new();
        bench.write("www/a", b"a\n", 0o644);
        bench.write("www/sub/key", b"k\n", 0o400);
        bench.write("www/swap", b"a file\n", 0o644);
        bench.link("www/home", "a");
        bench.folder("www/empty", 0o750);
        bench.folder("www/sub", 0o500);
        bench
    }

    #[tokio::test]
    async fn all_of_it_comes_back() {
        let mut bench = furnished();
        let before = bench.digest();
        bench.copy("c", "dir", "www").await.unwrap();
        for path in ["www/a", "www/empty", "www/sub", "www/swap", "www/home"] {
            bench.remove(path);
        }
        bench.write("www/swap/inner/x", b"x\n", 0o644);
        bench.write("www/extra/y", b"y\n", 0o600);
        bench.write("www/home", b"no link\n", 0o600);
        let call = Bench::call("dir.restore", json!({ "path": "www", "copy": "c" }));
        let changes = bench.there_and_back(&call).await;
        assert!(changes.iter().any(|one| one.resource == "www/swap" && one.what == What::Deleted));
        assert!(changes.iter().any(|one| one.resource == "www/swap" && one.what == What::Created));
        bench.apply(&call).await.unwrap();
        assert_eq!(bench.digest(), before);
    }

    #[tokio::test]
    async fn a_folder_that_did_not_exist_goes() {
        let mut bench = furnished();
        bench.copy("c", "dir", "www").await.unwrap();
        bench.write("www/new/deep/x", b"x\n", 0o644);
        let call = Bench::call("dir.restore", json!({ "path": "www/new", "copy": "c" }));
        let changes = bench.there_and_back(&call).await;
        let gone: Vec<_> = changes.iter().map(|one| one.resource.as_str()).collect();
        assert_eq!(gone, ["www/new", "www/new/deep", "www/new/deep/x"]);
        bench.remove("www");
        let call = Bench::call("dir.restore", json!({ "path": "www", "copy": "c" }));
        bench.there_and_back(&call).await;
    }

    #[tokio::test]
    async fn every_cut_converges() {
        let mut bench = furnished();
        bench.copy("c", "dir", ".").await.unwrap();
        bench.remove("www/sub");
        bench.write("www/sub", b"now a file\n", 0o644);
        bench.remove("www/swap");
        bench.write("www/swap/x", b"x\n", 0o644);
        bench.folder("www/empty", 0o700);
        bench.every_cut(&Bench::call("dir.restore", json!({ "path": "", "copy": "c" }))).await;
    }

    #[test]
    fn it_is_a_tree() {
        assert_eq!(Bench::touches("dir.restore", json!({ "path": "a", "copy": "c" })), [("a".to_owned(), true)]);
        assert_eq!(Bench::objections("dir.restore", json!({ "path": ".switchback/x", "copy": "c" })).len(), 1);
    }
}
