//! No Rust file is longer than a person reads in one go.

use super::finding::Finding;
use super::rust::Rust;

/// A longer file does more than one thing; half of ours have less than 200.
const MOST: usize = 500;

/// Lines of a file.
pub fn check(rust: &Rust) -> Vec<Finding> {
    let lines = rust.text.lines().count();
    let what = || format!("{lines} lines; {MOST} are allowed, so split it by what it does");
    (lines > MOST).then(|| Finding::new(&rust.path, MOST + 1, what())).into_iter().collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_is_the_five_hundredth() {
        let fits = Rust::read("a.rs", &"//! a\n".repeat(MOST)).unwrap();
        let long = Rust::read("a.rs", &"//! a\n".repeat(MOST + 1)).unwrap();
        assert_eq!(check(&fits), []);
        assert_eq!(check(&long).len(), 1);
    }
}
