//! What happened in a run, told by unit: what every report and every reader of a run's events works from.

use crate::event::{ActRef, Asks, Compared, Standing};
use crate::preview::Changed;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

use super::zone::between;

/// Who runs what, as the run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The run's id.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// The target's name.
    pub target: String,
    /// The bundle's digest.
    pub bundle: String,
}

/// One process that worked on the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Since when.
    pub at: Timestamp,
    /// Who ran it.
    pub by: String,
    /// The machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// What for: `run`, `resume`, `undo`, `finalize`, `abort`.
    pub to: String,
    /// Bytes of a torn end that it dropped.
    pub torn: u64,
}

/// How far a unit got, forwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Forward {
    /// It has not begun.
    #[default]
    Never,
    /// It has begun.
    Runs,
    /// It had begun when its process ended.
    Cut,
    /// It is done.
    Done,
    /// It needed nothing.
    Skipped(String),
    /// It failed.
    Failed(String, Vec<String>),
}

/// How far a unit got, backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Back {
    /// It was not taken back.
    #[default]
    Never,
    /// It is being taken back.
    Runs,
    /// It was being taken back when its process ended.
    Cut,
    /// It is taken back: what was done, and what is not as it was.
    Undone(String, Vec<String>),
    /// It could not be taken back: why, and evidence.
    Failed(String, Vec<String>),
}

/// How far an action got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Its intent is written, and no outcome.
    #[default]
    Open,
    /// It happened.
    Done(u64),
    /// It failed.
    Failed(String),
    /// It is not known whether it happened; what was seen.
    Unknown(Vec<String>),
    /// A look found that it did not happen.
    NotDone,
}

/// An action of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActStory {
    /// What it does, in words; empty when its intent is not in the journal.
    pub what: String,
    /// When its intent was written.
    pub began: Option<Timestamp>,
    /// When its outcome was written.
    pub ended: Option<Timestamp>,
    /// How far it got.
    pub step: Step,
    /// What there was to say.
    pub note: Option<String>,
    /// How a look, or a person, settled it after a crash.
    pub settled: Option<String>,
    /// Whether it went on by itself when it was last looked at.
    pub alive: bool,
}

/// A look at something that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStory {
    /// When it was told.
    pub at: Timestamp,
    /// What was looked at.
    pub what: String,
    /// Whether it held.
    pub held: bool,
    /// What was seen.
    pub seen: String,
    /// Whether it belongs to taking the unit back.
    pub back: bool,
}

/// What a unit does right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    /// In words.
    pub says: String,
    /// Whether it waits.
    pub waits: bool,
    /// The limit of it, in milliseconds.
    pub limit: u64,
    /// Since when it says the same.
    pub same_since: Timestamp,
    /// Since when it does this, where it says so.
    pub since: Option<Timestamp>,
}

/// What happened to a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitStory {
    /// Whether it is a step, and not what opens or closes a block.
    pub is_step: bool,
    /// When it began first.
    pub began: Option<Timestamp>,
    /// When it ended, forwards.
    pub ended: Option<Timestamp>,
    /// How far it got.
    pub forward: Forward,
    /// Resources that it changed, as it said at its end.
    pub changes: u64,
    /// Its actions.
    pub acts: BTreeMap<ActRef, ActStory>,
    /// What was looked at.
    pub checks: Vec<CheckStory>,
    /// Backups that it took: the name, and what was copied.
    pub copies: Vec<(String, Vec<String>)>,
    /// Values that it gave out.
    pub outputs: Vec<(String, String)>,
    /// When the process at hand began with it.
    pub tried: Option<Timestamp>,
    /// How long processes before that were at it.
    pub worked: Duration,
    /// When taking it back began.
    pub back_began: Option<Timestamp>,
    /// When that was tried for the last time.
    pub back_tried: Option<Timestamp>,
    /// When taking it back ended.
    pub back_ended: Option<Timestamp>,
    /// How far taking it back got.
    pub back: Back,
    /// What it asks a person, who has not answered.
    pub asks: Option<Asks>,
    /// Which written way back was taken.
    pub way: Option<u32>,
    /// What was taken back so far, in words.
    pub taken_back: Vec<String>,
    /// What somebody else had changed, so that it did not begin.
    pub drift: Vec<Changed>,
    /// What it does right now.
    pub now: Option<Now>,
    /// When what it does right now began.
    pub since: Option<Timestamp>,
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateStory {
    /// Its name.
    pub name: String,
    /// When it was asked; none when only the answer is in the journal.
    pub asked: Option<Timestamp>,
    /// What is confirmed.
    pub text: String,
    /// What must be typed.
    pub typed: String,
    /// When it was answered rightly, and by whom.
    pub confirmed: Option<(Timestamp, String)>,
}

/// A decision to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
    /// Which units; empty: all.
    pub units: Vec<u32>,
    /// Whether just these are all that can be, and a person said that the rest stays.
    pub partly: bool,
}

/// Where the run came to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub standing: Standing,
    /// In words.
    pub why: String,
}

/// The window, as it was waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowStory {
    /// Since when it was waited for, when it was to open, and how long it would have been waited for.
    pub awaited: Option<(Timestamp, Timestamp, Timestamp)>,
    /// When it was found open, how long that took (in milliseconds), and when it closes.
    pub opened: Option<(Timestamp, u64, Timestamp)>,
}

/// What happened in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Who runs what; none in a journal without its beginning.
    pub head: Option<Head>,
    /// The processes that worked on it.
    pub processes: Vec<Process>,
    /// By unit of the plan.
    pub units: Vec<UnitStory>,
    /// Questions, in the order in which they were asked.
    pub gates: Vec<GateStory>,
    /// The last decision to take back.
    pub undo: Option<Decision>,
    /// When the way back ends by itself.
    pub hold_until: Option<Timestamp>,
    /// What comparing found after an undo.
    pub compared: Option<Compared>,
    /// The plan's window.
    pub window: WindowStory,
    /// Where it stands; none while it runs, and when its process was killed.
    pub ended: Option<Ending>,
    /// Remarks.
    pub notes: Vec<(Timestamp, String)>,
    /// The time of the last event.
    pub last: Option<Timestamp>,
    /// The number of events.
    pub events: usize,
}

impl Decision {
    /// Whether a unit is one of those that are taken back.
    pub fn takes(&self, id: u32) -> bool {
        (self.units.is_empty() && !self.partly) || self.units.contains(&id)
    }
}

impl Story {
    /// Where the run stands.
    pub fn standing(&self) -> Standing {
        self.ended.as_ref().map_or(Standing::Runs, |ended| ended.standing)
    }

    /// Whether it is undone but for what the plan leaves, so that nothing waits for anybody.
    pub fn only_stays(&self) -> bool {
        self.standing() == Standing::NotEqual && self.compared.as_ref().is_some_and(Compared::only_stays)
    }

    /// When it began.
    pub fn began(&self) -> Option<Timestamp> {
        self.processes.first().map(|process| process.at)
    }

    /// From its beginning to its end, or to the last event.
    pub fn took(&self) -> Duration {
        let end = self.ended.as_ref().map(|ended| ended.at).or(self.last);
        self.began().zip(end).map_or(Duration::ZERO, |(began, end)| between(began, end))
    }

    /// From the beginning of the last process to the end.
    pub fn took_last(&self) -> Duration {
        let end = self.ended.as_ref().map(|ended| ended.at).or(self.last);
        self.processes.last().zip(end).map_or(Duration::ZERO, |(process, end)| between(process.at, end))
    }

    /// A unit.
    pub fn unit(&self, id: u32) -> Option<&UnitStory> {
        self.units.get(id as usize)
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.run)
    }

    /// The target's name.
    pub fn target(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.target)
    }

    /// Resources that were changed.
    pub fn changes(&self) -> u64 {
        self.units.iter().map(UnitStory::changed).fold(0, u64::saturating_add)
    }

    /// How long gates were waited for.
    pub fn waited(&self) -> Duration {
        self.gates.iter().map(GateStory::took).sum()
    }
}

impl UnitStory {
    /// Resources that its actions changed; what it said at its end, where its actions are not in the journal.
    pub fn changed(&self) -> u64 {
        if self.acts.is_empty() {
            return self.changes;
        }
        let changed = |act: &ActStory| if let Step::Done(changed) = act.step { changed } else { 0 };
        self.acts.values().map(changed).fold(0, u64::saturating_add)
    }

    /// Whether it may have touched anything.
    pub fn has_effects(&self) -> bool {
        self.acts.values().any(|act| act.step != Step::NotDone)
    }

    /// The action of which it is not known whether it happened.
    pub fn unknown(&self) -> Option<(ActRef, &ActStory)> {
        let unknown = |act: &ActStory| matches!(act.step, Step::Unknown(_));
        self.acts.iter().find(|(_, act)| unknown(act)).map(|(id, act)| (*id, act))
    }

    /// Looks that did not hold and stopped nothing.
    pub fn warnings(&self) -> impl Iterator<Item = &CheckStory> {
        self.checks.iter().filter(|check| !check.held && !check.back)
    }

    /// How long it took, forwards, without the time in which nobody worked on the run.
    pub fn took(&self) -> Option<Duration> {
        let last = between(self.tried.or(self.began)?, self.ended?);
        Some(self.worked.saturating_add(last))
    }

    /// How long taking it back took, the last time that it was tried.
    pub fn back_took(&self) -> Option<Duration> {
        Some(between(self.back_tried.or(self.back_began)?, self.back_ended?))
    }
}

impl GateStory {
    /// How long its answer took.
    pub fn took(&self) -> Duration {
        let answered = self.confirmed.as_ref().map(|(at, _)| *at);
        self.asked.zip(answered).map_or(Duration::ZERO, |(asked, at)| between(asked, at))
    }
}
