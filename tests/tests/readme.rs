//! What the README shows is what a person sees: its commands are run, one after the other, in a copy of the quickstart.
//!
//! A block fenced as `text` that begins with `$ ` is a command with all that it prints. `UPDATE=1` writes it anew.

use switchback_tests::transcript::{Redactions, Sealed};
use switchback_tests::{expected, folder};

const PROJECT: &str = "examples/quickstart";

#[test]
fn the_readme_shows_what_a_person_sees() -> Result<(), String> {
    let path = folder("..").join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let sealed = Sealed::new(Some(PROJECT))?;
    // What a developer's own runs left beside the example is none of it.
    for own in ["platform", ".switchback"] {
        let own = sealed.work().join(own);
        if own.exists() {
            std::fs::remove_dir_all(own).map_err(|error| error.to_string())?;
        }
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").map_err(|error| error.to_string())?;
    let host = host.trim();
    let (mut wanted, mut told) = (Redactions::new(&sealed), Redactions::new(&sealed));
    let (mut shown, mut failed, mut count) = (String::new(), Vec::new(), 0);
    for part in parts(&text) {
        match part {
            Part::Text(line) => shown.extend([line, "\n"]),
            Part::Command { typed, printed } => {
                count += 1;
                let now = sealed.run(&format!("{typed} 2>&1"), &[])?.stdout;
                let now = now.replace(&format!("{}/", sealed.work().display()), "");
                // The README's machine has a name of its own.
                let now = now.replace(&format!(" on {host},"), " on ops-1,");
                let now = now.replace(&format!(" on {host}\n"), " on ops-1\n");
                let as_written = wanted.apply(&printed) == told.apply(&now);
                shown.extend(["$ ", typed, "\n", if as_written { &printed } else { &now }]);
                if !as_written {
                    failed.push(format!("$ {typed}\n--- the README\n{printed}--- printed now\n{now}"));
                }
            }
        }
    }
    assert!(count >= 6, "the README shows only {count} commands");
    if !failed.is_empty() && std::env::var_os("UPDATE").is_some() {
        return std::fs::write(&path, shown).map_err(|error| error.to_string());
    }
    expected::report(&failed)
}

enum Part<'t> {
    Text(&'t str),
    Command { typed: &'t str, printed: String },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```text";
        }
        match (line.strip_prefix("$ ").filter(|_| inside), parts.last_mut()) {
            (Some(typed), _) => parts.push(Part::Command { typed, printed: String::new() }),
            (None, Some(Part::Command { printed, .. })) if inside => printed.extend([line, "\n"]),
            _ => parts.push(Part::Text(line)),
        }
    }
    parts
}
