//! `switchback fmt`: formats plan files; a file that can't be read as a plan is left as it is.

use super::Globals;
use super::find::{Kind, files};
use crate::exit::{Error, Exit};
use crate::report::diagnostics::human;
use crate::screen::{Sign, of};
use crate::world::{RelPath, Tree};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use switchback_compiler::fmt::{FmtError, format};
use switchback_compiler::source::SourceSet;

/// Format plan files; no comment is lost
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// plans, libraries, project files, or folders of them
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// list what is not formatted, write nothing, and exit 2 if there is any
    #[arg(long)]
    pub check: bool,
}

const HELP: &str = "\
There is one way to write each thing, and nothing to configure. A file that means
something else than it looks like is left as it is, and told.

  switchback fmt --check .       in CI";

/// Files larger than this are not written by hand.
const MAX_SIZE: u64 = 8 << 20;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    Same,
    Other,
}

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let files = files(&args.paths, &[Kind::Plan, Kind::Library, Kind::Project])?;
    if files.is_empty() {
        return Err(Error::usage("no plan, library or project file is there").help("plans are called NAME.plan.kdl"));
    }
    let (mut others, mut refused, mut exit) = (0, 0, None);
    for path in &files {
        match one(path, args.check) {
            Ok(Became::Same) => {}
            Ok(Became::Other) => {
                others += 1;
                told(path, args.check, globals)?;
            }
            Err(why) => {
                refused += 1;
                globals.say(&why.text(globals));
                exit = exit.max(Some(why.exit()));
            }
        }
    }
    globals.remark(&result(others, refused, files.len(), args.check));
    Ok(exit.unwrap_or(if args.check && others > 0 { Exit::Differences } else { Exit::Done }))
}

fn told(path: &Path, check: bool, globals: &Globals) -> Result<(), Error> {
    if check {
        return globals.print(&format!("{}\n", path.display()));
    }
    globals.remark(&format!("{} {}\n", Sign::Changed.show(globals.err()), path.display()));
    Ok(())
}

fn result(others: usize, refused: usize, all: usize, check: bool) -> String {
    let rest = if refused > 0 { format!("; {} can't be", of(refused, all, "file")) } else { String::new() };
    match (others, check) {
        (0, _) if refused == 0 => format!("nothing to do: {} as `fmt` writes them\n", of(all, all, "file")),
        (_, true) => format!("{} would be formatted{rest}\n", of(others, all, "file")),
        (_, false) => format!("{} formatted{rest}\n", of(others, all, "file")),
    }
}

/// Why a file was left as it is.
enum Refused {
    Error(Error),
    Text { path: PathBuf, text: String, why: FmtError },
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Refused {
    fn exit(&self) -> Exit {
        match self {
            Self::Error(error) => error.exit,
            Self::Text { why: FmtError::Refused(_), .. } => Exit::Invalid,
            Self::Text { why: FmtError::Unfaithful(_), .. } => Exit::Error,
        }
    }

    fn text(&self, globals: &Globals) -> String {
        match self {
            Self::Error(error) => error.render(globals.err()),
            Self::Text { path, text, why: FmtError::Refused(found) } => {
                let mut sources = SourceSet::default();
                sources.add(path.display().to_string(), text.as_str());
                human(&sources, found, globals.err())
            }
            Self::Text { path, why, .. } => {
                Error::new(Exit::Error, format!("`{}` is {why}", path.display())).render(globals.err())
            }
        }
    }
}

fn one(path: &Path, check: bool) -> Result<Became, Refused> {
    // A link stays a link: what it leads to is formatted.
    let failed = |error: &std::io::Error| {
        Error::new(Exit::Error, format!("`{}` can't be read: {}", path.display(), super::globals::why(error)))
    };
    let whole = path.canonicalize().map_err(|error| failed(&error))?;
    let (Some(folder), Some(name)) = (whole.parent(), whole.file_name().and_then(|name| name.to_str())) else {
        return Err(Error::new(Exit::Error, format!("`{}` has no name that a plan could have", path.display())).into());
    };
    let (tree, name) = (
        Tree::open(folder).map_err(Error::from)?,
        RelPath::parse(name).map_err(|error| Error::usage(error.to_string()))?,
    );
    let bytes = tree.read(&name, MAX_SIZE).map_err(Error::from)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::new(Exit::Invalid, format!("`{}` is not UTF-8 text", path.display())))?;
    let formatted = match format(&text) {
        Ok(formatted) => formatted,
        Err(why) => return Err(Refused::Text { path: path.to_owned(), text, why }),
    };
    if formatted == text {
        return Ok(Became::Same);
    }
    if !check {
        let mode = std::fs::metadata(&whole).map_err(|error| failed(&error))?.permissions().mode();
        tree.write_file(&name, formatted.as_bytes(), mode & 0o7777).map_err(Error::from)?;
    }
    Ok(Became::Other)
}
