//! What a resource is called that is no file.

use serde::{Deserialize, Serialize};
use std::fmt;
use switchback_compiler::registry::Touch;

/// The spaces of names beside that of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Local processes of the target that outlive runs.
    Service,
}

impl Space {
    const ALL: [Self; 1] = [Self::Service];

    /// The word that a touch has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => Touch::SERVICES,
        }
    }

    fn called(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|space| space.word() == word)
    }
}

/// A resource of a target. As text, and so as a key of a map, it is `space/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Resource {
    /// Where its name counts.
    pub space: Space,
    /// Its name there.
    pub name: String,
}

/// A text that names no resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a resource, which is `space/name`")]
pub struct NotAResource(String);

impl Resource {
    /// A service.
    pub fn service(name: impl Into<String>) -> Self {
        Self { space: Space::Service, name: name.into() }
    }

    /// What a touch may mean; nothing where it means files.
    pub fn touched(touch: &Touch) -> Vec<Self> {
        let space = Space::called(&touch.space);
        space.map(|space| Self { space, name: touch.path.clone() }).into_iter().collect()
    }
}

/// As people say it: `service portal`.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.space.word(), self.name)
    }
}

impl From<Resource> for String {
    fn from(Resource { space, name }: Resource) -> Self {
        format!("{}/{name}", space.word())
    }
}

impl TryFrom<String> for Resource {
    type Error = NotAResource;

    fn try_from(text: String) -> Result<Self, NotAResource> {
        let parts = text.split_once('/').and_then(|(word, name)| Some((Space::called(word)?, name)));
        match parts {
            Some((space, name)) if !name.is_empty() => Ok(Self { space, name: name.to_owned() }),
            _ => Err(NotAResource(text)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_resource_comes_back_as_it_was_written() {
        let portal = Resource::service("portal");
        assert_eq!(
            (String::from(portal.clone()), portal.to_string()),
            ("service/portal".into(), "service portal".into())
        );
        assert_eq!(Resource::try_from("service/portal".to_owned()).unwrap(), portal);
        for text in ["portal", "files/a", "service/", ""] {
            assert!(Resource::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_touch_of_files_is_no_such_resource() {
        assert_eq!(Resource::touched(&Touch::file("etc/a")), []);
        assert_eq!(Resource::touched(&Touch::service("portal")), [Resource::service("portal")]);
    }
}
