//! R26: each trap of KDL gives its own code at its one line, with the fix, and nothing that only follows from it.

use crate::sources::Sources;
use crate::told::{codes, help, is_sound};
use switchback_compiler::diagnostic::Diagnostic;

/// A plan around some lines; the first of them is line 3.
fn compiled(lines: &str) -> switchback_compiler::Compiled {
    let text = format!("plan \"p\"\nstep \"z\" {{ file.write \"z\" content=\"1\" }}\n{lines}\n");
    Sources::plan(&text).compile()
}

/// The one diagnostic that the lines get, at its line.
fn trap(lines: &str) -> (u32, Diagnostic) {
    let compiled = compiled(lines);
    assert_eq!(codes(&compiled).len(), 1, "{lines}\n{:?}", codes(&compiled));
    let line = |one: &Diagnostic| compiled.sources.locate(one.span()).line;
    compiled.diagnostics.iter().map(|one| (line(one), one.clone())).next().unwrap()
}

/// Lines, the code, the line at fault, and a part of the help.
type Case = (&'static str, &'static str, u32, &'static str);

const SILENT: &[Case] = &[
    (
        "verify { \n    http.get http://a/b status=200\n}",
        "syntax::cut-by-comment",
        4,
        "quote it: http.get \"http://a/b\" status=200",
    ),
    (
        "step \"a\" { moves from=24.10 to=\"24.3\"; file.write \"a\" content=\"1\" }",
        "version::unquoted",
        3,
        "\"24.10\"",
    ),
    (
        "step \"a\" { moves from=\"1.9\" to=1.10; file.write \"a\" content=\"1\" }",
        "version::unquoted",
        3,
        "to=\"1.10\"",
    ),
    ("verify { http.get \"http://a/\" status=0x10 }", "value::number-spelling", 3, "16"),
    ("verify { http.get \"http://a/\" status=1_000 }", "value::number-spelling", 3, "1000"),
    ("step \"a\" { file.write \"a\" content=\"1\" mode=0644 }", "value::number-spelling", 3, "mode=\"0644\""),
    ("step \"a\" { needs 'z'; file.write \"a\" content=\"1\" }", "syntax::wrong-quotes", 3, "write \"z\""),
    ("step \"a\" { needs “z”; file.write \"a\" content=\"1\" }", "syntax::wrong-quotes", 3, "write \"z\""),
    ("notify: \"x\"", "syntax::colon", 3, "write notify and a blank"),
    ("step \"a\" { needs z, y; file.write \"a\" content=\"1\" }", "syntax::comma-in-word", 3, "\"z\""),
    ("step \"a\" {\n    file.write ${CONF} content=\"1\"\n}", "syntax::dollar-brace", 4, "{{"),
    (
        "step \"a\" { file.write \"a\" content=\"1\"\n    needs \"z\" verify { file.exists \"a\" }\n}",
        "syntax::missing-semicolon",
        4,
        "; verify",
    ),
    (
        "step \"a\" needs=\"z\" needs=\"y\" { file.write \"a\" content=\"1\" }",
        "property::repeated",
        3,
        "several values",
    ),
];

const LOUD: &[Case] = &[
    (
        "step \"a\" {\n    file.write \"a\"\n        content=\"1\"\n}",
        "syntax::line-not-continued",
        5,
        "`file.write \"a\" \\`",
    ),
    ("deadline 2m", "syntax::unquoted-value", 3, "\"2m\""),
    (
        "step \"a\" { moves from=24.3.x to=\"24.4\"; file.write \"a\" content=\"1\" }",
        "syntax::unquoted-value",
        3,
        "\"24.3.x\"",
    ),
    ("window from=22:00 to=\"23:00\" zone=\"UTC\"", "syntax::unquoted-value", 3, "\"22:00\""),
    ("step \"a\" { file.write etc/conf content=\"1\" }", "syntax::unquoted-path", 3, "\"etc/conf\""),
    ("input \"a\" secret=true", "syntax::bare-keyword", 3, "#true"),
    ("# the portal", "syntax::hash-comment", 3, "write // the portal"),
    ("step \"a\"\n{\n    file.write \"a\" content=\"1\"\n}", "syntax::brace-on-own-line", 4, "step \"a\" {"),
    ("input \"a\" pattern=\"\\d\"", "syntax::illegal-escape", 3, "#\"\\d\"#"),
    ("step \"a\" { file.write \"a\" content=\"{{secret \"x\"}}\" }", "syntax::quotes-inside", 3, "#\""),
    (
        "step \"a\" {\n    verify {\n        file.exists \"a\"\n}\nstep \"b\" { file.write \"b\" content=\"1\" }",
        "syntax::unclosed-block",
        4,
        "}",
    ),
];

#[test]
fn each_trap_has_its_code_its_one_line_and_the_fix() {
    for (lines, code, line, fix) in SILENT.iter().chain(LOUD) {
        let (at, told) = trap(lines);
        assert_eq!((told.page.code, at), (*code, *line), "{lines}");
        assert!(help(&told).contains(fix), "{lines}\n{}", help(&told));
    }
}

/// `requires` is a word of a later version, so only its trap is looked for.
#[test]
fn a_comparison_without_quotes_is_a_property_to_kdl() {
    let found = compiled("component \"a\" { requires \"x\" >=2.1 }");
    assert!(codes(&found).contains(&"syntax::comparator"), "{:?}", codes(&found));
}

#[test]
fn traps_in_a_library_are_told_in_the_library() {
    let compiled = Sources::plan("use \"x.lib.kdl\"\nstep \"a\" { file.write \"a\" content=\"1\" }")
        .file("x.lib.kdl", "input \"a\" default='x'\n")
        .compile();
    let told = compiled.diagnostics.first().unwrap();
    assert_eq!(codes(&compiled), ["syntax::wrong-quotes"]);
    assert_eq!(compiled.sources.locate(told.span()).to_string(), "x.lib.kdl:1");
}

/// What looks like a trap and is none.
#[test]
fn sound_spellings_pass() {
    for text in [
        "step \"a\" { file.write \"a\" content=\"it's “so”, {{target}}: ${A} # // <b>\" }",
        "step \"a\" { file.write \"a\" content=#\"\\d+ \"x\" \\{{ $labels.x }}\"# }",
        "step \"a\" {\n    file.write \"a\" \\\n        content=\"1\" // goes on\n}",
        "/- step \"b\" { needs 'z' }\nstep \"a\" { file.write \"a\" content=\"1\" } // not this: http://a/b",
        "/* deadline 2m */ step \"a\" { file.write \"a\" content=\"1\"; }",
        "verify { http.get \"http://a/b//c\" status=200 within=\"2m\" }",
        "step \"a\" { file.write \"a\" content=\"\"\"\n    two\n    lines\n    \"\"\" }",
        "\u{FEFF}plan \"p\"\r\nstep \"a\" {\r\n    file.write \"a\" content=\"1\"\r\n}\r\n",
    ] {
        is_sound(&Sources::plan(text).compile(), text);
    }
}
