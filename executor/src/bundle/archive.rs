//! A plain tar without times and owners, of which every bit is decided. Format: POSIX.1-2017, pax, "ustar Interchange
//! Format".

use super::BundleError;
use std::io::{self, Write};

/// All of a tar is in pieces of so many bytes.
const PIECE: usize = 512;
/// Where a header has the name, and where the size in octal digits.
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'b> {
    pub name: String,
    pub bytes: &'b [u8],
}

/// Writes the archive's bytes.
pub(super) fn write(entries: &[Entry<'_>], to: impl Write) -> Result<(), BundleError> {
    let mut builder = tar::Builder::new(to);
    for Entry { name, bytes } in entries {
        let mut header = tar::Header::new_ustar();
        header.set_path(name)?;
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        builder.append(&header, *bytes)?;
    }
    Ok(builder.finish()?)
}

/// What is written must be this; nothing of it is kept.
pub(super) struct Expected<'b> {
    rest: &'b [u8],
    differs: bool,
}

impl<'b> Expected<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes, differs: false }
    }

    /// Whether all of it was written, and nothing else.
    pub(super) fn was_written(&self) -> bool {
        self.rest.is_empty() && !self.differs
    }
}

impl Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.rest.strip_prefix(bytes) {
            Some(rest) => self.rest = rest,
            None => self.differs = true,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The archive's files. Names and sizes are all that is read: whoever calls writes them again and compares.
pub(super) fn read(mut file: &[u8]) -> Result<Vec<Entry<'_>>, BundleError> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    loop {
        let (header, rest) = file.split_at_checked(PIECE).ok_or(BundleError::NoBundle("it ends too early"))?;
        if header.iter().all(|byte| *byte == 0) {
            return Ok(entries);
        }
        let name = name(header)?;
        let size = size(header).ok_or(BundleError::NoBundle("it has a file without a size"))?;
        let (bytes, rest) = rest.split_at_checked(size).ok_or(BundleError::NoBundle("it ends too early"))?;
        let filled = size.next_multiple_of(PIECE) - size;
        file = rest.get(filled..).ok_or(BundleError::NoBundle("it ends too early"))?;
        entries.push(Entry { name, bytes });
    }
}

fn name(header: &[u8]) -> Result<String, BundleError> {
    if header.get(257..262) != Some(b"ustar") {
        return Err(BundleError::NoBundle("it is no tar file"));
    }
    let field = header.get(NAME).unwrap_or_default();
    let field = field.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = std::str::from_utf8(field).map_err(|_| BundleError::NoBundle("it has a name that is not UTF-8"))?;
    if name.is_empty() || name.starts_with('/') || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(BundleError::Foreign(name.to_owned()));
    }
    Ok(name.to_owned())
}

/// Octal digits; anything else, as the binary form for sizes that no bundle has, is none.
fn size(header: &[u8]) -> Option<usize> {
    let field = std::str::from_utf8(header.get(SIZE)?).ok()?;
    let digits = field.trim_end_matches(['\0', ' ']);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { usize::from_str_radix(digits, 8).ok() } else { None }
}
