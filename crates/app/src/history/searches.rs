//! Searches in the instances and links of a model as they were at a time: what there is now, with what was changed since
//! then taken back.
//!
//! So the cost is that of the search as it is now, and of reading the changes since then, which are limited. What an instance
//! had under an attribute that was deleted since is not in the log, unless the instance was changed after the time.

use super::{Changed, LinkChange, MOST_INSTANCES, changed, link_changes, link_shown, moment};
use crate::associations::link_queries::links_of;
use crate::call::Call;
use crate::endpoint::Input;
use crate::instances::searches::{by_unique_rule, names, project};
use crate::permission::{Granted, Resource as Touched};
use crate::schema::ModelSchema;
use relata_model::change::{Action, LinkRecord};
use relata_model::filter::{Filter, expression, order, shape};
use relata_model::page::Page;
use relata_model::store::{ChangeQuery, LinkQuery, Query};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

crate::endpoints! { Relata;
    /// Search the instances of a model as they were at the time `at`, or are now.
    ///
    /// At most 5000 rows of the log and 10000 instances may have been written since then, else it is refused with 1199059. The
    /// right has to be for all instances of the model.
    search_instances_at = POST "/instances/{model}", InstanceView, Read => search;
    /// The links of a model, or of some of its instances, as they were at the time `at`, or are now, by id.
    ///
    /// At most 5000 rows of the log and 10000 changes of links may have been written since then, else it is refused with 1199059.
    /// The right has to be for all instances of the model.
    search_links_at = POST "/links/{model}", InstanceView, Read => links;
}

/// Largest page.
const MAX_PAGE: i64 = 500;

/// How many instances can be named.
const MAX_NAMED: usize = 500;

/// Which instances, when.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "SearchAt")]
struct Search {
    /// Textual id of the model.
    model: String,
    /// The time; now when it is left out.
    at: String,
    /// A filter expression; all when it is left out.
    #[schemars(with = "Option<shape::Expression>")]
    conditions: Option<Value>,
    /// Names of the members to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which of them: a `limit` of at most 500 and a `start` of at most 10000, or `enable_count`.
    page: Page,
}

impl Input for Search {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::Model(self.model.clone())]
    }
}

/// A page, or how many there are.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "FoundAt")]
struct Found {
    /// How many, when that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    /// The rows of this page.
    info: Vec<Value>,
}

/// The model, for those whose right is for all of its instances.
async fn model_of(call: &mut Call<'_>, ok: Granted, obj_id: &str) -> Result<Arc<ModelSchema>> {
    call.need(ok, obj_id).await?;
    let found = call.schema().await?.model(obj_id).map(Arc::clone);
    found.ok_or_else(|| Error::refers_to_nothing("model").hint(format!("no model has the id \"{obj_id}\"")))
}

/// The time that is asked for; `None` for now.
fn time_of(call: &Call<'_>, at: &str) -> Result<Option<i64>> {
    moment("at", at, &call.app.settings.zone)
}

/// Where a page begins and how many rows it has at the most; `None` where their number is asked for.
fn bounds(page: &Page) -> Result<Option<(usize, usize)>> {
    let Some(limit) = page.limit_or_count(MAX_PAGE)? else { return Ok(None) };
    let [start, limit] =
        [page.start(), limit.min(MAX_PAGE.unsigned_abs())].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
    if start > MOST_INSTANCES {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("page.start is at most {MOST_INSTANCES}")));
    }
    Ok(Some((start, limit)))
}

async fn search(call: &mut Call<'_>, ok: Granted, input: &Search) -> Result<Found> {
    let model = model_of(call, ok, &input.model).await?;
    let zone = &call.app.settings.zone;
    let filter =
        input.conditions.as_ref().map_or_else(|| Ok(Filter::everything()), |it| expression::parse(it, zone))?;
    let bounds = bounds(&input.page)?;
    let since = match time_of(call, &input.at)? {
        Some(at) => changed(call, &input.model, at, i64::MAX).await?,
        None => BTreeMap::new(),
    };
    let matches = |doc: &Option<Map>| doc.as_ref().is_some_and(|doc| filter.matches(doc));
    // What the present rows have of those that were changed; their former states take their place.
    let now = since.values().filter(|it| matches(&it.after)).count();
    let then: Vec<(i64, Map)> = since.iter().filter(|(_, it)| matches(&it.before)).filter_map(former).collect();
    let narrowed = by_unique_rule(call, &model, filter).await?;
    let Some((start, limit)) = bounds else {
        let count = call.tx.count(model.space(), &narrowed).await?;
        return Ok(Found { count: Some((count + then.len() as u64).saturating_sub(now as u64)), info: Vec::new() });
    };
    let sort = input.page.sort();
    let query =
        Query { sort: sort.clone(), limit: Some((start + limit + now) as u64), ..Query::new(model.space(), narrowed) };
    let present = call.tx.find(&query).await?.into_iter().filter(|row| !since.contains_key(&row.id));
    let mut rows: Vec<(i64, Map)> = present.map(|row| (row.id, row.doc)).chain(then).collect();
    rows.sort_by(|(id, a), (other, b)| order(&sort, a, b).then(id.cmp(other)));
    let page = rows.into_iter().skip(start).take(limit);
    Ok(Found { count: None, info: page.map(|(_, doc)| Value::Object(project(doc, &input.fields))).collect() })
}

fn former((id, changed): (&i64, &Changed)) -> Option<(i64, Map)> {
    Some((*id, changed.before.clone()?))
}

/// Which links, when.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "LinksAt")]
struct Links {
    /// Textual id of a model at one end.
    model: String,
    /// The time; now when it is left out.
    at: String,
    /// Only links of these instances of the model; of all when it is empty.
    #[schemars(length(max = MAX_NAMED))]
    instances: Vec<i64>,
    /// Only links of this association.
    association: String,
    /// Which of them: a `limit` of at most 500 and a `start` of at most 10000. They come by id.
    page: Page,
}

impl Input for Links {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::Model(self.model.clone())]
    }
}

async fn links(call: &mut Call<'_>, ok: Granted, input: &Links) -> Result<Found> {
    model_of(call, ok, &input.model).await?;
    if input.instances.len() > MAX_NAMED {
        return Err(Error::new(Code::TooManyItems).arg("instances").arg(MAX_NAMED));
    }
    let counted = || Error::invalid("page.enable_count").hint("links of a time are not counted; ask for a page");
    let (start, limit) = bounds(&input.page)?.ok_or_else(counted)?;
    let named: BTreeSet<i64> = input.instances.iter().copied().collect();
    let is_wanted = |association: &str| input.association.is_empty() || input.association == association;
    let mut since: BTreeMap<i64, LinkChange> = BTreeMap::new();
    if let Some(at) = time_of(call, &input.at)? {
        let query = ChangeQuery { from: Some(at.saturating_add(1)), newest_first: true, ..ChangeQuery::default() };
        let is_of = |id| named.is_empty() || named.contains(&id);
        let changes = link_changes(call, &input.model, is_of, &query, MOST_INSTANCES).await?.all()?;
        // Of each link the first change remains.
        since.extend(changes.into_iter().filter(|it| is_wanted(&it.association)).map(|it| (it.link.0, it)));
    }
    let schema = call.schema().await?;
    let name = |number| schema.association_by_number(number).map(|it| it.association.association_id.as_str());
    let queries: Vec<LinkQuery> = if named.is_empty() {
        let associations = schema.associations_of(&input.model).iter().map(|it| it.association.id).collect();
        vec![LinkQuery { associations, ..LinkQuery::default() }]
    } else {
        links_of(&schema, &input.model, &named.into_iter().collect::<Vec<_>>()).into()
    };
    let mut rows = BTreeMap::new();
    for mut query in queries {
        query.associations.retain(|it| name(*it).is_some_and(is_wanted));
        query.limit = Some((start + limit + since.len()) as u64);
        for link in call.tx.find_links(&query).await?.into_iter().filter(|link| !since.contains_key(&link.id)) {
            let shown = LinkRecord(link.id, link.source, link.target);
            rows.insert(link.id, link_shown(name(link.association).unwrap_or_default(), shown));
        }
    }
    for (id, first) in since.into_iter().filter(|(_, first)| first.action == Action::Delete) {
        rows.insert(id, link_shown(&first.association, first.link));
    }
    Ok(Found { count: None, info: rows.into_values().skip(start).take(limit).collect() })
}
