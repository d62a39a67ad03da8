//! `freeze`: who else wrote to what a plan wrote, or deleted it, fails its verify.

use super::unit::{Break, Work};
use crate::action::written_by_others;
use switchback_compiler::plan::READ_LIMIT;
use switchback_compiler::words::count;

/// As many as one reads.
const MOST_TOLD: usize = 10;

/// Looks, where the plan says so, at the end of its change.
pub(super) async fn check(work: &Work<'_>) -> Result<(), Break> {
    let Some(freeze) = work.plan.freeze.as_ref().filter(|_| work.site.cluster.is_some()) else { return Ok(()) };
    let progress = |_: String, _: bool| {};
    let scene = work.scene("freeze", READ_LIMIT.std(), &progress);
    let made = work.scribe.made().await?;
    let told = written_by_others(&scene, &freeze.except, &made).await?;
    if told.is_empty() {
        return Ok(());
    }
    let why = format!("others wrote to, or deleted, {} that this plan freezes", count(told.len(), "object"));
    let help = "who may go on writing is said so: freeze { except manager=\"…\" }".to_owned();
    Err(Break::Failed(why, told.into_iter().take(MOST_TOLD).chain([help]).collect()))
}
