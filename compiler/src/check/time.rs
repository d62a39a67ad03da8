//! R5 and R23: every wait ends, and the numbers fit together.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::graph::{Graph, Rank, layers, rank_of};
use crate::lower::{Draft, DraftStep, Parts};
use crate::plan::{Act, Backup, Check, READ_LIMIT, Stage, UndoWork, WayBack, Window, Work};
use crate::value::Millis;
use std::collections::{BTreeMap, BTreeSet};

/// The longest way through a stage: with as many jobs as needed, how long it may take when every wait takes its limit.
pub(crate) fn longest(draft: &Draft, graph: &Graph, stage: Stage) -> (Millis, Vec<usize>) {
    let mut total = if stage == Stage::Change { around(&draft.parts) } else { Millis(0) };
    for block in draft.blocks.iter().filter(|block| block.stage == stage) {
        total = total.plus(around(&block.parts));
    }
    let mut chain = Vec::new();
    let ranks: BTreeSet<Rank> = graph.rank.iter().copied().filter(|(of, _)| *of == stage).collect();
    for rank in ranks {
        let (time, steps) = through(draft, graph, rank);
        total = total.plus(time);
        chain.extend(steps);
    }
    (total, chain)
}

/// The longest chain of steps in one block.
fn through(draft: &Draft, graph: &Graph, rank: Rank) -> (Millis, Vec<usize>) {
    let mut ends: BTreeMap<usize, (Millis, Option<usize>)> = BTreeMap::new();
    // The order is that of the ranks first, so the steps of one stand together.
    let rank_of = |step: &usize| graph.rank.get(*step).copied().unwrap_or_default();
    let first = graph.order.partition_point(|step| rank_of(step) < rank);
    let steps = graph.order.iter().copied().skip(first).take_while(|step| rank_of(step) == rank);
    for index in steps {
        let Some(step) = draft.steps.get(index) else { continue };
        let needs = graph.needs.get(index).into_iter().flatten();
        let before = needs.filter_map(|need| Some((ends.get(need)?.0, *need))).max();
        let begins = before.map_or(Millis(0), |(time, _)| time);
        ends.insert(index, (begins.plus(of_step(step)), before.map(|(_, need)| need)));
    }
    let Some((mut last, (time, _))) = ends.iter().max_by_key(|(_, (time, _))| *time).map(|(step, end)| (*step, *end))
    else {
        return (Millis(0), Vec::new());
    };
    let mut chain = vec![last];
    while let Some((_, Some(need))) = ends.get(&last) {
        chain.push(*need);
        last = *need;
    }
    chain.reverse();
    (time, chain)
}

fn around(parts: &Parts) -> Millis {
    let checks = parts.before.iter().chain(&parts.verify).map(|checks| of_checks(checks));
    let backups = parts.backups.iter().map(of_backup);
    checks.chain(backups).chain(parts.meanwhile.iter().map(of_meanwhile)).fold(Millis(0), Millis::plus)
}

/// It is taken away, and given back.
fn of_meanwhile(act: &Act) -> Millis {
    act.within.plus(act.within)
}

/// How long a step may take at most.
pub(crate) fn of_step(step: &DraftStep) -> Millis {
    step.work.iter().map(of_work).fold(Millis(0), Millis::plus)
}

fn of_work(work: &Work) -> Millis {
    match work {
        // A gate waits for a person, whose time nobody can bound; what is given back was counted where it is taken.
        Work::Gate(_) | Work::GiveBack(_) => Millis(0),
        Work::Before(checks) | Work::Verify(checks) => of_checks(checks),
        Work::Backup(backup) => of_backup(backup),
        Work::Act(act) => act.within,
        Work::Meanwhile(act) => of_meanwhile(act),
        Work::AfterChange(acts) => acts.iter().map(|act| act.within).fold(Millis(0), Millis::plus),
        Work::Output(_) => READ_LIMIT,
    }
}

/// Checks of a block run together; what they compare with is read together too, before the first change.
fn of_checks(checks: &[Check]) -> Millis {
    let within = checks.iter().map(|check| check.within).max().unwrap_or_default();
    if checks.iter().any(|check| check.as_before) { within.plus(READ_LIMIT) } else { within }
}

fn of_backup(backup: &Backup) -> Millis {
    backup.within
}

/// How long undoing everything may take, one step after the other.
pub(crate) fn undoing(draft: &Draft) -> Millis {
    let steps = draft.steps.iter().filter(|step| step.stage == Stage::Change);
    let of_blocks = draft.blocks.iter().filter(|block| block.stage == Stage::Change).map(|block| &block.parts);
    let meanwhile = of_blocks.chain([&draft.parts]).flat_map(|parts| &parts.meanwhile).map(of_meanwhile);
    steps.map(undo_of).chain(meanwhile).fold(Millis(0), Millis::plus)
}

/// How long a backup is kept that does not say it: an undo on the hold's last instant still finds it, and a day is left
/// to look at what went wrong.
pub(crate) fn keep(draft: &Draft, deadline: Millis) -> Millis {
    let hold = draft.hold.as_ref().map_or(Millis(0), |(hold, _)| hold.at_most);
    deadline.plus(hold).plus(undoing(draft)).plus(Millis::minutes(24 * 60))
}

fn undo_of(step: &DraftStep) -> Millis {
    match &step.way_back {
        WayBack::Own => of_step(step),
        WayBack::Undo(ways) => {
            ways.iter().map(|way| way.within.unwrap_or_else(|| of_undo(&way.work, step))).max().unwrap_or_default()
        }
        WayBack::Stays(_) | WayBack::Irreversible(_) => Millis(0),
    }
}

fn of_undo(work: &[UndoWork], step: &DraftStep) -> Millis {
    work.iter()
        .map(|work| match work {
            UndoWork::Own => of_step(step),
            UndoWork::Act(act) => act.within,
            UndoWork::Verify(checks) => of_checks(checks),
        })
        .fold(Millis(0), Millis::plus)
}

/// Holds the plan's numbers against each other.
pub(super) fn check(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    let (longest, chain) = longest(draft, graph, Stage::Change);
    let limit = draft.parts.deadline;
    if let Some((limit, span)) = limit.filter(|(limit, _)| longest > *limit) {
        let names: Vec<&str> =
            chain.iter().filter_map(|step| draft.steps.get(*step)).map(|step| step.name.as_str()).collect();
        let mut found =
            Diagnostic::new(&DEADLINE, format!("the change may take {longest}, and its deadline is {limit}"))
                .label(span, format!("{longest} is the longest way"))
                .measured(longest.0);
        if let Some(longest) = chain.iter().filter_map(|step| draft.steps.get(*step)).max_by_key(|step| of_step(step)) {
            found = found.label(longest.span, format!("up to {} of it", of_step(longest)));
        }
        cx.sink.push(
            found
                .help(format!(
                    "write deadline \"{longest}\" or more, or lower a `within` on this way: {}",
                    shortened(&names)
                ))
                .help("left out, the deadline is computed"),
        );
    }
    blocks(cx, draft, graph);
    steps(cx, draft);
    if let Some((window, span)) = &draft.window {
        self::window(cx, draft, window, *span, limit.map_or(longest, |(limit, _)| limit));
    }
}

fn shortened(names: &[&str]) -> String {
    match names {
        [first, .., last] if names.len() > 6 => format!("{first} → … {} more … → {last}", names.len() - 2),
        _ => names.join(" → "),
    }
}

/// A stage's or a layer's own deadline.
fn blocks(cx: &mut Cx<'_>, draft: &Draft, graph: &Graph) {
    let order = layers(draft);
    for block in &draft.blocks {
        let Some((limit, span)) = block.parts.deadline else { continue };
        let needs = match &block.layer {
            Some(layer) => {
                let rank = rank_of(block.stage, Some(layer), &order);
                let of_layer =
                    draft.blocks.iter().filter(|other| other.stage == block.stage && other.layer == block.layer);
                of_layer.map(|other| around(&other.parts)).fold(through(draft, graph, rank).0, Millis::plus)
            }
            None => longest(draft, graph, block.stage).0,
        };
        if needs > limit {
            let what = block
                .layer
                .as_ref()
                .map_or_else(|| format!("stage `{}`", block.stage.name()), |layer| format!("layer `{layer}`"));
            cx.sink.push(
                Diagnostic::new(&DEADLINE, format!("{what} may take {needs}, and its deadline is {limit}"))
                    .label(span, "too short for what stands in the block")
                    .measured(needs.0)
                    .help(format!("write deadline \"{needs}\" or more, or lower a `within` in it")),
            );
        }
    }
}

fn steps(cx: &mut Cx<'_>, draft: &Draft) {
    for step in &draft.steps {
        if let Some((limit, span)) = step.deadline
            && of_step(step) > limit
        {
            let longest = of_step(step);
            cx.sink.push(
                Diagnostic::new(
                    &DEADLINE,
                    format!("step `{}` may take {longest}, and its deadline is {limit}", step.name),
                )
                .label(span, "too short for what stands in the step")
                .measured(longest.0)
                .help(format!("write deadline \"{longest}\", or lower a `within`")),
            );
        }
        let WayBack::Undo(ways) = &step.way_back else { continue };
        for way in ways {
            let needs = of_undo(&way.work, step);
            if let Some(limit) = way.within.filter(|limit| *limit < needs) {
                cx.sink.push(
                    Diagnostic::new(
                        &UNDO_SHORT,
                        format!("undoing `{}` may take {needs}, and its limit is {limit}", step.name),
                    )
                    .label(way.at.span, "would be cut short")
                    .measured(needs.0)
                    .help(format!("write undo within=\"{needs}\", or lower a `within` in it")),
                );
            }
        }
    }
}

fn window(cx: &mut Cx<'_>, draft: &Draft, window: &Window, span: crate::source::Span, deadline: Millis) {
    let minutes = if window.to > window.from { window.to - window.from } else { 24 * 60 + window.to - window.from };
    let length = Millis::minutes(u64::from(minutes));
    let needed = deadline.plus(undoing(draft));
    if needed > length {
        cx.sink.push(
            Diagnostic::new(&WINDOW, format!("the window is {length} long, and change and undo may take {needed}"))
                .label(span, "too short to go there and back")
                .measured(needed.0)
                .help(format!(
                    "{deadline} until the deadline, and {} for the way back: widen the window, or lower limits",
                    undoing(draft)
                )),
        );
    }
}

/// A deadline that can't be met.
pub static DEADLINE: Page = Page {
    code: "wait::deadline",
    rule: "R5",
    text: "The longest way through the change, with every action and check taking its limit, is longer than the \
           deadline. So the deadline could end a change in which nothing went wrong.",
    wrong: "deadline \"1m\"\nstep \"a\" { program \"a\" within=\"5m\"; stays \"fine\" }",
    right: "deadline \"5m\"\nstep \"a\" { program \"a\" within=\"5m\"; stays \"fine\" }",
    ..Page::ERROR
};

/// An undo that would be cut short.
pub static UNDO_SHORT: Page = Page {
    code: "wait::undo",
    rule: "R23",
    text: "A written way back has a limit that is shorter than what stands in it may take.",
    wrong: "step \"a\" { program \"a\"; undo within=\"1m\" { program \"b\" within=\"5m\" } }",
    right: "step \"a\" { program \"a\"; undo within=\"5m\" { program \"b\" within=\"5m\" } }",
    ..Page::ERROR
};

/// A window too short to go there and back.
pub static WINDOW: Page = Page {
    code: "wait::window",
    rule: "R5",
    text: "The deadline and the time that an undo may take don't fit into the window: a failure at the end would be \
           undone outside of it.",
    wrong: "window from=\"22:00\" to=\"22:10\" zone=\"UTC\"\nstep \"a\" { program \"a\" within=\"9m\"; undo { program \"b\" within=\"9m\" } }",
    right: "window from=\"22:00\" to=\"23:00\" zone=\"UTC\"\nstep \"a\" { program \"a\" within=\"9m\"; undo { program \"b\" within=\"9m\" } }",
    ..Page::ERROR
};

/// All pages of this rule.
pub static PAGES: &[&Page] = &[&DEADLINE, &UNDO_SHORT, &WINDOW];
