//! `switchback report --format json`: one object, stable within its version.
//!
//! ```json
//! {"version": 1, "run": "qzvmkt", "plan": "lumen-5.0", "title": "…", "ticket": "OPS-2210", "target": "prod-eu",
//!  "bundle": "b3:…", "standing": "holds", "why": "", "began": "2026-11-21T21:41:50Z", "ended": "…", "took_ms": 2232000,
//!  "hold_until": "…", "moves": [{"component": "lumen", "from": "4.9.3", "to": "5.0.0"}],
//!  "processes": [{"at": "…", "by": "ada", "host": "ops-1", "pid": 48112, "to": "run", "torn": 0}],
//!  "gates": [{"name": "data", "asked": "…", "text": "…", "confirmed": "…", "by": "ada"}],
//!  "undo": {"at": "…", "why": "catalog failed", "units": [], "partly": false},
//!  "compared": {"resources": 13, "left": ["…"], "before": "b3:…", "now": "b3:…"},
//!  "window": {"at": "…", "opens": "…", "waits_until": "…", "opened": "…", "waited_ms": 77000, "until": "…"},
//!  "units": [{"unit": 8, "kind": "step", "name": "portal", "group": "user-space", "stage": "change", "outcome": "done",
//!             "began": "…", "ended": "…", "took_ms": 151000, "changes": 5, "why": null, "details": [],
//!             "drift": [{"resource": "…", "was": "…", "is": "…"}],
//!             "actions": [{"action": [0, 0], "what": "www/portal.json", "state": "done", "changes": 1, "note": null,
//!                          "settled": null, "began": "…", "ended": "…"}],
//!             "checks": [{"at": "…", "what": "…", "held": true, "seen": "200", "while": "forward"}],
//!             "copies": [{"name": "orders-copy", "things": ["…"]}], "outputs": [{"name": "id", "value": "8c02"}],
//!             "undo": {"began": "…", "ended": "…", "way": null, "what": "…", "left": [], "failed": null,
//!                      "details": []}, "output": ["…"]}],
//!  "reviewed": {"created": 3, "changed": 9, "deleted": 3, "unknown": 2},
//!  "notes": [{"at": "…", "text": "…"}], "signed": ["…"], "author": "kim",
//!  "journal": {"path": "…", "records": 231, "ending": "whole", "digest": "b3:…"}, "events": [ … ]}
//! ```
//!
//! Times are RFC 3339 in UTC; what is not known is null. A step's `outcome` is one of the words of the table, its
//! `changes` are resources; `events` are the journal's entries, as `--events json` tells them. New keys may come within
//! a version; none goes or changes its meaning.

use super::group::{group_of, groups};
use super::moved::moves;
use super::outcome::is_step;
use super::report::Report;
use super::story::{ActStory, Back, Decision, Forward, Step, UnitStory};
use crate::event::Told;
use crate::report::diagnostics::inert;
use serde_json::{Value, json};
use switchback_compiler::plan::{Plan, Unit, UnitKind};

/// The report as one JSON object on one line.
pub fn json(report: &Report) -> serde_json::Result<String> {
    let mut all = head(report);
    let rest = body(report);
    if let (Value::Object(all), Value::Object(rest)) = (&mut all, rest) {
        all.extend(rest);
    }
    Ok(inert(&serde_json::to_string(&all)?) + "\n")
}

fn decision(undo: &Decision) -> Value {
    json!({"at": undo.at, "why": undo.why, "units": undo.units, "partly": undo.partly})
}

fn head(report: &Report) -> Value {
    let Report { story, plan, .. } = report;
    let head = story.head.as_ref();
    let text = |text: &Option<switchback_compiler::value::Text>| text.as_ref().map(ToString::to_string);
    json!({
        "version": 1,
        "run": head.map(|head| &head.run),
        "plan": plan.name,
        "title": text(&plan.title),
        "ticket": text(&plan.ticket),
        "target": head.map(|head| &head.target),
        "bundle": head.map(|head| &head.bundle),
        "standing": story.standing(),
        "why": story.ended.as_ref().map(|ended| &ended.why),
        "began": story.began(),
        "ended": story.ended.as_ref().map(|ended| ended.at),
        "took_ms": story.took().as_millis() as u64,
        "hold_until": story.hold_until,
        "moves": moves(plan),
    })
}

fn body(report: &Report) -> Value {
    let Report { story, plan: _, entries, beside, view } = report;
    let reviewed = view.reviewed.total();
    json!({
        "processes": story.processes.iter().map(|process| json!({
            "at": process.at, "by": process.by, "host": process.host, "pid": process.pid, "to": process.to,
            "torn": process.torn,
        })).collect::<Vec<_>>(),
        "gates": story.gates.iter().map(|gate| json!({
            "name": gate.name, "asked": gate.asked, "text": gate.text,
            "confirmed": gate.confirmed.as_ref().map(|(at, _)| at), "by": gate.confirmed.as_ref().map(|(_, by)| by),
        })).collect::<Vec<_>>(),
        "undo": story.undo.as_ref().map(decision),
        "compared": story.compared,
        "window": story.window.awaited.map(|(at, opens, until)| json!({
            "at": at, "opens": opens, "waits_until": until,
            "opened": story.window.opened.map(|(at, ..)| at),
            "waited_ms": story.window.opened.map(|(_, waited, _)| waited),
            "until": story.window.opened.map(|(_, _, until)| until),
        })),
        "units": units(report),
        "reviewed": (!view.reviewed.is_empty()).then(|| json!({
            "created": reviewed.created, "changed": reviewed.changed, "deleted": reviewed.deleted,
            "unknown": reviewed.unknown,
        })),
        "notes": story.notes.iter().map(|(at, text)| json!({"at": at, "text": text})).collect::<Vec<_>>(),
        "signed": beside.signed,
        "author": beside.author,
        "journal": beside.journal.as_ref().map(|facts| json!({
            "path": facts.path, "records": facts.records, "ending": facts.ending, "digest": facts.digest,
        })),
        "events": entries.iter().map(Told).collect::<Vec<_>>(),
    })
}

fn units(report: &Report) -> Vec<Value> {
    let Report { story, plan, beside, .. } = report;
    let groups = groups(plan);
    let all = (0..).zip(story.units.iter().zip(&plan.units));
    // A barrier without work is no news.
    let told = all.filter(|(_, (_, unit))| is_step(unit) || !unit.work.is_empty());
    told.map(|(id, (of, unit))| {
        let group = group_of(&groups, id).map(|(_, group)| group.name.clone());
        let mut value = one(id, of, unit, plan);
        if let Value::Object(value) = &mut value {
            value.insert("group".into(), json!(group));
            value.insert("output".into(), json!(beside.output.get(&id)));
        }
        value
    })
    .collect()
}

fn one(id: u32, of: &UnitStory, unit: &Unit, plan: &Plan) -> Value {
    let (why, details): (Option<&String>, &[String]) = match &of.forward {
        Forward::Failed(why, details) => (Some(why), details),
        Forward::Skipped(why) => (Some(why), &[]),
        _ => (None, &[]),
    };
    json!({
        "unit": id,
        "kind": match unit.kind { UnitKind::Step => "step", UnitKind::Open => "open", UnitKind::Close => "close" },
        "name": unit.name,
        "stage": plan.stage_of(unit).name(),
        "outcome": of.outcome(unit).word(),
        "began": of.began,
        "ended": of.ended,
        "took_ms": of.took().map(|took| took.as_millis() as u64),
        "changes": of.resources(unit),
        "why": why,
        "details": details,
        "drift": of.drift,
        "actions": of.acts.iter().map(|(id, act)| action(*id, act)).collect::<Vec<_>>(),
        "checks": of.checks.iter().map(|check| json!({
            "at": check.at, "what": check.what, "held": check.held, "seen": check.seen,
            "while": if check.back { "undo" } else { "forward" },
        })).collect::<Vec<_>>(),
        "copies": of.copies.iter().map(|(name, things)| json!({"name": name, "things": things})).collect::<Vec<_>>(),
        "outputs": of.outputs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
        "undo": undo(of),
    })
}

fn action(id: crate::event::ActRef, act: &ActStory) -> Value {
    let (state, changes, why, seen) = match &act.step {
        Step::Open => ("open", None, None, None),
        Step::Done(changes) => ("done", Some(changes), None, None),
        Step::Failed(why) => ("failed", None, Some(why), None),
        Step::Unknown(seen) => ("unknown", None, None, Some(seen)),
        Step::NotDone => ("not-done", None, None, None),
    };
    json!({
        "action": id, "what": act.what, "state": state, "changes": changes, "why": why, "seen": seen,
        "note": act.note, "settled": act.settled, "began": act.began, "ended": act.ended,
    })
}

fn undo(of: &UnitStory) -> Option<Value> {
    let (what, left, failed, details): (Option<&String>, &[String], Option<&String>, &[String]) = match &of.back {
        Back::Never => return None,
        Back::Runs | Back::Cut => (None, &[], None, &[]),
        Back::Undone(what, left) => (Some(what), left, None, &[]),
        Back::Failed(why, details) => (None, &[], Some(why), details),
    };
    Some(json!({
        "began": of.back_began, "ended": of.back_ended, "way": of.way, "what": what, "left": left, "failed": failed,
        "details": details,
    }))
}
