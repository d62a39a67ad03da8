//! Objects of a real cluster, by the real binary: shown, made, taken back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod absent;
mod applying;
mod beforehand;
mod conditions;
mod copies;
mod cut_off;
mod deleting;
mod elsewhere;
mod freezing;
mod jobs;
mod kinds;
mod leases;
mod namespaces;
mod others;
mod owners;
mod parts;
mod patience;
mod pausing;
mod rights;
mod secrets;
mod since;
mod stage;
mod unreachable;
mod waiting;
