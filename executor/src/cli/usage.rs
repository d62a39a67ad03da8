//! What clap finds wrong with a command line, in the words of our other errors.

use crate::exit::{Error, Exit};
use crate::screen::{Flags, Look, When, either};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::io::Write;

/// Looks for the flags of the screen in a command line that could not be read.
pub(super) fn flags(arguments: &[OsString]) -> Flags {
    let words = || arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let color = |wanted: &str| {
        let pairs = words().zip(words().skip(1));
        let joined = format!("--color={wanted}");
        words().any(|word| word == joined) || pairs.clone().any(|(name, value)| name == "--color" && value == wanted)
    };
    let color = match (color("always"), color("never")) {
        (true, _) => When::Always,
        (_, true) => When::Never,
        _ => When::Auto,
    };
    Flags { color, ascii: words().any(|word| word == "--ascii") }
}

/// Ends a command that clap did not let begin: help was asked for, or the command line is wrong.
pub(super) fn end(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // A reader that has seen enough, or none at all, changes nothing about the outcome.
    if asked {
        let _ = write!(std::io::stdout(), "{error}");
        return Exit::Done;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = write!(std::io::stderr(), "{error}");
        return Exit::Usage;
    }
    let told = told(error, arguments);
    let _ = std::io::stderr().write_all(told.render(Look::for_stderr(flags(arguments))).as_bytes());
    told.exit
}

fn told(error: &clap::Error, arguments: &[OsString]) -> Error {
    let get = |kind| error.get(kind).map(texts).unwrap_or_default();
    let first = |kind| get(kind).into_iter().next().unwrap_or_default();
    let (arg, value) = (bare(&first(ContextKind::InvalidArg)), first(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = first(ContextKind::InvalidSubcommand);
            let near = first(ContextKind::SuggestedSubcommand);
            Error::usage(format!("there is no command `{name}`")).help(near_or(&near, "switchback --help lists them"))
        }
        ErrorKind::MissingSubcommand => Error::usage("no command").help("switchback --help lists them"),
        ErrorKind::UnknownArgument => {
            let near = bare(&first(ContextKind::SuggestedArg));
            Error::usage(format!("`{arg}` is not taken here")).help(near_or(&near, &more(arguments)))
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = get(ContextKind::InvalidArg).iter().map(|arg| bare(arg)).collect();
            Error::usage(format!("{} is missing", missing.join(" and "))).help(more(arguments))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            Error::usage(format!("`{arg}` lacks its value")).help(more(arguments))
        }
        ErrorKind::InvalidValue => {
            let valid: Vec<String> = get(ContextKind::ValidValue).iter().map(|word| format!("`{word}`")).collect();
            Error::usage(format!("`{arg}` can't be `{value}`")).help(format!("it is {}", either(&valid)))
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            Error::usage(format!("`{arg}` can't be `{value}`: {why}")).help(more(arguments))
        }
        ErrorKind::ArgumentConflict if first(ContextKind::PriorArg) == first(ContextKind::InvalidArg) => {
            Error::usage(format!("`{arg}` stands there twice")).help(more(arguments))
        }
        _ => Error::usage(rest(error)).help(more(arguments)),
    }
}

fn near_or(near: &str, otherwise: &str) -> String {
    if near.is_empty() { otherwise.to_owned() } else { format!("did you mean `{near}`?") }
}

/// `--input <NAME=TEXT>` as we write it: `--input NAME=TEXT`.
fn bare(arg: &str) -> String {
    arg.replace(['<', '>', '[', ']'], "").replace("...", "")
}

/// Where to read on: the help of the command that was named.
fn more(arguments: &[OsString]) -> String {
    let known = super::command();
    let named =
        arguments.iter().skip(1).filter_map(|word| word.to_str()).find(|word| known.find_subcommand(word).is_some());
    match named {
        Some(name) => format!("switchback {name} --help"),
        None => "switchback --help".to_owned(),
    }
}

fn texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(all) => all.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        _ => Vec::new(),
    }
}

/// clap's own first line, where it knows something that we have no words for.
fn rest(error: &clap::Error) -> String {
    let said = error.to_string();
    let line = said.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).replace('\'', "`")
}
