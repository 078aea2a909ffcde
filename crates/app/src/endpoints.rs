//! Everything that can be called.

use crate::endpoint::Endpoint;
use crate::{associations, audit, changes, field_templates, identity, instances, models, quoted};

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
    quoted::ENDPOINTS,
    field_templates::ENDPOINTS,
    field_templates::bindings::ENDPOINTS,
    field_templates::lists::ENDPOINTS,
    field_templates::sync::ENDPOINTS,
    audit::ENDPOINTS,
    changes::ENDPOINTS,
    identity::ENDPOINTS,
];

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    ALL.iter().copied().flatten()
}
