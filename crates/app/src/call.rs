//! One call: who calls, in which transaction, at what time; and the change records it collects.

use crate::app::App;
pub use crate::bulk::{Line, Lines, Purpose, Stream, Then};
use crate::permission::{Granted, Open, Principal};
use crate::schema::Schema;
use jiff::Timestamp;
use relata_model::change::{Action, Actor, ChangeSet, LinkRecord, Record, Resource};
use relata_model::store::{ChangeQuery, Tx};
use relata_model::{ACCOUNT, Code, Error, Lang, Result, time};
use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

/// What a caller sends besides the input of the endpoint.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Who calls.
    pub principal: Principal,
    /// Request id, for the log, the change records and the answer.
    pub id: String,
    /// Language of messages.
    pub lang: Lang,
    /// Where the caller stands who looks more than once: at the change log, or at a long answer.
    pub following: Following,
    /// The lines of a stream, for rows that take them.
    pub lines: Option<Lines>,
    /// Of a read, which nobody needs any more when its caller has gone: what the caller holds as long as they wait.
    pub wanted: Option<Weak<()>>,
}

/// What a caller who follows the change log knows already.
#[derive(Clone, Debug, Default)]
pub struct Following {
    /// [`Followed::upto`] of the look before; `None` at the first one.
    pub after: Option<i64>,
    /// They take what is found one by one: [`Followed::items`] instead of the answer.
    pub one_by_one: bool,
}

/// How far a look at the change log came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Everything up to this number was looked at.
    pub upto: i64,
    /// Nothing was found, and there may be something once the log goes beyond `upto`.
    pub nothing: bool,
    /// What was found, for callers who take it one by one: number and JSON text.
    pub items: Vec<(i64, String)>,
}

/// An answer that is no JSON and that people keep in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its media type.
    pub media: &'static str,
    /// A name for the file.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
}

/// A call in its transaction.
pub struct Call<'t> {
    /// The transaction. It has no commit: [`crate::endpoint::run`] commits.
    pub tx: &'t mut (dyn Tx + 't),
    /// What all calls share.
    pub app: &'t App,
    /// Who calls.
    pub request: &'t Request,
    /// The time of the call.
    pub now: Timestamp,
    changes: Vec<ChangeSet>,
    /// What the handler has to settle about the permission of the caller.
    pub(crate) open: BTreeSet<Open>,
    /// The schema that this transaction has read itself.
    schema: Option<Arc<Schema>>,
    /// Set by rows that follow the log.
    pub(crate) followed: Option<Followed>,
    /// Set by rows that a caller has asked for another form than JSON: stands in for the answer.
    pub(crate) document: Option<Document>,
    undone: bool,
}

impl<'t> Call<'t> {
    pub(crate) fn new(tx: &'t mut (dyn Tx + 't), app: &'t App, request: &'t Request) -> Self {
        let now = app.environment.now();
        let (changes, open) = (Vec::new(), BTreeSet::new());
        Self { tx, app, request, now, changes, open, schema: None, followed: None, document: None, undone: false }
    }

    /// An error once nobody waits for the answer any more. For reads that look at very much, between two looks.
    pub(crate) fn check_wanted(&self) -> Result<()> {
        match &self.request.wanted {
            Some(wanted) if wanted.strong_count() == 0 => {
                Err(Error::new(Code::ReadTooLong).detail("nobody waits for the answer any more"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The schema as this transaction sees it.
    pub async fn schema(&mut self) -> Result<Arc<Schema>> {
        let revision = self.tx.meta_revision().await?;
        let known = self.schema.clone().unwrap_or_else(|| self.app.cached_schema());
        if known.revision == revision {
            return Ok(known);
        }
        let schema = Arc::new(Schema::load(self.tx, revision, &self.app.settings.zone, &known).await?);
        self.schema = Some(Arc::clone(&schema));
        Ok(schema)
    }

    /// The schema that this transaction has read, for the calls after it; to be taken over once it is committed. What it
    /// has seen before may be undone: its own change, or that of another one which shares its commit.
    pub(crate) fn take_schema(&mut self) -> Option<Arc<Schema>> {
        self.schema.take()
    }

    /// Undoes the changes of the call when it has ended, and answers all the same.
    pub(crate) fn undo(&mut self) {
        self.undone = true;
    }

    /// Whether [`Self::undo`] was called.
    pub(crate) fn is_undone(&self) -> bool {
        self.undone
    }

    /// The language of the caller.
    pub fn lang(&self) -> Lang {
        self.request.lang
    }

    /// The caller's name.
    pub fn user(&self) -> &str {
        &self.request.principal.user
    }

    /// The tenant.
    pub fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// The time of the call as meta data keeps it.
    pub fn now_local(&self) -> String {
        time::local(self.now, &self.app.settings.zone)
    }

    /// The time of the call as instances keep it.
    pub fn now_stored(&self) -> String {
        time::stored(self.now)
    }

    /// Notes changed documents for the change log.
    pub(crate) fn record(&mut self, resource: Resource, action: Action, scope: &str, records: &[Record]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let data = serde_json::to_string(records).map_err(|error| Error::internal(error.to_string()))?;
        let subjects = records.iter().map(|record| record.id).collect();
        self.push(resource, action, scope, records.len(), subjects, data);
        Ok(())
    }

    /// Notes created or deleted links of one association for the change log.
    pub(crate) fn record_links(&mut self, action: Action, association: &str, records: &[LinkRecord]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let data = serde_json::to_string(records).map_err(|error| Error::internal(error.to_string()))?;
        self.push(Resource::Link, action, association, records.len(), Vec::new(), data);
        Ok(())
    }

    fn push(
        &mut self,
        resource: Resource,
        action: Action,
        scope: &str,
        count: usize,
        subjects: Vec<i64>,
        data: String,
    ) {
        self.changes.push(ChangeSet {
            seq: 0,
            count: i64::try_from(count).unwrap_or(i64::MAX),
            time: self.now.as_millisecond(),
            actor: Actor {
                user: self.request.principal.user.clone(),
                app: self.request.principal.app.clone(),
                request: self.request.id.clone(),
            },
            resource,
            action,
            scope: scope.to_owned(),
            subjects,
            data,
        });
    }

    /// Notes a set of another store's change log as it is, for the copy of what it is about.
    pub(crate) fn repeat(&mut self, _ok: Granted, set: ChangeSet) {
        self.changes.push(set);
    }

    /// The last number of the log that is settled.
    pub(crate) async fn log_end(&mut self) -> Result<i64> {
        let query = ChangeQuery { settled: true, newest_first: true, limit: Some(1), ..ChangeQuery::default() };
        Ok(self.tx.changes(&query).await?.first().map_or(0, ChangeSet::last))
    }

    /// Writes the collected records into the transaction.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() { Ok(()) } else { self.tx.append_changes(changes).await }
    }
}
