//! The invariants of [`super::State`], each read from the data itself.

use super::State;
use relata_model::association::ModelAssociation;
use relata_model::change::{Action, LinkRecord, Resource};
use relata_model::model::Model;
use relata_model::store::Table;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl State {
    /// What is wrong, one sentence each.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.check_keys(&mut problems);
        self.check_sequences(&mut problems);
        self.check_links(&mut problems);
        self.check_log(&mut problems);
        problems
    }

    fn check_keys(&self, problems: &mut Vec<String>) {
        let ids: BTreeSet<i64> = self.rows.keys().map(|(_, _, id)| *id).collect();
        for (key, row) in &self.keys {
            if !ids.contains(row) {
                problems.push(format!("A key of rule {} points to row {row}, which does not exist.", key.rule));
            }
        }
    }

    fn check_sequences(&self, problems: &mut Vec<String>) {
        let last = |sequence: &str| self.sequences.get(sequence).copied().unwrap_or(0);
        for (table, partition, id) in self.rows.keys() {
            if *table == Table::Instances && *id > last(&instance_sequence(*partition)) {
                problems.push(format!("Instance {id} of model {partition} is beyond the counter."));
            }
        }
        for id in self.links.keys().filter(|id| **id > last(LINK_SEQUENCE)) {
            problems.push(format!("Link {id} is beyond the counter."));
        }
    }

    fn check_links(&self, problems: &mut Vec<String>) {
        let associations = self.associations();
        let models: BTreeMap<String, i64> =
            self.documents::<Model>(Table::Models).map(|(id, model)| (model.obj_id, id)).collect();
        let exists = |model: &String, id: i64| {
            models.get(model).is_some_and(|model| self.rows.contains_key(&(Table::Instances, *model, id)))
        };
        for link in self.links.values() {
            let Some(association) = associations.get(&link.association) else {
                problems
                    .push(format!("Link {} is of association {}, which does not exist.", link.id, link.association));
                continue;
            };
            if !exists(&association.source, link.source) || !exists(&association.target, link.target) {
                problems.push(format!("An end of link {} does not exist.", link.id));
            }
        }
    }

    fn check_log(&self, problems: &mut Vec<String>) {
        let (mut next, mut time) = (1, i64::MIN);
        let mut logged = BTreeMap::new();
        for set in &self.log {
            let records: Vec<Value> = serde_json::from_str(&set.data).unwrap_or_default();
            if set.seq != next || set.time < time || i64::try_from(records.len()) != Ok(set.count) {
                problems.push(format!("Set {} of the log does not follow the one before it.", set.seq));
            }
            (next, time) = (set.seq + set.count, set.time);
            if set.resource == Resource::Link {
                for record in records {
                    let LinkRecord(id, source, target) = serde_json::from_value(record).unwrap();
                    if set.action == Action::Delete {
                        logged.remove(&id);
                    } else {
                        logged.insert(id, (set.scope.clone(), source, target));
                    }
                }
            }
        }
        let associations = self.associations();
        let scope = |id| associations.get(&id).map(|it| it.association_id.clone()).unwrap_or_default();
        let stored: BTreeMap<_, _> =
            self.links.values().map(|link| (link.id, (scope(link.association), link.source, link.target))).collect();
        if stored != logged {
            problems.push("The links are not those of the log.".to_owned());
        }
    }

    fn associations(&self) -> BTreeMap<i64, ModelAssociation> {
        self.documents(Table::ModelAssociations).collect()
    }

    fn documents<T: serde::de::DeserializeOwned>(&self, table: Table) -> impl Iterator<Item = (i64, T)> {
        self.space(table.into())
            .into_iter()
            .filter_map(|row| Some((row.id, serde_json::from_value(Value::Object(row.doc)).ok()?)))
    }
}
