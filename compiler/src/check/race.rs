//! R3: no unordered writes.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Help, Page};
use crate::graph::Graph;
use crate::lower::{Draft, DraftStep};
use crate::plan::{Act, At, UndoWork, WayBack, Work};
use crate::registry::Touch;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// One write: by which step, of what, written where.
pub(super) struct Write<'d> {
    pub(super) step: usize,
    pub(super) touch: &'d Touch,
    pub(super) at: &'d At,
}

/// In which direction steps run: their way back goes through the same order, backwards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

/// Two steps that may run, or be taken back, at the same time and write the same thing.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut found = Vec::new();
    for way in [Way::There, Way::Back] {
        let writes = writes(draft, way);
        for (a, b) in suspects(&writes, graph) {
            let pair = (a.step.min(b.step), a.step.max(b.step));
            let unordered = !graph.before(a.step, b.step) && !graph.before(b.step, a.step);
            if a.step != b.step && !told.contains(&pair) && unordered {
                told.insert(pair);
                found.extend(diagnose(cx, draft, way, (a, b)));
            }
        }
    }
    cx.sink.extend(found);
}

/// What steps write on their way there.
pub(super) fn writes_there(draft: &Draft) -> Vec<Write<'_>> {
    writes(draft, Way::There)
}

fn writes(draft: &Draft, way: Way) -> Vec<Write<'_>> {
    // Where no step writes its way back, there and back are the same writes.
    let is_written = |step: &DraftStep| matches!(step.way_back, WayBack::Undo(_));
    if way == Way::Back && !draft.steps.iter().any(is_written) {
        return Vec::new();
    }
    let mut writes = Vec::new();
    for (step, drafted) in draft.steps.iter().enumerate() {
        for act in acts(drafted, way) {
            writes.extend(act.touches.iter().map(|touch| Write { step, touch, at: &act.at }));
        }
    }
    writes
}

/// What a step does on its way.
fn acts(step: &DraftStep, way: Way) -> Vec<&Act> {
    let there = || {
        step.work.iter().flat_map(|work| match work {
            Work::Act(act) | Work::Meanwhile(act) => std::slice::from_ref(act),
            Work::AfterChange(acts) => acts.as_slice(),
            _ => &[],
        })
    };
    match (&step.way_back, way) {
        (_, Way::There) | (WayBack::Own, Way::Back) => there().collect(),
        (WayBack::Undo(ways), Way::Back) => {
            let back = ways.iter().flat_map(|way| &way.work).flat_map(|work| match work {
                UndoWork::Own => there().collect(),
                UndoWork::Act(act) => vec![act],
                UndoWork::Verify(_) => Vec::new(),
            });
            back.collect()
        }
        (WayBack::Stays(_) | WayBack::Irreversible(_), Way::Back) => Vec::new(),
    }
}

/// Pairs whose order must be looked at. Writers of one name are looked at in their topological order, neighbour by
/// neighbour: if all neighbours are ordered, so are all pairs. A write below a tree is held against the writers of the
/// tree that come next before and after it.
fn suspects<'w, 'd>(writes: &'w [Write<'d>], graph: &Graph) -> Vec<(&'w Write<'d>, &'w Write<'d>)> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&Write<'_>>> = BTreeMap::new();
    for write in writes {
        by_name.entry((&write.touch.space, &write.touch.path)).or_default().push(write);
    }
    let mut pairs = Vec::new();
    for group in by_name.values_mut() {
        group.sort_by_key(|write| graph.position.get(write.step));
        pairs.extend(group.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
    }
    let trees: BTreeMap<(&str, &str), Vec<&Write<'_>>> = by_name
        .into_iter()
        .map(|(name, group)| (name, group.into_iter().filter(|write| write.touch.tree).collect()))
        .collect();
    for write in writes {
        for above in ancestors(&write.touch.path) {
            let Some(group) = trees.get(&(write.touch.space.as_str(), above)) else { continue };
            let next = group.partition_point(|tree| graph.position.get(tree.step) < graph.position.get(write.step));
            let around = group.get(next.saturating_sub(1)..(next + 2).min(group.len())).unwrap_or_default();
            pairs.extend(around.iter().map(|tree| (*tree, write)));
        }
    }
    pairs
}

/// `a/b/c` lies below `a/b`, `a` and the root.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let root = (!path.is_empty()).then_some("");
    path.match_indices('/').filter_map(|(at, _)| path.get(..at)).chain(root)
}

fn diagnose(cx: &Cx<'_>, draft: &Draft, way: Way, (a, b): (&Write<'_>, &Write<'_>)) -> Option<Diagnostic> {
    let (first, second) = if a.at.span <= b.at.span { (a, b) } else { (b, a) };
    let (one, other) = (draft.steps.get(first.step)?, draft.steps.get(second.step)?);
    let tree = [first, second].into_iter().find(|write| write.touch.tree);
    let does_what = match tree {
        Some(tree) => format!("write below {}", place(&tree.touch.path)),
        None if first.touch.space == Touch::SERVICES => format!("act on service `{}`", first.touch.path),
        None if first.touch.space == Touch::OBJECTS => format!("change `{}`", first.touch.spoken()),
        None => format!("write `{}`", first.touch.path),
    };
    let when = if way == Way::Back { " when they are taken back" } else { "" };
    let message = format!("`{}` and `{}` may both {does_what} at the same time{when}", one.name, other.name);
    let found = Diagnostic::new(&UNORDERED_WRITE, message)
        .label(first.at.span, does(one, first))
        .label(second.at.span, does(other, second));
    Some(way_out(cx, found, one, other))
}

pub(super) fn place(path: &str) -> String {
    if path.is_empty() { "the target's directory".into() } else { format!("`{path}`") }
}

pub(super) fn does(step: &DraftStep, write: &Write<'_>) -> String {
    if write.touch.tree {
        format!("`{}` writes all of {}", step.name, place(&write.touch.path))
    } else if write.touch.space == Touch::SERVICES {
        format!("`{}` acts on service `{}`", step.name, write.touch.path)
    } else if write.touch.space == Touch::OBJECTS {
        format!("`{}` changes `{}`", step.name, write.touch.spoken())
    } else {
        format!("`{}` writes `{}`", step.name, write.touch.path)
    }
}

/// The `needs` that orders both, as it can be typed where the later one stands.
pub(super) fn way_out(cx: &Cx<'_>, found: Diagnostic, one: &DraftStep, other: &DraftStep) -> Diagnostic {
    if one.span == other.span {
        return found.help("one template is put in twice: let what it writes hold an input of it, as {{name}}");
    }
    let behind = cx.sources.line_after(other.span).trim();
    let is_open = behind.strip_prefix('{').is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with("//"));
    if is_open {
        return found
            .help(format!("say which comes first; add to step `{}`:", other.name))
            .help_line(needs_line(cx, other, &one.name));
    }
    // What follows on the same line belongs to the block too, or ends it: a line below may be outside.
    let head = cx.sources.text(other.span);
    found.help(format!("say which comes first: {head} {{ needs \"{}\"; …", one.name))
}

/// The line to add: below the step's first line, indented as what stands in it.
fn needs_line(cx: &Cx<'_>, step: &DraftStep, need: &str) -> Help {
    let head = cx.sources.line_text(step.span);
    let indent = head.len() - head.trim_start().len() + 4;
    let end = cx.sources.locate(Span::new(step.span.end(), 0));
    Help::Add { path: Some(end.path), line: end.line + 1, text: format!("{}needs \"{need}\"", " ".repeat(indent)) }
}

/// Two steps that may write the same thing at the same time.
pub static UNORDERED_WRITE: Page = Page {
    code: "order::unordered-write",
    rule: "R3",
    text: "Two steps that may run at the same time touch the same thing, so chance decides which of them writes last. \
           An order through a third step counts too. So it is on the way back: an undo goes through the same order, \
           backwards.",
    wrong: "step \"site\" { dir.mirror \"www\" from=\"files/www\" }\nstep \"portal\" { file.write \"www/portal.json\" from=\"files/portal.json\" }",
    right: "step \"site\" { dir.mirror \"www\" from=\"files/www\" }\nstep \"portal\" { needs \"site\"; file.write \"www/portal.json\" from=\"files/portal.json\" }",
    see: &["needs::cycle"],
    ..Page::ERROR
};
