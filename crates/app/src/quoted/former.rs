//! Takes changes of rows of inner tables back, each item by itself; what was deleted is created again with the id it had.

use super::{TableRow, check_owners, hold};
use crate::call::Call;
use crate::permission::Granted;
use crate::repo::{self, Stored};
use crate::revert::{Outcomes, differences, former_values, is_changed_since};
use crate::schema::ModelSchema;
use relata_model::change::{Action, Record};
use relata_model::store::Row;
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// The model whose instances have the rows, and the hidden one whose attributes are the columns.
#[derive(Clone, Copy)]
pub(crate) struct InnerTable<'s> {
    pub(crate) model: &'s ModelSchema,
    pub(crate) columns: &'s ModelSchema,
}

const STAMPS: &[&str] = &["last_time"];

fn gone(record: &Record) -> Error {
    Error::new(Code::TargetNotFound).hint(format!("there is no row {} any more", record.id))
}

/// The rows that exist, for those who have the right on their instances.
async fn stored(
    call: &mut Call<'_>,
    ok: Granted,
    table: InnerTable<'_>,
    records: &[Record],
) -> Result<BTreeMap<i64, Stored<TableRow>>> {
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let rows = repo::get_many::<TableRow>(call, &ids).await?;
    let owners: Vec<i64> = rows.iter().map(|row| row.entity.owner).collect();
    check_owners(call, ok, table.model, owners.into_iter()).await?;
    Ok(rows.into_iter().map(|row| (row.entity.id, row)).collect())
}

/// Deletes rows that were created, unless they were changed since.
pub(crate) async fn undo_create(
    call: &mut Call<'_>,
    ok: Granted,
    table: InnerTable<'_>,
    records: &[Record],
) -> Result<Outcomes> {
    let mut rows = stored(call, ok, table, records).await?;
    let (mut outcomes, mut good) = (Vec::with_capacity(records.len()), Vec::new());
    let nothing = Map::new();
    for record in records {
        let Some(row) = rows.remove(&record.id) else {
            outcomes.push(Err(gone(record)));
            continue;
        };
        let now = repo::document(&row.entity)?;
        let changed = differences(record.after.as_ref().unwrap_or(&nothing), &now, STAMPS);
        outcomes.push(changed.first().map_or(Ok(Value::Null), |name| Err(is_changed_since(name))));
        if changed.is_empty() {
            good.push(row.entity);
        }
    }
    repo::delete(call, ok, &good).await?;
    Ok(outcomes)
}

/// Gives rows that were updated their former values, where those that the update gave them are still there.
pub(crate) async fn undo_update(
    call: &mut Call<'_>,
    ok: Granted,
    table: InnerTable<'_>,
    records: &[Record],
) -> Result<Outcomes> {
    let rows = stored(call, ok, table, records).await?;
    let (mut outcomes, mut changes) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        let Some(row) = rows.get(&record.id) else {
            outcomes.push(Err(gone(record)));
            continue;
        };
        let mut doc = repo::document(&row.entity)?;
        let former = match former_values(&doc, record, STAMPS) {
            Ok(former) => former,
            Err(error) => {
                outcomes.push(Err(error));
                continue;
            }
        };
        doc.extend(former.clone());
        let new = TableRow { last_time: call.now_stored(), ..repo::typed(doc)? };
        match TableRow::new(call, table.columns, new.owner, &new.columns) {
            Ok(_) => {
                changes.push((row.clone(), new, former.clone()));
                outcomes.push(Ok(Value::Object(former)));
            }
            Err(error) => outcomes.push(Err(error)),
        }
    }
    repo::update_many(call, ok, Action::Update, &changes).await?;
    Ok(outcomes)
}

/// Creates rows that were deleted again, where their instances are.
pub(crate) async fn undo_delete(
    call: &mut Call<'_>,
    ok: Granted,
    table: InnerTable<'_>,
    records: &[Record],
) -> Result<Outcomes> {
    let there = stored(call, ok, table, records).await?;
    let nothing = Map::new();
    let former = |record: &Record| repo::typed::<TableRow>(record.before.as_ref().unwrap_or(&nothing).clone());
    let rows = records.iter().map(former).collect::<Result<Vec<_>>>()?;
    let owners: Vec<i64> = rows.iter().map(|row| row.owner).collect();
    let owners = check_owners(call, ok, table.model, owners.into_iter()).await?;
    let owners: Vec<Row> = call.tx.get_many(table.model.space(), &owners).await?;
    let (mut outcomes, mut good) = (Vec::with_capacity(records.len()), Vec::new());
    for row in rows {
        let outcome = if there.contains_key(&row.id) {
            Err(Error::new(Code::Duplicate).arg(format!("row {}", row.id)))
        } else if row.owner != 0 && owners.iter().all(|owner| owner.id != row.owner) {
            Err(Error::new(Code::TargetNotFound).hint(format!("the row's instance {} is gone", row.owner)))
        } else {
            TableRow::new(call, table.columns, row.owner, &row.columns)
        };
        match outcome {
            Ok(new) => {
                let row = TableRow { id: row.id, create_time: row.create_time, ..new };
                outcomes.push(Ok(Value::Object(repo::document(&row)?)));
                good.push(row);
            }
            Err(error) => outcomes.push(Err(error)),
        }
    }
    hold(call, ok, table.model.space(), owners).await?;
    repo::restore_many(call, ok, &good).await?;
    Ok(outcomes)
}
