//! What a chart makes that asks nothing of the cluster: rendered by Helm alone.
//!
//! Half of a dry run's time goes into what Helm asks the cluster, and most charts need none of the answers. A template can
//! learn of the cluster by `lookup`, by `.Capabilities` (its version we tell), and by `.Release.Revision`; it
//! may also hand the whole of `.Release` on. (The version is told only where it has no addition, as `-eks-1a2b` or `+k3s1`:
//! Helm reads only its numbers.) Where any such word stands anywhere in a chart or in its values, the dry run
//! decides. Source: helm, `pkg/action/install.go` (`renderResources`, `ClientOnly`) and `pkg/engine/funcs.go`.

use super::rendered::Rendered;
use crate::world::cluster::Cluster;
use crate::world::helm::command::{Former, Upgrade};
use crate::world::helm::fault::HelmFault;
use crate::world::helm::program::{Helm, Home};
use crate::world::helm::release::{Apply, Release, is_definition};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a template asks the cluster by.
const ASKS: [&str; 2] = ["lookup", "APIVersions"];
/// What is the same of a release without the cluster.
const KNOWN: [&str; 5] = [".Name", ".Namespace", ".Service", ".IsUpgrade", ".IsInstall"];
/// It asks for the cluster's version by `.Capabilities.KubeVersion`, a chart by its `kubeVersion`.
const VERSION: &str = "ubeVersion";
/// Where a chart has its parts.
const PARTS: &str = "charts";

impl Helm {
    /// What an upgrade of the release that is there, or an install, would make; none where only the cluster can tell.
    pub async fn render_here(
        &self,
        home: &Home,
        cluster: &Cluster,
        upgrade: &Upgrade,
        there: Option<&Release>,
        folder: &Path,
    ) -> Result<Option<Rendered>, HelmFault> {
        let Some(definitions) = asks_nothing(upgrade, cluster.version()) else { return Ok(None) };
        let mut arguments = upgrade.template(folder)?;
        arguments.extend(["--kube-version".to_owned(), cluster.version().to_owned()]);
        if there.is_some() {
            arguments.push("--is-upgrade".to_owned());
        }
        let text = self.ask(home, arguments, folder).await?;
        let chart = self.chart(home, &upgrade.chart).await?;
        let apply = self.apply(there.map_or(Apply::ServerSide, |release| release.apply));
        // What can't be read here the dry run tells.
        let Ok(mut rendered) = Rendered::of_text(&String::from_utf8_lossy(&text), chart, &definitions, apply) else {
            return Ok(None);
        };
        rendered.alone = false;
        // Of one without a name it is told where it stands, which only a dry run says.
        Ok(Some(rendered).filter(|rendered| rendered.hooks.iter().all(|hook| !hook.name.is_empty())))
    }
}

/// The text of a chart's definitions, where neither it nor its values ask anything of the cluster.
fn asks_nothing(upgrade: &Upgrade, version: &str) -> Option<String> {
    let values = &upgrade.values;
    let is_plain =
        version.strip_prefix('v').is_some_and(|numbers| numbers.chars().all(|c| c.is_ascii_digit() || c == '.'));
    let is_silent = |text: &str| is_silent(text) && (is_plain || !text.contains(VERSION));
    if values.former == Former::Keep || upgrade.chart.join(PARTS).exists() {
        return None;
    }
    let mut files = values.files.clone();
    find(&upgrade.chart, &mut files).ok()?;
    let mut definitions = String::new();
    for file in &files {
        let text = fs::read_to_string(file).ok().filter(|text| is_silent(text))?;
        let path = file.strip_prefix(&upgrade.chart).ok().and_then(Path::to_str);
        if path.is_some_and(is_definition) {
            definitions.push_str("\n---\n");
            definitions.push_str(&text);
        }
    }
    let silent = |single: &crate::world::helm::command::Single| single.value.as_str().is_none_or(is_silent);
    values.single.iter().all(silent).then_some(definitions)
}

/// All files below a folder, in the order of their names; an error where it is none.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut all = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    all.sort_by_key(fs::DirEntry::file_name);
    for entry in all {
        if entry.file_type()?.is_dir() { find(&entry.path(), files)? } else { files.push(entry.path()) }
    }
    Ok(())
}

fn is_silent(text: &str) -> bool {
    let of_release = |rest: &str| KNOWN.iter().any(|known| after(rest, known));
    let of_cluster = |rest: &str| after(rest, ".KubeVersion");
    !ASKS.iter().any(|word| text.contains(word))
        && text.split("Release").skip(1).all(of_release)
        && text.split("Capabilities").skip(1).all(of_cluster)
}

/// Whether a text goes on with a word, and that ends there.
fn after(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

#[cfg(test)]
mod tests {
    use super::is_silent;

    #[test]
    fn a_text_that_may_ask_the_cluster_is_known() {
        for silent in [
            "name: {{ .Release.Name }}-a, {{ .Release.Namespace | quote }}, {{ if .Release.IsUpgrade }}b{{ end }}",
            "{{ .Capabilities.KubeVersion.Minor }}",
            "",
        ] {
            assert!(is_silent(silent), "{silent}");
        }
        for asking in [
            "{{ lookup \"v1\" \"Secret\" .Release.Namespace \"pin\" }}",
            "{{ if .Capabilities.APIVersions.Has \"policy/v1\" }}",
            "{{ .Release.Revision }}",
            "{{ .Release.Names }}",
            "{{ toYaml .Release }}",
            "{{ toYaml .Capabilities }}",
            "{{ index . \"Release\" \"Revision\" }}",
        ] {
            assert!(!is_silent(asking), "{asking}");
        }
    }
}
