//! What only follows from a trap: the value that a trap spoilt is not judged a second time (R16).

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Takes out what is told of the very places of which a trap is told.
pub fn without(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_trap =
        |one: &Diagnostic| super::PAGES.iter().any(|pages| pages.iter().any(|page| page.code == one.page.code));
    let labels = found.iter().filter(|one| is_trap(one)).flat_map(|one| &one.labels);
    let spoilt = merged(labels.map(|label| label.span).collect());
    found.into_iter().filter(|one| is_trap(one) || !meets(&spoilt, one.span())).collect()
}

/// Places in their order, none of which meets another.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut().filter(|last| span.start as usize <= last.end()) {
            Some(last) if last.end() < span.end() => *last = last.to(span),
            Some(_) => {}
            None => merged.push(span),
        }
    }
    merged
}

fn meets(spoilt: &[Span], span: Span) -> bool {
    let next = spoilt.partition_point(|one| one.end() <= span.start as usize);
    spoilt.get(next).is_some_and(|one| (one.start as usize) < span.end())
}
