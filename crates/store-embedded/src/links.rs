//! Links: the table that holds them and the questions that the graph answers.
//!
//! The table is read by row id only: for links that are asked for by id, and for pages of whole associations, whose ids the
//! graph knows.

use crate::documents::{conflict, sorted};
use crate::memory::{EndsQuery, Memory, Pending, View};
use crate::sql::OrFail;
use relata_model::association::Link;
use relata_model::store::{Ends, LinkQuery};
use relata_model::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use std::collections::HashSet;

fn link_of(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link { id: row.get(0)?, association: row.get(1)?, source: row.get(2)?, target: row.get(3)? })
}

/// Writes links.
pub(crate) fn insert(
    conn: &Connection,
    memory: &Memory,
    pending: &mut Pending,
    ends: Ends,
    links: &[Link],
) -> Result<()> {
    let free = std::mem::take(&mut pending.free);
    let mut free = free.iter();
    for link in links {
        if link.id <= pending.counters.link {
            return Err(Error::internal(format!("link id {} is not beyond {}", link.id, pending.counters.link)));
        }
        let Link { association, source, target, .. } = *link;
        // A pair that the last look found free can only have been taken by this very list since.
        let looked_up = free.any(|pair| *pair == (association, source, target));
        let there = if looked_up {
            pending.added(association, source, target)
        } else {
            View::of_writer(memory, pending).find(association, source, target)
        };
        if there.is_some() {
            return Err(conflict(format!("{link:?} is there already")));
        }
        if ends.one_per_source || ends.one_per_target {
            let facts = View::of_writer(memory, pending).facts(ends, &[(source, target)]);
            if facts.iter().any(|facts| facts.source_linked || facts.target_linked) {
                return Err(conflict(format!("an end of {link:?} has its only link")));
            }
        }
        pending.link(*link);
    }
    let (together, rest) = links.as_chunks::<TOGETHER>();
    together.iter().try_for_each(|links| insert_rows(conn, links))?;
    rest.chunks(1).try_for_each(|link| insert_rows(conn, link))
}

/// So many rows go into one statement, which costs less than one each.
const TOGETHER: usize = 40;

/// Inserts rows, as many as [`TOGETHER`] or one, so that there are two statements to keep.
fn insert_rows(conn: &Connection, links: &[Link]) -> Result<()> {
    let more = ", (?, ?, ?, ?)".repeat(links.len().saturating_sub(1));
    let sql = format!("INSERT INTO links (id, association, source, target) VALUES (?, ?, ?, ?){more}");
    let values = links.iter().flat_map(|link| [link.id, link.association, link.source, link.target]);
    conn.prepare_cached(&sql).and_then(|mut insert| insert.execute(params_from_iter(values))).or_fail()?;
    Ok(())
}

/// Deletes links.
pub(crate) fn delete(conn: &Connection, memory: &Memory, pending: &mut Pending, links: &[Link]) -> Result<()> {
    let mut delete = conn.prepare_cached("DELETE FROM links WHERE id = ?1").or_fail()?;
    for link in links {
        let there = View::of_writer(memory, pending).find(link.association, link.source, link.target);
        if there != Some(link.id) || delete.execute([link.id]).or_fail()? != 1 {
            return Err(conflict(format!("{link:?} is gone")));
        }
        pending.unlink(*link);
    }
    Ok(())
}

/// What the memory alone answers; the rest is read from the table after the memory has been let go.
pub(crate) enum Found {
    /// All of the answer.
    Links(Vec<Link>),
    /// The ids of the links, ascending.
    Ids(Vec<i64>),
    /// Nothing: the links are asked for by id.
    ById,
}

/// The first half of finding links: what the memory knows.
pub(crate) fn look(view: View<'_>, query: &LinkQuery) -> Found {
    let limit = as_limit(query.limit);
    if query.ids.is_some() {
        return Found::ById;
    }
    let associations = sorted(&query.associations);
    let (sources, targets) = (query.sources.as_deref().map(sorted), query.targets.as_deref().map(sorted));
    if sources.is_some() || targets.is_some() {
        let (sources, targets) = (sources.as_deref(), targets.as_deref());
        let at = EndsQuery { associations: &associations, sources, targets, after: query.after, limit };
        return Found::Links(view.links_at(&at));
    }
    let ids = |association: &i64| view.ids_after(*association, query.after).take(limit);
    let mut ids: Vec<i64> = associations.iter().flat_map(ids).collect();
    ids.sort_unstable();
    ids.truncate(limit);
    Found::Ids(ids)
}

fn as_limit(limit: Option<u64>) -> usize {
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// The second half: the links that a query finds, by ascending id.
pub(crate) fn find(conn: &Connection, found: Found, query: &LinkQuery) -> Result<Vec<Link>> {
    match found {
        Found::Links(links) => Ok(links),
        Found::Ids(ids) => by_ids(conn, &ids),
        Found::ById => {
            let ids = sorted(query.ids.as_deref().unwrap_or_default());
            let ids: Vec<i64> = ids.into_iter().filter(|id| *id > query.after).collect();
            let among = |list: &Option<HashSet<i64>>, id: i64| list.as_ref().is_none_or(|list| list.contains(&id));
            let set = |list: &Vec<i64>| -> HashSet<i64> { list.iter().copied().collect() };
            let (sources, targets) = (query.sources.as_ref().map(set), query.targets.as_ref().map(set));
            let mut links = by_ids(conn, &ids)?;
            links.retain(|link| {
                query.associations.contains(&link.association)
                    && among(&sources, link.source)
                    && among(&targets, link.target)
            });
            links.truncate(as_limit(query.limit));
            Ok(links)
        }
    }
}

/// How many links of whole associations there are; `None` when the query asks for less than that.
pub(crate) fn count(view: View<'_>, query: &LinkQuery) -> Option<u64> {
    let whole = query.ids.is_none() && query.sources.is_none() && query.targets.is_none();
    whole.then(|| sorted(&query.associations).iter().map(|association| view.count(*association)).sum())
}

/// The links with these ids, which ascend. Reads the range when it is dense, else one by one.
fn by_ids(conn: &Connection, ids: &[i64]) -> Result<Vec<Link>> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(Vec::new()) };
    let mut links = Vec::with_capacity(ids.len());
    if last.saturating_sub(*first) < 4 * i64::try_from(ids.len()).unwrap_or(i64::MAX / 4) {
        let wanted: HashSet<i64> = ids.iter().copied().collect();
        let range = "SELECT id, association, source, target FROM links WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
        let mut range = conn.prepare_cached(range).or_fail()?;
        for link in range.query_map([first, last], link_of).or_fail()? {
            let link = link.or_fail()?;
            if wanted.contains(&link.id) {
                links.push(link);
            }
        }
        return Ok(links);
    }
    let one = "SELECT id, association, source, target FROM links WHERE id = ?1";
    let mut one = conn.prepare_cached(one).or_fail()?;
    for id in ids {
        links.extend(one.query_row([id], link_of).optional().or_fail()?);
    }
    Ok(links)
}

/// Calls `visit` with the links whose ids are in a range, by ascending id.
pub(crate) fn scan(conn: &Connection, first: i64, last: i64, visit: &mut dyn FnMut(Link)) -> rusqlite::Result<()> {
    let range = "SELECT id, association, source, target FROM links WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    let mut range = conn.prepare_cached(range)?;
    let mut rows = range.query([first, last])?;
    while let Some(row) = rows.next()? {
        visit(link_of(row)?);
    }
    Ok(())
}

/// The largest link id there is, 0 without links.
pub(crate) fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> = conn.prepare_cached("SELECT max(id) FROM links")?.query_row([], |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}
