//! No file knows the machine that it was written on.

use super::finding::Finding;

/// Folders of a build machine; put together here, so that this file does not find itself.
const FOLDERS: &[&str] = &[concat!("/", "work/"), concat!("/", "root/")];
/// Where all crates come from.
const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// How a line names any registry of crates, or one that stands in for another.
const REGISTRIES: &[&str] = &[concat!("registry", "+"), concat!("sparse", "+"), concat!("replace", "-with")];

/// Paths and registries.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().enumerate();
    lines.filter_map(|(index, line)| Some(Finding::new(path, index + 1, foreign(line)?))).collect()
}

fn foreign(line: &str) -> Option<String> {
    let folder = FOLDERS.iter().find(|folder| line.contains(**folder));
    let elsewhere = REGISTRIES.iter().any(|mark| line.replace(CRATES, "").contains(mark));
    match folder {
        Some(folder) => Some(format!("`{folder}` is a folder of a build machine")),
        None => elsewhere.then(|| "a registry of crates other than crates.io".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_registries_of_a_machine_are_found() {
        let folder = format!("see {}notes", FOLDERS.concat());
        let mirror = format!("source = \"{}https://crates.example/index\"", REGISTRIES.concat());
        assert_eq!(check("a.md", &folder).len(), 1);
        assert_eq!(check("Cargo.lock", &mirror).len(), 1);
        assert_eq!(check("Cargo.lock", &format!("source = \"{CRATES}\"\nnetwork/root")), []);
    }
}
