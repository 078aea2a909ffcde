//! Takes changes of instances back, each item by itself: what was created is deleted, what was changed gets its former values,
//! what was deleted is created again with the id it had. The rules are those of the endpoints that do the same by hand.

use super::{insert, not_there, try_change, validate, write};
use crate::associations::link_queries::links_of;
use crate::call::Call;
use crate::permission::Granted;
use crate::revert::{self, Outcomes, differences, is_changed_since, value_of};
use crate::schema::ModelSchema;
use relata_model::association::Link;
use relata_model::change::Record;
use relata_model::instance::field;
use relata_model::store::{LinkQuery, Row};
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that say when an instance was changed and by whom.
const STAMPS: &[&str] = &[field::LAST_TIME, field::UPDATED_AT, field::UPDATED_BY];

/// Links read at a time.
const LINKS: u64 = 1000;

async fn rows_of(call: &mut Call<'_>, model: &ModelSchema, records: &[Record]) -> Result<BTreeMap<i64, Row>> {
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    Ok(call.tx.get_many(model.space(), &ids).await?.into_iter().map(|row| (row.id, row)).collect())
}

fn gone(model: &ModelSchema, id: i64) -> Error {
    Error::new(Code::TargetNotFound).hint(not_there(model, id))
}

/// Deletes instances that were created, unless they were changed or linked since.
pub(crate) async fn undo_create(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    records: &[Record],
) -> Result<Outcomes> {
    let mut rows = rows_of(call, model, records).await?;
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    call.check_rows(ok, model, &ids, rows.values()).await?;
    let linked = linked(call, model, rows.keys().copied().collect()).await?;
    let mut outcomes = Vec::with_capacity(records.len());
    let mut good = Vec::new();
    for Record { id, after, .. } in records {
        let outcome = match (rows.remove(id), linked.get(id)) {
            (None, _) => Err(gone(model, *id)),
            (Some(_), Some(link)) => {
                Err(Error::new(Code::InstanceLinked).hint(format!("by link {}, which stays", link.id)))
            }
            (Some(row), None) => check_same(model, after.as_ref(), &row).map(|()| good.push(row)),
        };
        outcomes.push(outcome.map(|()| Value::Null));
    }
    if !good.is_empty() {
        write::delete(call, ok, model, good).await?;
    }
    Ok(outcomes)
}

/// Refuses an instance that is not as it was created. The values of an attribute that was deleted went with it.
fn check_same(model: &ModelSchema, created: Option<&Map>, row: &Row) -> Result<()> {
    let nothing = Map::new();
    let known = |name: &str| model.attributes.iter().any(|it| it.attribute.property_id == name);
    let changed = differences(created.unwrap_or(&nothing), &row.doc, STAMPS);
    let changed = changed.into_iter().find(|name| known(name) || row.doc.contains_key(*name));
    changed.map_or(Ok(()), |name| Err(is_changed_since(name)))
}

/// A link of each of the instances that have one.
async fn linked(call: &mut Call<'_>, model: &ModelSchema, mut open: BTreeSet<i64>) -> Result<BTreeMap<i64, Link>> {
    let schema = call.schema().await?;
    let mut linked = BTreeMap::new();
    loop {
        let before = linked.len();
        let ids: Vec<i64> = open.iter().copied().collect();
        for query in links_of(&schema, &model.model.obj_id, &ids) {
            let as_source = query.sources.is_some();
            for link in call.tx.find_links(&LinkQuery { limit: Some(LINKS), ..query }).await? {
                let id = if as_source { link.source } else { link.target };
                open.remove(&id);
                linked.insert(id, link);
            }
        }
        if linked.len() == before || open.is_empty() {
            return Ok(linked);
        }
    }
}

/// Gives instances that were updated their former values, where those that the update gave them are still there.
pub(crate) async fn undo_update(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    records: &[Record],
) -> Result<Outcomes> {
    let rows = rows_of(call, model, records).await?;
    let mut now: BTreeMap<i64, Map> = rows.into_iter().map(|(id, row)| (id, row.doc)).collect();
    let mut former: Vec<Result<Map>> = Vec::with_capacity(records.len());
    for record in records {
        let values = now.get(&record.id).ok_or_else(|| gone(model, record.id));
        let values = values.and_then(|doc| former_values(call, model, doc, record));
        if let (Ok(values), Some(doc)) = (&values, now.get_mut(&record.id)) {
            doc.extend(values.clone());
        }
        former.push(values);
    }
    let good: Vec<(i64, &Map)> =
        records.iter().zip(&former).filter_map(|(record, values)| Some((record.id, values.as_ref().ok()?))).collect();
    let mut changed = try_change(call, ok, model, &good).await?.into_iter();
    let outcomes = former.into_iter().map(|values| {
        let values = values?;
        changed.next().unwrap_or(Ok(()))?;
        Ok(Value::Object(values))
    });
    Ok(outcomes.collect())
}

/// The values that an update replaced; an error where one was changed since, or cannot be set back.
fn former_values(call: &Call<'_>, model: &ModelSchema, doc: &Map, record: &Record) -> Result<Map> {
    let former = revert::former_values(doc, record, STAMPS)?;
    let reached = validate::changed_document(call, model, doc, &former)?;
    let left = former.keys().find(|name| value_of(&reached, name) != value_of(&former, name));
    match left {
        Some(name) => {
            let hint = "it is no attribute any more, or one that cannot be edited now";
            Err(Error::new(Code::FieldFixed).arg(name.as_str()).hint(hint))
        }
        None => Ok(former),
    }
}

/// Creates instances that were deleted again, with their ids.
pub(crate) async fn undo_delete(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    records: &[Record],
) -> Result<Outcomes> {
    super::not_paused(model)?;
    let there = rows_of(call, model, records).await?;
    let nothing = Map::new();
    let mut items: Vec<Result<Map>> = Vec::with_capacity(records.len());
    for record in records {
        items.push(if there.contains_key(&record.id) {
            Err(Error::new(Code::Duplicate).arg(format!("{} {}", model.model.obj_id, record.id)))
        } else {
            validate::former_document(call, model, record.before.as_ref().unwrap_or(&nothing))
        });
    }
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let created = insert(call, ok, model, items, Some(&ids)).await?;
    Ok(created.into_iter().map(|item| item.map(Value::Object)).collect())
}
