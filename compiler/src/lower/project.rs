//! The project file: targets and policy.

use super::head::any_text;
use super::pages::TARGET_NOWHERE;
use super::{Draft, text};
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::env::Env;
use crate::plan::{Service, Target};
use crate::read::outside;
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
            "backups" => target.backups = text(child, "path"),
            "service" => service(child, &mut target.services),
            _ => {}
        }
    }
    if target.directory.is_none() {
        cx.sink.push(
            Diagnostic::new(&TARGET_NOWHERE, format!("target `{}` is nowhere", target.name))
                .label(item.span, "no directory")
                .help("add directory \"./platform\""),
        );
    }
    Some(target)
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
