//! `paths`: from which versions a component can move to which.

use super::draft::{Draft, Paths, Row};
use super::pages::PATH_BACKWARDS;
use super::text;
use crate::cx::Cx;
use crate::declare::repeated;
use crate::diagnostic::Diagnostic;
use crate::shape::Item;
use crate::syntax::Spanned;
use crate::version::Versions;
use std::cmp::Ordering;
use std::rc::Rc;

/// `paths "name" { upgrade from="4.9.x" to="5.0.x"; rollback … }`.
pub(super) fn paths(cx: &mut Cx<'_>, item: &Item<'_>, draft: &mut Draft) {
    let Some(name) = text(item, "component") else { return };
    let rows: Vec<Row> = item.children.iter().filter_map(row).collect();
    for row in &rows {
        backwards(cx, row);
    }
    let span = item.span_of("component");
    let paths = Paths { is_cut: item.is_cut || rows.len() < item.children.len(), rows, span };
    if let Some(first) = draft.paths.insert(name.clone(), paths) {
        cx.sink.push(repeated("the table of paths of", &Spanned { value: Rc::from(name), span }, first.span));
    }
}

fn row(item: &Item<'_>) -> Option<Row> {
    let versions = |name: &str| Versions::parse(&text(item, name)?);
    Some(Row { is_upgrade: item.name == "upgrade", from: versions("from")?, to: versions("to")?, span: item.span })
}

/// An upgrade that leads down, or a rollback that leads up.
fn backwards(cx: &mut Cx<'_>, row: &Row) {
    let (word, other, wrong, leads) = if row.is_upgrade {
        ("upgrade", "rollback", Ordering::Less, "down")
    } else {
        ("rollback", "upgrade", Ordering::Greater, "up")
    };
    if row.to.compare(&row.from) == wrong {
        cx.sink.push(
            Diagnostic::new(&PATH_BACKWARDS, format!("`{word}` from {} to {} leads {leads}", row.from, row.to))
                .label(
                    row.span,
                    format!("{} is {} {}", row.to, if row.is_upgrade { "before" } else { "after" }, row.from),
                )
                .help(format!("write {word} from=\"{}\" to=\"{}\"", row.to, row.from))
                .help(format!("or {other} from=\"{}\" to=\"{}\"", row.from, row.to)),
        );
    }
}
