//! Kills at every boundary, and what a person does after it.

use super::checks::{Pictures, settled};
use super::effects::Effects;
use super::place::{Ended, Place};
use super::report::Report;
use super::scenario::{Counted, End, Scenario};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Cases at a time.
const WORKERS: usize = 2;
/// After so many commands a run that is not settled never will be.
const PATIENCE: usize = 5;

/// What a person does about a run that was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Goes on with it.
    Resume,
    /// Takes it back.
    Undo,
}

/// A scenario, and what a run of it does that nobody disturbs.
pub struct Sweep {
    scenario: &'static Scenario,
    plant: Option<&'static str>,
    pictures: Pictures,
    boundaries: u64,
}

impl Sweep {
    /// Runs the scenario once, whole, without the planted bug.
    pub fn of(scenario: &'static Scenario, plant: Option<&'static str>) -> Result<Self, String> {
        let place = Place::new(scenario, None)?;
        let old = place.seed()?;
        let ended = place.run(None)?;
        let pictures = Pictures { new: place.picture()?, old };
        let count = ended.at.split(' ').next().and_then(|count| count.parse().ok());
        let boundaries = count.ok_or_else(|| format!("no boundaries were counted: {}", ended.last()))?;
        let mut report = Report::default();
        settled(&place, scenario.end, &pictures, &mut report)?;
        let differs = !pictures.new.unlike(&pictures.old).is_empty();
        if !report.broken.is_empty() || differs != (scenario.end == End::New) || ended.exit != Some(code(scenario.end))
        {
            return Err(format!(
                "{} does not end well by itself: {:?}; {}",
                scenario.name,
                report.broken,
                ended.last()
            ));
        }
        Ok(Self { scenario, plant, pictures, boundaries })
    }

    /// How many boundaries a whole run passes.
    pub fn boundaries(&self) -> u64 {
        self.boundaries
    }

    /// A kill at every boundary of the run, then one way out of it.
    pub fn once(&self, way: Way) -> Report {
        self.each(self.boundaries, |at, report| {
            let place = Place::new(self.scenario, self.plant)?;
            let cut = place.run(Some(at))?;
            report.kills += u64::from(cut.killed());
            self.out(&place, way, report).map(|()| cut.at)
        })
    }

    /// A kill at one boundary of the run, and one at every boundary of the way out.
    pub fn twice(&self, first: u64, way: Way) -> Report {
        // The way out passes as many boundaries as the run at most, and a few of its own.
        self.each(self.boundaries + 40, |second, report| {
            let place = Place::new(self.scenario, self.plant)?;
            let killed = place.run(Some(first))?.killed();
            let cut = place.command(words(way), Some(second))?;
            if !cut.killed() {
                return Ok(String::new());
            }
            report.kills += 1 + u64::from(killed);
            self.out(&place, way, report).map(|()| format!("{first}, then {}", cut.at))
        })
    }

    /// Cases in parallel; with a planted bug it is enough to find it once.
    fn each(&self, cases: u64, case: impl Fn(u64, &mut Report) -> Result<String, String> + Sync) -> Report {
        let (next, over) = (AtomicU64::new(1), AtomicBool::new(false));
        let work = || {
            let mut report = Report { boundaries: self.boundaries, ..Report::default() };
            loop {
                let at = next.fetch_add(1, Ordering::SeqCst);
                if at > cases || over.load(Ordering::SeqCst) {
                    return report;
                }
                let mut one = Report::default();
                let name = case(at, &mut one).unwrap_or_else(|error| {
                    one.broken.push(error);
                    at.to_string()
                });
                for broken in &mut one.broken {
                    *broken = format!("{}, killed at {name}: {broken}", self.scenario.name);
                }
                over.fetch_or(self.plant.is_some() && !one.broken.is_empty(), Ordering::SeqCst);
                report.add(one);
            }
        };
        let mut all = Report::default();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                match worker.join() {
                    Ok(report) => all.add(report),
                    Err(_) => all.broken.push("a worker of the sweep fell over".to_owned()),
                }
            }
        });
        all
    }

    /// Does what a person does until the run is over, and looks whether all is as promised.
    fn out(&self, place: &Place, way: Way, report: &mut Report) -> Result<(), String> {
        let end = if way == Way::Resume { self.scenario.end } else { End::Old };
        let ended = go(place, way, report)?;
        // A run that was over already is nothing to do for either command.
        let fits = if way == Way::Undo || ended.said.contains("already") { 0 } else { code(end) };
        let wrong = ended.exit != Some(fits);
        report.promise(wrong.then(|| format!("exit {:?}, wanted {fits}: {}", ended.exit, ended.last())));
        settled(place, end, &self.pictures, report)?;
        if way == Way::Undo && self.scenario.service.is_none() {
            self.free(place, report)?;
        }
        Ok(())
    }

    /// After an undo the target is free for the same plan.
    fn free(&self, place: &Place, report: &mut Report) -> Result<(), String> {
        let again = place.run(None)?;
        let wrong = again.exit != Some(code(self.scenario.end));
        report.promise(wrong.then(|| format!("run again: exit {:?}: {}", again.exit, again.last())));
        let wanted = if self.scenario.end == End::New { &self.pictures.new } else { &self.pictures.old };
        report.promise(place.picture()?.unlike(wanted).into_iter().map(|wrong| format!("run again: {wrong}")));
        Ok(())
    }
}

/// The exit code of a run that ends so.
fn code(end: End) -> i32 {
    match end {
        End::New => 0,
        End::Old => 20,
    }
}

fn words(way: Way) -> &'static [&'static str] {
    match way {
        Way::Resume => &["resume"],
        Way::Undo => &["undo", "--yes"],
    }
}

/// One command after the other, as the one before says, until there is nothing left to say.
fn go(place: &Place, way: Way, report: &mut Report) -> Result<Ended, String> {
    let mut ended = place.command(words(way), None)?;
    for _ in 0..PATIENCE {
        match way {
            Way::Resume => report.resumes += 1,
            Way::Undo => report.undos += 1,
        }
        ended = match (ended.exit, way) {
            // It never began.
            (Some(64), Way::Resume) => place.run(None)?,
            (Some(64), Way::Undo) => return Ok(Ended { exit: Some(0), ..ended }),
            (Some(24), _) if place.scenario.counted != Counted::Not => {
                report.questions += 1;
                place.command(&["resume", "--outcome", &answer(place, way)], None)?
            }
            _ => return Ok(ended),
        };
    }
    Err(format!("it is not settled after {PATIENCE} commands: {}", ended.last()))
}

/// What really happened; who wants the run back need not know.
fn answer(place: &Place, way: Way) -> String {
    let done = Effects::of(place).forward > 0;
    let word = match (way, done) {
        (Way::Undo, _) => "undo",
        (Way::Resume, true) => "done",
        (Way::Resume, false) => "not-done",
    };
    format!("{}={word}", place.scenario.step)
}
