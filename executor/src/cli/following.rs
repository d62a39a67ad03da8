//! How a run is followed from a terminal: readers of its events, and questions.

use super::bundling::by;
use super::{EventsFormat, Globals, Progress, WhenLive};
use crate::bundle::Bundle;
use crate::event::{Entry, Standing};
use crate::exit::Exit;
use crate::report::live::{Json, Live, Plain, Reader};
use crate::report::run::{Reviewed, Story, View, Zone, aftermath, ending};
use crate::run::{Asker, Signals};
use crate::runs::Run;
use crate::session::Executed;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use switchback_compiler::plan::{Plan, Work};

/// How a run is shown on stderr.
pub(super) fn view(globals: &Globals, bundle: &Bundle) -> View {
    View { look: globals.err(), zone: Zone::here(), reviewed: Reviewed::of(&bundle.preview) }
}

/// The readers that the options ask for. `past` is what other processes did of the run.
pub(super) fn readers(
    progress: Progress,
    view: &View,
    plan: &Plan,
    past: &[Entry],
    globals: &Globals,
) -> Vec<Box<dyn Reader>> {
    let mut readers: Vec<Box<dyn Reader>> = Vec::new();
    if progress.events == Some(EventsFormat::Json) {
        readers.push(Box::new(Json::new(Box::new(std::io::stdout()))));
    }
    let err = Box::new(std::io::stderr());
    let live = match progress.progress {
        WhenLive::Live => true,
        WhenLive::Plain => false,
        WhenLive::Auto => std::io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb"),
    };
    if globals.quiet {
        return readers;
    }
    readers.push(if live {
        let globals = globals.clone();
        Box::new(Live::new(err, view.clone(), plan, past).measured(move || globals.err()))
    } else {
        Box::new(Plain::new(err, view.clone(), plan, past))
    });
    readers
}

/// Asks on the terminal, or takes what `--confirm` said.
pub(super) struct Terminal {
    confirms: BTreeMap<String, String>,
}

impl Terminal {
    pub(super) fn new(confirms: &[(String, String)]) -> Self {
        Self { confirms: confirms.iter().cloned().collect() }
    }

    /// Gates of a plan that nobody can answer here.
    pub(super) fn unanswered<'p>(&self, plan: &'p Plan) -> Vec<&'p str> {
        if std::io::stdin().is_terminal() {
            return Vec::new();
        }
        let works = plan.units.iter().flat_map(|unit| &unit.work);
        let gates = works.filter_map(|work| match work {
            Work::Gate(gate) => Some(gate.name.as_str()),
            _ => None,
        });
        gates.filter(|gate| !self.confirms.contains_key(*gate)).collect()
    }
}

impl Asker for Terminal {
    fn gate(&self, gate: &str, text: &str, typed: &str) -> Option<String> {
        if let Some(given) = self.confirms.get(gate) {
            return (given == typed).then(by);
        }
        if !std::io::stdin().is_terminal() {
            return None;
        }
        (ask(&format!("{gate}: {text}\ntype {typed} to go on: "))? == typed).then(by)
    }
}

/// Asks a line of the person at the terminal.
pub(super) fn ask(question: &str) -> Option<String> {
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush()).ok()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok().filter(|read| *read > 0)?;
    Some(line.trim().to_owned())
}

/// Whether a person says yes; without a terminal nobody does.
pub(super) fn agreed(question: &str) -> Option<bool> {
    std::io::stdin().is_terminal().then(|| ask(&format!("{question} [yes/no] ")).is_some_and(|answer| answer == "yes"))
}

/// The last words of a command that brought a run somewhere.
pub(super) fn end(executed: &Executed, project: &Path, bundle: &Bundle, asked: bool, globals: &Globals) -> Exit {
    let view = view(globals, bundle);
    if let Some(why) = &executed.outcome.broken {
        globals.say(&format!("error: the journal of run {} can't be written: {why}\n", executed.run));
    }
    // Without `--quiet` the readers have told it.
    if globals.quiet
        && let Ok(run) = Run::read(project, &executed.run)
    {
        let story = Story::of(&bundle.plan, &run.entries);
        globals.say(&aftermath(&story, &bundle.plan, &view));
        globals.say(&ending(&story, &bundle.plan, &view));
    }
    if executed.outcome.standing == Standing::NotStarted && executed.outcome.state.has_drifted() {
        // As a bundle that no longer fits: nothing was touched, and a new diff opens the door. Once something was
        // touched the code says what became of that (20, 21, 23), since a script must act on it; the drift is named.
        return Exit::Changed;
    }
    exit_of(executed.outcome.standing, asked)
}

/// How a command that brought a run somewhere ends; `asked` says that the undo was asked for.
fn exit_of(standing: Standing, asked: bool) -> Exit {
    match standing {
        Standing::Done | Standing::Holds | Standing::Paused | Standing::Finalized | Standing::Aborted => Exit::Done,
        Standing::Undone if asked => Exit::Done,
        Standing::Undone => Exit::Undone,
        Standing::Failed => Exit::Left,
        Standing::Interrupted | Standing::Runs => Exit::Interrupted,
        Standing::NotEqual | Standing::UndoFailed => Exit::UndoFailed,
        Standing::Asks => Exit::Asks,
        Standing::NotStarted => Exit::NotSafe,
    }
}

/// Runs an async command: a runtime of its own, and signals held from here on.
pub(super) fn with_signals<T>(work: impl AsyncFnOnce(&mut Signals) -> T) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        Ok(work(&mut signals).await)
    });
    // What a second ctrl-c left behind is not waited for.
    runtime.shutdown_background();
    done
}
