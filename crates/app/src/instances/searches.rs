//! Searching and counting instances (instances.md §7, §8).

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource};
use crate::schema::{ModelSchema, RuleSchema};
use relata_model::filter::{Filter, condition, expression, shape};
use relata_model::instance::field;
use relata_model::model::is_inner;
use relata_model::page::Page;
use relata_model::store::Query;
use relata_model::unique::{UniqueKey, encode};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::sync::Arc;

crate::endpoints! { V3;
    /// Search instances of a model by a filter expression, a page at a time.
    search_object_instances = POST "/search/instances/object/{bk_obj_id}", InstanceView, Read => search;
    /// Count instances of a model by a filter expression.
    count_object_instances = POST "/count/instances/object/{bk_obj_id}", InstanceView, Read => count;
    /// Search instances of a model by a store-style condition.
    search_inst_by_object = POST "/inst/search/{bk_supplier_account}/{bk_obj_id}"
        | "/inst/search/owner/{bk_supplier_account}/object/{bk_obj_id}", InstanceView, Read => search_by_condition;
    /// Search instances of a model by a store-style condition.
    get_inst_detail = POST "/find/instance/object/{bk_obj_id}", InstanceView, Read => search_by_condition;
    /// Search instances of any model, built-in ones included, by a store-style condition.
    read_instance = POST "/find/instance/{bk_obj_id}", InstanceView, Read => search_any_by_condition;
}

/// Largest page of a search.
const MAX_PAGE: i64 = 500;

/// A filter expression and a page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_obj_id": "switch",
    "conditions": {
        "condition": "AND",
        "rules": [{"field": "bk_inst_name", "operator": "begins_with", "value": "sw-"}],
    },
    "fields": ["bk_inst_id", "bk_inst_name"],
    "page": {"start": 0, "limit": 10, "sort": "-bk_inst_id"},
}]))]
struct Search {
    /// The model.
    bk_obj_id: String,
    /// Which instances; all when it is left out.
    #[schemars(with = "Option<shape::Expression>")]
    conditions: Option<Value>,
    /// Times that have to hold as well.
    #[schemars(with = "Option<shape::TimeCondition>")]
    time_condition: Option<Value>,
    /// Names of the members to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which of them; a search needs a `limit` of at most 500, a count none.
    page: Page,
}

impl Input for Search {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

impl Search {
    fn filter(&self, call: &Call<'_>) -> Result<Filter> {
        let zone = &call.app.settings.zone;
        let filter =
            self.conditions.as_ref().map_or_else(|| Ok(Filter::everything()), |it| expression::parse(it, zone))?;
        and_time(filter, self.time_condition.as_ref(), call)
    }
}

pub(super) fn and_time(filter: Filter, time: Option<&Value>, call: &Call<'_>) -> Result<Filter> {
    Ok(match time {
        Some(time) => filter.and(condition::parse_time(time, &call.app.settings.zone)?),
        None => filter,
    })
}

/// A list of names, or the older form of one text with commas.
pub(crate) fn names<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "fields are a list of names, or one text with commas")]
    enum Names {
        List(Vec<String>),
        Text(String),
        Absent(()),
    }
    Ok(match Names::deserialize(from)? {
        Names::List(list) => list,
        Names::Text(text) => text.split(',').map(|name| name.trim().to_owned()).filter(|it| !it.is_empty()).collect(),
        Names::Absent(()) => Vec::new(),
    })
}

/// The named fields of a document; all when none is named.
pub(crate) fn project(mut doc: Map, fields: &[String]) -> Map {
    if !fields.is_empty() {
        doc.retain(|name, _| fields.iter().any(|field| field == name));
    }
    doc
}

/// A page of rows; null when there is none, as the API has it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Instances")]
struct Rows {
    /// Instances with the attributes of their model.
    info: Option<Vec<Map>>,
}

/// Lets through what has not even the shape of a filter, which the API reports before all else; what is wrong otherwise
/// waits for its turn.
pub(crate) fn shape_first(filter: Result<Filter>) -> Result<Result<Filter>> {
    match filter {
        Err(error) if error.code == Code::JsonDecode => Err(error),
        other => Ok(other),
    }
}

async fn search(call: &mut Call<'_>, ok: Granted, input: &Search) -> Result<Rows> {
    not_inner(&input.bk_obj_id)?;
    let filter = shape_first(input.filter(call))?;
    let limit = input.page.strict_limit(MAX_PAGE)?;
    let filter = call.limit(ok, &input.bk_obj_id).await?.and(filter?);
    let Some(model) = model(call, &input.bk_obj_id).await? else { return Ok(Rows { info: None }) };
    let filter = by_unique_rule(call, &model, filter).await?;
    let query = Query {
        sort: input.page.sort(),
        start: input.page.start(),
        limit: Some(limit),
        ..Query::new(model.space(), filter)
    };
    let rows: Vec<Map> = call.tx.find(&query).await?.into_iter().map(|row| project(row.doc, &input.fields)).collect();
    Ok(Rows { info: (!rows.is_empty()).then_some(rows) })
}

pub(crate) fn not_inner(obj_id: &str) -> Result<()> {
    if is_inner(obj_id) { Err(Error::new(Code::InnerModelInstance)) } else { Ok(()) }
}

pub(super) async fn model(call: &mut Call<'_>, obj_id: &str) -> Result<Option<Arc<ModelSchema>>> {
    Ok(call.schema().await?.model(obj_id).map(Arc::clone))
}

/// The number of matches.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Count {
    /// How many.
    pub(crate) count: u64,
}

async fn count(call: &mut Call<'_>, ok: Granted, input: &Search) -> Result<Count> {
    not_inner(&input.bk_obj_id)?;
    let filter = input.filter(call)?;
    let filter = call.limit(ok, &input.bk_obj_id).await?.and(filter);
    let Some(model) = model(call, &input.bk_obj_id).await? else { return Ok(Count { count: 0 }) };
    let filter = by_unique_rule(call, &model, filter).await?;
    Ok(Count { count: call.tx.count(model.space(), &filter).await? })
}

/// Narrows a filter that pins all fields of a unique rule to the instances that hold these keys, so that the store need
/// not read all rows.
pub(crate) async fn by_unique_rule(call: &mut Call<'_>, model: &ModelSchema, filter: Filter) -> Result<Filter> {
    let Some(keys) = model.rules.iter().find_map(|rule| pinned_keys(rule, &filter)) else { return Ok(filter) };
    let ids = call.tx.find_keys(&keys).await?.into_iter().flatten();
    Ok(Filter::one_of(model.id_field(), ids).and(filter))
}

/// The keys that a matching row can hold under a rule; `None` when the filter leaves it open.
fn pinned_keys(rule: &RuleSchema, filter: &Filter) -> Option<Vec<UniqueKey>> {
    let pinned: Vec<&[Value]> = rule.fields.iter().map(|field| filter.pinned(field)).collect::<Option<_>>()?;
    let key = |values: &[&Value]| {
        let key = encode(values.iter().map(|value| Some(*value)))?;
        Some(UniqueKey { rule: rule.id, key })
    };
    match pinned.as_slice() {
        [] => None,
        [values] => values.iter().map(|value| key(&[value])).collect(),
        parts => {
            let single: Vec<&Value> = parts
                .iter()
                .map(|values| if let [value] = values { Some(value) } else { None })
                .collect::<Option<_>>()?;
            Some(vec![key(&single)?])
        }
    }
}

/// Reads a store-style condition. What cannot be read fails as it would in the API's store: 1199998.
pub(crate) fn store_condition(call: &Call<'_>, condition: &Map) -> Result<Filter> {
    condition::parse(condition, &call.app.settings.zone).map_err(|error| Error { code: Code::Unrecognized, ..error })
}

/// A store-style condition and a page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_obj_id": "switch",
    "condition": {"bk_inst_name": {"$regex": "^sw-"}},
    "page": {"start": 0, "limit": 10, "sort": "-bk_inst_id"},
}]))]
pub(super) struct SearchByCondition {
    /// The model.
    pub(super) bk_obj_id: String,
    /// Numeric id of a unique rule of the model.
    #[schemars(extend("x-in-path" = true))]
    pub(super) id: Number,
    /// Which instances.
    #[schemars(with = "shape::Condition")]
    condition: Map,
    /// Times that have to hold as well.
    #[schemars(with = "Option<shape::TimeCondition>")]
    time_condition: Option<Value>,
    /// Names of the members to answer, or one text with commas; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which of them; all when no limit is given.
    page: Page,
    /// Answer 0 for the count, which saves counting.
    disable_counter: bool,
}

impl Input for SearchByCondition {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// Rows with the number of all matches.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CountedInstances")]
pub(super) struct CountedRows {
    /// How many match in all.
    pub(super) count: u64,
    /// Instances with the attributes of their model; null when the model of the condition is another one.
    pub(super) info: Option<Vec<Map>>,
}

pub(super) async fn search_by_condition(
    call: &mut Call<'_>,
    ok: Granted,
    input: &SearchByCondition,
) -> Result<CountedRows> {
    not_inner(&input.bk_obj_id)?;
    search_any_by_condition(call, ok, input).await
}

async fn search_any_by_condition(call: &mut Call<'_>, ok: Granted, input: &SearchByCondition) -> Result<CountedRows> {
    let mut condition = input.condition.clone();
    // Every row of a model names it, so this part of a condition is decided before any row is read.
    let named = condition.get(field::MODEL).and_then(Value::as_str);
    let other_model = named.is_some_and(|named| named != input.bk_obj_id);
    if named.is_some() {
        condition.remove(field::MODEL);
    }
    let filter = store_condition(call, &condition)?;
    let filter = and_time(filter, input.time_condition.as_ref(), call)?;
    let filter = call.limit(ok, &input.bk_obj_id).await?.and(filter);
    if other_model {
        return Ok(CountedRows { count: 0, info: None });
    }
    let Some(model) = model(call, &input.bk_obj_id).await? else {
        return Ok(CountedRows { count: 0, info: Some(Vec::new()) });
    };
    page_of(call, &model, filter, &input.page, &input.fields, !input.disable_counter).await
}

/// A page of the instances that a filter finds, and how many there are in all; 0 where nobody asks.
pub(super) async fn page_of(
    call: &mut Call<'_>,
    model: &ModelSchema,
    filter: Filter,
    page: &Page,
    fields: &[String],
    counted: bool,
) -> Result<CountedRows> {
    let filter = by_unique_rule(call, model, filter).await?;
    let query = Query {
        sort: page.sort(),
        start: page.start(),
        limit: Some(call.app.settings.rows_to_ask(page.limit_or_all())),
        ..Query::new(model.space(), filter)
    };
    let rows = call.tx.find(&query).await?;
    call.app.settings.check_answer(rows.len())?;
    let count = if !counted {
        0
    } else if query.start == 0 && page.limit_or_all().is_none() {
        rows.len() as u64
    } else {
        call.tx.count(query.space, &query.filter).await?
    };
    let rows = rows.into_iter().map(|row| project(row.doc, fields)).collect();
    Ok(CountedRows { count, info: Some(rows) })
}
