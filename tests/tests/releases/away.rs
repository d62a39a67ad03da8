//! An API server that is away, or hangs, in the middle of what a run does: of Helm's work and ours, at the same time.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use std::process::Stdio;
use std::time::Duration;
use switchback_tests::cluster::{Access, Certificate, Cluster, Helm};
use switchback_tests::folder;
use switchback_tests::relay::Relay;
use switchback_tests::stand::Stand;

/// As long as an API server that is replaced is away.
const AWAY: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);

/// What pods wait for until the server is back: then the test takes it away.
const LATE: &str = "switchback.test/image: missing";
const FREE: &str = "switchback.test/image-";

/// So many that the server goes when some of them are applied and others are not.
const MANY: usize = 200;

/// A project in a namespace of the cluster, which can be worked on while the cluster is changed.
struct Trial {
    stand: Stand,
    access: Access,
    helm: Helm,
    namespace: String,
    work: Work,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    /// Helm upgrades, and runs a hook.
    Upgrade,
    /// Helm rolls back, and runs a hook.
    Rollback,
    /// Helm has done its work, and we wait until the release is ready.
    Ready,
    /// Objects are applied, one after the other.
    Apply,
    /// An action and a check wait for objects.
    Wait,
}

impl Work {
    /// That nothing moved while nobody could look is no reason to give up.
    const fn plan(self) -> &'static str {
        match self {
            Self::Upgrade => {
                r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" within="3m" { values "slow.yaml" } }"#
            }
            Self::Rollback => r#"step "portal" { helm.rollback "portal" revision=2 within="3m" }"#,
            Self::Ready => {
                r#"step "late" { helm.upgrade "late" chart="late" ready=#false; verify { helm.ready "late" within="3m" stalled="20s" } }"#
            }
            Self::Apply => r#"step "many" { kube.apply "many.yaml" within="3m" }"#,
            Self::Wait => {
                r#"step "a" { kube.apply "a.yaml" within="3m" stalled="20s" }
step "b" { file.write "b" content="1"; verify { kube.ready "deployment/b" within="3m" stalled="20s" } }"#
            }
        }
    }

    /// Whether it is in the middle of that.
    fn is_begun(self, trial: &Trial) -> bool {
        match self {
            Self::Upgrade | Self::Rollback => trial.names("pods", "job-name=portal-migrate") == 1,
            Self::Ready => {
                trial.stand.read("told").contains("late: revision 1 deployed") && trial.names("pods", "") == 1
            }
            Self::Wait => trial.names("pods", "") == 2,
            Self::Apply => trial.names("configmaps", "of=us") >= 20,
        }
    }
}

impl Trial {
    fn new(cluster: &Cluster, work: Work, helm: Helm) -> Self {
        let namespace = cluster.namespace(&format!("{work:?}").to_lowercase()).unwrap();
        let kube = format!("kube namespace=\"{namespace}\" lease=\"{namespace}\"");
        let project = format!("language 1\ntarget \"test\" {{ {kube}; directory \"./site\" }}\n");
        let charts = format!("cp -r {} charts", folder("charts").display());
        let stand = Stand::new(&format!("plan \"p\"\n{}\n", work.plan()), &[("switchback.kdl", &project)]).unwrap();
        stand.ends(0, &charts).unwrap();
        let trial = Self { stand, access: cluster.access().clone(), helm, namespace, work };
        trial.given();
        let shown = trial.run("switchback diff p.plan.kdl -o p.swb");
        assert_eq!(shown.exit, Some(0), "{}", shown.said);
        trial
    }

    fn given(&self) {
        let write = |path: &str, text: &str| self.stand.write(path, text).unwrap();
        let late = |name: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: \
                 {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}, annotations: {{{LATE}}}}}\n    spec: \
                 {{containers: [{{name: main, image: \"example.test/{name}:1\"}}]}}\n"
            )
        };
        let chart = |version: &str| folder("charts/portal").join(version).display().to_string();
        match self.work {
            Work::Upgrade => {
                write("slow.yaml", &format!("hook: {{ {LATE} }}\n"));
                self.helm(&["install", "portal", &chart("1.0.0"), "--wait"]);
            }
            Work::Rollback => {
                write("slow.yaml", &format!("hook: {{ {LATE} }}\n"));
                let slow = self.stand.place().join("slow.yaml").display().to_string();
                self.helm(&["install", "portal", &chart("1.0.0"), "--wait"]);
                self.helm(&["upgrade", "portal", &chart("1.0.0"), "-f", &slow, "--no-hooks", "--wait"]);
                self.helm(&["upgrade", "portal", &chart("2.0.0"), "--reset-values", "--wait"]);
            }
            Work::Ready => {
                write("late/Chart.yaml", "apiVersion: v2\nname: late\nversion: 0.1.0\n");
                write("late/templates/all.yaml", &late("late"));
            }
            Work::Apply => {
                let map = |at| {
                    format!(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: m-{at}, labels: {{ of: us }} }}\n---\n"
                    )
                };
                write("many.yaml", &(0..MANY).map(map).collect::<String>());
            }
            Work::Wait => {
                write("a.yaml", &late("a"));
                self.kubectl(&["apply", "-f", "-"], &late("b")).unwrap();
            }
        }
    }

    fn kubectl(&self, arguments: &[&str], stdin: &str) -> Result<String, String> {
        self.client(self.access.kubectl(), arguments, stdin)
    }

    fn helm(&self, arguments: &[&str]) -> String {
        self.client(self.access.helm(self.helm), arguments, "").unwrap()
    }

    fn client(&self, mut client: std::process::Command, arguments: &[&str], stdin: &str) -> Result<String, String> {
        use std::io::Write as _;
        client.args(arguments).args(["--namespace", &self.namespace]);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = client.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// How many there are of a kind with a label.
    fn names(&self, kind: &str, label: &str) -> usize {
        self.kubectl(&["get", kind, "-l", label, "-o", "name"], "").unwrap_or_default().lines().count()
    }

    fn run(&self, script: &str) -> switchback_tests::stand::Ended {
        let (kubeconfig, path) = (self.access.kubeconfig(), self.access.path(self.helm));
        let on = format!("export KUBECONFIG={} PATH={}:$PATH", kubeconfig.display(), path.display());
        self.stand.run(&format!("{on}\n{script} > told 2>&1; code=$?; cat told; exit $code")).unwrap()
    }

    /// Whether all that the plan says is there.
    fn is_there(&self) -> bool {
        match self.work {
            Work::Apply => self.names("configmaps", "of=us") == MANY,
            Work::Ready => self.status("late").is_some(),
            Work::Wait => true,
            Work::Upgrade => self.status("portal").unwrap() == ("deployed".to_owned(), "portal-2.0.0".to_owned()),
            Work::Rollback => self.status("portal").unwrap() == ("deployed".to_owned(), "portal-1.0.0".to_owned()),
        }
    }

    /// Whether all is as it was before.
    fn is_back(&self) -> bool {
        match self.work {
            Work::Apply => self.names("configmaps", "of=us") == 0,
            Work::Ready => self.status("late").is_none(),
            Work::Wait => true,
            Work::Upgrade => self.status("portal").unwrap() == ("deployed".to_owned(), "portal-1.0.0".to_owned()),
            Work::Rollback => self.status("portal").unwrap() == ("deployed".to_owned(), "portal-2.0.0".to_owned()),
        }
    }

    /// The last revision's status and chart, once somebody answers; none where there is no such release.
    fn status(&self, release: &str) -> Option<(String, String)> {
        let told = loop {
            match self.client(self.access.helm(self.helm), &["history", release, "-o", "json"], "") {
                Ok(told) => break told,
                Err(said) if said.contains("not found") => return None,
                Err(_) => std::thread::sleep(LOOK),
            }
        };
        let told: Vec<serde_json::Value> = serde_json::from_str(&told).unwrap();
        let text = |key: &str| told.last().unwrap().get(key).unwrap().as_str().unwrap().to_owned();
        Some((text("status"), text("chart")))
    }

    /// The run, and where it could not be ended well the way out that it tells. However it ends, it tells what was with the
    /// server.
    fn ended(&self, told: &str) {
        let ended = self.run("switchback run p.swb");
        let who = format!("{:?} {:?}: {:?}\n{}", self.work, self.helm, ended.exit, ended.said);
        has(&ended.said, &[told, "it is waited for", "next: switchback"]);
        match ended.exit {
            Some(0) => assert!(self.is_there(), "{who}"),
            Some(20) => assert!(self.is_back(), "{who}"),
            Some(22 | 23) => {
                let undone = self.run(UNDO);
                assert!(undone.exit == Some(0) && self.is_back(), "{who}\n{:?} {}", undone.exit, undone.said);
            }
            _ => unreachable!("{who}"),
        }
        // Whoever only waits, or reads, knows nothing of it in the end.
        assert!(!matches!(self.work, Work::Wait | Work::Ready) || ended.exit == Some(0), "{who}");
    }
}

/// How the server goes, what is told of that, and how it comes back.
type Absence = (fn(&mut Cluster), &'static str, fn(&mut Cluster));

/// All are in the middle of their work when the server goes, and go on when it is back.
fn outlasted(cluster: &mut Cluster, upgrades: Helm, (away, told, back): Absence) {
    let rolls_back = if upgrades == Helm::Three { Helm::Four } else { Helm::Three };
    let each = [(Work::Upgrade, upgrades), (Work::Rollback, rolls_back)];
    let each = each.into_iter().chain([Work::Ready, Work::Wait, Work::Apply].map(|work| (work, upgrades)));
    let trials: Vec<_> = each.map(|(work, helm)| Trial::new(cluster, work, helm)).collect();
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        // The last one is over in a few seconds when it is left alone.
        for trial in &trials {
            let run = scope.spawn(|| trial.ended(told));
            while !trial.work.is_begun(trial) {
                assert!(!run.is_finished(), "{:?}: {}", trial.work, trial.stand.read("told"));
                std::thread::sleep(LOOK);
            }
            running.push(run);
        }
        away(cluster);
        std::thread::sleep(AWAY);
        back(cluster);
        while !running.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            for trial in &trials {
                // Where there are no pods by now, there may be some later.
                let _free = trial.kubectl(&["annotate", "pods", "--all", FREE], "");
            }
            std::thread::sleep(10 * LOOK);
        }
        for run in running {
            run.join().unwrap();
        }
    });
}

#[test]
fn what_runs_while_the_api_server_is_away_or_hangs_ends_well_or_is_told() {
    let test = "what_runs_while_the_api_server_is_away_or_hangs_ends_well_or_is_told";
    let Some(mut cluster) = Cluster::own(test).unwrap() else { return };
    let killed: Absence = (
        |cluster| cluster.kill_api_server().unwrap(),
        "note: the API server can't be reached",
        |cluster| cluster.start_api_server(Certificate::Own).unwrap(),
    );
    outlasted(&mut cluster, Helm::Three, killed);
    let stopped: Absence = (
        |cluster| cluster.hang_api_server().unwrap(),
        "note: the API server: no answer within 4s",
        |cluster| cluster.wake_api_server().unwrap(),
    );
    outlasted(&mut cluster, Helm::Four, stopped);
}

/// Longer than a read is tried again.
const LONG: Duration = Duration::from_secs(66);

#[test]
fn what_helm_did_is_looked_at_when_the_server_is_back() {
    let cluster = cluster!("what_helm_did_is_looked_at_when_the_server_is_back");
    let steps = r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" within="4m" }"#;
    let stage = Stage::new(cluster, Helm::Four, "ended", steps);
    let relay = Relay::new(cluster.access()).unwrap();
    let script = format!(
        "SWITCHBACK_STOP_ON=helm-ended {RUN} > told 2>&1 & run=$!
        until grep -q '^State:.T' /proc/$run/status; do kill -0 $run || break; sleep 0.1; done
        touch stopped; until test -e go; do sleep 0.1; done
        kill -CONT $run; wait $run; code=$?; cat told; exit $code"
    );
    let said = std::thread::scope(|scope| {
        let run = scope.spawn(|| stage.ends(0, &relay.through(&script)));
        while !stage.place("stopped").exists() {
            std::thread::sleep(LOOK);
        }
        relay.cut();
        stage.write("go", "");
        std::thread::sleep(LONG);
        relay.mend();
        run.join().unwrap()
    });
    has(&said, &["it is waited for", "portal: done"]);
    assert_eq!(stage.last().unwrap().1, "deployed");
}
