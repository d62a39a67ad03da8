//! The parts as bytes, in their order in the file.

use super::archive::{self, Entry, Expected};
use super::sources::missing_blob;
use super::{BundleError, Manifest};
use crate::preview::Preview;
use crate::site::Blobs;
use crate::world::Digest;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io::Write;
use switchback_compiler::plan::{FORMAT, Plan};

const MANIFEST: &str = "bundle.json";
const PLAN: &str = "plan.json";
const PREVIEW: &str = "preview.json";
const MADE: &str = "made.json";
const BLOBS: &str = "blobs/";

/// JSON takes many times its size once it is read; the largest plan that was tried has 2 MiB.
const MOST_PLAN: u64 = 16 << 20;
/// A preview has a line for each file that was looked at.
const MOST_PREVIEW: u64 = 32 << 20;

/// All parts but `made.json`.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub manifest: Vec<u8>,
    plan: Vec<u8>,
    preview: Vec<u8>,
    pub blobs: Blobs,
}

impl Parts {
    pub fn of(plan: &Plan, preview: &Preview, blobs: &Blobs) -> Result<Self, BundleError> {
        let plan = plan.canonical();
        let preview = serde_json::to_vec(preview).map_err(|error| unreadable("preview.json", &error))?;
        let manifest = Manifest {
            format: super::manifest::FORMAT,
            plan: Digest::of(&plan),
            preview: Digest::of(&preview),
            blobs: blobs.all().iter().map(|(digest, bytes)| (digest.clone(), bytes.len() as u64)).collect(),
        };
        let parts = Self { manifest: manifest.to_bytes()?, plan, preview, blobs: blobs.clone() };
        parts.bounded()?;
        parts.whole(&manifest)?;
        parts.plan()?;
        Ok(parts)
    }

    /// Writes the file's bytes.
    pub fn archive(&self, made: &[u8], to: impl Write) -> Result<(), BundleError> {
        let named = [(MANIFEST, &self.manifest), (PLAN, &self.plan), (PREVIEW, &self.preview)];
        let mut entries: Vec<Entry<'_>> =
            named.iter().map(|(name, bytes)| Entry { name: (*name).to_owned(), bytes }).collect();
        entries.extend(self.blobs.all().iter().map(|(hex, bytes)| Entry { name: format!("{BLOBS}{hex}"), bytes }));
        entries.push(Entry { name: MADE.to_owned(), bytes: made });
        archive::write(&entries, to)
    }

    /// The parts of a file, each with the digest that it must have, and `made.json`.
    pub fn read(file: &[u8]) -> Result<(Self, Vec<u8>), BundleError> {
        let mut entries = archive::read(file)?.into_iter();
        let mut next = |name: &str| match entries.next() {
            Some(entry) if entry.name == name => Ok(entry.bytes.to_vec()),
            Some(entry) if !is_part(&entry.name) => Err(BundleError::Foreign(entry.name)),
            _ => Err(BundleError::Missing(name.to_owned())),
        };
        let manifest = next(MANIFEST)?;
        let list = Manifest::from_bytes(&manifest)?;
        let (plan, preview) = (next(PLAN)?, next(PREVIEW)?);
        let mut blobs = BTreeMap::new();
        for hex in list.blobs.keys() {
            blobs.insert(hex.clone(), next(&format!("{BLOBS}{hex}"))?);
        }
        let made = next(MADE)?;
        if let Some(entry) = entries.next() {
            return Err(BundleError::Foreign(entry.name));
        }
        let parts = Self { manifest, plan, preview, blobs: Blobs::new(blobs) };
        parts.bounded()?;
        parts.whole(&list)?;
        let mut expected = Expected::new(file);
        parts.archive(&made, &mut expected)?;
        if expected.was_written() { Ok((parts, made)) } else { Err(BundleError::NotOurs) }
    }

    fn bounded(&self) -> Result<(), BundleError> {
        let bound = |name: &str, bytes: &[u8], most: u64| {
            let large = || BundleError::LargePart { name: name.to_owned(), most };
            if bytes.len() as u64 > most { Err(large()) } else { Ok(()) }
        };
        bound(PLAN, &self.plan, MOST_PLAN)?;
        bound(PREVIEW, &self.preview, MOST_PREVIEW)
    }

    /// Every part has the digest that the list says.
    fn whole(&self, list: &Manifest) -> Result<(), BundleError> {
        let damaged = |name: &str| Err(BundleError::Damaged(name.to_owned()));
        if Digest::of(&self.plan) != list.plan {
            return damaged(PLAN);
        }
        if Digest::of(&self.preview) != list.preview {
            return damaged(PREVIEW);
        }
        for (hex, bytes) in self.blobs.all() {
            let fits =
                blake3::hash(bytes).to_hex().as_str() == hex && list.blobs.get(hex) == Some(&(bytes.len() as u64));
            if !fits {
                return damaged(&format!("{BLOBS}{hex}"));
            }
        }
        Ok(())
    }

    /// The plan, all of whose sources are there.
    pub fn plan(&self) -> Result<Plan, BundleError> {
        if let Some(missing) = missing_blob(&self.plan, self.blobs.all()).map_err(|error| unreadable(PLAN, &error))? {
            return Err(BundleError::NoBlob(missing));
        }
        let plan: Plan = parsed(PLAN, &self.plan)?;
        if plan.format == FORMAT { Ok(plan) } else { Err(BundleError::Plan { found: plan.format }) }
    }

    pub fn preview(&self) -> Result<Preview, BundleError> {
        parsed(PREVIEW, &self.preview)
    }
}

fn is_part(name: &str) -> bool {
    [MANIFEST, PLAN, PREVIEW, MADE].contains(&name) || name.starts_with(BLOBS)
}

fn parsed<T: DeserializeOwned>(name: &'static str, bytes: &[u8]) -> Result<T, BundleError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &'static str, error: &serde_json::Error) -> BundleError {
    BundleError::Unreadable { name, why: error.to_string() }
}
