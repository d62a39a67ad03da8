//! A new run: its folder, its journal, its first record.

use super::outside;
use super::owner::Owner;
use super::reserve;
use super::{Asker, Outcome, Reader, Reviewed, Signals};
use crate::event::Event;
use crate::fault_point::boundary;
use crate::journal::Journal;
use crate::schedule::{Aim, State};
use crate::site::{Fault, Site};
use std::path::PathBuf;
use std::sync::Arc;
use switchback_compiler::plan::Plan;

/// What a new run needs.
pub struct Begin<'a> {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where it runs; its run folder holds the bundle's copy already, durably.
    pub site: Arc<Site>,
    /// The journal's folder.
    pub folder: PathBuf,
    /// The bundle's digest.
    pub bundle: String,
    /// What its preview saw.
    pub reviewed: Arc<Reviewed>,
    /// Who runs it.
    pub by: String,
    /// How far.
    pub aim: Aim,
    /// Units at a time.
    pub jobs: usize,
    /// Who is told.
    pub readers: Vec<Box<dyn Reader>>,
    /// Who asks.
    pub asker: &'a dyn Asker,
}

/// Runs a plan from its beginning.
pub async fn begin(begin: Begin<'_>, signals: &mut Signals) -> Result<Outcome, Fault> {
    let Begin { plan, site, folder, bundle, reviewed, by, aim, jobs, readers, asker } = begin;
    // Before the journal: a run without one never began, and keeps nothing.
    reserve::take(&site, &reviewed)?;
    let journal = Journal::create(&folder, &site.run).map_err(|error| {
        reserve::free(&site);
        Fault::new(error.to_string())
    })?;
    boundary("journal");
    let state = State::new(plan.units.len());
    let began = Event::Began {
        run: site.run.clone(),
        plan: plan.name.clone(),
        target: plan.target.as_ref().map(|target| target.name.clone()).unwrap_or_default(),
        bundle,
        by,
        host: host(),
        pid: std::process::id(),
    };
    let (outside, line, mut heard) = outside::ends();
    let mut owner = Owner::new(plan, site, journal, state, reviewed, (readers, line));
    owner.aim = aim;
    owner.jobs = jobs;
    let work = async move {
        owner.say(began).await;
        owner.notify("start", "").await;
        owner.drive(&mut heard).await
    };
    Ok(outside.serve(work, asker, signals).await)
}

/// This machine's name.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
