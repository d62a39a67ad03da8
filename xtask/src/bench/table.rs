//! Figures in columns.

use std::time::Duration;

/// The cells of a row.
pub type Row = Vec<String>;

/// Columns as wide as they must be, their cells at the right.
pub fn right(rows: &[Row]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Row| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Milliseconds.
pub fn time(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Milliseconds of something short.
pub fn fine(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}

/// How many times the time for how many times the work.
pub fn growth(before: Duration, after: Duration, work: f64) -> String {
    format!("{:.1} for {work:.1}", after.as_secs_f64() / before.as_secs_f64())
}

/// Mebibytes; `.` when it is not known.
pub fn memory(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| ".".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / 1_048_576.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_at_the_right_of_their_column() {
        let rows = [vec!["a".to_owned(), "bcd".to_owned()], vec!["1000".to_owned(), String::new()]];
        assert_eq!(right(&rows), "   a  bcd\n1000\n");
        assert_eq!(time(Duration::from_micros(1_250)), "1.2 ms");
        assert_eq!(fine(Duration::from_micros(12)), "0.012 ms");
        assert_eq!(growth(Duration::from_secs(2), Duration::from_secs(3), 2.0), "1.5 for 2.0");
        assert_eq!(memory(Some(3 << 20)), "3.0 MiB");
    }
}
