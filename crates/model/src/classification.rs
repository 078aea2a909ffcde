//! Classifications: named groups of models (models.md §1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A classification record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_classification_id": "facility", "bk_classification_name": "Facilities", "bk_classification_icon": "icon-cc-default"}]))]
pub struct Classification {
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Textual id, unique.
    #[serde(rename = "bk_classification_id")]
    pub name_id: String,
    /// Display name, unique.
    #[serde(rename = "bk_classification_name")]
    pub name: String,
    /// `""`, `inner` or `hidden`.
    #[serde(rename = "bk_classification_type")]
    pub class: String,
    /// Icon name.
    #[serde(rename = "bk_classification_icon")]
    pub icon: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
}

/// The classification of models without another one; it never changes.
pub const UNCATEGORIZED: &str = "bk_uncategorized";
