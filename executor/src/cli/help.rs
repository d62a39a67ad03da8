//! The texts of `--help`, drawn from what clap knows of the commands.
//!
//! clap can't put subcommands into groups (clap#1553), and its columns and brackets are not those of our screens.

use super::groups::GROUPS;
use crate::screen::{Look, hang, pad, safe, width, wrap};
use clap::{Arg, Command};

/// Where the texts of the program's own options begin.
const GLOBAL_COLUMN: usize = 20;
/// Where the texts of a command's options begin.
const OPTION_COLUMN: usize = 25;

/// The command with its help, and that of all its subcommands, written out.
pub(super) fn with_texts(command: Command, look: Look) -> Command {
    let mut built = command.clone();
    built.build();
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let whole = in_look(&top(&built, look), look);
    names.into_iter().fold(command.override_help(whole), |command, name| {
        let text = built.find_subcommand(&name).map(|below| in_look(&one(below, look), look)).unwrap_or_default();
        command.mut_subcommand(name, |below| below.override_help(text))
    })
}

/// Without signs that the terminal can't show.
fn in_look(text: &str, look: Look) -> String {
    text.lines().flat_map(|line| [safe(line, look), "\n".to_owned()]).collect()
}

fn top(command: &Command, look: Look) -> String {
    let mut text = format!("{}\n\nUsage: switchback [OPTIONS] COMMAND\n", about(command));
    let column = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| width(name)).max().unwrap_or(0) + 4;
    for (heading, names) in GROUPS {
        text.extend(["\n", heading, "\n"]);
        for name in *names {
            let about = command.find_subcommand(name).map(short).unwrap_or_default();
            text.push_str(&hang(&pad(&format!("  {name}"), column), &about, look));
        }
    }
    // The first group follows the usage as a part of its own, the others stand close.
    let text = close_groups(&text);
    let options: String = options(command).map(|arg| option(arg, "", GLOBAL_COLUMN, look)).collect();
    let both = pad("  -h, --help", GLOBAL_COLUMN);
    format!(
        "{text}\nOptions\n{options}{both}-V, --version\n\n\
         Exit codes: switchback explain exit-codes\nThe first time: switchback new hello\n"
    )
}

/// Takes out the blank lines between groups, but not the one above the first.
fn close_groups(text: &str) -> String {
    match text.split_once("\n\nWrite\n") {
        Some((head, groups)) => format!("{head}\n\nWrite\n{}", groups.replace("\n\n", "\n")),
        None => text.to_owned(),
    }
}

fn one(command: &Command, look: Look) -> String {
    let mut text = format!("{}\n\nUsage: switchback {}\n", about(command), usage(command));
    let arguments: String = command.get_positionals().map(|arg| argument(arg, look)).collect();
    if !arguments.is_empty() {
        text.extend(["\n", &arguments]);
    }
    let options: String = options(command)
        .filter(|arg| !arg.is_global_set())
        .map(|arg| {
            let indent = if arg.get_short().is_some() { "" } else { "    " };
            option(arg, indent, OPTION_COLUMN, look)
        })
        .collect();
    if !options.is_empty() {
        text.extend(["\nOptions\n", &options]);
    }
    if let Some(after) = command.get_after_help() {
        text.extend(["\n", &paragraphs(&after.to_string(), look), "\n"]);
    }
    text
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// In a list a command's line begins in lower case and stands without its explanation.
fn short(command: &Command) -> String {
    let about = about(command);
    let mut letters = about.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn usage(command: &Command) -> String {
    let mut words = vec![command.get_name().to_owned()];
    if options(command).any(|arg| !arg.is_global_set()) {
        words.push("[OPTIONS]".to_owned());
    }
    words.extend(command.get_positionals().map(positional));
    words.join(" ")
}

fn positional(arg: &Arg) -> String {
    let many = if arg.get_num_args().is_some_and(|range| range.max_values() > 1) { "…" } else { "" };
    let name = format!("{}{many}", value_name(arg));
    if arg.is_required_set() { name } else { format!("[{name}]") }
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default()
}

/// A positional argument; one that may be several things has a long help with a line for each.
fn argument(arg: &Arg, look: Look) -> String {
    if let Some(lines) = arg.get_long_help() {
        return lines.to_string().lines().flat_map(|line| ["  ", line, "\n"]).collect();
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    hang(&format!("  {}    ", value_name(arg)), &help, look)
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let listed = |arg: &&Arg| !arg.is_hide_set() && !["help", "version"].contains(&arg.get_id().as_str());
    command.get_arguments().filter(|arg| !arg.is_positional()).filter(listed)
}

fn option(arg: &Arg, indent: &str, column: usize, look: Look) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    let value = if arg.get_action().takes_values() { format!(" {}", value_name(arg)) } else { String::new() };
    let lead = format!("  {indent}{}{value}", names.join(", "));
    let lead = if width(&lead) + 2 > column { lead + "  " } else { pad(&lead, column) };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    hang(&lead, &(help + &default(arg)), look)
}

fn default(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if values.is_empty() || arg.is_hide_default_value_set() || !arg.get_action().takes_values() {
        return String::new();
    }
    format!(" [default: {}]", values.join(" "))
}

/// Wraps what is not indented as paragraphs; an indented line is something to type.
fn paragraphs(text: &str, look: Look) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let flows = !line.is_empty() && !line.starts_with(' ');
        match lines.last_mut().filter(|_| flows && open) {
            Some(last) => last.extend([" ", line]),
            None => lines.push(line.to_owned()),
        }
        open = flows;
    }
    let typed = |line: &str| line.starts_with(' ');
    let wrapped = lines.iter().map(|line| if typed(line) { line.clone() } else { wrap(line, look.edge()).join("\n") });
    wrapped.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_every_argument_says_what_it_is() {
        let command = super::super::command();
        for below in command.get_subcommands() {
            assert!(!about(below).is_empty(), "{} says nothing", below.get_name());
            assert!(below.get_after_help().is_some(), "{} teaches nothing", below.get_name());
            for arg in below.get_arguments().filter(|arg| arg.get_id() != "help") {
                assert!(arg.get_help().is_some(), "{} {} says nothing", below.get_name(), arg.get_id());
            }
        }
    }

    #[test]
    fn no_line_of_help_is_wider_than_the_screen() {
        let mut command = super::super::command();
        let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
        let mut texts = vec![command.render_help().to_string()];
        texts.extend(names.iter().map(|name| command.find_subcommand_mut(name).unwrap().render_help().to_string()));
        for text in texts {
            let wide: Vec<&str> = text.lines().filter(|line| width(line) > 80).collect();
            assert!(wide.is_empty(), "{wide:#?}");
        }
    }
}
