//! A terminal of so many columns, as far as we use one.

use crate::screen::width;

/// What a terminal shows, with all that scrolled away.
#[derive(Default)]
pub(super) struct Screen {
    columns: usize,
    lines: Vec<String>,
    row: usize,
}

impl Screen {
    /// Shows a text. Lines wrap as a terminal wraps them.
    pub(super) fn of(text: &str, columns: usize) -> Self {
        let mut screen = Self { columns, lines: vec![String::new()], row: 0 };
        let mut pieces = text.split('\u{1b}');
        screen.print(pieces.next().unwrap());
        for piece in pieces {
            let end = piece.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            let (code, rest) = piece.split_at(end);
            screen.control(code, rest.chars().next().unwrap());
            screen.print(&rest[1..]);
        }
        screen
    }

    fn control(&mut self, code: &str, letter: char) {
        let number: usize = code.trim_start_matches('[').split(';').next().unwrap().parse().unwrap_or(0);
        match letter {
            'F' => self.row = self.row.checked_sub(number).unwrap(),
            'J' => self.lines.truncate(self.row),
            'm' => {}
            other => unreachable!("{other} is not used"),
        }
        if self.lines.len() == self.row {
            self.lines.push(String::new());
        }
    }

    fn print(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' || width(&self.lines[self.row]) + width(&c.to_string()) > self.columns {
                self.row += 1;
                if self.lines.len() == self.row {
                    self.lines.push(String::new());
                }
            }
            if c != '\n' {
                self.lines[self.row].push(c);
            }
        }
    }

    /// All lines.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }
}
