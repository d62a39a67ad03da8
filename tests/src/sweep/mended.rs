//! An undo that fails, and is tried again when a person has mended what was in its way.

use super::checks::{Pictures, settled};
use super::place::Place;
use super::report::Report;
use super::scenario::{End, ONCE};
use std::fs;

/// The way back of a step fails while a file is in its way; what was taken back before is not taken back again.
pub fn undo() -> Result<Report, String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut report = Report::default();
    let place = Place::new(&ONCE, None)?;
    let old = place.seed()?;
    place.run(None)?;
    let pictures = Pictures { old, new: place.picture()?, last: None };
    settled(&place, End::New, &pictures, &mut report)?;
    let block = place.project().join("block");
    fs::write(&block, "").map_err(failed)?;
    for wanted in [23, 23, 0] {
        if wanted == 0 {
            fs::remove_file(&block).map_err(failed)?;
        }
        let ended = place.command(&["undo", "--yes"], None)?;
        report.undos += 1;
        let wrong = ended.exit != Some(wanted);
        report.promise(wrong.then(|| format!("exit {:?}, wanted {wanted}: {}", ended.exit, ended.last())));
    }
    settled(&place, End::Old, &pictures, &mut report)?;
    Ok(report)
}
