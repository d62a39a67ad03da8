//! Plans whose order, doors and ends are what is tried.

use crate::sweep::scenario::{End, Scenario, Source, WRITTEN};

const OLD: (&str, &str) = ("old/release", "1\n");

pub(super) static ALL: [Scenario; 9] = [
    Scenario {
        name: "layers",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "layers-2" { title "A step in each layer" }
layer "user-space" { step "site" { file.write "www/index.html" content="2\n" }; verify { file.exists "www/index.html" } }
layer "core-kernel" { step "portal" { file.write "etc/portal.conf" content="2\n" } }
layer "cloud-kernel" { step "store" { file.write "release" content="2\n" } }
verify { file.contains "release" "2" }
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "gate",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "gate-2" { title "A question before the first change, and one in the middle" }
gate "data" { confirm "Is the copy in the safe?" type="it is" }
layer "user-space" { step "site" { file.write "site" content="2\n" } }
layer "core-kernel" {
    gate "core" ask="here" { confirm "Go on?" type="on" }
    step "core" { file.write "release" content="2\n" }
}
"#,
            ),
        ]),
        confirms: &["--confirm", "data=it is", "--confirm", "core=on"],
        ..WRITTEN
    },
    Scenario {
        name: "stages",
        source: Source::Files(&[
            OLD,
            ("old/legacy", "l\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "stages-2" { title "Before, the change, and what gives up the way back" }
stage "prepare" { step "copy" { backup keep="8d" { file "release" } } }
step "change" { file.write "release" content="2\n" }
stage "finalize" { step "clean" { file.remove "legacy" } }
hold at-most="1d" { file.contains "release" "2" }
"#,
            ),
        ]),
        holds: true,
        finalizes: true,
        ..WRITTEN
    },
    Scenario {
        name: "holds",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "holds-2" { title "A way back that stays open" }
step "change" { file.write "release" content="2\n" }
hold at-most="1d" { file.contains "release" "2" }
"#,
            ),
        ]),
        holds: true,
        finalizes: true,
        ..WRITTEN
    },
    Scenario {
        name: "stops-there",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "stops-there-2" { title "A failure after which nothing is taken back unasked" }
on-failure "stop"
step "one" { file.write "one" content="1\n" }
step "two" {
    needs "one"
    file.write "release" content="2\n"
    verify { file.exists "never" within="50ms" every="20ms" }
}
step "three" { needs "two"; file.write "three" content="3\n" }
"#,
            ),
        ]),
        end: End::Left,
        ..WRITTEN
    },
    Scenario {
        name: "undoes-step",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "undoes-step-2" { title "A failure after which only its step is taken back" }
on-failure "undo-step"
step "one" { file.write "one" content="1\n" }
step "two" {
    needs "one"
    file.write "release" content="2\n"
    verify { file.exists "never" within="50ms" every="20ms" }
}
"#,
            ),
        ]),
        end: End::Left,
        ..WRITTEN
    },
    Scenario {
        name: "parallel",
        source: Source::Files(&[
            OLD,
            (
                "upgrade.plan.kdl",
                r#"
plan "parallel-2" { title "Steps side by side" }
step "a" { file.write "a" content="a\n" }
step "b" { file.write "b" content="b\n" }
step "c" { needs "a"; file.write "c" content="c\n" }
step "d" { needs "a" "b"; file.write "d" content="d\n" }
step "e" { file.write "e" content="e\n" }
step "f" { needs "c" "d" "e"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        arguments: &["--jobs", "3"],
        ..WRITTEN
    },
    Scenario {
        name: "templates",
        source: Source::Files(&[
            OLD,
            ("files/unit.conf.hbs", "name={{name}}\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "templates-2" { title "A template, put in twice, and a part that is left out" }
input "extra" type="boolean" default=#false
template "unit" {
    input "name"
    step "{{name}}" {
        file.write "units/{{name}}.conf" content="name={{name}}\n"
        verify { file.exists "units/{{name}}.conf" }
    }
}
insert "unit" name="left"
insert "unit" name="right"
when "extra" is=#true { step "extra" { file.write "extra" content="x\n" } }
step "mark" { needs "left" "right"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "skips",
        source: Source::Files(&[
            OLD,
            ("old/there", "1\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "skips-2" { title "Steps that need nothing, and one that does" }
component "a" { installed { file "there" } }
step "already" { unless { file.exists "there" }; file.write "there" content="2\n" }
step "moved" { before { file.exists "there" }; file.write "moved" content="2\n" }
step "mark" { needs "already" "moved"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        ..WRITTEN
    },
];
