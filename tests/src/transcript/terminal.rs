//! A terminal for a command: what a person would see on it, drawn by an emulator.
//!
//! A step of a page's plan that writes the file `look` into the page's folder asks for the screen as it stands then: it is
//! kept once something was redrawn after that, and the file is taken away, on which the step may wait.

use super::sealed::Ended;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

/// Rows of the terminal that the command is told.
const ROWS: u16 = 24;
/// Rows of the emulator: all that ever scrolled up stays to be compared.
const KEPT: u16 = 2000;
/// Draws that are waited for before the screen is kept; each of them is whole.
const DRAWS: usize = 2;

/// A command on a terminal, while it runs.
struct Session<'a> {
    screen: vt100::Parser,
    keyboard: File,
    answers: Vec<&'a str>,
    look: PathBuf,
    /// What was drawn since somebody asked for the screen.
    drawn: Option<usize>,
    told: String,
}

/// Runs a command on a terminal of so many columns; `answers` are typed where it asks.
pub(super) fn run(mut command: Command, columns: u16, answers: Vec<&str>, work: &Path) -> Result<Ended, String> {
    let failed = |error: io::Error| format!("no terminal: {error}");
    let (ours, theirs) = open(columns).map_err(failed)?;
    let keyboard = File::from(ours.try_clone().map_err(failed)?);
    command.stdin(theirs.try_clone().map_err(failed)?).stdout(theirs.try_clone().map_err(failed)?).stderr(theirs);
    let child = command.spawn().map_err(|error| format!("a shell can't be started: {error}"))?;
    // The command holds its ends of the terminal, which must close when the child's do.
    drop(command);
    let screen = vt100::Parser::new(KEPT, columns, 0);
    let look = work.join("look");
    let session = Session { screen, keyboard, answers, look, drawn: None, told: String::new() };
    session.follow(child, &read(ours))
}

fn open(columns: u16) -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let name = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let theirs = OpenOptions::new().read(true).write(true).open(name)?;
    tcsetwinsize(&theirs, Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })?;
    Ok((ours, theirs.into()))
}

/// What is written to the terminal, as it comes; it ends when nobody holds its other end.
fn read(ours: OwnedFd) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut ours = File::from(ours);
        let mut bytes = [0; 1 << 12];
        while let Ok(read) = ours.read(&mut bytes) {
            let Some(read) = bytes.get(..read).filter(|read| !read.is_empty()) else { break };
            if sender.send(read.to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

impl Session<'_> {
    fn follow(mut self, mut child: Child, written: &Receiver<Vec<u8>>) -> Result<Ended, String> {
        let began = Instant::now();
        loop {
            match written.recv_timeout(super::sealed::LOOK) {
                Ok(bytes) => self.take(&bytes)?,
                Err(RecvTimeoutError::Timeout) => self.asked(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if began.elapsed() > super::sealed::LIMIT {
                child.kill().map_err(|error| error.to_string())?;
                return Err(format!("it did not end; the screen is\n{}", self.text()));
            }
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        let end = if self.told.is_empty() { self.text() } else { format!("{}[screen]\n{}", self.told, self.text()) };
        Ok(Ended { stdout: end, stderr: String::new(), exit: status.code() })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.screen.process(bytes);
        self.asked();
        if let Some(drawn) = &mut self.drawn {
            *drawn += 1;
        }
        if self.drawn.is_some_and(|drawn| drawn > DRAWS) {
            self.told = [self.told.as_str(), "[screen]\n", &self.text()].concat();
            self.drawn = None;
            fs::remove_file(&self.look).map_err(|error| error.to_string())?;
        }
        if self.is_question() && !self.answers.is_empty() {
            let answer = format!("{}\n", self.answers.remove(0));
            self.keyboard.write_all(answer.as_bytes()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Whether somebody asks for the screen as it stands.
    fn asked(&mut self) {
        if self.drawn.is_none() && self.look.exists() {
            self.drawn = Some(0);
        }
    }

    /// Whether the cursor stands behind a question.
    fn is_question(&self) -> bool {
        let screen = self.screen.screen();
        let (row, column) = screen.cursor_position();
        let line = screen.rows(0, screen.size().1).nth(row.into()).unwrap_or_default();
        column > 0 && line.trim_end().ends_with([':', ']', '?'])
    }

    fn text(&self) -> String {
        let screen = self.screen.screen().contents();
        screen.trim_end().lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }
}
