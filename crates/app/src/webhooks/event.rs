//! Events for webhooks: which of the change log a webhook wants, and how they are written (`CloudEvents` 1.0, structured).

use crate::changes::shown;
use jiff::Timestamp;
use relata_model::Result;
use relata_model::change::{Action, ChangeSet, Resource};
use serde_json::{Map, Value, json};

/// What all types begin and end with.
const TYPE: (&str, &str) = ("io.relata.", ".v1");

/// Where events come from.
const SOURCE: &str = "/relata";

/// What a change is about, as types of events name it.
const fn thing(resource: Resource) -> &'static str {
    if matches!(resource, Resource::Instance) {
        "instance"
    } else if matches!(resource, Resource::Link) {
        "association"
    } else {
        resource.name()
    }
}

const fn happened(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Stop => "stopped",
        Action::Resume => "resumed",
    }
}

/// Whether a text can be one of [`Wanted::events`].
pub(super) fn is_known(pattern: &str) -> bool {
    pattern == "*"
        || Resource::ALL.iter().any(|it| {
            let rest = pattern.strip_prefix(thing(*it)).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest == "*" || Action::ALL.iter().any(|it| happened(*it) == rest))
        })
}

/// Which events a webhook wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'w> {
    /// `instance.created`, `instance.*`, `*`.
    pub(super) events: &'w [String],
    /// Scopes; empty for all.
    pub(super) models: &'w [String],
    /// Of updates only those that change one of these; empty for all.
    pub(super) fields: &'w [String],
}

impl Wanted<'_> {
    fn wants(&self, set: &ChangeSet) -> bool {
        let is_one = |pattern: &String| {
            let (resource, action) = pattern.split_once('.').unwrap_or((pattern, "*"));
            (resource == "*" || resource == thing(set.resource)) && (action == "*" || action == happened(set.action))
        };
        self.events.iter().any(is_one) && (self.models.is_empty() || self.models.contains(&set.scope))
    }

    /// The events of a row of the log after a number, each with its number.
    pub(super) fn events(&self, set: &ChangeSet, after: i64) -> Result<Vec<(i64, Value)>> {
        if !self.wants(set) {
            return Ok(Vec::new());
        }
        let mut events = Vec::new();
        for (seq, change) in shown(set)?.into_iter().filter(|(seq, _)| *seq > after) {
            let event = Event::of(set, seq, change);
            let is_wanted = self.fields.is_empty()
                || set.action != Action::Update
                || event.changed.iter().any(|field| self.fields.contains(field));
            if is_wanted {
                events.push((seq, event.written(set)));
            }
        }
        Ok(events)
    }
}

struct Event {
    seq: i64,
    subject: i64,
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
    changed: Vec<String>,
}

impl Event {
    fn of(set: &ChangeSet, seq: i64, mut change: Value) -> Self {
        let mut record = change.get_mut("record").map(Value::take).unwrap_or_default();
        let subject = record.get("id").and_then(Value::as_i64).unwrap_or_default();
        let (before, after) = if set.resource == Resource::Link {
            let Value::Object(mut link) = record else {
                return Self { seq, subject, before: None, after: None, changed: Vec::new() };
            };
            link.insert("association".to_owned(), set.scope.as_str().into());
            if set.action == Action::Delete { (Some(link), None) } else { (None, Some(link)) }
        } else {
            let mut take = |name: &str| match record.get_mut(name)?.take() {
                Value::Object(doc) => Some(doc),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
            };
            (take("before"), take("after"))
        };
        let changed = match (&before, &after) {
            (Some(old), Some(new)) => {
                let gone = old.keys().filter(|field| !new.contains_key(*field));
                let differs =
                    new.iter().filter(|(field, value)| old.get(*field) != Some(value)).map(|(field, _)| field);
                gone.chain(differs).cloned().collect()
            }
            (_, _) => Vec::new(),
        };
        Self { seq, subject, before, after, changed }
    }

    fn written(self, set: &ChangeSet) -> Value {
        let (thing, happened) = (thing(set.resource), happened(set.action));
        let scope = if set.scope.is_empty() { thing } else { set.scope.as_str() };
        let data = json!({
            "scope": set.scope, "before": self.before, "after": self.after, "changed": self.changed,
            "actor": set.actor.user, "app": set.actor.app, "request_id": set.actor.request, "cursor": self.seq,
        });
        let kind = format!("{thing}.{happened}");
        cloud_event(&self.seq.to_string(), &kind, &format!("{scope}/{}", self.subject), set.time, &data)
    }
}

/// An event that nothing has happened for.
pub(super) fn test(now: i64) -> Value {
    cloud_event(&format!("test-{now}"), "webhook.test", "webhook/test", now, &json!({}))
}

fn cloud_event(id: &str, kind: &str, subject: &str, milliseconds: i64, data: &Value) -> Value {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": format!("{}{kind}{}", TYPE.0, TYPE.1),
        "subject": subject, "time": time.to_string(), "datacontenttype": "application/json", "data": data,
    })
}
