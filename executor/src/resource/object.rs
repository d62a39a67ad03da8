//! The observer of objects of a cluster: the digest of an object's normal form.

use super::name::Resource;
use super::observed::{Mark, Observed, Scaled};
use crate::durable;
use crate::site::{Fault, Site};
use crate::world::Digest;
use crate::world::cluster::{MaskKey, Normal, Object, ObjectName, is_scaled_by_controller, release_of};
use serde_json::Value;
use std::path::PathBuf;

/// What is seen of an object, as a site may tell it: of what holds a secret only a digest keyed with the target's key.
pub fn seen(site: &Site, name: &ObjectName, object: Option<&Object>) -> Observed {
    let Some(object) = object else { return Observed::absent() };
    let there = there(site, name, object);
    if object.is_ending() { ending(there) } else { there }
}

/// Whether an object may hold a secret whatever it is called: as a Secret, or by what the plan gives it.
pub fn holds_secret(site: &Site, object: &Object) -> bool {
    object.kind() == "Secret" || is_given_secret(site, object)
}

/// Whether the plan gives a secret to an object, or to the release that it is part of.
pub fn is_given_secret(site: &Site, object: &Object) -> bool {
    let is_part = |(namespace, name): (&str, &str)| site.hides(&Resource::release(namespace, name));
    site.hides(&Resource::object(&object.full_name())) || release_of(object).is_some_and(is_part)
}

/// Whoever holds it with a finalizer lets go some time, and then it is gone: it is not as it was.
fn ending(Observed { says, mark, .. }: Observed) -> Observed {
    let ends = |digest: Digest| Digest::from(blake3::hash(format!("{digest} ends").as_bytes()));
    let mark = match mark {
        Mark::Digest(digest) => Mark::Digest(ends(digest)),
        Mark::Keyed(digest) => Mark::Keyed(ends(digest)),
        other => other,
    };
    Observed::new(format!("{says}, which is being deleted"), mark)
}

fn there(site: &Site, name: &ObjectName, object: &Object) -> Observed {
    let by = changed_by(object).map(|manager| format!(", by {manager}")).unwrap_or_default();
    let hidden = site.hides(&Resource::object(name)) || holds_secret(site, object);
    let normal = Normal::of(object).of_any_version();
    let mark = |normal: &Normal| if hidden { keyed(site, normal) } else { open(normal) };
    let whole = mark(&normal);
    let says = match &whole {
        Mark::Digest(digest) => format!("an object, {}{by}", letters(digest, 0, 15)),
        Mark::Keyed(digest) => format!("an object that holds a secret, ‹hidden {}›{by}", letters(digest, 3, 6)),
        _ => format!("an object that holds a secret, ‹hidden›{by}"),
    };
    let rest = normal.without_replicas();
    let scaled = rest.map(|rest| Scaled { by_controller: is_scaled_by_controller(object), rest: mark(&rest) });
    Observed { scaled, ..Observed::new(says, whole) }
}

fn open(normal: &Normal) -> Mark {
    // Only values of Secrets go into a digest by the key.
    Mark::Digest(normal.digest(&MaskKey::new([0; 32])))
}

fn keyed(site: &Site, normal: &Normal) -> Mark {
    let Some(key) = site.key else { return Mark::Hidden };
    let digest = normal.digest(&MaskKey::new(key));
    // The rest of it, where it is no Secret, is as little to be guessed.
    Mark::Keyed(Digest::from(blake3::keyed_hash(&key, digest.to_string().as_bytes())))
}

fn letters(digest: &Digest, from: usize, count: usize) -> String {
    digest.to_string().chars().skip(from).take(count).collect()
}

/// Who changed it last, but for its status.
fn changed_by(object: &Object) -> Option<String> {
    let entries = object.get("/metadata/managedFields")?.as_array()?;
    let wilful = entries.iter().filter(|entry| entry.get("subresource").is_none());
    let last = wilful.max_by_key(|entry| entry.get("time").and_then(Value::as_str).unwrap_or_default())?;
    last.get("manager").and_then(Value::as_str).map(str::to_owned)
}

/// Where it lies in a run's folder how an object was put back.
fn noted(site: &Site, resource: &Resource) -> Result<PathBuf, Fault> {
    let folder = site.folder.as_ref().ok_or_else(|| Fault::new("nothing is written outside of a run"))?;
    let digest = blake3::hash(String::from(resource.clone()).as_bytes()).to_hex();
    Ok(folder.join("old").join("objects").join(format!("back-{digest}")))
}

/// Notes, durably, how an object was put back in which others changed something else since.
pub fn note_back(site: &Site, resource: &Resource, seen: &Observed) -> Result<(), Fault> {
    let file = noted(site, resource)?;
    let bytes = serde_json::to_vec(seen).map_err(|error| Fault::new(error.to_string()))?;
    let written = file.parent().map_or(Ok(()), |folder| durable::make_dirs(folder, 0o700));
    let written = written.and_then(|()| durable::write(&file, &bytes, 0o600));
    written.map_err(|error| Fault::new(format!("how an object was put back can't be noted: {error}")))
}

/// How an object was put back, where others changed something else in it since.
pub fn noted_back(site: &Site, resource: &Resource) -> Option<Observed> {
    let bytes = std::fs::read(noted(site, resource).ok()?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Looks at one.
pub(super) async fn observe(site: &Site, name: &str) -> Result<Observed, Fault> {
    let name = ObjectName::try_from(name.to_owned()).map_err(|error| Fault::new(error.to_string()))?;
    let live = match site.cluster()?.get(&name).await {
        // Where a kind is not known there are no objects of it.
        Err(fault) if fault.is_absent() => None,
        told => told?,
    };
    Ok(seen(site, &name, live.as_ref()))
}

pub(super) fn unlike(spoken: &str, was: &Observed, is: &Observed) -> String {
    format!("`{spoken}` was {was} and is {is}")
}
