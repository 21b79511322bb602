//! [`Graph`]: who is whose neighbour, on several levels.

use rand::RngExt;

use super::super::matrix::{Matrix, dot};
use super::Hnsw;
use super::layer::{self, Near};
use crate::seed;

/// More levels than any number of passages draws.
const MOST_LEVELS: usize = 32;

#[derive(Debug)]
pub(in crate::retrieve::vector) struct Graph {
    settings: Hnsw,
    /// For each place its neighbours on each level it is on, the lowest first.
    links: Vec<Vec<Vec<u32>>>,
    /// A place on the highest level.
    entry: u32,
}

impl Graph {
    pub(in crate::retrieve::vector) fn new(settings: Hnsw, matrix: &Matrix) -> Self {
        let mut graph = Self { settings, links: Vec::with_capacity(matrix.height()), entry: 0 };
        let mut rng = seed::rng(settings.seed, "hnsw", 0);
        for (place, _) in (0_u32..).zip(matrix.rows()) {
            let uniform: f64 = 1.0 - rng.random::<f64>();
            let level = -uniform.ln() / (settings.links as f64).ln();
            graph.insert(matrix, place, (level as usize).min(MOST_LEVELS - 1));
        }
        graph
    }

    fn insert(&mut self, matrix: &Matrix, place: u32, level: usize) {
        self.links.push(vec![Vec::new(); level + 1]);
        if place == 0 {
            return;
        }
        let row = matrix.row(place);
        let near = |other: u32| Near { similarity: dot(matrix.row(other), row), place: other };
        let top = self.level(self.entry);
        let mut entries = self.descended(near(self.entry), top, level, near);
        for at in (0..=level.min(top)).rev() {
            let width = self.settings.build_width;
            let found = layer::search(&entries, width, |place| self.neighbours(place, at), near);
            let similarity = |a, b| dot(matrix.row(a), matrix.row(b));
            for other in layer::chosen(&found, self.settings.links, similarity) {
                self.link(matrix, place, other, at);
            }
            entries = found;
        }
        if level > top {
            self.entry = place;
        }
    }

    /// Links two places both ways; the older one keeps its best neighbours.
    fn link(&mut self, matrix: &Matrix, place: u32, other: Near, at: usize) {
        if let Some(own) = self.neighbours_mut(place, at) {
            own.push(other.place);
        }
        let most = self.settings.links * if at == 0 { 2 } else { 1 };
        let Some(theirs) = self.neighbours_mut(other.place, at) else { return };
        theirs.push(place);
        if theirs.len() <= most {
            return;
        }
        let similarity = |a, b| dot(matrix.row(a), matrix.row(b));
        let mut all: Vec<Near> = theirs
            .iter()
            .map(|it| Near { similarity: similarity(*it, other.place), place: *it })
            .collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let best = layer::chosen(&all, most, similarity);
        *theirs = best.into_iter().map(|near| near.place).collect();
    }

    /// The nearest place on the way down from the level `from` to the one above `to`.
    fn descended(
        &self,
        entry: Near,
        from: usize,
        to: usize,
        near: impl Fn(u32) -> Near,
    ) -> Vec<Near> {
        let mut entries = vec![entry];
        for at in (to + 1..=from).rev() {
            entries = layer::search(&entries, 1, |place| self.neighbours(place, at), &near);
        }
        entries
    }

    /// About the `k` nearest places, nearest first.
    pub(in crate::retrieve::vector) fn nearest(
        &self,
        matrix: &Matrix,
        query: &[f32],
        k: usize,
    ) -> Vec<(u32, f32)> {
        if self.links.is_empty() || k == 0 {
            return Vec::new();
        }
        let near = |place: u32| Near { similarity: dot(matrix.row(place), query), place };
        let entries = self.descended(near(self.entry), self.level(self.entry), 0, near);
        let width = self.settings.search_width.max(k);
        let found = layer::search(&entries, width, |place| self.neighbours(place, 0), near);
        found.into_iter().take(k).map(|near| (near.place, near.similarity)).collect()
    }

    /// The highest level of a place.
    fn level(&self, place: u32) -> usize {
        self.links.get(place as usize).map_or(0, |levels| levels.len().saturating_sub(1))
    }

    fn neighbours(&self, place: u32, at: usize) -> &[u32] {
        let levels = self.links.get(place as usize);
        levels.and_then(|levels| levels.get(at)).map(Vec::as_slice).unwrap_or_default()
    }

    fn neighbours_mut(&mut self, place: u32, at: usize) -> Option<&mut Vec<u32>> {
        self.links.get_mut(place as usize)?.get_mut(at)
    }

    pub(in crate::retrieve::vector) fn settings(&self) -> Hnsw {
        self.settings
    }

    /// The graph as numbers: the entry, then for each place how many levels it has, and for each level
    /// how many neighbours, and those.
    pub(in crate::retrieve::vector) fn flat(&self) -> Vec<u32> {
        let mut flat = vec![self.entry];
        for levels in &self.links {
            flat.push(levels.len() as u32);
            for neighbours in levels {
                flat.push(neighbours.len() as u32);
                flat.extend(neighbours);
            }
        }
        flat
    }

    /// The graph of these numbers over so many places, if it is one.
    pub(in crate::retrieve::vector) fn of_flat(
        settings: Hnsw,
        flat: &[u32],
        places: usize,
    ) -> Option<Self> {
        let (entry, mut rest) = flat.split_first()?;
        let mut links = Vec::with_capacity(places);
        for _ in 0..places {
            let (levels, after) = rest.split_first()?;
            rest = after;
            let mut own = Vec::new();
            for _ in 0..*levels {
                let (count, after) = rest.split_first()?;
                let (neighbours, after) = after.split_at_checked(*count as usize)?;
                own.push(neighbours.to_vec());
                rest = after;
            }
            links.push(own);
        }
        let known = |place: &u32| (*place as usize) < places.max(1);
        let fits = rest.is_empty()
            && known(entry)
            && links.iter().all(|own| own.len() <= MOST_LEVELS)
            && links.iter().flatten().flatten().all(known);
        fits.then_some(Self { settings, links, entry: *entry })
    }
}
