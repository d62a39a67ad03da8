//! The twelve signs, always with their word or in a column that has it.

use super::look::Look;
use super::style::Style;

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A change that creates.
    Created,
    /// A change of what is there.
    Changed,
    /// A change that deletes.
    Deleted,
    /// Equal, unchanged.
    Equal,
    /// Not knowable; outcome unknown.
    Unknown,
    /// Look twice; warned.
    Look,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Undone.
    Undone,
    /// Runs.
    Runs,
    /// Waits.
    Waits,
    /// Not started, missing, skipped.
    Missing,
}

impl Sign {
    /// All, in the order of the table that explains them.
    pub const ALL: [Self; 12] = [
        Self::Created,
        Self::Changed,
        Self::Deleted,
        Self::Equal,
        Self::Unknown,
        Self::Look,
        Self::Done,
        Self::Failed,
        Self::Undone,
        Self::Runs,
        Self::Waits,
        Self::Missing,
    ];

    /// The character, one column wide in every East Asian setting.
    pub fn text(self, look: Look) -> &'static str {
        match self {
            Self::Created => "+",
            Self::Changed => "~",
            Self::Deleted => "-",
            Self::Equal => "=",
            Self::Unknown => "?",
            Self::Look => "!",
            Self::Done => look.pick("✓", "v"),
            Self::Failed => look.pick("✗", "x"),
            Self::Undone => look.pick("↶", "<"),
            Self::Runs => look.pick("▸", ">"),
            Self::Waits => look.pick("◌", "o"),
            Self::Missing => ".",
        }
    }

    /// Its colour, which says nothing that sign and word don't.
    pub fn style(self) -> Style {
        match self {
            Self::Created | Self::Done => Style::Green,
            Self::Changed | Self::Waits => Style::Yellow,
            Self::Deleted => Style::Red,
            Self::Equal | Self::Missing => Style::Dim,
            Self::Unknown => Style::Magenta,
            Self::Look => Style::YellowBold,
            Self::Failed => Style::RedBold,
            Self::Undone => Style::Cyan,
            Self::Runs => Style::Bold,
        }
    }

    /// The sign in its colour.
    pub fn show(self, look: Look) -> String {
        self.style().paint(self.text(look), look)
    }

    /// A change with its number, `+2`; nothing when there is none.
    pub fn figure(self, number: usize, look: Look) -> Option<String> {
        let text = format!("{}{number}", self.text(look));
        (number > 0).then(|| self.style().paint(&text, look))
    }
}

impl Look {
    /// From one version or number to another: `3.8.2 → 4.0.0`.
    pub fn arrow(self, from: &str, to: &str) -> String {
        format!("{from} {} {to}", self.pick("→", "->"))
    }

    /// A range of times or numbers: `22:00–04:00`.
    pub fn range(self, from: &str, to: &str) -> String {
        format!("{from}{}{to}", self.pick("–", "-"))
    }

    /// What stands for a value that is hidden or not yet known: `‹hidden 71c2e0›`.
    pub fn stand_in(self, text: &str) -> String {
        format!("{}{text}{}", self.pick("‹", "<"), self.pick("›", ">"))
    }

    /// The mark of what is left out.
    pub fn ellipsis(self) -> &'static str {
        self.pick("…", "...")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::width;

    const ASCII: Look = Look { ascii: true, color: false, width: 80 };

    #[test]
    fn signs_are_one_column_wide_and_ascii_where_asked() {
        for sign in Sign::ALL {
            assert_eq!(width(sign.text(Look::plain())), 1, "{sign:?}");
            assert!(sign.text(ASCII).is_ascii() && sign.text(ASCII).len() == 1, "{sign:?}");
        }
    }

    #[test]
    fn no_two_signs_look_alike() {
        for look in [Look::plain(), ASCII] {
            let texts: std::collections::BTreeSet<_> = Sign::ALL.iter().map(|sign| sign.text(look)).collect();
            assert_eq!(texts.len(), Sign::ALL.len());
        }
    }

    #[test]
    fn phrases_have_both_character_sets() {
        assert_eq!(Look::plain().arrow("15.8", "16.4"), "15.8 → 16.4");
        assert_eq!(ASCII.arrow("15.8", "16.4"), "15.8 -> 16.4");
        assert_eq!(Look::plain().range("22:00", "04:00"), "22:00–04:00");
        assert_eq!(ASCII.range("22:00", "04:00"), "22:00-04:00");
        assert_eq!(Look::plain().stand_in("hidden 71c2e0"), "‹hidden 71c2e0›");
        assert_eq!(ASCII.stand_in("hidden 71c2e0"), "<hidden 71c2e0>");
    }

    #[test]
    fn a_figure_of_nothing_is_left_out() {
        assert_eq!(Sign::Created.figure(2, Look::plain()).as_deref(), Some("+2"));
        assert_eq!(Sign::Created.figure(0, Look::plain()), None);
    }
}
