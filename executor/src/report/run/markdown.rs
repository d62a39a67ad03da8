//! The report of a run for a ticket or a pull request.

use super::chapter::{Chapter, Part, chapters};
use super::human::{facts, journal, reviewed_line, standing, total_of};
use super::report::Report;
use super::rows::rows;
use super::view::View;
use super::zone::lasted;
use crate::screen::{Look, count, safe};

/// Data formats know no width and no ASCII.
pub(crate) const PLAIN: Look = Look { ascii: false, color: false, width: usize::MAX };

/// The report as GitHub-flavoured Markdown.
pub fn markdown(report: &Report) -> String {
    let Report { story, view, .. } = report;
    let (run, target) = (code(story.run()), code(story.target()));
    let plan = code(&report.plan.name);
    let head = format!("### {plan} on {target}: {}\n\nrun {run}\n\n", escape(&standing(story, view)));
    let facts: Vec<String> = facts(report).iter().map(|(name, text)| format!("- {name}: {}\n", escape(text))).collect();
    let chapters: String = chapters(report, PLAIN).iter().map(chapter).collect();
    [head, facts.concat(), "\n".into(), table(report), "\n".into(), chapters, remarks(report)].concat()
}

fn table(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let plain = View { look: PLAIN, ..(*view).clone() };
    let mut out = String::from("| layer | step | began | took | result |\n|---|---|---|--:|---|\n");
    let mut above = String::new();
    for row in rows(story, plan, &view.reviewed, PLAIN) {
        let group = if row.group == above { String::new() } else { escape(&row.group) };
        let began = row.began.map_or_else(String::new, |at| view.zone.time(at));
        let took = row.took.map_or_else(String::new, lasted);
        let sign = row.sign.text(PLAIN);
        out += &line(&[group, escape(&row.name), began, took, format!("{} {}", escape(sign), escape(&row.result))]);
        above = row.group;
    }
    let steps = count(story.steps(plan, |_, _| true).len(), "step");
    let total = total_of(story, plan, &plain);
    out + &line(&["**total**".into(), steps, String::new(), lasted(story.took()), escape(&total)])
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn chapter(chapter: &Chapter) -> String {
    let Chapter { row, urgent, parts } = chapter;
    let open = if *urgent { " open" } else { "" };
    let title = format!("{} {}: {}", row.sign.text(PLAIN), row.name, row.result);
    let parts: String = parts.iter().map(part).collect();
    let parted: String = PARTED.iter().collect();
    let title = super::html::escape(&safe(&title, PLAIN)).replace('@', &format!("@{parted}"));
    format!("<details{open}><summary>{title}</summary>\n\n{parts}</details>\n")
}

fn part(part: &Part) -> String {
    match part {
        Part::List(title, lines) => {
            let line = |(sign, text): &(crate::screen::Sign, String)| {
                format!("- {} {}\n", escape(sign.text(PLAIN)), escape(&safe(text, PLAIN)))
            };
            format!("{title}\n{}\n", lines.iter().map(line).collect::<String>())
        }
        Part::Quote(title, lines) => {
            let text: String = lines.iter().map(|line| safe(line, PLAIN) + "\n").collect();
            let fence = fence(&text);
            format!("{title}\n{fence}text\n{text}{fence}\n\n")
        }
    }
}

/// A fence is one back-tick longer than any inside it.
pub(crate) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

fn remarks(report: &Report) -> String {
    let Report { story, plan, view, beside, .. } = report;
    let notes = story.notes.iter().map(|(_, text)| format!("note: {text}"));
    let lines = reviewed_line(story, plan, view).into_iter().chain(notes);
    let lines: Vec<String> = lines.map(|line| format!("\n{}\n", escape(&line))).collect();
    let facts = beside.journal.as_ref().map(journal);
    let facts = facts.map_or_else(String::new, |facts| format!("\n<sub>journal: {}</sub>\n", escape(&facts)));
    lines.concat() + &facts
}

/// Parts a text without being seen.
const PARTED: [char; 7] = ['<', '!', '-', '-', '-', '-', '>'];

/// A name in a code span, which nothing inside can end.
pub(crate) fn code(text: &str) -> String {
    let text = safe(text, PLAIN);
    if text.contains('`') { escape(&text) } else { format!("`{text}`") }
}

/// Foreign text that neither formats, links, mentions nor leaves its cell.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text, PLAIN).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Neither a backslash nor an entity stops a mention or a link to an issue; a comment parts the text.
            '@' | '#' => out.extend([c].iter().chain(&PARTED)),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    // A sign at the beginning of a line would make a list of it.
    let marks = out.starts_with(['+', '-', '=']);
    if marks { format!("\\{out}") } else { out }
}
