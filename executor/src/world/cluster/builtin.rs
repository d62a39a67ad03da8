//! The kinds that every Kubernetes has: what the compiler may know of them without asking a server.

use switchback_compiler::diagnostic::nearer;

/// A kind of Kubernetes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Empty for the core group.
    pub group: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// `deployments`.
    pub plural: &'static str,
    /// `deploy`.
    pub short: &'static [&'static str],
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

impl Builtin {
    /// The one of a group and kind.
    pub fn of(group: &str, kind: &str) -> Option<&'static Self> {
        BUILTINS.iter().find(|builtin| builtin.group == group && builtin.kind == kind)
    }

    /// The one that a word means: kind, singular, plural or short name, in any case. Where two groups have it, the one
    /// that kubectl takes.
    pub fn called(word: &str, group: Option<&str>) -> Option<&'static Self> {
        let word = word.to_ascii_lowercase();
        BUILTINS.iter().find(|builtin| group.is_none_or(|group| builtin.group == group) && builtin.answers_to(&word))
    }

    /// The kind that a word without a group misspells, as far as that is certain enough: a word of somebody else's kind may be
    /// near one of these, so a few letters of a long one is all that may differ.
    pub fn misspelt(word: &str) -> Option<String> {
        let word = word.to_ascii_lowercase();
        let most = match word.len() {
            ..6 => return None,
            6..9 => 1,
            _ => 2,
        };
        let kinds: Vec<String> = BUILTINS.iter().map(|builtin| builtin.kind.to_ascii_lowercase()).collect();
        let plurals = BUILTINS.iter().map(|builtin| builtin.plural);
        let near = nearer(&word, kinds.iter().map(String::as_str).chain(plurals), most)?;
        Self::called(near, None).map(|builtin| builtin.kind.to_ascii_lowercase())
    }

    fn answers_to(&self, word: &str) -> bool {
        self.kind.eq_ignore_ascii_case(word) || self.plural == word || self.short.contains(&word)
    }
}

type Row = (&'static str, &'static str, &'static [&'static str]);

const fn rows<const N: usize>(group: &'static str, namespaced: bool, rows: [Row; N]) -> [Builtin; N] {
    let mut made = [Builtin { group, kind: "", plural: "", short: &[], namespaced }; N];
    let mut at = 0;
    #[expect(clippy::indexing_slicing, reason = "a const fn has no iterators, and a wrong index ends the build")]
    while at < N {
        let (kind, plural, short) = rows[at];
        made[at].kind = kind;
        made[at].plural = plural;
        made[at].short = short;
        at += 1;
    }
    made
}

/// All of them. A test holds this against what a real API server says of itself.
pub static BUILTINS: std::sync::LazyLock<Vec<Builtin>> = std::sync::LazyLock::new(|| {
    let groups: [&[Builtin]; 24] = [
        &CORE,
        &CORE_CLUSTER,
        &APPS,
        &BATCH,
        &NETWORKING,
        &NETWORKING_CLUSTER,
        &RBAC,
        &RBAC_CLUSTER,
        &POLICY,
        &AUTOSCALING,
        &STORAGE,
        &STORAGE_CLUSTER,
        &EXTENSIONS,
        &ADMISSION,
        &SCHEDULING,
        &COORDINATION,
        &DISCOVERY,
        &EVENTS,
        &NODE,
        &CERTIFICATES,
        &FLOW,
        &REGISTRATION,
        &RESOURCES,
        &RESOURCES_CLUSTER,
    ];
    groups.concat()
});

const CORE: [Builtin; 13] = rows(
    "",
    true,
    [
        ("ConfigMap", "configmaps", &["cm"]),
        ("Endpoints", "endpoints", &["ep"]),
        ("Event", "events", &["ev"]),
        ("LimitRange", "limitranges", &["limits"]),
        ("PersistentVolumeClaim", "persistentvolumeclaims", &["pvc"]),
        ("Pod", "pods", &["po"]),
        ("PodTemplate", "podtemplates", &[]),
        ("ReplicationController", "replicationcontrollers", &["rc"]),
        ("ResourceQuota", "resourcequotas", &["quota"]),
        ("Secret", "secrets", &[]),
        ("Service", "services", &["svc"]),
        ("ServiceAccount", "serviceaccounts", &["sa"]),
        ("Binding", "bindings", &[]),
    ],
);
const CORE_CLUSTER: [Builtin; 4] = rows(
    "",
    false,
    [
        ("ComponentStatus", "componentstatuses", &["cs"]),
        ("Namespace", "namespaces", &["ns"]),
        ("Node", "nodes", &["no"]),
        ("PersistentVolume", "persistentvolumes", &["pv"]),
    ],
);
const APPS: [Builtin; 5] = rows(
    "apps",
    true,
    [
        ("ControllerRevision", "controllerrevisions", &[]),
        ("DaemonSet", "daemonsets", &["ds"]),
        ("Deployment", "deployments", &["deploy"]),
        ("ReplicaSet", "replicasets", &["rs"]),
        ("StatefulSet", "statefulsets", &["sts"]),
    ],
);
const BATCH: [Builtin; 2] = rows("batch", true, [("CronJob", "cronjobs", &["cj"]), ("Job", "jobs", &[])]);
const NETWORKING: [Builtin; 2] = rows(
    "networking.k8s.io",
    true,
    [("Ingress", "ingresses", &["ing"]), ("NetworkPolicy", "networkpolicies", &["netpol"])],
);
const NETWORKING_CLUSTER: [Builtin; 3] = rows(
    "networking.k8s.io",
    false,
    [
        ("IngressClass", "ingressclasses", &[]),
        ("IPAddress", "ipaddresses", &["ip"]),
        ("ServiceCIDR", "servicecidrs", &[]),
    ],
);
const RBAC: [Builtin; 2] =
    rows("rbac.authorization.k8s.io", true, [("Role", "roles", &[]), ("RoleBinding", "rolebindings", &[])]);
const RBAC_CLUSTER: [Builtin; 2] = rows(
    "rbac.authorization.k8s.io",
    false,
    [("ClusterRole", "clusterroles", &[]), ("ClusterRoleBinding", "clusterrolebindings", &[])],
);
const POLICY: [Builtin; 1] = rows("policy", true, [("PodDisruptionBudget", "poddisruptionbudgets", &["pdb"])]);
const AUTOSCALING: [Builtin; 1] =
    rows("autoscaling", true, [("HorizontalPodAutoscaler", "horizontalpodautoscalers", &["hpa"])]);
const STORAGE: [Builtin; 1] = rows("storage.k8s.io", true, [("CSIStorageCapacity", "csistoragecapacities", &[])]);
const STORAGE_CLUSTER: [Builtin; 5] = rows(
    "storage.k8s.io",
    false,
    [
        ("CSIDriver", "csidrivers", &[]),
        ("CSINode", "csinodes", &[]),
        ("StorageClass", "storageclasses", &["sc"]),
        ("VolumeAttachment", "volumeattachments", &[]),
        ("VolumeAttributesClass", "volumeattributesclasses", &["vac"]),
    ],
);
const EXTENSIONS: [Builtin; 1] =
    rows("apiextensions.k8s.io", false, [("CustomResourceDefinition", "customresourcedefinitions", &["crd", "crds"])]);
const ADMISSION: [Builtin; 6] = rows(
    "admissionregistration.k8s.io",
    false,
    [
        ("MutatingAdmissionPolicy", "mutatingadmissionpolicies", &[]),
        ("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", &[]),
        ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", &[]),
        ("ValidatingAdmissionPolicy", "validatingadmissionpolicies", &[]),
        ("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", &[]),
        ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", &[]),
    ],
);
const SCHEDULING: [Builtin; 1] = rows("scheduling.k8s.io", false, [("PriorityClass", "priorityclasses", &["pc"])]);
const COORDINATION: [Builtin; 1] = rows("coordination.k8s.io", true, [("Lease", "leases", &[])]);
const DISCOVERY: [Builtin; 1] = rows("discovery.k8s.io", true, [("EndpointSlice", "endpointslices", &[])]);
const EVENTS: [Builtin; 1] = rows("events.k8s.io", true, [("Event", "events", &["ev"])]);
const NODE: [Builtin; 1] = rows("node.k8s.io", false, [("RuntimeClass", "runtimeclasses", &[])]);
const CERTIFICATES: [Builtin; 1] =
    rows("certificates.k8s.io", false, [("CertificateSigningRequest", "certificatesigningrequests", &["csr"])]);
const FLOW: [Builtin; 2] = rows(
    "flowcontrol.apiserver.k8s.io",
    false,
    [("FlowSchema", "flowschemas", &[]), ("PriorityLevelConfiguration", "prioritylevelconfigurations", &[])],
);
const REGISTRATION: [Builtin; 1] = rows("apiregistration.k8s.io", false, [("APIService", "apiservices", &[])]);
const RESOURCES_CLUSTER: [Builtin; 2] =
    rows("resource.k8s.io", false, [("DeviceClass", "deviceclasses", &[]), ("ResourceSlice", "resourceslices", &[])]);
const RESOURCES: [Builtin; 2] = rows(
    "resource.k8s.io",
    true,
    [("ResourceClaim", "resourceclaims", &[]), ("ResourceClaimTemplate", "resourceclaimtemplates", &[])],
);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_many_words() {
        for word in ["Deployment", "deployment", "deployments", "deploy", "DEPLOY"] {
            assert_eq!(Builtin::called(word, None).unwrap().kind, "Deployment", "{word}");
        }
        assert_eq!(Builtin::called("deploy", Some("apps")).unwrap().kind, "Deployment");
        assert_eq!(Builtin::called("deploy", Some("batch")), None);
    }

    #[test]
    fn a_misspelt_word_is_told_from_one_of_somebody_else() {
        let known = [
            ("deploymnt", "deployment"),
            ("confgmap", "configmap"),
            ("StatefulSte", "statefulset"),
            ("secert", "secret"),
        ];
        for (word, meant) in known {
            assert_eq!(Builtin::misspelt(word).as_deref(), Some(meant), "{word}");
        }
        for word in ["clusterpolicy", "clusterissuer", "applicationset", "helmrelease", "rollout", "vase", "note"] {
            assert_eq!(Builtin::misspelt(word), None, "{word}");
        }
    }

    #[test]
    fn a_word_of_two_groups_means_the_core_one() {
        assert_eq!(Builtin::called("events", None).unwrap().group, "");
        assert_eq!(Builtin::called("events", Some("events.k8s.io")).unwrap().group, "events.k8s.io");
    }
}
