//! From a call to what is started: words filled in, sources copied out of the bundle, the environment.

use crate::action::values;
use crate::site::{Fault, Scene};
use crate::world::process::{Env, Program};
use serde_json::Value as Json;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use switchback_compiler::plan::Call;
use switchback_compiler::value::Text;

/// Where the copies of sources lie in the folder of a start.
const SOURCES: &str = "sources";

/// A word of the command line.
pub(super) enum Word {
    /// As it is, once it is filled in.
    Text(Text),
    /// A file of the project, as the plan holds it.
    Source(Json),
}

impl Word {
    /// Whether a secret is in it, also in a script that is a template.
    pub(super) fn is_secret(&self) -> bool {
        let text = match self {
            Self::Text(text) => Some(text.clone()),
            Self::Source(source) => source.get("text").and_then(|text| values::parse(text).ok()),
        };
        text.is_some_and(|text| text.is_secret())
    }

    /// A source's path in the project, without the ending of a template.
    fn path(source: &Json) -> &str {
        let path = source.get("source").and_then(Json::as_str).unwrap_or_default();
        path.strip_suffix(".hbs").unwrap_or(path)
    }
}

impl std::fmt::Display for Word {
    /// As a person may see it; a word with blanks stands in quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Source(source) => write!(f, "./{}", Self::path(source)),
            Self::Text(text) => match text.to_string() {
                text if text.is_empty() || text.contains(char::is_whitespace) => write!(f, "{text:?}"),
                text => f.write_str(&text),
            },
        }
    }
}

/// The words of a call.
pub(super) fn words(call: &Call) -> Result<Vec<Word>, Fault> {
    let all = call.values.get("words").and_then(Json::as_array);
    all.into_iter().flatten().map(word).collect()
}

fn word(json: &Json) -> Result<Word, Fault> {
    match json.get("source") {
        Some(_) => Ok(Word::Source(json.clone())),
        None => values::parse(json).map(Word::Text),
    }
}

/// How a call is spoken of: by its program's own name.
pub(super) fn name(call: &Call) -> String {
    match words(call).unwrap_or_default().first() {
        Some(Word::Source(source)) => {
            let stem = Path::new(Word::path(source)).file_stem();
            stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
        }
        Some(Word::Text(text)) => {
            let text = text.to_string();
            text.rsplit('/').next().unwrap_or_default().to_owned()
        }
        None => String::new(),
    }
}

/// The command line as a person may see it.
pub(super) fn line(call: &Call) -> Result<String, Fault> {
    Ok(words(call)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

/// What is to be started, with copies of its sources in `folder`, which is made.
pub(super) fn program(call: &Call, scene: &Scene<'_>, folder: &Path) -> Result<Program, Fault> {
    let mut line = Vec::new();
    for word in words(call)? {
        line.push(match word {
            Word::Text(text) => scene.fill(&text)?,
            Word::Source(source) => copy(&source, scene, &folder.join(SOURCES))?,
        });
    }
    let mut line = line.into_iter();
    let program = line.next().ok_or_else(|| Fault::new("the plan names no program"))?;
    let values = values::filled_pairs(call, "env", scene)?.into_iter().collect();
    let env = Env { cleared: false, without: scene.site.secrets.variables().clone(), values };
    let cwd = scene.site.directory.as_ref().unwrap_or(&scene.site.project).clone();
    Ok(Program { program, args: line.collect(), cwd, env })
}

/// Copies a source to a place of its own; names are those of the project, so that scripts find each other.
fn copy(source: &Json, scene: &Scene<'_>, folder: &Path) -> Result<String, Fault> {
    // The compiler has resolved the path, so it holds no `..` and does not begin with `/`.
    let place = folder.join(Word::path(source));
    let bytes = scene.bytes(source)?;
    write(&place, &bytes).map_err(|error| Fault::new(format!("can't write `{}`: {error}", place.display())))?;
    let place = std::path::absolute(&place).unwrap_or(place);
    place.into_os_string().into_string().map_err(|_| Fault::new("the run's folder has a name that is not UTF-8"))
}

fn write(place: &PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // The same source may stand in two words.
    if place.exists() {
        return Ok(());
    }
    OpenOptions::new().write(true).create_new(true).mode(0o700).open(place)?.write_all(bytes)
}

/// What can be said of the script that runs, before it runs; none where it is no file of the project.
pub(super) fn described(call: &Call, scene: &Scene<'_>) -> Result<Option<String>, Fault> {
    let words = words(call)?;
    let Some((index, source)) = words.iter().enumerate().find_map(|(index, word)| match word {
        Word::Source(source) => Some((index, source)),
        Word::Text(_) => None,
    }) else {
        return Ok(None);
    };
    // A template with a value that is known only later.
    let Ok(bytes) = scene.bytes(source) else { return Ok(Some("its text is known only later".into())) };
    if index == 0 && !bytes.starts_with(b"#!") && !bytes.starts_with(b"\x7fELF") {
        let why = format!("`{}` does not say what runs it", Word::path(source));
        return Err(Fault::new(why).details(["its first line must name a program: #!/bin/sh".to_owned()]));
    }
    let lines = switchback_compiler::words::count(bytes.split_inclusive(|byte| *byte == b'\n').count(), "line");
    let digest = blake3::hash(&bytes).to_hex();
    let copy = if index == 0 { "runs from the bundle's copy" } else { "the bundle's copy is used" };
    Ok(Some(format!("{lines}, b3:{}, {copy}", digest.get(..12).unwrap_or_default())))
}
