//! All source files of one compilation, in one space of offsets.
//!
//! A [`Span`] is a place in that space, so one diagnostic can point into several files and no span needs to carry
//! a file with it. The set is the one `miette::SourceCode` that frames are drawn from.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A place in a [`SourceSet`], in bytes of the space that all its files share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

impl Span {
    /// The place from `start` on, `len` bytes long.
    pub fn new(start: usize, len: usize) -> Self {
        Self { start: start as u32, len: len as u32 }
    }

    /// The first byte after the place.
    pub fn end(self) -> usize {
        (self.start + self.len) as usize
    }

    /// From the beginning of `self` to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, len: (other.start + other.len).saturating_sub(self.start) }
    }
}

impl From<Span> for SourceSpan {
    fn from(span: Span) -> Self {
        Self::new((span.start as usize).into(), span.len as usize)
    }
}

/// One source file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the project's folder, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Where the file begins in the shared space.
    pub base: u32,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(path: String, text: String, base: u32) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(newlines).collect();
        Self { path, text, base, line_starts }
    }

    /// Zero-based line of a byte of this file.
    fn line_of(&self, local: usize) -> usize {
        self.line_starts.partition_point(|start| *start as usize <= local).saturating_sub(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line).map_or(self.text.len(), |start| *start as usize)
    }
}

/// A place as people and editors count it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// Path relative to the project's folder.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// All files of a compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceSet {
    files: Vec<SourceFile>,
    end: u32,
}

impl SourceSet {
    /// Adds a file and returns where it begins.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> u32 {
        let (base, text) = (self.end, text.into());
        // One byte between files keeps the end of one apart from the beginning of the next.
        self.end = base + text.len() as u32 + 1;
        self.files.push(SourceFile::new(path.into(), text, base));
        base
    }

    /// Adds a file unless it is there, so that what is told of it twice is told once.
    pub fn add_once(&mut self, path: &str, text: &str) -> u32 {
        let known = self.files.iter().find(|file| file.path == path && file.text == text).map(|file| file.base);
        known.unwrap_or_else(|| self.add(path, text))
    }

    /// All files, in the order in which they were added.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file that a place lies in.
    pub fn file_of(&self, span: Span) -> Option<&SourceFile> {
        let index = self.files.partition_point(|file| file.base <= span.start).checked_sub(1)?;
        self.files.get(index)
    }

    /// The text of a place; empty when it is out of range.
    pub fn text(&self, span: Span) -> &str {
        self.file_of(span)
            .and_then(|file| {
                let start = (span.start - file.base) as usize;
                file.text.get(start..start + span.len as usize)
            })
            .unwrap_or_default()
    }

    /// File, line and column of a place.
    pub fn locate(&self, span: Span) -> Location {
        let Some(file) = self.file_of(span) else {
            return Location { path: String::new(), line: 1, column: 1 };
        };
        let local = ((span.start - file.base) as usize).min(file.text.len());
        let line = file.line_of(local);
        let column = file.text.get(file.line_start(line)..local).map_or(0, |before| before.chars().count());
        Location { path: file.path.clone(), line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The whole line that a place begins in, without its end.
    pub fn line_text(&self, span: Span) -> &str {
        let Some(file) = self.file_of(span) else { return "" };
        let line = file.line_of((span.start - file.base) as usize);
        let range = file.line_start(line)..file.line_start(line + 1);
        file.text.get(range).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// What follows a place on the line on which it ends.
    pub fn line_after(&self, span: Span) -> &str {
        let Some(file) = self.file_of(span) else { return "" };
        let rest = file.text.get((span.end() - file.base as usize)..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }
}

impl SourceCode for SourceSet {
    /// Returns whole lines around the place, and only of the file it lies in: miette then draws one frame a file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let asked = Span::new(span.offset(), span.len());
        let file = self.file_of(asked).ok_or(MietteError::OutOfBounds)?;
        let start = span.offset() - file.base as usize;
        let end = start + span.len();
        if end > file.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = file.line_of(start).saturating_sub(before);
        let last = file.line_of(end.saturating_sub(usize::from(!span.is_empty()))) + after;
        let from = file.line_start(first);
        let text = file.text.get(from..file.line_start(last + 1)).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            file.path.clone(),
            text.as_bytes(),
            (file.base as usize + from, text.len()).into(),
            first,
            0,
            text.lines().count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_its_file() {
        let mut set = SourceSet::default();
        set.add("a.kdl", "one\ntwo\n");
        let base = set.add("b.kdl", "dré\nvier");
        let at = Span::new(base as usize + 5, 4);
        assert_eq!(set.text(at), "vier");
        assert_eq!(set.locate(at), Location { path: "b.kdl".into(), line: 2, column: 1 });
        assert_eq!(set.locate(Span::new(4, 3)).line, 2);
        assert_eq!(set.line_text(Span::new(5, 1)), "two");
    }

    #[test]
    fn a_span_over_two_files_is_out_of_bounds() {
        let mut set = SourceSet::default();
        set.add("a.kdl", "one\n");
        set.add("b.kdl", "two\n");
        assert!(set.read_span(&(0, 7).into(), 0, 0).is_err());
        assert!(set.read_span(&(5, 3).into(), 1, 1).is_ok());
    }
}
