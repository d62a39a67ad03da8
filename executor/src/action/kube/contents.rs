//! What goes with objects that are deleted: shown, counted, and never lost unsaid.

use crate::action::{Body, Change, Learnt, Predicted, What};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Contents, Object, ObjectName};
use switchback_compiler::words::count;

/// As many as one reads.
const MOST_TOLD: usize = 5;

/// The deletions of what goes with an object. No way back of an action brings that back, so the step must say so.
pub(in crate::action) async fn deletions(
    name: &ObjectName,
    live: &Object,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<Vec<Change>, Fault> {
    let Some(kind) = Contents::of(name) else { return Ok(Vec::new()) };
    let contents = scene.site.cluster()?.contents(live).await?;
    if !world.says_losses() {
        let (spoken, what) = (name.spoken(&scene.site.namespace), lost(kind));
        world.block(format!(
            "{spoken} is deleted with {what}, and the step's own way back can't bring that back; {WAY_OUT}"
        ));
    }
    let change = |object: ObjectName| Change {
        resource: object.spoken(&scene.site.namespace),
        what: What::Deleted,
        learnt: Learnt::Simulated,
        body: Body::Words(format!("with {}", name.spoken(&scene.site.namespace))),
        after: None,
    };
    Ok(contents.into_iter().map(change).collect())
}

/// How a step says that its own way back does not bring all back.
pub(in crate::action) const WAY_OUT: &str = "write `irreversible \"why\"`, or an `undo` that says what it `loses`";

fn lost(kind: Contents) -> &'static str {
    match kind {
        Contents::Namespace => "all that is in it",
        Contents::Definition => "all objects of its kind",
        Contents::Volume => "what is on its volume",
    }
}

/// How many go with an object now.
pub(super) async fn number(live: &Object, cluster: &Cluster) -> Result<u64, Fault> {
    Ok(cluster.contents(live).await?.len() as u64)
}

/// What others put into an object that the run made, in words; none where that is nothing. What goes along anyway is
/// `besides`.
pub(in crate::action) async fn holds(
    name: &ObjectName,
    besides: &[&ObjectName],
    scene: &Scene<'_>,
) -> Result<Option<String>, Fault> {
    let cluster = scene.site.cluster()?;
    // What a claim's volume holds was written by what the run itself made.
    if !matches!(Contents::of(name), Some(Contents::Namespace | Contents::Definition)) {
        return Ok(None);
    }
    let Some(live) = cluster.get(name).await?.filter(|live| !live.is_ending()) else { return Ok(None) };
    let mut contents = match cluster.contents(&live).await {
        Ok(contents) => contents,
        Err(fault) => return Ok(Some(format!("what is in it can't be told: {fault}"))),
    };
    contents.retain(|object| !besides.contains(&object));
    if contents.is_empty() {
        return Ok(None);
    }
    // What is in a namespace is told without it.
    let namespace = if name.kind == "Namespace" { &name.name } else { &scene.site.namespace };
    let named: Vec<_> = contents.iter().take(MOST_TOLD).map(|object| object.spoken(namespace)).collect();
    let more = contents.len().saturating_sub(MOST_TOLD);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Ok(Some(format!("it holds {}: {}{more}", count(contents.len(), "object"), named.join(", "))))
}
