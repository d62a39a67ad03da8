//! One value: from what was typed to what it is.

use super::fault::faults_in;
use super::pages::{NAME_WRONG, PLACEHOLDER, TOO_LATE, TYPE_WRONG, VALUE_NOT_ALLOWED};
use super::{example, source};
use crate::check::placeholder;
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::env::Env;
use crate::files;
use crate::read;
use crate::schema::{Param, Ty};
use crate::source::Span;
use crate::syntax::{Entry, Node, Value, typed};
use crate::value::{Millis, Segment, Text};
use crate::version::{Version, Versions};
use serde_json::Value as Json;
use std::rc::Rc;

/// A value of the language.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Typed {
    Text(Text),
    Version(Version),
    Span(Millis),
    Count(u64),
    Truth(bool),
    /// A source: what the plan holds of it.
    Source(Json),
    Many(Vec<Typed>),
    /// It depends on an input without a value: fine while checking.
    Unset,
}

impl Typed {
    /// As the text that a person would type for it, when it is known.
    pub(crate) fn known(&self) -> Option<String> {
        match self {
            Self::Text(text) => text.known().map(ToOwned::to_owned),
            Self::Count(count) => Some(count.to_string()),
            Self::Truth(truth) => Some(truth.to_string()),
            Self::Version(version) => Some(version.to_string()),
            Self::Span(_) | Self::Source(_) | Self::Many(_) | Self::Unset => None,
        }
    }

    /// As a call holds it.
    pub(crate) fn json(&self) -> Json {
        match self {
            Self::Text(text) => serde_json::to_value(text).unwrap_or(Json::Null),
            Self::Version(version) => Json::from(version.to_string()),
            Self::Span(span) => Json::from(span.0),
            Self::Count(count) => Json::from(*count),
            Self::Truth(truth) => Json::from(*truth),
            Self::Source(source) => source.clone(),
            Self::Many(all) => Json::from(all.iter().map(Self::json).collect::<Vec<_>>()),
            Self::Unset => Json::Null,
        }
    }
}

/// Reads a value as its parameter wants it; `None` when it doesn't fit, which is told.
pub(super) fn read(cx: &mut Cx<'_>, env: &Env, node: &Node, param: &Param, entry: &Entry) -> Option<Typed> {
    let at = entry.value_span;
    let raw = match (&entry.value, param.ty) {
        (Value::Bool(truth), Ty::Truth | Ty::Any | Ty::Plain) => return Some(Typed::Truth(*truth)),
        (Value::Integer(number), Ty::Count | Ty::Any | Ty::Plain) if u64::try_from(*number).is_ok() => {
            return u64::try_from(*number).ok().map(Typed::Count);
        }
        (Value::Integer(_) | Value::Float(_), Ty::Any | Ty::Plain) => {
            return Some(Typed::Text(typed(&cx.sources, entry).into()));
        }
        // A count in quotes is one only where an input gives it.
        (Value::String(text), Ty::Count) if text.contains("{{") => Rc::clone(text),
        (Value::String(text), ty) if !matches!(ty, Ty::Truth | Ty::Count) => Rc::clone(text),
        _ => {
            let found = wrong_type(cx, param, entry);
            cx.sink.push(found);
            return None;
        }
    };
    if placeholder::is_one(&raw) {
        cx.sink.push(
            Diagnostic::new(&PLACEHOLDER, "a place in the plan was never filled in")
                .label(at, "a placeholder")
                .help("write its value, or make it an input and write {{its-name}}"),
        );
        return None;
    }
    let text = match env.render(&raw, node.scope) {
        Ok(text) => text,
        Err(fault) => {
            let found = faults_in(cx, env, &fault, at, node);
            cx.sink.extend(found);
            return None;
        }
    };
    remember_outputs(env, &text, at);
    match param.ty {
        Ty::Text | Ty::Any => Some(Typed::Text(text)),
        Ty::Word => source::word(cx, env, node, &text, at),
        _ => known(cx, env, node, param, &text, at),
    }
}

/// Notes which outputs a text uses, and where.
pub(super) fn remember_outputs(env: &Env, text: &Text, at: Span) {
    for segment in text.segments() {
        if let Segment::Output { step, output } = segment {
            env.outputs.borrow_mut().push((step.clone(), output.clone(), at));
        }
    }
}

/// A value that must be known when the plan is compiled.
fn known(cx: &mut Cx<'_>, env: &Env, node: &Node, param: &Param, text: &Text, at: Span) -> Option<Typed> {
    let Some(known) = text.known() else {
        if text.is_undecided() {
            // A name that depends on an input is still one and the same wherever it is written so.
            let is_name = param.ty == Ty::Name;
            return Some(if is_name { Typed::Text(text.to_string().into()) } else { Typed::Unset });
        }
        cx.sink.push(too_late(param, text, at));
        return None;
    };
    let result = match param.ty {
        Ty::Version => Version::parse(known).map(Typed::Version),
        Ty::Versions => Versions::parse(known).map(|_| Typed::Text(known.into())),
        Ty::Copy => return copy(cx, param, known, at),
        Ty::Span => Millis::parse(known).map(Typed::Span),
        Ty::Mode => {
            let digits = known.bytes().all(|byte| byte.is_ascii_digit());
            let mode = u32::from_str_radix(known, 8).ok().filter(|mode| digits && *mode <= 0o7777);
            mode.map(|_| Typed::Text(known.into()))
        }
        Ty::Pattern => return pattern(cx, known, at),
        Ty::Name => return name(cx, param, known, at),
        Ty::OneOf(words) => return one_of(cx, param, words, known, at),
        Ty::SourceFile => return source::file(cx, env, node, known, at),
        Ty::SourceFolder => return source::folder(cx, env, node, known, at),
        Ty::Chart => return source::chart(cx, known, at),
        Ty::TargetPath => return target_path(cx, known, at),
        Ty::Count => known.parse().ok().map(Typed::Count),
        _ => Some(Typed::Text(known.into())),
    };
    if result.is_none() {
        let shown = format!("`{}` is no {}", known, bare(param.ty));
        cx.sink.push(
            Diagnostic::new(&TYPE_WRONG, shown)
                .label(at, format!("{} wants {}", param.name, param.ty.name()))
                .help(example::help(param, known)),
        );
    }
    result
}

fn bare(ty: Ty) -> &'static str {
    match ty {
        Ty::Version | Ty::Versions => "version",
        Ty::Span => "span of time",
        Ty::Mode => "file mode",
        _ => "number",
    }
}

fn pattern(cx: &mut Cx<'_>, known: &str, at: Span) -> Option<Typed> {
    match regex::RegexBuilder::new(known).size_limit(1 << 20).build() {
        Ok(_) => Some(Typed::Text(known.into())),
        Err(error) => {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            cx.sink.push(
                Diagnostic::new(&TYPE_WRONG, format!("`{known}` is no regular expression"))
                    .label(at, why)
                    .help("raw strings need no escapes: #\"\\d+\"#"),
            );
            None
        }
    }
}

fn name(cx: &mut Cx<'_>, param: &Param, known: &str, at: Span) -> Option<Typed> {
    let mut letters = known.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_lowercase());
    if first && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && known.len() <= 63 {
        return Some(Typed::Text(known.into()));
    }
    let suggestion = suggested(known);
    cx.sink.push(
        Diagnostic::new(&NAME_WRONG, format!("`{known}` is no name"))
            .label(at, format!("{}: small letters, digits and `-`, at most 63, a letter first", param.name))
            .help(format!("write \"{suggestion}\"")),
    );
    None
}

/// `NAME`, or `PLAN/NAME`.
fn copy(cx: &mut Cx<'_>, param: &Param, known: &str, at: Span) -> Option<Typed> {
    match known.split_once('/') {
        Some((plan, backup)) if !plan.is_empty() => name(cx, param, backup, at).map(|_| Typed::Text(known.into())),
        _ => name(cx, param, known, at),
    }
}

/// The nearest to a text that is a name.
pub(super) fn suggested(name: &str) -> String {
    let letters =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    let letters = letters.trim_matches(|c: char| c == '-' || c.is_ascii_digit());
    if letters.is_empty() { "a-name".into() } else { letters.chars().take(63).collect() }
}

fn one_of(cx: &mut Cx<'_>, param: &Param, words: &[&str], known: &str, at: Span) -> Option<Typed> {
    if words.contains(&known) {
        return Some(Typed::Text(known.into()));
    }
    let label = nearest(known, words.iter().copied())
        .map_or_else(|| "not one of them".to_owned(), |near| format!("did you mean \"{near}\"?"));
    cx.sink.push(
        Diagnostic::new(&VALUE_NOT_ALLOWED, format!("{} can't be \"{known}\"", param.name))
            .label(at, label)
            .help(format!("it is {}", param.ty.name())),
    );
    None
}

/// A path on the target: inside of its directory, whatever `..` it has (R29).
fn target_path(cx: &mut Cx<'_>, known: &str, at: Span) -> Option<Typed> {
    if let Some(why) = unwritable(known) {
        cx.sink.push(
            Diagnostic::new(&TYPE_WRONG, format!("{known:?} is no path"))
                .label(at, why)
                .help("write a path of names that a file can have"),
        );
        return None;
    }
    let inside = files::join("", known);
    if inside.is_none() {
        cx.sink.push(
            Diagnostic::new(&read::OUTSIDE, format!("`{known}` leaves the target's directory"))
                .label(at, "paths on a target are relative to its directory and stay inside")
                .help(format!("write it from the target's directory on: \"{}\"", files::held_inside(known))),
        );
    }
    inside.map(|path| Typed::Text(path.into()))
}

/// Bytes of a name that file systems hold.
const LONGEST_PART: usize = 255;

/// Why no file system can hold such a path.
fn unwritable(path: &str) -> Option<&'static str> {
    if path.contains('\0') {
        return Some("it holds a NUL byte");
    }
    path.split('/').any(|part| part.len() > LONGEST_PART).then_some("a name in it is longer than 255 bytes")
}

fn wrong_type(cx: &Cx<'_>, param: &Param, entry: &Entry) -> Diagnostic {
    let shown = typed(&cx.sources, entry);
    let is_number = matches!(entry.value, Value::Integer(_) | Value::Float(_));
    if is_number && matches!(param.ty, Ty::Version | Ty::Versions) {
        return crate::trap::version(shown, entry.value_span, &format!("{}=", param.name));
    }
    let found = Diagnostic::new(&TYPE_WRONG, format!("{} wants {}", param.name, param.ty.name()))
        .label(entry.value_span, what(&entry.value));
    match param.ty {
        Ty::Truth => found.help(format!("write {}=#true or {}=#false", param.name, param.name)),
        _ => found.help(example::help(param, shown.trim_matches('"'))),
    }
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "this is a text",
        Value::Integer(_) | Value::Float(_) => "this is a number",
        Value::Bool(_) => "this is a truth value",
        Value::Null => "this is nothing",
    }
}

fn too_late(param: &Param, text: &Text, at: Span) -> Diagnostic {
    let late = text.segments().iter().find(|segment| !matches!(segment, Segment::Known(_)));
    let (label, help) = match late {
        Some(Segment::Output { step, .. }) => (format!("known only after step `{step}` has run"), "use an input"),
        Some(Segment::Secret(input)) => {
            (format!("`{input}` is a secret, which never enters a plan"), "use an input that is no secret")
        }
        _ => ("known only during the run".to_owned(), "use an input"),
    };
    Diagnostic::new(&TOO_LATE, format!("{} must be known when the plan is compiled", param.name))
        .label(at, label)
        .help(help)
        .help("what a step touches must be known beforehand; late values may stand in texts, values and bodies")
}
