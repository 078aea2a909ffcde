//! The conformance suite on the PostgreSQL engine, each test in a database of its own.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_store_postgres::Postgres;
use relata_testkit::postgres::server;
use relata_testkit::suite::TestStore;
use tokio::runtime::Handle;

fn new_store() -> TestStore {
    let url = server().new_database().url();
    let open = move || Handle::current().block_on(Postgres::open(&url)).unwrap();
    TestStore::from(open()).reopen_by(open)
}

relata_testkit::conformance!(postgres, new_store);
