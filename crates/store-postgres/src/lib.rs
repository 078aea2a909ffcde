//! The PostgreSQL engine: any number of processes without state of their own on one database.
//!
//! It stores and finds; rules are decided above it. That they hold under many writers is the work of the database: unique
//! keys over rows, pairs and limited ends, row locks on the ends of new links, and a table lock between changes of
//! definitions and all other writes. A write whose connection was lost while it was committed is looked up by the mark of
//! its change records, so that it is done once or not at all and the caller learns which.
//!
//! - `connect` is the way to the database, `session` a transaction on one connection, `tx` the port's over it.
//! - `documents`, `keys`, `filter`, `find`, `links`, `ids`, `log` are what a transaction does; `settle` numbers the log.
//! - `migrate` makes the tables, `check` compares them with one another.

mod check;
mod connect;
mod documents;
mod filter;
mod find;
mod ids;
mod keys;
mod links;
mod log;
mod migrate;
mod session;
mod settle;
mod sql;
mod tx;

pub use connect::Settings;
use connect::{Backend, Connections};
use ids::Ids;
use relata_model::store::{BoxFut, Migrated, Store, Work};
use relata_model::{Code, Error, Result};
use session::{End, Mode, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tx::Transaction;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The settings do not fit.
    #[error("the store's URL cannot be used: {0}")]
    Settings(String),
    /// No host answers as it has to.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Something else is there.
    #[error(
        "the database holds tables, but not those of relata; nothing was changed. Give relata a database of its own"
    )]
    NotAStore,
    /// It was written by a newer version.
    #[error("the database has format {found}, and this relata knows formats up to {known}; use a newer relata")]
    Newer {
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// A statement has failed.
    #[error("the database cannot be used: {}", sql::with_causes(.0))]
    Failed(#[from] tokio_postgres::Error),
}

/// How long the database may take to answer a round of the settler, before what it was asked counts as lost.
const LIVENESS: Duration = Duration::from_secs(4);

/// How long an idle settler waits: so long may the writes of other processes wait for their numbers if they have ended.
const IDLE: Duration = Duration::from_millis(100);

/// How often a work begins anew after its connection was lost.
const ATTEMPTS: u32 = 3;

/// How long the standby may take to confirm what was looked up.
const CONFIRMATION: Duration = Duration::from_secs(15);

/// A write of a row that nobody else asks for.
const CONFIRM: &str = "INSERT INTO sequences (name, next) VALUES ('@confirmed', 1)
    ON CONFLICT (name) DO UPDATE SET next = sequences.next";

/// An open database. Dropping it closes the connections.
pub struct Postgres {
    shared: Arc<Shared>,
    settler: JoinHandle<()>,
}

struct Shared {
    requests: Connections,
    /// For what must not wait for requests: stretches of ids, lost commits, the settler.
    beside: Connections,
    statement: Duration,
    ids: Ids,
    /// Marks the log's rows of this process.
    writer: Vec<u8>,
    attempts: AtomicI64,
    /// Counts the times that the database did not answer; what is under way then is given up.
    outages: watch::Sender<u64>,
    /// There may be sets to number.
    wrote: Notify,
    settled: AtomicU64,
    /// The last number of the log that is settled, as far as this process knows.
    log_end: watch::Sender<i64>,
}

/// Brings a database to the format of this version.
pub async fn migrate(settings: &Settings) -> Result<Migrated, OpenError> {
    let connections = Connections::new(settings, &settings.url, 1, true).map_err(OpenError::Settings)?;
    let conn = connections.get().await;
    let mut conn = conn.map_err(|error| OpenError::Unreachable(error.detail.unwrap_or_default()))?;
    migrate::migrate(&mut conn).await
}

impl Postgres {
    /// [`Postgres::open_with`] the default settings.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(Settings::new(url)).await
    }

    /// Opens a database, and brings it to the format of this version. Needs a tokio runtime as long as it is open.
    pub async fn open_with(settings: Settings) -> Result<Self, OpenError> {
        let pool = |most| Connections::new(&settings, &settings.url, most, true).map_err(OpenError::Settings);
        let (requests, beside) = (pool(settings.connections)?, pool(3)?);
        let unreachable = |error: Error| OpenError::Unreachable(error.detail.unwrap_or_default());
        let mut conn = beside.get().await.map_err(unreachable)?;
        migrate::migrate(&mut conn).await?;
        drop(conn);
        let mut conn = beside.get().await.map_err(unreachable)?;
        let writer: String = conn.client.query_one("SELECT gen_random_uuid()::text", &[]).await?.try_get(0)?;
        conn.keep();
        let shared = Arc::new(Shared {
            requests,
            beside,
            statement: settings.statement,
            ids: Ids::default(),
            writer: writer.into_bytes(),
            attempts: AtomicI64::new(0),
            outages: watch::Sender::new(0),
            wrote: Notify::new(),
            settled: AtomicU64::new(0),
            log_end: watch::Sender::new(0),
        });
        let settler = tokio::spawn(settle_on(Arc::clone(&shared)));
        drop(conn);
        Ok(Self { shared, settler })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.settler.abort();
    }
}

impl Store for Postgres {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { self.shared.run(&work, Mode::Read).await })
    }

    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            let done = self.shared.run(&work, Mode::Write).await;
            match &done {
                Ok(()) => self.shared.wrote.notify_one(),
                // Who lost a race looks again, and not all at the same moment.
                Err(error) if error.is_conflict() => self.shared.pause().await,
                Err(_) => {}
            }
            done
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
            let conn = self.shared.requests.get().await?;
            let mut session = Session::begin(conn, Mode::Read, Vec::new());
            // It reads everything, which takes its time, and joins whole tables.
            session.send_simple("SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on");
            let found = check::check(&mut session).await;
            match session.end(found.as_ref().map(|_| ()).map_err(Clone::clone)).await {
                End::Known(_) => found,
                End::Lost(error) | End::Unknown(error) => Err(error),
            }
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
    fn figures(&self) -> Vec<(&'static str, f64)> {
        let (open, idle) = self.shared.requests.counts();
        vec![
            ("connections", open as f64),
            ("connections_idle", idle as f64),
            ("outages", *self.shared.outages.borrow() as f64),
            ("settled_rounds", self.shared.settled.load(Ordering::Relaxed) as f64),
        ]
    }
}

impl Shared {
    /// Runs a work until it is known how it ended.
    async fn run(&self, work: &Arc<Work>, mut mode: Mode) -> Result<()> {
        let mut lost = 0;
        loop {
            let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
            let mark = [self.writer.as_slice(), &attempt.to_be_bytes()].concat();
            let conn = self.requests.get().await?;
            let backend = conn.backend();
            let mut tx = Transaction {
                session: Session::begin(conn, mode, mark.clone()),
                ids: &self.ids,
                beside: &self.beside,
                meta: None,
                taken: Vec::new(),
            };
            let mut outages = self.outages.subscribe();
            let worked = tokio::select! {
                worked = work(&mut tx) => worked,
                _ = outages.changed() => Err(tx.session.lose(session::late())),
                () = tokio::time::sleep(self.statement * 2) => Err(tx.session.lose(session::late())),
            };
            let (session, taken) = (tx.session, tx.taken);
            if session.must_define {
                mode = Mode::Define;
                session.end(worked).await;
                self.ids.give_back(&taken).await;
                continue;
            }
            let end = tokio::select! {
                end = session.end(worked) => end,
                _ = outages.changed() => End::Unknown(session::late()),
                () = tokio::time::sleep(self.statement * 2) => End::Unknown(session::late()),
            };
            let error = match end {
                End::Known(Ok(())) => return Ok(()),
                End::Known(Err(error)) => {
                    self.ids.give_back(&taken).await;
                    return Err(error);
                }
                End::Lost(error) => error,
                End::Unknown(error) if mode == Mode::Read => error,
                End::Unknown(error) => match self.look_up(&mark, backend.as_ref()).await {
                    Ok(true) => return Ok(()),
                    Ok(false) => error,
                    Err(unknown) => return Err(Error::new(Code::OutcomeUnknown).detail(format!("{error}; {unknown}"))),
                },
            };
            self.requests.forget();
            lost += 1;
            if lost == ATTEMPTS {
                return Err(error);
            }
        }
    }

    /// Whether the transaction with this mark was committed, once that cannot change any more: a process of the server that
    /// may still be at it is ended first, and what was found is known to be where a failover would find it, too.
    async fn look_up(&self, mark: &[u8], backend: Option<&Backend>) -> Result<bool> {
        let mut conn = self.beside.get().await?;
        let looked = async {
            if let Some(Backend { pid, started }) = backend {
                let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                           WHERE pid = $1 AND backend_start::text = $2";
                if let Some(row) = conn.client.query_opt(end, &[pid, started]).await?
                    && !row.try_get::<_, bool>(0)?
                {
                    return Ok(None);
                }
            }
            let found = conn.client.query_opt("SELECT 1 FROM changes WHERE attempt = $1 LIMIT 1", &[&mark]).await?;
            // A commit that was broken off while it waited for a standby is on this server only, and this server may have
            // been replaced. A write that is confirmed now was so with all before it.
            conn.client.execute(CONFIRM, &[]).await?;
            Ok(Some(found.is_some()))
        };
        let found = tokio::time::timeout(CONFIRMATION, looked).await.map_err(|_| session::late())?;
        let found = found.map_err(|error: tokio_postgres::Error| sql::failure(&error))?;
        conn.keep();
        found.ok_or_else(|| Error::new(Code::Unavailable).detail("the process that may still commit does not end"))
    }

    /// Some milliseconds, other ones each time.
    async fn pause(&self) {
        let drawn = self.attempts.fetch_add(1, Ordering::Relaxed).cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        tokio::time::sleep(Duration::from_micros(200 + (drawn >> 51))).await;
    }
}

/// Numbers the log for as long as the store is open, and notices when the database does not answer.
async fn settle_on(shared: Arc<Shared>) {
    let mut reported = None;
    loop {
        let round = tokio::time::timeout(LIVENESS, async {
            let mut conn = shared.beside.get().await?;
            let settled = settle::settle(&conn.client).await.map_err(|error| sql::failure(&error))?;
            conn.keep();
            Ok::<_, Error>(settled)
        });
        let failure = match round.await {
            Ok(Ok(settled)) => {
                reported = None;
                shared.log_end.send_if_modified(|end| std::mem::replace(end, settled.end) != settled.end);
                if settled.moved {
                    shared.settled.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                } else {
                    tokio::select! { () = shared.wrote.notified() => {} () = tokio::time::sleep(IDLE) => {} }
                }
                continue;
            }
            Ok(Err(error)) => error,
            Err(_) => session::late(),
        };
        shared.outages.send_modify(|outages| *outages += 1);
        shared.beside.forget();
        shared.requests.forget();
        if reported.is_none_or(|at: Instant| at.elapsed() > Duration::from_secs(10)) {
            tracing::warn!(%failure, "the database does not answer");
            reported = Some(Instant::now());
        }
        tokio::time::sleep(IDLE).await;
    }
}
