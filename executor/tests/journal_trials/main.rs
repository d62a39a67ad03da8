//! The trials of the journal: power loss, damage, failing disks, and two writers.
//!
//! Each prints its seed, its counts and the promises it checked, and each is shown a planted bug that it must catch.
//! `SWITCHBACK_SEED` and `SWITCHBACK_IMAGES` change where and how long the power-loss trial looks.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a trial that stumbles has failed"
)]

mod damage;
mod disk;
mod failing;
mod locking;
mod model;
mod power;
mod random;
