//! Reads from a standby of the database, where the settings name one.
//!
//! A read sees what was answered before it began, also on a standby: the primary is asked how far its log has come, which
//! costs a round trip and no data, and the standby is used when it has replayed so much. It is waited for a moment; else, and
//! whenever anything is wrong with it, the read goes to the primary. Positions of two primaries do not compare, so the
//! standby has to be on the primary's timeline. What it has replayed up to there is the same tables in the same format.
//!
//! [`Replica::watch`] looks after the standby, so that one which is away or behind costs a read now and then a moment, and
//! the others nothing. That a read sees what was answered does not rest on it.

use crate::connect::{Conn, Connections, Wanted};
use crate::sql::with_causes;
use crate::{LIVENESS, OpenError, Settings};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_postgres::types::PgLsn;

/// How long a read waits for the standby to come as far as the primary.
const PATIENCE: Duration = Duration::from_millis(30);
/// How long it may take to answer a read how far it has come, and how long it may be behind when it is looked after.
const LAG: Duration = Duration::from_secs(1);
/// How often it is looked after.
const ROUND: Duration = Duration::from_secs(1);
/// How often it is asked how far it has come.
const PAUSE: Duration = Duration::from_millis(2);

/// What was answered is on the primary's disk, but where commits do not wait for it.
const WRITTEN: &str = "SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn()
           ELSE pg_current_wal_flush_lsn() END,
       ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int, current_schema()::text";

/// No position where it is no standby any more. Its own notes say for certain that it has come to a timeline, some time
/// after it has.
const REPLAYED: &str = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END,
       GREATEST(c.timeline_id, r.min_recovery_end_timeline), current_schema()::text
       FROM pg_control_checkpoint() AS c, pg_control_recovery() AS r";

/// How far a server has come.
#[derive(Debug)]
struct Place {
    position: Option<PgLsn>,
    timeline: i32,
    /// Where statements look for tables.
    schema: Option<String>,
}

/// The standby.
pub(crate) struct Replica {
    standby: Connections,
    usable: AtomicBool,
    /// Counts the times that it did not answer; what is under way on it then is given up.
    pub(crate) outages: watch::Sender<u64>,
    reads: AtomicU64,
}

impl Replica {
    /// Refuses another database. One that cannot be reached is looked for later.
    pub(crate) async fn open(settings: &Settings, url: &str, of: String) -> Result<Self, OpenError> {
        // One is for the watch.
        let standby = Connections::new(settings, url, settings.connections.saturating_add(1), Wanted::Standby { of });
        let standby = standby.map_err(|what| OpenError::Settings(format!("replica: {what}")))?;
        if let Ok(mut conn) = standby.get().await {
            conn.keep();
        } else if standby.has_met_another() {
            return Err(OpenError::AnotherReplica);
        }
        let (usable, reads) = (AtomicBool::new(false), AtomicU64::new(0));
        Ok(Self { standby, usable, outages: watch::Sender::new(0), reads })
    }

    /// A connection to the standby, if it has what was answered before this was called.
    pub(crate) async fn connection(&self, primary: &Connections) -> Option<Conn> {
        if !self.usable.load(Ordering::Relaxed) {
            return None;
        }
        let caught_up = tokio::time::timeout(LAG, self.catch_up(None, primary, PATIENCE)).await;
        if let Ok(Ok(Some(conn))) = caught_up {
            self.reads.fetch_add(1, Ordering::Relaxed);
            return Some(conn);
        }
        // Until somebody has looked after it.
        self.usable.store(false, Ordering::Relaxed);
        None
    }

    /// A connection to the standby, `held` or another one, once it has come as far as the primary is at the beginning. None
    /// when it takes too long. The error says why the standby cannot be used.
    async fn catch_up(
        &self,
        held: Option<Conn>,
        primary: &Connections,
        patience: Duration,
    ) -> Result<Option<Conn>, String> {
        let begin = Instant::now();
        let (written, there) = tokio::join!(ask(None, primary, WRITTEN), ask(held, &self.standby, REPLAYED));
        let ((mut asked, written), (mut conn, mut there)) = (written?, there?);
        asked.keep();
        drop(asked);
        loop {
            let Some(position) = there.position else { return Err("it is no standby any more".to_owned()) };
            if written.position.is_some_and(|written| written <= position) {
                break;
            }
            if begin.elapsed() >= patience {
                conn.keep();
                return Ok(None);
            }
            tokio::time::sleep(PAUSE).await;
            there = place(&conn, REPLAYED).await?;
        }
        if there.timeline != written.timeline {
            let Place { timeline, .. } = there;
            return Err(format!("it was last seen on timeline {timeline}, and the primary is on {}", written.timeline));
        }
        if there.schema != written.schema {
            return Err("its URL leads to another schema than the store's".to_owned());
        }
        Ok(Some(conn))
    }

    /// Looks after the standby for as long as the store is open; `told` is what [`Replica::look`] said before.
    pub(crate) async fn watch(&self, primary: &Connections, (mut held, mut told): (Option<Conn>, String)) {
        loop {
            tokio::time::sleep(ROUND).await;
            (held, told) = self.look(primary, held, told).await;
        }
    }

    /// Finds out whether the standby can be used, and logs it when it differs from what was told. Returns the connection to
    /// it and what is told now.
    pub(crate) async fn look(&self, primary: &Connections, held: Option<Conn>, told: String) -> (Option<Conn>, String) {
        let caught_up = tokio::time::timeout(LIVENESS, self.catch_up(held, primary, LAG)).await;
        let (conn, problem) = match caught_up {
            Ok(Ok(Some(conn))) => (Some(conn), String::new()),
            Ok(Ok(None)) => (None, "it is behind".to_owned()),
            failed => {
                self.outages.send_modify(|outages| *outages += 1);
                (None, failed.map_or_else(|_| "it does not answer".to_owned(), |done| done.err().unwrap_or_default()))
            }
        };
        self.usable.store(conn.is_some(), Ordering::Relaxed);
        if conn.is_none() {
            self.standby.elsewhere();
        }
        if problem != told {
            if conn.is_some() {
                tracing::info!("the replica is used");
            } else {
                tracing::warn!(%problem, "the replica is not used; reads go to the primary");
            }
        }
        (conn, problem)
    }

    /// Whether it is used, and how many reads went to it.
    pub(crate) fn figures(&self) -> (bool, u64) {
        (self.usable.load(Ordering::Relaxed), self.reads.load(Ordering::Relaxed))
    }
}

/// Asks a server how far it has come, on a connection that is held or on one of these.
async fn ask(held: Option<Conn>, connections: &Connections, question: &str) -> Result<(Conn, Place), String> {
    let conn = match held {
        Some(conn) => conn,
        None => connections.get().await.map_err(|error| error.detail.unwrap_or_default())?,
    };
    let place = place(&conn, question).await?;
    Ok((conn, place))
}

async fn place(conn: &Conn, question: &str) -> Result<Place, String> {
    let asked = async {
        let row = conn.client.query_one(&conn.prepare(question).await?, &[]).await?;
        Ok(Place { position: row.try_get(0)?, timeline: row.try_get(1)?, schema: row.try_get(2)? })
    };
    asked.await.map_err(|error: tokio_postgres::Error| with_causes(&error))
}
