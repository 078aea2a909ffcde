//! Jobs as lists show them, a page at a time.

use super::{Job, Shown, State};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::instances::list::{Place, number};
use crate::permission::{Granted, Resource};
use crate::repo;
use relata_model::Result;
use relata_model::filter::Filter;
use relata_model::page::Sort;
use relata_model::store::{Query, Table};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Jobs of a page: when nothing is said, and at most.
const USUAL_SIZE: u64 = 50;
const LARGEST_SIZE: u64 = 500;

/// Which jobs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "JobListAsked")]
pub(super) struct List {
    /// Those of all users, for an administrator.
    all: bool,
    /// Jobs of a page, 1 to 500: 50 when nothing is said.
    size: Option<Number>,
    /// The `cursor` of the answer before.
    cursor: String,
}

impl Input for List {
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }
}

/// A page of jobs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JobList")]
pub(super) struct Listed {
    /// The jobs.
    items: Vec<Shown>,
    /// Where the next page begins; null at the end.
    cursor: Option<String>,
}

pub(super) async fn list(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Listed> {
    let size = number("size", input.size.as_ref(), USUAL_SIZE, LARGEST_SIZE)?;
    let mut filter = Filter::one_of("state", State::SHOWN.map(State::name));
    if !(input.all && call.request.principal.admin) {
        filter = Filter::equal("user", call.user()).and(filter);
    }
    let sort = vec![Sort { field: "created".to_owned(), descending: true }];
    if !input.cursor.is_empty() {
        filter = filter.and(Place::read(&input.cursor, &sort)?.beyond(&sort, Table::Jobs.id_field()));
    }
    let query = Query { sort, limit: Some(size + 1), ..Query::new(Table::Jobs, filter) };
    let mut rows = call.tx.find(&query).await?;
    let more = rows.len() as u64 > size;
    rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let cursor = rows.last().filter(|_| more).map(|last| Place::of(&query.sort, last, 0).write());
    let items = rows.into_iter().map(|row| Ok(repo::typed::<Job>(row.doc)?.into())).collect::<Result<_>>()?;
    Ok(Listed { items, cursor })
}
