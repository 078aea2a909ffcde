//! Gives the sets of the change log their numbers, once nothing can come before them any more.
//!
//! A transaction takes its id, then the position of its sets, then commits; so positions become visible out of order. The
//! settler reads L, the last position that was taken, and then takes an id X of its own: whoever holds a position up to L
//! has a smaller id than X. Both are remembered, and when no transaction with an id below X is under way, the positions up
//! to L are all visible or will never be. A round settles up to the remembered L and remembers the next.
//!
//! Any number of processes may settle: the row that holds the state is locked by one at a time, and passed by all others.
//! That row may be newer than the snapshot that a round has begun with. It does not matter: that nothing below X is under
//! way is asked of the same snapshot that the sets are read with, and holds for the sets up to L whenever X was taken.

use tokio_postgres::Client;

/// What a round has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// It has come further, and the next one can do more. Else everything has its number, or a transaction that is under
    /// way, or another settler, is waited for.
    pub(crate) moved: bool,
    /// The last number that is settled, by whichever process.
    pub(crate) end: i64,
}

/// L is read before the row is locked, and locking it takes the id X: `turn` joins the two, and locks what it has joined.
/// An X that no transaction of this server can have had, as after a restore on another one, is replaced.
const ROUND: &str = "
WITH taken AS MATERIALIZED (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS position FROM change_position),
     turn AS MATERIALIZED (
       SELECT s.seq, s.position, s.time, taken.position AS taken,
              CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) >= s.next_xid THEN s.next_position
                   ELSE s.position END AS upto
       FROM change_settled AS s, taken
       WHERE s.position < taken.position AND (s.next_position = s.position
             OR pg_snapshot_xmin(pg_current_snapshot()) >= s.next_xid
             OR pg_snapshot_xmax(pg_current_snapshot()) <= s.next_xid)
       FOR UPDATE OF s SKIP LOCKED),
     settled AS (
       INSERT INTO change_order (seq, count, position, n, time)
       SELECT (SELECT seq FROM turn) + (sum(count) OVER w)::bigint - count + 1, count, position, n,
              GREATEST((SELECT time FROM turn), max(time) OVER w)
       FROM changes WHERE position > (SELECT position FROM turn) AND position <= (SELECT upto FROM turn)
       WINDOW w AS (ORDER BY position, n ROWS UNBOUNDED PRECEDING)
       RETURNING seq + count - 1 AS last, time),
     moved AS (
       UPDATE change_settled AS s
       SET seq = GREATEST(turn.seq, (SELECT max(last) FROM settled)), position = turn.upto,
           time = GREATEST(turn.time, (SELECT max(time) FROM settled)),
           next_position = turn.taken, next_xid = pg_current_xact_id()
       FROM turn RETURNING s.seq)
SELECT true, seq FROM moved
UNION ALL SELECT false, seq FROM change_settled WHERE NOT EXISTS (SELECT FROM moved)";

/// Makes one round, which is one statement. It writes nothing when there is nothing to settle or something to wait for.
pub(crate) async fn settle(client: &Client) -> Result<Settled, tokio_postgres::Error> {
    let row = client.query_typed(ROUND, &[]).await?.into_iter().next();
    let told = row.map(|row| Ok::<_, tokio_postgres::Error>(Settled { moved: row.try_get(0)?, end: row.try_get(1)? }));
    Ok(told.transpose()?.unwrap_or(Settled { moved: false, end: 0 }))
}
