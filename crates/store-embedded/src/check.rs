//! Checks what the engine itself upholds, each invariant read from the data: keys point to rows, links have their ends and
//! no twin, counters are past the ids in use, the log has no gap and agrees with the links, and the memory with the file.
//!
//! It decides nothing about rules such as mappings. While it compares the links with the memory, commits wait.

use crate::graph::{Graph, Numbers};
use crate::memory::Memory;
use crate::sql::{self, OrFail, corrupt};
use crate::tx::look;
use crate::writer::Shared;
use crate::{documents, links, load};
use relata_model::association::Link;
use relata_model::change::{Action, LinkRecord, Resource};
use relata_model::filter::Filter;
use relata_model::store::check::{self, Known, LinkSet, Links, Report};
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence, rule};
use relata_model::store::{Query, Table};
use relata_model::{Code, Error, Result};
use roaring::RoaringTreemap;
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::RwLockReadGuard;
use std::time::Duration;

/// Reads everything; returns what is wrong.
pub(crate) fn check(path: &Path, shared: &Shared) -> Result<Vec<String>> {
    let conn = sql::open_reader(path).or_fail()?;
    let memory = same_moment(&conn, shared)?;
    let mut report = Report::default();
    let all = |table: Table| documents::find(&conn, &Query::new(table, Filter::everything()));
    let associations = check::associations(all(Table::ModelAssociations)?, all(Table::Models)?)?;
    let associations = associations.into_iter().map(|known| (known.id, known)).collect();
    let stored = check_links(&conn, &memory, &associations, &mut report)?;
    check_instances(&conn, &memory, &mut report)?;
    drop(memory);
    check_keys(&conn, &mut report)?;
    check_sequences(&conn, &mut report)?;
    check_log(&conn, &stored, &mut report)?;
    check_subjects(&conn, &mut report)?;
    Ok(report.finish())
}

/// Begins a snapshot of the file at a moment that the memory is at, too, and keeps the memory there.
fn same_moment<'a>(conn: &Connection, shared: &'a Shared) -> Result<RwLockReadGuard<'a, Memory>> {
    for _ in 0..1000 {
        conn.execute_batch("BEGIN DEFERRED").or_fail()?;
        let commit = load::last_commit(conn).or_fail()?;
        let memory = look(&shared.memory);
        if memory.commit == commit {
            return Ok(memory);
        }
        drop(memory);
        conn.execute_batch("COMMIT").or_fail()?;
        std::thread::sleep(Duration::from_millis(1));
    }
    Err(Error::new(Code::Unavailable).detail("no moment without a commit was found for the check"))
}

/// Compares the table of links with the instances and the memory.
fn check_links(
    conn: &Connection,
    memory: &Memory,
    associations: &HashMap<i64, Known>,
    report: &mut Report,
) -> Result<Links> {
    let mut stored = Links::default();
    let mut count = 0;
    links::scan(conn, i64::MIN, i64::MAX, &mut |link| {
        let Link { id, association, source, target } = link;
        count += 1;
        let known = associations.get(&association);
        match known {
            None => report.add("links", || format!("Link {id} is of association {association}, which does not exist.")),
            Some(known) => {
                for (model, instance, end) in
                    [(known.source_model, source, "source"), (known.target_model, target, "target")]
                {
                    if !model.is_some_and(|model| memory.has_instance(model, instance)) {
                        report.add("links", || format!("The {end} {instance} of link {id} does not exist."));
                    }
                }
            }
        }
        check_in_graph(&memory.graph, &link, report);
        let scope = known.map_or("", |known| &known.scope);
        stored.add(scope, LinkRecord(id, source, target));
    })
    .or_fail()?;
    if memory.graph.len() != count {
        report.add("memory", || format!("The memory holds {} links and the file {count}.", memory.graph.len()));
    }
    Ok(stored)
}

/// A pair that stands for two links is found under one id only.
fn check_in_graph(graph: &Graph, link: &Link, report: &mut Report) {
    match graph.find(link.association, link.source, link.target) {
        Some(id) if id == link.id && graph.is_whole(link) => {}
        Some(id) if id != link.id => report.add("links", || format!("Links {id} and {} link the same pair.", link.id)),
        Some(_) | None => report.add("memory", || format!("Link {} is not whole in memory.", link.id)),
    }
}

fn check_instances(conn: &Connection, memory: &Memory, report: &mut Report) -> Result<()> {
    let stored: Numbers<RoaringTreemap> = load::load_instances(conn).or_fail()?;
    let known = memory.instances.iter().filter(|(_, ids)| !ids.is_empty());
    if known.clone().count() != stored.len() || known.clone().any(|(model, ids)| stored.get(model) != Some(ids)) {
        report.add("memory", || "The instances in memory are not those of the file.".to_owned());
    }
    Ok(())
}

/// Keys of built-in rules point to rows of their table, all others to instances.
fn check_keys(conn: &Connection, report: &mut Report) -> Result<()> {
    let mut select = conn.prepare("SELECT DISTINCT rule FROM unique_keys").or_fail()?;
    let rules: Vec<i64> = select.query_map([], |row| row.get(0)).or_fail()?.collect::<Result<_, _>>().or_fail()?;
    for rule in rules {
        let table = rule::TABLES.iter().find(|(known, _)| *known == rule).map_or(Table::Instances, |(_, table)| *table);
        let mut lost = conn
            .prepare(&format!(
                "SELECT row FROM unique_keys WHERE rule = ?1 AND row NOT IN (SELECT id FROM {})",
                table.name()
            ))
            .or_fail()?;
        let mut rows = lost.query([rule]).or_fail()?;
        while let Some(row) = rows.next().or_fail()? {
            let row: i64 = row.get(0).or_fail()?;
            report.add("keys", || format!("A key of rule {rule} points to row {row}, which does not exist."));
        }
    }
    Ok(())
}

/// No id in use is beyond its sequence.
fn check_sequences(conn: &Connection, report: &mut Report) -> Result<()> {
    let mut check = |name: &str, largest: i64| -> Result<()> {
        if largest >= documents::peek(conn, name)? {
            report.add("sequences", || format!("Id {largest} is beyond the sequence {name}."));
        }
        Ok(())
    };
    check(LINK_SEQUENCE, links::last_id(conn).or_fail()?)?;
    let mut select = conn.prepare("SELECT model, max(id) FROM instances GROUP BY model").or_fail()?;
    let mut rows = select.query([]).or_fail()?;
    while let Some(row) = rows.next().or_fail()? {
        check(&instance_sequence(row.get(0).or_fail()?), row.get(1).or_fail()?)?;
    }
    Ok(())
}

/// The index of the log by what was changed has every subject of every set, and nothing else.
fn check_subjects(conn: &Connection, report: &mut Report) -> Result<()> {
    let problems = [
        (
            "SELECT c.seq, s.value FROM changes AS c, json_each(c.subjects) AS s WHERE c.subjects <> '' AND NOT EXISTS
             (SELECT 1 FROM change_subjects AS x WHERE x.subject = s.value AND x.seq = c.seq)",
            "is not found by it",
        ),
        (
            "SELECT x.seq, x.subject FROM change_subjects AS x LEFT JOIN changes AS c ON c.seq = x.seq
             WHERE c.seq IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(c.subjects) AS s WHERE s.value = x.subject)",
            "is found by it, and should not be",
        ),
    ];
    for (sql, problem) in problems {
        let mut select = conn.prepare(sql).or_fail()?;
        let mut rows = select.query([]).or_fail()?;
        while let Some(row) = rows.next().or_fail()? {
            let (seq, subject): (i64, i64) = (row.get(0).or_fail()?, row.get(1).or_fail()?);
            report.add("the log", || format!("Set {seq} of the log changes {subject}, but {problem}."));
        }
    }
    Ok(())
}

/// The log has no gap, no step back in time, and its links are those that are stored.
fn check_log(conn: &Connection, stored: &Links, report: &mut Report) -> Result<()> {
    let mut logged = Links::default();
    let (mut next, mut time) = (1_i64, i64::MIN);
    let mut select = conn
        .prepare(
            "SELECT seq, count, time, scope, action, CASE resource WHEN ?1 THEN data END FROM changes ORDER BY seq",
        )
        .or_fail()?;
    let mut rows = select.query(params![Resource::Link.name()]).or_fail()?;
    while let Some(row) = rows.next().or_fail()? {
        let (seq, count, then): (i64, i64, i64) = (row.get(0).or_fail()?, row.get(1).or_fail()?, row.get(2).or_fail()?);
        if seq != next || then < time || count < 1 {
            report.add("the log", || format!("Set {seq} of the log does not follow the one before it."));
        }
        (next, time) = (seq.saturating_add(count), then);
        let data = row.get_ref(5).or_fail()?.as_str_or_null().map_err(corrupt)?;
        let Some(data) = data else { continue };
        let scope = row.get_ref(3).or_fail()?.as_str().map_err(corrupt)?;
        let action = row.get_ref(4).or_fail()?.as_str().map_err(corrupt)?;
        let deletes = action == Action::Delete.name();
        logged.follow(LinkSet { seq, count, scope, deletes, data }, report);
    }
    Links::compare(stored, &logged, report);
    Ok(())
}
