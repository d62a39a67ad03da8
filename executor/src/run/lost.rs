//! The Lease on the target's cluster, while a run goes: it may be lost in the middle, and is given up at the end.

use super::outside::Heard;
use super::owner::{Owner, TICK};
use crate::event::{Event, Standing};
use crate::site::Site;
use crate::target::Held;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until};

/// Who could not go on waited for the cluster before, as long as its limits say; so long an API server that is replaced is
/// away.
const PATIENCE: Duration = Duration::from_secs(30);

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

    /// Whether the cluster is away right now, as far as the Lease's renewals know.
    pub(super) fn is_away(&self) -> bool {
        self.site.lease.as_ref().is_some_and(|lease| lease.absence().is_some())
    }

    /// Whether what follows when nothing can go on is to be decided with the cluster in reach: not where a person is asked,
    /// and not where there is nothing to take back.
    pub(super) fn needs_cluster_to_decide(&self) -> bool {
        self.draining.is_none() && self.state.has_effects() && self.state.units.iter().all(|unit| unit.asks.is_none())
    }

    /// Nothing can go on, and the cluster may be away: whether it stays away. Then nothing is decided until it is back, for an
    /// undo could not reach it either. One that comes back while it is waited for was no reason to end.
    pub(super) async fn stays_away(&mut self, signals: &mut Heard) -> bool {
        let site = Arc::clone(&self.site);
        let away = || site.lease.as_ref().and_then(Held::absence);
        let mut ticks = interval(TICK);
        let late = Instant::now() + PATIENCE;
        while let Some(why) = away().filter(|_| self.draining.is_none()) {
            tokio::select! {
                biased;
                outer = outer(&site, signals, false) => { self.heard(outer); }
                turned = turned(&site, self.away.is_some()) => self.cluster_turned(turned).await,
                () = sleep_until(late) => self.target_lost(&why),
                _ = ticks.tick() => self.readers.tick(crate::clock::now()),
            }
        }
        self.draining.is_some()
    }

    /// Somebody else may run on the target now, or nobody can reach it: nothing new starts.
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
