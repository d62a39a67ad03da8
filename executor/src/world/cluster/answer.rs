//! What a server's answers that are no success mean.

use super::fault::{Fault, FaultKind, FieldConflict, FieldError};
use kube::core::Status;
use kube::core::response::StatusCause;
use std::time::Duration;

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// Whether a request may be sent again without doing anything twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It changes nothing: a read, or a dry run.
    None,
    /// It changes something.
    Write,
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What an answer that is no success means.
    pub(super) fn fault(&self, effect: Effect) -> Fault {
        let status = self.told();
        let kind = self.kind(&status, effect);
        let fault = Fault::new(kind, status.message.clone());
        match &fault.kind {
            FaultKind::Unauthorized => unauthorized(),
            FaultKind::Forbidden => forbidden(&status.message),
            FaultKind::Absent => absent(&status.message),
            FaultKind::Conflict(fields) => conflict(fields.clone()),
            FaultKind::Invalid(_) => Fault { what: status.message, ..fault },
            _ => fault,
        }
    }

    fn is_in_its_words(&self) -> bool {
        let told: Option<serde_json::Value> = serde_json::from_slice(&self.body).ok();
        told.is_some_and(|told| told.get("kind").and_then(serde_json::Value::as_str) == Some("Status"))
    }

    /// The server's own words; something between us and it may answer in another form.
    fn told(&self) -> Status {
        let text = || String::from_utf8_lossy(&self.body).trim().chars().take(300).collect::<String>();
        let told = serde_json::from_slice::<Status>(&self.body).ok().filter(|status| !status.message.is_empty());
        let mut told = told.unwrap_or_else(|| {
            Status::failure(&format!("the server answered with status {}: {}", self.status, text()), "")
        });
        told.message = without_objects(&told.message);
        for cause in told.details.iter_mut().flat_map(|details| &mut details.causes) {
            cause.message = without_objects(&cause.message);
        }
        told
    }

    fn kind(&self, told: &Status, effect: Effect) -> FaultKind {
        match self.status {
            401 => FaultKind::Unauthorized,
            403 => FaultKind::Forbidden,
            404 if self.is_in_its_words() => FaultKind::Absent,
            404 => FaultKind::Unserved,
            409 if told.reason == "AlreadyExists" => FaultKind::Exists,
            409 => of_conflict(causes(told)),
            410 => FaultKind::Expired,
            400 | 422 => FaultKind::Invalid(field_errors(told)),
            // Who answers so in other words is no API server, but stands before one: what became of it there nobody knows.
            503 if effect == Effect::Write && !self.is_in_its_words() => FaultKind::Unknown,
            429 | 503 => FaultKind::Transient(self.retry_after.or_else(|| delay(told))),
            // A server-side apply with an unknown field is answered as if the server were at fault.
            500.. if told.message.contains(UNTYPED) => FaultKind::Invalid(untyped(&told.message)),
            500.. if told.message.contains("failed calling webhook") => FaultKind::Refused,
            // etcd may have taken it, though the answer did not come back in time.
            500.. if effect == Effect::Write => FaultKind::Unknown,
            500.. => FaultKind::Transient(self.retry_after.or_else(|| delay(told))),
            _ => FaultKind::Refused,
        }
    }
}

/// A server shows the whole object that it does not take, as a quoted text; what is wrong with it stands behind.
fn without_objects(message: &str) -> String {
    const BEFORE: &str = "Invalid value: \"";
    let Some((head, rest)) = message.split_once(BEFORE).filter(|(_, rest)| rest.starts_with('{')) else {
        return message.to_owned();
    };
    let mut escaped = false;
    let end = rest.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    let behind = end.and_then(|end| rest.get(end..)).unwrap_or("\"");
    format!("{head}{BEFORE}{{…}}{behind}")
}

fn causes(told: &Status) -> &[StatusCause] {
    told.details.as_ref().map_or(&[], |details| &details.causes)
}

fn delay(told: &Status) -> Option<Duration> {
    let seconds = told.details.as_ref()?.retry_after_seconds;
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}

const UNTYPED: &str = "failed to create typed patch object";

/// `failed to create typed patch object (n/x; v1, Kind=A): .spec.a: why`, or `: errors:` and one of these a line.
fn untyped(message: &str) -> Vec<FieldError> {
    let list = message.split_once("): ").map_or(message, |(_, list)| list);
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "errors:");
    let each = lines.map(|line| match line.split_once(": ") {
        Some((field, why)) if field.starts_with('.') => {
            FieldError { field: field.trim_start_matches('.').to_owned(), why: why.to_owned() }
        }
        _ => FieldError { field: String::new(), why: line.to_owned() },
    });
    each.collect()
}

fn of_conflict(causes: &[StatusCause]) -> FaultKind {
    let of_field = causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
    let mut fields: Vec<_> = of_field
        .map(|cause| FieldConflict { field: cause.field.clone(), manager: manager(&cause.message).to_owned() })
        .collect();
    fields.sort();
    fields.dedup();
    if fields.is_empty() { FaultKind::Changed } else { FaultKind::Conflict(fields) }
}

/// `conflict with "kubectl-edit" using apps/v1` names one.
fn manager(message: &str) -> &str {
    message.split('"').nth(1).unwrap_or(message)
}

fn conflict(fields: Vec<FieldConflict>) -> Fault {
    let told: Vec<_> = fields.iter().map(|FieldConflict { field, manager }| format!("{field} ({manager})")).collect();
    let what = format!("others own what would be changed: {}", told.join(", "));
    let help = "leave these fields out, agree with their owner, or take them over with `force=#true`";
    Fault::new(FaultKind::Conflict(fields), what).with_help(help)
}

fn field_errors(told: &Status) -> Vec<FieldError> {
    let of_causes = causes(told).iter();
    let of_causes: Vec<_> =
        of_causes.map(|cause| FieldError { field: cause.field.clone(), why: cause.message.clone() }).collect();
    if of_causes.is_empty() { strict(&told.message) } else { of_causes }
}

/// `… strict decoding error: unknown field "spec.a", duplicate field "spec.b"` names fields in words only.
fn strict(message: &str) -> Vec<FieldError> {
    let Some((_, list)) = message.split_once("strict decoding error: ") else {
        return vec![FieldError { field: String::new(), why: message.to_owned() }];
    };
    let each = list.split(", ").map(|one| match one.split_once(" \"") {
        Some((why, field)) => FieldError { field: field.trim_end_matches('"').to_owned(), why: why.to_owned() },
        None => FieldError { field: String::new(), why: one.to_owned() },
    });
    each.collect()
}

fn unauthorized() -> Fault {
    let what =
        "the server does not know who we are, or no longer: the credentials of this context have expired or are wrong";
    Fault::new(FaultKind::Unauthorized, what)
        .with_help("log in again, then try `kubectl auth whoami` with the same context")
}

/// `namespaces "n" not found` is said of what is to be made in it, too.
fn absent(message: &str) -> Fault {
    let fault = Fault::new(FaultKind::Absent, message);
    let room = message.strip_prefix("namespaces \"").and_then(|rest| rest.strip_suffix("\" not found"));
    match room {
        Some(room) => fault.with_help(format!(
            "is the context the one that is meant? If so, make it: `kubectl create namespace {room}`, or in an earlier step"
        )),
        None => fault,
    }
}

/// `deployments.apps "x" is forbidden: User "u" cannot patch resource "deployments" in API group "apps" in the namespace "n"`.
fn forbidden(message: &str) -> Fault {
    let fault = Fault::new(FaultKind::Forbidden, message);
    if let Some((_, room)) = message.split_once("new content in namespace ")
        && let Some(room) = room.strip_suffix(" because it is being terminated")
    {
        return fault.with_help(format!(
            "somebody deletes that namespace: `kubectl get namespace {room}` says when it is gone; then make it anew"
        ));
    }
    let Some((_, right)) = message.split_once(" cannot ") else { return fault };
    let verb = right.split(' ').next().unwrap_or_default();
    let quoted: Vec<_> = right.split('"').skip(1).step_by(2).collect();
    let (Some(resource), group) = (quoted.first(), quoted.get(1).copied().unwrap_or_default()) else { return fault };
    let dot = if group.is_empty() { "" } else { "." };
    let namespace = quoted.get(2).map(|namespace| format!(" --namespace {namespace}")).unwrap_or_default();
    let typed = format!("kubectl auth can-i {verb} {resource}{dot}{group}{namespace}");
    fault.with_help(format!("ask for this right, until `{typed}` says yes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn answer(status: u16, body: &Value) -> Answer {
        Answer { status, retry_after: None, body: body.to_string().into_bytes() }
    }

    #[test]
    fn conflicts_are_told_by_field_and_manager() {
        let cause = |field: &str, manager: &str| json!({ "reason": "FieldManagerConflict", "field": field, "message": format!("conflict with \"{manager}\" using v1") });
        let causes =
            json!([cause(".spec.replicas", "hpa"), cause(".data.a", "kubectl-edit"), cause(".data.a", "kubectl-edit")]);
        let body = json!({ "reason": "Conflict", "message": "Apply failed", "details": { "causes": causes } });
        let fault = answer(409, &body).fault(Effect::Write);
        assert_eq!(fault.what, "others own what would be changed: .data.a (kubectl-edit), .spec.replicas (hpa)");
        assert!(matches!(fault.kind, FaultKind::Conflict(fields) if fields.len() == 2));
        let changed = json!({ "reason": "Conflict", "message": "the object has been modified" });
        assert_eq!(answer(409, &changed).fault(Effect::Write).kind, FaultKind::Changed);
        let exists = json!({ "reason": "AlreadyExists", "message": "it is there" });
        assert_eq!(answer(409, &exists).fault(Effect::Write).kind, FaultKind::Exists);
    }

    #[test]
    fn fields_that_are_refused_are_told_one_by_one() {
        let body = json!({ "reason": "BadRequest", "message": "strict decoding error: unknown field \"spec.a\", unknown field \"b\"" });
        let field = |field: &str, why: &str| FieldError { field: field.to_owned(), why: why.to_owned() };
        let wanted = vec![field("spec.a", "unknown field"), field("b", "unknown field")];
        assert_eq!(answer(400, &body).fault(Effect::None).kind, FaultKind::Invalid(wanted));
        let message =
            "failed to create typed patch object (n/x; v1, Kind=A): errors:\n  .spec.a: field not declared\n  .b: no";
        let wanted = vec![field("spec.a", "field not declared"), field("b", "no")];
        assert_eq!(answer(500, &json!({ "message": message })).fault(Effect::Write).kind, FaultKind::Invalid(wanted));
    }

    #[test]
    fn of_an_object_that_is_refused_only_what_is_wrong_is_told() {
        let shown = r#""" is invalid: patch: Invalid value: "{\"a\":\"\\\"x\\\"\"}": unknown field "spec.b""#;
        let told = answer(422, &json!({ "message": shown })).fault(Effect::None).what;
        assert_eq!(told, r#""" is invalid: patch: Invalid value: "{…}": unknown field "spec.b""#);
        for same in [r#"Invalid value: "seven": must be a number"#, "Invalid value: 7: too small", "no"] {
            assert_eq!(answer(422, &json!({ "message": same })).fault(Effect::None).what, same);
        }
        let cut = answer(422, &json!({ "message": r#"Invalid value: "{\"a"# })).fault(Effect::None).what;
        assert_eq!(cut, r#"Invalid value: "{…}""#);
    }

    #[test]
    fn a_write_whose_answer_failed_is_unknown_and_a_read_may_pass() {
        let etcd = json!({ "reason": "InternalError", "message": "etcdserver: request timed out" });
        assert_eq!(answer(500, &etcd).fault(Effect::Write).kind, FaultKind::Unknown);
        assert!(answer(500, &etcd).fault(Effect::None).may_pass());
        let webhook = json!({ "message": "Internal error occurred: failed calling webhook \"a\"" });
        assert_eq!(answer(500, &webhook).fault(Effect::Write).kind, FaultKind::Refused);
        let busy =
            Answer { status: 429, retry_after: Some(Duration::from_secs(3)), body: b"Too many requests".to_vec() };
        let between = Answer { status: 503, retry_after: None, body: b"upstream connect error".to_vec() };
        assert_eq!(between.fault(Effect::Write).kind, FaultKind::Unknown);
        assert!(between.fault(Effect::None).may_pass());
        let itself = answer(503, &json!({ "kind": "Status", "message": "not ready" }));
        assert_eq!(itself.fault(Effect::Write).kind, FaultKind::Transient(None));
        let fault = busy.fault(Effect::Write);
        assert_eq!(fault.kind, FaultKind::Transient(Some(Duration::from_secs(3))));
        assert_eq!(fault.what, "the server answered with status 429: Too many requests");
    }

    #[test]
    fn a_missing_right_is_named() {
        let message = "deployments.apps \"x\" is forbidden: User \"u\" cannot patch resource \"deployments\" in API group \
                       \"apps\" in the namespace \"lumen\"";
        let fault = answer(403, &json!({ "message": message })).fault(Effect::Write);
        let wanted = "ask for this right, until `kubectl auth can-i patch deployments.apps --namespace lumen` says yes";
        assert_eq!(fault.help.as_deref(), Some(wanted));
        let quota = answer(403, &json!({ "message": "pods \"x\" is forbidden: exceeded quota" })).fault(Effect::Write);
        assert_eq!((quota.kind, quota.help), (FaultKind::Forbidden, None));
    }
}
