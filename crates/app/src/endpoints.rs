//! Everything that can be called.

use crate::endpoint::Endpoint;
use crate::{
    associations, audit, auth, changes, field_templates, fulltext, history, id_rules, identity, instances, models,
    quoted, user_custom, watch, webhooks,
};

/// The rows of every domain.
pub const ALL: &[&[Endpoint]] = &[
    models::classifications::ENDPOINTS,
    models::definitions::ENDPOINTS,
    models::attributes::ENDPOINTS,
    models::groups::ENDPOINTS,
    models::uniques::ENDPOINTS,
    models::mainline::ENDPOINTS,
    models::canvas::ENDPOINTS,
    models::exchange::ENDPOINTS,
    associations::kinds::ENDPOINTS,
    associations::definitions::ENDPOINTS,
    associations::links::ENDPOINTS,
    associations::link_queries::ENDPOINTS,
    associations::links_of_instance::ENDPOINTS,
    associations::import::ENDPOINTS,
    instances::ENDPOINTS,
    instances::searches::ENDPOINTS,
    instances::console::ENDPOINTS,
    instances::by_link::ENDPOINTS,
    instances::import::ENDPOINTS,
    id_rules::ENDPOINTS,
    fulltext::ENDPOINTS,
    user_custom::ENDPOINTS,
    quoted::ENDPOINTS,
    field_templates::ENDPOINTS,
    field_templates::bindings::ENDPOINTS,
    field_templates::lists::ENDPOINTS,
    field_templates::sync::ENDPOINTS,
    audit::ENDPOINTS,
    audit::console::ENDPOINTS,
    auth::ENDPOINTS,
    changes::ENDPOINTS,
    watch::ENDPOINTS,
    webhooks::ENDPOINTS,
    history::ENDPOINTS,
    identity::ENDPOINTS,
    identity::roles::ENDPOINTS,
];

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    ALL.iter().copied().flatten()
}
