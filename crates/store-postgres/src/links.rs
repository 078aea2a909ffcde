//! Links: facts about pairs with their ends locked, and the table that its keys keep free of twins and of second links.
//!
//! Whoever looks at the facts of pairs in a write holds their ends until the end of the transaction, so that none is deleted
//! meanwhile. What others link meanwhile is refused by the keys of the table: a conflict.

use crate::session::{Mode, Session, params};
use crate::sql::{column, conflict};
use relata_model::association::Link;
use relata_model::store::{Ends, Hop, HopQuery, LinkFacts, LinkQuery};
use relata_model::{Error, Result};
use std::collections::{BTreeSet, HashSet};
use tokio_postgres::Row;

/// Answers places in the lists of ends and of pairs. Each is looked up by itself, whatever the planner guesses: a plan that
/// was made for small tables is kept while they grow. `lock` is for the rows of the ends.
fn question(lock: &str) -> String {
    let pairs = |of: &str| {
        format!(
            "ARRAY(SELECT p.place FROM unnest($4::bigint[], $5::bigint[]) WITH ORDINALITY AS p (source, target, place)
             CROSS JOIN LATERAL (SELECT FROM links WHERE association = $1 AND {of} LIMIT 1) AS linked)"
        )
    };
    let (pair, source, target) = (
        pairs("source = p.source AND target = p.target"),
        pairs("$6 AND source = p.source"),
        pairs("$7 AND target = p.target"),
    );
    format!(
        "SELECT ARRAY(SELECT e.place FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS e (model, id, place)
         CROSS JOIN LATERAL (SELECT FROM instances WHERE model = e.model AND id = e.id LIMIT 1 {lock}) AS there),
         {pair}, {source}, {target}"
    )
}

/// What is known of each pair.
pub(crate) async fn facts(session: &mut Session, ends: Ends, pairs: &[(i64, i64)]) -> Result<Vec<LinkFacts>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let sql = question(if session.mode == Mode::Read { "" } else { "FOR KEY SHARE" });
    let (sources, targets): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
    let Ends { association, source_model, target_model, one_per_source, one_per_target } = ends;
    // In their order, so that whoever deletes several is waited for one way.
    let both = pairs.iter().flat_map(|&(source, target)| [(source_model, source), (target_model, target)]);
    let both: BTreeSet<(i64, i64)> = both.collect();
    let (models, ids): (Vec<i64>, Vec<i64>) = both.iter().copied().unzip();
    let known = params![association, models, ids, sources, targets, one_per_source, one_per_target];
    let rows = session.query(&sql, known).await?;
    let row = rows.first().ok_or_else(|| Error::internal("no facts"))?;
    let places = |of: usize| Ok(column::<Vec<i64>>(row, of)?.into_iter().collect::<HashSet<i64>>());
    let (there, linked, sources, targets) = (places(0)?, places(1)?, places(2)?, places(3)?);
    let there: HashSet<(i64, i64)> =
        (1..).zip(both).filter(|(place, _)| there.contains(place)).map(|(_, end)| end).collect();
    let facts = |(place, &(source, target)): (i64, &(i64, i64))| LinkFacts {
        source_exists: there.contains(&(source_model, source)),
        target_exists: there.contains(&(target_model, target)),
        pair_exists: linked.contains(&place),
        source_linked: sources.contains(&place),
        target_linked: targets.contains(&place),
    };
    Ok((1..).zip(pairs).map(facts).collect())
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

/// The links of each node of a list, with their number. Each node is looked up by itself, in the index of its end.
const HOP: &str = "
    SELECT n.place, l.id, l.other, l.count
    FROM unnest($1::bigint[], $2::boolean[], $3::bigint[]) WITH ORDINALITY AS n (association, forward, node, place)
    CROSS JOIN LATERAL (
        SELECT id, other, count(*) OVER () AS count FROM (
            SELECT id, target AS other FROM links WHERE n.forward AND association = n.association AND source = n.node
            UNION ALL
            SELECT id, source FROM links WHERE NOT n.forward AND association = n.association AND target = n.node
        ) AS ends ORDER BY id LIMIT $4
    ) AS l ORDER BY n.place, l.id";

/// What lies one step from each node of each step.
pub(crate) async fn hop(session: &mut Session, query: &HopQuery) -> Result<Vec<Hop>> {
    let mut hops: Vec<Hop> =
        query.from.iter().map(|(_, nodes)| Hop { counts: vec![0; nodes.len()], links: Vec::new() }).collect();
    // Where each node of the one list of the statement belongs.
    let mut places = Vec::new();
    let (mut associations, mut forward, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (step, nodes)) in query.from.iter().enumerate() {
        for (place, node) in nodes.iter().enumerate() {
            places.push((number, place));
            associations.push(step.association);
            forward.push(step.forward);
            all.push(*node);
        }
    }
    if all.is_empty() {
        return Ok(hops);
    }
    let per_node = query.per_node.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    // One is asked for at least, since the count comes with it.
    let rows = session.query(HOP, params![associations, forward, all, per_node.max(1)]).await?;
    for row in &rows {
        let ordinal: i64 = column(row, 0)?;
        let at = usize::try_from(ordinal - 1).ok().and_then(|at| places.get(at));
        let (number, place) = *at.ok_or_else(|| Error::internal("a neighbour of no node"))?;
        let Some(hop) = hops.get_mut(number) else { continue };
        let count: i64 = column(row, 3)?;
        if let Some(known) = hop.counts.get_mut(place) {
            *known = count.unsigned_abs();
        }
        if per_node > 0 {
            hop.links.push((place, column(row, 1)?, column(row, 2)?));
        }
    }
    Ok(hops)
}
