//! The events as they were recorded, at the end of the page.

use super::page::text;
use crate::event::Entry;
use crate::report::run::report::Report;
use crate::report::run::view::View;
use crate::screen::count;
use serde_json::Value;

pub(super) fn events(report: &Report) -> String {
    let rows: String = report.entries.iter().map(|entry| row(entry, report.view)).collect();
    format!(
        "<h2>Events</h2>\n<details class=\"raw\">\n<summary>{}, as they were recorded</summary>\n<div class=\"scroll\">\n\
         <table class=\"events\">\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n",
        count(report.entries.len(), "event"),
    )
}

fn row(entry: &Entry, view: &View) -> String {
    let (kind, rest) = match serde_json::to_value(&entry.event) {
        Ok(Value::Object(mut fields)) => {
            let kind = fields.remove("event").and_then(|kind| kind.as_str().map(ToOwned::to_owned)).unwrap_or_default();
            let rest: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            (kind, rest.join(", "))
        }
        _ => (String::new(), String::new()),
    };
    format!(
        "<tr><td class=\"time\">{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
        view.zone.date_time(entry.at),
        text(&kind),
        text(&rest)
    )
}
