//! Reports that other programs read or show.

use super::{expect, told};
use crate::event::{Entry, Event, Told};
use crate::report::run::{Pictures, html, json, markdown, spans};
use crate::report::sample::{self, at};
use crate::screen::Sign;
use serde_json::Value;

/// Texts that would do something in one of the formats.
const HOSTILE: &str = "</style><script>x()</script> | `a` ``` @all #1 [l](http://e) <b> \u{202e}\u{1b}[2J";

fn hostile() -> Vec<Entry> {
    let mut entries = sample::undone();
    let text = || HOSTILE.to_owned();
    let events = [
        Event::Note { text: text() },
        Event::UnitFailed { unit: sample::SITE, why: text(), details: vec![text(), format!("| {HOSTILE}")] },
        Event::Checked { unit: sample::SITE, what: text(), held: false, seen: text() },
        Event::Output { unit: sample::SITE, name: text(), value: text() },
        Event::Confirmed { gate: text(), by: text() },
        Event::UnitUndone { unit: sample::SITE, what: text(), left: vec![text()] },
        Event::UndoDecided { why: text(), units: Vec::new(), partly: false },
    ];
    entries.extend(events.map(|event| Entry { at: at(1800), event }));
    entries
}

fn page(entries: &[Entry]) -> String {
    let pictures = Pictures { order: "<svg id=\"order\"></svg>".into(), time: "<svg id=\"time\"></svg>".into() };
    told(entries, &sample::view(80), |report| html(report, &pictures))
}

#[test]
fn a_ticket() {
    expect("markdown-undone", &told(&sample::undone(), &sample::view(60), markdown));
}

#[test]
fn foreign_text_does_nothing_in_markdown() {
    let said = told(&hostile(), &sample::view(80), markdown);
    let unfenced: String = said.split("````").step_by(2).collect();
    assert!(!unfenced.contains("<script") && !unfenced.contains("@all") && !unfenced.contains("#1 "), "{unfenced}");
    assert!(said.contains("\\[l\\](http://e)"), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'));
    // The fence is longer than the back-ticks in it.
    assert!(said.contains("\n````text\n"), "{said}");
    // No row has more cells than the head: foreign `|` are escaped.
    let table = said.lines().skip_while(|line| !line.starts_with("| layer")).take_while(|line| !line.is_empty());
    for row in table {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
    }
}

#[test]
fn foreign_text_does_nothing_in_a_page() {
    let said = page(&hostile());
    assert!(!said.contains("<script") && !said.contains("<b>"), "{said}");
    assert_eq!(said.matches("</style>").count(), 1);
    assert!(said.contains("&lt;script&gt;x()"));
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'));
}

#[test]
fn a_page_is_one_file_that_loads_nothing() {
    let said = page(&sample::undone());
    assert!(said.starts_with("<!doctype html>\n"));
    for never in [" src=", "@import", "url(", "<script", "<link", "http-equiv=\"refresh\"", " on"] {
        let inside_a_tag = said
            .split('<')
            .filter_map(|tag| tag.split('>').next())
            .any(|tag| tag.contains(never) && !tag.contains("content="));
        assert!(!inside_a_tag, "{never}");
    }
    assert!(said.contains("default-src 'none'"));
    assert!(said.contains("<svg id=\"order\"></svg>") && said.contains("<svg id=\"time\"></svg>"));
    assert!(said.contains("prefers-color-scheme: dark") && said.contains("@media print"));
}

#[test]
fn a_page_is_well_formed() {
    for (name, entries) in super::runs() {
        let said = page(&entries);
        for tag in
            ["main", "header", "details", "summary", "table", "tr", "td", "ul", "li", "dl", "pre", "div", "span", "p"]
        {
            let opened = said.matches(&format!("<{tag}>")).count() + said.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, said.matches(&format!("</{tag}>")).count(), "{tag} of {name}");
        }
        let ids: Vec<&str> = said.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let different: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), different.len(), "ids of {name}");
        for link in said.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.contains(&link), "{link} of {name}");
        }
    }
}

#[test]
fn what_wants_to_be_looked_at_is_open() {
    let said = page(&sample::undone());
    assert!(said.contains(&format!("<details id=\"unit-{}\" open>", sample::CATALOG)));
    assert!(said.contains(&format!("<details id=\"unit-{}\">", sample::SITE)));
    assert!(said.contains("catalog failed: deployment/catalog: 1 of 3 ready after its 5m</p>"));
}

#[test]
fn programs_read_facts() {
    let said = told(&sample::undone(), &sample::view(80), |report| json(report).unwrap());
    assert_eq!(said.lines().count(), 1);
    let value: Value = serde_json::from_str(&said).unwrap();
    let at = |path: &str| value.pointer(path).cloned().unwrap_or(Value::Null);
    assert_eq!(at("/version"), 1);
    assert_eq!(at("/standing"), "undone");
    assert_eq!(at("/began"), "2026-11-21T21:41:50Z");
    assert_eq!(at("/took_ms"), 1_744_000);
    assert_eq!(at("/moves/0"), serde_json::json!({"component": "lumen", "from": "4.9.3", "to": "5.0.0"}));
    assert_eq!(at("/undo/why"), "catalog failed");
    assert_eq!(at("/gates/0/by"), "ada");
    assert_eq!(at("/reviewed/deleted"), 3);
    let units = at("/units");
    let unit = |name: &str| units.as_array().unwrap().iter().find(|unit| unit["name"] == name).cloned().unwrap();
    let catalog = unit("catalog");
    assert_eq!((&catalog["outcome"], &catalog["group"]), (&"undone".into(), &"core-kernel".into()));
    assert_eq!(catalog["why"], "deployment/catalog: 1 of 3 ready after its 5m");
    assert_eq!(catalog["actions"][0]["state"], "done");
    assert_eq!(catalog["undo"]["what"], "to what revision 17 held");
    assert_eq!(unit("pooler")["outcome"], "never started");
    let told: Vec<Value> = sample::undone().iter().map(|entry| serde_json::to_value(Told(entry)).unwrap()).collect();
    assert_eq!(at("/events"), Value::Array(told));
    assert_eq!(at("/events/0/event"), "began");
}

#[test]
fn the_keys_of_version_1_stay() {
    let said = told(&sample::good(), &sample::view(80), |report| json(report).unwrap());
    let value: Value = serde_json::from_str(&said).unwrap();
    let mut keys = Vec::new();
    for (path, value) in [("", &value), ("units.", &value["units"][2]), ("actions.", &value["units"][2]["actions"][0])]
    {
        for key in value.as_object().unwrap().keys() {
            keys.push(format!("{path}{key}\n"));
        }
    }
    expect("json-keys", &keys.concat());
}

#[test]
fn hostile_text_reaches_programs_whole_and_acts_on_no_terminal() {
    let said = told(&hostile(), &sample::view(80), |report| json(report).unwrap());
    assert!(!said.contains('\u{202e}') && !said.contains('\u{1b}'));
    let value: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(value["notes"][0]["text"], HOSTILE);
}

#[test]
fn spans_for_the_picture_of_time() {
    let (plan, view) = (sample::plan(), sample::view(80));
    let story = crate::report::run::Story::of(&plan, &sample::undone());
    let spans = spans(&story, &plan, &view);
    let said: Vec<String> =
        spans.iter().map(|span| format!("{} {}", span.label, (span.end_ms - span.begin_ms) / 1000)).collect();
    let wanted = [
        "orders-copy 999",
        "gate data 12",
        "site 1",
        "portal 151",
        "notebooks 64",
        "catalog 331",
        "undo catalog 48",
        "undo portal 122",
        "undo notebooks 44",
        "undo site 1",
    ];
    assert_eq!(said, wanted);
    let signs: Vec<Sign> = spans.iter().map(|span| span.sign).collect();
    assert_eq!(signs.iter().filter(|sign| **sign == Sign::Failed).count(), 1);
    assert_eq!(signs.last(), Some(&Sign::Undone));
}
