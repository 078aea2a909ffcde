//! Endpoints by their behaviour, over the reference store.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

mod associations;
mod attributes;
mod audit;
mod faults;
mod instance_searches;
mod instances;
mod link_queries;
mod links;
mod models;
mod stored;
mod uniques;
mod verify;
