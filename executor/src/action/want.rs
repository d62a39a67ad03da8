//! What an action wants at a path, and what is missing for that.

use super::Now;
use super::moves::Put;
use crate::site::{Fault, Scene};
use crate::world::{Digest, Snapshot, State};
use serde_json::Value as Json;
use std::path::PathBuf;
use switchback_compiler::plan::Call;
use switchback_compiler::value::Text;

/// What a file is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A text; parts of it may be secret or known later.
    Text(Text),
}

/// The permission bits of a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// These.
    Exactly(u32),
    /// Those of the file there, or 0644.
    Kept,
    /// As `Kept`, but executable or not.
    Runs(bool),
}

impl Mode {
    /// The bits, over a file that has these; who may read it may also execute it.
    pub fn over(self, old: Option<u32>) -> u32 {
        let kept = old.unwrap_or(0o644);
        match self {
            Self::Exactly(mode) => mode,
            Self::Kept => kept,
            Self::Runs(true) => kept | ((kept & 0o444) >> 2),
            Self::Runs(false) => kept & !0o111,
        }
    }
}

/// What is wanted at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nothing. A folder must be empty by then.
    Absent,
    /// A file. A folder in its place must be empty by then.
    File {
        /// What it holds.
        content: Content,
        /// Permission bits.
        mode: Mode,
    },
    /// A folder.
    Dir {
        /// Permission bits; none: those that it has, or 0755.
        mode: Option<u32>,
    },
    /// What a copy has of this path, of a folder only itself.
    Copy {
        /// The copy of this path alone.
        one: Snapshot,
        /// Where its bytes lie.
        store: PathBuf,
    },
    /// What a copy would have of this path; only in a preview.
    Copied(Now),
    /// A change that can't be told before it is done, in words; only in a preview.
    Later(String),
}

impl Want {
    /// What will stand there where something else stands now, and how it gets there.
    pub(super) fn over(self, now: &State, scene: &Scene<'_>) -> Result<(State, Put), Fault> {
        let (to, put) = match self {
            Self::Absent => (State::Absent, Put::Nothing),
            Self::File { content, mode } => {
                let old = if let State::File { mode, .. } = now { Some(*mode) } else { None };
                let bytes = content.bytes(scene)?;
                let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
                (State::File { mode: mode.over(old), size, digest }, Put::Bytes(bytes))
            }
            Self::Dir { mode } => {
                let old = if let State::Dir { mode } = now { Some(*mode) } else { None };
                (State::Dir { mode: mode.or(old).unwrap_or(0o755) }, Put::Nothing)
            }
            Self::Copy { one, store } => (one.state(), Put::Back { one, store }),
            Self::Copied(_) | Self::Later(_) => {
                return Err(Fault::new("what is wanted here is known only to a preview"));
            }
        };
        Ok((to, put))
    }
}

impl Content {
    fn bytes(self, scene: &Scene<'_>) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Text(text) => scene.fill(&text).map(String::into_bytes),
        }
    }

    /// What a source of the plan makes a file hold.
    pub(super) fn of(source: &Json, scene: &Scene<'_>) -> Result<Self, Fault> {
        match source.get("text") {
            Some(text) => self::text(text).map(Self::Text),
            None => scene.bytes(source).map(Self::Bytes),
        }
    }
}

impl Mode {
    /// The bits that a source of the plan says: whether it can be executed. The others are the target's own affair.
    pub(super) fn of(source: &Json) -> Self {
        source.get("executable").and_then(Json::as_bool).map_or(Self::Kept, Self::Runs)
    }
}

/// A text of the plan, some of which may be known only later.
pub(super) fn text(json: &Json) -> Result<Text, Fault> {
    serde_json::from_value(json.clone()).map_err(|error| Fault::new(format!("the plan's text can't be read: {error}")))
}

/// A text argument or property of a call.
pub(super) fn text_of(call: &Call, name: &str) -> Result<Text, Fault> {
    let value = call.values.get(name).ok_or_else(|| Fault::new(format!("the plan has no `{name}` for it")))?;
    text(value)
}
