//! The KDL crate alone on a file: the floor under what `switchback check` can take.

use crate::outcome::Outcome;
use kdl::KdlDocument;
use std::path::Path;

/// Parses the file and forgets the document.
pub fn parse(file: &Path) -> Outcome {
    let text = std::fs::read_to_string(file)?;
    let document: KdlDocument = text.parse()?;
    Ok(!document.nodes().is_empty())
}
