//! The page around the parts.

use super::escape;
use super::events::events;
use super::steps::{steps, table};
use crate::report::run::human::{facts, journal, reviewed_line, sign, standing};
use crate::report::run::moved::moved;
use crate::report::run::report::Report;
use crate::report::run::story::{Back, Forward};
use crate::screen::{Look, Sign, safe};

/// Pages know no width and no ASCII.
pub(super) const PLAIN: Look = Look { ascii: false, color: false, width: usize::MAX };

/// The pictures of a page, as SVG that may stand in one; an empty one is left out. The tables carry the same facts.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// The steps and what each one needs.
    pub order: String,
    /// When each step ran.
    pub time: String,
}

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever gets into the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report as one HTML file.
pub fn html(report: &Report, pictures: &Pictures) -> String {
    let Report { story, plan, view, .. } = report;
    let title = format!("{} on {}: {}", plan.name, story.target(), standing(story, view));
    let body = [
        head(report),
        picture("Order", &pictures.order),
        picture("Time", &pictures.time),
        table(report),
        steps(report),
        remarks(report),
        events(report),
        foot(report),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        text(&title),
        body.concat()
    )
}

/// Foreign text, harmless for people and for the page.
pub(super) fn text(text: &str) -> String {
    escape(&safe(text, PLAIN))
}

/// The class that colours a sign.
pub(super) fn tone(sign: Sign) -> &'static str {
    match sign {
        Sign::Created | Sign::Done => "done",
        Sign::Deleted | Sign::Failed => "failed",
        Sign::Undone => "undone",
        Sign::Changed | Sign::Look | Sign::Waits => "waits",
        Sign::Unknown => "unknown",
        Sign::Equal | Sign::Runs | Sign::Missing => "quiet",
    }
}

/// A sign in its colour; its word stands beside it.
pub(super) fn signed(sign: Sign) -> String {
    format!("<span class=\"sign {}\">{}</span>", tone(sign), escape(sign.text(PLAIN)))
}

fn head(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let sign = sign(story.standing());
    let title = plan.title.as_ref().map_or_else(|| plan.name.clone(), ToString::to_string);
    let what = moved(plan, PLAIN).map_or_else(|| text(&plan.name), |what| escape(&what));
    let what = format!("{what} on {}", text(story.target()));
    let facts: Vec<String> =
        facts(report).iter().map(|(name, said)| format!("<dt>{name}</dt><dd>{}</dd>\n", text(said))).collect();
    let facts = facts.concat();
    format!(
        "<header class=\"result {}\">\n<p class=\"id\">run {}: {what}</p>\n<h1>{}</h1>\n\
         <p class=\"standing\">{} {}</p>\n{}<dl>\n{facts}</dl>\n</header>\n",
        tone(sign),
        text(story.run()),
        text(&title),
        escape(sign.text(PLAIN)),
        text(&standing(story, view)),
        whys(report),
    )
}

/// What failed, so that nobody has to look for it.
fn whys(report: &Report) -> String {
    let Report { story, plan, .. } = report;
    let mut out = String::new();
    for (of, unit) in story.units.iter().zip(&plan.units) {
        let failed = if let Forward::Failed(why, _) = &of.forward { Some(("failed", why)) } else { None };
        let back = if let Back::Failed(why, _) = &of.back { Some(("not undone", why)) } else { None };
        for (word, why) in failed.into_iter().chain(back) {
            let said = text(&format!("{} {word}: {why}", unit.name));
            out += &["<p class=\"why\">", &signed(Sign::Failed), &said, "</p>\n"].concat();
        }
    }
    out
}

/// A picture is made by us, with foreign text escaped in it.
fn picture(title: &str, svg: &str) -> String {
    if svg.is_empty() {
        return String::new();
    }
    let open = format!("<figure class=\"picture\" tabindex=\"0\" aria-label=\"{title}\">");
    format!("<h2>{title}</h2>\n{open}\n{svg}\n</figure>\n")
}

fn remarks(report: &Report) -> String {
    let Report { story, plan, view, .. } = report;
    let reviewed = reviewed_line(story, plan, view).into_iter();
    let notes = story.notes.iter().map(|(at, note)| format!("{} {note}", view.zone.time(*at)));
    let lines: Vec<String> = reviewed.chain(notes).map(|line| format!("<p>{}</p>\n", text(&line))).collect();
    if lines.is_empty() { String::new() } else { format!("<h2>Notes</h2>\n{}", lines.concat()) }
}

fn foot(report: &Report) -> String {
    let journal = report.beside.journal.as_ref().map(|facts| format!("journal: {}", text(&journal(facts))));
    journal.map_or_else(String::new, |journal| format!("<footer>{journal}</footer>\n"))
}
