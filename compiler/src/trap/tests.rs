//! Every trap once: its code, its place and its way out.

#![expect(clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

use super::*;
use crate::diagnostic::Help;
use crate::guard;

const NODES: &[&str] =
    &["step", "verify", "needs", "undo", "http.get", "file.exists", "title", "ticket", "own", "loses"];

fn told(text: &str) -> (SourceSet, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    sources.add("other.lib.kdl", "language 1\n");
    let base = sources.add("a.plan.kdl", text);
    let (_, found) = read(&sources, base, &|word| NODES.contains(&word));
    (sources, found)
}

fn codes(text: &str) -> Vec<&'static str> {
    told(text).1.iter().map(|found| found.page.code).collect()
}

/// Code, text at the first label, and help of the only diagnostic.
fn only(text: &str) -> (&'static str, String, String) {
    let (sources, found) = told(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    let help = match found[0].help.first() {
        Some(Help::Text(text)) => text.clone(),
        Some(Help::Add { line, text, .. }) => format!("{line}: {text}"),
        other => format!("{other:?}"),
    };
    (found[0].page.code, sources.text(found[0].span()).to_string(), help)
}

fn all_pages() -> impl Iterator<Item = &'static Page> {
    PAGES.iter().copied().chain([guard::PAGES]).flatten().copied()
}

#[test]
fn each_page_shows_its_fault_and_the_way_out() {
    for page in all_pages() {
        if !page.wrong.is_empty() {
            assert_eq!(codes(page.wrong), [page.code], "wrong of {}", page.code);
        }
        assert_eq!(codes(page.right), [""; 0], "right of {}", page.code);
        assert!(page.see.iter().all(|see| all_pages().any(|other| other.code == *see)), "see of {}", page.code);
    }
}

#[test]
fn codes_are_unique() {
    let mut codes: Vec<_> = all_pages().map(|page| page.code).collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count);
}

/// A text, the code it gets, what is pointed at, and the first help.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "insert \"m\"\n    chain=\"up\" undo=\"down\"\n    to=\"x\"\nstep \"b\"",
        "syntax::line-not-continued",
        "chain=\"up\" undo=\"down\"",
        "end the line before with a backslash: `insert \"m\" \\`",
    ),
    ("plan \"a\" {\n    title = \"x\"\n}", "syntax::assignment", "title =", "write it as a node: title \"x\""),
    (
        "step \"a\"\n{\n needs \"b\"\n}",
        "syntax::brace-on-own-line",
        "{",
        "put it at the end of the line before: step \"a\" {",
    ),
    ("deadline 2m", "syntax::unquoted-value", "2m", "quote it: \"2m\""),
    ("a at=24.3.x", "syntax::unquoted-value", "24.3.x", "quote it: \"24.3.x\""),
    ("window from=22:00 to=\"23:00\"", "syntax::unquoted-value", "22:00", "quote it: \"22:00\""),
    ("a from=files/x.hbs mode=1", "syntax::unquoted-path", "files/x.hbs", "quote it: \"files/x.hbs\""),
    ("program ./x.sh", "syntax::unquoted-path", "./x.sh", "quote it: \"./x.sh\""),
    ("dir C:\\temp", "syntax::unquoted-path", "C:\\temp", "quote it: #\"C:\\temp\"#"),
    ("in [\"a\"]", "syntax::unquoted-path", "[\"a\"]", "quote it: #\"[\"a\"]\"#"),
    ("a b=true", "syntax::bare-keyword", "true", "write #true, or \"true\" when the word is meant"),
    ("a null", "syntax::bare-keyword", "null", "write #null, or \"null\" when the word is meant"),
    ("a \"b\" # don't \"look\n", "syntax::hash-comment", "#", "write // don't \"look"),
    ("#!/usr/bin/switchback\na", "syntax::hash-comment", "#", "write // !/usr/bin/switchback"),
    ("a b=#yes", "syntax::unknown-keyword", "#yes", "write #true"),
    ("a \"\\d+\\\\x\"", "syntax::illegal-escape", "\\d", "make it a raw string: #\"\\d+\\x\"#"),
    ("a \"{{s \"x\"}}\" b=1", "syntax::quotes-inside", "\"{{s \"", "make it a raw string: #\"{{s \"x\"}}\"#"),
    ("a \"say \"hi you\" now\"", "syntax::quotes-inside", "\"say \"", "make it a raw string: #\"say \"hi you\" now\"#"),
    ("a r\"\\d\"", "syntax::raw-string", "r\"\\d\"", "write #\"\\d\"#"),
    ("a r#\"x\"y\"#", "syntax::raw-string", "r#\"x\"y\"#", "write #\"x\"y\"#"),
    ("a \"b\nc \"d\"", "syntax::unclosed-string", "\"", "end it: \"b\""),
    ("a \"b\", \"c\"", "syntax::comma", ",", "write \"b\""),
    ("a b=1, c=2", "syntax::comma-in-word", ",", "separate values by blanks: 1"),
    ("a { b } c=1", "syntax::behind-block", "c", "write the property in front of the `{`"),
    ("a { b } c", "syntax::behind-block", "c", "begin another node: }; c"),
    ("a \"b\" \\ \"c\"", "syntax::backslash", "\\", "end the line behind it, or remove it"),
    ("a { b http://x/y }\nc", "syntax::cut-by-comment", "http:", "quote it: b \"http://x/y\" }"),
    ("a { b ${A_B}/c; d }", "syntax::dollar-brace", "${A_B}/c", "write \"{{a-b}}/c\""),
    ("requires x >=1.2.3", "syntax::comparator", ">=1.2.3", "quote it: \">=1.2.3\""),
    ("requires x >=2.1", "syntax::comparator", ">=2.1", "quote it: \">=2.1\""),
    (
        "http.get http://a/b status=200",
        "syntax::cut-by-comment",
        "http:",
        "quote it: http.get \"http://a/b\" status=200",
    ),
    ("a at=24.20", "version::unquoted", "24.20", "quote it: at=\"24.20\""),
    ("a tag = 1.10", "version::unquoted", "1.10", "quote it: tag=\"1.10\""),
    ("a 0x10", "value::number-spelling", "0x10", "quote it: \"0x10\", or write 16 when a count is meant"),
    ("a n=1_000", "value::number-spelling", "1_000", "quote it: n=\"1_000\", or write n=1000 when a count is meant"),
    (
        "a mode=0644",
        "value::number-spelling",
        "0644",
        "quote it: mode=\"0644\", or write mode=644 when a count is meant",
    ),
    ("a 'b c' d", "syntax::wrong-quotes", "'b", "write \"b c\""),
    ("a b=“c”", "syntax::wrong-quotes", "“c”", "write \"c\""),
    ("title: \"x\"", "syntax::colon", "title:", "write title and a blank for a node, title= for a property"),
    ("\"title\": \"x\"", "syntax::colon", "\"title\":", "write title and a blank for a node, title= for a property"),
    ("needs a, b, c", "syntax::comma-in-word", ",", "separate values by blanks: \"a\""),
    ("a ${A}", "syntax::dollar-brace", "${A}", "write \"{{a}}\""),
    (
        "title \"x\" ticket \"y\"",
        "syntax::missing-semicolon",
        "ticket",
        "write ; ticket when it begins a node, or \"ticket\" when it is a value",
    ),
    (
        "a needs=\"b\" needs=\"c\"",
        "property::repeated",
        "needs=\"c\"",
        "remove one; several values are arguments of a node in the block",
    ),
];

#[test]
fn each_trap_is_told_at_its_place_with_a_fix_to_type() {
    for (text, code, place, help) in CASES {
        assert_eq!(only(text), (*code, (*place).to_string(), (*help).to_string()), "{text}");
    }
}

#[test]
fn each_line_at_fault_is_told_once_and_all_of_them() {
    let text =
        "plan \"a\" {\n    title=\"x\"\n}\nstep \"b\" {\n    a within=2m for=3m\n    b true false null\n}\n# end\n";
    let (value, keyword) = ("syntax::unquoted-value", "syntax::bare-keyword");
    let expected = ["syntax::assignment", value, value, keyword, keyword, keyword, "syntax::hash-comment"];
    assert_eq!(codes(text), expected);
}

#[test]
fn several_traps_of_one_line_are_told_each_once_and_in_their_order() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        // Those that the parser refuses.
        (
            "a from=files/x within=2m on=true \"\\d\" # end",
            &[
                ("syntax::unquoted-path", "files/x"),
                ("syntax::unquoted-value", "2m"),
                ("syntax::bare-keyword", "true"),
                ("syntax::illegal-escape", "\\d"),
                ("syntax::hash-comment", "#"),
            ],
        ),
        ("needs \"a\",\"b\", \"c\" within=2m", &[("syntax::comma", ","), ("syntax::unquoted-value", "2m")]),
        ("a { b ${A}/c d=2 }", &[("syntax::dollar-brace", "${A}/c")]),
        // What follows from one is not told again.
        ("dir \"C:\\dir\\\" keep=\"8d\"", &[("syntax::illegal-escape", "\\d")]),
        // Those that the parser takes.
        (
            "title: at=1.10 'a b' c, d, mode=0644",
            &[
                ("syntax::colon", "title:"),
                ("version::unquoted", "1.10"),
                ("syntax::wrong-quotes", "'a"),
                ("syntax::comma-in-word", ","),
                ("value::number-spelling", "0644"),
            ],
        ),
        ("requires x >=2.1 y >=3.1", &[("syntax::comparator", ">=2.1"), ("syntax::comparator", ">=3.1")]),
    ];
    for (text, expected) in cases {
        let (sources, found) = told(text);
        let seen: Vec<(&str, &str)> = found.iter().map(|one| (one.page.code, sources.text(one.span()))).collect();
        assert_eq!(seen, *expected, "{text}");
    }
}

#[test]
fn a_block_that_is_not_closed_is_found_by_indentation() {
    let text = "step \"a\" {\n    before { x }\n    verify {\n        y\n    undo {\n        z\n    }\n}\nstep \"b\" {\n    c\n}\n";
    assert_eq!(only(text), ("syntax::unclosed-block", "{".into(), "5:     }".into()));
    let (sources, found) = told(text);
    assert_eq!(sources.locate(found[0].span()).line, 3);
    assert_eq!(found[0].message, "the block of `verify` is not closed");

    let text = "step \"a\" {\n    b { c; d\n    e\n}\n";
    assert_eq!(only(text), ("syntax::unclosed-block", "{".into(), "3:     }".into()));
    assert_eq!(only("step \"a\" {\n    b\n").2, "3: }");
    assert_eq!(only("step \"a\" {\n    b\n}\n}\nc\n").0, "syntax::stray-brace");
}

#[test]
fn other_errors_of_the_parser_are_told_once_on_one_line() {
    let (code, place, _) = only("step \"a\"\nstep \"b\" needs=\n");
    assert_eq!(code, "syntax::invalid");
    assert!(!place.contains('\n'), "{place:?}");
}

#[test]
fn sound_plans_pass_without_a_word() {
    let sound = [
        "\u{feff}plan \"a\" {\r\n    title \"b\"\r\n}\r\n",
        "insert \"a\" \\ // why\n    b=\"c\" \\\n    d=\"e\"\n",
        "a #\"release = \"x\" \\d // {\"# b=##\"a \"# b\"##",
        "a \"\"\"\n    Two \"lines\" // no comment\n      deeper\n\n    \"\"\"\nb #\"\"\"\n  # { \\\n  \"\"\"#\n",
        "a \"b\\\n    c\" d=1",
        "a { b; c { d } }\ne {}\n/-f { g }\nh /-i /-j=1 /-{ k } { l }",
        "a/* b // c */ /* d /* e */ */ f=1 // g {\n",
        "// it's \"a\n/* { */\na 1 -2 0 10 200 #true #null b=-1 c=3",
        "requires \"a\" \">=2.1\"; b \"http://c/d\" // e://f",
        "on-failure \"undo\"; on-failure undo; needs a b; stage prepare\n",
        "a \"it's\" \"x, y,\" \"${A}\" \"b:\" \"[c]\" \"24.20\" \"r\" \"#x\"",
        "a b // c\nd \"e\"//f\ng 1//h",
        "a within = \"5m\"\n",
    ];
    for text in sound {
        assert_eq!(codes(text), [""; 0], "{text}");
    }
}

#[test]
fn a_plan_with_every_word_passes_without_a_word() {
    let names: std::collections::BTreeSet<&str> = FIXTURES.iter().flat_map(|text| words(text)).collect();
    assert!(names.len() > 60, "{}", names.len());
    for text in FIXTURES {
        let mut sources = SourceSet::default();
        let base = sources.add("a.kdl", text);
        let (nodes, found) = read(&sources, base, &|word| names.contains(word));
        assert!(found.is_empty() && !nodes.is_empty(), "{found:#?}");
    }
}

const FIXTURES: [&str; 3] = [
    include_str!("../../fixtures/ferry-2.0.plan.kdl"),
    include_str!("../../fixtures/ferry.lib.kdl"),
    include_str!("../../fixtures/switchback.kdl"),
];

/// The first word of each line and block: the names of nodes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.lines().flat_map(|line| line.split("{ "));
    starts
        .filter_map(|start| start.split_whitespace().next())
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic()))
}
