//! `bundle.json`: the list of all parts, whose digest is the bundle's.

use super::BundleError;
use crate::world::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the file; a reader refuses any other.
pub(super) const FORMAT: u64 = 1;

/// A line a source; no project has as many.
const MOST: u64 = 8 << 20;

/// The list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// [`FORMAT`].
    pub format: u64,
    /// Of `plan.json`.
    pub plan: Digest,
    /// Of `preview.json`.
    pub preview: Digest,
    /// The size of each blob, by the hex digits of its digest.
    pub blobs: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Versioned {
    format: u64,
}

impl Manifest {
    /// Its canonical bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleError> {
        serde_json::to_vec(self).map_err(|error| unreadable(&error))
    }

    /// From its bytes, which must be the canonical ones.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() as u64 > MOST {
            return Err(BundleError::LargePart { name: "bundle.json".to_owned(), most: MOST });
        }
        // The format first: another one may have other fields.
        let Versioned { format } = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
        if format != FORMAT {
            return Err(BundleError::Format { found: format });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
        if manifest.to_bytes()? == bytes { Ok(manifest) } else { Err(BundleError::NotOurs) }
    }
}

fn unreadable(error: &serde_json::Error) -> BundleError {
    BundleError::Unreadable { name: "bundle.json", why: error.to_string() }
}
