//! Searching and counting field templates, their parts and their bindings (other.md §1.3).

use super::bindings::{models_of, templates_of};
use super::records::{FieldTemplate, TemplateAttribute, TemplateBinding, TemplateUnique};
use super::{TEMPLATE, entities};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::instances::searches::names;
use crate::listing::{Listed, Listing};
use crate::models::{Found, translation};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Entity};
use relata_model::attribute::Attribute;
use relata_model::filter::{Filter, shape};
use relata_model::model::Model;
use relata_model::page::Page;
use relata_model::store::Table;
use relata_model::unique::UniqueRule;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

crate::endpoints! { V3;
    /// A field template; null when there is none.
    get_find_field_template = GET "/find/field_template/{id}", TemplateView, Read => find;
    /// Search field templates by a filter expression, a page at a time.
    list_field_template = POST "/findmany/field_template", TemplateView, Read => list;
    /// Search attributes of a field template.
    list_field_template_attr = POST "/findmany/field_template/attribute", TemplateView, Read => list_attributes;
    /// Search unique rules of a field template.
    post_findmany_field_template_unique = POST "/findmany/field_template/unique", TemplateView, Read => list_uniques;
    /// How many attributes field templates have.
    post_findmany_field_template_attribute_count = POST "/findmany/field_template/attribute/count", TemplateView, Read => count_attributes;
    /// How many models field templates are bound to.
    post_findmany_field_template_object_count = POST "/findmany/field_template/object/count", TemplateView, Read => count_models;
    /// Which of some field templates are bound to which of some models.
    list_obj_field_tmpl_rel = POST "/findmany/field_template/object/relation", TemplateView, Read => list_bindings;
    /// The field templates that a model is bound to.
    post_findmany_field_template_by_object = POST "/findmany/field_template/by_object", ModelView, Read => list_by_model;
    /// Search the models that a field template is bound to.
    post_findmany_object_by_field_template = POST "/findmany/object/by_field_template", TemplateView, Read => list_models;
    /// The field template that an attribute of a model comes from.
    post_find_field_template_simplify_by_attr_template_id = POST "/find/field_template/simplify/by_attr_template_id", TemplateView, Read => of_attribute;
    /// The field template that a unique rule of a model comes from.
    post_find_field_template_simplify_by_unique_template_id = POST "/find/field_template/simplify/by_unique_template_id", TemplateView, Read => of_unique;
}

/// Largest page of a list.
const MAX_PAGE: i64 = 500;

/// The id of a template.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Find {
    /// Numeric id of the template.
    id: Number,
}

impl Input for Find {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn find(call: &mut Call<'_>, _ok: Granted, input: &Find) -> Result<Option<FieldTemplate>> {
    match input.id.required(Code::ParamNotInteger, "id")? {
        0 => Err(Error::required("id")),
        id => Ok(repo::get(call, id).await?.map(|it| it.entity)),
    }
}

/// What to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct List {
    /// Numeric id of the field template.
    bk_template_id: i64,
    /// Which rows; all when it is left out.
    #[schemars(with = "Option<shape::Expression>")]
    filter: Option<Value>,
    /// Names of the members to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which page of them.
    page: Page,
}

impl Input for List {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

impl List {
    /// `all` when a page without a limit has all rows.
    fn listing(&self, all: bool) -> Listing<'_> {
        Listing { filter: self.filter.as_ref(), fields: &self.fields, page: &self.page, max: MAX_PAGE, all }
    }

    fn template(&self) -> Result<i64> {
        if self.bk_template_id == 0 { Err(Error::required(TEMPLATE)) } else { Ok(self.bk_template_id) }
    }
}

async fn list(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Listed> {
    input.listing(false).find(call, FieldTemplate::TABLE, Filter::everything()).await
}

async fn list_attributes(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Listed> {
    let within = Filter::equal(TEMPLATE, input.template()?);
    input.listing(true).find(call, TemplateAttribute::TABLE, within).await
}

async fn list_uniques(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Listed> {
    let within = Filter::equal(TEMPLATE, input.template()?);
    input.listing(true).find(call, TemplateUnique::TABLE, within).await
}

async fn list_models(call: &mut Call<'_>, _ok: Granted, input: &List) -> Result<Listed> {
    let ids = models_of(call, input.template()?).await?;
    if ids.is_empty() {
        return Ok(Listed { count: 0, info: Some(Vec::new()) });
    }
    let mut listed = input.listing(false).find(call, Table::Models, Filter::one_of("id", ids)).await?;
    translation::translate(call.lang(), Table::Models, listed.info.as_deref_mut().unwrap_or_default())?;
    Ok(listed)
}

/// Templates to count something of.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CountOf {
    /// Numeric ids of field templates.
    bk_template_ids: Vec<i64>,
}

impl Input for CountOf {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// How many a template has.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TemplateCount")]
struct Counted {
    /// Numeric id of the field template.
    bk_template_id: i64,
    /// How many there are.
    count: u64,
}

async fn count_attributes(call: &mut Call<'_>, _ok: Granted, input: &CountOf) -> Result<Vec<Counted>> {
    count::<TemplateAttribute>(call, input, |it| it.template).await
}

async fn count_models(call: &mut Call<'_>, _ok: Granted, input: &CountOf) -> Result<Vec<Counted>> {
    count::<TemplateBinding>(call, input, |it| it.template).await
}

async fn count<E: Entity>(call: &mut Call<'_>, input: &CountOf, of: fn(&E) -> i64) -> Result<Vec<Counted>> {
    if input.bk_template_ids.is_empty() {
        return Err(Error::required("bk_template_ids"));
    }
    let mut counts: HashMap<i64, u64> = HashMap::new();
    let found = repo::find::<E>(call, Filter::one_of(TEMPLATE, input.bk_template_ids.iter().copied())).await?;
    for it in &found {
        *counts.entry(of(&it.entity)).or_default() += 1;
    }
    let counted = |id: &i64| Counted { bk_template_id: *id, count: counts.get(id).copied().unwrap_or_default() };
    Ok(input.bk_template_ids.iter().map(counted).collect())
}

/// Templates and models between which there may be bindings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Bindings {
    /// Numeric ids of field templates.
    bk_template_ids: Vec<i64>,
    /// Numeric ids of models.
    object_ids: Vec<i64>,
}

impl Input for Bindings {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// A binding without a number of its own.
#[derive(Debug, Serialize, JsonSchema)]
struct Relation {
    /// Numeric id of the model.
    object_id: i64,
    /// Numeric id of the field template.
    bk_template_id: i64,
    /// Tenant.
    bk_supplier_account: String,
}

async fn list_bindings(call: &mut Call<'_>, _ok: Granted, input: &Bindings) -> Result<Found<Relation>> {
    if input.bk_template_ids.is_empty() && input.object_ids.is_empty() {
        return Err(Error::required("bk_template_ids").hint("give bk_template_ids or object_ids"));
    }
    let mut filter = Filter::everything();
    for (field, ids) in [(TEMPLATE, &input.bk_template_ids), ("object_id", &input.object_ids)] {
        if !ids.is_empty() {
            filter = filter.and(Filter::one_of(field, ids.iter().copied()));
        }
    }
    let bindings: Vec<TemplateBinding> = entities(repo::find(call, filter).await?);
    let relation = |it: TemplateBinding| Relation {
        object_id: it.model,
        bk_template_id: it.template,
        bk_supplier_account: it.account,
    };
    Ok(Found { count: 0, info: bindings.into_iter().map(relation).collect() })
}

/// A model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ByModel {
    /// Numeric id of the model.
    object_id: i64,
}

impl Input for ByModel {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn list_by_model(call: &mut Call<'_>, ok: Granted, input: &ByModel) -> Result<Found<FieldTemplate>> {
    if input.object_id == 0 {
        return Err(Error::required("object_id"));
    }
    if let Some(model) = repo::get::<Model>(call, input.object_id).await? {
        call.need(ok, &model.entity.obj_id).await?;
    }
    Ok(Found { count: 0, info: templates_of(call, input.object_id).await? })
}

/// An attribute or a unique rule of a model, and the part of a template that it names.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Part {
    /// Numeric id of the attribute or the unique rule of a template that it comes from.
    #[serde(rename = "bk_template_id")]
    of: i64,
    /// Numeric id of an attribute of a model.
    #[serde(rename = "bk_attribute_id")]
    attribute: i64,
    /// Numeric id of a unique rule of a model.
    #[serde(rename = "bk_unique_id")]
    unique: i64,
}

impl Input for Part {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// A template by its name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NamedTemplate")]
struct Named {
    /// Numeric id.
    id: i64,
    /// Name.
    name: String,
}

async fn of_attribute(call: &mut Call<'_>, _ok: Granted, input: &Part) -> Result<Named> {
    let id = part(input, "bk_attribute_id", input.attribute)?;
    let names = repo::get::<Attribute>(call, id).await?.is_some_and(|it| it.entity.template == input.of);
    let of = repo::get::<TemplateAttribute>(call, input.of).await?.filter(|_| names);
    named(call, of.map(|it| it.entity.template)).await
}

async fn of_unique(call: &mut Call<'_>, _ok: Granted, input: &Part) -> Result<Named> {
    let id = part(input, "bk_unique_id", input.unique)?;
    let names = repo::get::<UniqueRule>(call, id).await?.is_some_and(|it| it.entity.template == input.of);
    let of = repo::get::<TemplateUnique>(call, input.of).await?.filter(|_| names);
    named(call, of.map(|it| it.entity.template)).await
}

fn part(input: &Part, parameter: &str, id: i64) -> Result<i64> {
    for (parameter, id) in [(TEMPLATE, input.of), (parameter, id)] {
        if id == 0 {
            return Err(Error::required(parameter));
        }
    }
    Ok(id)
}

async fn named(call: &mut Call<'_>, template: Option<i64>) -> Result<Named> {
    let found = match template {
        Some(id) => repo::get::<FieldTemplate>(call, id).await?,
        None => None,
    };
    let found = found.ok_or_else(|| Error::refers_to_nothing(TEMPLATE).hint("it comes from no field template"))?;
    Ok(Named { id: found.entity.id, name: found.entity.name })
}
