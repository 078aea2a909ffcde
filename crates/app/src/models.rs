//! Models and their parts: classifications, attributes, groups, unique rules; and what their endpoints share.

pub mod attributes;
pub mod classifications;
pub mod definitions;
pub mod groups;
pub mod uniques;

use crate::call::Call;
use crate::input::Free;
use crate::repo::Entity;
use relata_model::filter::{Filter, condition};
use relata_model::page::Page;
use relata_model::store::{Query, Row};
use relata_model::{Code, Error, Map, Result};
use serde::Serialize;

/// Rows with their number.
#[derive(Debug, Serialize)]
pub(crate) struct Found<T> {
    /// How many match in all.
    pub(crate) count: u64,
    /// This page of them.
    pub(crate) info: Vec<T>,
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

/// The documents of a definition's table that a filter matches, in the order of a page.
pub(crate) async fn search<E: Entity>(call: &mut Call<'_>, filter: Filter, page: &Page) -> Result<Vec<Map>> {
    let query = Query {
        sort: page.sort(),
        start: page.start(),
        limit: page.limit_or_all(),
        ..Query::new(E::TABLE, filter)
    };
    Ok(call.tx.find(&query).await?.into_iter().map(|Row { doc, .. }| doc).collect())
}

/// [`search`] by a condition map, with the number of all matches.
pub(crate) async fn search_paged<E: Entity>(call: &mut Call<'_>, body: &Free, page: &Page) -> Result<Found<Map>> {
    let filter = condition_filter(call, body, &[])?;
    let count = call.tx.count(E::TABLE.into(), &filter).await?;
    Ok(Found { count, info: search::<E>(call, filter, page).await? })
}
