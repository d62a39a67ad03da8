//! Questions before a command begins anything.

use super::typing::{ask, can_ask};
use crate::exit::Exit;
use crate::run::Signals;
use crate::session::Refused;

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It goes on.
    Yes,
    /// It does not.
    No,
    /// Nobody can be asked, or nobody answered.
    Nothing,
    /// A signal came instead.
    Stopped,
}

impl Said {
    /// How a command ends that did not begin; nothing where it begins. `no` refuses, `otherwise` says what to type where
    /// nobody can be asked; `stopped` is the code after a signal: 22 only where there is a run that can be resumed.
    pub(super) fn refused(
        self,
        stopped: Exit,
        no: impl FnOnce() -> Refused,
        otherwise: impl FnOnce() -> Refused,
    ) -> Option<Refused> {
        match self {
            Self::Yes => None,
            Self::No => Some(no()),
            Self::Nothing => Some(otherwise()),
            Self::Stopped => Some(Refused::with(stopped, "stopped at a question; nothing was touched")),
        }
    }
}

/// Waits for an answer, or for a signal: who closes the terminal has not answered.
pub(super) async fn said(asked: impl Future<Output = Said>, signals: &mut Signals) -> Said {
    if !can_ask() {
        return Said::Nothing;
    }
    tokio::select! {
        biased;
        name = signals.next() => if name == Signals::HANG_UP { Said::Nothing } else { Said::Stopped },
        said = asked => said,
    }
}

/// Asks what only this word answers with yes.
pub(super) async fn word(question: &str, words: &[&str]) -> Said {
    match ask(question).await {
        Some(answer) if words.contains(&answer.to_lowercase().as_str()) => Said::Yes,
        Some(_) => Said::No,
        None => Said::Nothing,
    }
}
