//! A terminal with a person at it: a command runs on a pseudo-terminal, its controlling one, and is answered.

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Nothing that is waited for takes so long, also on a machine under load.
const LIMIT: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(5);
/// What a person presses to stop a command.
pub const CTRL_C: u8 = 3;
/// What a person presses to say that there is no more to come.
pub const CTRL_D: u8 = 4;

/// The terminal; closed, the command is told as by a person who closes the window.
#[derive(Debug)]
pub struct Terminal {
    /// Our end; none when it is closed.
    end: Option<File>,
    child: Child,
    /// All that was shown.
    shown: String,
    /// How much of it was looked at.
    seen: usize,
}

impl Terminal {
    /// Starts a command on a terminal of its own, in a session of its own.
    pub fn start(program: &Path, arguments: &[&str], set: impl FnOnce(&mut Command)) -> Result<Self, String> {
        let (ours, theirs) = open().map_err(|error| format!("there is no terminal: {error}"))?;
        // Only a process that has none may take a controlling terminal; taking it needs a call that std has not.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(program).args(arguments);
        set(&mut command);
        let copy = || theirs.try_clone().map_err(|error| error.to_string());
        command.stdin(copy()?).stdout(copy()?).stderr(copy()?);
        let child = command.spawn().map_err(|error| format!("`setsid` can't be started: {error}"))?;
        Ok(Self { end: Some(ours), child, shown: String::new(), seen: 0 })
    }

    /// Waits until something is shown behind what was looked at so far; what stood before it.
    pub fn until(&mut self, wanted: &str) -> Result<String, String> {
        let began = Instant::now();
        loop {
            let ended = self.read();
            let news = self.shown.get(self.seen..).unwrap_or_default();
            if let Some(at) = news.find(wanted) {
                let before = news.get(..at).unwrap_or_default().to_owned();
                self.seen += at + wanted.len();
                return Ok(before);
            }
            if ended || began.elapsed() > LIMIT {
                return Err(format!("`{wanted}` was never shown, but\n{}", self.shown));
            }
            sleep(LOOK);
        }
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) -> Result<(), String> {
        self.write(format!("{line}\n").as_bytes())
    }

    /// Presses a key.
    pub fn presses(&mut self, key: u8) -> Result<(), String> {
        self.write(&[key])
    }

    /// Closes the window.
    pub fn closes(&mut self) {
        self.end = None;
    }

    /// Waits for the command's end: its exit status (none when a signal ended it), and all that was shown.
    pub fn ends(mut self) -> Result<(Option<i32>, String), String> {
        let began = Instant::now();
        loop {
            let ended = self.child.try_wait().map_err(|error| error.to_string())?;
            self.read();
            if let Some(status) = ended {
                // What it wrote last may still lie in the terminal.
                while !self.read() && self.end.is_some() && began.elapsed() < LIMIT {
                    sleep(LOOK);
                }
                return Ok((status.code(), std::mem::take(&mut self.shown)));
            }
            if began.elapsed() > LIMIT {
                self.child.kill().map_err(|error| error.to_string())?;
                return Err(format!("the command did not end; it showed\n{}", self.shown));
            }
            sleep(LOOK);
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let end = self.end.as_mut().ok_or("the terminal is closed")?;
        end.write_all(bytes).map_err(|error| format!("nothing can be typed: {error}"))
    }

    /// Takes in what is shown; whether nothing more will come.
    fn read(&mut self) -> bool {
        let Some(end) = &mut self.end else { return true };
        let mut bytes = [0; 1 << 12];
        loop {
            match end.read(&mut bytes) {
                Ok(0) => return true,
                Ok(read) => {
                    let read = bytes.get(..read).unwrap_or_default();
                    self.shown.push_str(&String::from_utf8_lossy(read).replace('\r', ""));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                // EIO: nobody holds the other end any more.
                Err(_) => return true,
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that ended has been waited for already.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

fn open() -> io::Result<(File, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    fcntl_setfl(&ours, fcntl_getfl(&ours)? | OFlags::NONBLOCK)?;
    let name = ptsname(&ours, Vec::new())?;
    let flags = OFlags::NOCTTY.bits().cast_signed();
    let mut theirs = OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut theirs, flags);
    let theirs = theirs.read(true).write(true).open(Path::new(OsStr::from_bytes(name.as_bytes())))?;
    Ok((File::from(ours), theirs.into()))
}
