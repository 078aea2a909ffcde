//! What the index does not know yet: the instances that the change log tells of behind it, or all where there is no index.

use super::Building;
use super::keeper::Kept;
use super::rights::Seen;
use crate::audit::records;
use crate::call::Call;
use crate::models::uniques::instances_after;
use crate::schema::Schema;
use relata_model::change::{Action, ChangeSet, Resource};
use relata_model::filter::Filter;
use relata_model::search::View;
use relata_model::store::ChangeQuery;
use relata_model::{Map, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Without an index so many instances are compared, at the most.
const MOST_COMPARED: u64 = 20_000;
/// So many changes are read, at the most. More are only there while the index is far behind.
const MOST_CHANGES: i64 = 50_000;
/// Rows of the log read at a time.
const CHUNK: u64 = 100;

/// Changes by which what is found may be another.
pub(super) const RESOURCES: [Resource; 2] = [Resource::Instance, Resource::Attribute];

/// What is of interest of a [`relata_model::change::Record`].
#[derive(Deserialize)]
pub(super) struct Changed {
    pub(super) id: i64,
    #[serde(default)]
    before: Option<Map>,
    #[serde(default)]
    pub(super) after: Option<Map>,
}

/// The attribute that a record deletes.
fn deleted(record: &Changed) -> Option<&str> {
    record.before.as_ref()?.get("bk_property_id").and_then(Value::as_str)
}

/// True for a set after which values are gone that no record tells of.
pub(super) fn forgets_values(set: &ChangeSet) -> bool {
    set.resource == Resource::Attribute && set.action == Action::Delete
}

/// The state of some instances, and the index for all others.
#[derive(Default)]
pub(super) struct Recent {
    pub(super) view: Option<Arc<dyn View>>,
    /// What the index does not know, by model and id.
    pub(super) except: HashSet<(String, i64)>,
    docs: HashMap<(String, i64), Option<Map>>,
    /// False where the index may know too much.
    pub(super) exact: bool,
    pub(super) building: Option<Building>,
}

impl Recent {
    pub(super) async fn read(call: &mut Call<'_>, schema: &Schema, seen: &Seen) -> Result<Self> {
        let mut recent = Self { exact: true, ..Self::default() };
        match call.app.search.kept() {
            Some(kept) => recent.read_changes(call, kept).await?,
            None => recent.read_all(call, schema, seen).await?,
        }
        recent.except = recent.docs.keys().cloned().collect();
        Ok(recent)
    }

    /// Those that there are, with the places of their models.
    pub(super) fn instances<'r>(&'r self, models: &'r [&str]) -> impl Iterator<Item = (usize, i64, &'r Map)> {
        self.docs
            .iter()
            .filter_map(|((model, id), doc)| Some((models.binary_search(&model.as_str()).ok()?, *id, doc.as_ref()?)))
    }

    async fn read_changes(&mut self, call: &mut Call<'_>, Kept { view, upto }: Kept) -> Result<()> {
        self.view = Some(view);
        let (mut after, mut read) = (upto, 0);
        loop {
            let query =
                ChangeQuery { after, resources: RESOURCES.to_vec(), limit: Some(CHUNK), ..ChangeQuery::default() };
            let sets = call.tx.changes(&query).await?;
            let Some(last) = sets.last() else { return Ok(()) };
            after = last.last();
            for set in &sets {
                read += set.count;
                self.take(set)?;
            }
            if (sets.len() as u64) < CHUNK {
                return Ok(());
            }
            if read > MOST_CHANGES {
                let number = |seq: i64| u64::try_from(seq).unwrap_or_default();
                self.building = Some(Building { done: number(upto), total: number(call.log_end().await?) });
                return Ok(());
            }
        }
    }

    fn take(&mut self, set: &ChangeSet) -> Result<()> {
        if set.resource == Resource::Instance {
            for Changed { id, after, .. } in records(set)? {
                self.docs.insert((set.scope.clone(), id), after);
            }
        } else if forgets_values(set) {
            self.exact = false;
            let records: Vec<Changed> = records(set)?;
            for (_, doc) in self.docs.iter_mut().filter(|((model, _), _)| *model == set.scope) {
                for name in records.iter().filter_map(deleted) {
                    doc.as_mut().map(|doc| doc.remove(name));
                }
            }
        }
        Ok(())
    }

    /// All instances, where they are few.
    async fn read_all(&mut self, call: &mut Call<'_>, schema: &Schema, seen: &Seen) -> Result<()> {
        let models = schema.models.values().enumerate().filter(|(place, _)| seen.limit(*place).is_some());
        let models: Vec<_> = models.map(|(_, model)| model).collect();
        let mut total = 0;
        for model in &models {
            total += call.tx.count(model.space(), &Filter::everything()).await?;
        }
        if total > MOST_COMPARED {
            self.building = Some(call.app.search.building().unwrap_or(Building { done: 0, total }));
            return Ok(());
        }
        for model in models {
            let mut behind = Some(i64::MIN);
            while let Some(after) = behind {
                let (rows, next) = instances_after(call, model.space(), Filter::everything(), after).await?;
                let keyed = rows.into_iter().map(|row| ((model.model.obj_id.clone(), row.id), Some(row.doc)));
                self.docs.extend(keyed);
                behind = next;
            }
        }
        Ok(())
    }
}
