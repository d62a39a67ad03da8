//! Trial 8: an undo equals never having run. Random plans over files; each prefix is run and taken back.

use super::kills::parallel;
use super::place::Place;
use super::random::Random;
use super::report::Report;
use super::scenario::{PLAN, Scenario, Source, WRITTEN};
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

const LAYERS: [&str; 4] = ["one", "two", "three", "four"];
const FILES: [&str; 8] = ["a.conf", "d/b.conf", "d/e/c.conf", "f/x", "new/n", "new/deep/m", "d/new/o", "z"];
const FOLDERS: [&str; 5] = ["d", "d/e", "f", "new", "g"];

static SEED: Scenario = Scenario {
    name: "prefixes",
    source: Source::Files(&[
        (
            "switchback.kdl",
            "language 1\nlayers \"one\" \"two\" \"three\" \"four\"\ntarget \"local\" { directory \"./platform\" seed=\"old\" }\n",
        ),
        ("old/a.conf", "key=1\n"),
        ("old/d/b.conf", "key=1\nother=2\n"),
        ("old/d/e/c.conf", "key=1\r\n"),
        ("old/f/x", "#!/bin/sh\nexit 0\n"),
        ("files/s/p", "p\n"),
        ("files/s/b.conf", "key=3\n"),
        ("files/s/q/r", "#!/bin/sh\nexit 1\n"),
        ("files/t/c.conf", "t\n"),
    ]),
    ..WRITTEN
};

/// So many random plans, with a planted bug or without.
pub fn undone(seed: u64, plans: u64, plant: Option<&'static str>) -> Report {
    let tried = AtomicU64::new(0);
    let mut report = parallel(2, |case, report| {
        if tried.load(Ordering::SeqCst) >= plans || (plant.is_some() && !report.broken.is_empty()) {
            return false;
        }
        // Half of what is drawn at random is refused, which is right and tries nothing.
        match one(seed, case, plant, report) {
            Ok(true) => drop(tried.fetch_add(1, Ordering::SeqCst)),
            Ok(false) => {}
            Err(error) => report.broken.push(format!("seed {seed}, case {case}: {error}")),
        }
        case < plans * 20
    });
    report.plans = tried.load(Ordering::SeqCst);
    report
}

/// Whether the plan could be run.
fn one(seed: u64, case: u64, plant: Option<&'static str>, report: &mut Report) -> Result<bool, String> {
    let mut random = Random::of(seed, case);
    let place = Place::new(&SEED, plant)?;
    let plan = plan(&mut random);
    fs::write(place.project().join(PLAN), &plan).map_err(|error| error.to_string())?;
    let old = place.seed()?;
    let used: Vec<&str> = LAYERS.into_iter().filter(|layer| plan.contains(&format!("layer \"{layer}\""))).collect();
    for layer in used {
        let ended = place.command(&["run", PLAN, "--yes", "--until", layer], None)?;
        let begun = place.project().join(".switchback/runs").is_dir();
        if !begun {
            return Ok(false);
        }
        if ended.said.contains("nothing to do") {
            continue;
        }
        let undone = place.command(&["undo", "--yes"], None)?;
        report.undos += 1;
        let name = format!("seed {seed}, case {case}, undone after {layer}");
        let wrong = undone.exit != Some(0) && !matches!(ended.exit, Some(15 | 20));
        report.promise(wrong.then(|| format!("{name}: exit {:?}: {}", undone.exit, undone.last())));
        let unlike = place.picture()?.unlike(&old);
        report.promise(unlike.into_iter().map(|wrong| format!("{name}: {wrong}")));
    }
    Ok(true)
}

fn plan(random: &mut Random) -> String {
    let mut text = "plan \"random-2\" { title \"At random\" }\n".to_owned();
    let layers = 1 + random.below(3) as usize;
    for layer in LAYERS.into_iter().take(layers) {
        let actions: String = (0..=random.below(3)).map(|_| format!("    {}\n", action(random))).collect();
        text.push_str(&format!("layer \"{layer}\" {{\n  step \"step-{layer}\" {{\n{actions}  }}\n}}\n"));
    }
    text
}

fn action(random: &mut Random) -> String {
    let file = random.one(&FILES).copied().unwrap_or_default();
    let folder = random.one(&FOLDERS).copied().unwrap_or_default();
    let from = random.one(&["files/s", "files/t"]).copied().unwrap_or_default();
    match random.below(8) {
        0 => format!("file.write \"{file}\" content=\"{}\\n\"", random.below(3)),
        1 => format!("file.write \"{file}\" from=\"files/s/q/r\" mode=\"06{}0\"", random.below(8)),
        2 => format!("file.remove \"{file}\""),
        3 | 4 => format!("file.line \"{file}\" match=\"^key=\" line=\"key={}\"", random.below(9)),
        5 => format!("dir.copy \"{folder}\" from=\"{from}\""),
        _ => format!("dir.mirror \"{folder}\" from=\"{from}\""),
    }
}
