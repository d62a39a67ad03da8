//! Ends a run and leaves its target as it is, but for what was taken for a while.

use super::Outcome;
use super::outside::Heard;
use super::owner::Owner;
use crate::action::words;
use crate::event::{Event, Standing};
use crate::schedule::away;
use crate::screen::list;

/// Gives back what was taken for a while. Where that can't be, the run is not ended, unless that was asked for: `partly`.
pub(super) async fn abort(mut owner: Owner, partly: bool, signals: &mut Heard) -> Outcome {
    match owner.give_back(signals).await {
        Ok(()) => {}
        Err(Standing::UndoFailed) if partly => {
            let left: Vec<String> =
                away(&owner.plan, &owner.state).into_iter().map(|(.., act)| words(&act.call)).collect();
            owner.say(Event::Note { text: format!("not given back: {}", list(&left)) }).await;
        }
        Err(standing) => return owner.stop(standing, "what was taken for a while is not given back").await,
    }
    owner.stop(Standing::Aborted, "aborted").await
}
