//! Options of every command, and the two streams that they shape.

use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::screen::{Flags, Look, When, called_in, works_on};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// Options of every command.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Globals {
    /// work in DIR, where switchback.kdl is
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = clap::ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
    /// When colours are used.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true, global = true)]
    #[arg(help = "auto, always or never [default: auto; NO_COLOR is respected]")]
    pub color: When,
    /// no character outside ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

impl Globals {
    /// Goes to the folder of `-C`, which commands that are printed name too.
    pub(super) fn enter(&self) -> Result<(), Error> {
        let Some(folder) = &self.directory else { return Ok(()) };
        std::env::set_current_dir(folder).map_err(|error| {
            Error::usage(format!("-C {}: {}", folder.display(), why(&error))).help("name a folder that is there")
        })?;
        called_in(folder);
        Ok(())
    }

    /// Says where the runs of a project are found, which commands that are printed name where it is not from here.
    pub(super) fn work_on(project: &Project) {
        let stand = std::env::current_dir().and_then(|here| here.canonicalize());
        if let Some(away) = stand.ok().and_then(|stand| project.away_from(&stand)) {
            works_on(&away);
        }
    }

    fn flags(&self) -> Flags {
        Flags { color: self.color, ascii: self.ascii }
    }

    /// How stdout may look.
    pub fn out(&self) -> Look {
        Look::for_stdout(self.flags())
    }

    /// How stderr may look.
    pub fn err(&self) -> Look {
        Look::for_stderr(self.flags())
    }

    /// Writes data to stdout. A reader that has seen enough is no error.
    pub fn print(&self, text: &str) -> Result<(), Error> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Error::new(Exit::Error, format!("stdout can't be written: {}", why(&error))))
            }
            _ => Ok(()),
        }
    }

    /// Writes to stderr, where nobody may be left to read.
    pub fn say(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Writes to stderr what `--quiet` leaves out.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Shows an error.
    pub fn complain(&self, error: &Error) {
        self.say(&error.render(self.err()));
    }
}

/// The operating system's reason without its number.
pub(super) fn why(error: &std::io::Error) -> String {
    let said = error.to_string();
    let said = said.split(" (os error").next().unwrap_or_default();
    said.to_lowercase()
}
