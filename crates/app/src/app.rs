//! What all calls share: the store, the settings, the clock, and the cached schema.

use crate::identity::Logins;
use crate::schema::Schema;
use crate::search::keeper::Search;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use relata_model::change::{ChangeSet, Resource};
use relata_model::search::Index;
use relata_model::store::{BoxFut, Store, Work};
use relata_model::{Code, Error, Result};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, PoisonError, RwLock};

/// What the outside world provides: time and randomness (rule of direction 8).
pub trait Environment: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;
    /// Unpredictable bytes, for secrets.
    fn random(&self) -> [u8; 32];
}

/// Limits that an operator may change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Most links in one batch (`limits.link_batch`).
    pub link_batch: usize,
    /// Most instances in one batch (`limits.instance_batch`).
    pub instance_batch: usize,
    /// Most rows in one answer of the endpoints that have no largest page (`limits.answer_rows`).
    pub answer_rows: u64,
    /// How far back watching goes (`limits.history_days`).
    pub history: SignedDuration,
    /// After how many seconds a webhook is sent again, one for each failure (`webhooks.retry_seconds`).
    pub webhook_retries: Vec<u64>,
    /// How long jobs are kept that have ended (`limits.job_days`).
    pub job_life: SignedDuration,
    /// The zone of times that carry none.
    pub zone: TimeZone,
}

/// 5 seconds to a day, about three days in all.
pub const WEBHOOK_RETRIES: [u64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl Default for Settings {
    fn default() -> Self {
        Self {
            link_batch: 200,
            instance_batch: 200,
            answer_rows: 100_000,
            history: SignedDuration::from_hours(7 * 24),
            webhook_retries: WEBHOOK_RETRIES.to_vec(),
            job_life: SignedDuration::from_hours(7 * 24),
            zone: TimeZone::UTC,
        }
    }
}

impl Settings {
    /// How many rows to ask the store for where a caller asks for `limit` of them, or for all: at the most one more than
    /// an answer may have, by which [`Self::check_answer`] sees that there are too many.
    pub(crate) fn rows_to_ask(&self, limit: Option<u64>) -> u64 {
        limit.unwrap_or(u64::MAX).min(self.answer_rows.saturating_add(1))
    }

    /// Refuses an answer of too many rows: 1199059.
    pub(crate) fn check_answer(&self, rows: usize) -> Result<()> {
        if rows as u64 <= self.answer_rows {
            return Ok(());
        }
        let hint = format!("the answer has more than {} rows; ask for pages or narrow the condition", self.answer_rows);
        Err(Error::new(Code::PageLimitTooLarge).hint(hint))
    }
}

/// What the check of credentials reads, rights included.
pub(crate) const WHO_MAY_CALL: [Resource; 5] =
    [Resource::User, Resource::Token, Resource::Application, Resource::Role, Resource::Group];

/// The application: one for a process.
pub struct App {
    /// The engine.
    pub store: Arc<dyn Store>,
    /// Limits.
    pub settings: Settings,
    /// Time and randomness.
    pub environment: Arc<dyn Environment>,
    /// Jobs that this process carries out now, for metrics.
    pub running_jobs: AtomicUsize,
    schema: RwLock<Arc<Schema>>,
    pub(crate) logins: Logins,
    /// The index of the search, and how far it is.
    pub search: Search,
}

impl App {
    /// An application on an open store.
    pub fn new(store: Arc<dyn Store>, settings: Settings, environment: Arc<dyn Environment>) -> Self {
        let (running_jobs, schema, logins) = (AtomicUsize::new(0), RwLock::default(), Logins::default());
        Self { store, settings, environment, running_jobs, schema, logins, search: Search::default() }
    }

    /// With an index for the search, which a [`crate::search::keeper::Keeper`] has to keep.
    #[must_use]
    pub fn searching_by(mut self, index: Arc<dyn Index>) -> Self {
        self.search = Search::by(index);
        self
    }

    /// Succeeds when the store answers.
    pub async fn ready(&self) -> Result<()> {
        let nothing: Arc<Work> = Arc::new(|_| Box::pin(async { Ok(()) }));
        self.store.read(nothing).await
    }

    /// Returns once the change log has something settled after this number; holds nothing while it waits.
    pub fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.store.news(after)
    }

    /// Takes note of changes that another process has made: what is remembered of callers is forgotten when it may be
    /// wrong.
    pub fn learn(&self, changes: &[ChangeSet]) {
        if changes.iter().any(|set| WHO_MAY_CALL.contains(&set.resource)) {
            self.logins.forget();
        }
    }

    /// The schema that is cached, of whichever revision.
    pub(crate) fn cached_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a schema for later calls.
    pub(crate) fn cache_schema(&self, schema: Arc<Schema>) {
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = schema;
    }
}
