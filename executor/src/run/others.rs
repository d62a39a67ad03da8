//! Other owners (R18), looked at again at the end: what they made of objects since this run wrote them. A plan that
//! forbids it says `freeze`; else it is told, and fails nothing.

use super::unit::Work;
use crate::action::changed_by_others;
use crate::event::Event;
use switchback_compiler::plan::READ_LIMIT;

/// As many as one reads.
const MOST_TOLD: usize = 10;

/// Looks at the end of the change.
pub(super) async fn note(work: &Work<'_>) {
    if work.site.cluster.is_none() || work.plan.freeze.is_some() {
        return;
    }
    let progress = |_: String, _: bool| {};
    let scene = work.scene("owners", READ_LIMIT.std(), &progress);
    let told = match work.scribe.made().await {
        Ok(made) => changed_by_others(&scene, &made).await,
        // A journal that can't be written stops the run by itself.
        Err(_) => return,
    };
    let told = match told {
        Ok(told) => told,
        Err(fault) => vec![format!("other owners can't be looked at again: {}", fault.why)],
    };
    let more = told.len().saturating_sub(MOST_TOLD);
    let more = (more > 0).then(|| format!("and {more} more changes of other owners"));
    for text in told.into_iter().take(MOST_TOLD).chain(more) {
        work.scribe.tell(Event::Note { text: work.site.secrets.mask(&text) });
    }
}
