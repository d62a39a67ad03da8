//! What at-most-once actions really did: asked of the world, not of Switchback.

use super::place::Place;
use super::scenario::Counted;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

/// Times that it happened, and times that it was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    pub(super) forward: u64,
    pub(super) back: u64,
}

impl Effects {
    pub(super) fn of(place: &Place) -> Self {
        let (forward, back) = match (&place.server, place.scenario.counted) {
            (Some(server), _) => {
                // What a killed client has sent may still be on its way.
                sleep(Duration::from_millis(20));
                server.counted()
            }
            (None, Counted::ByLog) => logged(place),
            (None, _) => (0, 0),
        };
        Self { forward, back }
    }

    /// What is wrong when all is to be as after the run.
    pub(super) fn not_new(self, counted: Counted) -> Option<String> {
        let wanted = u64::from(counted != Counted::Not);
        let wrong = self.forward != wanted || self.back != 0;
        wrong.then(|| format!("the effect happened {} times and was taken back {} times", self.forward, self.back))
    }

    /// What is wrong when all is to be as before the run.
    pub(super) fn not_old(self) -> Option<String> {
        let wrong = self.forward > 1 || self.back != self.forward;
        wrong.then(|| format!("the effect happened {} times and was taken back {} times", self.forward, self.back))
    }
}

fn logged(place: &Place) -> (u64, u64) {
    let log = fs::read_to_string(place.project().join("effects.log")).unwrap_or_default();
    let count = |word: &str| log.lines().filter(|line| *line == word).count() as u64;
    (count("forward"), count("back"))
}
