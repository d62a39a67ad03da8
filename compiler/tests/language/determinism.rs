//! The same sources give the same plan, to the byte.

use crate::sources::Sources;
use crate::told::places;
use proptest::prelude::*;

fn project() -> Sources {
    let steps: String = (0..12)
        .map(|n| format!("    step \"s{n}\" {{ moves \"c{n}\" from=\"1.0\" to=\"1.{n}\"; file.write \"etc/{n}\" from=\"files/{n}.hbs\" }}\n"))
        .collect();
    let text = format!(
        "use \"x.lib.kdl\"\nlayer \"core-kernel\" {{\n{steps}}}\n\
         layer \"user-space\" {{ step \"site\" {{ dir.mirror \"www\" from=\"files\" }} }}\nverify {{ http.get \"http://{{{{host}}}}/\" }}"
    );
    let files = (0..12).fold(Sources::plan(&text), |project, n| {
        project.file(&format!("files/{n}.hbs"), format!("{{{{component.c{n}.to}}}} {{{{host}}}}"))
    });
    files
        .script("files/run.sh")
        .file(
            "x.lib.kdl",
            "input \"host\" default=\"h\"\ncomponent \"c1\" layer=\"core-kernel\" { installed { file \"a\" } }\n",
        )
        .file("switchback.kdl", "target \"local\" { directory \"d\"; label b=\"2\" a=\"1\"; set \"host\" \"i\" }\n")
}

fn bytes(sources: &Sources) -> Vec<u8> {
    let compiled = sources.on("local", &[]);
    assert_eq!(places(&compiled), Vec::<String>::new());
    compiled.plan.unwrap().canonical()
}

#[test]
fn compiling_twice_gives_the_same_bytes() {
    assert_eq!(bytes(&project()), bytes(&project()));
}

#[test]
fn the_order_in_which_files_are_listed_does_not_matter() {
    assert_eq!(bytes(&project()), bytes(&project().reversed()));
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let written = bytes(&project());
    let read: switchback_compiler::plan::Plan = serde_json::from_slice(&written).unwrap();
    assert_eq!(read.canonical(), written);
}

#[test]
fn comments_and_blanks_change_only_places() {
    let text = "step \"a\" { file.write \"a\" content=\"1\" }";
    let plain = Sources::plan(text).compile().plan.unwrap();
    let spaced =
        Sources::plan("step   \"a\"   {\n  // why\n  file.write \"a\"   content=#\"1\"#;\n}").compile().plan.unwrap();
    let deeds = |plan: &switchback_compiler::plan::Plan| {
        plan.units
            .iter()
            .flat_map(|unit| unit.acts().map(|act| (act.call.clone(), act.touches.clone())).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    assert_eq!(deeds(&plain), deeds(&spaced));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Needs of any shape: what comes first is needed, and the order is that of the text wherever needs leave it open.
    #[test]
    fn any_graph_gives_one_order(edges in prop::collection::vec((0..20_usize, 0..20_usize), 0..40)) {
        let mut text = String::new();
        for step in 0..20 {
            let needs: String = edges.iter().filter(|(from, to)| from.max(to) == &step && from != to).map(|(from, to)| format!("needs \"s{}\"; ", from.min(to))).collect();
            text += &format!("step \"s{step}\" {{ {needs}file.write \"f{step}\" content=\"1\" }}\n");
        }
        let plan = Sources::plan(&text).compile().plan.unwrap();
        for (id, unit) in (0..).zip(&plan.units) {
            prop_assert!(unit.needs.iter().all(|need| *need < id));
        }
        let names: Vec<String> = plan.steps().map(|(_, unit)| unit.name.clone()).collect();
        let written: Vec<String> = (0..20).map(|step| format!("s{step}")).collect();
        prop_assert_eq!(names, written);
    }
}
