//! Attributes of models (models.md §3). Not here: what a definition may say, which `relata_model::attribute` decides; this
//! adds what only the store knows.

use super::{quotes, tables, uniques};
use crate::call::Call;
use crate::decode::decode;
use crate::endpoint::Input;
use crate::field_templates;
use crate::id_rules;
use crate::input::{Document, Free, Number, Part, documents, looks_like_its_parameter};
use crate::models::{self, Id};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key};
use crate::schema::Schema;
use relata_model::association::MAINLINE;
use relata_model::attribute::kind::{id_rule, innertable};
use relata_model::attribute::{self, Attribute, AttributeGroup, DEFAULT_GROUP, Origin};
use relata_model::change::Action;
use relata_model::filter::{Filter, shape};
use relata_model::instance::field;
use relata_model::page::Page;
use relata_model::store::tables::rule;
use relata_model::store::{Replace, Space};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

crate::endpoints! { V3;
    /// Create an attribute of a model.
    create_object_attribute = POST "/create/objectattr", ModelEdit, Write => create;
    /// Create an attribute that a model has in one business only.
    create_biz_custom_field = POST "/create/objectattr/biz/{bk_biz_id}", ModelEdit, Write => create_custom;
    /// Change an attribute. Its id, type, group and position stay as they are.
    update_object_attribute = PUT "/update/objectattr/{id}", ModelEdit, Write => update;
    /// Change an attribute of one business.
    update_biz_custom_field = PUT "/update/objectattr/biz/{bk_biz_id}/id/{id}", ModelEdit, Write => update_custom;
    /// Delete an attribute, with its values in all instances.
    delete_object_attribute = DELETE "/delete/objectattr/{id}", ModelEdit, Write => delete;
    /// Search attributes by a condition; with bk_biz_id those of a business too.
    search_object_attribute = POST "/find/objectattr", ModelView, Read => search;
    /// Search attributes, also those that hold tables.
    get_object_attr_with_table = POST "/find/objectattr/web", ModelView, Read => search_all;
    /// Move an attribute to a position in a group.
    post_update_objectattr_index = POST "/update/objectattr/index/{bk_obj_id}/{propertyId}", ModelEdit, Write => reorder;
}

repo::entity! { Attribute: Attributes, Attribute,
    name |it| &it.name,
    scope |it| &it.obj_id,
    keys |it| {
        let key = |rule, label, text: &String| {
            Key::new(rule, label, [Value::from(it.obj_id.as_str()), it.business.into(), text.as_str().into()])
        };
        vec![
            key(rule::ATTRIBUTE_ID, "bk_property_id", &it.property_id),
            key(rule::ATTRIBUTE_NAME, "bk_property_name", &it.name),
        ]
    }
}

/// The group of a business's attributes that name none.
const BUSINESS_GROUP: &str = "bizdefault";

/// A free map: an attribute to create or change, or a condition. `T` is what it looks like.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "")]
struct Body<T>(Free, #[serde(skip)] PhantomData<fn() -> T>);

looks_like_its_parameter!(Body);

impl<T: JsonSchema + 'static> Input for Body<T> {
    // A null clears the default of an attribute, and finds null in a condition.
    const NULL_IS_ABSENT: bool = false;
    fn resources(&self) -> Vec<Resource> {
        // An id counts more than a model beside it: it names the attribute to change.
        match self.0.text("bk_obj_id") {
            _ if self.0.0.contains_key("id") => vec![Resource::Unknown],
            "" => vec![Resource::System],
            model => vec![Resource::Model(model.to_owned())],
        }
    }
}

impl<T> Body<T> {
    /// The business in the path.
    fn business(&self) -> Result<i64> {
        let business = self.0.number(field::BUSINESS).integer().filter(|business| *business > 0);
        business.ok_or_else(|| Error::invalid(field::BUSINESS).hint("bk_biz_id is the id of a business"))
    }
}

/// An attribute as it is stored, with the name of its group.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AttributeInGroup")]
pub(super) struct Created {
    #[serde(flatten)]
    attribute: Attribute,
    /// Display name of the group.
    bk_property_group_name: String,
}

/// The attribute to create in a business that a free map describes.
pub(super) fn record(body: &Map, business: i64) -> Result<Attribute> {
    let mut doc = body.clone();
    doc.retain(|_, value| !value.is_null());
    doc.insert("id".to_owned(), 0.into());
    doc.insert(field::BUSINESS.to_owned(), business.into());
    serde_json::from_value(Value::Object(doc)).map_err(|error| Error::new(Code::JsonDecode).hint(error.to_string()))
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Body<Attribute>) -> Result<Created> {
    let business = match input.0.0.get(field::BUSINESS) {
        None | Some(Value::Null) => 0,
        Some(id) if id == 0 => 0,
        Some(_) => input.business()?,
    };
    create_in(call, ok, record(&input.0.0, business)?).await
}

async fn create_custom(call: &mut Call<'_>, ok: Granted, input: &Body<Attribute>) -> Result<Created> {
    let business = input.business()?;
    create_in(call, ok, record(&input.0.0, business)?).await
}

/// Creates an attribute that a caller defines. Returns it with the name of its group.
pub(super) async fn create_in(call: &mut Call<'_>, ok: Granted, mut attribute: Attribute) -> Result<Created> {
    let schema = call.schema().await?;
    check_place(&schema, &attribute)?;
    attribute::check_definition(&mut attribute, Origin::Caller)?;
    check_free(&schema, &attribute)?;
    id_rules::check_definition(&schema, &attribute)?;
    quotes::check_definition(call, &schema, &attribute).await?;
    let group = choose_group(call, ok, &mut attribute).await?;
    attribute.index = next_index(&schema, &attribute);
    call.account().clone_into(&mut attribute.account);
    call.user().clone_into(&mut attribute.creator);
    attribute.create_time = Some(call.now_local());
    attribute.last_time.clone_from(&attribute.create_time);
    let attribute = repo::create(call, ok, attribute).await?;
    if attribute.kind == id_rule::NAME {
        uniques::create_own(call, ok, &attribute).await?;
    }
    tables::create(call, ok, &attribute).await?;
    Ok(Created { attribute, bk_property_group_name: group })
}

/// Whether the model may get this attribute: steps 5, 6, 8 and 15–19 of models.md §3.1.
pub(crate) fn check_place(schema: &Schema, attribute: &Attribute) -> Result<()> {
    let obj_id = attribute.obj_id.as_str();
    let required = attribute.required || attribute.only;
    let level = |it: &relata_model::association::ModelAssociation| it.kind == MAINLINE && it.source == obj_id;
    if required && schema.associations.values().any(|it| level(&it.association)) {
        return Err(Error::new(Code::MainlineRequiredAttribute));
    }
    let model = schema.model(obj_id).ok_or_else(|| Error::refers_to_nothing("bk_obj_id"))?;
    if innertable::owner_of(obj_id).is_some() {
        return Err(Error::refers_to_nothing("bk_obj_id").hint(COLUMN));
    }
    if attribute.kind == innertable::NAME && attribute.business != 0 {
        let hint = "an attribute of one business cannot be an inner table";
        return Err(Error::refers_to_nothing("bk_property_type").hint(hint));
    }
    if attribute.template != 0 {
        return Err(Error::refers_to_nothing("bk_template_id"));
    }
    if obj_id == "bk_project" {
        return Err(Error::refers_to_nothing("bk_obj_id").hint("projects cannot get further attributes"));
    }
    let same = |it: &Attribute| it.business == attribute.business && it.property_id == attribute.property_id;
    if model.attributes.iter().any(|it| same(&it.attribute)) {
        return Err(Error::new(Code::AttributeExists));
    }
    if matches!(obj_id, "plat" | "process") {
        return Err(Error::new(Code::AttributeRefused).arg(obj_id));
    }
    if required && attribute::definition::requirement_is_fixed(obj_id) {
        return Err(Error::new(Code::RequiredAttributeRefused).arg(obj_id));
    }
    if [field::CREATE_TIME, field::LAST_TIME, "default"].contains(&attribute.property_id.as_str()) {
        let hint = "instances keep something of the system under this id";
        return Err(Error::refers_to_nothing("bk_property_id").hint(hint));
    }
    Ok(())
}

/// Why attributes of hidden models are not changed by themselves.
const COLUMN: &str = "columns of an inner table are changed by the option of its attribute";

/// Step 26: neither id nor name is that of another attribute that an instance could have beside this one.
fn check_free(schema: &Schema, attribute: &Attribute) -> Result<()> {
    let Some(model) = schema.model(&attribute.obj_id) else { return Ok(()) };
    let beside = |it: &&Attribute| {
        it.id != attribute.id && (it.business == 0 || attribute.business == 0 || it.business == attribute.business)
    };
    for other in model.attributes.iter().map(|it| &it.attribute).filter(beside) {
        if other.property_id == attribute.property_id {
            return Err(Error::new(Code::Duplicate).arg("bk_property_id"));
        }
        if other.name == attribute.name {
            return Err(Error::new(Code::Duplicate).arg("bk_property_name"));
        }
    }
    Ok(())
}

/// Step 7: an unknown group becomes the default one, which a business gets with its first attribute. Returns its name.
async fn choose_group(call: &mut Call<'_>, ok: Granted, attribute: &mut Attribute) -> Result<String> {
    let groups = groups_of(call, [attribute.obj_id.as_str()]).await?;
    let named = |id: &str| {
        groups.iter().find(|it| it.business == attribute.business && it.group_id == id).map(|it| it.name.clone())
    };
    if let Some(name) = named(&attribute.group) {
        return Ok(name);
    }
    let default = if attribute.business == 0 { DEFAULT_GROUP } else { BUSINESS_GROUP };
    let found = named(default);
    default.clone_into(&mut attribute.group);
    if let Some(name) = found {
        return Ok(name);
    }
    let group = AttributeGroup {
        business: attribute.business,
        group_id: default.to_owned(),
        name: "Default".to_owned(),
        index: groups.iter().map(|it| it.index).max().unwrap_or_default() + 1,
        obj_id: attribute.obj_id.clone(),
        account: call.account().to_owned(),
        default: true,
        ..AttributeGroup::default()
    };
    Ok(repo::create(call, ok, group).await?.name)
}

/// The position behind the last attribute of the group.
pub(crate) fn next_index(schema: &Schema, attribute: &Attribute) -> i64 {
    let attributes = schema.model(&attribute.obj_id).into_iter().flat_map(|model| &model.attributes);
    let last = attributes.map(|it| &it.attribute).filter(|it| same_group(it, attribute)).map(|it| it.index).max();
    last.unwrap_or_default().saturating_add(1)
}

fn same_group(one: &Attribute, other: &Attribute) -> bool {
    one.business == other.business && one.group == other.group
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Body<Part<Attribute>>) -> Result<()> {
    change(call, ok, &input.0, None).await
}

async fn update_custom(call: &mut Call<'_>, ok: Granted, input: &Body<Part<Attribute>>) -> Result<()> {
    let business = input.business()?;
    change(call, ok, &input.0, Some(business)).await
}

/// Changes an attribute, if a business is given only one of its own.
pub(super) async fn change(call: &mut Call<'_>, ok: Granted, patch: &Free, business: Option<i64>) -> Result<()> {
    let id = patch.number("id").required(Code::Unrecognized, "id")?;
    let old = repo::get::<Attribute>(call, id).await?;
    let old = old.filter(|it| business.is_none_or(|business| business == it.entity.business));
    let old = old.ok_or_else(|| Error::new(Code::TargetNotFound).hint(format!("there is no attribute {id}")))?;
    call.need(ok, &old.entity.obj_id).await?;
    let mut new = attribute::check_update(&old.entity, &patch.0)?;
    if new == old.entity {
        return Ok(());
    }
    if innertable::owner_of(&new.obj_id).is_some() {
        return Err(Error::refers_to_nothing("id").hint(COLUMN));
    }
    let schema = call.schema().await?;
    check_free(&schema, &new)?;
    id_rules::check_definition(&schema, &new)?;
    if new.option != old.entity.option {
        quotes::check_definition(call, &schema, &new).await?;
        tables::change(call, ok, &old.entity, &new).await?;
    }
    // Members that never change, and what the kind does not keep, are no part of the change.
    let (before, after) = (repo::document(&old.entity)?, repo::document(&new)?);
    let mut sent = patch.0.clone();
    sent.retain(|member, _| before.get(member) != after.get(member));
    field_templates::check_locks(call, &old.entity, &sent).await?;
    new.last_time = Some(call.now_local());
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Body<Id>) -> Result<()> {
    let id = input.0.number("id").required(Code::ParamInvalid, "id")?;
    let business = input.0.number(field::BUSINESS).integer().unwrap_or_default();
    let Some(attribute) = repo::get::<Attribute>(call, id).await?.map(|it| it.entity) else { return Ok(()) };
    if business != 0 && business != attribute.business {
        return Ok(());
    }
    call.need(ok, &attribute.obj_id).await?;
    if innertable::owner_of(&attribute.obj_id).is_some() {
        return Err(Error::refers_to_nothing("id").hint(COLUMN));
    }
    if attribute.template != 0 {
        let error = Error::new(Code::AttributeOfTemplate).arg(attribute.property_id.as_str());
        return Err(error.arg(attribute.template));
    }
    if attribute.kind == id_rule::NAME {
        uniques::delete_own(call, ok, &attribute).await?;
    }
    let rules = uniques::rules_of(call, &attribute.obj_id).await?;
    if rules.iter().any(|rule| rule.entity.keys.iter().any(|part| part.attribute == id)) {
        return Err(Error::new(Code::AttributeInUniqueRule));
    }
    tables::delete(call, ok, std::slice::from_ref(&attribute)).await?;
    if let Some(model) = call.schema().await?.model(&attribute.obj_id) {
        forget_values(call, ok, model.space(), &attribute).await?;
    }
    repo::delete(call, ok, &[attribute]).await
}

/// Removes the values of an attribute from the instances that have it. They are no changes of their own in the log: the
/// record of the attribute's deletion stands for them.
async fn forget_values(call: &mut Call<'_>, _ok: Granted, space: Space, attribute: &Attribute) -> Result<()> {
    let filter = match attribute.business {
        0 => Filter::everything(),
        business => Filter::equal(field::BUSINESS, business),
    };
    let mut behind = Some(i64::MIN);
    while let Some(after) = behind {
        let (rows, next) = uniques::instances_after(call, space, filter.clone(), after).await?;
        let changed = rows.into_iter().filter_map(|mut row| {
            row.doc.remove(&attribute.property_id)?;
            let (drop_keys, take_keys) = (Vec::new(), Vec::new());
            Some(Replace { id: row.id, revision: row.revision, doc: row.doc, drop_keys, take_keys })
        });
        call.tx.replace_many(space, changed.collect()).await?;
        behind = next;
    }
    Ok(())
}

/// The member of answers that names the group.
const GROUP_NAME: &str = "bk_property_group_name";

/// Which attributes: a condition, with a page and a business beside it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the schema of a body")]
struct Which {
    /// Which of them; all when it is left out.
    page: Option<Page>,
    /// A business whose attributes are found, too; without it those of all businesses only.
    bk_biz_id: Option<i64>,
    #[schemars(flatten)]
    condition: shape::Condition,
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Body<Which>) -> Result<Vec<Document<Created>>> {
    let tables = Filter::equal("bk_property_type", innertable::NAME);
    search_within(call, input, Filter::Not(Box::new(tables))).await
}

async fn search_all(call: &mut Call<'_>, _ok: Granted, input: &Body<Which>) -> Result<Vec<Document<Created>>> {
    search_within(call, input, Filter::everything()).await
}

async fn search_within(call: &mut Call<'_>, input: &Body<Which>, within: Filter) -> Result<Vec<Document<Created>>> {
    let body = &input.0;
    let page = match body.0.get("page") {
        None | Some(Value::Null) => Page::default(),
        Some(page) => decode(page.clone()).map_err(|error| Error::new(Code::JsonDecode).hint(error.to_string()))?,
    };
    let business = match (body.0.get(field::BUSINESS), body.number(field::BUSINESS).integer()) {
        (None | Some(Value::Null), _) => Filter::equal(field::BUSINESS, 0),
        (Some(_), Some(id)) => Filter::one_of(field::BUSINESS, [0, id]),
        (Some(test), None) => {
            models::condition_filter(call, &Free(Map::from_iter([(field::BUSINESS.to_owned(), test.clone())])), &[])?
        }
    };
    let filter = models::condition_filter(call, body, &["page", field::BUSINESS])?
        .and(business)
        .and(within)
        .and(Filter::equal("bk_issystem", false))
        .and(Filter::equal("bk_isapi", false));
    let mut found = models::search::<Attribute>(call, filter, &page).await?;
    name_groups(call, &mut found).await?;
    Ok(documents(found))
}

/// Adds the name of its group to each attribute.
pub(super) async fn name_groups(call: &mut Call<'_>, attributes: &mut [Map]) -> Result<()> {
    let text = |doc: &Map, member: &str| doc.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let models: BTreeSet<String> = attributes.iter().map(|doc| text(doc, "bk_obj_id")).collect();
    let groups: HashMap<(String, i64, String), String> = groups_of(call, models.iter().map(String::as_str))
        .await?
        .into_iter()
        .map(|it| ((it.obj_id, it.business, it.group_id), it.name))
        .collect();
    for doc in attributes {
        let business = doc.get(field::BUSINESS).and_then(Value::as_i64).unwrap_or_default();
        let group = (text(doc, "bk_obj_id"), business, text(doc, "bk_property_group"));
        let name = groups.get(&group).cloned().unwrap_or_default();
        doc.insert(GROUP_NAME.to_owned(), name.into());
    }
    Ok(())
}

/// The groups of models, named in the language of the caller.
pub(super) async fn groups_of(
    call: &mut Call<'_>,
    models: impl IntoIterator<Item = &str>,
) -> Result<Vec<AttributeGroup>> {
    let groups = models::search::<AttributeGroup>(call, Filter::one_of("bk_obj_id", models), &Page::default()).await?;
    groups.into_iter().map(repo::typed).collect()
}

/// Where an attribute shall go.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Reorder {
    /// The model.
    bk_obj_id: String,
    /// Numeric id of the attribute.
    #[serde(rename = "propertyId")]
    id: Number,
    /// Textual id of the group; the one it is in when it is left out.
    #[serde(rename = "bk_property_group")]
    group: String,
    /// Position in the group. What is there and behind it moves on.
    #[serde(rename = "bk_property_index")]
    index: i64,
}

impl Input for Reorder {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn reorder(call: &mut Call<'_>, ok: Granted, input: &Reorder) -> Result<()> {
    let id = input.id.required(Code::ParamRefersToNothing, "id")?;
    let attributes = repo::find::<Attribute>(call, Filter::equal("bk_obj_id", input.bk_obj_id.as_str())).await?;
    let old = attributes.iter().find(|it| it.entity.id == id).ok_or_else(|| Error::refers_to_nothing("id"))?;
    let mut moved = old.entity.clone();
    moved.index = input.index;
    if !input.group.is_empty() {
        moved.group.clone_from(&input.group);
    }
    let groups = groups_of(call, [input.bk_obj_id.as_str()]).await?;
    if !groups.iter().any(|it| it.group_id == moved.group && [0, moved.business].contains(&it.business)) {
        return Err(Error::refers_to_nothing("bk_property_group"));
    }
    for behind in &attributes {
        let it = &behind.entity;
        if it.id != id && same_group(it, &moved) && it.index >= moved.index {
            let shifted = Attribute { index: it.index.saturating_add(1), ..it.clone() };
            repo::update(call, ok, Action::Update, behind, &shifted, position(&shifted)).await?;
        }
    }
    moved.last_time = Some(call.now_local());
    repo::update(call, ok, Action::Update, old, &moved, position(&moved)).await
}

fn position(attribute: &Attribute) -> Map {
    Map::from_iter([
        ("bk_property_group".to_owned(), attribute.group.as_str().into()),
        ("bk_property_index".to_owned(), attribute.index.into()),
    ])
}
