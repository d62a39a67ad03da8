//! `made.json`: when, where and by whom a bundle was made. Nobody signs it.

use super::BundleError;
use crate::world::Digest;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The circumstances of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// When the target was observed.
    pub at: jiff::Timestamp,
    /// How long that took.
    pub took: Duration,
    /// Who made it.
    pub by: String,
    /// On which machine.
    pub host: String,
    /// With which version of Switchback.
    pub version: String,
}

/// With a digest over itself and the bundle's: against damage, not against people.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    made: Made,
    seal: Digest,
}

impl Made {
    pub(super) fn sealed(&self, bundle: &Digest) -> Result<Vec<u8>, BundleError> {
        let sealed = Sealed { made: self.clone(), seal: self.seal(bundle)? };
        serde_json::to_vec(&sealed).map_err(|error| unreadable(&error))
    }

    pub(super) fn unsealed(bytes: &[u8], bundle: &Digest) -> Result<Self, BundleError> {
        let Sealed { made, seal } = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
        // Written again it must be the same, so that no two files hold the same.
        if made.seal(bundle)? == seal && made.sealed(bundle)? == bytes {
            Ok(made)
        } else {
            Err(BundleError::Damaged("made.json".to_owned()))
        }
    }

    fn seal(&self, bundle: &Digest) -> Result<Digest, BundleError> {
        let made = serde_json::to_vec(self).map_err(|error| unreadable(&error))?;
        Ok(Digest::of(&[bundle.to_string().as_bytes(), &made].concat()))
    }
}

fn unreadable(error: &serde_json::Error) -> BundleError {
    BundleError::Unreadable { name: "made.json", why: error.to_string() }
}
