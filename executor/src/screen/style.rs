//! Colours: only the eight of every terminal, never blue, never a background.

use super::look::Look;

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Names of layers and steps.
    Bold,
    /// What is there only to be complete.
    Dim,
    /// Deleted, wrong.
    Red,
    /// Failed.
    RedBold,
    /// Created, done.
    Green,
    /// Changed, waits, computed and not checked.
    Yellow,
    /// Look twice.
    YellowBold,
    /// Not knowable.
    Magenta,
    /// Undone.
    Cyan,
}

impl Style {
    /// The parameters of the SGR sequence (ECMA-48, 8.3.117).
    fn codes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::RedBold => "1;31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::YellowBold => "1;33",
            Self::Magenta => "35",
            Self::Cyan => "36",
        }
    }

    /// The text in this style, when the look has colours.
    pub fn paint(self, text: &str, look: Look) -> String {
        if !look.color || self == Self::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("\u{1b}[{}m{text}\u{1b}[0m", self.codes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_look_with_colours_gets_a_sequence() {
        let color = Look { color: true, ..Look::plain() };
        assert_eq!(Style::RedBold.paint("no", color), "\u{1b}[1;31mno\u{1b}[0m");
        assert_eq!(Style::RedBold.paint("no", Look::plain()), "no");
        assert_eq!(Style::Plain.paint("no", color), "no");
        assert_eq!(Style::Red.paint("", color), "");
    }
}
