//! `switchback runs`: what happened lately, and what can still be undone.

use super::run::{Story, Zone, between};
use crate::event::Standing;
use crate::screen::{Column, Look, Table, command, count, list, safe, seconds};
use jiff::Timestamp;
use std::time::Duration;

/// One run, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub run: String,
    /// When it began.
    pub began: Timestamp,
    /// The plan's name.
    pub plan: String,
    /// The target's name.
    pub target: String,
    /// Where it stands.
    pub standing: Standing,
    /// How long it took; while it runs, until now.
    pub took: Duration,
    /// Who began it.
    pub by: String,
    /// When its way back ends by itself, where it is open.
    pub until: Option<Timestamp>,
    /// Whether nothing is there that could be taken back.
    pub gone: bool,
    /// Whether a process works on it. A run that stands at [`Standing::Runs`] without one was cut off.
    pub alive: bool,
}

impl Summary {
    /// Of what happened in a run; none where the journal does not tell its beginning.
    ///
    /// `gone` says that nothing of it can be taken back.
    pub fn of(story: &Story, gone: bool, alive: bool, now: Timestamp) -> Option<Self> {
        let (head, first) = story.head.as_ref().zip(story.processes.first())?;
        let standing = story.standing();
        let runs = standing == Standing::Runs && alive;
        Some(Self {
            run: head.run.clone(),
            began: first.at,
            plan: head.plan.clone(),
            target: head.target.clone(),
            standing,
            took: if runs { between(first.at, now) } else { story.took() },
            by: first.by.clone(),
            until: story.hold_until.filter(|_| standing == Standing::Holds),
            gone,
            alive,
        })
    }

    /// Whether `undo` can still take back what it did.
    fn can_be_undone(&self, now: Timestamp) -> bool {
        match self.standing {
            _ if self.gone => false,
            Standing::Holds => self.until.is_none_or(|until| until > now),
            // Without a hold nothing ends the way back but `finalize`.
            Standing::Done
            | Standing::Paused
            | Standing::Failed
            | Standing::UndoFailed
            | Standing::Interrupted
            | Standing::Aborted
            | Standing::Asks => true,
            Standing::Runs => !self.alive,
            Standing::Undone | Standing::NotEqual | Standing::Finalized | Standing::NotStarted => false,
        }
    }

    fn result(&self, look: Look) -> String {
        let (sign, word) = match (self.standing, self.alive) {
            (Standing::Runs, false) => (crate::screen::Sign::Unknown, "does not run"),
            (standing, _) => (super::run::sign(standing), super::run::word(standing)),
        };
        format!("{} {word}", sign.show(look))
    }
}

/// The table of runs, the newest first, and what can still be undone.
pub fn history(runs: &[Summary], now: Timestamp, zone: &Zone, look: Look) -> String {
    if runs.is_empty() {
        return format!("no runs yet: {} makes the first\n", command("run PLAN"));
    }
    let mut runs: Vec<&Summary> = runs.iter().collect();
    runs.sort_by(|one, other| other.began.cmp(&one.began).then_with(|| one.run.cmp(&other.run)));
    let mut table = Table::new(vec![
        Column::text("run").at_least(6),
        Column::text("began").at_least(16),
        Column::text("plan").at_least(10),
        Column::text("target").at_least(8),
        Column::text("result"),
        Column::figures("took"),
        Column::text("by"),
    ]);
    for run in &runs {
        table.row(cells(run, zone, look));
    }
    table.render() + &undoable(&runs, now, zone, look)
}

fn cells(run: &Summary, zone: &Zone, look: Look) -> [String; 7] {
    let by = run.by.split('@').next().unwrap_or_default();
    [
        safe(&run.run, look),
        zone.minute(run.began),
        safe(&run.plan, look),
        safe(&run.target, look),
        run.result(look),
        seconds(run.took),
        safe(by, look),
    ]
}

/// `4 runs; 1 can still be undone: qzvmkt, until 2026-11-28 22:19`.
fn undoable(runs: &[&Summary], now: Timestamp, zone: &Zone, look: Look) -> String {
    let open = runs.iter().filter(|run| run.can_be_undone(now));
    let open: Vec<_> = open.collect();
    let comma = if open.len() == 1 { "," } else { "" };
    let named: Vec<String> = open
        .iter()
        .map(|run| {
            let until = run.until.map_or_else(String::new, |until| format!("{comma} until {}", zone.minute(until)));
            format!("{}{until}", safe(&run.run, look))
        })
        .collect();
    let all = count(runs.len(), "run");
    match named.as_slice() {
        [] => format!("{all}; none can be undone any more\n"),
        [one] => format!("{all}; 1 can still be undone: {one}\n"),
        many => format!("{all}; {} can still be undone: {}\n", many.len(), list(many)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

    use super::*;
    use crate::report::sample::{self, at};

    fn summary(run: &str, began: i64, standing: Standing, until: Option<i64>) -> Summary {
        Summary {
            run: run.into(),
            began: at(began),
            plan: "lumen-5.0".into(),
            target: "prod-eu".into(),
            standing,
            took: Duration::from_secs(2232),
            by: "ada@lumen.example".into(),
            until: until.map(at),
            gone: false,
            alive: false,
        }
    }

    fn told(runs: &[Summary], now: i64) -> String {
        let view = sample::view(80);
        history(runs, at(now), &view.zone, view.look)
    }

    #[test]
    fn the_newest_run_stands_first() {
        let runs = [
            summary("mwtrnp", -604_800, Standing::Undone, None),
            summary("xlkpyn", -864_000, Standing::Finalized, None),
            summary("qzvmkt", 0, Standing::Holds, Some(607_032)),
        ];
        let wanted = "run     began             plan        target    result                took  by\n\
                      qzvmkt  2026-11-21 21:41  lumen-5.0   prod-eu   ✓ done, holds      37m 12s  ada\n\
                      mwtrnp  2026-11-14 21:41  lumen-5.0   prod-eu   ↶ undone           37m 12s  ada\n\
                      xlkpyn  2026-11-11 21:41  lumen-5.0   prod-eu   ✓ done, finalized  37m 12s  ada\n\
                      3 runs; 1 can still be undone: qzvmkt, until 2026-11-28 22:19\n";
        assert_eq!(told(&runs, 100), wanted);
    }

    #[test]
    fn without_runs_it_says_how_to_make_one() {
        assert_eq!(told(&[], 0), "no runs yet: switchback run PLAN makes the first\n");
    }

    #[test]
    fn a_hold_that_is_over_can_not_be_undone() {
        let runs = [summary("qzvmkt", 0, Standing::Holds, Some(50))];
        assert!(told(&runs, 49).ends_with("1 run; 1 can still be undone: qzvmkt, until 2026-11-21 21:42\n"));
        assert!(told(&runs, 50).ends_with("1 run; none can be undone any more\n"));
    }

    #[test]
    fn several_that_can_be_undone_are_named() {
        let runs = [summary("kkkkkk", 0, Standing::Failed, None), summary("llllll", 1, Standing::Interrupted, None)];
        assert!(told(&runs, 9).ends_with("2 runs; 2 can still be undone: llllll and kkkkkk\n"));
    }

    #[test]
    fn a_run_without_a_process_does_not_run() {
        let mut entries = sample::good();
        entries.truncate(10);
        let story = Story::of(&sample::plan(), &entries);
        let cut = Summary::of(&story, false, false, at(9000)).unwrap();
        assert!(told(std::slice::from_ref(&cut), 9000).contains("? does not run"));
        let runs = Summary::of(&story, false, true, at(9000)).unwrap();
        assert_eq!(runs.took, Duration::from_mins(150));
        let said = told(&[runs], 9000);
        assert!(said.contains("▸ runs") && said.ends_with("1 run; none can be undone any more\n"), "{said}");
        assert_eq!(Summary::of(&Story::default(), false, true, at(0)), None);
    }
}
