//! The surroundings in which Helm runs: one cluster, and nothing of the user's that could change what it does.

use crate::world::helm::fault::HelmFault;
use crate::world::process::Env;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Helm's settings in an environment begin so.
const SETTINGS: &str = "HELM_";
const KUBECONFIG: &str = "kubeconfig";

/// A folder with a kubeconfig of one cluster and places for what Helm keeps: caches, repositories, plugins (none).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// Makes one in a folder, which is made where it is missing; what was there of an earlier one is overwritten. It holds
    /// credentials, so only its owner may look into it.
    pub fn prepare(folder: &Path, kubeconfig: &[u8]) -> Result<Self, HelmFault> {
        let folder = std::path::absolute(folder).map_err(HelmFault::file("find", folder))?;
        let home = Self { folder };
        let made = |folder: &Path| DirBuilder::new().recursive(true).mode(0o700).create(folder);
        for place in home.places().values().map(PathBuf::from).chain([home.folder.clone()]) {
            made(&place).map_err(HelmFault::file("make the directory", &place))?;
        }
        home.write(kubeconfig)?;
        Ok(home)
    }

    fn write(&self, kubeconfig: &[u8]) -> Result<(), HelmFault> {
        let (path, fresh) = (self.folder.join(KUBECONFIG), self.folder.join(".kubeconfig"));
        let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh);
        let written = opened.and_then(|mut file| file.write_all(kubeconfig));
        // A Helm of before may be reading it.
        written.and_then(|()| std::fs::rename(&fresh, &path)).map_err(HelmFault::file("write", &path))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is set for Helm.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = self.places();
        variables.insert("KUBECONFIG".to_owned(), self.place(KUBECONFIG));
        // Where no record is found it must not be because somebody set another driver.
        variables.insert("HELM_DRIVER".to_owned(), "secret".to_owned());
        variables.insert("HELM_NO_PLUGINS".to_owned(), "1".to_owned());
        variables
    }

    /// The whole environment of a Helm that changes something: ours, which a command that logs in may need, without all
    /// of Helm's, and with what is set here. `without` are more variables that are not handed on.
    pub fn environment(&self, without: impl IntoIterator<Item = String>) -> Env {
        let without = ambient().chain(without).collect();
        Env { cleared: false, without, values: self.variables() }
    }

    fn places(&self) -> BTreeMap<String, String> {
        let each = [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
            ("HELM_PLUGINS", "plugins"),
        ];
        each.into_iter().map(|(name, place)| (name.to_owned(), self.place(place))).collect()
    }

    fn place(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }
}

/// The variables of our own environment that could change what Helm does.
pub fn ambient() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_setting(name))
}

fn is_setting(name: &str) -> bool {
    name.starts_with(SETTINGS) || name == "KUBECONFIG"
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::world::cluster::Source;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    const KUBECONFIG_OF_TWO: &str = "apiVersion: v1\nkind: Config\ncurrent-context: b\n\
        clusters: [{name: one, cluster: {server: \"https://one\"}}, {name: two, cluster: {server: \"https://two\", certificate-authority: ca.crt}}]\n\
        users: [{name: ada, user: {token: rose}}, {name: ben, user: {token: tulip}}]\n\
        contexts: [{name: a, context: {cluster: one, user: ada}}, {name: b, context: {cluster: two, user: ben, namespace: lumen}}]\n";

    fn source(folder: &Path, context: Option<&str>) -> Vec<u8> {
        let kubeconfig = folder.join("config");
        fs::write(&kubeconfig, KUBECONFIG_OF_TWO).unwrap();
        Source { kubeconfig: Some(kubeconfig), context: context.map(str::to_owned) }.alone().unwrap()
    }

    #[test]
    fn a_home_knows_one_cluster_and_keeps_it_to_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        for (context, server, token, other) in
            [(None, "https://two", "tulip", "rose"), (Some("a"), "https://one", "rose", "tulip")]
        {
            let home = Home::prepare(&folder.path().join("home"), &source(folder.path(), context)).unwrap();
            let path = home.folder().join(KUBECONFIG);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(server) && text.contains(token) && !text.contains(other), "{text}");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(home.folder()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn paths_in_a_kubeconfig_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::prepare(&folder.path().join("home"), &source(folder.path(), None)).unwrap();
        let text = fs::read_to_string(home.folder().join(KUBECONFIG)).unwrap();
        assert!(text.contains(&folder.path().join("ca.crt").display().to_string()), "{text}");
    }

    #[test]
    fn the_environment_has_places_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::prepare(&folder.path().join("home"), &source(folder.path(), None)).unwrap();
        let env = home.environment(["TOKEN".to_owned()]);
        assert!(!env.cleared && env.without.contains("TOKEN"));
        for (name, value) in &env.values {
            let own = Path::new(value).starts_with(home.folder());
            assert!(own || ["HELM_DRIVER", "HELM_NO_PLUGINS"].contains(&name.as_str()), "{name}={value}");
        }
    }

    #[test]
    fn what_could_change_what_helm_does_is_not_handed_on() {
        for name in
            ["HELM_DRIVER", "HELM_KUBETOKEN", "HELM_NAMESPACE", "HELM_MAX_HISTORY", "HELM_PLUGINS", "KUBECONFIG"]
        {
            assert!(is_setting(name), "{name}");
        }
        for name in ["PATH", "HOME", "HTTPS_PROXY", "AWS_PROFILE", "MY_HELM_CHARTS"] {
            assert!(!is_setting(name), "{name}");
        }
    }
}
