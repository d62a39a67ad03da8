//! The values that a chart is given.

use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What becomes of the values that the last revision was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Former {
    /// Helm's way: they are taken again where none are given, and forgotten where one is.
    #[default]
    AsHelm,
    /// They are forgotten.
    Forget,
    /// They are taken again, over the new chart's own, with those that are given over them.
    Keep,
}

/// Values: files, and single ones over them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Files, a later one over an earlier one.
    pub files: Vec<PathBuf>,
    /// Single ones.
    pub single: Vec<Single>,
    /// What becomes of former ones.
    pub former: Former,
}

/// A single value. It may be secret, so it is not printed.
#[derive(Clone, PartialEq)]
pub struct Single {
    /// Where it goes: `image.tag`, `ports[0]`, `annotations.example\.org/a`.
    pub key: String,
    /// A text, a number, a truth value or null.
    pub value: Value,
}

impl std::fmt::Debug for Single {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Single({})", self.key)
    }
}

impl Values {
    /// The arguments for them. Texts are written to files in a folder, in which Helm then must run, and are named by these:
    /// so no character of them means anything, none is taken for a number, and nobody who lists processes sees a secret.
    pub fn arguments(&self, folder: &Path) -> Result<Vec<String>, HelmFault> {
        let mut arguments = Vec::new();
        arguments.extend(self.former.flag().map(str::to_owned));
        for file in &self.files {
            let path = std::path::absolute(file).map_err(HelmFault::file("find", file))?;
            arguments.extend(["--values".to_owned(), path.to_string_lossy().into_owned()]);
        }
        for (number, single) in (1..).zip(&self.single) {
            arguments.extend(single.argument(folder, number)?);
        }
        Ok(arguments)
    }
}

impl Former {
    /// Both kinds of Helm have these.
    fn flag(self) -> Option<&'static str> {
        match self {
            Self::AsHelm => None,
            Self::Forget => Some("--reset-values"),
            Self::Keep => Some("--reset-then-reuse-values"),
        }
    }
}

impl Single {
    fn argument(&self, folder: &Path, number: usize) -> Result<[String; 2], HelmFault> {
        let key = &self.key;
        if !is_key(key) {
            let what = format!("`{key}` can't be the key of a value");
            let help = "keys are written `image.tag`, `ports[0]`, and with `\\.` for a dot that is part of one";
            return Err(HelmFault::new(HelmFaultKind::Invalid, what).with_help(help));
        }
        match &self.value {
            Value::String(text) => {
                let file = format!("value-{number}");
                write(&folder.join(&file), text)?;
                Ok(["--set-file".to_owned(), format!("{key}={file}")])
            }
            Value::Array(_) | Value::Object(_) => {
                let what = format!("the value of `{key}` is a list or a map");
                Err(HelmFault::new(HelmFaultKind::Invalid, what).with_help("put it into a values file"))
            }
            plain => Ok(["--set-json".to_owned(), format!("{key}={plain}")]),
        }
    }
}

/// Whether Helm takes all of a text for one key: outside of an escape nothing may end it.
fn is_key(key: &str) -> bool {
    let mut escaped = false;
    let plain = key.chars().all(|letter| {
        let ends = !escaped && matches!(letter, '=' | ',' | '{' | '}');
        escaped = !escaped && letter == '\\';
        !ends && !letter.is_control()
    });
    plain && !escaped && !key.is_empty() && !key.starts_with('.') && !key.ends_with('.')
}

fn write(path: &Path, text: &str) -> Result<(), HelmFault> {
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(HelmFault::file("write", path))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn single(key: &str, value: Value) -> Single {
        Single { key: key.to_owned(), value }
    }

    #[test]
    fn no_text_is_an_argument() {
        let folder = tempfile::tempdir().unwrap();
        let values = Values {
            files: vec!["/values/shop.yaml".into()],
            single: vec![
                single("image.tag", json!("4.0.0,a=b")),
                single("replicas", json!(3)),
                single("pin", json!("tulip")),
            ],
            former: Former::Forget,
        };
        let arguments = values.arguments(folder.path()).unwrap();
        let wanted = "--reset-values --values /values/shop.yaml --set-file image.tag=value-1 --set-json replicas=3 --set-file pin=value-3";
        assert_eq!(arguments.join(" "), wanted);
        assert_eq!(std::fs::read_to_string(folder.path().join("value-1")).unwrap(), "4.0.0,a=b");
        assert!(!format!("{values:?}").contains("tulip"));
    }

    #[test]
    fn a_key_is_one_key() {
        for key in ["a", "a.b", "ports[0].name", r"annotations.example\.org/a", r"a\,b", r"a\=b"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "a=b", "a,b", "a{", ".a", "a.", "a\n", "a\\"] {
            assert!(!is_key(key), "{key}");
        }
        let folder = tempfile::tempdir().unwrap();
        let of = |single| Values { single: vec![single], ..Values::default() }.arguments(folder.path()).unwrap_err();
        assert_eq!(of(single("a,b", json!(1))).kind, HelmFaultKind::Invalid);
        assert!(of(single("a", json!([1]))).what.contains("is a list or a map"));
    }
}
