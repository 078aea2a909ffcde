//! The change log as it is, for those who follow it: every record once, in order, from a cursor on.
//!
//! What is told is settled: nothing comes before it any more, whichever process wrote it, so a follower that goes on from the
//! cursor misses nothing. The audit log (`audit`) and the events of the API (`watch`) are other readings of it.

use crate::app::WHO_MAY_CALL;
use crate::audit::records;
use crate::call::{Call, Followed};
use crate::endpoint::Input;
use crate::identity::hide_secrets;
use crate::input::Number;
use crate::permission::{Granted, Resource as Touched};
use relata_model::change::{ChangeSet, LinkRecord, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

crate::endpoints! { Relata;
    /// The change log after a cursor.
    ///
    /// `cursor` is the number of the last record that the caller knows, 0 (or none) for the beginning; the answer's `cursor`
    /// is the one to ask with next. Without a cursor, `now=true` begins at the end. `limit` is how many sets of records to
    /// read, at most 1000. `Accept: text/event-stream` follows the log as server-sent events, whose ids are cursors
    /// (`Last-Event-ID` goes on from one); `application/x-ndjson` answers one page, a record a line.
    read_changes = GET "/changes", Administrate, Follow => read;
}

/// Most rows of the log in one answer; each holds the records of one request that are alike.
const MAX: u64 = 1000;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Read {
    /// Number of the last record that is known; 0 for the beginning.
    cursor: Option<Number>,
    /// Without a cursor, begin at the end of the log.
    now: bool,
    /// How many sets of records to read: 100 when it is left out, at most 1000.
    limit: Option<Number>,
}

impl Input for Read {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

/// Records, and where to go on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Changes")]
struct Page {
    /// The cursor to ask with next.
    cursor: i64,
    /// The records, in order.
    changes: Vec<Value>,
}

async fn read(call: &mut Call<'_>, _ok: Granted, input: &Read) -> Result<Page> {
    let number = |given: &Option<Number>, name, default: i64| {
        let number = given.as_ref().map_or(Ok(default), |given| given.required(Code::ParamInvalid, name))?;
        u64::try_from(number).map_err(|_| Error::invalid(name).hint(format!("{name} is not negative")))
    };
    let end = call.log_end().await?;
    let default = if input.now { end } else { 0 };
    let given = i64::try_from(number(&input.cursor, "cursor", default)?).unwrap_or(i64::MAX);
    let after = call.request.following.after.unwrap_or(given);
    check_cursor(after, end)?;
    let limit = Some(number(&input.limit, "limit", 100)?.min(MAX));
    let sets = call.tx.changes(&ChangeQuery { after, settled: true, limit, ..ChangeQuery::default() }).await?;
    let cursor = sets.last().map_or(after, ChangeSet::last);
    let mut changes = Vec::new();
    for set in &sets {
        changes.extend(shown(set)?.into_iter().filter(|(seq, _)| *seq > after));
    }
    let nothing = changes.is_empty();
    let mut page = Page { cursor, changes: Vec::new() };
    let mut items = Vec::new();
    if call.request.following.one_by_one {
        items.extend(changes.into_iter().map(|(seq, change)| (seq, change.to_string())));
    } else {
        page.changes.extend(changes.into_iter().map(|(_, change)| change));
    }
    // Without a stream the page is the answer, also when it is empty.
    call.followed = call.request.following.one_by_one.then_some(Followed { upto: cursor, nothing, items });
    Ok(page)
}

/// Refuses a place that the log has not come to: 1103007. Such a cursor is of another store, or of this one before it was
/// restored from a backup; whoever went on with it would miss what comes until then.
pub(crate) fn check_cursor(after: i64, end: i64) -> Result<()> {
    if after <= end {
        return Ok(());
    }
    Err(Error::new(Code::CursorUnknown).hint(format!("the log ends at {end}, before this cursor")))
}

/// The records of a set with their numbers, as JSON; those of links with names for their numbers.
pub(crate) fn shown(set: &ChangeSet) -> Result<Vec<(i64, Value)>> {
    let found: Vec<Value> = if set.resource == Resource::Link {
        let named = |LinkRecord(id, source, target)| json!({"id": id, "source": source, "target": target});
        records(set)?.into_iter().map(named).collect()
    } else {
        let mut records = records(set)?;
        if WHO_MAY_CALL.contains(&set.resource) {
            records.iter_mut().for_each(hide_secrets);
        }
        records
    };
    let show = |(seq, record): (i64, Value)| {
        let shown = json!({
            "seq": seq, "time": set.time, "user": set.actor.user, "app": set.actor.app, "request": set.actor.request,
            "action": set.action.name(), "resource": set.resource.name(), "scope": set.scope, "record": record,
        });
        (seq, shown)
    };
    Ok((set.seq..).zip(found).map(show).collect())
}
