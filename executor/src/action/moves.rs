//! Takes paths from what they are to what they shall be: the one place where files of a target change.
//!
//! Each path changes in one moment. The order is such that it works out whatever stands where: what must go first goes
//! from the inside out, folders are made from the outside in, and get their modes when all is in them.

use crate::fault_point::boundary;
use crate::site::Fault;
use crate::world::{Batch, RelPath, Snapshot, State, Tree};
use std::path::PathBuf;

/// While a folder is filled we must be able to write into it.
const OPEN: u32 = 0o700;

/// How a path gets what it shall be.
#[derive(Debug)]
pub(super) enum Put {
    /// Its state says it all: nothing, or a folder.
    Nothing,
    /// A file with these bytes.
    Bytes(Vec<u8>),
    /// As a copy has it.
    Back { one: Snapshot, store: PathBuf },
}

/// One path on its way.
#[derive(Debug)]
pub(super) struct Move {
    pub path: RelPath,
    pub now: State,
    pub to: State,
    pub put: Put,
}

impl Move {
    /// Whether what stands there must be gone before; a file is replaced in one moment.
    fn goes_first(&self) -> bool {
        !self.now.is_absent() && (self.to.is_absent() || is_dir(&self.now) != is_dir(&self.to))
    }
}

pub(super) fn is_dir(state: &State) -> bool {
    matches!(state, State::Dir { .. })
}

/// Whether a path may be found so when its way from one state to another was cut off.
pub(super) fn on_the_way(now: &State, from: &State, to: &State) -> bool {
    let filled =
        |end: &State| matches!((now, end), (State::Dir { mode }, State::Dir { mode: last }) if *mode == last | OPEN);
    (now.is_absent() && is_dir(from) != is_dir(to)) || filled(from) || filled(to)
}

/// Does all of it. Nothing counts as done before it returns; cut off, it can be done again.
pub(super) fn carry_out(tree: &Tree, mut moves: Vec<Move>) -> Result<(), Fault> {
    moves.sort_by(|a, b| a.path.cmp(&b.path));
    for one in &moves {
        if let Put::Back { one, store } = &one.put {
            one.verify(store)?;
        }
    }
    let mut batch = tree.batch();
    each(moves.iter().rev().filter(|one| one.goes_first()), |one| remove(tree, &mut batch, one))?;
    let (folders, files): (Vec<_>, Vec<_>) = moves.iter().partition(|one| is_dir(&one.to));
    each(folders.iter().chain(&files).copied(), |one| put(&mut batch, one))?;
    each(folders.iter().rev().chain(&files).copied(), |one| settle(&mut batch, one))?;
    batch.finish()?;
    Ok(())
}

/// Before each change is a place where a process may be killed; tests fail there instead.
fn each<'m>(
    moves: impl Iterator<Item = &'m Move>,
    mut change: impl FnMut(&Move) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for one in moves {
        boundary("path");
        #[cfg(test)]
        super::testing::cut()?;
        change(one)?;
    }
    Ok(())
}

/// What a killed process left of an unfinished write must not keep a folder from going.
fn remove(tree: &Tree, batch: &mut Batch<'_>, one: &Move) -> Result<(), Fault> {
    if is_dir(&one.now) && is_dir(&tree.state(&one.path)?) {
        tree.sweep_temporaries(&one.path)?;
    }
    batch.remove(&one.path)?;
    Ok(())
}

fn put(batch: &mut Batch<'_>, one: &Move) -> Result<(), Fault> {
    match (&one.put, &one.to) {
        (Put::Back { one: back, store }, _) => batch.put_back(back, store, &one.path)?,
        (Put::Bytes(bytes), State::File { mode, .. }) => drop(batch.write_file(&one.path, bytes.as_slice(), *mode)?),
        (_, State::Dir { mode }) if !one.path.is_root() => drop(batch.make_dir(&one.path, mode | OPEN)?),
        _ => {}
    }
    Ok(())
}

fn settle(batch: &mut Batch<'_>, one: &Move) -> Result<(), Fault> {
    match (&one.put, &one.to) {
        (Put::Back { one: back, .. }, _) => batch.settle(back, &one.path)?,
        (_, State::Dir { mode }) => batch.set_mode(&one.path, *mode)?,
        _ => {}
    }
    Ok(())
}
