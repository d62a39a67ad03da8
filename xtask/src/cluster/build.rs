//! Builds programs from the Go module proxy, once for the machine.

use super::family::Program;
use super::pinned::Pinned;
use crate::outcome::Fault;
use crate::workspace::output;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The only build of programs on this machine. What Go caches meanwhile is 4 GB for programs that are built once, so it
/// has a place of its own, which goes when the build is over; one that was cut off is gone on with from there.
pub struct Build {
    cache: PathBuf,
    _lock: File,
}

impl Build {
    /// Begins one below a folder, when no other is under way any more.
    pub fn begin(folder: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("build.lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("waits for another `cargo xtask`, which builds programs of the test cluster");
                lock.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // Go holds it as well, since it may go on when we are killed.
        rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::empty())?;
        Ok(Self { cache: folder.join("go-build"), _lock: lock })
    }

    /// Builds a program, unless the build that we waited for did: beside its place and then renamed into it, so that one
    /// that was cut off is not taken for a program.
    pub fn program(&self, pinned: &Pinned, program: &Program) -> Result<(), Fault> {
        let path = pinned.path(program);
        if path.is_file() {
            return Ok(());
        }
        let family = pinned.family;
        eprintln!("builds {} {} from {} ({} for all of it)", program.name, pinned.version, family.module, family.takes);
        let (start, fresh) = (Instant::now(), path.with_extension("new"));
        fs::create_dir_all(&pinned.built)?;
        output(self.go(pinned).arg(&fresh).arg(program.package))?;
        fs::rename(&fresh, &path)?;
        eprintln!("built {} in {}s", path.display(), start.elapsed().as_secs());
        Ok(())
    }

    fn go(&self, pinned: &Pinned) -> Command {
        let mut go = Command::new("go");
        go.current_dir(&pinned.source)
            .env("GOCACHE", &self.cache)
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=readonly");
        go.args(["build", "-trimpath", "-buildvcs=false", "-ldflags", &linker(pinned), "-o"]);
        go
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.cache);
    }
}

fn linker(pinned: &Pinned) -> String {
    let version = pinned.version;
    let variable = |text: &&str| {
        let text = text.replace("{version}", &format!("v{version}"));
        let text = text.replace("{major}", &version.major.to_string());
        format!(" -X {}", text.replace("{minor}", &version.minor.to_string()))
    };
    format!("-s -w{}", pinned.family.variables.iter().map(variable).collect::<String>())
}
