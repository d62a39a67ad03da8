//! A source line as the terminal shows it, and the part of it that fits.

use crate::screen::{Look, shown, width};
use std::ops::Range;

/// Tabs reach to the next multiple of this many columns.
const TAB: usize = 4;

/// The characters of a line in their columns.
pub(super) struct Row {
    cells: Vec<Cell>,
    width: usize,
}

struct Cell {
    text: String,
    columns: Range<usize>,
}

impl Row {
    pub(super) fn new(line: &str, look: Look) -> Self {
        let mut row = Self { cells: Vec::with_capacity(line.len()), width: 0 };
        line.chars().for_each(|c| row.push(c, look));
        row
    }

    fn push(&mut self, c: char, look: Look) {
        let mut text = String::new();
        if c == '\t' {
            text = " ".repeat(TAB - self.width % TAB);
        } else {
            shown(c, look, &mut text);
        }
        let end = self.width + width(&text);
        self.cells.push(Cell { text, columns: self.width..end });
        self.width = end;
    }

    /// The columns of the characters `from` to `to`, at least one.
    pub(super) fn columns(&self, from: usize, to: usize) -> Range<usize> {
        let column = |at: usize| self.cells.get(at).map_or(self.width, |cell| cell.columns.start);
        column(from)..column(to).max(column(from) + 1)
    }

    /// What of the line a window shows.
    pub(super) fn cut(&self, window: &Window, look: Look) -> String {
        let mut out = String::new();
        if window.columns.start > 0 {
            out.push_str(look.ellipsis());
        }
        for cell in &self.cells {
            let from = cell.columns.start.max(window.columns.start);
            let to = cell.columns.end.min(window.columns.end);
            if (from, to) == (cell.columns.start, cell.columns.end) {
                out.push_str(&cell.text);
            } else {
                // Half of a wide character is an empty column.
                out.push_str(&" ".repeat(to.saturating_sub(from)));
            }
        }
        if window.columns.end < self.width {
            out.push_str(look.ellipsis());
        }
        out
    }

    /// The window of at most `room` columns around a place; the whole line when it fits.
    pub(super) fn window(&self, around: &Range<usize>, room: usize, look: Look) -> Window {
        let mark = width(look.ellipsis());
        let lead = |start: usize| if start > 0 { mark } else { 0 };
        let columns = if self.width <= room {
            0..self.width.max(around.end)
        } else if around.end + mark <= room {
            0..room - mark
        } else {
            // The place in the middle, or from its beginning when it is longer than the room.
            let inner = room.saturating_sub(2 * mark).max(1);
            let before = inner.saturating_sub(around.len()) / 2;
            let start = around.start.saturating_sub(before).min(self.width.saturating_sub(inner));
            start..start + inner
        };
        Window { shift: lead(columns.start), columns }
    }
}

/// The columns of a line that are shown.
pub(super) struct Window {
    columns: Range<usize>,
    shift: usize,
}

impl Window {
    /// Whether all of a place is shown.
    pub(super) fn holds(&self, place: &Range<usize>) -> bool {
        self.columns.start <= place.start && place.end <= self.columns.end
    }

    /// Where a place is on the screen, as far as it is shown.
    pub(super) fn on_screen(&self, place: &Range<usize>) -> Range<usize> {
        let last = self.columns.end.saturating_sub(1);
        let start = place.start.clamp(self.columns.start, last.max(self.columns.start));
        let end = place.end.min(self.columns.end).max(start + 1);
        let moved = |column: usize| column - self.columns.start + self.shift;
        moved(start)..moved(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { ascii: false, color: false, width: 80 };

    #[test]
    fn tabs_and_wide_characters_take_their_columns() {
        let row = Row::new("\ta\t漢b", LOOK);
        assert_eq!(row.columns(1, 2), 4..5);
        assert_eq!(row.columns(3, 4), 8..10);
        assert_eq!(row.columns(9, 9), 11..12);
        assert_eq!(row.cut(&row.window(&(0..1), 80, LOOK), LOOK), "    a   漢b");
    }

    #[test]
    fn a_window_shows_the_place() {
        let row = Row::new(&"0123456789".repeat(10), LOOK);
        let shown = |around: &Range<usize>| row.cut(&row.window(around, 20, LOOK), LOOK);
        assert_eq!(shown(&(2..5)), "0123456789012345678…");
        assert_eq!(shown(&(50..54)), "…345678901234567890…");
        assert_eq!(shown(&(97..100)), "…234567890123456789");
        assert_eq!(shown(&(30..90)), "…012345678901234567…");
        assert_eq!(row.window(&(50..54), 20, LOOK).on_screen(&(50..54)), 8..12);
        assert_eq!(row.window(&(30..90), 20, LOOK).on_screen(&(30..90)), 1..19);
    }

    #[test]
    fn half_of_a_wide_character_is_an_empty_column() {
        let row = Row::new(&"漢".repeat(30), LOOK);
        let window = row.window(&(31..32), 20, LOOK);
        assert_eq!(width(&row.cut(&window, LOOK)), 20);
    }

    #[test]
    fn ascii_windows_have_room_for_three_dots() {
        let look = Look { ascii: true, ..LOOK };
        let row = Row::new(&"0123456789".repeat(10), look);
        assert_eq!(row.cut(&row.window(&(50..54), 20, look), look), "...56789012345678...".to_owned());
    }
}
