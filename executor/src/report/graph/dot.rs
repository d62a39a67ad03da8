//! The graph in DOT, the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use super::picture::Picture;
use crate::screen::{Look, safe};
use std::fmt::Write;
use switchback_compiler::plan::Plan;

/// A cluster a layer, an edge a `needs`.
///
/// Layers stand from left to right by edges without a line, because no one wrote those.
pub fn dot(plan: &Plan) -> String {
    let picture = Picture::of(plan);
    let mut out = format!("digraph {} {{\n", quoted(picture.name));
    out += "  rankdir=LR\n  node [shape=box, style=rounded, fontname=monospace]\n  graph [fontname=monospace]\n";
    for (number, layer) in picture.layers.iter().enumerate() {
        // Writing into a string can't fail, here and below.
        let _ = writeln!(out, "  subgraph cluster_{number} {{\n    label={}", quoted(&layer.heading));
        for step in picture.steps_of(layer) {
            let (name, tip) = (quoted(&step.unit.name), quoted(&step.does()));
            let _ = writeln!(out, "    s{} [label={name}, tooltip={tip}]", step.id);
        }
        out += "  }\n";
    }
    for (need, step) in picture.edges() {
        let _ = writeln!(out, "  s{} -> s{}", need.id, step.id);
    }
    for (last, first) in picture.walls() {
        let _ = writeln!(out, "  s{} -> s{} [style=invis]", last.id, first.id);
    }
    out + "}\n"
}

/// A quoted string in which nothing is an escape, an entity or a control character.
fn quoted(text: &str) -> String {
    let text = safe(text, Look::plain()).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    format!("\"{text}\"")
}
