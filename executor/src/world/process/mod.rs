//! Programs that run beside us, and go on when we don't.
//!
//! A program is started by a supervisor of its own: our own binary in a hidden mode ([`child_main`]). It leads a session
//! that no signal to us reaches, holds the time limit, and writes down how the program ended, durably; so a `resume`
//! knows it even when Switchback was killed. The records are in a folder that the caller gives, one for each start.

mod identity;
mod launch;
mod log;
mod program;
mod record;
mod supervisor;

pub use identity::ProcessId;
pub(super) use identity::group_lives;
pub use launch::{Ended, Launcher, Limits, ended, last_words, log_of, said_in, wait};
pub(super) use launch::{last_lines, process_of};
pub use program::{Env, Program};
pub use record::{Exit, Outcome, ProcessError, Status};
pub use supervisor::{CHILD_ARGUMENT, child_main};
