//! Failover: three nodes of PostgreSQL under Patroni lose their primary in several ways while two servers write, and nothing
//! that was answered is lost, nothing is half there, no rule is broken, and who follows the change log misses nothing.
//!
//! It takes minutes and needs Patroni and etcd, so it runs by `make test-failover` only.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests report by a panic, also in functions that no test attribute marks; this one prints what it measured"
)]

mod check;
mod cluster;
mod faults;
mod processes;
#[path = "../safety/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
mod watcher;
mod writers;

use processes::Folder;

#[test]
#[ignore = "takes minutes and needs Patroni and etcd; make test-failover runs it"]
fn no_fault_loses_what_was_answered() {
    let folder = Folder::new();
    faults::run(&folder);
}
