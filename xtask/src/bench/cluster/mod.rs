//! A dry run on a real cluster, beside what does the same with `kubectl` and `helm`.

mod objects;
mod releases;
mod stand;

use super::goal;
use crate::binary::Binary;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use stand::Stand;
use switchback_tests::cluster::Helm;

/// For the reader of the tables.
pub const ABOUT: &str = "`switchback diff` on the test cluster, whole processes of the release build, against `kubectl` \
                         and `helm` on the same objects, all of which differ.\nIn each of 3 rounds one runs after the \
                         other; `times` is the middle one of the rounds' ratios to the first.";

/// Starts a cluster of its own, and measures; the cluster and all that it held go with it.
pub fn run(workspace: &Workspace, binary: &Binary) -> Result<String, Fault> {
    let stand = Stand::start(workspace, binary)?;
    let (mut told, mut goals) = (String::new(), Vec::new());
    for (table, more) in
        [objects::measure(&stand)?, releases::measure(&stand, Helm::Four)?, releases::measure(&stand, Helm::Three)?]
    {
        told += &table;
        told.push('\n');
        goals.extend(more);
    }
    Ok(told + &goal::lines(&goals))
}
