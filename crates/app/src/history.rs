//! What became of an instance: its changes with those of its links, how it was at a time, and what differs between two
//! times (Relata's own API).
//!
//! All of it is read from the change log. An instance is found there by its id, so its states cost one look each. Links are
//! found by their association only: every row of the log about an association of the model is read, newest first, up to a
//! limit, beyond which a page ends early or a question is refused. Many instances or links at a time are in `searches`.

pub mod searches;

use crate::associations::link_queries::links_of;
use crate::audit::{Past, records};
use crate::call::Call;
use crate::changes::shown;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource as Touched};
use jiff::{Timestamp, tz::TimeZone};
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Map, Result, time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::endpoints! { Relata;
    /// The changes of an instance and of its links, newest first.
    ///
    /// `limit` is at most 200; `before` is the `before` of the answer before, until it is null. A page reads at most 5000 rows of
    /// the log about links, and may hold less than `limit` then.
    read_history = GET "/history/{model}/{id}", InstanceView, Read => read;
    /// An instance with its links, at the time `at` or now. Refused with 1199059 when more than 5000 rows of the log would have
    /// to be read for its links.
    read_instance_at = GET "/instances/{model}/{id}", InstanceView, Read => state;
    /// What differs in an instance and its links between the times `from` and `to` (now). Limited as read_instance_at is.
    read_instance_diff = GET "/diff/{model}/{id}", InstanceView, Read => diff;
    /// What differs in the instances of a model between the times `from` and `to` (now). At most 5000 rows of the log and 10000
    /// instances, else 1199059.
    read_model_diff = GET "/diff/{model}", InstanceView, Read => diff_of_model;
}

/// Changes in one answer: the default, and the most.
const PAGE: i64 = 50;
const LARGEST_PAGE: i64 = 200;

/// Rows of the log in one look, and in one answer.
const CHUNK: u64 = 200;
const MOST_ROWS: u64 = 5000;

/// Instances in one difference.
const MOST_INSTANCES: usize = 10_000;

/// An instance, and the part of the history that is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"model": "switch", "id": 1, "from": "2026-01-01 00:00:00"}]))]
struct Asked {
    /// Textual id of the model.
    model: String,
    /// Numeric id.
    id: Number,
    /// Changes in one answer, at most 200; 50 when it is left out.
    limit: Option<Number>,
    /// Only changes before this number, which the answer before gave.
    before: Option<Number>,
    /// A time; now when it is left out.
    at: String,
    /// The earlier time; has to be given.
    from: String,
    /// The later time; now when it is left out.
    to: String,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Touched> {
        match self.id.integer() {
            Some(id) => vec![Touched::Instances(self.model.clone(), vec![id])],
            None => vec![Touched::Model(self.model.clone())],
        }
    }
}

/// Reads a time; an empty one is none.
pub(crate) fn moment(name: &str, text: &str, zone: &TimeZone) -> Result<Option<i64>> {
    let unreadable = || Error::invalid(name).hint("times are RFC 3339 or YYYY-MM-DD hh:mm:ss");
    let read = (!text.is_empty()).then(|| time::parse(text, zone).ok_or_else(unreadable));
    Ok(read.transpose()?.map(Timestamp::as_millisecond))
}

impl Asked {
    fn instance(&self) -> Result<Of<'_>> {
        Ok(Of { model: &self.model, id: self.id.required(Code::ParamInvalid, "id")? })
    }

    /// The two times; the later one is now when it is not given.
    fn times(&self, call: &Call<'_>) -> Result<(i64, i64)> {
        let zone = &call.app.settings.zone;
        let from = moment("from", &self.from, zone)?.ok_or_else(|| Error::required("from"))?;
        let to = moment("to", &self.to, zone)?.unwrap_or(i64::MAX);
        if to < from { Err(Error::invalid("to").hint("it is before from")) } else { Ok((from, to)) }
    }
}

/// An instance.
#[derive(Clone, Copy, Debug)]
struct Of<'m> {
    model: &'m str,
    id: i64,
}

/// Changes, newest first, and where to go on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HistoryPage")]
struct Page {
    /// The changes, newest first.
    changes: Vec<Value>,
    /// Ask with it for the next page; null at the end.
    before: Option<i64>,
}

async fn read(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Page> {
    let of = input.instance()?;
    let number = |given: &Option<Number>, name, default| {
        given.as_ref().map_or(Ok(default), |given| given.required(Code::ParamInvalid, name))
    };
    let limit = number(&input.limit, "limit", PAGE)?;
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("limit is a number from 1 to {LARGEST_PAGE}")));
    }
    let before = number(&input.before, "before", i64::MAX)?;
    let most = usize::try_from(limit).unwrap_or(1);
    let query = ChangeQuery { before, newest_first: true, settled: true, ..ChangeQuery::default() };
    let own = ChangeQuery { limit: Some(limit.unsigned_abs()), ..of.query(&query) };
    let sets = call.tx.changes(&own).await?;
    // Below this number something may not have been read.
    let mut floor = if sets.len() < most { 0 } else { sets.last().map_or(0, |set| set.seq) };
    let mut found = BTreeMap::new();
    for set in &sets {
        found.extend(shown(set)?.into_iter().filter(|(_, change)| change.pointer("/record/id") == Some(&of.id.into())));
    }
    let links = link_changes(call, of.model, |id| id == of.id, &query, most).await?;
    floor = floor.max(links.floor);
    found.extend(links.found.into_iter().map(|link| (link.seq, link.shown)));
    let mut page = Page { changes: Vec::new(), before: (floor > 0).then_some(floor) };
    for (seq, change) in found.into_iter().rev().filter(|(seq, _)| *seq < before && *seq >= floor) {
        if page.changes.len() == most {
            break;
        }
        page.changes.push(change);
        if page.changes.len() == most {
            page.before = Some(seq);
        }
    }
    Ok(page)
}

/// A change of a link of an instance.
struct LinkChange {
    seq: i64,
    action: Action,
    association: String,
    link: LinkRecord,
    shown: Value,
}

/// Changes of links, and the number below which something may not have been read (0 when all was).
struct LinkChanges {
    found: Vec<LinkChange>,
    floor: i64,
}

impl LinkChanges {
    /// All of them, newest first; 1199059 where some were not read.
    fn all(mut self) -> Result<Vec<LinkChange>> {
        if self.floor > 0 {
            let hint = format!("too many links were changed since then: more than {MOST_ROWS} rows of the log to read");
            return Err(Error::new(Code::PageLimitTooLarge).hint(hint));
        }
        self.found.sort_by_key(|change| std::cmp::Reverse(change.seq));
        Ok(self.found)
    }
}

/// The changes of links of some instances of a model that a question finds, newest first: at least the newest `most`,
/// unless reading them takes too long.
async fn link_changes(
    call: &mut Call<'_>,
    model: &str,
    is_of: impl Fn(i64) -> bool,
    within: &ChangeQuery,
    most: usize,
) -> Result<LinkChanges> {
    let past = Past::read(call).await?;
    let is_end = |set: &ChangeSet, LinkRecord(_, source, target): LinkRecord| {
        past.association(set)
            .is_some_and(|it| (it.source == model && is_of(source)) || (it.target == model && is_of(target)))
    };
    let scopes = past.associations_of(model);
    let share = (MOST_ROWS / (scopes.len() as u64).max(1)).max(CHUNK);
    let mut all = LinkChanges { found: Vec::new(), floor: 0 };
    for scope in scopes {
        let (resources, scope) = (vec![Resource::Link], Some(scope));
        let mut query = ChangeQuery { resources, scope, limit: Some(CHUNK), ..within.clone() };
        let (mut count, mut rows) = (0, 0);
        loop {
            let sets = call.tx.changes(&query).await?;
            for set in &sets {
                query.before = set.seq;
                let links: Vec<LinkRecord> = records(set)?;
                for ((seq, shown), link) in shown(set)?.into_iter().zip(links).filter(|(_, link)| is_end(set, *link)) {
                    let (action, association) = (set.action, set.scope.clone());
                    all.found.push(LinkChange { seq, action, association, link, shown });
                    count += 1;
                }
            }
            rows += CHUNK;
            if (sets.len() as u64) < CHUNK {
                break;
            }
            if count >= most || rows >= share {
                all.floor = all.floor.max(query.before);
                break;
            }
        }
    }
    Ok(all)
}

impl Of<'_> {
    /// The question for the instance's own changes.
    fn query(&self, within: &ChangeQuery) -> ChangeQuery {
        let scope = Some(self.model.to_owned());
        ChangeQuery { resources: vec![Resource::Instance], scope, subject: Some(self.id), ..within.clone() }
    }

    /// The instance at the end of a time; `None` when there was none.
    async fn at(&self, call: &mut Call<'_>, until: i64) -> Result<Option<Map>> {
        let last = ChangeQuery { until: Some(until), newest_first: true, limit: Some(1), ..ChangeQuery::default() };
        let Some(set) = call.tx.changes(&self.query(&last)).await?.into_iter().next() else { return Ok(None) };
        let own = records::<Record>(&set)?.into_iter().rfind(|record| record.id == self.id);
        Ok(own.and_then(|record| record.after))
    }

    /// Its links at the end of a time, by id: those that it has now without what happened since.
    async fn links_at(&self, call: &mut Call<'_>, until: i64) -> Result<BTreeMap<i64, Value>> {
        let schema = call.schema().await?;
        let mut links = BTreeMap::new();
        for query in links_of(&schema, self.model, &[self.id]) {
            for link in call.tx.find_links(&query).await? {
                let association = schema.association_by_number(link.association);
                let association = association.map(|it| it.association.association_id.as_str()).unwrap_or_default();
                links.insert(link.id, link_shown(association, LinkRecord(link.id, link.source, link.target)));
            }
        }
        if until == i64::MAX {
            return Ok(links);
        }
        let since = ChangeQuery { from: Some(until + 1), newest_first: true, ..ChangeQuery::default() };
        let changes = link_changes(call, self.model, |id| id == self.id, &since, usize::MAX).await?;
        for change in changes.all()? {
            if change.action == Action::Delete {
                links.insert(change.link.0, link_shown(&change.association, change.link));
            } else {
                links.remove(&change.link.0);
            }
        }
        Ok(links)
    }
}

fn link_shown(association: &str, LinkRecord(id, source, target): LinkRecord) -> Value {
    json!({"id": id, "association": association, "source": source, "target": target})
}

async fn state(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Value> {
    let (of, at) = (input.instance()?, moment("at", &input.at, &call.app.settings.zone)?.unwrap_or(i64::MAX));
    let instance = of.at(call, at).await?;
    let instance = instance.ok_or_else(|| Error::new(Code::InstanceNotFound).hint("there was none at this time"))?;
    let links: Vec<Value> = of.links_at(call, at).await?.into_values().collect();
    Ok(json!({"instance": instance, "links": links}))
}

async fn diff(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Value> {
    let (of, (from, to)) = (input.instance()?, input.times(call)?);
    let (before, after) = (of.at(call, from).await?, of.at(call, to).await?);
    let (old, new) = (of.links_at(call, from).await?, of.links_at(call, to).await?);
    let without = |links: &BTreeMap<i64, Value>, others: &BTreeMap<i64, Value>| -> Vec<Value> {
        links.iter().filter(|(id, _)| !others.contains_key(id)).map(|(_, link)| link.clone()).collect()
    };
    let mut shown = difference(before.as_ref(), after.as_ref());
    shown.insert("links".to_owned(), json!({"added": without(&new, &old), "removed": without(&old, &new)}));
    Ok(Value::Object(shown))
}

/// What happened between two states, and the fields that differ, each with its value before and after.
fn difference(before: Option<&Map>, after: Option<&Map>) -> Map {
    let happened = match (before, after) {
        (None, Some(_)) => "created",
        (Some(_), None) => "deleted",
        (Some(old), Some(new)) if old != new => "updated",
        (_, _) => "same",
    };
    let none = Map::new();
    let (old, new) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let mut changed = Map::new();
    for field in old.keys().chain(new.keys()) {
        let (old, new) = (old.get(field), new.get(field));
        if old != new {
            changed.insert(field.clone(), json!([old, new]));
        }
    }
    Map::from_iter([("happened".to_owned(), happened.into()), ("changed".to_owned(), changed.into())])
}

/// An instance that was changed in a stretch of time: its last name, and its state before the first change and after the
/// last one.
#[derive(Default)]
struct Changed {
    name: String,
    before: Option<Map>,
    after: Option<Map>,
}

/// The instances of a model that were changed after a time and until another one; 1199059 where reading them takes too long.
async fn changed(call: &mut Call<'_>, model: &str, after: i64, until: i64) -> Result<BTreeMap<i64, Changed>> {
    let mut query = ChangeQuery {
        resources: vec![Resource::Instance],
        scope: Some(model.to_owned()),
        from: Some(after.saturating_add(1)),
        until: Some(until),
        limit: Some(CHUNK),
        ..ChangeQuery::default()
    };
    let mut instances: BTreeMap<i64, Changed> = BTreeMap::new();
    let mut rows = 0;
    loop {
        let sets = call.tx.changes(&query).await?;
        for set in &sets {
            query.after = set.last();
            for Record { id, name, before, after, .. } in records(set)? {
                let known = instances.entry(id).or_insert_with(|| Changed { before, ..Changed::default() });
                (known.name, known.after) = (name, after);
            }
        }
        rows += CHUNK;
        if (sets.len() as u64) < CHUNK {
            return Ok(instances);
        }
        if rows >= MOST_ROWS || instances.len() > MOST_INSTANCES {
            return Err(Error::new(Code::PageLimitTooLarge).hint("too much has changed; ask for a shorter time"));
        }
    }
}

async fn diff_of_model(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Value> {
    let (from, to) = input.times(call)?;
    let mut shown = Vec::new();
    for (id, Changed { name, before, after }) in changed(call, &input.model, from, to).await? {
        let mut one = difference(before.as_ref(), after.as_ref());
        if before != after {
            one.insert("id".to_owned(), id.into());
            one.insert("name".to_owned(), name.into());
            shown.push(Value::Object(one));
        }
    }
    Ok(json!({"count": shown.len(), "instances": shown}))
}
