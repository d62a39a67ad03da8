//! Values of inputs: `--input`, then the target's `set`, the environment, a file, the world, the default.

use super::connect::cluster;
use super::kube_key;
use super::open::looking;
use crate::action::noun;
use crate::site::{Blobs, Fault, Scene, Secrets, Site};
use std::collections::BTreeMap;
use std::path::Path;
use switchback_compiler::diagnostic::Diagnostic;
use switchback_compiler::files::Files;
use switchback_compiler::plan::{Call, InputSource, Plan, READ_LIMIT, Target};
use switchback_compiler::registry::Registry;
use switchback_compiler::{Compiled, Given, INPUT_VALUE, InputDecl, Request, compile, judge};

/// A secret's file may not be larger than this.
pub(super) const MAX_SECRET: u64 = 64 << 10;

/// A plan compiled with all its inputs.
#[derive(Debug)]
pub struct Resolved {
    /// What the compiler gave.
    pub compiled: Compiled,
    /// Values of secrets.
    pub secrets: Secrets,
}

/// Why an input has no good value.
#[derive(Debug, thiserror::Error)]
#[error("input `{name}`: {why}")]
pub struct InputError {
    /// Which.
    pub name: String,
    /// Why, a fragment.
    pub why: String,
    /// The way out.
    pub help: String,
}

impl InputError {
    pub(super) fn new(name: &str, why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name: name.to_owned(), why: why.into(), help: help.into() }
    }
}

/// Where values come from.
pub struct Sources<'a> {
    /// `--input NAME=TEXT`.
    pub typed: &'a BTreeMap<String, String>,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The project's folder.
    pub project: &'a Path,
}

/// Compiles a plan with the values of its inputs; what is wrong with the plan itself and with values that were found
/// is in the result's diagnostics.
pub async fn resolve(
    files: &dyn Files,
    registry: &Registry<'_>,
    root: &str,
    target: Option<&str>,
    sources: &Sources<'_>,
) -> Resolved {
    let typed = sources.typed.iter().map(|(name, value)| (name.clone(), Given::Value(value.clone()))).collect();
    let mut request =
        Request { root: root.to_owned(), target: target.map(ToOwned::to_owned), inputs: typed, exact: false };
    let mut first = compile(files, &request, registry);
    let mut secrets = Secrets::default();
    let Some(plan) = &first.plan else { return Resolved { compiled: first, secrets } };
    if first.inputs.is_empty() {
        // There is no value that a second compilation could need.
        return Resolved { compiled: first, secrets };
    }
    // Secrets first: what is read must not give one away, nor see where they come from.
    let (hidden, open): (Vec<_>, Vec<_>) = first.inputs.iter().partition(|input| input.secret);
    hidden.iter().filter_map(|input| input.source.env.as_deref()).for_each(|name| secrets.comes_from(name));
    let mut wrong = Vec::new();
    for input in hidden.into_iter().chain(open) {
        match judged(input, plan, &first.blobs, sources, &secrets).await {
            Ok(None) => {}
            Ok(Some(value)) if input.secret => {
                secrets.insert(input.name.clone(), &value);
                request.inputs.insert(input.name.clone(), Given::Secret);
            }
            Ok(Some(value)) => drop(request.inputs.insert(input.name.clone(), Given::Value(value))),
            Err(error) => wrong.push(told(&error, input)),
        }
    }
    if !wrong.is_empty() {
        first.diagnostics.extend(wrong);
        return Resolved { compiled: Compiled { plan: None, ..first }, secrets };
    }
    request.exact = true;
    Resolved { compiled: compile(files, &request, registry), secrets }
}

/// What is wrong with a value, at the input's declaration.
fn told(error: &InputError, input: &InputDecl) -> Diagnostic {
    Diagnostic::new(&INPUT_VALUE, format!("input `{}` has no good value", error.name))
        .label(input.at.span, error.why.clone())
        .help(error.help.clone())
}

/// A value that its declaration allows; none where a default or nothing gives it.
async fn judged(
    input: &InputDecl,
    plan: &Plan,
    blobs: &BTreeMap<String, Vec<u8>>,
    sources: &Sources<'_>,
    secrets: &Secrets,
) -> Result<Option<String>, InputError> {
    let Some(value) = value_of(input, plan, blobs, sources, secrets).await? else { return Ok(None) };
    judge(&input.ty, input.pattern.as_deref(), &input.allowed, &value)
        .map_err(|why| InputError::new(&input.name, shown(input, &value, &why), "give it another value"))?;
    Ok(Some(value))
}

/// A secret's value is never shown, not even a wrong one.
fn shown(input: &InputDecl, value: &str, why: &str) -> String {
    if input.secret { format!("its value is wrong: {why}") } else { format!("\"{value}\" is wrong: {why}") }
}

async fn value_of(
    input: &InputDecl,
    plan: &Plan,
    blobs: &BTreeMap<String, Vec<u8>>,
    sources: &Sources<'_>,
    secrets: &Secrets,
) -> Result<Option<String>, InputError> {
    let name = &input.name;
    if let Some(value) = sources.typed.get(name) {
        if input.secret {
            let help = "a command line is seen by everyone on the machine: give it by its env or its file";
            return Err(InputError::new(name, "a secret can't be given by --input", help));
        }
        return Ok(Some(value.clone()));
    }
    if let Some(value) = &input.set {
        return Ok(Some(value.clone()));
    }
    if let Some(value) = outside(name, &input.source, sources.project, sources.env)? {
        return Ok(Some(value));
    }
    if let Some(key) = input.source.kube() {
        return kube_key::read(name, &key, plan.target.as_ref()).await.map(Some);
    }
    if let Some(reader) = &input.read {
        let site = looking(sources.project, plan, Blobs::new(blobs.clone()), secrets.clone());
        let site = site.map_err(|fault| not_read(name, &fault.why))?;
        let cluster = cluster(plan.target.as_ref(), reader).await.map_err(|fault| not_read(name, &fault.why))?;
        return read(name, reader, &Site { cluster, ..site }).await.map(Some);
    }
    if input.secret { Err(no_secret(name, &input.source)) } else { Ok(None) }
}

/// The value of a secret. On a cluster it is looked for only where there is a target.
pub(super) async fn secret(
    name: &str,
    source: &InputSource,
    project: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    target: Option<&Target>,
) -> Result<String, InputError> {
    match (outside(name, source, project, env)?, source.kube()) {
        (Some(value), _) => Ok(value),
        (None, Some(key)) if target.is_some() => kube_key::read(name, &key, target).await,
        (None, _) => Err(no_secret(name, source)),
    }
}

fn no_secret(name: &str, source: &InputSource) -> InputError {
    let help = match &source.env {
        Some(variable) => format!("set the environment variable {variable}"),
        None => "add env=\"NAME\" or from=\"file:…\" to its declaration".to_owned(),
    };
    InputError::new(name, "the secret has no value", help)
}

/// From the environment, or from a file.
fn outside(
    name: &str,
    source: &InputSource,
    project: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, InputError> {
    if let Some(value) = source.env.as_deref().and_then(env) {
        return Ok(Some(value));
    }
    let path = source.from.as_deref().and_then(|from| from.strip_prefix("file:"));
    path.map(|path| from_file(name, project, path)).transpose()
}

fn unread(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    }
}

/// `written` is the path as the plan has it, from the project's folder on.
fn from_file(name: &str, project: &Path, written: &str) -> Result<String, InputError> {
    let path = &project.join(written);
    let failed = |why: String| {
        let help = "paths are counted from the project's folder; look at its path and permissions";
        InputError::new(name, format!("{written}: {why}"), help)
    };
    let size = std::fs::metadata(path).map_err(|error| failed(unread(&error)))?.len();
    if size > MAX_SECRET {
        return Err(failed("larger than 64 KiB".into()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(unread(&error)))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

async fn read(name: &str, reader: &Call, site: &Site) -> Result<String, InputError> {
    let progress = |_: String, _: bool| {};
    let scene = Scene { site, step: "inputs", act: name, within: READ_LIMIT.std(), progress: &progress };
    let found = noun(&reader.kind).and_then(|noun| noun.reader());
    let found = found.ok_or_else(|| not_read(name, &format!("`{}` can't be read", reader.kind)))?;
    // The last thing that it said is most often the reason.
    let told = |fault: Fault| match fault.details.last() {
        Some(last) => format!("{}: {}", fault.why, last.trim_start_matches("| ")),
        None => fault.why,
    };
    let value = found.read(reader, &scene).await.map_err(|fault| not_read(name, &site.secrets.mask(&told(fault))))?;
    match site.secrets.given_away_by(&value) {
        Some(secret) => {
            let help = format!("write {{{{{secret}}}}} where it is needed; what is read is written down");
            Err(InputError::new(name, format!("what is read would give away the secret `{secret}`"), help))
        }
        None => Ok(value),
    }
}

fn not_read(name: &str, why: &str) -> InputError {
    InputError::new(name, why, "give it by --input, or mend what is read")
}
