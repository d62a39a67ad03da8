//! docs/commands.md: every command with its arguments and options.

use super::MADE;
use super::catalogue::sentence;
use super::markdown::{block, code, table};
use clap::{Arg, Command};
use std::fmt::Write;

/// The reference of a command and all its subcommands, those that are hidden left out.
pub fn commands(command: &Command) -> String {
    let mut command = command.clone();
    command.build();
    let mut text = format!("# Commands\n{MADE}\n\n");
    section(&command, &mut text);
    text.trim_end().to_owned() + "\n"
}

fn section(command: &Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    _ = write!(text, "## `{name}`\n\n{}", about(command));
    let usage = command.clone().render_usage().to_string();
    text.push_str(&block("text", usage.trim_start_matches("Usage:").trim()));
    let rows: Vec<[String; 2]> = command.get_arguments().filter(|arg| !arg.is_hide_set()).map(row).collect();
    text.push_str(&table(["typed", "says"], &rows));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        section(below, text);
    }
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(|about| format!("{}\n\n", about.to_string().trim())).unwrap_or_default()
}

fn row(arg: &Arg) -> [String; 2] {
    let mut says =
        vec![arg.get_help().map(|help| sentence(help.to_string().trim_end_matches('.'))).unwrap_or_default()];
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| code(value.get_name())).collect();
    if !values.is_empty() && arg.get_action().takes_values() {
        says.push(format!("One of {}.", values.join(", ")));
    }
    let defaults: Vec<String> = arg.get_default_values().iter().map(|value| code(&value.to_string_lossy())).collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        says.push(format!("When left out: {}.", defaults.join(", ")));
    }
    if let Some(variable) = arg.get_env() {
        says.push(format!("Or from {}.", code(&variable.to_string_lossy())));
    }
    says.retain(|part| !part.is_empty());
    [code(&form(arg)), says.join(" ")]
}

/// As it is typed: `-t, --target <TARGET>`, `<PLAN>`.
fn form(arg: &Arg) -> String {
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    let value = || arg.get_value_names().map_or_else(|| arg.get_id().to_string(), |names| names.join(" "));
    match (names.is_empty(), arg.get_action().takes_values()) {
        (true, _) => value(),
        (false, true) => format!("{} {}", names.join(", "), value()),
        (false, false) => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Command {
        let format = Arg::new("format").long("format").value_parser(["human", "json"]).default_value("human");
        let target = Arg::new("target").short('t').long("target").value_name("TARGET").help("where it runs");
        let plan = Arg::new("plan").required(true).value_name("PLAN").help("The plan.");
        let run = Command::new("run").about("Executes a plan").args([plan, target, format]);
        Command::new("switchback").about("Plans").subcommand(run).subcommand(Command::new("ghost").hide(true))
    }

    #[test]
    fn a_command_is_shown_with_all_that_can_be_typed_behind_it() {
        let text = commands(&example());
        assert!(text.contains("## `switchback run`\n\nExecutes a plan\n\n```text\nswitchback run"), "{text}");
        assert!(text.contains("| `PLAN` | The plan. |"), "{text}");
        assert!(text.contains("| `-t, --target TARGET` | Where it runs. |"), "{text}");
        assert!(text.contains("One of `human`, `json`. When left out: `human`."), "{text}");
    }

    #[test]
    fn what_is_hidden_and_what_clap_adds_by_itself_is_left_out() {
        let text = commands(&example());
        assert!(!text.contains("ghost"), "{text}");
        assert!(!text.contains("`switchback help`"), "{text}");
    }
}
