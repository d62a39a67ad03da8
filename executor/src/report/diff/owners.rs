//! Who else writes to what would change (R18).

use super::Cx;
use crate::preview::Owner;
use crate::screen::{count, hang, pad, width};
use indexmap::IndexMap;

/// So many objects are named of those to which the same happens.
const NAMED: usize = 3;

/// `other owners`, and what each of them may do.
pub(super) fn owners(cx: &Cx<'_>) -> Option<String> {
    let rows: Vec<(String, String)> = alike(cx)
        .into_iter()
        .flat_map(|(text, all)| named(cx, &all).into_iter().map(move |name| (name, text.clone())))
        .collect();
    let columns = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let line = |(name, text): &(String, String)| hang(&format!("  {}  ", pad(name, columns)), text, cx.look);
    (!rows.is_empty()).then(|| format!("other owners\n{}", rows.iter().map(line).collect::<String>()))
}

/// ``Other owners: Argo CD app portal: paused first, given back last (`deployment/portal`).``
pub(super) fn sentence(cx: &Cx<'_>, code: impl Fn(&str) -> String, escape: impl Fn(&str) -> String) -> Option<String> {
    let told = |(text, all): (String, Vec<&Owner>)| {
        let first = all.first().map(|owner| code(&owner.resource)).unwrap_or_default();
        let more = if all.len() > 1 { format!(" and {} more", all.len() - 1) } else { String::new() };
        format!("{} ({first}{more})", escape(&text))
    };
    let all: Vec<String> = alike(cx).into_iter().map(told).collect();
    (!all.is_empty()).then(|| format!("Other owners: {}.", all.join("; ")))
}

/// Owners of whom the same is told, with that text.
fn alike<'p>(cx: &Cx<'p>) -> IndexMap<String, Vec<&'p Owner>> {
    let mut alike: IndexMap<String, Vec<&Owner>> = IndexMap::new();
    for owner in &cx.preview.owners {
        alike.entry(cx.safe(&format!("{}: {}", owner.who, owner.says))).or_default().push(owner);
    }
    alike
}

/// Each by its name; of many one, and how many more there are.
fn named(cx: &Cx<'_>, all: &[&Owner]) -> Vec<String> {
    let name = |owner: &&Owner| cx.safe(&owner.resource);
    match all {
        [first, rest @ ..] if all.len() > NAMED => vec![format!("{} and {}", name(first), count(rest.len(), "other"))],
        all => all.iter().map(name).collect(),
    }
}
