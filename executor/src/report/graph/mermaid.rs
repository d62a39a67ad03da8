//! The graph in Mermaid, for pages of forges (<https://mermaid.js.org/syntax/flowchart.html>).

use super::picture::Picture;
use crate::screen::{Look, count, safe};
use std::fmt::Write;
use switchback_compiler::plan::Plan;

/// Mermaid's own limits, `maxEdges` and `maxTextSize`, which a text can't raise.
const MOST_EDGES: usize = 500;
const MOST_TEXT: usize = 50_000;

/// A subgraph a layer, an arrow a `needs`; only the layers of a plan that is larger than Mermaid draws.
pub fn mermaid(plan: &Plan) -> String {
    let picture = Picture::of(plan);
    if picture.edges().count() + picture.walls().count() > MOST_EDGES {
        return layers_only(&picture);
    }
    let whole = steps(&picture);
    if whole.chars().count() > MOST_TEXT { layers_only(&picture) } else { whole }
}

fn steps(picture: &Picture<'_>) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (number, layer) in picture.layers.iter().enumerate() {
        // Writing into a string can't fail, here and below.
        let _ = writeln!(out, "  subgraph l{number}[{}]\n    direction LR", label(&layer.heading));
        for step in picture.steps_of(layer) {
            let _ = writeln!(out, "    s{}[{}]", step.id, label(&step.unit.name));
        }
        for (need, step) in picture.edges().filter(|(need, step)| need.layer == number && step.layer == number) {
            let _ = writeln!(out, "    s{} --> s{}", need.id, step.id);
        }
        out += "  end\n";
    }
    for (need, step) in picture.edges().filter(|(need, step)| need.layer != step.layer) {
        let _ = writeln!(out, "  s{} --> s{}", need.id, step.id);
    }
    for (last, first) in picture.walls() {
        let _ = writeln!(out, "  s{} ~~~ s{}", last.id, first.id);
    }
    out
}

fn layers_only(picture: &Picture<'_>) -> String {
    let mut out = "flowchart LR\n  %% more than Mermaid draws, so only the layers\n".to_owned();
    for (number, layer) in picture.layers.iter().enumerate() {
        let heading = format!("{}: {}", layer.heading, count(layer.steps.len(), "step"));
        let _ = writeln!(out, "  l{number}[{}]", label(&heading));
    }
    for number in 1..picture.layers.len() {
        let _ = writeln!(out, "  l{} --> l{number}", number - 1);
    }
    out
}

/// A quoted label in which nothing is markup.
///
/// Mermaid reads labels as Markdown and as HTML, so whatever could mean something in either stands as its number.
fn label(text: &str) -> String {
    let text = safe(text, Look::plain());
    let mut out = String::from("\"");
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends = rest.peek().is_none_or(|next| *next == ' ');
        let plain = match c {
            // A number or a sign at a beginning makes a list, several spaces make code.
            '.' | '-' => !ends && before != ' ',
            ' ' => before != ' ' && rest.peek().is_some(),
            ',' | '/' => true,
            _ => c.is_ascii_alphanumeric() || !c.is_ascii(),
        };
        if plain {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
        before = c;
    }
    out + "\""
}
