//! `dir.copy`: the files of a folder of the project are in a folder of the target's directory.

use super::want::Want;
use super::{Action, Noun, Predicted, Writes, place, source_folder};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};

/// The kind.
pub struct DirCopy;

static FORM: Form = Form {
    name: "dir.copy",
    args: &[Param::one("PATH", Ty::TargetPath, "the folder on the target")],
    props: &[Param::one("from", Ty::SourceFolder, "the folder of the project whose files are written")],
    summary: "writes all files of a folder",
    text: "Each file of `from` is written below PATH, as `file.write` writes one; folders are made where they are \
           missing. Files whose names end in .hbs are templates: their {{names}} are filled in and the ending goes. \
           What else is in the folder on the target stays: `dir.mirror` removes it. A file that can be executed can \
           be executed on the target too; else a file that is there keeps its mode.",
    way_back: OwnWayBack::Restores("the old files, or none"),
    within: 600,
    examples: &[Example {
        title: "files that are added to what is there",
        text: "dir.copy \"etc/conf.d\" from=\"files/conf.d\"",
    }],
    ..Form::ACTION
};

impl Kind for DirCopy {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        source_folder::goals(call).into_iter().map(Touch::file).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        source_folder::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for DirCopy {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for DirCopy {
    fn wants(&self, call: &Call, scene: &Scene<'_>, _world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        source_folder::wants(call, scene)
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use crate::action::What;
    use crate::action::testing::{Bench, diff};
    use serde_json::json;

    #[tokio::test]
    async fn files_are_added_and_modes_follow_the_source_where_it_can_be_executed() {
        let mut bench = Bench::new();
        bench.write("app/run.sh", b"old\n", 0o640);
        bench.write("app/key", b"old\n", 0o600);
        bench.write("app/other", b"other\n", 0o644);
        let from = bench.source(&[("run.sh", b"new\n", 0o755), ("key", b"new\n", 0o664), ("new/x", b"x\n", 0o644)]);
        let call = Bench::call("dir.copy", json!({ "path": "app", "from": from }));
        let changes = bench.there_and_back(&call).await;
        let shown: Vec<_> = changes.iter().map(|one| (one.resource.as_str(), one.what)).collect();
        assert_eq!(shown, [("app/key", What::Changed), ("app/new/x", What::Created), ("app/run.sh", What::Changed)]);
        assert_eq!(diff(&changes[2..]), ["@@ -1,1 +1,1 @@", "-old", "+new", "mode 0640 → 0750"]);
        bench.apply(&call).await.unwrap();
        assert_eq!(bench.mode("app/key"), 0o600);
    }

    #[tokio::test]
    async fn every_cut_converges() {
        let mut bench = Bench::new();
        bench.write("app/a", b"old\n", 0o640);
        let from = bench.source(&[("a", b"new\n", 0o644), ("b/c", b"new\n", 0o644), ("b/d/e", b"new\n", 0o644)]);
        bench.every_cut(&Bench::call("dir.copy", json!({ "path": "app", "from": from }))).await;
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_told_by_the_preview() {
        let mut bench = Bench::new();
        bench.write("app/b", b"a file\n", 0o640);
        let from = bench.source(&[("b/c", b"new\n", 0o644)]);
        let call = Bench::call("dir.copy", json!({ "path": "app", "from": from }));
        let why = bench.preview(&call).await.unwrap_err().why;
        assert_eq!(why, "`app/b/c` can't be written: `app/b` is a file of 7 bytes");
        let before = bench.digest();
        assert!(bench.apply(&call).await.is_err());
        assert_eq!(bench.digest(), before);
    }

    #[test]
    fn it_touches_each_file() {
        let files = json!({ "files": [{ "path": "a", "blob": "0" }, { "path": "b/c", "blob": "0" }] });
        let touched = Bench::touches("dir.copy", json!({ "path": "x", "from": files }));
        assert_eq!(touched, [("x/a".to_owned(), false), ("x/b/c".to_owned(), false)]);
        assert_eq!(Bench::touches("dir.copy", json!({ "path": "", "from": files }))[0].0, "a");
    }

    #[test]
    fn what_can_not_be_copied_is_told() {
        let told = |path: &str, files: &[&str]| {
            let files: Vec<_> = files.iter().map(|path| json!({ "path": path, "blob": "0" })).collect();
            Bench::objections("dir.copy", json!({ "path": path, "from": { "files": files } }))
        };
        assert_eq!(told("x", &[]), ["there is no file in it"]);
        assert_eq!(told("x", &["a", "a"]), ["`a` and `a.hbs` would both become `a`"]);
        assert_eq!(told("", &[".switchback/x"]), ["it holds `.switchback`, which is Switchback's own"]);
        assert_eq!(told("x", &[".switchback/x"]), Vec::<String>::new());
        assert_eq!(Bench::objections("dir.copy", json!({ "path": "x", "from": null })), Vec::<String>::new());
    }
}
