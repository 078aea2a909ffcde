//! What is there from the first start: classifications, models, association kinds and the business topology (models.md §1,
//! §9–§11), and the parts that every new model gets (§2.1 step 6).
//!
//! The facts are data, in `builtin.json` and `builtin_enums.json`; this file only turns them into records. It creates no
//! instances.

mod patterns;

use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo;
use relata_model::association::{AssociationKind, ModelAssociation};
use relata_model::attribute::{Attribute, AttributeGroup, DEFAULT_GROUP};
use relata_model::classification::Classification;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::Table;
use relata_model::unique::{KeyPart, UniqueRule};
use relata_model::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Everything in `builtin.json`. Names are Chinese, as they are stored; `en` is their English translation.
#[derive(Debug, Deserialize)]
pub(super) struct Builtin {
    pub(super) classifications: Vec<ClassificationData>,
    pub(super) kinds: Vec<KindData>,
    associations: Vec<AssociationData>,
    /// Attributes that every model has.
    pub(super) stamps: Vec<AttributeData>,
    /// What a model of users begins with.
    pub(super) custom: Parts,
    /// What a level of the business topology that users add begins with.
    level: Parts,
    /// What the four models of network devices have in common.
    pub(super) network_device: Parts,
    pub(super) models: Vec<ModelData>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ClassificationData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) en: String,
    class: String,
    icon: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct KindData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) en: String,
    pub(super) source: String,
    pub(super) source_en: String,
    pub(super) target: String,
    pub(super) target_en: String,
}

#[derive(Debug, Deserialize)]
struct AssociationData {
    source: String,
    kind: String,
    target: String,
    mapping: String,
    built_in: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ModelData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) en: String,
    classification: String,
    icon: String,
    /// The model is built in, and so are all its parts.
    built_in: bool,
    /// Absent for a network device.
    #[serde(flatten)]
    parts: Option<Parts>,
}

/// What a model consists of.
#[derive(Debug, Deserialize)]
pub(super) struct Parts {
    pub(super) groups: Vec<GroupData>,
    pub(super) attributes: Vec<AttributeData>,
    /// Unique rules that cannot be changed, by the ids of their attributes.
    #[serde(default)]
    preset_rules: Vec<Vec<String>>,
    /// Unique rules that can.
    #[serde(default)]
    rules: Vec<Vec<String>>,
}

/// Id, name, English name, position.
#[derive(Debug, Deserialize)]
pub(super) struct GroupData(pub(super) String, pub(super) String, pub(super) String, pub(super) i64);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AttributeData {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) en: String,
    kind: String,
    /// `R`equired, `E`ditable, hidden because set through the `A`PI only or the `S`ystem's own, `P`reset in a model that is
    /// not.
    flags: String,
    group: Option<String>,
    unit: String,
    // The option, in one of these forms.
    option: Option<Value>,
    /// Name of an expression of [`patterns`].
    pattern: Option<String>,
    /// Smallest and largest value.
    range: Option<(i64, i64)>,
    /// Ids and names of an enum.
    choices: Vec<(String, String)>,
    /// The id that is the default of `choices`.
    choice: Option<String>,
    /// Name of choices in `builtin_enums.json`.
    list: Option<String>,
    columns: Vec<AttributeData>,
}

impl ModelData {
    /// What the model consists of, without the stamps.
    pub(super) fn parts<'b>(&'b self, builtin: &'b Builtin) -> &'b Parts {
        self.parts.as_ref().unwrap_or(&builtin.network_device)
    }
}

/// The built-in data.
pub(super) fn data() -> Result<&'static Builtin> {
    static DATA: LazyLock<Result<Builtin, String>> =
        LazyLock::new(|| serde_json::from_str(include_str!("builtin.json")).map_err(|error| error.to_string()));
    DATA.as_ref().map_err(|error| Error::internal(error.as_str()))
}

/// Long lists of choices, by name.
fn choice_lists() -> Result<HashMap<String, Vec<(String, String)>>> {
    serde_json::from_str(include_str!("builtin_enums.json")).map_err(|error| Error::internal(error.to_string()))
}

/// At the first start, that is when there are no models, creates everything that is built in. True when it did.
pub async fn ensure(app: &Arc<App>) -> Result<bool> {
    endpoint::system(app, |call, ok| Box::pin(create_all(call, ok))).await
}

async fn create_all(call: &mut Call<'_>, ok: Granted) -> Result<bool> {
    if call.tx.count(Table::Models.into(), &Filter::everything()).await? > 0 {
        return Ok(false);
    }
    let builtin = data()?;
    let account = call.account();
    for it in &builtin.classifications {
        let classification = Classification {
            id: 0,
            name_id: it.id.clone(),
            name: it.name.clone(),
            class: it.class.clone(),
            icon: it.icon.clone(),
            account: account.to_owned(),
        };
        repo::create(call, ok, classification).await?;
    }
    let mut placed: HashMap<&str, i64> = HashMap::new();
    for it in &builtin.models {
        let place = placed.entry(&it.classification).or_default();
        *place += 1;
        create_model(call, ok, builtin, it, *place).await?;
    }
    for it in &builtin.kinds {
        let kind = AssociationKind {
            id: 0,
            kind_id: it.id.clone(),
            name: it.name.clone(),
            account: account.to_owned(),
            source_text: it.source.clone(),
            target_text: it.target.clone(),
            direction: "src_to_dest".to_owned(),
            built_in: true,
        };
        repo::create(call, ok, kind).await?;
    }
    for it in &builtin.associations {
        let association = ModelAssociation {
            account: account.to_owned(),
            association_id: format!("{}_{}_{}", it.source, it.kind, it.target),
            source: it.source.clone(),
            target: it.target.clone(),
            kind: it.kind.clone(),
            mapping: it.mapping.clone(),
            on_delete: "none".to_owned(),
            built_in: it.built_in,
            ..ModelAssociation::default()
        };
        repo::create(call, ok, association).await?;
    }
    Ok(true)
}

async fn create_model(call: &mut Call<'_>, ok: Granted, builtin: &Builtin, it: &ModelData, place: i64) -> Result<()> {
    let model = Model {
        classification: it.classification.clone(),
        icon: it.icon.clone(),
        obj_id: it.id.clone(),
        name: it.name.clone(),
        built_in: it.built_in,
        account: call.account().to_owned(),
        creator: call.user().to_owned(),
        create_time: Some(call.now_local()),
        last_time: Some(call.now_local()),
        sort_number: place,
        ..Model::default()
    };
    repo::create(call, ok, model).await?;
    create_parts(call, ok, &it.id, it.built_in, it.parts(builtin)).await
}

/// Gives a new model of users its group, attributes and unique rule; those of a level of the business topology or the usual
/// ones.
pub(super) async fn create_custom_parts(call: &mut Call<'_>, ok: Granted, obj_id: &str, level: bool) -> Result<()> {
    let builtin = data()?;
    create_parts(call, ok, obj_id, false, if level { &builtin.level } else { &builtin.custom }).await
}

async fn create_parts(call: &mut Call<'_>, ok: Granted, obj_id: &str, built_in: bool, parts: &Parts) -> Result<()> {
    for GroupData(id, name, _, index) in &parts.groups {
        let group = AttributeGroup {
            group_id: id.clone(),
            name: name.clone(),
            index: *index,
            obj_id: obj_id.to_owned(),
            account: call.account().to_owned(),
            default: id == DEFAULT_GROUP,
            built_in,
            ..AttributeGroup::default()
        };
        repo::create(call, ok, group).await?;
    }
    let lists = choice_lists()?;
    let mut ids: HashMap<&str, i64> = HashMap::new();
    let mut placed: HashMap<&str, i64> = HashMap::new();
    for it in parts.attributes.iter().chain(&data()?.stamps) {
        let group = it.group.as_deref().unwrap_or(DEFAULT_GROUP);
        let index = placed.entry(group).or_default();
        *index += 1;
        let now = call.now_local();
        let attribute = Attribute {
            account: call.account().to_owned(),
            obj_id: obj_id.to_owned(),
            group: group.to_owned(),
            index: *index,
            built_in: built_in || it.flag('P'),
            only: parts.preset_rules.iter().chain(&parts.rules).next().is_some_and(|rule| rule.contains(&it.id)),
            creator: call.user().to_owned(),
            create_time: Some(now.clone()),
            last_time: Some(now),
            ..it.attribute(&lists)?
        };
        ids.insert(&it.id, repo::create(call, ok, attribute).await?.id);
    }
    for (fields, preset) in
        parts.preset_rules.iter().map(|rule| (rule, true)).chain(parts.rules.iter().map(|rule| (rule, false)))
    {
        let keys = fields.iter().map(|field| {
            let attribute = *ids.get(field.as_str()).ok_or_else(|| Error::internal(format!("no attribute {field}")))?;
            Ok(KeyPart { kind: "property".to_owned(), attribute })
        });
        let rule = UniqueRule {
            obj_id: obj_id.to_owned(),
            keys: keys.collect::<Result<_>>()?,
            built_in: preset,
            account: call.account().to_owned(),
            last_time: Some(call.now_local()),
            ..UniqueRule::default()
        };
        repo::create(call, ok, rule).await?;
    }
    Ok(())
}

impl AttributeData {
    fn flag(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// The attribute, but for what depends on its model.
    fn attribute(&self, lists: &HashMap<String, Vec<(String, String)>>) -> Result<Attribute> {
        Ok(Attribute {
            property_id: self.id.clone(),
            name: self.name.clone(),
            unit: self.unit.clone(),
            editable: self.flag('E'),
            required: self.flag('R'),
            system: self.flag('S'),
            api: self.flag('A'),
            kind: self.kind.clone(),
            option: self.option(lists)?,
            multiple: Some(matches!(self.kind.as_str(), "objuser" | "organization")),
            ..Attribute::default()
        })
    }

    fn option(&self, lists: &HashMap<String, Vec<(String, String)>>) -> Result<Value> {
        if let Some(option) = &self.option {
            return Ok(option.clone());
        }
        if let Some(name) = &self.pattern {
            return patterns::by_name(name)
                .map(Value::String)
                .ok_or_else(|| Error::internal(format!("no pattern {name}")));
        }
        if let Some((min, max)) = self.range {
            return Ok(json!({"min": min, "max": max}));
        }
        let choices = match &self.list {
            Some(name) => lists.get(name).ok_or_else(|| Error::internal(format!("no list {name}")))?,
            None => &self.choices,
        };
        let choice = |(id, name): &(String, String)| json!({"id": id, "name": name, "type": "text", "is_default": self.choice.as_ref() == Some(id)});
        match self.kind.as_str() {
            "enum" => Ok(choices.iter().map(choice).collect()),
            "int" => Ok(json!({"min": "", "max": ""})),
            "singlechar" | "longchar" => Ok(json!("")),
            "table" => {
                self.columns.iter().map(|column| repo::document(&column.attribute(lists)?).map(Value::Object)).collect()
            }
            _ => Ok(Value::Null),
        }
    }
}
