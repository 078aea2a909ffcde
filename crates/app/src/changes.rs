//! The change log as it is, for those who follow it: every record once, in order, from a cursor on.
//!
//! What is told is settled: nothing comes before it any more, whichever process wrote it, so a follower that goes on from the
//! cursor misses nothing. The audit log (`audit`) is another reading, in the form of the API.

use crate::app::WHO_MAY_CALL;
use crate::call::Call;
use crate::endpoint::Input;
use crate::identity::hide_secrets;
use crate::input::Number;
use crate::permission::{Granted, Resource as Touched};
use relata_model::change::{ChangeSet, LinkRecord, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

crate::endpoints! { Relata;
    /// The change log after a cursor.
    ///
    /// `cursor` is the number of the last record that the caller knows, 0 (or none) for the beginning; the answer's `cursor`
    /// is the one to ask with next. `limit` is how many sets of records to read, at most 1000.
    read_changes = GET "/changes", Administrate, Read => read;
}

/// Most rows of the log in one answer; each holds the records of one request that are alike.
const MAX: u64 = 1000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Read {
    cursor: Option<Number>,
    limit: Option<Number>,
}

impl Input for Read {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

/// Records, and where to go on.
#[derive(Debug, Serialize)]
struct Page {
    cursor: i64,
    changes: Vec<Value>,
}

async fn read(call: &mut Call<'_>, _ok: Granted, input: &Read) -> Result<Page> {
    let number = |given: &Option<Number>, name, default: i64| {
        let number = given.as_ref().map_or(Ok(default), |given| given.required(Code::ParamInvalid, name))?;
        u64::try_from(number).map_err(|_| Error::invalid(name).hint(format!("{name} is not negative")))
    };
    let after = i64::try_from(number(&input.cursor, "cursor", 0)?).unwrap_or(i64::MAX);
    let limit = Some(number(&input.limit, "limit", 100)?.min(MAX));
    let sets = call.tx.changes(&ChangeQuery { after, settled: true, limit, ..ChangeQuery::default() }).await?;
    let cursor = sets.last().map_or(after, ChangeSet::last);
    let mut changes = Vec::new();
    for set in &sets {
        let records = (set.seq..).zip(records(set)?);
        changes.extend(records.filter(|(seq, _)| *seq > after).map(|(seq, record)| shown(set, seq, &record)));
    }
    Ok(Page { cursor, changes })
}

/// The records of a set as JSON; those of links with names for their numbers.
fn records(set: &ChangeSet) -> Result<Vec<Value>> {
    let unreadable =
        |error: serde_json::Error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq));
    if set.resource != Resource::Link {
        let mut records: Vec<Value> = serde_json::from_str(&set.data).map_err(unreadable)?;
        if WHO_MAY_CALL.contains(&set.resource) {
            records.iter_mut().for_each(hide_secrets);
        }
        return Ok(records);
    }
    let links: Vec<LinkRecord> = serde_json::from_str(&set.data).map_err(unreadable)?;
    let named = |LinkRecord(id, source, target)| json!({"id": id, "source": source, "target": target});
    Ok(links.into_iter().map(named).collect())
}

fn shown(set: &ChangeSet, seq: i64, record: &Value) -> Value {
    json!({
        "seq": seq, "time": set.time, "user": set.actor.user, "app": set.actor.app, "request": set.actor.request,
        "action": set.action.name(), "resource": set.resource.name(), "scope": set.scope, "record": record,
    })
}
