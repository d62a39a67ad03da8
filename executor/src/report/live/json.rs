//! `--events json`: every event as a line of JSON, with the name of its step.

use super::reader::Reader;
use crate::event::{Entry, Told};
use crate::report::diagnostics::inert;
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write;
use switchback_compiler::plan::Plan;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    entry: Told<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<&'a str>,
}

/// Writes each event as a line.
pub struct Json {
    out: Box<dyn Write + Send>,
}

impl Json {
    /// To this stream.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out }
    }
}

impl Reader for Json {
    fn take(&mut self, entry: &Entry, plan: &Plan) {
        let unit_name = entry.event.unit().and_then(|id| plan.unit(id)).map(|unit| unit.name.as_str());
        let Ok(line) = serde_json::to_string(&Line { entry: Told(entry), unit_name }) else { return };
        // Whoever listened may be gone; the run goes on.
        let _gone = writeln!(self.out, "{}", inert(&line)).and_then(|()| self.out.flush());
    }

    fn tick(&mut self, _now: Timestamp) {}

    fn say(&mut self, _text: &str) {}

    fn finish(&mut self) {
        let _gone = self.out.flush();
    }
}
