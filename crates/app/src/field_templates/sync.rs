//! Applying field templates to models, and what it would do (other.md §1.3, §1.4). A synchronisation is a task for each
//! model, done in the transaction that asks for it: a model gets all of the template, or nothing and a task that says why.

use super::bindings::{Bind, MAX_MODELS, Owned, models, models_of};
use super::check::{self, Unique};
use super::difference::{self, Compared, Verdict};
use super::records::{FieldTemplate, TemplateAttribute, TemplateUnique};
use super::{TEMPLATE, entities, existing, parts};
use crate::call::Call;
use crate::endpoint::Input;
use crate::models::{attributes::next_index, uniques};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Entity, Stored};
use crate::schema::RuleSchema;
use crate::tasks::{self, FINISHED, Task};
use relata_model::attribute::{Attribute, DEFAULT_GROUP};
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::Space;
use relata_model::unique::UniqueRule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

crate::endpoints! { V3;
    /// What attributes of a field template would do to a model.
    post_find_field_template_attribute_difference = POST "/find/field_template/attribute/difference", ModelView, Read => attribute_difference;
    /// What unique rules of a field template would do to a model.
    post_find_field_template_unique_difference = POST "/find/field_template/unique/difference", ModelView, Read => unique_difference;
    /// Apply a field template to models that it is bound to; answers the ids of the tasks.
    post_update_topo_field_template_sync = POST "/update/topo/field_template/sync", ModelEdit, Write => sync;
    /// Whether models differ from a field template.
    post_find_field_template_sync_status = POST "/find/field_template/sync/status", ModelView, Read => sync_status;
    /// How the last synchronisation of models with a field template has ended, and whether they need another.
    post_find_field_template_model_status = POST "/find/field_template/model/status", ModelView, Read => model_status;
    /// How tasks have ended.
    post_find_field_template_tasks_status = POST "/find/field_template/tasks_status", TemplateView, Read => tasks_status;
}

/// The type of the tasks.
const KIND: &str = "field_template_sync";
/// The most models whose status is asked for.
const MAX_STATUS: usize = 5;
/// The most tasks whose status is asked for.
const MAX_TASKS: usize = 500;

/// Parts of a template, as they are or as a caller wants them to be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Wanted {
    /// Numeric id of the field template.
    bk_template_id: i64,
    /// Numeric id of the model.
    object_id: i64,
    /// Attributes as they are wanted.
    attributes: Vec<TemplateAttribute>,
    /// Unique rules as they are wanted.
    uniques: Vec<Unique>,
}

impl Input for Wanted {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

impl Wanted {
    async fn model(&self, call: &mut Call<'_>, ok: Granted) -> Result<Model> {
        for (parameter, id) in [(TEMPLATE, self.bk_template_id), ("object_id", self.object_id)] {
            if id == 0 {
                return Err(Error::required(parameter));
            }
        }
        existing(call, self.bk_template_id).await?;
        let found = models(call, ok, &[self.object_id]).await?.into_iter().next();
        found.ok_or_else(|| Error::new(Code::TargetNotFound))
    }
}

/// What would be done; lists without an element are null.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "TemplateDifference")]
struct Difference {
    /// What the model would get.
    create: Option<Vec<Entry>>,
    /// What would change in the model.
    update: Option<Vec<Entry>>,
    /// What the model has otherwise, and cannot have.
    conflict: Option<Vec<Entry>>,
    /// What the model has already.
    unchanged: Option<Vec<Map>>,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "TemplateChange")]
struct Entry {
    /// Position in the request; −1 for what the template has no more.
    index: i64,
    /// Textual id of the attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    bk_property_id: Option<String>,
    /// Why it cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What the model has.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Map>,
    /// Members that would change, with their new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    update_data: Option<Map>,
}

impl Difference {
    fn of<E: Entity>(call: &Call<'_>, compared: Vec<Compared<E>>) -> Result<Self> {
        let mut difference = Self::default();
        for it in compared {
            let entry = Entry { index: it.index, bk_property_id: it.property, ..Entry::default() };
            let (list, entry) = match it.verdict {
                Verdict::Create(_) => (&mut difference.create, entry),
                Verdict::Update(old, new) => {
                    let data = Some(repo::document(&old.entity)?);
                    let update_data = Some(repo::members_changed(&old.entity, &new)?);
                    (&mut difference.update, Entry { data, update_data, ..entry })
                }
                Verdict::Conflict(own, error) => {
                    let data = own.as_ref().map(repo::document).transpose()?;
                    (&mut difference.conflict, Entry { message: Some(error.message(call.lang())), data, ..entry })
                }
                Verdict::Unchanged(own) => {
                    difference.unchanged.get_or_insert_default().push(repo::document(&own)?);
                    continue;
                }
            };
            list.get_or_insert_default().push(entry);
        }
        Ok(difference)
    }
}

async fn attribute_difference(call: &mut Call<'_>, ok: Granted, input: &Wanted) -> Result<Difference> {
    let model = input.model(call, ok).await?;
    let given = check::attributes(&input.attributes)?;
    let of_model = attributes_of(call, &model).await?;
    difference::check_attributes(&given, &of_model)?;
    let owned = Owned::read(call, input.bk_template_id, &model).await?;
    let schema = call.schema().await?;
    let compared = difference::attributes(&schema, &model.obj_id, &given, &of_model, &owned);
    Difference::of(call, compared)
}

async fn unique_difference(call: &mut Call<'_>, ok: Granted, input: &Wanted) -> Result<Difference> {
    let model = input.model(call, ok).await?;
    if let Some(unique) = input.uniques.iter().find(|it| it.keys.is_empty()) {
        return Err(Error::required("keys").hint(format!("unique rule {} has none", unique.id)));
    }
    let of_model = attributes_of(call, &model).await?;
    let rules = uniques::rules_of(call, &model.obj_id).await?;
    let owned = Owned::read(call, input.bk_template_id, &model).await?;
    let compared = difference::uniques(&model.obj_id, &input.uniques, &rules, &numbers(&of_model), &owned);
    Difference::of(call, compared)
}

/// All attributes of a model, those of single businesses too.
async fn attributes_of(call: &mut Call<'_>, model: &Model) -> Result<Vec<Stored<Attribute>>> {
    repo::find(call, Filter::equal("bk_obj_id", model.obj_id.as_str())).await
}

/// The numbers of the attributes that all businesses have, by their ids.
fn numbers(attributes: &[Stored<Attribute>]) -> HashMap<String, i64> {
    let global = attributes.iter().map(|it| &it.entity).filter(|it| it.business == 0);
    global.map(|it| (it.property_id.clone(), it.id)).collect()
}

/// A template with its parts.
struct Template {
    id: i64,
    attributes: Vec<TemplateAttribute>,
    uniques: Vec<Unique>,
    /// The models it is bound to.
    bound: Vec<i64>,
}

impl Template {
    async fn read(call: &mut Call<'_>, id: i64) -> Result<Self> {
        let mut attributes: Vec<TemplateAttribute> = entities(parts(call, id).await?);
        attributes.sort_by_key(|it| it.index);
        let key = |number: &i64| attributes.iter().find(|it| it.id == *number).map(|it| it.property_id.clone());
        let unique = |it: TemplateUnique| Unique { id: it.id, keys: it.keys.iter().filter_map(key).collect() };
        let uniques = entities(parts(call, id).await?).into_iter().map(unique).collect();
        Ok(Self { id, uniques, attributes, bound: models_of(call, id).await? })
    }

    async fn compare(&self, call: &mut Call<'_>, model: &Model) -> Result<Comparison> {
        let of_model = attributes_of(call, model).await?;
        let rules = uniques::rules_of(call, &model.obj_id).await?;
        let owned = Owned::read(call, self.id, model).await?;
        let schema = call.schema().await?;
        let refused = difference::check_attributes(&self.attributes, &of_model).err();
        let numbers = numbers(&of_model);
        Ok(Comparison {
            refused,
            attributes: difference::attributes(&schema, &model.obj_id, &self.attributes, &of_model, &owned),
            uniques: difference::uniques(&model.obj_id, &self.uniques, &rules, &numbers, &owned),
            numbers,
        })
    }
}

/// What a template and a model have in common, and what not.
struct Comparison {
    /// Why nothing of the template can be applied.
    refused: Option<Error>,
    attributes: Vec<Compared<Attribute>>,
    uniques: Vec<Compared<UniqueRule>>,
    /// The attributes of the model by their ids.
    numbers: HashMap<String, i64>,
}

impl Comparison {
    fn differs(&self) -> bool {
        fn changes<R>(compared: &[Compared<R>]) -> bool {
            compared.iter().any(|it| !matches!(it.verdict, Verdict::Unchanged(_)))
        }
        self.refused.is_some() || changes(&self.attributes) || changes(&self.uniques)
    }

    /// The first reason why the template cannot be applied.
    fn conflict(&self) -> Option<Error> {
        fn first<R>(compared: &[Compared<R>]) -> Option<Error> {
            compared.iter().find_map(|it| match &it.verdict {
                Verdict::Conflict(_, error) => Some(error.clone()),
                Verdict::Create(_) | Verdict::Update(..) | Verdict::Unchanged(_) => None,
            })
        }
        self.refused.clone().or_else(|| first(&self.attributes)).or_else(|| first(&self.uniques))
    }
}

async fn sync(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<Vec<String>> {
    let ids = input.models(MAX_MODELS)?;
    if ids.contains(&0) {
        return Err(Error::refers_to_nothing("object_ids"));
    }
    if repo::get::<FieldTemplate>(call, input.bk_template_id).await?.is_none() {
        return Err(Error::invalid(TEMPLATE).hint("there is no such field template"));
    }
    let template = Template::read(call, input.bk_template_id).await?;
    let mut tasks = Vec::new();
    for model in models(call, ok, &ids).await?.iter().filter(|model| !model.paused) {
        let comparison = template.compare(call, model).await?;
        let hindrance = hindrance(call, &template, model, &comparison).await?;
        if hindrance.is_none() {
            apply(call, ok, &template, model, comparison).await?;
        }
        let extra = json!({"bk_template_id": template.id, "object_id": model.id});
        tasks.push(Task::ended(call, KIND, model.id, extra, hindrance.as_ref().map_or(Ok(()), Err)));
    }
    tasks::record(call, ok, tasks).await
}

/// Why a model cannot have the template, if so. Afterwards nothing but the store can fail.
async fn hindrance(
    call: &mut Call<'_>,
    template: &Template,
    model: &Model,
    comparison: &Comparison,
) -> Result<Option<Error>> {
    if !template.bound.contains(&model.id) {
        return Ok(Some(Error::invalid("object_id").hint("the field template is not bound to this model")));
    }
    if let Some(conflict) = comparison.conflict() {
        return Ok(Some(conflict));
    }
    for (it, unique) in comparison.uniques.iter().zip(&template.uniques) {
        if new_keys(&it.verdict)
            && let Some(error) = uniques::violation(call, Space::instances(model.id), unique.keys.clone()).await?
        {
            return Ok(Some(error));
        }
    }
    Ok(None)
}

/// Whether instances get other keys under a rule.
fn new_keys(verdict: &Verdict<UniqueRule>) -> bool {
    match verdict {
        Verdict::Create(_) => true,
        Verdict::Update(old, new) => old.entity.keys != new.keys,
        Verdict::Conflict(..) | Verdict::Unchanged(_) => false,
    }
}

async fn apply(
    call: &mut Call<'_>,
    ok: Granted,
    template: &Template,
    model: &Model,
    comparison: Comparison,
) -> Result<()> {
    let Comparison { attributes, uniques, mut numbers, .. } = comparison;
    let schema = call.schema().await?;
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for it in attributes {
        match it.verdict {
            Verdict::Create(new) => {
                let new = Attribute {
                    group: DEFAULT_GROUP.to_owned(),
                    account: call.account().to_owned(),
                    creator: call.user().to_owned(),
                    create_time: Some(call.now_local()),
                    last_time: Some(call.now_local()),
                    ..new
                };
                let index = next_index(&schema, &new).saturating_add(i64::try_from(created.len()).unwrap_or(0));
                created.push(Attribute { index, ..new });
            }
            Verdict::Update(old, new) => {
                changed.push(replacement(old, new, |new| new.last_time = Some(call.now_local()))?);
            }
            Verdict::Conflict(..) | Verdict::Unchanged(_) => {}
        }
    }
    repo::update_many(call, ok, Action::Update, &changed).await?;
    let created = repo::create_many(call, ok, created).await?;
    numbers.extend(created.into_iter().map(|it| (it.property_id, it.id)));

    for (place, it) in uniques.into_iter().enumerate() {
        let renews = new_keys(&it.verdict);
        let fields = template.uniques.get(place).map(|it| it.keys.clone()).unwrap_or_default();
        let keys = difference::key_parts(&fields, &numbers);
        let id = match it.verdict {
            Verdict::Create(new) => {
                let (account, last_time) = (call.account().to_owned(), Some(call.now_local()));
                repo::create(call, ok, UniqueRule { keys, account, last_time, ..new }).await?.id
            }
            Verdict::Update(old, new) => {
                let new = if renews { UniqueRule { keys, ..new } } else { new };
                let change = replacement(old, new, |new| new.last_time = Some(call.now_local()))?;
                let id = change.1.id;
                repo::update_many(call, ok, Action::Update, &[change]).await?;
                id
            }
            Verdict::Conflict(..) | Verdict::Unchanged(_) => continue,
        };
        if renews {
            uniques::renew_keys(call, ok, Space::instances(model.id), &RuleSchema { id, fields }).await?;
        }
    }
    Ok(())
}

/// A change of a record, for [`repo::update_many`].
fn replacement<E: Entity>(old: Stored<E>, mut new: E, stamp: impl Fn(&mut E)) -> Result<(Stored<E>, E, Map)> {
    let sent = repo::members_changed(&old.entity, &new)?;
    stamp(&mut new);
    Ok((old, new, sent))
}

/// Whether a model differs from a template.
#[derive(Debug, Serialize, JsonSchema)]
struct SyncStatus {
    /// Numeric id of the model.
    object_id: i64,
    /// It differs from the template.
    need_sync: bool,
}

/// The models whose status is asked for.
async fn asked(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<(Template, Vec<Model>)> {
    let ids = input.models(MAX_STATUS)?;
    if ids.contains(&0) {
        return Err(Error::invalid("object_ids"));
    }
    existing(call, input.bk_template_id).await?;
    let template = Template::read(call, input.bk_template_id).await?;
    Ok((template, models(call, ok, &ids).await?))
}

async fn sync_status(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<Vec<SyncStatus>> {
    let (template, models) = asked(call, ok, input).await?;
    let mut answer = Vec::with_capacity(models.len());
    for model in models {
        let need_sync = template.compare(call, &model).await?.differs();
        answer.push(SyncStatus { object_id: model.id, need_sync });
    }
    Ok(answer)
}

/// How a model stands with a template.
#[derive(Debug, Serialize, JsonSchema)]
struct ModelStatus {
    /// Numeric id of the model.
    object_id: i64,
    /// `finished`, `need_sync`, or how the last task ended.
    status: String,
    /// When the last task ended; empty when there was none.
    sync_time: String,
    /// Why the last task failed.
    fail_msg: String,
}

async fn model_status(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<Vec<ModelStatus>> {
    let (template, models) = asked(call, ok, input).await?;
    let ids = models.iter().map(|model| model.id);
    let of_these = Filter::equal("task_type", KIND).and(Filter::one_of("bk_inst_id", ids));
    let tasks: Vec<Task> = entities(repo::find(call, of_these).await?);
    let mut answer = Vec::with_capacity(models.len());
    for model in models {
        let is_of = |it: &&Task| it.subject == model.id && it.extra.get(TEMPLATE) == Some(&template.id.into());
        let last = tasks.iter().rfind(is_of);
        let differs = template.compare(call, &model).await?.differs();
        let failed = last.filter(|it| differs && it.status != FINISHED);
        let status = match failed {
            Some(task) => task.status.as_str(),
            None if differs => "need_sync",
            None => FINISHED,
        };
        answer.push(ModelStatus {
            object_id: model.id,
            status: status.to_owned(),
            sync_time: last.map(|it| it.last_time.clone()).unwrap_or_default(),
            fail_msg: failed.map(|it| it.failure().to_owned()).unwrap_or_default(),
        });
    }
    Ok(answer)
}

/// Tasks by the ids that callers know.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Tasks {
    /// Ids of tasks.
    task_ids: Vec<String>,
}

impl Input for Tasks {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// How a task has ended.
#[derive(Debug, Serialize, JsonSchema)]
struct TaskStatus {
    /// Id of the task.
    task_id: String,
    /// How it stands.
    status: String,
}

async fn tasks_status(call: &mut Call<'_>, _ok: Granted, input: &Tasks) -> Result<Vec<TaskStatus>> {
    if input.task_ids.is_empty() {
        return Err(Error::required("task_ids"));
    }
    if input.task_ids.len() > MAX_TASKS {
        return Err(Error::new(Code::TooManyItems).arg("task_ids").arg(MAX_TASKS));
    }
    let tasks = tasks::find(call, KIND, &input.task_ids).await?;
    let status = |id: &String| {
        let task = tasks.iter().find(|task| task.name == *id);
        let task = task.ok_or_else(|| Error::refers_to_nothing("task_ids").hint(format!("there is no task {id}")))?;
        Ok(TaskStatus { task_id: id.clone(), status: task.status.clone() })
    };
    input.task_ids.iter().map(status).collect()
}
