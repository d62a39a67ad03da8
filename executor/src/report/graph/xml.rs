//! What both pictures in SVG share: foreign text made harmless, and the classes that carry colours.
//!
//! Colours are those of the terminal's signs. Each element has its light colour as an attribute too, for readers that
//! know no style sheets; the classes overrule it, in dark as well.

use crate::screen::{Look, Sign, Style, safe};

/// Columns to user units: a column of a monospace font of [`FONT_SIZE`] is at most this wide.
pub(super) const COLUMN: usize = 8;
/// Height of the text in user units.
pub(super) const FONT_SIZE: usize = 13;
/// No font is fetched; every system has one of these.
pub(super) const FONT: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/// Text and attribute values of XML 1.0, on one line and without characters that act on those around them.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text, Look::plain()).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no way at all to write these two (<https://www.w3.org/TR/xml/#charsets>).
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A kind of box or bar: its class, and its light colours.
pub(super) struct Tone {
    /// The class.
    pub(super) class: &'static str,
    /// Inside.
    pub(super) fill: &'static str,
    /// The line around it.
    pub(super) stroke: &'static str,
}

const fn tone(class: &'static str, fill: &'static str, stroke: &'static str) -> Tone {
    Tone { class, fill, stroke }
}

impl Tone {
    /// The tone of what has this sign, or none.
    pub(super) fn of(sign: Option<Sign>) -> Self {
        match sign.map(Sign::style).unwrap_or_default() {
            Style::Plain => tone("swb-plain", "#f6f8fa", "#818b98"),
            Style::Bold => tone("swb-runs", "#ffffff", "#1f2328"),
            Style::Dim => tone("swb-dim", "#ffffff", "#c8ced6"),
            Style::Green => tone("swb-green", "#dafbe1", "#1a7f37"),
            Style::Yellow | Style::YellowBold => tone("swb-yellow", "#fff8c5", "#9a6700"),
            Style::Red | Style::RedBold => tone("swb-red", "#ffebe9", "#cf222e"),
            Style::Magenta => tone("swb-magenta", "#ffeff7", "#bf3989"),
            Style::Cyan => tone("swb-cyan", "#d8f3f5", "#0e7480"),
        }
    }
}

/// The word that goes with a sign.
pub(super) fn word(sign: Sign) -> &'static str {
    match sign {
        Sign::Created => "created",
        Sign::Changed => "changed",
        Sign::Deleted => "deleted",
        Sign::Equal => "unchanged",
        Sign::Unknown => "unknown",
        Sign::Look => "warned",
        Sign::Done => "done",
        Sign::Failed => "failed",
        Sign::Undone => "undone",
        Sign::Runs => "runs",
        Sign::Waits => "waits",
        Sign::Missing => "did not run",
    }
}

/// The style sheet, inside each picture, so that one stands alone as well as in a page.
pub(super) const STYLE: &str = "<style>
.swb-ground{fill:#fff}.swb-layer{fill:#f0f2f5}.swb-text{fill:#1f2328}.swb-head{fill:#59636e}
.swb-edge{fill:none;stroke:#818b98}.swb-tip{fill:#818b98}.swb-grid{stroke:#d1d9e0}
.swb-plain{fill:#f6f8fa;stroke:#818b98}.swb-runs{fill:#fff;stroke:#1f2328;stroke-width:2}
.swb-dim{fill:#fff;stroke:#c8ced6}.swb-green{fill:#dafbe1;stroke:#1a7f37}.swb-yellow{fill:#fff8c5;stroke:#9a6700}
.swb-red{fill:#ffebe9;stroke:#cf222e}.swb-magenta{fill:#ffeff7;stroke:#bf3989}.swb-cyan{fill:#d8f3f5;stroke:#0e7480}
@media screen and (prefers-color-scheme:dark){
.swb-ground{fill:#0d1117}.swb-layer{fill:#161b22}.swb-text{fill:#f0f6fc}.swb-head{fill:#9198a1}
.swb-edge{stroke:#818b98}.swb-tip{fill:#818b98}.swb-grid{stroke:#2f363e}
.swb-plain{fill:#262c36;stroke:#818b98}.swb-runs{fill:#0d1117;stroke:#f0f6fc}
.swb-dim{fill:#0d1117;stroke:#3d444d}.swb-green{fill:#12351f;stroke:#3fb950}.swb-yellow{fill:#3a2d0c;stroke:#d29922}
.swb-red{fill:#4a1a1c;stroke:#f85149}.swb-magenta{fill:#42192f;stroke:#db61a2}.swb-cyan{fill:#0b3a40;stroke:#39c5cf}
}
@media print{.swb{max-width:100%;height:auto}}
</style>
";
