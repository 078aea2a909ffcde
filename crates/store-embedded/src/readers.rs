//! The threads that read. Each has a connection, opened when it is first needed, and runs one work at a time on a snapshot,
//! so that long scans block neither writing nor the async runtime.
//!
//! A snapshot is that of the disk. The memory may be ahead of it: links that came later are hidden by their id, while links
//! that were deleted later are missing from questions about neighbours.

use crate::links;
use crate::memory::Pending;
use crate::sql::{self, OrFail, own};
use crate::tx::Session;
use crate::writer::{Job, Shared, run_work};
use relata_model::Result;
use relata_model::store::Work;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A reading thread's own state.
pub(crate) struct Reader {
    pub(crate) path: PathBuf,
    pub(crate) shared: Arc<Shared>,
    pub(crate) jobs: Arc<Mutex<Receiver<Job>>>,
    /// A read that takes longer is given up, so that a few of them cannot keep all others waiting for ever.
    pub(crate) time: Duration,
}

impl Reader {
    /// Serves until nobody can send any more.
    pub(crate) fn run(self) {
        let mut conn = None;
        loop {
            let job = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { work, answer }) = job else { return };
            let result = self.serve(&mut conn, &*work);
            // What the work holds is the caller's, who goes on after the answer.
            drop(work);
            // The caller may have gone away, which changes nothing.
            let _gone = answer.send(result);
        }
    }

    fn serve(&self, conn: &mut Option<Connection>, work: &Work) -> Result<()> {
        let mut open = match conn.take() {
            Some(open) => open,
            None => sql::open_reader(&self.path).or_fail()?,
        };
        let end = Instant::now().checked_add(self.time);
        open.progress_handler(10_000, Some(move || end.is_some_and(|end| Instant::now() >= end))).or_fail()?;
        let result = on_snapshot(&mut open, &self.shared, work, end);
        open.progress_handler(0, None::<fn() -> bool>).or_fail()?;
        // A connection that does not come back from its transaction is given up.
        if open.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).is_ok() {
            *conn = Some(open);
        }
        result
    }
}

fn on_snapshot(conn: &mut Connection, shared: &Shared, work: &Work, end: Option<Instant>) -> Result<()> {
    conn.prepare_cached("BEGIN DEFERRED").and_then(|mut begin| begin.execute([])).or_fail()?;
    // The first question fixes the snapshot. The sequence holds the next commit's number.
    let commit = crate::documents::peek(conn, own::COMMITS)? - 1;
    let bound = links::last_id(conn).or_fail()?;
    shared.await_durable(commit)?;
    let mut nothing = Pending::default();
    run_work(work, Session::reading(conn, &shared.memory, &mut nothing, bound, end)).map(|_wrote| ())
}
