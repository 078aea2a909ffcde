//! What a server does by itself for as long as it runs: it looks again and again for something to do. Of several servers on
//! one database one does it at a time.

use std::sync::Arc;
use std::time::Duration;

use relata_app::App;
use relata_app::lease::{Lease, RENEWAL, Task};
use relata_model::Result;
use tokio::sync::oneshot::Receiver;
use tokio::time::{Instant, MissedTickBehavior};

/// Who is to do it, where there are several servers.
pub(crate) struct Held(Option<(Lease, Option<Instant>)>);

impl Held {
    /// `shared`: other processes use the store, too.
    pub(crate) fn new(app: &Arc<App>, task: Task, shared: bool) -> Self {
        Self(shared.then(|| (Lease::new(app, task), None)))
    }

    /// Whether it is this process. Where there is nothing to do, nobody has to be.
    pub(crate) async fn hold(&mut self, something: bool) -> Result<bool> {
        let Some((lease, renewed)) = &mut self.0 else { return Ok(true) };
        let is_due = renewed.is_none_or(|at| at.elapsed() >= RENEWAL);
        if is_due && something {
            *renewed = lease.hold().await?.then(Instant::now);
        }
        Ok(renewed.is_some())
    }

    async fn release(self) {
        if let Some((lease, Some(_))) = self.0
            && let Err(error) = lease.release().await
        {
            tracing::debug!(%error, "a lease ends by itself");
        }
    }
}

/// What is done.
pub(crate) trait Duty {
    /// Looks what is to be done, and begins it.
    fn look(&mut self, held: &mut Held) -> impl Future<Output = Result<()>> + Send;
    /// Leaves everything as it is.
    fn stop(&mut self);
}

/// Looks every `pause` until `stopping` ends. `failure` says what is wrong when the store does not answer.
pub(crate) async fn run(
    mut duty: impl Duty,
    mut held: Held,
    pause: Duration,
    failure: &'static str,
    mut stopping: Receiver<()>,
) {
    let mut clock = tokio::time::interval(pause);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = &mut stopping => break,
        }
        match duty.look(&mut held).await {
            Ok(()) => failing = false,
            Err(error) => {
                // Somebody else may be at it by now.
                duty.stop();
                if !failing {
                    tracing::warn!(%error, detail = error.detail, "{failure}");
                    failing = true;
                }
            }
        }
    }
    duty.stop();
    held.release().await;
}
