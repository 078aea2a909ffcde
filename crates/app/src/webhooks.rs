//! Webhooks: who is told of changes by HTTP, and of which (Relata's own API).
//!
//! What is sent is an event of the change log in the form of `CloudEvents` 1.0 with a signature of Standard Webhooks. Nothing
//! is queued: how far a webhook was told is a number of the log ([`delivery`]), so nothing is lost and nothing is held for
//! one whose receiver is away. Connections are the binary's business.

pub mod delivery;
mod event;
pub mod signature;

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models::{self, Found};
use crate::permission::{Granted, Resource as Touched};
use crate::repo::{self, Key, Stored};
use delivery::{Letter, Progress, State};
use event::Wanted;
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { Relata;
    /// Create a webhook; the answer shows its secret, this once. It is told of what changes from now on.
    ///
    /// `events` are `instance.created`, `association.*` or `*`; `models` restricts instances, attributes and more to models
    /// and links to associations; of updates only those that change one of `fields` are told. `batch` is how many events one
    /// request may hold.
    relata_create_webhook = POST "/webhooks/create", Administrate, Write => create;
    /// Search webhooks, with how far each was told and what could not be delivered.
    relata_search_webhook = POST "/webhooks/search", Administrate, Read => search;
    /// Change a webhook; `rotate_secret` answers a new secret, beside which the old one signs for another day.
    relata_update_webhook = POST "/webhooks/update", Administrate, Write => update;
    /// Delete a webhook.
    relata_delete_webhook = POST "/webhooks/delete", Administrate, Write => delete;
    /// Send a test event; what came of it is in the search.
    relata_test_webhook = POST "/webhooks/test", Administrate, Write => test;
    /// Send again, or discard, what could not be delivered: one event by its `upto`, or all.
    relata_resend_webhook = POST "/webhooks/resend", Administrate, Write => resend;
}

/// Most webhooks.
const MOST: usize = 100;
/// Most events in one request.
const LARGEST_BATCH: i64 = 100;
/// Most members of each list, and most characters of an address.
const LONGEST_LIST: usize = 100;
const LONGEST_URL: usize = 2048;
/// How long an old secret signs beside the new one, in milliseconds.
const ROTATION: i64 = 24 * 3_600_000;

/// A webhook.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Webhook {
    /// Numeric id.
    id: i64,
    /// Unique.
    name: String,
    /// Where to send, `http` or `https`.
    url: String,
    /// Which events: `*`, `instance.*`, or one such as `instance.create`.
    events: Vec<String>,
    /// Textual ids of the models that the events are about; all when it is empty.
    models: Vec<String>,
    /// Names of the members of instances to send; all when it is empty.
    fields: Vec<String>,
    /// Most events in one message; with 1 a message is the event itself, else a list.
    batch: i64,
    /// Events are sent to it.
    active: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

repo::entity! { Webhook: Webhooks, Webhook,
    name |it| it.name.as_str(),
    scope |_| "",
    keys |it| vec![Key::new(rule::WEBHOOK_NAME, "name", [it.name.as_str()])]
}

impl Webhook {
    fn wanted(&self) -> Wanted<'_> {
        Wanted { events: &self.events, models: &self.models, fields: &self.fields }
    }

    fn check(&self) -> Result<()> {
        models::check_name("name", &self.name)?;
        check_url(&self.url)?;
        if self.events.is_empty() {
            return Err(Error::required("events").hint("such as [\"instance.*\"] or [\"*\"]"));
        }
        if let Some(unknown) = self.events.iter().find(|it| !event::is_known(it)) {
            return Err(Error::invalid("events").hint(format!("{unknown:?} is no event")));
        }
        for (name, list) in [("events", &self.events), ("models", &self.models), ("fields", &self.fields)] {
            if list.len() > LONGEST_LIST {
                return Err(Error::new(Code::TooManyItems).arg(name).arg(LONGEST_LIST));
            }
        }
        if !(1..=LARGEST_BATCH).contains(&self.batch) {
            return Err(Error::invalid("batch").hint(format!("it is a number from 1 to {LARGEST_BATCH}")));
        }
        Ok(())
    }
}

/// An address that can be sent to: `http` or `https`, with a host, without user and password, which would be shown.
fn check_url(url: &str) -> Result<()> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let place = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let good = |place: &str| !place.is_empty() && !place.starts_with(':') && !place.contains('@');
    let plain = url.len() <= LONGEST_URL && url.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && place.is_some_and(good) {
        return Ok(());
    }
    Err(Error::invalid("url").hint("it is an address such as https://example.org/hook, in ASCII, without a user"))
}

/// All inputs here touch the system as a whole.
macro_rules! system_inputs {
    ($($type:ident),*) => { $(
        impl Input for $type {
            fn resources(&self) -> Vec<Touched> {
                vec![Touched::System]
            }
        }
    )* };
}

system_inputs!(Create, Everything, Update, Named, Resend);

/// No condition.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Everything {}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "name": "inventory",
    "url": "https://example.org/hook",
    "events": ["instance.*"],
    "models": ["switch"],
}]))]
struct Create {
    /// Name.
    name: String,
    /// Where to send, `http` or `https`.
    url: String,
    /// Which events: `*`, `instance.*`, or one such as `instance.create`.
    events: Vec<String>,
    /// Textual ids of the models that the events are about; all when it is empty.
    models: Vec<String>,
    /// Names of the members of instances to send; all when it is empty.
    fields: Vec<String>,
    /// Most events in one message, 1 when it is left out; with 1 a message is the event itself, else a list.
    batch: Option<i64>,
    /// What messages are signed with, such as `whsec_…`; made when it is left out.
    secret: String,
}

/// What a creation or a rotation answers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookSecret")]
struct Shown {
    /// Numeric id.
    id: i64,
    /// What messages are signed with; only where a new one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<Shown> {
    let webhook = Webhook {
        name: input.name.clone(),
        url: input.url.clone(),
        events: input.events.clone(),
        models: input.models.clone(),
        fields: input.fields.clone(),
        batch: input.batch.unwrap_or(1),
        active: true,
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Webhook::default()
    };
    webhook.check()?;
    if !input.secret.is_empty() {
        signature::check(&input.secret)?;
    }
    if repo::find::<Webhook>(call, Filter::everything()).await?.len() >= MOST {
        return Err(Error::new(Code::TooManyItems).arg("webhooks").arg(MOST));
    }
    let secret = if input.secret.is_empty() { new_secret(call) } else { input.secret.clone() };
    let webhook = repo::create(call, ok, webhook).await?;
    let cursor = call.log_end().await?;
    delivery::begin(call, ok, Progress::new(webhook.id, cursor, secret.clone())).await?;
    Ok(Shown { id: webhook.id, secret: Some(secret) })
}

fn new_secret(call: &Call<'_>) -> String {
    signature::secret_of(&call.app.environment.random())
}

/// A webhook, and how far it was told.
#[derive(Debug, Serialize, JsonSchema)]
struct WebhookWithState {
    #[serde(flatten)]
    webhook: Webhook,
    /// How far it was told.
    state: Option<State>,
}

async fn search(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<WebhookWithState>> {
    let progress = delivery::all(call).await?;
    let mut info = Vec::new();
    for webhook in repo::find::<Webhook>(call, Filter::everything()).await? {
        let state = progress.iter().find(|it| it.webhook == webhook.entity.id).map(Progress::shown);
        info.push(WebhookWithState { webhook: webhook.entity, state });
    }
    Ok(Found { count: u64::try_from(info.len()).unwrap_or(u64::MAX), info })
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"id": 1, "active": true, "batch": 10}]))]
struct Update {
    /// Numeric id.
    id: Number,
    /// Name.
    name: Option<String>,
    /// Where to send, `http` or `https`.
    url: Option<String>,
    /// Which events: `*`, `instance.*`, or one such as `instance.create`.
    events: Option<Vec<String>>,
    /// Textual ids of the models that the events are about; all when it is empty.
    models: Option<Vec<String>>,
    /// Names of the members of instances to send; all when it is empty.
    fields: Option<Vec<String>>,
    /// Most events in one message; with 1 a message is the event itself, else a list.
    batch: Option<i64>,
    /// Whether events are sent to it.
    active: Option<bool>,
    /// Make a new secret, and answer it.
    rotate_secret: bool,
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<Shown> {
    let old = existing(call, &input.id).await?;
    let mut new = old.entity.clone();
    macro_rules! take {
        ($($field:ident),*) => { $( if let Some(value) = &input.$field { new.$field.clone_from(value); } )* };
    }
    take!(name, url, events, models, fields, batch, active);
    new.check()?;
    let (before, after) = (repo::document(&old.entity)?, repo::document(&new)?);
    if before != after {
        let sent = after.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect();
        repo::update(call, ok, Action::Update, &old, &new, sent).await?;
    }
    let mut shown = Shown { id: new.id, secret: None };
    if input.rotate_secret {
        let secret = new_secret(call);
        shown.secret = Some(secret.clone());
        let until = call.now.as_millisecond() + ROTATION;
        delivery::change(call, ok, new.id, move |progress| progress.rotate(secret, until)).await?;
    }
    if input.active == Some(true) {
        // Who switches it on wants to see it try now.
        delivery::change(call, ok, new.id, |progress| progress.not_before = 0).await?;
    }
    Ok(shown)
}

/// A webhook by its id.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Named {
    /// Numeric id.
    id: Number,
}

async fn existing(call: &mut Call<'_>, id: &Number) -> Result<Stored<Webhook>> {
    let id = id.required(Code::ParamNotInteger, "id")?;
    repo::get::<Webhook>(call, id).await?.ok_or_else(|| Error::refers_to_nothing("id"))
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let old = existing(call, &input.id).await?;
    delivery::end(call, ok, old.entity.id).await?;
    repo::delete(call, ok, &[old.entity]).await
}

async fn test(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let id = existing(call, &input.id).await?.entity.id;
    delivery::change(call, ok, id, |progress| progress.test = true).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Resend {
    /// Numeric id.
    id: Number,
    /// The number by which the search calls what was not delivered; all when it is left out.
    upto: Option<i64>,
    /// Forget it in place of sending it again.
    discard: bool,
}

/// What is sent again, or was discarded.
#[derive(Debug, Serialize, JsonSchema)]
struct Resent {
    /// How many events.
    count: usize,
}

async fn resend(call: &mut Call<'_>, ok: Granted, input: &Resend) -> Result<Resent> {
    let id = existing(call, &input.id).await?.entity.id;
    let (upto, discard) = (input.upto, input.discard);
    let chosen = move |letter: &Letter| upto.is_none_or(|upto| upto == letter.upto);
    let count = delivery::get(call, id).await?.dead.iter().filter(|it| chosen(it)).count();
    if count == 0 {
        return Err(Error::refers_to_nothing("upto").hint("no such event is undelivered"));
    }
    let change = move |progress: &mut Progress| {
        if discard {
            progress.dead.retain(|letter| !chosen(letter));
        } else {
            progress.dead.iter_mut().filter(|letter| chosen(letter)).for_each(|letter| letter.resend = true);
        }
    };
    delivery::change(call, ok, id, change).await?;
    Ok(Resent { count })
}

/// Switches a webhook off whose receiver says that it is gone, or that has too much undelivered.
async fn switch_off(call: &mut Call<'_>, ok: Granted, id: i64) -> Result<()> {
    let Some(old) = repo::get::<Webhook>(call, id).await?.filter(|it| it.entity.active) else { return Ok(()) };
    let new = Webhook { active: false, ..old.entity.clone() };
    repo::update(call, ok, Action::Update, &old, &new, Map::from_iter([("active".to_owned(), false.into())])).await
}
