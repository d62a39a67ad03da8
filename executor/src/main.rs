//! The binary: the command line, and two hidden modes: looking after one program of a run, and a service to try plans on.

use std::process::ExitCode;
use switchback::demo;
use switchback::world::process::{CHILD_ARGUMENT, child_main};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == CHILD_ARGUMENT => child_main(arguments),
        Some(first) if first == demo::ARGUMENT => demo::main(arguments),
        _ => switchback::cli::main(std::env::args_os()).into(),
    }
}
