//! Programs, services, requests and looks as plans call them, against real processes and servers on 127.0.0.1.
//!
//! Programs run under a supervisor, which is the binary that runs itself. So this test has a `main` of its own: it
//! supervises and serves when it is asked to, else it makes the trials, and speaks enough of libtest's language for
//! `cargo test NAME`, `-- --list` and nextest.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod http;
mod program;
mod service;
mod stage;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use switchback::{demo, world::process};

/// A name, and what is tried.
type Trial = (&'static str, fn());

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let first = args.next().unwrap_or_default();
    if first == process::CHILD_ARGUMENT {
        return process::child_main(args);
    }
    if first == demo::ARGUMENT {
        return stage::runtime().block_on(demo::serve(args));
    }
    tests(&std::iter::once(first).chain(args).collect::<Vec<_>>())
}

fn tests(args: &[OsString]) -> ExitCode {
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let trials: Vec<Trial> = [program::TRIALS, service::TRIALS, http::TRIALS].concat();
    if has("--list") {
        let listed = if has("--ignored") { &[] } else { trials.as_slice() };
        for (name, _) in listed {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let named: Vec<_> = args.iter().filter_map(|arg| arg.to_str()).filter(|arg| !arg.starts_with('-')).collect();
    let named: Vec<_> = named.into_iter().filter(|name| !name.is_empty()).collect();
    let exact = has("--exact");
    let matches = |name: &str, part: &str| if exact { name == part } else { name.contains(part) };
    let chosen = |name: &str| named.is_empty() || named.iter().any(|part| matches(name, part));
    let failed: Vec<_> = trials.into_iter().filter(|(name, _)| chosen(name)).filter(|trial| !holds(trial)).collect();
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

fn holds((name, trial): &Trial) -> bool {
    let began = std::time::Instant::now();
    let held = catch_unwind(AssertUnwindSafe(trial)).is_ok();
    println!("test {name} ... {} ({} ms)", if held { "ok" } else { "FAILED" }, began.elapsed().as_millis());
    held
}
