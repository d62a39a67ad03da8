//! Time and memory of whole processes.

use crate::outcome::Fault;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A shorter pause would take time from the process on a small machine.
const LOOK: Duration = Duration::from_millis(1);

/// How often a process is measured.
#[derive(Clone, Copy)]
pub struct Times {
    /// To warm the caches, and for nothing else.
    warming: usize,
    /// For time; odd, so that the median is a run that was.
    timed: usize,
    /// For memory.
    weighed: usize,
}

/// What takes less than a second or two.
pub const OFTEN: Times = Times { warming: 1, timed: 11, weighed: 3 };
/// What takes longer.
pub const SELDOM: Times = Times { warming: 1, timed: 3, weighed: 1 };
/// What takes a minute: long enough that caches don't show.
pub const ONCE: Times = Times { warming: 0, timed: 1, weighed: 1 };

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

/// Measures a process that must succeed: to warm the caches, then for time, then for memory, since looking
/// disturbs the clock. What `prepare` does before it gives the command counts for nothing.
pub fn process(often: Times, prepare: impl Fn() -> Result<Command, Fault>) -> Result<Took, Fault> {
    let took = sampled(often, || timed(prepare()?))?;
    let peaks = (0..often.weighed).map(|_| weighed(prepare()?)).collect::<Result<Vec<Option<u64>>, Fault>>()?;
    Ok(Took { peak: peaks.into_iter().flatten().max(), ..took })
}

/// Measures the time from a process's start to the first line of its output that is meant.
pub fn line(
    often: Times,
    prepare: impl Fn() -> Result<Command, Fault>,
    is_meant: impl Fn(&str) -> bool,
) -> Result<Took, Fault> {
    sampled(often, || told(prepare()?, &is_meant))
}

/// Processes that ran by turns.
pub struct Turns {
    /// Of each process its times, round by round.
    times: Vec<Vec<Duration>>,
}

/// Measures processes that must succeed, in each round one after the other: what a busy machine does meanwhile, it does to
/// all of them. The first one runs once before, to warm what all of them ask.
pub fn turns(rounds: usize, prepare: &[&dyn Fn() -> Result<Command, Fault>]) -> Result<Turns, Fault> {
    prepare.first().map(|first| timed(first()?)).transpose()?;
    let mut times = vec![Vec::new(); prepare.len()];
    for _ in 0..rounds {
        for (one, times) in prepare.iter().zip(&mut times) {
            times.push(timed(one()?)?);
        }
    }
    Ok(Turns { times })
}

impl Turns {
    /// What each took.
    pub fn all(&self) -> impl Iterator<Item = Took> {
        self.times.iter().map(|times| took(times.clone()))
    }

    /// How many times as fast as another one a process is: the middle one of the rounds' ratios.
    pub fn times(&self, one: usize, other: usize) -> f64 {
        let of = |process: usize| self.times.get(process).map(Vec::as_slice).unwrap_or_default();
        let ratio = |(one, other): (&Duration, &Duration)| other.as_secs_f64() / one.as_secs_f64();
        let mut ratios: Vec<f64> = of(one).iter().zip(of(other)).map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or_default()
    }
}

fn took(mut times: Vec<Duration>) -> Took {
    times.sort();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Took { min: at(0), median: at(times.len() / 2), max: at(times.len().saturating_sub(1)), peak: None }
}

fn sampled(often: Times, one: impl Fn() -> Result<Duration, Fault>) -> Result<Took, Fault> {
    (0..often.warming).try_for_each(|_| one().map(|_| ()))?;
    Ok(took((0..often.timed).map(|_| one()).collect::<Result<Vec<Duration>, Fault>>()?))
}

fn timed(command: Command) -> Result<Duration, Fault> {
    let mut command = silent(command);
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    succeeded(&command, status)?;
    Ok(took)
}

/// All of the output is read, so that the process can end as it would.
fn told(command: Command, is_meant: &impl Fn(&str) -> bool) -> Result<Duration, Fault> {
    let mut command = silent(command);
    command.stdout(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut took = None;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        if is_meant(&line?) {
            took.get_or_insert_with(|| start.elapsed());
        }
    }
    succeeded(&command, child.wait()?)?;
    took.ok_or_else(|| format!("{command:?} never said what was waited for").into())
}

/// The kernel forgets a process's peak when it ends, and asking at its end takes `wait4`, which safe Rust lacks; so the
/// peak is read while it runs. It only ever grows, so only what a process takes in its last millisecond is missed.
fn weighed(command: Command) -> Result<Option<u64>, Fault> {
    let mut command = silent(command);
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
        assert!(timed(Command::new("false")).is_err());
        assert!(timed(Command::new("true")).is_ok());
    }

    #[test]
    fn a_ratio_is_the_middle_one_of_the_rounds() {
        let milliseconds = |all: [u64; 3]| all.into_iter().map(Duration::from_millis).collect();
        let turns = Turns { times: vec![milliseconds([10, 10, 20]), milliseconds([30, 50, 80])] };
        assert!((turns.times(0, 1) - 4.0).abs() < 1e-9);
        let medians: Vec<Duration> = turns.all().map(|took| took.median).collect();
        assert_eq!(medians, milliseconds([10, 50, 0]).into_iter().take(2).collect::<Vec<Duration>>());
    }

    #[test]
    fn a_line_that_never_comes_is_no_measurement() {
        let echo = || {
            let mut echo = Command::new("echo");
            echo.arg("one");
            echo
        };
        assert!(told(echo(), &|line| line == "one").is_ok());
        assert!(told(echo(), &|line| line == "two").is_err());
    }
}
