//! Small plans, each with the words and nouns that it is for; written here, since a folder for each would hide them.

mod files;
mod meanwhile;
mod programs;
mod services;
mod shapes;

use super::scenario::Scenario;

/// Every noun and every word of order in some plan; each is killed at all of its boundaries.
pub static SMALL: [&[Scenario]; 5] = [&files::ALL, &programs::ALL, &services::ALL, &shapes::ALL, &meanwhile::ALL];

/// The plans of which every pair of kills is tried: the fewest boundaries of each kind of way back.
pub static PAIRS: [&str; 5] = ["lines", "unless", "removed", "holds", "outputs"];

/// A small plan by its name.
pub fn small(name: &str) -> Option<&'static Scenario> {
    SMALL.into_iter().flatten().find(|scenario| scenario.name == name)
}
