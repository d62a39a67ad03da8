//! The way from files to a plan, stage by stage.

use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::env::{Env, Given};
use crate::files::Files;
use crate::plan::{At, InputSource, Plan};
use crate::read;
use crate::registry::Registry;
use crate::source::SourceSet;
use crate::trap::followers;
use crate::{check, declare, expand, graph, lower};
use std::collections::BTreeMap;

/// What is to be compiled.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The plan or library, relative to the project's folder.
    pub root: String,
    /// The target; none while checking a project without one.
    pub target: Option<String>,
    /// Values from outside, the strongest already chosen.
    pub inputs: BTreeMap<String, Given>,
    /// Whether every input must have a value: for a bundle, not for `check`.
    pub exact: bool,
}

/// An input, as the executor needs to know it to find its value.
#[derive(Clone, Debug, PartialEq)]
pub struct InputDecl {
    /// Its name.
    pub name: String,
    /// Where its value comes from.
    pub source: InputSource,
    /// Whether it is a secret.
    pub secret: bool,
    /// Whether it has a default.
    pub has_default: bool,
    /// Its value on this target.
    pub set: Option<String>,
    /// What it is read by, at diff.
    pub read: Option<crate::plan::Call>,
    /// Its type's name.
    pub ty: String,
    /// What it must match as a whole.
    pub pattern: Option<String>,
    /// The values that are allowed; any when empty.
    pub allowed: Vec<String>,
    /// Where it stands.
    pub at: At,
}

/// What a compilation gives.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The plan, when nothing stops it; none for a library.
    pub plan: Option<Plan>,
    /// Bytes of the sources that the plan uses, by their digest.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// All inputs.
    pub inputs: Vec<InputDecl>,
    /// All targets of the project.
    pub targets: Vec<String>,
    /// Everything that was found, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// What the diagnostics point into.
    pub sources: SourceSet,
}

/// The targets of a project, each once for each time that it is declared: what [`Compiled::targets`] says, from the
/// project file alone. What is wrong with that file is told by [`compile`].
pub fn targets(files: &dyn Files, registry: &Registry<'_>) -> Vec<String> {
    let project = read::project(&mut Cx::new(files, registry));
    declare::targets(&project).map(|(name, _)| name.value.to_string()).collect()
}

/// Compiles a plan, or looks a library over.
pub fn compile(files: &dyn Files, request: &Request, registry: &Registry<'_>) -> Compiled {
    led(files, request, registry, &[])
}

/// The same for a plan to which the `rollback-plan` of others led.
pub(crate) fn led(files: &dyn Files, request: &Request, registry: &Registry<'_>, led: &[String]) -> Compiled {
    let mut cx = Cx::new(files, registry);
    cx.led = led.iter().chain([&request.root]).cloned().collect();
    let read = read::read(&mut cx, &request.root);
    let mut env = Env {
        scopes: vec![crate::env::Scope::default()],
        given: request.inputs.clone(),
        target: request.target.clone(),
        exact: request.exact,
        is_partial: !read.whole,
        ..Env::default()
    };
    let declared = declare::declare(&mut cx, &mut env, &read, request);
    let expanded = expand::expand(&mut cx, &mut env, &read, &declared);
    let is_whole = read.whole && !expanded.is_stopped;
    let mut draft = lower::lower(&mut cx, &mut env, &read, &declared, expanded);
    let targets = std::mem::take(&mut draft.targets);
    let inputs = draft.inputs.clone();
    let is_plan = request.root.ends_with(read::PLAN);
    let plan = if is_plan && is_whole {
        let graph = graph::order(&mut cx, &draft);
        check::check(&mut cx, &env, &read, &draft, graph.as_ref());
        graph.map(|graph| graph::plan(draft, &graph, request))
    } else {
        check::library(&mut cx, &read, &draft);
        None
    };
    let plan = plan.filter(|_| !cx.sink.has_errors());
    let diagnostics = followers::without(cx.sink.finish());
    Compiled { plan, blobs: cx.blobs, inputs, targets, diagnostics, sources: cx.sources }
}
