//! The project file: targets and policy.

use super::head::any_text;
use super::pages::TARGET_NOWHERE;
use super::{Draft, text};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::env::Env;
use crate::files::FileError;
use crate::plan::{Kube, Service, Target};
use crate::read::{self, outside};
use crate::selector;
use crate::shape::{Item, Typed};
use crate::source::Span;
use crate::value::Text;
use std::collections::BTreeMap;

/// Lowers the project file; only the chosen target becomes part of the plan.
pub(super) fn project(cx: &mut Cx<'_>, env: &Env, items: &[Item<'_>], draft: &mut Draft) {
    for item in items {
        match item.name {
            "language" => super::head::language(cx, item),
            "layers" => draft.layers_from(item),
            "target" => {
                let lowered = target(cx, env, item);
                if text(item, "name") == env.target {
                    seed(cx, item);
                    cx.target.clone_from(&lowered);
                    draft.target = lowered;
                }
            }
            "policy" => policy(cx, env, item, draft),
            _ => {}
        }
    }
}

fn target(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>) -> Option<Target> {
    let mut target = Target { name: text(item, "name")?, labels: env.labels.clone(), ..Target::default() };
    for child in &item.children {
        match child.name {
            "directory" => {
                target.directory = text(child, "path");
                target.seed = text(child, "seed");
                if let Some(seed) = target.seed.as_deref().filter(|seed| crate::files::join("", seed).is_none()) {
                    cx.sink.push(outside(child.span_of("seed"), seed));
                }
            }
            "kube" => target.kube = Some(kube(child)),
            "backups" => target.backups = text(child, "path"),
            "service" => service(child, &mut target.services),
            _ => {}
        }
    }
    if target.directory.is_none() && target.kube.is_none() {
        cx.sink.push(
            Diagnostic::new(&TARGET_NOWHERE, format!("target `{}` is nowhere", target.name))
                .label(item.span, "neither a directory nor a cluster")
                .help("add directory \"./platform\", or kube context=\"prod\", or both"),
        );
    }
    Some(target)
}

fn kube(item: &Item<'_>) -> Kube {
    let namespace = text(item, "namespace").unwrap_or_else(|| Kube::NAMESPACE.to_owned());
    Kube { context: text(item, "context"), namespace, lease: text(item, "lease") }
}

/// The seed of the chosen target is a source as others are: it is there.
fn seed(cx: &mut Cx<'_>, item: &Item<'_>) {
    let Some(directory) = item.children_called("directory").next() else { return };
    let Some(path) = text(directory, "seed").and_then(|seed| crate::files::join("", &seed)) else { return };
    // Its files are listed only where it can't be a folder on a disk: it may hold a whole platform.
    let is_missing = cx.files.read(&path) == Err(FileError::Missing) && cx.files.list(&path).is_err();
    if is_missing {
        cx.sink.push(
            Diagnostic::new(&read::MISSING, format!("there is no `{path}`"))
                .label(directory.span_of("seed"), "no such folder in the project")
                .help(format!("make it, with what the target begins with: mkdir -p {path}"))
                .help("or take seed= out: then the target's directory must be there"),
        );
    }
}

fn service(item: &Item<'_>, services: &mut BTreeMap<String, Service>) {
    let Some(name) = text(item, "name") else { return };
    let program = item.children_called("program").next();
    let words = |item: &Item<'_>| match item.value("words") {
        Some(Typed::Many(all)) => all
            .iter()
            .filter_map(|word| match word {
                Typed::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::<Text>::new(),
    };
    let env =
        item.children_called("env").filter_map(|env| Some((text(env, "name")?, any_text(env, "value")?))).collect();
    services.insert(name, Service { program: program.map(words).unwrap_or_default(), env });
}

fn policy(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, draft: &mut Draft) {
    if let Some(label) = text(item, "label") {
        match selector::parse(&label) {
            Ok(selector) if env.target.is_some() && !selector.matches(&env.labels) => return,
            Ok(_) => {}
            Err(why) => {
                cx.sink.push(
                    Diagnostic::new(&selector::BAD_SELECTOR, format!("`{label}` is no label selector"))
                        .label(item.span_of("label"), why)
                        .help("write it like label=\"tier=prod,region in (eu)\""),
                );
                return;
            }
        }
    }
    for child in &item.children {
        match (child.name, child.value("at-most")) {
            ("deletions", Some(Typed::Count(limit))) => {
                draft.deletions_at_most = Some(draft.deletions_at_most.map_or(*limit, |other| other.min(*limit)));
            }
            ("lint", _) => draft.lints.extend(lint(child)),
            _ => {}
        }
    }
}

fn lint(item: &Item<'_>) -> Option<(String, String, Span)> {
    Some((text(item, "code")?, text(item, "level")?, item.span))
}
