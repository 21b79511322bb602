//! What a cache file holds, for people.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::key::CacheKey;
use super::{DiskCache, LmError};

/// What a file of answers holds, and what went wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiskCacheStats {
    /// Answers in the file.
    pub entries: u64,
    /// The file's size in bytes, without what is free inside it.
    pub bytes: u64,
    /// Answers that this process could not write.
    pub unwritten: u64,
    /// Lookups of this process that failed, and counted as misses.
    pub unread: u64,
    /// What failed last.
    pub fault: Option<String>,
}

/// One answer in a file; [`DiskCache::get`] reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptAnswer {
    /// Its key.
    pub key: CacheKey,
    /// The model that was asked.
    pub model: String,
    /// When it was made.
    pub created: SystemTime,
    /// When it was last used, to the minute.
    pub used: SystemTime,
    /// How many completions it has.
    pub completions: u64,
    /// Whether a limit cut one of them off.
    pub truncated: bool,
    /// Its size in bytes.
    pub bytes: u64,
}

impl DiskCache {
    /// What the file holds.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be read.
    pub fn stats(&self) -> Result<DiskCacheStats, LmError> {
        let shared = &self.0.shared;
        let read = shared.readers.with(|connection| {
            let number = |query| connection.query_row(query, [], |row| row.get::<_, u64>(0));
            let pages =
                number("PRAGMA page_count")?.saturating_sub(number("PRAGMA freelist_count")?);
            Ok((number("SELECT count(*) FROM answers")?, pages * number("PRAGMA page_size")?))
        });
        let (entries, bytes) = read.map_err(|message| shared.failed(message))?;
        Ok(DiskCacheStats {
            entries,
            bytes,
            unwritten: shared.unwritten.load(Ordering::Relaxed),
            unread: shared.unread.load(Ordering::Relaxed),
            fault: shared.fault.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }

    /// The answers in the file, those used last first, at most `limit`.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be read.
    pub fn entries(&self, limit: usize) -> Result<Vec<KeptAnswer>, LmError> {
        let shared = &self.0.shared;
        let read = shared.readers.with(|connection| {
            let mut query = connection.prepare(
                "SELECT k, model, created, used, completions, truncated, length(value)
                 FROM answers ORDER BY used DESC, id DESC LIMIT ?1",
            )?;
            let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                Ok(KeptAnswer {
                    key: CacheKey::from_bytes(row.get(0)?),
                    model: row.get(1)?,
                    created: UNIX_EPOCH + Duration::from_millis(row.get(2)?),
                    used: UNIX_EPOCH + Duration::from_secs(row.get(3)?),
                    completions: row.get(4)?,
                    truncated: row.get(5)?,
                    bytes: row.get(6)?,
                })
            })?;
            rows.collect()
        });
        read.map_err(|message| shared.failed(message))
    }
}
