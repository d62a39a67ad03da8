//! What a name in `{{…}}` means: inputs, a template's own inputs, versions, the target, later values.

use crate::source::{SourceSet, Span};
use crate::syntax::{Entry, ScopeId, Value, typed};
use crate::template::{self, Fault, MOST_FAULTS, Names};
use crate::value::{Segment, Text};
use crate::version::Version;
use indexmap::IndexMap;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Bytes of text that a plan's strings and templates may grow to in all: a bomb is an error, not a hang (R29).
const MOST_TEXT: usize = 128 << 20;
/// What looking a name up counts as, so that names of nothing end too.
const LOOKUP_COST: usize = 64;
/// Names without a meaning of which the near ones are looked for.
const MOST_ASKED: usize = 50;
/// How deep values may stand in values. Templates may stand 24 deep in each other, each handing values on.
const MOST_NESTED: u32 = 64;

/// A value from outside, by `--input`, a target's `set`, the environment, a file or the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Known.
    Value(String),
    /// Known to the executor alone.
    Secret,
}

/// An input as declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    pub(crate) default: Option<String>,
    /// What the target sets it to.
    pub(crate) set: Option<String>,
    pub(crate) secret: bool,
    /// Where its name stands.
    pub(crate) at: Span,
}

/// An `insert`: the values that its template sees.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) template: Rc<str>,
    /// Where the `insert` stands.
    pub(crate) at: Span,
    /// The scope in which the `insert` stands, where its values are looked up.
    pub(crate) caller: ScopeId,
    pub(crate) values: IndexMap<Rc<str>, Inner>,
}

/// A value of a template's input.
#[derive(Debug)]
pub(crate) enum Inner {
    /// As written at the `insert`.
    Given(String),
    /// As written at the template's `input`.
    Default(String),
    /// Not given, which is told where the template is put in.
    Missing,
}

/// All that names can mean.
#[derive(Debug, Default)]
pub(crate) struct Env {
    /// Index 0 is the plan itself.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) inputs: IndexMap<Rc<str>, Declared>,
    pub(crate) given: BTreeMap<String, Given>,
    pub(crate) moves: BTreeMap<String, (Version, Version)>,
    pub(crate) target: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// Whether every input must have a value (a bundle) or not (`check`).
    pub(crate) exact: bool,
    /// Whether a file could not be read, so that a name without a meaning may be one that stands there.
    pub(crate) is_partial: bool,
    /// Bytes of text made so far.
    pub(crate) made: Cell<usize>,
    /// How often all names were asked for.
    pub(crate) asked: Cell<usize>,
    /// How many values are being looked up inside each other.
    pub(crate) nested: Cell<u32>,
    /// Inputs that something read.
    pub(crate) used: RefCell<BTreeSet<String>>,
    /// Outputs that something read, with the place.
    pub(crate) outputs: RefCell<Vec<(String, String, Span)>>,
}

impl Env {
    /// The text of a string of the plan.
    pub(crate) fn render(&self, raw: &str, scope: ScopeId) -> Result<Text, Fault> {
        if !raw.contains("{{") {
            return Ok(Text::from(raw));
        }
        // Values in values are judged up to the first fault: gathering all would double at every level.
        let most = if self.nested.get() > 1 { 1 } else { MOST_FAULTS };
        let names = Names { lookup: &|path| self.lookup(path, scope), all: &|| self.names(scope), most };
        let text = template::render(raw, &names)?;
        self.charge(text.len()).then_some(text).ok_or(Fault::TooLarge)
    }

    /// What a path such as `namespace` or `component.lumen.to` means in a scope.
    pub(crate) fn lookup(&self, path: &str, scope: ScopeId) -> Result<Text, Fault> {
        if !self.charge(LOOKUP_COST) {
            return Err(Fault::TooLarge);
        }
        if self.nested.get() >= MOST_NESTED {
            return Err(Fault::Circular(path.to_owned()));
        }
        self.nested.set(self.nested.get() + 1);
        let found = self.meaning(path, scope);
        self.nested.set(self.nested.get() - 1);
        found
    }

    /// Counts text that was made; whether it may be.
    fn charge(&self, bytes: usize) -> bool {
        self.made.set(self.made.get().saturating_add(bytes));
        self.made.get() <= MOST_TEXT
    }

    fn meaning(&self, path: &str, scope: ScopeId) -> Result<Text, Fault> {
        if let Some(found) = self.in_scope(path, scope) {
            return found;
        }
        if let Some(input) = self.inputs.get(path) {
            self.used.borrow_mut().insert(path.to_owned());
            return self.input(path, input);
        }
        match self.built_in(path) {
            Some(found) => Ok(found),
            None if self.is_partial => Ok(unset(path)),
            None => Err(Fault::Unknown { name: path.to_owned(), known: self.names(scope) }),
        }
    }

    fn in_scope(&self, path: &str, scope: ScopeId) -> Option<Result<Text, Fault>> {
        let inside = (scope != 0).then(|| self.scopes.get(scope as usize)).flatten()?;
        Some(match inside.values.get(path)? {
            Inner::Given(raw) => self.render(raw, inside.caller),
            Inner::Default(raw) => self.render(raw, scope),
            Inner::Missing => Ok(unset(path)),
        })
    }

    fn input(&self, name: &str, input: &Declared) -> Result<Text, Fault> {
        let late = |segment| Ok(std::iter::once(segment).collect());
        match self.given.get(name) {
            _ if input.secret => late(Segment::Secret(name.to_owned())),
            Some(Given::Value(value)) => Ok(Text::from(value.as_str())),
            Some(Given::Secret) => late(Segment::Secret(name.to_owned())),
            None => match input.set.as_ref().or(input.default.as_ref()) {
                Some(raw) => self.render(raw, 0),
                None if self.exact => Err(Fault::NoValue(name.to_owned())),
                None => Ok(unset(name)),
            },
        }
    }

    fn built_in(&self, path: &str) -> Option<Text> {
        let late = |segment| std::iter::once(segment).collect();
        let mut parts = path.split('.');
        match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            ("target", None, ..) => Some(match &self.target {
                Some(target) => Text::from(target.as_str()),
                None => unset("target"),
            }),
            (fact @ ("run" | "switchback"), None, ..) => Some(late(Segment::Run(fact.to_owned()))),
            ("label", Some(key), None, _) => self.labels.get(key).map(|value| Text::from(value.as_str())),
            ("component", Some(name), Some(end), None) => {
                let (from, to) = self.moves.get(name)?;
                match end {
                    "from" => Some(Text::from(from.to_string())),
                    "to" => Some(Text::from(to.to_string())),
                    _ => None,
                }
            }
            ("step", Some(step), Some(output), None) => {
                Some(late(Segment::Output { step: step.to_owned(), output: output.to_owned() }))
            }
            _ => None,
        }
    }

    /// Every name that could have been meant, for "did you mean"; none when that was asked for too often to be read.
    fn names(&self, scope: ScopeId) -> Vec<String> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > MOST_ASKED {
            return Vec::new();
        }
        let inner = self.scopes.get(scope as usize).into_iter().flat_map(|scope| scope.values.keys());
        let mut names: Vec<String> = inner.chain(self.inputs.keys()).map(ToString::to_string).collect();
        names.extend(["target".into(), "run".into()]);
        names.extend(self.moves.keys().flat_map(|name| ["from", "to"].map(|end| format!("component.{name}.{end}"))));
        names
    }

    /// The places of the `insert`s that lead to a scope, the innermost first.
    pub(crate) fn way_to(&self, scope: ScopeId) -> Vec<(Rc<str>, Span)> {
        let mut way = Vec::new();
        let mut scope = scope;
        while let Some(inside) = (scope != 0).then(|| self.scopes.get(scope as usize)).flatten() {
            way.push((Rc::clone(&inside.template), inside.at));
            scope = inside.caller;
        }
        way
    }
}

fn unset(name: &str) -> Text {
    std::iter::once(Segment::Unset(name.to_owned())).collect()
}

/// A value as the text that a person would type for it; numbers as they are typed, since 1.10 is no 1.1.
pub(crate) fn as_text(sources: &SourceSet, entry: &Entry) -> String {
    match &entry.value {
        Value::String(text) => text.to_string(),
        Value::Integer(_) | Value::Float(_) => typed(sources, entry).to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null => String::new(),
    }
}
