//! A task that one process at a time does, of all that share a store: whoever holds the lease of it.
//!
//! The holder renews the lease; another one takes it over once it has seen no renewal for some time by its own clock, so
//! that the clocks of machines need not agree. It only keeps work from being done twice for long: what is done must bear two
//! holders for a moment. Leases are no data and not in the change log.

use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo::{self, Key, Stored};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use relata_model::Result;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::store::{NewRow, Replace, Table};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How often to call [`Lease::hold`].
pub const RENEWAL: std::time::Duration = std::time::Duration::from_secs(5);

/// A lease that was not renewed for so long may be taken over.
const LOST: SignedDuration = SignedDuration::from_secs(18);

/// The tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Sending webhooks.
    Webhooks,
    /// Carrying out jobs.
    Jobs,
}

impl Task {
    const fn name(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Jobs => "jobs",
        }
    }
}

/// Who does a task.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Holder {
    id: i64,
    /// Unique.
    task: String,
    /// A process; empty when it has let go.
    process: String,
}

// It is never logged, so the resource says nothing.
repo::entity! { Holder: Leases, Webhook,
    name |it| it.task.as_str(),
    scope |_| "",
    keys |it| vec![Key::new(rule::LEASE_TASK, "task", [it.task.as_str()])]
}

/// A process that wants to do a task.
pub struct Lease {
    app: Arc<App>,
    task: Task,
    process: String,
    /// The revision that somebody else's lease was seen at, and since when.
    seen: Option<(i64, Timestamp)>,
}

impl Lease {
    /// Nothing is held yet.
    pub fn new(app: &Arc<App>, task: Task) -> Self {
        let process = STANDARD.encode(app.environment.random());
        Self { app: Arc::clone(app), task, process, seen: None }
    }

    /// Takes or renews the lease; whether this process holds it now. When it fails the process must stop the task, too.
    pub async fn hold(&mut self) -> Result<bool> {
        let (task, process, seen) = (self.task, self.process.clone(), self.seen);
        let told = endpoint::system(&self.app, move |call, ok| {
            let process = process.clone();
            Box::pin(async move { hold(call, ok, task, process, seen).await })
        });
        self.seen = told.await?;
        Ok(self.seen.is_none())
    }

    /// Lets go, so that another process need not wait.
    pub async fn release(self) -> Result<()> {
        let (task, process) = (self.task, self.process.clone());
        endpoint::system(&self.app, move |call, ok| {
            let process = process.clone();
            Box::pin(async move { release(call, ok, task, &process).await })
        })
        .await
    }
}

/// `None` when the lease is held; else at which revision it was seen, and since when.
async fn hold(
    call: &mut Call<'_>,
    ok: Granted,
    task: Task,
    process: String,
    seen: Option<(i64, Timestamp)>,
) -> Result<Option<(i64, Timestamp)>> {
    let Some(old) = find(call, task).await? else {
        let id = call.tx.next_ids(Table::Leases.name(), 1).await?;
        let new = Holder { id, task: task.name().to_owned(), process };
        let row = NewRow { id, doc: repo::document(&new)?, keys: repo::unique_keys(&new) };
        call.tx.insert_many(Table::Leases.into(), vec![row]).await?;
        return Ok(None);
    };
    let revision = old.revision;
    if !old.entity.process.is_empty() && old.entity.process != process {
        match seen {
            Some((before, since)) if before == revision && call.now.duration_since(since) >= LOST => {}
            Some((before, since)) if before == revision => return Ok(Some((before, since))),
            Some(_) | None => return Ok(Some((revision, call.now))),
        }
    }
    replace(call, ok, old, process).await?;
    Ok(None)
}

async fn find(call: &mut Call<'_>, task: Task) -> Result<Option<Stored<Holder>>> {
    Ok(repo::find::<Holder>(call, Filter::equal("task", task.name())).await?.into_iter().next())
}

/// Also for the same process: the revision shows that it lives.
async fn replace(call: &mut Call<'_>, _ok: Granted, old: Stored<Holder>, process: String) -> Result<()> {
    let doc = repo::document(&Holder { process, ..old.entity })?;
    let id = old.entity.id;
    let replace = Replace { id, revision: old.revision, doc, drop_keys: Vec::new(), take_keys: Vec::new() };
    call.tx.replace_many(Table::Leases.into(), vec![replace]).await
}

async fn release(call: &mut Call<'_>, ok: Granted, task: Task, process: &str) -> Result<()> {
    match find(call, task).await? {
        Some(old) if old.entity.process == process => replace(call, ok, old, String::new()).await,
        Some(_) | None => Ok(()),
    }
}
