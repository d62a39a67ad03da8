//! Transcripts of commands.

use std::path::PathBuf;
use std::sync::Mutex;
use switchback_tests::{expected, files_below, folder, transcript};

/// Pages of a cluster mostly wait for it.
const AT_A_TIME: usize = 3;

/// The pages, those of a cluster or the others.
fn pages(on_cluster: bool) -> Result<Vec<PathBuf>, String> {
    let mut pages = Vec::new();
    for page in files_below(&folder("transcripts")).map_err(|error| error.to_string())? {
        if transcript::needs_cluster(&page)? == on_cluster {
            pages.push(page);
        }
    }
    if pages.is_empty() { Err("there are no transcripts".to_owned()) } else { Ok(pages) }
}

#[test]
fn every_transcript_is_as_written() -> Result<(), String> {
    let failed: Vec<String> = pages(false)?.iter().filter_map(|page| transcript::check(page).err()).collect();
    expected::report(&failed)
}

#[test]
fn every_transcript_on_a_cluster_is_as_written() -> Result<(), String> {
    let left = Mutex::new(pages(true)?);
    let next = || left.lock().map(|mut left| left.pop()).unwrap_or_default();
    let work = || std::iter::from_fn(next).filter_map(|page| transcript::check(&page).err()).collect::<Vec<_>>();
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let told = |worker: std::thread::ScopedJoinHandle<'_, Vec<String>>| {
            worker.join().unwrap_or_else(|_| vec!["a page ended with a panic".to_owned()])
        };
        workers.into_iter().flat_map(told).collect()
    });
    expected::report(&failed)
}
