//! Hostile input: whatever stands in the files, compiling ends, with a plan or with what is wrong, in little memory.
//!
//! Small inputs by the thousand are compiled here; a failure prints the seed and the smallest input that fails. Large
//! ones are compiled each in a process of its own, because a stack that overflows ends the whole process.

use crate::sources::{ROOT, Sources};
use crate::told::has_errors;
use proptest::prelude::*;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use switchback_compiler::source::SourceSet;
use switchback_compiler::source::Span;

/// What every compilation promises, whatever went in.
fn look(sources: &Sources) -> Result<(), TestCaseError> {
    let compiled = sources.on("local", &[]);
    prop_assert_eq!(compiled.plan.is_some(), !has_errors(&compiled), "a plan, or what is wrong with it");
    for one in &compiled.diagnostics {
        prop_assert!(!one.labels.is_empty() && !one.message.is_empty(), "{:?}", one);
        for label in &one.labels {
            prop_assert!(is_place(&compiled.sources, label.span), "{:?}", one);
        }
    }
    Ok(())
}

/// Whether a span is a place that can be shown: in one file, between characters.
fn is_place(sources: &SourceSet, span: Span) -> bool {
    let Some(file) = sources.file_of(span) else { return false };
    let start = (span.start - file.base) as usize;
    file.text.get(start..start + span.len as usize).is_some()
}

const PIECES: &[&str] = &[
    "a",
    "step",
    "plan",
    "input",
    "template",
    "insert",
    "when",
    "layer",
    "stage",
    "undo",
    "own",
    "needs",
    "moves",
    "verify",
    "before",
    "backup",
    "hold",
    "gate",
    "confirm",
    "output",
    "defaults",
    "component",
    "installed",
    "use",
    "accept",
    "program",
    "file.write",
    "file.restore",
    "dir.mirror",
    "http.get",
    "service.restart",
    "after-change",
    "deadline",
    "window",
    "notify",
    "\"a\"",
    "\"prepare\"",
    "\"user-space\"",
    "\"x.lib.kdl\"",
    "\"{{a}}\"",
    "\"{{#if a}}\"",
    "\"{{/if}}\"",
    "\"1.9\"",
    "\"5m\"",
    "\"é→✓\"",
    "\"../a\"",
    "\"\"",
    "#\"r\"#",
    "\"\"\"\n m\n \"\"\"",
    "'q'",
    "“q”",
    "24.10",
    "0x1F",
    "-1",
    "1e999",
    "#true",
    "#null",
    "#inf",
    "true",
    "http://a/b",
    "from=",
    "to=",
    "content=",
    "within=",
    "is=",
    "default=",
    "=",
    "{",
    "}",
    ";",
    "\n",
    "\n",
    " ",
    " ",
    "\\\n",
    "/-",
    "//",
    "/*",
    "*/",
    "(t)",
    ",",
    ":",
    "${A}",
    "\\",
    "\u{FEFF}",
    "\u{2028}",
    "#",
];

/// KDL-like text of the words of the language.
fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(PIECES), prop::bool::weighted(0.7)), 0..40).prop_map(|pieces| {
        pieces.iter().map(|(piece, blank)| format!("{piece}{}", if *blank { " " } else { "" })).collect()
    })
}

/// A sound step around a soup, so that it is not over with the first line.
fn in_a_step() -> impl Strategy<Value = String> {
    soup().prop_map(|soup| format!("step \"a\" {{ file.write \"a\" content=\"1\"; {soup}\n}}"))
}

fn quickstart() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart");
    let names =
        ["upgrade.plan.kdl", "platform.lib.kdl", "switchback.kdl", "files/portal.conf.hbs", "files/www/index.html.hbs"];
    names.map(|name| (name.to_owned(), std::fs::read_to_string(folder.join(name)).unwrap())).into()
}

/// A change to a text: where (in thousandths), how much, and what.
#[derive(Clone, Debug)]
enum Change {
    Cut(usize, usize),
    Twice(usize, usize),
    Put(usize, &'static str),
    Char(usize, char),
    End(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0..1000_usize;
    prop_oneof![
        (at(), 0..40_usize).prop_map(|(at, len)| Change::Cut(at, len)),
        (at(), 0..200_usize).prop_map(|(at, len)| Change::Twice(at, len)),
        (at(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Change::Put(at, piece)),
        (at(), any::<char>()).prop_map(|(at, c)| Change::Char(at, c)),
        at().prop_map(Change::End),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let chars: Vec<char> = text.chars().collect();
    let place = |at: usize| at * chars.len() / 1000;
    let joined = |before: &[char], middle: &[char], after: &[char]| before.iter().chain(middle).chain(after).collect();
    let split = |at: usize, len: usize| {
        let (before, rest) = chars.split_at(place(at));
        let (piece, after) = rest.split_at(len.min(rest.len()));
        (before, piece, after)
    };
    match change {
        Change::Cut(at, len) => {
            let (before, _, after) = split(*at, *len);
            joined(before, &[], after)
        }
        Change::Twice(at, len) => {
            let (before, piece, after) = split(*at, *len);
            joined(before, &[piece, piece].concat(), after)
        }
        Change::Put(at, piece) => {
            let (before, _, after) = split(*at, 0);
            joined(before, &piece.chars().collect::<Vec<_>>(), after)
        }
        Change::Char(at, c) => {
            let (before, _, after) = split(*at, 1);
            joined(before, &[*c], after)
        }
        Change::End(at) => joined(split(*at, 0).0, &[], &[]),
    }
}

/// The quickstart, compiled as the plan that the tests compile.
fn project(files: &[(String, String)]) -> Sources {
    let name = |path: &str| if path == "upgrade.plan.kdl" { ROOT.to_owned() } else { path.to_owned() };
    let all = files.iter().fold(Sources::default(), |all, (path, text)| all.file(&name(path), text.as_str()));
    all.file("platform-1.0.0/etc/a", "1\n")
        .file("files/store/flags.json", "{}\n")
        .file("files/www/style.css", "body {}\n")
}

#[test]
fn the_quickstart_itself_is_sound() {
    let compiled = project(&quickstart()).on("local", &[]);
    crate::told::is_sound(&compiled, "the quickstart, before anything is changed in it");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soups_of_words_are_told_apart(text in soup()) {
        look(&Sources::default().file(ROOT, text))?;
    }

    #[test]
    fn soups_in_a_step_are_told_apart(text in in_a_step(), library in soup()) {
        look(&Sources::plan(&text).file("x.lib.kdl", library))?;
    }

    #[test]
    fn any_bytes_are_told_apart(bytes in prop::collection::vec(any::<u8>(), 0..200), ascii in any::<bool>()) {
        let bytes: Vec<u8> = if ascii { bytes.iter().map(|byte| byte & 0x7F).collect() } else { bytes };
        look(&Sources::default().file(ROOT, bytes.clone()))?;
        look(&Sources::plan("use \"x.lib.kdl\"\nstep \"a\" { file.write \"a\" from=\"t.hbs\" }").file("x.lib.kdl", bytes.clone()).file("t.hbs", bytes))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_real_project_with_anything_changed_is_told_apart(which in 0..5_usize, changes in prop::collection::vec(change(), 1..6)) {
        let mut files = quickstart();
        let (_, text) = files.get_mut(which).unwrap();
        for change in &changes {
            *text = changed(text, change);
        }
        look(&project(&files))?;
    }

    #[test]
    fn numbers_of_any_size_are_told_apart(number in "[-+]?[0-9]{1,60}(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,6})?", unit in "(d|h|m|s|ms|GiB)?") {
        let text = format!(
            "deadline \"{number}{unit}\"\nhold at-most=\"{number}{unit}\"\nstep \"a\" {{ moves from=\"{number}\" to=\"{number}.1\"; file.write \"a\" content=\"1\" mode=\"{number}\" }}\n\
             input \"n\" type=\"number\" default={number}\nverify {{ http.get \"http://a/\" status={number} failures={number} within=\"{number}{unit}\" for=\"{number}{unit}\" }}"
        );
        look(&Sources::plan(&text))?;
    }
}

/// The name of a large input that a child compiles.
const BOMB: &str = "SWITCHBACK_TEST_BOMB";
const MIB: usize = 1 << 20;
/// What a compilation may take at most, with all of its process.
const MEMORY: u64 = 256 << 20;

/// A plan of this text alone.
fn alone(text: String) -> Sources {
    Sources::default().file(ROOT, text)
}

/// A plan that writes a file from this template.
fn template(text: String) -> Sources {
    Sources::plan("step \"a\" { file.write \"a\" from=\"t.hbs\" }").file("t.hbs", text)
}

/// A piece, as often as the largest file holds it; less often without optimization, which still tells what is square.
fn filled(piece: &str) -> String {
    let most = if cfg!(debug_assertions) { MIB / 4 } else { 8 * MIB };
    piece.repeat(most / piece.len())
}

/// Templates of which each puts in two of the one before, and the last of them.
fn doubling(first: &str) -> Sources {
    let line = |n: usize| format!("template \"t{n}\" {{ insert \"t{}\"; insert \"t{}\" }}\n", n - 1, n - 1);
    Sources::plan(&format!("template \"t0\" {{ {first} }}\n{}insert \"t40\"", lines(40, line)))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (1..=count).map(line).collect()
}

fn values() -> Sources {
    let line = |n: usize| format!("input \"v{n}\" default=\"{{{{v{}}}}}{{{{v{}}}}}\"\n", n - 1, n - 1);
    let values = lines(40, line);
    Sources::plan(&format!(
        "input \"v0\" default=\"0123456789\"\n{values}step \"a\" {{ file.write \"a\" content=\"{{{{v40}}}}\" }}"
    ))
}

fn libraries() -> Sources {
    let uses: String = (0..300).map(|n| format!("use \"l{n}.lib.kdl\"\n")).collect();
    let plan = Sources::plan("use \"l0.lib.kdl\"\nverify { file.exists \"a\" }");
    (0..300).fold(plan, |all, n| all.file(&format!("l{n}.lib.kdl"), uses.clone()))
}

fn steps(line: impl Fn(usize) -> String) -> Sources {
    let step = |n: usize| format!("step \"s{n}\" {{ {} }}\n", line(n));
    Sources::plan(&lines(STEPS, step))
}

/// Steps of large plans; the values of so many still fit into one file.
const STEPS: usize = if cfg!(debug_assertions) { 3000 } else { 10_000 };

/// A name, the code that must be among what is told (any when empty), and what is compiled.
type Bomb = (&'static str, &'static str, fn() -> Sources);

/// Inputs whose size or nesting is the attack.
const BOMBS: &[Bomb] = &[
    ("ten MB of braces", "syntax::too-large", || alone("{".repeat(10 * MIB))),
    ("braces", "", || alone(filled("{"))),
    ("nodes with braces", "syntax::too-deep", || alone(filled("a {"))),
    ("closing braces", "syntax::stray-brace", || alone(filled("}"))),
    ("blocks taken out", "syntax::slashdash-nested", || alone(filled("a {\n/-"))),
    ("open comments", "syntax::unclosed-comment", || alone(filled("/*"))),
    ("closed comments", "", || alone(filled("/**/ "))),
    ("a long line", "name::form", || {
        Sources::plan(&format!("step \"{}\" {{ file.write \"a\" content=\"1\" }}", filled("a")))
    }),
    ("a long word", "", || Sources::plan(&filled("a"))),
    ("NULs", "syntax::forbidden-character", || alone(filled("\0"))),
    ("no UTF-8", "file::not-utf8", || Sources::default().file(ROOT, vec![0xFF; 8 * MIB])),
    ("blank lines", "plan::no-head", || alone(filled("\n"))),
    ("quotes", "", || alone(filled("\""))),
    ("hashes", "", || alone(filled("#"))),
    ("equal signs", "", || alone(filled("="))),
    ("commas", "", || alone(filled("a, "))),
    ("backslashes", "", || alone(filled("a \\\n"))),
    ("types", "", || alone(filled("(a)"))),
    ("values", "", || alone(format!("a {}", "1 ".repeat(240_000)))),
    ("properties", "", || alone(format!("a {}", "b=1 ".repeat(120_000)))),
    ("nodes", "", || alone("a;".repeat(240_000))),
    ("blocks", "", || alone("a{b};".repeat(80_000))),
    ("values without end", "syntax::too-large", || alone(format!("a {}", "1 ".repeat(300_000)))),
    ("a number of a million digits", "", || {
        Sources::plan(&format!("verify {{ http.get \"http://a/\" status={} }}", "9".repeat(MIB)))
    }),
    ("templates that double", "template::too-large", || doubling("step \"s\" { file.write \"s\" content=\"1\" }")),
    ("templates of nothing that double", "template::too-large", || doubling("")),
    ("a chain of templates", "template::too-large", || {
        let line = |n: usize| format!("template \"t{n}\" {{ insert \"t{}\" }}\n", n - 1);
        Sources::plan(&format!("template \"t0\" {{ }}\n{}insert \"t3000\"", lines(3000, line)))
    }),
    ("values that double", "template::too-large", values),
    ("a template that puts itself in", "template::recursive", || {
        Sources::plan("template \"a\" { insert \"a\"; insert \"a\" }\ninsert \"a\"")
    }),
    ("a template of many inputs", "template::missing-value", || {
        let inputs = lines(50_000, |n| format!("input \"i{n}\"\n"));
        Sources::plan(&format!("template \"a\" {{ {inputs} }}\ninsert \"a\""))
    }),
    ("blocks in a template file", "template::broken", || template(filled("{{#if target}}"))),
    ("braces in a template file", "template::broken", || template(filled("{"))),
    ("open tags in a template file", "template::broken", || template(filled("{{ "))),
    ("names in a template file", "", || template("{{target}} ".repeat(20_000))),
    ("comments in a template file", "template::broken", || template("{{! a }}".repeat(20_000))),
    ("parentheses in a template file", "template::broken", || template(format!("{{{{a {}", filled("(")))),
    ("a regular expression that explodes", "type::wrong", || {
        Sources::plan("input \"a\" pattern=\"((a{0,100}){0,100}){0,100}\"\nverify { file.exists \"{{a}}\" }")
    }),
    ("steps that race", "order::unordered-write", || steps(|_| "file.write \"x\" content=\"1\"".to_owned())),
    ("unknown needs", "needs::unknown", || steps(|n| format!("needs \"q{n}x\"; file.write \"f{n}\" content=\"1\""))),
    ("unknown names", "value::unresolved", || {
        let inputs = lines(STEPS, |n| format!("input \"i{n}\" default=\"1\"\n"));
        let uses = lines(STEPS, |n| format!("    file.write \"f{n}\" content=\"{{{{q{n}}}}}\"\n"));
        Sources::plan(&format!("{inputs}step \"a\" {{\n{uses}}}"))
    }),
    ("a cycle of ten thousand", "needs::cycle", || {
        let line = |n: usize| {
            format!("step \"s{n}\" {{ needs \"s{}\"; file.write \"f{n}\" content=\"1\" }}\n", n % 10_000 + 1)
        };
        Sources::plan(&lines(10_000, line))
    }),
    ("libraries that use each other", "", libraries),
];

/// Peak memory of this process, as Linux tells it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// The child's half: compiles the input that the environment names, and says how that went.
#[test]
#[ignore = "a child of `large_inputs_end_in_little_memory`"]
fn one_bomb() {
    let Ok(wanted) = std::env::var(BOMB) else { return };
    let (_, code, sources) = BOMBS.iter().find(|(name, ..)| *name == wanted).unwrap();
    let sources = sources();
    let (began, before) = (Instant::now(), peak());
    let compiled = sources.on("", &[]);
    let took = began.elapsed();
    let codes = crate::told::codes(&compiled);
    assert!(code.is_empty() || codes.contains(code), "{:?}", codes.iter().take(5).collect::<Vec<_>>());
    let mut out = std::io::stdout().lock();
    let mib = |bytes: u64| bytes >> 20;
    writeln!(
        out,
        "hostile {wanted}: {} told, {took:.0?}, {} MiB, {} of them its text",
        codes.len(),
        mib(peak()),
        mib(before)
    )
    .unwrap();
    assert!(peak() <= MEMORY, "{} MiB", mib(peak()));
}

#[test]
fn large_inputs_end_in_little_memory() {
    let program = std::env::current_exe().unwrap();
    let mut broken = Vec::new();
    for (name, ..) in BOMBS {
        let mut child = Command::new(&program)
            .args(["--exact", "hostile::one_bomb", "--ignored", "--nocapture"])
            .env(BOMB, name)
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        // Far more than it may take: what is found so is that it never ends.
        let until = Instant::now() + Duration::from_mins(1);
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > until => break None,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        match status {
            Some(status) if status.success() => {}
            Some(status) => broken.push(format!("{name}: {status}")),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                broken.push(format!("{name}: still not done after a minute"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}
