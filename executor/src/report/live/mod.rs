//! Readers of a run's events while it runs: for a terminal, for a log, for programs.

mod bar;
mod block;
mod board;
mod json;
mod lines;
mod plain;
mod reader;
mod terminal;
mod told;

pub use json::Json;
pub use plain::Plain;
pub use reader::Reader;
pub use terminal::Live;

#[cfg(test)]
mod tests;
