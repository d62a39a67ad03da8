//! Calls of nouns: actions, checks, things, readers, messages.

use super::copies;
use super::objections::objections;
use super::pages::{CHECK_NUMBERS, OBJECTION};
use super::{Here, span, text};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::plan::{Act, Call, Check, EVERY, Else, Work};
use crate::schema::{ACT_PROPS, CHECK_PROPS, Form, Role};
use crate::shape::{Item, Typed};
use crate::value::Millis;
use serde_json::{Map, Value as Json};

/// Properties of a check that say that it is looked at more than once.
const WAITING: [&str; 4] = ["within", "every", "failures", "stalled"];

/// A call: the values of its form, and what its block holds.
pub(super) fn call(cx: &mut Cx<'_>, item: &Item<'_>, here: Option<&Here>) -> Option<(Call, &'static Form)> {
    let kind = item.kind?;
    let form = kind.form();
    let mut values = Map::new();
    let placed = |name: &str| CHECK_PROPS.iter().chain(ACT_PROPS).any(|param| param.name == name);
    // An action that waits has a `stalled` of its own.
    let own = |name: &str| form.props.iter().any(|param| param.name == name);
    for (param, value, _) in item.values.iter().filter(|(param, ..)| own(param.name) || !placed(param.name)) {
        values.insert(param.key(), value.json());
    }
    for param in form.props.iter().filter(|param| !values.contains_key(param.name)).collect::<Vec<_>>() {
        if let Some(value) = here.and_then(|here| here.defaults.get(form, param.name)) {
            values.insert(param.name.to_owned(), value.json());
        }
    }
    if let Some(namespace) = namespace(cx, form) {
        values.entry(NAMESPACE).or_insert_with(|| Json::from(namespace));
    }
    for child in item.children.iter().filter(|child| child.name != "unless") {
        let args: Vec<Json> = child.values.iter().map(|(_, value, _)| value.json()).collect();
        if let Some(list) = values.entry(child.name).or_insert_with(|| Json::Array(Vec::new())).as_array_mut() {
            list.push(Json::Array(args));
        }
    }
    copies::reference(cx, item, form, &mut values);
    let call = Call { kind: form.name.to_owned(), values };
    objections(cx, item, kind, &call).then_some((call, form))
}

/// The property that says where on a cluster what names no namespace is.
const NAMESPACE: &str = "namespace";

/// Nouns about what has a namespace of its own, as its tool has it, and not where the plan works.
const ELSEWHERE: [&str; 2] = ["argocd", "flux"];

/// The target's own namespace, for what can be told one.
fn namespace(cx: &Cx<'_>, form: &Form) -> Option<String> {
    let kube = cx.target.as_ref()?.kube.as_ref()?;
    let takes = form.props.iter().any(|param| param.name == NAMESPACE) && !ELSEWHERE.contains(&form.family());
    takes.then(|| kube.namespace.clone())
}

/// An action of a step; its number is its name when it has none.
pub(super) fn act(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, number: usize) -> Option<Act> {
    let (call, form) = call(cx, item, Some(here))?;
    let unless = item.children_called("unless").flat_map(|unless| checks(cx, unless, here)).collect();
    let touches = item.kind.map(|kind| kind.touches(&call, &|digest| cx.blobs.get(digest).map(Vec::as_slice)));
    let touches = touches.unwrap_or_default();
    let within = limit(item, form, here);
    timeless(cx, item, within);
    Some(Act {
        id: text(item, "as").unwrap_or_else(|| number.to_string()),
        within,
        class: form.class,
        unless,
        touches,
        at: cx.at(item.head()),
        call,
    })
}

/// Tells an action that has no time at all: it would be given up as it begins.
fn timeless(cx: &mut Cx<'_>, item: &Item<'_>, within: Millis) {
    if within > Millis::default() {
        return;
    }
    let place = if item.value("within").is_some() { item.span_of("within") } else { item.head() };
    cx.sink.push(
        Diagnostic::new(&OBJECTION, format!("`{}` has no time: its limit is {within}", item.name))
            .label(place, "it would be given up as it begins")
            .help("write how long it may take, here or where its `defaults` say it; a limit that an input counts has none left at 0"),
    );
}

/// The limit: said, by the noun's defaults, by the block's, by the noun's form.
fn limit(item: &Item<'_>, form: &Form, here: &Here) -> Millis {
    let of_noun = match here.defaults.get(form, "within") {
        Some(Typed::Span(span)) => Some(*span),
        _ => None,
    };
    span(item, "within").or(of_noun).or(here.defaults.within).unwrap_or(form.limit(Role::Action))
}

/// All checks of a block.
pub(super) fn checks(cx: &mut Cx<'_>, block: &Item<'_>, here: &Here) -> Vec<Check> {
    if block.name != "verify" {
        nothing_changed(cx, block);
    }
    if matches!(block.name, "unless" | "hold") {
        nobody_asked(cx, block);
    }
    block.children.iter().filter_map(|item| check(cx, item, here)).collect()
}

/// Tells checks that compare with a value of before where nothing has changed yet, or no run is under way.
fn nothing_changed(cx: &mut Cx<'_>, block: &Item<'_>) {
    for item in block.children.iter().filter(|item| item.value("same-as").is_some()) {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, format!("`same-as` can't stand in `{}`", block.name))
                .label(item.span_of("same-as"), "no value of before here")
                .help("write it in `verify`: that looks when its step or its block is done"),
        );
    }
}

/// Tells checks that would ask a person where only looking decides.
pub(super) fn nobody_asked(cx: &mut Cx<'_>, block: &Item<'_>) {
    let asks = |item: &&Item<'_>| item.value("else").and_then(Typed::known).as_deref() == Some("ask");
    for item in block.children.iter().filter(asks) {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, format!("nobody is asked by a check in `{}`", block.name))
                .label(item.span_of("else"), "whether it holds decides here, and nothing fails")
                .help("take it out, or write the check in `before` or `verify`"),
        );
    }
}

fn check(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here) -> Option<Check> {
    if let Some(unless) = item.children_called("unless").next() {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, format!("`{}` is a check here, and a check has no `unless`", item.name))
                .label(unless.span, "never looked at")
                .help("take it out: a check may be repeated"),
        );
    }
    let (mut call, form) = call(cx, item, Some(here))?;
    let (within, lasting) = times(cx, item, form, here)?;
    let said = |name: &str| item.value(name).or_else(|| here.defaults.get(form, name));
    let span = |name: &str| match said(name) {
        Some(Typed::Span(span)) => Some(*span),
        _ => None,
    };
    Some(Check {
        as_before: call.values.remove("same-as").is_some(),
        within,
        lasting,
        once: form.once && WAITING.iter().all(|name| item.value(name).is_none()) && lasting == Millis::default(),
        every: span("every").or(here.defaults.every).unwrap_or(EVERY).max(Millis(10)),
        failures: match said("failures") {
            Some(Typed::Count(count)) => *count,
            _ => 0,
        },
        stalled: span("stalled"),
        otherwise: match said("else").and_then(Typed::known).as_deref() {
            Some("warn") => Else::Warn,
            Some("ask") => Else::Ask,
            _ => Else::Fail,
        },
        hint: match said("hint") {
            Some(Typed::Text(text)) => Some(text.clone()),
            _ => None,
        },
        at: cx.at(item.span),
        call,
    })
}

/// How long a check is waited for, and how long it must hold; `None` when the two contradict each other.
fn times(cx: &mut Cx<'_>, item: &Item<'_>, form: &Form, here: &Here) -> Option<(Millis, Millis)> {
    let of_noun = match here.defaults.get(form, "for") {
        Some(Typed::Span(span)) => Some(*span),
        _ => None,
    };
    let lasting = span(item, "for").or(of_noun).unwrap_or_default();
    let within = limit(item, form, here);
    if span(item, "within").is_none() {
        // A `for` without a `within` of its own gets what it needs on top.
        return Some((within.plus(lasting), lasting));
    }
    if lasting <= within {
        return Some((within, lasting));
    }
    cx.sink.push(
        Diagnostic::new(&CHECK_NUMBERS, format!("`{}` can never hold so long", item.name))
            .label(item.span_of("for"), format!("must hold for {lasting} …"))
            .label(item.span_of("within"), format!("… inside {within}"))
            .help(format!("`for` lies inside `within`: write within=\"{}\" or more", lasting.plus(lasting))),
    );
    None
}

/// The one reader of a block.
pub(super) fn reader(cx: &mut Cx<'_>, block: &Item<'_>, here: &Here) -> Option<Call> {
    one(cx, block).and_then(|item| call(cx, item, Some(here))).map(|(call, _)| call)
}

/// The one reader of an input, which stands outside of all defaults.
pub(super) fn plain_reader(cx: &mut Cx<'_>, block: &Item<'_>) -> Option<Call> {
    one(cx, block).and_then(|item| call(cx, item, None)).map(|(call, _)| call)
}

fn one<'i, 'a>(cx: &mut Cx<'_>, block: &'i Item<'a>) -> Option<&'i Item<'a>> {
    if let Some(second) = block.children.get(1) {
        cx.sink.push(
            Diagnostic::new(&OBJECTION, format!("`{}` reads one thing", block.name))
                .label(second.span, "a second one")
                .help("take one of them out"),
        );
    }
    block.children.first()
}

/// Calls of a `backup` or a `notify`.
pub(super) fn calls(cx: &mut Cx<'_>, block: &Item<'_>, here: &Here) -> Vec<Call> {
    block.children.iter().filter_map(|item| call(cx, item, Some(here))).map(|(call, _)| call).collect()
}

/// The work of a block, for those that hold actions alone.
pub(super) fn acts(cx: &mut Cx<'_>, block: &Item<'_>, here: &Here, first: usize) -> Vec<Act> {
    (first..).zip(&block.children).filter_map(|(number, item)| act(cx, item, here, number)).collect()
}

/// The actions of some work.
pub(super) fn all(work: &[Work]) -> impl Iterator<Item = &Act> {
    work.iter().flat_map(Work::acts)
}
