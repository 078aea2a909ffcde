//! One transaction on one connection: how statements are sent, and how their failures come back.
//!
//! Statements are pipelined: a write is sent without waiting, and its failure shows at the next question or at the commit,
//! so that a work costs one round trip for each question and one for all its writes together with the commit. PostgreSQL
//! refuses every statement after a failed one, so nothing can be committed in part.
//!
//! What a transaction counts on can be sent along as a condition, [`Session::demand`], instead of being asked before.

use crate::connect::Conn;
use crate::sql::{self, failure};
use futures_util::FutureExt as _;
use futures_util::future::{MaybeDone, maybe_done};
use relata_model::{Code, Error, Result};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

/// The parameters of a statement.
pub(crate) type Params = Vec<Box<dyn ToSql + Sync + Send>>;

/// Boxes parameters.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$(Box::new($value) as Box<dyn tokio_postgres::types::ToSql + Sync + Send>),*] };
}
pub(crate) use params;

type Outcome<T> = Result<T, tokio_postgres::Error>;
type Sent<T> = Pin<Box<MaybeDone<Pin<Box<dyn Future<Output = Outcome<T>> + Send>>>>>;

/// How a transaction begins, and what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads one snapshot.
    Read,
    /// Writes; definitions do not change meanwhile.
    Write,
    /// Writes definitions; nobody else writes meanwhile.
    Define,
}

impl Mode {
    const fn begin(self) -> &'static str {
        match self {
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Write => "BEGIN; LOCK TABLE definitions IN ROW SHARE MODE",
            Self::Define => "BEGIN; LOCK TABLE definitions IN EXCLUSIVE MODE",
        }
    }
}

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum End {
    /// Committed, or undone as it had to be.
    Known(Result<()>),
    /// The connection was lost before the commit was sent: nothing has happened.
    Lost(Error),
    /// The connection was lost while the commit was under way.
    Unknown(Error),
    /// Undone, and to be begun anew.
    Anew(Anew),
}

impl End {
    /// A read that has ended so may end well on another server: this one has gone, or has replayed what the read was in the
    /// way of (a conflict).
    pub(crate) fn is_of_the_server(&self) -> bool {
        let of_the_server = [Code::Conflict, Code::Unavailable, Code::Corrupt, Code::Internal];
        match self {
            Self::Lost(_) | Self::Unknown(_) => true,
            Self::Known(done) => done.as_ref().is_err_and(|error| of_the_server.contains(&error.code)),
            Self::Anew(_) => false,
        }
    }
}

/// Why a work has to begin anew, which is not its caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anew {
    /// It writes definitions, which takes [`Mode::Define`].
    Define,
    /// What it counted on is not so, see [`Session::demand`].
    Demand,
}

/// A transaction.
pub(crate) struct Session {
    conn: Conn,
    pub(crate) mode: Mode,
    /// Statements whose answers nobody has looked at yet, in the order in which they were sent.
    queued: VecDeque<Sent<u64>>,
    /// The first failure; the transaction cannot end well any more.
    spoilt: Option<Error>,
    /// The connection is of no more use.
    lost: bool,
    wrote: bool,
    /// The work has to begin anew.
    anew: Option<Anew>,
    /// Marks the log's rows of this transaction.
    pub(crate) attempt: Vec<u8>,
}

impl Session {
    /// Begins a transaction without waiting for it.
    pub(crate) fn begin(conn: Conn, mode: Mode, attempt: Vec<u8>) -> Self {
        let mut session =
            Self { conn, mode, queued: VecDeque::new(), spoilt: None, lost: false, wrote: false, anew: None, attempt };
        session.send_simple(mode.begin());
        session
    }

    /// Sends a statement without parameters.
    pub(crate) fn send_simple(&mut self, sql: &'static str) {
        let client = Arc::clone(&self.conn.client);
        self.push(Box::pin(async move { client.batch_execute(sql).await.map(|()| 0) }));
    }

    fn push(&mut self, statement: Pin<Box<dyn Future<Output = Outcome<u64>> + Send>>) {
        let sent = sent(statement);
        self.queued.push_back(sent);
    }

    /// Asks one question and waits for the answer, and for all that was sent before.
    pub(crate) async fn query(&mut self, sql: &str, params: Params) -> Result<Vec<Row>> {
        let statement = self.prepare(sql).await?;
        let client = Arc::clone(&self.conn.client);
        let asked = sent(Box::pin(async move { client.query(&statement, &refs(&params)).await }));
        self.settle(asked).await
    }

    /// Sends a write; a failure shows later.
    pub(crate) async fn send(&mut self, sql: &str, params: Params) -> Result<()> {
        self.may_write()?;
        let statement = self.prepare(sql).await?;
        self.push(self.execution(statement, params));
        Ok(())
    }

    /// Sends a question that divides by zero when what the transaction counts on is not so. Then it fails, whatever was sent
    /// after it, and ends as [`End::Anew`].
    pub(crate) async fn demand(&mut self, sql: &str, params: Params) -> Result<()> {
        let statement = self.prepare(sql).await?;
        self.push(self.execution(statement, params));
        Ok(())
    }

    /// Sends a write and waits for the number of rows that it has changed.
    pub(crate) async fn affect(&mut self, sql: &str, params: Params) -> Result<u64> {
        self.may_write()?;
        let statement = self.prepare(sql).await?;
        let asked = sent(self.execution(statement, params));
        self.settle(asked).await
    }

    fn execution(&self, statement: Statement, params: Params) -> Pin<Box<dyn Future<Output = Outcome<u64>> + Send>> {
        let client = Arc::clone(&self.conn.client);
        Box::pin(async move { client.execute(&statement, &refs(&params)).await })
    }

    /// Called before anything is changed.
    pub(crate) fn may_write(&mut self) -> Result<()> {
        if self.mode == Mode::Read {
            return Err(Error::internal("a reading transaction cannot write"));
        }
        self.wrote = true;
        Ok(())
    }

    /// Called before definitions are changed.
    pub(crate) fn may_define(&mut self) -> Result<()> {
        self.may_write()?;
        if self.mode == Mode::Define {
            return Ok(());
        }
        self.anew = Some(Anew::Define);
        Err(self.spoil(sql::conflict("definitions are changed by a transaction of its own")))
    }

    /// Notes a failure after which the transaction cannot end well: what failed may have been done in part.
    pub(crate) fn spoil(&mut self, error: Error) -> Error {
        self.spoilt.get_or_insert(error).clone()
    }

    /// Gives the connection up.
    pub(crate) fn lose(&mut self, error: Error) -> Error {
        self.lost = true;
        self.queued.clear();
        self.spoil(error)
    }

    async fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(error) = &self.spoilt {
            return Err(error.clone());
        }
        if let Some(statement) = self.conn.prepared(sql) {
            return Ok(statement);
        }
        // What was sent before is answered before, and its answer has to be taken: else the connection stands still when
        // it is a long one. In a failed transaction nothing can be prepared; the failure is that of a statement before.
        let (client, text) = (Arc::clone(&self.conn.client), sql.to_owned());
        let asked = sent(Box::pin(async move { client.prepare(&text).await }));
        let statement = self.settle(asked).await?;
        self.conn.remember(sql, &statement);
        Ok(statement)
    }

    fn fail(&mut self, error: &tokio_postgres::Error) -> Error {
        self.lost |= sql::is_lost(error);
        if error.code() == Some(&SqlState::DIVISION_BY_ZERO) {
            self.anew.get_or_insert(Anew::Demand);
        }
        self.spoil(failure(error))
    }

    /// Waits for all that was sent.
    async fn drain(&mut self) -> Result<()> {
        while let Some(mut sent) = self.queued.pop_front() {
            sent.as_mut().await;
            if let Some(Err(error)) = sent.as_mut().take_output() {
                self.fail(&error);
            }
        }
        self.spoilt.clone().map_or(Ok(()), Err)
    }

    /// Waits for a statement after all before it.
    async fn settle<T>(&mut self, mut asked: Sent<T>) -> Result<T> {
        self.conn.count_round_trip();
        let before = self.drain().await;
        asked.as_mut().await;
        let outcome = asked.as_mut().take_output();
        before?;
        match outcome {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(self.fail(&error)),
            None => Err(Error::internal("a statement was asked twice")),
        }
    }

    /// Commits, or undoes everything when the work or a statement has failed.
    pub(crate) async fn end(mut self, result: Result<()>) -> End {
        let failed = result.as_ref().err().cloned().or_else(|| self.spoilt.clone());
        if self.lost {
            return End::Lost(failed.unwrap_or_else(late));
        }
        if self.queued.is_empty() && self.spoilt.is_none() && !self.wrote {
            // Everything is known. What comes next on the connection comes after this, and the driver takes its answer.
            self.send_simple("ROLLBACK");
            self.conn.keep();
            return End::Known(result);
        }
        self.conn.count_round_trip();
        if failed.is_some() || !self.wrote {
            self.send_simple("ROLLBACK");
            // What was sent before the work failed may have failed by itself, and comes first.
            return match (self.drain().await, failed) {
                (Err(error), _) | (Ok(()), Some(error)) => self.undone(error),
                (Ok(()), None) => {
                    self.conn.keep();
                    End::Known(Ok(()))
                }
            };
        }
        self.send_simple("COMMIT");
        match self.drain().await {
            Ok(()) => {
                self.conn.keep();
                End::Known(Ok(()))
            }
            Err(error) if self.lost => End::Unknown(error),
            Err(error) => self.undone(error),
        }
    }

    fn undone(mut self, error: Error) -> End {
        if self.lost {
            return End::Lost(error);
        }
        self.conn.keep();
        self.anew.map_or(End::Known(Err(error)), End::Anew)
    }
}

/// Sends at once: the driver writes a request when it is first polled.
fn sent<T>(statement: Pin<Box<dyn Future<Output = Outcome<T>> + Send>>) -> Sent<T> {
    let mut sent = Box::pin(maybe_done(statement));
    let _pending = sent.as_mut().now_or_never();
    sent
}

fn refs(params: &Params) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect()
}

/// The store did not answer in time.
pub(crate) fn late() -> Error {
    Error::new(Code::Unavailable).detail("the database did not answer in time")
}

#[cfg(test)]
mod tests;
