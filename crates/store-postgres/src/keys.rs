//! Unique keys: a table whose primary key says that one row holds a key.
//!
//! Keys are taken in their order, so that two transactions which take the same ones wait for each other instead of each for
//! the other; so are the rows that [`crate::documents`] locks. Whoever does both locks the rows first.

use crate::session::{Session, params};
use crate::sql::{column, conflict};
use relata_model::Result;
use relata_model::unique::UniqueKey;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// An index takes no entries much longer.
const LONGEST: usize = 1024;

/// The key as it is stored: a long one by its hash.
fn stored(key: &UniqueKey) -> (i64, Vec<u8>) {
    let bytes = if key.key.len() > LONGEST {
        [b"#".as_slice(), Sha256::digest(&key.key).as_slice()].concat()
    } else {
        key.key.clone()
    };
    (key.rule, bytes)
}

/// Keys with their rows as columns, in the order of the keys.
#[derive(Default)]
struct Columns {
    rules: Vec<i64>,
    keys: Vec<Vec<u8>>,
    rows: Vec<i64>,
}

impl Columns {
    fn new<'k>(keys: impl IntoIterator<Item = (&'k UniqueKey, i64)>) -> Self {
        let mut all: Vec<_> = keys.into_iter().map(|(key, row)| (stored(key), row)).collect();
        all.sort_unstable();
        let mut columns = Self::default();
        for ((rule, key), row) in all {
            columns.rules.push(rule);
            columns.keys.push(key);
            columns.rows.push(row);
        }
        columns
    }
}

/// For each key the id of the row that holds it.
pub(crate) async fn find_keys(session: &mut Session, keys: &[UniqueKey]) -> Result<Vec<Option<i64>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (rules, bytes): (Vec<i64>, Vec<Vec<u8>>) = keys.iter().map(stored).unzip();
    let sql = "SELECT asked.n, held.row
        FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS asked(rule, key, n)
        JOIN unique_keys AS held ON held.rule = asked.rule AND held.key = asked.key";
    let mut holders = vec![None; keys.len()];
    for row in &session.query(sql, params![rules, bytes]).await? {
        let n: i64 = column(row, 0)?;
        let place = usize::try_from(n - 1).ok().and_then(|place| holders.get_mut(place));
        if let Some(holder) = place {
            *holder = Some(column(row, 1)?);
        }
    }
    Ok(holders)
}

/// Gives keys to rows; one that is taken is a conflict, which shows later.
pub(crate) async fn insert_keys(session: &mut Session, keys: &[(UniqueKey, i64)]) -> Result<()> {
    take(session, keys.iter().map(|(key, row)| (key, *row))).await
}

/// As [`insert_keys`].
pub(crate) async fn take(session: &mut Session, keys: impl IntoIterator<Item = (&UniqueKey, i64)>) -> Result<()> {
    let Columns { rules, keys, rows } = Columns::new(keys);
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO unique_keys (rule, key, row)
        SELECT rule, key, row FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS new(rule, key, row)";
    session.send(sql, params![rules, keys, rows]).await
}

/// Gives keys to rows that may hold them; one that another row holds is a conflict.
pub(crate) async fn take_or_keep(
    session: &mut Session,
    keys: impl IntoIterator<Item = (&UniqueKey, i64)>,
) -> Result<()> {
    let mut takers = BTreeMap::new();
    for (key, row) in keys {
        if takers.insert(key, row).is_some_and(|other| other != row) {
            return Err(session.spoil(conflict("two rows take one key")));
        }
    }
    let Columns { rules, keys, rows } = Columns::new(takers);
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len() as u64;
    let sql = "INSERT INTO unique_keys AS held (rule, key, row)
        SELECT rule, key, row FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS new(rule, key, row)
        ON CONFLICT (rule, key) DO UPDATE SET row = excluded.row WHERE held.row = excluded.row";
    if session.affect(sql, params![rules, keys, rows]).await? != count {
        return Err(session.spoil(conflict("another row holds a key")));
    }
    Ok(())
}

/// Takes keys from the rows that hold them. A key that is not there was not yet given (a rule whose keys are being filled
/// in), which is fine.
pub(crate) async fn give_back(session: &mut Session, keys: impl IntoIterator<Item = (&UniqueKey, i64)>) -> Result<()> {
    let Columns { rules, keys, rows } = Columns::new(keys);
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM unique_keys AS held
        USING unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS old(rule, key, row)
        WHERE held.rule = old.rule AND held.key = old.key AND held.row = old.row";
    session.send(sql, params![rules, keys, rows]).await
}

/// Forgets all keys of a rule.
pub(crate) async fn drop_keys(session: &mut Session, rule: i64) -> Result<()> {
    session.send("DELETE FROM unique_keys WHERE rule = $1", params![rule]).await
}
