//! The tests of endpoints over the PostgreSQL engine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

use relata_model::store::Store;
use relata_store_postgres::Postgres;
use relata_testkit::postgres::server;
use std::sync::Arc;

#[path = "../../app/tests/endpoints.rs"]
mod endpoints;
#[path = "endpoints/searching.rs"]
mod searching;

async fn store() -> Arc<dyn Store> {
    Arc::new(Postgres::open(&server().new_database().url()).await.unwrap())
}
