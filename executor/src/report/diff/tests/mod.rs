//! The dry run's screens, as exact texts.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod comments;
mod many;
mod screens;

use super::*;
use crate::preview::tests::Project;
use jiff::tz::TimeZone;

fn shown() -> Shown {
    let observed = "2026-11-20T15:12:00Z".parse().unwrap();
    let zone = Zone::new(TimeZone::get("Europe/Berlin").unwrap());
    Shown { observed, took: Duration::from_millis(1400), zone, full: false }
}

fn look(width: usize) -> Look {
    Look { width, ..Look::plain() }
}

/// A small platform: two layers, a copy, a program, a version, a deletion, a step that changes nothing.
fn project() -> Project {
    Project::new(PLAN)
        .source("files/www/index.html", "<p>2.0.0</p>\n")
        .source("files/back.sh", "#!/bin/sh\n")
        .on_target("www/index.html", "<p>1.0.0</p>\n")
        .on_target("www/news.html", "news\n")
        .on_target("old.txt", "old\n")
        .on_target("store/a", "kept\n")
        .on_target("etc/release", "1.0.0\n")
        .on_target("etc/same", "same")
        .on_target("etc/portal.conf", "port = 80\nrelease = \"1.0.0\"\nlog = \"info\"\n")
}

const PLAN: &str = r#"
component "portal" layer="core-kernel" owner="web" stateful=#true { installed { file "etc/release" } }
window "sat" "sun" from="22:00" to="04:00" zone="Europe/Berlin"
deadline "2h"
stage "prepare" { step "store-copy" { backup keep="8d" { dir "store" } } }
layer "user-space" {
    step "site" {
        dir.mirror "www" from="files/www"
        file.write "www/notice.txt" content="Upgraded.\n"
    }
    step "extra" { file.remove "old.txt"; undo { program "back.sh"; loses "what was in old.txt" } }
}
layer "core-kernel" {
    step "portal" {
        needs "site"
        moves from="1.0.0" to="2.0.0"
        file.write "etc/portal.conf" content="port = 80\nrelease = \"{{component.portal.to}}\"\nlog = \"info\"\n"
        program "sh" "-c" "exit 0" as="migrate" within="30m"
        undo within="1h" { program "./files/back.sh"; file.restore "store/a" copy="store-copy" }
    }
    step "after" { needs "portal"; file.write "etc/same" content="same" }
}
"#;
