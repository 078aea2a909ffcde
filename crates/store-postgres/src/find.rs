//! Finding and counting documents.
//!
//! In this order, whatever can be done first: rows that the filter pins by their ids are read by them; the few rows that the
//! index finds are all read, and decided and sorted here; pages of exact conditions are cut by the database; all else is gone
//! through by id, a page at a time, and the evaluator decides. So are rows with an `exact` text always.

use crate::documents::{self, COLUMNS, get, row_of, within};
use crate::filter::{Condition, compile, parts, value_at};
use crate::session::{Session, params};
use crate::sql::{column, corrupt};
use relata_model::filter::{Filter, Groups, order};
use relata_model::page::Sort;
use relata_model::store::{Query, Row, Space, Table};
use relata_model::{Map, Result};
use serde_json::Value;

/// So many rows that the index finds are few.
const FEW: usize = 500;
/// Rows of the first page of a scan, and of the last ones; the second is also the most ids that are asked for at once.
const FIRST_PAGE: usize = 200;
const LAST_PAGE: usize = 5000;

/// Which way along the ids.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What a query asks for.
#[derive(Clone, Copy)]
struct Window {
    start: usize,
    limit: usize,
}

/// The rows that a query finds.
pub(crate) async fn find(session: &mut Session, query: &Query) -> Result<Vec<Row>> {
    let start = usize::try_from(query.start).unwrap_or(usize::MAX);
    let limit = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let window = Window { start, limit };
    if limit == 0 {
        return Ok(Vec::new());
    }
    let (space, filter, after) = (query.space, &query.filter, query.after);
    let pinned = pinned(space, filter);
    if let Some(ids) = pinned {
        return sorted(Scan::new(space, filter, after, Way::Up, Source::Ids(ids)), session, &query.sort, window).await;
    }
    if let Some(rows) = few(session, space, filter, after).await? {
        return Ok(cut(rows, &query.sort, window));
    }
    let by_id = by_id(query);
    if (by_id.is_none() || start > 0)
        && let Some(rows) = cut_by_database(session, query, by_id).await?
    {
        return Ok(rows);
    }
    let scan = |way| Scan::new(space, filter, after, way, Source::Table("TRUE"));
    if let Some((field, way)) = by_id
        && let Some(rows) = in_order(scan(way), session, field, window).await?
    {
        return Ok(rows);
    }
    sorted(scan(Way::Up), session, &query.sort, window).await
}

/// How many rows a filter matches.
pub(crate) async fn count(session: &mut Session, space: Space, filter: &Filter) -> Result<u64> {
    if let Some(ids) = pinned(space, filter) {
        return Scan::new(space, filter, i64::MIN, Way::Up, Source::Ids(ids)).count(session).await;
    }
    if let Some(rows) = few(session, space, filter, i64::MIN).await? {
        return Ok(rows.len() as u64);
    }
    let mut params = params![space.partition];
    let condition = compile(filter, &mut params);
    let scan = |only| Scan::new(space, filter, i64::MIN, Way::Up, Source::Table(only));
    if !condition.exact {
        return scan("TRUE").count(session).await;
    }
    let (table, within) = (space.table.name(), within(space));
    let sql = format!("SELECT count(*) FROM {table} WHERE {within} AND exact IS NULL AND {}", condition.sql);
    let rows = session.query(&sql, params).await?;
    let count: i64 = rows.first().ok_or_else(|| corrupt("no count"))?.try_get(0).map_err(corrupt)?;
    Ok(count.unsigned_abs() + scan("exact IS NOT NULL").count(session).await?)
}

/// How many of them have each value of a field. The database counts what it can decide, the evaluator all else.
pub(crate) async fn count_by(
    session: &mut Session,
    space: Space,
    filter: &Filter,
    field: &str,
) -> Result<Vec<(Value, u64)>> {
    let mut groups = Groups::new(field);
    let mut params = params![space.partition];
    let condition = compile(filter, &mut params);
    let value = if condition.exact { value_at(field, &mut params) } else { None };
    if let Some(value) = &value {
        let (table, within) = (space.table.name(), within(space));
        let sql = format!(
            "SELECT element, count(*) FROM {table} CROSS JOIN LATERAL (
                SELECT DISTINCT element FROM jsonb_array_elements(CASE
                    WHEN {value} IS NULL OR {value} = '[]' THEN '[null]'
                    WHEN jsonb_typeof({value}) = 'array' THEN {value}
                    ELSE jsonb_build_array({value}) END) AS elements(element)) AS of
             WHERE {within} AND exact IS NULL AND {} GROUP BY element",
            condition.sql
        );
        for row in session.query(&sql, params).await? {
            groups.add_many(&column(&row, 0)?, column::<i64>(&row, 1)?.unsigned_abs());
        }
    }
    let rest = if value.is_some() { "exact IS NOT NULL" } else { "TRUE" };
    let mut scan = Scan::new(space, filter, i64::MIN, Way::Up, Source::Table(rest));
    while let Some(rows) = scan.next(session).await? {
        for row in &rows {
            groups.add(&row.doc);
        }
    }
    Ok(groups.into_counts())
}

/// The only ids that a matching row can have. `None` when the filter leaves them open; a value that is no number may
/// match a row that lacks the field, so it leaves them open too.
fn pinned(space: Space, filter: &Filter) -> Option<Vec<i64>> {
    let ids: Option<Vec<i64>> = filter.pinned(space.table.id_field())?.iter().map(Value::as_i64).collect();
    ids.map(documents::sorted)
}

/// A sort order that is that of the ids if the documents have the field.
fn by_id(query: &Query) -> Option<(Option<&str>, Way)> {
    match query.sort.as_slice() {
        [] => Some((None, Way::Up)),
        [Sort { field, descending }] if field == query.space.table.id_field() => {
            Some((Some(field.as_str()), if *descending { Way::Down } else { Way::Up }))
        }
        _ => None,
    }
}

/// The matching rows, when the index finds few; it knows rows by their model and the parts of their documents.
async fn few(session: &mut Session, space: Space, filter: &Filter, after: i64) -> Result<Option<Vec<Row>>> {
    if space.table != Table::Instances {
        return Ok(None);
    }
    let Some(parts) = parts(filter) else { return Ok(None) };
    let model = |part| Value::Object(Map::from_iter([(space.partition.to_string(), part)]));
    let parts: Vec<Value> = parts.into_iter().map(model).collect();
    // The index is asked for each part by itself: a guess of how many rows have one of them would be a bad one. `offset` keeps
    // the planner from asking in another way.
    let sql = format!(
        "SELECT {COLUMNS} FROM unnest($3::jsonb[]) AS parts(part) CROSS JOIN LATERAL (
            SELECT id, revision, doc, exact FROM instances
            WHERE {INDEXED} @> part AND id > $2 AND exact IS NULL LIMIT {limit}) AS found
         UNION ALL SELECT {COLUMNS} FROM instances WHERE model = $1 AND id > $2 AND exact IS NOT NULL
         LIMIT {limit}",
        limit = FEW + 1
    );
    let rows = session.query(&sql, params![space.partition, after, parts]).await?;
    if rows.len() > FEW {
        return Ok(None);
    }
    let rows: Result<Vec<Row>> = rows.iter().map(row_of).collect();
    let mut rows = rows?;
    rows.retain(|row| filter.matches(&row.doc));
    // A row may have several of the parts.
    rows.sort_unstable_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    Ok(Some(rows))
}

/// What `instances_by_value` is about: the document within an object whose only member has the model's id for a name.
const INDEXED: &str = "jsonb_set(('{\"' || model::text || '\":0}')::jsonb, ARRAY[model::text], doc)";

/// The rows of a window, cut by the database; `None` when that would not be right: the condition is not exact, rows have an
/// `exact` text, or objects and arrays would have to be ordered.
async fn cut_by_database(
    session: &mut Session,
    query: &Query,
    by_id: Option<(Option<&str>, Way)>,
) -> Result<Option<Vec<Row>>> {
    let (table, within) = (query.space.table.name(), within(query.space));
    if !compile(&query.filter, &mut Vec::new()).exact {
        return Ok(None);
    }
    let odd = format!("SELECT FROM {table} WHERE {within} AND exact IS NOT NULL LIMIT 1");
    if !session.query(&odd, params![query.space.partition]).await?.is_empty() {
        return Ok(None);
    }
    if let Some((field, way)) = by_id {
        let order = if way == Way::Up { "id" } else { "id DESC" };
        let rows = window(session, query, |_| Some(("FALSE".to_owned(), order.to_owned()))).await?;
        if rows.as_ref().is_some_and(|rows| rows.iter().all(|row| has_id(row, field))) {
            return Ok(rows);
        }
    }
    window(session, query, |params| sort_keys(&query.sort, params)).await
}

/// `keys` writes which rows the database cannot order, and the order.
async fn window(
    session: &mut Session,
    query: &Query,
    keys: impl FnOnce(&mut crate::session::Params) -> Option<(String, String)>,
) -> Result<Option<Vec<Row>>> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut params = params![query.space.partition, query.after, query.limit.map(whole), whole(query.start)];
    let Condition { sql: condition, .. } = compile(&query.filter, &mut params);
    let Some((hard, order)) = keys(&mut params) else { return Ok(None) };
    let (table, within) = (query.space.table.name(), within(query.space));
    let sql = format!(
        "SELECT {COLUMNS}, hard FROM (
            SELECT id, revision, doc, exact, {hard} AS hard FROM {table}
            WHERE {within} AND id > $2 AND {condition}
            ORDER BY {order} LIMIT $3::bigint OFFSET $4::bigint) AS page"
    );
    let mut rows = Vec::new();
    for row in session.query(&sql, params).await? {
        // Such rows are in their place among all others, so a window without them is right.
        if column::<bool>(&row, 3)? {
            return Ok(None);
        }
        rows.push(row_of(&row)?);
    }
    Ok(Some(rows))
}

/// The order of values: see [`relata_model::filter::compare`].
fn sort_keys(sort: &[Sort], params: &mut crate::session::Params) -> Option<(String, String)> {
    let (mut hard, mut keys) = (vec!["FALSE".to_owned()], Vec::new());
    for Sort { field, descending } in sort {
        let value = value_at(field, params)?;
        let way = if *descending { " DESC" } else { "" };
        let kind = format!("jsonb_typeof({value})");
        hard.push(format!("coalesce({kind} IN ('object', 'array'), FALSE)"));
        keys.push(format!(
            "CASE {kind} WHEN 'number' THEN 1 WHEN 'string' THEN 2 WHEN 'object' THEN 3 WHEN 'array' THEN 4
             WHEN 'boolean' THEN 5 ELSE 0 END{way}"
        ));
        keys.push(format!("CASE WHEN {kind} IN ('number', 'boolean') THEN {value} END{way}"));
        keys.push(format!("CASE {kind} WHEN 'string' THEN {value} #>> '{{}}' END COLLATE \"C\"{way}"));
    }
    keys.push("id".to_owned());
    Some((hard.join(" OR "), keys.join(", ")))
}

/// True when the document repeats the id in the field.
fn has_id(row: &Row, field: Option<&str>) -> bool {
    field.is_none_or(|field| row.doc.get(field).and_then(Value::as_i64) == Some(row.id))
}

/// The order is that of the ids, so the scan ends with the window. `None` when it is not: the documents lack the field.
async fn in_order(
    mut scan: Scan<'_>,
    session: &mut Session,
    field: Option<&str>,
    Window { start, limit }: Window,
) -> Result<Option<Vec<Row>>> {
    let (mut rows, mut left) = (Vec::new(), start);
    while let Some(page) = scan.next(session).await? {
        if !page.iter().all(|row| has_id(row, field)) {
            return Ok(None);
        }
        let skipped = left.min(page.len());
        left -= skipped;
        rows.extend(page.into_iter().skip(skipped));
        if rows.len() >= limit {
            rows.truncate(limit);
            break;
        }
    }
    Ok(Some(rows))
}

/// Keeps no more than about twice the rows up to the end of the window.
async fn sorted(mut scan: Scan<'_>, session: &mut Session, sort: &[Sort], window: Window) -> Result<Vec<Row>> {
    let end = window.start.saturating_add(window.limit);
    let bound = end.saturating_mul(2).max(1024);
    let mut rows = Vec::new();
    while let Some(page) = scan.next(session).await? {
        rows.extend(page);
        if rows.len() >= bound {
            rows = cut(rows, sort, Window { start: 0, limit: end });
        }
    }
    Ok(cut(rows, sort, window))
}

fn cut(mut rows: Vec<Row>, sort: &[Sort], Window { start, limit }: Window) -> Vec<Row> {
    rows.sort_unstable_by(|a, b| order(sort, &a.doc, &b.doc).then(a.id.cmp(&b.id)));
    rows.truncate(start.saturating_add(limit));
    rows.split_off(start.min(rows.len()))
}

/// Where a scan takes its rows from.
enum Source {
    /// These ids, ascending.
    Ids(Vec<i64>),
    /// All rows for which this holds.
    Table(&'static str),
}

/// Goes through the rows that pass a filter, by id.
struct Scan<'f> {
    space: Space,
    filter: &'f Filter,
    /// Only ids after the first, up to the second.
    within: (i64, i64),
    way: Way,
    source: Source,
    page: usize,
    done: bool,
}

impl<'f> Scan<'f> {
    fn new(space: Space, filter: &'f Filter, after: i64, way: Way, source: Source) -> Self {
        Self { space, filter, within: (after, i64::MAX), way, source, page: FIRST_PAGE, done: false }
    }

    /// The next rows that pass, which may be none; `None` at the end.
    async fn next(&mut self, session: &mut Session) -> Result<Option<Vec<Row>>> {
        if self.done {
            return Ok(None);
        }
        let mut rows = match &mut self.source {
            Source::Ids(ids) => {
                let rest = ids.split_off(ids.len().min(LAST_PAGE));
                let ids = std::mem::replace(ids, rest).into_iter().filter(|id| *id > self.within.0).collect();
                self.done = matches!(&self.source, Source::Ids(rest) if rest.is_empty());
                get(session, self.space, ids).await?
            }
            Source::Table(only) => {
                let only = *only;
                self.read(session, only).await?
            }
        };
        rows.retain(|row| self.filter.matches(&row.doc));
        Ok(Some(rows))
    }

    /// The next page of the table; most rows that cannot pass are left out.
    async fn read(&mut self, session: &mut Session, only: &str) -> Result<Vec<Row>> {
        let page = i64::try_from(self.page).unwrap_or(i64::MAX);
        let mut params = params![self.space.partition, self.within.0, self.within.1, page];
        let condition = compile(self.filter, &mut params).sql;
        let (table, within) = (self.space.table.name(), within(self.space));
        let way = if self.way == Way::Up { "" } else { " DESC" };
        let sql = format!(
            "SELECT {COLUMNS} FROM {table} WHERE {within} AND id > $2 AND id <= $3 AND {only}
             AND (exact IS NOT NULL OR {condition}) ORDER BY id{way} LIMIT $4"
        );
        let rows: Result<Vec<Row>> = session.query(&sql, params).await?.iter().map(row_of).collect();
        let rows = rows?;
        match (self.way, rows.last()) {
            (Way::Up, Some(row)) => self.within.0 = row.id,
            (Way::Down, Some(row)) => self.within.1 = row.id.saturating_sub(1),
            (_, None) => {}
        }
        self.done = rows.len() < self.page;
        self.page = (self.page * 2).min(LAST_PAGE);
        Ok(rows)
    }

    async fn count(mut self, session: &mut Session) -> Result<u64> {
        let mut count = 0;
        while let Some(rows) = self.next(session).await? {
            count += rows.len() as u64;
        }
        Ok(count)
    }
}
