//! Where a measurement takes place: a temporary folder or a schema of a database, the server on it, and the floor beside it.
//! All of it is gone when it is dropped.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use relata_app::{App, Settings};
use relata_model::store::Store as Engine;
use relata_store_embedded::Embedded;
use relata_store_embedded::recursive::Recursive;
use relata_store_postgres::Postgres;
use relata_store_postgres::scratch::Scratch;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::super::serve::Machine;
use super::callers::{Callers, go_on};
use super::{ASSOCIATION, Common, output};
use crate::config::{Secret, Store};

/// Where the store is.
pub(super) struct Place {
    folder: TempDir,
    /// The database as it was named, and the schema in it; without them the store is in the folder.
    database: Option<(Secret, Scratch)>,
    runtime: Runtime,
    /// Set by Ctrl-C and SIGTERM.
    interrupted: Arc<AtomicBool>,
}

impl Place {
    pub(super) fn new(args: &Common) -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let interrupted = Arc::new(AtomicBool::new(false));
        runtime.block_on(async { note_signals(&interrupted) })?;
        let folder = match &args.dir {
            Some(dir) => tempfile::tempdir_in(dir),
            None => tempfile::tempdir(),
        }
        .context("no folder for the stores can be made")?;
        let database = match Store::to_bench(args.store.as_ref())? {
            Some(url) => {
                let scratch = runtime.block_on(Scratch::create(url.reveal()))?;
                Some((url, scratch))
            }
            None => None,
        };
        Ok(Self { folder, database, runtime, interrupted })
    }

    /// Starts a server on the store.
    pub(super) fn serve(&self) -> anyhow::Result<Server> {
        let store = match &self.database {
            Some((_, scratch)) => scratch.url().to_owned(),
            None => format!("sqlite:{}", self.file().display()),
        };
        Server::start(&store)
    }

    pub(super) fn callers<'a>(&'a self, server: &'a Server, count: u32) -> Callers<'a> {
        Callers { url: &server.url, count, interrupted: &self.interrupted }
    }

    /// Opens the store in this process, which a server may not have open meanwhile.
    pub(super) fn open(&self) -> anyhow::Result<Arc<App>> {
        let store: Arc<dyn Engine> = match &self.database {
            Some((_, scratch)) => Arc::new(self.runtime.block_on(Postgres::open(scratch.url()))?),
            None => Arc::new(Embedded::open(self.file())?),
        };
        Ok(Arc::new(App::new(store, Settings::default(), Arc::new(Machine))))
    }

    /// Waits for work in this process.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// A plain database with the same nodes and links.
    pub(super) fn recursive(
        &self,
        names: impl Iterator<Item = String>,
        links: &[(i64, i64)],
    ) -> anyhow::Result<Recursive> {
        go_on(&self.interrupted)?;
        let made = Recursive::create(&self.folder.path().join("recursive.db"), names, links);
        made.map_err(anyhow::Error::from_boxed).context("the plain database cannot be made")
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("relata.db")
    }

    /// Bytes of the store's files, or of its tables and indexes.
    pub(super) fn disk(&self) -> anyhow::Result<u64> {
        if let Some((_, scratch)) = &self.database {
            return Ok(self.runtime.block_on(scratch.bytes())?);
        }
        let size = |suffix: &str| {
            let mut path = self.file().into_os_string();
            path.push(suffix);
            std::fs::metadata(path).map_or(0, |file| file.len())
        };
        Ok(size("") + size("-wal"))
    }

    /// Whether the store is a schema of a database.
    pub(super) const fn is_database(&self) -> bool {
        self.database.is_some()
    }

    /// Adds links to a database that holds some, by a shorter way than over HTTP, and lets it do now what it would do by
    /// itself some time later. The embedded engine is fast enough without.
    pub(super) fn fill(&self, pairs: &[(i64, i64)], batch: usize) -> anyhow::Result<()> {
        /// Links of a transaction.
        const PIECE: usize = 50_000;
        let Some((_, scratch)) = &self.database else { return Ok(()) };
        for pairs in pairs.chunks(PIECE.next_multiple_of(batch)) {
            go_on(&self.interrupted)?;
            let rows = relata_store_postgres::floor::Rows { pairs, batch, scope: ASSOCIATION };
            let filled = self.runtime.block_on(relata_store_postgres::floor::fill(scratch, rows));
            filled.map_err(anyhow::Error::from_boxed).context("the store cannot be filled")?;
        }
        self.settle()
    }

    /// Lets a database do now what it would do by itself some time after many rows were written.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        if let Some((_, scratch)) = &self.database {
            self.runtime.block_on(scratch.vacuum())?;
        }
        Ok(())
    }

    /// How long the plain statements take.
    pub(super) fn floor(&self, pairs: &[(i64, i64)], batch: usize) -> anyhow::Result<Duration> {
        go_on(&self.interrupted)?;
        let measured = if let Some((url, _)) = &self.database {
            let rows = relata_store_postgres::floor::Rows { pairs, batch, scope: ASSOCIATION };
            self.runtime.block_on(relata_store_postgres::floor::floor(url.reveal(), rows))
        } else {
            let rows = relata_store_embedded::floor::Rows { pairs, batch, scope: ASSOCIATION };
            let file = self.folder.path().join(format!("floor-{batch}.db"));
            relata_store_embedded::floor::floor(&file, rows)
        };
        measured.map_err(anyhow::Error::from_boxed).context("the floor cannot be measured")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((_, scratch)) = &self.database
            && let Err(error) = self.runtime.block_on(scratch.remove())
        {
            output::complain(&format!("bench: the schema {} is left in the database: {error}", scratch.schema()));
        }
    }
}

/// Notes Ctrl-C and SIGTERM, so that what was made can be removed.
fn note_signals(interrupted: &Arc<AtomicBool>) -> anyhow::Result<()> {
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let (mut signal, interrupted) = (signal(kind)?, Arc::clone(interrupted));
        drop(tokio::spawn(async move {
            signal.recv().await;
            interrupted.store(true, Ordering::Relaxed);
        }));
    }
    Ok(())
}

/// A server as a process.
pub(super) struct Server {
    process: Child,
    url: String,
}

/// The administrator's token of benchmark servers, which listen on loopback for some seconds.
pub(super) const TOKEN: &str = "relata-bench-token";

impl Server {
    fn start(store: &str) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0"])
            // Not as an argument, which everybody can see.
            .env("RELATA_STORE", store)
            .env("RELATA_ADMIN_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .spawn()
            .context("the server cannot be started")?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            process.wait()?;
            bail!("the server did not start: {line:?}");
        };
        Ok(Self { url: url.to_owned(), process })
    }

    /// Resident memory, in bytes (Linux).
    pub(super) fn memory(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).context("no VmRSS")?.parse()?;
        Ok(kilobytes * 1024)
    }

    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let stopped = Command::new("kill").arg(self.process.id().to_string()).status()?;
        ensure!(stopped.success(), "the server cannot be stopped");
        let ended = self.process.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` both fail, as they should.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
