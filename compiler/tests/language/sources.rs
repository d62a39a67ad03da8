//! Projects in memory, and what compiling them tells.

use crate::nouns::registry;
use std::collections::{BTreeMap, BTreeSet};
use switchback_compiler::files::{FileError, Files, Found, folder};
use switchback_compiler::{Compiled, Given, Request, compile};

/// The sources of a project; what it lists comes in the order in which it was put in.
#[derive(Clone, Default)]
pub struct Sources {
    files: Vec<(String, Vec<u8>)>,
    executable: BTreeSet<String>,
}

/// The plan that is compiled.
pub const ROOT: &str = "p.plan.kdl";

impl Sources {
    /// A project of one plan; the text gets a head unless it has one.
    pub fn plan(text: &str) -> Self {
        let head =
            if text.trim_start_matches('\u{FEFF}').trim_start().starts_with("plan ") { "" } else { "plan \"p\"\n" };
        Self::default().file(ROOT, format!("{head}{text}\n"))
    }

    /// Adds a file.
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    /// Adds an executable file.
    pub fn script(self, path: &str) -> Self {
        let mut with = self.file(path, "#!/bin/sh\n");
        with.executable.insert(path.to_owned());
        with
    }

    /// The same files, put in the other way round.
    pub fn reversed(mut self) -> Self {
        self.files.reverse();
        self
    }

    /// Compiles the plan without a target.
    pub fn compile(&self) -> Compiled {
        self.with(&Request::default())
    }

    /// Compiles it for a target, with values for inputs.
    pub fn on(&self, target: &str, inputs: &[(&str, &str)]) -> Compiled {
        let given = |(name, value): &(&str, &str)| ((*name).to_owned(), Given::Value((*value).to_owned()));
        let inputs: BTreeMap<String, Given> = inputs.iter().map(given).collect();
        let target = (!target.is_empty()).then(|| target.to_owned());
        self.with(&Request { target, inputs, ..Request::default() })
    }

    fn with(&self, request: &Request) -> Compiled {
        let root = if request.root.is_empty() { ROOT.to_owned() } else { request.root.clone() };
        compile(self, &Request { root, ..request.clone() }, &registry())
    }

    fn find(&self, path: &str) -> Result<&Vec<u8>, FileError> {
        self.files.iter().find(|(known, _)| known == path).map(|(_, bytes)| bytes).ok_or(FileError::Missing)
    }
}

impl Files for Sources {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.find(path).cloned()
    }

    fn executable(&self, path: &str) -> Result<bool, FileError> {
        self.find(path).map(|_| self.executable.contains(path))
    }

    fn list(&self, wanted: &str) -> Result<Vec<Found>, FileError> {
        let prefix = format!("{wanted}/");
        let below = self.files.iter().filter_map(|(path, _)| Some((path, path.strip_prefix(&prefix)?)));
        let found = |(path, inner): (&String, &str)| Found {
            path: inner.to_owned(),
            executable: self.executable.contains(path),
        };
        let found: Vec<Found> = below.map(found).collect();
        let is_there = !found.is_empty() || self.files.iter().any(|(path, _)| folder(path) == wanted);
        if is_there { Ok(found) } else { Err(FileError::Missing) }
    }
}
