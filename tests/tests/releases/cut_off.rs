//! A run that is cut off anywhere goes on, or goes back; a release never stays pending. (Helm leaves the record of a revision
//! that was pending as it is, below the one that ended it; only the last one says how a release is.)

use crate::stage::{FORGET, RUN, Stage, cluster};
use std::io::Write as _;
use std::sync::Mutex;
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;
use switchback_tests::sweep::Random;

const RELEASE: &str = "pebbles";
/// Of each release a run keeps all revisions, and reads them; after so many cuts it begins anew.
const FRESH_AFTER: u64 = 12;
/// So many are killed at random where nobody says how many.
const KILLS: u64 = 50;

/// How a run is cut off.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// `kill -9` at a boundary.
    At(u64),
    /// `kill -9` after so many milliseconds, wherever it is then.
    After(u64),
    /// The same, and Helm and what watches it die with it, as when a machine goes down.
    All(u64),
    /// A signal at a boundary, and another one at the next.
    Signal(&'static str, u64, bool),
}

impl Cut {
    /// A kill anywhere.
    fn random(random: &mut Random, boundaries: u64) -> Self {
        let (at, after) = (1 + random.below(boundaries), random.below(5000));
        match random.below(3) {
            0 => Self::At(at),
            1 => Self::After(after),
            _ => Self::All(after),
        }
    }

    /// The script of a run that is cut off so.
    fn script(self) -> String {
        let timed = |ms: u64| format!("{RUN} & run=$!; sleep {}.{:03}; kill -9 $run; wait", ms / 1000, ms % 1000);
        match self {
            Self::At(at) => format!("SWITCHBACK_KILL_AT={at} {RUN}"),
            Self::After(ms) => timed(ms),
            Self::All(ms) => format!("{}\n{}", timed(ms), KILL_HELM),
            Self::Signal(name, at, twice) => {
                let more = if twice { format!(",{}:{name}", at + 1) } else { String::new() };
                format!("SWITCHBACK_SIGNAL_AT={at}:{name}{more} {RUN}")
            }
        }
    }
}

/// A run that is cut off: its number, the version from which it goes where that matters, and how.
type Case = (u64, Option<&'static str>, Cut);

/// All that is to be tried. At each boundary: a kill of an upgrade and one of a rollback, and each signal to one of both;
/// in a long trial each to both. Then kills at random.
fn cases(seed: u64, boundaries: u64, kills: u64) -> Vec<Case> {
    let mut all = Vec::new();
    for at in 1..=boundaries {
        for (verb, from) in (0..).zip(["1.0.0", "2.0.0"]) {
            all.push((Some(from), Cut::At(at)));
            let signals = (0..).zip(["INT", "TERM"]);
            let signals = signals.filter(|(number, _)| kills > KILLS || (at + verb + number) % 2 == 0);
            all.extend(signals.map(|(_, name)| (Some(from), Cut::Signal(name, at, at % 4 == 0))));
        }
    }
    let number = all.len() as u64;
    let random = (number..number + kills).map(|case| (None, Cut::random(&mut Random::of(seed, case), boundaries)));
    all.extend(random);
    (0..).zip(all).map(|(number, (from, cut))| (number, from, cut)).collect()
}

/// The next that can be tried where a release stands, or else the next of all.
fn next(open: &Mutex<Vec<Case>>, stands: &str) -> Option<Case> {
    let mut open = open.lock().unwrap();
    let fits = open.iter().position(|(_, from, _)| from.is_none_or(|from| from == stands));
    let at = fits.or_else(|| (!open.is_empty()).then_some(0))?;
    Some(open.remove(at))
}

/// What watches Helm first, then Helm, by the records of its starts; those that ended have a record of it.
pub const KILL_HELM: &str = r#"
for start in $(find .switchback -path '*outputs/*' -name claim.json -exec dirname {} \;); do
    test -e $start/exit.json && continue
    for file in claim process; do
        pid=$(sed 's/.*"pid":\([0-9]*\).*/\1/' $start/$file.json 2>/dev/null) && kill -9 $pid
    done
done
true"#;

/// A release that is cut off again and again: up by an upgrade, down by a rollback.
struct Yard {
    stage: Stage,
    stands: &'static str,
}

impl Yard {
    fn new(cluster: &'static Cluster, helm: Helm) -> Self {
        let yard = Self { stage: Stage::bare(cluster, helm, "yard", ""), stands: "1.0.0" };
        yard.stage.write("values.yaml", "slow: true\n");
        yard.fresh();
        yard
    }

    /// Goes on from a version.
    fn stand(&mut self, version: &'static str) {
        if self.stands != version {
            self.stands = version;
            self.fresh();
        }
    }

    fn fresh(&self) {
        let _may_be_missing = self.stage.helm(&["uninstall", RELEASE, "--wait"]);
        let chart = |version: &str| folder("charts/pebbles").join(version).display().to_string();
        self.stage.helm(&["install", RELEASE, &chart("1.0.0"), "--set", "slow=true"]).unwrap();
        if self.stands == "2.0.0" {
            self.stage.helm(&["upgrade", RELEASE, &chart("2.0.0"), "--set", "slow=true"]).unwrap();
        }
    }

    /// To the version that does not stand.
    fn plan(&self) -> &'static str {
        let (to, action) = match self.stands {
            "1.0.0" => ("2.0.0", r#"helm.upgrade "pebbles" chart="charts/pebbles/2.0.0" { values "values.yaml" }"#),
            _ => ("1.0.0", r#"helm.rollback "pebbles""#),
        };
        let (from, limit) = (self.stands, "within=\"1m\"");
        self.stage
            .plan(&format!("defaults {limit}\nstep \"pebbles\" {{ moves from=\"{from}\" to=\"{to}\"; {action} }}"));
        to
    }

    /// One run that is cut off, and the way out of it; what is wrong afterwards.
    fn tried(&mut self, cut: Cut, random: &mut Random) -> Option<String> {
        let (from, to) = (self.stands, self.plan());
        let goes_on = random.below(2) == 0;
        let way = if goes_on { "switchback resume" } else { "switchback undo --yes" };
        let begun = self.stage.run(&cut.script());
        let mut said = format!("{from} to {to}, {cut:?}, {way}\n{}", begun.said);
        if random.below(3) == 0 {
            let again = self.stage.run(&format!("SWITCHBACK_KILL_AT={} {way}", 1 + random.below(30)));
            said = format!("{said}\ncut off again, {:?}:\n{}", again.exit, again.said);
        }
        let ended = self.stage.run(way);
        let history = self.stage.history_of(RELEASE);
        let last = history.last().map(|(_, status, chart)| (status.as_str(), chart.trim_start_matches("pebbles-")));
        let live = self.stage.get("configmap/pebbles", ".data.release");
        let only = self.stage.kubectl(&["get", "configmaps", "-o", "jsonpath={.items[*].data.only}"], "");
        // 64: it was cut off before there was a run, or after its end.
        let meant = if goes_on { to } else { from };
        let of_live = only == format!("in {}", live.trim_end_matches(".0.0"));
        let there = live == meant || (ended.exit == Some(64) && (live == from || live == to));
        let whole = there && of_live && last == Some(("deployed", &live)) && matches!(ended.exit, Some(0 | 64));
        self.stands = if live == "2.0.0" { "2.0.0" } else { "1.0.0" };
        self.stage.run(FORGET);
        (!whole).then(|| {
            format!("{said}\nthe way out, {:?}:\n{}\nlive: {live}, {only}; {history:?}\n", ended.exit, ended.said)
        })
    }

    /// How many boundaries a run of it has; the run is done.
    fn boundaries(&mut self) -> u64 {
        self.stands = self.plan();
        self.stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}; {FORGET}"));
        self.stage.read("count").split(' ').next().unwrap().parse().unwrap()
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// First at each boundary, then at random. `SWITCHBACK_CUTS` says how many; `cargo xtask torture` goes on with it.
#[test]
fn a_release_that_is_cut_off_anywhere_never_stays_pending() {
    let cluster = cluster!("a_release_that_is_cut_off_anywhere_never_stays_pending");
    let (seed, kills) = (setting("SWITCHBACK_SEED", 20_261_121), setting("SWITCHBACK_CUTS", KILLS));
    let mut first = Yard::new(cluster, Helm::Three);
    // Of an upgrade, and of a rollback.
    let boundaries = first.boundaries().max(first.boundaries());
    assert!(boundaries > 10, "{boundaries}");
    let open = Mutex::new(cases(seed, boundaries, kills));
    let all = open.lock().unwrap().len() as u64;
    let work = |mut yard: Yard| {
        let (mut wrong, mut done) = (Vec::new(), 0);
        while let Some((case, from, cut)) = next(&open, yard.stands) {
            yard.stand(from.unwrap_or(yard.stands));
            if done % FRESH_AFTER == FRESH_AFTER - 1 {
                yard.fresh();
            }
            done += 1;
            let told = yard.tried(cut, &mut Random::of(seed, case));
            wrong.extend(told.map(|told| format!("seed {seed}, case {case}, {:?}: {told}", yard.stage.helm)));
        }
        (wrong, done)
    };
    let yards = [Helm::Four, Helm::Three, Helm::Four, Helm::Three, Helm::Four].map(|helm| Yard::new(cluster, helm));
    let ended: Vec<_> = std::thread::scope(|scope| {
        let yards = std::iter::once(first).chain(yards);
        let workers: Vec<_> = yards.map(|yard| scope.spawn(|| work(yard))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let done: u64 = ended.iter().map(|(_, done)| done).sum();
    let wrong: Vec<String> = ended.into_iter().flat_map(|(wrong, _)| wrong).collect();
    let told = format!("{done} cuts, {kills} of them kills at random; {boundaries} boundaries");
    writeln!(std::io::stdout().lock(), "releases: {told}, {} wrong", wrong.len()).unwrap();
    assert!(wrong.is_empty() && done == all, "{}", wrong.join("\n"));
}

/// Switchback and Helm die together, as when a machine goes down, while a hook runs.
#[test]
fn what_dies_with_its_helm_is_ended_properly() {
    let cluster = cluster!("what_dies_with_its_helm_is_ended_properly");
    for (helm, verb) in
        [(Helm::Three, "upgrade"), (Helm::Four, "upgrade"), (Helm::Three, "rollback"), (Helm::Four, "rollback")]
    {
        for way in ["resume", "undo --yes"] {
            let (stage, from, to) = slow(cluster, helm, verb);
            let old = stage.picture();
            let script = format!("{RUN} & run=$!\n{}\nkill -9 $run\n{KILL_HELM}", in_its_hook(&stage));
            let killed = stage.run(&script);
            assert_eq!(stage.last().unwrap().1, format!("pending-{verb}"), "{}", killed.said);
            let said = stage.ends(0, &format!("switchback {way}"));
            let version = if way == "resume" { to } else { from };
            let (_, status, chart) = stage.last().unwrap();
            assert_eq!((status.as_str(), chart.as_str()), ("deployed", version), "{said}");
            assert!(way == "resume" || stage.picture() == old, "{said}");
        }
    }
}

/// An uninstall whose hook takes some seconds is cut off; alone, and with its Helm.
#[test]
fn an_uninstall_that_is_cut_off_is_ended_properly() {
    let cluster = cluster!("an_uninstall_that_is_cut_off_is_ended_properly");
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: portal-migrate, annotations: {helm.sh/hook: pre-delete, \
                helm.sh/hook-delete-policy: \"before-hook-creation,hook-succeeded\"}}\nspec:\n  template:\n    metadata: \
                {annotations: {switchback.test/ends-after: 4s}}\n    spec: {restartPolicy: Never, containers: [{name: main, \
                image: \"example.test/main:1\"}]}\n";
    let ways = ["resume", "undo --yes"].into_iter().flat_map(|way| [(way, true), (way, false)]);
    for ((way, dies), helm) in ways.zip(Helm::BOTH.into_iter().cycle()) {
        let stage = Stage::bare(cluster, helm, "gone", r#"step "hooked" { helm.uninstall "hooked" }"#);
        stage.chart("hooked", &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: hooked}}\n---\n{hook}"));
        stage.helm(&["install", "hooked", stage.place("hooked").to_str().unwrap()]).unwrap();
        // Its hook may run on when it is back, which is said.
        let objects = || stage.picture().into_iter().filter(|(name, _)| !name.contains("job/")).collect::<Vec<_>>();
        let before = objects();
        let dead = if dies { KILL_HELM } else { "" };
        let killed = stage.run(&format!("{RUN} & run=$!\n{}\nkill -9 $run\n{dead}", in_its_hook(&stage)));
        let status = stage.history_of("hooked").pop().unwrap().1;
        assert_eq!(status, "uninstalling", "{}", killed.said);
        let said = stage.ends(0, &format!("switchback {way}"));
        let (_, status, _) = stage.history_of("hooked").pop().unwrap();
        let (meant, there) = if way == "resume" { ("uninstalled", "") } else { ("deployed", "ConfigMap") };
        assert_eq!((status.as_str(), stage.get("configmap/hooked", ".kind").as_str()), (meant, there), "{said}");
        assert!(way == "resume" || objects() == before, "{said}");
    }
}

/// Signals to the whole group of the run, as a terminal sends them: Helm is in a session of its own.
#[test]
fn a_signal_in_a_hook_leaves_helm_alone() {
    let cluster = cluster!("a_signal_in_a_hook_leaves_helm_alone");
    let each =
        [(Helm::Three, "upgrade", "INT", 2), (Helm::Four, "upgrade", "TERM", 1), (Helm::Three, "rollback", "TERM", 2)];
    // The last is what a terminal sends that is closed.
    let more = [(Helm::Four, "rollback", "INT", 2), (Helm::Four, "upgrade", "HUP", 1)];
    for (helm, verb, signal, times) in each.into_iter().chain(more) {
        let (stage, _, to) = slow(cluster, helm, verb);
        let script = format!(
            "setsid sh -c 'echo $$ > group; exec {RUN}' & run=$!\n{}\n\
             for time in $(seq {times}); do /bin/kill -s {signal} -- -$(cat group); sleep 0.3; done\nwait $run",
            in_its_hook(&stage)
        );
        let interrupted = stage.run(&script);
        // One signal lets the step be finished, and here it is the last one.
        let exit = if times == 1 { [0, 22] } else { [22, 22] };
        assert!(interrupted.exit.is_some_and(|is| exit.contains(&is)), "{:?}: {}", interrupted.exit, interrupted.said);
        let told = stage.run("switchback resume");
        assert!(matches!(told.exit, Some(0 | 64)), "{:?}: {}", told.exit, told.said);
        let (number, status, chart) = stage.last().unwrap();
        assert_eq!((status.as_str(), chart.as_str()), ("deployed", to), "{}\n{}", interrupted.said, told.said);
        let before = if verb == "upgrade" { 1 } else { 3 };
        assert_eq!(number, before + 1, "helm was let finish, and did it once: {}", told.said);
    }
}

/// A release whose next change has a hook of some seconds: where it is, and where its plan goes.
fn slow(cluster: &'static Cluster, helm: Helm, verb: &str) -> (Stage, &'static str, &'static str) {
    let upgrade = r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" { values "slow.yaml" } }"#;
    let rollback = r#"step "portal" { helm.rollback "portal" revision=2 }"#;
    let stage = Stage::new(cluster, helm, "slow", if verb == "upgrade" { upgrade } else { rollback });
    stage.write("slow.yaml", "hook: { switchback.test/ends-after: 4s }\n");
    if verb == "upgrade" {
        return (stage, "portal-1.0.0", "portal-2.0.0");
    }
    let chart = |version: &str| folder("charts/portal").join(version).display().to_string();
    let hook = r#"hook={"switchback.test/ends-after":"4s"}"#;
    stage.helm(&["upgrade", "portal", &chart("1.0.0"), "--set-json", hook, "--wait"]).unwrap();
    stage.helm(&["upgrade", "portal", &chart("2.0.0"), "--reset-values", "--wait"]).unwrap();
    (stage, "portal-2.0.0", "portal-1.0.0")
}

/// Waits until the hook's Job is there and not yet done.
fn in_its_hook(stage: &Stage) -> String {
    format!("until kubectl get -n {} job/portal-migrate >/dev/null 2>&1; do sleep 0.1; done", stage.namespace)
}
