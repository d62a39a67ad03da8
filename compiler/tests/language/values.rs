//! R10, R11, R21 and R29: nothing unresolved, no literal secret, sources as they were read, paths inside.

use crate::sources::Sources;
use crate::told::{codes, help, is_sound, of, only, places, sole, sound};
use serde_json::Value as Json;

fn plan_json(sources: &Sources) -> String {
    let compiled = sources.compile();
    assert_eq!(places(&compiled), Vec::<String>::new());
    String::from_utf8(compiled.plan.unwrap().canonical()).unwrap()
}

#[test]
fn a_name_without_a_meaning_is_refused_and_a_near_one_proposed() {
    let told = only("input \"colour\" default=\"red\"\nstep \"a\" { file.write \"a\" content=\"{{color}}\" }");
    assert_eq!(
        (told.page.code, told.labels.first().unwrap().text.as_str()),
        ("value::unresolved", "did you mean `colour`?")
    );
    let told = only("step \"a\" { file.write \"a\" content=\"{{portal}}\" }");
    assert_eq!(help(&told), "declare it: input \"portal\"");
}

#[test]
fn what_was_never_filled_in_is_told_where_it_stands() {
    assert_eq!(of("step \"a\" { file.write \"a\" content=\"<FILL_ME>\" }"), ["value::placeholder"]);
    let from =
        |bytes: &str| Sources::plan("step \"a\" { file.write \"a\" from=\"v.yaml\" }").file("v.yaml", bytes).compile();
    let told = from("a: 1\nhost: <DATABASE_HOST>\ntag: **<TAG>\n");
    assert_eq!(places(&told), ["v.yaml:2 value::placeholder"]);
    for sound in ["a: b <c> d\n", "expr: '{{ $labels.x }}'\n", "# <TODO>\na: \"<br>\"\n", "a: *anchor\n"] {
        is_sound(&from(sound), sound);
    }
}

#[test]
fn a_broken_template_is_told_as_one_in_a_plan_and_in_a_file() {
    let told = only("step \"a\" {\n    file.write \"a\" content=\"x {{#if target}}y\"\n}");
    assert_eq!(
        (told.page.code, told.message.as_str()),
        ("template::broken", "the template can't be read: `{{#if target}}` has no `{{/if}}`")
    );
    let compiled =
        Sources::plan("step \"a\" { file.write \"a\" from=\"a.hbs\" }").file("a.hbs", "one\ntwo {{three\n").compile();
    assert_eq!(places(&compiled), ["a.hbs:2 template::broken"]);
}

#[test]
fn files_are_templates_only_when_they_are_called_so() {
    let sources = |name: &str| {
        Sources::plan(&format!("step \"a\" {{ file.write \"a\" from=\"{name}\" }}"))
            .file(name, "{{target}} {{#nonsense")
    };
    is_sound(&sources("a.txt").compile(), "raw");
    assert_eq!(codes(&sources("a.txt.hbs").compile()), ["template::broken"]);
}

#[test]
fn literals_that_look_like_secrets_are_refused() {
    let env =
        |value: &str| format!("step \"a\" {{ program \"x\" {{ env \"PG_PASSWORD\" \"{value}\" }}; stays \"fine\" }}");
    for text in [
        env("hunter2"),
        "verify { http.get \"https://ada:hunter2@shop.example/\" }".into(),
        "step \"a\" { program \"x\" \"--token=abc\"; stays \"fine\" }".into(),
        "step \"a\" { file.write \"a\" content=\"ghp_0123456789012345678901234567890123456789\" }".into(),
        "step \"a\" { file.write \"a\" content=\"-----BEGIN RSA PRIVATE KEY-----\" }".into(),
    ] {
        assert_eq!(of(&text), ["secret::literal"], "{text}");
    }
    sound(&format!("input \"pw\" secret=#true env=\"PW\"\n{}", env("{{pw}}")));
}

#[test]
fn no_secret_is_ever_in_a_plan() {
    let text = "input \"pw\" secret=#true env=\"PW\"\nstep \"a\" { file.write \"a\" content=\"pw={{pw}};\" }";
    let compiled = Sources::plan(text).on("", &[("pw", "hunter2")]);
    let plan = String::from_utf8(compiled.plan.unwrap().canonical()).unwrap();
    assert!(!plan.contains("hunter2") && plan.contains("\"secret\":\"pw\""), "{plan}");
    let names = "input \"pw\" secret=#true env=\"PW\"\nstep \"a\" { file.write \"{{pw}}\" content=\"1\" }";
    assert_eq!(of(names), ["value::too-late"]);
    assert_eq!(
        of("input \"pw\" secret=#true default=\"hunter2\"\nstep \"a\" { file.write \"a\" content=\"{{pw}}\" }"),
        ["input::wrong"]
    );
}

#[test]
fn bytes_of_sources_are_in_the_digest() {
    let sources =
        |bytes: &str| Sources::plan("step \"a\" { program \"./go.sh\" \"1\"; stays \"fine\" }").file("go.sh", bytes);
    let (one, two) = (plan_json(&sources("echo 1")), plan_json(&sources("echo 2")));
    assert_ne!(one, two);
    assert_eq!(one, plan_json(&sources("echo 1")));
    let compiled = sources("echo 1").compile();
    let digest = blake3::hash(b"echo 1").to_hex().to_string();
    assert_eq!(compiled.blobs.get(&digest).map(Vec::as_slice), Some(b"echo 1".as_slice()));
}

#[test]
fn of_the_mode_of_a_source_only_whether_it_is_executable_counts() {
    let plan = |sources: Sources| plan_json(&sources);
    let text = "step \"a\" { file.write \"a\" from=\"go.sh\" }";
    let (plain, script) = (Sources::plan(text).file("go.sh", "#!/bin/sh\n"), Sources::plan(text).script("go.sh"));
    let flags = |json: &str| {
        let plan: Json = serde_json::from_str(json).unwrap();
        let text = plan.to_string();
        (text.contains("\"executable\":true"), text.contains("\"mode\""))
    };
    assert_eq!((flags(&plan(plain)), flags(&plan(script))), ((false, false), (true, false)));
}

#[test]
fn sources_stay_inside_of_the_project() {
    for path in ["../x", "/etc/passwd", "a/../../x"] {
        let told = only(&format!("step \"a\" {{ file.write \"a\" from=\"{path}\" }}"));
        assert_eq!(told.page.code, "path::outside", "{path}");
    }
    let inside = Sources::plan("step \"a\" { file.write \"a\" from=\"deep/../x\" }").file("x", "1");
    is_sound(&inside.compile(), "a `..` that stays inside");
    let library = Sources::plan("use \"lib/x.lib.kdl\"\nstep \"a\" { file.write \"a\" content=\"{{v}}\" }");
    let library =
        library.file("lib/x.lib.kdl", "use \"../y.lib.kdl\"\n").file("y.lib.kdl", "input \"v\" default=\"1\"\n");
    is_sound(&library.compile(), "a library beside the folder of another one");
}

#[test]
fn targets_paths_stay_inside_of_its_directory() {
    for path in ["../x", "/etc/passwd", "a/../../x"] {
        assert_eq!(of(&format!("step \"a\" {{ file.write \"{path}\" content=\"1\" }}")), ["path::outside"], "{path}");
    }
    sound("step \"a\" { file.write \"a/../b\" content=\"1\" }");
}

#[test]
fn missing_and_unreadable_sources_are_told_at_the_line_that_names_them() {
    let told = sole(Sources::plan("step \"a\" {\n    file.write \"a\" from=\"no\"\n}").compile(), "missing");
    assert_eq!(told.page.code, "file::missing");
    let latin = Sources::plan("step \"a\" { file.write \"a\" from=\"a.hbs\" }").file("a.hbs", b"caf\xe9".to_vec());
    assert_eq!(codes(&latin.compile()), ["file::not-utf8"]);
    let raw = Sources::plan("step \"a\" { file.write \"a\" from=\"a.bin\" }").file("a.bin", b"\xff\x00\xfe".to_vec());
    is_sound(&raw.compile(), "other files hold any bytes");
}

#[test]
fn outputs_are_given_out_before_they_are_used() {
    let user = "step \"b\" { file.write \"b\" content=\"{{step.a.id}}\" }";
    let giver = "step \"a\" { file.write \"a\" content=\"1\"; output \"id\" { file \"a\" } }";
    assert_eq!(of(user), ["output::unknown"]);
    assert_eq!(of(&format!("{giver}\n{user}")), ["output::unknown"]);
    sound(&format!("{giver}\n{}", user.replace("{ file.write", "{ needs \"a\"; file.write")));
    let path = "step \"b\" { needs \"a\"; file.write \"{{step.a.id}}\" content=\"1\" }";
    assert_eq!(of(&format!("{giver}\n{path}")), ["value::too-late"]);
}
