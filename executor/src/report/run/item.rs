//! A line of a run's screen: sign, name, text, and how long it took at the right edge.

use crate::screen::{Look, Sign, Style, hang, pad, safe, tail, width, wrap};

/// The width of names, so that texts stand under each other.
const NAME: usize = 12;

/// A line.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Spaces before it.
    pub indent: usize,
    /// Its sign.
    pub sign: Sign,
    /// What it is about; harmless already.
    pub name: &'a str,
    /// What there is to say; harmless already.
    pub text: &'a str,
    /// How the text stands out.
    pub style: Style,
    /// What stands at the right edge.
    pub tail: &'a str,
}

impl Item<'_> {
    /// The line with its end, and more lines under its text where it is long.
    pub fn show(&self, look: Look) -> String {
        let lead = self.lead(look);
        let taken = width(&lead) + if self.tail.is_empty() { 0 } else { width(self.tail) + 2 };
        let mut lines = wrap(self.text, look.edge().saturating_sub(taken).max(NAME)).into_iter();
        let first = self.style.paint(&lines.next().unwrap_or_default(), look);
        let first = tail(format!("{lead}{first}").trim_end(), &Style::Dim.paint(self.tail, look), look);
        let indent = " ".repeat(width(&lead));
        let rest = lines.map(|line| format!("{indent}{}\n", self.style.paint(&line, look)));
        format!("{first}\n{}", rest.collect::<String>())
    }

    /// Sign and name, padded so that texts stand under each other.
    pub fn lead(&self, look: Look) -> String {
        format!("{}{} {}  ", " ".repeat(self.indent), self.sign.show(look), pad(self.name, NAME))
    }
}

/// Evidence under a line: what was seen, and quoted output two columns further in.
pub fn evidence(details: &[String], indent: usize, look: Look) -> String {
    details.iter().map(|detail| one(detail, indent, look)).collect()
}

fn one(detail: &str, indent: usize, look: Look) -> String {
    let indent = " ".repeat(indent);
    if detail.starts_with("| ") {
        // Quoted output is never wrapped or cut: the terminal may do it.
        return format!("{indent}  {}\n", safe(detail, look));
    }
    let text = safe(detail, look);
    if width(&indent) + width(&text) <= look.edge() {
        return format!("{indent}{text}\n");
    }
    hang(&indent, &text, look)
}
