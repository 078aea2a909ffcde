//! Ids: each process takes a stretch of a sequence at a time and gives them out of memory, so that no two writers meet at a
//! counter. A stretch grows with use; what is left of it when the process ends is a gap.

use crate::connect::Connections;
use crate::sql::failure;
use relata_model::{Error, Result};
use std::collections::HashMap;
use tokio::sync::Mutex;

/// The longest stretch, but for a request that asks for more at once.
const LONGEST: i64 = 10_000;

/// The stretches of this process.
#[derive(Default)]
pub(crate) struct Ids(Mutex<HashMap<String, Stretch>>);

/// Ids that were taken.
pub(crate) struct Taken {
    sequence: String,
    pub(crate) first: i64,
    count: i64,
}

#[derive(Clone, Copy, Default)]
struct Stretch {
    next: i64,
    end: i64,
    /// How many to take the next time.
    size: i64,
}

impl Ids {
    /// Takes `count` ids that follow one another.
    pub(crate) async fn take(&self, connections: &Connections, sequence: &str, count: u64) -> Result<Taken> {
        let count = i64::try_from(count).map_err(|_| Error::internal("more ids than there are"))?;
        let mut all = self.0.lock().await;
        let mut stretch = all.get(sequence).copied().unwrap_or_default();
        if stretch.end - stretch.next < count {
            let size = stretch.size.clamp(1, LONGEST).max(count);
            let first = reserve(connections, sequence, size).await?;
            // A stretch that follows on is joined to what is left.
            if first != stretch.end {
                stretch.next = first;
            }
            stretch = Stretch { next: stretch.next, end: first + size, size: size.saturating_mul(2) };
        }
        let first = stretch.next;
        stretch.next += count;
        all.insert(sequence.to_owned(), stretch);
        Ok(Taken { sequence: sequence.to_owned(), first, count })
    }

    /// Takes back the ids of a transaction that was undone, if no others were given since. Not when it is unknown how it ended.
    pub(crate) async fn give_back(&self, taken: &[Taken]) {
        if taken.is_empty() {
            return;
        }
        let mut all = self.0.lock().await;
        for Taken { sequence, first, count } in taken.iter().rev() {
            if let Some(stretch) = all.get_mut(sequence)
                && stretch.next == first + count
            {
                stretch.next = *first;
            }
        }
    }
}

async fn reserve(connections: &Connections, sequence: &str, size: i64) -> Result<i64> {
    let mut conn = connections.get().await?;
    let reserved = async {
        let take = conn
            .prepare(
                "INSERT INTO sequences (name, next) VALUES ($1, 1 + $2::bigint) ON CONFLICT (name)
                 DO UPDATE SET next = sequences.next + $2::bigint RETURNING next - $2::bigint",
            )
            .await?;
        conn.client.query_one(&take, &[&sequence, &size]).await?.try_get(0)
    };
    let first = reserved.await.map_err(|error| failure(&error))?;
    conn.keep();
    Ok(first)
}
