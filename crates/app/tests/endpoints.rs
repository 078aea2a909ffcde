//! The tests of endpoints, for any store: whoever includes them has a `store` in the root that makes a new one.

mod associations;
mod attributes;
mod audit;
mod bulk;
mod console;
mod contract;
mod contract_fields;
mod copy;
mod field_templates;
mod follower;
mod graph;
mod history;
mod id_rules;
mod instance_list;
mod instance_searches;
mod instances;
mod jobs;
mod link_queries;
mod links;
mod models;
mod quoted;
mod revert;
mod rights;
mod stored;
mod uniques;
mod verify;
mod watch;
mod webhooks;

use crate::store;
use relata_app::Settings;
use relata_testkit::Harness;

async fn harness() -> Harness {
    Harness::over(store().await).await
}

async fn harness_with(settings: Settings) -> Harness {
    Harness::with(store().await, settings).await
}
