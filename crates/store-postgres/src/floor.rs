//! The floor of the benchmark: what the same rows cost without the engine.
//!
//! Links, and one packed row of the log for each batch, go into fresh tables of the same shape, by one client and one insert
//! of many rows for each of the two, in one transaction and without any check. The same statements fill a store before it
//! is measured.

use crate::migrate::migrate;
use crate::scratch::Scratch;
use relata_model::change::{Action, LinkRecord, Resource};
use relata_model::store::tables::LINK_SEQUENCE;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

/// What is inserted.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Source and target of each link, no two of them the same.
    pub pairs: &'a [(i64, i64)],
    /// Links in a batch, which share a row of the log.
    pub batch: usize,
    /// Association id in the log.
    pub scope: &'a str,
}

/// Why something cannot be measured.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Inserts the rows into a schema of their own in the database at `url`, and returns how long that took, commit included.
/// The schema is dropped, also after a failure.
pub async fn floor(url: &str, rows: Rows<'_>) -> Result<Duration, Failure> {
    let scratch = Scratch::create(url).await?;
    let took = measure(&scratch, rows).await;
    scratch.remove().await?;
    took
}

async fn measure(scratch: &Scratch, rows: Rows<'_>) -> Result<Duration, Failure> {
    migrate(&mut scratch.conn().await?).await?;
    let conn = scratch.conn().await?;
    let begin = Instant::now();
    insert(&conn.client, 1, 1, rows).await?;
    Ok(begin.elapsed())
}

/// Adds links to the only association that a store has links of, which servers may write to meanwhile.
pub async fn fill(scratch: &Scratch, rows: Rows<'_>) -> Result<(), Failure> {
    let conn = scratch.conn().await?;
    let known = "SELECT association FROM association_ends";
    let association: i64 = conn.client.query_one(known, &[]).await?.try_get(0)?;
    let take = "UPDATE sequences SET next = next + $2 WHERE name = $1 RETURNING next - $2";
    let count = rows.pairs.len().cast_signed() as i64;
    let first: i64 = conn.client.query_one(take, &[&LINK_SEQUENCE, &count]).await?.try_get(0)?;
    insert(&conn.client, association, first, rows).await
}

const LINKS: &str = "INSERT INTO links (id, association, source, target, one_source, one_target)
    SELECT id, $1, source, target, FALSE, FALSE FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS l (id, source, target)";

/// The transaction has its id before its first position, see [`crate::settle`].
const CHANGES: &str = "INSERT INTO changes (position, n, count, time, attempt, usr, app, request, resource, action, scope, subjects, data)
    SELECT nextval('change_position'), 0, count, 1700000000000, '', 'admin', '', request, $1, $2, $3, '{}', data
    FROM unnest($4::bigint[], $5::text[], $6::text[]) AS s (count, request, data)";

async fn insert(client: &Client, association: i64, first: i64, rows: Rows<'_>) -> Result<(), Failure> {
    let ids: Vec<i64> = (first..).take(rows.pairs.len()).collect();
    let (sources, targets): (Vec<i64>, Vec<i64>) = rows.pairs.iter().copied().unzip();
    let (mut counts, mut requests, mut data) = (Vec::new(), Vec::new(), Vec::new());
    let batch = rows.batch.max(1);
    for (ids, pairs) in ids.chunks(batch).zip(rows.pairs.chunks(batch)) {
        let records: Vec<LinkRecord> =
            ids.iter().zip(pairs).map(|(id, (source, target))| LinkRecord(*id, *source, *target)).collect();
        counts.push(records.len().cast_signed() as i64);
        requests.push(format!("{:032x}", ids.first().copied().unwrap_or_default()));
        data.push(serde_json::to_string(&records)?);
    }
    let (resource, action) = (Resource::Link.name(), Action::Create.name());
    client.batch_execute("BEGIN").await?;
    client.execute(LINKS, &[&association, &ids, &sources, &targets]).await?;
    client.execute(CHANGES, &[&resource, &action, &rows.scope, &counts, &requests, &data]).await?;
    Ok(client.batch_execute("COMMIT").await?)
}
