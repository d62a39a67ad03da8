//! As strict as the language is, sound plans pass without a word too many.

use crate::sources::Sources;
use crate::told::{is_sound, places, sound};
use switchback_compiler::plan::Direction;

/// A whole plan, with most words of the language in it.
const WHOLE: &str = r#"
plan "lumen-5.0" {
    title    "Move Lumen from 4.9 to 5.0"
    moves    "lumen" from="4.9.3" to="5.0.0"
    ticket   "OPS-2210"
}

use "db.lib.kdl"

input "namespace"    default="lumen"
input "oauth-secret" secret=#true env="OAUTH_SECRET"

window     "sat" "sun" from="22:00" to="04:00" zone="Europe/Berlin"
deadline   "2h"
defaults within="5m" {
    http within="2m"
    program within="10m"
}

stage "prepare" good-for="12h" {
    layer "cloud-kernel" {
        step "orders-copy" {
            backup keep="8d" within="1h" { dir "pg/orders" }
        }
    }
}

layer "user-space" {
    step "site" {
        dir.mirror "www" from="files/www"
        verify { file.exists "www/site.toml" }
    }
    step "portal" {
        needs "site"
        moves from="3.8.2" to="4.0.0"
        file.write "www/portal.json" from="files/portal.json"
        verify { http.get "http://portal.{{namespace}}/api/v4/health" status=200 for="1m" }
    }
    step "notebooks" {
        moves from="2.6.0" to="2.7.1"
        file.write "etc/notebooks.yaml" from="files/notebooks.yaml.hbs"
        file.remove "etc/notebooks-gc"
    }
}

layer "core-kernel" {
    step "catalog" {
        moves from="1.14.0" to="1.15.2"
        file.write "etc/catalog.conf" content="secret={{oauth-secret}}\n" mode="0600"
        after-change { service.restart "catalog" }
        verify { http.get "http://catalog.{{namespace}}/" for="30s" }
        output "id" pattern="[0-9a-f]{4}" { file "etc/catalog.id" }
    }
    step "scheduler" {
        needs "catalog"
        moves from="5.2.6" to="5.3.0"
        file.write "etc/scheduler.conf" content="catalog={{step.catalog.id}}\n"
    }
}

layer "cloud-kernel" {
    gate "data" { confirm "Orders may be lost if this is undone" type="{{target}}" }
    step "postgres" {
        needs "orders-copy"
        moves from="15.8" to="16.4"
        program "./scripts/pg-upgrade.sh" "{{component.postgres.to}}" as="pg-upgrade" within="30m"
        undo within="1h" {
            program "./scripts/pg-downgrade.sh" "{{component.postgres.from}}"
            file.restore "pg/orders" copy="orders-copy"
            loses "orders written since the copy"
        }
        verify { program "psql" "-c" "select count(*) > 0 from orders" is="t" }
    }
    step "pooler" {
        needs "postgres"
        file.write "etc/pooler.conf" from="files/pooler.conf"
    }
}

verify { http.get "http://gateway.{{namespace}}/api/health" status=200 within="2m" for="1m" }

hold at-most="7d" { http.get "http://gateway.{{namespace}}/api/health" status=200 every="1m" failures=5 }

notify "chat" on="start failed undone done" { http.post "http://chat.{{namespace}}/" }
"#;

const LIBRARY: &str = r#"
component "portal"    layer="user-space"   owner="web"
component "scheduler" layer="core-kernel"
component "postgres"  layer="cloud-kernel" owner="data" stateful=#true {
    installed { program "psql" "-c" "show server_version" }
}
"#;

#[test]
fn the_whole_plan_compiles_without_a_word() {
    let compiled = Sources::plan(WHOLE)
        .file("db.lib.kdl", LIBRARY)
        .file("files/www/site.toml", "release = \"5.0.0\"\n")
        .file("files/portal.json", "{ \"api\": \"v4\" }\n")
        .file("files/notebooks.yaml.hbs", "image: notebooks:{{component.notebooks.to}}\nnamespace: {{namespace}}\n")
        .file("files/pooler.conf", "server_version = 16\n")
        .script("scripts/pg-upgrade.sh")
        .script("scripts/pg-downgrade.sh")
        .file("switchback.kdl", "language 1\ntarget \"prod-eu\" { directory \"/srv/lumen\"; label tier=\"prod\" }\n")
        .on("prod-eu", &[]);
    assert_eq!(places(&compiled), Vec::<String>::new());
    let plan = compiled.plan.unwrap();
    assert_eq!((plan.steps().count(), plan.direction), (8, Direction::Upgrade));
}

#[test]
fn the_small_plan_compiles_without_a_word() {
    let text = r#"
plan "edge-proxy" { title "Proxy rules for the new shop" }
step "proxy" {
    before { program "nginx" "-t" "-c" "/etc/nginx/nginx.conf" }
    file.write "conf.d/shop.conf" from="files/shop.conf.hbs" mode="0644"
    file.remove "conf.d/old-shop.conf"
    after-change { program "nginx" "-s" "reload" }
    verify { http.get "http://127.0.0.1:8080/healthz" status=200 within="30s" for="10s" }
}"#;
    is_sound(&Sources::plan(text).file("files/shop.conf.hbs", "server { listen 80; } # {{target}}\n").compile(), text);
}

#[test]
fn versions_compare_by_number() {
    let text = "step \"a\" { moves from=\"1.9.4\" to=\"1.10.0\"; file.write \"a\" content=\"1\" }";
    assert_eq!(Sources::plan(text).compile().plan.unwrap().direction, Direction::Upgrade);
    let text = "step \"a\" { moves from=\"v1.10.0\" to=\"v1.9.4\"; file.write \"a\" content=\"1\" }";
    assert_eq!(Sources::plan(text).compile().plan.unwrap().direction, Direction::Rollback);
}

#[test]
fn braces_in_a_raw_file_are_no_placeholder() {
    let rules = "expr: up == 0\nsummary: \"{{ $labels.instance }} is down\"\n";
    let text = "step \"a\" { file.write \"rules.yaml\" from=\"files/rules.yaml\" }";
    is_sound(&Sources::plan(text).file("files/rules.yaml", rules).compile(), rules);
}

#[test]
fn an_order_through_a_third_step_is_an_order() {
    sound(
        "step \"a\" { file.write \"x\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"y\" content=\"1\" }\n\
         step \"c\" { needs \"b\"; file.write \"x\" content=\"2\" }",
    );
}

#[test]
fn a_copy_of_last_night_may_be_said_to_do() {
    sound(
        "step \"copy\" { backup max-age=\"1d\" { file \"a\" } }\nstep \"a\" { needs \"copy\"; file.write \"a\" content=\"1\"; undo { file.restore \"a\" copy=\"copy\" } }",
    );
}

#[test]
fn undeclared_components_and_steps_without_versions_are_fine() {
    sound(
        "step \"portal\" { moves from=\"1\" to=\"2\"; file.write \"a\" content=\"{{component.portal.to}}\" }\nstep \"b\" { file.write \"b\" content=\"1\" }",
    );
}

#[test]
fn a_plan_of_checks_alone_is_a_plan() {
    sound("verify { file.exists \"a\" }");
    sound("before { file.exists \"a\" }");
}
