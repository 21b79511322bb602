//! [`CacheBuilder`]: limits of a cache, and its file.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use moka::policy::EvictionPolicy;

#[cfg(feature = "disk-cache")]
use super::DiskCache;
use super::flight::Flights;
use super::stats::CacheStats;
use super::{Cache, Inner};

/// Builds a [`Cache`]; begin with [`Cache::builder`].
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::Cache;
///
/// let cache = Cache::builder()
///     .max_bytes(16 << 20)
///     .ttl(Duration::from_secs(24 * 60 * 60))
///     .build();
/// assert_eq!(cache.stats().entries, 0);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CacheBuilder {
    max_bytes: u64,
    ttl: Option<Duration>,
    filtered_too: bool,
    #[cfg(feature = "disk-cache")]
    disk: Option<DiskCache>,
}

impl Default for CacheBuilder {
    fn default() -> Self {
        Self {
            max_bytes: 128 << 20,
            ttl: None,
            filtered_too: false,
            #[cfg(feature = "disk-cache")]
            disk: None,
        }
    }
}

impl CacheBuilder {
    /// About how many bytes of answers to keep in memory; by default 128 MiB. Beyond that, those go
    /// that were used least lately. With 0, all answers come from the file.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How long an answer is good, in memory and in the file; by default for ever.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Whether to keep answers that a content filter or a refusal ended; by default not, since
    /// filters are not always of one mind.
    pub fn keep_filtered(mut self, keep: bool) -> Self {
        self.filtered_too = keep;
        self
    }

    /// A file behind the memory.
    #[cfg(feature = "disk-cache")]
    pub fn disk(mut self, disk: &DiskCache) -> Self {
        self.disk = Some(disk.clone());
        self
    }

    /// The cache, empty in memory.
    pub fn build(self) -> Cache {
        let memory = moka::sync::Cache::builder()
            .max_capacity(self.max_bytes)
            .weigher(|_, entry: &Arc<super::Entry>| entry.weight())
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Cache(Arc::new(Inner {
            memory,
            #[cfg(feature = "disk-cache")]
            disk: self.disk,
            ttl: self.ttl,
            filtered_too: self.filtered_too,
            flights: Flights::default(),
            stats: Mutex::new(CacheStats::default()),
        }))
    }
}
