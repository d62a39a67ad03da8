//! Asking Helm something: a command that changes nothing, whose answer we read and nobody keeps.
//!
//! What is rendered holds the values of Secrets, so it comes through a pipe and is never on a disk. When whoever asks goes
//! away, the program is killed: there is nothing that it could leave half done. (What changes something runs under a
//! supervisor instead, see [`super::start`].)

use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use crate::world::wording::{fault, span};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// More than anybody reads of what went wrong.
const MOST_WORDS: usize = 64 * 1024;
/// What a message shows of it.
const LAST_LINES: usize = 20;
/// What a sentence takes of an error; all of it is among the last lines.
const LONGEST_ERROR: usize = 600;
/// Programs at once, whoever asks. Each takes some ten megabytes and at most as much as [`COLLECTOR`] says or it needs; half
/// of its time it waits for the API server, so more than there are cores are of use.
const AT_ONCE: usize = 8;
/// How a Go program collects garbage that lives for a tenth of a second: not at all while it has little, which saves a sixth
/// of its time. Source: <https://go.dev/doc/gc-guide>.
const COLLECTOR: [(&str, &str); 2] = [("GOGC", "off"), ("GOMEMLIMIT", "128MiB")];
/// The error begins so.
const ERROR: &str = "Error: ";
/// Helm's advice behind it, which is not for whom we tell it.
const ADVICE: &str = "Use --debug";

/// What is asked.
pub struct Question<'q> {
    /// The program.
    pub program: &'q Path,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs.
    pub cwd: &'q Path,
    /// What is set in its environment; all of Helm that is set in ours is taken away.
    pub environment: &'q BTreeMap<String, String>,
    /// How long it may take.
    pub within: Duration,
    /// The bytes that its answer may have.
    pub most: usize,
}

/// Runs the program to its end, and gives what it wrote to its standard output.
pub async fn ask(question: Question<'_>) -> Result<Vec<u8>, HelmFault> {
    static SLOTS: Semaphore = Semaphore::const_new(AT_ONCE);
    let Question { program, args, within, most, .. } = &question;
    // It is never closed.
    let _slot = SLOTS.acquire().await;
    let mut child = command(&question).spawn().map_err(|error| unstartable(program, &error))?;
    let told = tokio::time::timeout(*within, told(&mut child, *most)).await;
    // One that is not waited for is killed when it is dropped.
    let (status, output, words) = match told {
        Err(_) => return Err(late(args, *within)),
        Ok(Err(Trouble::TooMuch)) => return Err(too_much(args, *most)),
        Ok(Err(Trouble::Pipe(error))) => return Err(HelmFault::file("read what is said by", program)(error)),
        Ok(Ok(told)) => told,
    };
    if status.success() { Ok(output) } else { Err(refused(args, &words)) }
}

/// Why an answer is not whole.
enum Trouble {
    Pipe(std::io::Error),
    TooMuch,
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Pipe(error)
    }
}

fn command(question: &Question<'_>) -> Command {
    let mut command = Command::new(question.program);
    command.args(&question.args).current_dir(question.cwd);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that Ctrl-C is for us to answer.
    command.process_group(0).kill_on_drop(true);
    for name in super::home::ambient() {
        command.env_remove(name);
    }
    if COLLECTOR.iter().all(|(name, _)| std::env::var_os(name).is_none()) {
        command.envs(COLLECTOR);
    }
    command.envs(question.environment);
    command
}

async fn told(child: &mut Child, most: usize) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), Trouble> {
    let (output, words) = (child.stdout.take(), child.stderr.take());
    let (output, words) = tokio::try_join!(bounded(output, most), tail(words))?;
    Ok((child.wait().await?, output, words))
}

/// All that is said, if it is no more than allowed.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>, most: usize) -> Result<Vec<u8>, Trouble> {
    let Some(pipe) = pipe else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    pipe.take(most as u64 + 1).read_to_end(&mut bytes).await?;
    if bytes.len() > most { Err(Trouble::TooMuch) } else { Ok(bytes) }
}

/// The end of what is said, which has the error.
async fn tail(pipe: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Trouble> {
    let Some(mut pipe) = pipe else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    while pipe.read_buf(&mut bytes).await? > 0 {
        let more = bytes.len().saturating_sub(MOST_WORDS);
        bytes.drain(..more);
    }
    Ok(bytes)
}

fn unstartable(program: &Path, error: &std::io::Error) -> HelmFault {
    let what = format!("`{}` can't be started: {}", program.display(), fault(error));
    HelmFault::new(HelmFaultKind::Program, what)
}

fn too_much(args: &[String], most: usize) -> HelmFault {
    let what = format!("`{}` says more than {most} bytes", line(args));
    HelmFault::new(HelmFaultKind::Refused, what).with_help("split the chart")
}

fn late(args: &[String], within: Duration) -> HelmFault {
    let what = format!("`{}` did not end within {}", line(args), span(within));
    HelmFault::new(HelmFaultKind::Late, what).with_help("look whether the API server answers")
}

fn refused(args: &[String], words: &[u8]) -> HelmFault {
    let words = String::from_utf8_lossy(words);
    let lines: Vec<_> = words.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().to_vec();
    let what = format!("`{}` failed: {}", line(args), error(&last));
    HelmFault::new(HelmFaultKind::Refused, what).with_words(last)
}

/// What Helm calls the error: from its word on to the end, which may be several lines.
fn error(lines: &[String]) -> String {
    let begin = lines.iter().rposition(|line| line.starts_with(ERROR)).unwrap_or(lines.len().saturating_sub(1));
    let lines = lines.get(begin..).unwrap_or_default().iter().filter(|line| !line.starts_with(ADVICE));
    let text = lines.map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let text = text.strip_prefix(ERROR).unwrap_or(&text);
    if text.is_empty() { "it said nothing".to_owned() } else { text.chars().take(LONGEST_ERROR).collect() }
}

/// A command by its first words: `helm upgrade portal`.
fn line(args: &[String]) -> String {
    let words = args.iter().take_while(|word| !word.starts_with('-')).take(2).cloned();
    std::iter::once("helm".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    async fn sh(script: &str, within: Duration, most: usize) -> Result<Vec<u8>, HelmFault> {
        let args = vec!["-c".to_owned(), script.to_owned()];
        let (program, cwd) = (Path::new("/bin/sh"), Path::new("/"));
        ask(Question { program, args, cwd, environment: &BTreeMap::new(), within, most }).await
    }

    #[tokio::test]
    async fn an_answer_is_whole_or_a_fault() {
        let minute = Duration::from_mins(1);
        assert_eq!(sh("echo a; echo b >&2", minute, 10).await.unwrap(), b"a\n");
        let fault = sh("yes", minute, 1000).await.unwrap_err();
        assert!(fault.what.contains("says more than 1000 bytes"), "{fault}");
        let fault = sh("yes warning | head -c 1000000 >&2; echo 'Error: no chart' >&2; exit 1", minute, 10).await;
        let fault = fault.unwrap_err();
        assert!(fault.kind == HelmFaultKind::Refused && fault.what.ends_with("failed: no chart"), "{fault}");
        assert_eq!(fault.said.len(), LAST_LINES);
        let several = "echo 'Error: a.yaml:1:10' >&2; echo '  executing:' >&2; echo '    nil' >&2; echo 'Use --debug flag' >&2; exit 1";
        let fault = sh(several, minute, 10).await.unwrap_err();
        assert!(fault.what.ends_with("failed: a.yaml:1:10 executing: nil"), "{fault}");
        let fault = sh("exit 3", minute, 10).await.unwrap_err();
        assert!(fault.what.ends_with("failed: it said nothing"), "{fault}");
        let fault = sh("sleep 60", Duration::from_millis(200), 10).await.unwrap_err();
        assert_eq!(fault.kind, HelmFaultKind::Late);
    }
}
