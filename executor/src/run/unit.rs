//! The forward work of one unit: its checks, backups and actions, in written order.

use super::act;
use super::already::holds_already;
use super::aside::{aside, is_heavy};
use super::ask::{Question, Reply};
use super::drift;
use super::scribe::{Scribe, Stop};
use super::wait::{self, AtSignal, Verdict, read};
use super::window;
use super::{earlier, freeze, meanwhile, others, prepared, waive};
use crate::action::noun;
use crate::event::{ActRef, Asks, Event};
use crate::schedule::{ActState, UnitState};
use crate::site::{Fault, Scene, Site};
use crate::target::{Note, keep_things};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchback_compiler::plan::{
    Backup, Check, Gate, Installed, Output, Plan, READ_LIMIT, Stage, Unit, UnitKind, Work as Part,
};
use switchback_compiler::version::Version;
use tokio::sync::watch;

/// What a unit works with.
pub(super) struct Work<'a> {
    pub(super) id: u32,
    pub(super) unit: &'a Unit,
    pub(super) plan: &'a Plan,
    pub(super) site: &'a Arc<Site>,
    pub(super) scribe: &'a Scribe,
    /// What happened to it before this process.
    pub(super) prior: UnitState,
    /// Gates that were answered before.
    pub(super) confirmed: BTreeSet<String>,
    /// Says when the run is to stop: what only waits before its first effect need not be let finish.
    pub(super) stops: watch::Receiver<bool>,
    /// Values of before the change, by the check that compares with them.
    pub(super) noted: Mutex<BTreeMap<String, String>>,
    /// Until when what was prepared is good.
    pub(super) good_until: Option<Timestamp>,
}

/// Why a unit did not get to its end.
pub(super) enum Break {
    /// The journal can't be written: nothing more happens.
    Stop,
    /// It failed: why, and evidence.
    Failed(String, Vec<String>),
    /// Only a person can say how it goes on; that is written already.
    Asks,
}

impl From<Stop> for Break {
    fn from(_: Stop) -> Self {
        Self::Stop
    }
}

impl From<Fault> for Break {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.why, fault.details)
    }
}

impl Work<'_> {
    pub(super) fn scene<'s>(
        &'s self,
        act: &'s str,
        within: Duration,
        progress: &'s (dyn Fn(String, bool) + Send + Sync),
    ) -> Scene<'s> {
        Scene { site: self.site, step: &self.unit.name, act, within, progress }
    }

    pub(super) fn progress(&self, says: &str, waits: bool, limit: Duration) {
        let says = self.site.secrets.mask(says);
        let limit = limit.as_millis() as u64;
        self.scribe.tell(Event::Progress { unit: self.id, says, waits, limit, since: None });
    }

    /// The same of a wait that began then.
    pub(super) fn waits(&self, says: &str, since: Timestamp, limit: Duration) {
        let says = self.site.secrets.mask(says);
        let limit = limit.as_millis() as u64;
        self.scribe.tell(Event::Progress { unit: self.id, says, waits: true, limit, since: Some(since) });
    }
}

/// Does all that a unit has to do, and says how it ended.
pub(super) async fn run(work: Work<'_>) {
    match forward(&work).await {
        Ok(()) | Err(Break::Stop | Break::Asks) => {}
        Err(Break::Failed(why, details)) => {
            let mask = |text: &String| work.site.secrets.mask(text);
            let (why, details) = (mask(&why), details.iter().map(mask).collect());
            // A journal that can't be written has stopped the run already.
            let _stopped = work.scribe.commit(Event::UnitFailed { unit: work.id, why, details }).await;
        }
    }
}

async fn forward(work: &Work<'_>) -> Result<(), Break> {
    let begins = work.unit.kind == UnitKind::Open && work.unit.name == Stage::Change.name();
    if begins {
        window::open(work).await?;
        prepared::check(work)?;
    }
    let block = work.plan.blocks.get(work.unit.block as usize);
    let is_whole = block.is_some_and(|block| block.stage == Stage::Change && block.layer.is_none());
    let ends = work.unit.kind == UnitKind::Close && is_whole;
    if work.unit.work.is_empty() {
        earlier::note(work).await?;
        if ends {
            freeze::check(work).await?;
            others::note(work).await;
        }
        // A barrier without work is no news: it is told with what follows.
        work.scribe.tell(Event::UnitDone { unit: work.id, changes: 0 });
        return Ok(());
    }
    work.scribe.tell(Event::UnitBegan { unit: work.id });
    if work.prior.acts.is_empty()
        && let Some(why) = needless(work).await?
    {
        // Who needs what it gives out needs it now as well: it is read of what is there already.
        for part in &work.unit.work {
            if let Part::Output(output) = part {
                give_out(work, output).await?;
            }
        }
        let why = work.site.secrets.mask(&why);
        work.scribe.commit(Event::UnitSkipped { unit: work.id, why }).await?;
        return Ok(());
    }
    let (own, taken) = before_now(work);
    let mut changes = own;
    let mut meanwhile = taken;
    let (mut begun, mut looked) = (false, false);
    for (index, part) in (0..).zip(&work.unit.work) {
        if !begun && !comes_before(part) {
            begun = true;
            if asks_to_begin(work) {
                work.scribe.begin(work.id).await?;
            }
            earlier::note(work).await?;
        }
        if !looked && matches!(part, Part::Act(_) | Part::Meanwhile(_) | Part::AfterChange(_)) {
            let heavy = work.unit.acts().any(|act| is_heavy(act, work.site));
            aside(heavy, drift::check(work)).await?;
            looked = true;
        }
        match part {
            // What is away for a while is no reason to bring anything up to date.
            Part::Meanwhile(act) => meanwhile += act::run(work, ActRef(index, 0), act).await?,
            _ => changes += one(work, index, part, changes).await?,
        }
    }
    if begins {
        // Who answers its gates takes time, too.
        prepared::check(work)?;
    }
    if ends {
        freeze::check(work).await?;
        others::note(work).await;
    }
    work.scribe.commit(Event::UnitDone { unit: work.id, changes: changes + meanwhile }).await?;
    Ok(())
}

/// Whether a part stands before all that a unit does: what only waits there has nothing to be let finish.
fn comes_before(part: &Part) -> bool {
    matches!(part, Part::Gate(_) | Part::Before(_))
}

/// Whether a unit may still be stopped behind what comes before all that it does.
fn asks_to_begin(work: &Work<'_>) -> bool {
    work.prior.acts.is_empty() && waits_first(work.unit)
}

/// Whether a unit waits for something before it does anything.
pub(super) fn waits_first(unit: &Unit) -> bool {
    unit.work.first().is_some_and(comes_before)
}

/// Whether a unit does nothing but look, so that it may stop anywhere: the checks of a layer, say.
pub(super) fn only_looks(unit: &Unit) -> bool {
    unit.work.iter().all(|part| matches!(part, Part::Gate(_) | Part::Before(_) | Part::Verify(_) | Part::Output(_)))
}

/// How many resources the unit changed before this process, and how many of them it only took away for a while.
fn before_now(work: &Work<'_>) -> (u64, u64) {
    let all = work.prior.changed();
    let taken = work.unit.meanwhile().filter_map(|(index, _)| work.prior.acts.get(&ActRef(index, 0)));
    let taken = taken.map(|(state, _)| if let ActState::Done { changed } = state { *changed } else { 0 }).sum();
    (all.saturating_sub(taken), taken)
}

/// Does one part; how many resources it changed.
async fn one(work: &Work<'_>, index: u32, part: &Part, changes: u64) -> Result<u64, Break> {
    match part {
        Part::Gate(gate) => ask(work, gate).await.map(|()| 0),
        // What must hold before is looked at before; after a crash in the middle it may not hold any more.
        Part::Before(_) if !work.prior.acts.is_empty() => Ok(0),
        Part::Before(checks) => hold(work, checks, AtSignal::Stops).await.map(|()| 0),
        Part::Verify(checks) if only_looks(work.unit) => hold(work, checks, AtSignal::Stops).await.map(|()| 0),
        Part::Verify(checks) => hold(work, checks, AtSignal::GoesOn).await.map(|()| 0),
        Part::Backup(backup) => copy(work, backup).await.map(|()| 0),
        Part::Act(act) | Part::Meanwhile(act) => act::run(work, ActRef(index, 0), act).await,
        Part::GiveBack(back) => meanwhile::give_back(work, ActRef(index, 0), back).await.map(|()| 0),
        Part::AfterChange(acts) if changes > 0 => {
            let mut changed = 0;
            for (inner, act) in (0..).zip(acts) {
                changed += act::run(work, ActRef(index, inner), act).await?;
            }
            Ok(changed)
        }
        Part::AfterChange(_) => Ok(0),
        Part::Output(output) => give_out(work, output).await.map(|()| 0),
    }
}

/// Why a step needs nothing (R12): every component that it moves is there already, or its `unless` holds.
async fn needless(work: &Work<'_>) -> Result<Option<String>, Break> {
    if let Some(why) = installed(work).await? {
        return Ok(Some(why));
    }
    let progress = |_: String, _: bool| {};
    let scene = work.scene("unless", READ_LIMIT.std(), &progress);
    Ok(holds_already(&work.unit.unless, &scene).await.then(|| "it is so already".to_owned()))
}

async fn installed(work: &Work<'_>) -> Result<Option<String>, Break> {
    let mut there = Vec::new();
    let mut known = 0;
    for moved in &work.unit.moves {
        let Some(installed) = work.plan.components.get(&moved.component).and_then(|found| found.installed.as_ref())
        else {
            continue;
        };
        known += 1;
        let version = read_version(work, installed).await?;
        if version == moved.to {
            there.push(format!("{} is at {} already", moved.component, moved.to));
        } else if version != moved.from {
            let why = format!("{} is at {version}, neither at {} nor at {}", moved.component, moved.from, moved.to);
            return Err(Break::Failed(why, Vec::new()));
        }
    }
    Ok((known > 0 && there.len() == work.unit.moves.len()).then(|| there.join("; ")))
}

async fn read_version(work: &Work<'_>, installed: &Installed) -> Result<Version, Break> {
    let progress = |_: String, _: bool| {};
    let scene = work.scene("installed", READ_LIMIT.std(), &progress);
    Ok(version(installed, &scene).await?)
}

/// Reads a component's version.
pub async fn version(installed: &Installed, scene: &Scene<'_>) -> Result<Version, Fault> {
    let text = read(&installed.reader, scene).await?;
    version_in(installed, &scene.site.secrets.mask(&text))
}

/// The version in what was read of a component.
pub(crate) fn version_in(installed: &Installed, text: &str) -> Result<Version, Fault> {
    let part = match &installed.pattern {
        Some(pattern) => matched(pattern, text).unwrap_or_default(),
        None => text.to_owned(),
    };
    let shown: String = text.chars().take(60).collect();
    Version::find(&part).ok_or_else(|| Fault::new(format!("{}: no version in \"{shown}\"", installed.reader.kind)))
}

/// The first group of a pattern, or all that it matches.
fn matched(pattern: &str, text: &str) -> Option<String> {
    let captures = regex::Regex::new(pattern).ok()?.captures(text)?;
    captures.get(1).or_else(|| captures.get(0)).map(|found| found.as_str().to_owned())
}

async fn ask(work: &Work<'_>, gate: &Gate) -> Result<(), Break> {
    if work.confirmed.contains(&gate.name) {
        return Ok(());
    }
    let progress = |_: String, _: bool| {};
    let scene = work.scene("gate", Duration::MAX, &progress);
    let (text, typed) = (work.site.secrets.mask(&scene.fill(&gate.text)?), scene.fill(&gate.typed)?);
    work.scribe.tell(Event::Asked { gate: gate.name.clone(), text: text.clone(), typed: typed.clone() });
    match work.scribe.ask(Question::Gate { name: gate.name.clone(), text, typed }).await {
        Reply::Yes(by) => Ok(work.scribe.commit(Event::Confirmed { gate: gate.name.clone(), by }).await?),
        _ => Err(waive::unanswered(work, Asks::Gate(gate.name.clone())).await),
    }
}

pub(super) async fn hold(work: &Work<'_>, checks: &[Check], at_signal: AtSignal) -> Result<(), Break> {
    match wait::all(checks, work, at_signal).await? {
        Verdict::Held => Ok(()),
        Verdict::Failed(why, details) => Err(Break::Failed(why, details)),
        Verdict::Asks(missed, hints) => waive::ask(work, missed, hints).await,
    }
}

/// Takes a copy, once: after a crash it is taken again unless it was told.
async fn copy(work: &Work<'_>, backup: &Backup) -> Result<(), Break> {
    if work.prior.copied.contains(&backup.name) {
        return Ok(());
    }
    let limit = backup.within.std();
    let progress = |says: String, waits: bool| work.progress(&says, waits, limit);
    let scene = work.scene(&backup.name, limit, &progress);
    let store = work.site.backups.join(&work.site.run).join(&backup.name);
    let mut copies = Vec::new();
    for call in &backup.things {
        let thing = noun(&call.kind).and_then(|noun| noun.thing());
        let thing = thing.ok_or_else(|| Fault::new(format!("`{}` can't be copied", call.kind)))?;
        crate::fault_point::boundary("copy");
        copies.push(aside(true, thing.copy(call, &scene, &store)).await?);
    }
    let unwritten = |what: &str, error: std::io::Error| {
        Fault::new(format!("the {what} of copy {} can't be written: {error}", backup.name))
    };
    let digest = keep_things(&store, &copies).map_err(|error| unwritten("list", error))?;
    let holds = copies.iter().map(|copied| copied.what.clone()).collect();
    let note = Note::of(work.plan, &work.site.run, backup, crate::clock::now());
    let note = Note { holds, digest: digest.to_string(), ..note };
    note.write(&store).map_err(|error| unwritten("note", error))?;
    crate::fault_point::boundary("copy-noted");
    work.site
        .copies
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .insert(backup.name.clone(), copies.clone());
    Ok(work.scribe.commit(Event::Copied { unit: work.id, name: backup.name.clone(), copies }).await?)
}

async fn give_out(work: &Work<'_>, output: &Output) -> Result<(), Break> {
    let progress = |_: String, _: bool| {};
    let scene = work.scene(&output.name, READ_LIMIT.std(), &progress);
    let value = read(&output.reader, &scene).await?;
    if let Some(secret) = work.site.secrets.given_away_by(&value) {
        return Err(Break::from(gives_away(&output.name, secret)));
    }
    if let Some(pattern) = &output.pattern {
        let whole = regex::Regex::new(&format!("^(?:{pattern})$")).map_err(|error| Fault::new(error.to_string()))?;
        if !whole.is_match(&value) {
            let shown: String = value.chars().take(60).collect();
            return Err(Break::Failed(
                format!("output {} is \"{shown}\", which does not match {pattern}", output.name),
                Vec::new(),
            ));
        }
    }
    let key = (work.unit.name.clone(), output.name.clone());
    work.site.outputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, value.clone());
    work.scribe.tell(Event::Output { unit: work.id, name: output.name.clone(), value });
    Ok(())
}

/// R11: what a step gives out is told, journaled and put into other files, so no secret may be in it.
fn gives_away(output: &str, secret: &str) -> Fault {
    let why = format!("output `{output}` would give away the secret `{secret}`, and is not written down");
    Fault::new(why).details([format!("let the steps that need it take it from the input: {{{{{secret}}}}}")])
}

/// What an action did before this process, when it was begun.
pub(super) fn before<'p>(work: &'p Work<'_>, act: ActRef) -> Option<&'p (ActState, crate::action::Recipe)> {
    work.prior.acts.get(&act)
}
