//! Pieces of Markdown.

use std::fmt::Write;

/// A table; nothing when it has no rows.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(N));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| self::cell(cell)).collect();
        _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    text
}

/// What a table's cell can't hold as it is.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A fenced block.
pub(super) fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n\n", text.trim_end())
}

/// In back-ticks.
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A link to the heading of that text, by GitHub's rule for the names of headings.
pub(super) fn link(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    let anchor: String = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("[`{heading}`](#{anchor})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_its_bar_and_a_table_without_rows_is_nothing() {
        let row = ["a|b".to_owned(), "c\nd".to_owned()];
        assert_eq!(table(["x", "y"], &[row]), "| x | y |\n| --- | --- |\n| a\\|b | c d |\n\n");
        assert_eq!(table(["x"], &[]), "");
    }

    #[test]
    fn a_link_goes_where_a_heading_is() {
        assert_eq!(link("needs::later-layer"), "[`needs::later-layer`](#needslater-layer)");
        assert_eq!(link("file.write"), "[`file.write`](#filewrite)");
    }
}
