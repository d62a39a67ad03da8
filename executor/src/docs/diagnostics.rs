//! docs/diagnostics.md: the page of every code.

use super::MADE;
use super::markdown::{block, code, link, table};
use std::fmt::Write;
use switchback_compiler::diagnostic::Page;

/// The reference of all diagnostics, in the order of their codes.
pub fn diagnostics() -> String {
    let pages = switchback_compiler::pages();
    let rows: Vec<[String; 3]> = pages.iter().map(|page| row(page)).collect();
    let mut text = format!(
        "# Diagnostics\n{MADE}\n\nWhat `switchback check` may say, by code. `switchback explain CODE` prints the same.\n\n{}",
        table(["code", "severity", "rule"], &rows)
    );
    text.extend(pages.iter().map(|page| section(page)));
    text.trim_end().to_owned() + "\n"
}

fn row(page: &Page) -> [String; 3] {
    [link(page.code), page.severity.word().to_owned(), page.rule.to_owned()]
}

fn section(page: &Page) -> String {
    let mut text = format!("## `{}`\n\n{}\n\n{}\n\n", page.code, standing(page), page.text);
    for (title, fragment) in [("Wrong:", page.wrong), ("Right:", page.right)] {
        if !fragment.is_empty() {
            _ = write!(text, "{title}\n\n{}", block("kdl", fragment));
        }
    }
    if !page.see.is_empty() {
        let near: Vec<String> = page.see.iter().map(|code| link(code)).collect();
        _ = write!(text, "See also {}.\n\n", near.join(", "));
    }
    text
}

/// How grave it is, by which rule, and whether it can be waived.
fn standing(page: &Page) -> String {
    let mut parts = vec![page.severity.word().to_owned()];
    if !page.rule.is_empty() {
        parts.push(format!("rule {}", page.rule));
    }
    if page.waivable {
        parts.push(format!("{} can waive it", code(&format!("accept \"{}\" \"why\"", page.code))));
    }
    format!("*{}*", parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_section_and_every_link_leads_to_one() {
        let text = diagnostics();
        for page in switchback_compiler::pages() {
            assert!(text.contains(&format!("\n## `{}`\n", page.code)), "{} has no section", page.code);
            for code in page.see {
                assert!(text.contains(&format!("\n## `{code}`\n")), "{} points to `{code}`, which is none", page.code);
            }
        }
    }
}
