//! The invariants of the rules, checked on a store at rest: what the engine's own check cannot know.
//!
//! Mappings hold, every definition can be read and compiled, every row carries its id and holds its unique keys, and the
//! change log agrees with what is stored: the last record of each thing that exists is its document, and nothing else
//! exists.

use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::field_templates::records::{FieldTemplate, TemplateAttribute, TemplateBinding, TemplateUnique};
use crate::id_rules::IdCounter;
use crate::identity::{Application, Group, Role, Token, User};
use crate::models::canvas::CanvasNode;
use crate::quoted::TableRow;
use crate::repo::{self, Entity};
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use crate::tasks::Task;
use crate::user_custom::UserCustom;
use crate::views::SavedView;
use relata_model::association::{AssociationKind, ModelAssociation};
use relata_model::attribute::kind::innertable;
use relata_model::attribute::{Attribute, AttributeGroup};
use relata_model::change::{ChangeSet, Record, Resource};
use relata_model::classification::Classification;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::{ChangeQuery, LinkQuery, Query, Row, Space};
use relata_model::unique::{UniqueKey, UniqueRule};
use relata_model::{Code, Map, Result};
use std::collections::{BTreeMap, HashMap, HashSet};
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
    let logged = Logged::read(call, &mut wrong).await?;
    check_table::<Classification>(call, &logged, &mut wrong).await?;
    check_table::<Model>(call, &logged, &mut wrong).await?;
    check_table::<Attribute>(call, &logged, &mut wrong).await?;
    check_table::<AttributeGroup>(call, &logged, &mut wrong).await?;
    check_table::<UniqueRule>(call, &logged, &mut wrong).await?;
    check_table::<AssociationKind>(call, &logged, &mut wrong).await?;
    check_table::<ModelAssociation>(call, &logged, &mut wrong).await?;
    check_table::<TableRow>(call, &logged, &mut wrong).await?;
    check_table::<FieldTemplate>(call, &logged, &mut wrong).await?;
    check_table::<TemplateAttribute>(call, &logged, &mut wrong).await?;
    check_table::<TemplateUnique>(call, &logged, &mut wrong).await?;
    check_table::<TemplateBinding>(call, &logged, &mut wrong).await?;
    check_table::<User>(call, &logged, &mut wrong).await?;
    check_table::<Token>(call, &logged, &mut wrong).await?;
    check_table::<Application>(call, &logged, &mut wrong).await?;
    check_table::<Role>(call, &logged, &mut wrong).await?;
    check_table::<Group>(call, &logged, &mut wrong).await?;
    check_table::<Task>(call, &logged, &mut wrong).await?;
    check_table::<IdCounter>(call, &logged, &mut wrong).await?;
    check_table::<CanvasNode>(call, &logged, &mut wrong).await?;
    check_table::<UserCustom>(call, &logged, &mut wrong).await?;
    check_table::<SavedView>(call, &logged, &mut wrong).await?;
    let schema = match call.schema().await {
        Err(error) if error.code == Code::Corrupt => {
            wrong.push(format!(
                "the definitions cannot be compiled, so instances and links were not looked at: {error}"
            ));
            return Ok(wrong);
        }
        schema => schema?,
    };
    for association in schema.associations.values() {
        check_mapping(call, association, &mut wrong).await?;
    }
    for model in schema.models.values() {
        check_instances(call, &logged, model, &mut wrong).await?;
    }
    check_owners(call, &schema, &mut wrong).await?;
    logged.check_rest(&schema, &mut wrong);
    Ok(wrong)
}

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
    exist: BTreeMap<(Resource, String), u64>,
    /// The last deletion of an attribute, by model and field. It took the values with it, which no record of an instance
    /// says.
    forgotten: HashMap<(String, String), i64>,
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
    async fn read(call: &mut Call<'_>, wrong: &mut Vec<String>) -> Result<Self> {
        let mut logged = Self { last: HashMap::new(), exist: BTreeMap::new(), forgotten: HashMap::new() };
        let mut query = ChangeQuery { limit: Some(PAGE), ..ChangeQuery::default() };
        loop {
            let sets = call.tx.changes(&query).await?;
            let Some(last) = sets.last() else { break };
            query.after = last.last();
            for set in sets.iter().filter(|set| set.resource != Resource::Link) {
                match serde_json::from_str::<Vec<Record>>(&set.data) {
                    Ok(records) => records.into_iter().for_each(|record| logged.note(set, record)),
                    Err(error) => wrong.push(format!("change {} cannot be read: {error}", set.seq)),
                }
            }
        }
        for (resource, scope, _) in logged.last.keys() {
            *logged.exist.entry((*resource, scope.clone())).or_default() += 1;
        }
        Ok(logged)
    }

    fn note(&mut self, set: &ChangeSet, record: Record) {
        let key = (set.resource, scope_of(set.resource, &set.scope), record.id);
        if let Some(doc) = record.after {
            self.last.insert(key, hash(&doc));
            return;
        }
        self.last.remove(&key);
        let field = record.before.as_ref().and_then(|doc| doc.get("bk_property_id")?.as_str());
        if let Some(field) = field.filter(|_| set.resource == Resource::Attribute) {
            self.forgotten.insert((set.scope.clone(), field.to_owned()), set.seq);
        }
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
        let held: Vec<(i64, UniqueKey)> =
            page.iter().flat_map(|row| model.keys(&row.doc).into_iter().map(|key| (row.id, key))).collect();
        check_keys(call, obj_id, &held, wrong).await?;
        for row in &page {
            if row.doc.get(model.id_field()).and_then(serde_json::Value::as_i64) != Some(row.id) {
                wrong.push(format!("{obj_id} {} does not carry its id", row.id));
            }
            let key = (Resource::Instance, obj_id.clone(), row.id);
            if logged.last.get(&key) != Some(&hash(&row.doc)) && !last_record_fits(call, logged, model, row).await? {
                wrong.push(format!("{obj_id} {} is not what its last change record says", row.id));
            }
        }
    }
    logged.check_count(Resource::Instance, obj_id, stored, wrong);
    Ok(())
}

/// Rows of inner tables belong to instances that exist, or wait for one.
async fn check_owners(call: &mut Call<'_>, schema: &Schema, wrong: &mut Vec<String>) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let page = rows(call, TableRow::TABLE.into(), after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let mut owners: BTreeMap<String, HashSet<i64>> = BTreeMap::new();
        for row in page.into_iter().filter_map(|row| repo::typed::<TableRow>(row.doc).ok()) {
            owners.entry(row.table).or_default().insert(row.owner);
        }
        for (table, owners) in owners {
            let model = innertable::owner_of(&table).and_then(|(model, _)| schema.model(model));
            let Some(model) = model.filter(|_| schema.model(&table).is_some()) else {
                wrong.push(format!("there are rows of {table}, which is no inner table"));
                continue;
            };
            let ids: Vec<i64> = owners.iter().copied().filter(|owner| *owner != 0).collect();
            let found = call.tx.get_many(model.space(), &ids).await?;
            for id in ids.iter().filter(|id| found.iter().all(|row| row.id != **id)) {
                wrong.push(format!("{table} has rows of {} {id}, which does not exist", model.model.obj_id));
            }
        }
    }
}

/// True when the last record of an instance is its document, but for the values of attributes that were deleted since.
async fn last_record_fits(call: &mut Call<'_>, logged: &Logged, model: &ModelSchema, row: &Row) -> Result<bool> {
    let obj_id = &model.model.obj_id;
    let query = ChangeQuery {
        resources: vec![Resource::Instance],
        scope: Some(obj_id.clone()),
        subject: Some(row.id),
        newest_first: true,
        limit: Some(1),
        ..ChangeQuery::default()
    };
    let Some(set) = call.tx.changes(&query).await?.into_iter().next() else { return Ok(false) };
    let records: Vec<Record> = serde_json::from_str(&set.data).unwrap_or_default();
    let after = records.into_iter().rfind(|it| it.id == row.id).and_then(|it| it.after).unwrap_or_default();
    let forgotten = |field: &String| {
        logged.forgotten.get(&(obj_id.clone(), field.clone())).is_some_and(|deletion| *deletion > set.seq)
    };
    Ok(row.doc.iter().all(|(field, value)| after.get(field) == Some(value))
        && after.keys().all(|field| row.doc.contains_key(field) || forgotten(field)))
}

async fn check_table<E: Entity>(call: &mut Call<'_>, logged: &Logged, wrong: &mut Vec<String>) -> Result<()> {
    let name = E::TABLE.name();
    let (mut after, mut stored) = (i64::MIN, 0);
    loop {
        let page = rows(call, E::TABLE.into(), after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        stored += page.len() as u64;
        let mut held = Vec::new();
        for row in page {
            let key = (E::RESOURCE, String::new(), row.id);
            if logged.last.get(&key) != Some(&hash(&row.doc)) {
                wrong.push(format!("{name} {} is not what its last change record says", row.id));
            }
            match repo::typed::<E>(row.doc) {
                Ok(entity) if entity.id() != row.id => wrong.push(format!("{name} {} does not carry its id", row.id)),
                Ok(entity) => held.extend(repo::unique_keys(&entity).into_iter().map(|key| (row.id, key))),
                Err(error) => wrong.push(format!("{name} {} cannot be read: {error}", row.id)),
            }
        }
        check_keys(call, name, &held, wrong).await?;
    }
    logged.check_count(E::RESOURCE, "", stored, wrong);
    Ok(())
}

/// Checks that rows hold their keys. `what` names the rows.
async fn check_keys(call: &mut Call<'_>, what: &str, held: &[(i64, UniqueKey)], wrong: &mut Vec<String>) -> Result<()> {
    let keys: Vec<UniqueKey> = held.iter().map(|(_, key)| key.clone()).collect();
    for ((id, key), holder) in held.iter().zip(call.tx.find_keys(&keys).await?) {
        if holder != Some(*id) {
            let holder = holder.map_or_else(|| "nobody".to_owned(), |holder| holder.to_string());
            wrong.push(format!("{what} {id} should hold its key of unique rule {}; {holder} does", key.rule));
        }
    }
    Ok(())
}
