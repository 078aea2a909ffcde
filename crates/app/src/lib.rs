//! What Relata does: endpoint rows, the rules behind them, permission, and the change log.
//!
//! Knows nothing of HTTP and nothing of engines. [`endpoints::ALL`] is the list of everything that can be called;
//! [`endpoint::run`] is the only way to call it.

pub mod app;
pub mod associations;
pub mod audit;
pub mod auth;
pub mod bulk;
pub mod call;
pub mod changes;
pub mod copy;
mod decode;
pub mod endpoint;
pub mod endpoints;
pub mod field_templates;
pub mod follower;
pub mod fulltext;
pub mod graph;
pub mod history;
pub mod id_rules;
pub mod identity;
pub mod input;
pub mod instances;
pub mod lease;
mod listing;
pub mod models;
pub mod permission;
pub mod quoted;
pub mod repo;
pub mod revert;
pub mod schema;
pub mod search;
mod tasks;
pub mod user_custom;
pub mod verify;
pub mod views;
pub mod watch;
pub mod webhooks;

pub use app::{App, Environment, Settings};
pub use call::Call;
pub use endpoint::{Endpoint, run};
pub use permission::{Granted, Principal};
