//! Whether a step would start at all (R12): its components' versions, then its `unless`.

use super::walk::Walk;
use crate::run::{look_at, version_in};
use crate::site::{Fault, Scene};
use std::time::Duration;
use switchback_compiler::plan::{Check, Installed, Move, READ_LIMIT, Unit};
use switchback_compiler::version::Version;

/// One look takes no longer than this.
const LOOK: Duration = Duration::from_millis(READ_LIMIT.0);

/// What a look at a step's versions and conditions tells.
pub(super) enum Needed {
    /// It moves, or nothing tells that it does not.
    Yes,
    /// It does not start, for this reason.
    No(String),
    /// Its versions fit neither its beginning nor its end.
    Blocked(String),
}

impl Walk<'_> {
    /// Whether a unit would start.
    pub(super) async fn needed(&mut self, unit: &Unit) -> Needed {
        match self.versions(unit).await {
            Needed::Yes if self.already(&unit.name, unit, &unit.unless).await => {
                Needed::No("it is so already".to_owned())
            }
            needed => needed,
        }
    }

    async fn versions(&mut self, unit: &Unit) -> Needed {
        let mut there = Vec::new();
        let mut blocked = Vec::new();
        for moved in &unit.moves {
            let Move { component, from, to } = moved;
            match self.version_of(unit, component).await {
                None => {}
                Some(Err(fault)) => blocked.push(format!("the version of {component} can't be read: {}", fault.why)),
                Some(Ok(version)) if version == *to => there.push(format!("{component} is at {to} already")),
                Some(Ok(version)) if version == *from => {}
                Some(Ok(version)) => {
                    blocked.push(format!("{component} is at {version}, neither at {from} nor at {to}"));
                }
            }
        }
        if !blocked.is_empty() {
            return Needed::Blocked(blocked.join("; "));
        }
        if !there.is_empty() && there.len() == unit.moves.len() { Needed::No(there.join("; ")) } else { Needed::Yes }
    }

    /// The version of a component when its turn comes: as an earlier step leaves it, or as it is read now.
    async fn version_of(&mut self, unit: &Unit, component: &str) -> Option<Result<Version, Fault>> {
        if let Some(version) = self.moved.get(component) {
            return Some(Ok(version.clone()));
        }
        let installed = self.plan.components.get(component)?.installed.as_ref()?;
        let read = self.read(unit, installed).await;
        if let Ok(version) = &read {
            self.facts.versions.insert(component.to_owned(), version.to_string());
        }
        Some(read)
    }

    pub(super) async fn read(&self, unit: &Unit, installed: &Installed) -> Result<Version, Fault> {
        let kind = &installed.reader.kind;
        let reader = (self.nouns)(kind).and_then(|noun| noun.reader());
        let reader = reader.ok_or_else(|| Fault::new(format!("`{kind}` can't be read")))?;
        let quiet = |_: String, _: bool| {};
        let text = reader.read(&installed.reader, &self.scene(unit, "installed", LOOK, &quiet)).await?;
        version_in(installed, &self.site.secrets.mask(&text))
    }

    /// Whether all checks of an `unless` hold, looked at once; the answer is a fact under `name`.
    pub(super) async fn already(&mut self, name: &str, unit: &Unit, checks: &[Check]) -> bool {
        if checks.is_empty() {
            return false;
        }
        let mut holds = true;
        for check in checks {
            let quiet = |_: String, _: bool| {};
            holds = holds && self.holds(check, &self.scene(unit, "unless", LOOK, &quiet)).await;
        }
        self.facts.conditions.insert(name.to_owned(), holds);
        holds
    }

    async fn holds(&self, check: &Check, scene: &Scene<'_>) -> bool {
        match (self.nouns)(&check.call.kind) {
            Some(noun) => look_at(noun, &check.call, scene).await.is_ok_and(|seen| seen.holds),
            None => false,
        }
    }
}
