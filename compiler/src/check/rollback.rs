//! R27: a plan that is said to be another's way back is checked against it.

use super::time::longest;
use crate::compile::{Compiled, Request, led};
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::env::Env;
use crate::graph::Graph;
use crate::lower::Draft;
use crate::plan::{Act, At, Backup, CopyOf, KeptCopy, Move, Plan, Stage, UndoWork, Unit, WayBack, Work};
use crate::read::unreadable;
use crate::source::{SourceSet, Span};
use crate::value::Millis;
use crate::version::Version;
use crate::words::{count, ticked};
use std::collections::BTreeMap;

/// Compiles the named plan too, and holds it against this one.
pub(super) fn check(cx: &mut Cx<'_>, env: &Env, draft: &Draft, graph: &Graph) {
    let Some((path, at)) = draft.rollback_plan.clone() else { return };
    if cx.led.contains(&path) {
        let ring: Vec<String> = cx.led.iter().chain([&path]).cloned().collect();
        cx.sink.push(cycle(at, &ring));
        return;
    }
    if let Err(error) = cx.files.read(&path) {
        cx.sink.push(unreadable(at, &path, &error));
        return;
    }
    let other = compiled(cx, env, &path);
    if let Some(back) = other.diagnostics.iter().find(|one| one.page.code == CYCLE.code) {
        let back = other.sources.locate(back.span());
        cx.sink.push(cycle(at, &[cx.led.last().cloned().unwrap_or_default(), path, format!("… by {back}")]));
        return;
    }
    let Some(plan) = &other.plan else {
        cx.sink.push(broken(at, &path, env, &other));
        return;
    };
    let back = Back { path: &path, at, plan, sources: &other.sources };
    versions(cx, draft, &back);
    copies(cx, draft, graph, &back);
}

/// The plan that is the way back, and where this plan says so.
struct Back<'b> {
    path: &'b str,
    at: Span,
    plan: &'b Plan,
    sources: &'b SourceSet,
}

impl Back<'_> {
    /// A place of that plan, in the sources of this one.
    fn here(&self, cx: &mut Cx<'_>, at: &At) -> Option<Span> {
        let file = self.sources.file_of(at.span)?;
        let base = cx.sources.add_once(&file.path, &file.text);
        Some(Span { start: base + (at.span.start - file.base), len: at.span.len })
    }

    fn labelled(&self, cx: &mut Cx<'_>, found: Diagnostic, at: Option<&At>, text: String) -> Diagnostic {
        match at.and_then(|at| self.here(cx, at)) {
            Some(span) => found.label(span, text),
            None => found,
        }
    }
}

/// With those inputs of this compilation that it has too.
fn compiled(cx: &Cx<'_>, env: &Env, path: &str) -> Compiled {
    let request = Request { root: path.to_owned(), target: env.target.clone(), ..Request::default() };
    let bare = led(cx.files, &request, cx.registry, &cx.led);
    let given = env.given.iter().filter(|(name, _)| bare.inputs.iter().any(|input| input.name == **name));
    let inputs: BTreeMap<_, _> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    if inputs.is_empty() { bare } else { led(cx.files, &Request { inputs, ..request }, cx.registry, &cx.led) }
}

fn cycle(at: Span, ring: &[String]) -> Diagnostic {
    Diagnostic::new(&CYCLE, "a plan is said to be a way back of its own way back")
        .label(at, format!("leads in a ring: {}", ring.join(" -> ")))
        .help("take `rollback-plan` out of the plan that goes back: going up again is another plan's affair")
}

fn broken(at: Span, path: &str, env: &Env, other: &Compiled) -> Diagnostic {
    let errors = other.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();
    let on = env.target.as_ref().map(|target| format!(" on target `{target}`")).unwrap_or_default();
    let first = other.diagnostics.iter().find(|one| one.severity == Severity::Error);
    let found = Diagnostic::new(&BROKEN, format!("`{path}` is the way back of this plan, and does not compile{on}"))
        .label(at, format!("{} in it", count(errors, "error")));
    let found = match first {
        Some(first) => found.help(format!("the first: {} ({})", first.message, other.sources.locate(first.span()))),
        None => found,
    };
    found.help(format!("all of them: switchback check {path}")).skips("whether it leads back from here")
}

/// From where to where a component goes in all.
type Ends<'m> = BTreeMap<&'m str, (&'m Version, &'m Version)>;

fn ends<'m>(moves: impl Iterator<Item = &'m Move>) -> Ends<'m> {
    let mut ends: Ends<'m> = BTreeMap::new();
    for moved in moves {
        ends.entry(&moved.component).and_modify(|(_, to)| *to = &moved.to).or_insert((&moved.from, &moved.to));
    }
    ends
}

/// The same components, and each back to where it was.
fn versions(cx: &mut Cx<'_>, draft: &Draft, back: &Back<'_>) {
    let own = || draft.product.iter().chain(draft.steps.iter().flat_map(|step| &step.moves));
    let ours = ends(own().map(|(moved, _)| moved));
    let theirs = ends(back.plan.product.iter().chain(back.plan.steps().flat_map(|(_, unit)| &unit.moves)));
    for (component, (from, to)) in &ours {
        let at = own().find(|(moved, _)| moved.component == *component).map_or(back.at, |(_, span)| *span);
        let found = match theirs.get(component) {
            None => Diagnostic::new(&UNLIKE, format!("`{}` does not bring `{component}` back", back.path))
                .label(at, format!("moved here, {from} to {to}"))
                .label(back.at, "said to be the way back")
                .help(format!("move it there too: moves \"{component}\" from=\"{to}\" to=\"{from}\"")),
            Some((starts, ends)) if starts != to || ends != from => {
                let message =
                    format!("`{}` moves `{component}` from {starts} to {ends}, which is not the way back", back.path);
                let found = Diagnostic::new(&UNLIKE, message).label(at, format!("{from} to {to} here"));
                let step = mover(back.plan, component);
                back.labelled(cx, found, step.map(|step| &step.at), format!("{starts} to {ends} there"))
                    .help(format!("write there: from=\"{to}\" to=\"{from}\""))
            }
            Some(_) => continue,
        };
        cx.sink.push(found);
    }
    for (component, (starts, ends)) in theirs.iter().filter(|(component, _)| !ours.contains_key(*component)) {
        let message = format!("`{}` moves `{component}`, which this plan leaves alone", back.path);
        let found = Diagnostic::new(&UNLIKE, message).label(back.at, "said to be the way back of this plan");
        let step = mover(back.plan, component);
        let found = back.labelled(cx, found, step.map(|step| &step.at), format!("moved there, {starts} to {ends}"));
        cx.sink.push(found.help("a way back moves what the way there moved, and nothing else"));
    }
}

fn mover<'p>(plan: &'p Plan, component: &str) -> Option<&'p Unit> {
    plan.steps().map(|(_, unit)| unit).find(|unit| unit.moves.iter().any(|moved| moved.component == component))
}

/// Every backup that is restored there is taken here, and kept until then.
fn copies(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph, back: &Back<'_>) {
    let own = draft.name.as_ref().map_or("", |(name, _)| name.as_str());
    let backups = backups(draft);
    for (act, kept) in restored(back.plan) {
        let is_ours = kept.plan.as_deref().is_none_or(|plan| plan == own);
        let taken = backups.iter().find(|backup| is_ours && backup.name == kept.backup);
        let found = match taken {
            None => untaken(cx, back, act, &kept, &backups),
            Some(backup) => match short(draft, graph, back, backup) {
                Some(found) => back.labelled(cx, found, Some(&act.at), "needed here".to_owned()),
                None => continue,
            },
        };
        cx.sink.push(found);
    }
}

fn backups(draft: &Draft) -> Vec<&Backup> {
    let of_blocks = draft.blocks.iter().flat_map(|block| &block.parts.backups);
    let of_steps = draft.steps.iter().flat_map(|step| &step.work).filter_map(|work| match work {
        Work::Backup(backup) => Some(backup),
        _ => None,
    });
    draft.parts.backups.iter().chain(of_blocks).chain(of_steps).collect()
}

/// What a plan restores of earlier runs, on its way there and in its written ways back.
fn restored(plan: &Plan) -> Vec<(&Act, KeptCopy)> {
    let mut all: Vec<&Act> = plan.units.iter().flat_map(Unit::acts).collect();
    for unit in &plan.units {
        if let WayBack::Undo(ways) = &unit.way_back {
            all.extend(ways.iter().flat_map(|way| &way.work).filter_map(|work| match work {
                UndoWork::Act(act) => Some(act),
                UndoWork::Own | UndoWork::Verify(_) => None,
            }));
        }
    }
    let kept = |act: &Act| match act.call.copy() {
        Some(CopyOf::Kept(kept)) => Some(kept),
        _ => None,
    };
    all.into_iter().filter_map(|act| Some((act, kept(act)?))).collect()
}

fn untaken(cx: &mut Cx<'_>, back: &Back<'_>, act: &Act, kept: &KeptCopy, backups: &[&Backup]) -> Diagnostic {
    let message = format!("`{}` restores {kept}, which this plan never takes", back.path);
    let found = Diagnostic::new(&NO_BACKUP, message).label(back.at, "said to be the way back of this plan");
    let found = back.labelled(cx, found, Some(&act.at), "needs the copy here".to_owned());
    let names: Vec<&str> = backups.iter().map(|backup| backup.name.as_str()).collect();
    let found = match names.as_slice() {
        [] => found,
        names => found.help(format!("the backups of this plan are {}", ticked(names, "and"))),
    };
    found.help(format!(
        "take it before anything changes: step \"{0}\" {{ backup \"{0}\" keep=\"30d\" {{ … }} }}",
        kept.backup
    ))
}

/// A backup that may be gone before the way back ends.
fn short(draft: &Draft, graph: &Graph, back: &Back<'_>, backup: &Backup) -> Option<Diagnostic> {
    let deadline = draft.parts.deadline.map_or_else(|| longest(draft, graph, Stage::Change).0, |(limit, _)| limit);
    let hold = draft.hold.as_ref().map_or(Millis(0), |(hold, _)| hold.at_most);
    let needed = deadline.plus(hold).plus(back.plan.deadline.limit);
    if backup.keep_said && backup.keep >= needed {
        return None;
    }
    let how = if backup.keep_said {
        format!("kept {}", backup.keep)
    } else {
        "kept for the undo of its own run: it goes with `finalize`".to_owned()
    };
    let message = format!("copy `{}` may be gone when `{}` needs it", backup.name, back.path);
    Some(
        Diagnostic::new(&KEPT_SHORT, message)
            .label(backup.at.span, how)
            .label(back.at, "the way back of this plan restores it")
            .measured(needed.0)
            .help(format!(
                "write keep=\"{needed}\" or more: deadline {deadline}, hold {hold}, and {} for the way back",
                back.plan.deadline.limit
            )),
    )
}

/// A ring of ways back.
pub static CYCLE: Page = Page {
    code: "rollback::cycle",
    rule: "R27",
    text: "The plan that `rollback-plan` names says itself, or through others, that this plan is its way back. A plan \
           that goes back needs no `rollback-plan`: what takes its run back is `undo`, and going up again is the \
           upgrade itself.",
    wrong: "plan \"example\" { rollback-plan \"example.plan.kdl\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "plan \"example\" { title \"up\" }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    see: &["rollback::unlike"],
    ..Page::ERROR
};

/// A way back that is no sound plan.
pub static BROKEN: Page = Page {
    code: "rollback::broken",
    rule: "R27",
    text: "The plan that `rollback-plan` names has errors, or can't run on this target, so there is no way back by it.",
    see: &["rollback::unlike", "target::lacks"],
    ..Page::ERROR
};

/// A way back that leads elsewhere.
pub static UNLIKE: Page = Page {
    code: "rollback::unlike",
    rule: "R27",
    text: "The plan that `rollback-plan` names does not lead back from here: it moves other components, or the same \
           ones from or to other versions. It begins where this plan ends, and ends where this one begins.",
    see: &["rollback::no-backup", "rollback::kept-short"],
    ..Page::ERROR
};

/// A copy that nobody takes.
pub static NO_BACKUP: Page = Page {
    code: "rollback::no-backup",
    rule: "R27",
    text: "The plan that `rollback-plan` names restores a copy that this plan never takes, so it could not begin when \
           it is needed.",
    see: &["rollback::kept-short", "copy::unknown"],
    ..Page::ERROR
};

/// A copy that goes too early.
pub static KEPT_SHORT: Page = Page {
    code: "rollback::kept-short",
    rule: "R27",
    text: "The plan that `rollback-plan` names restores a copy that this plan takes and does not keep long enough: \
           until its deadline and its hold have ended and the way back has had its time. A backup without `keep=` is \
           there for the undo of its own run, and goes with `finalize`.",
    see: &["rollback::no-backup"],
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&CYCLE, &BROKEN, &UNLIKE, &NO_BACKUP, &KEPT_SHORT];
