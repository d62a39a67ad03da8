//! `cargo xtask tidy`: our own rules that clippy does not know. All findings at once, `path:line: what`.

mod docs;
mod finding;
mod functions;
mod machine;
mod manifest;
mod names;
mod pure;
mod rust;
mod size;
mod words;

use crate::codegen;
use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;
use finding::Finding;
use rust::Rust;
use std::path::Path;

/// Rules about one Rust file.
const RUST: &[fn(&Rust) -> Vec<Finding>] =
    &[size::check, functions::check, words::macros, words::reasons, words::opening, names::check, pure::sources];
/// Rules about one file of any kind.
const TEXT: &[fn(&str, &str) -> Vec<Finding>] = &[machine::check, manifest::check];

/// Holds the repository against every rule.
pub fn run(workspace: &Workspace) -> Outcome {
    let mut findings = files(workspace)?;
    findings.extend(pure::packages(workspace)?);
    findings.extend(docs::check(workspace)?);
    let stale = codegen::stale(workspace);
    findings.extend(stale.iter().map(|made| Finding::new(made.path, 1, "not current; run `cargo xtask codegen`")));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    eprintln!("tidy: {} found", findings.len());
    Ok(findings.is_empty())
}

fn files(workspace: &Workspace) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    for path in workspace.files()? {
        let Some(text) = workspace.text(&path)? else { continue };
        findings.extend(TEXT.iter().flat_map(|rule| rule(&path, &text)));
        if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
            let rust = Rust::read(&path, &text)?;
            findings.extend(RUST.iter().flat_map(|rule| rule(&rust)));
        }
    }
    Ok(findings)
}
