//! Instances that are linked with certain others (instances.md §8.4).

use super::searches::{CountedRows, and_time, model, not_inner, page_of};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::filter::condition::{self, Rule, RulesOf};
use relata_model::filter::{Filter, shape};
use relata_model::page::Page;
use relata_model::store::{LinkQuery, Query};
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Search instances of a model by their own fields and by those of the instances that they link to.
    search_inst = POST "/find/instassociation/object/{bk_obj_id}", InstanceView, Read => search;
}

/// Linked instances that one query for links names.
const SLICE: usize = 500;

/// Rules by model: on the instances themselves under their own model, on those that they link to under others.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_obj_id": "switch",
    "condition": {"rack": [{"field": "bk_inst_name", "operator": "$eq", "value": "rack-01"}]},
    "fields": {"switch": ["bk_inst_id", "bk_inst_name"]},
    "page": {"start": 0, "limit": 10},
}]))]
struct Search {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Rules by the textual id of a model.
    condition: BTreeMap<String, Vec<Rule>>,
    /// Times that have to hold as well.
    #[schemars(with = "Option<shape::TimeCondition>")]
    time_condition: Option<Value>,
    /// Fields by model; only those of the model that is searched count.
    fields: BTreeMap<String, Vec<String>>,
    /// Which page of them.
    page: Page,
}

impl Input for Search {
    fn resources(&self) -> Vec<Resource> {
        let others = self.condition.keys().filter(|other| **other != self.bk_obj_id);
        std::iter::once(&self.bk_obj_id).chain(others).cloned().map(Resource::Model).collect()
    }
}

fn read(call: &Call<'_>, rules: &[Rule], of: RulesOf) -> Result<Filter> {
    condition::parse_rules(rules, of, &call.app.settings.zone)
        .map_err(|error| Error { code: Code::Unrecognized, ..error })
}

async fn search(call: &mut Call<'_>, ok: Granted, input: &Search) -> Result<CountedRows> {
    not_inner(&input.bk_obj_id)?;
    let own = input.condition.get(&input.bk_obj_id);
    let filter = own.map_or_else(|| Ok(Filter::everything()), |rules| read(call, rules, RulesOf::Own))?;
    let filter = and_time(filter, input.time_condition.as_ref(), call)?;
    let schema = call.schema().await?;
    let Some(searched) = model(call, &input.bk_obj_id).await? else {
        return Ok(CountedRows { count: 0, info: Some(Vec::new()) });
    };
    let mut linked = BTreeSet::new();
    for (other, rules) in input.condition.iter().filter(|(other, _)| **other != input.bk_obj_id) {
        let rules = read(call, rules, RulesOf::Other)?;
        if let Some(other) = schema.model(other) {
            let rules = call.limit(ok, &other.model.obj_id).await?.and(rules);
            linked.extend(sources(call, &schema, &searched, other, rules).await?);
        }
    }
    let filter = if !linked.is_empty() {
        Filter::one_of(searched.id_field(), linked).and(filter)
    } else if own.is_some() || input.condition.is_empty() {
        filter
    } else {
        return Ok(CountedRows { count: 0, info: None });
    };
    let filter = call.limit(ok, &input.bk_obj_id).await?.and(filter);
    let none = Vec::new();
    let fields = input.fields.get(&input.bk_obj_id).unwrap_or(&none);
    page_of(call, &searched, filter, &input.page, fields, true).await
}

/// The instances of a model that link to those of another which a filter finds.
async fn sources(
    call: &mut Call<'_>,
    schema: &Schema,
    model: &ModelSchema,
    other: &ModelSchema,
    filter: Filter,
) -> Result<BTreeSet<i64>> {
    let (source, target) = (&model.model.obj_id, &other.model.obj_id);
    let between = |it: &&Arc<AssociationSchema>| it.association.source == *source && it.association.target == *target;
    let associations: Vec<i64> =
        schema.associations_of(source).into_iter().filter(between).map(|it| it.association.id).collect();
    if associations.is_empty() {
        return Ok(BTreeSet::new());
    }
    let limit = Some(call.app.settings.rows_to_ask(None));
    let rows = call.tx.find(&Query { limit, ..Query::new(other.space(), filter) }).await?;
    call.app.settings.check_answer(rows.len())?;
    let targets: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut found = BTreeSet::new();
    for targets in targets.chunks(SLICE) {
        let query = LinkQuery {
            associations: associations.clone(),
            targets: Some(targets.to_vec()),
            limit,
            ..LinkQuery::default()
        };
        found.extend(call.tx.find_links(&query).await?.into_iter().map(|link| link.source));
        call.app.settings.check_answer(found.len())?;
    }
    Ok(found)
}
