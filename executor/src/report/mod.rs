//! Readers of what happened: each turns it into a text or a data format, and none changes it.

pub mod diagnostics;
pub mod diff;
pub mod graph;
pub mod history;
pub mod live;
pub mod run;

#[cfg(test)]
mod expected;
#[cfg(test)]
pub(crate) mod sample;
