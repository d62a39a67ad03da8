//! A revision as objects.

use crate::world::cluster::{Object, read_manifests};
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use crate::world::helm::release::{Apply, Chart, Hook, Release};

/// What a revision consists of: one that is recorded, or one that would be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// What it was made of.
    pub chart: Chart,
    /// Its objects, in the order in which Helm changes them.
    pub objects: Vec<Object>,
    /// Its hooks, which are objects too, but made at events and never compared.
    pub hooks: Vec<Hook>,
    /// The definitions that its chart brings (`crds/`): installed where they are missing, never changed or deleted.
    pub definitions: Vec<Object>,
    /// How its objects are changed.
    pub apply: Apply,
    /// Whether it was rendered without asking the cluster, because the cluster does not know its kinds yet.
    pub alone: bool,
}

impl Rendered {
    /// Of a recorded revision, or one of a dry run.
    pub fn of(release: &Release) -> Result<Self, HelmFault> {
        let place = format!("revision {} of `{}`", release.revision, release.name);
        let definitions = release.chart.definitions.iter().map(|(path, text)| objects(text, &format!("`{path}`")));
        let definitions = definitions.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Self {
            chart: release.chart.clone(),
            objects: objects(release.manifest(), &place)?,
            hooks: release.hooks.clone(),
            definitions,
            apply: release.apply,
            alone: false,
        })
    }

    /// Of a text with all documents that a chart renders to, hooks among them.
    pub(super) fn of_text(text: &str, chart: Chart, definitions: &str, apply: Apply) -> Result<Self, HelmFault> {
        let all = objects(text, &format!("what chart `{}` renders to", chart.name))?;
        let (mut hooks, mut rest) = (Vec::new(), Vec::new());
        for object in all {
            match Hook::of(&object) {
                Some(hook) => hooks.push(hook),
                None => rest.push(object),
            }
        }
        let definitions = objects(definitions, &format!("the definitions of chart `{}`", chart.name))?;
        Ok(Self { chart, objects: rest, hooks, definitions, apply, alone: true })
    }

    /// Whether its chart brings the definition of a kind.
    pub fn defines(&self, group: &str, kind: &str) -> bool {
        let is = |definition: &Object| {
            definition.text("/spec/group") == Some(group) && definition.text("/spec/names/kind") == Some(kind)
        };
        self.definitions.iter().any(is)
    }
}

/// Whether Helm leaves an object where it would delete it.
pub fn is_kept(object: &Object) -> bool {
    let policy = object.get("/metadata/annotations").and_then(|all| all.get("helm.sh/resource-policy"));
    policy.and_then(serde_json::Value::as_str) == Some("keep")
}

fn objects(text: &str, place: &str) -> Result<Vec<Object>, HelmFault> {
    let read = read_manifests(text).map_err(|error| {
        let what = format!("the manifest of {place} can't be read: {error}");
        HelmFault::new(HelmFaultKind::Damaged, what).with_help(error.help)
    })?;
    Ok(read.into_iter().map(|manifest| manifest.object).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const TEXT: &str = "---\n# Source: a/templates/b.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { helm.sh/resource-policy: keep } }\n\
        ---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: j\n  annotations: { helm.sh/hook: 'Pre-Upgrade, post-upgrade', helm.sh/hook-weight: '-5', helm.sh/hook-delete-policy: hook-succeeded }\n";
    const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: xs.a.io }\nspec: { group: a.io, names: { kind: X } }\n";

    #[test]
    fn hooks_are_told_from_objects_by_their_annotation() {
        let rendered = Rendered::of_text(TEXT, Chart::default(), DEFINITION, Apply::ServerSide).unwrap();
        assert_eq!(rendered.objects.iter().map(Object::name).collect::<Vec<_>>(), ["a"]);
        let hook = rendered.hooks.first().unwrap();
        assert_eq!((hook.name.as_str(), hook.weight), ("j", -5));
        assert_eq!(hook.events, ["pre-upgrade", "post-upgrade"]);
        assert_eq!(hook.object().unwrap().kind(), "Job");
        assert!(rendered.defines("a.io", "X") && !rendered.defines("a.io", "Y") && rendered.alone);
        assert!(is_kept(rendered.objects.first().unwrap()));
    }

    #[test]
    fn a_manifest_that_can_not_be_read_is_told_with_its_place() {
        let fault = objects("kind: X\n", "revision 3 of `portal`").unwrap_err();
        assert_eq!(
            fault.what,
            "the manifest of revision 3 of `portal` can't be read: line 1, column 1: this object has no `apiVersion`"
        );
    }
}
