//! The graph for other programs.

use super::super::sample::{HOSTILE, Sample, hostile, knots, lumen};
use super::super::{dot, json, mermaid};
use super::huge;
use crate::screen::is_hostile;
use serde_json::{Value, json as value};
use std::time::{Duration, Instant};
use switchback_compiler::plan::Stage;

fn inert(text: &str) -> bool {
    !text.chars().any(|c| is_hostile(c) && c != '\n')
}

#[test]
fn json_is_as_documented() {
    let text = json(&lumen());
    assert!(
        text.starts_with(r#"{"version":1,"plan":"lumen-5.0","figures":{"steps":8,"needs":4,"at_most":2,"#),
        "{text}"
    );
    let told: Value = serde_json::from_str(&text).unwrap();
    let layer = value!({"stage": "change", "layer": "user-space", "heading": "user-space", "steps": [3, 4, 5]});
    assert_eq!(told["layers"][1], layer);
    assert_eq!(told["layers"][0]["heading"], "prepare");
    assert_eq!(
        told["steps"][2],
        value!({
            "id": 4, "name": "portal", "stage": "change", "layer": "user-space", "needs": [3],
            "moves": [{"component": "portal", "from": "3.8.2", "to": "4.0.0"}],
            "at": {"path": "plans/lumen-5.0.plan.kdl", "line": 11},
        })
    );
    assert_eq!(
        told["edges"],
        value!([{"from": 3, "to": 4}, {"from": 7, "to": 8}, {"from": 1, "to": 10}, {"from": 10, "to": 11}])
    );
    let unnamed: Value = serde_json::from_str(&json(&knots())).unwrap();
    assert_eq!(unnamed["steps"][15]["layer"], Value::Null);
}

#[test]
fn json_keeps_hostile_names_and_acts_on_no_terminal() {
    let text = json(&hostile());
    assert!(inert(&text) && text.ends_with("}\n"), "{text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names[..HOSTILE.len()], HOSTILE);
}

#[test]
fn dot_draws_clusters_and_keeps_layers_apart() {
    let text = dot(&lumen());
    assert!(text.starts_with("digraph \"lumen-5.0\" {\n  rankdir=LR\n"), "{text}");
    let cluster = "  subgraph cluster_1 {\n    label=\"user-space\"\n    s3 [label=\"site\", tooltip=\"dir.mirror\"]\n    \
                   s4 [label=\"portal\", tooltip=\"3.8.2 → 4.0.0\"]\n    \
                   s5 [label=\"notebooks\", tooltip=\"2.6.0 → 2.7.1\"]\n  }\n";
    assert!(text.contains(cluster), "{text}");
    assert!(text.contains("  s3 -> s4\n  s7 -> s8\n  s1 -> s10\n  s10 -> s11\n"), "{text}");
    let walls =
        "  s1 -> s3 [style=invis]\n  s1 -> s5 [style=invis]\n  s4 -> s7 [style=invis]\n  s8 -> s10 [style=invis]\n}\n";
    assert!(text.ends_with(walls), "{text}");
}

#[test]
fn dot_quotes_what_is_hostile() {
    let text = dot(&hostile());
    assert!(inert(&text));
    assert!(
        text.contains(r#"s2 [label="\"]; x --> y; click s1 \"javascript:1\"", tooltip="<b>\"&amp;\\u{202e}"]"#),
        "{text}"
    );
    assert!(text.contains(r#"s3 [label="back\\slash\\N\\", "#), "{text}");
    assert!(text.contains(r#"s4 [label="two\\nlines\\r\\u{85}\\u{2028}", "#), "{text}");
    // Outside of quotes nothing is left that a name brought.
    for line in text.lines() {
        let bare: Vec<&str> = line.split('"').step_by(2).collect();
        assert!(line.contains(r#"\""#) || !bare.concat().contains(['<', '\\', '`', '%']), "{line}");
    }
}

#[test]
fn mermaid_draws_subgraphs() {
    let text = mermaid(&lumen());
    let begin = "flowchart LR\n  subgraph l0[\"prepare\"]\n    direction LR\n    s1[\"orders-copy\"]\n  end\n  \
                 subgraph l1[\"user-space\"]\n    direction LR\n    s3[\"site\"]\n    s4[\"portal\"]\n    \
                 s5[\"notebooks\"]\n    s3 --> s4\n  end\n";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.ends_with("  end\n  s1 --> s10\n  s1 ~~~ s3\n  s1 ~~~ s5\n  s4 ~~~ s7\n  s8 ~~~ s10\n"), "{text}");
}

#[test]
fn mermaid_has_no_markup_from_names() {
    let text = mermaid(&hostile());
    assert!(inert(&text));
    assert!(text.contains("s1[\"#60;script#62;alert#40;1#41;#60;/script#62;\"]"), "{text}");
    assert!(text.contains("s6[\"end\"]") && text.contains("s7[\"1#46; #96;one#96; #42;#42;bold"), "{text}");
    assert!(text.contains("s5[\"#92;u#123;202e#125;gpj.exe#92;u#123;2066#125;\"]"), "{text}");
    for label in text.lines().filter_map(|line| line.split_once('[')).map(|(_, label)| label) {
        let inside = label.strip_prefix('"').and_then(|label| label.strip_suffix("\"]")).unwrap();
        assert!(!inside.contains(['"', '<', '>', '`', '*', '_', '\\', '(', '[', ']', '{']), "{label}");
    }
}

#[test]
fn mermaid_of_a_large_plan_shows_the_layers() {
    let layers = "flowchart LR\n  %% more than Mermaid draws, so only the layers\n  l0[\"user-space#58; 5000 steps\"]\n  \
                  l1[\"core-kernel#58; 5000 steps\"]\n  l0 --> l1\n";
    for plan in huge() {
        assert_eq!(mermaid(&plan), layers);
    }
    let mut long = Sample::new("long");
    long.layer(Stage::Change, "");
    long.step(&"x".repeat(50_000), &[]);
    assert_eq!(mermaid(&long.0).lines().last(), Some("  l0[\"long#58; 1 step\"]"));
}

#[test]
fn ten_thousand_steps_take_no_time_to_speak_of() {
    let begun = Instant::now();
    for plan in huge() {
        assert_eq!(dot(&plan).lines().filter(|line| line.contains("[label=")).count(), 10_000);
        assert!(json(&plan).contains("\"figures\":{\"steps\":10000,"));
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
