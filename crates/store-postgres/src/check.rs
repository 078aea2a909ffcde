//! Checks what the engine itself upholds, each invariant read from the data: keys point to rows, links have their ends and
//! no twin, counters are past the ids in use, the log has no gap and agrees with the links.
//!
//! It decides nothing about rules such as mappings. All of it sees one snapshot, and nobody waits for it.

use crate::find::find;
use crate::log;
use crate::session::{Params, Session, params};
use crate::sql::{column, corrupt};
use relata_model::Result;
use relata_model::change::{Action, ChangeSet, LinkRecord, Resource};
use relata_model::filter::Filter;
use relata_model::store::check::{self, Known, LinkSet, Links, Report, TOLD};
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence, rule};
use relata_model::store::{ChangeQuery, Query, Table};
use std::collections::HashMap;
use tokio_postgres::Row;

/// Links of a page.
const LINKS: i64 = 20_000;
/// Sets of a page.
const SETS: u64 = 200;

/// Reads everything; returns what is wrong.
pub(crate) async fn check(session: &mut Session) -> Result<Vec<String>> {
    let mut report = Report::default();
    let associations = find(session, &Query::new(Table::ModelAssociations, Filter::everything())).await?;
    let models = find(session, &Query::new(Table::Models, Filter::everything())).await?;
    let known = check::associations(associations, models)?;
    check_ends(session, &known, &mut report).await?;
    check_single(session, &mut report).await?;
    check_keys(session, &mut report).await?;
    check_sequences(session, &mut report).await?;
    check_numbers(session, &mut report).await?;
    let stored = stored_links(session, known).await?;
    check_log(session, &stored, &mut report).await?;
    Ok(report.finish())
}

/// Adds a sentence for each row that a question finds. Only the rows that can be told leave the database.
async fn ask(
    report: &mut Report,
    session: &mut Session,
    kind: &'static str,
    (sql, params): (&str, Params),
    sentence: impl Fn(&Row) -> Result<String>,
) -> Result<()> {
    let sql = format!("SELECT *, count(*) OVER () AS problems FROM ({sql}) AS found ORDER BY 1 LIMIT {TOLD}");
    let rows = session.query(&sql, params).await?;
    for row in &rows {
        let sentence = sentence(row)?;
        report.add(kind, || sentence);
    }
    if let Some(row) = rows.first() {
        let all: i64 = row.try_get("problems").map_err(corrupt)?;
        report.add_untold(kind, all.unsigned_abs().saturating_sub(rows.len() as u64));
    }
    Ok(())
}

const KNOWN: &str = "
WITH known AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
  AS k (id, source_model, target_model))";

/// The parameters of [`KNOWN`].
fn columns(known: &[Known]) -> Params {
    let of = |of: fn(&Known) -> Option<i64>| known.iter().map(of).collect::<Vec<_>>();
    params![of(|it| Some(it.id)), of(|it| it.source_model), of(|it| it.target_model)]
}

/// Every link is of an association that is there, and has both ends; what is kept of the associations for that is right.
async fn check_ends(session: &mut Session, known: &[Known], report: &mut Report) -> Result<()> {
    let strangers = "SELECT id, association FROM links AS l
                     WHERE NOT EXISTS (SELECT FROM model_associations AS a WHERE a.id = l.association)";
    let sentence = |row: &Row| {
        let (link, association): (i64, i64) = (column(row, 0)?, column(row, 1)?);
        Ok(format!("Link {link} is of association {association}, which does not exist."))
    };
    ask(report, session, "links", (strangers, params![]), sentence).await?;
    for end in ["source", "target"] {
        let lost = format!(
            "{KNOWN} SELECT l.id, l.{end} FROM links AS l JOIN known AS k ON k.id = l.association
             WHERE NOT EXISTS (SELECT FROM instances AS i WHERE i.model = k.{end}_model AND i.id = l.{end})"
        );
        let sentence = |row: &Row| {
            let (link, instance): (i64, i64) = (column(row, 0)?, column(row, 1)?);
            Ok(format!("The {end} {instance} of link {link} does not exist."))
        };
        ask(report, session, "links", (&lost, columns(known)), sentence).await?;
    }
    let others = format!(
        "{KNOWN} SELECT k.id FROM known AS k WHERE EXISTS (SELECT FROM links AS l WHERE l.association = k.id)
         AND NOT EXISTS (SELECT FROM association_ends AS e WHERE e.association = k.id
             AND e.source_model = k.source_model AND e.target_model = k.target_model)"
    );
    let sentence = |row: &Row| {
        let association: i64 = column(row, 0)?;
        Ok(format!(
            "The models of association {association}, which has links, are not known to the deletion of instances."
        ))
    };
    ask(report, session, "links", (&others, columns(known)), sentence).await
}

/// No pair has two links, and no end that is to have one link at the most has two.
async fn check_single(session: &mut Session, report: &mut Report) -> Result<()> {
    for (columns, condition, what) in [
        ("source, target", "true", "link the same pair"),
        ("source", "one_source", "have the same source, which may have one"),
        ("target", "one_target", "have the same target, which may have one"),
    ] {
        let twins = format!(
            "SELECT min(id), max(id) FROM links WHERE {condition} GROUP BY association, {columns} HAVING count(*) > 1"
        );
        let sentence = |row: &Row| {
            let (first, last): (i64, i64) = (column(row, 0)?, column(row, 1)?);
            Ok(format!("Links {first} and {last} {what}."))
        };
        ask(report, session, "links", (&twins, params![]), sentence).await?;
    }
    Ok(())
}

/// Keys of built-in rules point to rows of their table, all others to instances.
async fn check_keys(session: &mut Session, report: &mut Report) -> Result<()> {
    let rules_of = |table: Table| rule::TABLES.iter().filter(move |(_, of)| *of == table).map(|(rule, _)| *rule);
    let all: Vec<i64> = rule::TABLES.iter().map(|(rule, _)| *rule).collect();
    let of_tables = Table::ALL.iter().map(|table| (*table, "= ANY", rules_of(*table).collect::<Vec<_>>()));
    let of_tables = of_tables.filter(|(_, _, rules)| !rules.is_empty());
    for (table, are, rules) in of_tables.chain([(Table::Instances, "<> ALL", all)]) {
        let table = table.name();
        let lost = format!(
            "SELECT rule, row FROM unique_keys AS k WHERE rule {are} ($1::bigint[])
             AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = k.row)"
        );
        let sentence = |row: &Row| {
            let (rule, id): (i64, i64) = (column(row, 0)?, column(row, 1)?);
            Ok(format!("A key of rule {rule} points to row {id}, which does not exist."))
        };
        ask(report, session, "keys", (&lost, params![rules]), sentence).await?;
    }
    Ok(())
}

/// No id in use is beyond its sequence.
async fn check_sequences(session: &mut Session, report: &mut Report) -> Result<()> {
    let prefix = instance_sequence(0).trim_end_matches('0').to_owned();
    let beyond = "SELECT used.name, used.largest FROM (
                    SELECT $1::text || model AS name, max(id) AS largest FROM instances GROUP BY model
                    UNION ALL SELECT $2::text, max(id) FROM links) AS used
                  LEFT JOIN sequences AS s ON s.name = used.name WHERE used.largest >= COALESCE(s.next, 1)
                  UNION ALL SELECT 'change_position', max(position) FROM changes
                  HAVING max(position) > (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM change_position)";
    let sentence = |row: &Row| {
        let (name, largest): (&str, i64) = (column(row, 0)?, column(row, 1)?);
        Ok(format!("Id {largest} is beyond the sequence {name}."))
    };
    ask(report, session, "sequences", (beyond, params![prefix, LINK_SEQUENCE]), sentence).await
}

/// The numbers of the log have no gap and agree with the sets, and its times never go back.
async fn check_numbers(session: &mut Session, report: &mut Report) -> Result<()> {
    for (sql, problem) in [
        (
            "SELECT seq FROM (
               SELECT *, lag(seq + count, 1, 1::bigint) OVER w AS next, lag(time, 1, time) OVER w AS time_before,
                      lag(position, 1, 0::bigint) OVER w AS position_before, lag(n, 1, -1) OVER w AS n_before
               FROM change_order WINDOW w AS (ORDER BY seq)) AS o
             WHERE seq <> next OR time < time_before OR (position, n) <= (position_before, n_before) OR count < 1",
            "does not follow the one before it",
        ),
        (
            "SELECT o.seq FROM change_order AS o LEFT JOIN changes AS c ON c.position = o.position AND c.n = o.n
             WHERE c.position IS NULL OR c.count <> o.count OR c.time > o.time",
            "is not there as it was numbered",
        ),
        (
            "SELECT seq FROM change_order WHERE position > (SELECT position FROM change_settled)",
            "was numbered before its time",
        ),
    ] {
        let sentence = |row: &Row| Ok(format!("Set {} of the log {problem}.", column::<i64>(row, 0)?));
        ask(report, session, "the log", (sql, params![]), sentence).await?;
    }
    let without = "SELECT c.position, c.n FROM changes AS c
                   WHERE c.count < 1 OR c.position <= (SELECT position FROM change_settled)
                   AND NOT EXISTS (SELECT FROM change_order AS o WHERE o.position = c.position AND o.n = c.n)";
    let sentence = |row: &Row| {
        let (position, n): (i64, i32) = (column(row, 0)?, column(row, 1)?);
        Ok(format!("The set at position {position}, {n} of the log has no number, or no record."))
    };
    ask(report, session, "the log", (without, params![]), sentence).await?;
    let end = "SELECT s.seq, last.seq FROM (SELECT count(*) AS rows, max(seq) AS seq, max(time) AS time
                 FROM change_settled) AS s, (SELECT COALESCE(max(seq + count - 1), 0) AS seq,
                 COALESCE(max(time), 0) AS time FROM change_order) AS last
               WHERE s.rows <> 1 OR s.seq <> last.seq OR s.time <> last.time";
    let sentence = |row: &Row| {
        let (noted, last): (Option<i64>, i64) = (column(row, 0)?, column(row, 1)?);
        Ok(format!("The log ends with number {last}, and is noted to end with {}.", noted.unwrap_or_default()))
    };
    ask(report, session, "the log", (end, params![]), sentence).await
}

/// Reads all links, page by page.
async fn stored_links(session: &mut Session, known: Vec<Known>) -> Result<Links> {
    let scopes: HashMap<i64, String> = known.into_iter().map(|it| (it.id, it.scope)).collect();
    let mut stored = Links::default();
    let mut after = i64::MIN;
    loop {
        let page = "SELECT id, association, source, target FROM links WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = session.query(page, params![after, LINKS]).await?;
        let Some(last) = rows.last() else { return Ok(stored) };
        after = column(last, 0)?;
        for row in &rows {
            let scope = scopes.get(&column(row, 1)?).map_or("", String::as_str);
            stored.add(scope, LinkRecord(column(row, 0)?, column(row, 2)?, column(row, 3)?));
        }
    }
}

/// The links that the log makes are those that are stored.
async fn check_log(session: &mut Session, stored: &Links, report: &mut Report) -> Result<()> {
    let mut logged = Links::default();
    let mut page = ChangeQuery { resources: vec![Resource::Link], limit: Some(SETS), ..ChangeQuery::default() };
    loop {
        let sets = log::read(session, &page).await?;
        let Some(last) = sets.last() else { break };
        page.after = last.last().max(page.after.saturating_add(1));
        for set in &sets {
            let ChangeSet { seq, count, ref scope, ref data, .. } = *set;
            let deletes = set.action == Action::Delete;
            logged.follow(LinkSet { seq, count, scope, deletes, data }, report);
        }
    }
    Links::compare(stored, &logged, report);
    Ok(())
}
