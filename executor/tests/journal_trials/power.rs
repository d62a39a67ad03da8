//! Trial 3: the power goes at every moment of a journal's life, and takes any part of what was not synced.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use switchback::journal::{Appender, JournalError, recover_on};

use crate::model::{Flaws, Model, World};
use crate::random::{Random, setting};

const DIR: &str = "/runs/a";
const UNITS: [usize; 3] = [1, 512, 4096];
/// Images from one moment; enough moments matter more than many images of one.
const IMAGES_A_MOMENT: usize = 24;

/// What a recovery must find.
#[derive(Clone, Default)]
struct Truth {
    /// Everything handed to the journal, in order.
    appended: Arc<Vec<Vec<u8>>>,
    /// How many of them were reported durable.
    acknowledged: usize,
    /// True once the journal was reported made.
    made: bool,
}

/// A moment at which the power may go.
struct Moment {
    world: World,
    truth: Truth,
}

#[derive(Default)]
struct Tally {
    images: usize,
    torn: usize,
    moments: usize,
    histories: usize,
    deepest: usize,
}

struct Trial {
    flaws: Flaws,
    acknowledge_before_sync: bool,
    random: Random,
    tally: Tally,
}

impl Trial {
    fn new(seed: u64, flaws: Flaws) -> Self {
        Self { flaws, acknowledge_before_sync: false, random: Random(seed), tally: Tally::default() }
    }

    /// Histories until so many images are tried, or one shows a broken promise.
    fn run(&mut self, images: usize) -> Result<(), String> {
        while self.tally.images < images {
            self.tally.histories += 1;
            self.explore(World::default(), Truth::default(), 0)?;
        }
        Ok(())
    }

    /// One life of a journal from `world` on, then the power going at each of its moments.
    fn explore(&mut self, world: World, truth: Truth, depth: usize) -> Result<(), String> {
        self.tally.deepest = self.tally.deepest.max(depth);
        let moments = self.live(world, truth)?;
        self.tally.moments += moments.len();
        for moment in &moments {
            for _ in 0..IMAGES_A_MOMENT {
                let unit = UNITS[self.random.below(UNITS.len())];
                let image = moment.world.after_power_loss(unit, &mut self.random);
                if depth < 3 && self.random.once_in(2000) {
                    self.explore(image, moment.truth.clone(), depth + 1)?;
                } else {
                    self.check(image, &moment.truth)?;
                }
            }
        }
        Ok(())
    }

    fn check(&mut self, image: World, truth: &Truth) -> Result<(), String> {
        self.tally.images += 1;
        let storage = Arc::new(Model::new(image, Flaws::default(), None));
        let bodies = match recover_on(storage, Path::new(DIR)) {
            Ok((_, records, report)) => {
                self.tally.torn += usize::from(report.torn_bytes > 0);
                records.into_iter().map(|record| record.body).collect::<Vec<_>>()
            }
            Err(JournalError::Missing(_)) if !truth.made => return Ok(()),
            Err(error) => return Err(format!("a power loss was taken for something else: {error}")),
        };
        compare(&bodies, truth)
    }

    /// Makes or recovers the journal and goes on with it; gives all moments at which the power may go.
    fn live(&mut self, world: World, truth: Truth) -> Result<Vec<Moment>, String> {
        let moments = Arc::new(Mutex::new(Vec::new()));
        let truth = Arc::new(Mutex::new(truth));
        let (seen, known) = (Arc::clone(&moments), Arc::clone(&truth));
        let watch = move |world: &World| {
            seen.lock().unwrap().push(Moment { world: world.clone(), truth: known.lock().unwrap().clone() });
        };
        let model = Model::new(world, self.flaws, Some(Box::new(watch)));
        let mut appender = self.begin(&model, &truth)?;
        for _ in 0..self.random.below(8) {
            self.append(&mut appender, &truth)?;
        }
        if self.random.once_in(2) {
            appender.close().map_err(|error| error.to_string())?;
            truth.lock().unwrap().acknowledge();
        }
        let last = Moment { world: model.world(), truth: truth.lock().unwrap().clone() };
        drop(model);
        let mut moments = std::mem::take(&mut *moments.lock().unwrap());
        moments.push(last);
        Ok(moments)
    }

    fn begin(&mut self, model: &Model, truth: &Mutex<Truth>) -> Result<Appender, String> {
        let storage = Arc::new(model.clone());
        let appender = match recover_on(storage.clone(), Path::new(DIR)) {
            Ok((appender, records, _)) => {
                let bodies: Vec<_> = records.into_iter().map(|record| record.body).collect();
                compare(&bodies, &truth.lock().unwrap())?;
                truth.lock().unwrap().appended = Arc::new(bodies);
                truth.lock().unwrap().acknowledge();
                appender
            }
            Err(JournalError::Missing(_)) if !truth.lock().unwrap().made => {
                let nonce = self.random.bytes(16).try_into().unwrap();
                Appender::create(storage, Path::new(DIR), "a", nonce).map_err(|error| error.to_string())?
            }
            Err(error) => return Err(format!("a power loss was taken for something else: {error}")),
        };
        truth.lock().unwrap().made = true;
        Ok(appender)
    }

    /// A group of records, mostly synced after it.
    fn append(&mut self, appender: &mut Appender, truth: &Mutex<Truth>) -> Result<(), String> {
        let bodies: Vec<_> = (0..=self.random.below(3)).map(|_| self.body()).collect();
        Arc::make_mut(&mut truth.lock().unwrap().appended).extend(bodies.iter().cloned());
        appender.write(&bodies).map_err(|error| error.to_string())?;
        if self.acknowledge_before_sync {
            truth.lock().unwrap().acknowledge();
        }
        if !self.random.once_in(4) {
            appender.sync().map_err(|error| error.to_string())?;
            truth.lock().unwrap().acknowledge();
        }
        Ok(())
    }

    /// Mostly a few bytes, for the speed; sometimes several pages, so that pages are torn apart.
    fn body(&mut self) -> Vec<u8> {
        let length = if self.random.once_in(40) { 300 + self.random.below(9000) } else { self.random.below(24) };
        self.random.bytes(length)
    }
}

impl Truth {
    fn acknowledge(&mut self) {
        self.acknowledged = self.appended.len();
    }
}

fn compare(bodies: &[Vec<u8>], truth: &Truth) -> Result<(), String> {
    if !truth.appended.starts_with(bodies) {
        return Err("what was recovered is not a prefix of what was appended".to_owned());
    }
    if bodies.len() < truth.acknowledged {
        return Err(format!("{} records were reported durable, {} are left", truth.acknowledged, bodies.len()));
    }
    Ok(())
}

#[test]
fn what_was_reported_durable_survives_a_power_loss() {
    let seed = setting("SWITCHBACK_SEED", 20_261_101);
    let images = setting("SWITCHBACK_IMAGES", 1_000_000) as usize;
    let begun = Instant::now();
    let half = |share: u64| {
        let mut trial = Trial::new(seed.wrapping_add(share), Flaws::default());
        let outcome = trial.run(images / 2);
        outcome.map(|()| trial.tally).map_err(|broken| format!("seed {seed}: {broken}"))
    };
    let (one, two) = thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        (half(0), other.join().unwrap())
    });
    let (one, two) = (one.unwrap(), two.unwrap());
    println!(
        "trial 3, power loss: seed {seed}; {} images ({} with a torn tail) of {} moments in {} histories, to depth {}; {:.1} s; \
         checked: P1 what was reported durable is there; P7 the rest is a prefix, and none is called damaged; 0 broken",
        one.images + two.images,
        one.torn + two.torn,
        one.moments + two.moments,
        one.histories + two.histories,
        one.deepest.max(two.deepest),
        begun.elapsed().as_secs_f64(),
    );
    assert!(one.torn > 0 && two.torn > 0, "a trial without torn tails tries nothing");
}

#[test]
fn the_trial_catches_planted_bugs() {
    let planted = [
        ("no folder is synced", Flaws { no_dir_sync: true, ..Flaws::default() }),
        ("no file is synced", Flaws { no_sync: true, ..Flaws::default() }),
        ("the new file is renamed before it is synced", Flaws { no_sync_of_new: true, ..Flaws::default() }),
    ];
    for (bug, flaws) in planted {
        let broken = Trial::new(1, flaws).run(20_000).expect_err(bug);
        println!("planted: {bug}; caught: {broken}");
    }
    let mut trial = Trial::new(1, Flaws::default());
    trial.acknowledge_before_sync = true;
    let broken = trial.run(20_000).expect_err("acknowledged before the sync");
    println!("planted: acknowledged before the sync; caught: {broken}");
}
