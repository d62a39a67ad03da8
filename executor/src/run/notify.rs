//! `notify`: others are told what happens. What can't be told is noted, and the run goes on.
//!
//! An event is told when it is on the disk, and once: a process that is killed before it has told loses the message, and
//! the next one does not know whether it was told. The end is told after its record, so a note that it could not be told
//! is the journal's last.

use crate::action::noun;
use crate::site::{Scene, Site};
use serde_json::json;
use switchback_compiler::plan::{MESSAGE_LIMIT, Plan};

/// Tells an event (`start`, `failed`, `undone`, `done`) to all who asked for it; what could not be told, a line each.
pub(super) async fn tell(plan: &Plan, site: &Site, event: &str, why: &str) -> Vec<String> {
    let mut failed = Vec::new();
    let within = MESSAGE_LIMIT.std();
    for notify in plan.notify.iter().filter(|notify| notify.on.iter().any(|on| on == event)) {
        let facts = json!({
            "event": event,
            "plan": plan.name,
            "target": plan.target.as_ref().map(|target| target.name.as_str()),
            "run": site.run,
            "why": why,
        });
        for call in &notify.messages {
            let progress = |_: String, _: bool| {};
            let scene = Scene { site, step: &notify.name, act: event, within, progress: &progress };
            let Some(message) = noun(&call.kind).and_then(|noun| noun.message()) else {
                failed.push(format!("notify {}: `{}` is no message", notify.name, call.kind));
                continue;
            };
            let sent = tokio::time::timeout(within, message.send(call, &facts, &scene)).await;
            let why = match sent {
                Ok(Ok(())) => continue,
                Ok(Err(fault)) => fault.why,
                Err(_) => format!("no answer within {MESSAGE_LIMIT}"),
            };
            failed.push(format!("notify {} was not told of {event}: {}", notify.name, site.secrets.mask(&why)));
        }
    }
    failed
}
