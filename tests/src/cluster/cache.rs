//! Where clusters, and the programs that were built for them, are kept.

use std::path::PathBuf;

/// Outside of the repository, so that a fresh clone finds it: `$XDG_CACHE_HOME/switchback`, or `~/.cache/switchback`.
pub fn cache() -> Result<PathBuf, String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(cache.ok_or("neither HOME nor XDG_CACHE_HOME is set")?.join("switchback"))
}
