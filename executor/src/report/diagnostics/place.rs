//! Where a label is, as data formats say it.

use switchback_compiler::source::{SourceSet, Span};

/// A place with both ends; lines and columns from 1, columns in characters, the end column the one after the place.
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    /// Bytes of the file before the place.
    pub(super) offset: u32,
    /// Bytes.
    pub(super) length: u32,
}

impl Place {
    pub(super) fn of(sources: &SourceSet, span: Span) -> Option<Self> {
        let file = sources.file_of(span)?;
        let start = sources.locate(span);
        let end = sources.locate(Span::new(span.end(), 0));
        Some(Self {
            path: start.path,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            offset: span.start - file.base,
            length: span.len,
        })
    }
}
