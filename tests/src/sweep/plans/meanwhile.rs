//! Plans that take something away for a while: it is there again, however they end.

use crate::sweep::scenario::{End, Scenario, Serves, Source, WRITTEN};

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
const CRON: (&str, &str) = ("old/cron", "daily\n");

pub(super) static ALL: [Scenario; 3] = [
    Scenario {
        name: "meanwhile",
        source: Source::Files(&[
            PROJECT,
            OLD,
            CRON,
            (
                "upgrade.plan.kdl",
                r#"
plan "meanwhile-2" { title "In the plan, in a layer and in a step" }
meanwhile { file.write "paused" content="1\n" }
layer "user-space" {
    meanwhile { file.remove "cron" }
    step "one" { file.write "release" content="2\n"; verify { file.exists "paused"; file.absent "cron" } }
}
layer "core-kernel" {
    step "two" {
        meanwhile { file.write "two.lock" content="1\n" }
        before { file.exists "cron" }
        file.write "two" content="2\n"
        verify { file.absent "two.lock" }
    }
}
verify { file.absent "paused" }
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "meanwhile-fails",
        source: Source::Files(&[
            PROJECT,
            OLD,
            CRON,
            (
                "upgrade.plan.kdl",
                r#"
plan "meanwhile-3" { title "A failure while something is away" }
meanwhile { file.write "paused" content="1\n"; file.remove "cron" }
step "one" { file.write "release" content="2\n" }
step "two" {
    needs "one"
    meanwhile { file.write "two.lock" content="1\n" }
    file.write "two" content="2\n"
    verify { file.contains "two" "3" within="1s" every="100ms" }
}
"#,
            ),
        ]),
        end: End::Old,
        ..WRITTEN
    },
    Scenario {
        name: "meanwhile-service",
        source: Source::Files(&[
            PROJECT,
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "meanwhile-4" { title "A service that runs only for a while" }
meanwhile { service.start "worker" }
step "during" { file.write "release" content="2\n"; verify { service.running "worker" } }
"#,
            ),
        ]),
        service: Serves::Runs(false),
        ..WRITTEN
    },
];
