//! `notify`: others are told what happens. What can't be told is noted, and the run goes on.

use crate::action::noun;
use crate::site::{Scene, Site};
use serde_json::json;
use std::time::Duration;
use switchback_compiler::plan::Plan;

/// A message that nobody takes must not hold up a run.
const WITHIN: Duration = Duration::from_secs(10);

/// Tells an event (`start`, `failed`, `undone`, `done`) to all who asked for it; what could not be told, a line each.
pub(super) async fn tell(plan: &Plan, site: &Site, event: &str, why: &str) -> Vec<String> {
    let mut failed = Vec::new();
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
            let scene = Scene { site, step: &notify.name, act: event, within: WITHIN, progress: &progress };
            let Some(message) = noun(&call.kind).and_then(|noun| noun.message()) else {
                failed.push(format!("notify {}: `{}` is no message", notify.name, call.kind));
                continue;
            };
            let sent = tokio::time::timeout(WITHIN, message.send(call, &facts, &scene)).await;
            let why = match sent {
                Ok(Ok(())) => continue,
                Ok(Err(fault)) => fault.why,
                Err(_) => "no answer within 10s".to_owned(),
            };
            failed.push(format!("notify {} was not told of {event}: {}", notify.name, site.secrets.mask(&why)));
        }
    }
    failed
}
