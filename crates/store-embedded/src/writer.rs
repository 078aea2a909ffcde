//! The one thread that writes. It takes what is queued, runs each work within a savepoint of one transaction, commits all of
//! them together, brings the memory up to date and hands them to the [`crate::flusher`], which answers when the commit is
//! durable.
//!
//! It waits neither for more work to come nor for the disk: a caller alone is served at once, and while a group is under way
//! others queue up for the next one by themselves.

use crate::documents;
use crate::flusher::{Commit, Group};
use crate::memory::{Counters, Memory, Pending};
use crate::sql::{self, OrFail, own};
use crate::tx::Session;
use relata_model::store::Work;
use relata_model::{Code, Error, Result};
use rusqlite::Connection;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// At the most so many works share a commit.
const GROUP: usize = 64;

/// A work and where its answer goes.
pub(crate) struct Job {
    pub(crate) work: Arc<Work>,
    pub(crate) answer: oneshot::Sender<Result<()>>,
}

/// What the threads of the engine share.
pub(crate) struct Shared {
    pub(crate) memory: RwLock<Memory>,
    /// The number of the last commit that is durable. The memory holds it, too.
    durable: Mutex<i64>,
    is_durable: Condvar,
    /// The disk has failed; nobody knows what it holds.
    broken: AtomicBool,
    /// Works that wait for the writer.
    pub(crate) queued: AtomicUsize,
    /// The last number of the log that is durable.
    pub(crate) log_end: watch::Sender<i64>,
}

impl Shared {
    pub(crate) fn new(memory: Memory, counters: &Counters) -> Self {
        Self {
            durable: Mutex::new(memory.commit),
            memory: RwLock::new(memory),
            is_durable: Condvar::new(),
            broken: AtomicBool::new(false),
            queued: AtomicUsize::new(0),
            log_end: watch::Sender::new(counters.change),
        }
    }

    pub(crate) fn set_durable(&self, commit: Commit) {
        *self.durable.lock().unwrap_or_else(PoisonError::into_inner) = commit.number;
        self.is_durable.notify_all();
        self.log_end.send_replace(commit.log_end);
    }

    pub(crate) fn set_broken(&self) {
        // Under the lock, so that nobody begins to wait in between.
        let _durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        self.broken.store(true, Ordering::SeqCst);
        self.is_durable.notify_all();
    }

    /// Refuses to go on after the disk has failed.
    pub(crate) fn usable(&self) -> Result<()> {
        let failed = || Error::new(Code::Unavailable).detail("the disk has failed; open the store anew");
        if self.broken.load(Ordering::SeqCst) { Err(failed()) } else { Ok(()) }
    }

    /// Waits until this commit, which somebody has seen, is durable and in the memory. That takes no longer than one or two
    /// flushes: what was answered can then not be undone by a power failure.
    pub(crate) fn await_durable(&self, commit: i64) -> Result<()> {
        let durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = |durable: &mut i64| *durable < commit && self.usable().is_ok();
        let (durable, _) = self
            .is_durable
            .wait_timeout_while(durable, Duration::from_secs(30), behind)
            .unwrap_or_else(PoisonError::into_inner);
        if *durable < commit {
            return Err(Error::new(Code::Unavailable).detail(format!("commit {commit} does not become durable")));
        }
        Ok(())
    }
}

/// The writing thread's own state.
pub(crate) struct Writer {
    conn: Connection,
    shared: Arc<Shared>,
    pending: Pending,
    /// To the flusher.
    committed: Sender<Group>,
    /// The write-ahead log, for its length.
    log: File,
}

impl Writer {
    pub(crate) fn new(
        conn: Connection,
        shared: Arc<Shared>,
        counters: Counters,
        committed: Sender<Group>,
        log: File,
    ) -> Self {
        Self { conn, shared, pending: Pending::after(counters), committed, log }
    }

    /// Serves until nobody can send any more.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            self.serve(first, jobs);
        }
    }

    fn serve(&mut self, first: Job, jobs: &Receiver<Job>) {
        let begin = self.pending.mark();
        let mut group = Vec::new();
        let mut wrote = false;
        // What keeps the whole group from being committed.
        let mut broken = self.shared.usable().and_then(|()| self.execute("BEGIN IMMEDIATE")).err();
        let mut next = Some(first);
        while let Some(Job { work, answer }) = next {
            self.shared.queued.fetch_sub(1, Ordering::Relaxed);
            let result = match &broken {
                Some(error) => Err(error.clone()),
                None => self.run_one(&*work, &mut broken),
            };
            group.push((answer, result.map(|this| wrote |= this)));
            next = if group.len() < GROUP { jobs.try_recv().ok() } else { None };
        }
        let commit = broken.map_or_else(|| self.commit(wrote), Err);
        if let Err(error) = &commit {
            tracing::error!(%error, "a group of {} works was not committed", group.len());
            self.abandon();
            self.pending.undo(&begin);
        }
        let outcome = commit.clone().map(|_| ());
        let answers = group.into_iter().map(|(answer, result)| (answer, outcome.clone().and(result))).collect();
        // The flusher ends after the writer only.
        let _ended = self.committed.send(Group { commit: commit.unwrap_or_default(), answers });
    }

    /// Runs one work within a savepoint; returns whether it wrote.
    fn run_one(&mut self, work: &Work, broken: &mut Option<Error>) -> Result<bool> {
        let mark = self.pending.mark();
        let begun = self.execute("SAVEPOINT work");
        let result = begun
            .and_then(|()| run_work(work, Session::writing(&mut self.conn, &self.shared.memory, &mut self.pending)));
        let ended = if result.is_ok() {
            self.execute("RELEASE work")
        } else {
            self.pending.undo(&mark);
            self.execute("ROLLBACK TO work").and_then(|()| self.execute("RELEASE work"))
        };
        // SQLite may have rolled back the whole transaction by itself, e.g. because the disk is full; then there is no
        // savepoint either.
        if let Err(error) = ended {
            *broken = Some(unavailable(&error));
        }
        result
    }

    /// Commits; returns the number of the commit when something was written.
    fn commit(&mut self, wrote: bool) -> Result<Option<Commit>> {
        if !wrote {
            return self.execute("COMMIT").map(|()| None).map_err(|error| unavailable(&error));
        }
        let commit = documents::next_ids(&self.conn, own::COMMITS, 1);
        let commit = commit.and_then(|commit| self.execute("COMMIT").map(|()| commit));
        let commit = commit.map_err(|error| unavailable(&error))?;
        self.pending.apply(&mut self.shared.memory.write().unwrap_or_else(PoisonError::into_inner), commit);
        if commit % 1024 == 0 && self.log.metadata().is_ok_and(|log| log.len() > sql::LONGEST_LOG) {
            // When readers are in the way for too long, the next time will do.
            if let Err(error) = sql::checkpoint(&self.conn, "RESTART") {
                tracing::warn!(%error, "the write-ahead log cannot be begun anew yet");
            }
        }
        Ok(Some(Commit { number: commit, log_end: self.pending.counters.change }))
    }

    fn abandon(&self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
        {
            tracing::error!(%error, "a failed transaction cannot be rolled back");
        }
    }

    fn execute(&self, sql: &str) -> Result<()> {
        self.conn.prepare_cached(sql).and_then(|mut statement| statement.execute([])).or_fail()?;
        Ok(())
    }
}

/// Why a group cannot be committed: whatever it is, the same work may succeed later.
fn unavailable(error: &Error) -> Error {
    Error { code: Code::Unavailable, ..error.clone() }
}

/// Runs a work to its end in a session; a panic in it is its failure. Returns whether it wrote.
pub(crate) fn run_work(work: &Work, mut session: Session<'_>) -> Result<bool> {
    let outcome = catch_unwind(AssertUnwindSafe(|| block_on(work(&mut session))));
    let result = outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(panic = text, "a work panicked");
        Err(Error::internal(format!("panic: {text}")))
    });
    session.end(result)
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
