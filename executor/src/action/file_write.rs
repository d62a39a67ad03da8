//! `file.write`: a file of the target's directory holds this.

use super::want::{Content, Mode, Want, text_of};
use super::{Action, Noun, Predicted, Writes, place};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Ty};

/// The kind.
pub struct FileWrite;

static FORM: Form = Form {
    name: "file.write",
    args: &[Param::one("PATH", Ty::TargetPath, "the file on the target")],
    props: &[
        Param::optional("content", Ty::Text, "what it holds"),
        Param::optional(
            "from",
            Ty::SourceFile,
            "the file of the project that it holds; a template when it ends in .hbs",
        ),
        Param::optional(
            "mode",
            Ty::Mode,
            "its permission bits; else it keeps its own (0644 when new), executable when `from` is",
        ),
    ],
    summary: "makes a file hold this",
    text: "The file is written whole: beside its place, flushed to the disk, then renamed into it, so that nobody \
           ever sees half of it. Missing folders are made, and go again at undo. With `from`, a name that ends in \
           .hbs is a template and its {{names}} are filled in.",
    way_back: OwnWayBack::Restores("the old file, or none"),
    examples: &[
        Example {
            title: "from a file of the project",
            text: "file.write \"etc/shop.toml\" from=\"files/shop.toml\" mode=\"0644\"",
        },
        Example { title: "a line of text", text: "file.write \"etc/release\" content=\"2.0.0\\n\"" },
    ],
    ..Form::ACTION
};

impl Kind for FileWrite {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        call.known("path").map(Touch::file).into_iter().collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = place::file_objections(call);
        match (call.values.contains_key("content"), call.values.contains_key("from")) {
            (true, true) => found.push(Objection::new("both `content` and `from`", "keep one of them")),
            (false, false) => found.push(Objection::new(
                "neither `content` nor `from`",
                "say what the file holds: content=\"…\" or from=\"files/…\"",
            )),
            _ => {}
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileWrite {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

impl Writes for FileWrite {
    fn wants(&self, call: &Call, scene: &Scene<'_>, _world: &mut Predicted) -> Result<Vec<(RelPath, Want)>, Fault> {
        let path = scene.path(call.known("path").unwrap_or_default())?;
        let (content, own) = match (call.values.get("content"), call.values.get("from")) {
            (Some(_), _) => (Content::Text(text_of(call, "content")?), Mode::Kept),
            (None, Some(source)) => (Content::of(source, scene)?, Mode::of(source)),
            (None, None) => return Err(Fault::new("the plan says nothing that the file could hold")),
        };
        let said = call.known("mode").and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let mode = said.map_or(own, Mode::Exactly);
        Ok(vec![(path, Want::File { content, mode })])
    }

    fn words(&self, call: &Call) -> String {
        call.known("path").unwrap_or_default().to_owned()
    }
}
