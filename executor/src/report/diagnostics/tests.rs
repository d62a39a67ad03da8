//! Exact texts: the three errors of one small project in every look, and what a hostile project can't do.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

use super::*;
use crate::screen::Look;
use switchback_compiler::diagnostic::{Diagnostic, Help, Page, Severity};
use switchback_compiler::source::{SourceSet, Span};

static UNORDERED: Page = Page {
    code: "order::unordered-write",
    rule: "R3",
    text: "Two steps that may run at the same time touch the same thing.",
    wrong: "step \"site\"",
    right: "step \"portal\" { needs \"site\" }",
    ..Page::ERROR
};
static UNKNOWN: Page = Page { code: "property::unknown", ..Page::ERROR };
static CYCLE: Page = Page { code: "needs::cycle", rule: "R7", text: "Steps wait for each other.", ..Page::ERROR };
static UNUSED: Page = Page { code: "input::unused", severity: Severity::Warning, ..Page::ERROR };

/// A project with a text at each of these lines.
fn project(files: &[(&str, &[(usize, &str)])]) -> SourceSet {
    let mut sources = SourceSet::default();
    for (path, lines) in files {
        let mut text = String::new();
        for (line, content) in *lines {
            text.push_str(&"\n".repeat(line - 1 - text.matches('\n').count()));
            text.push_str(content);
            text.push('\n');
        }
        sources.add(*path, text);
    }
    sources
}

/// The first place that holds this text.
fn find(sources: &SourceSet, text: &str) -> Span {
    let in_file = |file: &switchback_compiler::source::SourceFile| {
        file.text.find(text).map(|at| Span::new(file.base as usize + at, text.len()))
    };
    sources.files().iter().find_map(in_file).expect("the text is in a file")
}

fn lumen() -> (SourceSet, Vec<Diagnostic>) {
    let sources = project(&[
        (
            "plans/lumen-5.0.plan.kdl",
            &[
                (21, "        dir.mirror \"www\" from=\"files/www\""),
                (25, "        file.write \"www/portal.json\" from=\"files/portal.json\""),
                (28, "            kube.ready \"deployment/portal\" withn=\"5m\""),
                (61, "        needs \"orders-view\""),
                (67, "        needs \"postgres\""),
            ],
        ),
        ("plans/db.lib.kdl", &[(7, "        needs \"pooler\"")]),
    ]);
    let at = |text| find(&sources, text);
    let found = vec![
        Diagnostic::new(&UNORDERED, "`site` and `portal` may both write below `www` at the same time")
            .label(at("dir.mirror \"www\""), "`site` writes all of `www`")
            .label(at("\"www/portal.json\""), "`portal` writes `www/portal.json`")
            .help("say which comes first; add to step `portal`:")
            .help_line(Help::Add { path: None, line: 25, text: "        needs \"site\"".into() }),
        Diagnostic::new(&UNKNOWN, "`kube.ready` has no property `withn`")
            .label(at("withn"), "did you mean `within`?")
            .help("its properties are `within`, `for`, `every`, `failures`, `else`, `hint`"),
        Diagnostic::new(&CYCLE, "3 steps wait for each other, so none can ever start")
            .label(at("needs \"orders-view\""), "`postgres` needs `orders-view`")
            .label(at("needs \"postgres\""), "`pooler` needs `postgres`")
            .label(at("needs \"pooler\""), "`orders-view` needs `pooler`")
            .help("take out the `needs` that is not meant")
            .help_line(Help::Drawn(
                "┌▸ postgres     needs orders-view   plans/lumen-5.0.plan.kdl:61\n\
                 │  orders-view  needs pooler        plans/db.lib.kdl:7\n\
                 └─ pooler       needs postgres      plans/lumen-5.0.plan.kdl:67"
                    .into(),
            ))
            .skips("versions at every moment of cloud-kernel"),
    ];
    (sources, found)
}

fn look(width: usize) -> Look {
    Look { width, ..Look::plain() }
}

#[test]
fn the_screen_of_check_is_as_designed() {
    let (sources, found) = lumen();
    let told = human(&sources, &found, look(80)) + &summary(&sources, &found, Plans { compiled: 1, all: 2 });
    assert_eq!(told + "\n", include_str!("tests/unicode.txt"));
}

#[test]
fn the_ascii_screen_has_no_other_character() {
    let (sources, found) = lumen();
    let told = human(&sources, &found, Look { ascii: true, ..look(80) });
    assert!(told.is_ascii());
    assert_eq!(told, include_str!("tests/ascii.txt"));
}

#[test]
fn sixty_columns_wrap_texts_and_show_a_part_of_long_lines() {
    let (sources, found) = lumen();
    let told = human(&sources, &found, look(60));
    assert_eq!(told, include_str!("tests/narrow.txt"));
    let wide = told.lines().filter(|line| crate::screen::width(line) > 60).collect::<Vec<_>>();
    assert!(wide.iter().all(|line| line.contains("plans/")), "only the ring may be wider: {wide:?}");
}

#[test]
fn colours_repeat_what_words_say() {
    let (sources, found) = lumen();
    let told = human(&sources, &found, Look { color: true, ..look(80) });
    for painted in [
        "\u{1b}[31merror:\u{1b}[0m `site` and",
        "\u{1b}[2m 21 │\u{1b}[0m         dir.mirror",
        "\u{1b}[2m·\u{1b}[0m         \u{1b}[35m────────┬───────\u{1b}[0m\n",
        "\u{1b}[35m╰──\u{1b}[0m `site` writes",
        "\u{1b}[32m25 +         needs \"site\"\u{1b}[0m\n",
        "  code: \u{1b}[2mneeds::cycle\u{1b}[0m\n",
    ] {
        assert!(told.contains(painted), "{painted:?}");
    }
    assert_eq!(without_codes(&told), human(&sources, &found, look(80)));
}

fn without_codes(painted: &str) -> String {
    let mut pieces = painted.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |out, piece| out + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

#[test]
fn labels_that_are_near_share_a_frame() {
    let sources = project(&[("a.plan.kdl", &[(14, "component"), (17, "\tinsert \"move\" \"move\""), (25, "far")])]);
    let base = find(&sources, "insert").start as usize;
    let found = Diagnostic::new(&UNKNOWN, "what")
        .label(Span::new(base, 6), "put in here")
        .label(find(&sources, "far"), "and there")
        .label(Span::new(base + 14, 6), "")
        .label(find(&sources, "component"), "two hops");
    let told = human(&sources, &[found], look(80));
    let drawn = "error: what\n    \
        ╭─[a.plan.kdl:17:2]\n \
        14 │ component\n    \
        · ────┬────\n    \
        ·     ╰── two hops\n \
        15 │\n \
        16 │\n \
        17 │     insert \"move\" \"move\"\n    \
        ·     ───┬──        ──────\n    \
        ·        ╰── put in here\n    \
        ╰────\n    \
        ╭─[a.plan.kdl:25:1]\n \
        25 │ far\n    \
        · ─┬─\n    \
        ·  ╰── and there\n    \
        ╰────\n  \
        code: property::unknown\n\n";
    assert_eq!(told, drawn);
}

#[test]
fn labels_that_are_far_apart_in_a_long_line_get_it_once_each() {
    let line = format!("first {} second", "x".repeat(200));
    let sources = project(&[("a.plan.kdl", &[(1, &line)])]);
    let found = Diagnostic::new(&UNKNOWN, "what")
        .label(find(&sources, "first"), "here")
        .label(find(&sources, "second"), "and there");
    let told = human(&sources, &[found], look(40));
    let shown = format!(" 1 │ first {}…\n", "x".repeat(28));
    assert!(told.contains(&shown) && told.contains("╰── here\n 1 │ …xxx"), "{told}");
    assert!(told.lines().all(|line| crate::screen::width(line) <= 40), "{told}");
}

#[test]
fn of_a_place_in_several_lines_only_the_first_is_underlined() {
    let sources = project(&[("a.plan.kdl", &[(1, "step {  "), (2, "}")])]);
    let found = Diagnostic::new(&UNKNOWN, "what").label(Span::new(0, 10), "all of it");
    assert!(human(&sources, &[found], look(80)).contains(" 1 │ step {\n   · ───┬──\n   ·    ╰── all of it\n   ╰─"));
}

#[test]
fn the_end_of_a_file_is_a_place() {
    let mut sources = SourceSet::default();
    sources.add("empty.plan.kdl", "");
    let base = sources.add("a.plan.kdl", "step {\n");
    let at = |start| Diagnostic::new(&UNKNOWN, "what").label(Span::new(start, 0), "`}` is missing");
    let told = human(&sources, &[at(0), at(base as usize + 7)], look(80));
    assert!(told.contains("[empty.plan.kdl:1:1]\n 1 │\n   · ┬\n   · ╰── `}` is"), "{told}");
    assert!(told.contains("[a.plan.kdl:2:1]\n 2 │\n   · ┬\n   · ╰── `}` is"), "{told}");
}

#[test]
fn a_line_to_add_elsewhere_names_its_file_and_what_was_skipped_is_said_once() {
    let sources = project(&[("a.plan.kdl", &[(1, "step")])]);
    let one = Diagnostic::new(&UNUSED, "what")
        .label(Span::new(0, 4), "")
        .help_line(Help::Add { path: Some("b.lib.kdl".into()), line: 7, text: "\tneeds \"a\"".into() })
        .skips("the order of `a`");
    let told = human(&sources, &[one.clone(), one], look(80));
    assert!(told.starts_with("warning: what\n"));
    assert!(told.contains("  help: in b.lib.kdl:\n         7 +     needs \"a\"\n  code"), "{told}");
    assert!(told.ends_with("\n\nskipped: the order of `a`, because of input::unused\n"));
    assert_eq!(told.matches("skipped").count(), 1);
}

#[test]
fn the_summary_counts_what_it_can_name() {
    let (sources, mut found) = lumen();
    let plans = Plans { compiled: 2, all: 2 };
    assert_eq!(summary(&sources, &[], plans), "2 of 2 plans compile");
    found.push(Diagnostic::new(&UNUSED, "what"));
    assert_eq!(summary(&sources, &found[3..], plans), "1 warning; 2 of 2 plans compile");
    let none = Plans { compiled: 0, all: 1 };
    assert_eq!(summary(&sources, &found, none), "3 errors and 1 warning in 2 files; 0 of 1 plan compiles");
}

/// A project that tries to act on the terminal, in every text that can come from it.
fn hostile() -> (SourceSet, Vec<Diagnostic>) {
    let bad = "\u{1b}]0;x\u{7}\u{9b}2J\r\u{202e}kdl\u{2066}\u{200b}\u{e0041}";
    let sources = project(&[(&format!("a{bad}.kdl"), &[(1, &format!("step \"{bad}\" x"))])]);
    let found = Diagnostic::new(&UNKNOWN, format!("no `{bad}`\nerror: forged"))
        .label(find(&sources, bad), format!("this {bad}"))
        .label(find(&sources, " x"), format!("and {bad}"))
        .help(format!("take out `{bad}`"))
        .help_line(Help::Drawn(format!("└─ {bad}")))
        .help_line(Help::Add { path: Some(format!("b{bad}")), line: 1, text: bad.to_owned() })
        .skips(bad);
    (sources, vec![found])
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    let (sources, found) = hostile();
    let texts = [
        human(&sources, &found, look(80)),
        human(&sources, &found, Look { ascii: true, ..look(40) }),
        github(&sources, &found),
        json(&sources, &found).unwrap(),
        sarif(&sources, &found).unwrap(),
    ];
    for text in texts {
        let acts = ['\u{1b}', '\u{7}', '\u{9b}', '\r', '\u{202e}', '\u{2066}', '\u{200b}', '\u{e0041}'];
        assert!(!text.contains(acts), "{text:?}");
        assert!(!text.contains("\nerror: forged"), "{text}");
    }
}

#[test]
fn a_hostile_line_is_underlined_where_its_escapes_stand() {
    let sources = project(&[("a.kdl", &[(1, "a\u{1b}b c")])]);
    let found = Diagnostic::new(&UNKNOWN, "what").label(find(&sources, "c"), "");
    assert!(human(&sources, &[found], look(80)).contains(" 1 │ a\\u{1b}b c\n   ·          ─\n"));
}

#[test]
fn json_says_places_in_lines_and_in_bytes() {
    let mut sources = SourceSet::default();
    sources.add("a.kdl", "one\n");
    let base = sources.add("b.kdl", "é\n é two\nx");
    let found = Diagnostic::new(&UNORDERED, "what")
        .label(Span::new(base as usize + 7, 5), "here")
        .help("do")
        .help_line(Help::Add { path: None, line: 2, text: " x".into() })
        .help_line(Help::Drawn("└─".into()))
        .skips("that");
    let told = json(&sources, &[found]).unwrap();
    let wanted = serde_json::json!({"version": 1, "diagnostics": [{
        "code": "order::unordered-write", "severity": "error", "message": "what", "rule": "R3",
        "labels": [{"path": "b.kdl", "line": 2, "column": 4, "end_line": 3, "end_column": 2,
                    "offset": 7, "length": 5, "text": "here"}],
        "help": [{"kind": "text", "text": "do"}, {"kind": "add", "path": "b.kdl", "line": 2, "text": " x"},
                 {"kind": "drawn", "text": "└─"}],
        "skipped": ["that"],
    }]});
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap(), wanted);
    assert!(told.ends_with("]}\n") && told.lines().count() == 1);
}

#[test]
fn escaped_json_is_the_same_json() {
    let (sources, found) = hostile();
    let read: serde_json::Value = serde_json::from_str(&json(&sources, &found).unwrap()).unwrap();
    assert_eq!(read["diagnostics"][0]["message"], found[0].message.as_str());
}

#[test]
fn sarif_has_a_rule_a_page_and_a_place_a_label() {
    let (sources, found) = lumen();
    let log: serde_json::Value = serde_json::from_str(&sarif(&sources, &found).unwrap()).unwrap();
    let run = &log["runs"][0];
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert_eq!(rules, ["needs::cycle", "order::unordered-write", "property::unknown"]);
    let results = run["results"].as_array().unwrap();
    for result in results {
        assert_eq!(result["ruleId"], *rules[result["ruleIndex"].as_u64().unwrap() as usize]);
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
    let region = serde_json::json!({"startLine": 28, "startColumn": 44, "endLine": 28, "endColumn": 49});
    assert_eq!(results[1]["locations"][0]["physicalLocation"]["region"], region);
    assert_eq!(results[1]["relatedLocations"], serde_json::Value::Null);
    let related = results[2]["relatedLocations"].as_array().unwrap();
    assert_eq!((&related[0]["id"], &related[1]["id"]), (&1.into(), &2.into()));
    assert_eq!(related[1]["physicalLocation"]["artifactLocation"]["uri"], "plans/db.lib.kdl");
    assert_eq!(related[1]["message"]["text"], "`orders-view` needs `pooler`");
}

#[test]
fn sarif_doubles_the_braces_of_messages() {
    let found = Diagnostic::new(&UNUSED, "no `{{step.x}}`");
    let log: serde_json::Value = serde_json::from_str(&sarif(&SourceSet::default(), &[found]).unwrap()).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["message"]["text"], "no `{{{{step.x}}}}`");
    assert_eq!((&result["level"], &result["locations"]), (&"warning".into(), &serde_json::json!([])));
}

#[test]
fn a_github_annotation_is_one_line_with_everything_in_it() {
    let (sources, found) = lumen();
    let told = github(&sources, &found);
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines[1],
        "::error file=plans/lumen-5.0.plan.kdl,line=28,endLine=28,col=44,endColumn=49,\
         title=property%3A%3Aunknown::`kube.ready` has no property `withn`%0Adid you mean `within`?%0Ahelp: \
         its properties are `within`, `for`, `every`, `failures`, `else`, `hint`"
    );
    assert!(lines[2].contains("%0Aplans/db.lib.kdl:7: `orders-view` needs `pooler`%0Ahelp: take"), "{}", lines[2]);
    assert_eq!(lines.len(), 3);
}

#[test]
fn github_escapes_keep_properties_and_message_apart() {
    let sources = project(&[("50%,a:b.kdl", &[(1, "x")])]);
    let found = [
        Diagnostic::new(&UNUSED, "100% of\nit").label(Span::new(0, 1), ""),
        Diagnostic { severity: Severity::Note, ..Diagnostic::new(&UNUSED, "what") },
    ];
    assert_eq!(
        github(&sources, &found),
        "::warning file=50%25%2Ca%3Ab.kdl,line=1,endLine=1,col=1,endColumn=2,title=input%3A%3Aunused::100%25 of\\nit\n\
         ::notice title=input%3A%3Aunused::what\n"
    );
}

proptest::proptest! {
    /// Whatever stands in a source, wherever a label points: there is a text, its source lines fit, and nothing in it acts.
    #[test]
    fn any_source_and_any_place_can_be_told(
        texts in proptest::collection::vec("(\\PC|\t|\r|\n|[a\u{202e}\u{1b}漢é]){0,60}", 1..3),
        labels in proptest::collection::vec((0usize..200, 0usize..80, "[a-z ]{0,30}"), 0..5),
        width in 30usize..100,
        ascii: bool,
    ) {
        let mut sources = SourceSet::default();
        for text in texts {
            sources.add("a.plan.kdl", text);
        }
        let mut found = Diagnostic::new(&UNKNOWN, "what");
        for (start, len, text) in labels {
            found = found.label(Span::new(start, len), text);
        }
        let told = human(&sources, std::slice::from_ref(&found), Look { ascii, ..look(width) });
        let acts = |c: char| c != '\n' && crate::screen::is_hostile(c);
        proptest::prop_assert!(!told.contains(acts), "{told:?}");
        let numbered = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        for line in told.lines().filter(numbered) {
            proptest::prop_assert!(crate::screen::width(line) <= width, "{line:?} in {width}");
        }
        json(&sources, std::slice::from_ref(&found)).unwrap();
        sarif(&sources, &[found]).unwrap();
    }
}
