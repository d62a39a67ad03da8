//! Every block of KDL in the documentation is a plan, a library or a project that compiles.
//!
//! The blocks of one Markdown file are the files of one project. A block in another language that names a file
//! (```` ```toml files/shop.toml ````) is put into it too, so that plans can use it. What can't compile is marked
//! ```` ```kdl,ignore ```` and says why in an HTML comment right before it.

use super::finding::Finding;
use crate::binary::Binary;
use crate::codegen;
use crate::markdown::{Fence, fences};
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::path::Path;

/// Words that only a project file begins with.
const PROJECT: &[&str] = &["layers", "target", "policy", "role", "signers"];

/// All blocks of all Markdown files, but of those that are made: their fragments are tried where they are written.
pub fn check(workspace: &Workspace) -> Result<Vec<Finding>, Fault> {
    let mut found = Vec::new();
    let mut projects = Vec::new();
    for path in workspace.files()?.into_iter().filter(|path| is_markdown(path) && !codegen::makes(path)) {
        let fences = fences(&workspace.text(&path)?.unwrap_or_default());
        found.extend(fences.iter().filter_map(|fence| unreasoned(&path, fence)));
        if fences.iter().any(is_compiled) {
            projects.push((path, fences));
        }
    }
    if !projects.is_empty() {
        let binary = Binary::debug(workspace)?;
        for (path, fences) in &projects {
            found.extend(project(&binary, path, fences)?);
        }
    }
    Ok(found)
}

fn is_markdown(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

fn is_compiled(fence: &Fence) -> bool {
    fence.language() == ("kdl", Vec::new())
}

fn unreasoned(path: &str, fence: &Fence) -> Option<Finding> {
    let ignored = fence.language() == ("kdl", vec!["ignore"]) && fence.remark.is_none();
    ignored.then(|| Finding::new(path, fence.line, "`kdl,ignore` without an HTML comment before it that says why"))
}

/// Writes the blocks of a file as a project, and checks each that is compiled.
fn project(binary: &Binary, path: &str, fences: &[Fence]) -> Result<Vec<Finding>, Fault> {
    let folder = tempfile::tempdir()?;
    let mut found = Vec::new();
    let mut compiled = Vec::new();
    for fence in fences {
        let Some(name) = name(fence) else { continue };
        if folder.path().join(&name).exists() {
            found.push(Finding::new(path, fence.line, format!("a second block is the file `{name}`")));
            continue;
        }
        write(folder.path(), &name, &fence.text)?;
        // The project file is read with every plan that is checked.
        if is_compiled(fence) && name != "switchback.kdl" {
            compiled.push((name, fence));
        }
    }
    for (name, fence) in compiled {
        let answer = binary.check(folder.path(), &name)?;
        if !answer.status.success() {
            let said = String::from_utf8_lossy(&answer.stderr).trim_end().replace('\n', "\n    ");
            found.push(Finding::new(path, fence.line, format!("this block does not compile\n    {said}")));
        }
    }
    Ok(found)
}

/// The file that a block is: the one that it names, or by its first node.
fn name(fence: &Fence) -> Option<String> {
    if let Some(path) = fence.path() {
        return Some(path.to_owned());
    }
    if !is_compiled(fence) {
        return None;
    }
    let words: Vec<&str> = fence.text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let first = words.iter().find(|word| !word.starts_with("//") && **word != "language");
    Some(match first {
        Some(word) if PROJECT.contains(word) => "switchback.kdl".to_owned(),
        Some(&"plan") => format!("line-{}.plan.kdl", fence.line),
        _ => format!("line-{}.lib.kdl", fence.line),
    })
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Fault> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    // What a page's project begins with is no text that the page could show.
    for seed in text.split(" seed=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        std::fs::create_dir_all(folder.join(seed))?;
    }
    std::fs::write(path, text)?;
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<String> {
        name(fences(text).first().unwrap())
    }

    #[test]
    fn a_block_is_the_file_that_it_names_or_that_its_first_node_makes_it() {
        assert_eq!(named("```kdl\n// Why.\nplan \"a\"\n```").as_deref(), Some("line-2.plan.kdl"));
        assert_eq!(named("```kdl\nlanguage 1\ntarget \"a\" {\n}\n```").as_deref(), Some("switchback.kdl"));
        assert_eq!(named("```kdl\ncomponent \"a\"\n```").as_deref(), Some("line-2.lib.kdl"));
        assert_eq!(named("```kdl db.lib.kdl\ncomponent \"a\"\n```").as_deref(), Some("db.lib.kdl"));
        assert_eq!(named("```toml files/a.toml\na = 1\n```").as_deref(), Some("files/a.toml"));
        assert_eq!(named("```sh\nls\n```"), None);
    }

    #[test]
    fn a_block_that_is_not_compiled_says_why() {
        let wants_reason = |text: &str| fences(text).iter().filter_map(|fence| unreasoned("a.md", fence)).count();
        assert_eq!(wants_reason("```kdl,ignore\nplan\n```"), 1);
        assert_eq!(wants_reason("<!-- a mistake -->\n```kdl,ignore\nplan\n```"), 0);
    }
}
