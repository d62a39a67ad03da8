//! Taking a change of a release back: to the revision that stood before, or away where there was none.

use super::act::words;
use super::attempt::Purpose;
use super::checked::run_checked;
use super::command::{Deed, Ended};
use super::kept::Kept;
use super::{drift, ours, settled, spared};
use crate::action::Undone;
use crate::action::kube::{missing_room, until_gone, until_ready};
use crate::site::{Fault, Scene};
use crate::world::cluster::ObjectName;
use crate::world::helm::{Before, History, Settled, State, Status, state};
use switchback_compiler::words::{count, list};
use tokio::time::Instant;

/// Takes it back. Doing it twice is the same as once.
pub(super) async fn back(kept: &Kept, scene: &Scene<'_>) -> Result<Undone, Fault> {
    let Some((attempt, Ended { settled, now, .. })) = settled::last(kept, scene).await? else {
        return Ok(Undone::default());
    };
    let spoken = kept.spoken(scene);
    match (attempt.purpose, settled) {
        (Purpose::Back, Settled::Done { .. } | Settled::Gone) => {}
        (_, Settled::Foreign { revision, what }) if !is_ours(kept, revision, &now, scene)? => {
            return Ok(left(match missing_room(scene.site.cluster()?, Some(&kept.namespace)).await {
                Some(why) => format!("{spoken} is gone: {why}"),
                None => format!("{spoken} was changed by somebody else since, and is left: {what}"),
            }));
        }
        (_, Settled::NotBegun) if Before::of(&now) != attempt.before => {
            return Ok(left(format!("{spoken} was changed by somebody else since, and is left")));
        }
        (_, Settled::NotKnown { why }) => return Err(Fault::new(format!("{spoken}: {why}"))),
        _ => {
            if let Some(undone) = sent(kept, now, scene).await? {
                return Ok(undone);
            }
        }
    }
    // Where a crash came before that.
    spared::unmark(scene).await?;
    // Helm had the limit for each of its parts; what follows has it once more.
    let until = Instant::now() + scene.within;
    // First what is otherwise than its revision: by that it may have been ready.
    let (again, mut left) = drift::put_back(kept, scene).await?;
    if kept.back.is_some() && kept.ready {
        until_ready(scene, drift::were_ready(kept, scene)?, until).await?;
    }
    let ending = drift::ending(|was| was.before.is_none(), kept, scene).await?;
    if let Err(fault) = until_gone(scene, ending, until).await {
        left.push(fault.why);
    }
    let what = words_of(kept, again, scene) + &still_runs(kept, scene).await;
    Ok(Undone { what, left })
}

/// The hooks that Helm left behind and that still work: nobody ends them, and what they write comes after the undo.
async fn still_runs(kept: &Kept, scene: &Scene<'_>) -> String {
    let Ok(cluster) = scene.site.cluster() else { return String::new() };
    let mut running = Vec::new();
    for hook in &kept.hooks {
        let Some(name) = hook.strip_prefix("hook job/") else { continue };
        let job = ObjectName {
            group: "batch".to_owned(),
            kind: "Job".to_owned(),
            namespace: Some(kept.namespace.clone()),
            name: name.to_owned(),
        };
        // Whoever may not look there is told of no hook.
        let live = cluster.get(&job).await.ok().flatten();
        let active = live.and_then(|job| job.get("/status/active").and_then(serde_json::Value::as_u64));
        running.extend(active.filter(|active| *active > 0).map(|_| hook.as_str()));
    }
    match running.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} still runs"),
        many => format!("; {} still run", list(many)),
    }
}

fn is_ours(kept: &Kept, revision: u32, now: &History, scene: &Scene<'_>) -> Result<bool, Fault> {
    let Some(release) = now.get(revision) else { return Ok(false) };
    Ok(ours::is(kept, release, scene)? || ours::is_again(kept, now, release, scene)?)
}

fn left(line: String) -> Undone {
    Undone { what: String::new(), left: vec![line] }
}

fn words_of(kept: &Kept, again: usize, scene: &Scene<'_>) -> String {
    let spoken = kept.spoken(scene);
    let failed = if kept.before.status == Some(Status::Failed) { ", which had failed," } else { "" };
    let what = match kept.back {
        Some(revision) => format!("{spoken}{failed} back at what revision {revision} was"),
        None => format!("{spoken} uninstalled"),
    };
    let but = if kept.hooks.is_empty() { String::new() } else { format!("; not what {} did", kept.hooks.join(", ")) };
    let again = if again == 0 { String::new() } else { format!(", and {} as it was besides", count(again, "object")) };
    format!("{what}{again}{but}")
}

/// Lets Helm do it; something where there is nothing to do, or nothing that can be done.
async fn sent(kept: &Kept, mut now: History, scene: &Scene<'_>) -> Result<Option<Undone>, Fault> {
    let settled = !matches!(state(&now), State::Pending(_));
    if Before::of(&now) == kept.before && settled {
        // Where the record of a rollback was taken away to do it again, objects are neither here nor there: it is done
        // first, since only what Helm takes for there does it take back.
        let begun = ours::is_forgotten(kept, kept.before.revision + 1, scene)?;
        let Some(to) = kept.to.filter(|_| begun) else { return Ok(Some(Undone::default())) };
        let ended = run_checked(Deed::Rollback(to, None), Purpose::Mend, &now, kept, scene).await?;
        now = done(ended, kept, scene)?;
    }
    let spoken = kept.spoken(scene);
    let there = now.last().is_some_and(|last| last.status != Status::Uninstalled);
    let was_there = kept.before.revision > 0 && kept.before.status != Some(Status::Uninstalled);
    let deed = match kept.back {
        Some(revision) if now.get(revision).is_none() => {
            return Err(Fault::new(format!("{spoken}: revision {revision}, which stood before, is no longer kept")));
        }
        Some(revision) => Deed::Rollback(revision, None),
        None if was_there => {
            return Ok(Some(left(format!("{spoken} had no good revision before, and is left as it is"))));
        }
        None if !there => return Ok(Some(Undone::default())),
        None => Deed::Uninstall { keeps_history: kept.before.revision > 0 },
    };
    done(run_checked(deed, Purpose::Back, &now, kept, scene).await?, kept, scene)?;
    Ok(None)
}

fn done(Ended { settled, said, now }: Ended, kept: &Kept, scene: &Scene<'_>) -> Result<History, Fault> {
    match settled {
        Settled::Done { .. } | Settled::Gone => Ok(now),
        settled => {
            let why = format!("{} can't be taken back: {}", kept.spoken(scene), words(&settled));
            Err(Fault::new(why).details(said))
        }
    }
}
