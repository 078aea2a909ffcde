//! How far each webhook was told, what to send next, and what becomes of a failure.
//!
//! Events of a webhook are sent one request after the other, in the order of the log. What fails is sent again after the
//! times of the settings, and nothing behind it is sent before; when all have failed it is dead, and kept to be sent again by
//! hand. A request whose outcome is not known is sent again: receivers tell by `webhook-id`. That progress is no change of
//! what is kept, so it is not in the change log, and neither are the secrets.

use super::{Webhook, event, signature, switch_off};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo::{self, Key, Stored};
use relata_model::filter::Filter;
use relata_model::store::{ChangeQuery, NewRow, Remove, Replace, Table};
use relata_model::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Rows of the log read at a time, and at the most in one look.
const CHUNK: u64 = 50;
const CHUNKS: usize = 100;

/// With more undelivered events a webhook is switched off.
const MOST_DEAD: usize = 100;

/// Longest text of a failure that is kept, in characters.
const LONGEST_FAILURE: usize = 200;

/// A secret, and until when it signs (milliseconds); for ever when it is the present one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Secret {
    text: String,
    until: Option<i64>,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Attempt {
    /// When, in milliseconds since 1970.
    time: i64,
    /// Empty for success.
    failure: String,
}

/// Events that could not be delivered: those that the webhook wants between two numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Letter {
    after: i64,
    /// The last number, by which it is called.
    pub(super) upto: i64,
    attempts: usize,
    last: Attempt,
    /// Somebody wants it to be sent again.
    pub(super) resend: bool,
}

/// How far a webhook was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    id: i64,
    /// Whose.
    pub(super) webhook: i64,
    secrets: Vec<Secret>,
    /// Everything up to this number was delivered, was not wanted, or is dead.
    cursor: i64,
    /// Failed attempts of what comes next.
    attempts: usize,
    /// When to try next, in milliseconds.
    pub(super) not_before: i64,
    last: Attempt,
    pub(super) dead: Vec<Letter>,
    /// A test event is to be sent.
    pub(super) test: bool,
}

/// What is shown of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookState")]
pub(super) struct State {
    /// Number of the change up to which everything was delivered, was not wanted, or could not be delivered.
    cursor: i64,
    /// Failed attempts of what comes next.
    attempts: usize,
    /// When it is tried next, in milliseconds since 1970.
    not_before: i64,
    /// The last attempt.
    last: Attempt,
    /// What could not be delivered.
    undelivered: Vec<Undelivered>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Undelivered {
    /// Its number, by which it can be sent again.
    upto: i64,
    /// Failed attempts.
    attempts: usize,
    /// The last attempt.
    last: Attempt,
    /// It is about to be sent again.
    resend: bool,
}

// It is never logged, so the resource says nothing.
repo::entity! { Progress: WebhookProgress, Webhook,
    name |_| "",
    scope |_| "",
    keys |_| Vec::<Key>::new()
}

impl Progress {
    /// That of a new webhook.
    pub(super) fn new(webhook: i64, cursor: i64, secret: String) -> Self {
        Self { webhook, cursor, secrets: vec![Secret { text: secret, until: None }], ..Self::default() }
    }

    /// What may be shown: no secret.
    pub(super) fn shown(&self) -> State {
        let undelivered = |it: &Letter| Undelivered {
            upto: it.upto,
            attempts: it.attempts,
            last: it.last.clone(),
            resend: it.resend,
        };
        State {
            cursor: self.cursor,
            attempts: self.attempts,
            not_before: self.not_before,
            last: self.last.clone(),
            undelivered: self.dead.iter().map(undelivered).collect(),
        }
    }

    /// A new secret; the one before signs until some time.
    pub(super) fn rotate(&mut self, secret: String, until: i64) {
        self.secrets.retain(|it| it.until.is_none());
        self.secrets.iter_mut().for_each(|it| it.until = Some(until));
        self.secrets.insert(0, Secret { text: secret, until: None });
    }

    fn failed(&mut self, what: What, failure: &str, retries: &[u64], drawn: u8) {
        let last = Attempt { time: self.last.time, failure: failure.chars().take(LONGEST_FAILURE).collect() };
        self.last.clone_from(&last);
        match what {
            What::Test => self.test = false,
            What::Letter { upto } => {
                for letter in self.dead.iter_mut().filter(|it| it.upto == upto) {
                    (letter.resend, letter.attempts, letter.last) = (false, letter.attempts + 1, last.clone());
                }
            }
            What::Next { after, upto } if self.cursor == after => {
                self.attempts += 1;
                if let Some(delay) = retries.get(self.attempts - 1) {
                    // Up to a fifth longer, so that those who failed together do not come back together.
                    let jitter = delay.saturating_mul(u64::from(drawn) * 200 / 255);
                    let delay = delay.saturating_mul(1000).saturating_add(jitter);
                    self.not_before = last.time.saturating_add(i64::try_from(delay).unwrap_or(i64::MAX));
                } else {
                    self.dead.push(Letter { after, upto, attempts: self.attempts, last, resend: false });
                    (self.cursor, self.attempts, self.not_before) = (upto, 0, 0);
                }
            }
            What::Next { .. } => {}
        }
    }

    fn delivered(&mut self, what: What) {
        self.last.failure.clear();
        match what {
            What::Test => self.test = false,
            What::Letter { upto } => self.dead.retain(|it| it.upto != upto),
            What::Next { after, upto } if self.cursor == after => {
                (self.cursor, self.attempts, self.not_before) = (upto, 0, 0);
            }
            What::Next { .. } => {}
        }
    }
}

/// The progress of all webhooks.
pub(super) async fn all(call: &mut Call<'_>) -> Result<Vec<Progress>> {
    let found = repo::find::<Progress>(call, Filter::everything()).await?;
    Ok(found.into_iter().map(|it| it.entity).collect())
}

async fn stored(call: &mut Call<'_>, id: i64) -> Result<Stored<Progress>> {
    let found = find(call, id).await?;
    found.ok_or_else(|| Error::internal(format!("webhook {id} has no progress")))
}

async fn find(call: &mut Call<'_>, webhook: i64) -> Result<Option<Stored<Progress>>> {
    Ok(repo::find::<Progress>(call, Filter::equal("webhook", webhook)).await?.into_iter().next())
}

pub(super) async fn get(call: &mut Call<'_>, id: i64) -> Result<Progress> {
    Ok(stored(call, id).await?.entity)
}

/// Begins the progress of a new webhook.
pub(super) async fn begin(call: &mut Call<'_>, _ok: Granted, mut progress: Progress) -> Result<()> {
    progress.id = call.tx.next_ids(Table::WebhookProgress.name(), 1).await?;
    let row = NewRow { id: progress.id, doc: repo::document(&progress)?, keys: Vec::new() };
    call.tx.insert_many(Table::WebhookProgress.into(), vec![row]).await
}

pub(super) async fn end(call: &mut Call<'_>, _ok: Granted, webhook: i64) -> Result<()> {
    let id = stored(call, webhook).await?.entity.id;
    call.tx.delete_many(Table::WebhookProgress.into(), vec![Remove { id, keys: Vec::new() }]).await
}

/// Changes the progress of a webhook.
pub(super) async fn change(
    call: &mut Call<'_>,
    _ok: Granted,
    webhook: i64,
    change: impl FnOnce(&mut Progress) + Send,
) -> Result<()> {
    let Stored { entity: mut progress, revision } = stored(call, webhook).await?;
    change(&mut progress);
    let replace = Replace {
        id: progress.id,
        revision,
        doc: repo::document(&progress)?,
        drop_keys: Vec::new(),
        take_keys: Vec::new(),
    };
    call.tx.replace_many(Table::WebhookProgress.into(), vec![replace]).await
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Test,
    /// What was undelivered up to this number.
    Letter {
        upto: i64,
    },
    /// What comes between these numbers.
    Next {
        after: i64,
        upto: i64,
    },
}

/// A request to be sent by POST.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
    webhook: i64,
    what: What,
}

/// What to do next for a webhook.
#[derive(Clone, Debug)]
pub enum Next {
    /// Send this, and tell [`settle`] what came of it.
    Send(Message),
    /// Ask again at this time in milliseconds, or a little earlier.
    At(i64),
    /// Ask again when the log has news after this number, with that number.
    News(i64),
    /// It is gone or switched off.
    Nothing,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Delivered,
    /// The receiver wants no more of it.
    Gone,
    /// Why not.
    Failed(String),
}

/// The webhooks that are switched on, by id.
pub async fn active(app: &Arc<App>) -> Result<Vec<i64>> {
    endpoint::system_read(app, |call| {
        Box::pin(async move {
            let found = repo::find::<Webhook>(call, Filter::equal("active", true)).await?;
            Ok(found.into_iter().map(|it| it.entity.id).collect())
        })
    })
    .await
}

/// What to do next for a webhook, of which everything up to `known` is known not to be wanted (0 for nothing).
pub async fn next(app: &Arc<App>, webhook: i64, known: i64) -> Result<Next> {
    endpoint::system_read(app, move |call| Box::pin(look(call, webhook, known))).await
}

async fn look(call: &mut Call<'_>, id: i64, known: i64) -> Result<Next> {
    let webhook = repo::get::<Webhook>(call, id).await?.map(|it| it.entity).filter(|it| it.active);
    let Some(webhook) = webhook else { return Ok(Next::Nothing) };
    let progress = get(call, id).await?;
    let now = call.now.as_millisecond();
    if progress.test {
        let body = event::test(now).to_string();
        return Ok(Next::Send(message(call, &webhook, &progress, What::Test, body, false)));
    }
    if let Some(letter) = progress.dead.iter().find(|letter| letter.resend) {
        let (events, _) = events(call, &webhook, letter.after, letter.upto).await?;
        let (body, batch) = written(&webhook, events);
        let what = What::Letter { upto: letter.upto };
        return Ok(Next::Send(message(call, &webhook, &progress, what, body, batch)));
    }
    if progress.not_before > now {
        return Ok(Next::At(progress.not_before));
    }
    let end = call.log_end().await?;
    let (found, upto) = events(call, &webhook, progress.cursor.max(known), end).await?;
    if found.is_empty() {
        return Ok(Next::News(upto));
    }
    let what = What::Next { after: progress.cursor, upto };
    let (body, batch) = written(&webhook, found);
    Ok(Next::Send(message(call, &webhook, &progress, what, body, batch)))
}

/// The events that a webhook wants between two numbers, as many as it takes at once, and the last number that they reach.
async fn events(call: &mut Call<'_>, webhook: &Webhook, after: i64, end: i64) -> Result<(Vec<Value>, i64)> {
    let most = usize::try_from(webhook.batch).unwrap_or(1);
    let mut query = ChangeQuery { after, before: end + 1, settled: true, limit: Some(CHUNK), ..ChangeQuery::default() };
    let mut found = Vec::new();
    for _ in 0..CHUNKS {
        let sets = call.tx.changes(&query).await?;
        for set in &sets {
            for (seq, event) in webhook.wanted().events(set, query.after)? {
                if seq > end {
                    break;
                }
                found.push(event);
                if found.len() == most {
                    return Ok((found, seq));
                }
            }
            query.after = set.last();
        }
        if (sets.len() as u64) < CHUNK {
            return Ok((found, end.max(after)));
        }
    }
    Ok((found, query.after))
}

/// The body of a request, and whether it is one for several events.
fn written(webhook: &Webhook, mut events: Vec<Value>) -> (String, bool) {
    match events.pop() {
        Some(event) if webhook.batch == 1 => (event.to_string(), false),
        last => {
            events.extend(last);
            (Value::Array(events).to_string(), true)
        }
    }
}

fn message(call: &Call<'_>, webhook: &Webhook, progress: &Progress, what: What, body: String, batch: bool) -> Message {
    let now = call.now.as_millisecond();
    let seconds = call.now.as_second();
    let id = match what {
        What::Test => format!("msg_{}_test_{now}", webhook.id),
        What::Letter { upto } | What::Next { upto, .. } => format!("msg_{}_{upto}", webhook.id),
    };
    let valid = progress.secrets.iter().filter(|secret| secret.until.is_none_or(|until| until > now));
    let signatures: Vec<String> = valid.map(|secret| signature::sign(&secret.text, &id, seconds, &body)).collect();
    let kind = if batch { "application/cloudevents-batch+json" } else { "application/cloudevents+json" };
    let headers = vec![
        ("content-type", format!("{kind}; charset=utf-8")),
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    Message { url: webhook.url.clone(), headers, body, webhook: webhook.id, what }
}

/// Notes what came of a message. One that was not expected any more, since another process has sent it meanwhile or the
/// webhook is gone, changes nothing.
pub async fn settle(app: &Arc<App>, message: &Message, outcome: Outcome) -> Result<()> {
    let (webhook, what) = (message.webhook, message.what);
    endpoint::system(app, move |call, ok| {
        let outcome = outcome.clone();
        Box::pin(async move {
            if find(call, webhook).await?.is_none() {
                return Ok(());
            }
            let (retries, now) = (call.app.settings.webhook_retries.clone(), call.now.as_millisecond());
            let drawn = call.app.environment.random().first().copied().unwrap_or_default();
            let gone = outcome == Outcome::Gone;
            change(call, ok, webhook, move |progress| {
                progress.last.time = now;
                match outcome {
                    Outcome::Delivered => progress.delivered(what),
                    // What it did not take stays the next, should somebody switch it on again.
                    Outcome::Gone => "the receiver answers 410".clone_into(&mut progress.last.failure),
                    Outcome::Failed(failure) => progress.failed(what, &failure, &retries, drawn),
                }
            })
            .await?;
            if gone || get(call, webhook).await?.dead.len() >= MOST_DEAD {
                switch_off(call, ok, webhook).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Notes that nothing up to a number is wanted, so that it is not read again.
pub async fn skip(app: &Arc<App>, webhook: i64, upto: i64) -> Result<()> {
    endpoint::system(app, move |call, ok| {
        Box::pin(async move {
            if find(call, webhook).await?.is_none() {
                return Ok(());
            }
            change(call, ok, webhook, |progress| progress.cursor = progress.cursor.max(upto)).await
        })
    })
    .await
}
