//! The runs of a project: their folders, their ids, and what their journals say.

use crate::event::{Entry, Event, Standing};
use crate::journal::{self, Ending, JournalError, Record};
use crate::schedule::State;
use jiff::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Letters of run ids: none that reads like a digit or makes a word.
const LETTERS: &[u8] = b"klmnopqrstvwxyz";

/// The folder of a project's runs.
pub fn folder(project: &Path) -> PathBuf {
    project.join(".switchback").join("runs")
}

/// A new id of six letters, unlike any of the project's runs.
pub fn new_id(project: &Path) -> io::Result<String> {
    loop {
        let mut bytes = [0_u8; 6];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied().map_or('k', char::from);
        let id: String = bytes.iter().map(letter).collect();
        if !folder(project).join(&id).exists() {
            return Ok(id);
        }
    }
}

/// A run as its journal has it.
#[derive(Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Everything that happened.
    pub entries: Vec<Entry>,
    /// How the journal ends.
    pub ending: Ending,
    /// Digest of the journal's last frame.
    pub digest: [u8; 16],
}

/// Why a run can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is none of that id.
    #[error("there is no run `{0}` in this project")]
    Missing(String),
    /// Its journal can't be read.
    #[error("the journal of run {0}: {1}")]
    Journal(String, JournalError),
    /// A record makes no sense to this version.
    #[error("record {1} of run {0} can't be read: {2}")]
    Record(String, u64, String),
    /// The folder of runs can't be read.
    #[error("the folder of runs: {0}")]
    Io(#[from] io::Error),
}

impl Run {
    /// Reads one; it may be running.
    pub fn read(project: &Path, id: &str) -> Result<Self, RunError> {
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let folder = folder(project).join(id);
        if !plain || !folder.is_dir() {
            return Err(RunError::Missing(id.to_owned()));
        }
        Self::read_in(folder, id)
    }

    /// Reads the one whose folder is this, of whatever project.
    pub fn read_in(folder: PathBuf, id: &str) -> Result<Self, RunError> {
        let mut entries = Vec::new();
        let mut wrong = None;
        let mut each = |record: Record| match serde_json::from_slice(&record.body) {
            Ok(entry) if wrong.is_none() => entries.push(entry),
            Ok(_) => {}
            Err(error) => {
                wrong.get_or_insert_with(|| RunError::Record(id.to_owned(), record.seq, error.to_string()));
            }
        };
        let reading = journal::visit(&folder, &mut each).map_err(|error| RunError::Journal(id.to_owned(), error))?;
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        Ok(Self { id: id.to_owned(), folder, entries, ending: reading.ending, digest: reading.digest })
    }

    /// Its state.
    pub fn state(&self, units: usize) -> State {
        State::of(units, self.entries.iter().map(|entry| &entry.event))
    }

    /// Where it stands, without its plan.
    pub fn standing(&self) -> Standing {
        self.state(0).standing
    }

    /// When it began.
    pub fn began(&self) -> Option<Timestamp> {
        self.entries.first().map(|entry| entry.at)
    }

    /// Its first record's facts: plan, target, bundle, by whom.
    pub fn head(&self) -> Option<(&str, &str, &str, &str)> {
        self.entries.iter().find_map(|entry| match &entry.event {
            Event::Began { plan, target, bundle, by, .. } => {
                Some((plan.as_str(), target.as_str(), bundle.as_str(), by.as_str()))
            }
            _ => None,
        })
    }
}

/// Ids of all runs, the newest first by the time at which their folder was made.
pub fn ids(project: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder(project)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        // A folder without a journal is a run that never began.
        if let Ok(made) = fs::metadata(entry.path().join("bundle.swb")).and_then(|meta| meta.modified())
            && entry.path().join("journal").exists()
        {
            found.push((made, entry.file_name().to_string_lossy().into_owned()));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}
