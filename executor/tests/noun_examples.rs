//! Every noun says enough to be learnt from, and each of its examples compiles.

use std::collections::{BTreeMap, BTreeSet};
use switchback::action::registry;
use switchback_compiler::files::{FileError, Files, Found};
use switchback_compiler::schema::{Form, OwnWayBack, Role};
use switchback_compiler::{Request, compile};

/// A project that has every file that an example names.
struct Every {
    own: BTreeMap<String, Vec<u8>>,
}

impl Files for Every {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        // Two blocks of zeros are an archive of nothing.
        let manifest = || format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"{}\"}}\n", path.len());
        let other = match path {
            _ if path.ends_with(".tar.gz") => vec![0; 1024],
            _ if path.contains(".yaml") => manifest().into_bytes(),
            _ => b"#!/bin/sh\n".to_vec(),
        };
        Ok(self.own.get(path).cloned().unwrap_or(other))
    }

    fn executable(&self, _path: &str) -> Result<bool, FileError> {
        Ok(true)
    }

    fn list(&self, _folder: &str) -> Result<Vec<Found>, FileError> {
        // A folder of files, and of a chart.
        let file = |path: &str| Found { path: path.into(), executable: false };
        Ok(vec![file("Chart.yaml"), file("index.html")])
    }
}

/// The names in `{{…}}` that only an input can mean.
fn inputs(text: &str) -> BTreeSet<&str> {
    let names = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim());
    names.filter(|name| !name.contains('.') && !["run", "target", "switchback"].contains(name)).collect()
}

/// An example in the place where it may stand.
fn plan(form: &Form, example: &str) -> String {
    let mut plan = "plan \"p\"\n".to_owned();
    for input in inputs(example) {
        let secret = ["password", "token", "url"].iter().any(|part| input.contains(part));
        plan += "input \"";
        plan += input;
        plan += if secret { "\" secret=#true\n" } else { "\" default=\"1\"\n" };
    }
    let step = |inside: &str| format!("step \"s\" {{\n{inside}\n}}\n");
    let answered = ["undo ", "stays ", "irreversible "].iter().any(|word| example.contains(word));
    plan + &if form.is(Role::Action) {
        let stays = if form.way_back == OwnWayBack::None && !answered { "\nstays \"an example\"" } else { "" };
        step(&format!("{example}{stays}"))
    } else if example.starts_with("output ") || example.starts_with("backup ") {
        step(&format!("file.write \"x\" content=\"1\"\n{example}"))
    } else if form.is(Role::Check) {
        step(&format!("file.write \"x\" content=\"1\"\nverify {{\n{example}\n}}"))
    } else if form.is(Role::Thing) {
        // A thing's examples show the block around it: it means something else in each.
        step(&format!("{example}\nfile.write \"x\" content=\"1\""))
    } else if form.is(Role::Message) {
        format!("notify \"n\" on=\"done\" {{\n{example}\n}}\n{}", step("file.write \"x\" content=\"1\""))
    } else {
        step(&format!("file.write \"x\" content=\"1\"\noutput \"o\" {{\n{example}\n}}"))
    }
}

#[test]
fn every_example_compiles() {
    let project = "language 1\ntarget \"local\" { directory \"work\"; kube; service \"web\" { program \"web\" } }";
    let mut faults = Vec::new();
    for kind in registry().all() {
        let form = kind.form();
        assert!(!form.examples.is_empty(), "{} has no example", form.name);
        for example in form.examples {
            assert!(example.text.contains(form.name), "{}: {} does not show it", form.name, example.title);
            let plan = plan(form, example.text);
            let own = [("switchback.kdl", project), ("p.plan.kdl", &*plan)];
            let own = own.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
            let request = Request { root: "p.plan.kdl".into(), target: Some("local".into()), ..Request::default() };
            let compiled = compile(&Every { own }, &request, &registry());
            if compiled.plan.is_none() {
                let found: Vec<_> = compiled.diagnostics.iter().map(|found| (&found.message, &found.labels)).collect();
                faults.push(format!("{}, {}:\n{plan}\n{found:#?}", form.name, example.title));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_noun_is_described_in_the_houses_words() {
    for kind in registry().all() {
        let Form { name, summary, text, args, props, .. } = *kind.form();
        let fragment = summary.starts_with(|first: char| first.is_lowercase()) && !summary.ends_with('.');
        assert!(fragment, "{name}: `{summary}` is no fragment");
        assert!(text.ends_with('.') && text.len() > 80, "{name} says too little of itself");
        for param in args.iter().chain(props) {
            assert!(!param.text.is_empty() && !param.text.ends_with('.'), "{name}: {} has no line", param.name);
        }
    }
}
