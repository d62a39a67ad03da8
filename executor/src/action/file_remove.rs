//! `file.remove`: files of the target's directory that must not be there.

use super::want::Want;
use super::{Action, Noun, Predicted, Writes, place};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};
use switchback_compiler::words::list;

/// The kind.
pub struct FileRemove;

static FORM: Form = Form {
    name: "file.remove",
    args: &[Param::many("PATH", Ty::TargetPath, "a file on the target")],
    summary: "removes files",
    text: "A file that is not there is fine. A symbolic link is removed itself, never what it leads to. A folder is \
           refused: what is to be in it is said with `dir.mirror`. The folder that a file was in stays, also when it \
           is empty then.",
    way_back: OwnWayBack::Restores("the old files"),
    examples: &[
        Example {
            title: "a file that the new version does not read any more",
            text: "file.remove \"etc/legacy.conf\"",
        },
        Example { title: "several at once", text: "file.remove \"cache/index\" \"cache/index.lock\"" },
    ],
    ..Form::ACTION
};

impl Kind for FileRemove {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        place::all(call).map(Touch::file).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        place::all(call).filter_map(place::file_objection).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileRemove {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for FileRemove {
    fn wants(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let want = |path: &str| {
            let path = scene.path(path)?;
            if world.at(&path)?.is_dir() {
                return Err(Fault::new(format!("`{path}` is a folder, and `file.remove` removes files")));
            }
            Ok((path, Want::Absent))
        };
        place::all(call).map(want).collect()
    }

    fn words(&self, call: &Call) -> String {
        list(&place::all(call).collect::<Vec<_>>())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use crate::action::testing::Bench;
    use crate::action::{Body, Learnt, What};
    use serde_json::json;

    #[tokio::test]
    async fn each_file_goes_and_comes_back() {
        let bench = Bench::new();
        bench.write("etc/a", b"one\n", 0o640);
        bench.link("etc/b", "a");
        let call = Bench::call("file.remove", json!({ "path": ["etc/a", "etc/b", "etc/none"] }));
        let changes = bench.there_and_back(&call).await;
        let shown: Vec<_> = changes.iter().map(|one| (one.resource.as_str(), one.what, one.learnt)).collect();
        let gone = |path| (path, What::Deleted, Learnt::Simulated);
        assert_eq!(shown, [gone("etc/a"), gone("etc/b")]);
        assert_eq!(changes[0].body, Body::Words("a file of 4 bytes".into()));
        assert_eq!(changes[1].body, Body::Words("a link to `a`".into()));
    }

    #[tokio::test]
    async fn a_folder_is_refused_before_anything_is_touched() {
        let bench = Bench::new();
        bench.write("etc/a", b"one\n", 0o640);
        let call = Bench::call("file.remove", json!({ "path": ["etc"] }));
        let why = bench.preview(&call).await.unwrap_err().why;
        assert_eq!(why, "`etc` is a folder, and `file.remove` removes files");
        assert!(bench.apply(&call).await.is_err());
    }

    #[test]
    fn the_directory_itself_and_our_own_folder_are_no_files() {
        let about = |path: &str| Bench::objections("file.remove", json!({ "path": ["etc/a", path] }));
        assert_eq!(about(""), ["this is the target's directory itself"]);
        assert_eq!(about(".switchback/lock"), ["`.switchback` is where Switchback keeps its lock and its mark"]);
        assert_eq!(about("etc/.switchback"), Vec::<String>::new());
        let touched = Bench::touches("file.remove", json!({ "path": ["a", "b/c"] }));
        assert_eq!(touched, [("a".to_owned(), false), ("b/c".to_owned(), false)]);
    }
}
