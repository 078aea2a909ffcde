//! Sends webhooks for as long as the server runs: what to send and what a failure means is decided in `relata-app`, here are
//! the tasks, one for each webhook, and the connections.
//!
//! Of several servers on one database one sends at a time. A receiver that hangs holds up its own webhook only.

mod guard;
mod post;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use guard::Guard;
use relata_app::App;
use relata_app::lease::Task;
use relata_app::webhooks::delivery::{self, Next};
use relata_model::Result;
use tokio::sync::oneshot::Receiver;
use tokio::task::JoinHandle;

use crate::duty::{self, Duty, Held};

/// How often it is looked for new webhooks, for those that were changed, and for what somebody wants to be sent again.
const LOOK: Duration = Duration::from_secs(1);

/// The pause after news that were not wanted, so that many changes of other things cost little.
const PAUSE: Duration = Duration::from_millis(20);

/// The pause after the store did not answer.
const FAILURE: Duration = Duration::from_secs(2);

/// What is not wanted is noted after so many numbers, so that it is not read again after a restart.
const NOTED: i64 = 10_000;

/// Sends until `stopping` ends. `shared`: other processes use the store, too.
pub(crate) async fn run(app: Arc<App>, guard: Guard, shared: bool, stopping: Receiver<()>) {
    let held = Held::new(&app, Task::Webhooks, shared);
    let sending = Sending { app, guard: Arc::new(guard), tasks: HashMap::new() };
    duty::run(sending, held, LOOK, "webhooks cannot be sent", stopping).await;
}

struct Sending {
    app: Arc<App>,
    guard: Arc<Guard>,
    /// By the id of the webhook.
    tasks: HashMap<i64, JoinHandle<()>>,
}

impl Duty for Sending {
    /// Starts a task for each webhook that has none.
    async fn look(&mut self, held: &mut Held) -> Result<()> {
        let active = delivery::active(&self.app).await?;
        if !held.hold(!active.is_empty()).await? {
            self.stop();
            return Ok(());
        }
        self.tasks.retain(|_, task| !task.is_finished());
        for id in active {
            self.tasks.entry(id).or_insert_with(|| {
                let (app, guard) = (Arc::clone(&self.app), Arc::clone(&self.guard));
                tokio::spawn(send(app, guard, id))
            });
        }
        Ok(())
    }

    fn stop(&mut self) {
        self.tasks.drain().for_each(|(_, task)| task.abort());
    }
}

/// Sends for one webhook until it is gone or switched off.
async fn send(app: Arc<App>, guard: Arc<Guard>, webhook: i64) {
    let (mut known, mut noted) = (0, 0);
    loop {
        match step(&app, &guard, webhook, &mut known, &mut noted).await {
            Ok(true) => {}
            Ok(false) => return,
            // The store says it in the log itself.
            Err(error) => {
                tracing::debug!(%error, detail = error.detail, webhook, "the progress of a webhook cannot be read or noted");
                tokio::time::sleep(FAILURE).await;
            }
        }
    }
}

/// Does what is next; false when there is nothing to do any more.
async fn step(app: &Arc<App>, guard: &Guard, webhook: i64, known: &mut i64, noted: &mut i64) -> Result<bool> {
    match delivery::next(app, webhook, *known).await? {
        Next::Nothing => return Ok(false),
        Next::Send(message) => {
            let outcome = post::post(guard, &message).await;
            delivery::settle(app, &message, outcome).await?;
        }
        Next::At(_) => tokio::time::sleep(LOOK / 4).await,
        Next::News(upto) => {
            if upto - *noted > NOTED {
                delivery::skip(app, webhook, upto).await?;
                *noted = upto;
            }
            if *known != upto {
                tokio::time::sleep(PAUSE).await;
            }
            *known = upto;
            // Also without news there may be something to send again.
            let _ = tokio::time::timeout(LOOK, app.news(upto)).await;
        }
    }
    Ok(true)
}
