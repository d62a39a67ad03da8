//! Places in the sources, for people.

use crate::source::Span;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A place in the sources, for people; the span is only there while compiling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The file, relative to the project.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Where diagnostics point.
    #[serde(skip)]
    pub span: Span,
}
