//! The bundle: what is reviewed, signed and run, as one file `NAME.swb`.
//!
//! | part | what it is |
//! | --- | --- |
//! | `bundle.json` | the format and the digest of each part; its own digest is the bundle's |
//! | `plan.json` | the compiled plan |
//! | `preview.json` | what the plan would change on the target, and what was seen there |
//! | `blobs/HEX` | the bytes of a source, by their digest |
//! | `made.json` | when, where and by whom it was made: outside of the digest |
//!
//! The file is a plain tar without a time or an owner in it: the same plan, preview and sources give the same digest,
//! and but for `made.json` the same bytes. Reading is strict: a file is only accepted when writing its parts again
//! gives back its very bytes, so no bit of it goes unnoticed.

mod archive;
mod made;
mod manifest;
mod parts;
mod sources;

#[cfg(test)]
mod tests;

pub use made::Made;

use crate::durable;
use crate::preview::{Changed, Preview};
use crate::site::Blobs;
use crate::world::Digest;
use manifest::Manifest;
use parts::Parts;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use switchback_compiler::plan::Plan;

/// A larger file is no bundle of anybody's: sources are read into memory.
const MOST: u64 = 256 << 20;

/// A plan, what it would change, and all bytes that it needs.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The plan.
    pub plan: Plan,
    /// What it would change.
    pub preview: Preview,
    /// The bytes of its sources.
    pub blobs: Blobs,
    parts: Parts,
}

/// Why a bundle can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is larger than any bundle may be.
    #[error("it is larger than {}", crate::screen::size(*.0))]
    TooLarge(u64),
    /// It is something else.
    #[error("it is no bundle: {0}")]
    NoBundle(&'static str),
    /// It was made by a version that we don't know.
    #[error("its format is {found}, and this Switchback reads format {}", manifest::FORMAT)]
    Format {
        /// What it says.
        found: u64,
    },
    /// A part is not where it must be.
    #[error("`{0}` is missing, or not in its place")]
    Missing(String),
    /// There is something that belongs to no bundle.
    #[error("`{0}` does not belong into a bundle")]
    Foreign(String),
    /// A part has not the bytes that the bundle says.
    #[error("`{0}` is damaged: it has not the digest that the bundle says")]
    Damaged(String),
    /// A part is larger than it may be.
    #[error("`{name}` is larger than {}", crate::screen::size(*.most))]
    LargePart {
        /// The part.
        name: String,
        /// What is allowed, in bytes.
        most: u64,
    },
    /// A part makes no sense.
    #[error("`{name}` can't be read: {why}")]
    Unreadable {
        /// The part.
        name: &'static str,
        /// Why.
        why: String,
    },
    /// A plan of another format.
    #[error("its plan has format {found}, and this Switchback runs format {}", switchback_compiler::plan::FORMAT)]
    Plan {
        /// What it says.
        found: u32,
    },
    /// The plan uses bytes that the bundle lacks.
    #[error("the plan uses {0}, which the bundle does not hold")]
    NoBlob(String),
    /// Something outside of all parts is not as it is written.
    #[error("it is damaged outside of its parts, or was not written by Switchback")]
    NotOurs,
}

impl Bundle {
    /// Of a compiled plan and its preview.
    pub fn new(plan: Plan, preview: Preview, blobs: Blobs) -> Result<Self, BundleError> {
        let parts = Parts::of(&plan, &preview, &blobs)?;
        Ok(Self { plan, preview, blobs, parts })
    }

    /// What is signed: the digest of `bundle.json`.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.parts.manifest)
    }

    /// The digest as screens show it: `b3:` and 12 hex digits.
    pub fn short(&self) -> String {
        self.digest().to_string().chars().take(15).collect()
    }

    /// The file's bytes.
    pub fn to_bytes(&self, made: &Made) -> Result<Vec<u8>, BundleError> {
        let mut bytes = Vec::new();
        self.parts.archive(&made.sealed(&self.digest())?, &mut bytes)?;
        Ok(bytes)
    }

    /// From a file's bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Made), BundleError> {
        let (parts, made) = Parts::read(bytes)?;
        let plan = parts.plan()?;
        let preview = parts.preview()?;
        let blobs = parts.blobs.clone();
        let bundle = Self { plan, preview, blobs, parts };
        let made = Made::unsealed(&made, &bundle.digest())?;
        Ok((bundle, made))
    }

    /// Writes the file whole: nobody ever sees half of it.
    pub fn write(&self, path: &Path, made: &Made) -> Result<(), BundleError> {
        let bytes = self.to_bytes(made)?;
        Ok(durable::write(path, &bytes, 0o644)?)
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<(Self, Made), BundleError> {
        let file = File::open(path)?;
        // All at once where it has a size: growing would take the memory of it twice.
        let mut bytes = Vec::with_capacity(file.metadata()?.len().min(MOST) as usize + 1);
        file.take(MOST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST {
            return Err(BundleError::TooLarge(MOST));
        }
        Self::from_bytes(&bytes)
    }

    /// What is not as it was when this bundle was made: resources that differ, then changes that would be others.
    pub fn changed(&self, now: &Preview) -> Vec<Changed> {
        let mut changed = self.preview.facts.changed(&now.facts, self.plan.namespace());
        let told: BTreeSet<String> = changed.iter().map(|one| one.resource.clone()).collect();
        changed.extend(self.preview.other_changes(now).into_iter().filter(|one| !told.contains(&one.resource)));
        changed
    }

    /// Whether the target is as it was when this bundle was made, as far as facts tell.
    pub fn is_of(&self, now: &Preview) -> bool {
        self.preview.facts.changed(&now.facts, self.plan.namespace()).is_empty() && now.blocked.is_empty()
    }

    /// Resources whose change is another at each of two looks, and can't be held against what was reviewed for that.
    pub fn varying(&self, now: &Preview, again: &Preview) -> BTreeSet<String> {
        if !self.is_of(now) || !self.is_of(again) {
            return BTreeSet::new();
        }
        self.preview.varying(now, again)
    }
}
