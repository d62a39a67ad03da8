//! A cluster, a Helm with a home of its own, and a chart in two releases.

use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use switchback::world::cluster::{Cluster as Client, Conflicts, Limits, Source};
use switchback::world::helm::{
    Course, Helm, History, Home, ObjectChange, Operation, Rendered, Shared, Single, Upgrade, Values, base, changes,
    upgrade_or_install,
};
use switchback::world::process::{Ended, Launcher};
use switchback_tests::cluster::{Cluster, Helm as Kind};
use switchback_tests::{binary, folder};

/// Runs a test that waits.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test)
}

/// One of both Helms, in a namespace of its own.
pub struct Stage<'c> {
    pub cluster: &'c Cluster,
    pub client: Client,
    pub helm: Helm,
    pub home: Home,
    pub namespace: String,
    pub folder: tempfile::TempDir,
}

impl<'c> Stage<'c> {
    pub async fn new(cluster: &'c Cluster, kind: Kind, begin: &str) -> Self {
        let namespace = cluster.namespace(begin).unwrap();
        let source = Source { kubeconfig: Some(cluster.access().kubeconfig()), context: None };
        let client = Client::connect(&source, Limits::default()).await.unwrap();
        let helm = Helm::find(Some(&cluster.access().programs().get(kind.program()))).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = Home::prepare(&folder.path().join("home"), &source.alone().unwrap()).unwrap();
        Self { cluster, client, helm, home, namespace, folder }
    }

    /// How the release `portal` is changed.
    pub fn shared(&self) -> Shared {
        Shared::of("portal", &self.namespace)
    }

    /// To a release of the portal, with values.
    pub fn upgrade(&self, version: &str, values: &[(&str, Value)]) -> Upgrade {
        let single = values.iter().map(|(key, value)| Single { key: (*key).to_owned(), value: value.clone() });
        Upgrade {
            shared: self.shared(),
            chart: chart(version),
            values: Values { single: single.collect(), ..Values::default() },
            install: true,
            takes_ownership: false,
            description: None,
        }
    }

    /// Runs a command to its end.
    pub async fn command(&self, arguments: Vec<String>) -> Ended {
        let program = self.helm.program(&self.home, arguments, self.folder.path().to_owned(), &[]);
        let records = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        Helm::run(&launcher(), &program, &records.join("start")).await.unwrap()
    }

    /// Runs an upgrade that succeeds.
    pub async fn upgraded(&self, upgrade: &Upgrade) {
        let arguments = upgrade.arguments(&self.helm, self.folder.path()).unwrap();
        let ended = self.command(arguments).await;
        assert!(ended.status.is_success(), "{ended:?}");
    }

    pub async fn history(&self) -> History {
        History::read(&self.client, &self.namespace, "portal").await.unwrap()
    }

    pub async fn rendered(&self, upgrade: &Upgrade) -> Rendered {
        self.helm.render(&self.home, &self.client, upgrade, self.folder.path()).await.unwrap()
    }

    /// What an upgrade would do.
    pub async fn upgrade_changes(&self, upgrade: &Upgrade) -> Vec<ObjectChange> {
        let (history, new) = (self.history().await, self.rendered(upgrade).await);
        let operation = upgrade_or_install(&history);
        let old = base(&history, operation).map(|release| Rendered::of(release).unwrap());
        self.changes(operation, old.as_ref(), Some(&new)).await
    }

    /// What a rollback would do.
    pub async fn rollback_changes(&self, revision: u32) -> Vec<ObjectChange> {
        let history = self.history().await;
        let old = base(&history, Operation::Rollback).map(|release| Rendered::of(release).unwrap());
        let mut new = Rendered::of(history.get(revision).unwrap()).unwrap();
        new.apply = self.helm.apply(new.apply);
        self.changes(Operation::Rollback, old.as_ref(), Some(&new)).await
    }

    pub async fn changes(
        &self,
        operation: Operation,
        old: Option<&Rendered>,
        new: Option<&Rendered>,
    ) -> Vec<ObjectChange> {
        let course = Course {
            operation,
            release: "portal",
            namespace: &self.namespace,
            old,
            new,
            conflicts: Conflicts::Refuse,
            takes_ownership: false,
            coming: &[],
        };
        changes(&self.client, &course).await.unwrap()
    }

    /// `kubectl` in the namespace.
    pub fn kubectl(&self, arguments: &[&str], stdin: &str) -> Result<String, String> {
        self.cluster.kubectl(&[arguments, &["--namespace", &self.namespace]].concat(), stdin)
    }

    /// What Helm itself, run by hand, says; an error is what it says when it fails.
    pub fn by_hand(&self, kind: Kind, arguments: &[&str]) -> Result<String, String> {
        let mut helm = self.cluster.access().helm(kind);
        helm.args(arguments).args(["--namespace", &self.namespace]).stdin(Stdio::null());
        let output = helm.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

/// Supervises with the binary under test.
pub fn launcher() -> Launcher {
    Launcher::with(binary::path().unwrap())
}

/// The folder of a release of the portal.
pub fn chart(version: &str) -> PathBuf {
    folder("charts/portal").join(version)
}

/// An object's change, by its kind and name.
pub fn of<'c>(changes: &'c [ObjectChange], name: &str) -> &'c ObjectChange {
    changes.iter().find(|change| change.name.to_string() == name).unwrap()
}

/// A cluster, or the end of the test where there can be none.
macro_rules! cluster {
    ($kind:ident, $test:literal) => {
        match switchback_tests::cluster::Cluster::$kind($test).unwrap() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}
pub(crate) use cluster;
