//! What a release and its records are called.

use crate::world::helm::fault::{HelmFault, HelmFaultKind};

/// Helm's own limit; the names of its objects often begin so.
const LONGEST: usize = 53;
const RECORD: &str = "sh.helm.release.v1.";

/// Whether a name can be that of a release; others are never given to Helm, which could take them for something else.
pub fn check(name: &str) -> Result<(), HelmFault> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let part = |part: &str| {
        let edges = !part.starts_with('-') && !part.ends_with('-');
        !part.is_empty() && edges && part.bytes().all(inner)
    };
    if name.len() <= LONGEST && name.split('.').all(part) {
        return Ok(());
    }
    let what = format!("`{name}` can't be the name of a release");
    let help = format!("small letters, digits, `-` and `.` are allowed, up to {LONGEST}");
    Err(HelmFault::new(HelmFaultKind::Invalid, what).with_help(help))
}

/// What the record of a revision is called.
pub fn record(release: &str, revision: u32) -> String {
    format!("{RECORD}{release}.v{revision}")
}

/// The revision in the name of a record: `sh.helm.release.v1.portal.v41`.
pub(super) fn revision(record: &str, release: &str) -> Option<u32> {
    record.strip_prefix(RECORD)?.strip_prefix(release)?.strip_prefix(".v")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_helm_takes_are_given_to_it() {
        for name in ["portal", "a", "a-b.c1", "9"] {
            assert!(check(name).is_ok(), "{name}");
        }
        let long = "a".repeat(LONGEST + 1);
        for name in ["", "-portal", "portal-", "Portal", "a..b", "a b", "--help", "a/b", "a_b", &long] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_record_tells_its_revision() {
        assert_eq!(revision("sh.helm.release.v1.portal.v41", "portal"), Some(41));
        assert_eq!(revision("sh.helm.release.v1.portal.v1.v2", "portal.v1"), Some(2));
        assert_eq!(revision("sh.helm.release.v1.portal-b.v2", "portal"), None);
        assert_eq!(revision("portal.v2", "portal"), None);
    }
}
