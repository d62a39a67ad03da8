//! Waiting until objects are ready.

use super::logs::words_of_crashed;
use super::room::missing_room;
use crate::site::{Fault, Scene};
use crate::stall::Stall;
use crate::world::cluster::{Cluster, Fault as ClusterFault, Limits, Object, ObjectName, Readiness};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Between two looks. A rollout takes seconds, and a look at one object costs a server next to nothing.
const LOOK: Duration = Duration::from_millis(500);
/// A look that takes longer tells nothing; the next one may. It stays below what an action has on top of its limit.
const LOOK_TAKES: Duration = Duration::from_secs(8);
/// Between two looks at pods, which a server may have thousands of.
const LOOK_AT_PODS: Duration = Duration::from_secs(2);

/// Waits until all are ready, and says meanwhile what is missing. One that never will be ends it at once, and so does a
/// server that does not let us look; one that is away or hangs is waited for as everything else is.
pub(in crate::action) async fn until_ready(
    scene: &Scene<'_>,
    names: Vec<ObjectName>,
    until: Instant,
) -> Result<(), Fault> {
    until_ready_or_stalled(scene, names, until, None).await
}

/// The same, unless nothing moves for so long.
pub(super) async fn until_ready_or_stalled(
    scene: &Scene<'_>,
    names: Vec<ObjectName>,
    until: Instant,
    stalled: Option<Duration>,
) -> Result<(), Fault> {
    let impatient = Limits { request: LOOK_TAKES, ..Limits::default().impatient() };
    let cluster = scene.site.cluster()?.with_limits(impatient);
    let (mut stall, mut pods, mut names) = (Stall::new(stalled), Pods::default(), names);
    loop {
        let missing = missing(&cluster, names, scene).await?;
        let Some(first) = missing.first() else { return Ok(()) };
        let now = Instant::now();
        let limit = crate::screen::limit;
        let over = if missing.iter().any(|one| one.object.is_none()) {
            stall.forget();
            None
        } else {
            stall.over(&says(&missing), now).map(|stalled| format!("nothing moved for {}", limit(stalled)))
        };
        let over = if now + LOOK > until { Some(format!("after {}", limit(scene.within))) } else { over };
        let trouble = pods.trouble(&cluster, first, over.is_some()).await;
        if let Some(over) = over {
            let comma = if over.starts_with("after") { "" } else { "," };
            let others = missing.iter().skip(1).map(|one| one.says.clone());
            let words = match &first.object {
                Some(object) => words_of_crashed(&cluster, object).await,
                None => Vec::new(),
            };
            let details = trouble.into_iter().chain(words).chain(others);
            return Err(Fault::new(format!("{}{comma} {over}", first.says)).details(details));
        }
        (scene.progress)(told(&missing, trouble), true);
        names = missing.into_iter().map(|one| one.name).collect();
        sleep(LOOK).await;
    }
}

/// An object that is not ready yet.
struct Missing {
    name: ObjectName,
    /// `deployment/web: 2 of 3 ready`.
    says: String,
    /// As it is; none where nobody answered.
    object: Option<Object>,
}

fn says(missing: &[Missing]) -> Vec<String> {
    missing.iter().map(|one| one.says.clone()).collect()
}

/// `deployment/web: 2 of 3 ready; pod web-1: ImagePullBackOff, and 2 more`.
fn told(missing: &[Missing], trouble: Option<String>) -> String {
    let first = missing.first().map(|one| one.says.as_str()).unwrap_or_default();
    let trouble = trouble.map(|trouble| format!("; {trouble}")).unwrap_or_default();
    let more = missing.len().saturating_sub(1);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{first}{trouble}{more}")
}

/// What is not ready yet.
async fn missing(cluster: &Cluster, names: Vec<ObjectName>, scene: &Scene<'_>) -> Result<Vec<Missing>, Fault> {
    let looks = join_all(names.into_iter().map(|name| look(cluster, name))).await;
    let mut missing = Vec::new();
    for (name, looked) in looks {
        let spoken = name.spoken(&scene.site.namespace);
        let (says, object) = match looked {
            Looked::Found(_, Readiness::Ready(_)) => continue,
            Looked::Found(object, Readiness::Waits(says)) => (says, Some(*object)),
            Looked::Found(object, Readiness::Failed(why)) => {
                let trouble = timeout(LOOK_AT_PODS, cluster.trouble(&object)).await.ok().flatten();
                return Err(Fault::new(format!("{spoken}: {why}")).details(trouble));
            }
            Looked::Gone => {
                let why = missing_room(cluster, name.namespace.as_deref()).await;
                let why = why.unwrap_or_else(|| "somebody else deleted it".to_owned());
                return Err(Fault::new(format!("{spoken} is gone: {why}")));
            }
            Looked::Unanswered(why) => (why, None),
            Looked::Refused(fault) => return Err(Fault::from(fault).about(&spoken)),
        };
        missing.push(Missing { name, says: format!("{spoken}: {says}"), object });
    }
    Ok(missing)
}

/// What a look came to.
enum Looked {
    Found(Box<Object>, Readiness),
    Gone,
    /// Nobody answered, which may pass.
    Unanswered(String),
    /// Asking again changes nothing.
    Refused(ClusterFault),
}

async fn look(cluster: &Cluster, name: ObjectName) -> (ObjectName, Looked) {
    let looking = async {
        let Some(live) = cluster.get(&name).await? else { return Ok(Looked::Gone) };
        let readiness = cluster.readiness(&live).await?;
        Ok(Looked::Found(Box::new(live), readiness))
    };
    let looked = match timeout(LOOK_TAKES, looking).await {
        Ok(Ok(looked)) => looked,
        Ok(Err(fault)) if ClusterFault::may_pass(&fault) => Looked::Unanswered(fault.what),
        Ok(Err(fault)) => Looked::Refused(fault),
        Err(_) => Looked::Unanswered(format!("no answer within {}", crate::screen::limit(LOOK_TAKES))),
    };
    (name, looked)
}

/// What is wrong with the pods of what is missing, as it was seen last.
#[derive(Default)]
struct Pods {
    seen: Option<(String, Option<String>, Instant)>,
}

impl Pods {
    /// Looks now and then, and where it is the last word.
    async fn trouble(&mut self, cluster: &Cluster, first: &Missing, last: bool) -> Option<String> {
        let object = first.object.as_ref()?;
        let (now, name) = (Instant::now(), first.name.to_string());
        if let Some((of, trouble, at)) = &self.seen
            && !last
            && *of == name
            && now - *at < LOOK_AT_PODS
        {
            return trouble.clone();
        }
        let trouble = timeout(LOOK_AT_PODS, cluster.trouble(object)).await.ok().flatten();
        self.seen = Some((name, trouble.clone(), now));
        trouble
    }
}
