//! Models carried from one system to another (models.md §12): whole models with their parts and associations, or the
//! attributes of models that are there. Not here: the files that the console makes of it.

use super::{attributes, definitions, uniques};
use crate::associations;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Free;
use crate::models;
use crate::permission::{Granted, Resource};
use crate::repo;
use crate::schema::{ModelSchema, Schema};
use relata_model::association::{AssociationKind, MAINLINE, ModelAssociation};
use relata_model::attribute::Attribute;
use relata_model::classification::Classification;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::page::Page;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

crate::endpoints! { V3;
    /// The attributes of models.
    get_object_data = POST "/findmany/object", ModelView, Read => attributes_of;
    /// Create and change attributes of models; every row succeeds or fails by itself.
    add_object_batch = POST "/createmany/object", ModelEdit, Write => save_attributes;
    /// Whole models with attributes, unique rules and associations, and the association kinds that these have.
    search_object_with_total_info = POST "/findmany/object/total/info", ModelView, Read => export;
    /// Create whole models as they were exported, all or none.
    create_many_object = POST "/createmany/object/by_import", ModelEdit, Write => import;
}

/// Most models in one call.
const MAX_MODELS: usize = 100;
/// Most attributes in one call.
const MAX_ATTRIBUTES: usize = 2000;

const ID: &str = "bk_obj_id";

/// Models by their textual ids.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"condition": ["switch"]}]))]
struct Which {
    /// Textual ids of models.
    condition: Vec<String>,
}

impl Input for Which {
    fn resources(&self) -> Vec<Resource> {
        self.condition.iter().cloned().map(Resource::Model).collect()
    }
}

/// The attributes of a model.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExportedAttributes")]
struct Attributes {
    /// The attributes, each with the name of its group.
    attr: Vec<Map>,
}

fn limit(parameter: &str, count: usize, most: usize) -> Result<()> {
    if count > most { Err(Error::new(Code::TooManyItems).arg(parameter).arg(most)) } else { Ok(()) }
}

async fn attributes_of(call: &mut Call<'_>, _ok: Granted, input: &Which) -> Result<BTreeMap<String, Attributes>> {
    if input.condition.is_empty() {
        return Err(Error::required("condition"));
    }
    limit("condition", input.condition.len(), MAX_MODELS)?;
    let mut found = shown_attributes(call, &input.condition).await?;
    let schema = call.schema().await?;
    let known = input.condition.iter().filter(|id| schema.model(id).is_some());
    Ok(known.map(|id| (id.clone(), Attributes { attr: found.remove(id).unwrap_or_default() })).collect())
}

/// The attributes of models that all businesses have and that are not the system's own, by model, with their groups' names.
async fn shown_attributes(call: &mut Call<'_>, models: &[String]) -> Result<BTreeMap<String, Vec<Map>>> {
    let filter = Filter::one_of(ID, models.iter().map(String::as_str))
        .and(Filter::equal("bk_biz_id", 0))
        .and(Filter::equal("bk_issystem", false))
        .and(Filter::equal("bk_isapi", false));
    let mut found = models::search::<Attribute>(call, filter, &Page::default()).await?;
    attributes::name_groups(call, &mut found).await?;
    let mut by_model: BTreeMap<String, Vec<Map>> = BTreeMap::new();
    for doc in found {
        let obj_id = doc.get(ID).and_then(Value::as_str).unwrap_or_default().to_owned();
        by_model.entry(obj_id).or_default().push(doc);
    }
    Ok(by_model)
}

/// Rows of attributes by model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Batch(#[schemars(with = "BTreeMap<String, Rows>")] BTreeMap<String, Value>);

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Rows {
    /// The attributes by the number of their row.
    attr: BTreeMap<String, Map>,
}

impl Input for Batch {
    fn resources(&self) -> Vec<Resource> {
        self.models().map(|(id, _)| Resource::Model(id.clone())).collect()
    }
}

impl Batch {
    fn models(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().filter(|(id, _)| *id != "bk_supplier_account")
    }
}

/// What became of the rows of a model: the numbers of those that are stored, and why others are not.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "SavedAttributes")]
struct Saved {
    /// Numbers of the rows that are stored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    success: Vec<String>,
    /// Why the rows of the model cannot be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    error: Vec<String>,
    /// Why rows could not be created.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    insert_failed: Vec<String>,
    /// Why rows could not be changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    update_failed: Vec<String>,
}

async fn save_attributes(call: &mut Call<'_>, ok: Granted, input: &Batch) -> Result<BTreeMap<String, Saved>> {
    limit("body", input.models().count(), MAX_MODELS)?;
    let mut batch = BTreeMap::new();
    for (obj_id, rows) in input.models() {
        let rows: Rows = crate::decode::decode(rows.clone())
            .map_err(|error| Error::new(Code::JsonDecode).arg("body").hint(error.to_string()))?;
        batch.insert(obj_id, rows.attr);
    }
    limit("attr", batch.values().map(BTreeMap::len).sum(), MAX_ATTRIBUTES)?;
    let schema = call.schema().await?;
    let mut answer = BTreeMap::new();
    for (obj_id, rows) in batch {
        let mut saved = Saved::default();
        if let Some(model) = schema.model(obj_id) {
            for (number, row) in rows {
                save_row(call, ok, model, &number, row, &mut saved).await?;
            }
        } else {
            saved.error.push(Error::refers_to_nothing(ID).message(call.lang()));
        }
        answer.insert(obj_id.clone(), saved);
    }
    Ok(answer)
}

/// Creates or changes the attribute of a row. Checks come before writes, so a refused row leaves nothing.
async fn save_row(
    call: &mut Call<'_>,
    ok: Granted,
    model: &ModelSchema,
    number: &str,
    row: Map,
    saved: &mut Saved,
) -> Result<()> {
    let id = row.get("bk_property_id").and_then(Value::as_str).unwrap_or_default();
    let known = model.attributes_of(0).map(|it| &it.attribute).find(|it| it.property_id == id).map(|it| it.id);
    let outcome = match known {
        Some(id) => change(call, ok, id, row).await,
        None => create(call, ok, &model.model.obj_id, row).await,
    };
    match outcome {
        Ok(()) => saved.success.push(number.to_owned()),
        Err(error) if error.code.row().kind.is_refusal() => {
            let message = format!("{number} row {}", error.message(call.lang()));
            if known.is_some() { saved.update_failed.push(message) } else { saved.insert_failed.push(message) }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Creates an attribute out of an exported record.
async fn create(call: &mut Call<'_>, ok: Granted, obj_id: &str, mut row: Map) -> Result<()> {
    for member in ["bk_template_id", "create_time", "last_time"] {
        row.remove(member);
    }
    row.insert(ID.to_owned(), obj_id.into());
    let attribute = attributes::record(&row, 0)?;
    attributes::create_in(call, ok, attribute).await.map(drop)
}

/// Changes an attribute to what an exported record says.
async fn change(call: &mut Call<'_>, ok: Granted, id: i64, mut row: Map) -> Result<()> {
    row.remove("bk_template_id");
    row.insert("id".to_owned(), id.into());
    attributes::change(call, ok, &Free(row), None).await
}

/// Models by their numbers, without associations of some kinds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Export {
    /// Numeric ids of models.
    object_id: Vec<i64>,
    /// Textual ids of association kinds to leave out.
    excluded_asst_id: Vec<String>,
}

impl Input for Export {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// Models and association kinds.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ExportedModels")]
struct Exported {
    /// The models.
    object: Vec<Whole>,
    /// The association kinds.
    asst: Vec<AssociationKind>,
}

/// A model with what belongs to it.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ExportedModel")]
struct Whole {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Display name.
    bk_obj_name: String,
    /// Icon.
    bk_obj_icon: String,
    /// Textual id of the classification.
    bk_classification_id: String,
    /// Display name of the classification, which is made where it is missing.
    bk_classification_name: String,
    /// The attributes.
    object_attr: Vec<Map>,
    /// The textual ids of the attributes of each unique rule.
    object_attr_unique: Vec<Vec<String>>,
    /// The associations of which it is the source.
    object_asst: Vec<ModelAssociation>,
}

impl Input for Exported {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn export(call: &mut Call<'_>, _ok: Granted, input: &Export) -> Result<Exported> {
    if input.object_id.is_empty() {
        return Err(Error::required("object_id"));
    }
    limit("object_id", input.object_id.len(), MAX_MODELS)?;
    let filter = Filter::one_of("id", input.object_id.iter().copied());
    let found = models::search::<Model>(call, filter, &Page::default()).await?;
    let found: Vec<Model> = found.into_iter().map(repo::typed).collect::<Result<_>>()?;
    let ids: Vec<String> = found.iter().map(|model| model.obj_id.clone()).collect();
    let mut attributes = shown_attributes(call, &ids).await?;
    let classifications = models::search::<Classification>(call, Filter::everything(), &Page::default()).await?;
    let classifications: Vec<Classification> = classifications.into_iter().map(repo::typed).collect::<Result<_>>()?;
    let schema = call.schema().await?;
    let mut kinds = BTreeSet::new();
    let mut object = Vec::with_capacity(found.len());
    for model in found {
        let obj_id = model.obj_id.as_str();
        let associations: Vec<ModelAssociation> = schema
            .associations_of(obj_id)
            .into_iter()
            .map(|it| it.association.as_ref())
            .filter(|it| it.source == obj_id && it.kind != MAINLINE && !input.excluded_asst_id.contains(&it.kind))
            .cloned()
            .collect();
        kinds.extend(associations.iter().map(|it| it.kind.clone()));
        let named = classifications.iter().find(|it| it.name_id == model.classification);
        object.push(Whole {
            object_attr: attributes.remove(obj_id).unwrap_or_default(),
            object_attr_unique: rules_of(&schema, obj_id),
            object_asst: associations,
            bk_obj_id: model.obj_id,
            bk_obj_name: model.name,
            bk_obj_icon: model.icon,
            bk_classification_name: named.map(|it| it.name.clone()).unwrap_or_default(),
            bk_classification_id: model.classification,
        });
    }
    let asst = kinds.iter().filter_map(|kind| schema.kinds.get(kind).map(|it| it.as_ref().clone())).collect();
    Ok(Exported { object, asst })
}

fn rules_of(schema: &Schema, obj_id: &str) -> Vec<Vec<String>> {
    schema.model(obj_id).map(|model| model.rules.iter().map(|rule| rule.fields.clone()).collect()).unwrap_or_default()
}

async fn import(call: &mut Call<'_>, ok: Granted, input: &Exported) -> Result<Vec<Model>> {
    if input.object.is_empty() {
        return Err(Error::required("object"));
    }
    limit("object", input.object.len(), MAX_MODELS)?;
    limit("object_attr", input.object.iter().map(|it| it.object_attr.len()).sum(), MAX_ATTRIBUTES)?;
    let schema = call.schema().await?;
    for kind in input.asst.iter().filter(|kind| !schema.kinds.contains_key(&kind.kind_id)) {
        associations::kinds::create_record(call, ok, AssociationKind { built_in: false, ..kind.clone() }).await?;
    }
    let mut created = Vec::with_capacity(input.object.len());
    for whole in &input.object {
        created.push(import_model(call, ok, whole).await?);
    }
    // The models at both ends are there now.
    for association in input.object.iter().flat_map(|it| &it.object_asst) {
        associations::definitions::create_record(call, ok, association.clone()).await?;
    }
    Ok(created)
}

async fn import_model(call: &mut Call<'_>, ok: Granted, whole: &Whole) -> Result<Model> {
    let members = [
        (ID, &whole.bk_obj_id),
        ("bk_obj_name", &whole.bk_obj_name),
        ("bk_obj_icon", &whole.bk_obj_icon),
        ("bk_classification_id", &whole.bk_classification_id),
        ("bk_classification_name", &whole.bk_classification_name),
    ];
    let mut body: Map = members.into_iter().map(|(name, text)| (name.to_owned(), text.as_str().into())).collect();
    if !models::classifications::exists(call, &whole.bk_classification_id).await? {
        models::classifications::create_record(call, ok, &Free(body.clone())).await?;
    }
    body.remove("bk_classification_name");
    let model = definitions::create_as(call, ok, &Free(body), false).await?;
    for row in &whole.object_attr {
        let schema = call.schema().await?;
        let id = row.get("bk_property_id").and_then(Value::as_str).unwrap_or_default();
        let mut known = schema.model(&whole.bk_obj_id).into_iter().flat_map(|it| it.attributes_of(0));
        match known.find(|it| it.attribute.property_id == id) {
            Some(it) => change(call, ok, it.attribute.id, row.clone()).await?,
            None => create(call, ok, &whole.bk_obj_id, row.clone()).await?,
        }
    }
    uniques::set(call, ok, &whole.bk_obj_id, &whole.object_attr_unique).await?;
    Ok(model)
}
