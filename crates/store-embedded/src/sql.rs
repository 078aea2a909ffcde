//! The file: its schema, its connections, and what a failure of SQLite means to callers.
//!
//! The schema holds no rules. Tables of documents are made for every [`Table`]; links have their row id and no index, ever,
//! since the graph in memory answers for them.

use relata_model::store::Table;
use relata_model::{Code, Error, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// Marks a file as a store of Relata ("RLTA").
pub(crate) const APPLICATION_ID: i64 = 0x524c_5441;

/// The steps from an empty file to the present format; never changed, only added to. `user_version` counts those done.
pub(crate) const STEPS: &[&str] = &["
CREATE TABLE instances (model INTEGER NOT NULL, id INTEGER NOT NULL, revision INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (model, id));
CREATE TABLE unique_keys (rule INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (rule, key))
    WITHOUT ROWID;
CREATE TABLE sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE links (id INTEGER PRIMARY KEY, association INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL);
CREATE TABLE changes (seq INTEGER PRIMARY KEY, count INTEGER NOT NULL, time INTEGER NOT NULL, user TEXT NOT NULL,
    app TEXT NOT NULL, request TEXT NOT NULL, resource TEXT NOT NULL, action TEXT NOT NULL, scope TEXT NOT NULL,
    subjects TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX changes_by_resource ON changes (resource);
CREATE INDEX changes_by_scope ON changes (scope);
CREATE INDEX changes_by_user ON changes (user);
CREATE TABLE change_subjects (subject INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (subject, seq)) WITHOUT ROWID;
"];

/// The engine's own rows of `sequences`.
pub(crate) mod own {
    /// Counts commits that changed something.
    pub(crate) const COMMITS: &str = "@commits";
    /// The meta revision.
    pub(crate) const META: &str = "@meta";
}

/// How large the log ahead of the file may grow before it is written back, in pages of 4 kB.
const CHECKPOINT_PAGES: i64 = 4096;

/// A longer log, in bytes, is begun anew even if readers have to be waited for: SQLite itself does so only when there happen
/// to be none.
pub(crate) const LONGEST_LOG: u64 = 8 * 4096 * CHECKPOINT_PAGES.unsigned_abs();

/// The connection that writes. `cache` is in kB.
pub(crate) fn open_writer(path: &Path, cache: i64) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // The flusher makes commits durable.
    conn.pragma_update(None, "synchronous", "normal")?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    conn.pragma_update_and_check(None, "journal_size_limit", 4 * 4096 * CHECKPOINT_PAGES, |_| Ok(()))?;
    tune(&conn, cache)?;
    Ok(conn)
}

/// Moves the write-ahead log into the database and flushes both. `mode` is one of SQLite's. An error when somebody is in the
/// way.
pub(crate) fn checkpoint(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    let busy = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, bool>(0))?;
    if busy {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(busy, Some("the log is in use".to_owned())));
    }
    Ok(())
}

/// A connection that reads.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update(None, "query_only", true)?;
    tune(&conn, 4096)?;
    Ok(conn)
}

fn tune(conn: &Connection, cache: i64) -> rusqlite::Result<()> {
    conn.pragma_update(None, "cache_size", -cache)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Brings the file to the present format.
pub(crate) fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    let done: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tx = conn.transaction()?;
    for (number, step) in (1_i64..).zip(STEPS).filter(|(number, _)| *number > done) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", number)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    for table in Table::ALL.iter().filter(|table| **table != Table::Instances) {
        tx.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {} (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, doc TEXT NOT NULL)",
            table.name()
        ))?;
    }
    tx.commit()
}

/// What a failure means to a caller; the text goes to the log.
pub(crate) fn failure(error: &rusqlite::Error) -> Error {
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => Code::ReadTooLong,
        Some(ErrorCode::ConstraintViolation) => Code::Conflict,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::Corrupt,
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed,
        ) => Code::Unavailable,
        None if is_unreadable(error) => Code::Corrupt,
        Some(_) | None => Code::Internal,
    };
    Error::new(code).detail(error.to_string())
}

/// True when a stored value is not what it has to be.
const fn is_unreadable(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Turns failures of SQLite into the model's.
pub(crate) trait OrFail<T> {
    /// See [`failure`].
    fn or_fail(self) -> Result<T>;
}

impl<T> OrFail<T> for rusqlite::Result<T> {
    fn or_fail(self) -> Result<T> {
        self.map_err(|error| failure(&error))
    }
}

/// Stored data that cannot be read.
pub(crate) fn corrupt(detail: impl std::fmt::Display) -> Error {
    Error::new(Code::Corrupt).detail(detail.to_string())
}
