//! Models and their parts: classifications, attributes, groups, unique rules; and what their endpoints share.

pub mod attributes;
pub mod builtin;
pub mod canvas;
pub mod classifications;
pub mod definitions;
pub mod duplicates;
pub mod exchange;
pub mod groups;
pub mod mainline;
pub(crate) mod quotes;
mod tables;
pub(crate) mod translation;
pub mod uniques;

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Free, documents, looks_like_its_parameter};
use crate::permission::{Granted, Resource};
use crate::repo::Entity;
use relata_model::filter::{Filter, condition, shape};
use relata_model::page::Page;
use relata_model::store::{Query, Row};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::marker::PhantomData;

/// Rows with their number.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Found{T}")]
pub(crate) struct Found<T> {
    /// How many match in all.
    pub(crate) count: u64,
    /// This page of them.
    pub(crate) info: Vec<T>,
}

/// The input of endpoints of definitions whose body is one free map: a record, changes of one, or a condition. `T` is what
/// it looks like.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Body<T = Map>(pub(crate) Free, #[serde(skip)] PhantomData<fn() -> T>);

looks_like_its_parameter!(Body);

impl<T> Default for Body<T> {
    fn default() -> Self {
        Self(Free::default(), PhantomData)
    }
}

/// Names one record.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of a body")]
pub(crate) struct Id {
    /// Numeric id.
    id: i64,
}

impl<T: JsonSchema + 'static> Input for Body<T> {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// The same for a record that is named by a number: the handler asks for the permission on its model.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct ByNumber<T>(pub(crate) Free, #[serde(skip)] PhantomData<fn() -> T>);

looks_like_its_parameter!(ByNumber);

impl<T: JsonSchema + 'static> Input for ByNumber<T> {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

/// The record that a body describes, without its numeric id and without these members: 1199000 when it has another shape.
pub(crate) fn record<E: Entity>(body: &Free, without: &[&str]) -> Result<E> {
    let mut map = body.0.clone();
    map.retain(|member, _| member != "id" && !without.contains(&member.as_str()));
    decode(map)
}

/// A stored record with some members replaced by those of a body: 1199000 when a member has another type.
pub(crate) fn changed<E: Entity>(entity: &E, changes: &Map) -> Result<E> {
    let mut doc = crate::repo::document(entity)?;
    doc.extend(changes.clone());
    decode(doc)
}

fn decode<E: Entity>(map: Map) -> Result<E> {
    serde_json::from_value(Value::Object(map)).map_err(|error| Error::new(Code::JsonDecode).hint(error.to_string()))
}

/// The members of a body with these names.
pub(crate) fn only(body: &Free, members: &[&str]) -> Map {
    body.0
        .iter()
        .filter(|(member, _)| members.contains(&member.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// A text member, empty when it is absent: 1199007 when it is something else.
pub(crate) fn text<'b>(body: &'b Free, member: &str) -> Result<&'b str> {
    match body.0.get(member) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Error::new(Code::ParamNotString).arg(member))
        }
    }
}

/// Refuses an id that is kept for built-in definitions, one that begins with `bk` in any case: 1199011.
pub(crate) fn check_not_reserved(parameter: &str, id: &str) -> Result<()> {
    if id.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("bk")) {
        return Err(Error::refers_to_nothing(parameter).hint("ids that begin with bk are reserved"));
    }
    Ok(())
}

/// Longest textual id or name, in characters.
const MAX_NAME: usize = 128;

/// Checks a textual id: not empty (1199010), at most 128 characters (1199073), a letter and then letters, digits and
/// underscores (1199011).
pub(crate) fn check_id(parameter: &str, id: &str) -> Result<()> {
    check_name(parameter, id)?;
    let mut chars = id.chars();
    let regular = chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|rest| rest.is_ascii_alphanumeric() || rest == '_');
    if !regular {
        let hint = format!("{parameter} starts with a letter and has only letters, digits and underscores");
        return Err(Error::refers_to_nothing(parameter).hint(hint));
    }
    Ok(())
}

/// Checks a display name: not empty (1199010), at most 128 characters (1199073).
pub(crate) fn check_name(parameter: &str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::required(parameter));
    }
    if name.chars().count() > MAX_NAME {
        return Err(Error::new(Code::TooLong).arg(parameter).arg(MAX_NAME));
    }
    Ok(())
}

/// The filter of a store-style condition map, without the members that are not conditions.
pub(crate) fn condition_filter(call: &Call<'_>, body: &Free, not_conditions: &[&str]) -> Result<Filter> {
    let mut map = body.0.clone();
    for member in not_conditions.iter().chain(&["bk_supplier_account"]) {
        map.remove(*member);
    }
    condition::parse(&map, &call.app.settings.zone)
}

/// The documents of a definition's table that a filter matches, in the order of a page, as the caller reads them.
pub(crate) async fn search<E: Entity>(call: &mut Call<'_>, filter: Filter, page: &Page) -> Result<Vec<Map>> {
    let query =
        Query { sort: page.sort(), start: page.start(), limit: page.limit_or_all(), ..Query::new(E::TABLE, filter) };
    let mut docs: Vec<Map> = call.tx.find(&query).await?.into_iter().map(|Row { doc, .. }| doc).collect();
    translation::translate(call.lang(), E::TABLE, &mut docs)?;
    Ok(docs)
}

/// Which definitions, and which page of them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Search {
    /// Which.
    #[schemars(with = "shape::Condition")]
    condition: Map,
    /// Which of them; all when it is left out.
    page: Page,
}

impl Input for Search {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// The handler of a paged search by a condition map; answers the number of all matches, too.
pub(crate) async fn search_paged<E: Entity + JsonSchema>(
    call: &mut Call<'_>,
    _ok: Granted,
    input: &Search,
) -> Result<Found<Document<E>>> {
    let filter = condition_filter(call, &Free(input.condition.clone()), &[])?;
    let count = call.tx.count(E::TABLE.into(), &filter).await?;
    Ok(Found { count, info: documents(search::<E>(call, filter, &input.page).await?) })
}
