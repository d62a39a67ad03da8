//! Tables: two spaces between columns, no rules, figures at the right of theirs.

use super::layout::{pad, pad_left};
use super::text::width;

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    heading: String,
    least: usize,
    figures: bool,
}

impl Column {
    /// A column of text.
    pub fn text(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), least: 0, figures: false }
    }

    /// A column of numbers, which end under each other.
    pub fn figures(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), least: 0, figures: true }
    }

    /// At least this wide, so that tables under each other line up.
    #[must_use]
    pub fn at_least(mut self, columns: usize) -> Self {
        self.least = columns;
        self
    }
}

/// Rows under headings.
#[derive(Clone, Debug)]
pub struct Table {
    indent: usize,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; without any heading there is no heading line.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { indent: 0, columns, rows: Vec::new() }
    }

    /// With this many spaces before each line.
    #[must_use]
    pub fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// Adds a row; cells may be painted, and cells past the last column are left out.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The lines, each with its end and without spaces before it.
    pub fn render(&self) -> String {
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.clone()).collect();
        let head = headings.iter().any(|heading| !heading.is_empty()).then_some(&headings);
        let widths = self.widths();
        head.into_iter().chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max();
        let column =
            |(at, column): (usize, &Column)| widest(at).unwrap_or(0).max(width(&column.heading)).max(column.least);
        self.columns.iter().enumerate().map(column).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cell = |((column, cell), columns): ((&Column, &String), &usize)| {
            if column.figures { pad_left(cell, *columns) } else { pad(cell, *columns) }
        };
        let cells: Vec<String> = self.columns.iter().zip(row).zip(widths).map(cell).collect();
        format!("{}{}", " ".repeat(self.indent), cells.join("  ")).trim_end().to_owned() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_end_under_each_other() {
        let mut table = Table::new(vec![
            Column::text("layer").at_least(13),
            Column::figures("steps"),
            Column::figures("+").at_least(3),
            Column::text("way back"),
        ]);
        table.row(["user-space", "40", "14", "copies of 40 objects"]);
        table.row(["cloud-kernel", "1", ".", ""]);
        let told = "layer          steps    +  way back\n\
                    user-space        40   14  copies of 40 objects\n\
                    cloud-kernel       1    .\n";
        assert_eq!(table.render(), told);
    }

    #[test]
    fn without_headings_there_are_only_rows() {
        let mut table = Table::new(vec![Column::text(""), Column::text("")]).indented(2);
        table.row(["漢字", "two"]);
        table.row(["three", "4"]);
        assert_eq!(table.render(), "  漢字   two\n  three  4\n");
    }
}
