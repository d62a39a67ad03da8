//! How two objects differ, by the places where they do.

mod compare;
mod lines;
mod lists;
mod written;
#[cfg(test)]
mod tests;

pub use compare::{Change, compare};
pub use lines::difference;
pub(super) use lists::position;
