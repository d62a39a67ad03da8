//! Arguments that several commands share.

use clap::ValueEnum;

/// How a run is followed.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Progress {
    /// auto, live (redrawn) or plain (a line an event)
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub progress: WhenLive,
    /// every event as a line of JSON on stdout
    #[arg(long, value_name = "json", value_enum)]
    pub events: Option<EventsFormat>,
}

/// When lines are redrawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WhenLive {
    /// On a terminal that can.
    #[default]
    Auto,
    /// Always.
    Live,
    /// Never: one event a line.
    Plain,
}

/// How events are written to stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EventsFormat {
    /// A JSON object a line.
    Json,
}

/// A person's answer about a step whose outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The step.
    pub step: String,
    /// What became of it.
    pub settled: Settled,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It did its work.
    Done,
    /// It did nothing, and may be started again.
    NotDone,
    /// Nobody knows: take the run back.
    Undo,
}

/// A person's answer about checks of a step that do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The step.
    pub step: String,
    /// Whether it goes on all the same.
    pub goes_on: bool,
}

/// Reads `NAME=TEXT`; the text may be empty and may hold more `=`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("no name before the `=`".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as NAME=TEXT".to_owned()),
    }
}

/// Reads `STEP=done`, `STEP=not-done` or `STEP=undo`.
pub(super) fn outcome(text: &str) -> Result<Outcome, String> {
    let (step, word) = pair(text).map_err(|_| "write it as STEP=done, STEP=not-done or STEP=undo".to_owned())?;
    let settled = match word.as_str() {
        "done" => Settled::Done,
        "not-done" => Settled::NotDone,
        "undo" => Settled::Undo,
        _ => return Err("after the `=` stands `done`, `not-done` or `undo`".to_owned()),
    };
    Ok(Outcome { step, settled })
}

/// Reads `STEP=go-on` or `STEP=fail`.
pub(super) fn answer(text: &str) -> Result<Answer, String> {
    let (step, word) = pair(text).map_err(|_| "write it as STEP=go-on or STEP=fail".to_owned())?;
    match word.as_str() {
        "go-on" => Ok(Answer { step, goes_on: true }),
        "fail" => Ok(Answer { step, goes_on: false }),
        _ => Err("after the `=` stands `go-on` or `fail`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_split_at_the_first_sign() {
        assert_eq!(pair("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(pair("a="), Ok(("a".into(), String::new())));
        assert!(pair("=b").is_err() && pair("a").is_err());
    }

    #[test]
    fn outcomes_are_whole_words() {
        assert_eq!(outcome("pg=not-done"), Ok(Outcome { step: "pg".into(), settled: Settled::NotDone }));
        assert_eq!(answer("pg=go-on"), Ok(Answer { step: "pg".into(), goes_on: true }));
        assert!(answer("pg=yes").is_err() && answer("pg").is_err());
        assert!(outcome("pg=y").is_err() && outcome("pg").is_err() && outcome("=done").is_err());
    }
}
