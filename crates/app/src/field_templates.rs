//! Field templates (other.md §1): attributes and unique rules that are written once and applied to many models. Here: their
//! life. What they are bound to is in `bindings`, what applying them means in `difference` and `sync`.

pub mod bindings;
mod check;
mod difference;
pub mod lists;
pub(crate) mod records;
pub mod sync;

use crate::associations::kinds::Created;
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Entity, Stored};
use check::Unique;
use records::{FieldTemplate, TemplateAttribute, TemplateBinding, TemplateUnique};
use relata_model::attribute::Attribute;
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

crate::endpoints! { V3;
    /// Create a field template with its attributes and unique rules.
    post_create_field_template = POST "/create/field_template", TemplateCreate, Write => create;
    /// Create a field template with the attributes and unique rules of another one.
    post_create_field_template_clone = POST "/create/field_template/clone", TemplateCreate, Write => copy;
    /// Replace name, attributes and unique rules of a field template. Models change when it is synchronised.
    put_update_field_template = PUT "/update/field_template", TemplateEdit, Write => update;
    /// Change name and description of a field template.
    put_update_field_template_info = PUT "/update/field_template/info", TemplateEdit, Write => rename;
    /// Delete a field template that is bound to no model.
    delete_delete_field_template = DELETE "/delete/field_template", TemplateDelete, Write => delete;
}

/// The most templates.
const MAX_TEMPLATES: u64 = 10_000;

/// The field that says which template a part belongs to.
const TEMPLATE: &str = "bk_template_id";

/// A template with its parts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "id": 1,
    "name": "purchase",
    "description": "What accounting asks for",
    "attributes": [{
        "bk_property_id": "serial",
        "bk_property_name": "Serial number",
        "bk_property_type": "singlechar",
        "option": "",
        "editable": {"lock": true, "value": true},
        "isrequired": {"lock": false, "value": false},
        "placeholder": {"lock": true, "value": "as printed on it"},
    }],
    "uniques": [{"keys": ["serial"]}],
}]))]
struct Template {
    /// Numeric id of the template.
    id: i64,
    /// Name.
    name: String,
    /// Description.
    description: String,
    /// Its attributes.
    attributes: Vec<TemplateAttribute>,
    /// Its unique rules, by textual ids of its attributes.
    uniques: Vec<Unique>,
}

impl Input for Template {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

impl Template {
    /// A new record.
    fn record(&self, call: &Call<'_>) -> FieldTemplate {
        FieldTemplate {
            id: 0,
            name: self.name.clone(),
            description: self.description.clone(),
            account: call.account().to_owned(),
            creator: call.user().to_owned(),
            modifier: call.user().to_owned(),
            create_time: call.now_local(),
            last_time: call.now_local(),
        }
    }

    /// Checks the template; returns its attributes as they are stored.
    fn checked(&self) -> Result<Vec<TemplateAttribute>> {
        check::name(&self.name, &self.description)?;
        let attributes = check::attributes(&self.attributes)?;
        check::uniques(&self.uniques, &attributes)?;
        Ok(attributes)
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<Created> {
    let attributes = input.checked()?;
    let template = new_template(call, ok, input).await?;
    let attributes = attributes.into_iter().map(|it| new_attribute(call, template, it)).collect();
    let attributes = repo::create_many(call, ok, attributes).await?;
    let uniques = input.uniques.iter().map(|it| new_unique(call, template, keys(it, &attributes))).collect();
    repo::create_many(call, ok, uniques).await?;
    Ok(Created { id: template })
}

/// Creates the record of a template; returns its id.
async fn new_template(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<i64> {
    if call.tx.count(FieldTemplate::TABLE.into(), &Filter::everything()).await? >= MAX_TEMPLATES {
        let most = usize::try_from(MAX_TEMPLATES).unwrap_or(usize::MAX);
        return Err(Error::new(Code::TooManyItems).arg("field templates").arg(most));
    }
    let record = input.record(call);
    Ok(repo::create(call, ok, record).await?.id)
}

fn new_attribute(call: &Call<'_>, template: i64, given: TemplateAttribute) -> TemplateAttribute {
    TemplateAttribute {
        id: 0,
        template,
        account: call.account().to_owned(),
        creator: call.user().to_owned(),
        modifier: call.user().to_owned(),
        create_time: call.now_local(),
        last_time: call.now_local(),
        ..given
    }
}

fn new_unique(call: &Call<'_>, template: i64, keys: Vec<i64>) -> TemplateUnique {
    TemplateUnique {
        id: 0,
        template,
        keys,
        account: call.account().to_owned(),
        creator: call.user().to_owned(),
        modifier: call.user().to_owned(),
        create_time: call.now_local(),
        last_time: call.now_local(),
    }
}

/// The attributes of a rule by their numbers.
fn keys(unique: &Unique, attributes: &[TemplateAttribute]) -> Vec<i64> {
    let number = |key: &String| attributes.iter().find(|it| it.property_id == *key).map(|it| it.id);
    unique.keys.iter().filter_map(number).collect()
}

/// The parts of one kind that a template has, by id.
async fn parts<E: Entity>(call: &mut Call<'_>, template: i64) -> Result<Vec<Stored<E>>> {
    repo::find(call, Filter::equal(TEMPLATE, template)).await
}

async fn copy(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<Created> {
    if input.id == 0 {
        return Err(Error::required("id"));
    }
    check::name(&input.name, &input.description)?;
    if repo::get::<FieldTemplate>(call, input.id).await?.is_none() {
        return Err(Error::refers_to_nothing("id").hint(format!("there is no field template {}", input.id)));
    }
    let template = new_template(call, ok, input).await?;
    let old: Vec<TemplateAttribute> = entities(parts(call, input.id).await?);
    let new = old.iter().map(|it| new_attribute(call, template, it.clone())).collect();
    let new = repo::create_many(call, ok, new).await?;
    let numbers: HashMap<i64, i64> = old.iter().zip(&new).map(|(old, new)| (old.id, new.id)).collect();
    let uniques = parts::<TemplateUnique>(call, input.id).await?.into_iter();
    let keys = |unique: &TemplateUnique| unique.keys.iter().filter_map(|key| numbers.get(key).copied()).collect();
    let uniques = uniques.map(|it| new_unique(call, template, keys(&it.entity))).collect();
    repo::create_many(call, ok, uniques).await?;
    Ok(Created { id: template })
}

fn entities<E>(stored: Vec<Stored<E>>) -> Vec<E> {
    stored.into_iter().map(|it| it.entity).collect()
}

/// The record that a request names: 1199010 when it names none, 1199019 when there is none.
async fn existing(call: &mut Call<'_>, id: i64) -> Result<Stored<FieldTemplate>> {
    if id == 0 {
        return Err(Error::required("id"));
    }
    let found = repo::get::<FieldTemplate>(call, id).await?;
    found.ok_or_else(|| Error::new(Code::TargetNotFound).hint(format!("there is no field template {id}")))
}

async fn rename(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<()> {
    check::name(&input.name, &input.description)?;
    change_info(call, ok, input).await
}

async fn change_info(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<()> {
    let old = existing(call, input.id).await?;
    let new = FieldTemplate {
        name: input.name.clone(),
        description: input.description.clone(),
        modifier: call.user().to_owned(),
        last_time: call.now_local(),
        ..old.entity.clone()
    };
    let sent = ["name", "description"].into_iter().zip([&input.name, &input.description]);
    let sent = sent.map(|(member, text)| (member.to_owned(), text.as_str().into())).collect();
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<()> {
    let given = input.checked()?;
    change_info(call, ok, input).await?;
    let uniques = parts::<TemplateUnique>(call, input.id).await?;
    let kept = |id: i64| input.uniques.iter().any(|unique| unique.id == id);
    let gone: Vec<TemplateUnique> = uniques.iter().map(|it| &it.entity).filter(|it| !kept(it.id)).cloned().collect();
    repo::delete(call, ok, &gone).await?;
    let attributes = update_attributes(call, ok, input.id, given).await?;

    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for unique in &input.uniques {
        let keys = keys(unique, &attributes);
        if unique.id == 0 {
            created.push(new_unique(call, input.id, keys));
            continue;
        }
        let old = uniques.iter().find(|it| it.entity.id == unique.id);
        let old = old.ok_or_else(|| unknown_part("uniques.id", unique.id))?;
        if old.entity.keys != keys {
            let sent = Map::from_iter([("keys".to_owned(), Value::from(keys.clone()))]);
            let (modifier, last_time) = (call.user().to_owned(), call.now_local());
            changed.push((old.clone(), TemplateUnique { keys, modifier, last_time, ..old.entity.clone() }, sent));
        }
    }
    repo::update_many(call, ok, Action::Update, &changed).await?;
    repo::create_many(call, ok, created).await.map(drop)
}

fn unknown_part(parameter: &str, id: i64) -> Error {
    Error::refers_to_nothing(parameter).hint(format!("the template has no part {id}"))
}

/// Replaces the attributes of a template; returns them as they are stored now.
async fn update_attributes(
    call: &mut Call<'_>,
    ok: Granted,
    template: i64,
    given: Vec<TemplateAttribute>,
) -> Result<Vec<TemplateAttribute>> {
    let mut present: HashMap<i64, Stored<TemplateAttribute>> =
        parts(call, template).await?.into_iter().map(|it: Stored<TemplateAttribute>| (it.entity.id, it)).collect();
    let (mut created, mut changed, mut same) = (Vec::new(), Vec::new(), Vec::new());
    for it in given {
        if it.id == 0 {
            created.push(new_attribute(call, template, it));
            continue;
        }
        let old = present.remove(&it.id).ok_or_else(|| unknown_part("attributes.id", it.id))?;
        for (member, fixed) in [
            ("bk_property_id", old.entity.property_id == it.property_id),
            ("bk_property_type", old.entity.kind == it.kind),
        ] {
            if !fixed {
                return Err(Error::new(Code::FieldFixed).arg(member));
            }
        }
        let was = &old.entity;
        let new = TemplateAttribute {
            template,
            account: was.account.clone(),
            creator: was.creator.clone(),
            modifier: was.modifier.clone(),
            create_time: was.create_time.clone(),
            last_time: was.last_time.clone(),
            ..it
        };
        if new == *was {
            same.push(new);
            continue;
        }
        let sent = repo::members_changed(was, &new)?;
        let new = TemplateAttribute { modifier: call.user().to_owned(), last_time: call.now_local(), ..new };
        changed.push((old, new, sent));
    }
    let gone: Vec<TemplateAttribute> = present.into_values().map(|it| it.entity).collect();
    repo::delete(call, ok, &gone).await?;
    repo::update_many(call, ok, Action::Update, &changed).await?;
    let created = repo::create_many(call, ok, created).await?;
    Ok(same.into_iter().chain(changed.into_iter().map(|(_, new, _)| new)).chain(created).collect())
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Template) -> Result<()> {
    if input.id == 0 {
        return Err(Error::required("id"));
    }
    let Some(template) = repo::get::<FieldTemplate>(call, input.id).await? else { return Ok(()) };
    if call.tx.count(TemplateBinding::TABLE.into(), &Filter::equal(TEMPLATE, input.id)).await? > 0 {
        return Err(Error::new(Code::TemplateBound));
    }
    let uniques: Vec<TemplateUnique> = entities(parts(call, input.id).await?);
    repo::delete(call, ok, &uniques).await?;
    let attributes: Vec<TemplateAttribute> = entities(parts(call, input.id).await?);
    repo::delete(call, ok, &attributes).await?;
    repo::delete(call, ok, &[template.entity]).await
}

/// Refuses changes of an attribute that its template keeps (models.md §3.2): 1199083. Placeholder, whether it is editable
/// and whether it is required are the model's own where they are not locked.
pub(crate) async fn check_locks(call: &mut Call<'_>, attribute: &Attribute, changes: &Map) -> Result<()> {
    if attribute.template == 0 {
        return Ok(());
    }
    let of = repo::get::<TemplateAttribute>(call, attribute.template).await?.map(|it| it.entity).unwrap_or_default();
    let fixed = |member: &&String| match member.as_str() {
        "placeholder" => of.placeholder.lock,
        "editable" => of.editable.lock,
        "isrequired" => of.required.lock,
        _ => true,
    };
    match changes.keys().find(fixed) {
        Some(member) => Err(Error::new(Code::FieldFixed).arg(member.as_str()).hint("its field template keeps it")),
        None => Ok(()),
    }
}
