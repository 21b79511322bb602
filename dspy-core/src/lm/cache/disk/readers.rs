//! [`Readers`]: connections that look answers up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use super::super::entry::{Entry, now};
use super::super::key::CacheKey;
use super::database;

/// Connections kept for the next reader.
const MOST: usize = 8;
/// Times of use are written at most once in so many seconds.
const GRAIN: i64 = 60;

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// An answer in the file.
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) entry: Entry,
    /// Whether its time of use is worth writing anew.
    pub(super) is_stale: bool,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    pub(super) fn find(&self, key: &CacheKey) -> Result<Option<Found>, String> {
        let seconds = i64::try_from(now() / 1000).unwrap_or(i64::MAX);
        let found = self.with(|connection| {
            let mut query =
                connection.prepare_cached("SELECT id, used, value FROM answers WHERE k = ?1")?;
            query
                .query_row([key.bytes()], |row| {
                    let entry = serde_json::from_slice::<Entry>(row.get_ref(2)?.as_blob()?);
                    Ok((row.get(0)?, row.get::<_, i64>(1)?, entry))
                })
                .optional()
        })?;
        let Some((id, used, entry)) = found else { return Ok(None) };
        let entry = entry.map_err(|error| format!("the answer {key} cannot be read: {error}"))?;
        Ok(Some(Found { id, entry, is_stale: seconds.saturating_sub(used) >= GRAIN }))
    }

    /// Lends a connection.
    pub(super) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = idle().pop();
        let result = (|| {
            let connection = match lent {
                Some(connection) => connection,
                None => database::connect(&self.path)?,
            };
            let result = read(&connection);
            let mut idle = idle();
            if idle.len() < MOST {
                idle.push(connection);
            }
            result
        })();
        result.map_err(|error| database::cause(&error))
    }
}
