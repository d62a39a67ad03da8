//! A run on a terminal.

use super::screen::Screen;
use super::{Buffer, expect, play};
use crate::event::{Entry, Event};
use crate::report::live::{Live, Reader};
use crate::report::run::View;
use crate::report::sample::{self, Script, at};
use crate::screen::Look;

/// The screen at a time, all that scrolled away above it.
fn shown(entries: &[Entry], until: i64, look: Look) -> String {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let view = View { look, ..sample::view(80) };
    let mut live = Live::new(Box::new(buffer.clone()), view, &plan, &[]);
    play(&mut live, entries, until);
    Screen::of(&buffer.text(), look.width).text()
}

fn of(width: usize) -> Look {
    Look { width, ..Look::plain() }
}

/// Two steps at once, one of which waits.
fn second_moment() -> Vec<Entry> {
    let missing = "deployment/notebooks: 1 of 2 ready\npod notebooks-5d8c-q4zlm: pulls its image, 22s";
    sample::prepared()
        .did(1090, 1091, sample::SITE, "www", 1)
        .unit(1090, sample::NOTEBOOKS)
        .intent(1090, sample::NOTEBOOKS, 0, "manifests/notebooks.yaml")
        .unit(1091, sample::PORTAL)
        .intent(1091, sample::PORTAL, 0, "www/portal.json")
        .acted(1091, sample::PORTAL, 0, 1)
        .intent(1091, sample::PORTAL, 1, "portal")
        .works(1092, sample::PORTAL, "helm upgrade to revision 42: hook portal-sessions", 600)
        .waits(1094, sample::NOTEBOOKS, "deployment/notebooks: 0 of 2 ready", 300)
        .waits(1110, sample::NOTEBOOKS, missing, 300)
        .sorted()
}

/// A step that waits for long.
fn third_moment() -> Vec<Entry> {
    let missing = "deployment/catalog: 2 of 3 ready\npod catalog-6c9f4-x7k2p: GET /ready says 503";
    sample::user_space()
        .unit(1242, sample::CATALOG)
        .intent(1242, sample::CATALOG, 0, "catalog")
        .acted(1273, sample::CATALOG, 0, 3)
        .waits(1274, sample::CATALOG, missing, 300)
        .waits(1300, sample::CATALOG, missing, 300)
        .waits(1400, sample::CATALOG, missing, 300)
        .sorted()
}

#[test]
fn moments_of_a_good_run() {
    let first = Script::default()
        .began()
        .wall(1, 0)
        .wall(1, 1)
        .unit(2, sample::ORDERS_COPY)
        .works(3, sample::ORDERS_COPY, "copies database orders: 34.7 of 41.2 GiB", 3600)
        .sorted();
    let moments =
        [shown(&first, 844, of(80)), shown(&second_moment(), 1121, of(80)), shown(&third_moment(), 1310, of(80))];
    expect("live-moments", &moments.join("\n=====\n"));
}

#[test]
fn moments_in_other_looks() {
    for (name, look) in [("60", of(60)), ("120", of(120)), ("ascii", Look { ascii: true, ..of(80) })] {
        let moments = [shown(&second_moment(), 1121, look), shown(&third_moment(), 1310, look)];
        expect(&format!("live-moments-{name}"), &moments.join("\n=====\n"));
    }
}

#[test]
fn a_wide_screen_has_a_bar_for_what_has_a_size() {
    let entries = Script::default()
        .began()
        .unit(2, sample::ORDERS_COPY)
        .works(3, sample::ORDERS_COPY, "copies database orders: 34.7 of 41.2 GiB", 3600)
        .0;
    let wide = shown(&entries, 844, of(120));
    assert!(wide.contains("copies database orders: 34.7 of 41.2 GiB  [################....]   "), "{wide}");
    assert!(!shown(&entries, 844, of(80)).contains('['));
}

#[test]
fn colours_repeat_what_signs_and_words_say() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let look = Look { color: true, ..of(80) };
    let mut live = Live::new(Box::new(buffer.clone()), View { look, ..sample::view(80) }, &plan, &[]);
    play(&mut live, &third_moment(), 1400);
    let last = at(1440);
    live.tick(last);
    let text = buffer.text();
    let block = text.rsplit("\u{1b}[J").next().unwrap();
    // From half of its limit on a wait is yellow.
    let wanted = "\u{1b}[1mcore-kernel\u{1b}[0m: 2 steps\n  \u{1b}[33m◌\u{1b}[0m catalog       \u{1b}[33mdeployment/catalog: 2 of 3 ready\u{1b}[0m";
    assert!(block.starts_with(wanted), "{block:?}");
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
        expect(&format!("live-{name}"), &shown(&entries, 3000, of(80)));
    }
}

#[test]
fn nothing_is_drawn_while_a_person_types() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let mut live = Live::new(Box::new(buffer.clone()), sample::view(80), &plan, &[]);
    let entries = sample::prepared().0;
    let asked = entries.iter().position(|entry| matches!(entry.event, Event::Asked { .. })).unwrap();
    entries[..=asked].iter().for_each(|entry| live.take(entry, &plan));
    let before = buffer.text();
    live.tick(at(1005));
    live.take(&Entry { at: at(1006), event: Event::Note { text: "meanwhile".into() } }, &plan);
    live.say("said\n");
    assert_eq!(buffer.text(), before);
    live.take(&entries[asked + 1], &plan);
    let after = buffer.text();
    let after = after.strip_prefix(&before).unwrap();
    assert!(after.starts_with("note: meanwhile\nsaid\n✓ data          confirmed by ada"), "{after:?}");
}

#[test]
fn more_than_fits_is_counted_and_the_nearest_limits_are_shown() {
    let mut plan = sample::plan();
    let mut script = Script::default().began().wall(1, 0).wall(1, 1).wall(1, 3).wall(1, 4).wall(1, 5).wall(1, 6);
    let limits = [(sample::SITE, 900), (sample::PORTAL, 30), (sample::NOTEBOOKS, 600)];
    for (unit, limit) in limits {
        script = script.unit(2, unit).works(3, unit, "works", limit);
    }
    for more in 0..3 {
        let mut unit = plan.unit(sample::NOTEBOOKS).unwrap().clone();
        unit.name = format!("more-{more}");
        plan.units.push(unit);
        script = script.unit(2, 20 + more).works(3, 20 + more, "works", 60);
    }
    let buffer = Buffer::default();
    let mut live = Live::new(Box::new(buffer.clone()), sample::view(80), &plan, &[]);
    script.0.iter().for_each(|entry| live.take(entry, &plan));
    live.tick(at(10));
    let screen = Screen::of(&buffer.text(), 80).text();
    expect("live-many", &screen);
}

#[test]
fn a_terminal_that_becomes_narrow_is_erased_whole() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let mut live = Live::new(Box::new(buffer.clone()), sample::view(80), &plan, &[]);
    play(&mut live, &third_moment(), 1310);
    let drawn = buffer.text().rsplit("\u{1b}[J").next().unwrap().lines().count();
    live.resize(of(40));
    live.tick(at(1400));
    let text = buffer.text();
    let erased = text.rsplit("\u{1b}[").nth(1).unwrap();
    // Three of the lines were wider than 40 columns, so each of them takes two rows now.
    assert_eq!(erased, format!("{}F", drawn + 3));
}

#[test]
fn what_was_told_before_is_not_told_again() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let entries = sample::unknown();
    let resumed = entries.iter().position(|entry| matches!(entry.event, Event::Resumed { .. })).unwrap();
    let mut live = Live::new(Box::new(buffer.clone()), sample::view(80), &plan, &entries[..resumed]);
    play(&mut live, &entries[resumed..], 3000);
    let screen = Screen::of(&buffer.text(), 80).text();
    expect("live-resumed", &screen);
}

#[test]
fn a_process_that_ends_in_the_middle_leaves_no_half_drawn_line() {
    let (plan, buffer) = (sample::plan(), Buffer::default());
    let mut live = Live::new(Box::new(buffer.clone()), sample::view(80), &plan, &[]);
    play(&mut live, &third_moment(), 1310);
    live.finish();
    live.finish();
    let screen = Screen::of(&buffer.text(), 80).text();
    assert!(screen.ends_with("2m 32s\n"), "{screen}");
}
