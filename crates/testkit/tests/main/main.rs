//! The reference store passes the suite that it is the measure of, the faulty store does what it says, and servers for tests
//! go with them.

mod faulty;
mod postgres;

use relata_testkit::{Reference, conformance};

conformance!(reference, Reference::new);

#[test]
fn the_suite_runs_every_test_that_is_written() {
    let list = include_str!("../../src/suite.rs");
    for part in [
        include_str!("../../src/suite/concurrency.rs"),
        include_str!("../../src/suite/documents.rs"),
        include_str!("../../src/suite/keys.rs"),
        include_str!("../../src/suite/links.rs"),
        include_str!("../../src/suite/log.rs"),
        include_str!("../../src/suite/transactions.rs"),
    ] {
        let tests = part.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next());
        for test in tests {
            assert!(list.lines().any(|line| line.trim() == test), "{test} is missing in the list of conformance!");
        }
    }
}
