//! Manifests: YAML or JSON text, as objects with their places.

mod doubt;
mod error;
mod node;
mod read;
#[cfg(test)]
mod tests;

pub use doubt::Doubtful;
pub use error::ManifestError;
pub use read::{Manifest, read};
