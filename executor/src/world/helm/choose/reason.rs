//! Why a revision failed, as its record says it, in one line.

/// How Helm begins what it writes of a failure; who reads it knows which release is meant, and that it failed.
const BEGINS: [&str; 3] = ["Upgrade \"", "Rollback \"", "Release \""];

/// Helm's words without what is said before them already, and without line ends.
pub(super) fn reason(description: &str) -> String {
    let begun = BEGINS.into_iter().find_map(|begin| description.strip_prefix(begin));
    let why = begun.and_then(|rest| rest.split_once("\" failed: ")).map_or(description, |(_, why)| why);
    why.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn what_is_known_is_not_said_again() {
        assert_eq!(
            reason("Upgrade \"a\" failed: not ready\ncontext deadline exceeded\n"),
            "not ready; context deadline exceeded"
        );
        assert_eq!(reason("Release \"a\" failed: x"), "x");
        assert_eq!(reason("Rollback \"a\" failed: x"), "x");
        assert_eq!(reason("Interrupted"), "Interrupted");
    }
}
