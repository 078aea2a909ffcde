//! Links: facts about pairs with their ends locked, and the table that its keys keep free of twins and of second links.
//!
//! Whoever looks at the facts of pairs in a write holds their ends until the end of the transaction, so that none is deleted
//! meanwhile. What others link meanwhile is refused by the keys of the table: a conflict.

use crate::session::{Mode, Session, params};
use crate::sql::{column, conflict};
use relata_model::association::Link;
use relata_model::store::{Ends, LinkFacts, LinkQuery};
use relata_model::{Error, Result};
use tokio_postgres::Row;

const FACTS: &str = "
    SELECT s.id IS NOT NULL, t.id IS NOT NULL, l.id IS NOT NULL,
        $6 AND EXISTS (SELECT 1 FROM links AS o WHERE o.association = $1 AND o.source = p.source),
        $7 AND EXISTS (SELECT 1 FROM links AS o WHERE o.association = $1 AND o.target = p.target)
    FROM unnest($4::bigint[], $5::bigint[]) WITH ORDINALITY AS p (source, target, place)
        LEFT JOIN ends AS s ON s.model = $2 AND s.id = p.source
        LEFT JOIN ends AS t ON t.model = $3 AND t.id = p.target
        LEFT JOIN links AS l ON l.association = $1 AND l.source = p.source AND l.target = p.target
    ORDER BY p.place";

/// What is known of each pair.
pub(crate) async fn facts(session: &mut Session, ends: Ends, pairs: &[(i64, i64)]) -> Result<Vec<LinkFacts>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let lock = if session.mode == Mode::Read { "" } else { "ORDER BY model, id FOR KEY SHARE" };
    let sql = format!(
        "WITH ends AS MATERIALIZED (SELECT model, id FROM instances
         WHERE model = $2 AND id = ANY ($4) OR model = $3 AND id = ANY ($5) {lock}) {FACTS}"
    );
    let (sources, targets): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
    let Ends { association, source_model, target_model, one_per_source, one_per_target } = ends;
    let rows = session
        .query(&sql, params![association, source_model, target_model, sources, targets, one_per_source, one_per_target])
        .await?;
    let facts = |row: &Row| {
        Ok(LinkFacts {
            source_exists: column(row, 0)?,
            target_exists: column(row, 1)?,
            pair_exists: column(row, 2)?,
            source_linked: column(row, 3)?,
            target_linked: column(row, 4)?,
        })
    };
    let facts = rows.iter().map(facts).collect::<Result<Vec<_>>>()?;
    if facts.len() == pairs.len() { Ok(facts) } else { Err(Error::internal("not one fact a pair")) }
}

const INSERT: &str = "
    WITH known AS (INSERT INTO association_ends SELECT $1, $2, $3
        WHERE NOT EXISTS (SELECT 1 FROM association_ends WHERE association = $1) ON CONFLICT DO NOTHING)
    INSERT INTO links (id, association, source, target, one_source, one_target)
    SELECT l.id, $1, l.source, l.target, $7, $8 FROM unnest($4::bigint[], $5::bigint[], $6::bigint[]) AS l (id, source, target)
    ORDER BY l.source, l.target";

/// Writes links. In the order of their ends, so that two batches with the same pairs wait for one another the same way.
pub(crate) async fn insert(session: &mut Session, ends: Ends, links: &[Link]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    if links.iter().any(|link| link.association != ends.association) {
        return Err(session.spoil(Error::internal("links of several associations in one call")));
    }
    let ids: Vec<i64> = links.iter().map(|link| link.id).collect();
    let (sources, targets): (Vec<i64>, Vec<i64>) = links.iter().map(|link| (link.source, link.target)).unzip();
    let Ends { association, source_model, target_model, one_per_source, one_per_target } = ends;
    let known = params![association, source_model, target_model, ids, sources, targets, one_per_source, one_per_target];
    session.send(INSERT, known).await
}

const DELETE: &str = "
    DELETE FROM links AS l
    USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS d (id, association, source, target)
    WHERE l.id = d.id AND l.association = d.association AND l.source = d.source AND l.target = d.target";

/// Deletes links.
pub(crate) async fn delete(session: &mut Session, links: &[Link]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let mut links = links.to_vec();
    links.sort_unstable_by_key(|link| link.id);
    let all = |field: fn(&Link) -> i64| links.iter().map(field).collect::<Vec<i64>>();
    let columns = params![all(|it| it.id), all(|it| it.association), all(|it| it.source), all(|it| it.target)];
    let deleted = session.affect(DELETE, columns).await?;
    if usize::try_from(deleted) == Ok(links.len()) {
        return Ok(());
    }
    Err(session.spoil(conflict("a link that was to be deleted is gone")))
}

/// The condition of a query, without `after`, and its parameters.
fn condition(query: &LinkQuery) -> (String, crate::session::Params) {
    let mut text = "association = ANY ($1)".to_owned();
    let mut values = params![query.associations.clone()];
    for (name, list) in [("source", &query.sources), ("target", &query.targets), ("id", &query.ids)] {
        if let Some(list) = list {
            values.push(Box::new(list.clone()));
            text = format!("{text} AND {name} = ANY (${})", values.len());
        }
    }
    (text, values)
}

/// The links that a query finds, by ascending id.
pub(crate) async fn find(session: &mut Session, query: &LinkQuery) -> Result<Vec<Link>> {
    let (text, mut values) = condition(query);
    values.push(Box::new(query.after));
    values.push(Box::new(query.limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX))));
    let (limit, after) = (values.len(), values.len() - 1);
    let sql = format!(
        "SELECT id, association, source, target FROM links WHERE {text} AND id > ${after} ORDER BY id LIMIT ${limit}"
    );
    let link = |row: &Row| {
        Ok(Link { id: column(row, 0)?, association: column(row, 1)?, source: column(row, 2)?, target: column(row, 3)? })
    };
    session.query(&sql, values).await?.iter().map(link).collect()
}

/// How many links a query finds.
pub(crate) async fn count(session: &mut Session, query: &LinkQuery) -> Result<u64> {
    let (text, values) = condition(query);
    let rows = session.query(&format!("SELECT count(*) FROM links WHERE {text}"), values).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| column(row, 0))?;
    Ok(count.unsigned_abs())
}
