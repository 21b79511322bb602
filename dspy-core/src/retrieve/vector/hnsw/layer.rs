//! Searching one level of a graph.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet};

/// A passage with how near it is. Ordered by nearness; of equals the earlier is greater.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Near {
    pub(super) similarity: f32,
    pub(super) place: u32,
}

impl Eq for Near {}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        self.similarity.total_cmp(&other.similarity).then(other.place.cmp(&self.place))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The `width` nearest places that are found from `entries`, nearest first: the nearest place not yet
/// looked around is, until all those left are farther than what is kept.
pub(super) fn search<'a>(
    entries: &[Near],
    width: usize,
    links: impl Fn(u32) -> &'a [u32],
    near: impl Fn(u32) -> Near,
) -> Vec<Near> {
    let mut seen: HashSet<u32> = entries.iter().map(|entry| entry.place).collect();
    let mut open: BinaryHeap<Near> = entries.iter().copied().collect();
    let mut kept: BinaryHeap<Reverse<Near>> = entries.iter().copied().map(Reverse).collect();
    while let Some(next) = open.pop() {
        let is_full = kept.len() >= width;
        if is_full && kept.peek().is_some_and(|farthest| next < farthest.0) {
            break;
        }
        for place in links(next.place) {
            if !seen.insert(*place) {
                continue;
            }
            let found = near(*place);
            if kept.len() < width || kept.peek().is_some_and(|farthest| found > farthest.0) {
                open.push(found);
                kept.push(Reverse(found));
                if kept.len() > width {
                    kept.pop();
                }
            }
        }
    }
    let mut kept: Vec<Near> = kept.into_iter().map(|near| near.0).collect();
    kept.sort_unstable_by(|a, b| b.cmp(a));
    kept
}

/// At most `most` of the candidates, which come nearest first: those that are nearer to the centre
/// than to any already chosen, so that links lead in all directions; then the nearest of the rest.
pub(super) fn chosen(
    candidates: &[Near],
    most: usize,
    similarity: impl Fn(u32, u32) -> f32,
) -> Vec<Near> {
    let mut chosen: Vec<Near> = Vec::with_capacity(most);
    let mut rest = Vec::new();
    for candidate in candidates {
        if chosen.len() == most {
            break;
        }
        let spread = chosen
            .iter()
            .all(|other| similarity(candidate.place, other.place) < candidate.similarity);
        if spread { chosen.push(*candidate) } else { rest.push(*candidate) }
    }
    let missing = most - chosen.len();
    chosen.extend(rest.into_iter().take(missing));
    chosen
}
