//! What the compiler says, as people and other programs read it.

mod frame;
mod github;
mod human;
mod json;
mod line;
mod place;
mod sarif;
mod summary;
mod underline;

#[cfg(test)]
mod tests;

pub use github::github;
pub use human::human;
pub(crate) use json::inert;
pub use json::json;
pub use sarif::sarif;
pub use summary::{Plans, found, summary};
