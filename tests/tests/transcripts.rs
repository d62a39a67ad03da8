//! Transcripts of commands.

use switchback_tests::{expected, files_below, folder, transcript};

#[test]
fn every_transcript_is_as_written() -> Result<(), String> {
    let pages = files_below(&folder("transcripts")).map_err(|error| error.to_string())?;
    assert!(!pages.is_empty(), "there are no transcripts");
    let failed: Vec<String> = pages.iter().filter_map(|page| transcript::check(page).err()).collect();
    expected::report(&failed)
}
