//! The change log: sets as they were written, in the order that the settler gives them, see [`crate::settle`].
//!
//! A set lies at a position and a place `n` in it. Numbers and times ascend with the positions, so a bound in either is
//! looked up once and becomes one of positions, and every index of the log ends with them. Sets that have no number yet
//! are those beyond the settled position; they are few, and are numbered anew by every question.

use crate::session::{Session, params};
use crate::sql::corrupt;
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Error, Result};
use std::fmt::Write as _;
use tokio_postgres::Row;

/// The transaction has its id before its position: whoever knows a position, and then asks for an id, gets a larger one.
const APPEND: &str = "
WITH own AS MATERIALIZED (SELECT pg_current_xact_id() AS id),
     place AS MATERIALIZED (SELECT nextval('change_position') AS position FROM own WHERE id IS NOT NULL)
INSERT INTO changes (position, n, count, time, attempt, usr, app, request, resource, action, scope, subjects, data)
SELECT place.position, s.n - 1, s.count, s.time, $1, s.usr, s.app, s.request, s.resource, s.action, s.scope,
       s.subjects::bigint[], s.data
FROM place, unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[]) WITH ORDINALITY
     AS s (count, time, usr, app, request, resource, action, scope, subjects, data, n)";

/// Appends sets, without waiting for it.
pub(crate) async fn append(session: &mut Session, sets: &[ChangeSet]) -> Result<()> {
    if sets.is_empty() {
        return Ok(());
    }
    if sets.iter().any(|set| set.count < 1) {
        return Err(session.spoil(Error::internal("a set of changes without records")));
    }
    let params = params![
        session.attempt.clone(),
        column(sets, |set| set.count),
        column(sets, |set| set.time),
        column(sets, |set| stored(&set.actor.user)),
        column(sets, |set| stored(&set.actor.app)),
        column(sets, |set| stored(&set.actor.request)),
        column(sets, |set| set.resource.name()),
        column(sets, |set| set.action.name()),
        column(sets, |set| stored(&set.scope)),
        column(sets, |set| array(&set.subjects)),
        // JSON, in which U+0000 is written otherwise already.
        column(sets, |set| set.data.clone()),
    ];
    session.send(APPEND, params).await
}

fn column<T>(sets: &[ChangeSet], of: impl Fn(&ChangeSet) -> T) -> Vec<T> {
    sets.iter().map(of).collect()
}

/// An array as PostgreSQL writes it: those of the sets differ in length, so they cannot be the rows of one array.
fn array(ids: &[i64]) -> String {
    let mut text = String::from("{");
    for (at, id) in ids.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _never_fails = write!(text, "{comma}{id}");
    }
    text.push('}');
    text
}

/// A text as it is stored: PostgreSQL has no U+0000 in texts, so it is written `%0`, and `%` itself `%%`.
fn stored(text: &str) -> String {
    text.replace('%', "%%").replace('\0', "%0")
}

/// The text that is stored so.
fn text_of(stored: &str) -> String {
    let mut text = String::with_capacity(stored.len());
    let mut rest = stored;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        text.push(if after.starts_with('0') { '\0' } else { '%' });
        rest = after.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// What leads to the sets: the index that a question goes along. All have the position after their own column.
#[derive(Clone, Copy)]
enum By {
    Position,
    Scope,
    Resource,
    User,
    Subject,
}

impl By {
    fn of(query: &ChangeQuery) -> Self {
        if query.subject.is_some() {
            Self::Subject
        } else if query.scope.is_some() {
            Self::Scope
        } else if query.resources.len() == 1 {
            Self::Resource
        } else if query.user.is_some() {
            Self::User
        } else {
            Self::Position
        }
    }

    /// The column of the index before the position, and the value that is looked up.
    const fn key(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Position | Self::Subject => None,
            Self::Scope => Some(("scope", "$7")),
            Self::Resource => Some(("resource", "($5::text[])[1]")),
            Self::User => Some(("usr", "$8")),
        }
    }

    /// Where the settled sets come from. The few sets of a subject are collected before anything else is asked.
    const fn source(self) -> &'static str {
        match self {
            Self::Subject => {
                "(SELECT * FROM changes WHERE subjects <> '{}' AND subjects @> ARRAY[$9::bigint] OFFSET 0)"
            }
            Self::Position | Self::Scope | Self::Resource | Self::User => "changes",
        }
    }

    /// The range of the index. The key is a part of the range and of the order, and not a condition of its own: only so
    /// is the index the one way to read the sets in order, and a rare key is not searched for along the whole log.
    fn range(self) -> String {
        let (column, value) =
            self.key().map_or_else(Default::default, |(column, value)| (format!("c.{column}, "), format!("{value}, ")));
        let mut range = format!(
            "({column}c.position, c.n) >= ({value}(SELECT position FROM first), (SELECT n FROM first))
             AND ({column}c.position, c.n) <= ({value}(SELECT position FROM last), (SELECT n FROM last))"
        );
        if self.key().is_none() {
            // Tells the planner that a part is read, not all.
            range.push_str(
                " AND c.position >= (SELECT position FROM first) AND c.position <= (SELECT position FROM last)",
            );
        }
        range
    }

    /// The conditions that the range does not impose.
    fn conditions(self) -> String {
        let mut text = String::new();
        for (column, condition) in [
            ("resource", "($5::text[] IS NULL OR c.resource = ANY ($5))"),
            ("action", "($6::text[] IS NULL OR c.action = ANY ($6))"),
            ("scope", "($7::text IS NULL OR c.scope = $7)"),
            ("usr", "($8::text IS NULL OR c.usr = $8)"),
        ] {
            if self.key().is_none_or(|(key, _)| key != column) {
                text.extend([" AND ", condition]);
            }
        }
        text
    }
}

/// The question: the first and the last settled set that the bounds allow, the settled sets between them, and those that
/// have no number yet.
///
/// It is one statement, since sets may be settled between two. Where the bounds allow none, `first` or `last` is empty, and
/// no set compares with nothing.
fn question(by: By, newest_first: bool) -> String {
    let (source, range, conditions) = (by.source(), by.range(), by.conditions());
    let every = By::Position.conditions();
    let direction = if newest_first { "DESC" } else { "ASC" };
    let key = by.key().map_or_else(String::new, |(column, _)| format!("c.{column} {direction}, "));
    let columns =
        "c.position, c.n, c.count, c.usr, c.app, c.request, c.resource, c.action, c.scope, c.subjects, c.data";
    format!(
        "WITH s AS MATERIALIZED (SELECT seq, position, time FROM change_settled),
              first AS MATERIALIZED (SELECT position, n FROM change_order WHERE seq >= GREATEST(
                  (SELECT seq FROM change_order WHERE seq <= $1::bigint ORDER BY seq DESC LIMIT 1),
                  CASE WHEN $3::bigint IS NOT NULL THEN COALESCE(
                      (SELECT seq FROM change_order WHERE time >= $3 ORDER BY time, seq LIMIT 1),
                      9223372036854775807) END, 0) ORDER BY seq LIMIT 1),
              last AS MATERIALIZED (SELECT position, n FROM change_order WHERE seq < LEAST($2::bigint,
                  (SELECT seq FROM change_order WHERE time > $4::bigint ORDER BY time, seq LIMIT 1),
                  9223372036854775807) ORDER BY seq DESC LIMIT 1)
         SELECT * FROM (
           (SELECT o.seq, o.time, {columns}
            FROM {source} AS c CROSS JOIN LATERAL (SELECT seq, time FROM change_order AS o
                 WHERE o.position = c.position AND o.n = c.n OFFSET 0) AS o
            WHERE {range} AND o.seq + c.count - 1 > $1{conditions}
            ORDER BY {key}c.position {direction}, c.n {direction} LIMIT $11::bigint)
           UNION ALL
           (SELECT c.seq, c.running, {columns}
            FROM (SELECT c.*, (s.seq + sum(c.count) OVER w - c.count + 1)::bigint AS seq,
                         GREATEST(s.time, max(c.time) OVER w) AS running
                  FROM changes AS c CROSS JOIN s
                  WHERE NOT $10::boolean AND c.position > (SELECT position FROM s)
                        AND ($2 IS NULL OR $2 > (SELECT seq + 1 FROM s))
                        AND c.position <= 9223372036854775807
                  WINDOW w AS (ORDER BY c.position, c.n ROWS UNBOUNDED PRECEDING)) AS c
            WHERE c.seq + c.count - 1 > $1 AND ($2 IS NULL OR c.seq < $2) AND ($3 IS NULL OR c.running >= $3)
                  AND ($4 IS NULL OR c.running <= $4) AND ($9::bigint IS NULL OR $9 = ANY (c.subjects)){every}
            ORDER BY c.position {direction}, c.n {direction} LIMIT $11)
         ) AS c ORDER BY c.position {direction}, c.n {direction} LIMIT $11"
    )
}

/// Reads the log.
pub(crate) async fn read(session: &mut Session, query: &ChangeQuery) -> Result<Vec<ChangeSet>> {
    let names = |names: Vec<&'static str>| (!names.is_empty()).then_some(names);
    let params = params![
        query.after,
        (query.before != 0).then_some(query.before),
        query.from,
        query.until,
        names(query.resources.iter().map(|resource| resource.name()).collect()),
        names(query.actions.iter().map(|action| action.name()).collect()),
        query.scope.as_deref().map(stored),
        query.user.as_deref().map(stored),
        query.subject,
        query.settled,
        query.limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows = session.query(&question(By::of(query), query.newest_first), params).await?;
    rows.iter().map(set_of).collect()
}

fn set_of(row: &Row) -> Result<ChangeSet> {
    let text = |column: &str| row.try_get::<_, &str>(column).map_err(corrupt);
    let number = |column: &str| row.try_get::<_, i64>(column).map_err(corrupt);
    let (resource, action) = (text("resource")?, text("action")?);
    Ok(ChangeSet {
        seq: number("seq")?,
        count: number("count")?,
        time: number("time")?,
        actor: Actor { user: text_of(text("usr")?), app: text_of(text("app")?), request: text_of(text("request")?) },
        resource: Resource::from_name(resource).ok_or_else(|| corrupt(format!("no resource is called {resource}")))?,
        action: Action::from_name(action).ok_or_else(|| corrupt(format!("no action is called {action}")))?,
        scope: text_of(text("scope")?),
        subjects: row.try_get("subjects").map_err(corrupt)?,
        data: text("data")?.to_owned(),
    })
}
