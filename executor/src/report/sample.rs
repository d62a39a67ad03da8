//! A plan and a run made by hand, for the tests of all readers: a small Lumen.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use crate::action::What::{Changed, Created, Deleted, Unknown};
use crate::action::{Change, Learnt, Recipe, Undone, What};
use crate::event::{ActRef, Copied, Entry, Event, Standing};
use crate::preview::{Preview, UnitPreview};
use crate::report::run::{Beside, JournalFacts, Reviewed, View, Zone};
use crate::screen::Look;
use crate::world::Snapshot;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use switchback_compiler::plan::{
    Act, Block, Call, Check, Gate, Move, Plan, Stage, Target, Undo, Unit, UnitKind, WayBack, Window, Work,
};
use switchback_compiler::schema::Class;
use switchback_compiler::version::Version;

/// Units of the plan, by name.
pub(crate) const ORDERS_COPY: u32 = 2;
pub(crate) const GATES: u32 = 5;
pub(crate) const SITE: u32 = 7;
pub(crate) const PORTAL: u32 = 8;
pub(crate) const NOTEBOOKS: u32 = 9;
pub(crate) const CATALOG: u32 = 12;
pub(crate) const SCHEDULER: u32 = 13;
pub(crate) const POSTGRES: u32 = 16;
pub(crate) const POOLER: u32 = 17;
pub(crate) const PLATFORM: u32 = 19;

fn call(kind: &str) -> Call {
    Call { kind: kind.into(), values: serde_json::Map::new() }
}

fn act(kind: &str, class: Class) -> Work {
    Work::Act(Act {
        id: "1".into(),
        call: call(kind),
        class,
        within: switchback_compiler::value::Millis::seconds(300),
        unless: Vec::new(),
        touches: Vec::new(),
        at: switchback_compiler::plan::At::default(),
    })
}

fn check() -> Check {
    let json = serde_json::json!({
        "call": {"kind": "http.get", "values": {}}, "within": 120_000, "lasting": 60_000, "every": 1000, "failures": 0,
        "stalled": null, "otherwise": "fail", "hint": null, "at": {"path": "", "line": 1},
    });
    serde_json::from_value(json).unwrap()
}

fn unit(kind: UnitKind, name: &str, block: u32, needs: &[u32], work: Vec<Work>) -> Unit {
    Unit {
        kind,
        name: name.into(),
        block,
        needs: needs.to_vec(),
        written_needs: Vec::new(),
        moves: Vec::new(),
        unless: Vec::new(),
        work,
        way_back: WayBack::Own,
        on_failure: switchback_compiler::plan::OnFailure::default(),
        deadline: None,
        at: switchback_compiler::plan::At::default(),
    }
}

fn moved(component: &str, from: &str, to: &str) -> Move {
    let version = |text| Version::parse(text).unwrap();
    Move { component: component.into(), from: version(from), to: version(to) }
}

fn units() -> Vec<Unit> {
    use UnitKind::{Close, Open, Step};
    let gate = Gate {
        name: "data".into(),
        text: "orders may be lost if this is undone".into(),
        typed: "prod-eu".into(),
        here: false,
        at: switchback_compiler::plan::At::default(),
    };
    let file = || act("file.write", Class::Idempotent);
    let kube = || act("kube.apply", Class::Idempotent);
    let helm = || act("helm.upgrade", Class::Probeable);
    let mut units = vec![
        unit(Open, "prepare", 0, &[], vec![]),
        unit(Open, "cloud-kernel", 1, &[0], vec![]),
        unit(Step, "orders-copy", 1, &[1], vec![Work::Output(output())]),
        unit(Close, "cloud-kernel", 1, &[2], vec![]),
        unit(Close, "prepare", 0, &[3], vec![]),
        unit(Open, "change", 2, &[4], vec![Work::Gate(gate)]),
        unit(Open, "user-space", 3, &[5], vec![]),
        unit(Step, "site", 3, &[6], vec![file()]),
        unit(Step, "portal", 3, &[7], vec![file(), helm(), Work::Verify(vec![check()])]),
        unit(Step, "notebooks", 3, &[6], vec![kube()]),
        unit(Close, "user-space", 3, &[7, 8, 9], vec![]),
        unit(Open, "core-kernel", 4, &[10], vec![]),
        unit(Step, "catalog", 4, &[11], vec![helm(), Work::Verify(vec![check()]), Work::Output(output())]),
        unit(Step, "scheduler", 4, &[12], vec![kube()]),
        unit(Close, "core-kernel", 4, &[12, 13], vec![]),
        unit(Open, "cloud-kernel", 5, &[14], vec![]),
        unit(Step, "postgres", 5, &[15], vec![act("program", Class::AtMostOnce)]),
        unit(Step, "pooler", 5, &[16], vec![kube()]),
        unit(Close, "cloud-kernel", 5, &[16, 17], vec![]),
        unit(Close, "platform", 2, &[18], vec![Work::Verify(vec![check()])]),
    ];
    let moves = [(PORTAL, "3.8.2", "4.0.0"), (CATALOG, "1.14.0", "1.15.2"), (POSTGRES, "15.8", "16.4")];
    for (id, from, to) in moves {
        let unit = units.get_mut(id as usize).unwrap();
        unit.moves = vec![moved(&unit.name, from, to)];
    }
    units.get_mut(POSTGRES as usize).unwrap().way_back = WayBack::Undo(vec![Undo {
        before: Vec::new(),
        unless: Vec::new(),
        work: Vec::new(),
        within: None,
        loses: vec!["orders written since the copy".into()],
        at: switchback_compiler::plan::At::default(),
    }]);
    units
}

fn output() -> switchback_compiler::plan::Output {
    let at = switchback_compiler::plan::At::default();
    switchback_compiler::plan::Output { name: "id".into(), pattern: None, reader: call("file"), at }
}

/// The plan: 8 steps, 3 layers, a gate, a check at the end.
pub(crate) fn plan() -> Plan {
    let layer = |stage, layer: Option<&str>| Block { stage, layer: layer.map(Into::into), good_for: None };
    Plan {
        name: "lumen-5.0".into(),
        title: Some("Move Lumen from 4.9 to 5.0".into()),
        ticket: Some("OPS-2210".into()),
        product: vec![moved("lumen", "4.9.3", "5.0.0")],
        target: Some(Target { name: "prod-eu".into(), ..Target::default() }),
        window: Some(Window { days: Vec::new(), from: 1320, to: 240, zone: "UTC".into() }),
        blocks: vec![
            layer(Stage::Prepare, None),
            layer(Stage::Prepare, Some("cloud-kernel")),
            layer(Stage::Change, None),
            layer(Stage::Change, Some("user-space")),
            layer(Stage::Change, Some("core-kernel")),
            layer(Stage::Change, Some("cloud-kernel")),
        ],
        units: units(),
        ..Plan::default()
    }
}

/// What was reviewed of it.
pub(crate) fn reviewed() -> Reviewed {
    let unit = |unit, changes: &[What]| UnitPreview {
        unit,
        changes: changes.iter().map(|what| change(*what)).collect(),
        ..UnitPreview::default()
    };
    let units = vec![
        unit(SITE, &[Changed]),
        unit(PORTAL, &[Created, Created, Changed, Changed, Deleted, Unknown]),
        unit(NOTEBOOKS, &[Changed, Deleted, Deleted]),
        unit(CATALOG, &[Created, Changed, Changed]),
        unit(SCHEDULER, &[Changed, Changed]),
        unit(POSTGRES, &[Unknown]),
        unit(POOLER, &[Changed]),
    ];
    Reviewed::of(&Preview { units, observed: 27, ..Preview::default() })
}

fn change(what: What) -> Change {
    let body = crate::action::Body::Nothing;
    Change { resource: "x".into(), what, learnt: Learnt::Simulated, body, after: None }
}

/// A screen of so many columns, in UTC, beside what was reviewed.
pub(crate) fn view(width: usize) -> View {
    let look = Look { width, ..Look::plain() };
    View { look, zone: Zone::new(TimeZone::UTC), reviewed: reviewed() }
}

/// What stands beside the run's events.
pub(crate) fn beside() -> Beside {
    Beside {
        signed: vec!["ada, grace (platform-leads)".into(), "lin (web)".into(), "omar (data)".into()],
        author: Some("kim".into()),
        journal: Some(JournalFacts {
            path: ".switchback/runs/qzvmkt/journal".into(),
            records: 231,
            ending: "whole".into(),
            digest: "b3:e7720d418f5cffffffff".into(),
        }),
        output: [(POSTGRES, vec!["Upgrade Complete".into()])].into(),
    }
}

/// So many seconds after the beginning, which is 21:41:50.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let began: Timestamp = "2026-11-21T21:41:50Z".parse().unwrap();
    Timestamp::from_millisecond(began.as_millisecond() + seconds * 1000).unwrap()
}

/// Events with their times.
#[derive(Default)]
pub(crate) struct Script(pub(crate) Vec<Entry>);

impl Script {
    pub(crate) fn at(mut self, seconds: i64, event: Event) -> Self {
        self.0.push(Entry { at: at(seconds), event });
        self
    }

    pub(crate) fn began(self) -> Self {
        let event = Event::Began {
            run: "qzvmkt".into(),
            plan: "lumen-5.0".into(),
            target: "prod-eu".into(),
            bundle: "b3:4f1c9e02d7aa58b36e0d7c41f5a9832bd06e9c74310fa8b25d67e1c093fa24b8".into(),
            by: "ada@lumen.example".into(),
            host: "ops-1".into(),
            pid: 48112,
        };
        self.at(0, event)
    }

    pub(crate) fn resumed(self, seconds: i64, to: &str) -> Self {
        let (by, host) = ("grace@lumen.example".into(), "ops-1".into());
        self.at(seconds, Event::Resumed { by, host, pid: 50001, to: to.into(), torn: 0 })
    }

    /// A barrier without work is over at once.
    pub(crate) fn wall(self, seconds: i64, unit: u32) -> Self {
        self.at(seconds, Event::UnitDone { unit, changes: 0 })
    }

    pub(crate) fn unit(self, seconds: i64, unit: u32) -> Self {
        self.at(seconds, Event::UnitBegan { unit })
    }

    pub(crate) fn intent(self, seconds: i64, unit: u32, act: u32, what: &str) -> Self {
        let (what, recipe) = (what.into(), Recipe::default());
        self.at(seconds, Event::Intent { unit, act: ActRef(act, 0), what, recipe })
    }

    pub(crate) fn acted(self, seconds: i64, unit: u32, act: u32, changed: u64) -> Self {
        self.at(seconds, Event::Acted { unit, act: ActRef(act, 0), changed, note: None })
    }

    /// An action and the end of its unit.
    pub(crate) fn did(self, began: i64, ended: i64, unit: u32, what: &str, changed: u64) -> Self {
        let done = Event::UnitDone { unit, changes: changed };
        self.unit(began, unit).intent(began, unit, 0, what).acted(ended, unit, 0, changed).at(ended, done)
    }

    pub(crate) fn waits(self, seconds: i64, unit: u32, says: &str, limit: u64) -> Self {
        self.at(seconds, Event::Progress { unit, says: says.into(), waits: true, limit: limit * 1000, since: None })
    }

    pub(crate) fn works(self, seconds: i64, unit: u32, says: &str, limit: u64) -> Self {
        self.at(seconds, Event::Progress { unit, says: says.into(), waits: false, limit: limit * 1000, since: None })
    }

    pub(crate) fn checked(self, seconds: i64, unit: u32, held: bool, seen: &str) -> Self {
        let what = "http://gateway.lumen/api/health".into();
        self.at(seconds, Event::Checked { unit, what, held, seen: seen.into() })
    }

    pub(crate) fn undone(self, began: i64, ended: i64, unit: u32, what: &str) -> Self {
        let undone = Undone { what: what.into(), left: Vec::new() };
        let act = ActRef(0, 0);
        self.at(began, Event::UndoBegan { unit, way: None })
            .at(began, Event::UndoIntent { unit, act, way: false, recipe: Recipe::default() })
            .at(ended, Event::UndoActed { unit, act, way: false, undone })
            .at(ended, Event::UnitUndone { unit, what: what.into(), left: Vec::new() })
    }

    /// The events in the order of time.
    pub(crate) fn sorted(mut self) -> Vec<Entry> {
        self.0.sort_by_key(|entry| entry.at);
        self.0
    }

    pub(crate) fn ended(self, seconds: i64, standing: Standing, why: &str) -> Self {
        self.at(seconds, Event::Ended { standing, why: why.into() })
    }
}

/// The run up to the end of prepare and the gate's answer.
pub(crate) fn prepared() -> Script {
    let snapshot = serde_json::json!({"kept": {}, "missing_parents": []});
    let copied = Copied {
        what: "database orders, 41.2 GiB".into(),
        path: "orders".into(),
        snapshot: serde_json::from_value::<Snapshot>(snapshot).unwrap(),
        objects: Vec::new(),
    };
    Script::default()
        .began()
        .wall(1, 0)
        .wall(1, 1)
        .unit(2, ORDERS_COPY)
        .at(1001, Event::Copied { unit: ORDERS_COPY, name: "orders-copy".into(), copies: vec![copied] })
        .at(1001, Event::UnitDone { unit: ORDERS_COPY, changes: 0 })
        .wall(1001, 3)
        .wall(1001, 4)
        .unit(1001, GATES)
        .at(
            1001,
            Event::Asked {
                gate: "data".into(),
                text: "orders may be lost if this is undone".into(),
                typed: "prod-eu".into(),
            },
        )
        .at(1013, Event::Confirmed { gate: "data".into(), by: "ada".into() })
        .at(1013, Event::UnitDone { unit: GATES, changes: 0 })
        .wall(1013, 6)
}

/// And up to the end of the first layer.
pub(crate) fn user_space() -> Script {
    prepared()
        .did(1090, 1091, SITE, "www", 1)
        .did(1090, 1154, NOTEBOOKS, "manifests/notebooks.yaml", 3)
        .unit(1091, PORTAL)
        .intent(1091, PORTAL, 0, "www/portal.json")
        .acted(1092, PORTAL, 0, 1)
        .intent(1092, PORTAL, 1, "portal")
        .acted(1200, PORTAL, 1, 4)
        .checked(1242, PORTAL, true, "200")
        .at(1242, Event::UnitDone { unit: PORTAL, changes: 5 })
        .wall(1242, 10)
        .wall(1242, 11)
}

/// And up to the beginning of the last layer.
pub(crate) fn core_kernel() -> Script {
    user_space()
        .unit(1242, CATALOG)
        .intent(1242, CATALOG, 0, "catalog")
        .acted(1300, CATALOG, 0, 3)
        .at(1350, Event::Output { unit: CATALOG, name: "id".into(), value: "8c02".into() })
        .at(1350, Event::UnitDone { unit: CATALOG, changes: 3 })
        .did(1350, 1403, SCHEDULER, "manifests/scheduler.yaml", 2)
        .wall(1403, 14)
        .wall(1403, 15)
}

/// The good run.
pub(crate) fn good() -> Vec<Entry> {
    core_kernel()
        .did(1403, 2135, POSTGRES, "pg-upgrade", 0)
        .did(2135, 2156, POOLER, "manifests/pooler.yaml", 1)
        .wall(2156, 18)
        .unit(2156, PLATFORM)
        .waits(2157, PLATFORM, "http://gateway.lumen/api/health: 502", 120)
        .checked(2230, PLATFORM, true, "200 for 1m")
        .at(2230, Event::UnitDone { unit: PLATFORM, changes: 0 })
        .at(2232, Event::Note { text: "autoscaler scheduler set replicas 3 → 4 during the run".into() })
        .at(2232, Event::HoldBegan { until: at(2232 + 7 * 24 * 3600) })
        .ended(2232, Standing::Holds, "")
        .sorted()
}

/// Up to the failure of catalog, and the decision to undo.
pub(crate) fn failing() -> Script {
    user_space()
        .unit(1242, CATALOG)
        .intent(1242, CATALOG, 0, "catalog")
        .acted(1273, CATALOG, 0, 3)
        .waits(1280, CATALOG, "deployment/catalog: 1 of 3 ready", 300)
        .at(
            1573,
            Event::UnitFailed {
                unit: CATALOG,
                why: "deployment/catalog: 1 of 3 ready after its 5m".into(),
                details: vec![
                    "pod catalog-6c9f4-x7k2p: CrashLoopBackOff, 5 restarts; its last lines".into(),
                    "| level=info  msg=\"catalog 1.15.1 starts\"".into(),
                    "| level=fatal msg=\"config: unknown key cache.ttl_secs\"".into(),
                ],
            },
        )
        .at(1573, Event::UndoDecided { why: "catalog failed".into(), units: Vec::new(), partly: false })
        .undone(1573, 1621, CATALOG, "to what revision 17 held")
}

/// The run that failed and was undone.
pub(crate) fn undone() -> Vec<Entry> {
    failing()
        .undone(1621, 1743, PORTAL, "to what revision 41 held; www/portal.json removed")
        .undone(1621, 1665, NOTEBOOKS, "3 objects put back, 2 of them created again")
        .undone(1743, 1744, SITE, "1 file put back")
        .ended(1744, Standing::Undone, "catalog failed")
        .sorted()
}

/// The run whose undo failed.
pub(crate) fn undo_failed() -> Vec<Entry> {
    failing()
        .at(1621, Event::UndoBegan { unit: PORTAL, way: None })
        .at(
            2345,
            Event::UndoFailed {
                unit: PORTAL,
                why: "deployment/portal 1 of 3 ready".into(),
                details: vec!["pod portal-77b4-nd2vw: Pending: 0 of 9 nodes have 2 GiB free, for 11m".into()],
            },
        )
        .undone(1621, 1665, NOTEBOOKS, "3 objects put back, 2 of them created again")
        .ended(2345, Standing::UndoFailed, "portal is not undone")
        .sorted()
}

/// The run that lost power while a program ran, looked at again.
pub(crate) fn unknown() -> Vec<Entry> {
    core_kernel()
        .unit(1403, POSTGRES)
        .intent(1403, POSTGRES, 0, "pg-upgrade")
        .resumed(2357, "resume")
        .at(
            2358,
            Event::Unknown {
                unit: POSTGRES,
                act: ActRef(0, 0),
                seen: vec![
                    "process gone: this machine started at 22:14:33".into(),
                    "its output: last line, 22:09:36: \"Performing Consistency Checks: ok\"".into(),
                ],
                alive: false,
            },
        )
        .ended(2358, Standing::Asks, "")
        .sorted()
}

/// The run that was interrupted before its last step.
pub(crate) fn interrupted() -> Vec<Entry> {
    core_kernel().did(1403, 2135, POSTGRES, "pg-upgrade", 0).ended(2135, Standing::Interrupted, "").sorted()
}

/// The run that found all as it should be.
pub(crate) fn nothing() -> Vec<Entry> {
    let plan = plan();
    let mut script = Script::default().began();
    for (id, unit) in (0..).zip(&plan.units) {
        script = match unit.kind {
            UnitKind::Step => script.unit(1, id).at(2, Event::UnitSkipped { unit: id, why: "it is so already".into() }),
            _ => script.wall(2, id),
        };
    }
    script.ended(2, Standing::Done, "").sorted()
}
