//! The last words of a container, where the cluster keeps them.

use super::answer::Effect;
use super::client::{Cluster, get};
use super::fault::{Fault, FaultKind};
use super::limits::Limits;
use super::name::{ObjectName, is_segment};
use super::read::path;
use super::secret::Hidden;
use std::time::Duration;

/// Lines that are asked for.
const LINES: usize = 10;
/// Bytes of them.
const BYTES: usize = 8 << 10;
/// A log is told where it is at hand, and never waited for long.
const PATIENCE: Duration = Duration::from_secs(5);

impl Cluster {
    /// The last lines that a container of a pod wrote.
    pub async fn last_lines(&self, pod: &ObjectName, container: &str) -> Result<Vec<String>, Fault> {
        if !is_segment(container) {
            return Err(Fault::new(FaultKind::Setup, format!("`{container}` can't be the name of a container")));
        }
        let kind = self.kind("", "Pod").await?;
        let asked = format!("{}/log?container={container}&tailLines={LINES}&limitBytes={BYTES}", path(&kind, pod)?);
        let impatient = self.with_limits(Limits { request: PATIENCE, ..Limits::default().impatient() });
        let body = impatient.ask(&get(&asked)?, Effect::None, &Hidden::default()).await?;
        Ok(String::from_utf8_lossy(&body).lines().map(str::to_owned).collect())
    }
}
