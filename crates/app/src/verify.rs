//! The invariants of the rules, checked on a store at rest: what the engine's own check cannot know.
//!
//! Mappings hold, every instance holds exactly its unique keys, every definition compiles, and the change log agrees with
//! what is stored: the last record of each thing that exists is its document, and nothing else exists.

use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::change::{Record, Resource};
use relata_model::filter::Filter;
use relata_model::store::{ChangeQuery, LinkQuery, Query, Row, Space, Table};
use relata_model::{Code, Error, Map, Result};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Rows read at a time.
const PAGE: u64 = 2000;

/// Checks the store; returns what is wrong, one sentence each.
pub async fn verify(app: &Arc<App>) -> Result<Vec<String>> {
    endpoint::system_read(app, |call| Box::pin(check(call))).await
}

async fn check(call: &mut Call<'_>) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let schema = call.schema().await?;
    for association in schema.associations.values() {
        check_mapping(call, association, &mut wrong).await?;
    }
    let logged = Logged::read(call).await?;
    for model in schema.models.values() {
        check_instances(call, &logged, model, &mut wrong).await?;
    }
    for (table, resource) in DEFINITIONS {
        check_table(call, &logged, *table, *resource, &mut wrong).await?;
    }
    logged.check_rest(&schema, &mut wrong);
    Ok(wrong)
}

/// The tables of definitions, and what their rows are in the log.
const DEFINITIONS: &[(Table, Resource)] = &[
    (Table::Classifications, Resource::Classification),
    (Table::Models, Resource::Model),
    (Table::Attributes, Resource::Attribute),
    (Table::AttributeGroups, Resource::AttributeGroup),
    (Table::UniqueRules, Resource::UniqueRule),
    (Table::AssociationKinds, Resource::AssociationKind),
    (Table::ModelAssociations, Resource::ModelAssociation),
    (Table::Users, Resource::User),
    (Table::Tokens, Resource::Token),
    (Table::Applications, Resource::Application),
];

async fn check_mapping(call: &mut Call<'_>, association: &AssociationSchema, wrong: &mut Vec<String>) -> Result<()> {
    let mapping = association.mapping;
    let (mut sources, mut targets) = (HashSet::new(), HashSet::new());
    let mut query =
        LinkQuery { associations: vec![association.association.id], limit: Some(PAGE), ..LinkQuery::default() };
    loop {
        let links = call.tx.find_links(&query).await?;
        let Some(last) = links.last() else { return Ok(()) };
        query.after = last.id;
        for link in &links {
            let name = &association.association.association_id;
            if mapping.one_per_source() && !sources.insert(link.source) {
                wrong
                    .push(format!("{name} is {mapping:?}, but source {} has a second link ({})", link.source, link.id));
            }
            if mapping.one_per_target() && !targets.insert(link.target) {
                wrong
                    .push(format!("{name} is {mapping:?}, but target {} has a second link ({})", link.target, link.id));
            }
        }
    }
}

/// What the change log says there is.
struct Logged {
    /// Hash of the last document of each thing.
    last: HashMap<(Resource, String, i64), u64>,
    /// How many things exist, by resource and scope.
    exist: HashMap<(Resource, String), u64>,
}

fn hash(doc: &Map) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::Value::Object(doc.clone()).to_string().hash(&mut hasher);
    hasher.finish()
}

fn scope_of(resource: Resource, scope: &str) -> String {
    // Numeric ids of definitions are unique in their table, so only instances need the model.
    if resource == Resource::Instance { scope.to_owned() } else { String::new() }
}

impl Logged {
    async fn read(call: &mut Call<'_>) -> Result<Self> {
        let mut logged = Self { last: HashMap::new(), exist: HashMap::new() };
        let mut query = ChangeQuery { limit: Some(PAGE), ..ChangeQuery::default() };
        loop {
            let sets = call.tx.changes(&query).await?;
            let Some(last) = sets.last() else { break };
            query.after = last.seq + last.count - 1;
            for set in sets.iter().filter(|set| set.resource != Resource::Link) {
                let records: Vec<Record> = serde_json::from_str(&set.data)
                    .map_err(|error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq)))?;
                for record in records {
                    let key = (set.resource, scope_of(set.resource, &set.scope), record.id);
                    match record.after {
                        Some(doc) => logged.last.insert(key, hash(&doc)),
                        None => logged.last.remove(&key),
                    };
                }
            }
        }
        for (resource, scope, _) in logged.last.keys() {
            *logged.exist.entry((*resource, scope.clone())).or_default() += 1;
        }
        Ok(logged)
    }

    /// Things of models that do not exist any more.
    fn check_rest(&self, schema: &Schema, wrong: &mut Vec<String>) {
        for ((resource, scope), count) in &self.exist {
            if *resource == Resource::Instance && schema.model(scope).is_none() {
                wrong.push(format!("the log has {count} instances of {scope}, which is no model"));
            }
        }
    }

    fn check_count(&self, resource: Resource, scope: &str, stored: u64, wrong: &mut Vec<String>) {
        let logged = self.exist.get(&(resource, scope.to_owned())).copied().unwrap_or_default();
        if logged != stored {
            let what = resource.name();
            wrong.push(format!("the log has {logged} of {what} {scope} that were not deleted, stored are {stored}"));
        }
    }
}

async fn rows(call: &mut Call<'_>, space: Space, after: i64) -> Result<Vec<Row>> {
    call.tx.find(&Query { after, limit: Some(PAGE), ..Query::new(space, Filter::everything()) }).await
}

async fn check_instances(
    call: &mut Call<'_>,
    logged: &Logged,
    model: &ModelSchema,
    wrong: &mut Vec<String>,
) -> Result<()> {
    let obj_id = &model.model.obj_id;
    let (mut after, mut stored) = (i64::MIN, 0);
    loop {
        let page = rows(call, model.space(), after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        stored += page.len() as u64;
        let keys: Vec<_> =
            page.iter().flat_map(|row| model.keys(&row.doc).into_iter().map(|key| (row.id, key))).collect();
        let wanted: Vec<_> = keys.iter().map(|(_, key)| key.clone()).collect();
        for ((id, key), holder) in keys.iter().zip(call.tx.find_keys(&wanted).await?) {
            if holder != Some(*id) {
                wrong
                    .push(format!("{obj_id} {id} does not hold its key of unique rule {} ({holder:?} does)", key.rule));
            }
        }
        for row in &page {
            if row.doc.get(model.id_field()).and_then(serde_json::Value::as_i64) != Some(row.id) {
                wrong.push(format!("{obj_id} {} does not carry its id", row.id));
            }
            let key = (Resource::Instance, obj_id.clone(), row.id);
            if logged.last.get(&key) != Some(&hash(&row.doc)) && !last_record_fits(call, model, row).await? {
                wrong.push(format!("{obj_id} {} is not what its last change record says", row.id));
            }
        }
    }
    logged.check_count(Resource::Instance, obj_id, stored, wrong);
    Ok(())
}

/// True when the last record of an instance is its document, but for attributes that were deleted since.
async fn last_record_fits(call: &mut Call<'_>, model: &ModelSchema, row: &Row) -> Result<bool> {
    let query = ChangeQuery {
        resources: vec![Resource::Instance],
        scope: Some(model.model.obj_id.clone()),
        subject: Some(row.id),
        newest_first: true,
        limit: Some(1),
        ..ChangeQuery::default()
    };
    let Some(set) = call.tx.changes(&query).await?.into_iter().next() else { return Ok(false) };
    let records: Vec<Record> = serde_json::from_str(&set.data)
        .map_err(|error| Error::new(Code::Corrupt).detail(format!("change {}: {error}", set.seq)))?;
    let Some(mut after) = records.into_iter().rfind(|it| it.id == row.id).and_then(|it| it.after) else {
        return Ok(false);
    };
    after.retain(|name, _| {
        row.doc.contains_key(name) || model.attributes.iter().any(|it| it.attribute.property_id == *name)
    });
    Ok(after == row.doc)
}

async fn check_table(
    call: &mut Call<'_>,
    logged: &Logged,
    table: Table,
    resource: Resource,
    wrong: &mut Vec<String>,
) -> Result<()> {
    let (mut after, mut stored) = (i64::MIN, 0);
    loop {
        let page = rows(call, table.into(), after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        stored += page.len() as u64;
        for row in &page {
            let key = (resource, String::new(), row.id);
            if logged.last.get(&key) != Some(&hash(&row.doc)) {
                wrong.push(format!("{} {} is not what its last change record says", table.name(), row.id));
            }
        }
    }
    logged.check_count(resource, "", stored, wrong);
    Ok(())
}
