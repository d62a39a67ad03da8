//! What the printer must keep, by examples and by random documents.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use super::*;
use proptest::prelude::*;

#[test]
fn each_thing_is_written_one_way() {
    for (text, expected) in [
        ("needs  a   b", "needs \"a\" \"b\"\n"),
        ("\"needs\" x = y \"z\"=1", "needs x=\"y\" z=1\n"),
        ("\"no word\" \"a/b\"=#true #\"raw\"#", "\"no word\" \"a/b\"=#true #\"raw\"#\n"),
        ("a{b;c{d}}", "a { b; c { d } }\n"),
        ("a { b; c\n}", "a {\n    b\n    c\n}\n"),
        ("a {\n\n  b\n\n\n  c\n\n}\n\n\n\nd\n\n", "a {\n    b\n\n    c\n}\n\nd\n"),
        ("a; b; c // d", "a\nb\nc // d\n"),
        ("a {\n}", "a {}\n"),
        ("\u{feff}a\r\nb\r\n", "a\nb\n"),
        ("", ""),
        ("a \\\nb=1 \\\n     c=2", "a \\\n    b=1 \\\n    c=2\n"),
        ("x {\na \\ // why\nb=1\n}", "x {\n    a \\ // why\n        b=1\n}\n"),
        ("a \\\n\nb", "a\nb\n"),
        ("a \"x\" \\\n{ b }", "a \"x\" { b }\n"),
        ("a \\\n x=1 \\\n   {\nb\n}", "a \\\n    x=1 {\n    b\n}\n"),
        ("a \\ // why\n{ b }", "a \\ // why\n    { b }\n"),
        ("/-  a { b }\nc /- d /- e=f /-{ g } { h }", "/-a { b }\nc /-\"d\" /-e=\"f\" /-{ g } { h }\n"),
        ("a { \"\"\"\n   x\n   \"\"\" }", "a {\n    \"\"\"\n   x\n   \"\"\"\n}\n"),
    ] {
        assert_eq!(format(text).map_err(|error| error.to_string()), Ok(expected.to_string()), "{text:?}");
    }
}

#[test]
fn comments_stay_where_they_were() {
    for (text, expected) in [
        ("  // own\na // end", "// own\na // end\n"),
        ("a { // head\nb //x\n// last\n} // tail", "a {   // head\n    b //x\n    // last\n} // tail\n"),
        ("a { b } // tail\n// own", "a { b } // tail\n// own\n"),
        ("a; // tail", "a // tail\n"),
        ("abc 1 // x\nd      // y\n\nlonger // z", "abc 1 // x\nd     // y\n\nlonger // z\n"),
        (
            "/* a */ b/* c */1/* d */{/* e */f;/* g */}/* h */",
            "/* a */ b /* c */ 1 /* d */ { /* e */ f; /* g */ } /* h */\n",
        ),
        ("a b /* c */ = /* d */ 1", "a /* c */ /* d */ b=1\n"),
        ("/- // why\n  a", "/- // why\n    a\n"),
    ] {
        assert_eq!(format(text).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn a_block_stays_on_its_line_while_it_fits() {
    let entry = "x".repeat(98);
    let fits = format!("step \"a\" {{ b \"{entry}\"; c }}\n");
    assert_eq!(fits.trim_end().len(), 118);
    assert_eq!(format(&fits).unwrap(), fits);
    let wide = format!("step \"abcd\" {{ b \"{entry}\"; c {{ d }} }}\n");
    assert_eq!(format(&wide).unwrap(), format!("step \"abcd\" {{\n    b \"{entry}\"\n    c {{ d }}\n}}\n"));
}

#[test]
fn what_is_a_trap_is_not_made_to_look_right() {
    for text in ["http.get http://a/b", "needs a, b", "a at=24.20", "a 2m", "a {", "title: x"] {
        assert!(matches!(format(text), Err(FmtError::Refused(found)) if !found.is_empty()), "{text}");
    }
}

#[test]
fn the_proof_sees_each_kind_of_damage() {
    let text = "a 1 /-\"b\" { c } // d\n";
    let nodes = read(text).unwrap();
    let damage = |printed| changed(text, &nodes, printed);
    assert_eq!(damage(text), None);
    assert_eq!(damage("a 1 {"), Some(Unfaithful::Unreadable));
    assert_eq!(damage("a 2 /-\"b\" { c } // d\n"), Some(Unfaithful::Meaning));
    assert_eq!(damage("a 1 /-\"x\" { c } // d\n"), Some(Unfaithful::Tokens));
    assert_eq!(damage("a 1 /-\"b\" { c } // e\n"), Some(Unfaithful::Comments));
    assert_eq!(damage("a  1 /-\"b\" { c } // d\n"), Some(Unfaithful::Unstable));
}

#[test]
fn plans_written_with_care_are_left_as_they_are() {
    for (name, text) in [
        ("plan", include_str!("../../fixtures/ferry-2.0.plan.kdl")),
        ("lib", include_str!("../../fixtures/ferry.lib.kdl")),
        ("project", include_str!("../../fixtures/switchback.kdl")),
    ] {
        assert_eq!(format(text).map_err(|error| error.to_string()).as_deref(), Ok(text), "{name}");
    }
}

fn pick(choices: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(choices).prop_map(str::to_string)
}

fn gap() -> impl Strategy<Value = String> {
    pick(&[" ", " ", " ", "  ", "\t", " /* c */ ", " \\\n  ", " \\ // k \n", "/*a*//* b\n c */"])
}

fn value() -> impl Strategy<Value = String> {
    pick(&[
        "a",
        "b.c",
        "12",
        "-3",
        "#true",
        "\"d e\"",
        "\"f\"",
        "\"{{g}}\"",
        "#\"h \"i\" // j\"#",
        "\"\\\"\\u{e9} {\"",
        "ö",
        "\"\"\"\n  k\n\n    \"l\" // m\n  \"\"\"",
        "#\"\"\"\n\\n {\n\"\"\"#",
        "##\"n\"# o\"##",
        "#null",
        "\"/* p */\"",
    ])
}

fn entry() -> impl Strategy<Value = String> {
    let out = pick(&["", "", "", "", "/-", "/- ", "/- /* q */ ", "/- // r\n"]);
    let key = pick(&["", "", "s=", "\"t\"=", "\"u v\" = ", "w /* x */ = /* y */ "]);
    (gap(), out, key, value()).prop_map(|(gap, out, key, value)| format!("{gap}{out}{key}{value}"))
}

fn ending() -> impl Strategy<Value = String> {
    pick(&[
        "\n",
        "\n",
        "\r\n",
        ";",
        " ; ",
        " // z\n",
        "//z  \n",
        "\n\n\n",
        " /* e */\n",
        "\n  // own\n\n",
        "; // f\n",
        " \\\n\n",
    ])
}

fn node(children: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    let before = pick(&["", "", "", "  ", "/-", "/- \n", "/* g */ ", "// own\n", "/- // h\n\n", "\n\n"]);
    let name = pick(&["step", "http.get", "\"plain\"", "\"two words\"", "-x", "ä"]);
    let block = prop_oneof![
        3 => Just(String::new()),
        3 => (gap(), children, pick(&["", " ", "\n", " // i\n", " /* j */ "])).prop_map(|(gap, inner, open)| format!("{gap}{{{open}{inner}}}")),
        1 => pick(&["{}", " { }", " /-{ k } { l; m }", " { n } /-{ o }", " { p; q { r } }"]),
    ];
    (before, name, prop::collection::vec(entry(), 0..4), block, ending())
        .prop_map(|(before, name, entries, block, end)| format!("{before}{name}{}{block}{end}", entries.concat()))
}

fn nodes() -> BoxedStrategy<String> {
    let leaf = prop::collection::vec(node(Just(String::new())), 0..3).prop_map(|nodes| nodes.concat()).boxed();
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop::collection::vec(node(inner), 0..4).prop_map(|nodes| nodes.concat()).boxed()
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn any_document_keeps_its_meaning_and_comments(text in nodes()) {
        // What can't be read is not the printer's matter, but what can be must pass its proof.
        let formatted = match format(&text) {
            Err(FmtError::Refused(_)) => return Err(TestCaseError::reject("not a plan")),
            other => other.map_err(|error| TestCaseError::fail(format!("{error}: {text:?}")))?,
        };
        prop_assert!(same_nodes(&read(&text).unwrap(), &read(&formatted).unwrap()));
        prop_assert_eq!(format(&formatted).unwrap(), formatted.clone());
        prop_assert!(!formatted.lines().any(|line| line.ends_with(['\t', '\r'])), "{:?}", formatted);
        prop_assert!(!formatted.starts_with('\n') && !formatted.ends_with("\n\n"), "{:?}", formatted);
    }
}
