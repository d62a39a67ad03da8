//! What `unless` says: whether the work is done already.

use super::wait;
use crate::site::Scene;
use switchback_compiler::plan::Check;

/// Whether all checks hold, looked at once; what can't be looked at does not hold.
pub(super) async fn holds_already(checks: &[Check], scene: &Scene<'_>) -> bool {
    says(checks, scene).await == Some(true)
}

/// The same where it decides what became of an action: nothing where a look failed, since that tells neither.
pub(super) async fn says(checks: &[Check], scene: &Scene<'_>) -> Option<bool> {
    for check in checks {
        match wait::look(&check.call, scene).await {
            Ok(seen) if seen.holds => {}
            Ok(_) => return Some(false),
            Err(_) => return None,
        }
    }
    (!checks.is_empty()).then_some(true)
}
