//! Everything that can be called.

use crate::endpoint::Endpoint;
use crate::{
    associations, audit, auth, changes, field_templates, fulltext, graph, history, id_rules, identity, instances,
    models, quoted, user_custom, watch, webhooks,
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
    graph::ENDPOINTS,
    identity::ENDPOINTS,
    identity::roles::ENDPOINTS,
];

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    ALL.iter().copied().flatten()
}

/// Values of members, by name, as examples in the documentation.
pub const USUAL_VALUES: &[(&str, &str)] = &[
    ("bk_asst_id", "connect"),
    ("bk_asst_obj_id", "host"),
    ("bk_biz_id", "2"),
    ("bk_classification_id", "bk_network"),
    ("bk_group_id", "default"),
    ("bk_inst_name", "sw-01"),
    ("bk_obj_asst_id", "switch_connect_host"),
    ("bk_obj_icon", "icon-cc-switch2"),
    ("bk_obj_id", "switch"),
    ("bk_obj_name", "Switch"),
    ("bk_property_group", "default"),
    ("bk_property_id", "serial"),
    ("bk_property_name", "Serial number"),
    ("bk_supplier_account", "0"),
    ("create_time", "2026-01-01 08:00:00"),
    ("fields", "bk_inst_name"),
    ("last_time", "2026-01-01 08:00:00"),
    ("limit", "10"),
    ("sort", "-bk_inst_id"),
    ("user", "admin"),
];
