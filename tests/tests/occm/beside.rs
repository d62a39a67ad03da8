//! The products beside OCCM, which others move.

use crate::site::{ROLLBACK, Site, UPGRADE, cluster, has, shared};

/// On the way back the database goes first and the console last; on the way up it is the other way round.
#[test]
fn other_products_stand_where_their_order_has_them() {
    let site = shared(cluster!("other_products_stand_where_their_order_has_them"));
    let before = site.config_version();
    let refused = |plan: &str, release: &str, chart: &str, is: &str| {
        site.ends(0, &format!("helm upgrade {release} fixtures/charts/{chart}"));
        let said = site.ends(15, plan);
        has(&said, &format!("release {release}: {is}"));
        has(&said, "others move it");
        site.ends(0, &format!("helm rollback {release} 1"));
    };
    refused(ROLLBACK, "cndbtier", "cndbtier-24.3.0", "24.3.0");
    refused(ROLLBACK, "cncc", "cncc-24.2.0", "24.2.0");
    assert_eq!(site.config_version(), before);
}

#[test]
fn the_console_goes_up_first_and_the_database_last() {
    let site = Site::new(cluster!("the_console_goes_up_first_and_the_database_last"));
    site.ends(0, "helm upgrade cncc fixtures/charts/cncc-24.2.0");
    has(&site.ends(15, UPGRADE), "release cncc: 24.2.0");
    site.ends(0, "helm rollback cncc 1; helm upgrade cndbtier fixtures/charts/cndbtier-24.3.0");
    has(&site.ends(15, UPGRADE), "release cndbtier: 24.3.0");
    site.stands_at("24.2.0");
}
