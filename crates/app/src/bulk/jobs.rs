//! Jobs: operations that are uploaded whole and then carried out without their caller, transaction after transaction, by
//! whichever process is there.
//!
//! The lines are rows of the store, a piece for each transaction ([`pieces`]). What became of them and how far the job has
//! come is written in the transaction that carries them out ([`run`]), so a job goes on after a crash as if there had been
//! none. Jobs are no data and not in the change log; what they change is, with the request id of the upload. Which process
//! runs them when is the binary's business.

mod list;
mod pieces;
mod result;
mod run;
mod sweep;
mod upload;

use super::verdict::{Status, Verdict};
use super::{Mode, OnConflict};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use jiff::Timestamp;
pub(crate) use pieces::{Outcome, Piece};
use relata_model::store::tables::rule;
use relata_model::store::{NewRow, Replace, Table};
use relata_model::{Code, Error, Lang, Result, time};
pub use run::{Running, Step, fail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use sweep::{Due, due, sweep};

crate::endpoints! { Relata;
    /// Upload operations, to be carried out as a job.
    ///
    /// The body is as that of a stream to `relata_bulk`, with the options in the query; or JSON with a list of operations.
    /// With the header `Idempotency-Key` an upload that is repeated answers the job that it has begun already.
    relata_start_job = POST "/jobs", SignedIn, Upload => upload::start;
    /// The jobs of the caller, newest first.
    relata_list_jobs = GET "/jobs", SignedIn, Read => list::list;
    /// A job of the caller, or, for an administrator, of anybody: how far it has come.
    relata_get_job = GET "/jobs/{id}", SignedIn, Read => show;
    /// What became of the operations of a job, a line for each, as far as it has come.
    relata_read_job_result = GET "/jobs/{id}/result", SignedIn, Pages => result::result;
    /// End a job. What it has done until then stays.
    relata_cancel_job = POST "/jobs/{id}/cancel", SignedIn, Write => cancel;
    /// Forget a job, with what was uploaded and its results; one that has not ended is cancelled. What it has done stays.
    relata_delete_job = DELETE "/jobs/{id}", SignedIn, Write => delete;
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "JobState")]
pub(super) enum State {
    /// Its operations are still coming.
    #[default]
    Uploading,
    /// It begins when those before it have ended.
    Waiting,
    /// It is carried out.
    Running,
    /// All operations were carried out, also where some of them failed.
    Done,
    /// It has ended early; `error` says why.
    Failed,
    /// Somebody has ended it.
    Cancelled,
    /// It is to be forgotten: nobody is shown it any more.
    #[schemars(skip)]
    Deleted,
}

impl State {
    /// Those of a job that has not ended.
    const OPEN: [Self; 3] = [Self::Uploading, Self::Waiting, Self::Running];
    /// Those of a job that is shown.
    const SHOWN: [Self; 6] = [Self::Uploading, Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    const fn name(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Deleted => "deleted",
        }
    }

    fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

/// How many operations ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "JobCounts")]
pub(super) struct Counts {
    /// They are there now.
    created: u64,
    /// They were changed.
    updated: u64,
    /// They were as they were asked for already.
    unchanged: u64,
    /// They were there already, and were left alone.
    exists: u64,
    /// They are gone.
    deleted: u64,
    /// Nothing was done.
    failed: u64,
}

impl Counts {
    fn add(&mut self, verdicts: &[Verdict]) {
        for verdict in verdicts {
            *match verdict.status {
                Status::Created => &mut self.created,
                Status::Updated => &mut self.updated,
                Status::Unchanged => &mut self.unchanged,
                Status::Exists => &mut self.exists,
                Status::Deleted => &mut self.deleted,
                Status::Failed => &mut self.failed,
            } += 1;
        }
    }
}

/// Why a job has ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "JobError")]
pub(super) struct Failure {
    /// The number of the error.
    code: i64,
    /// The same in the language of who started the job.
    message: String,
}

impl Failure {
    fn of(error: &Error, lang: Lang) -> Self {
        Self { code: error.code.row().number, message: error.message(lang) }
    }
}

/// A job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Job {
    id: i64,
    user: String,
    /// The application that acted for the user.
    app: String,
    /// The user was let in as an administrator.
    admin: bool,
    english: bool,
    /// Id of the request that began the upload.
    request: String,
    /// By which the upload may be repeated; empty for none.
    key: String,
    name: String,
    mode: Mode,
    on_conflict: OnConflict,
    dry_run: bool,
    chunk: usize,
    state: State,
    /// Pieces and operations that were uploaded.
    pieces: u64,
    total: u64,
    /// Pieces and operations that were carried out.
    carried: u64,
    done: u64,
    counts: Counts,
    /// Milliseconds, as all times; 0 for not yet.
    created: i64,
    started: i64,
    finished: i64,
    /// When it has come further last.
    touched: i64,
    rate: u64,
    error: Option<Failure>,
}

// It is never logged, so the resource says nothing.
repo::entity! { Job: Jobs, Task,
    name |it| it.name.as_str(),
    scope |_| "",
    keys |it| {
        let key = || Key::new(rule::JOB_KEY, "Idempotency-Key", [it.user.as_str(), it.key.as_str()]);
        if it.key.is_empty() { Vec::new() } else { vec![key()] }
    }
}

impl Job {
    /// All operations are one transaction.
    fn is_whole(&self) -> bool {
        self.mode == Mode::Atomic || self.dry_run
    }

    const fn lang(&self) -> Lang {
        if self.english { Lang::En } else { Lang::Zh }
    }

    fn end(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.finished = now.as_millisecond();
    }

    /// Makes it one that is to be forgotten, and gives its key back.
    fn discard(&mut self) {
        self.state = State::Deleted;
        self.key.clear();
    }
}

/// How many operations there are, and how many were carried out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JobRows")]
struct Rows {
    /// All; so far, while they are uploaded.
    total: u64,
    /// Carried out, or tried.
    done: u64,
}

/// A job as it is shown. Times are UTC.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Job")]
struct Shown {
    /// Numeric id.
    id: i64,
    /// What its user calls it.
    name: String,
    /// Who started it.
    user: String,
    /// How far it is.
    state: State,
    /// `partial` or `atomic`.
    mode: Mode,
    /// What becomes of a creation of what is there already.
    on_conflict: OnConflict,
    /// Nothing is written.
    dry_run: bool,
    /// How many operations there are, and how many were carried out.
    rows: Rows,
    /// How those ended.
    counts: Counts,
    /// When the upload began.
    created: String,
    /// When the first operation was carried out; null before.
    started: Option<String>,
    /// When it ended; null before.
    finished: Option<String>,
    /// Why it has ended early; null where it has not.
    error: Option<Failure>,
    /// Operations a second, lately.
    rate: u64,
    /// The request id of its changes in the audit log.
    request: String,
}

impl From<Job> for Shown {
    fn from(job: Job) -> Self {
        let at = |milliseconds: i64| Timestamp::from_millisecond(milliseconds).map(time::stored).unwrap_or_default();
        let later = |milliseconds: i64| (milliseconds > 0).then(|| at(milliseconds));
        Self {
            id: job.id,
            name: job.name,
            user: job.user,
            state: job.state,
            mode: job.mode,
            on_conflict: job.on_conflict,
            dry_run: job.dry_run,
            rows: Rows { total: job.total, done: job.done },
            counts: job.counts,
            created: at(job.created),
            started: later(job.started),
            finished: later(job.finished),
            error: job.error,
            rate: job.rate,
            request: job.request,
        }
    }
}

/// A job by its id.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "JobNamed")]
struct Named {
    /// Numeric id.
    id: Number,
}

impl Input for Named {
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }
}

/// The job with an id, if the caller may see it.
async fn existing(call: &mut Call<'_>, id: &Number) -> Result<Stored<Job>> {
    let id = id.required(Code::ParamNotInteger, "id")?;
    let found = repo::get::<Job>(call, id).await?.filter(|it| it.entity.state != State::Deleted);
    let principal = &call.request.principal;
    let seen = found.filter(|it| principal.admin || it.entity.user == principal.user);
    seen.ok_or_else(|| Error::refers_to_nothing("id").hint("you have no such job"))
}

async fn show(call: &mut Call<'_>, _ok: Granted, input: &Named) -> Result<Shown> {
    Ok(existing(call, &input.id).await?.entity.into())
}

async fn cancel(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<Shown> {
    let old = existing(call, &input.id).await?;
    let mut job = old.entity.clone();
    if job.state.is_open() {
        job.end(State::Cancelled, call.now);
        replace(call, ok, &old, &job).await?;
    }
    Ok(job.into())
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let old = existing(call, &input.id).await?;
    let mut job = old.entity.clone();
    job.discard();
    replace(call, ok, &old, &job).await
}

/// Keeps a new job.
async fn insert(call: &mut Call<'_>, _ok: Granted, mut job: Job) -> Result<Stored<Job>> {
    job.id = call.tx.next_ids(Table::Jobs.name(), 1).await?;
    let row = NewRow { id: job.id, doc: repo::document(&job)?, keys: repo::unique_keys(&job) };
    call.tx.insert_many(Table::Jobs.into(), vec![row]).await?;
    Ok(Stored { entity: job, revision: 1 })
}

/// Keeps a job that has become another. Whoever has changed it meanwhile has won.
async fn replace(call: &mut Call<'_>, _ok: Granted, old: &Stored<Job>, job: &Job) -> Result<()> {
    let (drop_keys, take_keys) = (repo::unique_keys(&old.entity), repo::unique_keys(job));
    let replace = Replace { id: job.id, revision: old.revision, doc: repo::document(job)?, drop_keys, take_keys };
    call.tx.replace_many(Table::Jobs.into(), vec![replace]).await
}
