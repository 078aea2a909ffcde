//! The conformance suite on the embedded engine.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_store_embedded::Embedded;
use relata_testkit::suite::TestStore;

fn new_store() -> TestStore {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("relata.db");
    let again = path.clone();
    TestStore::from(Embedded::open(path).unwrap()).reopen_by(move || Embedded::open(&again).unwrap()).keep(directory)
}

relata_testkit::conformance!(embedded, new_store);
