//! Reading the records of releases from a cluster.

use super::body::Release;
use super::decode::decode;
use super::history::{Damaged, History};
use super::name;
use super::status::Status;
use crate::world::cluster::{Cluster, Fault, Object, Selection};
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The type of a Secret that is a record.
const RECORD: &str = "type=helm.sh/release.v1";

impl History {
    /// Reads that of a release.
    pub async fn read(cluster: &Cluster, namespace: &str, release: &str) -> Result<Self, HelmFault> {
        name::check(release)?;
        let records = records(cluster, namespace, &format!("owner=helm,name={release}")).await?;
        if records.is_empty() {
            nowhere_else(cluster, namespace, release).await?;
        }
        Ok(history(release, namespace, &records))
    }
}

async fn records(cluster: &Cluster, namespace: &str, labels: &str) -> Result<Vec<Object>, Fault> {
    let kind = cluster.kind("", "Secret").await?;
    let selection = Selection {
        namespace: Some(namespace.to_owned()),
        labels: Some(labels.to_owned()),
        fields: Some(RECORD.to_owned()),
    };
    cluster.list(&kind, &selection).await
}

/// Whether the records are not kept in `ConfigMap`s, as some set it: then a release would be taken for one that is not there.
async fn nowhere_else(cluster: &Cluster, namespace: &str, release: &str) -> Result<(), HelmFault> {
    let kind = cluster.kind("", "ConfigMap").await?;
    let (namespace_of, labels) = (Some(namespace.to_owned()), Some(format!("owner=helm,name={release}")));
    let found = cluster.list(&kind, &Selection { namespace: namespace_of, labels, fields: None }).await;
    // Who may not look into ConfigMaps has none of them there.
    let Some(first) = found.ok().and_then(|found| found.into_iter().next()) else { return Ok(()) };
    let what = format!("release `{release}` is recorded in ConfigMaps (`{namespace}/{}`)", first.name());
    let help =
        "only Helm's default, records in Secrets, is supported: move them, or unset HELM_DRIVER where it was set";
    Err(HelmFault::new(HelmFaultKind::Storage, what).with_help(help))
}

fn history(release: &str, namespace: &str, records: &[Object]) -> History {
    let (mut revisions, mut damaged) = (Vec::new(), Vec::new());
    for record in records {
        match read(record, release) {
            Ok(mut read) => {
                namespace.clone_into(&mut read.namespace);
                record.uid().unwrap_or_default().clone_into(&mut read.uid);
                revisions.push(read);
            }
            Err(why) => damaged.push(Damaged {
                record: record.name().to_owned(),
                revision: name::revision(record.name(), release),
                status: Status::of(record.text("/metadata/labels/status").unwrap_or_default()),
                why,
            }),
        }
    }
    History::of(release, namespace, revisions, damaged)
}

fn read(record: &Object, release: &str) -> Result<Release, String> {
    let data = record.text("/data/release").ok_or_else(|| "it has no `release`".to_owned())?;
    let data = STANDARD.decode(data).map_err(|_| "it is not base64".to_owned())?;
    let read = decode(&data)?;
    // Records are copied by hand at times.
    if read.name != release || name::revision(record.name(), release) != Some(read.revision) {
        return Err(format!("it is that of `{}`, revision {}", read.name, read.revision));
    }
    Ok(read)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(name: &str, data: &str) -> Object {
        let value = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name, "labels": { "status": "superseded" } },
            "data": { "release": STANDARD.encode(data) },
        });
        Object::new(value).unwrap()
    }

    fn packed(name: &str, revision: u32) -> String {
        STANDARD.encode(json!({ "name": name, "version": revision, "info": { "status": "deployed" } }).to_string())
    }

    #[test]
    fn one_damaged_record_does_not_hide_the_others() {
        let records = [
            record("sh.helm.release.v1.portal.v10", &packed("portal", 10)),
            record("sh.helm.release.v1.portal.v9", "?"),
            record("sh.helm.release.v1.portal.v8", &packed("portal", 8)),
            record("sh.helm.release.v1.portal.v7", &packed("portal", 8)),
        ];
        let history = history("portal", "lumen", &records);
        let revisions: Vec<_> = history.revisions().iter().map(|release| release.revision).collect();
        assert_eq!((revisions, history.highest()), (vec![8, 10], 10));
        let told: Vec<_> = history.damaged.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`sh.helm.release.v1.portal.v7` can't be read: it is that of `portal`, revision 8",
                "`sh.helm.release.v1.portal.v9` can't be read: it is not base64",
            ]
        );
        assert_eq!(history.damaged_last(), None);
        assert_eq!(history.get(8).unwrap().namespace, "lumen");
    }

    #[test]
    fn a_damaged_last_record_is_known_as_the_last() {
        let records =
            [record("sh.helm.release.v1.portal.v2", "?"), record("sh.helm.release.v1.portal.v1", &packed("portal", 1))];
        let history = history("portal", "lumen", &records);
        assert_eq!((history.highest(), history.last().unwrap().revision), (2, 1));
        assert_eq!(history.damaged_last().unwrap().status, Status::Superseded);
    }
}
