//! [`DiskCacheBuilder`]: limits of a cache file.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use super::readers::Readers;
use super::writer::Writer;
use super::{DiskCache, Inner, LmError, Shared, database, failed};

/// Builds a [`DiskCache`]; begin with [`DiskCache::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DiskCacheBuilder {
    path: PathBuf,
    max_bytes: u64,
    ttl: Option<Duration>,
}

impl DiskCacheBuilder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), max_bytes: 1 << 30, ttl: None }
    }

    /// About how large the file may become; by default 1 GiB. Beyond that, a tenth of it is freed
    /// of the answers used least lately. Times of use are kept to the minute.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How long an answer is good; by default for ever. Older ones are deleted from the file.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Opens the file, and makes it where there is none. A folder that has to be made gets the mode
    /// 0700.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be opened, is broken, or belongs to something else.
    pub fn open(self) -> Result<DiskCache, LmError> {
        let (path, connection) = database::prepare(&self.path)?;
        let shared = Arc::new(Shared {
            readers: Readers::new(&path),
            path,
            max_bytes: self.max_bytes,
            ttl: self.ttl,
            pending: Mutex::default(),
            unwritten: AtomicU64::new(0),
            unread: AtomicU64::new(0),
            fault: Mutex::default(),
        });
        let (jobs, queue) = mpsc::channel();
        let writer = Writer::new(Arc::clone(&shared), connection);
        let writer = thread::Builder::new()
            .name("dspy-cache".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(|error| failed(&self.path, format!("cannot start its writer: {error}")))?;
        Ok(DiskCache(Arc::new(Inner { shared, jobs: Some(jobs), writer: Some(writer) })))
    }
}
