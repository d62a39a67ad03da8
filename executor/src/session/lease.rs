//! Takes the Lease on a target's cluster for a run, or says who holds it.

use super::open::touches;
use super::refused::Refused;
use crate::exit::Exit;
use crate::run::host;
use crate::screen::age;
use crate::site::{Fault, Site};
use crate::target::{Held, Holder, Home, NotHeld, hold, lease_name};
use crate::world::cluster::{Cluster, FaultKind, ObjectName};
use std::sync::Arc;
use switchback_compiler::plan::{Kube, Plan, Target};
use switchback_compiler::registry::Touch;

/// The Lease for a run that changes something on the target's cluster; who only looks there needs none.
pub(super) async fn take(
    cluster: Option<&Arc<Cluster>>,
    plan: &Plan,
    home: &Home,
    run: &str,
    by: &str,
) -> Result<Option<Held>, Refused> {
    let Some(Lying { cluster, target, kube, name }) = lying(cluster, plan) else { return Ok(None) };
    let holder = holder(run, by, home)?;
    match hold(cluster, name.clone(), &holder).await {
        Ok(held) => Ok(Some(held)),
        Err(NotHeld::Taken(other, renewed)) => Err(taken(target, kube, &name, &holder, other.as_ref(), renewed)),
        Err(NotHeld::Fault(fault)) => {
            let forbidden = fault.kind == FaultKind::Forbidden;
            let refused = Refused::from(Fault::from(fault).about(&format!("the Lease {}", name.spoken(""))));
            let elsewhere =
                format!("or let it lie where you may write: kube namespace=\"{}\" lease=\"…\"", kube.namespace);
            Err(if forbidden { refused.fact(elsewhere) } else { refused })
        }
    }
}

/// The same for a command that does nothing on the cluster: the Lease is taken to be given up, and where it can't be
/// had, that hinders nobody and is a note.
pub(super) async fn take_spare(
    cluster: &Result<Option<Arc<Cluster>>, Fault>,
    plan: &Plan,
    home: &Home,
    run: &str,
    by: &str,
) -> (Option<Held>, Option<String>) {
    let left = |why: String| {
        let note = format!("the Lease on the target's cluster is left as it is: {why}");
        (None, Some(note))
    };
    let cluster = match cluster {
        Ok(cluster) => cluster.as_ref(),
        Err(fault) if changes_it(plan) => return left(fault.to_string()),
        Err(_) => return (None, None),
    };
    let Some(Lying { cluster, name, .. }) = lying(cluster, plan) else { return (None, None) };
    let holder = match holder(run, by, home) {
        Ok(holder) => holder,
        Err(refused) => return left(refused.why),
    };
    match hold(cluster, name, &holder).await {
        Ok(held) => (Some(held), None),
        Err(not) => left(not.to_string()),
    }
}

/// Where the Lease of a plan's target lies.
struct Lying<'p> {
    cluster: &'p Arc<Cluster>,
    target: &'p Target,
    kube: &'p Kube,
    name: ObjectName,
}

fn lying<'p>(cluster: Option<&'p Arc<Cluster>>, plan: &'p Plan) -> Option<Lying<'p>> {
    let target = plan.target.as_ref().filter(|_| changes_it(plan))?;
    let kube = target.kube.as_ref()?;
    Some(Lying { cluster: cluster?, target, kube, name: lease_name(kube) })
}

fn holder(run: &str, by: &str, home: &Home) -> Result<Holder, Refused> {
    let holder = Holder::here(run, by, &host(), home);
    holder.map_err(|error| Refused::error(format!("the id of the target's home can't be made: {error}")))
}

/// What is done under a Lease before the run itself sees to it: where it fails, nobody would renew the Lease or give it up,
/// so it goes, unless the run keeps its target beyond this process.
pub(super) async fn under<T>(
    site: &Arc<Site>,
    keeps: impl Fn() -> bool,
    work: impl Future<Output = Result<T, Refused>>,
) -> Result<T, Refused> {
    let refused = match work.await {
        Ok(done) => return Ok(done),
        Err(refused) => refused,
    };
    let Some(lease) = site.lease.as_ref().filter(|_| !keeps()) else { return Err(refused) };
    match lease.free().await {
        Ok(()) => Err(refused),
        Err(fault) => Err(refused.fact(format!("the target's Lease could not be given up: {fault}"))),
    }
}

fn changes_it(plan: &Plan) -> bool {
    touches(plan).iter().any(|touch| [Touch::OBJECTS, Touch::RELEASES].contains(&touch.space.as_str()))
}

/// Where a run is, as somebody finds it who must go there.
fn place(own: &Holder, other: &Holder) -> String {
    let Holder { host, home, .. } = other;
    if other.is_called_alike(own) {
        format!("{host}, in {home}: called as here, but of another machine, or removed since")
    } else if other.is_same_home(own) {
        format!("{host}, in {home}, of which this is a copy, unless that was moved or renamed")
    } else {
        format!("{host}, in {home}")
    }
}

fn taken(
    target: &Target,
    kube: &Kube,
    name: &ObjectName,
    own: &Holder,
    other: Option<&Holder>,
    renewed: Option<jiff::Timestamp>,
) -> Refused {
    let who = other.map_or_else(|| "somebody".to_owned(), |other| format!("run {} of {}", other.run, other.by));
    let (namespace, target) = (&kube.namespace, &target.name);
    let why =
        format!("{who} keeps namespace `{namespace}` of target `{target}` from another place; nothing was touched");
    let ago = |at: jiff::Timestamp| age(crate::clock::now().duration_since(at).unsigned_abs());
    let seen = renewed.map(|at| format!(", and was seen there {} ago", ago(at))).unwrap_or_default();
    let refused = Refused::with(Exit::Kept, why);
    let refused = match other {
        Some(other @ Holder { run, .. }) => refused
            .fact(format!("it runs on {}{seen}", place(own, other)))
            .fact(format!("go on with it, or end it, there: switchback status {run}")),
        None => refused.fact(format!("the Lease {} says no run{seen}", name.spoken(""))),
    };
    // No command: pasted while that run goes on, it would let two runs at one target.
    let context = kube.context.as_ref().map(|context| format!(" of context {context}")).unwrap_or_default();
    let namespace = name.namespace.as_deref().unwrap_or_default();
    let lease = format!("lease {} in namespace {namespace}{context}", name.name);
    refused.fact(format!("only if that machine is lost for good, and nothing of the run goes on, delete {lease}"))
}
