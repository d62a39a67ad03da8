//! Kills at every boundary, and what a person does after it.

use super::checks::{Pictures, settled};
use super::out::{self, words};
use super::place::Place;
use super::report::Report;
use super::scenario::{End, Scenario, Serves};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// What a person does about a run that was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Goes on with it.
    Resume,
    /// Takes it back.
    Undo,
    /// The run was done, and giving up its way back was killed: gives it up again.
    Finalize,
}

/// A scenario, and what a run of it does that nobody disturbs.
pub struct Sweep {
    pub(super) scenario: &'static Scenario,
    pub(super) plant: Option<&'static str>,
    pub(super) pictures: Pictures,
    boundaries: u64,
    /// Those of `finalize`.
    last: u64,
}

impl Sweep {
    /// Runs the scenario once, whole, without the planted bug.
    pub fn of(scenario: &'static Scenario, plant: Option<&'static str>) -> Result<Self, String> {
        let place = Place::new(scenario, None)?;
        let old = place.seed()?;
        let ended = place.run(None)?;
        let mut pictures = Pictures { new: place.picture()?, old, last: None };
        let mut report = Report::default();
        settled(&place, scenario.end, &pictures, &mut report)?;
        let differs = !pictures.new.unlike(&pictures.old).is_empty();
        let code = scenario.end.code();
        if !report.broken.is_empty() || differs == (scenario.end == End::Old) || ended.exit != Some(code) {
            let (name, last) = (scenario.name, ended.last());
            return Err(format!("{name} does not end well by itself: {:?}; {last}", report.broken));
        }
        let boundaries = ended.boundaries()?;
        let mut last = 0;
        if scenario.finalizes {
            last = place.command(&words(&place, Way::Finalize), None)?.boundaries()?;
            pictures.last = Some(place.picture()?);
        }
        Ok(Self { scenario, plant, pictures, boundaries, last })
    }

    /// How many boundaries a whole run passes.
    pub fn boundaries(&self) -> u64 {
        self.boundaries
    }

    /// What a person may do about a run of it.
    pub fn ways(&self) -> Vec<Way> {
        let finalize = self.scenario.finalizes.then_some(Way::Finalize);
        [Way::Resume, Way::Undo].into_iter().chain(finalize).collect()
    }

    /// A kill at every boundary of the run, then one way out of it.
    pub fn once(&self, way: Way) -> Report {
        let count = if way == Way::Finalize { self.last } else { self.boundaries };
        self.each(count, |at, report| {
            let (place, name) = self.begun(way, at, report)?;
            Self::judge(&name, report, |report| out::whole(self, &place, way, at, report));
            Ok(())
        })
    }

    /// A kill at every boundary of the run, and for each at every boundary of the way out.
    pub fn twice(&self, way: Way) -> Report {
        self.each(self.boundaries, |first, report| {
            let (place, name) = self.begun(way, first, report)?;
            let image = out::saved(&place, "image")?;
            for second in 1.. {
                place.restore(&image)?;
                let cut = place.command(&words(&place, way), Some(second))?;
                if !cut.killed() {
                    break;
                }
                report.kills += 1;
                let name = format!("{name}, then {}", cut.at);
                Self::judge(&name, report, |report| out::whole(self, &place, way, second, report));
            }
            Ok(())
        })
    }

    /// A signal, or two, at every boundary of the run, and then it is gone on with.
    pub fn signalled(&self, signal: &str, times: u64) -> Report {
        self.each(self.boundaries, |at, report| {
            let place = Place::new(self.scenario, self.plant)?;
            let signals: Vec<String> = (at..at + times).map(|at| format!("{at}:{signal}")).collect();
            let ended = place.signalled(&signals.join(","))?;
            report.signals += times;
            // It may have been over when the signal came.
            let wrong = ended.exit.is_none_or(|exit| ![self.scenario.end.code(), 22, 24].contains(&exit));
            let name = format!("{}, {times} × SIG{signal} at {at}", self.scenario.name);
            Self::judge(&name, report, |report| {
                report.promise(wrong.then(|| format!("exit {:?}: {}", ended.exit, ended.last())));
                out::whole(self, &place, Way::Resume, at, report)
            });
            Ok(())
        })
    }

    /// A place where the run was killed at a boundary, and its name.
    pub(super) fn begun(&self, way: Way, at: u64, report: &mut Report) -> Result<(Place, String), String> {
        let place = Place::new(self.scenario, self.plant)?;
        let cut = if way == Way::Finalize {
            place.run(None)?;
            place.command(&words(&place, way), Some(at))?
        } else {
            place.run(Some(at))?
        };
        report.kills += u64::from(cut.killed());
        Ok((place, format!("{}, {way:?}, killed at {}", self.scenario.name, cut.at)))
    }

    /// What is wrong in a case is told with its name.
    pub(super) fn judge(name: &str, report: &mut Report, case: impl FnOnce(&mut Report) -> Result<(), String>) {
        let mut one = Report::default();
        if let Err(error) = case(&mut one) {
            one.broken.push(error);
        }
        one.broken.iter_mut().for_each(|broken| *broken = format!("{name}: {broken}"));
        report.add(one);
    }

    /// Services are waited for rather than computed, so that more of them fit.
    fn workers(&self) -> usize {
        if self.scenario.service == Serves::Nothing { 2 } else { 8 }
    }

    /// Its scenario's name.
    pub fn name(&self) -> &'static str {
        self.scenario.name
    }

    /// Cases in parallel; with a planted bug it is enough to find it once.
    pub(super) fn each(&self, cases: u64, case: impl Fn(u64, &mut Report) -> Result<(), String> + Sync) -> Report {
        let found = AtomicBool::new(false);
        let mut report = parallel(self.workers(), |at, report| {
            if at > cases || found.load(Ordering::SeqCst) {
                return false;
            }
            let name = format!("{}, case {at}", self.scenario.name);
            Self::judge(&name, report, |report| case(at, report));
            found.fetch_or(self.plant.is_some() && !report.broken.is_empty(), Ordering::SeqCst);
            true
        });
        report.add(Report { plans: 1, boundaries: self.boundaries, ..Report::default() });
        report
    }
}

/// Cases, counted from 1, in parallel until one says that there are no more.
pub(super) fn parallel(workers: usize, case: impl Fn(u64, &mut Report) -> bool + Sync) -> Report {
    let next = AtomicU64::new(1);
    let work = || {
        let mut report = Report::default();
        while case(next.fetch_add(1, Ordering::SeqCst), &mut report) {}
        report
    };
    let mut all = Report::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(report) => all.add(report),
                Err(_) => all.broken.push("a worker of the sweep fell over".to_owned()),
            }
        }
    });
    all
}
