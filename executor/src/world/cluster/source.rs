//! Where it is written how a cluster is reached.

use super::fault::{Fault, FaultKind};
use kube::config::{Config, KubeConfigOptions, Kubeconfig, KubeconfigError};
use std::path::PathBuf;

/// Which cluster, and as whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// A kubeconfig; without one those that `KUBECONFIG` names, else `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// One of its contexts; without one its current one.
    pub context: Option<String>,
}

/// What a source says.
pub(super) struct Found {
    pub(super) config: Config,
    pub(super) context: String,
    /// All of it that is meant.
    pub(super) alone: Vec<u8>,
}

impl Source {
    /// Reads the files.
    pub(super) async fn find(&self) -> Result<Found, Fault> {
        let kubeconfig = self.read()?;
        let context = self.choose(&kubeconfig)?;
        let alone = alone(kubeconfig.clone(), &context)?;
        let options = KubeConfigOptions { context: Some(context.clone()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let config = config.map_err(|error| fault(&error).with_help(format!("look at context `{context}` in it")))?;
        Ok(Found { config, context, alone })
    }

    /// A kubeconfig with nothing but what is meant: for another program, which may then choose nothing by itself. The
    /// credentials are in it, so it is for a file that only its owner may read.
    pub fn alone(&self) -> Result<Vec<u8>, Fault> {
        let kubeconfig = self.read()?;
        let name = self.choose(&kubeconfig)?;
        alone(kubeconfig, &name)
    }

    fn read(&self) -> Result<Kubeconfig, Fault> {
        let read = self.kubeconfig.as_ref().map_or_else(Kubeconfig::read, Kubeconfig::read_from);
        let help = "name one in KUBECONFIG; `kubectl config view` shows what is there";
        read.map_err(|error| fault(&error).with_help(help))
    }

    /// The context that is meant, if it is there.
    fn choose(&self, kubeconfig: &Kubeconfig) -> Result<String, Fault> {
        let there: Vec<_> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
        let help = || {
            if there.is_empty() { "it has no context at all".to_owned() } else { format!("it has {}", list(&there)) }
        };
        let current = kubeconfig.current_context.clone().filter(|current| !current.is_empty());
        let Some(context) = self.context.clone().or(current) else {
            return Err(Fault::new(FaultKind::Setup, "the kubeconfig has no current context, and none is named")
                .with_help(help()));
        };
        if there.contains(&context.as_str()) {
            return Ok(context);
        }
        Err(Fault::new(FaultKind::Setup, format!("the kubeconfig has no context `{context}`")).with_help(help()))
    }
}

fn alone(kubeconfig: Kubeconfig, context: &str) -> Result<Vec<u8>, Fault> {
    // YAML takes JSON as it is.
    serde_json::to_vec(&only(kubeconfig, context.to_owned()))
        .map_err(|error| Fault::new(FaultKind::Setup, format!("the kubeconfig can't be written: {error}")))
}

/// The same with one context, and the cluster and the user that it names.
fn only(mut kubeconfig: Kubeconfig, name: String) -> Kubeconfig {
    kubeconfig.contexts.retain(|context| context.name == name);
    let meant = kubeconfig.contexts.first().and_then(|context| context.context.as_ref());
    let (cluster, user) = meant.map(|meant| (meant.cluster.clone(), meant.user.clone())).unwrap_or_default();
    kubeconfig.clusters.retain(|known| known.name == cluster);
    kubeconfig.auth_infos.retain(|known| Some(&known.name) == user.as_ref());
    kubeconfig.current_context = Some(name);
    kubeconfig
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Never the library's own text for a file that is no YAML: it shows the lines around, and tokens are in them.
fn fault(error: &KubeconfigError) -> Fault {
    let what = match error {
        KubeconfigError::FindPath => {
            "there is no kubeconfig: KUBECONFIG is not set, and there is no home directory".to_owned()
        }
        KubeconfigError::ReadConfig(error, path) => {
            format!("the kubeconfig `{}` can't be read: {error}", path.display())
        }
        KubeconfigError::Parse(error) => {
            let line = error.location().map_or(0, |place| place.line());
            format!("the kubeconfig is not one: line {line} is not as YAML or a kubeconfig has it")
        }
        other => format!("the kubeconfig can't be used: {other}"),
    };
    Fault::new(FaultKind::Setup, what)
}
