//! Bundles come back as they were, and every damage is noticed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

use super::*;
use crate::preview::tests::Project;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const PLAN: &str = "step \"a\" { file.write \"etc/a\" from=\"files/a\"; file.write \"b\" content=\"2\\n\" }";

fn project() -> Project {
    Project::new(PLAN).source("files/a", "from a file\n").on_target("etc/a", "old\n")
}

fn made() -> Made {
    let at = "2026-11-20T15:12:00Z".parse().unwrap();
    let took = Duration::from_millis(1400);
    Made { at, took, by: "kim".into(), host: "ops-1".into(), version: "0.1.0".into() }
}

async fn bundle(project: &Project) -> Bundle {
    let (plan, site, preview) = project.preview().await;
    Bundle::new(plan, preview, site.blobs).unwrap()
}

fn one() -> (Bundle, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bundle = runtime.block_on(bundle(&project()));
    let bytes = bundle.to_bytes(&made()).unwrap();
    (bundle, bytes)
}

#[tokio::test]
async fn the_same_plan_and_target_give_the_same_bytes() {
    let (first, second) = (bundle(&project()).await, bundle(&project()).await);
    assert_eq!(first.to_bytes(&made()).unwrap(), second.to_bytes(&made()).unwrap());
    let later = Made { by: "ada".into(), ..made() };
    assert_ne!(first.to_bytes(&made()).unwrap(), first.to_bytes(&later).unwrap());
    assert_eq!(first.digest(), second.digest());
    assert!(first.short().len() == 15 && first.digest().to_string().starts_with(&first.short()));
}

#[tokio::test]
async fn what_is_written_is_read_again() {
    let project = project();
    let first = bundle(&project).await;
    let path = project.folder().join("p.swb");
    first.write(&path, &made()).unwrap();
    let (read, circumstances) = Bundle::read(&path).unwrap();
    assert_eq!((read.digest(), &read.preview, circumstances), (first.digest(), &first.preview, made()));
    assert_eq!(read.plan.canonical(), first.plan.canonical());
    assert_eq!(read.blobs.all(), first.blobs.all());
    assert_eq!(read.to_bytes(&made()).unwrap(), fs::read(&path).unwrap());
    // Nothing else was left beside it.
    assert_eq!(fs::read_dir(project.folder()).unwrap().count(), 2);
    let mut archive = tar::Archive::new(File::open(&path).unwrap());
    let names = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    let names: Vec<String> = names.collect();
    assert_eq!([&names[..3], &names[4..]].concat(), ["bundle.json", "plan.json", "preview.json", "made.json"]);
}

#[tokio::test]
async fn a_target_that_changed_is_noticed_resource_by_resource() {
    let project = project();
    let first = bundle(&project).await;
    assert_eq!(first.changed(&project.preview().await.2), []);
    let project = project.on_target("etc/a", "somebody was here\n").on_target("b", "new\n");
    let changed = first.changed(&project.preview().await.2);
    let told: Vec<_> = changed.iter().map(|one| format!("{}: {} -> {}", one.resource, one.was, one.is)).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("b: nothing -> a file of 4 bytes, mode 0644, b3:"), "{told:?}");
    assert!(told[1].starts_with("etc/a: a file of 4 bytes, mode 0644, b3:"), "{told:?}");
}

#[test]
fn every_flip_of_a_bit_is_noticed() {
    let (bundle, bytes) = one();
    for at in 0..bytes.len() {
        let mut hurt = bytes.clone();
        hurt[at] ^= 1 << (at % 8);
        let read = Bundle::from_bytes(&hurt);
        assert!(read.is_err() || read.is_ok_and(|(read, _)| read.digest() != bundle.digest()), "byte {at}");
    }
    for cut in (0..bytes.len()).step_by(97) {
        assert!(Bundle::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_flip_in_the_list_itself_never_makes_another_bundle() {
    let (_, bytes) = one();
    // The first piece of 512 bytes is the header of bundle.json.
    for at in 512..1024 {
        for bit in 0..8 {
            let mut hurt = bytes.clone();
            hurt[at] ^= 1 << bit;
            assert!(Bundle::from_bytes(&hurt).is_err(), "byte {at}, bit {bit}");
        }
    }
}

/// A file of these parts, as a stranger could write it.
fn forged(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|(name, bytes)| archive::Entry { name: (*name).into(), bytes }).collect();
    let mut bytes = Vec::new();
    archive::write(&parts, &mut bytes).unwrap();
    bytes
}

fn told(bytes: &[u8]) -> String {
    Bundle::from_bytes(bytes).unwrap_err().to_string()
}

#[test]
fn each_kind_of_damage_has_its_words() {
    let (bundle, bytes) = one();
    let (plan, preview) = (bundle.plan.canonical(), serde_json::to_vec(&bundle.preview).unwrap());
    let manifest = bundle.parts.manifest.clone();
    let (hex, blob) = bundle.parts.blobs.all().first_key_value().unwrap();
    let hex = format!("blobs/{hex}");
    let sealed = made().sealed(&bundle.digest()).unwrap();
    let whole: Vec<(&str, &[u8])> = vec![
        ("bundle.json", &manifest),
        ("plan.json", &plan),
        ("preview.json", &preview),
        (&hex, blob),
        ("made.json", &sealed),
    ];
    assert_eq!(forged(&whole), bytes);
    let with = |at: usize, name: &'static str, bytes: &'static [u8]| {
        let mut parts = whole.clone();
        parts[at] = (name, bytes);
        told(&forged(&parts))
    };
    let without = |at: usize| {
        let mut parts = whole.clone();
        parts.remove(at);
        told(&forged(&parts))
    };
    assert_eq!(told(b"{}"), "it is no bundle: it ends too early");
    assert_eq!(told(&[b'x'; 4096]), "it is no bundle: it is no tar file");
    assert_eq!(
        told(&[bytes.as_slice(), &[0]].concat()),
        "it is damaged outside of its parts, or was not written by Switchback"
    );
    assert_eq!(
        with(0, "bundle.json", br#"{"format":2,"new":1}"#),
        "its format is 2, and this Switchback reads format 1"
    );
    assert_eq!(with(1, "plan.json", b"{}"), "`plan.json` is damaged: it has not the digest that the bundle says");
    assert_eq!(with(4, "made.json", b"{}"), "`made.json` can't be read: missing field `made` at line 1 column 2");
    assert_eq!(with(1, "evil.sh", b""), "`evil.sh` does not belong into a bundle");
    assert_eq!(without(2), "`preview.json` is missing, or not in its place");
    assert!(without(3).ends_with("is missing, or not in its place"));
    let twice: Vec<_> = whole.iter().chain(&whole[4..]).copied().collect();
    assert_eq!(told(&forged(&twice)), "`made.json` does not belong into a bundle");
    for name in ["../a", "/etc/passwd", "a/../b"] {
        // The crate that writes archives refuses such names, so they are written into the header here.
        let mut parts = forged(&whole);
        parts[..100].fill(0);
        parts[..name.len()].copy_from_slice(name.as_bytes());
        assert_eq!(told(&parts), format!("`{name}` does not belong into a bundle"));
    }
}

#[test]
fn a_plan_that_speaks_of_bytes_that_are_not_there_is_refused() {
    let (bundle, _) = one();
    let error = Bundle::new(bundle.plan.clone(), bundle.preview.clone(), Blobs::new(BTreeMap::new())).unwrap_err();
    assert!(error.to_string().starts_with("the plan uses "), "{error}");
    let plan = Plan { format: 9, ..bundle.plan };
    let error = Bundle::new(plan, bundle.preview, bundle.blobs).unwrap_err();
    assert_eq!(error.to_string(), "its plan has format 9, and this Switchback runs format 1");
}

#[test]
fn a_size_that_lies_takes_no_memory() {
    let (_, mut bytes) = one();
    bytes[124..135].copy_from_slice(b"77777777777");
    assert_eq!(told(&bytes), "it is no bundle: it ends too early");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn hostile_bytes_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        prop_assert!(Bundle::from_bytes(&bytes).is_err());
    }

    #[test]
    fn hostile_parts_are_refused_and_never_panic(
        at in 0_usize..5,
        part in prop_oneof![".*".prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..600)],
    ) {
        let names = ["bundle.json", "plan.json", "preview.json", "blobs/00", "made.json"];
        let empty: &[u8] = b"{}";
        let parts: Vec<_> = names.iter().enumerate().map(|(i, name)| (*name, if i == at { &part } else { empty })).collect();
        prop_assert!(Bundle::from_bytes(&forged(&parts)).is_err());
    }
}
