//! The lines of `check` below its diagnostics.

use super::look::{Looked, LookedPlan};
use crate::report::diagnostics::{Plans, found, summary};
use crate::screen::{Look, Sign, count, list, of, pad, pad_left, plural, quick, safe, width};
use std::collections::BTreeSet;
use std::time::Duration;
use switchback_compiler::diagnostic::Severity;
use switchback_compiler::plan::Plan;

/// A line for each plan, and under it what the plan leaves to be computed.
pub(super) fn plans(looked: &Looked, look: Look) -> String {
    let paths: Vec<String> = looked.plans.iter().map(|plan| safe(&plan.path, look)).collect();
    let sizes: Vec<Size> = looked.plans.iter().map(Size::of).collect();
    let path_width = paths.iter().map(|path| width(path)).max().unwrap_or(0);
    let figure_width = sizes.iter().map(|size| width(&size.steps.shown(look))).max().unwrap_or(0);
    let mut out = String::new();
    for ((plan, path), size) in looked.plans.iter().zip(&paths).zip(&sizes) {
        let figure = pad_left(&size.steps.shown(look), figure_width);
        let sign = Sign::Done.show(look);
        out.extend([&sign, " ", &pad(path, path_width), "   ", &figure, " ", &size.rest(look), "\n"]);
        out.extend(deadline(plan).iter().chain(&keep(plan)).flat_map(|line| ["    ", line, "\n"]));
    }
    out
}

/// The least and the most of something over all targets.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    least: usize,
    most: usize,
}

impl Span {
    fn of(plans: &[Plan], number: impl Fn(&Plan) -> usize) -> Self {
        let numbers = || plans.iter().map(&number);
        Self { least: numbers().min().unwrap_or(0), most: numbers().max().unwrap_or(0) }
    }

    fn shown(self, look: Look) -> String {
        if self.least == self.most {
            self.most.to_string()
        } else {
            look.range(&self.least.to_string(), &self.most.to_string())
        }
    }

    /// With its noun; nothing where there is none.
    fn counted(self, noun: &str, look: Look) -> Option<String> {
        (self.most > 0).then(|| format!("{} {}", self.shown(look), plural(self.most, noun)))
    }
}

struct Size {
    steps: Span,
    layers: Span,
    components: Span,
}

impl Size {
    fn of(looked: &LookedPlan) -> Self {
        Self {
            steps: Span::of(&looked.plans, |plan| plan.steps().count()),
            layers: Span::of(&looked.plans, layers),
            components: Span::of(&looked.plans, |plan| plan.components.len()),
        }
    }

    /// What follows the number of steps.
    fn rest(&self, look: Look) -> String {
        let steps = plural(self.steps.most, "step");
        let others = [self.layers.counted("layer", look), self.components.counted("component", look)];
        std::iter::once(steps.clone()).chain(others.into_iter().flatten()).collect::<Vec<_>>().join(", ")
    }
}

/// Layers with a name; a plan without layers has none of those.
fn layers(plan: &Plan) -> usize {
    let names = plan.blocks.iter().filter_map(|block| block.layer.as_deref()).filter(|name| !name.is_empty());
    names.collect::<BTreeSet<_>>().len()
}

/// The deadline, where the plan leaves it to be computed and there is something to wait for.
fn deadline(looked: &LookedPlan) -> Option<String> {
    let computed = looked.plans.iter().filter(|plan| !plan.deadline.given);
    let limit = computed.map(|plan| plan.deadline.limit).max().filter(|limit| limit.0 > 0)?;
    Some(format!("deadline {limit}, as long as its longest way may take"))
}

/// How long backups are kept, where the plan leaves it to be computed.
fn keep(looked: &LookedPlan) -> Option<String> {
    let limit = looked.plans.iter().filter_map(|plan| plan.keep).max()?;
    Some(format!("keep {limit}, a day longer than an undo may need the copies"))
}

/// The result line, and what to type next.
pub(super) fn end(looked: &Looked, took: Duration) -> String {
    let first = looked.told.diagnostics.iter().find(|one| one.severity == Severity::Error);
    match first {
        Some(first) => format!("{}\nnext: switchback explain {}\n", result(looked), first.page.code),
        None => format!("{}, in {}{}\n", result(looked), quick(took), policy(looked)),
    }
}

/// What was found and how much compiles, without how long it took.
pub fn result(looked: &Looked) -> String {
    let told = &looked.told;
    let (plans, libraries) = (looked.plans.len(), looked.libraries.len());
    if looked.has_errors() && plans > 0 {
        let compiled = looked.plans.iter().filter(|plan| !plan.plans.is_empty()).count();
        return summary(&told.sources, &told.diagnostics, Plans { compiled, all: plans });
    }
    let counted = [(plans, "plan"), (libraries, "library")].into_iter().filter(|(number, _)| *number > 0);
    let counted: Vec<String> = counted.map(|(number, noun)| count(number, noun)).collect();
    let verb = if plans + libraries == 1 { "compiles" } else { "compile" };
    let all = format!("{} {verb}", list(&counted));
    match found(&told.sources, &told.diagnostics) {
        // Libraries alone do not compile to anything that could be counted.
        Some(found) if looked.has_errors() => found,
        Some(found) => format!("{found}; {all}"),
        None => all,
    }
}

fn policy(looked: &Looked) -> String {
    let all = looked.targets.len();
    if all == 0 {
        return String::new();
    }
    format!("; policy holds for {}", of(all - looked.denied.len(), all, "target"))
}
