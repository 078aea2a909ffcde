//! Models: what kinds of things are recorded (models.md §2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A model record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_classification_id": "bk_network", "bk_obj_id": "switch", "bk_obj_name": "Switch", "bk_obj_icon": "icon-cc-switch2"}]))]
pub struct Model {
    /// Numeric id. It names the part of the store where the instances are.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Classification the model belongs to.
    #[serde(rename = "bk_classification_id")]
    pub classification: String,
    /// Icon name.
    #[serde(rename = "bk_obj_icon")]
    pub icon: String,
    /// Textual id, unique.
    #[serde(rename = "bk_obj_id")]
    pub obj_id: String,
    /// Display name, unique.
    #[serde(rename = "bk_obj_name")]
    pub name: String,
    /// Display flag only.
    #[serde(rename = "bk_ishidden")]
    pub hidden: bool,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
    /// No new instances.
    #[serde(rename = "bk_ispaused")]
    pub paused: bool,
    /// Position on the canvas, JSON text.
    pub position: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// Free text.
    pub description: String,
    /// User who created it.
    #[schemars(extend("readOnly" = true))]
    pub creator: String,
    /// User who changed it last.
    #[schemars(extend("readOnly" = true))]
    pub modifier: String,
    /// Local time text.
    #[schemars(extend("readOnly" = true))]
    pub create_time: Option<String>,
    /// Local time text.
    #[schemars(extend("readOnly" = true))]
    pub last_time: Option<String>,
    /// Position within the classification, from 1.
    #[serde(rename = "obj_sort_number")]
    pub sort_number: i64,
}

/// Models with endpoints of their own; the general instance endpoints refuse them (instances.md, `IM`).
pub const INNER: &[&str] = &["biz", "set", "module", "host", "process", "plat", "bk_biz_set_obj", "bk_project"];

/// True for a model of [`INNER`].
pub fn is_inner(obj_id: &str) -> bool {
    INNER.contains(&obj_id)
}

/// The attribute that holds an instance's id (associations.md §1).
pub fn id_field(obj_id: &str) -> &'static str {
    match obj_id {
        "biz" => "bk_biz_id",
        "bk_biz_set_obj" => "bk_biz_set_id",
        "bk_project" => "id",
        "set" => "bk_set_id",
        "module" => "bk_module_id",
        "host" => "bk_host_id",
        "process" => "bk_process_id",
        "plat" => "bk_cloud_id",
        _ => "bk_inst_id",
    }
}

/// The attribute that holds an instance's name (associations.md §1).
pub fn name_field(obj_id: &str) -> &'static str {
    match obj_id {
        "biz" => "bk_biz_name",
        "bk_biz_set_obj" => "bk_biz_set_name",
        "bk_project" => "bk_project_name",
        "set" => "bk_set_name",
        "module" => "bk_module_name",
        "host" => "bk_host_name",
        "process" => "bk_process_name",
        "plat" => "bk_cloud_name",
        _ => "bk_inst_name",
    }
}
