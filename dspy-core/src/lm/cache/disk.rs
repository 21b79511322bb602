//! [`DiskCache`]: answers in a file that several processes share.

mod builder;
mod database;
mod listing;
mod readers;
mod writer;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::error::LmError;
use super::super::response::Response;
use super::entry::Entry;
use super::key::CacheKey;
use readers::Readers;
use writer::Job;

pub use builder::DiskCacheBuilder;
pub use listing::{DiskCacheStats, KeptAnswer};

/// Answers in an SQLite file, behind the memory of a [`Cache`](super::Cache). Cloning gives another
/// handle to the same file, and several processes may use it at once; it belongs on a local disk,
/// not on a network's.
///
/// The file is made for its owner's eyes alone (mode 0600). It holds answers, names of models and
/// times; of prompts only the hash, of keys and addresses nothing but what that hash is made of.
/// When it grows beyond its size, the answers used least lately go.
///
/// Answers are written by a thread of the cache's own, many at a time; a call returns when its
/// answer is there. If the file cannot be written to, calls go on without it, and
/// [`stats`](Self::stats) says so. Reading takes some microseconds, less than it would take to hand
/// it to another thread, so it is done at once.
///
/// The layout has a version. A file of another one is left alone: then the answers go into a file
/// beside it, whose name ends in `.v` and the version.
///
/// ```
/// use dspy::lm::{Cache, DiskCache, Lm};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("answers.db");
/// let disk = DiskCache::open(path)?;
/// let cache = Cache::builder().disk(&disk).build();
/// let lm = Lm::embedded().cached(&cache);
/// assert_eq!(disk.stats()?.entries, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct DiskCache(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

/// What readers and the writer share.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    max_bytes: u64,
    ttl: Option<Duration>,
    readers: Readers,
    /// Answers on their way into the file.
    pending: Mutex<HashMap<CacheKey, Arc<Entry>>>,
    unwritten: AtomicU64,
    unread: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl DiskCache {
    /// Opens a file of at most 1 GiB, and makes it where there is none.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be opened, is broken, or belongs to something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LmError> {
        Self::builder(path).open()
    }

    /// Begins a file with other limits.
    pub fn builder(path: impl AsRef<Path>) -> DiskCacheBuilder {
        DiskCacheBuilder::new(path.as_ref())
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.0.shared.path
    }

    /// The answer under a key, as a hit would give it.
    pub fn get(&self, key: &CacheKey) -> Option<Response> {
        self.find(key).map(|entry| entry.answer(None))
    }

    /// Forgets one answer; gives whether there was one. Caches in memory may still have it.
    ///
    /// # Errors
    /// [`LmError::Storage`] where the file cannot be written.
    pub async fn remove(&self, key: &CacheKey) -> Result<bool, LmError> {
        let key = *key;
        Ok(self.ask(|done| Job::Remove(Some(key), done)).await? > 0)
    }

    /// Forgets all answers; gives how many there were. Caches in memory may still have them.
    ///
    /// # Errors
    /// [`LmError::Storage`] where the file cannot be written.
    pub async fn clear(&self) -> Result<u64, LmError> {
        self.ask(|done| Job::Remove(None, done)).await
    }

    /// Waits until everything is written. Dropping the last handle does so, too.
    ///
    /// # Errors
    /// [`LmError::Storage`] where the file cannot be written.
    pub async fn flush(&self) -> Result<(), LmError> {
        self.ask(Job::Flush).await.map(drop)
    }

    pub(super) fn find(&self, key: &CacheKey) -> Option<Arc<Entry>> {
        let shared = &self.0.shared;
        if let Some(entry) = shared.pending().get(key) {
            return Some(Arc::clone(entry));
        }
        match shared.readers.find(key) {
            Ok(None) => None,
            Ok(Some(found)) => {
                if found.entry.is_older_than(shared.ttl) {
                    return None;
                }
                if found.is_stale {
                    self.send(Job::Touch(found.id));
                }
                Some(Arc::new(found.entry))
            }
            Err(fault) => {
                shared.unread.fetch_add(1, Ordering::Relaxed);
                shared.note(&fault);
                None
            }
        }
    }

    /// Sends an answer on its way; the receiver hears when it is there.
    pub(super) fn put(
        &self,
        key: CacheKey,
        entry: &Arc<Entry>,
        model: &str,
    ) -> Option<oneshot::Receiver<()>> {
        let (done, written) = oneshot::channel();
        self.0.shared.pending().insert(key, Arc::clone(entry));
        let entry = Arc::clone(entry);
        self.send(Job::Put { key, entry, model: model.to_owned(), done }).then_some(written)
    }

    async fn ask(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<u64, String>>) -> Job,
    ) -> Result<u64, LmError> {
        let (done, answer) = oneshot::channel();
        self.send(job(done));
        match answer.await {
            Ok(result) => result.map_err(|message| self.0.shared.failed(message)),
            Err(_) => Err(self.0.shared.failed("its writer has stopped")),
        }
    }

    fn send(&self, job: Job) -> bool {
        self.0.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, HashMap<CacheKey, Arc<Entry>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, fault: &str) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.to_owned());
    }

    fn failed(&self, message: impl Into<String>) -> LmError {
        failed(&self.path, message)
    }
}

fn failed(path: &Path, message: impl Into<String>) -> LmError {
    LmError::Storage { what: "cache", path: path.display().to_string(), message: message.into() }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Without a sender the writer ends, after what is still to be written.
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for DiskCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DiskCache").field(&self.0.shared.path).finish()
    }
}
