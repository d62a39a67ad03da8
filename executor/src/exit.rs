//! The one place where the end of a command becomes an exit code, a message and a hint.

use crate::project::ProjectError;
use crate::screen::{Look, Style, hang, run_command, safe};
use crate::world::TreeError;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Something outside of plans and targets is in the way.
    Error = 1,
    /// There are differences, and the command was asked to tell.
    Differences = 2,
    /// The plan does not compile.
    Invalid = 10,
    /// The target is not as it was reviewed.
    Changed = 11,
    /// A gate is closed.
    Closed = 12,
    /// Policy forbids it.
    Forbidden = 13,
    /// Another run keeps the target.
    Kept = 14,
    /// A check or the way back does not hold before the start.
    NotSafe = 15,
    /// It failed and was taken back.
    Undone = 20,
    /// It failed and was left where it is.
    Left = 21,
    /// It was cut short and can go on.
    Interrupted = 22,
    /// The way back failed, or did not lead to where it began.
    UndoFailed = 23,
    /// A person must answer.
    Asks = 24,
    /// The command line is wrong, or what it names is not there.
    Usage = 64,
}

impl Exit {
    /// All, in the order of their codes.
    pub const ALL: [Self; 15] = [
        Self::Done,
        Self::Error,
        Self::Differences,
        Self::Invalid,
        Self::Changed,
        Self::Closed,
        Self::Forbidden,
        Self::Kept,
        Self::NotSafe,
        Self::Undone,
        Self::Left,
        Self::Interrupted,
        Self::UndoFailed,
        Self::Asks,
        Self::Usage,
    ];

    /// The process's exit status.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, a fragment.
    pub fn text(self) -> &'static str {
        match self {
            Self::Done => "done, or no differences; also an `undo` that was asked for, and a run that holds",
            Self::Error => "an error, or the target was lost before the first effect",
            Self::Differences => "there are differences (`diff --detailed-exitcode`, `fmt --check`)",
            Self::Invalid => "the plan is invalid; `check` says why",
            Self::Changed => "the target changed since it was observed; `diff` again",
            Self::Closed => "a gate is closed: an approval, a confirmation, a window, or a \"no\" to `run PLAN`",
            Self::Forbidden => "policy forbids it",
            Self::Kept => "another run keeps the target; `status` names it",
            Self::NotSafe => "not safe to start: a `before` check or the way back does not hold",
            Self::Undone => "it failed and was undone",
            Self::Left => "it failed and was left where it is",
            Self::Interrupted => "it was interrupted and can be resumed; also a target lost in mid-run",
            Self::UndoFailed => "the undo failed, or the target is not equal after it",
            Self::Asks => "a person must answer: an unknown outcome, or a loss to accept",
            Self::Usage => "wrong usage, or nothing was found at the paths given",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong: a lower-case fragment, names in back-ticks, no full stop.
    pub message: String,
    /// What to do or to type.
    pub help: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

impl Error {
    /// An error that ends the command with this code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit }
    }

    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// With the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As stderr shows it.
    pub fn render(&self, look: Look) -> String {
        let lead = format!("{} ", Style::Red.paint("error:", look));
        let help = self.help.iter().map(|help| hang("  help: ", &safe(help, look), look));
        hang(&lead, &safe(&self.message, look), look) + &help.collect::<String>()
    }
}

impl From<ProjectError> for Error {
    fn from(error: ProjectError) -> Self {
        let told = Self::new(Exit::Error, error.to_string());
        match error {
            ProjectError::Missing(_) => {
                Self { exit: Exit::Usage, ..told }.help("look at its path; `-C DIR` goes to DIR first")
            }
            ProjectError::NotUtf8(_) => told.help("give it a name in UTF-8"),
            ProjectError::Outside(_) => told.help("plans lie below the folder of switchback.kdl"),
            ProjectError::System { .. } | ProjectError::Tree(_) => {
                told.help("look at its owner and its permission bits")
            }
        }
    }
}

impl From<TreeError> for Error {
    fn from(error: TreeError) -> Self {
        Self::new(Exit::Error, error.to_string())
    }
}

/// From now on a panic of any thread says that it is a bug, where, and what to report, and ends the process.
///
/// A run that is cut off like this is resumed like one whose machine lost power.
pub fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        while LEFT_BEHIND.load(Ordering::SeqCst) && std::thread::current().name() != Some("main") {
            std::thread::park();
        }
        let payload = panic.payload();
        let said = payload.downcast_ref::<&str>().copied();
        let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprint!("{}", bug(said, &place));
        std::process::exit(Exit::Error.code().into());
    }));
}

/// Whether the process is about to end, and what still runs besides is waited for by nobody.
static LEFT_BEHIND: AtomicBool = AtomicBool::new(false);

/// From here on work on other threads is left behind: without its runtime it can't so much as tell the time, and where it
/// panics over that there is nothing to report.
pub fn leave_behind() {
    LEFT_BEHIND.store(true, Ordering::SeqCst);
}

fn bug(said: &str, place: &str) -> String {
    // Nothing of the terminal is asked here: the panic may be about just that.
    let look = Look { ascii: true, ..Look::plain() };
    format!(
        "error: this is a bug in switchback {}, at {place}\n  it says: {}\n  help: report these lines and the command: {}/issues\n        a run that this cut off is whole on disk: {}\n",
        env!("CARGO_PKG_VERSION"),
        safe(said, look),
        env!("CARGO_PKG_REPOSITORY"),
        run_command("status"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_reference() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 64]);
    }

    #[test]
    fn an_error_wraps_and_lets_nothing_act_on_the_terminal() {
        let error = Error::usage("there is no `\u{1b}[31mx`").help("look at its path");
        assert_eq!(error.render(Look::plain()), "error: there is no `\\u{1b}[31mx`\n  help: look at its path\n");
    }

    #[test]
    fn a_bug_says_that_it_is_one() {
        let told = bug("index out of bounds\n\u{7}", "executor/src/run/mod.rs:3:4");
        assert!(told.starts_with("error: this is a bug in switchback"), "{told}");
        assert!(told.contains("executor/src/run/mod.rs:3:4\n  it says: index out of bounds\\n\\u{7}\n"), "{told}");
    }
}
