//! A run in a log, and as JSON.

use super::{Buffer, expect, play};
use crate::event::{Entry, Event, Told};
use crate::report::live::{Json, Plain, Reader};
use crate::report::run::View;
use crate::report::sample::{self, Script, at};
use crate::screen::Look;
use serde_json::Value;

fn logged(entries: &[Entry], look: Look) -> String {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let mut reader = Plain::new(Box::new(buffer.clone()), View { look, ..sample::view(80) }, &plan, &[]);
    play(&mut reader, entries, 3000);
    reader.finish();
    buffer.text()
}

#[test]
fn whole_runs() {
    let runs = [
        ("good", sample::good()),
        ("undone", sample::undone()),
        ("undo-failed", sample::undo_failed()),
        ("unknown", sample::unknown()),
        ("interrupted", sample::interrupted()),
        ("nothing", sample::nothing()),
    ];
    for (name, entries) in runs {
        expect(&format!("plain-{name}"), &logged(&entries, Look::plain()));
    }
    let ascii = logged(&sample::good(), Look { ascii: true, ..Look::plain() });
    assert!(ascii.is_ascii(), "{ascii}");
    assert!(ascii.contains("done: lumen 4.9.3 -> 5.0.0 on prod-eu"), "{ascii}");
}

#[test]
fn no_job_is_silent_for_long() {
    let entries = Script::default()
        .began()
        .unit(2, sample::ORDERS_COPY)
        .works(2, sample::ORDERS_COPY, "copies database orders: 24.7 of 41.2 GiB", 3600)
        .at(2402, Event::UnitDone { unit: sample::ORDERS_COPY, changes: 0 })
        .0;
    let log = logged(&entries, Look::plain());
    let times: Vec<&str> = log.lines().filter(|line| line.contains("still runs")).map(|line| &line[..8]).collect();
    let minutes = ["21:42:52", "21:43:52", "21:44:52", "21:45:52", "21:46:52", "21:47:52", "21:48:52", "21:49:52"];
    let later = ["21:50:52", "21:51:52", "22:01:52", "22:11:52", "22:21:52"];
    assert_eq!(times, [&minutes[..], &later[..]].concat());
    assert!(
        log.contains("21:51:52 orders-copy: still runs, 10m 00s of 1h: copies database orders: 24.7 of 41.2 GiB\n"),
        "{log}"
    );
}

#[test]
fn each_line_is_whole_by_itself() {
    let hostile = "a\nb\u{1b}[2J";
    let entries = Script::default()
        .began()
        .unit(1, sample::SITE)
        .at(2, Event::Note { text: hostile.into() })
        .at(3, Event::UnitFailed { unit: sample::SITE, why: hostile.into(), details: vec![hostile.into()] })
        .0;
    let log = logged(&entries, Look::plain());
    assert!(log.lines().all(|line| line.starts_with("21:41:5")), "{log}");
    assert!(!log.contains('\u{1b}'));
}

#[test]
fn programs_get_every_event_as_it_is() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let mut json = Json::new(Box::new(buffer.clone()));
    let mut entries = sample::good();
    entries.push(Entry { at: at(9000), event: Event::Note { text: "\u{202e}\n\u{9b}".into() } });
    for entry in &entries {
        json.take(entry, &plan);
    }
    json.tick(at(9001));
    json.say("not for programs\n");
    json.finish();
    let text = buffer.text();
    assert!(!text.contains('\u{202e}') && !text.contains('\u{9b}'));
    let mut read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_site = read.iter().find(|line| line["unit"] == sample::SITE).unwrap();
    assert_eq!(of_site["unit_name"], "site");
    read.iter_mut().filter_map(Value::as_object_mut).for_each(|line| drop(line.remove("unit_name")));
    let told: Vec<Value> = entries.iter().map(|entry| serde_json::to_value(Told(entry)).unwrap()).collect();
    assert_eq!(read, told);
    let note = serde_json::json!({"at": at(9000), "event": "note", "text": "\u{202e}\n\u{9b}"});
    assert_eq!(read.last(), Some(&note));
}

#[test]
fn a_reader_that_is_gone_ends_nothing() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
    }
    let plan = sample::plan();
    let mut readers: Vec<Box<dyn Reader>> = vec![
        Box::new(Json::new(Box::new(Gone))),
        Box::new(Plain::new(Box::new(Gone), sample::view(80), &plan, &[])),
        Box::new(crate::report::live::Live::new(Box::new(Gone), sample::view(80), &plan, &[])),
    ];
    for reader in &mut readers {
        play(reader.as_mut(), &sample::undone(), 3000);
        reader.finish();
    }
}
