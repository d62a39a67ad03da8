//! Objects of a real cluster, by the real binary: shown, made, taken back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod applying;
mod cut_off;
mod leases;
mod others;
mod parts;
mod stage;
mod waiting;
