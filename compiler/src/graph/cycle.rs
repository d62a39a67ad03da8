//! Steps that wait for each other, drawn with every edge in its file.

use super::pages::CYCLE;
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Help};
use crate::lower::Draft;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, VecDeque};

/// Reports every group of steps that wait for each other; whether there is one.
pub(super) fn report(cx: &mut Cx<'_>, draft: &Draft, needs: &[Vec<usize>]) -> bool {
    let edges =
        needs.iter().enumerate().flat_map(|(step, all)| all.iter().map(move |need| (step as u32, *need as u32)));
    let graph = DiGraph::<(), ()>::from_edges(edges);
    let mut found = false;
    // Not Tarjan's: petgraph's recurses, and a ring of ten thousand steps would overflow the stack.
    for group in petgraph::algo::kosaraju_scc(&graph) {
        let mut group: Vec<usize> = group.into_iter().map(petgraph::graph::NodeIndex::index).collect();
        group.sort_unstable();
        let Some(first) = group.first().copied() else { continue };
        let own = needs.get(first).is_some_and(|all| all.contains(&first));
        if group.len() > 1 || own {
            let ring = ring(first, &group, needs);
            cx.sink.push(told(cx, draft, &ring));
            found = true;
        }
    }
    found
}

/// The shortest way from a step back to itself inside its group.
fn ring(first: usize, group: &[usize], needs: &[Vec<usize>]) -> Vec<usize> {
    let mut from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut open = VecDeque::from([first]);
    while let Some(step) = open.pop_front() {
        for need in needs.get(step).into_iter().flatten().filter(|need| group.binary_search(need).is_ok()) {
            if *need == first {
                return back(first, step, &from);
            }
            if !from.contains_key(need) {
                from.insert(*need, step);
                open.push_back(*need);
            }
        }
    }
    vec![first]
}

fn back(first: usize, last: usize, from: &BTreeMap<usize, usize>) -> Vec<usize> {
    let mut ring = vec![last];
    let mut step = last;
    while step != first {
        let Some(previous) = from.get(&step) else { break };
        step = *previous;
        ring.push(step);
    }
    ring.reverse();
    ring
}

fn told(cx: &Cx<'_>, draft: &Draft, ring: &[usize]) -> Diagnostic {
    let message = match ring.len() {
        1 => "a step waits for itself, so it can never start".to_owned(),
        count => format!("{count} steps wait for each other, so none can ever start"),
    };
    let mut found = Diagnostic::new(&CYCLE, message);
    let next = ring.iter().cycle().skip(1);
    let mut rows = Vec::new();
    for (step, need) in ring.iter().zip(next) {
        let (Some(step), Some(need)) = (draft.steps.get(*step), draft.steps.get(*need)) else { continue };
        let span = step.needs.iter().find(|(name, _)| *name == need.name).map_or(step.span, |(_, span)| *span);
        found = found.label(span, format!("`{}` needs `{}`", step.name, need.name));
        rows.push((step.name.clone(), need.name.clone(), cx.sources.locate(span).to_string()));
    }
    found = found.help("take out the `needs` that is not meant");
    drawn(&rows)
        .into_iter()
        .fold(found, |found, line| found.help_line(Help::Drawn(line)))
        .skips("the order of the steps and all that follows from it")
}

/// The ring as a picture: an arrow from the last line to the first.
fn drawn(rows: &[(String, String, String)]) -> Vec<String> {
    let wide = |column: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0)
    };
    let (names, needs) = (wide(|row| &row.0), wide(|row| &row.1));
    rows.iter()
        .enumerate()
        .map(|(at, (name, need, place))| {
            let edge = match at {
                0 => "┌▸",
                _ if at + 1 == rows.len() => "└─",
                _ => "│ ",
            };
            format!("{edge} {name:names$}  needs {need:needs$}  {place}")
        })
        .collect()
}
