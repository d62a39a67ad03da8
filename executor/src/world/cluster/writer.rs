//! Who else writes to an object: by its marks, and by `managedFields`.
//!
//! The marks are those that Argo CD (`argocd.argoproj.io/tracking-id`), Flux (`kustomize.toolkit.fluxcd.io/name`,
//! `helm.toolkit.fluxcd.io/name`), Helm (`meta.helm.sh/release-name`) and `ownerReferences` document.

use super::diff::{Change, compare};
use super::name::ObjectName;
use super::normal::Normal;
use super::object::Object;
use super::owners::{entries, is_controller, is_ours, is_place_of, owner};
use super::place::Place;
use super::write::FIELD_MANAGER;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// Managers of Argo CD.
const ARGO_CD: [&str; 2] = ["argocd-controller", "argocd-application-controller"];
/// Managers of Flux.
const FLUX: [&str; 2] = ["kustomize-controller", "helm-controller"];
/// The manager of Helm, of either version.
const HELM: &str = "helm";
/// Managers that are people, or that the server makes up.
const NOBODY: [&str; 2] = ["kubectl", "before-first-apply"];
/// No object has as many; a server that tells more is not believed.
const MOST_MANAGERS: usize = 100;
/// What an autoscaler sets.
const REPLICAS: [&str; 2] = ["spec", "replicas"];

/// Somebody who writes to an object by itself, again and again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Writer {
    /// Argo CD, for one of its Applications; none: nothing tells which.
    ArgoCd(Option<String>),
    /// Flux, for a `Kustomization` or a `HelmRelease`.
    Flux {
        /// Its kind; none where only the manager tells.
        kind: &'static str,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A Helm release.
    Release {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// An autoscaler; none: the server does not tell which.
    Autoscaler(Option<String>),
    /// The object to which it belongs.
    Owner {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// Any other manager of fields.
    Manager(String),
}

impl Writer {
    /// All who write to an object besides this program, people with kubectl, and what Kubernetes itself consists of.
    pub fn of(object: &Object) -> BTreeSet<Self> {
        let managers = entries(object).into_iter().filter(|entry| !is_ours(entry));
        let mut all: BTreeSet<Self> =
            managers.take(MOST_MANAGERS).filter_map(|entry| by_manager(entry, object)).collect();
        // Who says which app it is need not be guessed.
        if let Some(app) = argo_cd(object) {
            all.retain(|one| !matches!(one, Self::ArgoCd(_)));
            all.insert(app);
        }
        all.extend([flux(object), release(object), belongs(object)].into_iter().flatten());
        all
    }

    /// Whether pausing this object keeps it from writing.
    pub fn is_paused_with(&self, paused: &ObjectName) -> bool {
        match self {
            Self::ArgoCd(Some(app)) => paused.kind == "Application" && paused.name == *app,
            Self::Flux { kind, namespace, name } => {
                paused.kind == *kind && paused.name == *name && paused.namespace.as_deref() == Some(namespace)
            }
            _ => false,
        }
    }

    /// Which of the places in which an object is to change are its.
    pub fn touched(&self, old: &Object, places: &[Place]) -> BTreeSet<Place> {
        places.iter().filter(|place| self.owns(old, place)).cloned().collect()
    }

    /// Which of these changes since an object was left are its: who typed one is told as nobody.
    pub fn made<'c>(&self, live: &Object, changes: &'c [Change]) -> Vec<&'c Change> {
        let is_its = |change: &&Change| match (self, owner(live, &change.place)) {
            (_, Some(by)) if by == FIELD_MANAGER || is_nobody(&by) => false,
            (Self::Autoscaler(_), by) => by.is_some_and(|by| is_controller(&by)) && self.owns(live, &change.place),
            _ => self.owns(live, &change.place),
        };
        changes.iter().filter(is_its).collect()
    }

    fn owns(&self, object: &Object, place: &Place) -> bool {
        match self {
            Self::ArgoCd(_) => ARGO_CD.iter().any(|manager| is_place_of(manager, object, place)),
            Self::Flux { .. } => FLUX.iter().any(|manager| is_place_of(manager, object, place)),
            Self::Release { .. } => is_place_of(HELM, object, place),
            Self::Autoscaler(_) => Place::of_keys(&REPLICAS) == *place,
            // Who made all of an object answers for all of it.
            Self::Owner { .. } => true,
            Self::Manager(manager) => is_place_of(manager, object, place),
        }
    }
}

impl fmt::Display for Writer {
    /// `Argo CD app portal`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArgoCd(None) => f.write_str("Argo CD"),
            Self::ArgoCd(Some(app)) => write!(f, "Argo CD app {app}"),
            Self::Flux { kind, namespace, name } => write!(f, "Flux {} {namespace}/{name}", kind.to_lowercase()),
            Self::Release { name, .. } => write!(f, "Helm release {name}"),
            Self::Autoscaler(None) => f.write_str("an autoscaler"),
            Self::Autoscaler(Some(name)) => write!(f, "autoscaler {name}"),
            Self::Owner { kind, name } => write!(f, "its owner {}/{name}", kind.to_lowercase()),
            Self::Manager(manager) => f.write_str(manager),
        }
    }
}

/// In what two states of an object differ. Values of Secrets are in it: it is not for printing.
pub fn changes(old: &Object, new: &Object) -> Vec<Change> {
    compare(Normal::of(old).value(), Normal::of(new).value())
}

fn is_nobody(manager: &str) -> bool {
    NOBODY.iter().any(|nobody| manager.starts_with(nobody))
}

fn by_manager(entry: &Value, object: &Object) -> Option<Writer> {
    let manager = entry.get("manager").and_then(Value::as_str)?;
    let scales = entry.get("subresource").and_then(Value::as_str) == Some("scale");
    if scales && is_controller(manager) {
        return Some(Writer::Autoscaler(None));
    }
    if ARGO_CD.contains(&manager) {
        // Older ones mark by a label that other programs set as well.
        let app = object.text("/metadata/labels/app.kubernetes.io~1instance").map(str::to_owned);
        return Some(Writer::ArgoCd(app));
    }
    // What Flux and Helm write has their marks.
    let known = FLUX.contains(&manager) || manager == HELM || is_controller(manager);
    (!known && !is_nobody(manager)).then(|| Writer::Manager(manager.to_owned()))
}

/// `portal:apps/Deployment:lumen/portal`; the app of another namespace than Argo CD's is `NAMESPACE_portal`.
fn argo_cd(object: &Object) -> Option<Writer> {
    let id = object.text("/metadata/annotations/argocd.argoproj.io~1tracking-id")?;
    let (app, rest) = id.split_once(':')?;
    // Whoever copies an object copies its mark as well.
    if rest.rsplit('/').next() != Some(object.name()) {
        return None;
    }
    let app = app.rsplit('_').next().unwrap_or(app);
    Some(Writer::ArgoCd(Some(app.to_owned())))
}

fn flux(object: &Object) -> Option<Writer> {
    let of = |kind: &'static str, mark: &str| {
        let label = |key: &str| object.text(&format!("/metadata/labels/{mark}.toolkit.fluxcd.io~1{key}"));
        let (name, namespace) = (label("name")?.to_owned(), label("namespace")?.to_owned());
        Some(Writer::Flux { kind, namespace, name })
    };
    of("Kustomization", "kustomize").or_else(|| of("HelmRelease", "helm"))
}

fn release(object: &Object) -> Option<Writer> {
    let (namespace, name) = release_of(object)?;
    Some(Writer::Release { namespace: namespace.to_owned(), name: name.to_owned() })
}

/// Namespace and name of the Helm release that an object says it is part of.
pub fn release_of(object: &Object) -> Option<(&str, &str)> {
    let mark = |key: &str| object.text(&format!("/metadata/annotations/meta.helm.sh~1release-{key}"));
    Some((mark("namespace")?, mark("name")?))
}

fn belongs(object: &Object) -> Option<Writer> {
    let owners = object.get("/metadata/ownerReferences")?.as_array()?;
    let controls = |owner: &&Value| owner.get("controller").and_then(Value::as_bool) == Some(true);
    let owner = owners.iter().find(controls)?;
    let text = |key: &str| owner.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Writer::Owner { kind: text("kind")?, name: text("name")? })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(metadata: &Value, replicas: u8) -> Object {
        let mut whole = json!({ "name": "portal", "namespace": "lumen" });
        whole.as_object_mut().unwrap().extend(metadata.as_object().unwrap().clone());
        let spec = json!({ "replicas": replicas, "paused": false });
        Object::new(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": whole, "spec": spec })).unwrap()
    }

    fn entry(manager: &str, subresource: &str, field: &str) -> Value {
        json!({ "manager": manager, "subresource": subresource, "fieldsV1": { "f:spec": { field: {} } } })
    }

    #[test]
    fn who_writes_by_itself_is_known_by_its_marks_and_its_fields() {
        let marks = json!({
            "annotations": {
                "argocd.argoproj.io/tracking-id": "apps_portal:apps/Deployment:lumen/portal",
                "meta.helm.sh/release-name": "portal", "meta.helm.sh/release-namespace": "lumen",
            },
            "labels": { "kustomize.toolkit.fluxcd.io/name": "web", "kustomize.toolkit.fluxcd.io/namespace": "flux" },
            "ownerReferences": [{ "kind": "Portal", "name": "p" }, { "kind": "Site", "name": "s", "controller": true }],
            "managedFields": [
                entry("argocd-controller", "", "f:paused"),
                entry("kube-controller-manager", "scale", "f:replicas"),
                entry("kube-controller-manager", "status", "f:x"),
                entry("portal-operator", "", "f:paused"),
                entry("kubectl-edit", "", "f:paused"), entry("switchback", "", "f:paused"), entry("helm", "", "f:paused"),
            ],
        });
        let told: Vec<_> = Writer::of(&object(&marks, 1)).iter().map(ToString::to_string).collect();
        let wanted = [
            "Argo CD app portal",
            "Flux kustomization flux/web",
            "Helm release portal",
            "an autoscaler",
            "its owner site/s",
            "portal-operator",
        ];
        assert_eq!(told, wanted);
        assert_eq!(Writer::of(&object(&json!({}), 1)), BTreeSet::new());
    }

    #[test]
    fn what_of_a_change_is_theirs_is_known_by_its_place() {
        let fields =
            json!({ "managedFields": [entry("operator", "", "f:paused"), entry("kubectl", "", "f:replicas")] });
        let (old, new) = (object(&fields, 1), object(&fields, 2));
        let changes = changes(&old, &new);
        let places: Vec<Place> = changes.iter().map(|change| change.place.clone()).collect();
        assert_eq!(Writer::Manager("operator".into()).touched(&old, &places), BTreeSet::new());
        let scaled = Writer::Autoscaler(None).touched(&old, &places);
        assert_eq!(Writer::Autoscaler(None).made(&new, &changes), Vec::<&Change>::new(), "somebody typed it");
        assert_eq!(scaled.iter().map(ToString::to_string).collect::<Vec<_>>(), ["spec.replicas"]);
    }

    #[test]
    fn only_what_is_paused_itself_is_paused() {
        let named = |kind: &str, name: &str| ObjectName {
            group: "argoproj.io".into(),
            kind: kind.into(),
            namespace: Some("flux".into()),
            name: name.into(),
        };
        let app = Writer::ArgoCd(Some("portal".into()));
        assert!(app.is_paused_with(&named("Application", "portal")));
        assert!(!app.is_paused_with(&named("Application", "other")));
        let flux = Writer::Flux { kind: "HelmRelease", namespace: "flux".into(), name: "portal".into() };
        assert!(flux.is_paused_with(&named("HelmRelease", "portal")));
        assert!(!flux.is_paused_with(&named("Kustomization", "portal")));
    }
}
