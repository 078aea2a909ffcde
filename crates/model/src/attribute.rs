//! Attributes of models and the kinds of values they hold (models.md §3–§7).

pub mod definition;
pub mod kind;
pub mod pattern;

pub use definition::{Origin, check_definition, check_update};
pub use kind::{Check, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An attribute record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the record has these flags")]
#[schemars(extend("examples" = [{"bk_obj_id": "switch", "bk_property_id": "serial", "bk_property_name": "Serial number", "bk_property_type": "singlechar", "bk_property_group": "default", "option": "", "editable": true}]))]
pub struct Attribute {
    /// Business it belongs to; 0 for all.
    #[serde(rename = "bk_biz_id")]
    pub business: i64,
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// Model.
    #[serde(rename = "bk_obj_id")]
    pub obj_id: String,
    /// Textual id: the field of the instance.
    #[serde(rename = "bk_property_id")]
    pub property_id: String,
    /// Display name.
    #[serde(rename = "bk_property_name")]
    pub name: String,
    /// Group it is shown in.
    #[serde(rename = "bk_property_group")]
    pub group: String,
    /// Position in the group.
    #[serde(rename = "bk_property_index")]
    pub index: i64,
    /// Unit of the value, for display.
    pub unit: String,
    /// Hint for who fills it in.
    pub placeholder: String,
    /// May be changed after creation.
    pub editable: bool,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
    /// Must be given and not be empty.
    #[serde(rename = "isrequired")]
    pub required: bool,
    /// Display flag only.
    #[serde(rename = "isreadonly")]
    pub read_only: bool,
    /// Takes part in the model's first unique rule.
    #[serde(rename = "isonly")]
    pub only: bool,
    /// Hidden: the system's own.
    #[serde(rename = "bk_issystem")]
    pub system: bool,
    /// Hidden: set through the API only.
    #[serde(rename = "bk_isapi")]
    pub api: bool,
    /// Name of the [`Kind`].
    #[serde(rename = "bk_property_type")]
    #[schemars(schema_with = "kind::names")]
    pub kind: String,
    /// Parameters of the kind.
    pub option: Value,
    /// Value of new instances that give none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Holds several values.
    #[serde(rename = "ismultiple", skip_serializing_if = "Option::is_none")]
    pub multiple: Option<bool>,
    /// Free text.
    pub description: String,
    /// Field template it comes from, 0 for none.
    #[serde(rename = "bk_template_id")]
    pub template: i64,
    /// User who created it.
    #[schemars(extend("readOnly" = true))]
    pub creator: String,
    /// Local time text.
    #[schemars(extend("readOnly" = true))]
    pub create_time: Option<String>,
    /// Local time text.
    #[schemars(extend("readOnly" = true))]
    pub last_time: Option<String>,
}

/// A group of attributes (models.md §7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_obj_id": "switch", "bk_group_id": "network", "bk_group_name": "Network"}]))]
pub struct AttributeGroup {
    /// Business it belongs to; 0 for all.
    #[serde(rename = "bk_biz_id")]
    pub business: i64,
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Textual id.
    #[serde(rename = "bk_group_id")]
    pub group_id: String,
    /// Display name.
    #[serde(rename = "bk_group_name")]
    pub name: String,
    /// Position.
    #[serde(rename = "bk_group_index")]
    pub index: i64,
    /// Model.
    #[serde(rename = "bk_obj_id")]
    pub obj_id: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// The group of attributes that name none.
    #[serde(rename = "bk_isdefault")]
    pub default: bool,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
    /// Shown folded.
    #[serde(rename = "is_collapse")]
    pub collapsed: bool,
}

/// The group that every model has.
pub const DEFAULT_GROUP: &str = "default";
