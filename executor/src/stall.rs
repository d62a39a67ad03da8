//! Waits in which nothing moves any more, of actions and of checks.

use std::time::Duration;
use tokio::time::Instant;

/// Since when what is missing is the same.
#[derive(Debug)]
pub struct Stall {
    limit: Option<Duration>,
    last: Option<(Vec<String>, Instant)>,
}

impl Stall {
    /// With a limit; without one nothing ever counts as stalled.
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
