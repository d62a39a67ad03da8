//! What an object is, in a few words, where all of it goes: `ClusterIP, 1 port`, `2 keys`.

use super::object::Object;
use serde_json::Value;
use switchback_compiler::words::count;

impl Object {
    /// The words; none of a kind of which nothing is short and telling.
    pub fn summary(&self) -> Option<String> {
        let number = |place: &str, one: &str| {
            let many = match self.get(place)? {
                Value::Object(entries) => entries.len(),
                Value::Array(items) => items.len(),
                many => usize::try_from(many.as_u64()?).ok()?,
            };
            Some(count(many, one))
        };
        let told = match (self.group(), self.kind()) {
            ("", "Service") => {
                let kind = self.text("/spec/type").unwrap_or("ClusterIP");
                [Some(kind.to_owned()), number("/spec/ports", "port")].to_vec()
            }
            ("", "ConfigMap" | "Secret") => vec![number("/data", "key")],
            ("", "PersistentVolumeClaim") => vec![self.text("/spec/resources/requests/storage").map(str::to_owned)],
            ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => vec![number("/spec/replicas", "replica")],
            ("batch", "CronJob") => vec![self.text("/spec/schedule").map(str::to_owned)],
            _ => Vec::new(),
        };
        let told: Vec<String> = told.into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_goes_is_told_in_a_few_words() {
        let of = |version: &str, kind: &str, more: Value| {
            let mut whole = json!({ "apiVersion": version, "kind": kind });
            whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Object::new(whole).unwrap().summary()
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(of("v1", "Service", json!({ "spec": { "ports": [{}, {}] } })), told("ClusterIP, 2 ports"));
        assert_eq!(of("v1", "ConfigMap", json!({ "data": { "a": "1" } })), told("1 key"));
        assert_eq!(of("apps/v1", "Deployment", json!({ "spec": { "replicas": 3 } })), told("3 replicas"));
        assert_eq!(of("batch/v1", "CronJob", json!({ "spec": { "schedule": "0 3 * * *" } })), told("0 3 * * *"));
        assert_eq!(of("x/v1", "Service", json!({ "spec": { "ports": [{}] } })), None);
        assert_eq!(of("v1", "ConfigMap", json!({})), None);
    }
}
