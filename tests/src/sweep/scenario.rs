//! What the sweep runs.

use super::copying::copy;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The plan of every scenario.
pub(super) const PLAN: &str = "upgrade.plan.kdl";
/// The project file of those that write none.
const PROJECT: &str = "language 1\n\ntarget \"local\" { directory \"./platform\" seed=\"old\" }\n";

/// How a run that nobody disturbs ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Done.
    New,
    /// Failed and taken back.
    Old,
    /// Failed and left where it is, as its plan says.
    Left,
    /// Done, and then its way back given up.
    Finalized,
}

impl End {
    /// The exit code of a run that ends so.
    pub(super) fn code(self) -> i32 {
        match self {
            Self::New | Self::Finalized => 0,
            Self::Old => 20,
            Self::Left => 21,
        }
    }
}

/// Where a scenario's project comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// A folder of the repository.
    Folder(&'static str),
    /// Paths with their contents; what begins with `#!` can be executed.
    Files(&'static [(&'static str, &'static str)]),
}

/// What is known of a scenario's service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serves {
    /// There is none.
    Nothing,
    /// Whether its process runs when the run is done; before it none does.
    Runs(bool),
    /// Its new release says this of its health.
    Health(&'static str),
}

/// How it is known what an at-most-once action did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// There is none.
    Not,
    /// Each run of the program leaves a line in a log.
    ByLog,
    /// A server of the test counts its requests.
    ByServer,
}

/// A project, what is done in it, and how it must end.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    pub(super) source: Source,
    pub(super) seed: &'static str,
    /// Words of a file that are others in the copy, so that it goes quicker.
    pub(super) patches: &'static [(&'static str, &'static str, &'static str)],
    pub(super) end: End,
    pub(super) service: Serves,
    pub(super) counted: Counted,
    /// The step that may be asked about.
    pub(super) step: &'static str,
    /// Whether the run holds at its end.
    pub(super) holds: bool,
    /// Whether a run that is done can be finalized, so that this is tried too.
    pub(super) finalizes: bool,
    /// Whether it has a secret, which nobody may find afterwards.
    pub(super) hides: bool,
    /// Options of `run`.
    pub(super) arguments: &'static [&'static str],
    /// What gates want typed: options of `run` and `resume`.
    pub(super) confirms: &'static [&'static str],
}

/// A scenario of which the least is said.
pub(super) const WRITTEN: Scenario = Scenario {
    name: "",
    source: Source::Files(&[]),
    seed: "old",
    patches: &[],
    end: End::New,
    service: Serves::Nothing,
    counted: Counted::Not,
    step: "",
    holds: false,
    finalizes: false,
    hides: false,
    arguments: &[],
    confirms: &[],
};

/// Two steps at a time, over files.
pub static PAIR: Scenario = Scenario { name: "pair", source: Source::Folder("tests/sweep/pair"), ..WRITTEN };
/// A program that must not run twice, and its written way back.
pub static ONCE: Scenario = Scenario {
    name: "once",
    source: Source::Folder("tests/sweep/once"),
    counted: Counted::ByLog,
    step: "move",
    ..WRITTEN
};
/// The same, and then a step fails: it is taken back by itself.
pub static BREAKS: Scenario = Scenario {
    name: "breaks",
    source: Source::Folder("tests/sweep/breaks"),
    counted: Counted::ByLog,
    step: "move",
    end: End::Old,
    ..WRITTEN
};
/// A request of which nobody but the server knows whether it arrived.
pub static POST: Scenario = Scenario {
    name: "post",
    source: Source::Folder("tests/sweep/post"),
    counted: Counted::ByServer,
    step: "order",
    ..WRITTEN
};
/// A program that takes its time, both ways.
pub static SLOW: Scenario = Scenario {
    name: "slow",
    source: Source::Folder("tests/sweep/slow"),
    counted: Counted::ByLog,
    step: "slow",
    ..WRITTEN
};
/// The example that everybody runs first.
pub static QUICKSTART: Scenario = Scenario {
    name: "quickstart",
    source: Source::Folder("examples/quickstart"),
    seed: "platform-1.0.0",
    patches: &[("platform.lib.kdl", "every=\"250ms\" for=\"1s\"", "every=\"50ms\"")],
    service: Serves::Health("2.0.0"),
    holds: true,
    finalizes: true,
    ..WRITTEN
};

impl Scenario {
    /// Makes its project in an empty folder.
    pub(super) fn write(&self, project: &Path) -> io::Result<()> {
        let files = match self.source {
            Source::Folder(folder) => {
                return copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), project);
            }
            Source::Files(files) => files,
        };
        fs::write(project.join("switchback.kdl"), PROJECT)?;
        for (name, content) in files {
            let path = project.join(name);
            fs::create_dir_all(path.parent().unwrap_or(project))?;
            fs::write(&path, content)?;
            if content.starts_with("#!") {
                fs::set_permissions(&path, Permissions::from_mode(0o755))?;
            }
        }
        Ok(())
    }
}
