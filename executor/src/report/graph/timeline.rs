//! When what ran, as SVG: a bar a row over one axis of time.

use super::layout::text_width;
use super::ticks::ticks;
use super::xml::{FONT, FONT_SIZE, STYLE, Tone, escape, word};
use crate::screen::{Look, Sign, count, elapsed, seconds};
use std::fmt::Write;
use std::time::Duration;

/// Something that took time: a step, a wait, a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// When it began, in milliseconds from any moment that is the same for all rows.
    pub begin_ms: u64,
    /// When it ended.
    pub end_ms: u64,
    /// What became of it.
    pub sign: Sign,
    /// More about it, for the place where a pointer rests; may be empty.
    pub note: String,
}

/// From row to row.
const PITCH: usize = 26;
/// A bar's height.
const BAR: usize = 16;
/// Of the axis.
const SPAN: usize = 640;
/// The shortest bar that is seen.
const LEAST_BAR: usize = 3;
/// Around the picture, and between its columns.
const MARGIN: usize = 16;
/// Where rows begin, below the axis.
const TOP: usize = 40;

/// The rows in their order, with how long each took; the axis counts from the first beginning.
pub fn timeline(rows: &[Row]) -> String {
    let scale = Scale::of(rows);
    let width = scale.right + MARGIN + rows.iter().map(|row| text_width(&took(row))).max().unwrap_or_default() + MARGIN;
    let height = TOP + rows.len() * PITCH + MARGIN / 2;
    let title = match rows.len() {
        0 => "nothing ran".to_owned(),
        number => format!("{} in {}", count(number, "row"), seconds(Duration::from_millis(scale.span))),
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swb swb-text\" role=\"img\" aria-label=\"{title}\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"{FONT}\" \
         font-size=\"{FONT_SIZE}\" fill=\"#1f2328\">\n{STYLE}\
         <rect class=\"swb-ground\" fill=\"#ffffff\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    scale.axis(height - MARGIN / 2, &mut out);
    for (number, row) in rows.iter().enumerate() {
        scale.row(row, TOP + number * PITCH, &mut out);
    }
    out + "</svg>\n"
}

/// `✓ 2m 31s`.
fn took(row: &Row) -> String {
    let took = Duration::from_millis(row.end_ms.saturating_sub(row.begin_ms));
    format!("{} {}", row.sign.text(Look::plain()), brief(took))
}

/// As [`seconds`], but what took no second at all took its tenths.
fn brief(took: Duration) -> String {
    if took.as_millis() < 1000 { elapsed(took) } else { seconds(took) }
}

/// From times to places.
struct Scale {
    begin: u64,
    span: u64,
    left: usize,
    right: usize,
}

impl Scale {
    fn of(rows: &[Row]) -> Self {
        let begin = rows.iter().map(|row| row.begin_ms).min().unwrap_or_default();
        let end = rows.iter().map(|row| row.end_ms.max(row.begin_ms)).max().unwrap_or_default();
        let left = MARGIN + rows.iter().map(|row| text_width(&row.label)).max().unwrap_or_default() + MARGIN;
        Self { begin, span: end - begin, left, right: left + SPAN }
    }

    fn x(&self, at: u64) -> usize {
        let far = u128::from(at.saturating_sub(self.begin).min(self.span)) * SPAN as u128;
        self.left + (far / u128::from(self.span.max(1))) as usize
    }

    fn axis(&self, bottom: usize, out: &mut String) {
        for (at, word) in ticks(self.span) {
            let x = self.x(self.begin + at);
            // Writing into a string can't fail, here and below.
            let _ = writeln!(
                out,
                "<line class=\"swb-grid\" stroke=\"#d1d9e0\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{bottom}\"/>\
                 <text class=\"swb-head\" fill=\"#59636e\" x=\"{x}\" y=\"22\" text-anchor=\"middle\">{word}</text>",
                TOP - 8,
            );
        }
    }

    fn row(&self, row: &Row, top: usize, out: &mut String) {
        let Tone { class, fill, stroke } = Tone::of(Some(row.sign));
        let begin = self.x(row.begin_ms).min(self.right - LEAST_BAR);
        let bar = self.x(row.end_ms).saturating_sub(begin).max(LEAST_BAR);
        let (base, y) = (top + BAR / 2 + FONT_SIZE / 3 + 1, top);
        let (label, length, took) = (escape(&row.label), text_width(&row.label), took(row));
        let _ = writeln!(
            out,
            "<g><title>{}</title>\
             <text x=\"{MARGIN}\" y=\"{base}\" textLength=\"{length}\">{label}</text>\
             <rect class=\"{class}\" fill=\"{fill}\" stroke=\"{stroke}\" x=\"{begin}\" y=\"{y}\" width=\"{bar}\" \
             height=\"{BAR}\" rx=\"2\"/>\
             <text x=\"{}\" y=\"{base}\" textLength=\"{}\">{took}</text></g>",
            escape(&tip(row)),
            self.right + MARGIN,
            text_width(&took),
        );
    }
}

/// `portal: done, 2m 31s: +2 ~2 -1 ?1`.
fn tip(row: &Row) -> String {
    let took = Duration::from_millis(row.end_ms.saturating_sub(row.begin_ms));
    let note = if row.note.is_empty() { String::new() } else { format!(": {}", row.note) };
    format!("{}: {}, {}{note}", row.label, word(row.sign), brief(took))
}
