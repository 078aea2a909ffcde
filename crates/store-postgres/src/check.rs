//! Checks what the engine itself upholds, each invariant read from the data: keys point to rows, links have their ends and
//! no twin, counters are past the ids in use, the log has no gap and agrees with the links.
//!
//! It decides nothing about rules such as mappings. All of it sees one snapshot, and nobody waits for it.

use crate::find::find;
use crate::log;
use crate::session::{Params, Session, params};
use crate::sql::corrupt;
use relata_model::Result;
use relata_model::association::ModelAssociation;
use relata_model::change::{Action, ChangeSet, LinkRecord, Resource};
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence, rule};
use relata_model::store::{ChangeQuery, Query, Table};
use roaring::RoaringTreemap;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// Problems of one kind that are told one by one; of more only the number is.
const TOLD: u64 = 20;
/// Links of a page.
const LINKS: i64 = 20_000;
/// Sets of a page.
const SETS: u64 = 200;

/// Reads everything; returns what is wrong.
pub(crate) async fn check(session: &mut Session) -> Result<Vec<String>> {
    let mut report = Report::default();
    let known = known(session).await?;
    check_ends(session, &known, &mut report).await?;
    check_single(session, &mut report).await?;
    check_keys(session, &mut report).await?;
    check_sequences(session, &mut report).await?;
    check_numbers(session, &mut report).await?;
    let stored = stored_links(session, known).await?;
    check_log(session, &stored, &mut report).await?;
    Ok(report.finish())
}

/// What is wrong, with a bound on repetitions.
#[derive(Default)]
struct Report {
    problems: Vec<String>,
    more: BTreeMap<&'static str, (u64, u64)>,
}

impl Report {
    fn add(&mut self, kind: &'static str, problem: impl FnOnce() -> String) {
        let (told, more) = self.more.entry(kind).or_default();
        if *told < TOLD {
            *told += 1;
            self.problems.push(problem());
        } else {
            *more += 1;
        }
    }

    fn finish(mut self) -> Vec<String> {
        let more = self.more.into_iter().filter(|(_, (_, more))| *more > 0);
        self.problems.extend(more.map(|(kind, (_, more))| format!("{more} more problems with {kind}.")));
        self.problems
    }

    /// Adds a sentence for each row that a question finds. Only the rows that can be told leave the database.
    async fn ask(
        &mut self,
        session: &mut Session,
        kind: &'static str,
        (sql, params): (&str, Params),
        sentence: impl Fn(&Row) -> Result<String>,
    ) -> Result<()> {
        let sql = format!("SELECT *, count(*) OVER () AS problems FROM ({sql}) AS found ORDER BY 1 LIMIT {TOLD}");
        let rows = session.query(&sql, params).await?;
        for row in &rows {
            let sentence = sentence(row)?;
            self.add(kind, || sentence);
        }
        if let Some(row) = rows.first() {
            let all: i64 = row.try_get("problems").map_err(corrupt)?;
            let untold = all.unsigned_abs().saturating_sub(rows.len() as u64);
            self.more.entry(kind).or_default().1 += untold;
        }
        Ok(())
    }
}

fn at<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(corrupt)
}

/// An association with the numeric ids of its models.
struct Known {
    id: i64,
    scope: String,
    source_model: Option<i64>,
    target_model: Option<i64>,
}

/// All associations.
async fn known(session: &mut Session) -> Result<Vec<Known>> {
    let models: HashMap<String, i64> =
        records::<Model>(session, Table::Models).await?.into_iter().map(|(id, model)| (model.obj_id, id)).collect();
    let associations = records::<ModelAssociation>(session, Table::ModelAssociations).await?;
    let known = associations.into_iter().map(|(id, it)| {
        let (source_model, target_model) = (models.get(&it.source).copied(), models.get(&it.target).copied());
        Known { id, scope: it.association_id, source_model, target_model }
    });
    Ok(known.collect())
}

async fn records<T: DeserializeOwned>(session: &mut Session, table: Table) -> Result<Vec<(i64, T)>> {
    let rows = find(session, &Query::new(table, Filter::everything())).await?;
    let record = |row: relata_model::store::Row| {
        Ok((row.id, serde_json::from_value(serde_json::Value::Object(row.doc)).map_err(corrupt)?))
    };
    rows.into_iter().map(record).collect()
}

const KNOWN: &str = "
WITH known AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
  AS k (id, source_model, target_model))";

/// The parameters of [`KNOWN`].
fn columns(known: &[Known]) -> Params {
    let column = |of: fn(&Known) -> Option<i64>| known.iter().map(of).collect::<Vec<_>>();
    params![column(|it| Some(it.id)), column(|it| it.source_model), column(|it| it.target_model)]
}

/// Every link is of an association that is there, and has both ends; what is kept of the associations for that is right.
async fn check_ends(session: &mut Session, known: &[Known], report: &mut Report) -> Result<()> {
    let strangers = "SELECT id, association FROM links AS l
                     WHERE NOT EXISTS (SELECT FROM model_associations AS a WHERE a.id = l.association)";
    let sentence = |row: &Row| {
        let (link, association): (i64, i64) = (at(row, 0)?, at(row, 1)?);
        Ok(format!("Link {link} is of association {association}, which does not exist."))
    };
    report.ask(session, "links", (strangers, params![]), sentence).await?;
    for end in ["source", "target"] {
        let lost = format!(
            "{KNOWN} SELECT l.id, l.{end} FROM links AS l JOIN known AS k ON k.id = l.association
             WHERE NOT EXISTS (SELECT FROM instances AS i WHERE i.model = k.{end}_model AND i.id = l.{end})"
        );
        let sentence = |row: &Row| {
            let (link, instance): (i64, i64) = (at(row, 0)?, at(row, 1)?);
            Ok(format!("The {end} {instance} of link {link} does not exist."))
        };
        report.ask(session, "links", (&lost, columns(known)), sentence).await?;
    }
    let others = format!(
        "{KNOWN} SELECT k.id FROM known AS k WHERE EXISTS (SELECT FROM links AS l WHERE l.association = k.id)
         AND NOT EXISTS (SELECT FROM association_ends AS e WHERE e.association = k.id
             AND e.source_model = k.source_model AND e.target_model = k.target_model)"
    );
    let sentence = |row: &Row| {
        let association: i64 = at(row, 0)?;
        Ok(format!(
            "The models of association {association}, which has links, are not known to the deletion of instances."
        ))
    };
    report.ask(session, "links", (&others, columns(known)), sentence).await
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
            let (first, last): (i64, i64) = (at(row, 0)?, at(row, 1)?);
            Ok(format!("Links {first} and {last} {what}."))
        };
        report.ask(session, "links", (&twins, params![]), sentence).await?;
    }
    Ok(())
}

/// The tables of the built-in rules.
const BUILT_IN: &[(Table, &[i64])] = &[
    (Table::Classifications, &[rule::CLASSIFICATION_ID, rule::CLASSIFICATION_NAME]),
    (Table::Models, &[rule::MODEL_ID, rule::MODEL_NAME]),
    (Table::Attributes, &[rule::ATTRIBUTE_ID, rule::ATTRIBUTE_NAME]),
    (Table::AttributeGroups, &[rule::GROUP_ID, rule::GROUP_NAME]),
    (Table::AssociationKinds, &[rule::KIND_ID]),
    (Table::ModelAssociations, &[rule::ASSOCIATION_ID, rule::ASSOCIATION_ENDS]),
    (Table::Users, &[rule::USER_NAME]),
    (Table::Tokens, &[rule::TOKEN_HASH]),
    (Table::Applications, &[rule::APPLICATION_CODE]),
];

/// Keys of built-in rules point to rows of their table, all others to instances.
async fn check_keys(session: &mut Session, report: &mut Report) -> Result<()> {
    let all: Vec<i64> = BUILT_IN.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    let of_tables = BUILT_IN.iter().map(|(table, rules)| (*table, "= ANY", rules.to_vec()));
    for (table, are, rules) in of_tables.chain([(Table::Instances, "<> ALL", all)]) {
        let table = table.name();
        let lost = format!(
            "SELECT rule, row FROM unique_keys AS k WHERE rule {are} ($1::bigint[])
             AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = k.row)"
        );
        let sentence = |row: &Row| {
            let (rule, id): (i64, i64) = (at(row, 0)?, at(row, 1)?);
            Ok(format!("A key of rule {rule} points to row {id}, which does not exist."))
        };
        report.ask(session, "keys", (&lost, params![rules]), sentence).await?;
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
        let (name, largest): (&str, i64) = (at(row, 0)?, at(row, 1)?);
        Ok(format!("Id {largest} is beyond the sequence {name}."))
    };
    report.ask(session, "sequences", (beyond, params![prefix, LINK_SEQUENCE]), sentence).await
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
        let sentence = |row: &Row| Ok(format!("Set {} of the log {problem}.", at::<i64>(row, 0)?));
        report.ask(session, "the log", (sql, params![]), sentence).await?;
    }
    let without = "SELECT c.position, c.n FROM changes AS c
                   WHERE c.count < 1 OR c.position <= (SELECT position FROM change_settled)
                   AND NOT EXISTS (SELECT FROM change_order AS o WHERE o.position = c.position AND o.n = c.n)";
    let sentence = |row: &Row| {
        let (position, n): (i64, i32) = (at(row, 0)?, at(row, 1)?);
        Ok(format!("The set at position {position}, {n} of the log has no number, or no record."))
    };
    report.ask(session, "the log", (without, params![]), sentence).await?;
    let end = "SELECT s.seq, last.seq FROM (SELECT count(*) AS rows, max(seq) AS seq, max(time) AS time
                 FROM change_settled) AS s, (SELECT COALESCE(max(seq + count - 1), 0) AS seq,
                 COALESCE(max(time), 0) AS time FROM change_order) AS last
               WHERE s.rows <> 1 OR s.seq <> last.seq OR s.time <> last.time";
    let sentence = |row: &Row| {
        let (noted, last): (Option<i64>, i64) = (at(row, 0)?, at(row, 1)?);
        Ok(format!("The log ends with number {last}, and is noted to end with {}.", noted.unwrap_or_default()))
    };
    report.ask(session, "the log", (end, params![]), sentence).await
}

/// A sum over links that does not depend on their order, with the ids.
#[derive(Default)]
struct Fingerprint {
    ids: RoaringTreemap,
    sum: u64,
}

impl Fingerprint {
    fn hash(scope: &str, LinkRecord(id, source, target): LinkRecord) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one((scope, id, source, target))
    }

    fn add(&mut self, scope: &str, record: LinkRecord) -> bool {
        self.sum = self.sum.wrapping_add(Self::hash(scope, record));
        self.ids.insert(record.0.cast_unsigned())
    }

    fn take(&mut self, scope: &str, record: LinkRecord) -> bool {
        self.sum = self.sum.wrapping_sub(Self::hash(scope, record));
        self.ids.remove(record.0.cast_unsigned())
    }
}

/// Reads all links, page by page.
async fn stored_links(session: &mut Session, known: Vec<Known>) -> Result<Fingerprint> {
    let scopes: HashMap<i64, String> = known.into_iter().map(|it| (it.id, it.scope)).collect();
    let mut stored = Fingerprint::default();
    let mut after = i64::MIN;
    loop {
        let page = "SELECT id, association, source, target FROM links WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = session.query(page, params![after, LINKS]).await?;
        let Some(last) = rows.last() else { return Ok(stored) };
        after = at(last, 0)?;
        for row in &rows {
            let scope = scopes.get(&at(row, 1)?).map_or("", String::as_str);
            stored.add(scope, LinkRecord(at(row, 0)?, at(row, 2)?, at(row, 3)?));
        }
    }
}

/// The links that the log makes are those that are stored.
async fn check_log(session: &mut Session, stored: &Fingerprint, report: &mut Report) -> Result<()> {
    let mut logged = Fingerprint::default();
    let mut page = ChangeQuery { resources: vec![Resource::Link], limit: Some(SETS), ..ChangeQuery::default() };
    loop {
        let sets = log::read(session, &page).await?;
        let Some(last) = sets.last() else { break };
        page.after = last.seq.saturating_add(last.count - 1).max(page.after.saturating_add(1));
        for set in &sets {
            follow(set, &mut logged, report);
        }
    }
    for id in &stored.ids - &logged.ids {
        report.add("the log", || format!("Link {id} has no record in the log."));
    }
    for id in &logged.ids - &stored.ids {
        report.add("links", || format!("Link {id} of the log is not there and was not deleted."));
    }
    if stored.ids == logged.ids && stored.sum != logged.sum {
        report.add("links", || "Some links have other ends or another association than in the log.".to_owned());
    }
    Ok(())
}

/// Does what a set of link records says.
fn follow(set: &ChangeSet, logged: &mut Fingerprint, report: &mut Report) {
    let ChangeSet { seq, count, scope, .. } = set;
    let Ok(records) = serde_json::from_str::<Vec<LinkRecord>>(&set.data) else {
        report.add("the log", || format!("The records of set {seq} of the log cannot be read."));
        return;
    };
    if i64::try_from(records.len()) != Ok(*count) {
        report.add("the log", || format!("Set {seq} of the log has {} records, not {count}.", records.len()));
    }
    for record in records {
        let fits = if set.action == Action::Delete { logged.take(scope, record) } else { logged.add(scope, record) };
        if !fits {
            report.add("the log", || format!("Set {seq} of the log has link {} out of turn.", record.0));
        }
    }
}
