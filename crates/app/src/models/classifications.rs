//! Classifications (models.md §1): named groups of models.

use crate::call::Call;
use crate::input::{Document, Free, Part, documents};
use crate::models::{self, Body, Id};
use crate::permission::Granted;
use crate::repo::{self, Key};
use relata_model::change::Action;
use relata_model::classification::{Classification, UNCATEGORIZED};
use relata_model::filter::{Filter, shape};
use relata_model::model::Model;
use relata_model::page::Page;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

crate::endpoints! { V3;
    /// Create a classification, a group of models.
    create_classification = POST "/create/objectclassification", ClassificationCreate, Write => create;
    /// Change the name, the icon or the type of a classification.
    update_classification = PUT "/update/objectclassification/{id}", ClassificationEdit, Write => update;
    /// Delete a classification that contains no models.
    delete_classification = DELETE "/delete/objectclassification/{id}", ClassificationDelete, Write => delete;
    /// Search classifications; the body is the condition. Hidden ones are not shown.
    search_classifications = POST "/find/objectclassification", ModelView, Read => search;
    /// Search classifications with the models in them.
    post_find_classificationobject = POST "/find/classificationobject", ModelView, Read => search_with_models;
}

repo::entity! { Classification: Classifications, Classification,
    name |it| &it.name,
    scope |_| "",
    keys |it| {
        vec![
            Key::new(rule::CLASSIFICATION_ID, ID, [it.name_id.as_str()]),
            Key::new(rule::CLASSIFICATION_NAME, NAME, [it.name.as_str()]),
        ]
    }
}

const ID: &str = "bk_classification_id";
const NAME: &str = "bk_classification_name";
const CLASS: &str = "bk_classification_type";
const ICON: &str = "bk_classification_icon";

/// A condition on classifications.
type Which = Body<shape::Condition>;

/// The classification with this textual id.
pub(super) async fn exists(call: &mut Call<'_>, name_id: &str) -> Result<bool> {
    Ok(repo::holder(call, &Key::new(rule::CLASSIFICATION_ID, ID, [name_id])).await?.is_some())
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Body<Classification>) -> Result<Classification> {
    create_record(call, ok, &input.0).await
}

/// Creates the classification that a body describes.
pub(super) async fn create_record(call: &mut Call<'_>, ok: Granted, body: &Free) -> Result<Classification> {
    let name_id = models::text(body, ID)?;
    models::check_id(ID, name_id)?;
    let name = models::text(body, NAME)?;
    models::check_name(NAME, name)?;
    models::check_not_reserved(ID, name_id)?;
    let mut classification: Classification = models::record(body, &[])?;
    call.account().clone_into(&mut classification.account);
    repo::create(call, ok, classification).await
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Body<Part<Classification>>) -> Result<()> {
    let body = &input.0;
    let id = body.number("id").required(Code::ParamNotInteger, "id")?;
    if body.0.contains_key(NAME) {
        models::check_name(NAME, models::text(body, NAME)?)?;
    }
    let old = repo::get::<Classification>(call, id).await?.ok_or_else(|| Error::new(Code::TargetNotFound))?;
    if old.entity.name_id == UNCATEGORIZED {
        return Ok(());
    }
    let sent = models::only(body, &[NAME, CLASS, ICON]);
    let new = models::changed(&old.entity, &sent)?;
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Body<Id>) -> Result<()> {
    let id = input.0.number("id").required(Code::ParamNotInteger, "id")?;
    let Some(stored) = repo::get::<Classification>(call, id).await? else { return Ok(()) };
    let classification = stored.entity;
    if call.schema().await?.models.values().any(|it| it.model.classification == classification.name_id) {
        return Err(Error::new(Code::ClassificationInUse));
    }
    repo::delete(call, ok, &[classification]).await
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Which) -> Result<Vec<Document<Classification>>> {
    let shown = Filter::Not(Box::new(Filter::equal(CLASS, "hidden")));
    let filter = models::condition_filter(call, &input.0, &[])?.and(shown);
    Ok(documents(models::search::<Classification>(call, filter, &Page::default()).await?))
}

/// A classification with the models in it.
#[derive(Serialize, JsonSchema)]
struct WithModels {
    #[serde(flatten)]
    classification: Document<Classification>,
    /// The models, in their order.
    #[serde(rename = "bk_objects")]
    models: Vec<Document<Model>>,
}

async fn search_with_models(call: &mut Call<'_>, ok: Granted, input: &Which) -> Result<Vec<WithModels>> {
    let order = Page { sort: "obj_sort_number".to_owned(), ..Page::default() };
    let mut models_of: HashMap<String, Vec<Map>> = HashMap::new();
    for model in models::search::<Model>(call, Filter::everything(), &order).await? {
        let classification = model.get(ID).and_then(Value::as_str).unwrap_or_default().to_owned();
        models_of.entry(classification).or_default().push(model);
    }
    let with_models = |classification: Document<Classification>| {
        let name_id = classification.0.get(ID).and_then(Value::as_str).unwrap_or_default();
        let models = documents(models_of.remove(name_id).unwrap_or_default());
        WithModels { classification, models }
    };
    Ok(search(call, ok, input).await?.into_iter().map(with_models).collect())
}
