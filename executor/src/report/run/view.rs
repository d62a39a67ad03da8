//! How a run is shown: to whom, and beside what.

use super::reviewed::Reviewed;
use super::zone::Zone;
use crate::screen::{Look, Style};

/// The look of the stream, the reader's time zone, and what was reviewed.
#[derive(Clone, Debug)]
pub struct View {
    /// The look of the stream.
    pub look: Look,
    /// The reader's time zone.
    pub zone: Zone,
    /// What the bundle showed; empty where nobody knows.
    pub reviewed: Reviewed,
}

impl View {
    /// The first word of a result line, which may be the only one that is read.
    pub(crate) fn word(&self, word: &str, style: Style) -> String {
        style.paint(word, self.look)
    }
}

/// `ada` of `ada@lumen.example`.
pub(crate) fn short(by: &str) -> &str {
    by.split('@').next().filter(|name| !name.is_empty()).unwrap_or(by)
}

/// The first twelve letters of a digest: `b3:4f1c9e02d7aa`.
pub(crate) fn short_digest(digest: &str) -> String {
    match digest.split_once(':') {
        Some((kind, hex)) => format!("{kind}:{}", hex.chars().take(12).collect::<String>()),
        None => digest.chars().take(12).collect(),
    }
}
