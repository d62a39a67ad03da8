//! What the sweep runs.

use std::path::{Path, PathBuf};

/// The plan of every scenario.
pub(super) const PLAN: &str = "upgrade.plan.kdl";

/// How a run that nobody disturbs ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Done.
    New,
    /// Failed and taken back.
    Old,
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
    pub(super) folder: &'static str,
    pub(super) seed: &'static str,
    /// Words of a file that are others in the copy, so that it goes quicker.
    pub(super) patches: &'static [(&'static str, &'static str, &'static str)],
    pub(super) end: End,
    /// The service, and what its new release says of its health.
    pub(super) service: Option<(&'static str, &'static str)>,
    pub(super) counted: Counted,
    /// The step that may be asked about.
    pub(super) step: &'static str,
    /// Whether the run holds at its end.
    pub(super) holds: bool,
}

const PLAIN: Scenario = Scenario {
    name: "",
    folder: "",
    seed: "old",
    patches: &[],
    end: End::New,
    service: None,
    counted: Counted::Not,
    step: "",
    holds: false,
};

/// Two steps at a time, over files.
pub static PAIR: Scenario = Scenario { name: "pair", folder: "tests/sweep/pair", ..PLAIN };
/// A program that must not run twice, and its written way back.
pub static ONCE: Scenario =
    Scenario { name: "once", folder: "tests/sweep/once", counted: Counted::ByLog, step: "move", ..PLAIN };
/// The same, and then a step fails: it is taken back by itself.
pub static BREAKS: Scenario = Scenario {
    name: "breaks",
    folder: "tests/sweep/breaks",
    counted: Counted::ByLog,
    step: "move",
    end: End::Old,
    ..PLAIN
};
/// A request of which nobody but the server knows whether it arrived.
pub static POST: Scenario =
    Scenario { name: "post", folder: "tests/sweep/post", counted: Counted::ByServer, step: "order", ..PLAIN };
/// A program that takes its time, both ways.
pub static SLOW: Scenario =
    Scenario { name: "slow", folder: "tests/sweep/slow", counted: Counted::ByLog, step: "slow", ..PLAIN };
/// The example that everybody runs first.
pub static QUICKSTART: Scenario = Scenario {
    name: "quickstart",
    folder: "examples/quickstart",
    seed: "platform-1.0.0",
    patches: &[("platform.lib.kdl", "every=\"250ms\" for=\"1s\"", "every=\"50ms\"")],
    service: Some(("portal", "2.0.0")),
    holds: true,
    ..PLAIN
};

impl Scenario {
    /// Where its project lies.
    pub(super) fn source(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(self.folder)
    }
}
