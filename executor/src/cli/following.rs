//! How a run is followed from a terminal: readers of its events, and its last words.

use super::typing::can_ask;
use super::{EventsFormat, Globals, Progress, WhenLive};
use crate::bundle::Bundle;
use crate::event::{Entry, Standing};
use crate::exit::{Exit, leave_behind};
use crate::report::live::{Json, Live, Plain, Reader};
use crate::report::run::{Reviewed, Story, View, Zone, aftermath, ending, open};
use crate::run::Signals;
use crate::runs::Run;
use crate::session::Executed;
use std::io::IsTerminal;
use std::path::Path;
use switchback_compiler::plan::Plan;

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

/// The last words of a command that brought a run somewhere.
pub(super) fn end(executed: &Executed, project: &Path, bundle: &Bundle, asked: bool, globals: &Globals) -> Exit {
    let view = view(globals, bundle);
    if let Some(why) = &executed.outcome.broken {
        globals.say(&format!("error: the journal of run {} can't be written: {why}\n", executed.run));
    }
    let asks = executed.outcome.standing == Standing::Asks;
    // Without `--quiet` the readers have told the end, but not what is asked.
    if (globals.quiet || asks)
        && let Ok(run) = Run::read(project, &executed.run)
    {
        let story = Story::of(&bundle.plan, &run.entries);
        if globals.quiet {
            globals.say(&aftermath(&story, &bundle.plan, &view));
            globals.say(&ending(&story, &bundle.plan, &view));
        }
        if asks {
            let open = open::open(&story, &bundle.plan, &view);
            // Who could be asked has seen the question.
            let question = if can_ask() { "" } else { open.question.as_str() };
            globals.say(&format!("{question}{}", open.stays));
        }
    }
    if executed.outcome.is_closed() && matches!(executed.outcome.standing, Standing::Asks | Standing::NotStarted) {
        return Exit::Closed;
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
    leave_behind();
    runtime.shutdown_background();
    done
}
