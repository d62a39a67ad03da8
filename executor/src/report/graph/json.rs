//! The graph as JSON: one object on one line, stable within its version.
//!
//! ```json
//! {"version": 1, "plan": "lumen-5.0",
//!  "figures": {"steps": 8, "needs": 4, "at_most": 2, "longest_chain": 3},
//!  "layers": [{"stage": "change", "layer": "user-space", "heading": "user-space", "steps": [4, 5, 6]}],
//!  "steps": [{"id": 5, "name": "portal", "stage": "change", "layer": "user-space", "needs": [4],
//!             "moves": [{"component": "portal", "from": "3.8.2", "to": "4.0.0"}],
//!             "at": {"path": "plans/lumen-5.0.plan.kdl", "line": 24}}],
//!  "edges": [{"from": 4, "to": 5}]}
//! ```
//!
//! Ids are those of the compiled plan's units; they are unique in it and say nothing else. `layer` is null where a plan
//! has no layers. Layers stand in the order in which they run, each when all of the one before is done; steps stand
//! layer by layer, each after what it needs. An edge leads from what is needed to what needs it; `needs` and `edges` say
//! the same, and hold what the plan's text says, not the waiting of layers. `at_most` is the number of steps that could
//! run at the same time if nothing else limited it. New keys may come within a version; none goes or changes its
//! meaning.

use super::figures::Figures;
use super::picture::{Layer, Picture, Step};
use crate::screen::is_hostile;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{Result, Write};
use switchback_compiler::plan::{At, Move, Plan, Stage};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    plan: &'a str,
    figures: Numbers,
    layers: Vec<Part<'a>>,
    steps: Vec<Entry<'a>>,
    edges: Vec<Edge>,
}

#[derive(Serialize)]
struct Numbers {
    steps: usize,
    needs: usize,
    at_most: usize,
    longest_chain: usize,
}

#[derive(Serialize)]
struct Part<'a> {
    stage: Stage,
    layer: Option<&'a str>,
    heading: &'a str,
    steps: Vec<u32>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: u32,
    name: &'a str,
    stage: Stage,
    layer: Option<&'a str>,
    needs: Vec<u32>,
    moves: &'a [Move],
    at: &'a At,
}

#[derive(Serialize)]
struct Edge {
    from: u32,
    to: u32,
}

/// The graph as JSON, with its line end.
pub fn json(plan: &Plan) -> String {
    let picture = Picture::of(plan);
    let Figures { steps, needs, at_most, chain } = Figures::of(&picture);
    let document = Document {
        version: 1,
        plan: picture.name,
        figures: Numbers { steps, needs, at_most, longest_chain: chain },
        layers: picture.layers.iter().map(|layer| part(&picture, layer)).collect(),
        steps: picture.steps.iter().filter_map(|step| entry(&picture, step)).collect(),
        edges: picture.edges().map(|(need, step)| Edge { from: need.id, to: step.id }).collect(),
    };
    let mut out = Vec::new();
    // Nothing in the document can fail to serialise: no map has keys that are no strings, and a vector takes all bytes.
    let _ = document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Inert));
    String::from_utf8(out).unwrap_or_default() + "\n"
}

fn part<'a>(picture: &Picture<'a>, layer: &'a Layer<'a>) -> Part<'a> {
    let steps = picture.steps_of(layer).iter().map(|step| step.id).collect();
    Part { stage: layer.stage, layer: layer.name, heading: &layer.heading, steps }
}

fn entry<'a>(picture: &Picture<'a>, step: &Step<'a>) -> Option<Entry<'a>> {
    let layer = picture.layers.get(step.layer)?;
    Some(Entry {
        id: step.id,
        name: &step.unit.name,
        stage: layer.stage,
        layer: layer.name,
        needs: picture.needs_of(step).map(|need| need.id).collect(),
        moves: &step.unit.moves,
        at: &step.unit.at,
    })
}

/// Escapes, besides what JSON asks for, every character that would act on a terminal.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> Result<()> {
        let mut plain = fragment;
        while let Some((at, c)) = plain.char_indices().find(|(_, c)| is_hostile(*c)) {
            let (before, rest) = plain.split_at(at);
            out.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = rest.strip_prefix(c).unwrap_or_default();
        }
        out.write_all(plain.as_bytes())
    }
}
