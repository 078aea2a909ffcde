//! Endpoints by their behaviour, over the reference store, and what happens when a store fails.
//!
//! The binary has the same tests of endpoints over each engine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

#[path = "endpoints.rs"]
mod endpoints;
mod faults;

/// A new, empty store.
async fn store() -> std::sync::Arc<dyn relata_model::store::Store> {
    std::sync::Arc::new(relata_testkit::Reference::new())
}
