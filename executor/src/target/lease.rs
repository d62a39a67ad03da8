//! The Lease that a run holds on the target's cluster, so that two people on two machines can't run at once.
//!
//! On one machine the marks in the target's home say who keeps it, and they know more: so a Lease of this very home is
//! taken over without asking, by whoever holds the home's lock. Machines that were cloned, and containers, may be called
//! alike and have homes of the same path, and a home may be copied: so it is this very home only where its id, the
//! machine's name and the path are all the same. It is held as long as the run keeps the target, also
//! when its process is gone; no clock ever takes it away from its holder.

use super::Home;
use super::id::make_id;
use crate::world::cluster::{Cluster, Fault, FaultKind, Lease, ObjectName};
use jiff::Timestamp;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use switchback_compiler::plan::Kube;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// The time between two renewals. They say to people that the holder is there, and to the holder that it still is one.
const RENEWAL: Duration = Duration::from_secs(15);
/// A server that says nothing for so long hangs, as far as one can tell.
const SILENT: Duration = Duration::from_secs(4);
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
    /// The id of that home.
    pub id: String,
}

impl Holder {
    /// A run on this machine, which is called so. The home gets an id where it has none.
    pub fn here(run: &str, by: &str, host: &str, home: &Home) -> io::Result<Self> {
        let id = make_id(home)?;
        let home = home.0.canonicalize().unwrap_or_else(|_| home.0.clone());
        let home = home.display().to_string();
        Ok(Self { run: run.to_owned(), by: by.to_owned(), host: host.to_owned(), home, id })
    }

    /// `qyspqk ada@node-1:/srv/shop/.switchback id=6f0c22b1d2e94a57`, as the Lease says it.
    fn told(&self) -> String {
        format!("{} {}@{}:{} id={}", self.run, self.by, self.host, self.home, self.id)
    }

    fn parse(text: &str) -> Option<Self> {
        let (run, rest) = text.split_once(' ')?;
        let (rest, id) = rest.rsplit_once(" id=")?;
        let (left, home) = rest.split_once(":/")?;
        let (by, host) = left.rsplit_once('@')?;
        let [run, by, host, id] = [run, by, host, id].map(str::to_owned);
        Some(Self { run, by, host, home: format!("/{home}"), id })
    }

    fn is_here(&self, other: &Self) -> bool {
        self.is_called_alike(other) && self.is_same_home(other)
    }

    /// Whether both are in homes of the same path, on machines of the same name.
    pub fn is_called_alike(&self, other: &Self) -> bool {
        (&self.host, &self.home) == (&other.host, &other.home)
    }

    /// Whether both are in the same home, or one is in a copy of the other's.
    pub fn is_same_home(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} of {}, on {} in {}", self.run, self.by, self.host, self.home)
    }
}

/// Why a Lease could not be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotHeld {
    /// Somebody else holds it.
    #[error("{} holds it", .0.as_ref().map_or_else(|| "somebody else".to_owned(), Holder::to_string))]
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
    /// As the Lease says who holds it.
    told: String,
    lease: Arc<Mutex<Lease>>,
    says: watch::Receiver<Says>,
    renewing: AbortHandle,
}

/// What came of the renewals.
#[derive(Clone, Debug, Default)]
struct Says {
    /// By whom it was taken.
    lost: Option<String>,
    /// Why the server lets us renew it no more.
    refused: Option<String>,
    /// Why the server can't be asked, while that is so.
    away: Option<String>,
}

/// Where the Lease of a target lies.
///
/// It is named after the namespace, which is what it protects: two people may call that by two names of targets, and two
/// targets of one name may be two namespaces.
pub fn lease_name(kube: &Kube) -> ObjectName {
    Lease::name(kube.lease.as_deref().unwrap_or(Kube::NAMESPACE), &format!("switchback-{}", kube.namespace))
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
    let (to, says) = watch::channel(Says::default());
    let renewing = renew(Arc::clone(cluster), name.clone(), told.clone(), Arc::clone(&lease), to);
    let renewing = tokio::spawn(renewing).abort_handle();
    Ok(Held { cluster: Arc::clone(cluster), name, told, lease, says, renewing })
}

fn may_have_lost(fault: &Fault) -> bool {
    fault.leaves_unknown() || fault.may_pass() || matches!(fault.kind, FaultKind::Exists | FaultKind::Changed)
}

async fn renew(
    cluster: Arc<Cluster>,
    name: ObjectName,
    holder: String,
    lease: Arc<Mutex<Lease>>,
    says: watch::Sender<Says>,
) {
    let words = name.spoken("");
    let keep = |new: Lease| *lease.lock().unwrap_or_else(PoisonError::into_inner) = new;
    loop {
        sleep(RENEWAL).await;
        let last = lease.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match renewed(&cluster, &name, &holder, &last, &says).await {
            Ok(new) => {
                keep(new);
                continue;
            }
            // The server may be away for a while: nobody else gets the Lease from it meanwhile.
            Err(fault) if fault.may_pass() => continue,
            Err(fault) if fault.is_refusal() => says.send_modify(|says| says.refused = Some(fault.to_string())),
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
        says.send_modify(|says| says.lost = Some(lost));
        return;
    }
}

/// Renews it once. It is the one thing that all runs ask of the server again and again, so this is where it shows whether
/// that is there.
async fn renewed(
    cluster: &Cluster,
    name: &ObjectName,
    holder: &str,
    last: &Lease,
    says: &watch::Sender<Says>,
) -> Result<Lease, Fault> {
    let away = |why: Option<String>| {
        says.send_if_modified(|says| {
            let turned = says.away.is_some() != why.is_some();
            says.away = why;
            turned
        });
    };
    let mut holding = std::pin::pin!(cluster.hold_lease(name, holder, Some(last), crate::clock::now()));
    let held = if let Ok(held) = timeout(SILENT, &mut holding).await {
        held
    } else {
        away(Some(format!("no answer within {}", crate::screen::limit(SILENT))));
        holding.await
    };
    match &held {
        Err(fault) if fault.may_pass() => away(Some(fault.what.clone())),
        // Whether it is back the next renewal says.
        Err(fault) if fault.leaves_unknown() => {}
        _ => away(None),
    }
    held
}

impl Held {
    /// By whom it was taken, where that is so.
    pub fn is_lost(&self) -> Option<String> {
        self.says.borrow().lost.clone()
    }

    /// Why the server can't be asked, where that is so.
    pub fn absence(&self) -> Option<String> {
        self.says.borrow().away.clone()
    }

    /// Says by whom it was taken, once that is so.
    pub async fn lost(&self) -> String {
        self.said(|says| says.lost.clone()).await
    }

    /// Says why it can't be renewed, once the server refuses that. It is still held.
    pub async fn refused(&self) -> String {
        self.said(|says| says.refused.clone()).await
    }

    /// Says why the server can't be asked, once that is so; none once it can again, where it was `away`.
    pub async fn turned(&self, away: bool) -> Option<String> {
        let mut says = self.says.clone();
        let said = says.wait_for(|says| says.away.is_some() != away).await.map(|says| says.away.clone());
        match said {
            Ok(said) => said,
            Err(_) => std::future::pending().await,
        }
    }

    async fn said(&self, what: fn(&Says) -> Option<String>) -> String {
        let mut says = self.says.clone();
        let said = says.wait_for(|says| what(says).is_some()).await.ok().and_then(|says| what(&says));
        match said {
            Some(said) => said,
            // It is renewed no more, since the run is at its end.
            None => std::future::pending().await,
        }
    }

    /// Gives it up; why it could not be, else.
    pub async fn free(&self) -> Result<(), Fault> {
        self.renewing.abort();
        let mut ours = Some(self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let mut tries = TRIES;
        while let Some(lease) = ours {
            match self.cluster.free_lease(&self.name, &lease).await {
                Err(fault) if tries > 0 && may_have_lost(&fault) => tries -= 1,
                freed => return freed,
            }
            // A renewal that was under way, or whose answer was lost, may have changed it, as may somebody who holds it now.
            ours = self.cluster.lease(&self.name).await?.filter(|now| now.holder() == Some(&self.told));
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_named_after_what_it_protects() {
        let kube = |lease: Option<&str>| Kube {
            context: None,
            namespace: "lumen".to_owned(),
            lease: lease.map(str::to_owned),
        };
        assert_eq!(lease_name(&kube(None)).spoken(""), "default/lease/switchback-lumen");
        assert_eq!(lease_name(&kube(Some("ops"))).spoken(""), "ops/lease/switchback-lumen");
    }

    #[test]
    fn a_holder_reads_what_it_says() {
        let holder = |by: &str| Holder {
            run: "qyspqk".to_owned(),
            by: by.to_owned(),
            host: "node-1".to_owned(),
            home: "/srv/a b:c/.switchback".to_owned(),
            id: "6f0c22b1d2e94a57".to_owned(),
        };
        for by in ["ada", "ada@lumen.example", "Ada L."] {
            assert_eq!(Holder::parse(&holder(by).told()), Some(holder(by)));
        }
        assert_eq!(Holder::parse("somebody-else"), None);
    }

    #[test]
    fn a_home_of_the_same_path_on_a_machine_of_the_same_name_is_another_one() {
        let [here, there] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [here, there] = [Home::below(here.path()), Home::below(there.path())];
        let holder = |run: &str, home: &Home| Holder::here(run, "ada", "localhost", home).unwrap();
        assert!(holder("a", &here).is_here(&holder("b", &here)), "the id is written once");
        // As in two containers, whose disks nobody sees from the other one.
        let other = Holder { home: holder("a", &here).home, ..holder("b", &there) };
        assert!(holder("a", &here).is_called_alike(&other) && !holder("a", &here).is_here(&other));
        let renamed = Holder { host: "node-2".to_owned(), ..holder("b", &here) };
        assert!(renamed.is_same_home(&holder("a", &here)) && !renamed.is_here(&holder("a", &here)));
    }
}
