//! Trial 4: bits flip, ends go, frames change places; nothing may be lost in silence.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use switchback::journal::{Appender, Damage, JournalError, Record, recover_on};

use crate::model::{Flaws, Model, World};
use crate::random::{Random, setting};

const DIR: &str = "/runs/a";
const JOURNAL: &str = "/runs/a/journal";
const HEAD: &str = "/runs/a/journal.head";
const RECORDS: usize = 40;
/// The last records are one group, so that nothing in the journal vouches for them.
const LAST_GROUP: usize = 3;

/// A journal to damage, and what is true of it.
struct Specimen {
    world: World,
    bytes: Vec<u8>,
    bodies: Vec<Vec<u8>>,
    /// Where frames begin, and where the last one ends.
    cuts: Vec<usize>,
    with_head: bool,
}

/// How much the journal knows about its own end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Closed,
    /// The owner was killed: the watermark of its last sync is there.
    Killed,
    /// The watermark is gone too.
    NoHead,
}

impl Specimen {
    /// The records after `shared` differ from one `story` to another.
    fn new(end: End, story: u8, shared: usize, nonce: u8) -> Self {
        let bodies: Vec<Vec<u8>> = (0..RECORDS).map(|at| body(at, if at < shared { 0 } else { story })).collect();
        let model = Model::new(World::default(), Flaws::default(), None);
        let mut appender = Appender::create(Arc::new(model.clone()), Path::new(DIR), "a", [nonce; 16]).unwrap();
        let (singles, group) = bodies.split_at(RECORDS - LAST_GROUP);
        for body in singles {
            appender.write(std::slice::from_ref(body)).unwrap();
            appender.sync().unwrap();
        }
        appender.write(group).unwrap();
        if end == End::Closed {
            appender.close().unwrap();
        } else {
            appender.sync().unwrap();
        }
        let mut world = model.world();
        if end == End::NoHead {
            world.forget(Path::new(HEAD));
        }
        let bytes = world.bytes(Path::new(JOURNAL)).unwrap().to_vec();
        let cuts = cuts(&world, bytes.len());
        Self { world, bytes, bodies, cuts, with_head: end != End::NoHead }
    }

    fn frame(&self, at: usize) -> &[u8] {
        &self.bytes[self.cuts[at]..self.cuts[at + 1]]
    }

    fn before(&self, at: usize) -> &[u8] {
        &self.bytes[..self.cuts[at]]
    }

    fn after(&self, at: usize) -> &[u8] {
        &self.bytes[self.cuts[at + 1]..]
    }

    /// How many records something outside their own group vouches for.
    fn vouched(&self) -> usize {
        if self.with_head { RECORDS } else { RECORDS - LAST_GROUP }
    }
}

fn body(at: usize, story: u8) -> Vec<u8> {
    format!("{{\"step\":{at},\"story\":{story},\"more\":\"{}\"}}", "x".repeat(at % 7)).into_bytes()
}

fn cuts(world: &World, length: usize) -> Vec<usize> {
    let records = recover(world).unwrap().0;
    records.iter().map(|record| record.offset as usize).chain([length]).collect()
}

fn recover(world: &World) -> Result<(Vec<Record>, u64), JournalError> {
    let storage = Arc::new(Model::new(world.clone(), Flaws::default(), None));
    recover_on(storage, Path::new(DIR)).map(|(_, records, report)| (records, report.torn_bytes))
}

/// A reader that a trial judges: records and the bytes of a torn tail, or a refusal.
type Reader = fn(&World) -> Result<(Vec<Record>, u64), JournalError>;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Refused,
    /// Said, and only records were lost that nothing vouches for.
    TornTail,
    /// Not said: a cut at the end of a frame that nothing vouches for. The watermark is there against it.
    CutUnseen,
}

#[derive(Default)]
struct Tally(BTreeMap<(&'static str, Verdict), usize>);

impl Tally {
    /// Reads the journal with `bytes` for its content, and judges what the reader says.
    fn try_image(
        &mut self,
        kind: &'static str,
        specimen: &Specimen,
        bytes: &[u8],
        reader: Reader,
    ) -> Result<(), String> {
        let mut world = specimen.world.clone();
        world.put(Path::new(JOURNAL), bytes);
        let verdict = judge(specimen, bytes, reader(&world)).map_err(|why| format!("{kind}: {why}"))?;
        *self.0.entry((kind, verdict)).or_default() += 1;
        Ok(())
    }

    fn total(&self) -> usize {
        self.0.values().sum()
    }
}

fn judge(
    specimen: &Specimen,
    bytes: &[u8],
    outcome: Result<(Vec<Record>, u64), JournalError>,
) -> Result<Verdict, String> {
    let (records, torn) = match outcome {
        Err(JournalError::Damaged(_)) => return Ok(Verdict::Refused),
        Err(other) => return Err(format!("unexpected: {other}")),
        Ok(found) => found,
    };
    let bodies: Vec<_> = records.into_iter().map(|record| record.body).collect();
    if !specimen.bodies.starts_with(&bodies) {
        return Err("records that were never written so".to_owned());
    }
    let is_cut = specimen.bytes.starts_with(bytes);
    if bodies.len() < specimen.vouched() && (specimen.with_head || !is_cut) {
        return Err(format!("{} of {RECORDS} records are left, and more were vouched for", bodies.len()));
    }
    match (torn > 0, is_cut) {
        (true, _) => Ok(Verdict::TornTail),
        (false, true) => Ok(Verdict::CutUnseen),
        (false, false) => Err("a change was not noticed".to_owned()),
    }
}

/// Every kind of damage to one journal.
fn damage_all(specimen: &Specimen, tally: &mut Tally, reader: Reader) -> Result<(), String> {
    flip_bits(specimen, tally, reader)?;
    for length in 0..specimen.bytes.len() {
        tally.try_image("cut", specimen, &specimen.bytes[..length], reader)?;
    }
    for at in 0..RECORDS {
        let removed = [specimen.before(at), specimen.after(at)].concat();
        tally.try_image("removed", specimen, &removed, reader)?;
        for to in 0..RECORDS {
            let repeated = [specimen.before(to), specimen.frame(at), &specimen.bytes[specimen.cuts[to]..]].concat();
            tally.try_image("repeated", specimen, &repeated, reader)?;
        }
        let appended = [&specimen.bytes[..], specimen.frame(at)].concat();
        tally.try_image("repeated", specimen, &appended, reader)?;
        for other in at + 1..RECORDS {
            let between = &specimen.bytes[specimen.cuts[at + 1]..specimen.cuts[other]];
            let parts =
                [specimen.before(at), specimen.frame(other), between, specimen.frame(at), specimen.after(other)];
            tally.try_image("swapped", specimen, &parts.concat(), reader)?;
        }
    }
    Ok(())
}

fn flip_bits(specimen: &Specimen, tally: &mut Tally, reader: Reader) -> Result<(), String> {
    let mut bytes = specimen.bytes.clone();
    for at in 0..bytes.len() * 8 {
        bytes[at / 8] ^= 1 << (at % 8);
        tally.try_image("bit", specimen, &bytes, reader)?;
        bytes[at / 8] ^= 1 << (at % 8);
    }
    Ok(())
}

/// Frames of another journal put in place of, or behind, those of this one.
fn splice(specimen: &Specimen, other: &Specimen, tally: &mut Tally, reader: Reader) -> Result<(), String> {
    for at in 0..RECORDS {
        let replaced = [specimen.before(at), other.frame(at), specimen.after(at)].concat();
        if replaced != specimen.bytes {
            tally.try_image("spliced", specimen, &replaced, reader)?;
        }
        for from in 0..RECORDS {
            let joined = [specimen.before(at), &other.bytes[other.cuts[from]..]].concat();
            // Without a watermark, another whole history of the same journal is what it says it is.
            let is_history = joined == other.bytes && !specimen.with_head;
            if joined != specimen.bytes && !is_history {
                tally.try_image("spliced", specimen, &joined, reader)?;
            }
        }
    }
    Ok(())
}

#[test]
fn every_damage_is_noticed() {
    for (name, end) in [("closed", End::Closed), ("killed", End::Killed), ("killed, no watermark", End::NoHead)] {
        let specimen = Specimen::new(end, 1, 0, 7);
        let mut tally = Tally::default();
        damage_all(&specimen, &mut tally, recover).unwrap();
        splice(&specimen, &Specimen::new(end, 1, 0, 8), &mut tally, recover).unwrap();
        splice(&specimen, &Specimen::new(end, 2, 0, 7), &mut tally, recover).unwrap();
        let halfway = Specimen::new(end, 1, 20, 7);
        splice(&halfway, &Specimen::new(end, 2, 20, 7), &mut tally, recover).unwrap();
        println!(
            "trial 4, damage: {name}; no seed, all of {} images: {:?}; checked: P7 whole or said where not; 0 silent losses",
            tally.total(),
            tally.0
        );
        let refused = tally.0.iter().filter(|((_, verdict), _)| *verdict == Verdict::Refused).map(|(_, count)| count);
        assert_eq!(refused.sum::<usize>() == tally.total(), end != End::NoHead, "with a watermark all is refused");
    }
}

#[test]
fn any_bytes_in_its_place_are_noticed() {
    let seed = setting("SWITCHBACK_SEED", 20_261_101);
    let mut random = Random(seed);
    let specimen = Specimen::new(End::Killed, 1, 0, 7);
    let mut tally = Tally::default();
    for _ in 0..20_000 {
        let mut bytes = specimen.bytes.clone();
        for _ in 0..=random.below(4) {
            let begin = random.below(bytes.len());
            let end = (begin + random.below(400)).min(bytes.len());
            let length = random.below(400);
            let new = random.bytes(length);
            bytes.splice(begin..end, new);
        }
        if !bytes.starts_with(&specimen.bytes) {
            tally.try_image("random", &specimen, &bytes, recover).unwrap();
        }
    }
    println!(
        "trial 9, hostile bytes: seed {seed}; {} images: {:?}; checked: refused, no panic",
        tally.total(),
        tally.0
    );
    assert_eq!(tally.0.keys().copied().collect::<Vec<_>>(), [("random", Verdict::Refused)]);
}

#[test]
fn a_reader_that_cuts_at_the_first_bad_frame_is_caught() {
    let naive: Reader = |world| match recover(world) {
        Err(JournalError::Damaged(Damage { record, .. })) => {
            let mut records = recover(&Specimen::new(End::Killed, 1, 0, 7).world)?.0;
            records.truncate(record.saturating_sub(1) as usize);
            Ok((records, 1))
        }
        other => other,
    };
    let specimen = Specimen::new(End::Killed, 1, 0, 7);
    let broken = flip_bits(&specimen, &mut Tally::default(), naive).expect_err("it loses records in the middle");
    println!("planted: truncates in the middle; caught: {broken}");
}

#[test]
fn damage_is_told_with_its_place() {
    let specimen = Specimen::new(End::Killed, 1, 0, 7);
    let mut bytes = specimen.bytes.clone();
    bytes[specimen.cuts[22] + 50] ^= 1;
    let mut world = specimen.world.clone();
    world.put(Path::new(JOURNAL), &bytes);
    let told = recover(&world).unwrap_err().to_string();
    assert_eq!(told, "record 23 of 40 is damaged, later ones are whole: refused");
}

#[test]
fn a_hostile_file_costs_little() {
    let specimen = Specimen::new(End::NoHead, 1, 0, 7);
    let magic = &specimen.frame(0)[..4];
    // Beginnings of the largest frames, as densely as they fit.
    let lead = [magic, &(8_u32 << 20).to_le_bytes(), &[0; 4]].concat();
    let bytes = [specimen.before(5), &lead.repeat((24 << 20) / lead.len())].concat();
    let mut world = specimen.world.clone();
    world.put(Path::new(JOURNAL), &bytes);
    let begun = std::time::Instant::now();
    let told = recover(&world).unwrap_err().to_string();
    assert_eq!(told, "record 6 is damaged, and what follows is no torn tail: refused");
    assert!(begun.elapsed().as_secs() < 5, "it took {:?}", begun.elapsed());
}
