//! Which models a field template is bound to (other.md §1.3). Binding alone changes nothing in a model.

use super::records::{FieldTemplate, TemplateAttribute, TemplateBinding, TemplateUnique};
use super::{TEMPLATE, entities, parts};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Stored};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::innertable;
use relata_model::change::{self, Action, Record};
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::unique::UniqueRule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};

crate::endpoints! { V3;
    /// Bind a field template to models.
    post_update_field_template_bind_object = POST "/update/field_template/bind/object", ModelEdit, Write => bind;
    /// Unbind a field template from a model, which keeps the attributes and unique rules.
    post_update_field_template_unbind_object = POST "/update/field_template/unbind/object", ModelEdit, Write => unbind;
}

/// The most models in one call.
pub(super) const MAX_MODELS: usize = 500;

/// A template and models.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Bind {
    /// Numeric id of the field template.
    pub(super) bk_template_id: i64,
    /// For one model.
    object_id: i64,
    /// For several.
    pub(super) object_ids: Vec<i64>,
}

impl Input for Bind {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

impl Bind {
    /// The ids of the models, each once: 1199010 when the template or all models are missing, 1199035 when there are too many.
    pub(super) fn models(&self, most: usize) -> Result<Vec<i64>> {
        if self.bk_template_id == 0 {
            return Err(Error::required(TEMPLATE));
        }
        if self.object_ids.is_empty() {
            return Err(Error::required(MODELS));
        }
        if self.object_ids.len() > most {
            return Err(Error::new(Code::TooManyItems).arg(MODELS).arg(most));
        }
        Ok(self.object_ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect())
    }
}

const MODELS: &str = "object_ids";

/// The models with these numeric ids, for those who have the permission on each: 1199019 when there is none of them, 1199011
/// when one is missing.
pub(super) async fn models(call: &mut Call<'_>, ok: Granted, ids: &[i64]) -> Result<Vec<Model>> {
    let found: Vec<Model> = entities(repo::get_many(call, ids).await?);
    if found.is_empty() {
        return Err(Error::new(Code::TargetNotFound).hint("there is no such model"));
    }
    if found.len() != ids.len() {
        return Err(Error::refers_to_nothing(MODELS).hint("some of the models do not exist"));
    }
    for model in &found {
        call.need(ok, &model.obj_id).await?;
    }
    Ok(found)
}

/// Refuses models whose attributes no template may set: levels of the business topology, but for hosts, and inner tables.
async fn check_models(call: &mut Call<'_>, models: &[Model]) -> Result<()> {
    let schema = call.schema().await?;
    let level = |it: &Model| schema.model(&it.obj_id).is_some_and(|it| it.mainline);
    match models.iter().find(|it| level(it) || innertable::owner_of(&it.obj_id).is_some()) {
        Some(it) => Err(Error::refers_to_nothing(MODELS).hint(format!("{} cannot have a field template", it.obj_id))),
        None => Ok(()),
    }
}

async fn bind(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<()> {
    let ids = input.models(MAX_MODELS)?;
    let found = models(call, ok, &ids).await?;
    check_models(call, &found).await?;
    super::existing(call, input.bk_template_id).await?;
    let bound = Filter::equal(TEMPLATE, input.bk_template_id).and(Filter::one_of("object_id", ids));
    if let Some(bound) = repo::find::<TemplateBinding>(call, bound).await?.first() {
        return Err(Error::new(Code::InsertFailed).hint(format!("it is bound to model {} already", bound.entity.model)));
    }
    let binding = |model: &Model| TemplateBinding {
        id: 0,
        model: model.id,
        template: input.bk_template_id,
        account: call.account().to_owned(),
    };
    let bindings = found.iter().map(binding).collect();
    repo::create_many(call, ok, bindings).await?;
    note(call, &found, input.bk_template_id)
}

/// The audit log shows that models got or lost a template as updates of the models.
fn note(call: &mut Call<'_>, models: &[Model], template: i64) -> Result<()> {
    let record = |model: &Model| {
        let doc = repo::document(model)?;
        let sent = Some(Map::from_iter([(TEMPLATE.to_owned(), template.into())]));
        Ok(Record { id: model.id, name: model.name.clone(), before: Some(doc.clone()), after: Some(doc), sent })
    };
    let records = models.iter().map(record).collect::<Result<Vec<_>>>()?;
    call.record(change::Resource::Model, Action::Update, "", &records)
}

async fn unbind(call: &mut Call<'_>, ok: Granted, input: &Bind) -> Result<()> {
    for (parameter, id) in [(TEMPLATE, input.bk_template_id), ("object_id", input.object_id)] {
        if id == 0 {
            return Err(Error::required(parameter));
        }
    }
    let found = models(call, ok, &[input.object_id]).await?;
    check_models(call, &found).await?;
    let binding = Filter::equal(TEMPLATE, input.bk_template_id).and(Filter::equal("object_id", input.object_id));
    let bindings: Vec<TemplateBinding> = entities(repo::find(call, binding).await?);
    let Some(model) = found.first().filter(|_| !bindings.is_empty()) else { return Ok(()) };
    repo::delete(call, ok, &bindings).await?;

    let owned = Owned::read(call, input.bk_template_id, model).await?;
    let none = || Map::from_iter([(TEMPLATE.to_owned(), 0.into())]);
    let free = |old: Stored<Attribute>| {
        let new = Attribute { template: 0, last_time: Some(call.now_local()), ..old.entity.clone() };
        (old, new, none())
    };
    let attributes: Vec<_> = owned.attributes.into_iter().map(free).collect();
    let free = |old: Stored<UniqueRule>| {
        let new = UniqueRule { template: 0, last_time: Some(call.now_local()), ..old.entity.clone() };
        (old, new, none())
    };
    let rules: Vec<_> = owned.rules.into_iter().map(free).collect();
    repo::update_many(call, ok, Action::Update, &attributes).await?;
    repo::update_many(call, ok, Action::Update, &rules).await?;
    note(call, &found, input.bk_template_id)
}

/// What of a model is a template's: what comes from its parts, and from parts that no template has any more.
pub(super) struct Owned {
    pub(super) attributes: Vec<Stored<Attribute>>,
    pub(super) rules: Vec<Stored<UniqueRule>>,
    /// Numbers of parts that belong to other templates.
    pub(super) others: Others,
}

/// Parts of other templates than the one in question, as far as a model has something from them.
#[derive(Debug, Default)]
pub(super) struct Others {
    pub(super) attributes: HashSet<i64>,
    pub(super) uniques: HashSet<i64>,
}

impl Owned {
    pub(super) async fn read(call: &mut Call<'_>, template: i64, model: &Model) -> Result<Self> {
        let of_model = || Filter::equal("bk_obj_id", model.obj_id.as_str());
        let mut attributes = repo::find::<Attribute>(call, of_model()).await?;
        attributes.retain(|it| it.entity.template != 0);
        let mut rules = repo::find::<UniqueRule>(call, of_model()).await?;
        rules.retain(|it| it.entity.template != 0);
        let named: Vec<i64> = attributes.iter().map(|it| it.entity.template).collect();
        let of_attributes = entities(repo::get_many::<TemplateAttribute>(call, &named).await?).into_iter();
        let named: Vec<i64> = rules.iter().map(|it| it.entity.template).collect();
        let of_rules = entities(repo::get_many::<TemplateUnique>(call, &named).await?).into_iter();
        let others = Others {
            attributes: of_attributes.filter(|it| it.template != template).map(|it| it.id).collect(),
            uniques: of_rules.filter(|it| it.template != template).map(|it| it.id).collect(),
        };
        attributes.retain(|it| !others.attributes.contains(&it.entity.template));
        rules.retain(|it| !others.uniques.contains(&it.entity.template));
        Ok(Self { attributes, rules, others })
    }
}

/// Forgets the bindings of a model that is deleted.
pub(crate) async fn forget_model(call: &mut Call<'_>, ok: Granted, model: i64) -> Result<()> {
    let bindings: Vec<TemplateBinding> = entities(repo::find(call, Filter::equal("object_id", model)).await?);
    repo::delete(call, ok, &bindings).await
}

/// The templates that are bound to a model.
pub(super) async fn templates_of(call: &mut Call<'_>, model: i64) -> Result<Vec<FieldTemplate>> {
    let bindings = repo::find::<TemplateBinding>(call, Filter::equal("object_id", model)).await?;
    let ids: Vec<i64> = bindings.iter().map(|it| it.entity.template).collect();
    Ok(entities(repo::get_many(call, &ids).await?))
}

/// The ids of the models that a template is bound to.
pub(super) async fn models_of(call: &mut Call<'_>, template: i64) -> Result<Vec<i64>> {
    Ok(parts::<TemplateBinding>(call, template).await?.into_iter().map(|it| it.entity.model).collect())
}
