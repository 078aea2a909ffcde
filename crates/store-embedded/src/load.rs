//! Fills the memory from the file when the store is opened, with two threads.
//!
//! Links are read in ranges of their ids, each half by one thread; then one thread builds each direction of the graph. So
//! the links of a node come by ascending id, and only one range is held besides the graph.

use crate::graph::{Graph, Numbers};
use crate::memory::{Counters, Memory};
use crate::sql::own;
use crate::writer::Shared;
use crate::{links, log, sql};
use relata_model::association::Link;
use roaring::RoaringTreemap;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// How many ids are read at a time.
const RANGE: i64 = 1 << 20;

/// Reads what the threads of the engine share, and where the numbering stands.
pub(crate) fn load(path: &Path, conn: &Connection) -> rusqlite::Result<(Shared, Counters)> {
    let (change, time) = log::end(conn)?;
    let counters = Counters { link: links::last_id(conn)?, change, time };
    let memory = Memory { graph: load_links(path)?, instances: load_instances(conn)?, commit: last_commit(conn)? };
    Ok((Shared::new(memory, &counters), counters))
}

/// The number of the last commit.
pub(crate) fn last_commit(conn: &Connection) -> rusqlite::Result<i64> {
    let next = conn
        .prepare_cached("SELECT next FROM sequences WHERE name = ?1")?
        .query_row([own::COMMITS], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(next.map_or(0, |next| next - 1))
}

/// The ids of the instances of each model.
pub(crate) fn load_instances(conn: &Connection) -> rusqlite::Result<Numbers<RoaringTreemap>> {
    let mut instances = Numbers::<RoaringTreemap>::default();
    let mut select = conn.prepare("SELECT model, id FROM instances ORDER BY model, id")?;
    let mut rows = select.query([])?;
    let (mut current, mut ids) = (None, RoaringTreemap::new());
    while let Some(row) = rows.next()? {
        let model: i64 = row.get(0)?;
        if current != Some(model) {
            keep(&mut instances, current.replace(model), std::mem::take(&mut ids));
        }
        ids.insert(row.get::<_, i64>(1)?.cast_unsigned());
    }
    keep(&mut instances, current, ids);
    Ok(instances)
}

fn keep(instances: &mut Numbers<RoaringTreemap>, model: Option<i64>, ids: RoaringTreemap) {
    if let Some(model) = model {
        instances.insert(model, ids);
    }
}

fn load_links(path: &Path) -> rusqlite::Result<Graph> {
    let (mut low, mut high) = (sql::open_reader(path)?, sql::open_reader(path)?);
    let mut graph = Graph::default();
    let mut after = i64::MIN;
    while let Some(first) = first_after(&low, after)? {
        let last = first.saturating_add(RANGE - 1);
        let middle = first.saturating_add(RANGE / 2);
        let (front, back) = std::thread::scope(|scope| {
            let back = scope.spawn(|| range(&mut high, middle, last));
            let front = range(&mut low, first, middle - 1);
            (front, back.join())
        });
        let (front, back) = (front?, back.unwrap_or(Err(rusqlite::Error::InvalidQuery))?);
        let Graph { by_source, by_target, ids } = &mut graph;
        std::thread::scope(|scope| {
            let (front, back) = (&front, &back);
            scope.spawn(|| {
                for link in in_order([front, back], |link| link.source) {
                    by_source.insert(link.association, link.source, link.target, link.id);
                }
            });
            for link in in_order([front, back], |link| link.target) {
                by_target.insert(link.association, link.target, link.source, link.id);
            }
            for link in front.iter().chain(back) {
                ids.entry(link.association).or_default().insert(link.id.cast_unsigned());
            }
        });
        after = last;
    }
    Ok(graph)
}

/// The links by the nodes at one end, so that building goes through the memory in its order; those of a node by id.
fn in_order(links: [&Vec<Link>; 2], node: impl Fn(&Link) -> i64) -> Vec<Link> {
    let mut links = links.map(Vec::as_slice).concat();
    links.sort_unstable_by_key(|link| (link.association, node(link), link.id));
    links
}

fn first_after(conn: &Connection, after: i64) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT min(id) FROM links WHERE id > ?1")?.query_row([after], |row| row.get(0))
}

fn range(conn: &mut Connection, first: i64, last: i64) -> rusqlite::Result<Vec<Link>> {
    let mut found = Vec::new();
    links::scan(conn, first, last, &mut |link| found.push(link))?;
    Ok(found)
}
