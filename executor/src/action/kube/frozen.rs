//! `freeze`: what a plan writes is left alone by everybody else until it is done.

use super::store::Store;
use crate::site::{Fault, Scene};
use crate::world::cluster::others_since;

/// Kubernetes' own controllers, which write to what they work on; no plan means them.
const CONTROLLERS: [&str; 2] = ["kube-controller-manager", "kube-scheduler"];

/// What others wrote to objects of this run since it did, a line each. One that is gone is told by what needs it.
pub async fn written_by_others(scene: &Scene<'_>, except: &[String]) -> Result<Vec<String>, Fault> {
    let all = Store::all_left(scene)?;
    let names: Vec<_> = all.keys().cloned().collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    let mut told = Vec::new();
    for ((name, left), live) in all.iter().zip(live) {
        let Some(live) = live? else { continue };
        let others = others_since(left, &live);
        let others: Vec<String> =
            others.into_iter().filter(|one| !CONTROLLERS.contains(&one.as_str()) && !except.contains(one)).collect();
        if !others.is_empty() {
            told.push(format!("{} was written by {}", name.spoken(&scene.site.namespace), others.join(", ")));
        }
    }
    Ok(told)
}
