//! Full-text search over models and instances (other.md §5), by reading what is there: a text is found where it stands in
//! the id, the name or an attribute of a model, or in the id or a text of an instance, in capital or small letters.
//!
//! Not an index. Each call reads the instances of the models that it names, which [`MAX_READ`] bounds.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models;
use crate::permission::{Granted, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::filter::Filter;
use relata_model::instance::field;
use relata_model::model::Model;
use relata_model::page::Page;
use relata_model::store::Query;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Find a text in models and in the instances of models, with counts by model and a page of what was found.
    post_find_full_text = POST "/find/full_text", InstanceView, Read => search;
}

/// Most instances that one call reads: all those of the models that it names.
const MAX_READ: u64 = 200_000;
/// Most models that one call names.
const MAX_MODELS: usize = 200;
/// Largest page.
const MAX_PAGE: i64 = 100;
/// Longest text, in characters.
const MAX_TEXT: usize = 50;

/// Kinds of attributes that hold one text.
const TEXTS: &[&str] = &[
    "singlechar",
    "longchar",
    "objuser",
    "list",
    "timezone",
    "date",
    "enum",
    relata_model::attribute::kind::id_rule::NAME,
];

/// What to search for, and where.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "query_string": "sw-01",
    "filter": {"models": ["switch"], "instances": ["switch"]},
    "page": {"start": 0, "limit": 10},
}]))]
struct Search {
    /// Id of a business, for instances of that one only.
    #[schemars(with = "Option<Number>")]
    bk_biz_id: Value,
    /// The text to find, 1 to 50 characters; upper and lower case are the same.
    query_string: String,
    /// Where to search; has to be given.
    filter: Option<Scope>,
    /// The part of the filter whose matches are shown.
    sub_resource: Option<Scope>,
    /// Which page of the matches, of at most 100; has to be given.
    page: Option<Page>,
}

/// Models to search themselves, and models whose instances to search.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Scope {
    /// Textual ids of models to search themselves.
    models: Vec<String>,
    /// Textual ids of models whose instances to search.
    instances: Vec<String>,
}

impl Input for Search {
    fn resources(&self) -> Vec<Resource> {
        let scope = self.filter.iter().flat_map(|scope| scope.models.iter().chain(&scope.instances));
        scope.cloned().map(Resource::Model).collect()
    }
}

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "FulltextFound")]
struct Found {
    /// How many matches there are.
    total: u64,
    /// How many matches each model has.
    aggregations: Option<Vec<Counted>>,
    /// A page of the matches.
    hits: Option<Vec<Hit>>,
    /// The attributes of the models whose instances are among the hits.
    attrs: Option<Vec<AttributeName>>,
}

/// How many matches a model has.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FulltextCounted")]
struct Counted {
    /// `model` or `instance`.
    kind: &'static str,
    /// Textual id of the model.
    key: String,
    /// How many there are.
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FulltextHit")]
struct Hit {
    /// `model` or `instance`.
    kind: &'static str,
    /// Textual id of the model.
    key: String,
    /// The model or the instance.
    source: Map,
    /// The members in which the text stands, with the text between `<em>` and `</em>`.
    highlight: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
struct AttributeName {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Textual id of the attribute.
    bk_property_id: String,
    /// Display name.
    bk_property_name: String,
    /// Kind of the attribute.
    bk_property_type: String,
}

const MODEL: &str = "model";
const INSTANCE: &str = "instance";

fn refused(hint: impl Into<String>) -> Error {
    Error::refers_to_nothing("full text").hint(hint)
}

impl Search {
    /// The text to find, where, and which page; 1199011 for anything that is wrong.
    fn read(&self) -> Result<(&str, &Scope, &Page)> {
        let text = self.query_string.trim_matches('*').trim();
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (None, _) => return Err(refused("query_string is empty")),
            (Some(only), None) if !only.is_alphanumeric() => {
                return Err(refused("query_string has to be more than one special character"));
            }
            _ => {}
        }
        if text.chars().count() > MAX_TEXT {
            return Err(refused(format!("query_string has more than {MAX_TEXT} characters")));
        }
        let filter = self.filter.as_ref().filter(|it| !it.models.is_empty() || !it.instances.is_empty());
        let filter = filter.ok_or_else(|| refused("filter names neither models nor instances"))?;
        for scope in [Some(filter), self.sub_resource.as_ref()].into_iter().flatten() {
            for list in [&scope.models, &scope.instances] {
                if list.len() > MAX_MODELS {
                    return Err(refused(format!("filter names more than {MAX_MODELS} models")));
                }
                if list.iter().collect::<BTreeSet<_>>().len() < list.len() {
                    return Err(refused("filter names a model twice"));
                }
            }
        }
        let page = self.page.as_ref().filter(|page| page.start >= 0 && (1..=MAX_PAGE).contains(&page.limit));
        let page = page.ok_or_else(|| refused(format!("give a page with a start and a limit of 1 to {MAX_PAGE}")))?;
        Ok((text, filter, page))
    }

    /// The business that instances have to be of.
    fn business(&self) -> Option<i64> {
        let id = self.bk_biz_id.as_i64().or_else(|| self.bk_biz_id.as_str()?.parse().ok());
        id.filter(|id| *id != 0)
    }

    fn is_shown(&self, kind: &str, key: &String) -> bool {
        self.sub_resource.as_ref().is_none_or(|it| if kind == MODEL { &it.models } else { &it.instances }.contains(key))
    }
}

async fn search(call: &mut Call<'_>, ok: Granted, input: &Search) -> Result<Found> {
    let (text, scope, page) = input.read()?;
    let schema = call.schema().await?;
    let searched: Vec<&Arc<ModelSchema>> = scope.instances.iter().filter_map(|id| schema.model(id)).collect();
    check_cost(call, &searched).await?;
    let mut found = Found::default();
    let (mut aggregations, mut hits) = (Vec::new(), Vec::new());
    // What is to be skipped and to be shown yet.
    let (mut skip, mut room) = (page.start(), page.limit.unsigned_abs());

    for (key, source, highlight) in find_models(call, &schema, &scope.models, text).await? {
        aggregations.push(Counted { kind: MODEL, key: key.clone(), count: 1 });
        if !input.is_shown(MODEL, &key) {
            continue;
        }
        found.total += 1;
        if skip > 0 {
            skip -= 1;
        } else if room > 0 {
            room -= 1;
            hits.push(Hit { kind: MODEL, key, source, highlight });
        }
    }
    for model in searched {
        let limit = call.limit(ok, &model.model.obj_id).await?;
        let filter = limit.and(instance_filter(model, text, input.business())?);
        let count = call.tx.count(model.space(), &filter).await?;
        let key = &model.model.obj_id;
        if count > 0 {
            aggregations.push(Counted { kind: INSTANCE, key: key.clone(), count });
        }
        if !input.is_shown(INSTANCE, key) {
            continue;
        }
        found.total += count;
        if skip >= count || room == 0 {
            skip = skip.saturating_sub(count);
            continue;
        }
        let query = Query { start: skip, limit: Some(room), ..Query::new(model.space(), filter) };
        skip = 0;
        for row in call.tx.find(&query).await? {
            room = room.saturating_sub(1);
            let highlight = highlight(model, &row.doc, text);
            hits.push(Hit { kind: INSTANCE, key: key.clone(), source: row.doc, highlight });
        }
    }
    if found.total > 0 || !aggregations.is_empty() {
        found.attrs = Some(names(call, &schema, &hits));
        found.aggregations = Some(aggregations);
        found.hits = Some(hits);
    }
    Ok(found)
}

/// Refuses a search that would read too much: 1101088.
async fn check_cost(call: &mut Call<'_>, models: &[&Arc<ModelSchema>]) -> Result<()> {
    let mut rows = 0;
    for model in models {
        rows += call.tx.count(model.space(), &Filter::everything()).await?;
        if rows > MAX_READ {
            let hint = format!("these models have more than {MAX_READ} instances together; name fewer models");
            return Err(Error::new(Code::FullTextFailed).hint(hint));
        }
    }
    Ok(())
}

/// Those of the models in which the text stands.
async fn find_models(
    call: &mut Call<'_>,
    schema: &Schema,
    ids: &[String],
    text: &str,
) -> Result<Vec<(String, Map, BTreeMap<String, Vec<String>>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter::one_of("bk_obj_id", ids.iter().map(String::as_str));
    let mut found = Vec::new();
    for doc in models::search::<Model>(call, filter, &Page::default()).await? {
        let id = doc.get("bk_obj_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut highlight: BTreeMap<String, Vec<String>> = ["bk_obj_id", "bk_obj_name"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), vec![marked(doc.get(name)?.as_str()?, text)?])))
            .collect();
        for it in schema.model(&id).into_iter().flat_map(|model| model.attributes_of(0)) {
            let attribute = &it.attribute;
            for (name, value) in [("bk_property_id", &attribute.property_id), ("bk_property_name", &attribute.name)] {
                if let Some(marked) = marked(value, text).filter(|_| !attribute.system && !attribute.api) {
                    highlight.entry(name.to_owned()).or_default().push(marked);
                }
            }
        }
        if !highlight.is_empty() {
            found.push((id, doc, highlight));
        }
    }
    Ok(found)
}

/// The fields of instances that hold one text.
fn texts(model: &ModelSchema) -> BTreeSet<&str> {
    let attributes = model.attributes.iter().map(|it| &it.attribute);
    attributes.filter(|it| TEXTS.contains(&it.kind.as_str())).map(|it| it.property_id.as_str()).collect()
}

fn instance_filter(model: &ModelSchema, text: &str, business: Option<i64>) -> Result<Filter> {
    let fields = texts(model).into_iter();
    let mut any = fields.map(|name| Filter::containing(name, text)).collect::<Result<Vec<_>>>()?;
    if let Ok(id) = text.parse::<i64>() {
        any.push(Filter::equal(model.id_field(), id));
    }
    let filter = Filter::Any(any);
    Ok(match business {
        Some(business) => Filter::equal(field::BUSINESS, business).and(filter),
        None => filter,
    })
}

fn highlight(model: &ModelSchema, doc: &Map, text: &str) -> BTreeMap<String, Vec<String>> {
    let id = doc.get(model.id_field()).map(Value::to_string).filter(|id| id == text);
    let id = id.map(|id| (model.id_field().to_owned(), vec![format!("<em>{id}</em>")]));
    let in_texts = texts(model).into_iter().filter_map(|name| {
        let value = doc.get(name)?.as_str()?;
        Some((name.to_owned(), vec![marked(value, text)?]))
    });
    in_texts.chain(id).collect()
}

/// The value with the first place of the text between `<em>` and `</em>`.
fn marked(value: &str, text: &str) -> Option<String> {
    let end_of = |rest: &str| {
        let mut chars = rest.char_indices();
        for wanted in text.chars() {
            let (_, found) = chars.next()?;
            if !found.to_lowercase().eq(wanted.to_lowercase()) {
                return None;
            }
        }
        Some(chars.next().map_or(rest.len(), |(at, _)| at))
    };
    let (start, length) = value.char_indices().find_map(|(at, _)| Some((at, end_of(value.get(at..)?)?)))?;
    let (before, rest) = value.split_at_checked(start)?;
    let (inside, behind) = rest.split_at_checked(length)?;
    Some(format!("{before}<em>{inside}</em>{behind}"))
}

fn names(call: &Call<'_>, schema: &Schema, hits: &[Hit]) -> Vec<AttributeName> {
    let models: BTreeSet<&str> = hits.iter().filter(|hit| hit.kind == INSTANCE).map(|hit| hit.key.as_str()).collect();
    let attributes = models.into_iter().filter_map(|id| schema.model(id)).flat_map(|model| model.attributes_of(0));
    attributes
        .map(|it| AttributeName {
            bk_obj_id: it.attribute.obj_id.clone(),
            bk_property_id: it.attribute.property_id.clone(),
            bk_property_name: models::translation::attribute_name(call.lang(), &it.attribute),
            bk_property_type: it.attribute.kind.clone(),
        })
        .collect()
}
