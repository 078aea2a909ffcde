//! Models (models.md §2): created with the parts that every model has, changed, deleted with all their parts; and the view
//! of how they are associated. Not here: the levels of the business topology.

use crate::call::Call;
use crate::endpoint::Input;
use crate::field_templates::bindings;
use crate::id_rules;
use crate::input::{Document, Free, Part, documents};
use crate::instances::searches::project;
use crate::models::{self, Body, ByNumber, Found, Id, builtin, canvas, classifications, tables};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Entity, Key, Stored};
use crate::views;
use relata_model::association::{AssociationKind, ModelAssociation};
use relata_model::attribute::kind::innertable;
use relata_model::attribute::{Attribute, AttributeGroup};
use relata_model::change::Action;
use relata_model::filter::{Filter, shape};
use relata_model::model::{self, Model};
use relata_model::page::Page;
use relata_model::store::Space;
use relata_model::store::tables::rule;
use relata_model::unique::UniqueRule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

crate::endpoints! { V3;
    /// Create a model with its default group, its name attribute and a unique rule on it.
    create_object = POST "/create/object", ModelCreate, Write => create;
    /// Change a model; `bk_ispaused` pauses or resumes it.
    update_object = PUT "/update/object/{id}", ModelEdit, Write => update;
    /// Delete a model without instances and associations, with its attributes, groups and unique rules.
    delete_object = DELETE "/delete/object/{id}", ModelDelete, Write => delete;
    /// Search models; the body is the condition.
    search_objects = POST "/find/object", ModelView, Read => search;
    /// Search models, with their number.
    read_model = POST "/find/object/model", ModelView, Read => search_counted;
    /// The associations that start at the models that a condition finds, with both their ends.
    search_object_topo = POST "/find/objecttopology", ModelView, Read => search_associated;
    /// Search models as the console lists them, a page at a time.
    read_model_for_ui = POST "/find/object/model/web", ModelView, Read => search_page;
}

repo::entity! { Model: Models, Model,
    name |it| &it.name,
    scope |_| "",
    keys |it| {
        vec![
            Key::new(rule::MODEL_ID, ID, [it.obj_id.as_str()]),
            Key::new(rule::MODEL_NAME, NAME, [it.name.as_str()]),
        ]
    }
}

const ID: &str = "bk_obj_id";
const NAME: &str = "bk_obj_name";
const CLASSIFICATION: &str = "bk_classification_id";
const PAUSED: &str = "bk_ispaused";
const SORT_NUMBER: &str = "obj_sort_number";

/// What of a model can be changed.
const CHANGEABLE: &[&str] =
    &[CLASSIFICATION, "bk_obj_icon", NAME, "bk_ishidden", PAUSED, "position", "description", "modifier", SORT_NUMBER];

/// A condition on models.
type Which = Body<shape::Condition>;

/// Longest textual id in bytes: the API puts it into a name of at most 115 bytes, of which it is one part.
const MAX_ID: usize = 95;

/// Refuses a name that is no text, empty or too long: 1199011 with the reason.
fn check_name(body: &Free) -> Result<()> {
    models::text(body, NAME).and_then(|name| models::check_name(NAME, name)).map_err(Error::refers_to_nothing)
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Body<Model>) -> Result<Model> {
    create_as(call, ok, &input.0, false).await
}

/// Creates the model that a body describes, as a level of the business topology or not.
pub(super) async fn create_as(call: &mut Call<'_>, ok: Granted, body: &Free, level: bool) -> Result<Model> {
    models::record::<Model>(body, &[ID, NAME])?;
    let obj_id = models::text(body, ID)?;
    models::check_id(ID, obj_id)?;
    check_name(body)?;
    if body.text(CLASSIFICATION).is_empty() {
        return Err(Error::required(CLASSIFICATION));
    }
    if model::is_inner(obj_id) {
        return Err(Error::refers_to_nothing(ID).hint("this is the id of a built-in model"));
    }
    let submitted = Model {
        account: call.account().to_owned(),
        built_in: false,
        create_time: None,
        last_time: None,
        ..models::record(body, &[])?
    };
    if !classifications::exists(call, &submitted.classification).await? {
        return Err(Error::new(Code::ModelClassificationUnknown));
    }
    if submitted.icon.is_empty() {
        return Err(Error::required("bk_obj_icon"));
    }
    check_sort_number(&submitted)?;
    models::check_not_reserved(ID, obj_id)?;
    if obj_id.len() > MAX_ID {
        return Err(Error::refers_to_nothing(ID).hint(format!("at most {MAX_ID} characters")));
    }
    repo::check_unique(call, &submitted).await?;
    let stored = Model {
        creator: call.user().to_owned(),
        create_time: Some(call.now_local()),
        last_time: Some(call.now_local()),
        sort_number: make_room(call, ok, &submitted, None).await?,
        ..submitted.clone()
    };
    let id = repo::create(call, ok, stored).await?.id;
    builtin::create_custom_parts(call, ok, obj_id, level).await?;
    // The API answers with the record as it was submitted, not as it was stored (models.md §2).
    Ok(Model { id, ..submitted })
}

fn check_sort_number(model: &Model) -> Result<()> {
    if model.sort_number < 0 {
        Err(Error::invalid(SORT_NUMBER).hint("it is 0, for the last place, or more"))
    } else {
        Ok(())
    }
}

/// Finds the place of a model in its classification and moves the models behind it on: the number it asks for, or the end
/// when it asks for none or for one beyond. `leaves` is the number that it has in this classification now, whose gap closes.
async fn make_room(call: &mut Call<'_>, ok: Granted, model: &Model, leaves: Option<i64>) -> Result<i64> {
    let mut others = repo::find::<Model>(call, Filter::equal(CLASSIFICATION, model.classification.as_str())).await?;
    others.retain(|other| other.entity.id != model.id);
    let closed = |number: i64| if leaves.is_some_and(|gap| number > gap) { number - 1 } else { number };
    let last = others.iter().map(|other| closed(other.entity.sort_number)).max().unwrap_or(0);
    let place = if (1..=last).contains(&model.sort_number) { model.sort_number } else { last + 1 };
    for old in others {
        let number = closed(old.entity.sort_number);
        let number = if number >= place { number + 1 } else { number };
        if number != old.entity.sort_number {
            let new = Model { sort_number: number, ..old.entity.clone() };
            let sent = Map::from_iter([(SORT_NUMBER.to_owned(), number.into())]);
            repo::update(call, ok, Action::Update, &old, &new, sent).await?;
        }
    }
    Ok(place)
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &ByNumber<Part<Model>>) -> Result<()> {
    let body = &input.0;
    let id = body.number("id").required(Code::ParamNotInteger, "id")?;
    if body.0.contains_key(ID) {
        models::check_id(ID, models::text(body, ID)?)?;
    }
    if body.0.contains_key(NAME) {
        check_name(body)?;
    }
    let action = match body.0.get(PAUSED) {
        None => Action::Update,
        Some(Value::Bool(true)) => Action::Stop,
        Some(Value::Bool(false)) => Action::Resume,
        Some(Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(Error::refers_to_nothing(PAUSED).hint("it is true or false"));
        }
    };
    let sent = models::only(body, CHANGEABLE);
    let old = repo::get::<Model>(call, id).await?.ok_or_else(|| Error::new(Code::TargetNotFound))?;
    call.need(ok, &old.entity.obj_id).await?;
    let mut new: Model = models::changed(&old.entity, &sent)?;
    check_sort_number(&new)?;
    if sent.contains_key(CLASSIFICATION) && !classifications::exists(call, &new.classification).await? {
        return Err(Error::new(Code::ClassificationNotFound));
    }
    repo::check_unique(call, &new).await?;
    place(call, ok, &sent, &old, &mut new).await?;
    if !sent.contains_key("modifier") {
        call.user().clone_into(&mut new.modifier);
    }
    new.last_time = Some(call.now_local());
    repo::update(call, ok, action, &old, &new, sent).await
}

/// Gives a changed model its sort number: a new one when it asks for one or comes into another classification.
async fn place(call: &mut Call<'_>, ok: Granted, sent: &Map, old: &Stored<Model>, new: &mut Model) -> Result<()> {
    let stays = new.classification == old.entity.classification;
    let asks = sent.contains_key(SORT_NUMBER) && new.sort_number > 0;
    if !asks {
        new.sort_number = if stays { old.entity.sort_number } else { 0 };
    }
    if asks || !stays {
        new.sort_number = make_room(call, ok, new, stays.then_some(old.entity.sort_number)).await?;
    }
    Ok(())
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &ByNumber<Id>) -> Result<()> {
    let id = input.0.number("id").required(Code::ParamInvalid, "id")?;
    let Some(stored) = repo::get::<Model>(call, id).await? else { return Ok(()) };
    let model = stored.entity;
    let obj_id = model.obj_id.as_str();
    call.need(ok, obj_id).await?;
    if model::is_inner(obj_id) || innertable::owner_of(obj_id).is_some() {
        return Err(Error::new(Code::ModelInner));
    }
    if call.tx.count(Space::instances(id), &Filter::everything()).await? > 0 {
        return Err(Error::new(Code::ModelHasInstances).arg(model.name));
    }
    if !call.schema().await?.associations_of(obj_id).is_empty() {
        return Err(Error::new(Code::ModelHasAssociations));
    }
    delete_whole(call, ok, model).await
}

/// Deletes a model with all that belongs to it but instances and associations.
pub(super) async fn delete_whole(call: &mut Call<'_>, ok: Granted, model: Model) -> Result<()> {
    let obj_id = model.obj_id.as_str();
    bindings::forget_model(call, ok, model.id).await?;
    // Rules first: they name attributes.
    delete_parts::<UniqueRule>(call, ok, obj_id).await?;
    let attributes = delete_parts::<Attribute>(call, ok, obj_id).await?;
    tables::delete(call, ok, &attributes).await?;
    delete_parts::<AttributeGroup>(call, ok, obj_id).await?;
    id_rules::forget(call, ok, obj_id).await?;
    canvas::forget(call, ok, obj_id).await?;
    views::forget(call, ok, obj_id).await?;
    repo::delete(call, ok, &[model]).await
}

async fn delete_parts<E: Entity>(call: &mut Call<'_>, ok: Granted, obj_id: &str) -> Result<Vec<E>> {
    let parts = repo::find::<E>(call, Filter::equal(ID, obj_id)).await?;
    let parts: Vec<E> = parts.into_iter().map(|part| part.entity).collect();
    repo::delete(call, ok, &parts).await?;
    Ok(parts)
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Which) -> Result<Vec<Document<Model>>> {
    let filter = models::condition_filter(call, &input.0, &[])?;
    Ok(documents(models::search::<Model>(call, filter, &Page::default()).await?))
}

/// Which models, and which of their fields.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Query {
    /// Which models.
    condition: Which,
    /// Names of the members to answer; all when it is empty.
    fields: Vec<String>,
    /// Not looked at where all are counted.
    page: Page,
}

impl Input for Query {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn search_counted(call: &mut Call<'_>, ok: Granted, input: &Query) -> Result<Found<Document<Part<Model>>>> {
    let info: Vec<Map> = search(call, ok, &input.condition).await?.into_iter().map(|it| it.0).collect();
    Ok(Found { count: info.len() as u64, info: projected(info, &input.fields) })
}

fn projected(models: Vec<Map>, fields: &[String]) -> Vec<Document<Part<Model>>> {
    models.into_iter().map(|model| project(model, fields).into()).collect()
}

async fn search_page(call: &mut Call<'_>, _ok: Granted, input: &Query) -> Result<Found<Document<Part<Model>>>> {
    let filter = models::condition_filter(call, &input.condition.0, &[])?;
    let count = call.tx.count(Model::TABLE.into(), &filter).await?;
    let info = models::search::<Model>(call, filter, &input.page).await?;
    Ok(Found { count, info: projected(info, &input.fields) })
}

/// An association as an arrow between two models.
#[derive(Debug, Serialize, JsonSchema)]
struct Arrow {
    /// `to`, or `to,from` when the kind works both ways.
    arrows: &'static str,
    /// The source.
    from: End,
    /// The target.
    to: End,
    /// The kind of the association.
    label: String,
    /// The display name of the association.
    label_name: String,
}

/// A model at one end of an arrow.
#[derive(Debug, Serialize, JsonSchema)]
struct End {
    /// Textual id of the model.
    #[serde(rename = "bk_obj_id")]
    obj_id: String,
    /// Its display name.
    #[serde(rename = "bk_obj_name")]
    name: String,
    /// Its classification.
    #[serde(rename = "bk_classification_id")]
    classification: String,
    /// Position on the canvas, JSON text.
    position: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    account: String,
}

impl From<&Model> for End {
    fn from(model: &Model) -> Self {
        Self {
            obj_id: model.obj_id.clone(),
            name: model.name.clone(),
            classification: model.classification.clone(),
            position: model.position.clone(),
            account: model.account.clone(),
        }
    }
}

async fn search_associated(call: &mut Call<'_>, ok: Granted, input: &Which) -> Result<Vec<Arrow>> {
    let sources = search(call, ok, input).await?;
    let sources: Vec<&str> = sources.iter().filter_map(|model| model.0.get(ID)?.as_str()).collect();
    let models = shown_models(call).await?;
    let kinds = repo::find::<AssociationKind>(call, Filter::everything()).await?;
    let both = |kind: &str| kinds.iter().any(|it| it.entity.kind_id == kind && it.entity.direction == "bidirectional");
    let associations = repo::find::<ModelAssociation>(call, Filter::one_of(ID, sources)).await?;
    let arrow = |association: ModelAssociation| {
        Some(Arrow {
            arrows: if both(&association.kind) { "to,from" } else { "to" },
            from: models.get(&association.source)?.into(),
            to: models.get(&association.target)?.into(),
            label: association.kind,
            label_name: association.name,
        })
    };
    Ok(associations.into_iter().filter_map(|it| arrow(it.entity)).collect())
}

/// All models by id, named in the language of the caller.
pub(super) async fn shown_models(call: &mut Call<'_>) -> Result<HashMap<String, Model>> {
    let docs = models::search::<Model>(call, Filter::everything(), &Page::default()).await?;
    docs.into_iter().map(|doc| repo::typed::<Model>(doc).map(|model| (model.obj_id.clone(), model))).collect()
}
