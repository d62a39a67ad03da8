//! Tables: two spaces between columns, no rules, figures at the right of theirs.

use super::layout::{pad, pad_left, wrap};
use super::text::width;

/// A column that wraps keeps this much, however narrow the screen is.
const LEAST: usize = 12;

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
    edge: Option<usize>,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; without any heading there is no heading line.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { indent: 0, edge: None, columns, rows: Vec::new() }
    }

    /// With this many spaces before each line.
    #[must_use]
    pub fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// Not wider than this: what stands in the last column wraps under itself.
    #[must_use]
    pub fn within(mut self, edge: usize) -> Self {
        self.edge = Some(edge);
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
        let rows = self.rows.iter().flat_map(|row| self.wrapped(row, &widths));
        let head = head.map(|row| self.line(row, &widths)).unwrap_or_default();
        head + &rows.map(|row| self.line(&row, &widths)).collect::<String>()
    }

    /// A row as one or more: the rest of its last cell stands below.
    fn wrapped(&self, row: &[String], widths: &[usize]) -> Vec<Vec<String>> {
        let Some(((last, front), edge)) = row.split_last().zip(self.edge).filter(|_| row.len() == widths.len()) else {
            return vec![row.to_vec()];
        };
        let taken: usize = self.indent + widths.iter().take(front.len()).map(|width| width + 2).sum::<usize>();
        let room = edge.saturating_sub(taken).max(LEAST);
        if width(last) <= room {
            return vec![row.to_vec()];
        }
        let mut lines = wrap(last, room).into_iter();
        let first = front.iter().cloned().chain([lines.next().unwrap_or_default()]).collect();
        let blank = || front.iter().map(|_| String::new());
        std::iter::once(first).chain(lines.map(|line| blank().chain([line]).collect())).collect()
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
    fn the_last_column_wraps_where_there_is_an_edge() {
        let mut table = Table::new(vec![Column::text("step"), Column::text("result")]).within(24);
        table.row(["a", "copied folder store, 4 files"]);
        table.row(["portal", "done"]);
        let told = "step    result\na       copied folder\n        store, 4 files\nportal  done\n";
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
