//! Ids that the system makes by a rule (models.md §4 `id_rule`, other.md §2): the counters, the values of new instances, and
//! of those that were there before their model had a rule. Not here: what a rule says, which `relata_model` knows.
//!
//! A counter is a record like others, so it is copied, verified and undone with what it was taken for. Where several
//! processes write, those who take numbers of one counter meet at its row, and the slower one begins anew.

use crate::call::Call;
use crate::endpoint::Input;
use crate::instances;
use crate::models::uniques::instances_after;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use crate::schema::{ModelSchema, Schema};
use crate::tasks::{self, Task};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::id_rule::{self, Ingredients, Recipe};
use relata_model::change::{self, Action, Record};
use relata_model::filter::Filter;
use relata_model::store::Row;
use relata_model::store::tables::rule;
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

crate::endpoints! { V3;
    /// Move the counter of a model, or of all models, forward.
    update_id_rule_incr_id = PUT "/update/id_rule/incr_id", IdRuleEdit, Write => move_counter;
    /// Give the instances of a model that have no id by its rule one each.
    sync_inst_id_rule = POST "/sync/inst/id_rule", InstanceUpdate, Write => sync;
    /// How a task of giving ids has ended.
    find_inst_id_rule_task_status = POST "/find/inst/id_rule/task_status", InstanceView, Read => status;
}

/// The last number that a rule has taken.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IdCounter {
    /// Numeric id.
    pub id: i64,
    /// Textual id of the model; empty for the counter of all models.
    pub model: String,
    /// The number; 0 for none.
    pub last: i64,
}

repo::entity! { IdCounter: IdCounters, IdCounter,
    name |it| &it.model,
    scope |_| "",
    keys |it| vec![Key::new(rule::ID_COUNTER, "type", [it.model.as_str()])]
}

/// What the API calls the counter of all models.
const GLOBAL: &str = "global";

/// The kind of task of [`sync`].
const TASK: &str = "inst_id_rule_sync";

/// How often values that are taken are made anew.
const ROUNDS: u32 = 16;

async fn counters(call: &mut Call<'_>, models: &[&str]) -> Result<Vec<(Option<Stored<IdCounter>>, IdCounter)>> {
    let mut found = repo::find::<IdCounter>(call, Filter::one_of("model", models.iter().copied())).await?;
    let counter = |model: &&str| {
        let at = found.iter().position(|it| it.entity.model == *model);
        let stored = at.map(|at| found.swap_remove(at));
        let new = IdCounter { model: (*model).to_owned(), ..IdCounter::default() };
        let now = stored.as_ref().map_or(new, |it| it.entity.clone());
        (stored, now)
    };
    Ok(models.iter().map(counter).collect())
}

/// Takes `count` numbers of each counter that a rule needs; gives the last ones of all models and of the model.
async fn take(call: &mut Call<'_>, ok: Granted, recipe: &Recipe, obj_id: &str, count: i64) -> Result<(i64, i64)> {
    let mut names = Vec::new();
    if recipe.is_global() {
        names.push("");
    }
    if recipe.is_local() {
        names.push(obj_id);
    }
    if names.is_empty() {
        return Ok((0, 0));
    }
    let mut counters = counters(call, &names).await?;
    for (_, counter) in &mut counters {
        counter.last = counter
            .last
            .checked_add(count)
            .ok_or_else(|| Error::new(Code::ParamInvalid).arg(GLOBAL).hint("the counter has come to its end"))?;
    }
    let last = |model: &str| counters.iter().find(|(_, it)| it.model == model).map_or(0, |(_, it)| it.last);
    let taken = (last(""), last(obj_id));
    repo::save_many(call, ok, counters).await?;
    Ok(taken)
}

/// The attribute of a model whose values are made by a rule.
fn ruled(model: &ModelSchema) -> Option<&Attribute> {
    model.attributes_of(0).map(|it| &it.attribute).find(|it| it.kind == id_rule::NAME)
}

fn lacks(doc: &Map, attribute: &Attribute) -> bool {
    doc.get(&attribute.property_id).is_none_or(|value| value.is_null() || value == "")
}

/// Whether a model has an attribute that ids are given to by a rule.
pub(crate) fn has_rule(model: &ModelSchema) -> bool {
    ruled(model).is_some()
}

/// Gives new instances that lack an id by the rule of their model one each.
pub(crate) async fn fill(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    items: &mut [Result<Map>],
) -> Result<()> {
    let Some(attribute) = ruled(model) else { return Ok(()) };
    let open: Vec<usize> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.as_ref().is_ok_and(|doc| lacks(doc, attribute)))
        .map(|(index, _)| index)
        .collect();
    let mut docs: Vec<Map> = open.iter().filter_map(|index| items.get(*index)?.as_ref().ok().cloned()).collect();
    let failed = generate(call, ok, model, attribute, &mut docs).await?;
    for ((index, doc), failure) in open.into_iter().zip(docs).zip(failed) {
        if let Some(item) = items.get_mut(index) {
            *item = failure.map_or(Ok(doc), |error| Err(Error::refers_to_nothing(error)));
        }
    }
    Ok(())
}

/// Sets the value of the attribute in each document, to one that no instance has yet. Gives for each why it could not.
async fn generate(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    attribute: &Attribute,
    docs: &mut [Map],
) -> Result<Vec<Option<Error>>> {
    let recipe = Recipe::parse(&attribute.option)?;
    let own = model.rules.iter().find(|rule| rule.fields == [attribute.property_id.as_str()]);
    let mut failed = vec![None; docs.len()];
    let mut open: Vec<usize> = (0..docs.len()).collect();
    let mut given = HashSet::new();
    for round in 0..ROUNDS {
        let wanted = i64::try_from(open.len()).unwrap_or(i64::MAX);
        if wanted == 0 {
            break;
        }
        // Where values are taken already, ever larger steps are made to get past them.
        let step = wanted.saturating_mul(1 << round);
        let (global, local) = take(call, ok, &recipe, &model.model.obj_id, step).await?;
        let mut made = Vec::with_capacity(open.len());
        for (behind, index) in (0..wanted).rev().zip(&open) {
            let Some(doc) = docs.get_mut(*index) else { continue };
            let from = Ingredients { global: global - behind, local: local - behind, random: random(call) };
            match recipe.value(&attribute.name, doc, &from) {
                Ok(value) => {
                    doc.insert(attribute.property_id.clone(), value.into());
                    made.push((*index, own.and_then(|rule| rule.key(doc))));
                }
                Err(error) => {
                    if let Some(place) = failed.get_mut(*index) {
                        *place = Some(error);
                    }
                }
            }
        }
        open = taken(call, &made, &mut given).await?;
    }
    Ok(failed)
}

/// Which of the values that were made somebody else has, or was just given.
async fn taken(
    call: &mut Call<'_>,
    made: &[(usize, Option<UniqueKey>)],
    given: &mut HashSet<UniqueKey>,
) -> Result<Vec<usize>> {
    let keyed: Vec<(usize, UniqueKey)> = made.iter().filter_map(|(index, key)| Some((*index, key.clone()?))).collect();
    let keys: Vec<UniqueKey> = keyed.iter().map(|(_, key)| key.clone()).collect();
    let holders = call.tx.find_keys(&keys).await?;
    let again =
        keyed.into_iter().zip(holders).filter(|((_, key), holder)| holder.is_some() || !given.insert(key.clone()));
    Ok(again.map(|((index, _), _)| index).collect())
}

/// 32 random letters and digits.
fn random(call: &Call<'_>) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    call.app.environment.random().iter().filter_map(letter).collect()
}

/// What a rule of a new or changed attribute names: attributes of the model that hold one text each; and that there is only
/// one such attribute.
pub(crate) fn check_definition(schema: &Schema, attribute: &Attribute) -> Result<()> {
    if attribute.kind != id_rule::NAME {
        return Ok(());
    }
    let Some(model) = schema.model(&attribute.obj_id) else { return Ok(()) };
    if ruled(model).is_some_and(|other| other.id != attribute.id) {
        return Err(Error::new(Code::TooManyItems).arg(id_rule::NAME).arg(1_i64));
    }
    if attribute.business != 0 {
        return Err(Error::refers_to_nothing("bk_property_type").hint("all businesses have the id of a rule"));
    }
    for id in Recipe::parse(&attribute.option)?.attributes() {
        let named = model.attributes_of(0).map(|it| &it.attribute).find(|it| it.property_id == id);
        if !named.is_some_and(|it| ["singlechar", "enum", "list"].contains(&it.kind.as_str())) {
            let hint = format!("{id} is no attribute of the model, or not of type singlechar, enum or list");
            return Err(Error::invalid("option").hint(hint));
        }
    }
    Ok(())
}

/// Forgets the counter of a model that is deleted.
pub(crate) async fn forget(call: &mut Call<'_>, ok: Granted, obj_id: &str) -> Result<()> {
    let found = repo::find::<IdCounter>(call, Filter::equal("model", obj_id)).await?;
    let found: Vec<IdCounter> = found.into_iter().map(|it| it.entity).collect();
    repo::delete(call, ok, &found).await
}

/// Where a counter shall be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"type": "switch", "sequence_id": 100}]))]
struct MoveCounter {
    /// Textual id of a model, or `global`.
    #[serde(rename = "type")]
    of: String,
    /// The number to go on from.
    sequence_id: i64,
}

impl Input for MoveCounter {
    fn resources(&self) -> Vec<Resource> {
        vec![if self.of == GLOBAL { Resource::System } else { Resource::Model(self.of.clone()) }]
    }
}

async fn move_counter(call: &mut Call<'_>, ok: Granted, input: &MoveCounter) -> Result<()> {
    if input.of.is_empty() {
        return Err(Error::required("type"));
    }
    let name = if input.of == GLOBAL { "" } else { input.of.as_str() };
    if !name.is_empty() && call.schema().await?.model(name).is_none() {
        return Err(Error::refers_to_nothing("type").hint("it is the id of a model, or global"));
    }
    let mut counters = counters(call, &[name]).await?;
    for (_, counter) in &mut counters {
        if input.sequence_id <= counter.last {
            let hint = format!("the counter is at {} and only goes forward", counter.last);
            return Err(Error::refers_to_nothing("sequence_id").hint(hint));
        }
        counter.last = input.sequence_id;
    }
    repo::save_many(call, ok, counters).await
}

/// The model whose instances get ids.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Sync {
    /// Textual id of the model.
    bk_obj_id: String,
}

impl Input for Sync {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// A task to ask for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StartedTask")]
struct Asked {
    /// Id of the task.
    task_id: String,
}

async fn sync(call: &mut Call<'_>, ok: Granted, input: &Sync) -> Result<Asked> {
    if input.bk_obj_id.is_empty() {
        return Err(Error::required("bk_obj_id"));
    }
    let schema = call.schema().await?;
    let model = schema.model(&input.bk_obj_id).ok_or_else(|| Error::refers_to_nothing("bk_obj_id"))?;
    let attribute =
        ruled(model).ok_or_else(|| Error::invalid("bk_obj_id").hint("the model has no attribute of type id_rule"))?;
    let lacking = |test: Value| Filter::equal(attribute.property_id.as_str(), test);
    let filter = Filter::Any(vec![lacking(Value::Null), lacking("".into())]);
    let (mut behind, mut count) = (Some(i64::MIN), 0);
    while let Some(after) = behind {
        let (rows, next) = instances_after(call, model.space(), filter.clone(), after).await?;
        count += rows.len();
        fill_rows(call, ok, model, attribute, &rows).await?;
        behind = next;
    }
    if count == 0 {
        return Err(Error::new(Code::ParamNotString).arg("data").hint("every instance of the model has its id"));
    }
    let task = Task::ended(call, TASK, model.model.id, Value::Null, Ok(()));
    let task_id = tasks::record(call, ok, vec![task]).await?.into_iter().next();
    Ok(Asked { task_id: task_id.unwrap_or_default() })
}

async fn fill_rows(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    attribute: &Attribute,
    rows: &[Row],
) -> Result<()> {
    let mut docs: Vec<Map> = rows.iter().map(|row| row.doc.clone()).collect();
    if let Some(error) = generate(call, ok, model, attribute, &mut docs).await?.into_iter().flatten().next() {
        return Err(error);
    }
    let mut records = Vec::with_capacity(rows.len());
    let mut replaces = Vec::with_capacity(rows.len());
    for (row, mut doc) in rows.iter().zip(docs) {
        instances::touch(call, &mut doc);
        let value = doc.get(&attribute.property_id).cloned().unwrap_or_default();
        records.push(Record {
            id: row.id,
            name: instances::name_of(model, &row.doc),
            before: Some(row.doc.clone()),
            after: Some(doc.clone()),
            sent: Some(Map::from_iter([(attribute.property_id.clone(), value)])),
        });
        replaces.push(instances::replace(model, row, doc));
    }
    call.tx.replace_many(model.space(), replaces).await?;
    call.record(change::Resource::Instance, Action::Update, &model.model.obj_id, &records)
}

/// A task.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Which {
    /// Id of the task.
    task_id: String,
}

impl Input for Which {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// How it ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TaskState")]
struct Status {
    /// How it stands.
    status: String,
}

async fn status(call: &mut Call<'_>, _ok: Granted, input: &Which) -> Result<Status> {
    if input.task_id.is_empty() {
        return Err(Error::required("task_id"));
    }
    let task = tasks::find(call, TASK, std::slice::from_ref(&input.task_id)).await?.into_iter().next();
    let task = task.ok_or_else(|| Error::refers_to_nothing("task_id").hint("there is no such task"))?;
    Ok(Status { status: task.status })
}
