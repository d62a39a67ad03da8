//! Which process it was, also after its number was given to another.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use std::io;

/// One process of one boot of this machine. A number alone is soon another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    /// The number.
    pub pid: u32,
    /// When it started, in clock ticks since the boot.
    pub started: u64,
    /// The kernel's id of the boot.
    pub boot: String,
}

impl ProcessId {
    /// The process that has a number now.
    pub fn of(pid: u32) -> io::Result<Self> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let stat = Stat::parse(&text).ok_or_else(|| io::Error::other("the format of `/proc` is not known"))?;
        Ok(Self { pid, started: stat.started, boot: boot_id()? })
    }

    /// This process.
    pub fn current() -> io::Result<Self> {
        Self::of(std::process::id())
    }

    /// Whether this very process still runs; one that ended and was not yet waited for does not.
    pub fn is_alive(&self) -> bool {
        match std::fs::read_to_string(format!("/proc/{}/stat", self.pid)) {
            Ok(text) => Stat::parse(&text).is_some_and(|stat| {
                stat.started == self.started && stat.lives() && boot_id().is_ok_and(|boot| boot == self.boot)
            }),
            // It is gone for certain only when the kernel says so.
            Err(error) => error.kind() != io::ErrorKind::NotFound && error.raw_os_error() != Some(SRCH),
        }
    }

    /// Sends a signal to the group of processes that this one leads or led; no group is no error.
    pub(in crate::world) fn signal_group(&self, signal: Signal) -> io::Result<()> {
        let boot_is_ours = boot_id()? == self.boot;
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw).filter(|_| boot_is_ours) else {
            return Ok(());
        };
        match kill_process_group(pid, signal) {
            Err(Errno::SRCH) => Ok(()),
            other => other.map_err(io::Error::from),
        }
    }
}

const SRCH: i32 = Errno::SRCH.raw_os_error();

/// Whether any process of a group still runs, its leader or others. Ended ones that nobody waited for don't count.
pub(in crate::world) fn group_lives(group: u32) -> io::Result<bool> {
    for entry in std::fs::read_dir("/proc")? {
        let stat = entry?.path().join("stat");
        // Most entries are no processes, and processes end while we look.
        let Ok(text) = std::fs::read_to_string(stat) else { continue };
        if Stat::parse(&text).is_some_and(|stat| stat.group == group && stat.lives()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn boot_id() -> io::Result<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned())
}

/// What we need of `/proc/PID/stat`.
struct Stat {
    state: char,
    group: u32,
    started: u64,
}

impl Stat {
    /// Format: proc(5). The name in brackets may hold anything, so fields are counted from the last bracket.
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        Some(Self {
            state: fields.first()?.chars().next()?,
            group: fields.get(2)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }

    fn lives(&self) -> bool {
        !matches!(self.state, 'Z' | 'X' | 'x')
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_number_given_to_another_is_another_process() {
        let us = ProcessId::current().unwrap();
        assert!(us.is_alive());
        assert!(!ProcessId { started: us.started + 1, ..us.clone() }.is_alive());
        assert!(!ProcessId { boot: "another".into(), ..us.clone() }.is_alive());
        assert!(!ProcessId { pid: u32::MAX, ..us }.is_alive());
    }

    #[test]
    fn a_process_that_ended_is_gone_even_before_it_is_waited_for() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let id = ProcessId::of(child.id()).unwrap();
        assert!(id.is_alive());
        child.kill().unwrap();
        while id.is_alive() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let text = "7 (a) b) (c)) S 1 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.state, stat.group, stat.started), ('S', 7, 4711));
        assert!(Stat::parse("7 (a) S 1").is_none());
    }
}
