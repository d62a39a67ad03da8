//! Conditions: what controllers say of an object, and whether they say it of the object as it is now.

use super::object::Object;
use super::ready::Readiness;
use serde_json::Value;
use switchback_compiler::words::ticked;

/// Of a message so much is told; some hold the whole log of a controller.
const LONGEST: usize = 200;

/// A condition that is wanted, or that ends a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `Ready`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// The reason that it must have, if any.
    pub reason: Option<String>,
}

impl Condition {
    /// Those that say of any kind that its controller has given up: Jobs and many operators, and what follows `kstatus`.
    pub const GIVEN_UP: [&str; 2] = ["Failed", "Stalled"];

    /// One that is so, whatever its reason.
    pub fn holds(kind: &str) -> Self {
        Self { kind: kind.to_owned(), status: "True".to_owned(), reason: None }
    }

    /// `Ready`, `Ready=False`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, status) = text.trim().split_once('=').unwrap_or((text.trim(), "True"));
        let sound = !kind.is_empty() && matches!(status, "True" | "False" | "Unknown");
        sound.then(|| Self { status: status.to_owned(), ..Self::holds(kind) })
    }

    fn is_met_by(&self, found: &Found<'_>) -> bool {
        found.kind == self.kind
            && found.status == self.status
            && self.reason.as_deref().is_none_or(|reason| reason == found.reason)
    }
}

/// A condition of an object.
struct Found<'o> {
    kind: &'o str,
    status: &'o str,
    reason: &'o str,
    message: &'o str,
    /// Of which generation it says so, where it tells.
    of: Option<u64>,
}

impl<'o> Found<'o> {
    fn of(condition: &'o Value) -> Self {
        let part = |key: &str| condition.get(key).and_then(Value::as_str).unwrap_or_default();
        let of = condition.get("observedGeneration").and_then(Value::as_u64);
        Self { kind: part("type"), status: part("status"), reason: part("reason"), message: part("message"), of }
    }

    /// `Ready is False (DependencyNotReady): waits for db`.
    fn words(&self) -> String {
        let Self { kind, status, reason, message, of: _ } = self;
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        let message = message.trim();
        let cut: String = message.chars().take(LONGEST).collect();
        let more = if cut.len() < message.len() { "…" } else { "" };
        let message = if cut.is_empty() { String::new() } else { format!(": {cut}{more}") };
        format!("{kind} is {status}{reason}{message}")
    }
}

impl Object {
    /// Whether a condition is as wanted, said of the object as it is now; one of `fails` says that it never will be.
    pub fn meets(&self, wanted: &Condition, fails: &[Condition]) -> Readiness {
        let all = self.get("/status/conditions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let all: Vec<Found<'_>> = all.iter().map(Found::of).collect();
        let number = |pointer: &str| self.get(pointer).and_then(Value::as_u64);
        let now = number("/metadata/generation").unwrap_or_default();
        let is_old = |of: Option<u64>| of.is_some_and(|of| of < now);
        let known: Vec<&Found<'_>> = all.iter().filter(|found| !is_old(found.of)).collect();
        if is_old(number("/status/observedGeneration")) {
            return Readiness::Waits("its controller has not seen the change yet".to_owned());
        }
        if let Some(found) = known.iter().find(|found| wanted.is_met_by(found)) {
            return Readiness::Ready(found.words());
        }
        if let Some(found) = known.iter().find(|found| fails.iter().any(|fail| fail.is_met_by(found))) {
            return Readiness::Failed(found.words());
        }
        Readiness::Waits(match all.iter().find(|found| found.kind == wanted.kind) {
            Some(found) if is_old(found.of) => format!("{} is told of the object as it was before", found.kind),
            Some(found) => found.words(),
            None => missing(&wanted.kind, &all),
        })
    }
}

/// A name that nobody writes is waited for in vain, so those that are there are told.
fn missing(kind: &str, all: &[Found<'_>]) -> String {
    let there: Vec<&str> = all.iter().map(|found| found.kind).collect();
    let there = if there.is_empty() { "none at all".to_owned() } else { ticked(&there, "and") };
    format!("it has no condition `{kind}`, but {there}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(observed: &Value, conditions: &Value) -> Object {
        let status = json!({ "observedGeneration": observed, "conditions": conditions });
        Object::new(json!({ "kind": "A", "metadata": { "name": "a", "generation": 2 }, "status": status })).unwrap()
    }

    fn ready(status: &str, reason: &str, of: &Value) -> Value {
        json!({ "type": "Ready", "status": status, "reason": reason, "message": "m", "observedGeneration": of })
    }

    fn look(observed: &Value, conditions: &Value) -> Readiness {
        object(observed, conditions).meets(&Condition::holds("Ready"), &[Condition::holds("Stalled")])
    }

    fn waits(says: &str) -> Readiness {
        Readiness::Waits(says.to_owned())
    }

    #[test]
    fn it_is_met_when_it_is_said_of_the_object_as_it_is() {
        let met = Readiness::Ready("Ready is True (Up): m".to_owned());
        assert_eq!(look(&json!(2), &json!([ready("True", "Up", &json!(2))])), met);
        // Who tells no generation is believed.
        assert_eq!(look(&Value::Null, &json!([ready("True", "Up", &Value::Null)])), met);
        let before = "its controller has not seen the change yet";
        assert_eq!(look(&json!(1), &json!([ready("True", "Up", &Value::Null)])), waits(before));
        let before = "Ready is told of the object as it was before";
        assert_eq!(look(&Value::Null, &json!([ready("True", "Up", &json!(1))])), waits(before));
    }

    #[test]
    fn what_is_said_instead_is_told() {
        let down = json!([ready("False", "Down", &json!(2))]);
        assert_eq!(look(&json!(2), &down), waits("Ready is False (Down): m"));
        let other = json!([{ "type": "Redy", "status": "True" }]);
        assert_eq!(look(&json!(2), &other), waits("it has no condition `Ready`, but `Redy`"));
        assert_eq!(look(&json!(2), &json!([])), waits("it has no condition `Ready`, but none at all"));
    }

    #[test]
    fn who_gave_up_ends_the_wait_but_not_for_the_object_before() {
        let stalled = |of: u64| json!([ready("False", "Down", &json!(of)), { "type": "Stalled", "status": "True", "reason": "R", "observedGeneration": of }]);
        assert_eq!(look(&json!(2), &stalled(2)), Readiness::Failed("Stalled is True (R)".to_owned()));
        assert!(matches!(look(&Value::Null, &stalled(1)), Readiness::Waits(_)));
    }

    #[test]
    fn a_reason_may_be_wanted_too() {
        let wanted = Condition { reason: Some("Up".to_owned()), ..Condition::holds("Ready") };
        let of = |reason: &str| object(&json!(2), &json!([ready("True", reason, &Value::Null)])).meets(&wanted, &[]);
        assert!(matches!(of("Up"), Readiness::Ready(_)));
        assert_eq!(of("Other"), waits("Ready is True (Other): m"));
        assert_eq!(Condition::parse("Ready=False").unwrap().status, "False");
        assert!(Condition::parse("Ready=false").is_none() && Condition::parse("").is_none());
    }
}
