//! The story of a run, told to people and programs.
//!
//! Everything here reads `(Plan, events)` and makes text. [`Story`] is what the events tell, by unit; it can be made from
//! any part of a journal, so that a run that was killed anywhere still has a report.

mod fold;
mod story;

mod did;
mod group;
mod moved;
mod outcome;
mod prepared;
mod reviewed;
mod rows;
mod spans;
mod zone;

mod beside;
mod report;
mod view;

mod chapter;
mod html;
mod human;
mod item;
mod json;
mod markdown;

mod status;
mod ending;
pub mod open;
pub mod question;
mod undone;

pub use beside::{Beside, JournalFacts};
pub use did::{did, did_together};
pub use ending::{ending, result};
pub use group::{Group, group_of, groups};
pub(crate) use html::escape as in_html;
pub use html::{Pictures, html};
pub use human::human;
pub(crate) use human::{sign, word};
pub use item::{Item, evidence};
pub use json::json;
pub use markdown::markdown;
pub(crate) use markdown::{PLAIN, code, escape, fence};
pub(crate) use moved::back_at;
pub use moved::moved;
pub(crate) use moved::way;
pub use outcome::Outcome;
pub(crate) use outcome::is_step;
pub use prepared::good_for;
pub use report::Report;
pub use reviewed::{Reviewed, Tally};
pub use rows::{Row, rows};
pub use spans::{Span, spans};
pub use status::{Looked, status};
pub use story::{
    ActStory, Back, CheckStory, Decision, Ending, Forward, GateStory, Head, Now, Process, Step, Story, UnitStory,
    WindowStory,
};
pub use undone::aftermath;
pub(crate) use undone::aftermath_log;
pub use view::View;
pub use zone::{Zone, between};

/// A limit longer than this (in milliseconds: ten years) stands for none.
pub(crate) const FOREVER: u64 = 10 * 365 * 24 * 3600 * 1000;

#[cfg(test)]
mod tests;
