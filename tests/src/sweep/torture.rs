//! Random crashes: any plan, any way, up to three kills one after the other. What CI samples runs for hours here.

use super::kills::{Sweep, parallel};
use super::out::{self, words};
use super::random::Random;
use super::report::Report;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A kill of the run, one of the way out, and one of the way out of that.
const DEEPEST: u64 = 3;
/// A way out passes more boundaries than the run by what it finds and settles.
const MORE: u64 = 10;

/// How long it goes on, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Torture {
    /// Everything follows from it.
    pub seed: u64,
    /// Ends after so many kills.
    pub kills: u64,
    /// Ends after so long.
    pub time: Duration,
    /// This case alone, counted from 1; all when 0.
    pub case: u64,
}

impl Torture {
    /// Random crashes of these plans.
    pub fn run(&self, sweeps: &[Sweep]) -> Report {
        let (began, killed) = (Instant::now(), AtomicU64::new(0));
        let mut report = parallel(2, |at, report| {
            let over = killed.load(Ordering::SeqCst) >= self.kills || began.elapsed() > self.time;
            let at = if self.case == 0 { at } else { self.case + at - 1 };
            if over || sweeps.is_empty() || (self.case != 0 && at != self.case) {
                return false;
            }
            let before = report.kills;
            self.one(sweeps, at, report);
            killed.fetch_add(report.kills - before, Ordering::SeqCst);
            true
        });
        report.plans = sweeps.len() as u64;
        report.boundaries = sweeps.iter().map(Sweep::boundaries).sum();
        report
    }

    fn one(&self, sweeps: &[Sweep], case: u64, report: &mut Report) {
        let mut random = Random::of(self.seed, case);
        let Some(sweep) = random.one(sweeps) else { return };
        let ways = sweep.ways();
        let Some(way) = random.one(&ways).copied() else { return };
        let name = format!("seed {}, case {case}, {}", self.seed, sweep.name());
        Sweep::judge(&name, report, |report| {
            let first = 1 + random.below(sweep.boundaries());
            let (place, begun) = sweep.begun(way, first, report)?;
            let mut told = begun;
            for _ in 1..DEEPEST {
                let cut = place.command(&words(&place, way), Some(1 + random.below(sweep.boundaries() + MORE)))?;
                if !cut.killed() {
                    break;
                }
                report.kills += 1;
                told = format!("{told}, then {}", cut.at);
            }
            Sweep::judge(&told, report, |report| out::whole(sweep, &place, way, case, report));
            Ok(())
        });
    }
}
