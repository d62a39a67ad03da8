//! What a release was made of.

use super::tolerant;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// A chart, as the record of a release has it. Its definitions (`crds/`) are installed once, and never changed or deleted
/// by Helm.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Chart {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The version of what it installs.
    pub app_version: Option<String>,
    /// Whether it has charts in it; their definitions are not in the record.
    pub has_parts: bool,
    /// The files of definitions: path and text.
    pub definitions: Vec<(String, String)>,
}

impl std::fmt::Debug for Chart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chart({} {})", self.name, self.version)
    }
}

impl Chart {
    /// Of the text of a `Chart.yaml`, which tells no definitions.
    pub(in crate::world::helm) fn of_yaml(text: &str) -> Option<Self> {
        let metadata: Metadata = serde_saphyr::from_str(text).ok()?;
        let chart = Self::from(Written { metadata: Some(metadata), files: Vec::new() });
        (!chart.name.is_empty()).then_some(chart)
    }
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "tolerant::list")]
    files: Vec<File>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default, deserialize_with = "tolerant::text")]
    name: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    version: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    app_version: String,
    #[serde(default, deserialize_with = "tolerant::list")]
    dependencies: Vec<Value>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default, deserialize_with = "tolerant::text")]
    name: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    data: String,
}

impl From<Written> for Chart {
    fn from(Written { metadata, files }: Written) -> Self {
        let Metadata { name, version, app_version, dependencies } = metadata.unwrap_or_default();
        let definitions = files.into_iter().filter(|file| is_definition(&file.name)).filter_map(|file| {
            let text = STANDARD.decode(&file.data).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
            Some((file.name, text))
        });
        let definitions = definitions.collect();
        let app_version = Some(app_version).filter(|version| !version.is_empty());
        Self { name, version, app_version, has_parts: !dependencies.is_empty(), definitions }
    }
}

/// Whether Helm takes a file of a chart for definitions.
pub fn is_definition(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    name.starts_with("crds/") && ["yaml", "yml", "json"].contains(&ending.as_str())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_text_of_a_chart_is_read() {
        let text = "apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: \"24.2\"\ndescription: x\n";
        let chart = Chart::of_yaml(text).unwrap();
        assert_eq!(
            (chart.version.as_str(), chart.app_version.as_deref(), chart.has_parts),
            ("1.0.0", Some("24.2"), false)
        );
        assert_eq!(Chart::of_yaml("- a"), None);
    }

    #[test]
    fn definitions_are_the_files_in_their_folder() {
        let file = |name: &str, text: &str| json!({ "name": name, "data": STANDARD.encode(text) });
        let chart: Chart = serde_json::from_value(json!({
            "metadata": { "name": "a", "version": "1.0.0", "appVersion": "", "dependencies": [{ "name": "b" }] },
            "files": [file("crds/x.yaml", "kind: X"), file("crds/README.md", "no"), file("other/y.yaml", "no"), file("crds/z.YML", "kind: Z")],
        }))
        .unwrap();
        let names: Vec<_> = chart.definitions.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(names, [("crds/x.yaml", "kind: X"), ("crds/z.YML", "kind: Z")]);
        assert!(chart.has_parts && chart.app_version.is_none());
    }
}
