//! Instances of models (instances.md §2–§6): created, changed and deleted, one or many, in one transaction each.
//!
//! A batch creation decides each item by itself: every item is brought into its stored form in pure code, the unique keys
//! of all are looked up at once, and the good ones are inserted with their change records.

pub mod by_link;
pub mod console;
pub(crate) mod former;
pub mod import;
pub mod list;
pub mod searches;
mod tables;
pub(crate) mod validate;
pub(crate) mod write;

use crate::associations::link_queries::links_of;
use crate::call::Call;
use crate::endpoint::Input;
use crate::id_rules;
use crate::input::{Free, Indexed};
use crate::models::quotes;
use crate::permission::{Granted, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::attribute::kind::innertable;
use relata_model::model::is_inner;
use relata_model::store::{LinkQuery, Replace, Row};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
pub(crate) use validate::touch;

crate::endpoints! { V3;
    /// Create an instance; answers the stored instance with all fields.
    create_inst = POST "/create/instance/object/{bk_obj_id}", InstanceCreate, Write => create;
    /// Create many instances of a model; every item succeeds or fails by itself.
    batch_create_inst = POST "/createmany/instance/object/{bk_obj_id}", InstanceCreate, Write => create_many;
    /// Change fields of an instance.
    update_inst = PUT "/update/instance/object/{bk_obj_id}/inst/{bk_inst_id}", InstanceUpdate, Write => update;
    /// Change fields of many instances, all or none.
    batch_update_inst = PUT "/updatemany/instance/object/{bk_obj_id}", InstanceUpdate, Write => update_many;
    /// Delete an instance that has no links. One that does not exist is no error.
    delete_inst = DELETE "/delete/instance/object/{bk_obj_id}/inst/{bk_inst_id}", InstanceDelete, Write => delete;
    /// Delete many instances that have no links, all or none.
    batch_delete_inst = DELETE "/deletemany/instance/object/{bk_obj_id}", InstanceDelete, Write => delete_many;
}

/// Most items of a batch update.
const MAX_UPDATE: usize = 500;

/// The model of a general instance endpoint that changes data.
pub(crate) async fn general_model(call: &mut Call<'_>, obj_id: &str) -> Result<Arc<ModelSchema>> {
    general_model_in(&*call.schema().await?, "bk_obj_id", obj_id)
}

/// A model whose instances are changed by general endpoints: 1199084 for those with endpoints of their own, 1199011 with the
/// member that names it for unknown ones.
pub(crate) fn general_model_in(schema: &Schema, member: &str, obj_id: &str) -> Result<Arc<ModelSchema>> {
    if is_inner(obj_id) || innertable::owner_of(obj_id).is_some() {
        return Err(Error::new(Code::InnerModelInstance));
    }
    let found = schema.model(obj_id).map(Arc::clone);
    found.ok_or_else(|| Error::refers_to_nothing(member).hint(format!("no model has the id \"{obj_id}\"")))
}

pub(crate) fn not_paused(model: &ModelSchema) -> Result<()> {
    if model.model.paused { Err(Error::new(Code::ModelPaused)) } else { Ok(()) }
}

/// What the attributes of an instance look like, beside its model.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of a body")]
#[schemars(extend("examples" = [{"bk_obj_id": "switch", "bk_inst_name": "sw-01"}]))]
struct Attributes {
    /// The model.
    bk_obj_id: String,
    #[schemars(flatten)]
    attributes: Map,
}

/// Likewise, of one that exists.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of a body")]
#[schemars(extend("examples" = [{"bk_obj_id": "switch", "bk_inst_id": 1, "bk_inst_name": "sw-01"}]))]
struct Existing {
    /// Id of the instance.
    bk_inst_id: i64,
    #[schemars(flatten)]
    attributes: Attributes,
}

/// The attributes of an instance, and its model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Create(#[schemars(with = "Attributes")] Free);

impl Input for Create {
    const NULL_IS_ABSENT: bool = false;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.0.text("bk_obj_id").to_owned())]
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<Map> {
    let model = general_model(call, input.0.text("bk_obj_id")).await?;
    not_paused(&model)?;
    let doc = validate::new_document(call, &model, &input.0.0)?;
    let mut outcome = insert(call, ok, &model, vec![Ok(doc)], None).await?;
    outcome.pop().unwrap_or_else(|| Err(Error::internal("an instance got lost")))
}

/// Many instances of a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CreateMany {
    /// The model.
    bk_obj_id: String,
    /// The attributes of each instance, by default at most 200: a setting of the server.
    #[schemars(length(min = 1), with = "Vec<Map>", extend("examples" = [[{"bk_inst_name": "sw-01"}]]))]
    details: Vec<Option<Map>>,
}

impl Input for CreateMany {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// What became of each item, by its index in `details`.
#[derive(Debug, Default, serde::Serialize, JsonSchema)]
#[schemars(rename = "CreatedInstances")]
struct CreatedMany {
    /// Ids of the new instances.
    success_created: Indexed<i64>,
    /// Why an item was refused, in the language of the caller.
    error_msg: Indexed<String>,
}

async fn create_many(call: &mut Call<'_>, ok: Granted, input: &CreateMany) -> Result<CreatedMany> {
    let model = general_model(call, &input.bk_obj_id).await?;
    if model.mainline {
        return Err(Error::new(Code::MainlineInstance));
    }
    let most = call.app.settings.instance_batch;
    if input.details.is_empty() {
        return Err(Error::new(Code::ListEmpty).arg("details"));
    }
    if input.details.len() > most {
        return Err(Error::new(Code::TooManyItems).arg("details").arg(most));
    }
    not_paused(&model)?;
    let whole = |inner: Error| Error::new(Code::RequestFailed).arg(inner);
    for detail in input.details.iter().flatten() {
        validate::business_of(detail).map_err(whole)?;
    }
    let mut items = Vec::with_capacity(input.details.len());
    for (index, detail) in input.details.iter().enumerate() {
        let null = || whole(Error::new(Code::ListEmpty).arg(format!("details[{index}]")));
        items.push(validate::new_document(call, &model, detail.as_ref().ok_or_else(null)?));
    }
    let mut answer = CreatedMany::default();
    for (index, outcome) in insert(call, ok, &model, items, None).await?.into_iter().enumerate() {
        match outcome {
            Ok(doc) => answer.success_created.0.push((index, id_of(&model, &doc))),
            Err(error) => answer.error_msg.0.push((index, error.message(call.lang()))),
        }
    }
    Ok(answer)
}

fn id_of(model: &ModelSchema, doc: &Map) -> i64 {
    doc.get(model.id_field()).and_then(Value::as_i64).unwrap_or_default()
}

pub(crate) fn name_of(model: &ModelSchema, doc: &Map) -> String {
    doc.get(model.name_field()).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Inserts the documents whose unique keys are free, in order; gives each a new id, or the given one of its place, and notes
/// the changes.
pub(crate) async fn insert(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    mut items: Vec<Result<Map>>,
    given: Option<&[i64]>,
) -> Result<Vec<Result<Map>>> {
    let limit = call.limit(ok, &model.model.obj_id).await?;
    let mut rows_of = tables::Rows::take(call, model, &limit, &mut items).await?;
    for item in &mut items {
        if item.as_ref().is_ok_and(|doc| !limit.admits(doc)) {
            *item = Err(call.refusal(ok, &[Resource::Model(model.model.obj_id.clone())]).await);
        }
    }
    refuse_dangling(call, model, &mut items).await?;
    id_rules::fill(call, ok, model, &mut items).await?;
    let keys_of: Vec<Vec<UniqueKey>> =
        items.iter().map(|item| item.as_ref().map(|doc| model.keys(doc)).unwrap_or_default()).collect();
    let mut taken = Holders::look_up(call, keys_of.iter().flatten()).await?;
    for (place, (item, keys)) in items.iter_mut().zip(&keys_of).enumerate() {
        let Ok(doc) = item else { continue };
        let free = match keys.iter().find(|key| taken.holder(key).is_some()) {
            Some(key) => Err(duplicate(model, key, doc)),
            None => rows_of.claim(place),
        };
        match free {
            Err(error) => *item = Err(error),
            // The row has no id yet; any holder will do to refuse a later item of the batch.
            Ok(()) => keys.iter().for_each(|key| taken.set(key, Some(i64::MIN))),
        }
    }
    let ids = given.map(|given| items.iter().zip(given).filter(|(item, _)| item.is_ok()).map(|(_, id)| *id).collect());
    let good = items.iter_mut().zip(keys_of).filter_map(|(item, keys)| Some((item.as_mut().ok()?, keys))).collect();
    write::insert(call, ok, model, good, ids).await?;
    let owner = |(place, item): (usize, &Result<Map>)| Some((place, id_of(model, item.as_ref().ok()?)));
    let owners = items.iter().enumerate().filter_map(owner).collect();
    rows_of.attach(call, ok, &owners).await?;
    Ok(items)
}

/// Refuses new instances that quote instances which do not exist.
async fn refuse_dangling(call: &mut Call<'_>, model: &ModelSchema, items: &mut [Result<Map>]) -> Result<()> {
    let nothing = Map::new();
    let documents: Vec<_> = items.iter().map(|item| (None, item.as_ref().unwrap_or(&nothing))).collect();
    let dangling = quotes::dangling(call, model, &documents).await?;
    for (item, error) in items.iter_mut().zip(dangling) {
        if let Some(error) = error {
            *item = Err(error);
        }
    }
    Ok(())
}

/// The error of a key that is taken: 1199014 with the fields and values of the rule.
pub(crate) fn duplicate(model: &ModelSchema, key: &UniqueKey, doc: &Map) -> Error {
    let fields = model.rules.iter().find(|rule| rule.id == key.rule).map(|rule| rule.fields.as_slice());
    let text: Vec<String> = fields
        .unwrap_or_default()
        .iter()
        .map(|field| format!("{field}: {}", doc.get(field).unwrap_or(&Value::Null)))
        .collect();
    Error::new(Code::Duplicate).arg(text.join(", "))
}

/// Who holds which unique key, as a batch goes along.
struct Holders(HashMap<UniqueKey, Option<i64>>);

impl Holders {
    async fn look_up(call: &mut Call<'_>, keys: impl Iterator<Item = &UniqueKey>) -> Result<Self> {
        let keys: Vec<UniqueKey> = keys.collect::<HashSet<_>>().into_iter().cloned().collect();
        let holders = call.tx.find_keys(&keys).await?;
        Ok(Self(keys.into_iter().zip(holders).collect()))
    }

    fn holder(&self, key: &UniqueKey) -> Option<i64> {
        self.0.get(key).copied().flatten()
    }

    fn set(&mut self, key: &UniqueKey, holder: Option<i64>) {
        self.0.insert(key.clone(), holder);
    }
}

/// Fields of an instance to change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Update(#[schemars(with = "Existing")] Free);

impl Input for Update {
    const NULL_IS_ABSENT: bool = false;
    fn resources(&self) -> Vec<Resource> {
        let ids = self.0.number("bk_inst_id").integer().into_iter().collect();
        vec![Resource::Instances(self.0.text("bk_obj_id").to_owned(), ids)]
    }
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<()> {
    let model = general_model(call, input.0.text("bk_obj_id")).await?;
    let id = input.0.number("bk_inst_id").required(Code::ParamNotInteger, "inst_id")?;
    change(call, ok, &model, &[(id, &input.0.0)]).await
}

/// Many instances to change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct UpdateMany {
    /// The model.
    bk_obj_id: String,
    /// The instances, in the order of the changes.
    #[schemars(length(max = MAX_UPDATE))]
    update: Vec<UpdateItem>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct UpdateItem {
    /// Id of the instance.
    inst_id: i64,
    /// The attributes to change.
    #[schemars(extend("examples" = [{"bk_inst_name": "sw-02"}]))]
    datas: Option<Map>,
}

impl Input for UpdateMany {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Instances(self.bk_obj_id.clone(), self.update.iter().map(|item| item.inst_id).collect())]
    }
}

async fn update_many(call: &mut Call<'_>, ok: Granted, input: &UpdateMany) -> Result<()> {
    let model = general_model(call, &input.bk_obj_id).await?;
    if input.update.len() > MAX_UPDATE {
        return Err(Error::new(Code::TooManyItems).arg("update").arg(MAX_UPDATE));
    }
    if input.update.iter().any(|item| item.inst_id == 0) {
        return Err(Error::invalid("inst_id"));
    }
    let nothing = Map::new();
    let items: Vec<(i64, &Map)> =
        input.update.iter().map(|item| (item.inst_id, item.datas.as_ref().unwrap_or(&nothing))).collect();
    change(call, ok, &model, &items).await
}

/// Changes instances in order, all or none. An id may come twice.
async fn change(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, items: &[(i64, &Map)]) -> Result<()> {
    // What was changed before the one that fails is undone with the request.
    try_change(call, ok, model, items).await?.into_iter().collect()
}

/// One change of an instance: its document before and after, and the rows that it gets in its inner tables.
struct Step<'i> {
    id: i64,
    before: Map,
    after: Map,
    sent: &'i Map,
    rows: Vec<tables::Brought>,
}

/// Changes instances in order; each item succeeds or fails by itself. After a failure the later items of the same instance
/// fail with it.
pub(crate) async fn try_change(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    items: &[(i64, &Map)],
) -> Result<Vec<Result<()>>> {
    let ids: Vec<i64> = items.iter().map(|(id, _)| *id).collect();
    let limit = call.limit(ok, &model.model.obj_id).await?;
    let stored: BTreeMap<i64, Row> =
        call.tx.get_many(model.space(), &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    call.check_rows(ok, model, &ids, stored.values()).await?;

    let tables = tables::of(call, model).await?;
    let mut now: BTreeMap<i64, Result<Map>> = BTreeMap::new();
    let mut steps: Vec<Result<Step<'_>>> = Vec::with_capacity(items.len());
    for &(id, sent) in items {
        let before = match (now.get(&id), stored.get(&id)) {
            (Some(known), _) => known.clone(),
            (None, Some(row)) => Ok(row.doc.clone()),
            (None, None) => Err(Error::new(Code::TargetNotFound).hint(not_there(model, id))),
        };
        let step = before.and_then(|before| {
            let after = validate::changed_document(call, model, &before, sent)?;
            Ok(Step { id, before, after, sent, rows: tables::replacing(call, &tables, sent)? })
        });
        let step = match step {
            Ok(step) if !limit.admits(&step.after) => Err(refused(call, ok, model, id).await),
            step => step,
        };
        now.insert(id, step.as_ref().map(|step| step.after.clone()).map_err(Clone::clone));
        steps.push(step);
    }
    check_steps(call, model, &mut steps).await?;

    let (mut outcomes, mut done) = (Vec::with_capacity(steps.len()), Vec::new());
    let mut rows_of = BTreeMap::new();
    for step in steps {
        outcomes.push(step.map(|Step { id, before, after, sent, rows }| {
            // An instance may come twice; the rows that come last are those it gets.
            rows_of.extend(rows.into_iter().map(|it| ((it.table, id), it.rows)));
            done.push(write::Changed { id, before, after, sent: sent.clone() });
        }));
    }
    write::replace(call, ok, model, &stored, done).await?;
    tables::replace(call, ok, rows_of).await?;
    Ok(outcomes)
}

/// The refusal of a change after which the caller could not change the instance any more.
async fn refused(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, id: i64) -> Error {
    call.refusal(ok, &[Resource::Instances(model.model.obj_id.clone(), vec![id])]).await
}

/// A row with another document, and the keys that it gives back and takes with it.
pub(crate) fn replace(model: &ModelSchema, row: &Row, doc: Map) -> Replace {
    let (old, new) = (model.keys(&row.doc), model.keys(&doc));
    Replace {
        id: row.id,
        revision: row.revision,
        drop_keys: old.iter().filter(|key| !new.contains(key)).cloned().collect(),
        take_keys: new.into_iter().filter(|key| !old.contains(key)).collect(),
        doc,
    }
}

/// Refuses the changes that quote what does not exist or take a key which another instance holds at that step, and those of
/// the same instance that follow.
async fn check_steps(call: &mut Call<'_>, model: &ModelSchema, steps: &mut [Result<Step<'_>>]) -> Result<()> {
    let nothing = Map::new();
    let documents = steps.iter().map(|step| match step {
        Ok(step) => (Some(&step.before), &step.after),
        Err(_) => (None, &nothing),
    });
    let dangling = quotes::dangling(call, model, &documents.collect::<Vec<_>>()).await?;
    let keys = |step: &Result<Step<'_>>| {
        step.as_ref().map(|step| (model.keys(&step.before), model.keys(&step.after))).unwrap_or_default()
    };
    let keys: Vec<(Vec<UniqueKey>, Vec<UniqueKey>)> = steps.iter().map(keys).collect();
    let mut holders = Holders::look_up(call, keys.iter().flat_map(|(_, new)| new)).await?;
    let mut failed: HashMap<i64, Error> = HashMap::new();
    for ((step, (old, new)), dangling) in steps.iter_mut().zip(&keys).zip(dangling) {
        let Ok(Step { id, after, .. }) = step else { continue };
        let id = *id;
        let taken = new.iter().find(|key| holders.holder(key).is_some_and(|holder| holder != id));
        let taken = taken.map(|key| duplicate(model, key, after));
        if let Some(error) = failed.get(&id).cloned().or(dangling).or(taken) {
            failed.insert(id, error.clone());
            *step = Err(error);
            continue;
        }
        for key in old {
            holders.set(key, None);
        }
        for key in new {
            holders.set(key, Some(id));
        }
    }
    Ok(())
}

pub(crate) fn not_there(model: &ModelSchema, id: i64) -> String {
    format!("{} has no instance {id}", model.model.obj_id)
}

/// Which instance.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of a body")]
struct Named {
    /// The model.
    bk_obj_id: String,
    /// Id of the instance.
    bk_inst_id: i64,
}

/// An instance to delete.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Delete(#[schemars(with = "Named")] Free);

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        let ids = self.0.number("bk_inst_id").integer().into_iter().collect();
        vec![Resource::Instances(self.0.text("bk_obj_id").to_owned(), ids)]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    let model = general_model(call, input.0.text("bk_obj_id")).await?;
    let id = input.0.number("bk_inst_id").required(Code::ParamNotInteger, "inst id")?;
    remove(call, ok, &model, &[id]).await
}

/// Instances to delete.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct DeleteMany {
    /// The model.
    bk_obj_id: String,
    /// The instances.
    delete: DeleteIds,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct DeleteIds {
    /// Their ids.
    inst_ids: Vec<i64>,
}

impl Input for DeleteMany {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Instances(self.bk_obj_id.clone(), self.delete.inst_ids.clone())]
    }
}

async fn delete_many(call: &mut Call<'_>, ok: Granted, input: &DeleteMany) -> Result<()> {
    let model = general_model(call, &input.bk_obj_id).await?;
    remove(call, ok, &model, &input.delete.inst_ids).await
}

/// Deletes the instances that exist; none when one of them is linked (instances.md §6.2).
async fn remove(call: &mut Call<'_>, ok: Granted, model: &ModelSchema, ids: &[i64]) -> Result<()> {
    let rows = call.tx.get_many(model.space(), ids).await?;
    call.check_rows(ok, model, ids, &rows).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let schema = call.schema().await?;
    let obj_id = model.model.obj_id.as_str();
    for query in links_of(&schema, obj_id, &ids) {
        let query = LinkQuery { limit: Some(1), ..query };
        if let Some(link) = call.tx.find_links(&query).await?.first() {
            let hint = format!("link {} joins instance {} and instance {}", link.id, link.source, link.target);
            return Err(Error::new(Code::InstanceLinked).hint(hint));
        }
    }
    write::delete(call, ok, model, rows).await
}
