//! Reading a journal without touching it, also while somebody writes it.

use std::io::{self, Read};
use std::path::Path;

use super::error::JournalError;
use super::head::Head;
use super::header::{HEADER_LEN, Header};
use super::layout::Layout;
use super::scan::{Ending, Reached, Record, Scan};
use super::storage::{Disk, Opened, Storage};
use super::window::Window;

/// A journal as it was at one moment.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The run that the header names.
    pub run_id: String,
    /// The good records from the first on, also where the end is damaged.
    pub records: Vec<Record>,
    /// How it ends. While it is being written, a torn end is a write under way.
    pub ending: Ending,
    /// The first 16 bytes of the BLAKE3 digest of the last good frame: it stands for all before it.
    pub digest: [u8; 16],
}

/// Reads the journal in `dir`. It takes no lock and changes nothing.
pub fn read(dir: &Path) -> Result<Reading, JournalError> {
    let mut records = Vec::new();
    let read = visit(dir, &mut |record| records.push(record))?;
    Ok(Reading { records, ..read })
}

/// The same, where each record is looked at as it comes and none is kept: `records` stays empty.
pub fn visit(dir: &Path, each: &mut dyn FnMut(Record)) -> Result<Reading, JournalError> {
    let Loaded { header, reached, ending, .. } = load(&Disk, &Layout::of(dir), each)?;
    Ok(Reading { run_id: header.run_id, records: Vec::new(), ending, digest: reached.at.hash })
}

/// What a scan of a whole journal gives.
pub(super) struct Loaded {
    pub(super) header: Header,
    pub(super) head: Option<Head>,
    pub(super) reached: Reached,
    pub(super) ending: Ending,
}

/// Scans a journal from its header on.
pub(super) fn load(
    storage: &dyn Storage,
    layout: &Layout,
    visit: &mut dyn FnMut(Record),
) -> Result<Loaded, JournalError> {
    // The watermark first: what it says then holds for whatever the journal has become since.
    let head = read_head(storage, layout)?;
    let mut opened = open(storage, layout, 0)?;
    let header = read_header(&mut opened, layout)?;
    let (reached, ending) = scan(opened, layout, header.frame_magic(), Reached::first(&header), head, visit)?;
    Ok(Loaded { header, head, reached, ending })
}

/// Opens the journal at an offset.
pub(super) fn open(storage: &dyn Storage, layout: &Layout, from: u64) -> Result<Opened, JournalError> {
    storage.open(&layout.journal, from).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => JournalError::Missing(layout.dir.clone()),
        _ => JournalError::io("open", &layout.journal)(error),
    })
}

/// Reads the header of a journal opened at its beginning.
pub(super) fn read_header(opened: &mut Opened, layout: &Layout) -> Result<Header, JournalError> {
    let mut bytes = Vec::with_capacity(HEADER_LEN);
    let mut reader = opened.reader.as_mut().take(HEADER_LEN as u64);
    reader.read_to_end(&mut bytes).map_err(JournalError::io("read", &layout.journal))?;
    Header::parse(&bytes)
}

/// Reads the watermark; a missing or torn one says nothing.
pub(super) fn read_head(storage: &dyn Storage, layout: &Layout) -> Result<Option<Head>, JournalError> {
    match storage.open(&layout.head, 0) {
        Ok(mut opened) => Head::read(opened.reader.as_mut()).map_err(JournalError::io("read", &layout.head)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(JournalError::io("open", &layout.head)(error)),
    }
}

/// Scans on from `reached`, where `opened` stands.
pub(super) fn scan(
    mut opened: Opened,
    layout: &Layout,
    magic: [u8; 4],
    reached: Reached,
    head: Option<Head>,
    visit: &mut dyn FnMut(Record),
) -> Result<(Reached, Ending), JournalError> {
    let window = Window::new(opened.reader.as_mut(), reached.at.end, opened.length);
    let scan = Scan { window, magic, reached, head };
    scan.run(visit).map_err(JournalError::io("read", &layout.journal))
}
