//! Associations between models, and links between instances (models.md §9–§10, associations.md).

pub mod mapping;

pub use mapping::Mapping;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of the business topology; its associations have endpoints of their own.
pub const MAINLINE: &str = "bk_mainline";

/// An association kind record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_asst_id": "powers", "bk_asst_name": "Power", "src_des": "powers", "dest_des": "is powered by", "direction": "src_to_dest"}]))]
pub struct AssociationKind {
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Textual id, unique.
    #[serde(rename = "bk_asst_id")]
    pub kind_id: String,
    /// Display name.
    #[serde(rename = "bk_asst_name")]
    pub name: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// How the source is to the target.
    #[serde(rename = "src_des")]
    pub source_text: String,
    /// How the target is to the source.
    #[serde(rename = "dest_des")]
    pub target_text: String,
    /// `none`, `src_to_dest`, `dest_to_src` or `bidirectional`.
    pub direction: String,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
}

/// An association between two models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_obj_asst_id": "switch_connect_host", "bk_obj_asst_name": "", "bk_obj_id": "switch", "bk_asst_id": "connect", "bk_asst_obj_id": "host", "mapping": "1:n"}]))]
pub struct ModelAssociation {
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// Textual id, unique; by convention `{source}_{kind}_{target}`.
    #[serde(rename = "bk_obj_asst_id")]
    pub association_id: String,
    /// Display name.
    #[serde(rename = "bk_obj_asst_name")]
    pub name: String,
    /// Source model.
    #[serde(rename = "bk_obj_id")]
    pub source: String,
    /// Target model.
    #[serde(rename = "bk_asst_obj_id")]
    pub target: String,
    /// Kind.
    #[serde(rename = "bk_asst_id")]
    pub kind: String,
    /// `1:1`, `1:n` or `n:n` (none counts as the last).
    #[schemars(extend("examples" = ["n:n"]))]
    pub mapping: String,
    /// `none`, `delete_src`, `delete_dest`: kept, without effect.
    pub on_delete: String,
    /// Which way an effect goes along links: `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. Where it is left out,
    /// the `direction` of the kind counts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub impact: String,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
}

/// A link between two instances, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    /// Id, from one sequence for all associations; ascending in the order of creation.
    pub id: i64,
    /// Numeric id of the [`ModelAssociation`].
    pub association: i64,
    /// Id of the source instance, in the source model.
    pub source: i64,
    /// Id of the target instance, in the target model.
    pub target: i64,
}
