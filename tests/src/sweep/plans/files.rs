//! Plans over files: what is written, removed, unpacked, copied and put back.

use crate::sweep::scenario::{Scenario, Source, WRITTEN};

pub(super) static ALL: [Scenario; 6] = [
    Scenario {
        name: "lines",
        source: Source::Files(&[
            ("old/etc/app.conf", "name=a\nport=1\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "lines-2" { title "A line, put back from a backup" }
step "app" {
    backup "settings" keep="30d" { file "etc/app.conf" }
    file.line "etc/app.conf" match="^port=" line="port=2"
    undo { file.restore "etc/app.conf" copy="settings" }
    verify { file.contains "etc/app.conf" "port=2" }
}
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "folders",
        source: Source::Files(&[
            ("old/data/one", "1\n"),
            ("old/data/deep/two", "2\n"),
            ("files/data/one", "one\n"),
            ("files/data/three", "three\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "folders-2" { title "A folder, put back from a backup" }
step "copy" { backup "data" keep="30d" { dir "data" } }
step "data" {
    needs "copy"
    dir.mirror "data" from="files/data"
    undo { dir.restore "data" copy="data" }
}
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "copied",
        source: Source::Files(&[
            ("old/etc/conf.d/a.conf", "a=1\n"),
            ("files/conf.d/a.conf.hbs", "a={{count}}\n"),
            ("files/conf.d/sub/b.sh", "#!/bin/sh\nexit 0\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "copied-2" { title "Files beside what is there, one of them a template" }
input "count" type="number" default=2
step "conf" {
    dir.copy "etc/conf.d" from="files/conf.d"
    verify { file.contains "etc/conf.d/a.conf" "a=2" }
}
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario { name: "archive", source: Source::Folder("tests/sweep/archive"), ..WRITTEN },
    Scenario {
        name: "restored",
        source: Source::Files(&[
            ("old/etc/app.conf", "mine\n"),
            ("old/www/a", "a\n"),
            ("old/www/deep/b", "b\n"),
            ("files/www/c", "c\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "restored-2" { title "New pages, and then some of the old ones again" }
step "copy" { backup "all" keep="30d" { dir "." } }
step "pages" {
    needs "copy"
    dir.mirror "www" from="files/www"
    file.write "etc/app.conf" content="theirs\n"
}
step "again" {
    needs "pages"
    dir.restore "www/deep" copy="all"
    file.restore "etc/app.conf" copy="all"
    verify { file.exists "www/deep/b" }
}
step "mark" { needs "again"; file.write "release" content="2\n" }
"#,
            ),
        ]),
        ..WRITTEN
    },
    Scenario {
        name: "removed",
        source: Source::Files(&[
            ("old/cache/index", "i\n"),
            ("old/cache/lock", "l\n"),
            (
                "upgrade.plan.kdl",
                r#"
plan "removed-2" { title "Two files that go" }
step "cache" { file.remove "cache/index" "cache/lock" }
"#,
            ),
        ]),
        ..WRITTEN
    },
];
