//! Keeps the index of the search for as long as the server runs: what is in it is decided in `relata-app`, how it is kept in
//! `relata-search`; here are its folder, its thread and the times.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use relata_app::App;
use relata_app::search::keeper::Keeper;
use relata_model::Result;
use relata_model::search::Index;
use relata_search::TextIndex;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::oneshot::Receiver;
use tokio::task::JoinHandle;

use crate::config::{Config, Store};

/// The pause after a step, so that many small changes come into the index together. Searches read them from the log
/// meanwhile.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked whether somebody wants the index to be made anew.
const LOOK: Duration = Duration::from_secs(1);

/// The pause after something has failed.
const FAILURE: Duration = Duration::from_secs(2);

/// The folder of the index, and the index in it.
pub(crate) struct Place {
    index: Option<Arc<dyn Index>>,
    /// Goes with the process.
    temporary: Option<TempDir>,
}

impl Place {
    /// The folder that is set, else one beside the embedded store, else one that goes with the process. Without an index the
    /// server serves all the same.
    pub(crate) fn of(config: &Config) -> Self {
        match folder(config) {
            Some(folder) => Self { index: open(&folder), temporary: None },
            None => match tempfile::Builder::new().prefix("relata-search-").tempdir() {
                Ok(temporary) => Self { index: open(temporary.path()), temporary: Some(temporary) },
                Err(error) => {
                    tracing::warn!(%error, "there is no index for the search: no temporary folder");
                    Self { index: None, temporary: None }
                }
            },
        }
    }

    pub(crate) fn index(&self) -> Option<Arc<dyn Index>> {
        self.index.clone()
    }

    /// Whether the index goes with the process.
    pub(crate) const fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}

/// Where the index of a store is kept; `None` where it is made anew by each process.
fn folder(config: &Config) -> Option<PathBuf> {
    let beside = || match &config.store {
        Store::Sqlite(path) => {
            let mut name = path.file_name()?.to_owned();
            name.push("-search");
            Some(path.with_file_name(name))
        }
        Store::Postgres(_) => None,
    };
    config.search_dir.clone().or_else(beside)
}

fn open(folder: &Path) -> Option<Arc<dyn Index>> {
    match TextIndex::open(folder) {
        Ok(index) => Some(Arc::new(index)),
        Err(error) => {
            tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "there is no index for the search");
            None
        }
    }
}

/// Looks whether the index is one of this store, and keeps it on a thread of its own until `stopping` ends.
pub(crate) async fn start(app: &Arc<App>, place: Place, stopping: Receiver<()>) -> Result<JoinHandle<()>> {
    let keeper = Keeper::new(app).await?;
    let app = Arc::clone(app);
    let runtime = Handle::current();
    Ok(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            let Some(keeper) = keeper else { return };
            tokio::select! {
                () = keep(&app, keeper) => {}
                _ = stopping => {}
            }
        });
        drop(place);
    }))
}

async fn keep(app: &App, mut keeper: Keeper) {
    let mut failing = false;
    loop {
        match keeper.step().await {
            Ok(upto) => {
                failing = false;
                while tokio::time::timeout(LOOK, app.news(upto)).await.is_err() {
                    if app.search.is_rebuild_wanted() {
                        break;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, detail = error.detail, "the index of the search cannot be kept");
                    failing = true;
                }
                tokio::time::sleep(FAILURE).await;
            }
        }
    }
}
