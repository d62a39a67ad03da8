//! Where boxes stand: a column a layer, and in it the steps of a chain beside each other.
//!
//! A row is a lane, so a line that passes a layer has a row of its own there. Chains that are too long for a column go
//! on in rows below, so that a picture grows downwards and not to the side.

use super::lanes::Lanes;
use super::picture::{Layer, Picture};
use super::xml::COLUMN;
use crate::screen::{Look, safe, width};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of a chain that stand beside each other in a layer.
const FOLD: usize = 5;
/// Between boxes beside each other.
pub(super) const GAP: usize = 28;
/// Between layers.
pub(super) const LAYER_GAP: usize = 52;
/// Around a layer's boxes.
pub(super) const PAD: usize = 10;
/// From row to row.
pub(super) const PITCH: usize = 38;
/// A box's height.
pub(super) const HEIGHT: usize = 26;
/// Between edges that run above a row; three find room between two boxes.
const LIFTS: usize = 4;
/// The middle of the first row.
const FIRST_ROW: usize = 62;
/// Around the picture.
const MARGIN: usize = 22;

/// Where everything stands, in user units.
pub(super) struct Layout {
    /// By layer.
    pub(super) strips: Vec<Strip>,
    /// By step.
    pub(super) spots: Vec<Spot>,
    /// Of the picture.
    pub(super) width: usize,
    /// Of the picture.
    pub(super) height: usize,
}

/// A layer.
pub(super) struct Strip {
    /// Left edge of the first boxes.
    pub(super) left: usize,
    /// Right edge of the last ones.
    pub(super) right: usize,
    /// Left and right edge of each box of a chain, from the left.
    pub(super) cells: Vec<(usize, usize)>,
    /// Below its last row.
    pub(super) bottom: usize,
}

/// A step's box.
pub(super) struct Spot {
    /// Its layer.
    pub(super) layer: usize,
    /// Its place in the layer's row, from the left.
    pub(super) cell: usize,
    /// How often its chain went on below.
    pub(super) fold: usize,
    /// Left edge.
    pub(super) left: usize,
    /// Right edge.
    pub(super) right: usize,
    /// Middle.
    pub(super) y: usize,
    /// The middle of its lane's row at the top of all layers, where its lane passes others.
    pub(super) lane_y: usize,
    /// The middle of the first row of its fold.
    pub(super) fold_y: usize,
    /// How far above a row's middle its edges run that have no row: lanes beside each other have different ones.
    pub(super) lift: usize,
}

/// The width of a text in user units.
pub(super) fn text_width(text: &str) -> usize {
    COLUMN * width(&safe(text, Look::plain()))
}

impl Layout {
    /// Lays out boxes that hold these labels, one a step.
    pub(super) fn of(picture: &Picture<'_>, labels: &[String]) -> Self {
        let lanes = Lanes::of(picture, false);
        let mut layout = Self { strips: Vec::new(), spots: Vec::with_capacity(labels.len()), width: 0, height: 0 };
        let mut left = MARGIN;
        for (layer, lanes_of_layer) in picture.layers.iter().zip(&lanes.widths) {
            let (rows, number) = Rows::of(picture, layer, &lanes, *lanes_of_layer);
            let strip = strip(picture, layer, labels, (left, row_y(number)));
            left = strip.right + LAYER_GAP;
            layout.spots(picture, layer, labels, &lanes, (&rows, &strip));
            layout.strips.push(strip);
        }
        let last = layout.strips.last();
        layout.width = last.map_or(0, |strip| strip.right) + MARGIN;
        layout.height = layout.strips.iter().map(|strip| strip.bottom).max().unwrap_or(FIRST_ROW) + MARGIN - PAD;
        layout
    }

    fn spots(
        &mut self,
        picture: &Picture<'_>,
        layer: &Layer<'_>,
        labels: &[String],
        lanes: &Lanes,
        (rows, strip): (&Rows, &Strip),
    ) {
        for (own, step) in layer.steps.clone().zip(picture.steps_of(layer)) {
            let (Some(place), Some(label)) = (lanes.places.get(own), labels.get(own)) else { continue };
            let (fold, cell) = (step.depth / FOLD, step.depth % FOLD);
            let left = strip.cells.get(cell).map_or(strip.left, |(left, _)| *left);
            self.spots.push(Spot {
                layer: step.layer,
                cell,
                fold,
                left,
                right: left + box_width(label),
                y: row_y(rows.row(fold, place.lane)),
                lane_y: row_y(place.lane),
                fold_y: row_y(rows.first(fold)),
                lift: PITCH / 2 - LIFTS + place.lane % 3 * LIFTS,
            });
        }
    }
}

fn row_y(row: usize) -> usize {
    FIRST_ROW + row * PITCH
}

fn box_width(label: &str) -> usize {
    text_width(label) + 2 * PAD
}

/// A layer at this left edge, as wide as its boxes and its heading, down to the row that it has no more.
fn strip(picture: &Picture<'_>, layer: &Layer<'_>, labels: &[String], (left, below): (usize, usize)) -> Strip {
    let mut widths: Vec<usize> = Vec::new();
    for (step, label) in picture.steps_of(layer).iter().zip(labels.get(layer.steps.clone()).unwrap_or_default()) {
        let cell = step.depth % FOLD;
        widths.resize(widths.len().max(cell + 1), 0);
        if let Some(width) = widths.get_mut(cell) {
            *width = box_width(label).max(*width);
        }
    }
    let mut cells = Vec::new();
    let mut right = left;
    for width in widths {
        let begin = if cells.is_empty() { left } else { right + GAP };
        right = begin + width;
        cells.push((begin, right));
    }
    right = right.max(left + text_width(&layer.heading));
    if let Some((_, end)) = cells.last_mut() {
        *end = right;
    }
    Strip { left, right, cells, bottom: below - PITCH + HEIGHT / 2 + PAD }
}

/// Which row a lane has in each fold of a layer.
struct Rows {
    /// By fold after the first: its first row, and its lanes, which stand close together.
    folds: BTreeMap<usize, (usize, Vec<usize>)>,
}

impl Rows {
    /// The rows, and how many they are; in the first fold, all lanes of the layer have one, also those that only pass.
    fn of(picture: &Picture<'_>, layer: &Layer<'_>, lanes: &Lanes, lanes_of_layer: usize) -> (Self, usize) {
        let mut used: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (own, step) in layer.steps.clone().zip(picture.steps_of(layer)).filter(|(_, step)| step.depth >= FOLD) {
            let lane = lanes.places.get(own).map(|place| place.lane);
            used.entry(step.depth / FOLD).or_default().extend(lane);
        }
        let mut next = lanes_of_layer;
        let mut folds = BTreeMap::new();
        for (fold, lanes) in used {
            let first = next;
            next += lanes.len();
            folds.insert(fold, (first, lanes.into_iter().collect()));
        }
        (Self { folds }, next)
    }

    fn row(&self, fold: usize, lane: usize) -> usize {
        let below = |(first, lanes): &(usize, Vec<usize>)| first + lanes.partition_point(|other| *other < lane);
        self.folds.get(&fold).map_or(lane, below)
    }

    fn first(&self, fold: usize) -> usize {
        self.folds.get(&fold).map_or(0, |(first, _)| *first)
    }
}
