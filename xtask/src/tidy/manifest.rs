//! Every dependency of the workspace has its reason above it.

use super::finding::Finding;

/// The one file that names versions.
const MANIFEST: &str = "Cargo.toml";

/// Comments in `[workspace.dependencies]`; our own packages need none.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    if path != MANIFEST {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut inside = false;
    let mut reasoned = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[workspace.dependencies]";
        } else if inside && !reasoned {
            let named = dependency(line).map(|name| format!("`{name}` has no reason in a comment above it"));
            found.extend(named.map(|what| Finding::new(path, index + 1, what)));
        }
        reasoned = line.starts_with('#');
    }
    found
}

/// The name of a dependency from outside the workspace.
fn dependency(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(" = ").filter(|_| !line.starts_with('#'))?;
    (!value.contains("path = ")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_holds_for_the_next_line_alone() {
        let text =
            "[workspace.dependencies]\nours = { path = \"a\" }\n# Why.\na = \"1\"\nb = \"1\"\n[profile.dev]\nc = 1\n";
        assert_eq!(check(MANIFEST, text), [Finding::new(MANIFEST, 5, "`b` has no reason in a comment above it")]);
        assert_eq!(check("compiler/Cargo.toml", text), []);
    }
}
