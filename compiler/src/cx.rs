//! What the stages of one compilation share: files, sources, diagnostics.

use crate::diagnostic::{Diagnostic, Sink, nearest};
use crate::files::{self, Files};
use crate::plan::{At, Target};
use crate::read::NOT_UTF8;
use crate::registry::{Needs, Registry};
use crate::schema::WORDS;
use crate::source::{SourceSet, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// From so many diagnostics on no near name is looked for: each costs a look at all names, and nobody reads so far.
const MOST_PROPOSED: usize = 50;

/// What the stages share.
pub(crate) struct Cx<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) registry: &'a Registry<'a>,
    pub(crate) sources: SourceSet,
    pub(crate) sink: Sink,
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    /// The chosen target, once it is lowered.
    pub(crate) target: Option<Target>,
    /// Components that this plan moves.
    pub(crate) moved: Vec<String>,
    /// The plans whose `rollback-plan` led here, and this one at the end.
    pub(crate) led: Vec<String>,
    /// What is used of the target and it lacks: nouns, with their places.
    pub(crate) lacking: BTreeMap<Needs, Vec<(&'static str, Span)>>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(files: &'a dyn Files, registry: &'a Registry<'a>) -> Self {
        let (sources, sink) = (SourceSet::default(), Sink::default());
        Self {
            files,
            registry,
            sources,
            sink,
            blobs: BTreeMap::new(),
            target: None,
            moved: Vec::new(),
            led: Vec::new(),
            lacking: BTreeMap::new(),
        }
    }

    /// The folder of the file that a place lies in.
    pub(crate) fn folder_of(&self, span: Span) -> String {
        self.sources.file_of(span).map_or_else(String::new, |file| files::folder(&file.path).to_owned())
    }

    /// Notes that something needs what the chosen target lacks; without a target nothing can be said.
    pub(crate) fn lacks_without(&mut self, needs: Needs, name: &'static str, at: Span) {
        let Some(target) = &self.target else { return };
        let is_there = match needs {
            Needs::Nothing => true,
            Needs::Directory => target.directory.is_some(),
            Needs::Cluster => target.kube.is_some(),
        };
        if !is_there {
            self.lacking.entry(needs).or_default().push((name, at));
        }
    }

    /// The nearest of names that a plan may have any number of, while a person may still read it.
    pub(crate) fn nearest<'n>(&self, name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        if self.sink.len() < MOST_PROPOSED { nearest(name, known) } else { None }
    }

    pub(crate) fn is_word(&self, name: &str) -> bool {
        WORDS.iter().any(|word| word.name == name) || self.registry.get(name).is_some()
    }

    /// A place for people.
    pub(crate) fn at(&self, span: Span) -> At {
        let location = self.sources.locate(span);
        At { path: Arc::from(location.path), line: location.line, span }
    }

    pub(crate) fn not_utf8(&mut self, path: &str, from: Option<Span>, error: &std::string::FromUtf8Error) {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        let at = from.unwrap_or_else(|| Span::new(self.sources.add(path, "") as usize, 0));
        self.sink.push(
            Diagnostic::new(&NOT_UTF8, format!("`{path}` is not UTF-8 text"))
                .label(at, format!("byte {} in line {line} of it begins no UTF-8 character", valid + 1))
                .help(format!("save it as UTF-8: iconv -f latin1 -t utf-8 {path} > {path}.new")),
        );
    }
}
