//! `copy=`, `version=` and `max-age=` of what restores: a reference to one copy.

use super::pages::OBJECTION;
use super::{span, text};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::plan::{COPY, CopyOf, KeptCopy};
use crate::schema::{Form, Ty};
use crate::shape::Item;
use crate::version::Versions;
use serde_json::{Map, Value as Json};

/// The properties that say which copy, beside its name.
const WHICH: [&str; 2] = ["version", "max-age"];

/// Makes one reference of what says which copy a call restores; a name alone is a copy of this plan.
pub(super) fn reference(cx: &mut Cx<'_>, item: &Item<'_>, form: &Form, values: &mut Map<String, Json>) {
    if !form.props.iter().any(|param| param.ty == Ty::Copy) {
        return;
    }
    for name in WHICH {
        values.remove(name);
    }
    let Some(named) = text(item, COPY) else { return };
    let versions = text(item, "version").and_then(|versions| Versions::parse(&versions));
    // An input without a value stands for a version too.
    let is_kept = named.contains('/') || item.value("version").is_some();
    if !is_kept && item.value("max-age").is_some() {
        fresh(cx, item, &named);
        return;
    }
    if is_kept {
        let (plan, backup) = named.split_once('/').map_or((None, named.as_str()), |(plan, name)| (Some(plan), name));
        let kept = KeptCopy {
            plan: plan.map(ToOwned::to_owned),
            backup: backup.to_owned(),
            of: if versions.is_some() { cx.moved.clone() } else { Vec::new() },
            versions,
            max_age: span(item, "max-age"),
        };
        if let Ok(reference) = serde_json::to_value(CopyOf::Kept(kept)) {
            values.insert(COPY.to_owned(), reference);
        }
    }
}

fn fresh(cx: &mut Cx<'_>, item: &Item<'_>, name: &str) {
    cx.sink.push(
        Diagnostic::new(&OBJECTION, format!("copy `{name}` is taken by this plan, so it is as old as the run"))
            .label(item.span_of("max-age"), "says nothing here")
            .help(format!("take it out, or name the plan whose copy is meant: copy=\"PLAN/{name}\"")),
    );
}
