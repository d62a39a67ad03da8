//! The objects that a call names: `deployment/catalog`.

use super::namespace;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Builtin, Fault as ClusterFault, NotAReference, Object, ObjectName, Reference};
use futures_util::future::join_all;
use serde_json::Value as Json;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Objection, Touch};
use switchback_compiler::schema::{Param, Ty};

pub(super) const OBJECT: Param = Param::one("OBJECT", Ty::Known, "kind and name: deployment/catalog, cm/limits");
pub(super) const OBJECTS: Param =
    Param::many("OBJECT", Ty::Known, "kind and name of each: deployment/catalog, configmap/limits");

/// The texts that name objects, one or several.
fn texts(call: &Call) -> Vec<&str> {
    match call.values.get("object") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// In a few words: `deployment/catalog, configmap/limits`.
pub(super) fn words(call: &Call) -> String {
    texts(call).join(", ")
}

/// What is wrong with the names.
pub(super) fn objections(call: &Call) -> Vec<Objection> {
    let known = texts(call).into_iter().filter(|text| !text.contains('‹'));
    known
        .filter_map(|text| wrong(Reference::parse(text)).map(|(text, help)| Objection { about: "object", text, help }))
        .collect()
}

/// What is wrong with one, and the way out. A kind that nobody has would be waited for in vain.
fn wrong(read: Result<Reference, NotAReference>) -> Option<(String, String)> {
    let reference = match read {
        Ok(reference) => reference,
        Err(error) => return Some((error.to_string(), "write kind and name: \"deployment/catalog\"".to_owned())),
    };
    let Reference { word, group, name } = &reference;
    let meant = Builtin::misspelt(word).filter(|_| group.is_none() && reference.builtin().is_none())?;
    let help = format!(
        "did you mean \"{meant}/{name}\"? A kind of somebody else is told by its group: \"{word}.GROUP/{name}\""
    );
    Some((format!("Kubernetes has no kind `{word}`"), help))
}

/// What is touched, as far as it is known without a server.
pub(super) fn touches(call: &Call) -> Vec<Touch> {
    let references = texts(call).into_iter().filter_map(|text| Reference::parse(text).ok());
    references.map(|reference| Touch::object(String::from(named(&reference, namespace(call))))).collect()
}

fn named(reference: &Reference, namespace: &str) -> ObjectName {
    reference.known(namespace).unwrap_or_else(|| ObjectName {
        group: reference.group.clone().unwrap_or_default(),
        kind: reference.word.clone(),
        namespace: Some(namespace.to_owned()),
        name: reference.name.clone(),
    })
}

/// The full names of what is meant, by the server.
pub(super) async fn meant(call: &Call, scene: &Scene<'_>) -> Result<Vec<ObjectName>, Fault> {
    each_meant(call, scene).await?.into_iter().map(|name| name.map_err(Fault::from)).collect()
}

/// The full names of what is meant, where there may be such objects: of a kind that nobody has there are none.
pub(super) async fn meant_there(call: &Call, scene: &Scene<'_>, made: &[Object]) -> Result<Vec<ObjectName>, Fault> {
    let all = each_there(call, scene, made).await?.into_iter();
    let there = all.filter(|name| !name.as_ref().is_err_and(ClusterFault::is_absent));
    there.map(|name| name.map_err(Fault::from)).collect()
}

/// The full names of what is meant, each for itself. The kind may be one that a step before makes; `made` are the objects
/// that steps before would make.
pub(super) async fn each_there(
    call: &Call,
    scene: &Scene<'_>,
    made: &[Object],
) -> Result<Vec<Result<ObjectName, ClusterFault>>, Fault> {
    let all = texts(call).into_iter().zip(each_meant(call, scene).await?);
    let named = all.map(|(text, name)| match name {
        Err(fault) if fault.is_absent() => {
            let reference = Reference::parse(text).ok();
            reference.and_then(|reference| of_definition(&reference, namespace(call), made)).ok_or(fault)
        }
        name => name,
    });
    Ok(named.collect())
}

/// The one that is meant, the same way.
pub(super) async fn the_one_there(call: &Call, scene: &Scene<'_>, made: &[Object]) -> Result<ObjectName, Fault> {
    let meant = each_there(call, scene, made).await?.into_iter().next();
    Ok(meant.ok_or_else(|| Fault::new("the plan names no object"))??)
}

/// The name of an object whose kind one of these defines.
fn of_definition(reference: &Reference, namespace: &str, made: &[Object]) -> Option<ObjectName> {
    let word = reference.word.to_ascii_lowercase();
    let is_word = |object: &Object, at: &str| object.text(at).is_some_and(|known| known.to_ascii_lowercase() == word);
    let short = |object: &Object| {
        let all = object.get("/spec/names/shortNames").and_then(Json::as_array);
        all.into_iter().flatten().any(|known| known.as_str() == Some(&word))
    };
    let is_meant = |object: &&Object| {
        object.kind() == "CustomResourceDefinition"
            && reference.group.as_deref().is_none_or(|group| object.text("/spec/group") == Some(group))
            && (["kind", "plural", "singular"].iter().any(|name| is_word(object, &format!("/spec/names/{name}")))
                || short(object))
    };
    let definition = made.iter().find(is_meant)?;
    let namespaced = definition.text("/spec/scope") != Some("Cluster");
    Some(ObjectName {
        group: definition.text("/spec/group")?.to_owned(),
        kind: definition.text("/spec/names/kind")?.to_owned(),
        namespace: namespaced.then(|| namespace.to_owned()),
        name: reference.name.clone(),
    })
}

/// The same, each for itself: the server may not have its kind.
pub(super) async fn each_meant(call: &Call, scene: &Scene<'_>) -> Result<Vec<Result<ObjectName, ClusterFault>>, Fault> {
    let cluster = scene.site.cluster()?;
    let references: Result<Vec<Reference>, _> = texts(call).into_iter().map(Reference::parse).collect();
    let references = references.map_err(|error| Fault::new(error.to_string()))?;
    let meant = references.iter().map(|one| cluster.object_meant(one, namespace(call), Duration::ZERO));
    Ok(join_all(meant).await)
}

/// The one that is meant; it is an error where the server does not have its kind.
pub(super) async fn the_one(call: &Call, scene: &Scene<'_>) -> Result<ObjectName, Fault> {
    let meant = meant(call, scene).await?;
    meant.into_iter().next().ok_or_else(|| Fault::new("the plan names no object"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(text: &str) -> Vec<String> {
        let values = json!({ "object": [text] }).as_object().cloned().unwrap_or_default();
        let call = Call { kind: "kube.ready".to_owned(), values };
        objections(&call).into_iter().map(|found| format!("{}; {}", found.text, found.help)).collect()
    }

    #[test]
    fn a_misspelt_kind_is_told_before_it_is_waited_for_in_vain() {
        let help =
            "did you mean \"deployment/web\"? A kind of somebody else is told by its group: \"deploymnt.GROUP/web\"";
        assert_eq!(told("deploymnt/web"), [format!("Kubernetes has no kind `deploymnt`; {help}")]);
        for sound in
            ["deployment/web", "deploy/web", "vase/red", "helmrelease/web", "deploymnt.a.io/web", "endpoints/a"]
        {
            assert_eq!(told(sound), Vec::<String>::new(), "{sound}");
        }
    }
}
