//! Associations between models (models.md §10).

use crate::repo::{Entity, Key};
use relata_model::association::ModelAssociation;
use relata_model::change;
use relata_model::store::tables::{Table, rule};

/// The endpoints of this domain.
pub const ENDPOINTS: &[crate::endpoint::Endpoint] = &[];

impl Entity for ModelAssociation {
    const TABLE: Table = Table::ModelAssociations;
    const RESOURCE: change::Resource = change::Resource::ModelAssociation;
    fn id(&self) -> i64 {
        self.id
    }
    fn set_id(&mut self, id: i64) {
        self.id = id;
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn scope(&self) -> &'static str {
        ""
    }
    fn keys(&self) -> Vec<Key> {
        vec![
            Key::new(rule::ASSOCIATION_ID, "bk_obj_asst_id", [self.association_id.as_str()]),
            Key::new(
                rule::ASSOCIATION_ENDS,
                "bk_obj_id, bk_asst_id, bk_asst_obj_id",
                [self.source.as_str(), self.kind.as_str(), self.target.as_str()],
            ),
        ]
    }
}
