//! `diff --format json`: one object on one line, stable within its version.
//!
//! ```json
//! {"version": 1, "plan": "lumen-5.0", "title": "…", "ticket": "OPS-2210", "target": "prod-eu",
//!  "observed_at": "2026-11-20T15:12:00Z", "took_ms": 1400, "digest": "b3:…",
//!  "nothing_to_do": false, "resources": 27, "staying": 15,
//!  "changes": {"created": 3, "changed": 9, "deleted": 3, "not_knowable": 2},
//!  "known": {"validated": 12, "simulated": 3, "not_knowable": 2},
//!  "deletions": {"number": 3, "of": 27, "at_most": 10},
//!  "blocked": [{"step": "portal", "why": "…"}],
//!  "risks": [{"kind": "loses", "step": "postgres", "text": "…"}],
//!  "other_owners": [{"resource": "deployment/portal", "who": "Argo CD app portal", "says": "…"}],
//!  "gates": [{"name": "data", "when": "before the first change", "text": "…", "typed": "prod-eu"}],
//!  "steps": [{"name": "portal", "stage": "change", "layer": "user-space", "skipped": null,
//!             "moves": [{"component": "portal", "from": "3.8.2", "to": "4.0.0", "major": true}],
//!             "copies": ["…"], "equal": 4, "notes": [], "way_back": "…",
//!             "acts": [{"id": "1", "kind": "file.write", "words": "www/portal.json", "after_change": false,
//!                       "needless": false, "changes": [
//!                {"resource": "www/portal.json", "what": "created", "learnt": "simulated", "after": "b3:…",
//!                 "words": null, "lines": [{"kind": "added", "text": "…"}]}]}]}],
//!  "way_back": [{"about": "disk", "says": "…", "outcome": "holds"}],
//!  "left_out": [{"what": "step x", "why": "…", "path": "p.plan.kdl", "line": 12}]}
//! ```
//!
//! `steps` has the steps in the order of the plan, those of `finalize` last, which are in no figure. `deletions.at_most`
//! is null where policy has no limit, `digest` where no bundle was made. A line's `kind` is `hunk`, `same`, `removed`,
//! `added` or `note`. New keys may come within a version; none goes or changes its meaning.

use super::gates::{Asked, asked};
use super::{Cx, Shown, share};
use crate::action::{Body, Change};
use crate::preview::{Owner, Preview, Risk, Tried, UnitPreview, risks};
use crate::report::diagnostics::inert;
use crate::report::run::{PLAIN, Tally};
use crate::screen::diff::Kind;
use serde_json::{Value as Json, json};
use switchback_compiler::plan::{LeftOut, Move, Plan};

/// The dry run as one JSON object on one line.
pub fn json(plan: &Plan, preview: &Preview, shown: &Shown, digest: Option<&str>) -> serde_json::Result<String> {
    let cx = Cx::new(plan, preview, shown, PLAIN);
    let [validated, simulated, open] = share::figures(&cx);
    let Tally { created, changed, deleted, unknown } = cx.tally.total();
    let steps: Vec<Json> = preview.units.iter().chain(&preview.finalize).filter_map(|seen| step(&cx, seen)).collect();
    let all = json!({
        "version": 1,
        "plan": plan.name,
        "title": plan.title.as_ref().map(ToString::to_string),
        "ticket": plan.ticket.as_ref().map(ToString::to_string),
        "target": plan.target.as_ref().map(|target| &target.name),
        "observed_at": shown.observed,
        "took_ms": shown.took.as_millis() as u64,
        "digest": digest,
        "nothing_to_do": preview.is_nothing(),
        "resources": preview.observed,
        "staying": preview.staying(),
        "changes": {"created": created, "changed": changed, "deleted": deleted, "not_knowable": unknown},
        "known": {"validated": validated, "simulated": simulated, "not_knowable": open},
        "deletions": {"number": preview.deleted().len(), "of": preview.observed, "at_most": plan.deletions_at_most},
        "blocked": preview.blocked.iter().map(|blocked| {
            let step = blocked.unit.and_then(|id| plan.unit(id)).map(|unit| &unit.name);
            json!({"step": step, "why": blocked.why})
        }).collect::<Vec<_>>(),
        "risks": risks(plan, preview).iter().map(risk).collect::<Vec<_>>(),
        "other_owners": preview.owners.iter().map(owner).collect::<Vec<_>>(),
        "gates": asked(plan, preview).iter().map(Asked::json).collect::<Vec<_>>(),
        "steps": steps,
        "way_back": preview.all_tried().map(tried).collect::<Vec<_>>(),
        "left_out": plan.left_out.iter().map(left_out).collect::<Vec<_>>(),
    });
    Ok(inert(&serde_json::to_string(&all)?) + "\n")
}

fn step(cx: &Cx<'_>, seen: &UnitPreview) -> Option<Json> {
    // Destructured, so that a new field asks to be decided here, as below.
    let UnitPreview { unit: _, skipped, acts: _, changes: _, equal, copies, notes, way_back } = seen;
    let unit = cx.unit(seen)?;
    let layer = cx.plan.block_of(unit).and_then(|block| block.layer.as_ref());
    let acts: Vec<Json> = seen
        .by_act()
        .map(|(act, changes)| {
            json!({
                "id": act.id, "kind": act.kind, "words": act.words,
                "after_change": act.after_change, "needless": act.needless,
                "changes": changes.iter().map(change).collect::<Vec<_>>(),
            })
        })
        .collect();
    Some(json!({
        "name": unit.name,
        "stage": cx.plan.stage_of(unit).name(),
        "layer": layer,
        "skipped": skipped,
        "moves": unit.moves.iter().map(moved).collect::<Vec<_>>(),
        "copies": copies,
        "equal": equal,
        "notes": notes,
        "way_back": way_back,
        "acts": acts,
    }))
}

fn moved(moved: &Move) -> Json {
    let Move { component, from, to } = moved;
    json!({"component": component, "from": from, "to": to, "major": from.is_major_to(to)})
}

fn change(change: &Change) -> Json {
    let Change { resource, what, learnt, body, after } = change;
    let (words, lines) = match body {
        Body::Nothing => (None, Vec::new()),
        Body::Words(words) => (Some(words), Vec::new()),
        Body::Lines(lines) => {
            (None, lines.iter().map(|line| json!({"kind": kind(line.kind), "text": line.text})).collect())
        }
    };
    json!({"resource": resource, "what": what, "learnt": learnt, "after": after, "words": words, "lines": lines})
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Hunk => "hunk",
        Kind::Same => "same",
        Kind::Removed => "removed",
        Kind::Added => "added",
        Kind::Note => "note",
    }
}

fn risk(risk: &Risk) -> Json {
    let Risk { kind, step, text } = risk;
    json!({"kind": kind, "step": step, "text": text})
}

fn owner(owner: &Owner) -> Json {
    let Owner { resource, who, says } = owner;
    json!({"resource": resource, "who": who, "says": says})
}

fn tried(tried: &Tried) -> Json {
    let Tried { about, says, outcome } = tried;
    json!({"about": about, "says": says, "outcome": outcome})
}

fn left_out(left: &LeftOut) -> Json {
    let LeftOut { what, why, at } = left;
    json!({"what": what, "why": why, "path": at.path, "line": at.line})
}
