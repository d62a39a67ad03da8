//! The new content of a file, before it gets the file's name.

use super::digest::Digest;
use super::state::pour;
use super::tree::Why;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, Stat};
use rustix::fs::{Gid, Uid};
use rustix::fs::{fchmod, fchown, fstat, fsync, mkdirat, openat, renameat, renameat_with, symlinkat, unlinkat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the names of unfinished files begin; what is left of them after a crash is known by it.
const PREFIX: &str = ".switchback-tmp-";

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    pub uid: u32,
    pub gid: u32,
}

impl Owner {
    pub fn of(stat: &Stat) -> Self {
        Self { uid: stat.st_uid, gid: stat.st_gid }
    }

    pub fn ids(self) -> (Option<Uid>, Option<Gid>) {
        (Some(Uid::from_raw(self.uid)), Some(Gid::from_raw(self.gid)))
    }
}

/// A file, link or directory that has no name of its own yet; removed when it never gets one.
pub(super) struct Temporary<D: AsFd = OwnedFd> {
    dir: D,
    name: String,
    named: bool,
    /// How it is removed.
    flags: AtFlags,
}

impl Temporary {
    /// A new, empty file that only we can read.
    pub fn file(dir: OwnedFd) -> Result<(Self, File), Why> {
        let name = fresh_name()?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&dir, name.as_str(), flags, Mode::RUSR | Mode::WUSR)?;
        Ok((Self { dir, name, named: false, flags: AtFlags::empty() }, File::from(file)))
    }

    /// A new symbolic link.
    pub fn link(dir: OwnedFd, to: &str) -> Result<Self, Why> {
        let name = fresh_name()?;
        symlinkat(to, &dir, name.as_str())?;
        Ok(Self { dir, name, named: false, flags: AtFlags::empty() })
    }

    /// Gives it its name, in place of what has that name now.
    pub fn rename(mut self, name: &str) -> Result<(), Why> {
        renameat(&self.dir, self.name.as_str(), &self.dir, name)?;
        self.named = true;
        Ok(())
    }
}

impl<D: AsFd> Temporary<D> {
    /// A new directory with these permission bits, whatever the umask says.
    pub fn folder(dir: D, mode: u32) -> Result<Self, Why> {
        let name = fresh_name()?;
        mkdirat(&dir, name.as_str(), Mode::RWXU)?;
        let folder = Self { dir, name, named: false, flags: AtFlags::REMOVEDIR };
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(&folder.dir, folder.name.as_str(), flags, Mode::empty())?;
        fchmod(&opened, Mode::from_raw_mode(mode))?;
        fsync(&opened)?;
        Ok(folder)
    }

    /// Gives it its name where nothing has that name; says whether that was so.
    pub fn rename_new(mut self, name: &str) -> Result<bool, Why> {
        match renameat_with(&self.dir, self.name.as_str(), &self.dir, name, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => return Ok(false),
            other => other?,
        }
        self.named = true;
        Ok(true)
    }
}

impl<D: AsFd> Drop for Temporary<D> {
    fn drop(&mut self) {
        if !self.named {
            // When this fails too, `sweep_temporaries` finds it.
            let _ = unlinkat(&self.dir, self.name.as_str(), self.flags);
        }
    }
}

/// Copies all bytes, and says how many and what digest they have.
pub(super) fn fill(file: &mut File, mut content: impl Read) -> Result<(u64, Digest), Why> {
    let mut hasher = blake3::Hasher::new();
    let size = pour(&mut content, |bytes| {
        hasher.update(bytes);
        file.write_all(bytes).map_err(Why::from)
    })?;
    Ok((size, Digest::from_hasher(&hasher)))
}

/// Owner first, because a change of owner drops the set-user bit; then the mode; then all of it to the disk.
pub(super) fn seal(file: &File, owner: Option<Owner>, mode: u32) -> Result<(), Why> {
    if let Some(owner) = owner.filter(|owner| fstat(file).map(|stat| Owner::of(&stat)) != Ok(*owner)) {
        let (uid, gid) = owner.ids();
        fchown(file, uid, gid)?;
    }
    fchmod(file, Mode::from_raw_mode(mode))?;
    fsync(file.as_fd())?;
    Ok(())
}

/// Whether a name is that of an unfinished file, of this process or another.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Whether a name is that of an unfinished file that no living writer of this process has.
pub(super) fn is_stale(name: &str) -> Result<bool, Why> {
    Ok(is_temporary(name) && !name.starts_with(own_prefix()?))
}

fn fresh_name() -> Result<String, Why> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Ok(format!("{}{}", own_prefix()?, COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Drawn once a process; not the process id, which in a container is the same after each start.
fn own_prefix() -> Result<&'static str, Why> {
    static OWN: OnceLock<String> = OnceLock::new();
    if let Some(own) = OWN.get() {
        return Ok(own);
    }
    let mark = getrandom::u64().map_err(|error| Why::System(std::io::Error::other(error.to_string())))?;
    Ok(OWN.get_or_init(|| format!("{PREFIX}{mark:016x}-")))
}
