//! The objects that the manifests of a call say.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Builtin, Manifest, ManifestError, Object, ObjectName, read_manifests};
use serde_json::Value as Json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::Sources;
use switchback_compiler::value::{Segment, Text};

/// A text of a call, and what it is called.
pub(super) struct Source<'c> {
    pub name: &'c str,
    body: Body<'c>,
}

enum Body<'c> {
    /// A file as it is, by its digest.
    File(&'c Json, &'c str),
    /// A template, or what the plan itself says.
    Text(Text),
}

/// An object that a call wants.
pub(super) struct Wanted {
    pub object: Object,
    /// `manifests/a.yaml:12`.
    pub at: String,
    /// Whether something in it is known only when it runs.
    pub later: bool,
}

/// The texts of a call, in their order.
pub(super) fn sources(call: &Call) -> Vec<Source<'_>> {
    let files = call.values.get("file").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let inline =
        call.values.get("content").and_then(text).map(|text| Source { name: "content", body: Body::Text(text) });
    files.iter().filter_map(source).chain(inline).collect()
}

fn source(file: &Json) -> Option<Source<'_>> {
    let name = file.get("source")?.as_str()?;
    let body = match file.get("blob").and_then(Json::as_str) {
        Some(digest) => Body::File(file, digest),
        None => Body::Text(text(file.get("text")?)?),
    };
    Some(Source { name, body })
}

fn text(json: &Json) -> Option<Text> {
    serde_json::from_value(json.clone()).ok().filter(|_| !json.is_null())
}

impl Source<'_> {
    /// Whether all of it is known when the plan is compiled.
    pub fn is_known(&self) -> bool {
        match &self.body {
            Body::File(..) => true,
            Body::Text(text) => text.known().is_some(),
        }
    }

    /// Its objects as far as the compiler can know them: `stand_in` stands for what is known only later. None where its
    /// bytes are not at hand or no text.
    pub fn written(&self, sources: &Sources<'_>, stand_in: &str) -> Option<Result<Vec<Manifest>, ManifestError>> {
        match &self.body {
            Body::File(_, digest) => std::str::from_utf8(sources(digest)?).ok().map(read_manifests),
            Body::Text(text) => {
                let filled = text.fill(|_| Ok::<_, std::convert::Infallible>(stand_in.to_owned()));
                filled.ok().map(|filled| read_manifests(&filled))
            }
        }
    }

    /// Its text, and the marks in it that stand for what is not known yet.
    fn filled(&self, scene: &Scene<'_>, early: bool) -> Result<(String, Vec<String>), Fault> {
        let text = match &self.body {
            Body::File(file, _) => {
                let bytes = scene.bytes(file)?;
                let text = String::from_utf8(bytes);
                return text
                    .map(|text| (text, Vec::new()))
                    .map_err(|_| Fault::new(format!("`{}` is not UTF-8 text", self.name)));
            }
            Body::Text(text) => text,
        };
        let mut marks = Vec::new();
        let filled = text.fill(|segment| match scene.site.value(segment) {
            Err(_) if early && matches!(segment, Segment::Output { .. } | Segment::Run(_)) => {
                marks.push(segment.to_string());
                Ok(segment.to_string())
            }
            told => told,
        });
        Ok((filled?, marks))
    }
}

/// All objects of a call, in written order; `early` where a run has not begun, and some values may be missing.
pub(super) fn wanted(call: &Call, scene: &Scene<'_>, early: bool) -> Result<Vec<Wanted>, Fault> {
    let mut all = Vec::new();
    for source in sources(call) {
        let (text, marks) = source.filled(scene, early)?;
        let manifests = read_manifests(&text)
            .map_err(|error| Fault::new(format!("{}: {error}", source.name)).details([error.help]))?;
        for Manifest { object, line, .. } in manifests {
            let written = object.value().to_string();
            let later = marks.iter().any(|mark| written.contains(mark.as_str()));
            all.push(Wanted { at: format!("{}:{line}", source.name), object, later });
        }
    }
    Ok(all)
}

/// The full name of an object, as far as it is known without a server: of a kind that is defined by these definitions, or
/// that nobody knows, it is in a namespace unless its definition says otherwise.
pub(super) fn name_of<'d>(
    object: &Object,
    namespace: &str,
    definitions: impl IntoIterator<Item = &'d Object>,
) -> ObjectName {
    let builtin = Builtin::of(object.group(), object.kind()).map(|builtin| builtin.namespaced);
    let defined = || definitions.into_iter().find(|definition| defines(definition, object)).map(is_namespaced);
    let namespaced = builtin.or_else(defined).unwrap_or(true);
    ObjectName {
        namespace: namespaced.then(|| object.namespace().unwrap_or(namespace).to_owned()),
        ..object.full_name()
    }
}

/// The definitions of kinds among what is wanted.
pub(super) fn definitions(wanted: &[Wanted]) -> Vec<Object> {
    let all = wanted.iter().map(|one| &one.object);
    all.filter(|object| object.kind() == "CustomResourceDefinition").cloned().collect()
}

/// Whether an object is the definition of another one's kind.
pub(super) fn defines(definition: &Object, object: &Object) -> bool {
    definition.kind() == "CustomResourceDefinition"
        && definition.text("/spec/group") == Some(object.group())
        && definition.text("/spec/names/kind") == Some(object.kind())
}

fn is_namespaced(definition: &Object) -> bool {
    definition.text("/spec/scope") != Some("Cluster")
}

/// Whether one object must be there before another one can be made: its namespace, or the definition of its kind.
pub(super) fn makes_place(first: &Object, name: &ObjectName, object: &Object) -> bool {
    let is_namespace = first.kind() == "Namespace" && first.group().is_empty();
    (is_namespace && name.namespace.as_deref() == Some(first.name())) || defines(first, object)
}
