//! The events as they were recorded, at the end of the page.

use super::page::text;
use crate::event::{Entry, kind_and_fields};
use crate::report::run::report::Report;
use crate::report::run::view::View;
use crate::screen::count;

pub(super) fn events(report: &Report) -> String {
    let rows: String = report.entries.iter().map(|entry| row(entry, report.view)).collect();
    format!(
        "<h2>Events</h2>\n<details class=\"raw\">\n<summary>{}, as they were recorded</summary>\n<div class=\"scroll\">\n\
         <table class=\"events\">\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n",
        count(report.entries.len(), "event"),
    )
}

fn row(entry: &Entry, view: &View) -> String {
    let (kind, fields) = kind_and_fields(&entry.event).unwrap_or_default();
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!(
        "<tr><td class=\"time\">{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
        view.zone.date_time(entry.at),
        text(&kind),
        text(&fields.join(", "))
    )
}
