//! The grammar that all screens share: signs, colours, figures, columns.
//!
//! Pure: everything here makes strings out of values and a [`Look`]; only [`Look::for_stdout`] and
//! [`Look::for_stderr`] ask the machine, and [`command`] knows how this process was called.

mod command;
pub mod diff;
mod layout;
mod look;
mod quantity;
mod sign;
mod style;
mod table;
mod text;
mod words;

pub use command::{called_in, command, command_in, next, program, run_command, works_on};
pub use layout::{hang, pad, pad_left, tail, wrap};
pub use look::{Flags, Look, Surroundings, When};
pub use quantity::{age, elapsed, limit, quick, seconds, size, size_of};
pub use sign::Sign;
pub use style::Style;
pub use table::{Column, Table};
pub(crate) use text::is_hostile;
pub use text::{quoted, safe, shown, width};
pub use words::{count, either, figure, list, of, plural};
