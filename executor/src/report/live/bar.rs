//! A bar for the only things whose size is known: `34.7 of 41.2 GiB`.

/// Cells of a bar.
const CELLS: usize = 20;

/// A bar for a text that says how much of how many bytes; none for any other, because nothing else is known to end.
pub(super) fn bar(says: &str) -> Option<String> {
    let words: Vec<&str> = says.split([' ', ',', ';']).collect();
    let found = words.windows(4).find_map(|window| match window {
        [part, "of", whole, "KiB" | "MiB" | "GiB" | "TiB" | "PiB"] => ratio(part, whole),
        _ => None,
    });
    found.map(|ratio| {
        let full = (1..=CELLS).filter(|cell| *cell as f64 <= ratio * CELLS as f64).count();
        format!("[{}{}]", "#".repeat(full), ".".repeat(CELLS.saturating_sub(full)))
    })
}

fn ratio(part: &str, whole: &str) -> Option<f64> {
    let (part, whole): (f64, f64) = (part.parse().ok()?, whole.parse().ok()?);
    (whole > 0.0 && part >= 0.0 && part <= whole).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sizes_have_a_bar() {
        assert_eq!(bar("copies orders: 34.7 of 41.2 GiB").as_deref(), Some("[################....]"));
        assert_eq!(bar("0 of 41.2 GiB, slowly").as_deref(), Some("[....................]"));
        assert_eq!(bar("41.2 of 41.2 GiB").as_deref(), Some("[####################]"));
        for says in ["1 of 2 ready", "42 of 41 GiB", "-1 of 2 GiB", "x of 2 GiB", "0 of 0 GiB", "NaN of 2 GiB", ""] {
            assert_eq!(bar(says), None, "{says}");
        }
    }
}
