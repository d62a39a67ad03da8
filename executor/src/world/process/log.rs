//! The log of a program, which must not fill the disk.

use super::launch::log_of;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The most that a log may have; what is written between two looks comes on top.
const MOST: u64 = 16 << 20;
/// What is kept of a longer one: its end is what tells why a program failed.
const KEPT: u64 = 1 << 20;

/// The log of one start, by its folder. One that lies elsewhere is not ours to cut.
pub(super) struct Log(PathBuf);

impl Log {
    /// That of a folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self(log_of(folder))
    }

    /// Cuts it to its end where it has grown too long. The program writes behind whatever stands there, since its log is
    /// open for appending; a line that it writes just now may be lost, and nothing is decided by any.
    pub(super) fn bound(&self) {
        if let Err(error) = self.cut() {
            // There is nobody to tell but the log itself, and the program goes on.
            eprintln!("switchback: its log can't be cut: {error}");
        }
    }

    fn cut(&self) -> io::Result<()> {
        let length = match std::fs::metadata(&self.0) {
            Ok(there) => there.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        if length <= MOST {
            return Ok(());
        }
        let mut end = Vec::new();
        let mut file = File::open(&self.0)?;
        file.seek(SeekFrom::Start(length - KEPT))?;
        file.take(KEPT).read_to_end(&mut end)?;
        let mut file = OpenOptions::new().append(true).open(&self.0)?;
        file.set_len(0)?;
        file.write_all(format!("switchback: {} bytes before this are left out\n", length - KEPT).as_bytes())?;
        file.write_all(&end)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_keeps_its_end_and_is_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let (log, path) = (Log::of(folder.path()), log_of(folder.path()));
        log.bound();
        let mut program = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let line = format!("{}\n", "x".repeat(1023));
        for _ in 0..MOST / 1024 {
            program.write_all(line.as_bytes()).unwrap();
        }
        log.bound();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), MOST, "a log within its bound is left alone");
        program.write_all(b"the last but one\n").unwrap();
        log.bound();
        program.write_all(b"the last\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("switchback: ") && text.len() < 2 * KEPT as usize, "{} bytes", text.len());
        assert!(text.ends_with("the last but one\nthe last\n"));
    }
}
