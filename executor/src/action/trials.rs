//! What holds for all nouns that write files: their examples compile, and whatever they do in whatever order, taking it
//! back leaves the directory as it was.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::testing::Bench;
use super::{NOUNS, Noun, noun, registry};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use switchback_compiler::plan::{Call, Unit};
use switchback_compiler::registry::Needs;
use switchback_compiler::schema::{Class, Form, OwnWayBack, Role};
use switchback_compiler::{Request, compile};

const FAMILIES: [&str; 3] = ["file", "dir", "archive"];

fn forms() -> impl Iterator<Item = &'static Form> {
    NOUNS.iter().map(|noun| noun.form()).filter(|form| FAMILIES.contains(&form.family()))
}

/// A plan with the example in its place.
fn plan(form: &Form, example: &str) -> String {
    let inside = if form.is(Role::Check) { format!("verify {{ {example} }}") } else { example.to_owned() };
    let copies = ["settings", "data"].iter().filter(|copy| example.contains(&format!("copy=\"{copy}\"")));
    let copies = copies.filter(|copy| !example.contains(&format!("backup \"{copy}\"")));
    assert_eq!(copies.count(), 0, "an example takes the copies that it restores");
    format!("plan \"p\"\nstep \"s\" {{\n{inside}\n}}\n")
}

#[test]
fn examples_compile() {
    let files = ["shop.toml", "conf.d/a", "www/index.html", "shop-2.0.tar.gz"];
    // Two blocks of zeros are an archive of nothing.
    let content = |file: &str| if file.ends_with(".tar.gz") { vec![0; 1024] } else { b"x".to_vec() };
    let sources = files.map(|file| (format!("files/{file}"), content(file)));
    for form in forms() {
        assert!(!form.examples.is_empty(), "{}", form.name);
        // Words of other kinds are tried with those.
        for example in form.examples.iter().filter(|one| !one.text.contains("program") || noun("program").is_some()) {
            let mut files: BTreeMap<String, Vec<u8>> = sources.iter().cloned().collect();
            files.insert("a.plan.kdl".into(), plan(form, example.text).into_bytes());
            let compiled = compile(&files, &Request { root: "a.plan.kdl".into(), ..Request::default() }, &registry());
            let told: Vec<_> = compiled.diagnostics.iter().map(|one| (one.page.code, &one.message)).collect();
            let plan = compiled.plan.unwrap_or_else(|| panic!("{}: {}: {told:?}", form.name, example.title));
            let mut acts = plan.units.iter().flat_map(Unit::acts).filter(|act| act.call.kind == form.name);
            assert!(acts.all(|act| !act.touches.is_empty()), "{}: {}", form.name, example.title);
        }
    }
}

#[test]
fn actions_are_idempotent_and_bring_their_way_back() {
    for form in forms().filter(|form| form.is(Role::Action)) {
        assert_eq!((form.class, form.harmless), (Class::Idempotent, false), "{}", form.name);
        assert!(matches!(form.way_back, OwnWayBack::Restores(_)), "{}", form.name);
        let fits = |noun: &dyn Noun| noun.needs() == Needs::Directory && noun.action().is_some();
        assert!(noun(form.name).is_some_and(fits), "{}", form.name);
    }
}

/// What a name is at the start.
#[derive(Clone, Debug)]
enum Seed {
    File(u8, u32),
    Link(u8),
    Folder(u32),
}

fn name() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!["a", "b", "c"]), 1..4).prop_map(|parts| parts.join("/"))
}

fn seeds() -> impl Strategy<Value = Vec<(String, Seed)>> {
    let mode = || prop::sample::select(vec![0o600, 0o644, 0o750]);
    let seed = prop_oneof![
        4 => (0..3_u8, mode()).prop_map(|(content, mode)| Seed::File(content, mode)),
        1 => (0..3_u8).prop_map(Seed::Link),
        1 => prop::sample::select(vec![0o700, 0o755]).prop_map(Seed::Folder),
    ];
    vec((name(), seed), 0..12)
}

/// Paths that stand in each other's way are left out, as they would be on a disk.
fn furnish(bench: &Bench, seeds: &[(String, Seed)]) {
    for (path, seed) in seeds {
        let states = bench.states();
        let taken = |name: &str| states.iter().any(|(at, _)| at.as_str() == name);
        let under = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let blocked = under.filter(|above| taken(above)).any(|above| !bench.is_folder(above));
        if blocked || taken(path) {
            continue;
        }
        match seed {
            Seed::File(content, mode) => bench.write(path, &bytes(*content), *mode),
            Seed::Folder(mode) => bench.folder(path, *mode),
            Seed::Link(number) => {
                bench.write(path, b"", 0o644);
                bench.remove(path);
                bench.link(path, &format!("nowhere{number}"));
            }
        }
    }
}

fn bytes(content: u8) -> Vec<u8> {
    match content {
        0 => b"one\ntwo\n".to_vec(),
        1 => b"\x00\xffbinary".to_vec(),
        _ => b"two\r\nthree".to_vec(),
    }
}

/// An action as the compiler would leave it; sources are filled in when there is a bench.
#[derive(Clone, Debug)]
enum Deed {
    Plain(&'static str, Json),
    Folder(&'static str, String, Vec<(String, u8, bool)>),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let content = prop::sample::select(vec!["one\n", "two\n", ""]);
    let deed = prop_oneof![
        (name(), content).prop_map(|(path, text)| Deed::Plain("file.write", json!({ "path": path, "content": text }))),
        (name(), prop::sample::select(vec!["0600", "0755"])).prop_map(|(path, mode)| {
            Deed::Plain("file.write", json!({ "path": path, "content": "one\n", "mode": mode }))
        }),
        vec(name(), 1..3).prop_map(|paths| Deed::Plain("file.remove", json!({ "path": paths }))),
        name().prop_map(|path| Deed::Plain("file.line", json!({ "path": path, "match": "^t", "line": "ten" }))),
        name().prop_map(|path| Deed::Plain("file.restore", json!({ "path": path, "copy": "start" }))),
        prop_oneof![name(), Just(String::new())]
            .prop_map(|path| Deed::Plain("dir.restore", json!({ "path": path, "copy": "start" }))),
        (
            prop::sample::select(vec!["dir.copy", "dir.mirror", "dir.mirror"]),
            prop_oneof![name(), Just(String::new())],
            vec((name(), 0..3_u8, any::<bool>()), 1..5)
        )
            .prop_map(|(kind, path, files)| Deed::Folder(kind, path, files)),
    ];
    vec(deed, 1..8)
}

fn call(bench: &mut Bench, deed: &Deed) -> Call {
    match deed {
        Deed::Plain(kind, values) => Bench::call(kind, values.clone()),
        Deed::Folder(kind, path, files) => {
            // On a disk no file has something below it.
            let below = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
            let files: BTreeMap<&str, (Vec<u8>, u32)> = files
                .iter()
                .filter(|(path, ..)| !files.iter().any(|(other, ..)| below(path, other)))
                .map(|(path, content, runs)| (path.as_str(), (bytes(*content), if *runs { 0o755 } else { 0o644 })))
                .collect();
            let files: Vec<_> = files.iter().map(|(path, (bytes, mode))| (*path, bytes.as_slice(), *mode)).collect();
            let from = bench.source(&files);
            Bench::call(kind, json!({ "path": path, "from": from }))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_is_taken_back(seeds in seeds(), deeds in deeds(), cut in prop::option::of(0..6_usize)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut bench = Bench::new();
            bench.cut = cut;
            furnish(&bench, &seeds);
            bench.copy("start", "dir", ".").await.unwrap();
            let calls: Vec<Call> = deeds.iter().map(|deed| call(&mut bench, deed)).collect();
            bench.what_can_be_done_is_taken_back(&calls).await;
        });
    }
}

/// As many as `SWITCHBACK_CASES` says, or as CI has time for.
fn cases() -> u32 {
    std::env::var("SWITCHBACK_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(48)
}
