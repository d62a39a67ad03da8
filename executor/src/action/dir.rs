//! `dir`: a folder of the target's directory, as what a backup copies.

use super::writes::MOST_PATHS;
use super::{Noun, Now, Predicted, Thing, copies, place};
use crate::event::Copied;
use crate::site::{Fault, Scene};
use crate::world::{Bounds, State};
use async_trait::async_trait;
use std::path::Path;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Role, Ty};
use switchback_compiler::words::count;

/// The kind.
pub struct Dir;

static FORM: Form = Form {
    name: "dir",
    roles: &[Role::Thing],
    args: &[Param::one("PATH", Ty::TargetPath, "the folder on the target; \".\" is all of its directory")],
    summary: "a folder: copied by a backup",
    text: "A backup copies all that is in it: files, links and folders, with their modes and owners, also empty \
           folders. The copy is read back. A folder that is not there, something in it that can't be copied (a fifo, a \
           socket, a device), or something that changes while it is copied, is an error: stop what writes there first.",
    way_back: OwnWayBack::NotNeeded,
    examples: &[Example { title: "a copy before a conversion", text: "backup \"data\" keep=\"30d\" { dir \"data\" }" }],
    ..Form::ACTION
};

impl Kind for Dir {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn reads(&self, call: &Call) -> Vec<Touch> {
        call.known("path").map(Touch::tree).into_iter().collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        place::folder_objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for Dir {
    fn thing(&self) -> Option<&dyn Thing> {
        Some(self)
    }
}

#[async_trait]
impl Thing for Dir {
    async fn preview(
        &self,
        call: &Call,
        backup: &str,
        scene: &Scene<'_>,
        world: &mut Predicted,
    ) -> Result<String, Fault> {
        let path = place::of(call, scene)?;
        let now = world.at(&path)?;
        if !now.is_dir() {
            return Err(Fault::new(format!("`{path}` can't be copied as a folder: it is {now}")));
        }
        let mut held = world.below(&path)?;
        if let Some((other, _)) = held.iter().find(|(_, now)| **now == Now::Other) {
            return Err(Fault::new(format!("`{path}` can't be copied: `{other}` is {}", Now::Other)));
        }
        few(held.len())?;
        let size = |now: &Now| match now {
            Now::File { size, .. } => Some(*size),
            Now::Later { .. } | Now::Link { .. } => Some(0),
            Now::Absent | Now::Dir { .. } | Now::Other => None,
        };
        let sizes: Vec<u64> = held.values().filter_map(size).collect();
        held.insert(path.clone(), now);
        world.copy(backup, path.clone(), held);
        Ok(copies::words("folder", &path, &sizes))
    }

    async fn copy(&self, call: &Call, scene: &Scene<'_>, store: &Path) -> Result<Copied, Fault> {
        let (path, tree) = (place::of(call, scene)?, scene.tree()?);
        let state = tree.state(&path)?;
        if !matches!(state, State::Dir { .. }) {
            return Err(Fault::new(format!("`{path}` can't be copied as a folder: it is {}", Now::from(state))));
        }
        few(tree.list(&path, Bounds::default())?.len())?;
        copies::take("folder", &path, scene, store)
    }
}

/// The copy's table of contents must fit into one record of the journal.
fn few(paths: usize) -> Result<(), Fault> {
    if paths <= MOST_PATHS {
        return Ok(());
    }
    let why = format!("it holds {}, and at most {MOST_PATHS} are copied at once", count(paths, "file"));
    Err(Fault::new(why).details(["a backup may hold several folders, each with its own `dir`".to_owned()]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::action::testing::Bench;

    #[tokio::test]
    async fn all_of_a_folder_is_copied_or_nothing() {
        let mut bench = Bench::new();
        bench.write("d/a", b"abc", 0o644);
        bench.link("d/l", "a");
        bench.folder("d/empty", 0o700);
        let words = bench.copy_in("c", "dir", "d", &mut bench.world()).await.unwrap();
        assert_eq!(words, "folder d, 2 files, 3 bytes");
        assert_eq!(bench.copy("c", "dir", "d").await.unwrap(), words);
        bench.fifo("d/pipe");
        let why = bench.copy_in("c", "dir", "d", &mut bench.world()).await.unwrap_err().why;
        assert_eq!(why, "`d` can't be copied: `d/pipe` is neither a file, a folder nor a link");
        assert!(bench.copy("c", "dir", "d").await.is_err());
    }

    #[tokio::test]
    async fn a_copy_of_nothing_is_an_error_in_preview_and_run() {
        let mut bench = Bench::new();
        bench.write("a", b"abc", 0o644);
        for (path, why) in [
            ("none", "`none` can't be copied as a folder: it is nothing"),
            ("a", "`a` can't be copied as a folder: it is a file of 3 bytes"),
        ] {
            assert_eq!(bench.copy_in("c", "dir", path, &mut bench.world()).await.unwrap_err().why, why);
            assert_eq!(bench.copy("c", "dir", path).await.unwrap_err().why, why);
        }
    }
}
