//! Where on a test cluster a page runs.
//!
//! The pages of a cluster run at the same time, and all speak of the namespace that their project names. So each has one
//! whose name is another of the same length; the project's file is made to say that, and what is printed is put back.

use crate::cluster::{Access, Cluster, Helm};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

/// The last letters of namespaces.
const LETTERS: &[u8] = b"abcdefghijklmopqrstuvwxyz0123456789";

/// A namespace of a page.
pub struct Place {
    cluster: &'static Cluster,
    context: String,
    /// As the page says it.
    shown: String,
    /// As the cluster knows it.
    own: String,
}

impl Place {
    /// Makes the namespace; none where there can be no cluster, which is told.
    pub(super) fn new(page: &str, context: &str, namespace: &str) -> Result<Option<Self>, String> {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let Some(cluster) = Cluster::shared(page)? else {
            // On a machine of its own nobody reads that it was skipped.
            let in_ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
            return if in_ci { Err("there is no test cluster, and CI is set".to_owned()) } else { Ok(None) };
        };
        let letter = LETTERS.get(usize::from(NEXT.fetch_add(1, Ordering::Relaxed))).ok_or("too many pages")?;
        let stem = namespace.get(..namespace.len().saturating_sub(1)).unwrap_or_default();
        let own = format!("{stem}{}", char::from(*letter));
        cluster.make_namespace(&own)?;
        Ok(Some(Self { cluster, context: context.to_owned(), shown: namespace.to_owned(), own }))
    }

    /// As the page says it, and as the cluster knows it.
    pub(super) fn namespace(&self) -> (&str, &str) {
        (&self.shown, &self.own)
    }

    /// The folder with `kubectl` and `helm`.
    pub(super) fn programs(&self) -> PathBuf {
        self.access().path(Helm::Four)
    }

    /// What commands must have in their environment, the kubeconfig of this folder among it.
    pub(super) fn environment(&self, folder: &Path) -> Vec<(&'static str, OsString)> {
        let mut environment = self.access().environment();
        environment.push(("KUBECONFIG", kubeconfig(folder).into_os_string()));
        environment
    }

    /// Makes a project name this namespace, and writes a kubeconfig into the folder around it.
    pub(super) fn settle(&self, project: &Path, folder: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        let file = project.join("switchback.kdl");
        let text = fs::read_to_string(&file).map_err(failed)?;
        let quoted = |name: &str| format!("\"{name}\"");
        fs::write(&file, text.replace(&quoted(&self.shown), &quoted(&self.own))).map_err(failed)?;
        fs::copy(self.access().kubeconfig(), kubeconfig(folder)).map_err(failed)?;
        self.config(folder, &["rename-context", "test", &self.context])?;
        self.config(folder, &["set-context", &self.context, "--namespace", &self.own])
    }

    fn config(&self, folder: &Path, arguments: &[&str]) -> Result<(), String> {
        let mut kubectl = self.access().kubectl();
        let output = kubectl.env("KUBECONFIG", kubeconfig(folder)).arg("config").args(arguments).output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    fn access(&self) -> &'static Access {
        self.cluster.access()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The cluster ends with the process; until then what is in it costs others time.
        let _later = self.cluster.kubectl(&["delete", "namespace", &self.own, "--wait=false"], "");
    }
}

fn kubeconfig(folder: &Path) -> PathBuf {
    folder.join("kubeconfig")
}
