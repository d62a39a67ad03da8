//! What was seen of the target, as far as a plan depends on it.

use crate::resource::{Observed, Resource};
use crate::site::{Fault, Site};
use crate::target::{Found, Note};
use crate::world::{Digest, RelPath, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use switchback_compiler::plan::{Act, Plan, Undo, UndoWork, WayBack};
use switchback_compiler::registry::Touch;
use switchback_compiler::value::Text;

/// All that was seen, by resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Which cluster it is; none where there is none, or that may not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Files and folders of the target's directory.
    pub files: BTreeMap<RelPath, Fact>,
    /// What is no file.
    pub resources: BTreeMap<Resource, Observed>,
    /// What `installed` read of a component.
    pub versions: BTreeMap<String, String>,
    /// Whether the `unless` of a step (`web`) or of an action (`web/migrate`) holds.
    pub conditions: BTreeMap<String, bool>,
    /// Copies of earlier runs that the plan restores, by what it asks for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copies: BTreeMap<String, CopyFact>,
}

/// Which copy was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyFact {
    /// The run that took it.
    pub run: String,
    /// The plan that took it.
    pub plan: String,
    /// The backup's name.
    pub backup: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Versions of that plan's components then.
    pub versions: BTreeMap<String, String>,
    /// Digest of all that it holds.
    pub digest: String,
}

impl CopyFact {
    /// Of a copy that was found.
    pub(crate) fn of(found: &Found) -> Self {
        let Note { plan, run, backup, versions, digest, taken, .. } = found.note.clone();
        Self { run, plan, backup, taken, versions, digest }
    }

    /// `app 24.2.3, db 9.9`.
    pub(crate) fn versions(&self) -> String {
        self.versions.iter().map(|(component, version)| format!("{component} {version}")).collect::<Vec<_>>().join(", ")
    }
}

/// `of run srzzyr (occm-upgrade), taken 2026-11-14 02:00 UTC, of occm 24.2.6`.
impl fmt::Display for CopyFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = self.taken.strftime("%Y-%m-%d %H:%M UTC");
        write!(f, "of run {} ({}), taken {taken}", self.run, self.plan)?;
        if self.versions.is_empty() { Ok(()) } else { write!(f, ", of {}", self.versions()) }
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// What everybody may know of it.
    Seen(State),
    /// It holds a secret: a digest keyed with the target's key, of which nobody can guess what it was made of (R11).
    Keyed(Digest),
    /// It holds a secret, and the target has no key yet: something is there.
    Hidden,
}

/// A resource that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub resource: String,
    /// What was seen then.
    pub was: String,
    /// What is seen now.
    pub is: String,
}

impl Fact {
    /// What stands at a path of the target.
    pub(crate) fn of(site: &Site, path: &RelPath, secret: bool) -> Result<Self, Fault> {
        let state = site.tree.as_ref().map_or(Ok(State::Absent), |tree| tree.state(path))?;
        Ok(Self::told(site, state, secret))
    }

    /// What may be told of a state.
    pub(crate) fn told(site: &Site, state: State, secret: bool) -> Self {
        if !secret || matches!(state, State::Absent | State::Dir { .. }) {
            return Self::Seen(state);
        }
        site.key.map_or(Self::Hidden, |key| Self::Keyed(keyed(&key, &state)))
    }

    /// Whether something other than a folder stands there.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::Seen(State::Absent | State::Dir { .. }))
    }

    /// Whether both may be the same; what is hidden can't be told from what is keyed.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Hidden, Self::Hidden | Self::Keyed(_)) | (Self::Keyed(_), Self::Hidden) => true,
            _ => self == other,
        }
    }
}

/// Keyed, since the size and the plain digest of a short secret would give it away.
fn keyed(key: &[u8; 32], state: &State) -> Digest {
    // A state is data of ours: writing it as JSON can't fail.
    let bytes = serde_json::to_vec(state).unwrap_or_default();
    Digest::from(blake3::keyed_hash(key, &bytes))
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen(State::File { mode, size, digest }) => {
                let digest: String = digest.to_string().chars().take(15).collect();
                write!(f, "a file of {}, mode {mode:04o}, {digest}", crate::screen::size(*size))
            }
            Self::Seen(state) => state.fmt(f),
            Self::Keyed(digest) => {
                let digest: String = digest.to_string().chars().skip(3).take(6).collect();
                write!(f, "a file that holds a secret, ‹hidden {digest}›")
            }
            Self::Hidden => f.write_str("a file that holds a secret, ‹hidden›"),
        }
    }
}

impl Facts {
    /// What is not as it was, resource by resource, for people who have this namespace in mind.
    pub fn changed(&self, now: &Self, namespace: &str) -> Vec<Changed> {
        let Self { cluster, files, resources, versions, conditions, copies } = self;
        if let Some(other) = another_cluster(cluster.as_deref(), now.cluster.as_deref()) {
            return vec![other];
        }
        let holds = |holds: &bool| if *holds { "it is so already" } else { "it is not so yet" }.to_owned();
        let all = [
            compared(files, &now.files, ToString::to_string, ToString::to_string, Fact::agrees),
            compared(resources, &now.resources, |one| one.spoken(namespace), ToString::to_string, Observed::agrees),
            compared(versions, &now.versions, |name| format!("version of {name}"), Clone::clone, PartialEq::eq),
            compared(conditions, &now.conditions, |name| format!("`unless` of {name}"), holds, PartialEq::eq),
            compared(copies, &now.copies, Clone::clone, ToString::to_string, PartialEq::eq),
        ]
        .concat();
        // What only one of the two looked at follows from another difference, where there is one.
        let (seen, unseen): (Vec<Changed>, Vec<Changed>) =
            all.into_iter().partition(|one| one.was != UNSEEN && one.is != UNSEEN);
        if seen.is_empty() { unseen } else { seen }
    }
}

/// Whether it is another cluster: nothing else tells anything then. Who has rights in a namespace alone may not look, and is
/// not refused for that.
pub(crate) fn another_cluster(then: Option<&str>, now: Option<&str>) -> Option<Changed> {
    let (then, now) = then.zip(now).filter(|(then, now)| then != now)?;
    let told = |uid: &str| format!("one whose namespace kube-system has uid {uid}");
    Some(Changed { resource: "the cluster".to_owned(), was: told(then), is: told(now) })
}

/// What is said of a resource that one of two previews did not look at.
const UNSEEN: &str = "not looked at";

fn compared<K: Ord, V>(
    then: &BTreeMap<K, V>,
    now: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
    words: impl Fn(&V) -> String,
    agrees: impl Fn(&V, &V) -> bool,
) -> Vec<Changed> {
    let told = |fact: Option<&V>| fact.map_or_else(|| UNSEEN.to_owned(), &words);
    let keys: BTreeSet<&K> = then.keys().chain(now.keys()).collect();
    let both = keys.into_iter().map(|key| (key, then.get(key), now.get(key)));
    both.filter(|(_, was, is)| !matches!((was, is), (Some(was), Some(is)) if agrees(was, is)))
        .map(|(key, was, is)| Changed { resource: name(key), was: told(was), is: told(is) })
        .collect()
}

/// Everything that actions write secrets into.
pub(crate) fn secret_places(plan: &Plan) -> Vec<Touch> {
    let acts = plan.units.iter().flat_map(|unit| unit.acts().chain(undo_acts(&unit.way_back)));
    acts.filter(|act| act.call.values.values().any(holds_secret)).flat_map(|act| act.touches.clone()).collect()
}

fn undo_acts(way_back: &WayBack) -> impl Iterator<Item = &Act> {
    let ways: &[Undo] = match way_back {
        WayBack::Undo(ways) => ways,
        _ => &[],
    };
    ways.iter().flat_map(|way| &way.work).filter_map(|work| match work {
        UndoWork::Act(act) => Some(act),
        UndoWork::Own | UndoWork::Verify(_) => None,
    })
}

/// Whether a secret is part of a value.
fn holds_secret(value: &serde_json::Value) -> bool {
    holds(value, Text::is_secret)
}

/// Whether a text of this sort is part of a value, at any depth.
pub(super) fn holds(value: &serde_json::Value, is: fn(&Text) -> bool) -> bool {
    use serde_json::Value;
    match value {
        Value::Object(map) if map.contains_key("parts") => {
            serde_json::from_value::<Text>(value.clone()).is_ok_and(|text| is(&text))
        }
        Value::Object(map) => map.values().any(|value| holds(value, is)),
        Value::Array(all) => all.iter().any(|value| holds(value, is)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn on(cluster: Option<&str>, version: &str) -> Facts {
        let versions = [("app".to_owned(), version.to_owned())].into();
        Facts { cluster: cluster.map(str::to_owned), versions, ..Facts::default() }
    }

    #[test]
    fn of_another_cluster_nothing_else_is_told() {
        let told = |then: Facts, now: Facts| -> Vec<String> {
            then.changed(&now, "shop").into_iter().map(|changed| changed.resource).collect()
        };
        assert_eq!(told(on(Some("a"), "1"), on(Some("b"), "2")), ["the cluster"]);
        assert_eq!(told(on(Some("a"), "1"), on(Some("a"), "2")), ["version of app"]);
        assert_eq!(told(on(Some("a"), "1"), on(None, "1")), Vec::<String>::new(), "nobody may look");
    }
}
