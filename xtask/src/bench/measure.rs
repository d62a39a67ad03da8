//! Time and memory of whole processes.

use crate::outcome::Fault;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Odd, so that the median is a run that was.
const TIMED: usize = 11;
const WEIGHED: usize = 3;
/// A shorter pause would take time from the process on a small machine.
const LOOK: Duration = Duration::from_millis(1);

/// What runs of a process took.
pub struct Took {
    /// The shortest run.
    pub min: Duration,
    /// The run in the middle.
    pub median: Duration,
    /// The longest run.
    pub max: Duration,
    /// The most resident memory of any run, in bytes; `None` when every run ended before it could be looked at.
    pub peak: Option<u64>,
}

/// Measures a process that must succeed: once to warm the caches, then for time, then for memory, since looking
/// disturbs the clock.
pub fn process(command: impl Fn() -> Command) -> Result<Took, Fault> {
    timed(&command)?;
    let mut times = (0..TIMED).map(|_| timed(&command)).collect::<Result<Vec<Duration>, Fault>>()?;
    times.sort();
    let peaks = (0..WEIGHED).map(|_| weighed(&command)).collect::<Result<Vec<Option<u64>>, Fault>>()?;
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Ok(Took { min: at(0), median: at(TIMED / 2), max: at(TIMED - 1), peak: peaks.into_iter().flatten().max() })
}

fn timed(command: impl Fn() -> Command) -> Result<Duration, Fault> {
    let mut command = silent(command());
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    succeeded(&command, status)?;
    Ok(took)
}

/// The kernel forgets a process's peak when it ends, and asking at its end takes `wait4`, which safe Rust lacks; so the
/// peak is read while it runs. It only ever grows, so only what a process takes in its last millisecond is missed.
fn weighed(command: impl Fn() -> Command) -> Result<Option<u64>, Fault> {
    let mut command = silent(command());
    let mut child = command.spawn()?;
    let mut peak = None;
    loop {
        peak = peak.max(resident(&child));
        if let Some(status) = child.try_wait()? {
            succeeded(&command, status)?;
            return Ok(peak);
        }
        std::thread::sleep(LOOK);
    }
}

fn silent(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Fault> {
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}").into()) }
}

/// The most memory that a running process has had so far, in bytes.
fn resident(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    high_water(&status)
}

fn high_water(status: &str) -> Option<u64> {
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    kib.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The machine, for whoever compares two tables.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    format!("cores: {cores}, of {}", model.trim_start_matches([' ', '\t', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(high_water("VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
        assert_eq!(high_water("State:\tZ (zombie)\n"), None);
    }

    #[test]
    fn a_process_that_fails_is_no_measurement() {
        assert!(timed(|| Command::new("false")).is_err());
        assert!(timed(|| Command::new("true")).is_ok());
    }
}
