//! Writes instances whose changes are decided, with their keys and change records: the last step of every change.

use super::{name_of, tables, validate};
use crate::call::Call;
use crate::permission::Granted;
use crate::schema::ModelSchema;
use relata_model::change::{self, Action, Record};
use relata_model::store::tables::instance_sequence;
use relata_model::store::{NewRow, Remove, Row};
use relata_model::unique::UniqueKey;
use relata_model::{Map, Result};
use std::collections::BTreeMap;

/// Inserts documents with their keys, in order, and gives each its id: a new one, or of those of instances that come back.
pub(crate) async fn insert(
    call: &mut Call<'_>,
    _ok: Granted,
    model: &ModelSchema,
    docs: Vec<(&mut Map, Vec<UniqueKey>)>,
    former: Option<Vec<i64>>,
) -> Result<()> {
    if docs.is_empty() {
        return Ok(());
    }
    let ids = if let Some(ids) = former {
        ids
    } else {
        let first = call.tx.next_ids(&instance_sequence(model.model.id), docs.len() as u64).await?;
        (first..).take(docs.len()).collect()
    };
    let mut rows = Vec::with_capacity(docs.len());
    let mut records = Vec::with_capacity(docs.len());
    for ((doc, keys), id) in docs.into_iter().zip(ids) {
        doc.insert(model.id_field().to_owned(), id.into());
        rows.push(NewRow { id, doc: doc.clone(), keys });
        records.push(Record { id, name: name_of(model, doc), after: Some(doc.clone()), ..Record::default() });
    }
    call.tx.insert_many(model.space(), rows).await?;
    call.record(change::Resource::Instance, Action::Create, &model.model.obj_id, &records)
}

/// A change of an instance: its document before and after, and what the caller sent.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) id: i64,
    pub(crate) before: Map,
    pub(crate) after: Map,
    pub(crate) sent: Map,
}

/// Replaces documents that are `stored`, in order; an instance may come more than once.
pub(crate) async fn replace(
    call: &mut Call<'_>,
    _ok: Granted,
    model: &ModelSchema,
    stored: &BTreeMap<i64, Row>,
    changes: Vec<Changed>,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut last: BTreeMap<i64, Map> = BTreeMap::new();
    let mut records = Vec::with_capacity(changes.len());
    for Changed { id, before, after, sent } in changes {
        last.insert(id, after.clone());
        let (name, sent) = (name_of(model, &before), Some(validate::without_system_fields(model, &sent)));
        records.push(Record { id, name, before: Some(before), after: Some(after), sent });
    }
    let rows = last.into_iter().filter_map(|(id, doc)| Some(super::replace(model, stored.get(&id)?, doc))).collect();
    call.tx.replace_many(model.space(), rows).await?;
    call.record(change::Resource::Instance, Action::Update, &model.model.obj_id, &records)
}

/// Deletes instances that have no links, with the rows of their inner tables.
pub(crate) async fn delete(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, rows: Vec<Row>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    tables::delete(call, ok, model, &rows).await?;
    let removes = rows.iter().map(|row| Remove { id: row.id, keys: model.keys(&row.doc) }).collect();
    call.tx.delete_many(model.space(), removes).await?;
    let deleted =
        |row: Row| Record { id: row.id, name: name_of(model, &row.doc), before: Some(row.doc), ..Record::default() };
    let records: Vec<Record> = rows.into_iter().map(deleted).collect();
    call.record(change::Resource::Instance, Action::Delete, &model.model.obj_id, &records)
}
