//! Events of the API (events.md §1): the change log from a cursor or a time on, for one kind of resource.
//!
//! Nothing is written for them and nothing expires: the log is kept for ever, and a cursor is a number in it. How far back a
//! caller without a cursor may begin is a setting. A look never waits; the adapter does, and looks again.

use crate::audit::{Past, records};
use crate::call::{Call, Followed};
use crate::changes::check_cursor;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource as Touched};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::model::is_inner;
use relata_model::store::ChangeQuery;
use relata_model::{ACCOUNT, Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

crate::endpoints! { V3;
    /// Follow the changes of a kind of resource, from a cursor, a time or now on; waits up to 20 seconds for the next one.
    resource_watch = POST "/event/watch/resource/{bk_resource}", InstanceView, Follow => watch;
}

/// Most events in one answer.
const MAX: usize = 200;

/// Rows of the log read at a time, and at the most in one look; who waits goes on behind them.
const CHUNK: u64 = 50;
const CHUNKS: usize = 100;

/// Stands for the oldest event that is kept; clients store it (events.md §1.2).
const NO_EVENT: &str = "MQ0xDTVlYTZkM2YzOTRjMWY1ZDk4NmU5YmQ4Ng1ub0V2ZW50DTENMQ0=";

/// What can be watched.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    /// The number in cursors.
    number: u8,
    of: Of,
    /// Callers have to say which fields they want.
    with_fields: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Instances of a built-in model.
    Model(&'static str),
    /// Instances of levels of the business topology that are not built in.
    Levels,
    /// Instances of all other models.
    General,
    Links,
}

const KINDS: &[Kind] = &[
    kind("host", 2, Of::Model("host"), true),
    kind("biz", 4, Of::Model("biz"), true),
    kind("set", 5, Of::Model("set"), true),
    kind("module", 6, Of::Model("module"), true),
    kind("object_instance", 8, Of::General, false),
    kind("process", 9, Of::Model("process"), false),
    kind("mainline_instance", 12, Of::Levels, false),
    kind("inst_asst", 13, Of::Links, false),
    kind("biz_set", 14, Of::Model("bk_biz_set_obj"), false),
    kind("plat", 16, Of::Model("plat"), false),
    kind("project", 22, Of::Model("bk_project"), false),
];

const fn kind(name: &'static str, number: u8, of: Of, with_fields: bool) -> Kind {
    Kind { name, number, of, with_fields }
}

impl Kind {
    fn has_parts(&self) -> bool {
        matches!(self.of, Of::General | Of::Levels | Of::Links)
    }

    /// The cursor of a record.
    fn cursor(&self, seq: i64) -> String {
        STANDARD.encode(format!("1\r{}\r{seq}", self.number))
    }

    /// The number of the record that a cursor names; 0 for [`NO_EVENT`].
    fn number_of(&self, cursor: &str) -> Result<i64> {
        if cursor == NO_EVENT {
            return Ok(0);
        }
        let read = || {
            let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
            let seq = text.strip_prefix(&format!("1\r{}\r", self.number))?.parse().ok()?;
            (seq >= 0).then_some(seq)
        };
        read().ok_or_else(|| Error::new(Code::CursorUnknown).hint(format!("it is no cursor of {}", self.name)))
    }

    /// The rows of the log that may hold events.
    fn query(&self) -> ChangeQuery {
        let resources = vec![if self.of == Of::Links { Resource::Link } else { Resource::Instance }];
        let scope = if let Of::Model(model) = self.of { Some(model.to_owned()) } else { None };
        ChangeQuery { resources, scope, settled: true, limit: Some(CHUNK), ..ChangeQuery::default() }
    }
}

/// What to watch.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_resource": "object_instance",
    "bk_event_types": ["create", "update"],
    "bk_filter": {"bk_sub_resource": "switch"},
    "bk_cursor": "MQ0xDTVlYTZkM2YzOTRjMWY1ZDk4NmU5YmQ4Ng1ub0V2ZW50DTENMQ0=",
}]))]
struct Watch {
    /// What to watch: `object_instance`, `mainline_instance`, `inst_asst`, or one of the built-in models, such as `host`.
    #[serde(rename = "bk_resource")]
    resource: String,
    /// Which events: `create`, `update`, `delete`; all when it is empty.
    #[serde(rename = "bk_event_types")]
    types: Vec<String>,
    /// Members of the instances to answer, all when it is empty; `host`, `biz`, `set` and `module` need some.
    #[serde(rename = "bk_fields")]
    fields: Vec<String>,
    /// Begin after this time, in seconds since 1970; not together with a cursor.
    #[serde(rename = "bk_start_from")]
    start: i64,
    /// Go on after this event; waits up to 20 seconds for one. Without cursor and time the newest event is answered.
    #[serde(rename = "bk_cursor")]
    cursor: String,
    /// Narrows what is watched.
    #[serde(rename = "bk_filter")]
    filter: Part,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Part {
    /// Textual id of a model: only its instances, or links with it at one end.
    bk_sub_resource: String,
}

impl Input for Watch {
    fn resources(&self) -> Vec<Touched> {
        let part = &self.filter.bk_sub_resource;
        vec![if part.is_empty() { Touched::System } else { Touched::Model(part.clone()) }]
    }
}

/// Events, or where to go on.
#[derive(Debug, Serialize, JsonSchema)]
struct Watched {
    /// Whether there are events; else the one in the list says where to go on only.
    #[serde(rename = "bk_watched")]
    found: bool,
    /// The events, oldest first.
    #[serde(rename = "bk_events")]
    events: Vec<Event>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Event {
    /// Names the event, to go on after it.
    #[serde(rename = "bk_cursor")]
    cursor: String,
    /// What is watched.
    #[serde(rename = "bk_resource")]
    resource: &'static str,
    /// `create`, `update` or `delete`; empty where there is no event.
    #[serde(rename = "bk_event_type")]
    action: &'static str,
    /// The instance or the link; null where there is no event.
    #[serde(rename = "bk_detail")]
    detail: Option<Value>,
}

/// A request that was checked.
struct Asked<'i> {
    kind: &'static Kind,
    actions: Vec<Action>,
    fields: &'i [String],
    /// Only of this model, or with this model at one end.
    part: &'i str,
}

fn refused(hint: impl Into<String>) -> Error {
    Error::new(Code::Unrecognized).hint(hint)
}

impl Watch {
    /// The checks of events.md §1.1, in their order.
    fn asked(&self) -> Result<Asked<'_>> {
        let action = |name: &String| {
            let known = [Action::Create, Action::Update, Action::Delete].into_iter().find(|it| it.name() == name);
            known.ok_or_else(|| refused(format!("unsupported event type {name:?}; use create, update or delete")))
        };
        let actions = self.types.iter().map(action).collect::<Result<Vec<_>>>()?;
        let kind = KINDS.iter().find(|kind| kind.name == self.resource);
        if kind.is_some_and(|kind| kind.with_fields) && self.fields.is_empty() {
            return Err(refused(format!("{} event must have fields", self.resource)));
        }
        if self.start != 0 && !self.cursor.is_empty() {
            return Err(refused("give either bk_start_from or bk_cursor"));
        }
        let part = self.filter.bk_sub_resource.as_str();
        if !part.is_empty() && kind.is_none_or(|kind| !kind.has_parts()) {
            return Err(refused(format!("{} has no sub resources", self.resource)));
        }
        let kind = kind.ok_or_else(|| refused(format!("{:?} cannot be watched", self.resource)))?;
        Ok(Asked { kind, actions, fields: &self.fields, part })
    }
}

async fn watch(call: &mut Call<'_>, _ok: Granted, input: &Watch) -> Result<Watched> {
    let asked = input.asked()?;
    let end = call.log_end().await?;
    let oldest = (call.now - call.app.settings.history).as_millisecond();
    if !input.cursor.is_empty() {
        let given = asked.kind.number_of(&input.cursor)?;
        check_cursor(given, end)?;
        let from = if given == 0 { Some(oldest) } else { None };
        let after = call.request.following.after.unwrap_or(given);
        let query = ChangeQuery { after, before: end + 1, from, ..asked.query() };
        let (events, upto) = asked.events(call, query, MAX).await?;
        call.followed = Some(Followed { upto, nothing: events.is_empty(), items: Vec::new() });
        return Ok(if events.is_empty() { asked.nothing(upto) } else { Watched { found: true, events } });
    }
    let newest = asked.newest(call, end).await?;
    if input.start == 0 {
        return Ok(asked.only(newest));
    }
    // Times are given in seconds.
    let start = input.start.saturating_mul(1000);
    if start < oldest || start > call.now.as_millisecond() {
        let days = call.app.settings.history.as_hours() / 24;
        return Err(Error::invalid("bk_start_from").hint(format!("it is a time of the last {days} days")));
    }
    match &newest {
        Some((time, _)) if *time > start => {}
        Some(_) | None => return Ok(asked.only(newest)),
    }
    let query = ChangeQuery { before: end + 1, from: Some(start + 1), ..asked.query() };
    let (events, upto) = asked.events(call, query, MAX).await?;
    Ok(if events.is_empty() { asked.nothing(upto) } else { Watched { found: true, events } })
}

impl Asked<'_> {
    /// The rows of the log that may hold what is asked for.
    fn query(&self) -> ChangeQuery {
        let mut query = ChangeQuery { actions: self.actions.clone(), ..self.kind.query() };
        if query.scope.is_none() && self.kind.of != Of::Links && !self.part.is_empty() {
            query.scope = Some(self.part.to_owned());
        }
        query
    }

    /// Nothing was found up to a number.
    fn nothing(&self, upto: i64) -> Watched {
        let cursor = if upto == 0 { NO_EVENT.to_owned() } else { self.kind.cursor(upto) };
        let event = Event { cursor, resource: self.kind.name, action: "", detail: None };
        Watched { found: false, events: vec![event] }
    }

    /// The newest event when it is one that is asked for, else where the beginning is.
    fn only(&self, newest: Option<(i64, Option<Event>)>) -> Watched {
        match newest.and_then(|(_, event)| event) {
            Some(event) => Watched { found: true, events: vec![event] },
            None => self.nothing(0),
        }
    }

    /// The time of the newest record of the kind, and its event when it is one that is asked for.
    async fn newest(&self, call: &mut Call<'_>, end: i64) -> Result<Option<(i64, Option<Event>)>> {
        let whole = Asked { kind: self.kind, actions: Vec::new(), fields: self.fields, part: "" };
        let mut query = ChangeQuery { before: end + 1, newest_first: true, ..self.kind.query() };
        for _ in 0..CHUNKS {
            let sets = call.tx.changes(&query).await?;
            for set in &sets {
                query.before = set.seq;
                if whole.of_set(call, set, i64::MIN).await?.pop().is_none() {
                    continue;
                }
                let matches = self.actions.is_empty() || self.actions.contains(&set.action);
                let event = if matches { self.of_set(call, set, i64::MIN).await?.pop() } else { None };
                return Ok(Some((set.time, event)));
            }
            if (sets.len() as u64) < CHUNK {
                break;
            }
        }
        Ok(None)
    }

    /// At most so many events that a query finds, and the number up to which everything was looked at. `query.before` is
    /// one past the end of the log.
    async fn events(&self, call: &mut Call<'_>, mut query: ChangeQuery, most: usize) -> Result<(Vec<Event>, i64)> {
        let mut found = Vec::new();
        for _ in 0..CHUNKS {
            let sets = call.tx.changes(&query).await?;
            for set in &sets {
                found.extend(self.of_set(call, set, query.after).await?);
                query.after = set.last();
                if found.len() >= most {
                    // The rest of the set comes with the next look, from the cursor of the last event on.
                    found.truncate(most);
                    return Ok((found, query.after));
                }
            }
            if (sets.len() as u64) < CHUNK {
                return Ok((found, query.before - 1));
            }
        }
        Ok((found, query.after))
    }

    /// The events of a row of the log whose numbers are larger.
    async fn of_set(&self, call: &mut Call<'_>, set: &ChangeSet, after: i64) -> Result<Vec<Event>> {
        if self.kind.of == Of::Links {
            return self.of_links(call, set, after).await;
        }
        let schema = call.schema().await?;
        let is_level = !is_inner(&set.scope) && schema.model(&set.scope).is_some_and(|model| model.mainline);
        let is_of_kind = match self.kind.of {
            Of::General => !is_inner(&set.scope) && !is_level,
            Of::Levels => is_level,
            Of::Model(_) | Of::Links => true,
        };
        if !is_of_kind || !(self.part.is_empty() || self.part == set.scope) {
            return Ok(Vec::new());
        }
        let newer = (set.seq..).zip(records::<Record>(set)?).filter(|(seq, _)| *seq > after);
        Ok(newer
            .map(|(seq, record)| self.event(set, seq, record.after.or(record.before).unwrap_or_default()))
            .collect())
    }

    async fn of_links(&self, call: &mut Call<'_>, set: &ChangeSet, after: i64) -> Result<Vec<Event>> {
        let schema = call.schema().await?;
        let past;
        let association = if let Some(present) = schema.associations.get(&set.scope) {
            present.association.as_ref()
        } else {
            past = Past::read(call).await?;
            let Some(past) = past.association(set) else { return Ok(Vec::new()) };
            past
        };
        if !self.part.is_empty() && association.source != self.part && association.target != self.part {
            return Ok(Vec::new());
        }
        let detail = |LinkRecord(id, source, target)| {
            let detail = json!({
                "id": id, "bk_inst_id": source, "bk_obj_id": association.source,
                "bk_asst_inst_id": target, "bk_asst_obj_id": association.target,
                "bk_obj_asst_id": set.scope, "bk_asst_id": association.kind, "bk_supplier_account": ACCOUNT,
            });
            if let Value::Object(detail) = detail { detail } else { Map::new() }
        };
        let newer = (set.seq..).zip(records::<LinkRecord>(set)?).filter(|(seq, _)| *seq > after);
        Ok(newer.map(|(seq, record)| self.event(set, seq, detail(record))).collect())
    }

    fn event(&self, set: &ChangeSet, seq: i64, mut detail: Map) -> Event {
        if !self.fields.is_empty() {
            let field = |name: &String| (name.clone(), detail.remove(name).unwrap_or_default());
            detail = self.fields.iter().map(field).collect();
        }
        let (cursor, action) = (self.kind.cursor(seq), set.action.name());
        Event { cursor, resource: self.kind.name, action, detail: Some(Value::Object(detail)) }
    }
}
