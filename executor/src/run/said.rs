//! What several actions put back, in one sentence.

use crate::screen::count;

/// Joins what each said; files and folders of the same fate are counted together: `4 files put back, nginx restarted`.
pub(super) fn together(said: &[String]) -> String {
    let pieces = said.iter().flat_map(|said| said.split(", ")).filter(|piece| !piece.is_empty());
    let mut parts: Vec<Part<'_>> = Vec::new();
    for part in pieces.map(Part::of) {
        match (&part, parts.iter_mut().find(|known| known.is_like(&part))) {
            (Part::Counted { number, .. }, Some(Part::Counted { number: sum, .. })) => *sum += number,
            (_, Some(_)) => {}
            (_, None) => parts.push(part),
        }
    }
    // That one action had nothing to put back is no news where another had.
    if parts.len() > 1 {
        parts.retain(|part| !matches!(part, Part::Other(NOTHING)));
    }
    parts.iter().map(Part::words).collect::<Vec<_>>().join(", ")
}

const NOTHING: &str = "nothing to put back";

enum Part<'s> {
    Counted { number: usize, noun: &'static str, fate: &'s str },
    Other(&'s str),
}

impl<'s> Part<'s> {
    /// `2 files put back` is counted, all else stands as it is.
    fn of(piece: &'s str) -> Self {
        let counted = piece.split_once(' ').and_then(|(number, rest)| {
            let (noun, fate) = rest.split_once(' ')?;
            let noun = ["file", "folder"].into_iter().find(|known| noun.strip_suffix('s').unwrap_or(noun) == *known)?;
            let known = matches!(fate, "put back" | "removed");
            Some(Self::Counted { number: number.parse().ok()?, noun, fate }).filter(|_| known)
        });
        counted.unwrap_or(Self::Other(piece))
    }

    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Counted { noun, fate, .. }, Self::Counted { noun: other, fate: others, .. }) => {
                noun == other && fate == others
            }
            (Self::Other(one), Self::Other(other)) => *one == NOTHING && one == other,
            _ => false,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Counted { number, noun, fate } => format!("{} {fate}", count(*number, noun)),
            Self::Other(piece) => (*piece).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(said: &[&str]) -> String {
        together(&said.iter().map(|said| (*said).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn files_of_one_fate_are_counted_together() {
        assert_eq!(told(&["1 file put back", "1 file put back", "2 files put back"]), "4 files put back");
        assert_eq!(
            told(&["1 file put back, 1 file removed", "1 folder removed", "3 files removed"]),
            "1 file put back, 4 files removed, 1 folder removed"
        );
    }

    #[test]
    fn what_is_not_counted_stands_as_it_was_said() {
        assert_eq!(told(&["portal stopped", "1 file put back"]), "portal stopped, 1 file put back");
        assert_eq!(told(&["3 objects put back", "3 objects put back"]), "3 objects put back, 3 objects put back");
        assert_eq!(told(&["", "nothing to put back", "1 file removed"]), "1 file removed");
        assert_eq!(told(&["nothing to put back", "nothing to put back"]), "nothing to put back");
        assert_eq!(told(&[]), "");
    }
}
