//! `program` as a check and as a reader.

use super::{Program, command, starts};
use crate::action::{Check, Reader, Seen, evidence};
use crate::site::{Fault, Scene};
use crate::world::process::{Ended, Launcher, Limits};
use async_trait::async_trait;
use std::time::Duration;
use switchback_compiler::plan::Call;

/// More than any value that one compares or hands on.
const OUTPUT: usize = 64 * 1024;

#[async_trait]
impl Check for Program {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let ended = run(call, scene, false).await?;
        if ended.status.is_success() {
            return Ok(Seen::holds(ended.status.to_string()));
        }
        let said = ended.last_lines.iter().rev().find(|line| !line.trim().is_empty());
        let said = said.map(|line| format!(": {}", evidence::one(line, scene)));
        Ok(Seen::not(format!("{}{}", ended.status, said.unwrap_or_default())))
    }

    fn words(&self, call: &Call) -> String {
        command::line(call).unwrap_or_else(|_| "program".into())
    }
}

#[async_trait]
impl Reader for Program {
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
        let ended = run(call, scene, true).await?;
        let name = command::name(call);
        if !ended.status.is_success() {
            let why = format!("program {name}: {}", ended.status);
            return Err(Fault::new(why).details(evidence::last(&ended.last_lines, scene)));
        }
        let output = ended.output.unwrap_or_default();
        let value = output.trim();
        if value.len() > OUTPUT {
            return Err(Fault::new(format!("program {name}: its output is more than 64 KiB, which is no value")));
        }
        Ok(value.to_owned())
    }
}

/// From TERM to KILL.
fn grace(within: Duration) -> Duration {
    (within / 10).min(Duration::from_secs(10))
}

/// Runs it to its end. It has all the time of the look; what it takes to end it comes on top.
async fn run(call: &Call, scene: &Scene<'_>, capture: bool) -> Result<Ended, Fault> {
    let folder = starts::passing(scene)?;
    let start = folder.path().join("start");
    let program = command::program(call, scene, &start)?;
    let limits = Limits { within: Some(scene.within), grace: grace(scene.within), capture };
    let ended = Launcher::current().run(&program, limits, &start).await;
    ended.map_err(|error| Fault::new(format!("program {}: {error}", command::name(call))))
}
