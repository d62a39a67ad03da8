//! What is to be run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A program with its arguments, its directory and its environment; never a shell line.
#[derive(Clone, Debug)]
pub struct Program {
    /// A path (relative ones from `cwd`), or a name to be found by `PATH`.
    pub program: String,
    /// The arguments, without the program itself.
    pub args: Vec<String>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Its environment.
    pub env: Env,
}

/// The environment of a program. Values may be secret, so they are neither printed nor stored.
#[derive(Clone, Default)]
pub struct Env {
    /// Whether it begins empty, or with what Switchback itself has.
    pub cleared: bool,
    /// Variables of Switchback itself that it does not begin with.
    pub without: BTreeSet<String>,
    /// What is set.
    pub values: BTreeMap<String, String>,
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cleared, without, values } = self;
        let names = values.keys().collect::<Vec<_>>();
        f.debug_struct("Env").field("cleared", cleared).field("without", without).field("names", &names).finish()
    }
}
