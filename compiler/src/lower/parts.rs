//! What may stand in any block: `before`, `gate`, `backup`, `verify`, `deadline`, `on-failure`, `accept`.

use super::act::{acts, calls, checks};
use super::draft::{Draft, Parts};
use super::head::any_text;
use super::pages::{NOTIFY_WRONG, OBJECTION};
use super::{Here, span, text};
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::plan::{Act, BACKUP_LIMIT, Backup, Failure, Freeze, Gate, Hold, Notify, OnFailure};
use crate::registry::Needs;
use crate::shape::{Item, Typed};
use crate::source::Span;
use crate::value::{Millis, Text};

/// How long a backup is kept when the plan does not say, until all that its way back needs is known and summed up.
pub(crate) const KEEP_UNSAID: Millis = Millis(u64::MAX);

/// The parts of a block, from its items.
pub(super) fn parts(cx: &mut Cx<'_>, items: &[Item<'_>], here: &Here) -> Parts {
    let mut parts = Parts::default();
    for item in items {
        match item.name {
            "before" => parts.before.push(checks(cx, item, here)),
            "verify" => parts.verify.push(checks(cx, item, here)),
            "gate" => parts.gates.extend(gate(cx, item)),
            "meanwhile" => parts.meanwhile.extend(meanwhile(cx, item, here, parts.meanwhile.len())),
            "backup" => parts.backups.extend(backup(cx, item, here, here.layer.as_deref().unwrap_or("plan"))),
            "deadline" => parts.deadline = span(item, "span").map(|limit| (limit, item.span)),
            "on-failure" => parts.on_failure = on_failure(item).map(|how| (how, item.span)),
            _ => {}
        }
    }
    parts
}

/// `gate "name" { confirm "text" type="…" }`.
pub(super) fn gate(cx: &mut Cx<'_>, item: &Item<'_>) -> Option<Gate> {
    let name = text(item, "name")?;
    let confirm = item.children_called("confirm").next();
    let question = confirm.and_then(|confirm| any_text(confirm, "text")).unwrap_or_else(|| Text::from(name.as_str()));
    let typed = confirm.and_then(|confirm| any_text(confirm, "type")).unwrap_or_else(|| Text::from(name.as_str()));
    if let Some(confirm) = confirm.filter(|_| typed.is_secret()) {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, "a secret can't be what a gate wants typed")
                .label(confirm.span_of("type"), "it would be shown, and written down")
                .help("let something be typed that everyone may read: type=\"{{target}}\""),
        );
    }
    Some(Gate { text: question, typed, here: item.value("ask").is_some(), at: cx.at(item.span), name })
}

/// `meanwhile { actions }`; one without a name is called by its number, apart from a step's own actions.
pub(super) fn meanwhile(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, before: usize) -> Vec<Act> {
    let mut acts = acts(cx, item, here, before + 1);
    for act in acts.iter_mut().filter(|act| act.id.bytes().all(|byte| byte.is_ascii_digit())) {
        act.id.insert_str(0, MEANWHILE);
    }
    acts
}

/// How the names of a `meanwhile`'s actions begin.
pub(crate) const MEANWHILE: &str = "meanwhile-";

/// `backup "name" { things }`; named like its owner when it has no name.
pub(super) fn backup(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, owner: &str) -> Option<Backup> {
    let things = calls(cx, item, here);
    (!things.is_empty()).then(|| Backup {
        name: text(item, "name").unwrap_or_else(|| owner.to_owned()),
        keep: span(item, "keep").unwrap_or(KEEP_UNSAID),
        keep_said: span(item, "keep").is_some(),
        max_age: span(item, "max-age"),
        within: span(item, "within").or(here.defaults.within).unwrap_or(BACKUP_LIMIT),
        things,
        at: cx.at(item.span),
    })
}

/// `on-failure "undo" losses="accept"`.
pub(super) fn on_failure(item: &Item<'_>) -> Option<OnFailure> {
    let how = match text(item, "how")?.as_str() {
        "undo-step" => Failure::UndoStep,
        "stop" => Failure::Stop,
        _ => Failure::Undo,
    };
    Some(OnFailure { how, accept_losses: text(item, "losses").as_deref() == Some("accept") })
}

/// `accept "code" "why"`, for all that stands inside of `holds`.
pub(super) fn accept(item: &Item<'_>, holds: Span, draft: &mut Draft) {
    if let (Some(code), Some(Typed::Text(_))) = (text(item, "code"), item.value("why")) {
        draft.accepted.push((code, item.span, holds));
    }
}

/// `hold at-most="7d" { checks }`.
pub(super) fn hold(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here) -> Option<Hold> {
    Some(Hold { at_most: span(item, "at-most")?, checks: checks(cx, item, here) })
}

/// `freeze { except manager="hpa" }`.
pub(super) fn freeze(cx: &mut Cx<'_>, item: &Item<'_>) -> Freeze {
    cx.lacks_without(Needs::Cluster, item.name, item.span);
    Freeze { except: item.children_called("except").filter_map(|except| text(except, "manager")).collect() }
}

/// The events that a `notify` may ask for.
const EVENTS: [&str; 4] = ["start", "failed", "undone", "done"];

/// `notify "chat" on="failed done" { http.post … }`.
pub(super) fn notify(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here) -> Option<Notify> {
    let on: Vec<String> = text(item, "on")?.split_whitespace().map(ToOwned::to_owned).collect();
    for event in on.iter().filter(|event| !EVENTS.contains(&event.as_str())) {
        let label =
            nearest(event, EVENTS).map_or_else(|| "no such event".to_owned(), |near| format!("did you mean `{near}`?"));
        cx.sink.push(
            Diagnostic::new(&NOTIFY_WRONG, format!("nothing is ever told on `{event}`"))
                .label(item.span_of("on"), label)
                .help(format!("the events are {}", crate::words::ticked(&EVENTS, "and"))),
        );
    }
    Some(Notify { name: text(item, "name")?, on, messages: calls(cx, item, here) })
}
