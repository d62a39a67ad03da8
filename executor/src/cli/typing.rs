//! What a person types: a line at a time, and only what is typed after the question is shown.

use crate::screen::{Look, safe};
use std::io::{BufRead, IsTerminal, Write};
use std::sync::{OnceLock, mpsc};
use std::thread;
use tokio::sync::oneshot;

/// Who types something else so many times has not answered.
const TRIES: u32 = 3;

type Wanted = oneshot::Sender<Option<String>>;

/// Whether somebody sees a question and can answer it.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line; none where nobody types any more. Dropped, it leaves the line of the question.
pub(super) async fn ask(question: &str) -> Option<String> {
    // What was typed before the question was read can't be meant as its answer.
    let _untouched = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
    // Who has stopped the terminal stops the question, and not the run that asks it.
    let question = question.to_owned();
    let _shown = tokio::task::spawn_blocking(move || say(&question)).await;
    let mut prompt = Prompt { is_answered: false };
    let line = next_line().await.ok().flatten();
    prompt.is_answered = line.is_some();
    line.map(|line| line.trim().to_owned())
}

/// Asks until an answer is one that is taken; `None` where nobody answers, or nobody rightly.
pub(super) async fn until<T>(question: &str, wanted: &str, look: Look, take: impl Fn(&str) -> Option<T>) -> Option<T> {
    let prompt = question.rsplit('\n').next().unwrap_or(question);
    for tried in 1..=TRIES {
        let answer = ask(if tried == 1 { question } else { prompt }).await?;
        if let Some(taken) = take(&answer) {
            return Some(taken);
        }
        let left = match TRIES - tried {
            0 => "and is not asked for again".to_owned(),
            1 => "once more".to_owned(),
            more => format!("{more} more tries"),
        };
        say(&format!("`{}` is not {wanted}; {left}\n", safe(&answer, look)));
    }
    None
}

/// Asks for a text to be typed as it stands.
pub(super) async fn typed(question: &str, wanted: &str, look: Look) -> bool {
    let what = format!("`{}`", safe(wanted, look));
    until(question, &what, look, |answer| (answer == wanted).then_some(())).await.is_some()
}

fn say(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // Nobody is left to read it where this fails, and then nobody answers either.
    let _gone = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// A line with a question at its beginning, which who answers ends.
struct Prompt {
    is_answered: bool,
}

impl Drop for Prompt {
    fn drop(&mut self) {
        if !self.is_answered {
            say("\n");
        }
    }
}

/// The next line of stdin, read by a thread of its own: nothing else stands still meanwhile, and a process that ends
/// does not wait for it.
fn next_line() -> oneshot::Receiver<Option<String>> {
    static READER: OnceLock<mpsc::Sender<Wanted>> = OnceLock::new();
    let reader = READER.get_or_init(|| {
        let (wanted, lines) = mpsc::channel();
        thread::spawn(move || read_lines(&lines));
        wanted
    });
    let (line, given) = oneshot::channel();
    // Without its thread the line never comes, which is told as no answer.
    let _gone = reader.send(line);
    given
}

fn read_lines(wanted: &mpsc::Receiver<Wanted>) {
    while let Ok(mut by) = wanted.recv() {
        let line = read_line();
        // A question may have been withdrawn while its line was read: the line is for the one that is shown now.
        while by.is_closed() {
            let Ok(next) = wanted.try_recv() else { break };
            by = next;
        }
        let _gone = by.send(line);
    }
}

fn read_line() -> Option<String> {
    let mut line = Vec::new();
    let read = std::io::stdin().lock().read_until(b'\n', &mut line).unwrap_or(0);
    (read > 0).then(|| String::from_utf8_lossy(&line).into_owned())
}
