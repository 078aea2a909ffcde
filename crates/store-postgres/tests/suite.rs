//! The conformance suite on the PostgreSQL engine, each test in a database of its own, with and without a replica.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_store_postgres::{Postgres, Settings};
use relata_testkit::postgres::{Server, server};
use relata_testkit::suite::TestStore;
use std::sync::OnceLock;
use tokio::runtime::Handle;

fn new_store() -> TestStore {
    let url = server().new_database().url();
    let open = move || Handle::current().block_on(Postgres::open(&url)).unwrap();
    TestStore::from(open()).reopen_by(open)
}

fn new_store_with_replica() -> TestStore {
    static STANDBY: OnceLock<Server> = OnceLock::new();
    let database = server().new_database();
    let replica = database.on(STANDBY.get_or_init(|| server().standby(&[]))).url();
    let settings = Settings { replica: Some(replica), ..Settings::new(database.url()) };
    let open = move || Handle::current().block_on(Postgres::open_with(settings.clone())).unwrap();
    TestStore::from(open()).reopen_by(open)
}

relata_testkit::conformance!(postgres, new_store);
relata_testkit::conformance!(replica, new_store_with_replica);
