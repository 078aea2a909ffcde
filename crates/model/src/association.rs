//! Associations between models, and links between instances (models.md §9–§10, associations.md).

pub mod mapping;

pub use mapping::Mapping;
use serde::{Deserialize, Serialize};

/// The kind of the business topology; its associations have endpoints of their own.
pub const MAINLINE: &str = "bk_mainline";

/// An association kind record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssociationKind {
    /// Numeric id.
    pub id: i64,
    /// Textual id, unique.
    #[serde(rename = "bk_asst_id")]
    pub kind_id: String,
    /// Display name.
    #[serde(rename = "bk_asst_name")]
    pub name: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
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
    pub built_in: bool,
}

/// An association between two models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelAssociation {
    /// Numeric id; names the association in [`Link`].
    pub id: i64,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
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
    /// `1:1`, `1:n`, `n:n`; see [`Mapping::from_wire`].
    pub mapping: String,
    /// `none`, `delete_src`, `delete_dest`: kept, without effect.
    pub on_delete: String,
    /// Built in.
    #[serde(rename = "ispre")]
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
