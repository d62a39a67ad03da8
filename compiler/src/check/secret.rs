//! R11: a literal that looks like a secret is an error.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::read::Read;
use crate::syntax::{Entry, Node, Value};

/// Beginnings that tokens of well-known services have.
const TOKENS: [(&str, usize); 9] = [
    ("AKIA", 20),
    ("ghp_", 36),
    ("gho_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 24),
    ("sk_live_", 24),
    ("AIza", 35),
    ("eyJhbGciOi", 40),
];
/// Words in the name of something that holds a secret.
const NAMES: [&str; 6] = ["password", "passwd", "secret", "token", "api-key", "apikey"];

/// Looks at every string that a person wrote.
pub(super) fn check(cx: &mut Cx<'_>, read: &Read) {
    let mut found = Vec::new();
    for node in read.plan.iter().chain(&read.libraries).chain(&read.project) {
        walk(node, &mut found);
    }
    cx.sink.extend(found);
}

fn walk(node: &Node, found: &mut Vec<Diagnostic>) {
    let gives_name = matches!(&*node.name.value, "env" | "set" | "header");
    let mut before: Option<&str> = None;
    for entry in &node.entries {
        let Value::String(text) = &entry.value else { continue };
        let name = entry.name.as_ref().map(|name| &*name.value).or(before);
        if let Some(why) = looks_secret(node, name, text) {
            found.push(told(entry, &why));
        }
        // `env "PG_PASSWORD" "…"` and `"--password" "…"`: the first argument names the second.
        before = Some(&**text).filter(|text| entry.name.is_none() && (gives_name || text.starts_with('-')));
    }
    node.children().iter().for_each(|child| walk(child, found));
}

fn looks_secret(node: &Node, name: Option<&str>, text: &str) -> Option<String> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key".into());
    }
    if let Some((start, _)) = TOKENS.iter().find(|(start, len)| text.starts_with(start) && text.len() >= *len) {
        return Some(format!("a token, by its beginning `{start}`"));
    }
    if userinfo(text) {
        return Some("an address with a password in it".into());
    }
    let (name, text) = match text.split_once('=').filter(|(flag, _)| name.is_none() && flag.starts_with('-')) {
        Some((flag, value)) => (flag, value),
        None => (name?, text),
    };
    let name = name.to_lowercase().replace('_', "-");
    let holds = NAMES.iter().any(|part| name.ends_with(part));
    let value = !text.is_empty() && !text.contains("{{") && !text.contains(' ') && node.name.value != "input".into();
    (holds && value && name != "secret").then(|| format!("a value for `{name}`"))
}

/// `scheme://user:password@host`, unless the password is a placeholder.
fn userinfo(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.contains("{{"))
}

fn told(entry: &Entry, why: &str) -> Diagnostic {
    Diagnostic::new(&LITERAL, "a secret stands in the plan")
        .label(entry.value_span, format!("looks like {why}"))
        .help("declare it: input \"NAME\" secret=#true env=\"NAME\", and write {{NAME}} here")
        .help("it is in the history of this file already: change it where it is used")
}

/// A literal that looks like a secret.
pub static LITERAL: Page = Page {
    code: "secret::literal",
    rule: "R11",
    text: "A text looks like a password, a token or a private key. Secrets are inputs with secret=#true: then they \
           reach no bundle, no diff, no journal and no log.",
    wrong: "step \"a\" { program \"login\" { env \"PG_PASSWORD\" \"hunter2\" }; stays \"fine\" }",
    right: "input \"pg-password\" secret=#true env=\"PG_PASSWORD\"\nstep \"a\" { program \"login\" { env \"PG_PASSWORD\" \"{{pg-password}}\" }; stays \"fine\" }",
    waivable: true,
    ..Page::ERROR
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_is_seen() {
        assert!(userinfo("postgres://u:hunter2@db/x"));
        assert!(!userinfo("postgres://u:{{pw}}@db/x"));
        assert!(!userinfo("postgres://u@db/x"));
        assert!(!userinfo("http://h/a:b@c"));
    }
}
