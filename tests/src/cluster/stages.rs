//! What becomes of the node and of pods, as KWOK is told (`tests/stages/`).
//!
//! A pod says by annotations what it wants to be; without any, it is ready at once, and one of a Job completes:
//!
//! | annotation | |
//! | --- | --- |
//! | `switchback.test/ready-after: 5s` | becomes ready so long after it was scheduled |
//! | `switchback.test/ready: never` | runs and never becomes ready |
//! | `switchback.test/image: missing` | its images can't be pulled |
//! | `switchback.test/crashes: always` | its containers end right after their start, again and again |
//! | `switchback.test/ends-after: 5s` | one that is not restarted runs so long |
//! | `switchback.test/ends: failed` | one that is not restarted fails |
//! | `switchback.test/gone-after: 5s` | takes so long to go when it is deleted |
//!
//! A container called `talks` has a log (`tests/stages/talks.log`); of all others the cluster gives none.

use std::fs;
use std::path::Path;

const STAGES: &[&str] = &[
    include_str!("../../stages/node.yaml"),
    include_str!("../../stages/pod-ready.yaml"),
    include_str!("../../stages/pod-unready.yaml"),
    include_str!("../../stages/pod-image-missing.yaml"),
    include_str!("../../stages/pod-crashes.yaml"),
    include_str!("../../stages/pod-completed.yaml"),
    include_str!("../../stages/pod-failed.yaml"),
    include_str!("../../stages/pod-gone.yaml"),
    include_str!("../../stages/talks.yaml"),
];
/// What the container that talks wrote, in the form in which a runtime keeps it.
const TALKS: (&str, &str) = ("talks.log", include_str!("../../stages/talks.log"));

/// Their file in a cluster's folder.
pub(super) const FILE: &str = "stages.yaml";

/// Writes them all.
pub(super) fn write(folder: &Path) -> Result<(), String> {
    for (name, text) in [(FILE, STAGES.join("\n---\n").as_str()), TALKS] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("`{}`: {error}", path.display()))?;
    }
    Ok(())
}
