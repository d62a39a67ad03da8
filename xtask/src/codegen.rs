//! `cargo xtask codegen`: the references in docs/ that are made from the code, and whether they are current.

use crate::outcome::Outcome;
use crate::workspace::Workspace;
use switchback::{action, cli, docs};

/// A file that is made.
pub struct Made {
    /// Relative to the repository's folder.
    pub path: &'static str,
    text: String,
}

/// Every made file. The one place that calls the generators.
fn made() -> Vec<Made> {
    vec![
        Made { path: "docs/catalogue.md", text: docs::catalogue(&action::registry()) },
        Made { path: "docs/diagnostics.md", text: docs::diagnostics() },
        Made { path: "docs/commands.md", text: docs::commands(&cli::command()) },
    ]
}

/// Writes those that are not current.
pub fn write(workspace: &Workspace) -> Outcome {
    for made in stale(workspace) {
        std::fs::create_dir_all(workspace.root.join("docs"))?;
        std::fs::write(workspace.root.join(made.path), &made.text)?;
        println!("wrote {}", made.path);
    }
    Ok(true)
}

/// Names those that are not current.
pub fn check(workspace: &Workspace) -> bool {
    let stale = stale(workspace);
    for made in &stale {
        println!("{}: not current; run `cargo xtask codegen`", made.path);
    }
    stale.is_empty()
}

/// Those whose text is not what is made now.
pub fn stale(workspace: &Workspace) -> Vec<Made> {
    let mut stale = made();
    stale.retain(|made| std::fs::read_to_string(workspace.root.join(made.path)).ok().as_ref() != Some(&made.text));
    stale
}

/// Whether a file is one of those that are made.
pub fn makes(path: &str) -> bool {
    made().iter().any(|made| made.path == path)
}
