//! Values of secret inputs: what may know them, and how all else is kept from showing them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// What a shorter value hides would be ordinary text.
const SHORTEST: usize = 4;
/// The same of one line of several: `-----` and `{` are no secrets.
const SHORTEST_LINE: usize = 8;
/// What is read of a file at a time.
const CHUNK: usize = 1 << 20;

/// Values of secret inputs; never printed, never serialised.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, Arc<str>>,
    /// Variables of our environment that they are read from.
    variables: BTreeSet<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({} hidden)", self.values.len())
    }
}

impl Secrets {
    /// Takes one in.
    pub fn insert(&mut self, name: String, value: &str) {
        self.values.insert(name, Arc::from(value));
    }

    /// Takes in where one may come from: no program inherits that variable.
    pub fn comes_from(&mut self, variable: &str) {
        self.variables.insert(variable.to_owned());
    }

    /// The variables that no program inherits.
    pub fn variables(&self) -> &BTreeSet<String> {
        &self.variables
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(AsRef::as_ref)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A text with every secret value in it hidden; values under 4 letters would hide ordinary text and are left.
    pub fn mask(&self, text: &str) -> String {
        self.hidden().into_iter().fold(text.to_owned(), |text, value| text.replace(value, "‹hidden›"))
    }

    /// Hides secrets in a place that changes: those that we know, and where one of them is on one side, all of the other
    /// that is not there too, which may be the secret of another time. `whole` says that what the place is part of holds
    /// one: then what goes from there may be one that was kept under another name.
    pub fn cover(&self, old: &mut Option<Value>, new: &mut Option<Value>, whole: bool) {
        // Most plans have none, and a dry run comes by here for each place of each object.
        if self.is_empty() {
            return;
        }
        let hide = |side: &mut Option<Value>| side.as_mut().is_some_and(|value| self.mask_all(value));
        let (in_old, in_new) = (hide(old), hide(new));
        let (safe_in_old, safe_in_new) = (texts(old.as_ref()), texts(new.as_ref()));
        if let Some(old) = old.as_mut().filter(|_| in_new || whole && new.is_none()) {
            cover_all(old, &safe_in_new);
        }
        if let Some(new) = new.as_mut().filter(|_| in_old && old.is_some()) {
            cover_all(new, &safe_in_old);
        }
    }

    /// Whether a value holds a secret at any depth.
    pub fn are_in(&self, value: &Value) -> bool {
        !self.is_empty() && self.mask_all(&mut value.clone())
    }

    /// Hides every secret value in the texts and numbers of a value, to the last one; whether there was any.
    fn mask_all(&self, value: &mut Value) -> bool {
        match value {
            Value::Object(entries) => entries.values_mut().map(|value| self.mask_all(value)).max() == Some(true),
            Value::Array(items) => items.iter_mut().map(|value| self.mask_all(value)).max() == Some(true),
            leaf => {
                let Some(text) = text(leaf) else { return false };
                let masked = self.mask(&text);
                let any = masked != text;
                if any {
                    *leaf = masked.into();
                }
                any
            }
        }
    }

    /// The secret that a value gives away: one that it holds, or, however short, one that it is.
    pub fn given_away_by(&self, value: &str) -> Option<&str> {
        let tells = |secret: &str| {
            let is = !secret.trim().is_empty() && value.trim() == secret.trim();
            is || parts(secret).iter().any(|part| value.contains(part))
        };
        self.values.iter().find(|(_, secret)| tells(secret)).map(|(name, _)| name.as_str())
    }

    /// Overwrites every secret value in a file, where it stands, with as many asterisks.
    ///
    /// The file keeps its length and its place, so whoever still appends to it goes on, and a crash loses nothing.
    pub fn conceal(&self, file: &Path) -> io::Result<()> {
        let hidden = self.hidden();
        let Some(longest) = hidden.iter().map(|value| value.len()).max() else { return Ok(()) };
        let mut file = OpenOptions::new().read(true).write(true).open(file)?;
        let mut at = 0;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            file.seek(SeekFrom::Start(at))?;
            file.by_ref().take((CHUNK + longest) as u64).read_to_end(&mut bytes)?;
            for value in &hidden {
                for found in places(&bytes, value.as_bytes()) {
                    file.write_all_at(&b"*".repeat(value.len()), at + found as u64)?;
                }
            }
            if bytes.len() <= CHUNK {
                return Ok(());
            }
            // The next piece begins before the end of this one, so that a value on the border is met whole.
            at += CHUNK as u64;
        }
    }

    /// What is looked for, the longest first: one secret may hold another.
    fn hidden(&self) -> Vec<&str> {
        let mut hidden: Vec<&str> = self.values.values().flat_map(|value| parts(value)).collect();
        hidden.sort_by_key(|value| std::cmp::Reverse(value.len()));
        hidden.dedup();
        hidden
    }
}

/// The old text of what holds a secret: only lines that the new text, in which secrets are hidden, shows too are safe to
/// show.
pub fn covered(old: &str, new: &str) -> String {
    cover_text(old, &new.lines().map(str::to_owned).collect())
}

/// Lines of texts, and numbers, that a value shows.
fn texts(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        None => BTreeSet::new(),
        Some(Value::Object(entries)) => entries.values().flat_map(|value| texts(Some(value))).collect(),
        Some(Value::Array(items)) => items.iter().flat_map(|value| texts(Some(value))).collect(),
        Some(leaf) => text(leaf).iter().flat_map(|text| text.lines().map(str::to_owned)).collect(),
    }
}

/// What a secret could stand in.
fn text(leaf: &Value) -> Option<String> {
    match leaf {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn cover_all(value: &mut Value, safe: &BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.values_mut().for_each(|value| cover_all(value, safe)),
        Value::Array(items) => items.iter_mut().for_each(|value| cover_all(value, safe)),
        leaf => {
            if let Some(covered) =
                text(leaf).map(|text| (cover_text(&text, safe), text)).filter(|(new, old)| new != old)
            {
                *leaf = covered.0.into();
            }
        }
    }
}

fn cover_text(text: &str, safe: &BTreeSet<String>) -> String {
    let is_safe = |line: &str| line.trim().is_empty() || safe.contains(line) && !line.contains('‹');
    if !text.contains('\n') {
        return if is_safe(text) { text } else { "‹hidden›" }.to_owned();
    }
    let shown = |line: &str| is_safe(line.trim_end_matches('\n'));
    text.split_inclusive('\n').map(|line| if shown(line) { line } else { "‹hidden line›\n" }).collect()
}

/// A value without the blanks around it, and the lines of one that has several: programs are told of line by line.
fn parts(value: &str) -> Vec<&str> {
    let whole = Some(value.trim()).filter(|value| value.len() >= SHORTEST);
    let lines = value.trim().contains('\n').then(|| value.lines().map(str::trim));
    let lines = lines.into_iter().flatten().filter(|line| line.len() >= SHORTEST_LINE);
    // A fence around a key is the same around every key.
    whole.into_iter().chain(lines.filter(|line| !line.starts_with("-----"))).collect()
}

/// Where a value stands in some bytes.
fn places(bytes: &[u8], value: &[u8]) -> Vec<usize> {
    bytes.windows(value.len()).enumerate().filter(|(_, part)| *part == value).map(|(at, _)| at).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        for (name, value) in ["a", "b", "c"].iter().zip(values) {
            secrets.insert((*name).to_owned(), value);
        }
        secrets
    }

    #[test]
    fn a_secret_inside_another_does_not_uncover_it() {
        let secrets = of(&["tulip", "tulip-and-rose"]);
        assert_eq!(secrets.mask("x=tulip-and-rose y=tulip"), "x=‹hidden› y=‹hidden›");
    }

    #[test]
    fn the_lines_of_a_secret_are_hidden_one_by_one() {
        let secrets = of(&["-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\n-----END KEY-----\n"]);
        assert_eq!(secrets.mask("key: MIIEpAIBAAKCAQEA"), "key: ‹hidden›");
        assert_eq!(secrets.mask("-----BEGIN KEY-----"), "-----BEGIN KEY-----");
    }

    #[test]
    fn a_value_gives_away_what_it_holds_or_is() {
        let secrets = of(&["tulip\n", "xy"]);
        assert_eq!(secrets.given_away_by("id=tulip"), Some("a"));
        assert_eq!(secrets.given_away_by("xy"), Some("b"));
        assert_eq!(secrets.given_away_by("oxygen"), None);
    }

    #[test]
    fn a_file_is_overwritten_also_where_two_pieces_meet() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("log");
        for before in [CHUNK - 6, CHUNK - 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 3] {
            let text = |value: &str| format!("{}{value}{}", "x".repeat(before), "y".repeat(CHUNK));
            std::fs::write(&file, text("tulip")).unwrap();
            of(&["tulip"]).conceal(&file).unwrap();
            assert!(std::fs::read_to_string(&file).unwrap() == text("*****"), "{before}");
        }
    }

    #[test]
    fn what_a_secret_replaces_is_covered() {
        use serde_json::json;
        let secrets = of(&["tulip-field", "471100"]);
        let covered = |old: &Value, new: &Value| {
            let (mut old, mut new) = (Some(old.clone()), Some(new.clone()));
            secrets.cover(&mut old, &mut new, true);
            (old.unwrap(), new.unwrap())
        };
        assert_eq!(covered(&json!("rose"), &json!("a tulip-field")), (json!("‹hidden›"), json!("a ‹hidden›")));
        assert_eq!(covered(&json!("tulip-field"), &json!("rose")), (json!("‹hidden›"), json!("‹hidden›")));
        assert_eq!(covered(&json!("rose"), &json!("violet")), (json!("rose"), json!("violet")));
        assert_eq!(covered(&json!("rose"), &json!(471_100)), (json!("‹hidden›"), json!("‹hidden›")));
        let old = json!("level 2\npin rose\n");
        let said = covered(&old, &json!("level 2\npin tulip-field\n"));
        assert_eq!(said, (json!("level 2\n‹hidden line›\n"), json!("level 2\npin ‹hidden›\n")));
        let said = covered(&json!(["--verbose", "--pin=rose"]), &json!(["--pin=tulip-field", "--verbose"]));
        assert_eq!(said, (json!(["--verbose", "‹hidden›"]), json!(["--pin=‹hidden›", "--verbose"])));
        // An item that comes first moves all others.
        let (old, new) = (json!([{ "pin": "rose" }]), json!([{ "pin": "tulip-field" }, { "pin": "new" }]));
        assert_eq!(covered(&old, &new).0, json!([{ "pin": "‹hidden›" }]));
        for (whole, goes) in [(true, "‹hidden›"), (false, "rose")] {
            let mut old = Some(json!("rose"));
            secrets.cover(&mut old, &mut None, whole);
            assert_eq!(old, Some(json!(goes)));
        }
        assert!(secrets.are_in(&json!({ "a": [{ "b": "its tulip-field" }] })) && !secrets.are_in(&json!("rose")));
    }
}
