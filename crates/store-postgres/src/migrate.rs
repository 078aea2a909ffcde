//! The format of the database: the steps that lead to it, done under a lock, by whichever process comes first.
//!
//! A step says from which version on a process can still work with what it makes. Steps are written so that this is at least
//! the version before, which lets processes of two releases serve at the same time.

use crate::OpenError;
use crate::connect::Conn;
use relata_model::store::{Migrated, Table};

struct Step {
    sql: &'static str,
    /// The oldest version that can work with it.
    readable_by: i32,
}

/// The steps from an empty database; never changed, only added to.
const STEPS: &[Step] = &[Step { sql: include_str!("migrations/0001.sql"), readable_by: 1 }];

/// Brings the schema that the connection looks at to this version.
pub(crate) async fn migrate(conn: &mut Conn) -> Result<Migrated, OpenError> {
    let client = &conn.client;
    // One at a time for each schema. The lock ends with the transaction.
    client.batch_execute("BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    client.query("SELECT pg_advisory_xact_lock(1380668481, hashtext(current_schema()))", &[]).await?;
    let there = "SELECT count(*) FILTER (WHERE tablename = 'store_format'), count(*) FROM pg_tables
                 WHERE schemaname = current_schema()";
    let there = client.query_one(there, &[]).await?;
    let (format, tables): (i64, i64) = (there.try_get(0)?, there.try_get(1)?);
    if format == 0 && tables > 0 {
        return Err(OpenError::NotAStore);
    }
    let known = i32::try_from(STEPS.len()).unwrap_or(i32::MAX);
    let (from, readable_by): (i32, i32) = if format == 0 {
        (0, 0)
    } else {
        let row = client.query_one("SELECT version, readable_by FROM store_format", &[]).await?;
        (row.try_get(0)?, row.try_get(1)?)
    };
    if readable_by > known {
        return Err(OpenError::Newer { found: from.into(), known: known.into() });
    }
    let missing = || (1..).zip(STEPS).filter(|(version, _)| *version > from);
    for (_, step) in missing() {
        client.batch_execute(step.sql).await?;
    }
    for table in Table::ALL.iter().filter(|table| **table != Table::Instances) {
        let columns = "id bigint PRIMARY KEY, revision bigint NOT NULL, doc jsonb NOT NULL, exact text";
        client.batch_execute(&format!("CREATE TABLE IF NOT EXISTS {} ({columns})", table.name())).await?;
    }
    if from < known {
        let readable_by = missing().map(|(_, step)| step.readable_by).max().unwrap_or(1).max(readable_by);
        client
            .batch_execute(&format!(
                "CREATE TABLE IF NOT EXISTS store_format (version integer NOT NULL, readable_by integer NOT NULL);
                 DELETE FROM store_format; INSERT INTO store_format VALUES ({known}, {readable_by})"
            ))
            .await?;
    }
    client.batch_execute("COMMIT").await?;
    conn.keep();
    Ok(Migrated { from: from.into(), to: from.max(known).into() })
}
