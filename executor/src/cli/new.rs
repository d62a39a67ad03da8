//! `switchback new`: a project or a plan to start from.

use super::Globals;
use super::starter::FILES;
use crate::exit::{Error, Exit};
use crate::project::PROJECT_FILE;
use crate::screen::{Column, Table, command, next, quoted};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use switchback_compiler::words::count;

/// Start from a plan that works
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the project's folder, or the plan's name
    #[arg(value_name = "NAME")]
    pub name: String,
}

const HELP: &str = "\
Outside of a project: a folder NAME with a project, a plan, what it writes and a
small platform to try it on. Inside of one: NAME.plan.kdl in this folder.
Nothing that is there is overwritten.

  switchback new hello && cd hello && switchback diff upgrade.plan.kdl";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let here = Path::new(".");
    let inside =
        std::path::absolute(here).is_ok_and(|here| here.ancestors().any(|folder| folder.join(PROJECT_FILE).exists()));
    if inside { plan(&args.name, globals) } else { project(&args.name, globals) }
}

/// A plan to start from, inside of a project.
fn plan(name: &str, globals: &Globals) -> Result<Exit, Error> {
    let named = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
    if !named {
        return Err(Error::usage(format!("`{name}` is no name for a plan"))
            .help("small letters, digits, `-` and `.`, a letter first"));
    }
    let path = format!("{name}.plan.kdl");
    let text = format!(
        "plan \"{name}\" {{ title \"What it is for\" }}\n\nstep \"first\" {{\n    file.write \"etc/{name}.conf\" content=\"changed by {name}\\n\"\n    \
         verify {{ file.contains \"etc/{name}.conf\" \"{name}\" }}\n}}\n"
    );
    write(Path::new(&path), &text)?;
    let next = next([command(format_args!("diff {path}"))]);
    globals.print(&format!("wrote {path}   a plan of one step\n{next}"))?;
    Ok(Exit::Done)
}

/// A project with a plan that works and a platform to try it on.
fn project(name: &str, globals: &Globals) -> Result<Exit, Error> {
    let folder = Path::new(name);
    if folder.exists() {
        return Err(Error::usage(format!("`{name}` is there already")).help("take another name; nothing was written"));
    }
    for (path, text) in FILES {
        write(&folder.join(path), text)?;
    }
    write(&folder.join(".gitignore"), "/platform/\n/.switchback/\n")?;
    let below = |start: &str| {
        let files = FILES.iter().filter(|(path, _)| path.starts_with(start)).count();
        count(files, "file")
    };
    let written = [
        ("switchback.kdl", "a project with one target: local, a directory".to_owned()),
        ("upgrade.plan.kdl", "a plan: 5 steps in 3 layers, 1.0.0 to 2.0.0".to_owned()),
        ("rollback.plan.kdl", "the way back to 1.0.0, as a plan of its own".to_owned()),
        ("platform.lib.kdl", "what both share".to_owned()),
        ("files", format!("what the plan writes: {}", below("files/"))),
        ("platform-1.0.0", format!("the platform on 1.0.0: {}, copied at first", below("platform-1.0.0/"))),
    ];
    let mut table = Table::new(vec![Column::text(""), Column::text("")]);
    for (at, (path, what)) in written.into_iter().enumerate() {
        let lead = if at == 0 { "wrote" } else { "     " };
        table.row([format!("{lead} {name}/{path}"), what]);
    }
    // Seen from where `-C` was typed.
    let folder = globals.directory.as_deref().unwrap_or(Path::new("")).join(name);
    let next = next([format!("cd {} && switchback diff upgrade.plan.kdl", quoted(&folder.display().to_string()))]);
    globals.print(&(table.render() + &next))?;
    Ok(Exit::Done)
}

/// Nothing that is there is overwritten.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: std::io::Error| {
        let told = Error::new(Exit::Error, format!("`{}` can't be written: {error}", path.display()));
        if error.kind() == ErrorKind::AlreadyExists { Error { exit: Exit::Usage, ..told } } else { told }
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
