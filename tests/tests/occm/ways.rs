//! From where to where: the table of ways, and the version that stands.

use crate::site::{ROLLBACK, Site, UPGRADE, cluster, has, shared};
use switchback_tests::cluster::Helm;

#[test]
fn there_is_no_way_but_those_of_the_table() {
    let site = shared(cluster!("there_is_no_way_but_those_of_the_table"));
    let goes_to = |exit, to: &str| {
        let mut said = String::new();
        let edit = (
            "input \"old\" type=\"version\" default=\"24.2.0\"",
            format!("input \"old\" type=\"version\" default=\"{to}\""),
        );
        site.with_edit("occm.lib.kdl", (edit.0, &edit.1), || {
            said = site.ends(exit, "switchback check rollback.plan.kdl");
        });
        said
    };
    has(&goes_to(10, "23.4.0"), "path::");
    // By number, and not by the beginning of a text.
    has(&goes_to(10, "24.20.0"), "path::");
    goes_to(0, "24.2.17");
    goes_to(0, "24.1.0");
    site.stands_at("24.3.0");
}

#[test]
fn who_comes_from_24_1_goes_back_to_it() {
    let site = Site::bare(cluster!("who_comes_from_24_1_goes_back_to_it"), Helm::Four);
    site.ends(
        0,
        "cd fixtures/charts; for chart in occm-24.2.0 cndbtier-24.2.1; do\n\
         old=$(echo $chart | sed s/24.2/24.1/); cp -r $chart $old; sed -i s/24.2/24.1/ $(find $old -type f); done\n\
         helm install cndbtier cndbtier-24.1.1 && helm install cncc cncc-24.3.0 && \
         helm install occm occm-24.1.0 -f ../../values.yaml",
    );
    site.stands_at("24.1.0");
    let before = site.config();
    // Not said, it is 24.2 that does not stand.
    has(&site.ends(15, UPGRADE), "occm is at 24.1.0, neither at 24.2.0 nor at 24.3.0");
    site.ends(0, &format!("{UPGRADE} --input old=24.1.0"));
    site.stands_at("24.3.0");
    assert_ne!(site.config(), before);
    site.ends(15, ROLLBACK);
    site.ends(0, &format!("{ROLLBACK} --input old=24.1.0"));
    site.stands_at("24.1.0");
    assert_eq!(
        (site.config(), site.get("deployment/occm-occm", ".spec.template.spec.containers[0].image")),
        (before, "occm.example/occm:24.1.0".to_owned())
    );
}

#[test]
fn the_version_that_stands_decides_and_not_what_the_plan_says() {
    let site = shared(cluster!("the_version_that_stands_decides_and_not_what_the_plan_says"));
    let before = site.config_version();
    let said = site.ends(15, "switchback run rollback.plan.kdl --yes --confirm loss=lab --input new=24.3.1");
    has(&said, "occm is at 24.3.0, neither at 24.3.1 nor at 24.2.0");
    let said = site.ends(15, &format!("{UPGRADE} --input new=24.3.1"));
    has(&said, "occm is at 24.3.0, neither at 24.2.0 nor at 24.3.1");
    assert_eq!(site.config_version(), before);
}

#[test]
fn the_release_keeps_its_name_and_nothing_is_installed_or_uninstalled() {
    let site = Site::bare(cluster!("the_release_keeps_its_name_and_nothing_is_installed_or_uninstalled"), Helm::Four);
    site.ends(
        0,
        "helm install cndbtier fixtures/charts/cndbtier-24.2.1; helm install cncc fixtures/charts/cncc-24.3.0",
    );
    // All objects are there, and no release that they belong to.
    site.ends(0, "helm template occm fixtures/charts/occm-24.2.0 -f values.yaml --no-hooks | kubectl create -f -");
    has(&site.ends(15, UPGRADE), "there is no release `occm`");
    has(&site.ends(15, ROLLBACK), "occm");
    let told = site.ends(0, "helm list -q");
    assert_eq!(told, "cncc cndbtier");
    let made = site.ends(0, "kubectl get secret -l owner=helm,name=occm -o name");
    assert_eq!(made, "");
    for plan in ["upgrade.plan.kdl", "rollback.plan.kdl"] {
        let text = site.read(plan);
        assert!(!text.contains("helm.uninstall") && text.matches("helm.").count() == 1, "{text}");
    }
}
