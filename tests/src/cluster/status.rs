//! Clusters that go on after the process that started them.

use super::access::Access;
use super::place;
use super::programs::Programs;
use super::record::Record;
use std::path::PathBuf;

/// A cluster that a person named.
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its processes, each with its number and whether it runs.
    pub processes: Vec<(String, u32, bool)>,
}

/// All of them.
pub fn status() -> Result<Vec<Status>, String> {
    let mut found = Vec::new();
    for (name, folder) in place::all_named()? {
        let Some(record) = Record::read(&folder)? else { continue };
        let processes = record.processes.into_iter().map(|(name, process)| (name, process.pid, process.is_alive()));
        found.push(Status { name, folder, processes: processes.collect() });
    }
    Ok(found)
}

/// The way to one that is up; none where it is not, or not whole.
pub fn up(programs: &Programs, name: &str) -> Result<Option<Access>, String> {
    let folder = place::named(name)?;
    let Some(record) = Record::read(&folder)? else { return Ok(None) };
    let is_up = record.owner.is_none() && record.processes.iter().all(|(_, process)| process.is_alive());
    if is_up { Access::begin(&folder, programs).map(Some) } else { Ok(None) }
}

/// Ends one; whether there was one.
pub fn down(name: &str) -> Result<bool, String> {
    place::clear(&place::named(name)?)
}
