//! Commands of Switchback that are printed to be pasted, called as this process was.

use super::text::quoted;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder of `-C`. Like the arguments it is a fact of the whole process, which never changes.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();
/// The folder of the project that is worked on, where it is not found from where this process was called.
static PROJECT: OnceLock<PathBuf> = OnceLock::new();

/// Says that Switchback was called with `-C`; commands that are printed from now on say so too.
pub fn called_in(folder: &Path) {
    // Only the first word counts, as the process goes to a folder only once.
    let _known = FOLDER.set(folder.to_owned());
}

/// Says that the project is another than that of the folder where Switchback was called: its path, as seen from there.
pub fn works_on(project: &Path) {
    let from_here = FOLDER.get().map_or_else(|| project.to_owned(), |folder| folder.join(project));
    let _known = PROJECT.set(from_here);
}

/// By what a person calls this program, where that is more than its name.
const CALLED_AS: &str = "SWITCHBACK_CALLED_AS";

/// The words that a person begins a command with: `switchback`, unless whoever started this process says otherwise.
pub fn program() -> &'static str {
    static PROGRAM: OnceLock<Option<String>> = OnceLock::new();
    let said = PROGRAM.get_or_init(|| std::env::var(CALLED_AS).ok().filter(|words| !words.is_empty()));
    said.as_deref().unwrap_or("switchback")
}

/// `switchback` with these words, in the folder that was named with `-C`.
pub fn command(words: impl Display) -> String {
    called(FOLDER.get().map(PathBuf::as_path), words)
}

/// The same about runs, which are looked for in the project that they belong to.
pub fn run_command(words: impl Display) -> String {
    called(PROJECT.get().or_else(|| FOLDER.get()).map(PathBuf::as_path), words)
}

/// The same in another folder.
pub fn command_in(folder: &Path, words: impl Display) -> String {
    called(Some(folder), words)
}

fn called(folder: Option<&Path>, words: impl Display) -> String {
    match folder {
        Some(folder) => format!("{} -C {} {words}", program(), quoted(&folder.display().to_string())),
        None => format!("{} {words}", program()),
    }
}

/// What to type next, a line each, the usual one first.
pub fn next<T: Display>(lines: impl IntoIterator<Item = T>) -> String {
    let leads = ["next: "].into_iter().chain(std::iter::repeat("or:   "));
    leads.zip(lines).map(|(lead, line)| format!("{lead}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_called_as_this_process_was() {
        assert_eq!(called(None, "undo qzvmkt"), "switchback undo qzvmkt");
        assert_eq!(called(Some(Path::new("my project")), "undo qzvmkt"), "switchback -C 'my project' undo qzvmkt");
        assert_eq!(command_in(Path::new("it's"), "status"), r"switchback -C 'it'\''s' status");
    }

    #[test]
    fn the_usual_one_stands_first() {
        assert_eq!(next(["a", "b", "c"]), "next: a\nor:   b\nor:   c\n");
        assert_eq!(next::<&str>([]), "");
    }
}
