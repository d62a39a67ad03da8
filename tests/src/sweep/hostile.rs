//! Trial 9: bundles and journals that nobody has written, or that somebody has written to do harm.
//!
//! Bytes are tried in this process; what has right digests is shown to the real binary, under a limit of memory.

use super::place::{Ended, Place};
use super::plans::small;
use super::random::Random;
use super::report::Report;
use serde_json::{Value, json};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use switchback::bundle::{Bundle, Made};
use switchback::journal::{Appender, Disk, read};
use switchback_compiler::plan::Plan;

/// How a refusal ends, and what is refused ends no other way: by no signal, and by no bug.
const ENDS: [i32; 14] = [0, 1, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 64];

/// A project with a run that holds, its bundle and its records.
pub struct Specimen {
    place: Place,
    bytes: Vec<u8>,
    bundle: Bundle,
    made: Made,
    folder: PathBuf,
    run: String,
    bodies: Vec<Vec<u8>>,
}

impl Specimen {
    /// Of a plan with all three stages.
    pub fn new() -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let place = Place::new(small("stages").ok_or("there is no plan `stages`")?, None)?;
        let ended = place.run(None)?;
        let runs = place.project().join(".switchback/runs");
        let folder = fs::read_dir(runs).map_err(|error| said(&error))?.flatten().next();
        let folder = folder.ok_or_else(|| format!("there is no run: {}", ended.last()))?.path();
        let bytes = fs::read(folder.join("bundle.swb")).map_err(|error| said(&error))?;
        let (bundle, made) = Bundle::from_bytes(&bytes).map_err(|error| said(&error))?;
        let reading = read(&folder).map_err(|error| said(&error))?;
        let bodies = reading.records.into_iter().map(|record| record.body).collect();
        Ok(Self { place, bytes, bundle, made, folder, run: reading.run_id, bodies })
    }

    /// Bytes that are a bundle no more: none panics, and none is taken for another bundle.
    pub fn bytes(&self, seed: u64, count: u64) -> Report {
        let mut report = Report::default();
        for case in 0..count {
            let mut random = Random::of(seed, case);
            let hurt = hurt_bytes(&self.bytes, &mut random);
            let read = catch_unwind(AssertUnwindSafe(|| Bundle::from_bytes(&hurt).map(|(read, _)| read.digest())));
            let wrong = match read {
                Err(_) => Some("it panicked".to_owned()),
                Ok(Ok(digest)) if hurt != self.bytes && digest == self.bundle.digest() => {
                    Some("it was taken for the same bundle".to_owned())
                }
                Ok(_) => None,
            };
            report.promise(wrong.map(|wrong| format!("bundle, seed {seed}, case {case}: {wrong}")));
        }
        report
    }

    /// Bundles with right digests and a plan that no compiler makes.
    pub fn plans(&self, seed: u64, count: u64) -> Result<Report, String> {
        let mut report = Report::default();
        let file = self.place.project().join("hostile.swb");
        // Most of what is drawn is refused by its types, and tries little.
        for case in 0..count * 100 {
            if report.promises >= count {
                break;
            }
            let mut random = Random::of(seed, case);
            let mut plan = serde_json::to_value(&self.bundle.plan).map_err(|error| error.to_string())?;
            (0..=random.below(3)).for_each(|_| hurt_json(&mut plan, &mut random));
            let Ok(plan) = serde_json::from_value::<Plan>(plan) else { continue };
            let Ok(bundle) = Bundle::new(plan, self.bundle.preview.clone(), self.bundle.blobs.clone()) else {
                continue;
            };
            bundle.write(&file, &self.made).map_err(|error| error.to_string())?;
            self.show(&["show", "hostile.swb"], &format!("plan, seed {seed}, case {case}"), &mut report)?;
        }
        Ok(report)
    }

    /// Journals whose frames are right and whose records are not.
    pub fn records(&self, seed: u64, count: u64) -> Result<Report, String> {
        let mut report = Report::default();
        let image = self.place.save("whole")?;
        for case in 0..count {
            let mut random = Random::of(seed, case);
            self.place.restore(&image)?;
            let mut bodies = self.bodies.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bodies.len() as u64) as usize;
                hurt_record(&mut bodies, at, &mut random);
            }
            self.write(&bodies).map_err(|error| format!("the journal can't be written: {error}"))?;
            let name = format!("records, seed {seed}, case {case}");
            for words in
                [&["status"][..], &["report"], &["report", "--format", "html"], &["resume"], &["undo", "--yes"]]
            {
                self.show(words, &name, &mut report)?;
            }
        }
        self.place.restore(&image)?;
        Ok(report)
    }

    /// A journal of these records in place of the run's.
    fn write(&self, bodies: &[Vec<u8>]) -> Result<(), switchback::journal::JournalError> {
        for name in ["journal", "journal.head", "journal.reserve"] {
            // One that is not there needs not go.
            let _gone = fs::remove_file(self.folder.join(name));
        }
        let mut appender = Appender::create(Arc::new(Disk), &self.folder, &self.run, [7; 16])?;
        for body in bodies {
            appender.write(std::slice::from_ref(body))?;
        }
        appender.sync()?;
        appender.close()
    }

    /// Files that are no bundle in ways that cost: bombs, sizes that lie, packed ones.
    pub fn bombs(&self) -> Result<Report, String> {
        let mut report = Report::default();
        let file = self.place.project().join("hostile.swb");
        for (name, bytes) in bombs(&self.bytes) {
            fs::write(&file, bytes).map_err(|error| error.to_string())?;
            for words in [&["show", "hostile.swb"][..], &["run", "hostile.swb", "--yes"]] {
                let ended = self.show(words, name, &mut report)?;
                report.promise((ended.exit == Some(0)).then(|| format!("{name}: it was taken for a bundle")));
            }
        }
        Ok(report)
    }

    /// Runs a command under a limit; it ends by itself, in one of the known ways.
    fn show(&self, words: &[&str], name: &str, report: &mut Report) -> Result<Ended, String> {
        let ended = self.place.limited(words).map_err(|error| format!("{name}, {words:?}: {error}"))?;
        let bug = ended.said.contains("bug in switchback") || ended.exit.is_none_or(|exit| !ENDS.contains(&exit));
        report.promise(bug.then(|| format!("{name}, {words:?}: exit {:?}: {}", ended.exit, ended.last())));
        Ok(ended)
    }
}

/// Flips, cuts, doubles, swaps and splices pieces; headers of a tar are 512 bytes wide.
fn hurt_bytes(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut hurt = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let pieces = hurt.len() as u64 / 512;
        let at = (random.below(pieces) * 512) as usize;
        let byte = random.below(hurt.len() as u64) as usize;
        match random.below(6) {
            0 => hurt.truncate(byte),
            1 => hurt.extend_from_within(at..),
            2 => drop(hurt.drain(at..(at + 512).min(hurt.len()))),
            3 => {
                let field = [0, 100, 124, 148, 156, 257, 345].get(random.below(7) as usize).copied().unwrap_or(0);
                let junk: Vec<u8> = (0..12).map(|_| random.below(256) as u8).collect();
                let from = (at + field).min(hurt.len());
                hurt.splice(from..(from + 12).min(hurt.len()), junk);
            }
            _ => {
                if let Some(byte) = hurt.get_mut(byte) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
        if hurt.is_empty() {
            return hurt;
        }
    }
    hurt
}

/// Replaces, removes or doubles something of it.
fn hurt_json(json: &mut Value, random: &mut Random) {
    let deeper = random.below(8) != 0;
    match json {
        Value::Array(all) if deeper && !all.is_empty() => {
            let at = random.below(all.len() as u64) as usize;
            match random.below(12) {
                0 => drop(all.remove(at)),
                1 => all.extend(all.get(at).cloned()),
                _ => all.iter_mut().skip(at).take(1).for_each(|one| hurt_json(one, random)),
            }
        }
        Value::Object(map) if deeper && !map.is_empty() => {
            let at = random.below(map.len() as u64) as usize;
            map.values_mut().skip(at).take(1).for_each(|one| hurt_json(one, random));
        }
        other => *other = strange(random),
    }
}

fn strange(random: &mut Random) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("x".repeat(5000)),
        json!("\u{1b}[2J\u{202e}"),
        json!("../.."),
        json!([]),
        json!({}),
        json!([[[[[[[[]]]]]]]]),
        json!("2026-13-45T99:99:99Z"),
        json!("9999-12-31T23:59:59Z"),
    ];
    random.one(&all).cloned().unwrap_or_default()
}

fn hurt_record(bodies: &mut Vec<Vec<u8>>, at: usize, random: &mut Random) {
    let Some(body) = bodies.get(at).cloned() else { return };
    match random.below(8) {
        0 => drop(bodies.remove(at)),
        1 => bodies.insert(0, body),
        2 => bodies.push(body),
        3 => bodies.iter_mut().skip(at).take(1).for_each(|body| body.truncate(random.below(40) as usize)),
        _ => {
            let mut json: Value = serde_json::from_slice(&body).unwrap_or_default();
            hurt_json(&mut json, random);
            bodies.iter_mut().skip(at).take(1).for_each(|body| *body = json.to_string().into_bytes());
        }
    }
}

fn bombs(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let header = bytes.get(..512).unwrap_or_default().to_vec();
    let with = |field: usize, text: &[u8]| {
        let mut file = bytes.to_vec();
        file.splice(field..field + text.len(), text.iter().copied());
        file
    };
    let mut empty = header;
    empty.splice(124..135, *b"00000000000");
    let deep = "[".repeat(4 << 20).into_bytes();
    vec![
        ("a hundred thousand files", empty.repeat(100_000)),
        ("a size that lies", with(124, b"77777777777")),
        ("a size in base 256", with(124, &[0xff; 12])),
        ("a path that leaves", with(0, b"../../../../tmp/x\0")),
        ("an absolute path", with(0, b"/etc/passwd\0")),
        ("a name without an end", with(0, &[b'a'; 100])),
        ("a long name by extension", with(156, b"L")),
        ("a link", with(156, b"2")),
        ("packed", [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], bytes].concat()),
        ("twice", bytes.repeat(2)),
        ("nothing but brackets", deep),
        ("zeros", vec![0; 16 << 20]),
        ("nothing", Vec::new()),
    ]
}
