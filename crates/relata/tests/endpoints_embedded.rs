//! The tests of endpoints over the embedded engine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

use relata_model::Result;
use relata_model::store::{BoxFut, Store, Work};
use relata_store_embedded::Embedded;
use std::sync::Arc;

#[path = "../../app/tests/endpoints.rs"]
mod endpoints;
#[path = "embedded/packages.rs"]
mod packages;
#[path = "endpoints/searching.rs"]
mod searching;

/// A store, and the folder that goes when it is closed.
struct InFolder(Embedded, #[expect(dead_code, reason = "kept, not used")] tempfile::TempDir);

impl Store for InFolder {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.0.read(work)
    }

    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.0.write(work)
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.0.news(after)
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        self.0.check()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.0.figures()
    }
}

async fn store() -> Arc<dyn Store> {
    let folder = tempfile::tempdir().unwrap();
    Arc::new(InFolder(Embedded::open(folder.path().join("relata.db")).unwrap(), folder))
}
