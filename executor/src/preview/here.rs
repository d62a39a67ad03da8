//! What of the way back (R22) depends on who looks, and when: it is told with the rest, and is no part of what is signed.

use super::tried::{Outcome, Tried};
use super::walk::Walk;
use crate::clock::now;
use crate::screen::{count, list};
use crate::world::cluster::{Access, full_name};
use jiff::Timestamp;
use std::collections::BTreeMap;
use switchback_compiler::plan::Plan;
use switchback_compiler::value::Millis;

/// As many names as one reads.
const MOST_NAMED: usize = 5;

impl Walk<'_> {
    /// Tries it.
    pub(super) async fn here(&self) -> Vec<Tried> {
        let Some(cluster) = self.site.cluster.as_ref().filter(|_| self.changes_something()) else { return Vec::new() };
        let needed = self.world.images();
        let mut images = BTreeMap::new();
        if !needed.is_empty() {
            let there = cluster.images_on_nodes().await;
            images = needed.iter().map(|image| (image.clone(), there.contains(&full_name(image)))).collect();
        }
        let mut all = pulled(&images);
        all.push(access(cluster.access(), self.plan, now()));
        all.extend(self.unasked.iter().map(|why| Tried::new("owners", why.clone(), Outcome::NotChecked)));
        for one in &mut all {
            one.says = self.site.secrets.mask(&one.says);
        }
        all
    }

    fn changes_something(&self) -> bool {
        self.preview.units.iter().any(|unit| !unit.is_unchanged())
    }
}

/// The images that pods need again. Only a node can tell whether it can pull one; one that has it may have no need to.
fn pulled(images: &BTreeMap<String, bool>) -> Vec<Tried> {
    // What is pulled each time is nowhere for sure.
    let is_held = |name: &str, there: bool| there && !full_name(name).ends_with(":latest");
    let of = |held: bool| {
        let all = images.iter().filter(move |(name, there)| is_held(name, **there) == held);
        all.map(|(name, _)| name.as_str()).collect::<Vec<&str>>()
    };
    let (there, elsewhere) = (of(true), of(false));
    let holds = format!("{} of {} on a node: {}", there.len(), count(images.len(), "image"), some(&there));
    let open = format!("whether a node can pull them is not checked: {}", some(&elsewhere));
    let holds = (!there.is_empty()).then(|| Tried::judged("images", true, holds));
    let open = (!elsewhere.is_empty()).then(|| Tried::new("images", open, Outcome::NotChecked));
    holds.into_iter().chain(open).collect()
}

fn some(names: &[&str]) -> String {
    let named: Vec<&str> = names.iter().take(MOST_NAMED).copied().collect();
    match names.len() - named.len() {
        0 => list(&named),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The credentials for the cluster outlive the deadline, and the hold.
fn access(access: Access, plan: &Plan, now: Timestamp) -> Tried {
    let of = |says: String, outcome| Tried::new("access", says, outcome);
    let open = |says: &str| of(says.to_owned(), Outcome::NotChecked);
    let until = match access {
        Access::Until(until) => until,
        Access::Renewed => return open("a command or a file gives credentials; for how long is not known"),
        Access::Unknown => return open("how long the credentials are good is not known"),
    };
    let (limit, hold) = (plan.deadline.limit, plan.hold.as_ref().map(|hold| hold.at_most));
    let left = Millis(u64::try_from(until.duration_since(now).as_millis()).unwrap_or_default());
    if until <= now {
        // The server has just taken them.
        return open("by this machine's clock the credentials have ended, and the server takes them still");
    }
    let at = until.strftime("%Y-%m-%d %H:%M UTC");
    if left < limit {
        // A limit that no plan says is the longest way: nearly all runs end before.
        let outcome = if plan.deadline.given { Outcome::Fails } else { Outcome::NotChecked };
        return of(format!("the credentials end at {at}, before the deadline of {limit}: get new ones first"), outcome);
    }
    match hold {
        Some(hold) if left < limit.plus(hold) => {
            let says = format!("the credentials end at {at}, before the hold of {hold}: an undo then needs new ones");
            of(says, Outcome::NotChecked)
        }
        Some(_) => of(format!("credentials until {at}; the deadline and the hold end before"), Outcome::Holds),
        None => of(format!("credentials until {at}; the deadline ends before"), Outcome::Holds),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use switchback_compiler::plan::Deadline;

    fn told(until: Access, given: bool, now: &str) -> (String, Outcome) {
        let deadline = Deadline { limit: Millis::parse("2h").unwrap(), given };
        let Tried { says, outcome, .. } = access(until, &Plan { deadline, ..Plan::default() }, now.parse().unwrap());
        (says, outcome)
    }

    #[test]
    fn credentials_that_end_before_the_deadline_are_told() {
        let until = Access::Until("2026-11-22T21:30:00Z".parse().unwrap());
        let holds = "credentials until 2026-11-22 21:30 UTC; the deadline ends before";
        assert_eq!(told(until, true, "2026-11-22T19:00:00Z"), (holds.to_owned(), Outcome::Holds));
        let (says, outcome) = told(until, true, "2026-11-22T20:00:00Z");
        assert!(says.contains("before the deadline of 2h: get new ones first"), "{says}");
        assert_eq!(outcome, Outcome::Fails);
        assert_eq!(told(until, false, "2026-11-22T20:00:00Z").1, Outcome::NotChecked, "no plan says that limit");
        assert_eq!(told(until, true, "2026-11-22T22:00:00Z").1, Outcome::NotChecked, "its clock may be ahead");
        assert_eq!(told(Access::Renewed, true, "2026-11-22T22:00:00Z").1, Outcome::NotChecked);
    }

    #[test]
    fn an_image_that_a_node_has_holds() {
        let images = [("a:1", true), ("b:1", false), ("c", true)];
        let images = images.map(|(name, there)| (name.to_owned(), there)).into();
        let told: Vec<_> = pulled(&images).into_iter().map(|one| (one.says, one.outcome)).collect();
        let wanted = [
            ("1 of 3 images on a node: a:1".to_owned(), Outcome::Holds),
            ("whether a node can pull them is not checked: b:1 and c".to_owned(), Outcome::NotChecked),
        ];
        assert_eq!(told, wanted);
    }
}
