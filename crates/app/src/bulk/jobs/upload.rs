//! The operations of a job as they come: each call keeps a piece of them, the first one begins the job, and the last one
//! lets it be carried out.

use super::pieces::{self, Piece, Uploaded};
use super::{Job, Shown, State, insert, replace};
use crate::bulk::stream::{self, Lines, Then};
use crate::bulk::{Bulk, MOST_OPERATIONS};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Stored};
use relata_model::filter::Filter;
use relata_model::store::Table;
use relata_model::{Code, Error, Lang, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Most jobs of a user that have not ended.
const MOST_OPEN: u64 = 20;
/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// Options of a job, and its operations.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "JobStart")]
pub(super) struct Start {
    /// What to call it, such as the name of the file.
    #[serde(deserialize_with = "text")]
    #[schemars(with = "String")]
    name: String,
    #[serde(flatten)]
    bulk: Bulk,
}

/// A name that looks like a number arrives as one in a query.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    })
}

impl Input for Start {
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }
}

/// Keeps what has come.
pub(super) async fn start(call: &mut Call<'_>, ok: Granted, input: &Start) -> Result<Shown> {
    if let Some(lines) = call.request.lines.clone() {
        return keep(call, ok, input, &lines).await;
    }
    let operations = &input.bulk.operations;
    if operations.is_empty() {
        return Err(Error::new(Code::ListEmpty).arg("operations"));
    }
    if operations.len() > MOST_OPERATIONS {
        return Err(Error::new(Code::TooManyItems).arg("operations").arg(MOST_OPERATIONS));
    }
    let old = begin(call, ok, input, String::new()).await?;
    let mut job = old.entity.clone();
    let lines: Vec<Uploaded> = (1..).zip(operations).map(|(row, it)| Uploaded::Text(row, it.to_string())).collect();
    let pieces = (1..).zip(lines.chunks(job.chunk)).map(|(number, lines)| Piece::new(job.id, number, lines.to_vec()));
    let pieces: Vec<Piece> = pieces.collect();
    (job.pieces, job.total, job.state) = (pieces.len() as u64, lines.len() as u64, State::Waiting);
    pieces::write(call, ok, pieces).await?;
    replace(call, ok, &old, &job).await?;
    Ok(job.into())
}

async fn keep(call: &mut Call<'_>, ok: Granted, input: &Start, lines: &Lines) -> Result<Shown> {
    let uploaded: Vec<Uploaded> = lines.lines.iter().map(Uploaded::of).collect();
    let old = if lines.number == 1 {
        let key = lines.stream.key.clone().unwrap_or_default();
        let known = earlier(call, ok, input, &key, &uploaded).await?;
        let old = if let Some(old) = known { old } else { begin(call, ok, input, key).await? };
        lines.stream.note_job(old.entity.id);
        old
    } else {
        let found = repo::get::<Job>(call, lines.stream.job()).await?.filter(|it| it.entity.state != State::Deleted);
        found.ok_or_else(|| Error::new(Code::RequestFailed).arg("the job was deleted while it was uploaded"))?
    };
    let mut job = old.entity.clone();
    if job.state != State::Uploading {
        // It was uploaded before, or somebody has ended it.
        return Ok(job.into());
    }
    match lines.then {
        Then::BrokenOff => job.discard(),
        Then::More => {}
        Then::End if job.pieces == 0 && uploaded.is_empty() => {
            return Err(Error::new(Code::ListEmpty).arg("operations"));
        }
        Then::End => job.state = State::Waiting,
    }
    if !uploaded.is_empty() && job.state != State::Deleted {
        job.pieces += 1;
        job.total += uploaded.len() as u64;
        pieces::write(call, ok, vec![Piece::new(job.id, job.pieces, uploaded)]).await?;
    }
    job.touched = call.now.as_millisecond();
    replace(call, ok, &old, &job).await?;
    Ok(job.into())
}

/// Begins a job.
async fn begin(call: &mut Call<'_>, ok: Granted, input: &Start, key: String) -> Result<Stored<Job>> {
    if input.name.chars().count() > LONGEST_NAME {
        return Err(Error::new(Code::ValueTooLong).arg("name").hint(format!("at most {LONGEST_NAME} characters")));
    }
    let mine = Filter::equal("user", call.user()).and(Filter::one_of("state", State::OPEN.map(State::name)));
    if call.tx.count(Table::Jobs.into(), &mine).await? >= MOST_OPEN {
        let hint = format!("{MOST_OPEN} jobs of yours have not ended; wait for them, or cancel some");
        return Err(Error::new(Code::RequestFailed).arg(hint));
    }
    let (bulk, principal, now) = (&input.bulk, &call.request.principal, call.now.as_millisecond());
    let mut job = Job {
        user: principal.user.clone(),
        app: principal.app.clone(),
        admin: principal.admin,
        english: call.lang() == Lang::En,
        request: call.request.id.clone(),
        key,
        name: input.name.clone(),
        mode: bulk.mode,
        on_conflict: bulk.on_conflict,
        dry_run: bulk.dry_run,
        chunk: stream::chunk(bulk.chunk)?,
        created: now,
        touched: now,
        ..Job::default()
    };
    if job.is_whole() {
        job.chunk = stream::CHUNK;
    }
    insert(call, ok, job).await
}

/// The job that the same upload has begun before. What was not uploaded whole then is forgotten.
async fn earlier(
    call: &mut Call<'_>,
    ok: Granted,
    input: &Start,
    key: &str,
    uploaded: &[Uploaded],
) -> Result<Option<Stored<Job>>> {
    let named = Job { user: call.user().to_owned(), key: key.to_owned(), ..Job::default() };
    let Some(holder) = repo::Entity::keys(&named).into_iter().next() else { return Ok(None) };
    let Some(id) = repo::holder(call, &holder).await? else { return Ok(None) };
    let Some(old) = repo::get::<Job>(call, id).await? else { return Ok(None) };
    let job = &old.entity;
    if job.state == State::Uploading {
        let mut gone = job.clone();
        gone.discard();
        replace(call, ok, &old, &gone).await?;
        return Ok(None);
    }
    let bulk = &input.bulk;
    let options = (job.mode, job.on_conflict, job.dry_run) == (bulk.mode, bulk.on_conflict, bulk.dry_run);
    let first: Vec<Piece> = pieces::read(call, id, 1..=1).await?;
    if !options || first.first().is_none_or(|it| it.lines != uploaded) {
        let hint = "the key was used for another upload; take a new one";
        return Err(Error::invalid("Idempotency-Key").hint(hint));
    }
    Ok(Some(old))
}
