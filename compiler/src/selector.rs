//! Label selectors, as everywhere in Kubernetes: `tier=prod,region in (eu),!canary`.
//!
//! Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use crate::diagnostic::Page;
use std::collections::BTreeMap;

/// All of its requirements must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Has(String),
    HasNot(String),
}

impl Selector {
    /// Whether labels satisfy it. As in Kubernetes, `!=` and `notin` hold where the label is missing.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Has(key) => labels.contains_key(key),
            Requirement::HasNot(key) => !labels.contains_key(key),
        })
    }
}

/// Reads a selector; the error is a fragment for a label.
pub fn parse(text: &str) -> Result<Selector, String> {
    split(text).into_iter().map(|part| requirement(part.trim())).collect::<Result<Vec<_>, _>>().map(Selector)
}

/// Splits at commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    })
    .collect()
}

fn requirement(part: &str) -> Result<Requirement, String> {
    if let Some((key, value)) = part.split_once("!=") {
        return Ok(Requirement::NotIn(name(key)?, vec![name(value)?]));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(Requirement::In(name(key)?, vec![name(value)?]));
    }
    if let Some((head, values)) = part.split_once('(') {
        let values = values.strip_suffix(')').ok_or("a `)` is missing")?;
        let values = values.split(',').map(name).collect::<Result<Vec<_>, _>>()?;
        return match head.split_whitespace().collect::<Vec<_>>().as_slice() {
            [key, "in"] => Ok(Requirement::In(name(key)?, values)),
            [key, "notin"] => Ok(Requirement::NotIn(name(key)?, values)),
            _ => Err("before `(` stands a label and `in` or `notin`".into()),
        };
    }
    match part.strip_prefix('!') {
        Some(key) => Ok(Requirement::HasNot(name(key)?)),
        None => Ok(Requirement::Has(name(part)?)),
    }
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if text.is_empty() {
        Err("a name or a value is missing".into())
    } else if text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is no label name or value"))
    }
}

/// A selector that can't be read.
pub static BAD_SELECTOR: Page = Page {
    code: "label::selector",
    text: "A label selector is written as everywhere in Kubernetes: `tier=prod`, `tier!=prod`, `region in (eu,us)`, \
           `region notin (eu)`, `canary`, `!canary`, with commas between.",
    wrong: "when label=\"region in eu\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    right: "when label=\"region in (eu)\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    ..Page::ERROR
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_match_as_in_kubernetes() {
        let labels = BTreeMap::from([("tier".to_owned(), "prod".to_owned()), ("region".to_owned(), "eu".to_owned())]);
        for holds in ["tier=prod", "tier==prod,region in (eu, us)", "zone!=a", "region notin (us)", "tier", "!zone"] {
            assert!(parse(holds).is_ok_and(|selector| selector.matches(&labels)), "{holds}");
        }
        for fails in ["tier=dev", "zone=a", "tier!=prod", "!tier"] {
            assert!(parse(fails).is_ok_and(|selector| !selector.matches(&labels)), "{fails}");
        }
        for wrong in ["", "a=", "a in b", "a in (b", "a b=c"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
