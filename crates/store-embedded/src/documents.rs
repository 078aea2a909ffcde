//! Documents in SQL: reading by id, scanning with a filter, writing with keys.
//!
//! A filter is evaluated on the parsed document, except that a filter which pins the id reads by the primary key.

use crate::sql::{OrFail, corrupt, own};
use relata_model::filter::{Filter, Groups, order};
use relata_model::page::Sort;
use relata_model::store::{NewRow, Query, Remove, Replace, Row, Space, Table};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map, Result};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use serde_json::Value;
use std::ops::ControlFlow;

/// Reads `revision, doc`, which follow the id.
fn row_of(row: &rusqlite::Row<'_>) -> Result<Row> {
    let text = row.get_ref(2).or_fail()?;
    let text = text.as_str().map_err(corrupt)?;
    let doc: Map = serde_json::from_str(text).map_err(corrupt)?;
    Ok(Row { id: row.get(0).or_fail()?, revision: row.get(1).or_fail()?, doc })
}

/// The condition that keeps a statement within a space; its first parameter is the partition.
const fn within(space: Space) -> &'static str {
    if space.table.is_partitioned() { "model = ?1" } else { "0 = ?1" }
}

fn statement<'c>(conn: &'c Connection, space: Space, head: &str, tail: &str) -> Result<CachedStatement<'c>> {
    let (table, within) = (space.table.name(), within(space));
    conn.prepare_cached(&format!("{head} {table} WHERE {within} {tail}")).or_fail()
}

/// Ids and revisions of all rows, by ascending id.
pub(crate) fn revisions(conn: &Connection, space: Space) -> Result<Vec<(i64, i64)>> {
    let mut all = statement(conn, space, "SELECT id, revision FROM", "ORDER BY id")?;
    let rows = all.query_map([space.partition], |row| Ok((row.get(0)?, row.get(1)?))).or_fail()?;
    rows.collect::<rusqlite::Result<_>>().or_fail()
}

/// The rows with these ids that exist, by ascending id, each once.
pub(crate) fn get_many(conn: &Connection, space: Space, ids: &[i64]) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(ids.len().min(1024));
    each_of(conn, space, sorted(ids).into_iter(), &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// Sorted, each once.
pub(crate) fn sorted(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

type Visit<'v> = dyn FnMut(Row) -> ControlFlow<()> + 'v;

/// Visits the rows with these ids, in this order.
fn each_of(conn: &Connection, space: Space, ids: impl Iterator<Item = i64>, visit: &mut Visit<'_>) -> Result<()> {
    let mut by_id = statement(conn, space, "SELECT id, revision, doc FROM", "AND id = ?2")?;
    for id in ids {
        let mut rows = by_id.query(params![space.partition, id]).or_fail()?;
        if let Some(row) = rows.next().or_fail()?
            && visit(row_of(row)?).is_break()
        {
            break;
        }
    }
    Ok(())
}

/// Which way along the ids.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// Visits the rows after an id that pass a filter, by id.
fn each(
    conn: &Connection,
    space: Space,
    (after, way): (i64, Way),
    filter: &Filter,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let visit: &mut Visit<'_> =
        &mut |row: Row| if filter.matches(&row.doc) { visit(row) } else { ControlFlow::Continue(()) };
    if let Some(ids) = pinned(space, filter) {
        let ids = sorted(&ids).into_iter().filter(|id| *id > after);
        return match way {
            Way::Up => each_of(conn, space, ids, visit),
            Way::Down => each_of(conn, space, ids.rev(), visit),
        };
    }
    let tail = match way {
        Way::Up => "AND id > ?2 ORDER BY id",
        Way::Down => "AND id > ?2 ORDER BY id DESC",
    };
    let mut scan = statement(conn, space, "SELECT id, revision, doc FROM", tail)?;
    let mut rows = scan.query([space.partition, after]).or_fail()?;
    while let Some(row) = rows.next().or_fail()? {
        if visit(row_of(row)?).is_break() {
            break;
        }
    }
    Ok(())
}

/// The only ids that a matching row can have. `None` when the filter leaves them open; a value that is no number may
/// match a row that lacks the field, so it leaves them open too.
fn pinned(space: Space, filter: &Filter) -> Option<Vec<i64>> {
    let ids = filter.pinned(space.table.id_field())?;
    ids.iter().map(Value::as_i64).collect()
}

/// The rows that a query finds.
pub(crate) fn find(conn: &Connection, query: &Query) -> Result<Vec<Row>> {
    let start = usize::try_from(query.start).unwrap_or(usize::MAX);
    let limit = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if limit == 0 {
        return Ok(Vec::new());
    }
    let by_id = match query.sort.as_slice() {
        [] => Some((None, Way::Up)),
        [Sort { field, descending }] if field == query.space.table.id_field() => {
            Some((Some(field.as_str()), if *descending { Way::Down } else { Way::Up }))
        }
        _ => None,
    };
    let paged = by_id.map(|(field, way)| find_by_id(conn, query, field, way, start, limit));
    match paged.transpose()?.flatten() {
        Some(rows) => Ok(rows),
        None => find_sorted(conn, query, start, limit),
    }
}

/// The order is that of the ids, so the scan ends with the page. `None` when it is not: the documents lack the field.
fn find_by_id(
    conn: &Connection,
    query: &Query,
    field: Option<&str>,
    way: Way,
    start: usize,
    limit: usize,
) -> Result<Option<Vec<Row>>> {
    let (mut rows, mut passed, mut in_order) = (Vec::new(), 0_usize, true);
    each(conn, query.space, (query.after, way), &query.filter, &mut |row| {
        in_order = field.is_none_or(|field| row.doc.get(field).and_then(Value::as_i64) == Some(row.id));
        passed += 1;
        if passed > start {
            rows.push(row);
        }
        if rows.len() >= limit || !in_order { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(in_order.then_some(rows))
}

/// Keeps no more than about twice the rows up to the end of the page.
fn find_sorted(conn: &Connection, query: &Query, start: usize, limit: usize) -> Result<Vec<Row>> {
    let end = start.saturating_add(limit);
    let bound = end.saturating_mul(2).max(1024);
    let mut rows = Vec::new();
    each(conn, query.space, (query.after, Way::Up), &query.filter, &mut |row| {
        rows.push(row);
        if rows.len() >= bound {
            sort_rows(&query.sort, &mut rows);
            rows.truncate(end);
        }
        ControlFlow::Continue(())
    })?;
    sort_rows(&query.sort, &mut rows);
    rows.truncate(end);
    Ok(rows.split_off(start.min(rows.len())))
}

fn sort_rows(sort: &[Sort], rows: &mut [Row]) {
    rows.sort_unstable_by(|a, b| order(sort, &a.doc, &b.doc).then(a.id.cmp(&b.id)));
}

/// How many rows a filter matches.
pub(crate) fn count(conn: &Connection, space: Space, filter: &Filter) -> Result<u64> {
    if matches!(filter, Filter::All(parts) if parts.is_empty()) {
        let mut all = statement(conn, space, "SELECT count(*) FROM", "")?;
        let count: i64 = all.query_row([space.partition], |row| row.get(0)).or_fail()?;
        return Ok(count.unsigned_abs());
    }
    let mut passed = 0;
    each(conn, space, (i64::MIN, Way::Up), filter, &mut |_| {
        passed += 1;
        ControlFlow::Continue(())
    })?;
    Ok(passed)
}

/// How many of them have each value of a field.
pub(crate) fn count_by(conn: &Connection, space: Space, filter: &Filter, field: &str) -> Result<Vec<(Value, u64)>> {
    let mut groups = Groups::new(field);
    each(conn, space, (i64::MIN, Way::Up), filter, &mut |row| {
        groups.add(&row.doc);
        ControlFlow::Continue(())
    })?;
    Ok(groups.into_counts())
}

/// For each key the id of the row that holds it.
pub(crate) fn find_keys(conn: &Connection, keys: &[UniqueKey]) -> Result<Vec<Option<i64>>> {
    let mut holder = conn.prepare_cached("SELECT row FROM unique_keys WHERE rule = ?1 AND key = ?2").or_fail()?;
    let mut row_of = |key: &UniqueKey| holder.query_row(params![key.rule, key.key], |row| row.get(0)).optional();
    keys.iter().map(|key| row_of(key).or_fail()).collect()
}

pub(crate) fn insert_many(conn: &Connection, space: Space, rows: &[NewRow]) -> Result<()> {
    let table = space.table.name();
    let mut insert = if space.table == Table::Instances {
        conn.prepare_cached("INSERT INTO instances (model, id, revision, doc) VALUES (?1, ?2, 1, ?3)")
    } else {
        conn.prepare_cached(&format!("INSERT INTO {table} (id, revision, doc) SELECT ?2, 1, ?3 WHERE ?1 = 0"))
    }
    .or_fail()?;
    for row in rows {
        if insert.execute(params![space.partition, row.id, text(&row.doc)?]).or_fail()? != 1 {
            return Err(Error::internal(format!("{table} has no partition {}", space.partition)));
        }
        take_keys(conn, &row.keys, row.id)?;
    }
    touch(conn, space, rows.len())
}

pub(crate) fn replace_many(conn: &Connection, space: Space, rows: &[Replace]) -> Result<()> {
    let table = space.table.name();
    let within = within(space);
    let mut replace = conn
        .prepare_cached(&format!(
            "UPDATE {table} SET revision = revision + 1, doc = ?4 WHERE {within} AND id = ?2 AND revision = ?3"
        ))
        .or_fail()?;
    for row in rows {
        let known = params![space.partition, row.id, row.revision, text(&row.doc)?];
        if replace.execute(known).or_fail()? != 1 {
            return Err(conflict(format!("{table} {} is gone or not at revision {}", row.id, row.revision)));
        }
        give_back(conn, &row.drop_keys, row.id)?;
    }
    // All keys are given back before any is taken, so that rows can swap them.
    let mut take = conn
        .prepare_cached(
            "INSERT INTO unique_keys (rule, key, row) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET row = row WHERE row = excluded.row",
        )
        .or_fail()?;
    for row in rows {
        for key in &row.take_keys {
            if take.execute(params![key.rule, key.key, row.id]).or_fail()? != 1 {
                return Err(conflict(format!("another row holds a key that {table} {} takes", row.id)));
            }
        }
    }
    touch(conn, space, rows.len())
}

pub(crate) fn delete_many(conn: &Connection, space: Space, rows: &[Remove]) -> Result<()> {
    let mut delete = statement(conn, space, "DELETE FROM", "AND id = ?2")?;
    for row in rows {
        if delete.execute([space.partition, row.id]).or_fail()? != 1 {
            return Err(conflict(format!("{} {} is gone", space.table.name(), row.id)));
        }
        give_back(conn, &row.keys, row.id)?;
    }
    touch(conn, space, rows.len())
}

pub(crate) fn insert_keys(conn: &Connection, keys: &[(UniqueKey, i64)]) -> Result<()> {
    keys.iter().try_for_each(|(key, row)| take_keys(conn, std::slice::from_ref(key), *row))
}

pub(crate) fn drop_keys(conn: &Connection, rule: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM unique_keys WHERE rule = ?1").and_then(|mut all| all.execute([rule])).or_fail()?;
    Ok(())
}

/// Takes `count` ids and returns the first.
pub(crate) fn next_ids(conn: &Connection, sequence: &str, count: u64) -> Result<i64> {
    let count = i64::try_from(count).map_err(|_| Error::internal("more ids than there are"))?;
    let first: i64 = conn
        .prepare_cached(
            "INSERT INTO sequences (name, next) VALUES (?1, 1 + ?2)
             ON CONFLICT (name) DO UPDATE SET next = next + ?2 RETURNING next - ?2",
        )
        .and_then(|mut take| take.query_row(params![sequence, count], |row| row.get(0)))
        .or_fail()?;
    Ok(first)
}

/// The next number of a sequence.
pub(crate) fn peek(conn: &Connection, sequence: &str) -> Result<i64> {
    let next = conn
        .prepare_cached("SELECT next FROM sequences WHERE name = ?1")
        .and_then(|mut next| next.query_row([sequence], |row| row.get(0)).optional())
        .or_fail()?;
    Ok(next.unwrap_or(1))
}

fn take_keys(conn: &Connection, keys: &[UniqueKey], row: i64) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut take = conn.prepare_cached("INSERT INTO unique_keys (rule, key, row) VALUES (?1, ?2, ?3)").or_fail()?;
    for key in keys {
        take.execute(params![key.rule, key.key, row]).or_fail()?;
    }
    Ok(())
}

/// A key that is not there was not yet given (a rule whose keys are being filled in), which is fine.
fn give_back(conn: &Connection, keys: &[UniqueKey], row: i64) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut drop =
        conn.prepare_cached("DELETE FROM unique_keys WHERE rule = ?1 AND key = ?2 AND row = ?3").or_fail()?;
    for key in keys {
        drop.execute(params![key.rule, key.key, row]).or_fail()?;
    }
    Ok(())
}

/// Moves the meta revision for a change of the schema.
fn touch(conn: &Connection, space: Space, rows: usize) -> Result<()> {
    if space.table.is_meta() && rows > 0 {
        next_ids(conn, own::META, 1)?;
    }
    Ok(())
}

fn text(doc: &Map) -> Result<String> {
    serde_json::to_string(doc).map_err(|error| Error::internal(error.to_string()))
}

/// A lost race.
pub(crate) fn conflict(detail: String) -> Error {
    Error::new(Code::Conflict).detail(detail)
}
