//! Associations: kinds, associations between models, and links between instances.

pub mod definitions;
pub(crate) mod former;
pub mod import;
pub mod kinds;
pub mod link_queries;
mod link_rights;
pub mod links;
pub mod links_of_instance;
mod links_topology;
