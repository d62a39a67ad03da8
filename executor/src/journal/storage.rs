//! Where a journal's bytes go: a small trait, and the real disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

/// What a journal asks of a file system. Nothing is durable before the matching sync has returned.
pub trait Storage: Send + Sync {
    /// True if something is there.
    fn exists(&self, path: &Path) -> bool;
    /// Makes one folder.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes an empty file, or empties the one that is there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Opens a file to be overwritten in place; makes it if it is missing.
    fn edit(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Opens a file to be read from an offset on.
    fn open(&self, path: &Path, from: u64) -> io::Result<Opened>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// A file being written.
pub trait StorageFile: Send {
    /// Writes at the end. After an error part of the bytes may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Writes over the beginning.
    fn overwrite(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content durable.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to a length; the next append goes there.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Takes space for that many bytes.
    fn allocate(&mut self, length: u64) -> io::Result<()>;
}

/// A file being read.
pub struct Opened {
    /// Its length in bytes when it was opened. What lies before it was written completely.
    pub length: u64,
    /// Its bytes from the asked offset on.
    pub reader: Box<dyn Read + Send>,
}

/// The file system of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Storage for Disk {
    fn exists(&self, path: &Path) -> bool {
        // What can't be looked at is not ours to make; whoever opens it next is told why.
        fs::exists(path).unwrap_or(true)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir(dir)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(private().truncate(true).open(path)?))
    }

    fn edit(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(private().truncate(false).open(path)?))
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Opened> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(from))?;
        Ok(Opened { length, reader: Box::new(file) })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// A journal may hold what a program printed, so only its owner may read it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

impl StorageFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn overwrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, 0)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }

    fn allocate(&mut self, length: u64) -> io::Result<()> {
        match fallocate(&*self, FallocateFlags::empty(), 0, length) {
            Ok(()) => Ok(()),
            Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(error.into()),
            // Not every file system can; zeros that are written take space everywhere.
            Err(_) => io::copy(&mut io::repeat(0).take(length), self).map(drop),
        }
    }
}
