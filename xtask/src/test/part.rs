//! What tests need of the machine, whether it is there, and how to get it.

use crate::cluster;
use crate::workspace::Workspace;
use std::process::{Command, Stdio};

/// Something that tests need of the machine.
pub struct Part {
    /// Its name; tests ask for it by this.
    pub name: &'static str,
    /// The tests that need it.
    pub needed_by: &'static str,
    /// Looks for it and tells what was found.
    pub find: fn(&Workspace) -> Option<String>,
    /// How a person gets it.
    pub provide: &'static str,
    /// What it means that it is missing.
    pub need: Need,
}

/// What it means that a part is missing. Whatever it means, the summary names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// No test runs.
    Vital,
    /// Where nobody reads the summary, nothing runs.
    InCi,
    /// A right that not every machine gives: its tests are skipped.
    Right,
}

/// All parts. Tests bring whatever else they need along, so that a machine with Rust passes them: servers are in the test's
/// process, certificates are made by it, and keys are files in the repository.
pub const ALL: &[Part] = &[
    Part {
        name: "rust",
        needed_by: "all tests",
        find: |_| version("rustc", &["--version"]),
        provide: "https://rustup.rs",
        need: Need::Vital,
    },
    Part {
        name: "sh",
        needed_by: "tests of programs that a plan runs",
        find: |_| version("sh", &["-c", "command -v sh"]),
        provide: "a POSIX shell: apt-get install dash",
        need: Need::InCi,
    },
    Part {
        name: CLUSTER,
        needed_by: "tests on a real Kubernetes",
        find: programs,
        provide: "Go (https://go.dev/dl) and its module proxy build its programs; or KUBEBUILDER_ASSETS and PATH have them",
        need: Need::InCi,
    },
    Part {
        name: "tmpfs",
        needed_by: "tests of a full disk",
        find: |_| small_file_system(),
        provide: "run as root, or in `unshare --map-root-user --mount`",
        need: Need::Right,
    },
];

/// The part of which tests are told where it is.
pub const CLUSTER: &str = "cluster";

/// Builds what is missing of the test cluster's programs; the first time this takes minutes, and tells what it does.
fn programs(workspace: &Workspace) -> Option<String> {
    let found = cluster::programs(workspace);
    let told = found.map(|programs| programs.folder().display().to_string());
    told.map_err(|error| eprintln!("no test cluster: {error}")).ok()
}

/// Mounts a file system of its own, as the tests of a full disk do, and takes it away again.
fn small_file_system() -> Option<String> {
    let folder = tempfile::tempdir().ok()?;
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        let ended = command.args(arguments).arg(folder.path()).stderr(Stdio::null()).status();
        ended.is_ok_and(|status| status.success())
    };
    let mounted = run("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"]);
    (mounted && run("umount", &["-l"])).then(|| "can be mounted".to_owned())
}

/// What a program says of itself, when it is there and works.
fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned();
    output.status.success().then_some(text)
}

/// The parts, each with what was found.
pub struct Parts {
    looked: Vec<(&'static Part, Option<String>)>,
}

impl Parts {
    /// Looks for each.
    pub fn look(parts: &'static [Part], workspace: &Workspace) -> Self {
        Self { looked: parts.iter().map(|part| (part, (part.find)(workspace))).collect() }
    }

    /// The names of those that are there.
    pub fn found(&self) -> Vec<&'static str> {
        self.looked.iter().filter(|(_, found)| found.is_some()).map(|(part, _)| part.name).collect()
    }

    /// What was found of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.looked.iter().find(|(part, _)| part.name == name).and_then(|(_, found)| found.as_deref())
    }

    /// Those that are not.
    pub fn missing(&self) -> impl Iterator<Item = &'static Part> + '_ {
        self.looked.iter().filter(|(_, found)| found.is_none()).map(|(part, _)| *part)
    }

    /// A line a part.
    pub fn table(&self) -> String {
        let line = |(part, found): &(&Part, Option<String>)| match found {
            Some(found) => format!("{:8} {:36} {found}\n", part.name, part.needed_by),
            None => format!("{:8} {:36} missing; get it: {}\n", part.name, part.needed_by, part.provide),
        };
        self.looked.iter().map(line).collect()
    }

    /// Why no test is begun: a vital part is missing, or any part where `all` must be there.
    pub fn complaint(&self, all: bool) -> Option<String> {
        let names: Vec<&str> = self
            .missing()
            .filter(|part| part.need == Need::Vital || (all && part.need == Need::InCi))
            .map(|part| part.name)
            .collect();
        (!names.is_empty()).then(|| format!("missing: {}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn part(name: &'static str, find: fn(&Workspace) -> Option<String>, need: Need) -> Part {
        Part { name, needed_by: "tests of it", find, provide: "make it", need }
    }

    static THERE: &[Part] = &[
        part("a", |_| Some("a 1.0".into()), Need::Vital),
        part("b", |_| None, Need::InCi),
        part("c", |_| None, Need::Right),
    ];
    static VITAL: &[Part] = &[part("a", |_| None, Need::Vital)];

    fn look(parts: &'static [Part]) -> Parts {
        Parts::look(parts, &Workspace { root: std::path::PathBuf::new() })
    }

    #[test]
    fn a_missing_part_is_named_with_the_way_to_get_it_and_stops_only_ci() {
        let parts = look(THERE);
        assert_eq!(parts.found(), ["a"]);
        assert!(parts.table().contains("missing; get it: make it"), "{}", parts.table());
        assert_eq!(parts.complaint(false), None);
        assert_eq!(parts.complaint(true).as_deref(), Some("missing: b"));
    }

    #[test]
    fn nothing_runs_without_a_vital_part() {
        assert_eq!(look(VITAL).complaint(false).as_deref(), Some("missing: a"));
    }

    #[test]
    fn a_program_that_is_not_there_is_missing() {
        assert_eq!(version("no-such-program-of-switchback", &[]), None);
        assert_eq!(version("sh", &["-c", "exit 3"]), None);
    }
}
