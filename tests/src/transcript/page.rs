//! A page: its text, and the blocks of commands in it.

use std::fmt;

/// A page.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    /// The project that it begins with.
    pub project: Option<String>,
    /// The context and the namespace by which it knows a test cluster, with Helm 4 and `kubectl`.
    pub cluster: Option<(String, String)>,
    /// Texts and blocks in their order.
    pub parts: Vec<Part>,
}

/// A part of a page.
#[derive(Debug, PartialEq)]
pub enum Part {
    /// A line that is no command.
    Line(String),
    /// Commands.
    Block(Block),
}

impl Part {
    pub(super) fn block_mut(&mut self) -> Option<&mut Block> {
        match self {
            Self::Block(block) => Some(block),
            Self::Line(_) => None,
        }
    }
}

/// Commands in one fence.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// The words behind `console`.
    pub surroundings: Vec<String>,
    /// Its commands.
    pub commands: Vec<Command>,
}

/// A command with all that it prints.
#[derive(Debug, Default, PartialEq)]
pub struct Command {
    /// As typed, for a shell.
    pub typed: String,
    /// What stdout had.
    pub stdout: String,
    /// What stderr had.
    pub stderr: String,
    /// Its exit status; none when a signal ended it.
    pub exit: Option<i32>,
}

/// The shortest fence; around what prints fences itself it is longer than any of those.
const FENCE: &str = "```";
const STDERR: &str = "[stderr]";

impl Page {
    /// Reads a page; what its commands printed is kept only so far as a page that is not run needs it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut page = Self::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(project) = line.strip_prefix("project: ") {
                page.project = Some(project.trim().to_owned());
            }
            if let Some(place) = line.strip_prefix("cluster: ") {
                let (context, namespace) = place.trim().split_once('/').ok_or("`cluster:` is CONTEXT/NAMESPACE")?;
                page.cluster = Some((context.to_owned(), namespace.to_owned()));
            }
            match opened(line) {
                Some((fence, words)) => {
                    let inside = lines.by_ref().take_while(|line| *line != fence);
                    page.parts.push(Part::Block(block(words, inside)?));
                }
                None => page.parts.push(Part::Line(line.to_owned())),
            }
        }
        Ok(page)
    }
}

/// The fence of a block of commands, and the words behind it.
fn opened(line: &str) -> Option<(&str, &str)> {
    let words = line.trim_start_matches('`');
    let fence = line.strip_suffix(words).filter(|fence| fence.len() >= FENCE.len())?;
    Some((fence, words.strip_prefix("console")?))
}

fn block<'t>(words: &str, lines: impl Iterator<Item = &'t str>) -> Result<Block, String> {
    let surroundings = words.split_whitespace().map(ToOwned::to_owned).collect();
    let mut commands: Vec<Command> = Vec::new();
    let mut in_stderr = false;
    for line in lines {
        if let Some(typed) = line.strip_prefix("$ ") {
            commands.push(Command { typed: typed.to_owned(), ..Command::default() });
            in_stderr = false;
            continue;
        }
        let Some(command) = commands.last_mut() else { return Err(format!("`{line}` stands before a command")) };
        if line == STDERR {
            in_stderr = true;
        } else if let Some(exit) = line.strip_prefix("[exit ").and_then(|rest| rest.strip_suffix(']')) {
            command.exit = exit.parse().ok();
        } else {
            let stream = if in_stderr { &mut command.stderr } else { &mut command.stdout };
            stream.extend([line, "\n"]);
        }
    }
    Ok(Block { surroundings, commands })
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Line(line) => writeln!(f, "{line}")?,
                Part::Block(block) => write!(f, "{block}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside: String = self.commands.iter().map(Command::to_string).collect();
        let mut fence = FENCE.to_owned();
        while inside.lines().any(|line| line.starts_with(&fence)) {
            fence.push('`');
        }
        let words: String = self.surroundings.iter().flat_map(|word| [" ", word]).collect();
        writeln!(f, "{fence}console{words}\n{inside}{fence}")
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.typed)?;
        stream(f, &self.stdout)?;
        if !self.stderr.is_empty() {
            writeln!(f, "{STDERR}")?;
            stream(f, &self.stderr)?;
        }
        match self.exit {
            Some(exit) => writeln!(f, "[exit {exit}]"),
            None => writeln!(f, "[exit by a signal]"),
        }
    }
}

/// A stream that does not end its last line is told, since nobody would see it.
fn stream(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "{text}")?;
    if text.is_empty() || text.ends_with('\n') { Ok(()) } else { writeln!(f, "[no line end]") }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n\nproject: quickstart\ncluster: prod/shop\n\n```console columns=60 ascii\n$ switchback runs\nrun\n\
                        [stderr]\nnote\n[exit 0]\n$ true\n[exit 0]\n```\n\nThe end.\n";

    #[test]
    fn a_page_is_written_as_it_was_read() {
        let page = Page::parse(PAGE).unwrap();
        assert_eq!(page.to_string(), PAGE);
        assert_eq!(page.project.as_deref(), Some("quickstart"));
        assert_eq!(page.cluster, Some(("prod".to_owned(), "shop".to_owned())));
        let blocks: Vec<&Block> = page
            .parts
            .iter()
            .filter_map(|part| if let Part::Block(block) = part { Some(block) } else { None })
            .collect();
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks.first().unwrap().surroundings, ["columns=60", "ascii"]);
        assert_eq!(blocks.first().unwrap().commands.first().unwrap().stderr, "note\n");
    }

    #[test]
    fn a_fence_is_longer_than_those_inside() {
        let page = "````console\n$ x\n```diff\n+a\n```\n[exit 0]\n````\nThe end.\n";
        assert_eq!(Page::parse(page).unwrap().to_string(), page);
        let mut short = Page::parse("```console\n$ x\n```\n").unwrap();
        short.parts.iter_mut().filter_map(Part::block_mut).for_each(|block| {
            block.commands.iter_mut().for_each(|command| {
                command.stdout = "```\n".to_owned();
                command.exit = Some(0);
            });
        });
        assert_eq!(short.to_string(), "````console\n$ x\n```\n[exit 0]\n````\n");
    }

    #[test]
    fn text_before_the_first_command_is_refused() {
        assert!(Page::parse("```console\nrun\n```\n").is_err());
    }

    #[test]
    fn a_last_line_without_an_end_is_seen() {
        let command = Command { typed: "x".into(), stdout: "a".into(), exit: Some(1), ..Command::default() };
        assert_eq!(command.to_string(), "$ x\na[no line end]\n[exit 1]\n");
    }
}
