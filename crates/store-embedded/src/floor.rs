//! The floor of the benchmark: what the same rows cost without the engine.
//!
//! Links and one packed row of the log for each batch go into fresh tables of the same shape, in one transaction, by plain
//! prepared statements and without any check. What the engine takes beyond that is the price of being a store.

use crate::sql;
use relata_model::change::{Action, LinkRecord, Resource};
use rusqlite::params;
use std::path::Path;
use std::time::{Duration, Instant};

/// What the floor inserts.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Source and target of each link.
    pub pairs: &'a [(i64, i64)],
    /// Links in a batch, which share a row of the log.
    pub batch: usize,
    /// Association id in the log.
    pub scope: &'a str,
}

/// Inserts the rows into a new file at `path` and returns how long that took, commit included. The file is left there.
pub fn floor(path: &Path, rows: Rows<'_>) -> Result<Duration, Box<dyn std::error::Error + Send + Sync>> {
    let mut conn = sql::open_writer(path, 16 * 1024)?;
    conn.pragma_update(None, "synchronous", "full")?;
    sql::migrate(&mut conn)?;
    let begin = Instant::now();
    let tx = conn.transaction()?;
    {
        let mut link = tx.prepare("INSERT INTO links (id, association, source, target) VALUES (?1, 1, ?2, ?3)")?;
        let mut change = tx.prepare(
            "INSERT INTO changes (seq, count, time, user, app, request, resource, action, scope, subjects, data)
             VALUES (?1, ?2, 1700000000000, 'admin', '', ?3, ?4, ?5, ?6, '', ?7)",
        )?;
        let mut id = 0_i64;
        for batch in rows.pairs.chunks(rows.batch.max(1)) {
            let first = id + 1;
            let mut records = Vec::with_capacity(batch.len());
            for (source, target) in batch {
                id += 1;
                link.execute([id, *source, *target])?;
                records.push(LinkRecord(id, *source, *target));
            }
            let request = format!("{first:032x}");
            let data = serde_json::to_string(&records)?;
            let (resource, action) = (Resource::Link.name(), Action::Create.name());
            change.execute(params![first, id + 1 - first, request, resource, action, rows.scope, data])?;
        }
    }
    tx.commit()?;
    Ok(begin.elapsed())
}
