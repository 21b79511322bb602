//! [`Writer`]: the one thread of a process that changes the file.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::super::entry::{Entry, now};
use super::super::key::CacheKey;
use super::{Shared, database};

/// Jobs done in one transaction at most.
const BATCH: usize = 64;
/// How long times of use may wait for a transaction.
const TOUCH_DELAY: Duration = Duration::from_secs(5);
/// How long a batch is tried while other processes write.
const PATIENCE: Duration = Duration::from_secs(30);
/// The part of the file's size that is freed when it is full.
const FREED: u64 = 10;
/// Answers deleted in one transaction at most.
const DELETED: u32 = 4096;

/// Something to be written.
pub(super) enum Job {
    Put {
        key: CacheKey,
        entry: Arc<Entry>,
        model: String,
        done: oneshot::Sender<()>,
    },
    /// The row was used.
    Touch(i64),
    /// One answer, or all.
    Remove(Option<CacheKey>, oneshot::Sender<Result<u64, String>>),
    Flush(oneshot::Sender<Result<u64, String>>),
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    connection: Connection,
    /// When rows were last used, in seconds since 1970.
    touched: HashMap<i64, u64>,
    /// When old answers were last looked for.
    swept: Option<Instant>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, connection: Connection) -> Self {
        Self { shared, connection, touched: HashMap::new(), swept: None }
    }

    /// Works until the last handle is dropped and everything is written.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let first = if self.touched.is_empty() {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                jobs.recv_timeout(TOUCH_DELAY)
            };
            let first = match first {
                Ok(Job::Touch(id)) if self.touched.len() < BATCH => {
                    self.touched.insert(id, now() / 1000);
                    continue;
                }
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let rest = jobs.try_iter().take(BATCH - 1);
            let batch = first.into_iter().chain(rest).collect();
            self.write(batch);
        }
        if !self.touched.is_empty() {
            self.write(Vec::new());
        }
    }

    fn write(&mut self, mut batch: Vec<Job>) {
        let started = Instant::now();
        let result = loop {
            match self.change(&batch) {
                Err(error) if database::is_busy(&error) && started.elapsed() < PATIENCE => {
                    // Nobody has to wait for other processes: the answers stay readable here.
                    batch = batch.into_iter().map(Job::released).collect();
                }
                done => break done,
            }
        };
        self.touched.clear();
        let fault = result.as_ref().err().map(database::cause);
        if let Some(fault) = &fault {
            self.shared.note(fault);
            tracing::warn!(path = %self.shared.path.display(), fault, "cannot write the cache");
        }
        let mut removed = result.unwrap_or_default().into_iter();
        for job in batch {
            let result = match &fault {
                None => Ok(removed.next().unwrap_or_default()),
                Some(fault) => Err(fault.clone()),
            };
            match job {
                Job::Put { key, entry, done, .. } => {
                    let mut pending = self.shared.pending();
                    // A newer answer may be on its way already.
                    if pending.get(&key).is_some_and(|newest| Arc::ptr_eq(newest, &entry)) {
                        pending.remove(&key);
                    }
                    if result.is_err() {
                        self.shared.unwritten.fetch_add(1, Ordering::Relaxed);
                    }
                    let _ = done.send(());
                }
                Job::Remove(_, done) | Job::Flush(done) => {
                    let _ = done.send(result);
                }
                Job::Touch(_) => {}
            }
        }
    }

    /// One transaction for all. Gives for each job how many answers it removed.
    fn change(&mut self, batch: &[Job]) -> rusqlite::Result<Vec<u64>> {
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let seconds = now() / 1000;
        let mut removed = Vec::with_capacity(batch.len());
        for job in batch {
            let count = match job {
                Job::Put { key, entry, model, .. } => {
                    put(&change, key, entry, model, seconds)?;
                    0
                }
                Job::Touch(id) => {
                    self.touched.insert(*id, seconds);
                    0
                }
                Job::Remove(Some(key), _) => {
                    change.execute("DELETE FROM answers WHERE k = ?1", [key.bytes()])?
                }
                Job::Remove(None, _) => change.execute("DELETE FROM answers", [])?,
                Job::Flush(_) => 0,
            };
            removed.push(count as u64);
        }
        for (id, used) in &self.touched {
            change
                .prepare_cached("UPDATE answers SET used = ?2 WHERE id = ?1 AND used < ?2")?
                .execute(params![id, used])?;
        }
        if let Some(ttl) = self.shared.ttl
            && self.swept.is_none_or(|swept| swept.elapsed() > ttl / 16)
        {
            let oldest = now().saturating_sub(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
            change.execute(
                "DELETE FROM answers WHERE id IN
                 (SELECT id FROM answers WHERE created < ?1 LIMIT ?2)",
                params![oldest, DELETED],
            )?;
            self.swept = Some(Instant::now());
        }
        make_room(&change, self.shared.max_bytes)?;
        change.commit()?;
        Ok(removed)
    }
}

impl Job {
    /// The same job, for whose end nobody waits if it only keeps an answer.
    fn released(self) -> Self {
        match self {
            Self::Put { key, entry, model, done } => {
                let _ = done.send(());
                Self::Put { key, entry, model, done: oneshot::channel().0 }
            }
            other => other,
        }
    }
}

fn put(
    change: &Transaction<'_>,
    key: &CacheKey,
    entry: &Entry,
    model: &str,
    seconds: u64,
) -> rusqlite::Result<()> {
    let Ok(value) = serde_json::to_vec(entry) else { return Ok(()) };
    change
        .prepare_cached(
            "INSERT INTO answers (k, model, created, used, completions, truncated, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (k) DO UPDATE SET model = ?2, created = ?3, used = ?4, completions = ?5,
                 truncated = ?6, value = ?7",
        )?
        .execute(params![
            key.bytes(),
            model,
            entry.created,
            seconds,
            entry.completions(),
            entry.is_truncated(),
            value
        ])?;
    Ok(())
}

/// Frees a part of a file that has become too large.
fn make_room(change: &Transaction<'_>, max_bytes: u64) -> rusqlite::Result<()> {
    let number = |pragma| change.query_row(pragma, [], |row| row.get::<_, u64>(0));
    let (pages, free) = (number("PRAGMA page_count")?, number("PRAGMA freelist_count")?);
    let size = pages.saturating_sub(free).saturating_mul(number("PRAGMA page_size")?);
    if size <= max_bytes {
        return Ok(());
    }
    let mut excess = size - max_bytes.saturating_sub(max_bytes / FREED);
    let mut oldest = change
        .prepare_cached("SELECT id, length(value) FROM answers ORDER BY used, id LIMIT ?1")?;
    let rows: Vec<(i64, u64)> = oldest
        .query_map([DELETED], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, bytes) in rows {
        change.prepare_cached("DELETE FROM answers WHERE id = ?1")?.execute([id])?;
        match excess.checked_sub(bytes) {
            Some(left) => excess = left,
            None => break,
        }
    }
    Ok(())
}
