//! The table of steps, and a fold for each of them.

use super::escape;
use super::page::{PLAIN, signed, text};
use crate::report::run::chapter::{Chapter, Part, chapters};
use crate::report::run::human::total_of;
use crate::report::run::report::Report;
use crate::report::run::rows::{Row, rows};
use crate::report::run::view::View;
use crate::report::run::zone::lasted;
use crate::screen::{Sign, count};

pub(super) fn table(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let mut above = String::new();
    let mut body = String::new();
    for row in rows(story, plan, &view.reviewed, PLAIN) {
        let group = if row.group == above { "" } else { row.group.as_str() };
        body += &line(group, &row, view);
        above.clone_from(&row.group);
    }
    let plain = View { look: PLAIN, ..(*view).clone() };
    let total = total_of(story, plan, &plain);
    let steps = count(story.steps(plan, |_, _| true).len(), "step");
    format!(
        "<h2>Steps</h2>\n<div class=\"scroll\">\n<table>\n<thead><tr><th>layer</th><th>step</th>\
         <th class=\"time\">began</th><th class=\"took\">took</th><th>result</th></tr></thead>\n<tbody>\n{body}</tbody>\n\
         <tfoot><tr><td class=\"layer\">total</td><td>{steps}</td><td class=\"time\"></td><td class=\"took\">{}</td>\
         <td class=\"outcome\">{}</td></tr></tfoot>\n</table>\n</div>\n",
        lasted(story.took()),
        escape(&total),
    )
}

fn line(group: &str, row: &Row, view: &View) -> String {
    let name = if row.gate || row.began.is_none() {
        escape(&row.name)
    } else {
        format!("<a href=\"#unit-{}\">{}</a>", row.unit, escape(&row.name))
    };
    format!(
        "<tr><td class=\"layer\">{}</td><td>{name}</td><td class=\"time\">{}</td><td class=\"took\">{}</td>\
         <td class=\"outcome\">{} {}</td></tr>\n",
        escape(group),
        row.began.map_or_else(String::new, |at| view.zone.time(at)),
        row.took.map_or_else(String::new, lasted),
        signed(row.sign),
        escape(&row.result),
    )
}

/// A fold a step; those that want to be looked at are open.
pub(super) fn steps(report: &Report) -> String {
    let folds: Vec<String> = chapters(report, PLAIN).iter().map(fold).collect();
    if folds.is_empty() { String::new() } else { format!("<h2>What each step did</h2>\n{}", folds.concat()) }
}

fn fold(chapter: &Chapter) -> String {
    let Chapter { row, urgent, parts } = chapter;
    let open = if *urgent { " open" } else { "" };
    let took = row.took.map_or_else(String::new, |took| format!(", {}", lasted(took)));
    let parts: Vec<String> = parts.iter().map(part).collect();
    let said = if parts.is_empty() { "<p>nothing more is recorded</p>\n".to_owned() } else { parts.concat() };
    format!(
        "<details id=\"unit-{}\"{open}>\n<summary>{} <span class=\"name\">{}</span> <span class=\"more\">{}{took}</span>\
         </summary>\n<div>\n{said}</div>\n</details>\n",
        row.unit,
        signed(row.sign),
        escape(&row.name),
        escape(&row.result),
    )
}

fn part(part: &Part) -> String {
    match part {
        Part::List(title, lines) => {
            let line =
                |(sign, said): &(Sign, String)| format!("<li>{}<span>{}</span></li>\n", signed(*sign), text(said));
            format!("<h3>{title}</h3>\n<ul>\n{}</ul>\n", lines.iter().map(line).collect::<String>())
        }
        Part::Quote(title, lines) => {
            let lines: Vec<String> = lines.iter().map(|line| text(line)).collect();
            format!("<h3>{title}</h3>\n<pre>{}</pre>\n", lines.join("\n"))
        }
    }
}
