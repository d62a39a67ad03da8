//! `service.*` with the demo service.

use crate::Trial;
use crate::stage::{Stage, action};
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use switchback::action::{Body, Predicted, Probe, Recipe, Undone, What};
use switchback::demo;
use switchback::world::http::Http;
use switchback::world::process::{Env, Launcher, ProcessId, Program};
use switchback::world::service::{Service, ServiceState, Services};

pub const TRIALS: &[Trial] = &[
    ("service::starts_serves_and_is_stopped_by_its_undo", starts_serves_and_is_stopped_by_its_undo),
    ("service::a_start_that_is_under_way_is_taken_back", a_start_that_is_under_way_is_taken_back),
    ("service::one_that_runs_needs_no_start", one_that_runs_needs_no_start),
    ("service::a_stop_is_undone_by_a_start", a_stop_is_undone_by_a_start),
    ("service::a_restart_takes_the_new_file", a_restart_takes_the_new_file),
    ("service::a_restart_knows_itself_again", a_restart_knows_itself_again),
    ("service::a_restart_of_a_stopped_one_is_undone_by_a_stop", a_restart_of_a_stopped_one_is_undone_by_a_stop),
    ("service::previews_follow_each_other", previews_follow_each_other),
    ("service::a_broken_start_shows_why", a_broken_start_shows_why),
    ("service::ends_when_its_configuration_is_gone", ends_when_its_configuration_is_gone),
];

const WEB: &str = "service \"web\" { program \"{{switchback}}\" \"demo-service\" \"web.toml\" }";

/// A target with the demo service, which is stopped however a trial ends.
struct Trying {
    stage: Stage,
    port: u16,
}

impl Trying {
    fn new(step: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let trying = Self { stage: Stage::new(step, WEB, &[]), port };
        trying.configure("1.0.0");
        trying
    }

    fn configure(&self, release: &str) {
        let text = format!("port = {}\nrelease = \"{release}\"\n", self.port);
        fs::write(self.stage.work().join("web.toml"), text).unwrap();
    }

    fn services(&self) -> Services {
        Services::open(&self.stage.work(), Launcher::current()).unwrap()
    }

    fn process(&self) -> Option<ProcessId> {
        match self.services().state("web").unwrap() {
            ServiceState::Running { process, .. } => Some(process),
            ServiceState::Stopped => None,
        }
    }

    /// What it says of itself; it takes a moment to listen.
    fn health(&self) -> String {
        let url = format!("http://127.0.0.1:{}/health", self.port);
        self.stage.on("look", Duration::from_secs(10), async |_| {
            let http = Http::new().unwrap();
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                match http.get(&url, Duration::from_secs(2)).await {
                    Ok(answer) => return format!("{} {}", answer.status, answer.text().trim()),
                    Err(error) => assert!(Instant::now() < deadline, "{error}"),
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    }

    fn do_it(&self) -> Recipe {
        let recipe = self.stage.prepare();
        self.stage.apply(&recipe).unwrap();
        recipe
    }

    fn undo(&self, recipe: &Recipe) -> Undone {
        let act = self.stage.act();
        let limit = act.within.std();
        self.stage.on(&act.id, limit, async |scene| action(act).undo(&act.call, recipe, &scene).await).unwrap()
    }

    fn compare(&self, recipe: &Recipe) -> Vec<String> {
        let act = self.stage.act();
        let limit = act.within.std();
        self.stage.on(&act.id, limit, async |scene| action(act).compare(&act.call, recipe, &scene).await).unwrap()
    }

    fn runs(&self) -> &Self {
        let other = Stage::new("service.start \"web\"", WEB, &[]);
        let act = other.act();
        self.stage
            .on("before", Duration::from_secs(30), async |scene| {
                action(act).apply(&act.call, &Recipe::default(), &scene).await
            })
            .unwrap();
        assert!(self.process().is_some());
        self
    }
}

impl Drop for Trying {
    fn drop(&mut self) {
        let services = self.services();
        crate::stage::runtime().block_on(async { services.stop("web", Duration::from_secs(5)).await }).unwrap();
    }
}

fn starts_serves_and_is_stopped_by_its_undo() {
    let trying = Trying::new("service.start \"web\"");
    assert!(matches!(trying.stage.probe(&Recipe::default()), Probe::NotDone(_)));
    let recipe = trying.do_it();
    assert_eq!(trying.health(), "200 {\"healthy\":true,\"release\":\"1.0.0\"}");
    assert_eq!(trying.stage.probe(&recipe), Probe::Done("service web runs".into()));
    assert_eq!(trying.compare(&recipe), ["service web was stopped and runs"]);
    assert_eq!(trying.undo(&recipe).what, "web stopped");
    assert!(trying.process().is_none());
    assert_eq!((trying.undo(&recipe), trying.compare(&recipe)), (Undone::default(), vec![]));
}

/// Whoever launched the supervisor was killed before the supervisor did anything.
fn a_start_that_is_under_way_is_taken_back() {
    let trying = Trying::new("service.start \"web\"");
    let (recipe, work) = (trying.stage.prepare(), trying.stage.work());
    let (late, over) = (work.join("late"), work.join("over"));
    let this = std::env::current_exe().unwrap();
    let script = format!("#!/bin/sh\nsleep 1; {} \"$@\"; touch {}\n", this.display(), over.display());
    fs::write(&late, script).unwrap();
    fs::set_permissions(&late, Permissions::from_mode(0o755)).unwrap();
    let args = vec![demo::ARGUMENT.to_owned(), "web.toml".to_owned()];
    let program = Program { program: this.display().to_string(), args, cwd: work.clone(), env: Env::default() };
    let service = Service { name: "web".into(), program };
    let services = Services::open(&work, Launcher::with(&late)).unwrap();
    trying.stage.on("1", Duration::from_secs(10), async |_| {
        let start = services.start(&service, "killed/step/1");
        tokio::time::timeout(Duration::from_millis(200), start).await.unwrap_err();
    });
    assert_eq!(trying.undo(&recipe), Undone::default());
    let deadline = Instant::now() + Duration::from_secs(30);
    while !over.exists() {
        assert!(trying.process().is_none(), "it was started after its undo");
        assert!(Instant::now() < deadline, "the late supervisor neither started it nor ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(trying.process().is_none());
}

fn one_that_runs_needs_no_start() {
    let trying = Trying::new("service.start \"web\"");
    let before = trying.runs().process();
    assert!(trying.stage.preview().unwrap().is_empty());
    assert!(trying.stage.prepare().needs_nothing());
    assert_eq!(trying.stage.apply(&Recipe::default()).unwrap().changed, 0);
    assert_eq!(trying.process(), before);
}

fn a_stop_is_undone_by_a_start() {
    let trying = Trying::new("service.stop \"web\"");
    assert!(trying.stage.prepare().needs_nothing());
    trying.runs();
    let recipe = trying.do_it();
    assert!(trying.process().is_none());
    assert_eq!(trying.stage.probe(&recipe), Probe::Done("service web is stopped".into()));
    assert_eq!(trying.undo(&recipe).what, "web started again");
    assert!(trying.process().is_some());
    assert!(trying.compare(&recipe).is_empty());
}

fn a_restart_takes_the_new_file() {
    let trying = Trying::new("service.restart \"web\"");
    trying.runs().configure("2.0.0");
    assert!(trying.health().contains("1.0.0"));
    let recipe = trying.do_it();
    assert!(trying.health().contains("2.0.0"));
    trying.configure("1.0.0");
    assert_eq!(trying.undo(&recipe).what, "web restarted");
    assert!(trying.health().contains("1.0.0"));
}

fn a_restart_knows_itself_again() {
    let trying = Trying::new("service.restart \"web\"");
    let recipe = trying.runs().stage.prepare();
    assert_eq!(trying.stage.probe(&recipe), Probe::NotDone("service web runs since before".into()));
    trying.stage.apply(&recipe).unwrap();
    let process = trying.process();
    assert_eq!(trying.stage.probe(&recipe), Probe::Done("service web was started by this very action".into()));
    assert_eq!(trying.process(), process);
}

fn a_restart_of_a_stopped_one_is_undone_by_a_stop() {
    let trying = Trying::new("service.restart \"web\"");
    let recipe = trying.do_it();
    assert!(trying.process().is_some());
    assert_eq!(trying.undo(&recipe).what, "web stopped");
    assert!(trying.process().is_none());
}

fn previews_follow_each_other() {
    let trying = Trying::new("service.stop \"web\"");
    let (stage, stop) = (&trying.runs().stage, trying.stage.act());
    let other = Stage::new("service.restart \"web\"", WEB, &[]);
    let restart = other.act();
    stage.on("1", Duration::from_secs(10), async |scene| {
        let mut world = Predicted::new(stage.site.tree.clone());
        let mut said = Vec::new();
        for act in [restart, stop, stop, restart] {
            world.begin_step();
            let changes = action(act).preview(&act.call, &scene, &mut world).await.unwrap();
            assert_eq!(world.step_changed(), !changes.is_empty());
            said.extend(changes.into_iter().map(|change| (change.resource, change.what, change.body)));
        }
        let expected = ["restarts", "stops", "starts"];
        let expected = expected.map(|words| ("service web".to_owned(), What::Changed, Body::Words(words.into())));
        assert_eq!(said, expected);
    });
    assert!(trying.process().is_some(), "a preview stopped it");
}

fn a_broken_start_shows_why() {
    let trying = Trying::new("service.start \"web\"");
    fs::write(trying.stage.work().join("web.toml"), "port = 1\n").unwrap();
    let fault = trying.stage.apply(&trying.stage.prepare()).unwrap_err();
    assert_eq!(fault.why, "service `web` did not stay: exit status 1");
    assert_eq!(fault.details, ["| demo-service: `web.toml`: missing field `release`"]);
}

fn ends_when_its_configuration_is_gone() {
    let trying = Trying::new("service.start \"web\"");
    trying.do_it();
    let check = Stage::new("verify { service.running \"web\" }", WEB, &[]);
    let look = || {
        let noun = switchback::action::noun("service.running").unwrap().check().unwrap();
        let call = &check.check().call;
        trying.stage.on("check", Duration::from_secs(5), async |scene| noun.look(call, &scene).await).unwrap()
    };
    assert!(look().holds);
    fs::remove_file(trying.stage.work().join("web.toml")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(15);
    while trying.process().is_some() {
        assert!(Instant::now() < deadline, "it still runs");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!((look().holds, look().says.as_str()), (false, "does not run"));
}
