//! A compiled step on a target of its own, and the scenes that its nouns are called in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchback::action::{Action, Applied, Change, Predicted, Probe, Recipe, Seen, noun, registry};
use switchback::site::{Blobs, Fault, Scene, Secrets, Site};
use switchback::world::Tree;
use switchback_compiler::plan::{Act, Call, Check, Plan, Work};
use switchback_compiler::{Given, Request, compile};

/// A secret that must show nowhere.
pub const SECRET: &str = "hunter2-secret";

/// One step `s` of one plan, on the target `local` with its directory `work`.
pub struct Stage {
    pub root: tempfile::TempDir,
    pub site: Site,
    plan: Plan,
    /// What progress was told.
    said: Mutex<Vec<String>>,
}

impl Stage {
    /// Compiles the inside of a step; `services` is the inside of the target.
    pub fn new(step: &str, services: &str, sources: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (work, run) = (root.path().join("work"), root.path().join("run"));
        std::fs::create_dir(&work).unwrap();
        std::fs::create_dir(&run).unwrap();
        let project = format!("language 1\ntarget \"local\" {{\n directory \"work\"\n {services}\n}}");
        let plan = format!("plan \"p\"\ninput \"secret\" secret=#true\nstep \"s\" {{\n{step}\nstays \"a trial\"\n}}");
        let (plan, blobs) = compiled(&project, &plan, sources);
        let mut secrets = Secrets::default();
        secrets.insert("secret".into(), SECRET);
        let site = Site {
            tree: Some(Arc::new(Tree::open(&work).unwrap())),
            directory: Some(work),
            cluster: None,
            lease: None,
            namespace: String::new(),
            project: root.path().to_owned(),
            folder: Some(run),
            backups: root.path().join("backups"),
            run: "abcdef".into(),
            blobs: Blobs::new(blobs),
            secrets,
            services: plan.target.as_ref().map(|target| target.services.clone()).unwrap_or_default(),
            hidden: BTreeSet::new(),
            written: BTreeMap::new(),
            program: std::env::current_exe().unwrap(),
            key: None,
            copies: Mutex::default(),
            found: BTreeMap::new(),
            outputs: Mutex::default(),
        };
        Self { root, site, plan, said: Mutex::default() }
    }

    /// The target's directory.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The first action of the step.
    pub fn act(&self) -> &Act {
        self.work_of_step().find_map(|work| if let Work::Act(act) = work { Some(act) } else { None }).unwrap()
    }

    /// The first check of the step.
    pub fn check(&self) -> &Check {
        let checks = self.work_of_step().find_map(|work| if let Work::Verify(all) = work { Some(all) } else { None });
        &checks.unwrap()[0]
    }

    fn work_of_step(&self) -> impl Iterator<Item = &Work> {
        self.plan.steps().flat_map(|(_, unit)| &unit.work)
    }

    /// Calls something in a scene.
    pub fn on<T>(&self, act: &str, within: Duration, call: impl AsyncFnOnce(Scene<'_>) -> T) -> T {
        let progress = |says: String, _: bool| self.said.lock().unwrap().push(says);
        let scene = Scene { site: &self.site, step: "s", act, within, progress: &progress };
        runtime().block_on(call(scene))
    }

    /// What progress was told so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    pub fn preview(&self) -> Result<Vec<Change>, Fault> {
        let act = self.act();
        self.on(&act.id, act.within.std(), async |scene| {
            let mut world = Predicted::new(self.site.tree.clone());
            action(act).preview(&act.call, &scene, &mut world).await
        })
    }

    pub fn prepare(&self) -> Recipe {
        let act = self.act();
        self.on(&act.id, act.within.std(), async |scene| action(act).prepare(&act.call, &scene).await).unwrap()
    }

    pub fn apply(&self, recipe: &Recipe) -> Result<Applied, Fault> {
        let act = self.act();
        self.on(&act.id, act.within.std(), async |scene| action(act).apply(&act.call, recipe, &scene).await)
    }

    pub fn probe(&self, recipe: &Recipe) -> Probe {
        let act = self.act();
        let limit = Duration::from_secs(30);
        self.on(&act.id, limit, async |scene| action(act).probe(&act.call, recipe, &scene).await).unwrap()
    }

    pub fn look(&self) -> Result<Seen, Fault> {
        let check = self.check();
        let noun = noun(&check.call.kind).unwrap().check().unwrap();
        self.on("check", check.within.std(), async |scene| noun.look(&check.call, &scene).await)
    }

    pub fn read(&self) -> Result<String, Fault> {
        let check = self.check();
        let noun = noun(&check.call.kind).unwrap().reader().unwrap();
        self.on("check", check.within.std(), async |scene| noun.read(&check.call, &scene).await)
    }
}

/// The effects of an action.
pub fn action(act: &Act) -> &'static dyn Action {
    noun(&act.call.kind).unwrap().action().unwrap()
}

/// The value of a call as it stands in the plan.
pub fn in_plan(call: &Call) -> String {
    serde_json::to_string(call).unwrap()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn files(project: &str, plan: &str, sources: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let own = [("switchback.kdl", project), ("p.plan.kdl", plan)];
    own.iter().chain(sources).map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn compiled(project: &str, plan: &str, sources: &[(&str, &str)]) -> (Plan, BTreeMap<String, Vec<u8>>) {
    let request = Request {
        root: "p.plan.kdl".into(),
        target: Some("local".into()),
        inputs: BTreeMap::from([("secret".into(), Given::Secret)]),
        exact: true,
    };
    let compiled = compile(&files(project, plan, sources), &request, &registry());
    let Some(plan) = compiled.plan else { panic!("{plan}\n{:#?}", compiled.diagnostics) };
    (plan, compiled.blobs)
}

/// The codes of what the compiler finds wrong with the inside of a step.
pub fn refused(step: &str) -> Vec<String> {
    let plan = format!("plan \"p\"\ninput \"secret\" secret=#true\nstep \"s\" {{\n{step}\nstays \"a trial\"\n}}");
    let request = Request { root: "p.plan.kdl".into(), ..Request::default() };
    let compiled = compile(&files("language 1", &plan, &[]), &request, &registry());
    compiled
        .diagnostics
        .iter()
        .filter(|found| found.page.code == "call::wrong")
        .map(|found| found.labels[0].text.clone())
        .collect()
}
