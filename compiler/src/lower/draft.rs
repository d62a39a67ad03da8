//! The draft: all that the plan will hold, with names instead of ids.

use super::Here;
use crate::compile::InputDecl;
use crate::expand::Lack;
use crate::plan::{
    Act, At, Backup, Check, Component, Direction, Freeze, Gate, Hold, LeftOut, Move, Notify, OnFailure, Order, Stage,
    Target, WayBack, Window, Work,
};
use crate::shape::Item;
use crate::source::Span;
use crate::value::{Millis, Text};
use crate::version::Versions;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Everything that was written.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) name: Option<(String, Span)>,
    pub(crate) title: Option<Text>,
    pub(crate) ticket: Option<Text>,
    pub(crate) order: Order,
    pub(crate) direction: Option<Direction>,
    pub(crate) product: Vec<(Move, Span)>,
    pub(crate) inputs: Vec<InputDecl>,
    pub(crate) components: IndexMap<String, (Component, Span)>,
    /// From which versions components can move to which.
    pub(crate) paths: IndexMap<String, Paths>,
    /// The plan that goes back from here later.
    pub(crate) rollback_plan: Option<(String, Span)>,
    /// Layers from the top, as the project or a library names them.
    pub(crate) layers: Vec<String>,
    pub(crate) steps: Vec<DraftStep>,
    /// Where each step stands, by its name.
    pub(crate) step_names: IndexMap<String, Span>,
    /// Blocks that were written, in order: stage, layer, their parts.
    pub(crate) blocks: Vec<DraftBlock>,
    /// The plan's own parts.
    pub(crate) parts: Parts,
    pub(crate) window: Option<(Window, Span)>,
    pub(crate) hold: Option<(Hold, Span)>,
    pub(crate) notify: Vec<Notify>,
    pub(crate) freeze: Option<Freeze>,
    pub(crate) targets: Vec<String>,
    pub(crate) target: Option<Target>,
    /// `set INPUT VALUE` of the target.
    pub(crate) settings: IndexMap<String, String>,
    pub(crate) deletions_at_most: Option<u64>,
    /// `lint CODE LEVEL` of the policy that holds for the target.
    pub(crate) lints: Vec<(String, String, Span)>,
    /// `accept CODE WHY`, with the place that it holds for.
    pub(crate) accepted: Vec<(String, Span, Span)>,
    pub(crate) left_out: Vec<LeftOut>,
    /// Blocks that lack something that was written there.
    pub(crate) lacks: BTreeMap<Span, Lack>,
    /// What is declared and used nowhere: kind, name, place.
    pub(crate) unused: Vec<(&'static str, String, Span)>,
}

/// A `paths` table.
pub(crate) struct Paths {
    pub(crate) rows: Vec<Row>,
    /// Its component's name.
    pub(crate) span: Span,
    /// Whether a row was left out, which is told.
    pub(crate) is_cut: bool,
}

/// A row of such a table: one hop.
pub(crate) struct Row {
    pub(crate) is_upgrade: bool,
    pub(crate) from: Versions,
    pub(crate) to: Versions,
    pub(crate) span: Span,
}

/// A stage or a layer.
pub(crate) struct DraftBlock {
    pub(crate) stage: Stage,
    pub(crate) layer: Option<String>,
    pub(crate) good_for: Option<Millis>,
    pub(crate) parts: Parts,
    pub(crate) span: Span,
}

/// What may stand in any block and holds for it.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) before: Vec<Vec<Check>>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) meanwhile: Vec<Act>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) verify: Vec<Vec<Check>>,
    pub(crate) deadline: Option<(Millis, Span)>,
    pub(crate) on_failure: Option<(OnFailure, Span)>,
}

/// A step.
pub(crate) struct DraftStep {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) at: At,
    pub(crate) stage: Stage,
    pub(crate) layer: Option<String>,
    pub(crate) needs: Vec<(String, Span)>,
    pub(crate) moves: Vec<(Move, Span)>,
    pub(crate) unless: Vec<Check>,
    pub(crate) work: Vec<Work>,
    pub(crate) way_back: WayBack,
    /// The places of the way back's nodes; more than one kind is an error.
    pub(crate) ways: Vec<(&'static str, Span)>,
    pub(crate) deadline: Option<(Millis, Span)>,
    pub(crate) on_failure: Option<(OnFailure, Span)>,
    /// Whether something of it was wrong and left out, so that what it lacks is no news.
    pub(crate) is_cut: bool,
}

impl DraftStep {
    /// A step in which nothing stands yet.
    pub(crate) fn new(name: String, item: &Item<'_>, at: At, here: &Here) -> Self {
        Self {
            name,
            span: item.span,
            at,
            stage: here.stage,
            layer: here.layer.clone(),
            needs: Vec::new(),
            moves: Vec::new(),
            unless: Vec::new(),
            work: Vec::new(),
            way_back: WayBack::Own,
            ways: Vec::new(),
            deadline: None,
            on_failure: None,
            is_cut: false,
        }
    }
}

impl Draft {
    /// `layers "a" "b"`; the project's win over a library's.
    pub(crate) fn layers_from(&mut self, item: &Item<'_>) {
        if self.layers.is_empty() {
            self.layers = super::texts(item, "name");
        }
    }

    /// Layers from the top; the card's when nobody names others.
    pub(crate) fn layer_order(&self) -> Vec<String> {
        if self.layers.is_empty() {
            ["user-space", "core-kernel", "cloud-kernel"].map(ToOwned::to_owned).to_vec()
        } else {
            self.layers.clone()
        }
    }
}
