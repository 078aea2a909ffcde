//! Associations: kinds, associations between models, and links between instances.

pub mod definitions;
pub mod kinds;
pub mod link_queries;
mod link_rights;
pub mod links;
mod links_topology;
