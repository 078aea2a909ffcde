//! Documents: reading them by id, writing them with their keys, and the form in which they are stored.
//!
//! `doc` is what conditions and the index are about. Where it would not give a document back as it was written, `exact` has
//! the document's text, and is what is read.
//!
//! A call is a statement for each kind of thing it does, however many rows it is about. Rows are locked in the order of
//! their ids, before any key.

use crate::keys;
use crate::session::{Params, Session, params};
use crate::sql::{column, conflict, corrupt};
use relata_model::store::{NewRow, Remove, Replace, Row, Space, Table};
use relata_model::unique::UniqueKey;
use relata_model::{Error, Map, Result};
use serde_json::{Number, Value};

/// Rows of one statement: the most that is sent or read in one piece.
const PIECE: usize = 1000;

/// What is read of a row, for [`row_of`].
pub(crate) const COLUMNS: &str = "id, revision, coalesce(exact, doc::text)";

/// Reads [`COLUMNS`].
pub(crate) fn row_of(row: &tokio_postgres::Row) -> Result<Row> {
    let text: &str = column(row, 2)?;
    let doc: Map = serde_json::from_str(text).map_err(corrupt)?;
    Ok(Row { id: column(row, 0)?, revision: column(row, 1)?, doc })
}

/// The condition that keeps a statement within a space; its first parameter is the partition.
pub(crate) fn within(space: Space) -> &'static str {
    if space.table == Table::Instances { "model = $1" } else { "0 = $1::bigint" }
}

/// A number that every change of a definition moves.
pub(crate) async fn meta_revision(session: &mut Session) -> Result<i64> {
    let rows = session.query("SELECT revision FROM definitions", Vec::new()).await?;
    rows.first().ok_or_else(|| corrupt("the revision of the definitions is gone"))?.try_get(0).map_err(corrupt)
}

/// Makes the transaction begin anew when the number is another one. It need not be waited for: a commit that is sent with
/// it fails, too.
pub(crate) async fn demand_meta_revision(session: &mut Session, revision: i64) -> Result<()> {
    let sql = "SELECT 1 / coalesce((SELECT (revision = $1)::int FROM definitions), 0)
        -- fails on purpose when definitions have changed; relata then begins the transaction anew";
    session.demand(sql, params![revision]).await
}

/// Ids and revisions of all rows, by ascending id.
pub(crate) async fn revisions(session: &mut Session, space: Space) -> Result<Vec<(i64, i64)>> {
    let sql = format!("SELECT id, revision FROM {} WHERE {} ORDER BY id", space.table.name(), within(space));
    let rows = session.query(&sql, params![space.partition]).await?;
    rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
}

/// The rows with these ids that exist, by ascending id, each once.
pub(crate) async fn get_many(session: &mut Session, space: Space, ids: &[i64]) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(ids.len().min(PIECE));
    for ids in sorted(ids.iter().copied()).chunks(PIECE) {
        rows.extend(get(session, space, ids.to_vec()).await?);
    }
    Ok(rows)
}

/// The rows with these ids, by ascending id.
pub(crate) async fn get(session: &mut Session, space: Space, ids: Vec<i64>) -> Result<Vec<Row>> {
    let (table, within) = (space.table.name(), within(space));
    let sql = format!("SELECT {COLUMNS} FROM {table} WHERE {within} AND id = ANY($2::bigint[]) ORDER BY id");
    session.query(&sql, params![space.partition, ids]).await?.iter().map(row_of).collect()
}

/// Sorted, each once.
pub(crate) fn sorted(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Inserts rows; an id or a key that is taken is a conflict, which shows later.
pub(crate) async fn insert_many(session: &mut Session, space: Space, rows: &[NewRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let table = space.table.name();
    if space.table != Table::Instances && space.partition != 0 {
        return Err(session.spoil(Error::internal(format!("{table} has no partition {}", space.partition))));
    }
    let (column, value) = if space.table == Table::Instances { ("model, ", "$1::bigint, ") } else { ("", "") };
    let sql = format!(
        "INSERT INTO {table} ({column}id, revision, doc, exact)
         SELECT {value}id, 1, doc::jsonb, exact FROM unnest($2::bigint[], $3::text[], $4::text[]) AS new(id, doc, exact)
         WHERE {} ORDER BY id",
        // The partition is a parameter of every statement.
        if space.table == Table::Instances { "TRUE" } else { within(space) }
    );
    define(session, space)?;
    for rows in rows.chunks(PIECE) {
        let (docs, exact) = stored(rows.iter().map(|row| &row.doc))?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        session.send(&sql, params![space.partition, ids, docs, exact]).await?;
    }
    keys::take(session, rows.iter().flat_map(|row| keys_of(&row.keys, row.id))).await?;
    defined(session, space).await
}

/// Replaces rows that are at the revision that was read.
pub(crate) async fn replace_many(session: &mut Session, space: Space, rows: &[Replace]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (table, within) = (space.table.name(), within(space));
    let sql = format!(
        "UPDATE {table} AS old SET revision = old.revision + 1, doc = new.doc::jsonb, exact = new.exact
         FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) AS new(id, revision, doc, exact)
         WHERE {within} AND old.id = new.id AND old.revision = new.revision"
    );
    define(session, space)?;
    lock(session, space, rows.iter().map(|row| row.id), "NO KEY UPDATE").await?;
    for rows in rows.chunks(PIECE) {
        let (docs, exact) = stored(rows.iter().map(|row| &row.doc))?;
        let (ids, revisions): (Vec<i64>, Vec<i64>) = rows.iter().map(|row| (row.id, row.revision)).unzip();
        let params = params![space.partition, ids, revisions, docs, exact];
        all_of(session, space, &sql, params, rows.len()).await?;
    }
    // All keys are given back before any is taken, so that rows can exchange them.
    keys::give_back(session, rows.iter().flat_map(|row| keys_of(&row.drop_keys, row.id))).await?;
    keys::take_or_keep(session, rows.iter().flat_map(|row| keys_of(&row.take_keys, row.id))).await?;
    defined(session, space).await
}

/// Deletes rows. An instance that has a link is a conflict: somebody else has made it meanwhile.
pub(crate) async fn delete_many(session: &mut Session, space: Space, rows: &[Remove]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = format!("DELETE FROM {} WHERE {} AND id = ANY($2::bigint[])", space.table.name(), within(space));
    define(session, space)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    lock(session, space, ids.iter().copied(), "UPDATE").await?;
    all_of(session, space, &sql, params![space.partition, ids.clone()], ids.len()).await?;
    keys::give_back(session, rows.iter().flat_map(|row| keys_of(&row.keys, row.id))).await?;
    if space.table == Table::Instances {
        without_links(session, space.partition, ids).await?;
    }
    defined(session, space).await
}

/// Whoever makes a link holds its instances until he commits, so the deletion has waited for him. This looks with a
/// snapshot of its own, which is later, and sees his link; whoever comes later himself sees that the instance is gone.
async fn without_links(session: &mut Session, model: i64, ids: Vec<i64>) -> Result<()> {
    let sql = "SELECT links.id FROM association_ends AS ends
        JOIN links ON links.association = ends.association AND links.source = ANY($2::bigint[])
        WHERE ends.source_model = $1
        UNION ALL SELECT links.id FROM association_ends AS ends
        JOIN links ON links.association = ends.association AND links.target = ANY($2::bigint[])
        WHERE ends.target_model = $1
        LIMIT 1";
    if session.query(sql, params![model, ids]).await?.is_empty() {
        return Ok(());
    }
    Err(session.spoil(conflict("an instance that is deleted has a link")))
}

fn keys_of(keys: &[UniqueKey], row: i64) -> impl Iterator<Item = (&UniqueKey, i64)> {
    keys.iter().map(move |key| (key, row))
}

/// Runs a statement that has to change as many rows as it is about.
async fn all_of(session: &mut Session, space: Space, sql: &str, params: Params, rows: usize) -> Result<()> {
    if session.affect(sql, params).await? == rows as u64 {
        return Ok(());
    }
    let table = space.table.name();
    Err(session.spoil(conflict(format!("a row of {table} is gone or not at the revision that was read"))))
}

/// Locks rows in the order of their ids; one alone has no order.
async fn lock(session: &mut Session, space: Space, ids: impl IntoIterator<Item = i64>, how: &str) -> Result<()> {
    let ids = sorted(ids);
    if ids.len() < 2 {
        return Ok(());
    }
    let (table, within) = (space.table.name(), within(space));
    // One row for an answer: many that nobody reads yet would hold up the connection.
    let sql = format!(
        "SELECT count(*) FROM
         (SELECT FROM {table} WHERE {within} AND id = ANY($2::bigint[]) ORDER BY id FOR {how}) AS locked"
    );
    session.send(&sql, params![space.partition, ids]).await
}

/// Called before rows of a space are changed.
fn define(session: &mut Session, space: Space) -> Result<()> {
    if space.table.is_meta() { session.may_define() } else { Ok(()) }
}

/// Called after rows of a space have been changed: moves the revision of the definitions.
async fn defined(session: &mut Session, space: Space) -> Result<()> {
    if !space.table.is_meta() {
        return Ok(());
    }
    session.send("UPDATE definitions SET revision = revision + 1", Vec::new()).await
}

/// The columns `doc` and `exact`.
type Stored = (Vec<String>, Vec<Option<String>>);

fn stored<'d>(docs: impl Iterator<Item = &'d Map>) -> Result<Stored> {
    let text = |doc: &Map| serde_json::to_string(doc).map_err(|error| Error::internal(error.to_string()));
    let mut columns = (Vec::new(), Vec::new());
    for doc in docs {
        let whole = text(doc)?;
        if is_plain_map(doc) {
            columns.0.push(whole);
            columns.1.push(None);
        } else {
            columns.0.push(text(&without_nul(doc))?);
            columns.1.push(Some(whole));
        }
    }
    Ok(columns)
}

/// True for what jsonb gives back as it was written.
pub(crate) fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => is_plain_number(number),
        Value::String(text) => !text.contains('\0'),
        Value::Array(elements) => elements.iter().all(is_plain),
        Value::Object(members) => is_plain_map(members),
    }
}

fn is_plain_map(members: &Map) -> bool {
    members.iter().all(|(name, value)| !name.contains('\0') && is_plain(value))
}

/// Fractions come back as integers where they are written with an exponent, and without the sign of a zero.
fn is_plain_number(number: &Number) -> bool {
    let fraction = number.as_f64().filter(|_| number.is_f64());
    fraction.is_none_or(|fraction| fraction.abs() < 1e15 && (fraction != 0.0 || fraction.is_sign_positive()))
}

/// The same with another sign in the place of U+0000, which jsonb has no room for.
fn without_nul(members: &Map) -> Map {
    fn text(text: &str) -> String {
        text.replace('\0', "\u{fffd}")
    }
    fn inner(value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::String(value) => Value::String(text(value)),
            Value::Array(elements) => Value::Array(elements.iter().map(inner).collect()),
            Value::Object(members) => Value::Object(without_nul(members)),
        }
    }
    members.iter().map(|(name, value)| (text(name), inner(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_plain, without_nul};
    use serde_json::{Value, json};

    #[test]
    fn what_jsonb_would_change_is_not_plain() {
        let plain =
            [json!(1.0), json!(0.1), json!(-1.5e-300), json!(u64::MAX), json!(i64::MIN), json!(0.0), json!("é")];
        assert!(plain.iter().all(is_plain));
        let nested = json!([{"a": [1e300]}]);
        let odd = [json!(1e16), json!(-1e17), json!(-0.0), json!("a\0"), json!({"\0": 1}), nested];
        assert!(!odd.iter().any(is_plain));
    }

    #[test]
    fn plain_fractions_are_written_without_an_exponent_or_with_a_negative_one() {
        for fraction in [999_999_999_999_999.9_f64, 1e14, 1e-7, 5e-324, 123_456_789.125] {
            let text = Value::from(fraction).to_string();
            assert!(is_plain(&Value::from(fraction)) && (text.contains('.') || text.contains("e-")), "{text}");
        }
    }

    #[test]
    fn the_copy_has_another_sign_for_nul() {
        let Value::Object(odd) = json!({"a\0": ["\0", {"b": "x\0"}]}) else { panic!() };
        assert_eq!(Value::Object(without_nul(&odd)), json!({"a\u{fffd}": ["\u{fffd}", {"b": "x\u{fffd}"}]}));
    }
}
