//! `file.restore`: a file of the target's directory is as a backup has it.

use super::want::Want;
use super::{Action, Noun, Now, Predicted, Writes, copies, place};
use crate::site::{Fault, Scene};
use crate::world::{RelPath, State};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};

/// The kind.
pub struct FileRestore;

static FORM: Form = Form {
    name: "file.restore",
    args: &[Param::one("PATH", Ty::TargetPath, "the file on the target")],
    props: copies::WHICH,
    summary: "makes a file what a backup has of it",
    text: "The file gets the bytes, the mode and the owner that it had when the backup was taken. The backup may be of \
           the file itself or of a folder around it; if the file was not in that folder then, it is removed. Every \
           byte of the copy is read and compared with its digest before anything is touched. It stands in an `undo`, \
           or in a later step that wants an old file again. `copy=\"PLAN/NAME\"` and `version=` restore what an earlier \
           run left in the target's store: the newest that fits is found by `diff`, shown, and the run takes that one.",
    way_back: OwnWayBack::Restores("the file as it was before, or none"),
    examples: &[
        Example {
            title: "the way back of a migration that rewrites its own settings",
            text: "backup \"settings\" { file \"etc/app.conf\" }\nprogram \"app-migrate\" \"--to\" \"2\"\n\
                   undo { file.restore \"etc/app.conf\" copy=\"settings\" }",
        },
        Example {
            title: "last week's settings, as another plan kept them",
            text: "file.restore \"etc/app.conf\" copy=\"app-2.0/settings\" max-age=\"30d\"",
        },
    ],
    ..Form::ACTION
};

impl Kind for FileRestore {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::file_touch(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        place::file_objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileRestore {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for FileRestore {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let path = place::of(call, scene)?;
        let want = copies::held(call, &path, scene, world)?.remove(&path).unwrap_or(Want::Absent);
        if is_dir(&want) || world.at(&path)?.is_dir() {
            return Err(Fault::new(format!("`{path}` is a folder; `dir.restore` restores folders")));
        }
        Ok(vec![(path, want)])
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

fn is_dir(want: &Want) -> bool {
    match want {
        Want::Copied(now) => matches!(now, Now::Dir { .. }),
        Want::Copy { one, .. } => matches!(one.state(), State::Dir { .. }),
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use crate::action::What;
    use crate::action::testing::{Bench, diff};
    use serde_json::json;

    #[tokio::test]
    async fn a_file_comes_back_from_a_copy_of_it_or_of_its_folder() {
        let mut bench = Bench::new();
        bench.write("etc/a", b"old\n", 0o640);
        bench.copy("a", "file", "etc/a").await.unwrap();
        bench.copy("all", "dir", "etc").await.unwrap();
        bench.write("etc/a", b"new\n", 0o644);
        bench.write("etc/b", b"b\n", 0o644);
        for copy in ["a", "all"] {
            let call = Bench::call("file.restore", json!({ "path": "etc/a", "copy": copy }));
            let changes = bench.there_and_back(&call).await;
            assert_eq!((changes.len(), changes[0].what), (1, What::Changed));
        }
        let call = Bench::call("file.restore", json!({ "path": "etc/b", "copy": "all" }));
        assert_eq!(
            bench.there_and_back(&call).await[0].what,
            What::Deleted,
            "it did not exist when the copy was taken"
        );
    }

    #[tokio::test]
    async fn a_preview_restores_what_a_step_before_would_copy() {
        let bench = Bench::new();
        bench.write("etc/a", b"old\n", 0o640);
        let mut world = bench.world();
        bench.copy_in("c", "dir", "etc", &mut world).await.unwrap();
        let write = Bench::call("file.write", json!({ "path": "etc/a", "content": "new\n", "mode": "0600" }));
        bench.preview_in(&write, &mut world).await.unwrap();
        let restore = Bench::call("file.restore", json!({ "path": "etc/a", "copy": "c" }));
        let shown = bench.preview_in(&restore, &mut world).await.unwrap();
        assert_eq!(diff(&shown), ["@@ -1,1 +1,1 @@", "-new", "+old", "mode 0600 → 0640"]);
        let other = Bench::call("file.restore", json!({ "path": "etc/none", "copy": "c" }));
        assert_eq!(bench.preview_in(&other, &mut world).await.unwrap(), []);
    }

    #[tokio::test]
    async fn what_no_copy_holds_is_told() {
        let mut bench = Bench::new();
        bench.write("etc/a", b"old\n", 0o640);
        bench.copy("a", "file", "etc/a").await.unwrap();
        let restore = |path, copy| Bench::call("file.restore", json!({ "path": path, "copy": copy }));
        let why = bench.preview(&restore("etc/b", "a")).await.unwrap_err().why;
        assert_eq!(why, "copy `a` was not taken of `etc/b`: it holds file etc/a, 4 bytes");
        let why = bench.preview(&restore("etc/a", "b")).await.unwrap_err().why;
        assert_eq!(why, "copy `b` is not taken yet");
    }

    #[tokio::test]
    async fn a_damaged_copy_is_found_before_anything_is_touched() {
        let mut bench = Bench::new();
        bench.write("a", b"old\n", 0o640);
        bench.copy("a", "file", "a").await.unwrap();
        bench.write("a", b"new\n", 0o640);
        bench.damage_copies("a");
        let before = bench.digest();
        let why = bench.apply(&Bench::call("file.restore", json!({ "path": "a", "copy": "a" }))).await.unwrap_err().why;
        assert!(why.ends_with("the stored copy is missing or damaged"), "{why}");
        assert_eq!(bench.digest(), before);
    }

    #[test]
    fn it_is_one_file() {
        assert_eq!(Bench::touches("file.restore", json!({ "path": "a", "copy": "c" })), [("a".to_owned(), false)]);
        let told = Bench::objections("file.restore", json!({ "path": "", "copy": "c" }));
        assert_eq!(told, ["this is the target's directory itself"]);
    }
}
