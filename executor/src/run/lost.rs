//! The Lease on the target's cluster, while a run goes: it may be lost in the middle, and is given up at the end.

use super::owner::Owner;
use crate::event::{Event, Standing};
use crate::site::Site;

/// Says who took the Lease of this run, once that is so.
pub(super) async fn lost(site: &Site) -> String {
    match &site.lease {
        Some(lease) => lease.lost().await,
        None => std::future::pending().await,
    }
}

impl Owner {
    /// Somebody else may run on the target now: nothing new starts.
    pub(super) fn target_lost(&mut self, why: &str) {
        self.withdraw_questions();
        self.readers.say(&format!("target lost: {why}\n  nothing new starts; what runs is let finish\n"));
        self.draining = Some(format!("the target was lost: {why}"));
        self.stops.send_replace(true);
    }

    /// Gives the Lease up where the run does not keep its target any more; what it only holds is marked on this machine.
    pub(super) async fn let_go(&mut self, standing: Standing) {
        if standing.keeps(self.state.only_stays()) == Some(false) {
            return;
        }
        if let Some(lease) = &self.site.lease
            && let Err(fault) = lease.free().await
        {
            self.say(Event::Note { text: format!("the target's Lease could not be given up: {fault}") }).await;
        }
    }
}
