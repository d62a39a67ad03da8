//! What became of the last start of Helm that an action made, also in a process before this one.

use super::attempt::Attempt;
use super::command::{Ended, read};
use super::kept::Kept;
use super::material::Material;
use crate::site::{Fault, Scene, Site};
use crate::world::process::{Outcome, log_of, wait};
use std::path::Path;
use std::time::Duration;

/// Helm's limit is for each thing that it waits for: hooks before, objects, hooks after.
pub(super) const PARTS: u32 = 4;

/// The last start; none where there was none. One that still runs is waited for.
pub(super) async fn last(kept: &Kept, scene: &Scene<'_>) -> Result<Option<(Attempt, Ended)>, Fault> {
    for folder in kept.starts.newest_first(scene.folder()?)? {
        // Where a crash came before the attempt was written down, Helm was not started: the start before is the last one.
        if let Some(attempt) = Attempt::read(&folder)? {
            let ended = ended(&attempt, kept, scene, &folder).await?;
            return Ok(Some((attempt, ended)));
        }
    }
    Ok(None)
}

async fn ended(attempt: &Attempt, kept: &Kept, scene: &Scene<'_>, folder: &Path) -> Result<Ended, Fault> {
    let unread = |error: crate::world::process::ProcessError| Fault::unknown(error.to_string());
    if let Outcome::Running(_) = Outcome::settle(folder).map_err(unread)? {
        (scene.progress)(format!("helm is let finish its work on {}", kept.spoken(scene)), true);
        let patience = kept.starts.within().saturating_mul(PARTS).max(Duration::from_secs(30));
        let _ended = tokio::time::timeout(patience, wait(folder)).await;
    }
    let ended = read(attempt, kept, scene, folder).await?;
    let _later = Material::clear(folder);
    let _later = scene.site.secrets.conceal(&log_of(folder));
    Ok(ended)
}

/// What of it still goes on by itself.
pub(super) fn goes_on(kept: &Kept, site: &Site) -> Option<String> {
    let folder = kept.starts.last(site.folder.as_ref()?).ok()??;
    let Ok(Outcome::Running(process)) = Outcome::read(&folder) else { return None };
    let log = log_of(&folder);
    let log = log.strip_prefix(&site.project).unwrap_or(&log).display();
    Some(format!("process    number {} is helm and still runs; what it says is in {log}", process.pid))
}
