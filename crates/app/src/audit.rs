//! The audit log: a reading of the change log in the form of the API (conventions.md §10).
//!
//! Nothing is written for it. A record's id is its number in the change log. Records of links carry ids only; the names of
//! their ends are looked up when they are shown: the instance's name, or the last one it had.

use crate::associations::link_queries::named_instances;
use crate::call::Call;
use crate::endpoint::Input;
use crate::models::Found;
use crate::permission::{Granted, Resource as Touched};
use crate::schema::{AssociationSchema, Schema};
use jiff::Timestamp;
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::page::Page;
use relata_model::store::ChangeQuery;
use relata_model::{ACCOUNT, Code, Error, Map, Result, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Search the audit log by time and more; answers summaries.
    list_operation_audit = POST "/findmany/audit_list", AuditView, Read => list;
    /// Audit records with their details, by id.
    find_audit_by_id = POST "/find/audit", AuditView, Read => find_by_id;
}

/// What the audit endpoints show. Association kinds and model associations are left out, as in the original.
const SHOWN: &[Resource] = &[
    Resource::Classification,
    Resource::Model,
    Resource::Attribute,
    Resource::AttributeGroup,
    Resource::UniqueRule,
    Resource::Instance,
    Resource::Link,
];

/// Largest page, and most ids in one call.
const MAX: i64 = 200;

/// Rows of the change log read at a time.
const CHUNK: u64 = 200;

/// Longest resource name, in bytes.
const MAX_NAME: usize = 256;

fn audit_type(resource: Resource) -> &'static str {
    match resource {
        Resource::Instance | Resource::Link => "model_instance",
        Resource::AssociationKind => "association_kind",
        Resource::Classification
        | Resource::Model
        | Resource::Attribute
        | Resource::AttributeGroup
        | Resource::UniqueRule
        | Resource::ModelAssociation => "model",
        Resource::User | Resource::Token | Resource::Application => "platform_setting",
    }
}

/// The audit types that a category stands for.
fn category(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "business" => Some(&["business_resource", "dynamic_grouping"]),
        "resource" => Some(&["business", "biz_set", "project", "model_instance", "cloud_resource", "kube"]),
        "host" => Some(&["host"]),
        "other" => {
            Some(&["model", "association_kind", "event", "dynamic_grouping", "platform_setting", "field_template"])
        }
        _ => None,
    }
}

/// What to search for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct List {
    condition: Condition,
    page: Page,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition {
    audit_type: String,
    user: String,
    resource_type: String,
    action: Vec<String>,
    operate_from: String,
    bk_biz_id: i64,
    resource_id: Option<Value>,
    resource_name: String,
    operation_time: Times,
    category: String,
    bk_obj_id: String,
    fuzzy_query: bool,
    #[serde(rename = "condition")]
    rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Times {
    start: String,
    end: String,
}

/// A rule on `user` or `resource_name`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rule {
    field: String,
    operator: String,
    value: Value,
}

impl Input for List {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

impl Rule {
    /// Checks the form: `in` and `not_in` with a list, `contains` with a text and for the name only.
    fn check(&self) -> Result<()> {
        let list = || self.value.as_array().is_some_and(|values| values.iter().all(Value::is_string));
        let right = match (self.field.as_str(), self.operator.as_str()) {
            ("user" | "resource_name", "in" | "not_in") => list(),
            ("resource_name", "contains") => self.value.is_string(),
            _ => false,
        };
        let hint = "rules are on user or resource_name, with in or not_in and a list of texts, or contains and a text";
        if right { Ok(()) } else { Err(Error::invalid("condition").hint(hint)) }
    }

    fn holds(&self, text: &str) -> bool {
        let listed = || self.value.as_array().is_some_and(|values| values.iter().any(|value| value == text));
        match self.operator.as_str() {
            "in" => listed(),
            "not_in" => !listed(),
            _ => self.value.as_str().is_some_and(|part| folded(text).contains(&folded(part))),
        }
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

impl Condition {
    /// The part of the condition that rows of the change log answer. `None` when nothing can match.
    fn query(&self, call: &Call<'_>) -> Result<Option<ChangeQuery>> {
        if self.operation_time.start.is_empty() && self.operation_time.end.is_empty() {
            return Err(Error::required("operation_time").hint("give a start or an end"));
        }
        let moment = |text: &str, rest: i64| -> Result<Option<i64>> {
            if text.is_empty() {
                return Ok(None);
            }
            let at = time::parse(text, &call.app.settings.zone);
            let at = at.ok_or_else(|| Error::invalid("operation_time").hint("times are YYYY-MM-DD hh:mm:ss"))?;
            Ok(Some(at.as_millisecond() + rest))
        };
        // Times are shown in whole seconds, so the end takes in the whole second.
        let (from, until) = (moment(&self.operation_time.start, 0)?, moment(&self.operation_time.end, 999)?);
        let by_members = !self.user.is_empty() || !self.resource_name.is_empty();
        if by_members && !self.rules.is_empty() {
            return Err(Error::invalid("condition").hint("give either user and resource_name or condition"));
        }
        self.rules.iter().try_for_each(Rule::check)?;
        let scoped = ["model_instance", "instance_association"].contains(&self.resource_type.as_str());
        if !self.bk_obj_id.is_empty() && !scoped {
            return Err(
                Error::invalid("bk_obj_id").hint("goes with resource_type model_instance or instance_association")
            );
        }
        let types = category(&self.category);
        let resources: Vec<Resource> = SHOWN
            .iter()
            .copied()
            .filter(|it| self.resource_type.is_empty() || it.name() == self.resource_type)
            .filter(|it| self.audit_type.is_empty() || audit_type(*it) == self.audit_type)
            .filter(|it| self.category.is_empty() || types.is_some_and(|types| types.contains(&audit_type(*it))))
            .collect();
        let actions: Vec<Action> = self.action.iter().filter_map(|name| Action::from_name(name)).collect();
        // No record has a business yet, and all are made by users.
        let elsewhere = self.bk_biz_id != 0 || !["", "user"].contains(&self.operate_from.as_str());
        if elsewhere || resources.is_empty() || (actions.is_empty() && !self.action.is_empty()) {
            return Ok(None);
        }
        let scope =
            (self.resource_type == "model_instance" && !self.bk_obj_id.is_empty()).then(|| self.bk_obj_id.clone());
        let user = (!self.user.is_empty()).then(|| self.user.clone());
        Ok(Some(ChangeQuery { from, until, resources, actions, scope, user, ..ChangeQuery::default() }))
    }

    /// True when every record of a row that [`Condition::query`] finds matches.
    fn is_of_rows(&self) -> bool {
        let links_of_model = self.resource_type == "instance_association" && !self.bk_obj_id.is_empty();
        self.resource_id.is_none() && self.resource_name.is_empty() && self.rules.is_empty() && !links_of_model
    }

    /// The part of the condition that a single record answers.
    fn holds(&self, entry: &Entry, user: &str) -> bool {
        let id = self.resource_id.as_ref().is_none_or(|id| {
            id.as_i64().or_else(|| id.as_str().and_then(|text| text.parse().ok())) == Some(entry.resource_id)
        });
        let name = self.resource_name.is_empty()
            || if self.fuzzy_query {
                folded(&entry.resource_name).contains(&folded(&self.resource_name))
            } else {
                entry.resource_name == self.resource_name
            };
        let model = self.resource_type != "instance_association"
            || self.bk_obj_id.is_empty()
            || entry.models.contains(&self.bk_obj_id);
        let rules =
            self.rules.iter().all(|rule| rule.holds(if rule.field == "user" { user } else { &entry.resource_name }));
        id && name && model && rules
    }
}

async fn list(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Found<Audit>> {
    if input.page.limit <= 0 {
        return Err(Error::invalid("limit").hint(format!("give a page.limit between 1 and {MAX}")));
    }
    if input.page.limit > MAX {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX} records a page")));
    }
    let Some(mut query) = input.condition.query(call)? else { return Ok(Found { count: 0, info: Vec::new() }) };
    query.newest_first = input.page.sort().first().is_some_and(|first| first.descending);
    query.limit = Some(CHUNK);
    let schema = call.schema().await?;
    let (start, end) = (input.page.start(), input.page.start() + input.page.limit.unsigned_abs());
    let of_rows = input.condition.is_of_rows();
    let mut count = 0;
    let mut info = Vec::new();
    loop {
        let sets = call.tx.changes(&query).await?;
        let Some(last) = sets.last() else { break };
        if query.newest_first {
            query.before = last.seq;
        } else {
            query.after = last.seq + last.count - 1;
        }
        let all_read = (sets.len() as u64) < CHUNK;
        for set in &sets {
            let size = set.count.unsigned_abs();
            if of_rows && (count + size <= start || count >= end) {
                count += size;
                continue;
            }
            let mut entries = entries(call, &schema, set).await?;
            if query.newest_first {
                entries.reverse();
            }
            for entry in entries {
                if !of_rows && !input.condition.holds(&entry, &set.actor.user) {
                    continue;
                }
                if (start..end).contains(&count) {
                    info.push(Audit::new(call, set, entry, false));
                }
                count += 1;
            }
        }
        if all_read {
            break;
        }
    }
    Ok(Found { count, info })
}

/// Ids of audit records.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FindById {
    id: Vec<i64>,
}

impl Input for FindById {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

async fn find_by_id(call: &mut Call<'_>, _ok: Granted, input: &FindById) -> Result<Vec<Audit>> {
    if input.id.is_empty() {
        return Err(Error::required("id"));
    }
    if input.id.len() as u64 > MAX.unsigned_abs() {
        return Err(Error::new(Code::TooManyItems).arg("id").arg(MAX));
    }
    let schema = call.schema().await?;
    let mut wanted: BTreeSet<i64> = input.id.iter().copied().filter(|id| *id > 0).collect();
    let mut found = Vec::new();
    while let Some(id) = wanted.first().copied() {
        let query = ChangeQuery { after: id - 1, limit: Some(1), ..ChangeQuery::default() };
        let Some(set) = call.tx.changes(&query).await?.into_iter().next() else { break };
        let rest = wanted.split_off(&(set.seq + set.count));
        if SHOWN.contains(&set.resource) {
            let entries = entries(call, &schema, &set).await?;
            let chosen = entries.into_iter().filter(|entry| wanted.contains(&entry.id));
            found.extend(chosen.map(|entry| Audit::new(call, &set, entry, true)));
        }
        wanted = rest;
    }
    Ok(found)
}

/// A record of the change log, before it is known whether it is shown.
struct Entry {
    id: i64,
    resource_id: i64,
    resource_name: String,
    detail: Value,
    /// For links: the two models.
    models: Vec<String>,
}

/// A record as callers see it.
#[derive(Debug, Serialize)]
struct Audit {
    id: i64,
    #[serde(rename = "audit_type")]
    kind: &'static str,
    bk_supplier_account: &'static str,
    user: String,
    resource_type: &'static str,
    action: &'static str,
    operate_from: &'static str,
    operation_detail: Option<Value>,
    operation_time: String,
    resource_id: i64,
    resource_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    rid: String,
}

impl Audit {
    fn new(call: &Call<'_>, set: &ChangeSet, entry: Entry, detailed: bool) -> Self {
        let at = Timestamp::from_millisecond(set.time).unwrap_or_default();
        let mut resource_name = entry.resource_name;
        resource_name.truncate(resource_name.floor_char_boundary(MAX_NAME));
        Self {
            id: entry.id,
            kind: audit_type(set.resource),
            bk_supplier_account: ACCOUNT,
            user: set.actor.user.clone(),
            resource_type: set.resource.name(),
            action: set.action.name(),
            operate_from: "user",
            operation_detail: detailed.then_some(entry.detail),
            operation_time: time::local(at, &call.app.settings.zone),
            resource_id: entry.resource_id,
            resource_name,
            code: set.actor.app.clone(),
            rid: set.actor.request.clone(),
        }
    }
}

/// The records of a row of the change log.
async fn entries(call: &mut Call<'_>, schema: &Schema, set: &ChangeSet) -> Result<Vec<Entry>> {
    let damaged = |error: serde_json::Error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq));
    if set.resource == Resource::Link {
        let records: Vec<LinkRecord> = serde_json::from_str(&set.data).map_err(damaged)?;
        return link_entries(call, schema, set, records).await;
    }
    let records: Vec<Record> = serde_json::from_str(&set.data).map_err(damaged)?;
    let mut entries = Vec::with_capacity(records.len());
    for (id, record) in (set.seq..).zip(records) {
        let (resource_id, resource_name) = (record.id, record.name.clone());
        let detail = detail(schema, set, record);
        entries.push(Entry { id, resource_id, resource_name, detail, models: Vec::new() });
    }
    Ok(entries)
}

/// The `operation_detail` of a changed document.
fn detail(schema: &Schema, set: &ChangeSet, record: Record) -> Value {
    let before = record.before.map(Value::Object);
    let after = if set.action == Action::Create { record.after.map(Value::Object) } else { None };
    let update_fields = record.sent.map(Value::Object);
    if set.resource == Resource::UniqueRule {
        return json!({ "data": before.or(after), "update_fields": update_fields });
    }
    let mut detail = Map::new();
    detail
        .insert("details".to_owned(), json!({ "pre_data": before, "cur_data": after, "update_fields": update_fields }));
    if !set.scope.is_empty() {
        detail.insert("bk_obj_id".to_owned(), set.scope.clone().into());
        if set.resource != Resource::Instance
            && let Some(model) = schema.model(&set.scope)
        {
            detail.insert("bk_obj_name".to_owned(), model.model.name.clone().into());
        }
    }
    Value::Object(detail)
}

/// The records of links, with the names of their ends.
async fn link_entries(
    call: &mut Call<'_>,
    schema: &Schema,
    set: &ChangeSet,
    records: Vec<LinkRecord>,
) -> Result<Vec<Entry>> {
    let association: Option<&Arc<AssociationSchema>> = schema.associations.get(&set.scope);
    let (source, target) =
        association.map(|it| (it.association.source.clone(), it.association.target.clone())).unwrap_or_default();
    let kind = association.map(|it| it.association.kind.clone()).unwrap_or_default();
    let ids = |end: fn(&LinkRecord) -> i64| records.iter().map(end).collect::<Vec<_>>();
    let source_names = names(call, schema, &source, ids(|record| record.1)).await?;
    let target_names = names(call, schema, &target, ids(|record| record.2)).await?;
    let name = |names: &BTreeMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
    let entry = |(id, LinkRecord(_, source_id, target_id)): (i64, LinkRecord)| Entry {
        id,
        resource_id: source_id,
        resource_name: name(&source_names, source_id),
        detail: json!({
            "asst_id": set.scope, "asst_kind": kind, "src_obj_id": source, "dest_obj_id": target,
            "dest_inst_id": target_id, "dest_inst_name": name(&target_names, target_id),
        }),
        models: vec![source.clone(), target.clone()],
    };
    Ok((set.seq..).zip(records).map(entry).collect())
}

/// The names of instances: what they are called, or were called when they were deleted.
async fn names(call: &mut Call<'_>, schema: &Schema, obj_id: &str, ids: Vec<i64>) -> Result<BTreeMap<i64, String>> {
    let Some(model) = schema.model(obj_id) else { return Ok(BTreeMap::new()) };
    let mut names = named_instances(call, model, &ids).await?;
    let gone: BTreeSet<i64> = ids.into_iter().filter(|id| !names.contains_key(id)).collect();
    for id in gone {
        let query = ChangeQuery {
            resources: vec![Resource::Instance],
            actions: vec![Action::Delete],
            scope: Some(obj_id.to_owned()),
            subject: Some(id),
            limit: Some(1),
            ..ChangeQuery::default()
        };
        for set in call.tx.changes(&query).await? {
            let records: Vec<Record> = serde_json::from_str(&set.data)
                .map_err(|error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq)))?;
            names.extend(records.into_iter().filter(|record| record.id == id).map(|record| (id, record.name)));
        }
    }
    Ok(names)
}
