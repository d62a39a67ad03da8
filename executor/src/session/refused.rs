//! Why a command did not do its work, as a person is told it: which door is shut, the fact that opens it, what is next.

use crate::exit::Exit;
use crate::screen::{Look, Style, hang, next, safe};
use crate::site::Fault;

/// A refusal or an error, with the exit code that scripts see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The process's exit code, as LANGUAGE's table has it.
    pub exit: Exit,
    /// The first line: which door is shut.
    pub why: String,
    /// Facts, a line each.
    pub facts: Vec<String>,
    /// What to type next, a line each; the first is the usual one.
    pub next: Vec<String>,
}

/// A fact that begins so is a part of the one before it.
const PART: &str = "  ";

impl Refused {
    /// Something went wrong that is no refusal.
    pub fn error(why: impl Into<String>) -> Self {
        Self::with(Exit::Error, why)
    }

    /// A refusal with its exit code.
    pub fn with(exit: Exit, why: impl Into<String>) -> Self {
        Self { exit, why: why.into(), facts: Vec::new(), next: Vec::new() }
    }

    /// With a fact; one that begins with two spaces is a part of the one before it.
    #[must_use]
    pub fn fact(mut self, line: impl Into<String>) -> Self {
        self.facts.push(line.into());
        self
    }

    /// With what to type next.
    #[must_use]
    pub fn next(mut self, line: impl Into<String>) -> Self {
        self.next.push(line.into());
        self
    }

    /// As it is printed: the first line says by its word whether it is a refusal.
    pub fn text(&self, look: Look) -> String {
        let word = match self.exit {
            Exit::Error | Exit::Usage => "error",
            Exit::Done => "nothing to do",
            _ => "refused",
        };
        let style = if word == "nothing to do" { Style::Plain } else { Style::Red };
        let mut text = hang(&format!("{}: ", style.paint(word, look)), &safe(&self.why, look), look);
        text.extend(self.facts.iter().map(|fact| {
            let lead = if fact.starts_with(PART) { "    " } else { "  " };
            hang(lead, &safe(fact.trim_start(), look), look)
        }));
        text + &next(&self.next)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        fault.details.into_iter().fold(Self::error(fault.why), Self::fact)
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self::error(error.to_string())
    }
}
