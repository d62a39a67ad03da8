//! Where in an object something is, as people write it: `spec.template.spec.containers[portal].image`.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list whose items have no names.
    Index(usize),
    /// Into a list, to the item of a name.
    Item(String),
}

/// A way from an object to a part of it; empty for the object itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<Step>);

impl Place {
    /// The way of some keys.
    pub fn of_keys(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
    }

    /// One step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// Into a map.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// One step back; the object itself stays where it is.
    #[must_use]
    pub fn parent(&self) -> Self {
        let (_, before) = self.0.split_last().unwrap_or((&Step::Index(0), &[]));
        Self(before.to_vec())
    }

    /// Whether one of two is the other, or in it.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) => write!(f, "{}{key}", if at == 0 { "" } else { "." })?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Item(name) => write!(f, "[{name}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key needs no quotes.
pub(super) fn is_plain(key: &str) -> bool {
    let begins = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '$');
    begins && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-$".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_people_write_it() {
        let containers = Place::of_keys(&["spec", "containers"]).then(Step::Item("portal".to_owned()));
        assert_eq!(containers.key("args").then(Step::Index(2)).to_string(), "spec.containers[portal].args[2]");
        assert_eq!(Place::of_keys(&["data", "pgbouncer.ini"]).to_string(), r#"data["pgbouncer.ini"]"#);
        assert_eq!(Place::default().to_string(), "");
    }
}
