//! The PostgreSQL engine: any number of processes without state of their own on one database.
//!
//! It stores and finds; rules are decided above it. That they hold under many writers is the work of the database: unique
//! keys over rows, pairs and limited ends, row locks on the ends of new links, and a table lock between changes of
//! definitions and all other writes. A write whose connection was lost while it was committed is looked up by the mark of
//! its change records, so that it is done once or not at all and the caller learns which.
//!
//! - `connect` is the way to the database, `session` a transaction on one connection, `tx` the port's over it.
//! - `documents`, `keys`, `filter`, `find`, `links`, `ids`, `log` are what a transaction does; `settle` numbers the log.
//! - `migrate` makes the tables, `check` compares them with one another, `replica` is for reads from a standby.
//! - `scratch` and `floor` are for measurements only.

mod check;
mod connect;
mod documents;
mod filter;
mod find;
pub mod floor;
mod ids;
mod keys;
mod links;
mod log;
mod migrate;
mod replica;
pub mod scratch;
mod session;
mod settle;
mod sql;
mod tx;

pub use connect::Settings;
use connect::{Backend, Conn, Connections, Wanted};
use ids::Ids;
use relata_model::store::{BoxFut, Migrated, Store, Work};
use relata_model::{Code, Error, Result};
use replica::Replica;
use session::{Anew, End, Mode, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
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
    /// The replica is none of the store's.
    #[error(
        "the replica is not a copy of the store's database: it is another server's, or has another name; name a standby of \
         the store's servers, with the same database, or none"
    )]
    AnotherReplica,
    /// It is to be at rest, and is not.
    #[error("another relata process uses this database; stop all servers first")]
    InUse,
    /// A statement has failed.
    #[error("the database cannot be used: {}", sql::with_causes(.0))]
    Failed(#[from] tokio_postgres::Error),
}

impl OpenError {
    fn unreachable(error: Error) -> Self {
        Self::Unreachable(error.detail.unwrap_or_default())
    }
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

/// No meta revision: they begin with 1.
const UNKNOWN: i64 = 0;

/// How a work went once.
struct Attempt {
    /// Marks the rows of the log that it has written.
    mark: Vec<u8>,
    end: End,
    /// The meta revision that it has seen.
    meta: Option<i64>,
}

/// An open database. Dropping it closes the connections.
pub struct Postgres {
    shared: Arc<Shared>,
    /// The settler, and the watch over the replica. They end with this.
    _tasks: JoinSet<()>,
    /// Held by whoever has the database alone.
    _alone: Option<Conn>,
}

struct Shared {
    requests: Connections,
    /// For what must not wait for requests: stretches of ids, lost commits, the settler, the position of the log.
    beside: Connections,
    replica: Option<Replica>,
    statement: Duration,
    ids: Ids,
    /// Marks the log's rows of this process.
    writer: Vec<u8>,
    attempts: AtomicI64,
    /// The meta revision that was seen last, or [`UNKNOWN`]. The next transaction counts on it.
    definitions: AtomicI64,
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
    let primary = Wanted::Primary { serves: false };
    let connections = Connections::new(settings, &settings.url, 1, primary).map_err(OpenError::Settings)?;
    let mut conn = connections.get().await.map_err(OpenError::unreachable)?;
    migrate::migrate(&mut conn).await
}

impl Postgres {
    /// [`Postgres::open_with`] the default settings.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(Settings::new(url)).await
    }

    /// Opens a database, and brings it to the format of this version. Needs a tokio runtime as long as it is open.
    pub async fn open_with(settings: Settings) -> Result<Self, OpenError> {
        let primary = || Wanted::Primary { serves: !settings.at_rest };
        let pool = |most| Connections::new(&settings, &settings.url, most, primary()).map_err(OpenError::Settings);
        let (requests, beside) = (pool(settings.connections)?, pool(3)?);
        let alone = if settings.at_rest { Some(pool(1)?.alone().await?.ok_or(OpenError::InUse)?) } else { None };
        let mut conn = beside.get().await.map_err(OpenError::unreachable)?;
        migrate::migrate(&mut conn).await?;
        drop(conn);
        let mut conn = beside.get().await.map_err(OpenError::unreachable)?;
        let writer: String = conn.client.query_one("SELECT gen_random_uuid()::text", &[]).await?.try_get(0)?;
        let replica = match &settings.replica {
            Some(url) => Some(Replica::open(&settings, url, connect::database(&conn.client).await?).await?),
            None => None,
        };
        conn.keep();
        drop(conn);
        let shared = Arc::new(Shared {
            requests,
            beside,
            replica,
            statement: settings.statement,
            ids: Ids::default(),
            writer: writer.into_bytes(),
            attempts: AtomicI64::new(0),
            definitions: AtomicI64::new(UNKNOWN),
            outages: watch::Sender::new(0),
            wrote: Notify::new(),
            settled: AtomicU64::new(0),
            log_end: watch::Sender::new(0),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(settle_on(Arc::clone(&shared)));
        if let Some(replica) = &shared.replica {
            let seen = replica.look(&shared.beside, None, String::new()).await;
            let shared = Arc::clone(&shared);
            tasks.spawn(async move {
                if let Some(replica) = &shared.replica {
                    replica.watch(&shared.beside, seen).await;
                }
            });
        }
        Ok(Self { shared, _tasks: tasks, _alone: alone })
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
                End::Anew(_) => Err(Error::internal("the check counts on nothing")),
            }
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
    fn figures(&self) -> Vec<(&'static str, f64)> {
        let (open, idle) = self.shared.requests.counts();
        let (replica, replica_reads) = self.shared.replica.as_ref().map_or((false, 0), Replica::figures);
        vec![
            ("connections", open as f64),
            ("connections_idle", idle as f64),
            ("round_trips", self.shared.requests.round_trips() as f64),
            ("outages", *self.shared.outages.borrow() as f64),
            ("settled_rounds", self.shared.settled.load(Ordering::Relaxed) as f64),
            ("replica_usable", f64::from(u8::from(replica))),
            ("replica_reads", replica_reads as f64),
        ]
    }
}

impl Shared {
    /// Runs a work until it is known how it ended.
    async fn run(&self, work: &Arc<Work>, mut mode: Mode) -> Result<()> {
        let mut expected = Some(self.definitions.load(Ordering::Relaxed)).filter(|revision| *revision != UNKNOWN);
        let mut replica = self.replica.as_ref().filter(|_| mode == Mode::Read);
        let mut lost = 0;
        loop {
            let on_replica = match replica {
                Some(replica) => replica.connection(&self.beside).await.map(|conn| (conn, &replica.outages)),
                None => None,
            };
            replica = replica.filter(|_| on_replica.is_some());
            let (conn, outages) = match (on_replica, mode) {
                (Some(found), _) => found,
                (None, Mode::Read) => (self.requests.get().await?, &self.outages),
                (None, Mode::Write | Mode::Define) => (self.requests.get_to_write().await?, &self.outages),
            };
            let backend = conn.backend();
            let Attempt { mark, end, meta } = self.attempt(work, conn, outages.subscribe(), mode, expected).await;
            if replica.is_some() && end.is_of_the_server() {
                replica = None;
                continue;
            }
            if let (Some(revision), End::Known(Ok(()))) = (meta, &end) {
                // Not one that this transaction has changed: what it has become is asked by the next one.
                self.definitions.store(if mode == Mode::Define { UNKNOWN } else { revision }, Ordering::Relaxed);
            }
            let error = match end {
                End::Known(done) => return done,
                End::Anew(why) => {
                    expected = None;
                    if why == Anew::Define {
                        mode = Mode::Define;
                    }
                    continue;
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

    /// Runs a work once. `expected` is the meta revision that it may count on.
    async fn attempt(
        &self,
        work: &Arc<Work>,
        conn: Conn,
        mut outages: watch::Receiver<u64>,
        mode: Mode,
        expected: Option<i64>,
    ) -> Attempt {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        let mark = [self.writer.as_slice(), &attempt.to_be_bytes()].concat();
        let mut tx = Transaction {
            session: Session::begin(conn, mode, mark.clone()),
            ids: &self.ids,
            beside: &self.beside,
            meta: None,
            expected,
            taken: Vec::new(),
        };
        let worked = tokio::select! {
            worked = work(&mut tx) => worked,
            _ = outages.changed() => Err(tx.session.lose(session::late())),
            () = tokio::time::sleep(self.statement * 2) => Err(tx.session.lose(session::late())),
        };
        let Transaction { session, taken, meta, .. } = tx;
        let end = tokio::select! {
            end = session.end(worked) => end,
            _ = outages.changed() => End::Unknown(session::late()),
            () = tokio::time::sleep(self.statement * 2) => End::Unknown(session::late()),
        };
        if matches!(end, End::Known(Err(_)) | End::Anew(_)) {
            self.ids.give_back(&taken).await;
        }
        Attempt { mark, end, meta }
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
        // Before anybody who looks for another connection hears of it.
        shared.beside.forget();
        shared.requests.forget();
        shared.outages.send_modify(|outages| *outages += 1);
        if reported.is_none_or(|at: Instant| at.elapsed() > Duration::from_secs(10)) {
            tracing::warn!(%failure, "the database does not answer");
            reported = Some(Instant::now());
        }
        tokio::time::sleep(IDLE).await;
    }
}
