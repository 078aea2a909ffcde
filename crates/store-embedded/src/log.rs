//! The change log in SQL: one row a set, appended in the order of the numbers.
//!
//! Times never go back along the log, so a time is found by halving and needs no index. The indexes there are grow at their
//! ends only.

use crate::memory::Counters;
use crate::sql::{OrFail, corrupt};
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Error, Result};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

/// The last number and time of the log.
pub(crate) fn end(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    let last = "SELECT seq + count - 1, time FROM changes ORDER BY seq DESC LIMIT 1";
    Ok(conn.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or_default())
}

/// Appends sets and moves the counters.
pub(crate) fn append(conn: &Connection, counters: &mut Counters, sets: &[ChangeSet]) -> Result<()> {
    let mut insert = conn
        .prepare_cached(
            "INSERT INTO changes (seq, count, time, user, app, request, resource, action, scope, subjects, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .or_fail()?;
    for set in sets {
        if set.count < 1 {
            return Err(Error::internal("a set of changes without records"));
        }
        let seq = counters.change + 1;
        counters.change += set.count;
        counters.time = counters.time.max(set.time);
        let ChangeSet { actor, subjects, .. } = set;
        let (resource, action) = (set.resource.name(), set.action.name());
        let listed = if subjects.is_empty() {
            String::new()
        } else {
            serde_json::to_string(subjects).map_err(|error| Error::internal(error.to_string()))?
        };
        insert
            .execute(params![
                seq,
                set.count,
                counters.time,
                actor.user,
                actor.app,
                actor.request,
                resource,
                action,
                set.scope,
                listed,
                set.data
            ])
            .or_fail()?;
        index_subjects(conn, seq, subjects)?;
    }
    Ok(())
}

fn index_subjects(conn: &Connection, seq: i64, subjects: &[i64]) -> Result<()> {
    if subjects.is_empty() {
        return Ok(());
    }
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO change_subjects (subject, seq) VALUES (?1, ?2)").or_fail()?;
    for subject in subjects {
        insert.execute([*subject, seq]).or_fail()?;
    }
    Ok(())
}

/// A condition and its values, built up piece by piece.
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.text.extend([" AND ", condition]);
        self.values.push(value.into());
    }

    fn and_one_of(&mut self, column: &str, names: impl Iterator<Item = &'static str>) {
        let values: Vec<Value> = names.map(|name| Value::from(name.to_owned())).collect();
        if !values.is_empty() {
            let more = ", ?".repeat(values.len() - 1);
            self.text.extend([" AND ", column, " IN (?", &more, ")"]);
            self.values.extend(values);
        }
    }
}

/// Reads the log.
pub(crate) fn read(conn: &Connection, query: &ChangeQuery) -> Result<Vec<ChangeSet>> {
    let mut conditions = Conditions { text: String::new(), values: Vec::new() };
    // The order of the conditions is that of the parameters: the subject stands first, the limit last.
    let from = if let Some(subject) = query.subject {
        conditions.values.push(subject.into());
        "change_subjects AS s CROSS JOIN changes AS c ON c.seq = s.seq AND s.subject = ?"
    } else if query.scope.is_some() {
        "changes AS c INDEXED BY changes_by_scope"
    } else if query.resources.len() == 1 {
        "changes AS c INDEXED BY changes_by_resource"
    } else if query.user.is_some() {
        "changes AS c INDEXED BY changes_by_user"
    } else {
        "changes AS c NOT INDEXED"
    };
    restrict(conn, query, &mut conditions)?;
    let by = if query.subject.is_some() { "s.seq" } else { "c.seq" };
    let direction = if query.newest_first { "DESC" } else { "ASC" };
    conditions.values.push(query.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1)).into());
    let sql = format!(
        "SELECT c.seq, c.count, c.time, c.user, c.app, c.request, c.resource, c.action, c.scope, c.subjects, c.data
         FROM {from} WHERE 1{} ORDER BY {by} {direction} LIMIT ?",
        conditions.text
    );
    let mut select = conn.prepare_cached(&sql).or_fail()?;
    let mut rows = select.query(params_from_iter(&conditions.values)).or_fail()?;
    let mut sets = Vec::new();
    while let Some(row) = rows.next().or_fail()? {
        sets.push(set_of(row)?);
    }
    Ok(sets)
}

fn restrict(conn: &Connection, query: &ChangeQuery, conditions: &mut Conditions) -> Result<()> {
    if query.after > 0 {
        let holder = "SELECT seq FROM changes WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1";
        let holder: Option<i64> = conn
            .prepare_cached(holder)
            .and_then(|mut holder| holder.query_row([query.after], |row| row.get(0)).optional())
            .or_fail()?;
        conditions.and("c.seq >= ?", holder.unwrap_or(0));
        conditions.and("c.seq + c.count - 1 > ?", query.after);
    }
    if query.before > 0 {
        conditions.and("c.seq < ?", query.before);
    }
    if let Some(from) = query.from {
        conditions.and("c.seq >= ?", first_since(conn, from)?);
    }
    if let Some(until) = query.until {
        conditions.and("c.seq < ?", first_since(conn, until.saturating_add(1))?);
    }
    conditions.and_one_of("c.resource", query.resources.iter().map(|resource| resource.name()));
    conditions.and_one_of("c.action", query.actions.iter().map(|action| action.name()));
    if let Some(scope) = &query.scope {
        conditions.and("c.scope = ?", scope.clone());
    }
    if let Some(user) = &query.user {
        conditions.and("c.user = ?", user.clone());
    }
    Ok(())
}

/// The first number at this time or later; one past the end when there is none.
fn first_since(conn: &Connection, time: i64) -> Result<i64> {
    let mut at = conn.prepare_cached("SELECT seq, time FROM changes WHERE seq >= ?1 ORDER BY seq LIMIT 1").or_fail()?;
    let (mut low, mut high) = (1, end(conn).or_fail()?.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, i64)> =
            at.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional().or_fail()?;
        match found {
            Some((seq, then)) if then < time => low = seq + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

fn set_of(row: &rusqlite::Row<'_>) -> Result<ChangeSet> {
    let text = |column: usize| row.get_ref(column).or_fail()?.as_str().map_err(corrupt);
    let (resource, action, subjects) = (text(6)?, text(7)?, text(9)?);
    Ok(ChangeSet {
        seq: row.get(0).or_fail()?,
        count: row.get(1).or_fail()?,
        time: row.get(2).or_fail()?,
        actor: Actor { user: text(3)?.to_owned(), app: text(4)?.to_owned(), request: text(5)?.to_owned() },
        resource: Resource::from_name(resource).ok_or_else(|| corrupt(format!("no resource is called {resource}")))?,
        action: Action::from_name(action).ok_or_else(|| corrupt(format!("no action is called {action}")))?,
        scope: text(8)?.to_owned(),
        subjects: if subjects.is_empty() { Vec::new() } else { serde_json::from_str(subjects).map_err(corrupt)? },
        data: text(10)?.to_owned(),
    })
}
