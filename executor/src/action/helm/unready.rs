//! Which objects are not ready, where Helm gave up: it may say only that its time is over.

use super::kept::Kept;
use crate::action::kube::words_of_crashed;
use crate::site::Scene;
use crate::world::cluster::Readiness;
use std::time::Duration;
use tokio::time::timeout;

/// A look, and no wait: the step has failed already.
const PATIENCE: Duration = Duration::from_secs(10);
/// More of them have the same reason.
const MOST: usize = 5;

/// `deployment/portal: 0 of 1 ready`, and what is wrong with its pods, as far as it can be seen now.
pub(super) async fn unready(kept: &Kept, scene: &Scene<'_>) -> Vec<String> {
    let Ok(cluster) = scene.site.cluster() else { return Vec::new() };
    let names: Vec<_> = kept.objects.iter().filter(|was| !was.gone).map(|was| was.object.clone()).collect();
    let Ok(live) = timeout(PATIENCE, cluster.get_all(&names)).await else { return Vec::new() };
    let unready = names.iter().zip(live).filter_map(|(name, live)| {
        let live = live.ok()??;
        let says = match live.readiness() {
            Readiness::Ready(_) => return None,
            Readiness::Waits(says) | Readiness::Failed(says) => says,
        };
        Some((format!("{}: {says}", name.spoken(&scene.site.namespace)), live))
    });
    let mut told = Vec::new();
    for (says, live) in unready.take(MOST) {
        told.push(says);
        told.extend(timeout(PATIENCE, cluster.trouble(&live)).await.ok().flatten());
        told.extend(words_of_crashed(cluster, &live).await);
    }
    told
}
