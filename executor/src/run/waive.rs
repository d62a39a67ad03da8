//! Checks that do not hold, where the plan lets a person say that it goes on all the same (`else="ask"`).

use super::ask::{Missed, Question, Reply};
use super::unit::{Break, Work};
use crate::event::{Asks, Event};

/// Asks whether the unit goes on although these do not hold.
pub(super) async fn ask(work: &Work<'_>, missed: Vec<Missed>, hints: Vec<String>) -> Result<(), Break> {
    let checks: Vec<String> = missed.iter().map(|one| one.what.clone()).collect();
    let first = missed.first().map(|one| format!("{}: {}", one.what, one.seen)).unwrap_or_default();
    let again = checks.iter().all(|check| work.prior.asked.contains(check));
    let question = Question::Checks { unit: work.unit.name.clone(), missed, hints: hints.clone(), again };
    match work.scribe.ask(question).await {
        Reply::Yes(by) => Ok(work.scribe.commit(Event::Waived { unit: work.id, checks, by }).await?),
        Reply::No(by) => {
            let said = format!("{by} was asked, and said that it must not go on");
            Err(Break::Failed(first, std::iter::once(said).chain(hints).collect()))
        }
        Reply::Settled(..) | Reply::Nobody => Err(unanswered(work, Asks::Checks(checks)).await),
    }
}

/// Writes down that nobody answered: the unit stands where it is.
pub(super) async fn unanswered(work: &Work<'_>, question: Asks) -> Break {
    match work.scribe.commit(Event::Unanswered { unit: work.id, question }).await {
        Ok(()) => Break::Asks,
        Err(stop) => stop.into(),
    }
}
