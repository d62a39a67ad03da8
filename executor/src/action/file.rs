//! `file`: a file of the target's directory, as what a backup copies and as what is read.

use super::{Noun, Now, Predicted, Reader, Thing, copies, place};
use crate::event::Copied;
use crate::site::{Fault, Scene};
use crate::world::State;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::Path;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Role, Ty};

/// More is no value.
const MOST_READ: u64 = 64 << 10;

/// The kind.
pub struct File;

static FORM: Form = Form {
    name: "file",
    roles: &[Role::Thing, Role::Reader],
    args: &[Param::one("PATH", Ty::TargetPath, "the file on the target")],
    summary: "a file: copied by a backup, or read",
    text: "A backup copies its bytes, its mode and its owner, and reads the copy back; a symbolic link is copied as a \
           link. A file that is not there, or that changes while it is copied, is an error: a backup of nothing would \
           promise a way back that is none. Read, it gives its text without blanks at both ends, at most 64 KiB.",
    way_back: OwnWayBack::NotNeeded,
    examples: &[
        Example { title: "a copy before a change", text: "backup \"settings\" { file \"etc/app.conf\" }" },
        Example {
            title: "a value for later steps",
            text: "output \"release\" pattern=#\"\\d+\\.\\d+\\.\\d+\"# { file \"etc/release\" }",
        },
    ],
    ..Form::ACTION
};

impl Kind for File {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn reads(&self, call: &Call) -> Vec<Touch> {
        call.known("path").map(Touch::file).into_iter().collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        place::file_objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for File {
    fn thing(&self) -> Option<&dyn Thing> {
        Some(self)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
}

#[async_trait]
impl Thing for File {
    async fn preview(
        &self,
        call: &Call,
        backup: &str,
        scene: &Scene<'_>,
        world: &mut Predicted,
    ) -> Result<String, Fault> {
        let path = place::of(call, scene)?;
        let now = world.at(&path)?;
        let size = match &now {
            Now::File { size, .. } => *size,
            Now::Later { .. } | Now::Link { .. } => 0,
            Now::Dir { .. } => return Err(Fault::new(format!("`{path}` is a folder; `dir` copies folders"))),
            Now::Absent | Now::Other => return Err(Fault::new(format!("`{path}` can't be copied: it is {now}"))),
        };
        world.copy(backup, path.clone(), BTreeMap::from([(path.clone(), now)]));
        Ok(copies::words("file", &path, &[size]))
    }

    async fn copy(&self, call: &Call, scene: &Scene<'_>, store: &Path) -> Result<Copied, Fault> {
        let path = place::of(call, scene)?;
        match scene.tree()?.state(&path)? {
            State::Absent => Err(Fault::new(format!("`{path}` can't be copied: nothing is there"))),
            State::Dir { .. } => Err(Fault::new(format!("`{path}` is a folder; `dir` copies folders"))),
            _ => copies::take("file", &path, scene, store),
        }
    }
}

#[async_trait]
impl Reader for File {
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
        let path = place::of(call, scene)?;
        let bytes = scene.tree()?.read(&path, MOST_READ)?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(format!("`{path}` is not UTF-8 text")))?;
        Ok(text.trim().to_owned())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::action::testing::Bench;
    use serde_json::json;

    #[tokio::test]
    async fn it_is_read_trimmed_and_bounded() {
        let bench = Bench::new();
        bench.write("release", b"  2.0.1\n\n", 0o644);
        bench.write("large", &vec![b'x'; (64 << 10) + 1], 0o644);
        bench.write("bytes", b"\xff", 0o644);
        let read = async |path: &str| bench.read_by("file", json!({ "path": path })).await.map_err(|fault| fault.why);
        assert_eq!(read("release").await.unwrap(), "2.0.1");
        assert!(read("large").await.unwrap_err().ends_with("it is larger than 65536 bytes"));
        assert_eq!(read("bytes").await.unwrap_err(), "`bytes` is not UTF-8 text");
        assert!(read("none").await.unwrap_err().ends_with("no such file or directory"));
    }

    #[tokio::test]
    async fn a_copy_of_nothing_is_an_error_in_preview_and_run() {
        let mut bench = Bench::new();
        bench.write("dir/a", b"a\n", 0o644);
        for (path, why) in
            [("none", "`none` can't be copied: it is nothing"), ("dir", "`dir` is a folder; `dir` copies folders")]
        {
            assert_eq!(bench.copy_in("c", "file", path, &mut bench.world()).await.unwrap_err().why, why);
            assert!(bench.copy("c", "file", path).await.is_err(), "{path}");
        }
        let words = bench.copy_in("c", "file", "dir/a", &mut bench.world()).await.unwrap();
        assert_eq!(words, "file dir/a, 2 bytes");
        assert_eq!(bench.copy("c", "file", "dir/a").await.unwrap(), words);
    }
}
