//! Plans with programs and requests: what they did is known from the world, not from Switchback.

use crate::sweep::scenario::{Counted, Scenario, Source, WRITTEN};

/// Each line of the log is one time that it did its work.
const MOVE: (&str, &str) = ("bin/move.sh", "#!/bin/sh\necho \"$1\" >> ../effects.log\necho \"$2\" > data/version\n");
const OLD: (&str, &str) = ("old/data/version", "1\n");

pub(super) static ALL: [Scenario; 5] = [
    Scenario {
        name: "unless",
        source: Source::Files(&[
            MOVE,
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "unless-2" { title "A program that says what its work looks like" }
step "move" {
    program "./bin/move.sh" "forward" "2" within="20s" { unless { file.contains "data/version" "2" } }
    undo { program "./bin/move.sh" "back" "1" within="20s" { unless { file.contains "data/version" "1" } } }
}
"#,
            ),
        ]),
        counted: Counted::ByLog,
        step: "move",
        ..WRITTEN
    },
    Scenario {
        name: "refreshed",
        source: Source::Files(&[
            ("bin/reload.sh", "#!/bin/sh\ncp etc/app.conf loaded.conf\n"),
            ("old/etc/app.conf", "1\n"),
            ("old/loaded.conf", "1\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "refreshed-2" { title "What is read anew after a change, and again after its undo" }
step "app" {
    file.write "etc/app.conf" content="2\n"
    after-change { program "./bin/reload.sh" within="20s" { unless { program "cmp" "-s" "etc/app.conf" "loaded.conf" } } }
}
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "outputs",
        source: Source::Files(&[
            ("old/release", "1\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "outputs-2" { title "A value that a later step uses" }
step "made" {
    file.write "id" content="7f31\n"
    output "id" pattern="[0-9a-f]{4}" { file "id" }
}
step "used" { needs "made"; file.write "release" content="2 {{step.made.id}}\n" }
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "secret",
        source: Source::Files(&[
            ("bin/login.sh", "#!/bin/sh\n[ ${#TOKEN} = 16 ] && echo in > session\n"),
            ("old/etc/app.conf", "token=old\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "secret-2" { title "A value that nobody may read" }
input "token" secret=#true env="SWEEP_SECRET"
step "app" { file.write "etc/app.conf" content="token={{token}}\n" mode="0600" }
step "login" {
    needs "app"
    program "./bin/login.sh" within="20s" {
        env "TOKEN" "{{token}}"
        unless { file.exists "session" }
    }
    undo { file.remove "session" }
}
"#,
            ),
        ]),
        hides: true,
        ..WRITTEN
    },
    Scenario {
        name: "sent",
        source: Source::Files(&[
            ("old/release", "1\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "sent-2" { title "A request whose server tells whether it came" }
input "port" type="number" default=8417 env="SWEEP_PORT"
step "order" {
    http.request "POST" "http://127.0.0.1:{{port}}/order" body="one" within="5s" {
        unless { http.get "http://127.0.0.1:{{port}}/order" body="taken" within="5s" }
    }
    undo {
        http.request "DELETE" "http://127.0.0.1:{{port}}/order" within="5s" {
            unless { http.get "http://127.0.0.1:{{port}}/order" body="none" within="5s" }
        }
    }
}
step "mark" { needs "order"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        counted: Counted::ByServer,
        step: "order",
        ..WRITTEN
    },
];
