//! What a preview says is what a run does.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

use super::*;
use crate::action::{Learnt, noun, registry};
use crate::session::looking;
use crate::site::{Secrets, Site};
use std::collections::BTreeMap;
use std::path::Path;
use switchback_compiler::plan::Plan;
use switchback_compiler::{Given, Request, compile};

/// A project in a folder of its own: its sources, and what stands on the target.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    sources: BTreeMap<String, Vec<u8>>,
    secrets: Secrets,
}

impl Project {
    pub(crate) fn new(plan: &str) -> Self {
        let project = "language 1\ntarget \"local\" { directory \"./platform\" }\n";
        let plan = format!("plan \"p\"\n{plan}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("platform")).unwrap();
        let sources = [("switchback.kdl", project), ("p.plan.kdl", plan.as_str())];
        let sources = sources.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
        Self { folder, sources, secrets: Secrets::default() }
    }

    pub(crate) fn source(mut self, path: &str, text: &str) -> Self {
        self.sources.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    pub(crate) fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn on_target(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join("platform").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn compiled(&self) -> (Plan, Site) {
        let inputs = self.sources["p.plan.kdl"].windows(14).any(|part| part == b"secret=#true e");
        let inputs = inputs.then(|| ("password".to_owned(), Given::Secret)).into_iter().collect();
        let request = Request { root: "p.plan.kdl".into(), target: Some("local".into()), inputs, exact: true };
        let compiled = compile(&self.sources, &request, &registry());
        let plan = compiled.plan.ok_or(compiled.diagnostics).unwrap();
        let site =
            looking(self.folder.path(), &plan, crate::site::Blobs::new(compiled.blobs), self.secrets.clone()).unwrap();
        (plan, site)
    }

    pub(crate) async fn preview(&self) -> (Plan, Site, Preview) {
        let (plan, site) = self.compiled();
        let preview = preview(&plan, &site, noun).await.unwrap();
        (plan, site, preview)
    }
}

fn told(preview: &Preview) -> Vec<(u32, &str, What)> {
    preview.changes().map(|(unit, change)| (unit.unit, change.resource.as_str(), change.what)).collect()
}

#[tokio::test]
async fn a_later_step_sees_what_an_earlier_one_would_write() {
    let project = Project::new(
        "step \"a\" { file.write \"etc/a\" content=\"2\\n\"; file.write \"etc/b\" content=\"same\\n\" }\n\
         step \"b\" { needs \"a\"; file.write \"etc/a\" content=\"3\\n\"; file.write \"etc/c\" content=\"new\\n\" }",
    )
    .on_target("etc/a", "1\n")
    .on_target("etc/b", "same\n");
    let (plan, _, seen) = project.preview().await;
    let ids: Vec<u32> = plan.steps().map(|(id, _)| id).collect();
    let wanted = [(ids[0], "etc/a", What::Changed), (ids[1], "etc/a", What::Changed), (ids[1], "etc/c", What::Created)];
    assert_eq!(told(&seen), wanted);
    let body = serde_json::to_string(&seen.units[1].changes[0].body).unwrap();
    assert!(body.contains(r#""text":"2""#) && body.contains(r#""text":"3""#), "{body}");
    assert_eq!((seen.observed, seen.staying(), seen.units[0].equal, seen.units[1].equal), (2, 1, 1, 0));
    assert_eq!(seen.units[0].way_back, "copy of 1 file");
    assert_eq!(seen.units[1].way_back, "copy of 1 file, 1 removed");
    assert!(!seen.is_nothing() && seen.changes().all(|(_, change)| change.learnt == Learnt::Simulated));
}

#[tokio::test]
async fn where_all_is_so_already_there_is_nothing_to_do() {
    let project = Project::new("step \"a\" { file.write \"a\" content=\"1\" }").on_target("a", "1");
    let (_, _, seen) = project.preview().await;
    assert!(seen.is_nothing() && seen.units.len() == 1 && seen.tried.is_empty());
    assert_eq!(seen.units[0].way_back, "nothing to undo");
}

#[tokio::test]
async fn nothing_in_a_preview_is_of_this_machine_or_of_this_moment() {
    let plan = "step \"a\" { file.write \"etc/a\" content=\"2\\n\"; file.write \"b/c\" content=\"\" }";
    let one = Project::new(plan).on_target("etc/a", "1\n").on_target("b/c", "x");
    let (_, _, first) = one.preview().await;
    // Another folder, the files made in another order.
    let other = Project::new(plan).on_target("b/c", "x").on_target("etc/a", "1\n");
    let (_, _, second) = other.preview().await;
    let bytes = |seen: &Preview| serde_json::to_string(seen).unwrap();
    assert_eq!(bytes(&first), bytes(&second));
    let folder = one.folder().display().to_string();
    assert!(!bytes(&first).contains(&folder), "{}", bytes(&first));
    assert_eq!(serde_json::from_str::<Preview>(&bytes(&first)).unwrap(), first);
}

#[tokio::test]
async fn no_secret_is_in_a_preview_nor_a_digest_that_gives_it_away() {
    let plan = "input \"password\" secret=#true env=\"PW\"\n\
                step \"a\" { file.write \"pw\" content=\"{{password}}\" }";
    let project = Project::new(plan).secret("password", "hunter2").on_target("pw", "hunter1");
    let (_, _, seen) = project.preview().await;
    let bytes = serde_json::to_string(&seen).unwrap();
    let bare = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    for hidden in ["hunter".to_owned(), bare("hunter1"), bare("hunter2")] {
        assert!(!bytes.contains(&hidden), "{bytes}");
    }
    let path = crate::world::RelPath::parse("pw").unwrap();
    assert_eq!(seen.facts.files[&path], Fact::Hidden);
    crate::target::make_key(&crate::target::Home::below(&project.folder().join("platform"))).unwrap();
    let (_, _, with_key) = project.preview().await;
    assert!(matches!(with_key.facts.files[&path], Fact::Keyed(_)));
    assert_eq!(seen.facts.changed(&with_key.facts, ""), []);
    std::fs::write(project.folder().join("platform/pw"), "hunter3").unwrap();
    let (_, _, other) = project.preview().await;
    let changed = with_key.facts.changed(&other.facts, "");
    assert!(changed.len() == 1 && changed[0].was.contains("‹hidden "), "{changed:?}");
    std::fs::remove_file(project.folder().join("platform/pw")).unwrap();
    let (_, _, gone) = project.preview().await;
    assert_eq!(seen.facts.changed(&gone.facts, "")[0].is, "nothing");
}

const VERSIONED: &str = "component \"db\" { installed { file \"v\" } }\n\
                         step \"db\" { moves from=\"1.0.0\" to=\"2.0.0\"; file.write \"a\" content=\"1\" }";

#[tokio::test]
async fn a_step_moves_from_where_it_begins_and_from_nowhere_else() {
    let at = async |version: &str| Project::new(VERSIONED).on_target("v", version).preview().await.2;
    let moves = at("1.0.0\n").await;
    assert!(moves.blocked.is_empty() && moves.units[0].skipped.is_none() && moves.changes().count() == 1);
    let there = at("2.0.0\n").await;
    assert_eq!(there.units[0].skipped.as_deref(), Some("db is at 2.0.0 already"));
    assert!(there.is_nothing() && there.changes().count() == 0);
    let other = at("1.9.0\n").await;
    assert_eq!(other.blocked[0].why, "db is at 1.9.0, neither at 1.0.0 nor at 2.0.0");
    let unreadable = at("none\n").await;
    assert!(unreadable.blocked[0].why.starts_with("the version of db can't be read: "), "{:?}", unreadable.blocked);
    assert_eq!(moves.facts.versions["db"], "1.0.0");
    assert_eq!(moves.facts.changed(&other.facts, "").last().unwrap().resource, "version of db");
}

#[tokio::test]
async fn a_second_hop_begins_where_the_first_one_ends() {
    let plan = "component \"db\" { installed { file \"v\" } }\n\
                step \"one\" { moves \"db\" from=\"1.0.0\" to=\"2.0.0\"; file.write \"v\" content=\"2.0.0\" }\n\
                step \"two\" { needs \"one\"; moves \"db\" from=\"2.0.0\" to=\"3.0.0\"; file.write \"v\" content=\"3.0.0\" }\n\
                stage \"finalize\" { step \"end\" { moves \"db\" from=\"3.0.0\" to=\"3.1.0\"; file.remove \"old\" } }";
    let project = Project::new(plan).on_target("v", "1.0.0").on_target("old", "x");
    let (plan, _, seen) = project.preview().await;
    assert_eq!(seen.blocked, []);
    assert_eq!(told(&seen).len(), 2);
    assert_eq!((seen.finalize.len(), seen.finalize[0].changes[0].resource.as_str()), (1, "old"));
    assert_eq!(seen.finalize[0].way_back, "none: it gives up the way back");
    assert!(seen.deleted().is_empty(), "what finalize deletes is in no count");
    let majors = risks(&plan, &seen).into_iter().filter(|risk| risk.kind == RiskKind::Major).count();
    assert_eq!(majors, 2);
}

#[tokio::test]
async fn what_unless_says_is_believed_and_bound_to() {
    let plan = "step \"a\" { program \"x\" as=\"x\" { unless { file.exists \"done\" } }; undo { program \"y\" } }\n\
                step \"b\" { unless { file.exists \"done\" }; file.write \"b\" content=\"1\" }";
    let (_, _, before) = Project::new(plan).preview().await;
    let (_, _, after) = Project::new(plan).on_target("done", "").preview().await;
    assert_eq!(told(&before).len(), 2);
    assert_eq!(before.units[0].changes[0].what, What::Unknown);
    assert_eq!(told(&after), []);
    assert!(after.units[0].acts[0].needless && after.units[1].skipped.is_some());
    let changed: Vec<String> = before.facts.changed(&after.facts, "").into_iter().map(|one| one.resource).collect();
    assert_eq!(changed.iter().filter(|name| name.starts_with("`unless` of ")).count(), 2, "{changed:?}");
}

#[tokio::test]
async fn after_change_follows_a_change_and_a_program() {
    let plan = "step \"a\" { file.write \"a\" content=\"1\"; after-change { program \"reload\" } }\n\
                step \"b\" { file.write \"b\" content=\"1\"; after-change { program \"reload\" } }\n\
                step \"c\" { program \"c\"; after-change { program \"reload\" }; stays \"fine\" }";
    let (_, _, seen) = Project::new(plan).on_target("a", "1").preview().await;
    let after = |unit: &UnitPreview| unit.acts.iter().filter(|act| act.after_change).count();
    assert_eq!(seen.units.iter().map(after).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!(seen.units[1].way_back, "1 removed, program reload again");
    assert_eq!(seen.units[2].way_back, "stays: fine");
}

#[tokio::test]
async fn a_backup_says_what_it_copies_and_how_long_it_is_kept() {
    let plan = "stage \"prepare\" { step \"copy\" { backup keep=\"8d\" { file \"a\" } } }\n\
                step \"a\" { file.write \"a\" content=\"2\"; file.restore \"b\" copy=\"other\"; undo { own } }\n\
                stage \"prepare\" { step \"other\" { backup keep=\"8d\" { file \"b\" } } }\n\
                hold at-most=\"7d\" { file.exists \"a\" }";
    let (_, _, seen) = Project::new(plan).on_target("a", "1").on_target("b", "b").preview().await;
    assert_eq!(seen.units[0].copies, ["file a, 1 byte"]);
    assert_eq!(told(&seen).len(), 1, "what is restored is as the copy has it");
    let says: Vec<_> = seen.tried.iter().map(|one| (one.about.as_str(), one.says.as_str(), one.outcome)).collect();
    let wanted = [
        ("disk", "there is room for copies of 3 bytes", Outcome::Holds),
        ("copies", "copy is kept 8d, the hold ends after 7d", Outcome::Holds),
        ("copies", "other is kept 8d, the hold ends after 7d", Outcome::Holds),
    ];
    assert_eq!(says, wanted);
}
