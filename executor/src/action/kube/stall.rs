//! `stalled` of actions: a wait in which nothing moves any more need not last as long as it may.

use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::schema::{Param, Ty};

pub(super) const STALLED: Param = Param::optional("stalled", Ty::Span, "fail when nothing moves for so long");

/// How long nothing may move, where the plan says it.
pub(super) fn stalled(call: &Call) -> Option<Duration> {
    call.values.get(STALLED.name).and_then(serde_json::Value::as_u64).map(Duration::from_millis)
}
