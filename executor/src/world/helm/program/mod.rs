//! Helm as a program: where it is, who it is, in which surroundings it runs, how it is asked and how it is started.

mod ask;
mod find;
mod home;
mod start;
mod version;

pub use find::Helm;
pub use home::Home;
pub use version::{Generation, Version};

pub(super) use ask::{Question, ask};
