//! Keeping values of Secrets out of what a server says about them.

use super::fault::{Fault, FaultKind, FieldError};
use serde_json::Value;

/// What a server's words about a request must not show; empty where the request holds no secret.
#[derive(Clone, Default)]
pub(super) struct Hidden(Option<Vec<String>>);

/// Behind these words a server shows the value that it does not take.
const BEFORE_A_VALUE: [&str; 4] = ["got ", "Invalid value: ", "Unsupported value: ", "Duplicate value: "];

impl Hidden {
    /// What of a request about an object of this kind must not be shown.
    pub(super) fn of(kind: &str, sent: &Value) -> Self {
        if kind != "Secret" {
            return Self(None);
        }
        let mut values = Vec::new();
        collect(sent, &mut values);
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self(Some(values))
    }

    /// A fault without what must not be shown.
    pub(super) fn from(&self, fault: Fault) -> Fault {
        let Fault { kind, what, help } = fault;
        let kind = match kind {
            FaultKind::Invalid(fields) => {
                let clean = |FieldError { field, why }: FieldError| FieldError { field, why: self.clean(why) };
                FaultKind::Invalid(fields.into_iter().map(clean).collect())
            }
            other => other,
        };
        Fault { kind, what: self.clean(what), help }
    }

    fn clean(&self, text: String) -> String {
        let Some(values) = &self.0 else { return text };
        let end = BEFORE_A_VALUE.iter().filter_map(|word| text.find(word).map(|at| at + word.len())).min();
        let (text, cut) = end.map_or((text.as_str(), ""), |end| (text.get(..end).unwrap_or_default(), "‹hidden›"));
        values.iter().fold(text.to_owned(), |text, value| text.replace(value, "‹hidden›")) + cut
    }
}

/// All texts and numbers that may be values; names of three letters and less would hide ordinary words.
fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() > 3 => into.push(text.clone()),
        Value::Number(number) if number.to_string().len() > 3 => into.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(entries) => {
            let values = entries.iter().filter(|(key, _)| !TELLING.contains(&key.as_str()));
            values.for_each(|(_, value)| collect(value, into));
        }
        _ => {}
    }
}

/// Parts of an object, or of a JSON patch, that are no secret and that a message needs.
const TELLING: [&str; 7] = ["metadata", "apiVersion", "kind", "type", "op", "path", "from"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_about_a_secret_shows_no_value() {
        let sent = json!({ "kind": "Secret", "metadata": { "name": "tulip" }, "stringData": { "pin": 471_100, "word": "rose-garden" } });
        let hidden = Hidden::of("Secret", &sent);
        let told = |text: &str| hidden.from(Fault::new(FaultKind::Refused, text)).what;
        assert_eq!(
            told(".stringData.pin: expected string, got &value{Value:471100}"),
            ".stringData.pin: expected string, got ‹hidden›"
        );
        assert_eq!(
            told("secret tulip: a webhook does not like rose-garden"),
            "secret tulip: a webhook does not like ‹hidden›"
        );
        let field = FieldError { field: "data".to_owned(), why: "Invalid value: \"rose-garden\": no".to_owned() };
        let fault = hidden.from(Fault::new(FaultKind::Invalid(vec![field]), "no"));
        assert!(!format!("{fault:?}").contains("rose"), "{fault:?}");
        let open = Hidden::of("ConfigMap", &sent).from(Fault::new(FaultKind::Refused, "got rose-garden"));
        assert_eq!(open.what, "got rose-garden");
    }
}
