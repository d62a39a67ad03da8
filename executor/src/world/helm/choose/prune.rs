//! What Helm forgets when it makes a revision.

use crate::world::helm::release::History;

/// The revisions whose records go when one more is made and at most `most` are kept; 0 keeps all.
///
/// Helm takes the oldest, never what stands, and so may keep one more than it was told. Source: helm,
/// `pkg/storage/storage.go`, the same in 3 and 4.
pub fn pruned(history: &History, most: u32) -> Vec<u32> {
    let kept = history.revisions().len() + history.damaged.len();
    // Room is made for the one that comes.
    let Some(room) = most.checked_sub(1) else { return Vec::new() };
    let more = kept.saturating_sub(room as usize);
    let stands = history.deployed().map(|release| release.revision);
    let mut all: Vec<_> = history.revisions().iter().map(|release| release.revision).collect();
    all.extend(history.damaged.iter().filter_map(|damaged| damaged.revision));
    all.sort_unstable();
    all.into_iter().filter(|revision| Some(*revision) != stands).take(more).collect()
}
