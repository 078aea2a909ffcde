//! Everything that can be called.

use crate::endpoint::Endpoint;
use crate::{associations, audit, changes, history, identity, instances, models, watch, webhooks};

/// The rows of every domain.
pub const ALL: &[&[Endpoint]] = &[
    models::classifications::ENDPOINTS,
    models::definitions::ENDPOINTS,
    models::attributes::ENDPOINTS,
    models::groups::ENDPOINTS,
    models::uniques::ENDPOINTS,
    associations::kinds::ENDPOINTS,
    associations::definitions::ENDPOINTS,
    associations::links::ENDPOINTS,
    associations::link_queries::ENDPOINTS,
    instances::ENDPOINTS,
    instances::searches::ENDPOINTS,
    audit::ENDPOINTS,
    changes::ENDPOINTS,
    watch::ENDPOINTS,
    webhooks::ENDPOINTS,
    history::ENDPOINTS,
    identity::ENDPOINTS,
];

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    ALL.iter().copied().flatten()
}
