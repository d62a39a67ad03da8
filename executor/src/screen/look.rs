//! What a stream can show: the character set, colours, the width.

use std::io::IsTerminal;

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// On a terminal that has them, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always, also in a pipe.
    Always,
    /// Never.
    Never,
}

/// What the command line says about looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    /// `--color`.
    pub color: When,
    /// `--ascii`.
    pub ascii: bool,
}

/// What is asked about the world around a stream, so that tests can answer instead.
pub trait Surroundings {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// Whether the stream is a terminal.
    fn is_terminal(&self) -> bool;
    /// How many columns the terminal has, when it says so.
    fn columns(&self) -> Option<usize>;
}

/// How a screen may look on one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether only ASCII may be written.
    pub ascii: bool,
    /// Whether colours may be written.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// A screen on a stream that says nothing about its width.
const DEFAULT_WIDTH: usize = 80;
/// Narrower than this nothing can be laid out; the terminal wraps instead.
const LEAST_WIDTH: usize = 30;
/// Wider terminals change nothing: lines longer than this are hard to read.
const WIDEST: usize = 120;

impl Look {
    /// The look of stdout.
    pub fn for_stdout(flags: Flags) -> Self {
        Self::detect(flags, &Stream(std::io::stdout()))
    }

    /// The look of stderr.
    pub fn for_stderr(flags: Flags) -> Self {
        Self::detect(flags, &Stream(std::io::stderr()))
    }

    /// The look of a stream with these surroundings.
    pub fn detect(flags: Flags, around: &dyn Surroundings) -> Self {
        let dumb = around.variable("TERM").is_some_and(|term| term == "dumb");
        Self {
            ascii: flags.ascii || dumb || !is_utf8(around),
            color: match flags.color {
                When::Always => true,
                When::Never => false,
                When::Auto => wants_color(around, dumb),
            },
            width: columns(around).max(LEAST_WIDTH),
        }
    }

    /// Unicode without colours in 80 columns: what a file or another program gets.
    pub fn plain() -> Self {
        Self { ascii: false, color: false, width: DEFAULT_WIDTH }
    }

    /// The column where figures and `[marks]` end.
    pub fn edge(self) -> usize {
        self.width.min(WIDEST)
    }

    /// One of two texts, by the character set.
    pub fn pick<'a>(self, unicode: &'a str, ascii: &'a str) -> &'a str {
        if self.ascii { ascii } else { unicode }
    }
}

/// <https://bixense.com/clicolors>: `NO_COLOR` first, then force, then whether a person looks on.
fn wants_color(around: &dyn Surroundings, dumb: bool) -> bool {
    let set = |name| around.variable(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    if around.variable("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") {
        return true;
    }
    let refused = around.variable("CLICOLOR").is_some_and(|value| value == "0");
    around.is_terminal() && !dumb && !refused
}

/// The first locale variable that is set decides, as POSIX orders them; without one the locale is C, which is ASCII.
fn is_utf8(around: &dyn Surroundings) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| around.variable(name))
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn columns(around: &dyn Surroundings) -> usize {
    let asked = || around.variable("COLUMNS")?.trim().parse().ok();
    around.columns().or_else(asked).filter(|columns| *columns > 0).unwrap_or(DEFAULT_WIDTH)
}

/// A stream of this process.
struct Stream<S>(S);

impl<S: IsTerminal + std::os::fd::AsFd> Surroundings for Stream<S> {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }

    fn columns(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(&self.0).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake {
        variables: &'static [(&'static str, &'static str)],
        terminal: Option<usize>,
    }

    impl Surroundings for Fake {
        fn variable(&self, name: &str) -> Option<String> {
            self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }

        fn is_terminal(&self) -> bool {
            self.terminal.is_some()
        }

        fn columns(&self) -> Option<usize> {
            self.terminal
        }
    }

    fn look(terminal: Option<usize>, variables: &'static [(&'static str, &'static str)]) -> Look {
        Look::detect(Flags::default(), &Fake { variables, terminal })
    }

    #[test]
    fn a_terminal_in_a_utf8_locale_gets_everything() {
        let seen = look(Some(100), &[("LANG", "de_DE.UTF-8"), ("TERM", "xterm")]);
        assert_eq!(seen, Look { ascii: false, color: true, width: 100 });
    }

    #[test]
    fn a_pipe_gets_no_colour_and_80_columns() {
        assert_eq!(look(None, &[("LANG", "C.utf8")]), Look::plain());
        assert_eq!(look(None, &[("COLUMNS", "132")]).width, 132);
        assert_eq!(look(None, &[("COLUMNS", "0")]).width, 80);
        assert_eq!(look(None, &[("COLUMNS", "wide")]).width, 80);
        assert_eq!(look(Some(60), &[("COLUMNS", "132")]).width, 60);
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(look(None, &[]).ascii);
        assert!(look(None, &[("LANG", "POSIX")]).ascii);
        assert!(look(None, &[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).ascii);
        assert!(!look(None, &[("LC_ALL", ""), ("LC_CTYPE", "UTF-8"), ("LANG", "C")]).ascii);
    }

    #[test]
    fn a_dumb_terminal_gets_neither_signs_nor_colours() {
        let seen = look(Some(80), &[("LANG", "C.UTF-8"), ("TERM", "dumb")]);
        assert!(seen.ascii && !seen.color);
    }

    #[test]
    fn no_color_beats_force_and_the_command_line_beats_both() {
        let both: &'static [_] = &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert!(!look(Some(80), both).color);
        assert!(look(None, &[("CLICOLOR_FORCE", "1")]).color);
        assert!(!look(None, &[("CLICOLOR_FORCE", "0")]).color);
        assert!(!look(Some(80), &[("CLICOLOR", "0")]).color);
        assert!(look(Some(80), &[("NO_COLOR", "")]).color);
        let around = Fake { variables: both, terminal: None };
        assert!(Look::detect(Flags { color: When::Always, ascii: false }, &around).color);
        let around = Fake { variables: &[("CLICOLOR_FORCE", "1")], terminal: Some(80) };
        assert!(!Look::detect(Flags { color: When::Never, ascii: false }, &around).color);
    }

    #[test]
    fn the_edge_stops_at_120() {
        assert_eq!(look(Some(200), &[]).edge(), 120);
        assert_eq!(look(Some(10), &[]).edge(), 30);
    }
}
