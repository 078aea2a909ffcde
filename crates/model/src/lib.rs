//! What a CMDB is: models, attributes, instances, associations and links, filters, errors, and the port to a store.
//!
//! Pure: no async runtime, no HTTP, no SQL, no clock of its own. Rules decide here and in `relata-app`; engines only store.

pub mod association;
pub mod attribute;
pub mod change;
pub mod classification;
pub mod error;
pub mod filter;
pub mod instance;
pub mod model;
pub mod page;
pub mod search;
pub mod store;
pub mod time;
pub mod unique;

pub use error::{Code, Error, Lang, Result};

/// A JSON object: the document form of every record.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// The only supplier account (tenant) that Relata serves; see `docs/COMPATIBILITY.md`.
pub const ACCOUNT: &str = "0";
