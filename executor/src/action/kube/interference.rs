//! What somebody else does to an object while an action works on it.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Fault as ClusterFault, FaultKind, MOST_TRIES, Normal, Object, ObjectName};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Before a write that was refused for now is looked at again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Between two.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How often, and for how long, an object is looked at again after a write that was surely not made.
pub(super) struct Tries {
    more: usize,
    pause: Duration,
    until: Instant,
}

impl Tries {
    pub fn until(until: Instant) -> Self {
        Self { more: MOST_TRIES, pause: FIRST_PAUSE, until }
    }

    /// Returns when the object is to be looked at again: somebody wrote its status in between, or the server could not take
    /// a write just then. Else the fault.
    pub async fn again(&mut self, fault: ClusterFault, name: &ObjectName, scene: &Scene<'_>) -> Result<(), Fault> {
        let spoken = name.spoken(&scene.site.namespace);
        if fault.kind == FaultKind::Changed {
            self.more = self.more.saturating_sub(1);
            return if self.more == 0 { Err(too_fast(&spoken)) } else { Ok(()) };
        }
        let told = if let FaultKind::Transient(Some(told)) = fault.kind { told } else { Duration::ZERO };
        let pause = self.pause.max(told);
        if !fault.may_pass() || self.until.saturating_duration_since(Instant::now()) < pause {
            return Err(Fault::from(fault).about(&spoken));
        }
        (scene.progress)(format!("{spoken}: {}", fault.what), true);
        sleep(pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// Whether an object is still as it was kept: the very same, with the same content.
pub(super) fn is_same(before: Option<&Object>, live: Option<&Object>) -> bool {
    match (before, live) {
        (Some(before), Some(live)) => before.uid() == live.uid() && Normal::of(before) == Normal::of(live),
        (None, None) => true,
        _ => false,
    }
}

/// It is not as it was kept, so that an undo could not put it back.
pub(super) fn changed(name: &ObjectName, scene: &Scene<'_>) -> Fault {
    let spoken = name.spoken(&scene.site.namespace);
    Fault::new(format!("{spoken} was changed by somebody else after it was kept"))
        .details(["it is left, because an undo would put an older state back".to_owned()])
}

/// It was looked at again and again, and was another each time.
fn too_fast(spoken: &str) -> Fault {
    Fault::new(format!("{spoken} is changed faster than it can be changed here"))
        .details(["look who changes it".to_owned()])
}
