//! Which copy is restored: one that this plan takes, or one that another run left.

use crate::value::Millis;
use crate::version::{Version, Versions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Which copy a call restores. A plan holds the first as its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CopyOf {
    /// One that this plan takes: the backup's name.
    Own(String),
    /// One that an earlier run took, of this plan or of another.
    Kept(KeptCopy),
}

/// The newest copy in the target's store that fits; found when the plan is previewed, and the same when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCopy {
    /// The plan that took it; none: any plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The backup's name.
    pub backup: String,
    /// Of which versions it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
    /// Whose versions those are: the components that this plan moves. Where it moves none, any component's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// How old it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Millis>,
}

impl KeptCopy {
    /// Whether a copy is one of those, by who took it and what it is of; its age is not looked at.
    pub fn fits(&self, plan: &str, backup: &str, versions: &BTreeMap<String, String>) -> bool {
        self.backup == backup
            && self.plan.as_deref().is_none_or(|wanted| wanted == plan)
            && self.versions.as_ref().is_none_or(|wanted| self.is_of(wanted, versions))
    }

    fn is_of(&self, wanted: &Versions, versions: &BTreeMap<String, String>) -> bool {
        let counts = |component: &String| self.of.is_empty() || self.of.contains(component);
        let mut counting = versions.iter().filter(|(component, _)| counts(component));
        counting.any(|(_, version)| Version::parse(version).is_some_and(|version| wanted.holds(&version)))
    }
}

/// `copy occm-config of plan occm-upgrade, of 24.2.x, at most 1d old`.
impl fmt::Display for KeptCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, backup, versions, of: _, max_age } = self;
        write!(f, "copy {backup}")?;
        if let Some(plan) = plan {
            write!(f, " of plan {plan}")?;
        }
        if let Some(versions) = versions {
            write!(f, " of {versions}")?;
        }
        max_age.iter().try_for_each(|age| write!(f, ", at most {age} old"))
    }
}
