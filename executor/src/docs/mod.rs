//! The references in docs/ that are made from the code, so that they can't be wrong: `cargo xtask codegen`.

mod catalogue;
mod commands;
mod diagnostics;
mod markdown;
mod words;

pub use catalogue::catalogue;
pub use commands::commands;
pub use diagnostics::diagnostics;

/// The second line of every file that is made.
const MADE: &str = "<!-- Made by `cargo xtask codegen`; change the code, not this file. -->";
