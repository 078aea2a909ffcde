//! Rows of inner tables (instances.md §9): parts of the instances they belong to, or waiting for one. The columns are the
//! attributes of a hidden model, which `models::tables` makes; how new instances take rows along is `instances::tables`.

pub(crate) mod former;

use crate::call::Call;
use crate::endpoint::Input;
use crate::instances::searches::names;
use crate::listing::{Listed, Listing};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Stored};
use crate::schema::{AttributeSchema, ModelSchema, Schema};
use relata_model::attribute::kind::innertable;
use relata_model::change::Action;
use relata_model::filter::{Filter, expression, shape};
use relata_model::page::Page;
use relata_model::store::{Replace, Row, Space, Table};
use relata_model::{Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

crate::endpoints! { V3;
    /// Create rows of an inner table, for instances or for one that is created later; all or none.
    batch_create_quoted_inst = POST "/createmany/quoted/instance", InstanceUpdate, Write => create;
    /// Search rows of an inner table by a filter expression, a page at a time.
    list_quoted_inst = POST "/findmany/quoted/instance", InstanceView, Read => list;
    /// Change fields of rows of an inner table.
    batch_update_quoted_inst = PUT "/updatemany/quoted/instance", InstanceUpdate, Write => update;
    /// Delete rows of an inner table. Those that do not exist are no error.
    batch_delete_quoted_inst = DELETE "/deletemany/quoted/instance", InstanceUpdate, Write => delete;
}

/// Most rows created or changed in one call.
const MAX_WRITE: usize = 200;
/// Most rows deleted in one call.
const MAX_DELETE: usize = 500;
/// Largest page of a list.
const MAX_PAGE: i64 = 1000;

/// A row of an inner table.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TableRow {
    /// Numeric id.
    pub(crate) id: i64,
    /// The hidden model.
    #[serde(rename = "bk_obj_id")]
    pub(crate) table: String,
    /// The instance it belongs to; 0 while it waits for one.
    #[serde(rename = "bk_inst_id")]
    pub(crate) owner: i64,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    pub(crate) account: String,
    /// When it was created.
    pub(crate) create_time: String,
    /// When it was changed last.
    pub(crate) last_time: String,
    /// The values of the columns.
    #[serde(flatten)]
    pub(crate) columns: Map,
}

repo::entity! { TableRow: TableRows, TableRow,
    name |_| "",
    scope |it| &it.table,
    keys |_| Vec::new()
}

/// The rows of these tables.
pub(crate) fn of_tables<'t>(tables: impl IntoIterator<Item = &'t str>) -> Filter {
    Filter::one_of(TABLE, tables)
}

/// The field that says which table a row is of. No answer shows it: the caller has named the table.
const TABLE: &str = "bk_obj_id";
const OWNER: &str = "bk_inst_id";

impl TableRow {
    /// A new row in its stored form. Errors of values have the codes of their kinds.
    pub(crate) fn new(call: &Call<'_>, table: &ModelSchema, owner: i64, given: &Map) -> Result<Self> {
        let columns = table.attributes.iter().map(|column| (&column.attribute, column.check.as_ref()));
        Ok(Self {
            id: 0,
            table: table.model.obj_id.clone(),
            owner,
            account: call.account().to_owned(),
            create_time: call.now_stored(),
            last_time: call.now_stored(),
            columns: innertable::new_row(columns, given)?,
        })
    }
}

/// The names of a table, and which model it belongs to.
fn table<'s>(schema: &'s Schema, model: &str, property: &str) -> Result<(&'s Arc<ModelSchema>, &'s Arc<ModelSchema>)> {
    for (parameter, text) in [("bk_obj_id", model), ("bk_property_id", property)] {
        if text.is_empty() {
            return Err(Error::required(parameter));
        }
    }
    let found = schema.model(model).zip(schema.model(&innertable::table_id(model, property)));
    found.ok_or_else(|| Error::invalid(property).hint(format!("model {model} has no such inner table")))
}

/// Refuses a list that is empty or too long: 1199010 with its name, as the API has it for both.
fn check_length<T>(parameter: &str, list: &[T], most: usize) -> Result<()> {
    if list.is_empty() || list.len() > most {
        return Err(Error::required(parameter).hint(format!("give 1 to {most} elements")));
    }
    Ok(())
}

/// Rows to create.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Create {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Textual id of the attribute.
    bk_property_id: String,
    /// The rows.
    data: Vec<Map>,
}

impl Input for Create {
    fn resources(&self) -> Vec<Resource> {
        let owner = |row: &Map| row.get(OWNER).and_then(Value::as_i64).unwrap_or_default();
        let mut owners: BTreeSet<i64> = self.data.iter().map(owner).collect();
        let waits = owners.remove(&0) || owners.is_empty();
        let model = waits.then(|| Resource::Model(self.bk_obj_id.clone()));
        let owners =
            (!owners.is_empty()).then(|| Resource::Instances(self.bk_obj_id.clone(), owners.into_iter().collect()));
        model.into_iter().chain(owners).collect()
    }
}

/// The ids of new rows, in the order of the request.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreatedRows")]
struct Created {
    /// Numeric ids of the rows.
    ids: Vec<i64>,
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<Created> {
    let schema = call.schema().await?;
    check_length("data", &input.data, MAX_WRITE)?;
    let (model, table) = table(&schema, &input.bk_obj_id, &input.bk_property_id)?;
    let mut rows = Vec::with_capacity(input.data.len());
    for given in &input.data {
        let owner = match given.get(OWNER) {
            None | Some(Value::Null) => 0,
            Some(owner) => owner.as_i64().ok_or_else(|| Error::refers_to_nothing(OWNER).hint("it is an integer"))?,
        };
        rows.push(TableRow::new(call, table, owner, given)?);
    }
    let owners = check_owners(call, ok, model, rows.iter().map(|row| row.owner)).await?;
    let found = call.tx.get_many(model.space(), &owners).await?;
    if let Some(missing) = owners.iter().find(|owner| found.iter().all(|row| row.id != **owner)) {
        let hint = format!("{} has no instance {missing}", input.bk_obj_id);
        return Err(Error::refers_to_nothing(OWNER).hint(hint));
    }
    hold(call, ok, model.space(), found).await?;
    let created = repo::create_many(call, ok, rows).await?;
    Ok(Created { ids: created.into_iter().map(|row| row.id).collect() })
}

/// Asks for the permission on the instances that rows belong to, and on the whole model for rows that wait for one.
/// Returns the ids of the instances, each once.
async fn check_owners(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    owners: impl Iterator<Item = i64>,
) -> Result<Vec<i64>> {
    let mut owners: BTreeSet<i64> = owners.collect();
    if owners.remove(&0) {
        call.need(ok, &model.model.obj_id).await?;
    }
    let owners: Vec<i64> = owners.into_iter().collect();
    call.check_instances(ok, model, &owners).await?;
    Ok(owners)
}

/// Has whoever else changes or deletes these instances at the same time look again, so that rows never outlive their owner.
pub(crate) async fn hold(call: &mut Call<'_>, _ok: Granted, space: Space, owners: Vec<Row>) -> Result<()> {
    let same = |row: Row| {
        let (drop_keys, take_keys) = (Vec::new(), Vec::new());
        Replace { id: row.id, revision: row.revision, doc: row.doc, drop_keys, take_keys }
    };
    call.tx.replace_many(space, owners.into_iter().map(same).collect()).await
}

/// Which rows to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct List {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Textual id of the attribute.
    bk_property_id: String,
    /// Which rows; all when it is left out.
    #[schemars(with = "Option<shape::Expression>")]
    filter: Option<Value>,
    /// Names of the members to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which page of them.
    page: Page,
}

impl Input for List {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// Asks for the right to see what a list of rows shows. One that a filter limits is for lists that name the instances whose
/// rows they are for.
async fn check_list(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, filter: Option<&Value>) -> Result<()> {
    let obj_id = &model.model.obj_id;
    if call.limit(ok, obj_id).await?.is_whole() {
        return Ok(());
    }
    let zone = &call.app.settings.zone;
    let filter = filter.map_or(Ok(Filter::everything()), |filter| expression::parse(filter, zone))?;
    let named = filter.pinned(OWNER).and_then(|ids| ids.iter().map(Value::as_i64).collect::<Option<Vec<_>>>());
    if let Some(owners) = named {
        return call.check_instances(ok, model, &owners).await;
    }
    let hint = "your right is for some instances only; name those whose rows you want by bk_inst_id";
    Err(call.refusal(ok, &[Resource::Model(obj_id.clone())]).await.hint(hint))
}

async fn list(call: &mut Call<'_>, ok: Granted, input: &List) -> Result<Listed> {
    let schema = call.schema().await?;
    let (model, table) = table(&schema, &input.bk_obj_id, &input.bk_property_id)?;
    check_list(call, ok, model, input.filter.as_ref()).await?;
    let listing =
        Listing { filter: input.filter.as_ref(), fields: &input.fields, page: &input.page, max: MAX_PAGE, all: false };
    let mut listed = listing.find(call, Table::TableRows, of_tables([table.model.obj_id.as_str()])).await?;
    for row in listed.info.iter_mut().flatten() {
        row.remove(TABLE);
    }
    Ok(listed)
}

/// Rows to change alike.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Update {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Textual id of the attribute.
    bk_property_id: String,
    /// Numeric ids of the rows.
    ids: Vec<i64>,
    /// The values to set.
    data: Map,
}

impl Input for Update {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<()> {
    let schema = call.schema().await?;
    check_length("ids", &input.ids, MAX_WRITE)?;
    if input.data.is_empty() {
        return Err(Error::required("data"));
    }
    let (model, table) = table(&schema, &input.bk_obj_id, &input.bk_property_id)?;
    let mut values = Map::new();
    for AttributeSchema { attribute, check } in table.attributes.iter().map(Arc::as_ref) {
        if let Some(value) = input.data.get(&attribute.property_id).filter(|_| attribute.editable) {
            values.insert(attribute.property_id.clone(), check.accept(value.clone())?);
        }
    }
    let now = call.now_stored();
    let change = |old: Stored<TableRow>| {
        let mut new = TableRow { last_time: now.clone(), ..old.entity.clone() };
        new.columns.extend(values.clone());
        (old, new, values.clone())
    };
    let rows = rows_of(call, ok, model, table, &input.ids).await?;
    let changes: Vec<_> = rows.into_iter().map(change).collect();
    repo::update_many(call, ok, Action::Update, &changes).await
}

/// The rows of a table with these ids, for those who have the permission on their instances. Rows that do not exist count as
/// rows that wait for an instance, so that nobody learns which ones others have.
async fn rows_of(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    table: &ModelSchema,
    ids: &[i64],
) -> Result<Vec<Stored<TableRow>>> {
    let mut rows = repo::get_many::<TableRow>(call, ids).await?;
    rows.retain(|row| row.entity.table == table.model.obj_id);
    let missing = rows.len() < ids.iter().collect::<BTreeSet<_>>().len();
    check_owners(call, ok, model, rows.iter().map(|row| row.entity.owner).chain(missing.then_some(0))).await?;
    Ok(rows)
}

/// Rows to delete.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Delete {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Textual id of the attribute.
    bk_property_id: String,
    /// Numeric ids of the rows.
    ids: Vec<i64>,
}

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    let schema = call.schema().await?;
    check_length("ids", &input.ids, MAX_DELETE)?;
    let (model, table) = table(&schema, &input.bk_obj_id, &input.bk_property_id)?;
    let rows = rows_of(call, ok, model, table, &input.ids).await?;
    let rows: Vec<TableRow> = rows.into_iter().map(|row| row.entity).collect();
    repo::delete(call, ok, &rows).await
}

/// Deletes the rows of instances, which are deleted with them or get others, in these tables.
pub(crate) async fn delete_of_owners(
    call: &mut Call<'_>,
    ok: Granted,
    tables: &[String],
    owners: &[i64],
) -> Result<()> {
    let filter = of_tables(tables.iter().map(String::as_str)).and(Filter::one_of(OWNER, owners.iter().copied()));
    let rows = repo::find::<TableRow>(call, filter).await?;
    let rows: Vec<TableRow> = rows.into_iter().map(|row| row.entity).collect();
    repo::delete(call, ok, &rows).await
}
