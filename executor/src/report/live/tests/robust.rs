//! Any events in any order: nothing panics, and what is redrawn fits.

use super::Buffer;
use super::screen::Screen;
use crate::event::{ActRef, Entry, Event};
use crate::report::live::{Json, Live, Plain, Reader};
use crate::report::sample::{self, at};
use jiff::Timestamp;
use proptest::prelude::*;

fn events() -> Vec<Entry> {
    let mut all = [sample::good(), sample::undo_failed(), sample::unknown(), sample::nothing()].concat();
    let odd = [
        Event::Progress { unit: 8, says: "a: b\nc\nd".into(), waits: true, limit: u64::MAX, since: None },
        Event::Progress { unit: 9, says: "一二三".repeat(40), waits: true, limit: 1, since: None },
        Event::Progress { unit: 13, says: String::new(), waits: true, limit: 60_000, since: None },
        Event::Acted { unit: 8, act: ActRef(9, 9), changed: u64::MAX, note: Some("x".into()) },
        Event::UnitBegan { unit: u32::MAX },
        Event::UnitBegan { unit: 0 },
        Event::Asked { gate: "g".into(), text: "t".into(), typed: "y".into() },
        Event::Confirmed { gate: "never asked".into(), by: String::new() },
    ];
    all.extend(odd.into_iter().map(|event| Entry { at: at(2000), event }));
    all.extend((0..20).map(|unit| Entry { at: at(2001), event: Event::UnitBegan { unit } }));
    all.extend([Timestamp::MIN, Timestamp::MAX].map(|at| Entry { at, event: Event::UnitBegan { unit: 7 } }));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn readers_bear_any_events(
        entries in proptest::sample::subsequence(events(), 0..80).prop_shuffle(),
        past in proptest::sample::subsequence(events(), 0..20).prop_shuffle(),
        width in 30..160_usize,
        color: bool,
        ticks in proptest::collection::vec(-100..9000_i64, 80),
    ) {
        let plan = sample::plan();
        let mut view = sample::view(width);
        view.look.color = color;
        let (log, terminal) = (Buffer::default(), Buffer::default());
        let mut live = Live::new(Box::new(terminal.clone()), view.clone(), &plan, &past);
        let mut others: Vec<Box<dyn Reader>> = vec![
            Box::new(Plain::new(Box::new(log.clone()), view.clone(), &plan, &past)),
            Box::new(Json::new(Box::new(log))),
        ];
        for (entry, seconds) in entries.iter().zip(ticks) {
            for reader in &mut others {
                reader.take(entry, &plan);
                reader.tick(at(seconds));
            }
            live.take(entry, &plan);
            live.tick(at(seconds));
            prop_assert!(live.drawn.len() <= 6, "{:?}", live.drawn);
            prop_assert!(live.drawn.iter().all(|drawn| *drawn <= width), "{:?} in {width}", live.drawn);
        }
        live.finish();
        // The screen never runs out of lines to go back over.
        Screen::of(&terminal.text(), width);
    }
}
