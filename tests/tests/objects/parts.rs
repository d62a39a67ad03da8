//! Parts of objects that are there: patched, scaled, annotated, restarted, deleted, looked at.

use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};

#[test]
fn parts_are_changed_and_come_back_with_their_owners() {
    let cluster = cluster!("parts_are_changed_and_come_back_with_their_owners");
    let steps = r#"
step "parts" {
    kube.patch "configmap/limits" merge="{ data: { value: new, more: '1' } }"
    kube.patch "cm/limits" json="[{ op: remove, path: /data/more }, { op: add, path: /data/other, value: '2' }]"
    kube.annotate "deployment/web" "example.org/paused" value="true"
    kube.scale "deployment/web" replicas=3
    kube.restart "deployment/web"
    verify {
        kube.ready "deployment/web"
        kube.field "deployment/web" ".spec.replicas" is=3
        kube.field "cm/limits" ".data.other" is="2"
        kube.exists "configmap/limits" "deployment/web"
        kube.absent "configmap/none"
    }
}"#;
    let stage = Stage::new(cluster, "parts", steps, &[]);
    stage.given(&format!("{}---\n{}", map("limits", "old"), deployment("web", "example.test/web:1", "")));
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    let before = stage.picture();
    let versions = stage.versions();
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(
        &diff,
        &[
            "-value: old",
            "+value: new",
            "+annotations: { \"example.org/paused\": \"true\" }",
            "-replicas: 2",
            "+replicas: 3",
        ],
    );
    assert_eq!(stage.versions(), versions, "a dry run writes nothing");
    stage.ends(0, RUN);
    assert_eq!(stage.get("configmap/limits", ".data"), r#"{"other":"2","value":"new"}"#);
    assert_eq!(stage.get("deployment/web", ".status.readyReplicas"), "3");
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn a_strategic_patch_merges_lists_by_name_and_comes_back() {
    let cluster = cluster!("a_strategic_patch_merges_lists_by_name_and_comes_back");
    let containers = "[{ name: main, image: 'example.test/web:2' }, { name: log, image: 'example.test/log:1' }]";
    let patch = format!("strategic=\"{{ spec: {{ template: {{ spec: {{ containers: {containers} }} }} }} }}\"");
    let step = format!("step \"a\" {{ kube.patch \"deployment/web\" {patch} }}");
    let stage = Stage::new(cluster, "strategic", &step, &[]);
    let tty = "image: \"example.test/web:1\", tty: true";
    stage.given(&deployment("web", "example.test/web:1", "").replace("image: \"example.test/web:1\"", tty));
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    let before = (stage.picture(), stage.versions());
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["~ deployment/web", "[validated]", "-image: example.test/web:1", "+image: example.test/web:2"]);
    has(&diff, &["example.test/log:1"]);
    assert!(!diff.contains("-tty"), "{diff}");
    assert_eq!((stage.picture(), stage.versions()), before, "a dry run writes nothing");
    stage.ends(0, RUN);
    let all = "{range .spec.template.spec.containers[*]}{.name} {.image} {.tty};{end}";
    let told = stage.kubectl(&["get", "deployment/web", "-o", &format!("jsonpath={all}")], "");
    // By a merge patch the list would be another one, without what it does not say.
    let mut told: Vec<&str> = told.split_terminator(';').collect();
    told.sort_unstable();
    assert_eq!(told, ["log example.test/log:1 ", "main example.test/web:2 true"]);
    assert_eq!(stage.get("deployment/web", ".status.readyReplicas"), "2");
    has(&stage.ends(0, UNDO), &["1 object put back", "1 of 1 resource is as before the run"]);
    assert_eq!(stage.picture(), before.0);
}

#[test]
fn what_is_deleted_comes_back() {
    let cluster = cluster!("what_is_deleted_comes_back");
    let steps = r#"step "old" { kube.delete "configmap/a" "configmap/none" "deploy/web" }"#;
    let stage = Stage::new(cluster, "deletes", steps, &[]);
    stage.given(&format!("{}---\n{}", map("a", "1"), deployment("web", "example.test/web:1", "")));
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    let before = stage.picture();
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["deletes 2 of 2", "- configmap/a: 1 key", "- deployment/web", "[validated]", "copies of 2 objects"]);
    assert_eq!(stage.picture(), before);
    stage.ends(0, RUN);
    assert_eq!(
        (stage.get("configmap/a", ".data"), stage.get("deployment/web", ".spec")),
        (String::new(), String::new())
    );
    has(&stage.ends(0, RUN), &["nothing to do"]);
    has(&stage.ends(0, UNDO), &["2 objects created again", "2 of 2 resources are as before the run"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_is_scaled_meanwhile_is_given_back() {
    let cluster = cluster!("what_is_scaled_meanwhile_is_given_back");
    let steps = r#"
meanwhile { kube.scale "deployment/web" replicas=0 }
step "a" {
    kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n"
    verify { kube.field "deployment/web" ".spec.replicas" is=0 }
}"#;
    let stage = Stage::new(cluster, "meanwhile", steps, &[]);
    stage.given(&deployment("web", "example.test/web:1", ""));
    let before = stage.picture();
    stage.ends(0, RUN);
    assert_eq!(stage.get("deployment/web", ".spec.replicas"), "2");
    let times = |stage: &Stage| -> u64 { stage.get("deployment/web", ".metadata.generation").parse().unwrap() };
    let changed = times(&stage);
    stage.ends(0, UNDO);
    // The block is taken back as it was done: it is taken away again, and given back.
    assert_eq!(times(&stage), changed + 2);
    assert_eq!(stage.picture(), before);
}

#[test]
fn an_annotation_that_is_set_meanwhile_is_taken_back_however_it_ends() {
    let cluster = cluster!("an_annotation_that_is_set_meanwhile_is_taken_back_however_it_ends");
    let steps = r#"
meanwhile { kube.annotate "deployment/web" "paused" value="true"; kube.annotate "cm/a" "paused" value="true" }
step "a" {
    file.write "a" content="1"
    verify {
        kube.field "deployment/web" ".metadata.annotations.paused" is="true"
        kube.field "cm/a" ".metadata.annotations.paused" is="true"
        file.exists "go" within="1s"
    }
}"#;
    let stage = Stage::new(cluster, "note", steps, &[]);
    stage.given(&format!("{}---\n{}", map("a", "1"), deployment("web", "example.test/web:1", "")));
    stage.kubectl(&["annotate", "--field-manager=somebody", "configmap/a", "paused=no"], "");
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    let before = stage.picture();
    let paused = || ["deployment/web", "configmap/a"].map(|object| stage.get(object, ".metadata.annotations.paused"));
    let said = stage.ends(20, RUN);
    has(&said, &["a: failed", "go"]);
    // Both were set when the step looked, or they would be what is told.
    assert!(!said.contains("nothing stands at") && !said.contains("is no, not"), "{said}");
    assert_eq!((paused(), stage.picture()), ([String::new(), "no".to_owned()], before.clone()));
    stage.write("site/go", "");
    stage.ends(0, RUN);
    assert_eq!((paused(), stage.picture()), ([String::new(), "no".to_owned()], before.clone()));
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_somebody_adds_while_a_part_is_away_stays_when_it_is_given_back() {
    let cluster = cluster!("what_somebody_adds_while_a_part_is_away_stays_when_it_is_given_back");
    let steps = r#"
meanwhile { kube.patch "cm/a" merge="{ data: { value: away } }" }
step "a" { file.write "a" content="1"; verify { file.exists "go" within="60s" every="20ms" } }"#;
    let stage = Stage::new(cluster, "away", steps, &[]);
    stage.given(&map("a", "old"));
    let waits = format!("{RUN} > out 2>&1; echo $? > code");
    std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&waits));
        while stage.get("configmap/a", ".data.value") != "away" {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
        stage.write("site/go", "");
        running.join().unwrap();
    });
    assert_eq!(stage.read("code"), "0\n", "{}", stage.read("out"));
    assert_eq!(stage.get("configmap/a", ".data"), r#"{"more":"theirs","value":"old"}"#);
    // An undo takes it away again first, and what was added is no hindrance.
    has(&stage.ends(0, UNDO), &["1 object put back, what others changed elsewhere in 1 stays"]);
    assert_eq!(stage.get("configmap/a", ".data"), r#"{"more":"theirs","value":"old"}"#);
}

#[test]
fn an_annotation_that_a_program_keeps_for_itself_is_not_changed_unseen() {
    let cluster = cluster!("an_annotation_that_a_program_keeps_for_itself_is_not_changed_unseen");
    let steps = r#"step "a" { kube.annotate "cm/a" "deployment.kubernetes.io/revision" value="7" }"#;
    let stage = Stage::new(cluster, "keeps", steps, &[]);
    stage.given(&map("a", "old"));
    has(&stage.ends(1, "switchback diff p.plan.kdl"), &["only an annotation would change that a program keeps"]);
}

#[test]
fn what_is_gone_by_its_kind_is_fine_and_what_an_earlier_step_defines_can_be_shown() {
    let cluster = cluster!("what_is_gone_by_its_kind_is_fine_and_what_an_earlier_step_defines_can_be_shown");
    let stage = Stage::new(cluster, "kinds", "", &[]);
    let group = format!("{}.test", stage.namespace);
    stage.write("room.yaml", &crate::others::definition(&group));
    stage.write(
        "vase.yaml",
        &format!("apiVersion: {group}/v1\nkind: Vase\nmetadata: {{ name: red }}\nspec: {{ list: [{{ name: a }}] }}\n"),
    );
    let plan = format!(
        r#"plan "p"
step "a" {{ kube.delete "vases.{group}/old"; kube.apply "room.yaml" }}
step "b" {{ needs "a"; kube.apply "vase.yaml" }}
step "c" {{ needs "b"; kube.patch "vase.{group}/red" merge="{{ spec: {{ list: [{{ name: b }}] }} }}" }}
"#
    );
    stage.write("p.plan.kdl", &plan);
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &[&format!("~ vase.{group}/red"), "@@ spec.list[a] @@", "@@ spec.list[b] @@"]);
    stage.ends(0, RUN);
    assert_eq!(
        stage.kubectl(&["get", &format!("vases.{group}"), "red", "-o", "jsonpath={.spec.list}"], ""),
        r#"[{"name":"b"}]"#
    );
    stage.ends(0, UNDO);
}

#[test]
fn a_value_is_handed_on_and_a_secret_is_not_read() {
    let cluster = cluster!("a_value_is_handed_on_and_a_secret_is_not_read");
    let steps = r#"
step "a" {
    kube.apply "a.yaml"
    output "id" pattern="[0-9a-f]{4}" { kube.field "configmap/a" ".data.value" }
}
step "b" { needs "a"; kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { id: {{step.a.id}}x }\n" }
step "c" { needs "b"; kube.annotate "configmap/b" "c" value="1"; verify { kube.field "secret/pin" ".data.pin" is="x" within="1s" } }"#;
    let stage = Stage::new(cluster, "values", steps, &[("a.yaml", &map("a", "beef"))]);
    stage.given("apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: rose-garden }\n");
    let said = stage.ends(20, RUN);
    has(&said, &["c: failed", "nothing stands at .data.pin"]);
    assert!(!said.contains("cm9zZ"), "{said}");
    assert_eq!(stage.get("configmap/b", ".data.id"), "");
}

#[test]
fn a_saved_object_is_put_back_by_another_plan_and_that_is_taken_back() {
    let cluster = cluster!("a_saved_object_is_put_back_by_another_plan_and_that_is_taken_back");
    let saves = r#"step "save" { backup "settings" keep="30d" { kube.object "configmap/a" "secret/pin" } }
step "a" { needs "save"; kube.apply "a.yaml" force=#true }"#;
    let stage = Stage::new(cluster, "saved", saves, &[("a.yaml", &map("a", "new"))]);
    let pin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: rose-garden }\n";
    stage.given(&format!("{}---\n{pin}", map("a", "old")));
    let saved = stage.picture();
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["copies 2 objects, reads it back, keeps it 30d"]);
    stage.ends(0, RUN);
    stage.ends(0, "switchback finalize --yes");
    stage.kubectl(&["patch", "secret", "pin", "-p", r#"{"stringData":{"pin":"tulip-seven"}}"#], "");
    let changed = stage.picture();
    for by in ["", " by=\"recreate\""] {
        let restores = format!(r#"step "b" {{ kube.restore "cm/a" "secret/pin" copy="p/settings"{by} }}"#);
        stage.write("q.plan.kdl", &format!("plan \"q\"\n{restores}\n"));
        let diff = stage.ends(0, "switchback diff q.plan.kdl");
        has(&diff, &["~ configmap/a", "-value: new", "+value: old", "~ secret/pin", "‹hidden "]);
        assert!(!diff.contains("rose") && !diff.contains("cm9zZ"), "{diff}");
        stage.ends(0, "switchback run q.plan.kdl --yes");
        assert_eq!(stage.picture(), saved, "{by}");
        has(&stage.ends(0, "switchback run q.plan.kdl --yes"), &["nothing to do"]);
        stage.ends(0, UNDO);
        assert_eq!(stage.picture(), changed, "{by}");
    }
    let told = stage
        .ends(0, "grep -rl 'rose-garden\\|cm9zZS1nYXJkZW4' .switchback site | grep -v '/old/\\|/backups/' || true");
    assert_eq!(told, "");
}

#[test]
fn inputs_are_read_from_the_cluster_and_a_secret_stays_one() {
    let cluster = cluster!("inputs_are_read_from_the_cluster_and_a_secret_stays_one");
    let plan = |from: &str| {
        format!(
            "plan \"p\"\ninput \"uri\" secret=#true from=\"{from}\"\ninput \"size\" from=\"kube:cm/sizes#default\"\n\
             step \"a\" {{ file.write \"out\" content=\"{{{{uri}}}} {{{{size}}}}\"; kube.apply \"a.yaml\" }}\n"
        )
    };
    let stage = Stage::new(cluster, "inputs", "", &[("a.yaml", &map("a", "1"))]);
    stage.write("p.plan.kdl", &plan("kube:secret/pg-0-admin#uri"));
    let said = stage.ends(10, RUN);
    has(&said, &["input `uri` has no good value", "secret/pg-0-admin is not there, in"]);
    has(&said, &["input `size` has no good value", "configmap/sizes is not there"]);
    let sizes =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: sizes }\ndata: { default: \"small\\n\", other: x }\n";
    let admin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pg-0-admin }\nstringData: { uri: pg-of-somebody }\n";
    stage.given(&format!("{sizes}---\n{admin}"));
    stage.write("p.plan.kdl", &plan("kube:secret/pg-0-admin#url"));
    has(&stage.ends(10, RUN), &["secret/pg-0-admin has no key `url`", "it has uri"]);
    stage.write("p.plan.kdl", &plan("kube:secret/pg-0-admin#uri"));
    let said = stage.ends(
        0,
        "switchback diff p.plan.kdl -o p.swb && switchback run p.swb --yes && switchback status; switchback undo --yes",
    );
    assert!(!said.contains("pg-of-somebody"), "{said}");
    assert!(!stage.run("cat p.swb; grep -ra pg-of-somebody .switchback").said.contains("pg-of-somebody"));
    stage.ends(0, RUN);
    assert_eq!(stage.read("site/out"), "pg-of-somebody small");
    stage.write("p.plan.kdl", "plan \"p\"\ninput \"uri\" from=\"kube:secret/pg-0-admin#uri\"\nstep \"a\" { file.write \"out\" content=\"{{uri}}\" }\n");
    has(
        &stage.ends(10, "switchback check p.plan.kdl"),
        &["`uri` comes from a Secret, and is no secret itself", "add secret=#true"],
    );
}
