//! [`Cache`] and [`Cached`]: answers kept, in memory and in a file.

mod builder;
mod cached;
#[cfg(feature = "disk-cache")]
mod disk;
mod encoding;
mod entry;
mod flight;
mod key;
mod stats;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::model::LanguageModel;
use super::request::Request;
use super::response::Response;
use entry::{Entry, is_worth_keeping};
use flight::Flights;
use stats::Hit;

pub use builder::CacheBuilder;
pub use cached::Cached;
#[cfg(feature = "disk-cache")]
pub use disk::{DiskCache, DiskCacheBuilder, DiskCacheStats, KeptAnswer};
pub use key::CacheKey;
pub use stats::CacheStats;

/// Answers of models, kept in memory and, with a [`DiskCache`], in a file. Cloning gives another
/// handle to the same cache; one cache can serve many models.
///
/// - The key of an answer is a [`CacheKey`]: model, endpoint and the whole request, the credential
///   never.
/// - Hits are marked [`Response::cached`] and cost nothing: their usage is zero. What they would
///   have cost is summed up in [`CacheStats::saved`].
/// - Equal requests under way at the same time are sent once. If the one that asks is dropped,
///   another takes over; if it fails, all that wait get its error, and the next one asks again.
/// - A request for `n` completions is answered from one for as many or more. A request that leaves
///   `n` to the model is answered by an answer to such a request alone.
/// - Errors are never kept, nor are answers that the provider broke off. Answers cut off by a token
///   limit are kept, and say so in [`Completion::finish`](super::Completion::finish); those ended
///   by a content filter only with [`CacheBuilder::keep_filtered`].
/// - [`Request::cache`] (or [`Call::cache`](crate::module::Call::cache)) decides for one request
///   whether to use, refresh or pass by the cache; [`Request::rollout`] asks for another sample.
///
/// ```
/// use dspy::lm::{Cache, Lm, Message, Request};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cache = Cache::new();
/// let lm = Lm::embedded().cached(&cache);
/// let request = Request::new([Message::user("Say something.")]);
/// assert!(!lm.generate(&request).await?.cached);
/// assert!(lm.generate(&request).await?.cached);
/// assert_eq!(cache.stats().memory_hits, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    memory: moka::sync::Cache<CacheKey, Arc<Entry>>,
    #[cfg(feature = "disk-cache")]
    disk: Option<DiskCache>,
    ttl: Option<Duration>,
    filtered_too: bool,
    flights: Flights,
    stats: Mutex<CacheStats>,
}

/// What is looked up: a key and how many completions there must be.
#[derive(Clone, Copy)]
struct Wanted {
    key: CacheKey,
    n: Option<u32>,
}

impl Wanted {
    fn new(model: &impl LanguageModel, request: &Request) -> Option<Self> {
        let n = request.settings.n;
        // What is to be said about no completions, the model says.
        if n == Some(0) { None } else { Some(Self { key: CacheKey::new(model, request)?, n }) }
    }

    /// The keys under which an answer may be, the likelier first.
    fn keys(self) -> impl Iterator<Item = CacheKey> {
        let other = self.n.map(|_| self.key.leaving_n_open());
        std::iter::once(self.key).chain(other)
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl Cache {
    /// A cache in memory, of at most 128 MiB.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Begins a cache with other limits, or with a file.
    pub fn builder() -> CacheBuilder {
        CacheBuilder::default()
    }

    /// How it has done so far.
    pub fn stats(&self) -> CacheStats {
        self.0.memory.run_pending_tasks();
        CacheStats {
            entries: self.0.memory.entry_count(),
            bytes: self.0.memory.weighted_size(),
            ..*self.counts()
        }
    }

    /// The answer kept in memory under a key, as a hit would give it.
    pub fn get(&self, key: &CacheKey) -> Option<Response> {
        self.in_memory(key).map(|entry| entry.answer(None))
    }

    /// Forgets all answers in memory; [`DiskCache::clear`] those in the file.
    pub fn clear(&self) {
        self.0.memory.invalidate_all();
    }

    /// Forgets one answer in memory; [`DiskCache::remove`] one in the file.
    pub fn remove(&self, key: &CacheKey) -> bool {
        self.0.memory.remove(key).is_some()
    }

    fn in_memory(&self, key: &CacheKey) -> Option<Arc<Entry>> {
        self.0.memory.get(key).filter(|entry| !entry.is_older_than(self.0.ttl))
    }

    /// The answer as a hit, from memory.
    fn recall(&self, wanted: Wanted) -> Option<Response> {
        let entry = wanted.keys().find_map(|key| fitting(self.in_memory(&key)?, wanted))?;
        self.counts().count(Hit::Memory, entry.spent);
        Some(entry.answer(wanted.n))
    }

    /// The answer from memory or the file, and where it was.
    fn look_up(&self, wanted: Wanted) -> Option<(Arc<Entry>, Hit)> {
        let mut keys = wanted.keys();
        if let Some(entry) = keys.find_map(|key| fitting(self.in_memory(&key)?, wanted)) {
            return Some((entry, Hit::Memory));
        }
        #[cfg(feature = "disk-cache")]
        if let Some(disk) = &self.0.disk {
            for key in wanted.keys() {
                let found = disk.find(&key).filter(|entry| !entry.is_older_than(self.0.ttl));
                if let Some(entry) = found.and_then(|entry| fitting(entry, wanted)) {
                    self.0.memory.insert(key, Arc::clone(&entry));
                    return Some((entry, Hit::Disk));
                }
            }
        }
        None
    }

    /// Keeps an answer, if it is worth it. Gives what is left to wait for.
    fn keep(&self, wanted: Wanted, entry: &Arc<Entry>, response: &Response, model: &str) -> Kept {
        let mut kept = Kept::default();
        if !is_worth_keeping(response, wanted.n, self.0.filtered_too) {
            return kept;
        }
        self.0.memory.insert(wanted.key, Arc::clone(entry));
        #[cfg(feature = "disk-cache")]
        if let Some(disk) = &self.0.disk {
            kept.written = disk.put(wanted.key, entry, model);
        }
        #[cfg(not(feature = "disk-cache"))]
        let _ = (&mut kept, model);
        kept
    }

    fn counts(&self) -> MutexGuard<'_, CacheStats> {
        self.0.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry that has as many completions as are wanted.
fn fitting(entry: Arc<Entry>, wanted: Wanted) -> Option<Arc<Entry>> {
    (entry.completions() >= wanted.n.unwrap_or(1) as usize).then_some(entry)
}

/// An answer on its way into the file.
#[derive(Default)]
struct Kept {
    #[cfg(feature = "disk-cache")]
    written: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl Kept {
    /// Waits until it is there, so that an answer that was paid for and given out is not lost with
    /// the process.
    async fn settled(self) {
        #[cfg(feature = "disk-cache")]
        if let Some(written) = self.written {
            // The writer reports failures itself; here they change nothing.
            let _ = written.await;
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
