//! Searches that only the web console needs: names of sets and modules, the fields of a unique rule, many counts at once
//! (instances.md §8.3, §8.5, §8.6), and what belongs to modules (other.md §3).

use super::searches::{CountedRows, SearchByCondition, model, search_by_condition, store_condition};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models::translation::attribute_name;
use crate::permission::{Granted, Resource};
use relata_model::filter::Filter;
use relata_model::instance::field;
use relata_model::store::Query;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

crate::endpoints! { V3;
    /// The names of sets or modules of a business that contain a text.
    post_findmany_object_instances_names = POST "/findmany/object/instances/names", InstanceView, Read => names;
    /// Search instances by a store-style condition, together with the attributes of a unique rule.
    get_inst_unique_fields = POST "/find/instance/object/{bk_obj_id}/unique_fields/by/unique/{id}", InstanceView, Read => unique_fields;
    /// What belongs to processes, modules or hosts, grouped by their ids.
    group_related_resource_by_ids = POST "/group/related/{kind}/resource/by_ids", InstanceView, Read => related;
    /// How many instances of a model each of several store-style conditions finds; the body is the list of them.
    count_object_instances_by_filters = POST "/count/{bk_obj_id}/instances", InstanceView, Read => counts;
}

/// Which names.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Names {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Id of the business.
    bk_biz_id: Number,
    /// The text that is looked for in names.
    name: String,
}

impl Input for Names {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn names(call: &mut Call<'_>, ok: Granted, input: &Names) -> Result<Vec<String>> {
    if !["set", "module"].contains(&input.bk_obj_id.as_str()) {
        return Err(Error::invalid("bk_obj_id").hint("it is set or module"));
    }
    let Some(business) = input.bk_biz_id.integer().filter(|id| *id > 0) else {
        return Err(Error::invalid(field::BUSINESS).hint("it is the id of a business"));
    };
    if input.name.is_empty() {
        return Err(Error::invalid("name").hint("it is a part of the names to find"));
    }
    let Some(model) = model(call, &input.bk_obj_id).await? else { return Ok(Vec::new()) };
    let filter = Filter::equal(field::BUSINESS, business).and(Filter::containing(model.name_field(), &input.name)?);
    let filter = call.limit(ok, &input.bk_obj_id).await?.and(filter);
    let limit = Some(call.app.settings.rows_to_ask(None));
    let rows = call.tx.find(&Query { limit, ..Query::new(model.space(), filter) }).await?;
    call.app.settings.check_answer(rows.len())?;
    let name = |doc: &Map| doc.get(model.name_field()).and_then(Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = rows.iter().filter_map(|row| name(&row.doc)).collect();
    Ok(names.into_iter().collect())
}

/// Instances, and the attributes of a unique rule.
#[derive(Debug, Serialize, JsonSchema)]
struct UniqueFields {
    #[serde(flatten)]
    rows: CountedRows,
    /// Display names by the numbers of the attributes.
    unique_attribute: BTreeMap<String, String>,
}

async fn unique_fields(call: &mut Call<'_>, ok: Granted, input: &SearchByCondition) -> Result<UniqueFields> {
    let id = input.id.required(Code::ParamNotInteger, "id")?;
    let rows = search_by_condition(call, ok, input).await?;
    let model = model(call, &input.bk_obj_id).await?;
    let unknown = || Error::new(Code::UniqueRuleNotFound).arg(input.bk_obj_id.as_str()).arg(id);
    let model = model.ok_or_else(unknown)?;
    let rule = model.rules.iter().find(|rule| rule.id == id).ok_or_else(unknown)?;
    let lang = call.lang();
    let attributes = model.attributes_of(0).map(|it| &it.attribute).filter(|it| rule.fields.contains(&it.property_id));
    let unique_attribute = attributes.map(|it| (it.id.to_string(), attribute_name(lang, it))).collect();
    Ok(UniqueFields { rows, unique_attribute })
}

/// A model and conditions.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "filters": [{"bk_inst_name": {"$regex": "^sw-"}}, {"bk_inst_id": {"$gt": 10}}],
}]))]
struct Counts {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Store-style conditions.
    filters: Vec<Map>,
}

impl Input for Counts {
    const LIST: Option<&'static str> = Some("filters");
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// Most conditions in one call.
const MAX_FILTERS: usize = 100;

async fn counts(call: &mut Call<'_>, ok: Granted, input: &Counts) -> Result<Vec<u64>> {
    if input.filters.len() > MAX_FILTERS {
        return Err(Error::new(Code::TooManyItems).arg("filters").arg(MAX_FILTERS));
    }
    let model = model(call, &input.bk_obj_id).await?;
    let model = model.ok_or_else(|| Error::refers_to_nothing("bk_obj_id"))?;
    let limit = call.limit(ok, &input.bk_obj_id).await?;
    let mut counts = Vec::with_capacity(input.filters.len());
    for filter in &input.filters {
        let filter = limit.and(store_condition(call, filter)?);
        counts.push(call.tx.count(model.space(), &filter).await?);
    }
    Ok(counts)
}

/// Ids of things of a kind, and which of their fields to group by and to give.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "kind": "module", "ids": [1], "id_field": "bk_module_id", "rel_field": "bk_set_id",
}]))]
struct Related {
    /// `process`, `module` or `host`.
    kind: String,
    /// Their ids.
    ids: Vec<i64>,
    /// The field to group by.
    id_field: String,
    /// The field to answer.
    rel_field: String,
    /// A further store-style condition.
    extra_cond: Map,
}

impl Input for Related {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(MODULE.to_owned())]
    }
}

const MODULE: &str = "module";

/// Most ids in one call.
const MAX_IDS: usize = 100;

async fn related(call: &mut Call<'_>, ok: Granted, input: &Related) -> Result<BTreeMap<String, Vec<Value>>> {
    if ![MODULE, "process_instance_relation", "module_host_config"].contains(&input.kind.as_str()) {
        return Err(Error::refers_to_nothing("kind"));
    }
    let missing = [
        ("ids", input.ids.is_empty()),
        ("id_field", input.id_field.is_empty()),
        ("rel_field", input.rel_field.is_empty()),
    ];
    if let Some((parameter, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return Err(Error::required(parameter));
    }
    if input.ids.len() > MAX_IDS {
        return Err(Error::new(Code::TooManyItems).arg("ids").arg(MAX_IDS));
    }
    let filter = Filter::one_of(input.id_field.as_str(), input.ids.iter().copied())
        .and(store_condition(call, &input.extra_cond)?);
    let filter = call.limit(ok, MODULE).await?.and(filter);
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    // Of the other kinds there is nothing yet.
    let Some(model) = model(call, MODULE).await?.filter(|_| input.kind == MODULE) else { return Ok(groups) };
    let limit = Some(call.app.settings.rows_to_ask(None));
    let rows = call.tx.find(&Query { limit, ..Query::new(model.space(), filter) }).await?;
    call.app.settings.check_answer(rows.len())?;
    for row in rows {
        if let (Some(id), Some(related)) = (row.doc.get(&input.id_field), row.doc.get(&input.rel_field)) {
            groups.entry(id.to_string()).or_default().push(related.clone());
        }
    }
    Ok(groups)
}
