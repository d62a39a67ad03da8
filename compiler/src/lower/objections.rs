//! What is wrong with a call beyond its form: by its kind, by the bytes of its sources, by the target.

use super::pages::{OBJECTION, SERVICE_UNKNOWN};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::plan::Call;
use crate::registry::Kind;
use crate::shape::Item;

/// Tells what is wrong with a call; whether nothing was found.
pub(super) fn objections(cx: &mut Cx<'_>, item: &Item<'_>, kind: &dyn Kind, call: &Call) -> bool {
    let mut found = kind.objections(call);
    found.extend(kind.source_objections(call, &|digest| cx.blobs.get(digest).map(Vec::as_slice)));
    for objection in &found {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, format!("`{}` can't be done like this", call.kind))
                .label(item.span_of(objection.about), objection.text.clone())
                .help(objection.help.clone()),
        );
    }
    let service = kind.service(call).and_then(|service| unknown_service(cx, item, service));
    let is_sound = found.is_empty() && service.is_none();
    cx.sink.extend(service);
    is_sound
}

/// A service that the chosen target does not declare; without a target nothing can be said.
fn unknown_service(cx: &Cx<'_>, item: &Item<'_>, name: &str) -> Option<Diagnostic> {
    let target = cx.target.as_ref()?;
    // An input without a value stands between these: while checking it may be any.
    if target.services.contains_key(name) || name.contains('‹') {
        return None;
    }
    let found = Diagnostic::new(&SERVICE_UNKNOWN, format!("there is no service `{name}`"));
    Some(match cx.nearest(name, target.services.keys().map(String::as_str)) {
        Some(near) => found.label(item.span_of("name"), format!("did you mean `{near}`?")),
        None => found.label(item.span_of("name"), "not declared there").help(format!(
            "declare it in the target, in switchback.kdl: service \"{name}\" {{ program \"./bin/{name}\" }}"
        )),
    })
}
