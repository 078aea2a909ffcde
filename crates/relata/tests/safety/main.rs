//! What the binary promises when it is killed, raced and started wrongly: tests that run it as a process, over HTTP.
//!
//! Each has a folder and a port of its own. The exception is `agreement`, which needs the engines but no process.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

mod agreement;
mod browser;
mod bulk;
mod concurrency;
mod copying;
mod crash;
mod directory;
mod following;
mod jobs;
mod moving;
mod outage;
mod provider;
mod server;
mod sharing;
mod startup;
mod watching;
mod webhooks;
