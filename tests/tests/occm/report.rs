//! What is written down of a rollback.

use crate::site::{ROLLBACK, Site, cluster, has};

#[test]
fn the_report_says_who_what_from_where_and_what_was_acknowledged() {
    let site = Site::upgraded(cluster!("the_report_says_who_what_from_where_and_what_was_acknowledged"));
    site.ends(0, ROLLBACK);
    let report = site.ends(0, "switchback report");
    for part in [
        "moved occm 24.3.0 → 24.2.0 on lab, rollback",
        "run by ada on",
        "bundle b3:",
        "✓ confirmed by ada",
        "whole, b3:",
    ] {
        has(&report, part);
    }
    let report = site.ends(0, "switchback report --format json");
    let loss = "Configuration and certificates made since the upgrade to 24.3.0 are lost";
    for part in [loss, "\"confirmed\"", "revision 3 deployed", "\"revision\":2", "copied", "\"digest\":\"b3:"] {
        has(&report, part);
    }
    // The copy that it made: where it is, its digest and its version.
    let made = site.ends(0, "cat .switchback/backups/lab/*/present/copy.json");
    has(&made, "\"run\":");
    has(&made, "\"digest\": \"b3:");
}
