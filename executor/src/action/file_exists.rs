//! `file.exists` and `file.absent`: whether a file of the target's directory is there.

use super::{Check, Noun, Seen, place};
use crate::site::{Fault, Scene};
use crate::world::State;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind that wants the file.
pub struct FileExists;

/// The kind that wants nothing there.
pub struct FileAbsent;

static EXISTS: Form = Form {
    name: "file.exists",
    args: &[Param::one("PATH", Ty::TargetPath, "the file on the target")],
    summary: "holds when a file is there",
    text: "A symbolic link counts as a file, whatever it leads to; a folder does not. It is looked at once; with `within` it is waited for.",
    within: 10,
    once: true,
    examples: &[Example {
        title: "what a program leaves when it is done",
        text: "file.exists \"data/.converted\" within=\"2m\"",
    }],
    ..Form::CHECK
};

static ABSENT: Form = Form {
    name: "file.absent",
    args: &[Param::one("PATH", Ty::TargetPath, "the path on the target")],
    summary: "holds when nothing is there",
    text: "Neither a file, nor a folder, nor a link. It is looked at once; with `within` it is waited until it is gone.",
    within: 10,
    once: true,
    examples: &[Example { title: "nobody works on the data", text: "file.absent \"data/.lock\" within=\"30s\"" }],
    ..Form::CHECK
};

impl Kind for FileExists {
    fn form(&self) -> &'static Form {
        &EXISTS
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Kind for FileAbsent {
    fn form(&self) -> &'static Form {
        &ABSENT
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileExists {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

impl Noun for FileAbsent {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for FileExists {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        Ok(match state(call, scene)? {
            State::Absent => Seen::not("nothing is there"),
            State::File { size, .. } => Seen::holds(format!("a file of {}", crate::screen::size(size))),
            State::Link { to } => Seen::holds(format!("a link to `{to}`")),
            State::Dir { .. } => Seen::not("it is a folder"),
            State::Other => Seen::not("it is neither a file nor a link"),
        })
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

#[async_trait]
impl Check for FileAbsent {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        Ok(match state(call, scene)? {
            State::Absent => Seen::holds("nothing is there"),
            State::Dir { .. } => Seen::not("a folder is there"),
            State::Link { .. } => Seen::not("a link is there"),
            State::File { .. } | State::Other => Seen::not("it is there"),
        })
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

fn state(call: &Call, scene: &Scene<'_>) -> Result<State, Fault> {
    Ok(scene.tree()?.state(&place::of(call, scene)?)?)
}

#[cfg(test)]
mod tests {
    use crate::action::testing::Bench;
    use serde_json::json;

    #[tokio::test]
    async fn files_and_links_are_there_and_folders_are_no_files() {
        let bench = Bench::new();
        bench.write("dir/a", b"abc", 0o644);
        bench.link("l", "nowhere");
        for (path, there, gone, says) in [
            ("dir/a", true, false, "a file of 3 bytes"),
            ("l", true, false, "a link to `nowhere`"),
            ("dir", false, false, "it is a folder"),
            ("none", false, true, "nothing is there"),
            ("dir/a/b", false, true, "nothing is there"),
        ] {
            let exists = bench.look("file.exists", json!({ "path": path })).await;
            assert_eq!((exists.holds, exists.says.as_str()), (there, says), "{path}");
            assert_eq!(bench.look("file.absent", json!({ "path": path })).await.holds, gone, "{path}");
        }
    }
}
