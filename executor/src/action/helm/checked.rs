//! A start of Helm that no step asked for: on the way back, or to end what an earlier start left. Nothing that others have is
//! lost by it, or it is not begun.

use super::attempt::Purpose;
use super::command::{Deed, Ended, run};
use super::kept::Kept;
use super::{drift, hindered, spared};
use crate::action::kube::until_gone;
use crate::site::{Fault, Scene};
use crate::world::helm::{Before, History, Settled};
use tokio::time::Instant;

/// Lets the server try what it would do, and then lets Helm do it.
pub(super) async fn run_checked(
    deed: Deed<'_>,
    purpose: Purpose,
    now: &History,
    kept: &Kept,
    scene: &Scene<'_>,
) -> Result<Ended, Fault> {
    if purpose == Purpose::Back {
        // What still goes would be patched, and then be gone.
        let until = Instant::now() + scene.within;
        until_gone(scene, drift::ending(|was| was.gone, kept, scene).await?, until).await?;
    }
    let changes = hindered::check(&deed, purpose, now, kept, scene).await?;
    if purpose == Purpose::Back {
        drift::note_expected(kept, &changes, scene).await?;
    }
    spared::spare(&changes, scene).await?;
    if purpose == Purpose::Back {
        drift::make_again(kept, &changes, scene).await?;
    }
    let ended = match run(deed, purpose, Before::of(now), kept, scene).await {
        // Helm may be at work still.
        Err(fault) if fault.unknown => return Err(fault),
        Err(fault) => {
            spared::unmark(scene).await?;
            return Err(fault);
        }
        Ok(ended) => ended,
    };
    if purpose == Purpose::Back && matches!(ended.settled, Settled::Done { .. } | Settled::Gone) {
        drift::note_found(kept, scene).await?;
    }
    spared::unmark(scene).await?;
    Ok(ended)
}
