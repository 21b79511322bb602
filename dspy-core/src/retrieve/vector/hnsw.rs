//! [`Hnsw`]: approximate search in a graph of neighbours.
//!
//! The algorithm is that of Malkov and Yashunin, "Efficient and robust approximate nearest neighbor
//! search using hierarchical navigable small world graphs" (2016), with their heuristic for choosing
//! neighbours. Passages are added in order, and levels drawn from a seed, so equal passages give
//! equal graphs.

mod graph;
mod layer;

use serde::{Deserialize, Serialize};

pub(super) use self::graph::Graph;
use crate::retrieve::error::RetrieveError;

/// Settings of the approximate search of a [`VectorIndex`](super::VectorIndex). Feature `hnsw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hnsw {
    links: usize,
    build_width: usize,
    search_width: usize,
    seed: u64,
}

impl Default for Hnsw {
    fn default() -> Self {
        Self::new()
    }
}

impl Hnsw {
    /// 16 links, 128 candidates while building, 64 while searching.
    pub fn new() -> Self {
        Self { links: 16, build_width: 128, search_width: 64, seed: 0 }
    }

    /// Neighbours that each passage keeps on each level, twice as many on the lowest: more find
    /// better and take more memory. At least 2.
    #[must_use]
    pub fn with_links(mut self, links: usize) -> Self {
        self.links = links;
        self
    }

    /// Candidates among which neighbours are chosen: more make a better graph, slower. At least 1.
    #[must_use]
    pub fn with_build_width(mut self, candidates: usize) -> Self {
        self.build_width = candidates;
        self
    }

    /// Candidates that a search keeps in view, at least as many as are wanted: more find better,
    /// slower. At least 1.
    #[must_use]
    pub fn with_search_width(mut self, candidates: usize) -> Self {
        self.search_width = candidates;
        self
    }

    /// What the levels are drawn from; by default 0.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    pub(super) fn checked(self) -> Result<Self, RetrieveError> {
        if self.links < 2 || self.build_width == 0 || self.search_width == 0 {
            let message =
                "an approximate index needs at least 2 links and 1 candidate while building \
                           and searching; see `Hnsw::new` for values that work"
                    .to_owned();
            return Err(RetrieveError::Setting { message });
        }
        Ok(self)
    }
}
