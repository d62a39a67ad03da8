//! The one table of commands: where in the life of a plan each is used.

/// Headings of `--help` with their commands, in the order in which people come by them.
pub(super) const GROUPS: &[(&str, &[&str])] = &[
    ("Write", &["new", "check", "fmt", "graph", "explain", "completions"]),
    ("Review", &["diff", "show"]),
    ("Execute", &["run", "resume", "undo", "finalize", "abort"]),
    ("Look", &["status", "runs", "report"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn each_command_is_in_exactly_one_group() {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for name in GROUPS.iter().flat_map(|(_, names)| *names) {
            *times.entry(name).or_default() += 1;
        }
        let command = super::super::command();
        let known: BTreeMap<&str, usize> = command.get_subcommands().map(|command| (command.get_name(), 1)).collect();
        assert_eq!(times, known);
    }
}
