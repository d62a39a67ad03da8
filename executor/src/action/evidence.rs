//! What others said last, as evidence: masked, and marked so that it is never taken for our own words.

use crate::site::Scene;

/// As many lines as one reads in a hurry.
const LINES: usize = 5;
/// A longer line is cut, so that one line stays one line on a screen.
const WIDTH: usize = 160;

/// The last lines of an output.
pub(super) fn last<S: AsRef<str>>(lines: &[S], scene: &Scene<'_>) -> Vec<String> {
    let spoken: Vec<&str> = lines.iter().map(AsRef::as_ref).filter(|line| !line.trim().is_empty()).collect();
    let from = spoken.len().saturating_sub(LINES);
    spoken.into_iter().skip(from).map(|line| format!("| {}", one(line, scene))).collect()
}

/// One line, masked and cut.
pub(super) fn one(line: &str, scene: &Scene<'_>) -> String {
    // Masked first: a secret that is cut in half would not be found any more.
    let masked = scene.site.secrets.mask(line.trim_end());
    match masked.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", masked.get(..end).unwrap_or_default()),
        None => masked,
    }
}
