//! Where what was built for tests is kept, outside of the repository, so that a fresh clone finds it.

use crate::outcome::Fault;
use std::path::PathBuf;

/// `$XDG_CACHE_HOME/switchback`, or `~/.cache/switchback`.
pub fn folder() -> Result<PathBuf, Fault> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(cache.ok_or("neither HOME nor XDG_CACHE_HOME is set")?.join("switchback"))
}
