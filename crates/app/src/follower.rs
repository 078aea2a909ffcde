//! What other processes have changed in the store, found by following the change log.
//!
//! It only looks: who calls it says how often. Definitions need no following, since every transaction sees their number.

use crate::app::{App, WHO_MAY_CALL};
use crate::call::Call;
use crate::endpoint;
use relata_model::Result;
use relata_model::change::ChangeSet;
use relata_model::store::ChangeQuery;
use std::sync::Arc;

/// A place in the change log, up to which an application knows it.
pub struct Follower {
    app: Arc<App>,
    /// The last number that is known.
    known: i64,
}

impl Follower {
    /// Begins at the end of the log. Nothing may have been remembered before that.
    pub async fn new(app: &Arc<App>) -> Result<Self> {
        let known = endpoint::system_read(app, |call| Box::pin(call.log_end())).await?;
        Ok(Self { app: Arc::clone(app), known })
    }

    /// Looks once, and tells the application what was found. When that fails, everything may have changed.
    pub async fn look(&mut self) -> Result<()> {
        let known = self.known;
        match endpoint::system_read(&self.app, move |call| Box::pin(news(call, known))).await {
            Ok((end, news)) => {
                self.known = end;
                self.app.learn(&news);
                Ok(())
            }
            Err(error) => {
                self.app.logins.forget();
                Err(error)
            }
        }
    }
}

/// The new end of the log, and what of the changes after the known one matters. One is enough to know that callers have
/// changed. Those that others may still come before are seen too, and again until nothing can: who has lost access must
/// not keep it for as long as some transaction is under way.
async fn news(call: &mut Call<'_>, known: i64) -> Result<(i64, Vec<ChangeSet>)> {
    let end = call.log_end().await?;
    let query =
        ChangeQuery { after: known, resources: WHO_MAY_CALL.to_vec(), limit: Some(1), ..ChangeQuery::default() };
    Ok((end, call.tx.changes(&query).await?))
}
