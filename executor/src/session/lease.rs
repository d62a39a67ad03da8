//! Takes the Lease on a target's cluster for a run, or says who holds it.

use super::open::touches;
use super::refused::Refused;
use crate::exit::Exit;
use crate::run::host;
use crate::screen::{age, run_command};
use crate::site::Fault;
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
    let Some(target) = plan.target.as_ref().filter(|_| changes_it(plan)) else { return Ok(None) };
    let (Some(cluster), Some(kube)) = (cluster, &target.kube) else { return Ok(None) };
    let name = lease_name(target, kube);
    let holder = Holder::here(run, by, &host(), home);
    match hold(cluster, name.clone(), &holder).await {
        Ok(held) => Ok(Some(held)),
        Err(NotHeld::Taken(other, renewed)) => Err(taken(target, kube, &name, other.as_ref(), renewed)),
        Err(NotHeld::Fault(fault)) => {
            let forbidden = fault.kind == FaultKind::Forbidden;
            let refused = Refused::from(Fault::from(fault).about(&format!("the Lease {}", name.spoken(""))));
            let elsewhere =
                format!("or let it lie where you may write: kube namespace=\"{}\" lease=\"…\"", kube.namespace);
            Err(if forbidden { refused.fact(elsewhere) } else { refused })
        }
    }
}

fn changes_it(plan: &Plan) -> bool {
    touches(plan).iter().any(|touch| [Touch::OBJECTS, Touch::RELEASES].contains(&touch.space.as_str()))
}

fn taken(
    target: &Target,
    kube: &Kube,
    name: &ObjectName,
    other: Option<&Holder>,
    renewed: Option<jiff::Timestamp>,
) -> Refused {
    let who = other.map_or_else(|| "somebody".to_owned(), |other| format!("run {} of {}", other.run, other.by));
    let why = format!("{who} keeps target `{}` from another place; nothing was touched", target.name);
    let ago = |at: jiff::Timestamp| age(crate::clock::now().duration_since(at).unsigned_abs());
    let seen = renewed.map(|at| format!(", and was seen there {} ago", ago(at))).unwrap_or_default();
    let refused = Refused::with(Exit::Kept, why);
    let refused = match other {
        Some(Holder { run, host, home, .. }) => refused
            .fact(format!("it runs on {host}, in {home}{seen}"))
            .fact(format!("go on with it, or end it, there: {}", run_command(format_args!("status {run}")))),
        None => refused.fact(format!("the Lease {} says no run{seen}", name.spoken(""))),
    };
    let context = kube.context.as_ref().map(|context| format!(" --context {context}")).unwrap_or_default();
    let namespace = name.namespace.as_deref().unwrap_or_default();
    refused
        .fact("only if that machine is lost for good, and nothing of the run goes on:")
        .next(format!("kubectl{context} --namespace {namespace} delete lease {}", name.name))
}
