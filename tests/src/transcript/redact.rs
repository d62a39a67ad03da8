//! What differs from run to run, replaced by words.
//!
//! Ids and digests are numbered in the order in which they come up, so that a page still shows which are the same.

use super::Sealed;
use super::place::Place;
use regex::{Captures, Regex};

/// What was replaced on a page so far.
#[derive(Debug)]
pub struct Redactions {
    root: String,
    port: String,
    host: String,
    /// The page's namespace as it is told, and as it is.
    namespace: Option<(String, String)>,
    runs: Vec<String>,
    digests: Vec<String>,
    hidden: Vec<String>,
}

/// Where a run's id stands: behind these words, or in a path.
const RUN: &str = r"(?:\b(?:run|resume|undo|report|finalize|abort|status) |/runs/)([k-z]{6})\b";
const DIGEST: &str = r"\b(?:b3:)?[0-9a-f]{64}\b|\bb3:[0-9a-f]{12}\b";

/// Patterns whose matches have no identity, with what stands for them.
const PLAIN: &[(&str, &str)] = &[
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", "[moment]"),
    (r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?\b", "[date]"),
    (r"\b\d\d:\d\d:\d\d\b", "[clock]"),
    (r"\b(in|after|since) (?:\d+ms|\d+(?:\.\d)?s|\d+m \d\ds|\d+h \d\dm)", "$1 [time]"),
    // A clock that runs in a column, before its limit.
    (r" {2,}(?:\d+(?:\.\d)?s|\d+m \d\ds) of (\d+[smh])", " [time] of $1"),
    (r"\| (?:\d+(?:\.\d)?s|\d+m \d\ds|\d+h \d\dm) \|", "| [time] |"),
    (r#""pid":\d+"#, r#""pid":[pid]"#),
    (r#""took_ms":\d+"#, r#""took_ms":[time]"#),
    // Before who it was, where a narrow screen leaves one space.
    (r"(?m) (?:\d+(?:\.\d)?s|\d+m \d\ds|\d+h \d\dm) ada$", " [time] ada"),
    // In a column, where the spaces before it depend on its length, and at the end of a line.
    (r"(?m) {2,}(?:\d+(?:\.\d)?s|\d+m \d\ds|\d+h \d\dm)(  |$)", "  [time]$1"),
    (r"(?m), (?:\d+(?:\.\d)?s|\d+m \d\ds|\d+h \d\dm)$", ", [time]"),
    (r"\b([Pp]rocess(?: number)?) \d+\b", "$1 [pid]"),
    (r"\b(127\.0\.0\.1|localhost):\d{5}\b", "$1:[port]"),
    (r"\x1b\[", r"\e["),
];

/// The same on a cluster, where also some lines come only when it takes long.
const ON_CLUSTER: &[(&str, &str)] = &[
    (r"\bpod ([a-z0-9-]+)-[0-9a-z]{8,10}-[0-9a-z]{5}\b", "pod $1-[pod]"),
    // What is said when it lasts depends on how long it does, and so does how many events there are.
    (r"(?m)^\d\d:\d\d:\d\d [a-z0-9-]+: waits, .*\n", ""),
    (r"\b\d+ records\b", "[number] records"),
    (r"\b10\.0\.0\.\d+\b", "[address]"),
];

impl Redactions {
    /// For a page that runs here.
    pub fn new(sealed: &Sealed) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        Self {
            root: sealed.root().display().to_string(),
            port: sealed.port().to_string(),
            host,
            namespace: None,
            runs: Vec::new(),
            digests: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// With a place on a cluster.
    #[must_use]
    pub(super) fn at(self, place: &Place) -> Self {
        let (shown, own) = place.namespace();
        Self { namespace: Some((shown.to_owned(), own.to_owned())), ..self }
    }

    /// The text with all of it replaced.
    pub fn apply(&mut self, text: &str) -> String {
        // The folder that commands are typed in, and what lies beside it.
        let mut text = text.replace(&format!("{}/work", self.root), "[project]").replace(&self.root, "[folder]");
        text = pattern(&format!(r"\b{}\b", self.port)).replace_all(&text, "[port]").into_owned();
        text = pattern(&format!(r"\bon {}\b", regex::escape(&self.host))).replace_all(&text, "on [host]").into_owned();
        let run = pattern(RUN);
        for id in run.captures_iter(&text).filter_map(|found| found.get(1)) {
            remember(&mut self.runs, id.as_str());
        }
        for (number, id) in (1..).zip(&self.runs) {
            text = pattern(&format!(r"\b{id}\b")).replace_all(&text, format!("[run-{number}]")).into_owned();
        }
        let digests = &mut self.digests;
        let numbered = |found: &Captures<'_>| {
            // The short form is the beginning of the long one.
            let digest: String =
                found.get(0).map_or("", |digest| digest.as_str()).chars().filter(|c| *c != ':').collect();
            let short: String = digest.trim_start_matches("b3").chars().take(12).collect();
            format!("[digest-{}]", remember(digests, &short))
        };
        text = pattern(DIGEST).replace_all(&text, numbered).into_owned();
        if let Some((shown, own)) = &self.namespace {
            text = pattern(&format!(r"\b{own}\b")).replace_all(&text, shown).into_owned();
            for (wanted, shown) in ON_CLUSTER {
                text = pattern(wanted).replace_all(&text, *shown).into_owned();
            }
            let hidden = &mut self.hidden;
            let numbered = |found: &Captures<'_>| {
                let key = found.get(1).map_or("", |key| key.as_str());
                format!("‹hidden [key-{}]›", remember(hidden, key))
            };
            text = pattern(r"‹hidden ([0-9a-f]{6})›").replace_all(&text, numbered).into_owned();
        }
        for (wanted, shown) in PLAIN {
            text = pattern(wanted).replace_all(&text, *shown).into_owned();
        }
        text
    }
}

/// The number of something, from 1.
fn remember(known: &mut Vec<String>, one: &str) -> usize {
    if let Some(index) = known.iter().position(|other| other == one) {
        return index + 1;
    }
    known.push(one.to_owned());
    known.len()
}

#[expect(clippy::expect_used, reason = "the patterns stand above, and the tests use each")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern that compiles")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactions() -> Redactions {
        Redactions {
            root: "/tmp/x".into(),
            port: "41874".into(),
            host: "ops-1".into(),
            namespace: Some(("lumen".into(), "lumea".into())),
            runs: Vec::new(),
            digests: Vec::new(),
            hidden: Vec::new(),
        }
    }

    #[test]
    fn ids_and_digests_keep_their_identity() {
        let mut redactions = redactions();
        let long = format!("b3:4f1c9e02d7aa{}", "0".repeat(52));
        let told = redactions
            .apply(&format!("run qzvmkt b3:4f1c9e02d7aa\nb3:81d0c3f7e2b6 {long}\nnext: undo mwtrnp\nqzvmkt\n"));
        assert_eq!(told, "run [run-1] [digest-1]\n[digest-2] [digest-1]\nnext: undo [run-2]\n[run-1]\n");
        assert_eq!(redactions.apply("mwtrnp b3:81d0c3f7e2b6 supply"), "[run-2] [digest-2] supply");
    }

    #[test]
    fn times_are_replaced_and_limits_are_kept() {
        let told =
            redactions().apply("done in 0.4s, after 2m 31s, in 31ms\n✓ site   1 change       12s\nwithin 30s of 5m\n");
        assert_eq!(told, "done in [time], after [time], in [time]\n✓ site   1 change  [time]\nwithin 30s of 5m\n");
        let told =
            redactions().apply("site    22:00:01       1s  ✓ done, ~1\nto 22:19:02 CET, 37m 12s\nby ada on ops-1\n");
        assert_eq!(told, "site    [clock]  [time]  ✓ done, ~1\nto [clock] CET, [time]\nby ada on [host]\n");
        let told = redactions().apply(
            "2026-11-20 16:12 CET 22:04:11 2026-11-20T16:12:01Z http://127.0.0.1:41873/ 127.0.0.1:8080 process 41",
        );
        assert_eq!(told, "[date] CET [clock] [moment] http://127.0.0.1:[port]/ 127.0.0.1:8080 process [pid]");
    }

    #[test]
    fn paths_and_escapes_are_replaced() {
        assert_eq!(redactions().apply("/tmp/x/home/a \u{1b}[31mred"), r"[folder]/home/a \e[31mred");
    }

    #[test]
    fn what_a_cluster_names_is_replaced() {
        let told = redactions().apply("in lumea: pod web-5d8c9f7b64-q4zlm: waits\n12:00:01 web: waits, 5s of 1m: x\n-a: ‹hidden 71c2e0›\n+a: ‹hidden 9bd41f›, ‹hidden 71c2e0›\n");
        assert_eq!(
            told,
            "in lumen: pod web-[pod]: waits\n-a: ‹hidden [key-1]›\n+a: ‹hidden [key-2]›, ‹hidden [key-1]›\n"
        );
    }
}
