//! A cluster for the time of one command.

use super::find;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};
use switchback_tests::cluster::{self, Access, Cluster, Helm};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// What a shell adds to a signal's number for the exit code of a program that it ended.
const BY_SIGNAL: i32 = 128;

/// The cluster that is used where it is up.
const UP: &str = "main";

/// Runs a command with the cluster that is up; else starts one for it, and ends that. The exit code is the command's.
pub fn run(workspace: &Workspace, helm: Helm, command: &[String]) -> Result<ExitCode, Fault> {
    let (programs, switchback) = (find::all(workspace)?, switchback(workspace)?);
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let own = match cluster::up(&programs, UP)? {
        Some(access) => Err(access),
        None => Ok(Cluster::start(&programs)?),
    };
    let access = own.as_ref().map_or_else(Access::clone, |own| own.access().clone());
    access.add_program("switchback", &switchback)?;
    let mut command = Command::new(program);
    command.args(arguments).envs(access.environment()).env("PATH", path(&access, helm)?);
    if own.is_err() {
        // What it says to type next must find the same cluster.
        command.env("SWITCHBACK_CALLED_AS", called_as(helm));
    }
    let status = runtime.block_on(ended(&mut command)).map_err(|error| format!("`{program}`: {error}"))?;
    drop(own);
    Ok(code(status))
}

/// How a person calls the `switchback` of such a command again.
fn called_as(helm: Helm) -> &'static str {
    match helm {
        Helm::Three => "cargo xtask cluster run --helm 3 -- switchback",
        Helm::Four => "cargo xtask cluster run -- switchback",
    }
}

/// The `switchback` of this checkout.
pub fn switchback(workspace: &Workspace) -> Result<PathBuf, Fault> {
    workspace.build(&["-p", "switchback"])
}

fn path(access: &Access, helm: Helm) -> Result<OsString, Fault> {
    let before = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths([access.path(helm)].into_iter().chain(std::env::split_paths(&before)))?)
}

/// Waits for the command's end, whatever we are asked: the cluster must not go before who uses it.
async fn ended(command: &mut Command) -> std::io::Result<ExitStatus> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = command.spawn()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            // The terminal sends these to the command as well.
            _ = interrupt.recv() => {}
            _ = quit.recv() => {}
            _ = terminate.recv() => terminated(&child)?,
        }
    }
}

fn terminated(child: &Child) -> std::io::Result<()> {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    pid.map_or(Ok(()), |pid| Ok(rustix::process::kill_process(pid, rustix::process::Signal::TERM)?))
}

fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| BY_SIGNAL + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
