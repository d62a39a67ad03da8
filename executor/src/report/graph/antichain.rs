//! How many steps of a layer can run at the same time: the largest set in which none comes before another.
//!
//! By Dilworth's theorem it is as large as the least number of chains that hold all steps. Chains may skip steps of
//! other chains, so the matching of Fulkerson's proof goes through the steps themselves instead of through the
//! transitive closure, which would be quadratic. Sources: R. P. Dilworth, "A decomposition theorem for partially
//! ordered sets", 1950; E. A. Dinic, "Algorithm for solution of a problem of maximum flow in networks", 1970.

use std::collections::VecDeque;

/// The size of the largest set of `number` things in which no edge leads, directly or through others, from one to another.
pub(super) fn width(number: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> usize {
    let mut flow = Flow { out: vec![Vec::new(); 2 * number + 2], edges: Vec::new() };
    let (source, sink) = (2 * number, 2 * number + 1);
    for thing in 0..number {
        flow.edge(source, thing, 1);
        flow.edge(number + thing, sink, 1);
        flow.edge(number + thing, thing, u32::MAX / 2);
    }
    for (from, to) in edges {
        flow.edge(from, number + to, u32::MAX / 2);
    }
    number - flow.most(source, sink)
}

struct Edge {
    to: usize,
    room: u32,
}

/// A network; the edge that takes back edge `e` is `e ^ 1`.
struct Flow {
    out: Vec<Vec<usize>>,
    edges: Vec<Edge>,
}

impl Flow {
    fn edge(&mut self, from: usize, to: usize, room: u32) {
        for (from, to, room) in [(from, to, room), (to, from, 0)] {
            if let Some(out) = self.out.get_mut(from) {
                out.push(self.edges.len());
            }
            self.edges.push(Edge { to, room });
        }
    }

    fn most(&mut self, source: usize, sink: usize) -> usize {
        let mut all = 0;
        loop {
            let level = self.levels(source);
            if level.get(sink).copied().flatten().is_none() {
                return all;
            }
            all += self.block(source, sink, &level);
        }
    }

    /// How far each node is from the source, over edges with room.
    fn levels(&self, source: usize) -> Vec<Option<u32>> {
        let mut level = vec![None; self.out.len()];
        let mut open = VecDeque::from([(source, 0)]);
        while let Some((node, far)) = open.pop_front() {
            match level.get_mut(node) {
                Some(slot @ None) => *slot = Some(far),
                _ => continue,
            }
            let edges = self.out.get(node).into_iter().flatten().filter_map(|edge| self.edges.get(*edge));
            let near = edges.filter(|edge| edge.room > 0 && level.get(edge.to) == Some(&None));
            open.extend(near.map(|edge| (edge.to, far + 1)));
        }
        level
    }

    /// Sends one unit along each shortest way, until all are full.
    fn block(&mut self, source: usize, sink: usize, level: &[Option<u32>]) -> usize {
        let mut tried = vec![0; self.out.len()];
        let (mut way, mut node, mut sent) = (Vec::new(), source, 0);
        loop {
            if node == sink {
                way.drain(..).for_each(|edge| self.send(edge));
                (node, sent) = (source, sent + 1);
            } else if let Some((edge, to)) = self.next(node, level, &mut tried) {
                way.push(edge);
                node = to;
            } else {
                let Some(edge) = way.pop() else { return sent };
                node = self.edges.get(edge ^ 1).map_or(source, |back| back.to);
                if let Some(tried) = tried.get_mut(node) {
                    *tried += 1;
                }
            }
        }
    }

    /// The first edge that leads one level on; those before it are never looked at again.
    fn next(&self, node: usize, level: &[Option<u32>], tried: &mut [usize]) -> Option<(usize, usize)> {
        let (out, tried) = (self.out.get(node)?, tried.get_mut(node)?);
        let far = level.get(node).copied().flatten()? + 1;
        while let Some(at) = out.get(*tried) {
            let edge = self.edges.get(*at)?;
            if edge.room > 0 && level.get(edge.to).copied().flatten() == Some(far) {
                return Some((*at, edge.to));
            }
            *tried += 1;
        }
        None
    }

    fn send(&mut self, edge: usize) {
        if let Some(edge) = self.edges.get_mut(edge) {
            edge.room -= 1;
        }
        if let Some(back) = self.edges.get_mut(edge ^ 1) {
            back.room += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Tries all sets.
    fn tried(number: usize, edges: &[(usize, usize)]) -> usize {
        let before = |a: usize, b: usize| {
            let mut reached = 1_u32 << a;
            for middle in a..b {
                let on = edges.iter().filter(|(from, _)| *from == middle && reached & (1 << middle) != 0);
                reached = on.fold(reached, |reached, (_, to)| reached | 1 << to);
            }
            reached & (1 << b) != 0
        };
        let pairs: Vec<(usize, usize)> =
            (0..number).flat_map(|b| (0..b).map(move |a| (a, b))).filter(|(a, b)| before(*a, *b)).collect();
        let holds = |set: &u32| !pairs.iter().any(|(a, b)| set & (1 << a) != 0 && set & (1 << b) != 0);
        (0..1_u32 << number).filter(holds).map(u32::count_ones).max().unwrap_or_default() as usize
    }

    proptest! {
        #[test]
        fn it_is_the_largest_set(drawn in prop::collection::vec((0..9_usize, 0..9_usize), 0..20)) {
            let edges: Vec<_> = drawn.into_iter().filter(|(from, to)| from < to).collect();
            prop_assert_eq!(width(9, edges.iter().copied()), tried(9, &edges));
        }
    }

    #[test]
    fn chains_that_must_pass_through_each_other() {
        // a and b before c, c before d and e: two chains, both through c.
        assert_eq!(width(5, [(0, 2), (1, 2), (2, 3), (2, 4)]), 2);
        assert_eq!(width(0, []), 0);
        assert_eq!(width(3, []), 3);
    }

    #[test]
    fn ten_thousand_steps_take_no_time_to_speak_of() {
        let begun = Instant::now();
        assert_eq!(width(10_000, (1..10_000).map(|step| (step - 1, step))), 1);
        let bound = (1..10_000_usize).flat_map(|step| [(step / 2, step), (step.saturating_sub(7), step)]);
        assert!(width(10_000, bound) >= 7);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}
