//! `stalled` of actions: a wait in which nothing moves any more need not last as long as it may.

use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::schema::{Param, Ty};
use tokio::time::Instant;

pub(super) const STALLED: Param = Param::optional("stalled", Ty::Span, "fail when nothing moves for so long");

/// How long nothing may move, where the plan says it.
pub(super) fn stalled(call: &Call) -> Option<Duration> {
    call.values.get(STALLED.name).and_then(serde_json::Value::as_u64).map(Duration::from_millis)
}

/// Since when what is missing is the same.
pub(super) struct Stall {
    limit: Option<Duration>,
    last: Option<(Vec<String>, Instant)>,
}

impl Stall {
    pub fn new(limit: Option<Duration>) -> Self {
        Self { limit, last: None }
    }

    /// Takes in what is missing now; the limit, where nothing moved for so long.
    pub fn over(&mut self, missing: &[String], now: Instant) -> Option<Duration> {
        match &self.last {
            Some((last, since)) if last == missing => self.limit.filter(|limit| now - *since >= *limit),
            _ => {
                self.last = Some((missing.to_vec(), now));
                None
            }
        }
    }

    /// Who was not answered does not know whether anything moved.
    pub fn forget(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_the_same_for_so_long_is_stalled() {
        let (began, of) = (Instant::now(), |text: &str| vec![text.to_owned()]);
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let limit = Some(Duration::from_secs(10));
        let mut stall = Stall::new(limit);
        assert_eq!(stall.over(&of("1 of 3"), at(0)), None);
        assert_eq!(stall.over(&of("1 of 3"), at(9)), None);
        assert_eq!(stall.over(&of("2 of 3"), at(11)), None, "it moved");
        assert_eq!(stall.over(&of("2 of 3"), at(20)), None);
        stall.forget();
        assert_eq!(stall.over(&of("2 of 3"), at(22)), None, "nobody knows");
        assert_eq!(stall.over(&of("2 of 3"), at(32)), limit);
        let mut endless = Stall::new(None);
        assert_eq!((endless.over(&of("0"), at(0)), endless.over(&of("0"), at(9999))), (None, None));
    }
}
