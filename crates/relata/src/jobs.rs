//! Carries jobs out for as long as the server runs: what is to be done is decided in `relata-app`, here are the tasks, a few
//! at once.
//!
//! Of several servers on one database one carries jobs out at a time. A server that stops, however, leaves its jobs as they
//! are, and the next one goes on with them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use relata_app::App;
use relata_app::bulk::jobs::{self, Due, Running, Step};
use relata_app::lease::Task;
use relata_model::{Error, Result};
use tokio::sync::oneshot::Receiver;
use tokio::task::JoinHandle;

use crate::duty::{self, Duty, Held};

/// How often it is looked for jobs that begin.
const LOOK: Duration = Duration::from_millis(500);

/// The pause after the store did not answer.
const FAILURE: Duration = Duration::from_secs(2);

/// Carries out jobs, `most` at once, until `stopping` ends. `shared`: other processes use the store, too.
pub(crate) async fn run(app: Arc<App>, most: usize, shared: bool, stopping: Receiver<()>) {
    let held = Held::new(&app, Task::Jobs, shared);
    let worker = Worker { app, most, tasks: HashMap::new() };
    duty::run(worker, held, LOOK, "jobs cannot be carried out", stopping).await;
}

struct Worker {
    app: Arc<App>,
    most: usize,
    /// By the id of the job.
    tasks: HashMap<i64, JoinHandle<()>>,
}

impl Duty for Worker {
    /// Starts tasks for jobs that have none.
    async fn look(&mut self, held: &mut Held) -> Result<()> {
        let Due { jobs, sweep } = jobs::due(&self.app).await?;
        if !held.hold(sweep || !jobs.is_empty()).await? {
            self.stop();
            return Ok(());
        }
        self.reap().await?;
        for id in jobs.into_iter().take(self.most) {
            if self.tasks.len() < self.most && !self.tasks.contains_key(&id) {
                self.tasks.insert(id, tokio::spawn(carry_out(Arc::clone(&self.app), id)));
            }
        }
        self.app.running_jobs.store(self.tasks.len(), Ordering::Relaxed);
        if sweep { jobs::sweep(&self.app).await } else { Ok(()) }
    }

    fn stop(&mut self) {
        self.tasks.drain().for_each(|(_, task)| task.abort());
        self.app.running_jobs.store(0, Ordering::Relaxed);
    }
}

impl Worker {
    /// Takes away tasks that have ended. A job whose task has panicked would do so again.
    async fn reap(&mut self) -> Result<()> {
        let ended: Vec<i64> = self.tasks.iter().filter(|(_, task)| task.is_finished()).map(|(id, _)| *id).collect();
        for id in ended {
            let Some(task) = self.tasks.remove(&id) else { continue };
            if let Err(panic) = task.await
                && panic.is_panic()
            {
                tracing::error!(job = id, "a job has failed by a defect");
                jobs::fail(&self.app, id, &Error::internal(panic.to_string())).await?;
            }
        }
        Ok(())
    }
}

/// Carries a job out until it has ended.
async fn carry_out(app: Arc<App>, id: i64) {
    loop {
        let outcome = match Running::open(&app, id).await {
            Ok(None) => return,
            Ok(Some(running)) => steps(running, id).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => return,
            // The store says it in the log itself.
            Err(error) => {
                tracing::debug!(%error, detail = error.detail, job = id, "a job waits for the store");
                tokio::time::sleep(FAILURE).await;
            }
        }
    }
}

async fn steps(mut running: Running, id: i64) -> Result<()> {
    loop {
        match running.step().await? {
            Step::More => {}
            Step::Ended => return Ok(()),
            Step::Failed(error) => {
                tracing::warn!(%error, detail = error.detail, job = id, "a job has failed");
                return Ok(());
            }
        }
    }
}
