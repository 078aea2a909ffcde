//! What of the instances the caller may see: models as a whole are counted by the index, of the others those that were found
//! are read under the filter of the right.

use super::Finding;
use crate::call::Call;
use crate::permission::{Granted, Limit, Permission};
use crate::schema::Schema;
use relata_model::Result;
use relata_model::search::{Ask, View};
use std::collections::{BTreeSet, HashSet};

/// Most instances of one model that are read under a filter.
const MOST_READ: usize = 2000;

/// The right to see instances, by the places of models.
pub(super) struct Seen(Vec<Option<Limit>>);

impl Seen {
    pub(super) fn of(call: &mut Call<'_>, models: &[&str]) -> Self {
        Self(models.iter().map(|model| call.visible(Granted::under(Permission::InstanceView), model)).collect())
    }

    pub(super) fn limit(&self, model: usize) -> Option<&Limit> {
        self.0.get(model)?.as_ref()
    }

    /// The models that are seen at all.
    pub(super) fn models(&self) -> impl Iterator<Item = (usize, &Limit)> {
        self.0.iter().enumerate().filter_map(|(place, limit)| Some((place, limit.as_ref()?)))
    }

    /// The models of which everything is seen.
    pub(super) fn whole(&self) -> impl Iterator<Item = usize> {
        self.models().filter(|(_, limit)| limit.is_whole()).map(|(place, _)| place)
    }
}

/// Models of which a part is seen, in an index.
pub(super) struct Parts<'a> {
    pub(super) view: &'a dyn View,
    pub(super) except: &'a HashSet<(String, i64)>,
    pub(super) models: &'a [&'a str],
    pub(super) seen: &'a Seen,
}

impl Parts<'_> {
    pub(super) async fn find(&self, call: &mut Call<'_>, schema: &Schema, finding: &mut Finding<'_>) -> Result<()> {
        for (place, limit) in self.seen.models().filter(|(_, limit)| !limit.is_whole()) {
            let Some(model) = self.models.get(place).and_then(|id| schema.model(id)) else { continue };
            let (only, limit_of_hits) = (BTreeSet::from([place]), MOST_READ + 1);
            let found = self.view.find(&Ask {
                query: finding.query,
                models: self.models,
                except: self.except,
                counted: &only,
                told: &only,
                after: None,
                limit: limit_of_hits,
            })?;
            finding.exact &= found.hits.len() <= MOST_READ;
            let ids: Vec<i64> = found.hits.iter().take(MOST_READ).map(|hit| hit.id).collect();
            if ids.is_empty() {
                continue;
            }
            for row in limit.rows(call, model, &ids).await? {
                finding.compare(&model.model.obj_id, place, row.id, &row.doc);
            }
        }
        Ok(())
    }
}
