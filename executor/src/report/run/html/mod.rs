//! The report of a run as one page: no script, nothing from the network, printable, light and dark, narrow and wide.

mod events;
mod page;
mod steps;

pub use page::{Pictures, html};

/// Foreign text in a page, also inside of an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
