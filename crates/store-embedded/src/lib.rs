//! The embedded engine: one file of SQLite, one thread that writes and commits for many callers at once, a few that read on
//! snapshots, and the graph of links in memory.
//!
//! It stores and finds; rules are decided above it. It serves one process: a lock beside the file keeps others out.
//!
//! - `memory` is what is known without the disk, `graph` the links in it, `added` those not yet committed.
//! - `writer`, `flusher` and `readers` are the threads; `tx` is the port's transaction, over `documents`, `links`, `log`.
//! - `sql` is the file's schema and connections, `load` fills the memory from it, `check` compares all of them.

mod added;
mod check;
mod documents;
pub mod floor;
mod flusher;
mod graph;
mod links;
mod load;
mod log;
mod memory;
mod readers;
pub mod recursive;
mod sql;
mod tx;
mod writer;

use flusher::Flusher;
use relata_model::store::{BoxFut, Migrated, Store, Work};
use relata_model::{Code, Error, Result};
use rusqlite::{Connection, OptionalExtension};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use writer::{Job, Shared, Writer};

/// Threads that read.
const READERS: usize = 4;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Somebody has it open.
    #[error("another relata process uses this store: {0}; stop it first, or give this one another data directory")]
    InUse(PathBuf),
    /// It is something else.
    #[error("{0} is not a store of relata; nothing was changed")]
    NotAStore(PathBuf),
    /// It was written by a newer version.
    #[error("{path} has format {found}, and this relata knows formats up to {known}; use a newer relata")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The file, its directory or its lock cannot be used.
    #[error("the store {path} cannot be opened")]
    Io {
        /// The file that is meant.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// SQLite cannot open or read it.
    #[error("the store {path} cannot be read: {detail}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
}

/// Brings the store at `path` to the present format, as opening it does, and says what was done.
pub fn migrate(path: impl AsRef<Path>) -> Result<Migrated, OpenError> {
    let path = path.as_ref().to_path_buf();
    let lock = prepare(&path)?;
    let unreadable = |error: rusqlite::Error| unreadable(&path, &error);
    let from = recognise(&path, &unreadable)?;
    let mut conn = sql::open_writer(&path, 16 * 1024).map_err(unreadable)?;
    sql::migrate(&mut conn).map_err(unreadable)?;
    drop((conn, lock));
    Ok(Migrated { from, to: newest() })
}

/// What a failure of SQLite means to somebody who opens a store.
fn unreadable(path: &Path, error: &rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenError::NotAStore(path.to_path_buf()),
        Some(_) | None => OpenError::Unreadable { path: path.to_path_buf(), detail: error.to_string() },
    }
}

/// An open store. Dropping it finishes what is queued and closes the file.
pub struct Embedded {
    path: PathBuf,
    shared: Arc<Shared>,
    /// Taken on drop, so that the threads end.
    queues: Option<Queues>,
    threads: Vec<JoinHandle<()>>,
    _lock: Arc<File>,
}

struct Queues {
    write: Sender<Job>,
    read: Sender<Job>,
}

impl Embedded {
    /// Opens the store at `path`, or makes it, readable by its owner only. Takes about half a second a million links.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_for(path, Duration::from_mins(1))
    }

    /// [`Embedded::open`], with the time after which a read is given up (1109004).
    pub fn open_for(path: impl AsRef<Path>, read_time: Duration) -> Result<Self, OpenError> {
        let path = path.as_ref().to_path_buf();
        let lock = prepare(&path)?;
        let unreadable = |error: rusqlite::Error| unreadable(&path, &error);
        recognise(&path, &unreadable)?;
        let mut conn = sql::open_writer(&path, 16 * 1024).map_err(unreadable)?;
        sql::migrate(&mut conn).map_err(unreadable)?;
        // What a killed process had committed may not be on disk yet. From here on it counts as durable.
        sql::checkpoint(&conn, "TRUNCATE").map_err(unreadable)?;
        let (shared, counters) = load::load(&path, &conn).map_err(unreadable)?;
        Self::start(path.clone(), conn, shared, counters, lock, read_time)
            .map_err(|source| OpenError::Io { path, source })
    }

    fn start(
        path: PathBuf,
        conn: Connection,
        shared: Shared,
        counters: memory::Counters,
        lock: File,
        time: Duration,
    ) -> io::Result<Self> {
        let shared = Arc::new(shared);
        let (write, to_write) = channel();
        let (read, to_read): (_, Receiver<Job>) = channel();
        let to_read = Arc::new(Mutex::new(to_read));
        let (committed, to_flush) = channel();
        let log = File::open(beside(&path, "-wal"))?;
        let writer = Writer::new(conn, Arc::clone(&shared), counters, committed, log.try_clone()?);
        let flusher = Flusher { log, shared: Arc::clone(&shared) };
        // Each thread holds the lock for as long as it may touch the file.
        let lock = Arc::new(lock);
        let spawn = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let held = Arc::clone(&lock);
        let mut threads = vec![spawn("store-write").spawn(move || {
            writer.run(&to_write);
            drop(held);
        })?];
        let held = Arc::clone(&lock);
        threads.push(spawn("store-flush").spawn(move || {
            flusher.run(&to_flush);
            drop(held);
        })?);
        for _ in 0..READERS {
            let (path, shared, jobs) = (path.clone(), Arc::clone(&shared), Arc::clone(&to_read));
            let reader = readers::Reader { path, shared, jobs, time };
            let held = Arc::clone(&lock);
            threads.push(spawn("store-read").spawn(move || {
                reader.run();
                drop(held);
            })?);
        }
        Ok(Self { path, shared, queues: Some(Queues { write, read }), threads, _lock: lock })
    }

    async fn ask(&self, work: Arc<Work>, queue: impl FnOnce(&Queues) -> &Sender<Job>) -> Result<()> {
        let closed = || Error::new(Code::Unavailable).detail("the store is closed");
        let (answer, answered) = oneshot::channel();
        let queues = self.queues.as_ref().ok_or_else(closed)?;
        queue(queues).send(Job { work, answer }).map_err(|_| closed())?;
        answered.await.map_err(|_| Error::new(Code::OutcomeUnknown).detail("a thread of the store has ended"))?
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.queues = None;
        // A work that has outlived its callers may be the last to hold the store. Then this is one of the threads, for which
        // others wait; all end by themselves when it has come back.
        let own = std::thread::current().id();
        if self.threads.iter().any(|thread| thread.thread().id() == own) {
            return;
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended by a panic");
            }
        }
    }
}

impl Store for Embedded {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(self.ask(work, |queues| &queues.read))
    }

    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            self.shared.queued.fetch_add(1, Ordering::Relaxed);
            self.ask(work, |queues| &queues.write).await
        })
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        let mut log_end = self.shared.log_end.subscribe();
        Box::pin(async move {
            if log_end.wait_for(|end| *end > after).await.is_err() {
                // The store is closed: there will be none.
                std::future::pending::<()>().await;
            }
        })
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        Box::pin(async move {
            let (path, shared) = (self.path.clone(), Arc::clone(&self.shared));
            let (answer, answered) = oneshot::channel();
            std::thread::Builder::new()
                .name("store-check".to_owned())
                .spawn(move || {
                    let _gone = answer.send(check::check(&path, &shared));
                })
                .map_err(|error| Error::new(Code::Unavailable).detail(error.to_string()))?;
            answered.await.map_err(|_| Error::internal("the check ended by a panic"))?
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
    fn figures(&self) -> Vec<(&'static str, f64)> {
        let memory = tx::look(&self.shared.memory);
        let instances: u64 = memory.instances.values().map(roaring::RoaringTreemap::len).sum();
        let (links, nodes) = (memory.graph.len(), memory.graph.nodes());
        drop(memory);
        let size = |suffix: &str| std::fs::metadata(beside(&self.path, suffix)).map_or(0, |file| file.len());
        vec![
            ("links", links as f64),
            ("link_nodes", nodes as f64),
            ("instances", instances as f64),
            ("changes", *self.shared.log_end.borrow() as f64),
            ("write_queue", self.shared.queued.load(Ordering::Relaxed) as f64),
            ("disk_bytes", (size("") + size("-wal")) as f64),
        ]
    }
}

/// The path of a file beside the store's.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the directory and the file where they are missing, for their owner only, and takes the lock.
fn prepare(path: &Path) -> Result<File, OpenError> {
    let at = |path: &Path| {
        let path = path.to_path_buf();
        move |source| OpenError::Io { path, source }
    };
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        private_directory().create(directory).map_err(at(directory))?;
    }
    let locked = beside(path, ".lock");
    let lock = private_file().open(&locked).map_err(at(&locked))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_path_buf())),
        Err(TryLockError::Error(source)) => return Err(OpenError::Io { path: locked, source }),
    }
    private_file().open(path).map_err(at(path))?;
    Ok(lock)
}

fn private_directory() -> std::fs::DirBuilder {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses files that are something else or newer, before anything is written to them. Returns the format, 0 of a new one.
fn recognise(path: &Path, unreadable: &dyn Fn(rusqlite::Error) -> OpenError) -> Result<i64, OpenError> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Ok(0);
    }
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let conn = Connection::open_with_flags(path, flags).map_err(unreadable)?;
    let tables = |_: &rusqlite::Row<'_>| Ok(());
    let empty = conn.query_row("SELECT 1 FROM sqlite_schema", [], tables).optional().map_err(unreadable)?.is_none();
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(unreadable);
    if !empty && pragma("application_id")? != sql::APPLICATION_ID {
        return Err(OpenError::NotAStore(path.to_path_buf()));
    }
    let (found, known) = (pragma("user_version")?, newest());
    if found > known {
        return Err(OpenError::Newer { path: path.to_path_buf(), found, known });
    }
    Ok(found)
}

/// The newest format that this version knows.
fn newest() -> i64 {
    i64::try_from(sql::STEPS.len()).unwrap_or(i64::MAX)
}
