//! The figures of a plan in one line.

use super::antichain;
use super::picture::{Layer, Picture};
use crate::screen::count;

/// How large a plan is, and how much of it can run at once.
pub(super) struct Figures {
    /// Steps.
    pub(super) steps: usize,
    /// Written `needs`.
    pub(super) needs: usize,
    /// How many steps can run at the same time.
    pub(super) at_most: usize,
    /// Steps in the longest chain of written `needs`, through all layers.
    pub(super) chain: usize,
}

impl Figures {
    /// Counts them.
    pub(super) fn of(picture: &Picture<'_>) -> Self {
        Self {
            steps: picture.steps.len(),
            needs: picture.steps.iter().map(|step| step.needs.len()).sum(),
            at_most: picture.layers.iter().map(|layer| at_once(picture, layer)).max().unwrap_or_default(),
            chain: chain(picture),
        }
    }

    /// `8 steps, 4 needs; at most 2 at a time; the longest chain has 3 steps`.
    pub(super) fn sentence(&self) -> String {
        let Self { steps, needs, at_most, chain } = self;
        if *steps == 0 {
            return "no steps".to_owned();
        }
        let needs = if *needs > 0 { format!(", {}", count(*needs, "need")) } else { String::new() };
        let (steps, chain) = (count(*steps, "step"), count(*chain, "step"));
        format!("{steps}{needs}; at most {at_most} at a time; the longest chain has {chain}")
    }
}

fn at_once(picture: &Picture<'_>, layer: &Layer<'_>) -> usize {
    let first = layer.steps.start;
    let own = |step: &usize| layer.steps.contains(step);
    let edges = layer.steps.clone().zip(picture.steps_of(layer)).flat_map(|(place, step)| {
        step.needs.iter().copied().filter(own).map(move |need| (need - first, place - first))
    });
    antichain::width(layer.steps.len(), edges)
}

fn chain(picture: &Picture<'_>) -> usize {
    let mut longest: Vec<usize> = Vec::with_capacity(picture.steps.len());
    for step in &picture.steps {
        let before = step.needs.iter().filter_map(|need| longest.get(*need)).max();
        longest.push(before.copied().unwrap_or_default() + 1);
    }
    longest.into_iter().max().unwrap_or_default()
}
