//! Lanes: a chain of `needs` stays in one, and it is nobody else's until its layer ends.
//!
//! Two steps that have nothing to do with each other never stand in one lane of a layer, because there they would look
//! like a chain.

use super::picture::{Picture, Step};
use std::collections::BTreeMap;

/// Which lane each step stands in.
pub(super) struct Lanes {
    /// By step.
    pub(super) places: Vec<Place>,
    /// By layer: how many lanes there are while it runs, those included that only pass.
    pub(super) widths: Vec<usize>,
}

/// The lane of a step, and what becomes of the lanes around it.
pub(super) struct Place {
    /// Its lane, from 0 at the left.
    pub(super) lane: usize,
    /// Other lanes that end in it.
    pub(super) joins: Vec<usize>,
    /// Lanes that begin in it, besides its own.
    pub(super) forks: Vec<usize>,
    /// Whether nothing that has a lane follows.
    pub(super) ends: bool,
}

#[derive(Default)]
struct Walk {
    /// Free lanes, and from which depth of the layer on they may be taken.
    free: BTreeMap<usize, usize>,
    /// By step: lanes that lead to it.
    awaited: BTreeMap<usize, Vec<usize>>,
    /// Lanes that ended in this layer.
    ended: Vec<usize>,
    /// Lanes that are in use, or were in this layer, lie below this.
    top: usize,
}

impl Lanes {
    /// Lays them out; with `forks`, each edge has a lane, else only the one to the first follower.
    pub(super) fn of(picture: &Picture<'_>, forks: bool) -> Self {
        let mut walk = Walk::default();
        let mut lanes = Self { places: Vec::with_capacity(picture.steps.len()), widths: Vec::new() };
        for layer in &picture.layers {
            for (own, step) in layer.steps.clone().zip(picture.steps_of(layer)) {
                let followers = if forks { step.followers.len() } else { 1 };
                lanes.places.push(walk.step(own, step, followers));
            }
            lanes.widths.push(walk.top);
            walk.end_layer();
        }
        lanes
    }
}

impl Walk {
    fn step(&mut self, own: usize, step: &Step<'_>, followers: usize) -> Place {
        let mut joins = self.awaited.remove(&own).unwrap_or_default();
        joins.sort_unstable();
        let lane = if joins.is_empty() { self.take(step.depth) } else { joins.remove(0) };
        self.free.extend(joins.iter().map(|join| (*join, step.depth)));
        let mut forks = Vec::new();
        for (number, follower) in step.followers.iter().take(followers).enumerate() {
            let to = if number == 0 { lane } else { self.take(step.depth) };
            self.awaited.entry(*follower).or_default().push(to);
            forks.extend((number > 0).then_some(to));
        }
        let ends = step.followers.is_empty();
        self.ended.extend(ends.then_some(lane));
        Place { lane, joins, forks, ends }
    }

    /// The first free lane that nothing at this depth or right of it stands in.
    fn take(&mut self, depth: usize) -> usize {
        let found = self.free.iter().find(|(_, since)| **since <= depth).map(|(lane, _)| *lane);
        let lane = found.unwrap_or(self.top);
        self.free.remove(&lane);
        self.top = self.top.max(lane + 1);
        lane
    }

    fn end_layer(&mut self) {
        self.free.extend(self.ended.drain(..).map(|lane| (lane, 0)));
        self.free.values_mut().for_each(|since| *since = 0);
        while self.top > 0 && self.free.remove(&(self.top - 1)).is_some() {
            self.top -= 1;
        }
    }
}
