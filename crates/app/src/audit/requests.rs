//! The audit log by requests (Relata's own API): what somebody did at once is one answer, however many records it has. The
//! records themselves are asked for by their numbers.

use super::{Asked, CHUNK, Condition, MAX, Times, records};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource as Touched};
use jiff::Timestamp;
use relata_model::change::{ChangeSet, LinkRecord, Record, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Result, time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { Relata;
    /// What was done, newest first, one entry for each request.
    ///
    /// An entry has the changes of the request that the filters leave, as stretches of records of one kind. A page reads at
    /// most 5000 rows of the log, and may hold less than `limit` then; `before` goes on.
    list_audited_requests = GET "/audit", AuditView, Read => list;
}

/// Rows of the log that one page reads.
const MOST_ROWS: usize = 5000;

/// Requests in one answer, when nothing is said.
const PAGE: i64 = 50;

/// Which changes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"model": "switch", "action": "update", "from": "2026-01-01 00:00:00", "limit": 10}]))]
struct Filters {
    /// Who made them.
    user: String,
    /// `create`, `update`, `delete`, `stop` or `resume`.
    action: String,
    /// What kind of thing was changed, such as `model_instance`, which it is when `model` is given alone.
    resource: String,
    /// Textual id of the model of the instances, or of one at an end of the links.
    model: String,
    /// Id of the changed thing.
    id: Option<Number>,
    /// Id of the request.
    request: String,
    /// Not before this time.
    from: String,
    /// Not after it.
    to: String,
    /// Only what is before this number, which the answer before gave.
    before: Option<Number>,
    /// Requests in one answer, at most 200; 50 when it is left out.
    limit: Option<Number>,
}

impl Input for Filters {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

impl Filters {
    fn condition(&self) -> Condition {
        let of_model = self.resource.is_empty() && !self.model.is_empty();
        Condition {
            user: self.user.clone(),
            action: Some(self.action.clone()).filter(|it| !it.is_empty()).into_iter().collect(),
            resource_type: if of_model { Resource::Instance.name().to_owned() } else { self.resource.clone() },
            resource_id: self.id.clone(),
            bk_obj_id: self.model.clone(),
            operation_time: Times { start: self.from.clone(), end: self.to.clone() },
            ..Condition::default()
        }
    }

    fn number(given: Option<&Number>, name: &str, default: i64) -> Result<i64> {
        given.map_or(Ok(default), |given| given.required(Code::ParamInvalid, name))
    }
}

/// Requests, and where to go on.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "AuditedRequests")]
struct Page {
    /// The requests, newest first.
    requests: Vec<Entry>,
    /// Ask with it for the next page; null at the end.
    before: Option<i64>,
}

/// What one request has changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditedRequest")]
struct Entry {
    /// Its id.
    request: String,
    /// Who made it.
    user: String,
    /// The application that it was made with.
    app: String,
    /// When, RFC 3339.
    time: String,
    /// How many records it has, of those that the filters leave.
    count: i64,
    /// Its changes, the last one first.
    changes: Vec<Stretch>,
}

/// Records of one kind that follow one another.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditedStretch")]
struct Stretch {
    /// What kind of thing was changed.
    resource: &'static str,
    /// What was done.
    action: &'static str,
    /// Its model or association, where it has one.
    scope: String,
    /// Number of the first record; the others follow.
    first: i64,
    /// How many records.
    count: i64,
    /// Id of the thing of the first record.
    id: i64,
    /// Its name; empty for links.
    name: String,
    /// Source of the first link.
    source: Option<i64>,
    /// Its target.
    target: Option<i64>,
}

impl Stretch {
    /// The records of a row, or the one that is about a thing; `None` where there is none.
    fn of(set: &ChangeSet, asked: Option<i64>) -> Result<Option<Self>> {
        let is_asked = |id: i64| asked.is_none_or(|asked| asked == id);
        let first = if set.resource == Resource::Link {
            let mut links = (set.seq..).zip(records::<LinkRecord>(set)?);
            let found = links.find(|(_, link)| is_asked(link.1));
            found.map(|(first, link)| (first, link.0, String::new(), Some(link)))
        } else {
            let found = (set.seq..).zip(records::<Record>(set)?).find(|(_, record)| is_asked(record.id));
            found.map(|(first, record)| (first, record.id, record.name, None))
        };
        Ok(first.map(|(first, id, name, link)| Self {
            resource: set.resource.name(),
            action: set.action.name(),
            scope: set.scope.clone(),
            first,
            count: if asked.is_some() { 1 } else { set.count },
            id,
            name,
            source: link.map(|link| link.1),
            target: link.map(|link| link.2),
        }))
    }
}

async fn list(call: &mut Call<'_>, _ok: Granted, input: &Filters) -> Result<Page> {
    let limit = Filters::number(input.limit.as_ref(), "limit", PAGE)?;
    if !(1..=MAX).contains(&limit) {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("limit is a number from 1 to {MAX}")));
    }
    let before = Filters::number(input.before.as_ref(), "before", 0)?;
    match input.condition().asked(&call.app.settings.zone)? {
        Some(asked) => page(call, &asked, &input.request, before, usize::try_from(limit).unwrap_or(1)).await,
        None => Ok(Page::default()),
    }
}

async fn page(call: &mut Call<'_>, asked: &Asked, request: &str, before: i64, limit: usize) -> Result<Page> {
    let past = super::Past::read(call).await?;
    let mut query = ChangeQuery { newest_first: true, limit: Some(CHUNK), before, ..asked.query.clone() };
    let mut page = Page::default();
    // Records of one request follow one another.
    let mut last: Option<ChangeSet> = None;
    let mut read = 0;
    loop {
        let sets = call.tx.changes(&query).await?;
        let is_end = (sets.len() as u64) < CHUNK;
        read += sets.len();
        for set in sets {
            query.before = set.seq;
            let wanted = request.is_empty() || set.actor.request == request;
            let stretch = if wanted && asked.has_end(&set, &past) { Stretch::of(&set, asked.id)? } else { None };
            let Some(stretch) = stretch else { continue };
            if last.as_ref().is_some_and(|last| last.actor == set.actor && last.time == set.time) {
                if let Some(same) = page.requests.last_mut() {
                    same.count += stretch.count;
                    same.changes.push(stretch);
                }
                continue;
            }
            if page.requests.len() == limit {
                page.before = Some(set.seq + 1);
                return Ok(page);
            }
            page.requests.push(Entry {
                request: set.actor.request.clone(),
                user: set.actor.user.clone(),
                app: set.actor.app.clone(),
                time: time::stored(Timestamp::from_millisecond(set.time).unwrap_or_default()),
                count: stretch.count,
                changes: vec![stretch],
            });
            last = Some(set);
        }
        if is_end || read >= MOST_ROWS {
            page.before = (!is_end).then_some(query.before);
            return Ok(page);
        }
    }
}
