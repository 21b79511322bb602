//! The file's layout, and how it is opened.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::super::private_file;
use super::{LmError, failed};

/// The layout's version. A file of another one is not touched.
const VERSION: i64 = 1;
/// Marks a file as ours: `dspy` in ASCII.
const APPLICATION: i64 = 0x6473_7079;

/// How long to wait for other processes when the file is opened.
const PATIENCE: Duration = Duration::from_secs(20);

/// A rowid table with a unique key: twice as fast as one that is ordered by the key itself.
const LAYOUT: &str = "
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        k BLOB NOT NULL UNIQUE,
        model TEXT NOT NULL,
        created INTEGER NOT NULL,   -- milliseconds since 1970
        used INTEGER NOT NULL,      -- seconds since 1970
        completions INTEGER NOT NULL,
        truncated INTEGER NOT NULL,
        value BLOB NOT NULL         -- JSON
    );
    CREATE INDEX answers_used ON answers (used);
    CREATE INDEX answers_created ON answers (created);
";

/// What a file turned out to be.
enum Found {
    Ours,
    OtherVersion,
    Foreign,
}

/// Opens the file for writing, with its tables; or one beside it, if it has another version.
pub(super) fn prepare(path: &Path) -> Result<(PathBuf, Connection), LmError> {
    let beside = beside(path);
    for path in [path, &beside] {
        let unreadable =
            |error: rusqlite::Error| failed(path, format!("cannot use it: {}", cause(&error)));
        private_file::open(path)
            .map_err(|error| failed(path, format!("cannot open it: {error}")))?;
        let mut connection = connect(path).map_err(unreadable)?;
        match patiently(|| settle(&mut connection)).map_err(unreadable)? {
            Found::Ours => return Ok((path.to_owned(), connection)),
            Found::OtherVersion => {}
            Found::Foreign => {
                return Err(failed(path, "it is no cache of answers; name another file"));
            }
        }
    }
    Err(failed(&beside, "it has another version than its name says; delete it"))
}

/// A connection. Readers and the writer have each their own.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    Ok(connection)
}

/// Makes the tables in a new file, and looks at any other.
fn settle(connection: &mut Connection) -> rusqlite::Result<Found> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |pragma| change.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    let found = match (number("PRAGMA application_id")?, number("PRAGMA user_version")?) {
        (0, 0) if tables == 0 => {
            change.execute_batch(LAYOUT)?;
            change.pragma_update(None, "application_id", APPLICATION)?;
            change.pragma_update(None, "user_version", VERSION)?;
            Found::Ours
        }
        (APPLICATION, VERSION) => Found::Ours,
        (APPLICATION, _) => Found::OtherVersion,
        _ => Found::Foreign,
    };
    change.commit()?;
    if matches!(found, Found::Ours) {
        // Readers do not wait for writers then. It stays so in the file.
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(found)
}

/// Tries again while another process has the file to itself.
fn patiently<T>(mut action: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let started = Instant::now();
    loop {
        match action() {
            Err(error) if is_busy(&error) && started.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// An error with what to do about it.
pub(super) fn cause(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "it is no SQLite file; delete it or name another".to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => format!("it is broken ({error}); delete it"),
        _ => error.to_string(),
    }
}

/// The file for this version beside one of another.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".v{VERSION}"));
    name.into()
}
