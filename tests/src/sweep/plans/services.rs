//! Plans over services: one process of each runs, or none.

use crate::sweep::scenario::{Scenario, Serves, Source, WRITTEN};

const PROJECT: (&str, &str) = (
    "switchback.kdl",
    r#"language 1
target "local" {
    directory "./platform" seed="old"
    service "worker" { program "sleep" "600" }
}
"#,
);
const OLD: (&str, &str) = ("old/release", "1\n");

pub(super) static ALL: [Scenario; 3] = [
    Scenario {
        name: "starts",
        source: Source::Files(&[
            PROJECT,
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "starts-2" { title "A service that is started" }
step "worker" { service.start "worker"; verify { service.running "worker" } }
step "mark" { needs "worker"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        service: Serves::Runs(true),
        ..WRITTEN
    },
    Scenario {
        name: "stops",
        source: Source::Files(&[
            PROJECT,
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "stops-2" { title "A service that is started for a while" }
step "before" { service.start "worker" }
step "during" { needs "before"; file.write "release" content="2\n" }
step "after" { needs "during"; service.stop "worker" }
"#,
            ),
        ]),
        service: Serves::Runs(false),
        ..WRITTEN
    },
    Scenario {
        name: "restarts",
        source: Source::Files(&[
            PROJECT,
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "restarts-2" { title "A service that is started anew when its file changed" }
step "first" { service.start "worker" }
step "second" {
    needs "first"
    file.write "release" content="2\n"
    after-change { service.restart "worker" }
    verify { service.running "worker" }
}
"#,
            ),
        ]),
        service: Serves::Runs(true),
        ..WRITTEN
    },
];
