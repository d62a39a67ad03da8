//! The graph as text.

use super::super::lanes::Lanes;
use super::super::picture::Picture;
use super::super::sample::{HOSTILE, Sample, act, hostile, knots, lumen};
use super::super::text;
use super::{huge, plans};
use crate::screen::{Look, safe, width};
use proptest::prelude::*;
use std::time::{Duration, Instant};
use switchback_compiler::plan::{Plan, Stage};

fn narrow(width: usize) -> Look {
    Look { ascii: true, color: false, width }
}

#[test]
fn lanes_headings_and_words() {
    assert_eq!(text(&lumen(), Look::plain()), include_str!("lumen.txt"));
    assert_eq!(text(&lumen(), Look { width: 120, ..Look::plain() }), include_str!("lumen.txt"));
    assert_eq!(text(&knots(), Look::plain()), include_str!("knots.txt"));
}

#[test]
fn a_narrow_screen_has_the_words_below() {
    assert_eq!(text(&lumen(), narrow(60)), include_str!("ascii.txt"));
    assert_eq!(text(&lumen(), narrow(50)), include_str!("narrow.txt"));
}

#[test]
fn colours_are_only_added() {
    let told = text(&lumen(), Look { color: true, ..Look::plain() });
    assert!(told.contains("\u{1b}[1mportal\u{1b}[0m "), "{told}");
    assert_eq!(told.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), include_str!("lumen.txt"));
}

#[test]
fn names_are_never_cut_and_lines_are_as_wide_as_the_screen() {
    for columns in [60, 80, 120] {
        for plan in [lumen(), knots()] {
            let told = text(&plan, Look { width: columns, ..Look::plain() });
            assert!(told.lines().all(|line| width(line) <= columns), "{columns}: {told}");
        }
        let told = text(&hostile(), Look { width: columns, ..Look::plain() });
        assert!(HOSTILE.iter().all(|name| told.contains(&safe(name, Look::plain()))), "{told}");
        assert!(!told.contains(['\u{1b}', '\u{202e}', '\r', '\u{85}']), "{told}");
    }
    assert!(text(&hostile(), narrow(80)).is_ascii());
}

#[test]
fn many_names_wrap_under_each_other() {
    let mut plan = Sample::new("wide");
    plan.layer(Stage::Change, "");
    let names: Vec<String> = (0..11).map(|number| format!("a-rather-long-name-{number}")).collect();
    for name in &names {
        plan.step(name, &[]).work = vec![act("file.write"), act("program")];
    }
    plan.step("last", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let told = text(&plan.0, Look::plain());
    assert!(
        told.starts_with("wide\n  *                      a-rather-long-name-0   file.write and 1 more\n"),
        "{told}"
    );
    assert!(
        told.contains("\n  |-'-'-'-'-'-'-'-'-'-'\n  *                      last\n  |                        after a-"),
        "{told}"
    );
    assert!(told.lines().all(|line| width(line) <= 80), "{told}");
    assert!(told.ends_with("12 steps, 11 needs; at most 11 at a time; the longest chain has 2 steps\n"), "{told}");
}

#[test]
fn a_wide_layer_is_told_in_words() {
    let mut plan = Sample::new("wide");
    plan.layer(Stage::Change, "user-space").many(13, |step| if step == 12 { vec![0, 5] } else { Vec::new() });
    assert!(text(&plan.0, Look::plain()).starts_with("user-space\n"));
    plan.layer(Stage::Change, "core-kernel").many(14, |step| if step == 13 { vec![0, 5] } else { Vec::new() });
    let told = text(&plan.0, Look::plain());
    assert!(told.contains("\ncore-kernel: 13 lanes, told in words only\n  *  "), "{told}");
    assert!(told.contains("  *                        step-13       after step-0 and step-5\n"), "{told}");
}

#[test]
fn a_plan_without_steps_is_said_to_have_none() {
    assert_eq!(text(&Plan::default(), Look::plain()), "no steps\n");
    assert_eq!(text(&Sample::new("").layer(Stage::Change, "checks").0, Look::plain()), "no steps\n");
    let alone = text(&Sample::new("").layer(Stage::Change, "").many(1, |_| Vec::new()).0, Look::plain());
    assert_eq!(alone, "change\n  *        step-0\n1 step; at most 1 at a time; the longest chain has 1 step\n");
}

#[test]
fn ten_thousand_steps_are_told_at_once() {
    for plan in huge() {
        let begun = Instant::now();
        let told = text(&plan, Look::plain());
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert!(told.lines().count() > 10_000 && told.contains("10000 steps"));
    }
}

proptest! {
    #[test]
    fn each_edge_has_a_lane_and_no_lane_has_two(plan in plans()) {
        let picture = Picture::of(&plan);
        let lanes = Lanes::of(&picture, true);
        let mut leads_to = std::collections::BTreeMap::new();
        for (own, (step, place)) in picture.steps.iter().zip(&lanes.places).enumerate() {
            let mut ways = place.joins.clone();
            ways.extend((!step.needs.is_empty()).then_some(place.lane));
            prop_assert_eq!(ways.len(), step.needs.len());
            for way in ways {
                prop_assert_eq!(leads_to.remove(&way), Some(own));
            }
            let begins = std::iter::once(place.lane).chain(place.forks.iter().copied());
            for (lane, follower) in begins.zip(&step.followers) {
                prop_assert_eq!(leads_to.insert(lane, *follower), None);
            }
            prop_assert!(!leads_to.contains_key(&place.lane) || !place.ends);
        }
        prop_assert!(leads_to.is_empty());
    }
}
