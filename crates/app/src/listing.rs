//! Lists that a filter expression narrows and a page cuts, or of which only the number is asked for (conventions.md §4 B, §6).

use crate::call::Call;
use crate::instances::searches::project;
use relata_model::filter::{Filter, expression};
use relata_model::page::Page;
use relata_model::store::{Query, Table};
use relata_model::{Map, Result};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What a caller asks of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'q> {
    /// The expression; absent for everything.
    pub(crate) filter: Option<&'q Value>,
    /// The fields of each row; none for all.
    pub(crate) fields: &'q [String],
    /// The page.
    pub(crate) page: &'q Page,
    /// The largest page.
    pub(crate) max: i64,
    /// A page without a limit has all rows.
    pub(crate) all: bool,
}

/// Rows, or their number.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "ListedRows")]
pub(crate) struct Listed {
    /// How many there are, when that was asked for, else 0.
    pub(crate) count: u64,
    /// The rows; null when their number was asked for.
    pub(crate) info: Option<Vec<Map>>,
}

impl Listing<'_> {
    /// The rows of a table that match `within` and what is asked. Errors: conventions.md §4 B for the page, §6 for the filter.
    pub(crate) async fn find(self, call: &mut Call<'_>, table: Table, within: Filter) -> Result<Listed> {
        let everything = self.all && !self.page.enable_count && self.page.limit == 0;
        let limit = if everything { Some(u64::MAX) } else { self.page.limit_or_count(self.max)? };
        let filter = match self.filter {
            Some(filter) => expression::parse(filter, &call.app.settings.zone)?.and(within),
            None => within,
        };
        let Some(limit) = limit else {
            return Ok(Listed { count: call.tx.count(table.into(), &filter).await?, info: None });
        };
        let query = Query {
            sort: self.page.sort(),
            start: self.page.start(),
            limit: Some(call.app.settings.rows_to_ask(Some(limit))),
            ..Query::new(table, filter)
        };
        let rows = call.tx.find(&query).await?;
        call.app.settings.check_answer(rows.len())?;
        Ok(Listed { count: 0, info: Some(rows.into_iter().map(|row| project(row.doc, self.fields)).collect()) })
    }
}
