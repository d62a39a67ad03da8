//! What a terminal, a log and a program show of a run, moment by moment.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod logs;
mod robust;
mod screen;
mod terminal;

use super::reader::Reader;
use crate::event::Entry;
use crate::report::expected::check;
use crate::report::sample;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// A stream that can be looked into.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Plays a run up to some time; between events the clock ticks.
fn play(reader: &mut dyn Reader, entries: &[Entry], until: i64) {
    let plan = sample::plan();
    let mut last = sample::at(0);
    for entry in entries.iter().filter(|entry| entry.at <= sample::at(until)) {
        tick(reader, last, entry.at);
        reader.take(entry, &plan);
        last = entry.at;
    }
    tick(reader, last, sample::at(until));
}

fn tick(reader: &mut dyn Reader, from: jiff::Timestamp, to: jiff::Timestamp) {
    let mut at = from;
    while at < to {
        at = at.checked_add(jiff::SignedDuration::from_secs(5)).unwrap().min(to);
        reader.tick(at);
    }
}

/// Compares with a file of this folder.
fn expect(name: &str, text: &str) {
    check("live/tests", name, text);
}
