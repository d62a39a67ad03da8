//! The Lease that a run holds on the target's cluster, so that two people on two machines can't run at once.
//!
//! On one machine the marks in the target's home say who keeps it, and they know more: so a Lease of this very home is
//! taken over without asking, by whoever holds the home's lock. It is held as long as the run keeps the target, also
//! when its process is gone; no clock ever takes it away from its holder.

use super::Home;
use crate::world::cluster::{Cluster, Fault, FaultKind, Lease, ObjectName};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchback_compiler::plan::{Kube, Target};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// The time between two renewals. They say to people that the holder is there, and to the holder that it still is one.
const RENEWAL: Duration = Duration::from_secs(15);
/// Somebody may take or free it between a look and a write.
const TRIES: usize = 3;

/// Who holds a Lease: a run, of somebody, on a machine, in a target's home there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The run's id.
    pub run: String,
    /// Who runs it.
    pub by: String,
    /// The name of the machine.
    pub host: String,
    /// The target's home there.
    pub home: String,
}

impl Holder {
    /// A run on this machine, which is called so.
    pub fn here(run: &str, by: &str, host: &str, home: &Home) -> Self {
        let home = home.0.canonicalize().unwrap_or_else(|_| home.0.clone());
        Self { run: run.to_owned(), by: by.to_owned(), host: host.to_owned(), home: home.display().to_string() }
    }

    /// `qyspqk ada@node-1:/srv/shop/.switchback`, as the Lease says it.
    fn told(&self) -> String {
        format!("{} {}@{}:{}", self.run, self.by, self.host, self.home)
    }

    fn parse(text: &str) -> Option<Self> {
        let (run, rest) = text.split_once(' ')?;
        let (left, home) = rest.split_once(":/")?;
        let (by, host) = left.rsplit_once('@')?;
        Some(Self { run: run.to_owned(), by: by.to_owned(), host: host.to_owned(), home: format!("/{home}") })
    }

    fn is_here(&self, other: &Self) -> bool {
        (&self.host, &self.home) == (&other.host, &other.home)
    }
}

/// Why a Lease could not be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotHeld {
    /// Somebody else holds it.
    #[error("{} holds the Lease", .0.as_ref().map_or_else(|| "somebody".to_owned(), Holder::told))]
    Taken(Option<Holder>, Option<Timestamp>),
    /// It can't be read or written.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A Lease that this process holds and renews.
#[derive(Debug)]
pub struct Held {
    cluster: Arc<Cluster>,
    name: ObjectName,
    lease: Arc<Mutex<Lease>>,
    lost: watch::Receiver<Option<String>>,
    renewing: AbortHandle,
}

/// Where the Lease of a target lies.
pub fn lease_name(target: &Target, kube: &Kube) -> ObjectName {
    Lease::name(kube.lease.as_deref().unwrap_or(Kube::NAMESPACE), &format!("switchback-{}", target.name))
}

/// Takes a target's Lease for a run of this machine.
pub async fn hold(cluster: &Arc<Cluster>, name: ObjectName, holder: &Holder) -> Result<Held, NotHeld> {
    let told = holder.told();
    let mut tries = TRIES;
    let lease = loop {
        let there = cluster.lease(&name).await?;
        if let Some(there) = &there
            && let Some(text) = there.holder()
        {
            let other = Holder::parse(text);
            if !other.as_ref().is_some_and(|other| other.is_here(holder)) {
                return Err(NotHeld::Taken(other, there.renewed()));
            }
        }
        match cluster.hold_lease(&name, &told, there.as_ref(), crate::clock::now()).await {
            Ok(lease) => break lease,
            // Whoever was faster is looked at; of a write without an answer the look says whether it was made.
            Err(fault) if tries > 0 && may_have_lost(&fault) => tries -= 1,
            Err(fault) => return Err(fault.into()),
        }
    };
    let lease = Arc::new(Mutex::new(lease));
    let (says, lost) = watch::channel(None);
    let renewing =
        tokio::spawn(renew(Arc::clone(cluster), name.clone(), told, Arc::clone(&lease), says)).abort_handle();
    Ok(Held { cluster: Arc::clone(cluster), name, lease, lost, renewing })
}

fn may_have_lost(fault: &Fault) -> bool {
    fault.leaves_unknown() || fault.may_pass() || matches!(fault.kind, FaultKind::Exists | FaultKind::Changed)
}

async fn renew(
    cluster: Arc<Cluster>,
    name: ObjectName,
    holder: String,
    lease: Arc<Mutex<Lease>>,
    says: watch::Sender<Option<String>>,
) {
    let words = name.spoken("");
    let keep = |new: Lease| *lease.lock().unwrap_or_else(PoisonError::into_inner) = new;
    loop {
        sleep(RENEWAL).await;
        let last = lease.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match cluster.hold_lease(&name, &holder, Some(&last), crate::clock::now()).await {
            Ok(new) => {
                keep(new);
                continue;
            }
            // The server may be away for a while: nobody else gets the Lease from it meanwhile.
            Err(fault) if fault.may_pass() => continue,
            Err(_) => {}
        }
        let lost = match cluster.lease(&name).await {
            Ok(Some(now)) if now.holder() == Some(&holder) => {
                keep(now);
                continue;
            }
            Ok(Some(now)) => format!("{words} was taken by {}", now.holder().unwrap_or("nobody")),
            Ok(None) => format!("{words} was deleted by somebody"),
            Err(_) => continue,
        };
        says.send_replace(Some(lost));
        return;
    }
}

impl Held {
    /// Says by whom it was taken, once that is so.
    pub async fn lost(&self) -> String {
        let mut lost = self.lost.clone();
        let why = lost.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        match why {
            Some(why) => why,
            // It is renewed no more, since the run is at its end.
            None => std::future::pending().await,
        }
    }

    /// Gives it up; why it could not be, else.
    pub async fn free(&self) -> Result<(), Fault> {
        self.renewing.abort();
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.cluster.free_lease(&self.name, &lease).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_reads_what_it_says() {
        let holder = |by: &str| Holder {
            run: "qyspqk".to_owned(),
            by: by.to_owned(),
            host: "node-1".to_owned(),
            home: "/srv/a b:c/.switchback".to_owned(),
        };
        for by in ["ada", "ada@lumen.example", "Ada L."] {
            assert_eq!(Holder::parse(&holder(by).told()), Some(holder(by)));
        }
        assert_eq!(Holder::parse("somebody-else"), None);
    }
}
