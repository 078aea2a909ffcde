//! The rows of inner tables that come with instances (instances.md §3 step 13, §10): ids of rows that wait for an owner, or
//! rows themselves. The document of an instance holds neither.

use crate::call::Call;
use crate::permission::{Granted, Limit};
use crate::quoted::{self, TableRow};
use crate::repo::{self, Stored};
use crate::schema::{AttributeSchema, ModelSchema};
use relata_model::attribute::kind::innertable;
use relata_model::change::Action;
use relata_model::store::Row;
use relata_model::{Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An inner table of a model: the attribute, and the hidden model whose attributes are the columns.
pub(super) struct InnerTable<'m> {
    attribute: &'m AttributeSchema,
    columns: Arc<ModelSchema>,
}

/// The inner tables of a model.
pub(super) async fn of<'m>(call: &mut Call<'_>, model: &'m ModelSchema) -> Result<Vec<InnerTable<'m>>> {
    let attributes = model.attributes.iter().map(Arc::as_ref).filter(|it| it.attribute.kind == innertable::NAME);
    let attributes: Vec<&AttributeSchema> = attributes.collect();
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let schema = call.schema().await?;
    let table = |attribute: &'m AttributeSchema| {
        let id = innertable::table_id(&model.model.obj_id, &attribute.attribute.property_id);
        let columns = schema.model(&id).ok_or_else(|| Error::internal(format!("table {id} has no model")))?;
        Ok(InnerTable { attribute, columns: Arc::clone(columns) })
    };
    attributes.into_iter().map(table).collect()
}

/// What instances bring for one of their tables.
pub(super) struct Brought {
    property: String,
    pub(super) table: String,
    /// Ids of rows that exist.
    ids: Vec<i64>,
    /// New rows, which have no owner yet.
    pub(super) rows: Vec<TableRow>,
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
    /// Rows that wait for an instance are there for those whose right is for all instances of the model.
    pub(super) async fn take(
        call: &mut Call<'_>,
        model: &ModelSchema,
        limit: &Limit,
        items: &mut [Result<Map>],
    ) -> Result<Self> {
        let tables = of(call, model).await?;
        if tables.is_empty() {
            return Ok(Self { brought: Vec::new(), free: HashMap::new(), taken: Vec::new() });
        }
        let mut brought: Vec<Vec<Brought>> = Vec::with_capacity(items.len());
        for item in items.iter_mut() {
            let mut of_item = Vec::new();
            for table in &tables {
                let property = &table.attribute.attribute.property_id;
                let Some(Value::Array(values)) = item.as_mut().ok().and_then(|doc| doc.remove(property)) else {
                    continue;
                };
                match read(call, table, &values) {
                    Ok(it) => of_item.push(it),
                    Err(error) => *item = Err(Error::refers_to_nothing(error)),
                }
            }
            brought.push(of_item);
        }
        let ids: Vec<i64> = brought.iter().flatten().flat_map(|it| &it.ids).copied().collect();
        let seen = !ids.is_empty() && limit.is_whole();
        let waiting = if seen { repo::get_many::<TableRow>(call, &ids).await? } else { Vec::new() };
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
fn read(call: &Call<'_>, table: &InnerTable<'_>, values: &[Value]) -> Result<Brought> {
    let mut brought = Brought {
        property: table.attribute.attribute.property_id.clone(),
        table: table.columns.model.obj_id.clone(),
        ids: Vec::new(),
        rows: Vec::new(),
    };
    for value in values {
        match value {
            Value::Object(row) => brought.rows.push(TableRow::new(call, &table.columns, 0, row)?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                brought.ids.extend(value.as_i64());
            }
        }
    }
    Ok(brought)
}

/// The rows that an update brings in the place of those that its instance has. Ids of rows and empty lists are ignored
/// there, as the API has it.
pub(super) fn replacing(call: &Call<'_>, tables: &[InnerTable<'_>], sent: &Map) -> Result<Vec<Brought>> {
    let mut brought = Vec::new();
    for table in tables.iter().filter(|it| it.attribute.attribute.editable) {
        let Some(value @ Value::Array(values)) = sent.get(&table.attribute.attribute.property_id) else { continue };
        if values.is_empty() || !values.iter().all(Value::is_object) {
            continue;
        }
        table.attribute.check.accept(value.clone()).map_err(Error::refers_to_nothing)?;
        brought.push(read(call, table, values).map_err(Error::refers_to_nothing)?);
    }
    Ok(brought)
}

/// Gives instances these rows in the place of those that they have: by table and instance.
pub(super) async fn replace(
    call: &mut Call<'_>,
    ok: Granted,
    rows: BTreeMap<(String, i64), Vec<TableRow>>,
) -> Result<()> {
    let mut owners: BTreeMap<&String, Vec<i64>> = BTreeMap::new();
    for (table, owner) in rows.keys() {
        owners.entry(table).or_default().push(*owner);
    }
    for (table, owners) in owners {
        quoted::delete_of_owners(call, ok, std::slice::from_ref(table), &owners).await?;
    }
    let owned =
        |((_, owner), rows): ((String, i64), Vec<TableRow>)| rows.into_iter().map(move |row| TableRow { owner, ..row });
    repo::create_many(call, ok, rows.into_iter().flat_map(owned).collect()).await.map(drop)
}

/// Deletes the rows of instances that are deleted.
pub(super) async fn delete(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, owners: &[Row]) -> Result<()> {
    let tables: Vec<String> = of(call, model).await?.iter().map(|it| it.columns.model.obj_id.clone()).collect();
    if tables.is_empty() {
        return Ok(());
    }
    quoted::hold(call, ok, model.space(), owners.to_vec()).await?;
    let ids: Vec<i64> = owners.iter().map(|row| row.id).collect();
    quoted::delete_of_owners(call, ok, &tables, &ids).await
}
