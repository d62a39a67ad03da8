//! The language from outside: plans in memory in, plans and diagnostics out, one module a rule or a group of rules.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod deadlines;
mod determinism;
mod hostile;
mod inputs;
mod meanwhile;
mod nouns;
mod order;
mod pages;
mod project;
mod races;
mod reuse;
mod sound;
mod sources;
mod told;
mod traps;
mod values;
mod way_back;
