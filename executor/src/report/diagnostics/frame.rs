//! The frames under a message: the lines at fault with their labels.
//!
//! Drawn here and not by miette: its frames come in the order of the sources, not of the labels; it can't show a part
//! of a long line; and it passes on what a hostile source does to a terminal.

use super::line::Row;
use super::underline::{Bar, rows};
use crate::screen::{Look, Style, pad_left, safe};
use switchback_compiler::diagnostic::Label;
use switchback_compiler::source::{Location, SourceFile, SourceSet};

/// Labels of one file that are at most this many lines apart share a frame: two lines between them still read as
/// one place, while a whole node between them takes the eye off both.
const NEAR: usize = 3;

/// All frames of a diagnostic, in the order of its labels.
pub(super) fn frames(sources: &SourceSet, labels: &[Label], look: Look) -> String {
    let mut frames: Vec<Frame> = Vec::new();
    for label in labels {
        let Some(file) = sources.file_of(label.span) else { continue };
        let place = sources.locate(label.span);
        let mark = Mark::new(sources, label, &place);
        match frames.iter_mut().find(|frame| frame.is_near(file, mark.line)) {
            Some(frame) => frame.marks.push(mark),
            None => frames.push(Frame { file, place, marks: vec![mark] }),
        }
    }
    frames.iter().map(|frame| frame.draw(look)).collect()
}

/// A label in its line.
struct Mark<'a> {
    /// From 1.
    line: usize,
    /// Characters of the line before the place.
    from: usize,
    /// Characters of the line to the end of the place; of a place in several lines only the first one counts.
    to: usize,
    text: &'a str,
}

impl<'a> Mark<'a> {
    fn new(sources: &SourceSet, label: &'a Label, place: &Location) -> Self {
        let from = (place.column as usize).saturating_sub(1);
        let shown = sources.text(label.span).lines().next().unwrap_or_default().trim_end();
        Self { line: place.line as usize, from, to: from + shown.chars().count(), text: &label.text }
    }
}

struct Frame<'a> {
    file: &'a SourceFile,
    /// Of the first label.
    place: Location,
    marks: Vec<Mark<'a>>,
}

impl Frame<'_> {
    fn is_near(&self, file: &SourceFile, line: usize) -> bool {
        self.file.base == file.base && self.marks.iter().any(|mark| mark.line.abs_diff(line) <= NEAR)
    }

    fn draw(&self, look: Look) -> String {
        let lines = || self.marks.iter().map(|mark| mark.line);
        let (first, last) = (lines().min().unwrap_or(1), lines().max().unwrap_or(1));
        let gutter = Gutter { digits: last.to_string().len(), look };
        let path = safe(&self.place.path, look);
        let place = format!("{}:{}:{}", path, self.place.line, self.place.column);
        let mut out = gutter.row(&format!("{}[{place}]", look.pick("╭─", ",-")));
        // A place at the very end of a file lies in a line that the text does not have.
        let texts = self.file.text.lines().chain(std::iter::repeat("")).skip(first - 1);
        for (line, text) in (first..=last).zip(texts) {
            let marks: Vec<&Mark> = self.marks.iter().filter(|mark| mark.line == line).collect();
            draw_line(line, text, &marks, &gutter, &mut out);
        }
        out + &gutter.row(look.pick("╰────", "`----"))
    }
}

/// A line with its labels; once for each of them when they don't fit beside each other.
fn draw_line(line: usize, text: &str, marks: &[&Mark], gutter: &Gutter, out: &mut String) {
    let row = Row::new(text, gutter.look);
    let places: Vec<_> = marks.iter().map(|mark| row.columns(mark.from, mark.to)).collect();
    let start = places.iter().map(|place| place.start).min().unwrap_or(0);
    let around = start..places.iter().map(|place| place.end).max().unwrap_or(start);
    let window = row.window(&around, gutter.room(), gutter.look);
    if marks.len() > 1 && !window.holds(&around) {
        for mark in marks {
            draw_line(line, text, &[*mark], gutter, out);
        }
        return;
    }
    out.push_str(&gutter.numbered(line, &row.cut(&window, gutter.look)));
    let bar = |at: &std::ops::Range<usize>, text| Bar { columns: window.on_screen(at), text };
    let bars = marks.iter().zip(&places).map(|(mark, place)| bar(place, mark.text)).collect();
    out.extend(rows(bars, gutter.room(), gutter.look).iter().map(|row| gutter.under(row)));
}

/// The column of line numbers.
struct Gutter {
    digits: usize,
    look: Look,
}

impl Gutter {
    /// What is left for the source.
    fn room(&self) -> usize {
        self.look.width.saturating_sub(self.digits + 4).max(1)
    }

    fn row(&self, text: &str) -> String {
        format!("{}{text}\n", " ".repeat(self.digits + 2))
    }

    fn numbered(&self, line: usize, text: &str) -> String {
        let number = format!(" {} {}", pad_left(&line.to_string(), self.digits), self.look.pick("│", "|"));
        format!("{} {text}", Style::Dim.paint(&number, self.look)).trim_end().to_owned() + "\n"
    }

    fn under(&self, text: &str) -> String {
        self.row(&format!("{} {text}", Style::Dim.paint(self.look.pick("·", ":"), self.look)))
    }
}
