//! Taking a change of a release back: to the revision that stood before, or away where there was none.

use super::act::words;
use super::attempt::Purpose;
use super::command::{Deed, Ended, is_ours, run};
use super::kept::Kept;
use super::{drift, hindered, settled};
use crate::action::Undone;
use crate::action::kube::until_ready;
use crate::site::{Fault, Scene};
use crate::world::helm::{Before, History, Settled, State, Status, state};
use switchback_compiler::words::count;
use tokio::time::Instant;

/// Takes it back. Doing it twice is the same as once.
pub(super) async fn back(kept: &Kept, scene: &Scene<'_>) -> Result<Undone, Fault> {
    let until = Instant::now() + scene.within;
    drift::note_own(kept, scene).await?;
    let Some((purpose, Ended { settled, .. })) = settled::last(kept, scene).await? else {
        return Ok(Undone::default());
    };
    match (purpose, settled) {
        (Purpose::Back, Settled::Done { .. } | Settled::Gone) => {}
        (_, Settled::Foreign { revision, what }) if !is_ours(kept, revision, scene)? => {
            let left = format!("{} was changed by somebody else since, and is left: {what}", kept.spoken(scene));
            return Ok(Undone { what: String::new(), left: vec![left] });
        }
        (_, Settled::NotKnown { why }) => return Err(Fault::new(format!("{}: {why}", kept.spoken(scene)))),
        _ => {
            if let Some(undone) = sent(kept, scene).await? {
                return Ok(undone);
            }
        }
    }
    if kept.back.is_some() && kept.ready {
        let there: Vec<_> = kept.objects.iter().filter(|was| was.seen.exists()).map(|was| was.object.clone()).collect();
        // One that did not come back was no object of the revision that did; the comparison tells it.
        let live = scene.site.cluster()?.get_all(&there).await;
        let back = there.into_iter().zip(live).filter(|(_, live)| !matches!(live, Ok(None)));
        until_ready(scene, back.map(|(name, _)| name).collect(), until).await?;
    }
    let (again, left) = drift::put_back(kept, scene).await?;
    let spoken = kept.spoken(scene);
    let failed = if kept.before.status == Some(Status::Failed) { ", which had failed," } else { "" };
    let what = match kept.back {
        Some(revision) => format!("{spoken}{failed} back at what revision {revision} was"),
        None => format!("{spoken} uninstalled"),
    };
    let but = if kept.hooks.is_empty() { String::new() } else { format!("; not what {} did", kept.hooks.join(", ")) };
    let again = if again == 0 { String::new() } else { format!(", and {} as it was besides", count(again, "object")) };
    Ok(Undone { what: format!("{what}{again}{but}"), left })
}

/// Lets Helm do it; something where there is nothing to do, or nothing that can be done.
async fn sent(kept: &Kept, scene: &Scene<'_>) -> Result<Option<Undone>, Fault> {
    let now = History::read(scene.site.cluster()?, &kept.namespace, &kept.release).await?;
    let settled = !matches!(state(&now), State::Pending(_));
    if Before::of(&now) == kept.before && settled {
        // Where the record of a rollback was taken away to do it again, objects are neither here nor there: it is done
        // first, since only what Helm takes for there does it take back.
        let begun = is_ours(kept, kept.before.revision + 1, scene)?;
        let Some(to) = kept.to.filter(|_| begun) else { return Ok(Some(Undone::default())) };
        done(run(Deed::Rollback(to, None), Purpose::Mend, kept, scene).await?, kept, scene)?;
    }
    let spoken = kept.spoken(scene);
    let there = now.last().is_some_and(|last| last.status != Status::Uninstalled);
    let was_there = kept.before.revision > 0 && kept.before.status != Some(Status::Uninstalled);
    let deed = match kept.back {
        Some(revision) if now.get(revision).is_none() => {
            return Err(Fault::new(format!("{spoken}: revision {revision}, which stood before, is no longer kept")));
        }
        Some(revision) => {
            hindered::check(kept, revision, &now, scene).await?;
            Deed::Rollback(revision, None)
        }
        None if was_there => {
            let left = vec![format!("{spoken} had no good revision before, and is left as it is")];
            return Ok(Some(Undone { what: String::new(), left }));
        }
        None if !there => return Ok(Some(Undone::default())),
        None => Deed::Uninstall { keeps_history: kept.before.revision > 0 },
    };
    done(run(deed, Purpose::Back, kept, scene).await?, kept, scene)?;
    Ok(None)
}

fn done(Ended { settled, said }: Ended, kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    match settled {
        Settled::Done { .. } | Settled::Gone => Ok(()),
        settled => {
            let why = format!("{} can't be taken back: {}", kept.spoken(scene), words(&settled));
            Err(Fault::new(why).details(said))
        }
    }
}
