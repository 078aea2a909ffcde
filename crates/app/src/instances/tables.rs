//! The rows of inner tables that come with instances (instances.md §3 step 13, §10): ids of rows that wait for an owner, or
//! rows themselves. The document of an instance holds neither.

use crate::call::Call;
use crate::permission::Granted;
use crate::quoted::{self, TableRow};
use crate::repo::{self, Stored};
use crate::schema::{AttributeSchema, ModelSchema, Schema};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::innertable;
use relata_model::change::Action;
use relata_model::store::Row;
use relata_model::{Error, Map, Result};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The inner tables of a model: the property of each, and its hidden model.
fn tables_of(model: &ModelSchema) -> Vec<(&str, String)> {
    let attributes = model.attributes.iter().map(|it| &it.attribute).filter(|it| it.kind == innertable::NAME);
    attributes.map(|it| (it.property_id.as_str(), innertable::table_id(&model.model.obj_id, &it.property_id))).collect()
}

/// What instances bring for one of their tables.
struct Brought {
    property: String,
    table: String,
    /// Ids of rows that exist.
    ids: Vec<i64>,
    /// New rows, which have no owner yet.
    rows: Vec<TableRow>,
}

/// What instances bring, by their place in the request.
pub(super) struct Rows {
    brought: Vec<Vec<Brought>>,
    /// Rows that wait for an owner, and are not taken by another instance of the request.
    free: HashMap<i64, Stored<TableRow>>,
    taken: Vec<(usize, Stored<TableRow>)>,
}

impl Rows {
    /// Takes the values of inner tables out of new instances. An instance with a row that cannot be is refused as such.
    pub(super) async fn take(call: &mut Call<'_>, model: &ModelSchema, items: &mut [Result<Map>]) -> Result<Self> {
        let tables = tables_of(model);
        if tables.is_empty() {
            return Ok(Self { brought: Vec::new(), free: HashMap::new(), taken: Vec::new() });
        }
        let schema = call.schema().await?;
        let mut brought: Vec<Vec<Brought>> = Vec::with_capacity(items.len());
        for item in items.iter_mut() {
            let mut of_item = Vec::new();
            for (property, table) in &tables {
                let Some(Value::Array(values)) = item.as_mut().ok().and_then(|doc| doc.remove(*property)) else {
                    continue;
                };
                match read(call, &schema, property, table, &values) {
                    Ok(it) => of_item.push(it),
                    Err(error) => *item = Err(Error::refers_to_nothing(error)),
                }
            }
            brought.push(of_item);
        }
        let ids: Vec<i64> = brought.iter().flatten().flat_map(|it| &it.ids).copied().collect();
        let waiting = if ids.is_empty() { Vec::new() } else { repo::get_many::<TableRow>(call, &ids).await? };
        let free = waiting.into_iter().filter(|row| row.entity.owner == 0).map(|row| (row.entity.id, row)).collect();
        Ok(Self { brought, free, taken: Vec::new() })
    }

    /// Takes the rows that an instance names: 1199006 with the property when one is not there, not waiting or named twice.
    pub(super) fn claim(&mut self, place: usize) -> Result<()> {
        for it in self.brought.get(place).into_iter().flatten() {
            for (at, id) in it.ids.iter().enumerate() {
                let free = self.free.get(id).is_some_and(|row| row.entity.table == it.table);
                if !free || it.ids.iter().take(at).any(|before| before == id) {
                    let hint = format!("row {id} does not wait for an instance");
                    return Err(Error::invalid(it.property.as_str()).hint(hint));
                }
            }
        }
        for id in self.brought.get(place).into_iter().flatten().flat_map(|it| &it.ids) {
            self.taken.extend(self.free.remove(id).map(|row| (place, row)));
        }
        Ok(())
    }

    /// Gives the rows to the instances, whose ids are now known by their place.
    pub(super) async fn attach(self, call: &mut Call<'_>, ok: Granted, ids: &HashMap<usize, i64>) -> Result<()> {
        let now = call.now_stored();
        let given = |(place, row): (usize, Stored<TableRow>)| {
            let owner = *ids.get(&place)?;
            let new = TableRow { owner, last_time: now.clone(), ..row.entity.clone() };
            Some((row, new, Map::from_iter([("bk_inst_id".to_owned(), owner.into())])))
        };
        let changes: Vec<_> = self.taken.into_iter().filter_map(given).collect();
        repo::update_many(call, ok, Action::Update, &changes).await?;
        let mut rows = Vec::new();
        for (place, brought) in self.brought.into_iter().enumerate() {
            let Some(owner) = ids.get(&place) else { continue };
            rows.extend(brought.into_iter().flat_map(|it| it.rows).map(|row| TableRow { owner: *owner, ..row }));
        }
        repo::create_many(call, ok, rows).await.map(drop)
    }
}

/// A value of an inner table that its kind has accepted.
fn read(call: &Call<'_>, schema: &Schema, property: &str, table: &str, values: &[Value]) -> Result<Brought> {
    let mut brought =
        Brought { property: property.to_owned(), table: table.to_owned(), ids: Vec::new(), rows: Vec::new() };
    let columns = schema.model(table).ok_or_else(|| Error::internal(format!("table {table} has no model")))?;
    for value in values {
        match value {
            Value::Object(row) => brought.rows.push(TableRow::new(call, columns, 0, row)?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                brought.ids.extend(value.as_i64());
            }
        }
    }
    Ok(brought)
}

/// Replaces rows of instances that exist by those that an update brings. Ids of rows and empty lists are ignored there, as
/// the API has it.
pub(super) async fn replace(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    items: &[(i64, &Map)],
) -> Result<()> {
    let fits = |it: &Attribute| it.kind == innertable::NAME && it.editable;
    let tables: Vec<&AttributeSchema> =
        model.attributes.iter().map(Arc::as_ref).filter(|it| fits(&it.attribute)).collect();
    if tables.is_empty() {
        return Ok(());
    }
    let schema = call.schema().await?;
    let mut new: Vec<TableRow> = Vec::new();
    for AttributeSchema { attribute, check } in tables {
        let property = attribute.property_id.as_str();
        let table = innertable::table_id(&model.model.obj_id, property);
        let mut owners = Vec::new();
        for (owner, sent) in items {
            let Some(Value::Array(values)) = sent.get(property) else { continue };
            if values.is_empty() || !values.iter().all(Value::is_object) {
                continue;
            }
            check.accept(Value::Array(values.clone())).map_err(Error::refers_to_nothing)?;
            let brought = read(call, &schema, property, &table, values).map_err(Error::refers_to_nothing)?;
            // An instance may come twice; what comes last counts.
            new.retain(|row| row.owner != *owner || row.table != table);
            new.extend(brought.rows.into_iter().map(|row| TableRow { owner: *owner, ..row }));
            owners.push(*owner);
        }
        if !owners.is_empty() {
            quoted::delete_of_owners(call, ok, &[table], &owners).await?;
        }
    }
    repo::create_many(call, ok, new).await.map(drop)
}

/// Deletes the rows of instances that are deleted.
pub(super) async fn delete(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, owners: &[Row]) -> Result<()> {
    let tables: Vec<String> = tables_of(model).into_iter().map(|(_, table)| table).collect();
    if tables.is_empty() {
        return Ok(());
    }
    quoted::hold(call, ok, model.space(), owners.to_vec()).await?;
    let ids: Vec<i64> = owners.iter().map(|row| row.id).collect();
    quoted::delete_of_owners(call, ok, &tables, &ids).await
}
