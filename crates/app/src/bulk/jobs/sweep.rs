//! Which jobs are to be carried out, and which to be forgotten.

use super::pieces::{self, Outcome, Piece};
use super::{Job, State, replace};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo::{self, Stored};
use jiff::SignedDuration;
use relata_model::Result;
use relata_model::filter::Filter;
use relata_model::store::{Remove, Table};
use std::collections::HashMap;
use std::sync::Arc;

/// An upload that has not come further for so long is given up.
const STALLED: SignedDuration = SignedDuration::from_hours(1);
/// Pieces that are forgotten in one transaction.
const FORGOTTEN: u64 = 20;

/// What there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Jobs to be carried out, those under way and those of users who have none under way first.
    pub jobs: Vec<i64>,
    /// Something is to be forgotten: see [`sweep`].
    pub sweep: bool,
}

/// What there is to do now.
pub async fn due(app: &Arc<App>) -> Result<Due> {
    endpoint::system_read(app, |call| Box::pin(look(call))).await
}

async fn look(call: &mut Call<'_>) -> Result<Due> {
    let all = repo::find::<Job>(call, Filter::everything()).await?;
    let sweep = all.iter().any(|it| is_over(call, &it.entity));
    let mut jobs: Vec<Job> = all.into_iter().map(|it| it.entity).collect();
    jobs.retain(|job| matches!(job.state, State::Waiting | State::Running));
    jobs.sort_by_key(|job| (job.state != State::Running, job.created, job.id));
    let mut of_user: HashMap<String, usize> = HashMap::new();
    let mut ranked: Vec<(usize, i64)> = Vec::with_capacity(jobs.len());
    for job in jobs {
        let rank = of_user.entry(job.user).or_default();
        ranked.push((*rank, job.id));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    Ok(Due { jobs: ranked.into_iter().map(|(_, id)| id).collect(), sweep })
}

fn is_over(call: &Call<'_>, job: &Job) -> bool {
    let since = |time: i64| SignedDuration::from_millis(call.now.as_millisecond() - time);
    match job.state {
        State::Deleted => true,
        State::Uploading => since(job.touched) >= STALLED,
        State::Waiting | State::Running => false,
        State::Done | State::Failed | State::Cancelled => since(job.finished) >= call.app.settings.job_life,
    }
}

/// Forgets some of what is to be forgotten.
pub async fn sweep(app: &Arc<App>) -> Result<()> {
    endpoint::system(app, |call, ok| {
        Box::pin(async move {
            let all = repo::find::<Job>(call, Filter::everything()).await?;
            match all.into_iter().find(|it| is_over(call, &it.entity)) {
                Some(job) => forget(call, ok, &job).await,
                None => Ok(()),
            }
        })
    })
    .await
}

/// Forgets the last pieces of a job, and then the job.
async fn forget(call: &mut Call<'_>, ok: Granted, old: &Stored<Job>) -> Result<()> {
    let mut job = old.entity.clone();
    job.discard();
    let last = job.pieces;
    if last == 0 {
        let gone = Remove { id: job.id, keys: repo::unique_keys(&old.entity) };
        return call.tx.delete_many(Table::Jobs.into(), vec![gone]).await;
    }
    let first = last.saturating_sub(FORGOTTEN - 1).max(1);
    pieces::forget::<Piece>(call, ok, job.id, first..=last).await?;
    pieces::forget::<Outcome>(call, ok, job.id, first..=last).await?;
    job.pieces = first - 1;
    replace(call, ok, old, &job).await
}
