//! Executes compiled plans: observes, previews, runs, journals, undoes and reports.
//!
//! The modules stand in reading order: what a run is, what it acts with, what people see of it.

pub mod action;
pub mod clock;
pub mod demo;
pub mod event;
mod durable;
mod fault_point;
pub mod preview;
pub mod bundle;
pub mod run;
pub mod runs;
pub mod target;
pub mod session;
pub mod project;
pub mod exit;
pub mod cli;
pub mod schedule;
pub mod secrets;
pub mod site;
mod stall;
pub mod resource;

pub mod journal;
pub mod world;

pub mod docs;
pub mod report;
pub mod screen;
