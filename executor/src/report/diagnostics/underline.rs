//! The rows under a source line: underlines, and the labels that hang from them.

use crate::screen::{Look, Style, safe, width, wrap};
use std::ops::Range;

/// An underlined place of one line, in columns of the screen.
pub(super) struct Bar<'a> {
    pub(super) columns: Range<usize>,
    pub(super) text: &'a str,
}

impl Bar<'_> {
    fn anchor(&self) -> usize {
        usize::midpoint(self.columns.start, self.columns.end)
    }

    fn line(&self, look: Look) -> String {
        let rule = look.pick("─", "^");
        let left = rule.repeat(self.anchor() - self.columns.start);
        let right = rule.repeat(self.columns.end.saturating_sub(self.anchor() + 1));
        let middle = if self.text.is_empty() { rule } else { look.pick("┬", "|") };
        format!("{left}{middle}{right}")
    }
}

/// The rows under a line, for `room` columns: the labels of a row hang from right to left, and places that overlap
/// get rows of their own.
pub(super) fn rows(bars: Vec<Bar<'_>>, room: usize, look: Look) -> Vec<String> {
    let mut out = Vec::new();
    for layer in layers(bars) {
        let mut pen = Pen::new(look);
        for bar in &layer {
            pen.put(bar.columns.start, &bar.line(look), Style::Magenta);
        }
        out.push(pen.row);
        let mut open: Vec<&Bar> = layer.iter().filter(|bar| !bar.text.is_empty()).collect();
        while let Some(bar) = open.pop() {
            out.extend(hanging(bar, &open, room, look));
        }
    }
    out
}

/// Rows of bars that don't overlap, each from left to right.
fn layers(mut bars: Vec<Bar<'_>>) -> Vec<Vec<Bar<'_>>> {
    bars.sort_by_key(|bar| bar.columns.start);
    let mut layers: Vec<Vec<Bar>> = Vec::new();
    for bar in bars {
        let free = |layer: &&mut Vec<Bar>| layer.last().is_some_and(|last| last.columns.end <= bar.columns.start);
        match layers.iter_mut().find(free) {
            Some(layer) => layer.push(bar),
            None => layers.push(vec![bar]),
        }
    }
    layers
}

/// Less room than this makes a ragged column of words.
const LEAST_ROOM: usize = 16;

/// The text of a bar, at the right of its hook, or at the left where only there is room.
fn hanging(bar: &Bar, open: &[&Bar], room: usize, look: Look) -> Vec<String> {
    let text = safe(bar.text, look);
    let anchor = bar.anchor();
    let (right, left) = (room.saturating_sub(anchor + 4), anchor.saturating_sub(3));
    let lines = wrap(&text, right);
    let fits = right >= LEAST_ROOM.min(width(&text)) && lines.iter().all(|line| width(line) <= right);
    match open {
        _ if fits => hang_right(bar, open, &lines, look),
        [] if left > right => hang_left(anchor, &wrap(&text, left), look),
        _ => hang_right(bar, open, &[text], look),
    }
}

fn hang_right(bar: &Bar, open: &[&Bar], lines: &[String], look: Look) -> Vec<String> {
    let mut hook = Some(look.pick("╰──", "`--"));
    let row = |line: &String| {
        let mut pen = Pen::new(look);
        for other in open {
            pen.put(other.anchor(), look.pick("│", "|"), Style::Magenta);
        }
        if let Some(hook) = hook.take() {
            pen.put(bar.anchor(), hook, Style::Magenta);
        }
        pen.put(bar.anchor() + 4, line, Style::Plain);
        pen.row
    };
    lines.iter().map(row).collect()
}

fn hang_left(anchor: usize, lines: &[String], look: Look) -> Vec<String> {
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let mut hook = Some(look.pick("──╯", "--'"));
    let row = |line: &String| {
        let mut pen = Pen::new(look);
        pen.put((anchor - 2).saturating_sub(widest + 1), line, Style::Plain);
        if let Some(hook) = hook.take() {
            pen.put(anchor - 2, hook, Style::Magenta);
        }
        pen.row
    };
    lines.iter().map(row).collect()
}

/// Writes a row from left to right.
struct Pen {
    row: String,
    column: usize,
    look: Look,
}

impl Pen {
    fn new(look: Look) -> Self {
        Self { row: String::new(), column: 0, look }
    }

    fn put(&mut self, column: usize, text: &str, style: Style) {
        self.row.push_str(&" ".repeat(column.saturating_sub(self.column)));
        self.row.push_str(&style.paint(text, self.look));
        self.column = self.column.max(column) + width(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { ascii: false, color: false, width: 80 };

    fn drawn(bars: &[(Range<usize>, &str)], room: usize, look: Look) -> String {
        let bars = bars.iter().map(|(columns, text)| Bar { columns: columns.clone(), text }).collect();
        rows(bars, room, look).join("\n")
    }

    #[test]
    fn two_labels_of_a_line_hang_side_by_side() {
        let told = drawn(&[(20..26, "but may be 1h old"), (2..7, "good for 3d")], 70, LOOK);
        assert_eq!(
            told,
            "  ──┬──             ───┬──\n    \
               │                  ╰── but may be 1h old\n    \
               ╰── good for 3d"
        );
    }

    #[test]
    fn places_that_overlap_get_rows_of_their_own() {
        let told = drawn(&[(0..9, "all"), (4..7, "of this")], 70, LOOK);
        assert_eq!(told, "────┬────\n    ╰── all\n    ─┬─\n     ╰── of this");
    }

    #[test]
    fn a_long_label_wraps_under_itself_and_keeps_other_hooks() {
        let told = drawn(&[(0..3, "one"), (10..13, "a label that says more than fits into this room")], 45, LOOK);
        assert_eq!(
            told,
            "─┬─       ─┬─\n \
              │         ╰── a label that says more than\n \
              │             fits into this room\n \
              ╰── one"
        );
    }

    #[test]
    fn a_label_at_the_right_edge_hangs_to_the_left() {
        assert_eq!(
            drawn(&[(36..41, "did you mean `within`?")], 44, LOOK),
            "                                    ──┬──\n             did you mean `within`? ──╯"
        );
        let ascii = Look { ascii: true, ..LOOK };
        assert_eq!(
            drawn(&[(36..41, "a text so long that it takes two lines at the left")], 44, ascii),
            "                                    ^^|^^\n   a text so long that it takes two --'\n   lines at the left"
        );
    }

    #[test]
    fn without_a_text_nothing_hangs() {
        assert_eq!(drawn(&[(2..5, "")], 70, LOOK), "  ───");
    }
}
