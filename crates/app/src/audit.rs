//! The audit log: a reading of the change log in the form of the API (conventions.md §10).
//!
//! Nothing is written for it. A record's id is its number in the change log. Records of links carry ids only; the names of
//! their ends are looked up when they are shown: the instance's name, or the last one it had.

pub mod console;
mod kinds;
pub mod requests;

use self::kinds::{audit_type, category};
use crate::associations::link_queries::named_instances;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models::Found;
use crate::permission::{Granted, Limit, Resource as Touched};
use crate::repo;
use crate::schema::Schema;
use jiff::{Timestamp, tz::TimeZone};
use relata_model::association::ModelAssociation;
use relata_model::attribute::kind::innertable;
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::filter::{Filter, condition, querybuilder, shape};
use relata_model::page::{Page, Sort};
use relata_model::store::ChangeQuery;
use relata_model::{ACCOUNT, Code, Error, Map, Result, time};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
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
    Resource::TableRow,
    Resource::FieldTemplate,
    Resource::TemplateAttribute,
    Resource::TemplateUnique,
    Resource::Link,
];

/// Largest page, and most ids in one call.
const MAX: i64 = 200;

/// Rows of the change log read at a time.
const CHUNK: u64 = 200;

/// Longest resource name, in bytes.
const MAX_NAME: usize = 256;

/// What to search for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "condition": {
        "resource_type": "model_instance",
        "bk_obj_id": "switch",
        "action": ["update"],
        "operation_time": {"start": "2026-01-01 00:00:00", "end": "2026-12-31 23:59:59"},
    },
    "page": {"start": 0, "limit": 10, "sort": "-operation_time"},
}]))]
struct List {
    /// Which records; a time has to be given.
    condition: Condition,
    page: Page,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Condition {
    /// `model_instance`, `model`, `association_kind` or `platform_setting`.
    audit_type: String,
    /// Who made the change.
    user: String,
    /// What kind of thing was changed, such as `model_instance`.
    resource_type: String,
    /// What was done: `create`, `update`, `delete` and others, one of these.
    action: Vec<String>,
    /// `user` is what finds something.
    operate_from: String,
    /// Finds nothing unless it is 0.
    bk_biz_id: i64,
    /// Id of the changed thing.
    resource_id: Option<Number>,
    /// Its name.
    resource_name: String,
    /// When.
    operation_time: Times,
    /// `business`, `resource`, `host` or `other`.
    category: String,
    /// The model of the instance, or one at an end of the link.
    bk_obj_id: String,
    /// Names are looked for as parts.
    fuzzy_query: bool,
    /// Rules on `user` and `resource_name`.
    #[serde(rename = "condition")]
    #[schemars(with = "Vec<shape::Querybuilder>")]
    rules: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Times {
    /// Not before, `YYYY-MM-DD hh:mm:ss`.
    start: String,
    /// Not after, likewise.
    end: String,
}

impl Input for List {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

/// A condition, taken apart.
struct Asked {
    /// The part that rows of the change log answer.
    query: ChangeQuery,
    /// Id of the changed thing.
    id: Option<i64>,
    /// Model at one end of a link.
    end: Option<String>,
    /// What has to hold for user and resource name.
    names: Filter,
}

impl Asked {
    /// True when every record of a row matches that is found and has the end.
    fn is_of_rows(&self) -> bool {
        self.id.is_none() && matches!(&self.names, Filter::All(parts) if parts.is_empty())
    }

    fn has_end(&self, set: &ChangeSet, past: &Past) -> bool {
        let ends = || past.association(set).map(|it| [&it.source, &it.target]);
        self.end.as_ref().is_none_or(|end| ends().is_some_and(|ends| ends.contains(&end)))
    }

    fn names_hold(&self, set: &ChangeSet, entry: &Entry) -> bool {
        let names = [("user", &set.actor.user), (RESOURCE_NAME, &entry.resource_name)];
        self.names.matches(&names.into_iter().map(|(name, text)| (name.to_owned(), text.as_str().into())).collect())
    }
}

const RESOURCE_NAME: &str = "resource_name";

impl Condition {
    fn has_time(&self) -> bool {
        !self.operation_time.start.is_empty() || !self.operation_time.end.is_empty()
    }

    /// `None` when nothing can match.
    fn asked(&self, zone: &TimeZone) -> Result<Option<Asked>> {
        let Times { start, end } = &self.operation_time;
        let names = self.names(zone)?;
        let of_links = self.resource_type == Resource::Link.name();
        if !self.bk_obj_id.is_empty() && !of_links && self.resource_type != Resource::Instance.name() {
            let hint = "goes with resource_type model_instance or instance_association";
            return Err(Error::invalid("bk_obj_id").hint(hint));
        }
        let (from, until) = (moment(start, zone)?, moment(end, zone)?);
        let types = category(&self.category);
        let resources: Vec<Resource> = SHOWN
            .iter()
            .copied()
            .filter(|it| self.resource_type.is_empty() || it.name() == self.resource_type)
            .filter(|it| self.audit_type.is_empty() || audit_type(*it) == self.audit_type)
            .filter(|it| self.category.is_empty() || types.is_some_and(|types| types.contains(&audit_type(*it))))
            .collect();
        let actions: Vec<Action> = self.action.iter().filter_map(|name| Action::from_name(name)).collect();
        let id = self.resource_id.as_ref().map(Number::integer);
        // No record has a business yet, and all are made by users.
        let elsewhere = self.bk_biz_id != 0 || !["", "user"].contains(&self.operate_from.as_str());
        if elsewhere || resources.is_empty() || (actions.is_empty() && !self.action.is_empty()) || id == Some(None) {
            return Ok(None);
        }
        let id = id.flatten();
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let (scope, end) = if of_links { (None, given(&self.bk_obj_id)) } else { (given(&self.bk_obj_id), None) };
        let query = ChangeQuery {
            from,
            // Times are shown in whole seconds, so the end takes in the whole second.
            until: until.map(|until| until + 999),
            scope,
            user: given(&self.user),
            // The log finds everything but links by its id.
            subject: id.filter(|_| !resources.contains(&Resource::Link)),
            resources,
            actions,
            ..ChangeQuery::default()
        };
        Ok(Some(Asked { query, id, end, names }))
    }

    /// The filter of `resource_name` or else of the rules, which are on `user` and `resource_name`.
    fn names(&self, zone: &TimeZone) -> Result<Filter> {
        if !self.rules.is_empty() {
            if !self.user.is_empty() || !self.resource_name.is_empty() {
                return Err(Error::invalid("condition").hint("give either user and resource_name or condition"));
            }
            let allowed = |rule: &Value| {
                let [field, operator] = ["field", "operator"].map(|member| rule.get(member).and_then(Value::as_str));
                matches!(
                    (field.unwrap_or_default(), operator.unwrap_or_default()),
                    ("user" | RESOURCE_NAME, "in" | "not_in") | (RESOURCE_NAME, "contains")
                )
            };
            if !self.rules.iter().all(allowed) {
                let hint = "rules are on user or resource_name, with in or not_in; on resource_name also contains";
                return Err(Error::invalid("condition").hint(hint));
            }
            return querybuilder::parse(&json!({"condition": "AND", "rules": self.rules}), querybuilder::NONE, zone)
                .map_err(|error| Error::invalid("condition").hint(error.problem));
        }
        if self.resource_name.is_empty() {
            return Ok(Filter::everything());
        }
        if !self.fuzzy_query {
            return Ok(Filter::equal(RESOURCE_NAME, self.resource_name.as_str()));
        }
        let pattern = json!({"$regex": self.resource_name, "$options": "i"});
        condition::parse(&Map::from_iter([(RESOURCE_NAME.to_owned(), pattern)]), zone)
            .map_err(|error| Error { code: Code::ParamInvalid, ..error }.arg(RESOURCE_NAME))
    }
}

/// A time as milliseconds; `None` for an empty text.
fn moment(text: &str, zone: &TimeZone) -> Result<Option<i64>> {
    let at = (!text.is_empty()).then(|| {
        time::parse(text, zone).ok_or_else(|| Error::invalid("operation_time").hint("times are YYYY-MM-DD hh:mm:ss"))
    });
    Ok(at.transpose()?.map(Timestamp::as_millisecond))
}

fn check_limit(page: &Page) -> Result<()> {
    if page.limit <= 0 {
        return Err(Error::invalid("limit").hint(format!("give a page.limit between 1 and {MAX}")));
    }
    if page.limit > MAX {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX} records a page")));
    }
    Ok(())
}

async fn list(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Found<Audit>> {
    check_limit(&input.page)?;
    if !input.condition.has_time() {
        return Err(Error::required("operation_time").hint("give a start or an end"));
    }
    find_page(call, &input.condition, &input.page, false).await
}

/// A page of the records that a condition finds, with their details or without.
async fn find_page(call: &mut Call<'_>, condition: &Condition, page: &Page, detailed: bool) -> Result<Found<Audit>> {
    let Some(asked) = condition.asked(&call.app.settings.zone)? else {
        return Ok(Found { count: 0, info: Vec::new() });
    };
    let by_time = |sort: &Sort| ["id", "operation_time"].contains(&sort.field.as_str()) && sort.descending;
    let newest_first = page.sort().first().is_some_and(by_time);
    let mut query = ChangeQuery { newest_first, limit: Some(CHUNK), ..asked.query.clone() };
    let past = Past::read(call).await?;
    let page = page.start()..page.start() + page.limit.unsigned_abs();
    let of_rows = asked.is_of_rows();
    let mut found = Found { count: 0, info: Vec::new() };
    loop {
        let sets = call.tx.changes(&query).await?;
        let Some(last) = sets.last() else { break };
        if newest_first {
            query.before = last.seq;
        } else {
            query.after = last.last();
        }
        for set in sets.iter().filter(|set| asked.has_end(set, &past)) {
            let (before, size) = (found.count, set.count.unsigned_abs());
            if of_rows && (before + size <= page.start || before >= page.end) {
                found.count += size;
                continue;
            }
            let chosen = |number: i64, id: i64| {
                let place = if newest_first { set.last() - number } else { number - set.seq };
                let in_page = page.contains(&(before + place.unsigned_abs()));
                if of_rows { in_page } else { asked.id.is_none_or(|asked| asked == id) }
            };
            let mut entries = entries(call, &past, set, chosen).await?;
            if newest_first {
                entries.reverse();
            }
            if of_rows {
                found.count += size;
                found.info.extend(entries.into_iter().map(|entry| Audit::new(call, set, entry, detailed)));
                continue;
            }
            for entry in entries.into_iter().filter(|entry| asked.names_hold(set, entry)) {
                if page.contains(&found.count) {
                    found.info.push(Audit::new(call, set, entry, detailed));
                }
                found.count += 1;
            }
        }
    }
    Ok(found)
}

/// Ids of audit records.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FindById {
    /// Ids of records.
    #[schemars(length(min = 1, max = MAX))]
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
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX} ids in one call")));
    }
    let past = Past::read(call).await?;
    let mut wanted: BTreeSet<i64> = input.id.iter().copied().filter(|id| *id > 0).collect();
    let mut found = Vec::new();
    while let Some(id) = wanted.first().copied() {
        let query = ChangeQuery { after: id - 1, limit: Some(1), ..ChangeQuery::default() };
        let Some(set) = call.tx.changes(&query).await?.into_iter().next() else { break };
        let rest = wanted.split_off(&(set.seq + set.count));
        if SHOWN.contains(&set.resource) {
            let chosen = entries(call, &past, &set, |number, _| wanted.contains(&number)).await?;
            found.extend(chosen.into_iter().map(|entry| Audit::new(call, &set, entry, true)));
        }
        wanted = rest;
    }
    if found.is_empty() { Err(Error::refers_to_nothing("id")) } else { Ok(found) }
}

/// A record of the change log, before it is known whether it is shown.
struct Entry {
    id: i64,
    resource_id: i64,
    resource_name: String,
    detail: Value,
}

/// A record as callers see it.
#[derive(Debug, Serialize, JsonSchema)]
struct Audit {
    /// Number in the change log.
    id: i64,
    /// What the record is about, coarsely.
    #[serde(rename = "audit_type")]
    kind: &'static str,
    /// Tenant.
    bk_supplier_account: &'static str,
    /// Who made the change.
    user: String,
    /// What kind of thing was changed.
    resource_type: &'static str,
    /// What was done.
    action: &'static str,
    /// Always `user`.
    operate_from: &'static str,
    /// What it was before and after; null in summaries.
    operation_detail: Option<Value>,
    /// When.
    operation_time: String,
    /// Id of the changed thing.
    resource_id: i64,
    /// Its name.
    resource_name: String,
    /// Nothing has a second name here.
    extend_resource_name: &'static str,
    /// The application that it was made with.
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    /// Id of the request.
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
            extend_resource_name: "",
            code: set.actor.app.clone(),
            rid: set.actor.request.clone(),
        }
    }
}

/// The records of a row of the change log.
pub(crate) fn records<R: DeserializeOwned>(set: &ChangeSet) -> Result<Vec<R>> {
    serde_json::from_str(&set.data)
        .map_err(|error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq)))
}

/// Those records of a row that are chosen by their number and by the id of the changed thing.
async fn entries(
    call: &mut Call<'_>,
    past: &Past,
    set: &ChangeSet,
    chosen: impl Fn(i64, i64) -> bool,
) -> Result<Vec<Entry>> {
    if set.resource == Resource::Link {
        let records: Vec<(i64, LinkRecord)> = (set.seq..)
            .zip(records(set)?)
            .filter(|(number, record): &(i64, LinkRecord)| chosen(*number, record.1))
            .collect();
        return past.link_entries(call, set, records).await;
    }
    let records = (set.seq..).zip(records(set)?).filter(|(number, record): &(i64, Record)| chosen(*number, record.id));
    let entry = |(id, record): (i64, Record)| Entry {
        id,
        resource_id: record.id,
        resource_name: record.name.clone(),
        detail: detail(&past.schema, set, record),
    };
    Ok(records.map(entry).collect())
}

/// The `operation_detail` of a changed document.
fn detail(schema: &Schema, set: &ChangeSet, record: Record) -> Value {
    let before = record.before.map(Value::Object);
    let after = if set.action == Action::Create { record.after.map(Value::Object) } else { None };
    let update_fields = record.sent.map(Value::Object);
    let plain = [Resource::UniqueRule, Resource::FieldTemplate, Resource::TemplateAttribute, Resource::TemplateUnique];
    if plain.contains(&set.resource) {
        return json!({ "data": before.or(after), "update_fields": update_fields });
    }
    let mut detail = Map::new();
    detail
        .insert("details".to_owned(), json!({ "pre_data": before, "cur_data": after, "update_fields": update_fields }));
    if !set.scope.is_empty() {
        detail.insert("bk_obj_id".to_owned(), set.scope.clone().into());
        if let Some((model, property)) = innertable::owner_of(&set.scope)
            && set.resource == Resource::TableRow
        {
            detail.insert("src_obj_id".to_owned(), model.into());
            detail.insert("bk_property_id".to_owned(), property.into());
        } else if set.resource != Resource::Instance
            && let Some(model) = schema.model(&set.scope)
        {
            detail.insert("bk_obj_name".to_owned(), model.model.name.clone().into());
        }
    }
    Value::Object(detail)
}

/// What records of links leave out: the models and the kind of the association, and the names of the instances. Of those
/// that were deleted since, the change log knows them.
pub(crate) struct Past {
    schema: Arc<Schema>,
    /// Deleted associations with the number of the record that says so.
    deleted: Vec<(i64, ModelAssociation)>,
}

impl Past {
    pub(crate) async fn read(call: &mut Call<'_>) -> Result<Self> {
        let query = ChangeQuery {
            resources: vec![Resource::ModelAssociation],
            actions: vec![Action::Delete],
            ..ChangeQuery::default()
        };
        let mut deleted = Vec::new();
        for set in call.tx.changes(&query).await? {
            for before in records::<Record>(&set)?.into_iter().filter_map(|record| record.before) {
                deleted.push((set.seq, repo::typed(before)?));
            }
        }
        Ok(Self { schema: call.schema().await?, deleted })
    }

    /// The association of links when a row was written: the first one of that id to be deleted afterwards, or the present
    /// one.
    pub(crate) fn association(&self, set: &ChangeSet) -> Option<&ModelAssociation> {
        let of_set = |(seq, it): &&(i64, ModelAssociation)| *seq > set.seq && it.association_id == set.scope;
        let present = || self.schema.associations.get(&set.scope).map(|it| it.association.as_ref());
        self.deleted.iter().find(of_set).map(|(_, it)| it).or_else(present)
    }

    /// The ids of all associations that the model takes or took part in, each once.
    pub(crate) fn associations_of(&self, model: &str) -> BTreeSet<String> {
        let present = self.schema.associations.values().map(|it| it.association.as_ref());
        let all = present.chain(self.deleted.iter().map(|(_, it)| it));
        all.filter(|it| it.source == model || it.target == model).map(|it| it.association_id.clone()).collect()
    }

    async fn link_entries(
        &self,
        call: &mut Call<'_>,
        set: &ChangeSet,
        records: Vec<(i64, LinkRecord)>,
    ) -> Result<Vec<Entry>> {
        let Some(association) = self.association(set).filter(|_| !records.is_empty()) else { return Ok(Vec::new()) };
        let ModelAssociation { source, target, kind, .. } = association;
        let sources = self.names(call, set, source, records.iter().map(|(_, record)| record.1).collect()).await?;
        let targets = self.names(call, set, target, records.iter().map(|(_, record)| record.2).collect()).await?;
        let name = |names: &BTreeMap<i64, String>, id| names.get(&id).cloned().unwrap_or_default();
        let entry = |(id, LinkRecord(_, source_id, target_id))| Entry {
            id,
            resource_id: source_id,
            resource_name: name(&sources, source_id),
            detail: json!({
                "asst_id": set.scope, "asst_kind": kind, "src_obj_id": source, "dest_obj_id": target,
                "dest_inst_id": target_id, "dest_inst_name": name(&targets, target_id),
            }),
        };
        Ok(records.into_iter().map(entry).collect())
    }

    /// The names of instances: what they are called, or were called when they were deleted after a row was written.
    async fn names(
        &self,
        call: &mut Call<'_>,
        set: &ChangeSet,
        obj_id: &str,
        ids: Vec<i64>,
    ) -> Result<BTreeMap<i64, String>> {
        let mut names = match self.schema.model(obj_id) {
            Some(model) => named_instances(call, model, &ids, &Limit::default()).await?,
            None => BTreeMap::new(),
        };
        let mut gone: BTreeSet<i64> = ids.into_iter().filter(|id| !names.contains_key(id)).collect();
        while let Some(id) = gone.pop_first() {
            let query = ChangeQuery {
                after: set.seq,
                resources: vec![Resource::Instance],
                actions: vec![Action::Delete],
                scope: Some(obj_id.to_owned()),
                subject: Some(id),
                limit: Some(1),
                ..ChangeQuery::default()
            };
            for deletion in call.tx.changes(&query).await? {
                // Those that went together are found together.
                for record in records::<Record>(&deletion)? {
                    if gone.remove(&record.id) || record.id == id {
                        names.insert(record.id, record.name);
                    }
                }
            }
        }
        Ok(names)
    }
}
