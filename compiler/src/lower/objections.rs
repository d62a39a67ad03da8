//! What is wrong with a call beyond its form: by its kind, by the bytes of its sources, by the target.

use super::pages::{OBJECTION, SERVICE_UNKNOWN, TARGET_LACKS};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::plan::Call;
use crate::registry::{Kind, Needs};
use crate::shape::Item;
use crate::words;

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
    cx.lacks_without(kind.needs(), kind.form().name, item.head());
    let service = kind.service(call).and_then(|service| unknown_service(cx, item, service));
    let is_sound = found.is_empty() && service.is_none();
    cx.sink.extend(service);
    is_sound
}

/// As many places as one reads.
const MOST_SHOWN: usize = 3;

/// Tells what the target lacks, each of it once with the places that need it.
pub(super) fn lacks(cx: &mut Cx<'_>) {
    // Of a target that is nowhere it is told that it is.
    let somewhere = cx.target.as_ref().filter(|target| target.directory.is_some() || target.kube.is_some());
    let Some(target) = somewhere.map(|target| target.name.clone()) else { return };
    for (needs, mut places) in std::mem::take(&mut cx.lacking) {
        let (what, line, project) = match needs {
            Needs::Nothing => continue,
            Needs::Directory => ("directory", "directory \"./platform\"", "has a directory"),
            Needs::Cluster => ("cluster", "kube context=\"prod\" namespace=\"default\"", "is a cluster"),
        };
        places.sort_by_key(|(_, span)| *span);
        let count = places.len().saturating_sub(MOST_SHOWN);
        let mut found =
            Diagnostic::new(&TARGET_LACKS, format!("target `{target}` has no {what}, and this plan needs one"));
        for (name, span) in places.into_iter().take(MOST_SHOWN) {
            found = found.label(span, format!("`{name}` works on the target's {what}"));
        }
        if count > 0 {
            found = found.help(format!("so it is in {} more", words::count(count, "place")));
        }
        cx.sink.push(
            found
                .help(format!("give it one, in switchback.kdl: target \"{target}\" {{ {line} }}"))
                .help(format!("or let the plan run on a target that {project}")),
        );
    }
}

/// A service that the chosen target does not declare; without a target nothing can be said.
fn unknown_service(cx: &Cx<'_>, item: &Item<'_>, name: &str) -> Option<Diagnostic> {
    let target = cx.target.as_ref()?;
    // An input without a value stands between these: while checking it may be any.
    if target.directory.is_none() || target.services.contains_key(name) || name.contains('‹') {
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
