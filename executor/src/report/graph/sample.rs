//! Plans for tests: the one of every screen, and such as nobody would write.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use serde_json::{Map, json};
use switchback_compiler::plan::{
    Act, At, Backup, Block, Call, Move, OnFailure, Plan, Stage, Unit, UnitKind, WayBack, Work,
};
use switchback_compiler::schema::Class;
use switchback_compiler::value::Millis;
use switchback_compiler::version::Version;

/// A plan that tests fill block by block.
pub(super) struct Sample(pub(super) Plan);

impl Sample {
    pub(super) fn new(name: &str) -> Self {
        Self(Plan { name: name.into(), ..Plan::default() })
    }

    fn unit(&mut self, kind: UnitKind, name: &str) -> &mut Unit {
        let unit = Unit {
            kind,
            name: name.into(),
            block: (self.0.blocks.len() - 1) as u32,
            needs: Vec::new(),
            written_needs: Vec::new(),
            moves: Vec::new(),
            unless: Vec::new(),
            work: Vec::new(),
            way_back: WayBack::Own,
            on_failure: OnFailure::default(),
            deadline: None,
            at: At { path: "plans/lumen-5.0.plan.kdl".into(), line: 7 + self.0.units.len() as u32, ..At::default() },
        };
        self.0.units.push(unit);
        self.0.units.last_mut().unwrap()
    }

    /// Begins a layer, with the unit that opens it.
    pub(super) fn layer(&mut self, stage: Stage, name: &str) -> &mut Self {
        self.0.blocks.push(Block { stage, layer: Some(name.into()), good_for: None });
        self.unit(UnitKind::Open, name);
        self
    }

    /// Adds a step to the last layer.
    pub(super) fn step(&mut self, name: &str, needs: &[&str]) -> &mut Unit {
        let named = |need: &&str| self.0.steps().find(|(_, unit)| unit.name == **need).map(|(id, _)| id);
        let needs: Vec<u32> = needs.iter().filter_map(named).collect();
        let unit = self.unit(UnitKind::Step, name);
        unit.written_needs = needs;
        unit
    }

    /// Adds many steps, each with the numbers of those that it needs.
    pub(super) fn many(&mut self, number: u32, needs: impl Fn(u32) -> Vec<u32>) -> &mut Self {
        let first = self.0.units.len() as u32;
        for step in 0..number {
            let needs = needs(step).iter().map(|need| first + need).collect();
            self.unit(UnitKind::Step, &format!("step-{step}")).written_needs = needs;
        }
        self
    }
}

fn call(kind: &str, values: &[(&str, &str)]) -> Call {
    let values: Map<String, serde_json::Value> =
        values.iter().map(|(name, text)| ((*name).into(), json!(text))).collect();
    Call { kind: kind.into(), values }
}

pub(super) fn act(kind: &str) -> Work {
    Work::Act(Act {
        id: "1".into(),
        call: call(kind, &[]),
        class: Class::Idempotent,
        within: Millis::default(),
        unless: Vec::new(),
        touches: Vec::new(),
        at: At::default(),
    })
}

fn moved(component: &str, from: &str, to: &str) -> Vec<Move> {
    let version = |text| Version::parse(text).unwrap();
    vec![Move { component: component.into(), from: version(from), to: version(to) }]
}

/// The example of all screens.
pub(super) fn lumen() -> Plan {
    let mut plan = Sample::new("lumen-5.0");
    plan.layer(Stage::Prepare, "cloud-kernel");
    plan.step("orders-copy", &[]).work = vec![Work::Backup(Backup {
        name: "orders-copy".into(),
        keep: Millis::default(),
        keep_said: false,
        max_age: None,
        within: Millis::default(),
        things: vec![call("postgres.database", &[("name", "orders")])],
        at: At::default(),
    })];
    plan.layer(Stage::Change, "user-space");
    plan.step("site", &[]).work = vec![act("dir.mirror")];
    plan.step("portal", &["site"]).moves = moved("portal", "3.8.2", "4.0.0");
    plan.step("notebooks", &[]).moves = moved("notebooks", "2.6.0", "2.7.1");
    plan.layer(Stage::Change, "core-kernel");
    plan.step("catalog", &[]).moves = moved("catalog", "1.14.0", "1.15.2");
    plan.step("scheduler", &["catalog"]).moves = moved("scheduler", "5.2.6", "5.3.0");
    plan.layer(Stage::Change, "cloud-kernel");
    plan.step("postgres", &["orders-copy"]).moves = moved("postgres", "15.8", "16.4");
    plan.step("pooler", &["postgres"]).work = vec![act("kube.apply")];
    plan.0
}

/// Forks, joins, lanes that pass, and a chain that is too long for one row of a layer.
pub(super) fn knots() -> Plan {
    let mut plan = Sample::new("knots");
    plan.layer(Stage::Prepare, "cloud-kernel");
    plan.step("copy", &[]);
    plan.step("images", &[]);
    plan.layer(Stage::Prepare, "user-space");
    plan.step("drain", &["copy"]);
    plan.layer(Stage::Change, "user-space");
    plan.step("a", &[]);
    plan.step("b", &["a"]);
    plan.step("c", &["a"]);
    plan.step("lonely", &[]);
    plan.step("d", &["a", "images"]);
    plan.step("e", &["b", "c", "d"]);
    plan.step("f", &["e", "drain"]);
    plan.step("g", &["f", "a"]);
    plan.step("h", &["g"]);
    plan.step("i", &["h", "e"]);
    plan.layer(Stage::Change, "core-kernel");
    plan.step("k", &["e", "copy"]);
    plan.step("l", &["k"]);
    plan.layer(Stage::Finalize, "");
    plan.step("sweep", &["copy", "l"]);
    plan.0
}

/// Names that would be markup, escapes or commands in one format or another.
pub(super) const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"]; x --> y; click s1 \"javascript:1\"",
    "back\\slash\\N\\",
    "two\nlines\r\u{85}\u{2028}",
    "\u{202e}gpj.exe\u{2066}",
    "end",
    "1. `one` **bold** _x_ &lt;b&gt; #quot; %% ]]>",
    "\u{1b}[31mred\u{0}\u{fffe}",
    "漢字 é",
];

pub(super) fn hostile() -> Plan {
    let mut plan = Sample::new(HOSTILE[1]);
    for layer in [HOSTILE[0], HOSTILE[1]] {
        plan.layer(Stage::Change, layer);
        for name in HOSTILE {
            let before = if layer == HOSTILE[1] { name } else { "" };
            plan.step(name, &[before]).work = vec![act("<b>\"&\u{202e}")];
        }
    }
    plan.0
}
