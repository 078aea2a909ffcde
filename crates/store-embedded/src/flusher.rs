//! The thread that makes commits durable. The writer commits without waiting for the disk; this thread flushes the
//! write-ahead log, one flush for all that was committed meanwhile, and only then answers. So the writer works on the next
//! group while the disk takes in the last one.
//!
//! Flushing that file is what SQLite itself does after a commit with `synchronous=FULL`; its frames carry checksums, and
//! what comes back after a power failure is everything up to the last whole commit. With `synchronous=NORMAL`, as the writer
//! has it, SQLite flushes the log and the database around every checkpoint by itself.

use crate::writer::Shared;
use relata_model::{Code, Error, Result};
use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// What was committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit {
    pub(crate) number: i64,
    /// The last number of the log.
    pub(crate) log_end: i64,
}

/// Works that share a commit, with what became of each.
pub(crate) struct Group {
    /// `None` when nothing was written.
    pub(crate) commit: Option<Commit>,
    pub(crate) answers: Vec<(oneshot::Sender<Result<()>>, Result<()>)>,
}

/// The flushing thread's own state.
pub(crate) struct Flusher {
    /// The write-ahead log.
    pub(crate) log: File,
    pub(crate) shared: Arc<Shared>,
}

impl Flusher {
    /// Serves until the writer has ended. Groups are answered in their order, also those that wrote nothing: they have seen
    /// what was written before them.
    pub(crate) fn run(&self, groups: &Receiver<Group>) {
        while let Ok(first) = groups.recv() {
            let groups: Vec<Group> = std::iter::once(first).chain(groups.try_iter()).collect();
            let commit = groups.iter().filter_map(|group| group.commit).next_back();
            let flushed = commit.map_or_else(|| self.shared.usable(), |commit| self.flush(commit));
            for (answer, result) in groups.into_iter().flat_map(|group| group.answers) {
                // A refusal may rest on what was not flushed, so it is not told either. The caller may have gone away, which
                // changes nothing.
                let _gone = answer.send(flushed.clone().and(result));
            }
        }
    }

    /// Makes everything up to a commit durable. After a failure nobody knows what is on disk, and flushing again would not
    /// tell (the system forgets what it could not write), so the store is of no use any more until it is opened anew.
    fn flush(&self, commit: Commit) -> Result<()> {
        self.shared.usable()?;
        self.log.sync_data().map_err(|error| {
            tracing::error!(%error, "the disk did not take in a commit; the store must be opened anew");
            self.shared.set_broken();
            Error::new(Code::OutcomeUnknown).detail(error.to_string())
        })?;
        self.shared.set_durable(commit);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Commit, Flusher, Group};
    use crate::memory::{Counters, Memory};
    use crate::writer::Shared;
    use relata_model::{Code, Error};
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use tokio::sync::oneshot;

    #[test]
    fn after_a_failed_flush_nobody_is_told_anything_and_the_store_is_closed() {
        // A pipe cannot be flushed to a disk.
        let (pipe, _other_end) = std::io::pipe().unwrap();
        let shared = Arc::new(Shared::new(Memory::default(), &Counters::default()));
        let flusher = Flusher { log: File::from(OwnedFd::from(pipe)), shared: Arc::clone(&shared) };
        let (to_flush, groups) = channel();
        let (good, good_answer) = oneshot::channel();
        let (bad, bad_answer) = oneshot::channel();
        let (later, later_answer) = oneshot::channel();
        let commit = Some(Commit { number: 1, log_end: 1 });
        let group = Group { commit, answers: vec![(good, Ok(())), (bad, Err(Error::required("name")))] };
        to_flush.send(group).unwrap();
        drop(to_flush);
        flusher.run(&groups);
        assert_eq!(good_answer.blocking_recv().unwrap().unwrap_err().code, Code::OutcomeUnknown);
        assert_eq!(bad_answer.blocking_recv().unwrap().unwrap_err().code, Code::OutcomeUnknown);

        // Who wrote nothing has seen what may be lost.
        let (to_flush, groups) = channel();
        to_flush.send(Group { commit: None, answers: vec![(later, Ok(()))] }).unwrap();
        drop(to_flush);
        flusher.run(&groups);
        assert_eq!(later_answer.blocking_recv().unwrap().unwrap_err().code, Code::Unavailable);
        assert_eq!(shared.usable().unwrap_err().code, Code::Unavailable);
        assert_eq!(shared.await_durable(1).unwrap_err().code, Code::Unavailable);
    }
}
