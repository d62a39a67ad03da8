//! `file.contains`: whether a file of the target's directory holds a text.

use super::want::text_of;
use super::{Check, Noun, Seen, place};
use crate::site::{Fault, Scene};
use crate::world::State;
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// Larger files are data and not settings.
const MOST_BYTES: u64 = 16 << 20;

/// The kind.
pub struct FileContains;

static FORM: Form = Form {
    name: "file.contains",
    args: &[
        Param::one("PATH", Ty::TargetPath, "the file on the target"),
        Param::one("TEXT", Ty::Text, "what must be in it, exactly so"),
    ],
    summary: "holds when a file holds a text",
    text: "Every letter counts, blanks and capitals too. What the file holds is never shown. A file larger than 16 MiB \
           is refused. It is looked at once; with `within` it is waited for.",
    within: 10,
    once: true,
    examples: &[Example {
        title: "the version that a file tells",
        text: "file.contains \"www/site.toml\" #\"release = \"5.0.0\"\"#",
    }],
    ..Form::CHECK
};

impl Kind for FileContains {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let is_empty = call.known("text") == Some("");
        let objection = || Objection {
            about: "text",
            text: "every file holds the empty text".into(),
            help: "say a text, or use `file.exists`".into(),
        };
        is_empty.then(objection).into_iter().collect()
    }

    fn needs(&self) -> Needs {
        Needs::Directory
    }
}

impl Noun for FileContains {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for FileContains {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let (path, tree) = (place::of(call, scene)?, scene.tree()?);
        let text = scene.fill(&text_of(call, "text")?)?;
        match tree.state(&path)? {
            State::Absent => return Ok(Seen::not("there is no such file")),
            State::Dir { .. } => return Ok(Seen::not("it is a folder")),
            _ => {}
        }
        let bytes = tree.read(&path, MOST_BYTES)?;
        let size = crate::screen::size(bytes.len() as u64);
        let found = text.is_empty() || bytes.windows(text.len()).any(|part| part == text.as_bytes());
        Ok(if found { Seen::holds("it holds the text") } else { Seen::not(format!("the text is not in its {size}")) })
    }

    fn words(&self, call: &Call) -> String {
        place::words(call)
    }
}

#[cfg(test)]
mod tests {
    use crate::action::testing::Bench;
    use serde_json::json;

    #[tokio::test]
    async fn a_text_is_found_exactly() {
        let mut bench = Bench::new();
        bench.secret("pw", "tulip-7");
        bench.write("a", b"release = \"5.0.0\"\npw=tulip-7\n", 0o644);
        bench.link("l", "a");
        let secret = json!({ "parts": [{ "text": "pw=" }, { "secret": "pw" }] });
        for (path, text, holds, says) in [
            ("a", json!("\"5.0.0\"\n"), true, "it holds the text"),
            ("l", json!("5.0.0"), true, "it holds the text"),
            ("a", secret, true, "it holds the text"),
            ("a", json!("Release"), false, "the text is not in its 29 bytes"),
            ("none", json!("x"), false, "there is no such file"),
        ] {
            let seen = bench.look("file.contains", json!({ "path": path, "text": text })).await;
            assert_eq!((seen.holds, seen.says.as_str()), (holds, says), "{path} {text}");
        }
        assert_eq!(Bench::objections("file.contains", json!({ "path": "a", "text": "" })).len(), 1);
    }
}
