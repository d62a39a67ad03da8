//! The two pictures.

use super::super::layout::{HEIGHT, Layout, PAD};
use super::super::picture::Picture;
use super::super::sample::{HOSTILE, Sample, hostile, knots, lumen};
use super::super::{Row, svg, timeline};
use super::{huge, plans};
use crate::screen::Sign;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use switchback_compiler::plan::{Plan, Stage};

fn plain(plan: &Plan) -> String {
    svg(plan, &|_| None, "order-")
}

/// The tags of a text that closes what it opens, and escapes all else.
fn tags(xml: &str) -> Vec<&str> {
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let style = open.last() == Some(&"style");
        assert!(style || !text.contains('>'), "{piece}");
        let entity = |rest: &str| ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| rest.starts_with(known));
        assert!(piece.split('&').skip(1).all(entity), "{piece}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '/']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{piece}"),
            None if tag.ends_with('/') => tags.push(tag),
            None => {
                tags.push(tag);
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    tags
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn number(tag: &str, name: &str) -> usize {
    attribute(tag, name).unwrap().parse().unwrap()
}

/// A name begins a tag only where we wrote one.
fn is_ours(tag: &str) -> bool {
    let known = ["svg", "title", "style", "defs", "marker", "path", "rect", "text", "g", "line"];
    known.contains(&tag.split([' ', '/']).next().unwrap())
}

#[test]
fn a_layer_is_a_column_and_a_passing_lane_has_its_row() {
    let plan = lumen();
    let text = plain(&plan);
    tags(&text);
    for part in [
        "<title id=\"order-title\">lumen-5.0: 8 steps, 4 needs; at most 2 at a time; the longest chain has 3 steps</title>",
        "<g id=\"order-s4\"><title>portal: user-space, 3.8.2 → 4.0.0, after site</title><rect class=\"swb-plain\"",
        "<text x=\"32\" y=\"67\" textLength=\"88\">orders-copy</text>",
        "<path d=\"M130 62H182H618H670\"/>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let picture = Picture::of(&plan);
    let labels: Vec<String> = picture.steps.iter().map(|step| step.unit.name.clone()).collect();
    let rows: Vec<usize> = Layout::of(&picture, &labels).spots.iter().map(|spot| (spot.y - 62) / 38).collect();
    assert_eq!(rows, [0, 1, 1, 2, 1, 1, 0, 0]);
}

#[test]
fn a_status_colours_a_box_and_says_so() {
    let failed = |id| (id == 4).then_some(Sign::Failed);
    let text = svg(&lumen(), &failed, "");
    assert!(
        text.contains(", after site, failed</title><rect class=\"swb-red\" fill=\"#ffebe9\" stroke=\"#cf222e\""),
        "{text}"
    );
    assert!(text.contains(">✗ portal</text>"), "{text}");
    for sign in Sign::ALL {
        let text = svg(&lumen(), &|_| Some(sign), "");
        let class = tags(&text).into_iter().filter_map(|tag| attribute(tag, "class")).next_back().unwrap().to_owned();
        assert!(text.matches(&format!(".{class}{{")).count() == 2, "{class} has colours in light and in dark");
    }
}

#[test]
fn two_pictures_share_a_page() {
    let ids = |prefix| -> BTreeSet<String> {
        let text = svg(&lumen(), &|_| None, prefix);
        let ids: Vec<String> =
            tags(&text).into_iter().filter_map(|tag| attribute(tag, "id")).map(ToOwned::to_owned).collect();
        assert!(text.contains(&format!("marker-end=\"url(#{}tip)\"", prefix.replace(['"', '>'], ""))));
        ids.into_iter().collect()
    };
    assert_eq!(ids("a-").len(), 8 + 2);
    assert!(ids("a-").is_disjoint(&ids("b-")));
    assert!(ids("\">x").iter().all(|id| id.starts_with('x')));
}

#[test]
fn pictures_fetch_and_run_nothing_and_names_are_no_markup() {
    let row =
        |label: &&str| Row { label: (*label).into(), begin_ms: 5, end_ms: 9, sign: Sign::Done, note: (*label).into() };
    let rows: Vec<Row> = HOSTILE.iter().map(row).collect();
    for text in [plain(&hostile()), timeline(&rows)] {
        assert!(tags(&text).into_iter().all(is_ours), "{text}");
        let links = ["href", "<script", "@import", "url(h", "javascript:1\""];
        assert!(!links.iter().any(|link| text.contains(link)), "{text}");
        assert!(!text.contains(['\u{1b}', '\0', '\u{202e}', '\u{2028}', '\r', '\u{fffe}']), "{text}");
        assert!(text.contains(">&quot;]; x --&gt; y; click s1 &quot;javascript:1&quot;</text>"), "{text}");
        assert!(text.contains("back\\slash\\N\\"), "{text}");
    }
}

#[test]
fn text_fits_its_box() {
    for plan in [lumen(), knots(), hostile()] {
        let text = svg(&plan, &|id| Sign::ALL.get(id as usize % 14).copied(), "");
        let tags = tags(&text);
        let (all, high) = (number(tags[0], "width"), number(tags[0], "height"));
        let boxes = tags.windows(2).filter(|pair| pair[0].starts_with("rect") && pair[1].starts_with("text"));
        assert!(boxes.clone().count() > plan.steps().count());
        for pair in boxes {
            let (left, right) = (number(pair[0], "x"), number(pair[0], "x") + number(pair[0], "width"));
            let (begin, end) = (number(pair[1], "x"), number(pair[1], "x") + number(pair[1], "textLength"));
            assert!(left + PAD <= begin && end + PAD <= right && right < all, "{pair:?}");
            assert!(number(pair[0], "y") + number(pair[0], "height") < high, "{pair:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_box_covers_another(plan in plans()) {
        let picture = Picture::of(&plan);
        let labels: Vec<String> = picture.steps.iter().map(|step| step.unit.name.clone()).collect();
        let layout = Layout::of(&picture, &labels);
        prop_assert_eq!(layout.spots.len(), labels.len());
        for (number, one) in layout.spots.iter().enumerate() {
            for other in &layout.spots[..number] {
                let beside = one.right < other.left || other.right < one.left;
                prop_assert!(beside || one.y.abs_diff(other.y) > HEIGHT);
            }
            prop_assert!(one.right < layout.width && one.y + HEIGHT / 2 < layout.height);
        }
    }

    #[test]
    fn no_edge_crosses_a_box(plan in plans()) {
        let text = plain(&plan);
        let tags = tags(&text);
        let boxes: Vec<&str> = tags.iter().copied().filter(|tag| tag.contains("\"swb-plain\"")).collect();
        let ways: Vec<&str> = tags.iter().filter_map(|tag| attribute(tag, "d")).skip(1).collect();
        prop_assert_eq!(ways.len(), Picture::of(&plan).edges().count());
        for (from, to, y) in ways.into_iter().flat_map(straight) {
            for other in &boxes {
                let (left, top) = (number(other, "x"), number(other, "y"));
                let beside = to <= left || left + number(other, "width") <= from;
                prop_assert!(beside || y < top || top + HEIGHT < y, "{from}-{to} at {y}: {other}");
            }
        }
    }
}

/// The straight parts of a path that go to the right or left.
fn straight(way: &str) -> Vec<(usize, usize, usize)> {
    let (mut x, mut y, mut parts) = (0, 0, Vec::new());
    for (at, command) in way.match_indices(['M', 'H', 'V', 'C']) {
        let rest = way[at + 1..].split(['M', 'H', 'V', 'C']).next().unwrap();
        let numbers: Vec<usize> = rest.split(' ').map(|number| number.parse().unwrap()).collect();
        match command {
            "H" => {
                parts.push((x.min(numbers[0]), x.max(numbers[0]), y));
                x = numbers[0];
            }
            "V" => y = numbers[0],
            _ => [x, y] = [numbers[numbers.len() - 2], numbers[numbers.len() - 1]],
        }
    }
    parts
}

#[test]
fn large_plans_grow_downwards() {
    for plan in huge() {
        let begun = Instant::now();
        let text = plain(&plan);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert!(number(tags(&text)[0], "width") < 2000);
    }
    let empty = plain(&Plan::default());
    assert!(tags(&empty).len() > 5 && empty.contains(": no steps</title>"), "{empty}");
    tags(&plain(&Sample::new("checks").layer(Stage::Change, "checks").0));
}

fn row(label: &str, begin_ms: u64, end_ms: u64, sign: Sign) -> Row {
    Row { label: label.into(), begin_ms, end_ms, sign, note: String::new() }
}

#[test]
fn bars_stand_where_their_times_are() {
    let hour = 3_600_000;
    let mut rows = [
        row("copy", hour, hour + 999_000, Sign::Done),
        row("window", hour + 1_000_000, hour + 1_500_000, Sign::Waits),
        row("portal", hour + 1_500_000, hour + 2_000_000, Sign::Failed),
    ];
    rows[2].note = "500 for its 3s".into();
    let text = timeline(&rows);
    tags(&text);
    assert!(text.contains("aria-label=\"3 rows in 33m 20s\""), "{text}");
    // The label's six columns of 8 and three margins stand before the axis of 640.
    for part in [
        "class=\"swb-green\" fill=\"#dafbe1\" stroke=\"#1a7f37\" x=\"80\" y=\"40\" width=\"319\"",
        "class=\"swb-yellow\" fill=\"#fff8c5\" stroke=\"#9a6700\" x=\"400\" y=\"66\" width=\"160\"",
        "x=\"560\" y=\"92\" width=\"160\"",
        ">✗ 8m 20s</text>",
        "<title>portal: failed, 8m 20s: 500 for its 3s</title>",
        "x=\"272\" y=\"22\" text-anchor=\"middle\">10m</text>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn odd_times_stay_in_the_picture() {
    let odd = [(0, 0), (5, 3), (u64::MAX, u64::MAX), (u64::MAX - 1, 0), (0, u64::MAX)];
    for (number_of_rows, _) in odd.iter().enumerate() {
        let rows: Vec<Row> =
            odd[..=number_of_rows].iter().map(|(begin, end)| row("a", *begin, *end, Sign::Missing)).collect();
        let text = timeline(&rows);
        let bars = tags(&text).into_iter().filter(|tag| tag.contains("swb-dim"));
        assert!(bars.clone().all(|bar| number(bar, "width") >= 3), "{text}");
        assert!(bars.clone().all(|bar| number(bar, "x") + number(bar, "width") <= 40 + 640), "{text}");
    }
    assert!(timeline(&[]).contains("aria-label=\"nothing ran\""));
}
