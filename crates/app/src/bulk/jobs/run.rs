//! Carries a job out, step by step. Each step is a transaction in the name of the job's user, with the rights that they have
//! then, and notes in the same transaction what became of its lines and how far the job has come. So two processes that are
//! at the same job for a moment do no harm: one of them loses the race.

use super::pieces::{self, Outcome, Piece};
use super::{Failure, Job, State, replace};
use crate::app::App;
use crate::bulk::labels::{Labelled, Labels};
use crate::bulk::packed::{self, packed, unpacked};
use crate::bulk::run::{self, Run};
use crate::bulk::verdict::{self, Verdict};
use crate::bulk::{Mode, PIECE, forget_ids};
use crate::call::{Call, Request};
use crate::endpoint;
use crate::identity::{self, Credentials};
use crate::permission::{Granted, Principal};
use crate::repo::{self, Stored};
use jiff::Timestamp;
use relata_model::error::Kind;
use relata_model::{Code, Error, Result};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Outcomes read at a time, to learn their labels.
const READ: u64 = 50;

/// What a step has come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// There is more to do.
    More,
    /// The job has ended, or somebody else is at it.
    Ended,
    /// The job has ended by a failure that does not pass, which it says itself.
    Failed(Error),
}

/// A job that this process carries out.
pub struct Running {
    app: Arc<App>,
    id: i64,
    /// Pieces that were carried out.
    carried: u64,
    labels: Arc<HashMap<String, Labelled>>,
    /// When the last step was made here.
    last: Option<Timestamp>,
}

/// What a transaction of a job leaves.
enum Left {
    /// It has come further. The labels that later pieces may name.
    Labels(BTreeMap<String, Labelled>, Timestamp),
    /// All was tried and undone: what is to be noted.
    Undone(Vec<Vec<packed::Piece>>),
    /// It has ended, or somebody else is at it.
    Nothing,
}

impl Running {
    /// Takes up a job that waits, or that was left. `None` when there is nothing to do.
    pub async fn open(app: &Arc<App>, id: i64) -> Result<Option<Self>> {
        let opened = endpoint::system(app, move |call, ok| Box::pin(open(call, ok, id))).await?;
        let (app, last) = (Arc::clone(app), None);
        Ok(opened.map(|(carried, labels)| Self { app, id, carried, labels: Arc::new(labels), last }))
    }

    /// Does what is next. A failure is one that may pass; any other ends the job.
    pub async fn step(&mut self) -> Result<Step> {
        match self.try_step().await {
            Err(error) if matches!(error.code.row().kind, Kind::Unavailable | Kind::Conflict | Kind::Unsure) => {
                Err(error)
            }
            Err(error) => {
                fail(&self.app, self.id, &error).await?;
                Ok(Step::Failed(error))
            }
            done => done,
        }
    }

    async fn try_step(&mut self) -> Result<Step> {
        let id = self.id;
        let found = endpoint::system_read(&self.app, move |call| Box::pin(repo::get::<Job>(call, id))).await?;
        let Some(job) = found.map(|it| it.entity).filter(|it| it.state == State::Running) else {
            return Ok(Step::Ended);
        };
        let caller = self.caller(&job).await?;
        let (lang, whole) = (job.lang(), job.is_whole());
        let principal = caller.clone().unwrap_or_else(|_| Principal { user: job.user.clone(), ..Principal::default() });
        let request = Arc::new(Request { principal, id: job.request, lang, ..Request::default() });
        let (number, labels, last) = (self.carried, Arc::clone(&self.labels), self.last);
        let left = endpoint::later(&self.app, &request, move |call, ok| {
            let (labels, revoked) = (Arc::clone(&labels), caller.clone().err());
            Box::pin(async move {
                match running(call, id, number).await? {
                    None => Ok(Left::Nothing),
                    Some(old) if whole => all(call, ok, &old, revoked).await,
                    Some(old) => one(call, ok, &old, labels, revoked, last).await,
                }
            })
        });
        match left.await? {
            Left::Nothing => Ok(Step::Ended),
            Left::Labels(new, now) => {
                self.carried += 1;
                self.last = Some(now);
                if !new.is_empty() {
                    Arc::make_mut(&mut self.labels).extend(new);
                }
                Ok(Step::More)
            }
            Left::Undone(outcomes) => {
                let outcomes = Arc::new(outcomes);
                endpoint::later(&self.app, &request, move |call, ok| {
                    let outcomes = Arc::clone(&outcomes);
                    Box::pin(async move {
                        let Some(old) = running(call, id, 0).await? else { return Ok(()) };
                        let outcomes = outcomes.iter().map(|it| unpacked(it.clone()));
                        note_all(call, ok, &old, outcomes.collect()).await
                    })
                })
                .await?;
                Ok(Step::Ended)
            }
        }
    }

    /// Who the job's user is now; the inner error where they may not call any more.
    async fn caller(&self, job: &Job) -> Result<Result<Principal>> {
        let credentials = Credentials::Vouched { user: job.user.clone(), app: job.app.clone() };
        match identity::authenticate(&self.app, &credentials, None).await {
            // What they were not let in for, they do not get later.
            Ok(principal) => Ok(Ok(Principal { admin: principal.admin && job.admin, ..principal })),
            Err(error) if error.code == Code::Unauthenticated => {
                let why = "the user who started the job was revoked";
                Ok(Err(Error::new(Code::RequestFailed).arg(why)))
            }
            Err(error) => Err(error),
        }
    }
}

/// Ends a job that cannot go on.
pub async fn fail(app: &Arc<App>, id: i64, error: &Error) -> Result<()> {
    let error = error.clone();
    endpoint::system(app, move |call, ok| {
        let error = error.clone();
        Box::pin(async move {
            let Some(old) = repo::get::<Job>(call, id).await?.filter(|it| it.entity.state == State::Running) else {
                return Ok(());
            };
            let mut job = old.entity.clone();
            job.error = Some(Failure::of(&error, job.lang()));
            job.end(State::Failed, call.now);
            replace(call, ok, &old, &job).await
        })
    })
    .await
}

/// The pieces that were carried out, and the labels that they gave.
async fn open(call: &mut Call<'_>, ok: Granted, id: i64) -> Result<Option<(u64, HashMap<String, Labelled>)>> {
    let Some(old) = repo::get::<Job>(call, id).await? else { return Ok(None) };
    let mut job = old.entity.clone();
    match job.state {
        State::Waiting => {
            (job.state, job.started) = (State::Running, call.now.as_millisecond());
            replace(call, ok, &old, &job).await?;
        }
        State::Running => {}
        State::Uploading | State::Done | State::Failed | State::Cancelled | State::Deleted => return Ok(None),
    }
    let (mut labels, mut next) = (HashMap::new(), 1);
    while next <= job.carried {
        let last = job.carried.min(next + READ - 1);
        for outcome in pieces::read::<Outcome>(call, id, next..=last).await? {
            labels.extend(outcome.labels);
        }
        next = last + 1;
    }
    Ok(Some((job.carried, labels)))
}

/// The job, if it is to be carried out from this place on.
async fn running(call: &mut Call<'_>, id: i64, carried: u64) -> Result<Option<Stored<Job>>> {
    let found = repo::get::<Job>(call, id).await?;
    Ok(found.filter(|it| it.entity.state == State::Running && it.entity.carried == carried))
}

/// Carries the next piece out.
async fn one(
    call: &mut Call<'_>,
    ok: Granted,
    old: &Stored<Job>,
    labels: Arc<HashMap<String, Labelled>>,
    revoked: Option<Error>,
    last: Option<Timestamp>,
) -> Result<Left> {
    let mut job = old.entity.clone();
    let number = job.carried + 1;
    let piece: Piece = pieces::read_one(call, job.id, number).await?;
    let mut work = Run::new(job.on_conflict, Labels::after(labels));
    let verdicts = carry_out(call, &mut work, &piece, revoked.as_ref()).await?;
    let labels = work.labels.into_own();
    pieces::write(call, ok, vec![Outcome::new(job.id, number, &verdicts, labels.clone())]).await?;
    job.carried = number;
    job.done += verdicts.len() as u64;
    job.counts.add(&verdicts);
    job.touched = call.now.as_millisecond();
    if let Some(took) = last.map(|last| call.now.duration_since(last).as_millis().max(1)) {
        let now = verdicts.len() as u64 * 1000 / u64::try_from(took).unwrap_or(1);
        job.rate = if job.rate == 0 { now } else { (job.rate * 3 + now) / 4 };
    }
    if job.carried == job.pieces {
        finish(call, &mut job, revoked.as_ref());
    }
    replace(call, ok, old, &job).await?;
    Ok(Left::Labels(labels, call.now))
}

/// Carries all pieces out, as one transaction, which is undone where nothing may stay.
async fn all(call: &mut Call<'_>, ok: Granted, old: &Stored<Job>, revoked: Option<Error>) -> Result<Left> {
    let job = &old.entity;
    let mut run = Run::new(job.on_conflict, Labels::default());
    let (mut outcomes, mut failed) = (Vec::new(), None);
    for number in 1..=job.pieces {
        let piece: Piece = pieces::read_one(call, job.id, number).await?;
        let verdicts = carry_out(call, &mut run, &piece, revoked.as_ref()).await?;
        failed = failed.or_else(|| run::first_failed(&verdicts));
        outcomes.push(packed(&verdicts));
    }
    let failed = failed.filter(|_| job.mode == Mode::Atomic);
    if failed.is_none() && !job.dry_run {
        note_all(call, ok, old, outcomes.into_iter().map(unpacked).collect()).await?;
        return Ok(Left::Nothing);
    }
    call.undo();
    for outcome in &mut outcomes {
        let mut verdicts = unpacked(std::mem::take(outcome));
        if let Some(row) = failed {
            run::fail_with(call, &mut verdicts, row);
        }
        forget_ids(&mut verdicts);
        *outcome = packed(&verdicts);
    }
    Ok(Left::Undone(outcomes))
}

/// Notes what became of all pieces.
async fn note_all(call: &mut Call<'_>, ok: Granted, old: &Stored<Job>, outcomes: Vec<Vec<Verdict>>) -> Result<()> {
    let mut job = old.entity.clone();
    let mut rows = Vec::with_capacity(outcomes.len());
    for (number, verdicts) in (1..).zip(&outcomes) {
        job.carried = number;
        job.done += verdicts.len() as u64;
        job.counts.add(verdicts);
        rows.push(Outcome::new(job.id, number, verdicts, BTreeMap::new()));
    }
    pieces::write(call, ok, rows).await?;
    job.touched = call.now.as_millisecond();
    let took = u64::try_from(job.touched - job.started).unwrap_or_default().max(1);
    job.rate = job.done * 1000 / took;
    finish(call, &mut job, None);
    replace(call, ok, old, &job).await
}

/// All lines have a verdict.
fn finish(call: &Call<'_>, job: &mut Job, revoked: Option<&Error>) {
    job.error = revoked.map(|error| Failure::of(error, job.lang()));
    job.end(if revoked.is_some() { State::Failed } else { State::Done }, call.now);
}

/// Carries the lines of a piece out; where nobody may do that any more, they all fail.
async fn carry_out(call: &mut Call<'_>, run: &mut Run, piece: &Piece, revoked: Option<&Error>) -> Result<Vec<Verdict>> {
    let mut given = piece.read();
    let mut verdicts = Vec::new();
    if let Some(error) = revoked {
        let failed = |row| Verdict::failed(row, verdict::Failure::new(error.clone()), call.lang());
        return Ok(given.map(|(row, _)| failed(row)).collect());
    }
    loop {
        let some: Vec<_> = given.by_ref().take(PIECE).collect();
        if some.is_empty() {
            return Ok(verdicts);
        }
        verdicts.extend(run.apply(call, some).await?);
    }
}
