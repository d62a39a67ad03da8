//! The Lease on the target's cluster, while a run goes: it may be lost in the middle, and is given up at the end.

use super::outside::Heard;
use super::owner::Owner;
use crate::event::{Event, Standing};
use crate::site::Site;
use crate::target::Held;

/// What is heard from outside while a run waits for something.
pub(super) enum Outer {
    /// A signal of this name.
    Signal(&'static str),
    /// Somebody took the Lease.
    Lost(String),
}

/// What is heard next; that the Lease is lost is heard once.
pub(super) async fn outer(site: &Site, signals: &mut Heard, draining: bool) -> Outer {
    tokio::select! {
        biased;
        name = signals.next() => Outer::Signal(name),
        why = lost(site), if !draining => Outer::Lost(why),
    }
}

/// Says who took the Lease of this run, once that is so.
pub(super) async fn lost(site: &Site) -> String {
    match &site.lease {
        Some(lease) => lease.lost().await,
        None => std::future::pending().await,
    }
}

/// Says why the Lease of this run can't be renewed, once that is so.
pub(super) async fn unrenewed(site: &Site) -> String {
    match &site.lease {
        Some(lease) => lease.refused().await,
        None => std::future::pending().await,
    }
}

/// Says why the cluster can't be asked, once that is so; none once it can again.
pub(super) async fn turned(site: &Site, away: bool) -> Option<String> {
    match &site.lease {
        Some(lease) => lease.turned(away).await,
        None => std::future::pending().await,
    }
}

impl Owner {
    /// Takes in what was heard; whether nobody waits any more.
    pub(super) fn heard(&mut self, outer: Outer) -> bool {
        match outer {
            Outer::Signal(name) => self.interrupted(name),
            Outer::Lost(why) => {
                self.target_lost(&why);
                false
            }
        }
    }

    /// Before anything starts: the Lease may have been lost while nobody listened.
    pub(super) fn hear_loss(&mut self) {
        let lost = self.site.lease.as_ref().and_then(Held::is_lost);
        if let Some(why) = lost.filter(|_| self.draining.is_none()) {
            self.target_lost(&why);
        }
    }

    /// Nothing can go on: whether that is because the cluster is away. Then all may go on when it is back, forwards or
    /// backwards, and nothing is decided until then: an undo could not reach it either.
    pub(super) fn hear_absence(&mut self) -> bool {
        let away = self.site.lease.as_ref().and_then(Held::is_away);
        let may_wait = self.draining.is_none() && self.asking().is_none() && self.state.has_effects();
        let Some(why) = away.filter(|_| may_wait) else { return false };
        self.target_lost(&why);
        true
    }

    /// Somebody else may run on the target now: nothing new starts.
    pub(super) fn target_lost(&mut self, why: &str) {
        self.withdraw_questions();
        self.readers.say(&format!("target lost: {why}\n  nothing new starts; what runs is let finish\n"));
        self.draining = Some(format!("the target was lost: {why}"));
        self.stops.send_replace(true);
    }

    /// The Lease is still this run's, but others see it grow old, and that somebody takes it is heard late or never.
    pub(super) async fn not_renewed(&mut self, why: &str) {
        self.unrenewed = true;
        self.say(Event::Note { text: format!("the target's Lease can't be renewed: {why}") }).await;
    }

    /// The cluster is away, or back: what asks it waits meanwhile, and may say nothing.
    pub(super) async fn cluster_turned(&mut self, why: Option<String>) {
        let text = match &why {
            Some(why) if why.contains("API server") => format!("{why}; it is waited for"),
            Some(why) => format!("the API server: {why}; it is waited for"),
            None => "the API server answers again".to_owned(),
        };
        self.away = why;
        self.say(Event::Note { text }).await;
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
