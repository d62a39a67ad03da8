//! Handlebars, strict: a name without a meaning is an error, and later values pass through as markers.
//!
//! Late values are rendered as text between two noncharacters, which the guard refuses in sources, and become
//! [`Segment`]s again afterwards. So the real handlebars serves for values that are not known yet.

use crate::value::{Segment, Text};
use crate::{broken, nesting, rewrite};
use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};
use handlebars::{Handlebars, Path, no_escape};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';
/// A template may grow to this and no further.
const MAX_OUTPUT: usize = 16 << 20;
/// `{{…}}` of a template with more in it than names.
const MAX_TAGS: usize = 4000;

/// Names of one text that are told when each is wrong by itself: nobody reads further.
pub(crate) const MOST_FAULTS: usize = 20;

/// Why a text can't be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Several names of one text, each wrong by itself.
    Many(Vec<Fault>),
    /// A name that means nothing here.
    Unknown { name: String, known: Vec<String> },
    /// An input without a value.
    NoValue(String),
    /// A value that is known later decides something that must be known now.
    TooLate(String),
    /// A value whose value needs its value.
    Circular(String),
    /// Texts grow without measure.
    TooLarge,
    /// It goes through a list, and there are none.
    NoLists,
    /// What is wrong, the line, and the piece of the text that it is about where that is known.
    Broken { text: String, line: usize, piece: String },
}

/// What names mean, and how many that mean nothing are gathered from one text.
pub(crate) struct Names<'a> {
    /// The meaning of a name.
    pub(crate) lookup: &'a dyn Fn(&str) -> Result<Text, Fault>,
    /// All names, for messages.
    pub(crate) all: &'a dyn Fn() -> Vec<String>,
    /// After so many faults a text is given up.
    pub(crate) most: usize,
}

/// Renders a template.
pub(crate) fn render(raw: &str, names: &Names<'_>) -> Result<Text, Fault> {
    match plain(raw, names) {
        Some(text) => text,
        None => full(raw, names),
    }
}

/// Faults of one text, each once.
struct Faults {
    found: Vec<Fault>,
    most: usize,
}

impl Faults {
    /// Takes one in; whether it is the last that is wanted.
    fn is_full_with(&mut self, fault: Fault) -> bool {
        if !self.found.contains(&fault) {
            self.found.push(fault);
        }
        self.found.len() >= self.most
    }

    fn told<T>(mut self, value: T) -> Result<T, Fault> {
        match self.found.len() {
            0 => Ok(value),
            1 => self.found.pop().map_or(Ok(value), Err),
            _ => Err(Fault::Many(self.found)),
        }
    }
}

/// The usual case, text with `{{name}}` in it: a large plan has many thousands, and handlebars compiles each anew.
fn plain(raw: &str, names: &Names<'_>) -> Option<Result<Text, Fault>> {
    let simple = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, tail) = after.split_once("}}")?;
        let name = inside.trim();
        let reserved = matches!(name, "" | "else" | "this" | "true" | "false" | "null") || name.starts_with('.');
        if before.ends_with('\\') || reserved || !name.chars().all(simple) {
            return None;
        }
        pieces.push((before, name));
        rest = tail;
    }
    let mut text = Text::default();
    let mut faults = Faults { found: Vec::new(), most: names.most };
    for (before, name) in pieces {
        text.push(Segment::Known(before.to_owned()));
        match (names.lookup)(name) {
            Ok(value) => value.segments().iter().cloned().for_each(|segment| text.push(segment)),
            Err(fault) => {
                if faults.is_full_with(fault) {
                    break;
                }
            }
        }
    }
    text.push(Segment::Known(rest.to_owned()));
    Some(faults.told(text))
}

fn full(raw: &str, names: &Names<'_>) -> Result<Text, Fault> {
    bounded(raw)?;
    let template = Template::compile(raw).map_err(|error| unread(raw, &error))?;
    let mut wanted = Wanted::default();
    wanted.elements(&template.elements, false);
    if wanted.lists {
        return Err(Fault::NoLists);
    }
    let mut late = Late::default();
    let data = data(&wanted, names, &mut late)?;
    let text = engine().render_template(raw, &Json::Object(data)).map_err(|error| unrendered(&error, names.all))?;
    if text.len() > MAX_OUTPUT {
        return Err(Fault::TooLarge);
    }
    Ok(late.unmark(&text))
}

/// The values that a template reads.
fn data(wanted: &Wanted, names: &Names<'_>, late: &mut Late) -> Result<Map<String, Json>, Fault> {
    let mut faults = Faults { found: Vec::new(), most: names.most };
    let mut data = Map::new();
    for (path, decides) in &wanted.paths {
        let fault = match (names.lookup)(path) {
            // A name inside a block (`{{#with}}`) may be of the block; handlebars' strict mode judges it.
            Err(Fault::Unknown { .. }) if wanted.blocks => continue,
            Err(fault) => fault,
            Ok(value) if *decides && value.known().is_none() => Fault::TooLate(path.clone()),
            Ok(value) if holds_marker(&value) => {
                let text = format!("`{path}` holds the character U+FDD0 or U+FDD1");
                Fault::Broken { text, line: 1, piece: path.clone() }
            }
            Ok(value) => {
                insert(&mut data, path, late.mark(&value));
                continue;
            }
        };
        if faults.is_full_with(fault) {
            break;
        }
    }
    faults.told(data)
}

fn holds_marker(value: &Text) -> bool {
    value.segments().iter().any(|one| matches!(one, Segment::Known(text) if text.contains([OPEN, CLOSE])))
}

/// Refuses what handlebars would overflow its stack on, and what could be taken for a marker of our own.
fn bounded(raw: &str) -> Result<(), Fault> {
    let marker = raw.find([OPEN, CLOSE]).map(|at| (at, "the characters U+FDD0 and U+FDD1 can't stand in a template"));
    // Four begin a raw block; on more of them the parser goes back and forth without end.
    let braces = || raw.find("{{{{{").map(|at| (at, "five `{` stand in a row"));
    // What handlebars takes for them grows with their square.
    let many = || raw.match_indices("{{").nth(MAX_TAGS).map(|(at, _)| (at, "more than 4,000 `{{` stand in it"));
    let deep = || nesting::too_deep(raw).map(|at| (at, "too much stands in each other"));
    match marker.or_else(braces).or_else(many).or_else(deep) {
        None => Ok(()),
        Some((at, text)) => {
            let line = raw.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            Err(Fault::Broken { text: text.into(), line, piece: String::new() })
        }
    }
}

/// Strict, without escaping, and without helpers that could compare a marker.
fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    for helper in ["eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "log"] {
        engine.unregister_helper(helper);
    }
    rewrite::register(&mut engine);
    engine
}

/// A text that is no template.
fn unread(raw: &str, error: &handlebars::TemplateError) -> Fault {
    let line = error.pos().map_or(1, |(line, _)| line);
    match broken::why(raw) {
        Some((text, piece)) => Fault::Broken { text, line, piece: piece.to_owned() },
        None => Fault::Broken { text: format!("this is none in line {line}"), line, piece: String::new() },
    }
}

fn unrendered(error: &handlebars::RenderError, names: &dyn Fn() -> Vec<String>) -> Fault {
    let line = error.line_no.unwrap_or(1);
    match error.reason() {
        handlebars::RenderErrorReason::MissingVariable(Some(name)) => {
            Fault::Unknown { name: name.clone(), known: names() }
        }
        handlebars::RenderErrorReason::HelperNotFound(name) => {
            let text = format!("there is no helper `{name}`, only {}", rewrite::NAMES.join(", "));
            Fault::Broken { text, line, piece: name.clone() }
        }
        reason => Fault::Broken { text: reason.to_string(), line, piece: String::new() },
    }
}

/// Puts `value` at a path with dots.
fn insert(data: &mut Map<String, Json>, path: &str, value: Json) {
    match path.split_once('.') {
        None => {
            data.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = data.entry(head.to_owned()).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// The names that a template reads, and whether one decides about a block.
#[derive(Default)]
struct Wanted {
    paths: BTreeMap<String, bool>,
    blocks: bool,
    /// Whether it goes through a list.
    lists: bool,
}

impl Wanted {
    fn elements(&mut self, elements: &[TemplateElement], decides: bool) {
        for element in elements {
            match element {
                TemplateElement::Expression(helper) | TemplateElement::HtmlExpression(helper) => {
                    self.helper(helper, decides);
                }
                TemplateElement::HelperBlock(helper) => {
                    self.blocks = true;
                    self.lists |= helper.name.as_name() == Some("each");
                    self.helper(helper, true);
                }
                _ => {}
            }
        }
    }

    fn helper(&mut self, helper: &HelperTemplate, decides: bool) {
        if helper.params.is_empty() && !helper.block {
            self.parameter(&helper.name, decides);
        }
        helper.params.iter().chain(helper.hash.values()).for_each(|param| self.parameter(param, true));
        for inside in helper.template.iter().chain(helper.inverse.iter()) {
            self.elements(&inside.elements, false);
        }
    }

    fn parameter(&mut self, parameter: &Parameter, decides: bool) {
        match parameter {
            Parameter::Path(Path::Relative((_, raw))) => *self.paths.entry(raw.clone()).or_default() |= decides,
            Parameter::Name(name) => *self.paths.entry(name.clone()).or_default() |= decides,
            Parameter::Subexpression(inner) => self.elements(std::slice::from_ref(&*inner.element), true),
            _ => {}
        }
    }
}

/// Later values on their way through handlebars.
#[derive(Default)]
struct Late {
    segments: Vec<Segment>,
}

impl Late {
    fn mark(&mut self, text: &Text) -> Json {
        let mut marked = String::new();
        for segment in text.segments() {
            if let Segment::Known(known) = segment {
                marked.push_str(known);
            } else {
                marked.extend([OPEN.to_string(), self.segments.len().to_string(), CLOSE.to_string()]);
                self.segments.push(segment.clone());
            }
        }
        // A truth is one for `{{#if}}` too; written out it reads the same.
        match marked.as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => Json::String(marked),
        }
    }

    fn unmark(&self, rendered: &str) -> Text {
        let mut text = Text::default();
        let mut rest = rendered;
        while let Some((before, after)) = rest.split_once(OPEN) {
            text.push(Segment::Known(before.to_owned()));
            let (number, tail) = after.split_once(CLOSE).unwrap_or((after, ""));
            if let Some(segment) = number.parse::<usize>().ok().and_then(|at| self.segments.get(at)) {
                text.push(segment.clone());
            }
            rest = tail;
        }
        text.push(Segment::Known(rest.to_owned()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(path: &str) -> Result<Text, Fault> {
        match path {
            "a" => Ok("1 & 2".into()),
            "component.x.to" => Ok("2.0".into()),
            "lines" => Ok("a\n\nb".into()),
            "yes" => Ok("true".into()),
            "no" => Ok("false".into()),
            "pw" => Ok(std::iter::once(Segment::Secret("pw".into())).collect()),
            other => Err(Fault::Unknown { name: other.into(), known: vec![] }),
        }
    }

    const NAMES: Names<'static> = Names { lookup: &lookup, all: &Vec::new, most: MOST_FAULTS };

    fn rendered(raw: &str) -> Result<String, Fault> {
        render(raw, &NAMES).map(|text| text.to_string())
    }

    #[test]
    fn names_are_filled_in_without_escaping() {
        assert_eq!(rendered("<{{a}}> {{ component.x.to }}").as_deref(), Ok("<1 & 2> 2.0"));
        assert_eq!(rendered("{{#if yes}}<{{a}}>{{else}}no{{/if}}").as_deref(), Ok("<1 & 2>"));
        assert_eq!(rendered("{{#if no}}yes{{else}}{{no}}{{/if}}").as_deref(), Ok("false"));
    }

    #[test]
    fn helpers_write_a_value_another_way() {
        assert_eq!(rendered("t-{{dashed component.x.to}} {{minor \"24.3.1\"}}").as_deref(), Ok("t-2-0 24.3"));
        assert_eq!(rendered("{{base64 a}}").as_deref(), Ok("MSAmIDI="));
        assert_eq!(rendered("- {{indent lines 2}}").as_deref(), Ok("- a\n\n  b"));
        assert!(matches!(rendered("{{minor yes}}"), Err(Fault::Broken { .. })));
        assert!(matches!(rendered("{{minor \"24\"}}"), Err(Fault::Broken { .. })));
        assert!(matches!(rendered("{{upper a}}"), Err(Fault::Broken { .. })));
        assert_eq!(rendered("{{base64 pw}}"), Err(Fault::TooLate("pw".into())));
    }

    #[test]
    fn a_secret_passes_as_a_segment() {
        let text = render("{{#if yes}}pw={{pw}};{{/if}}", &NAMES);
        assert_eq!(text.map(|text| text.is_secret()), Ok(true));
        assert_eq!(rendered("{{#if yes}}pw={{pw}};{{/if}}").as_deref(), Ok("pw=‹secret pw›;"));
    }

    #[test]
    fn a_late_value_decides_nothing() {
        assert_eq!(rendered("{{#if pw}}x{{/if}}"), Err(Fault::TooLate("pw".into())));
    }

    #[test]
    fn an_unknown_name_is_a_fault() {
        assert!(matches!(rendered("{{b}}"), Err(Fault::Unknown { .. })));
        assert!(matches!(rendered("{{#if yes}}{{b}}{{/if}}"), Err(Fault::Unknown { .. })));
        assert!(matches!(rendered("{{#if}"), Err(Fault::Broken { .. })));
        assert_eq!(rendered("{{#each a}}{{this}}{{/each}}"), Err(Fault::NoLists));
    }

    #[test]
    fn names_of_one_text_are_all_judged_and_each_told_once() {
        let unknown = |name: &str| Fault::Unknown { name: name.into(), known: vec![] };
        let all = |names: &[&str]| Err(Fault::Many(names.iter().map(|name| unknown(name)).collect()));
        assert_eq!(rendered("{{b}} {{a}} {{c}} {{b}}"), all(&["b", "c"]));
        assert_eq!(rendered("{{dashed b}} {{a}} {{c}}"), all(&["b", "c"]));
        assert_eq!(render("{{b}} {{c}}", &Names { most: 1, ..NAMES }), Err(unknown("b")));
    }
}
