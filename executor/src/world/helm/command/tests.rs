//! The commands as they are given to both kinds of Helm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Rollback, Shared, Uninstall, Upgrade, Values, shown};
use crate::world::helm::program::{Generation, Helm, Version};
use std::path::Path;
use std::time::Duration;

fn helm(generation: Generation) -> Helm {
    let version = match generation {
        Generation::Three => Version { major: 3, minor: 22, patch: 0 },
        Generation::Four => Version { major: 4, minor: 2, patch: 3 },
    };
    Helm { path: "/bin/helm".into(), version, generation }
}

const NOWHERE: &str = "/";

fn upgrade() -> Upgrade {
    Upgrade {
        shared: Shared { within: Duration::from_mins(10), ..Shared::of("portal", "lumen") },
        chart: "/charts/portal".into(),
        values: Values { files: vec!["/values/portal.yaml".into()], ..Values::default() },
        install: true,
        takes_ownership: false,
        description: Some("Switchback's run sxyvqv".to_owned()),
    }
}

#[test]
fn an_upgrade_says_all_that_it_depends_on() {
    let arguments = upgrade().arguments(&helm(Generation::Three), Path::new(NOWHERE)).unwrap();
    assert_eq!(
        shown(&arguments),
        r"helm upgrade portal /charts/portal --namespace lumen --install --values /values/portal.yaml --description 'Switchback'\''s run sxyvqv' --hide-notes --history-max 0 --timeout 600s"
    );
    let shared = Shared { hooks: false, waits: true, forces_conflicts: true, history_max: 10, ..upgrade().shared };
    let all = Upgrade { shared, takes_ownership: true, description: None, ..upgrade() };
    let of = |generation| shown(&all.arguments(&helm(generation), Path::new(NOWHERE)).unwrap());
    let begin = "helm upgrade portal /charts/portal --namespace lumen --no-hooks --install --values /values/portal.yaml --take-ownership --hide-notes";
    assert_eq!(of(Generation::Three), format!("{begin} --history-max 10 --timeout 600s --wait --wait-for-jobs"));
    assert_eq!(
        of(Generation::Four),
        format!("{begin} --force-conflicts --history-max 10 --timeout 600s --wait=watcher --wait-for-jobs")
    );
}

#[test]
fn a_dry_run_of_an_upgrade_changes_nothing_and_tells_all() {
    for generation in [Generation::Three, Generation::Four] {
        let arguments = upgrade().dry_run(&helm(generation), Path::new(NOWHERE)).unwrap();
        let line = shown(&arguments);
        assert!(
            line.ends_with("--take-ownership --disable-openapi-validation --dry-run=server --output=json"),
            "{line}"
        );
    }
    let old = Helm { version: Version { major: 3, minor: 14, patch: 0 }, ..helm(Generation::Three) };
    assert!(!shown(&upgrade().dry_run(&old, Path::new(NOWHERE)).unwrap()).contains("--take-ownership"));
}

#[test]
fn a_rollback_always_names_its_revision() {
    let rollback = Rollback { shared: Shared { forces_conflicts: true, ..upgrade().shared }, revision: 3 };
    let of = |generation| shown(&rollback.arguments(&helm(generation)).unwrap());
    assert_eq!(of(Generation::Three), "helm rollback portal 3 --namespace lumen --history-max 0 --timeout 600s");
    assert_eq!(
        of(Generation::Four),
        "helm rollback portal 3 --namespace lumen --force-conflicts --history-max 0 --timeout 600s"
    );
}

#[test]
fn an_uninstall_can_keep_the_history() {
    let shared = Shared { waits: true, ..upgrade().shared };
    let uninstall = Uninstall { shared, keeps_history: true };
    let of = |generation| shown(&uninstall.arguments(&helm(generation)).unwrap());
    assert_eq!(of(Generation::Three), "helm uninstall portal --namespace lumen --keep-history --timeout 600s --wait");
    assert_eq!(
        of(Generation::Four),
        "helm uninstall portal --namespace lumen --keep-history --timeout 600s --wait=watcher"
    );
}

#[test]
fn what_could_be_taken_for_a_flag_is_no_name() {
    for (release, namespace) in [("--help", "lumen"), ("portal", "--help"), ("portal", "")] {
        let rollback = Rollback { shared: Shared::of(release, namespace), revision: 1 };
        assert!(rollback.arguments(&helm(Generation::Four)).is_err(), "{release} {namespace}");
    }
}
