//! [`CacheStats`]: how a cache has done.

use super::super::response::Usage;

/// What a [`Cache`](super::Cache) did since it was made, and what it holds in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Requests answered from memory.
    pub memory_hits: u64,
    /// Requests answered from the file.
    pub disk_hits: u64,
    /// Requests that waited for an equal one under way and shared its answer.
    pub shared: u64,
    /// Requests that the model was asked.
    pub misses: u64,
    /// What hits and shared answers would have cost.
    pub saved: Usage,
    /// Answers in memory.
    pub entries: u64,
    /// About how many bytes they take.
    pub bytes: u64,
}

/// How a request was answered without asking for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hit {
    Memory,
    #[cfg(feature = "disk-cache")]
    Disk,
    Shared,
}

impl CacheStats {
    pub(super) fn count(&mut self, hit: Hit, spent: Usage) {
        match hit {
            Hit::Memory => self.memory_hits += 1,
            #[cfg(feature = "disk-cache")]
            Hit::Disk => self.disk_hits += 1,
            Hit::Shared => self.shared += 1,
        }
        self.saved += spent;
    }
}
