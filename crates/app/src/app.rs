//! What all calls share: the store, the settings, the clock, and the cached schema.

use crate::identity::Logins;
use crate::schema::Schema;
use jiff::{Timestamp, tz::TimeZone};
use relata_model::Result;
use relata_model::store::{Store, Work};
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
    /// The zone of times that carry none.
    pub zone: TimeZone,
}

impl Default for Settings {
    fn default() -> Self {
        Self { link_batch: 200, instance_batch: 200, zone: TimeZone::UTC }
    }
}

/// The application: one for a process.
pub struct App {
    /// The engine.
    pub store: Arc<dyn Store>,
    /// Limits.
    pub settings: Settings,
    /// Time and randomness.
    pub environment: Arc<dyn Environment>,
    schema: RwLock<Arc<Schema>>,
    pub(crate) logins: Logins,
}

impl App {
    /// An application on an open store.
    pub fn new(store: Arc<dyn Store>, settings: Settings, environment: Arc<dyn Environment>) -> Self {
        Self { store, settings, environment, schema: RwLock::default(), logins: Logins::default() }
    }

    /// Succeeds when the store answers.
    pub async fn ready(&self) -> Result<()> {
        let nothing: Arc<Work> = Arc::new(|_| Box::pin(async { Ok(()) }));
        self.store.read(nothing).await
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
