//! Groups of attributes (models.md §7): how a form of a model is divided.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Number, documents};
use crate::models::attributes::groups_of;
use crate::models::{self, ByNumber, Id};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use relata_model::attribute::{Attribute, AttributeGroup};
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::page::Page;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

crate::endpoints! { V3;
    /// Create a group of attributes.
    post_create_objectattgroup = POST "/create/objectattgroup", ModelEdit, Write => create;
    /// Change the name or the position of a group, or whether it is shown folded.
    put_update_objectattgroup = PUT "/update/objectattgroup", ModelEdit, Write => update;
    /// Delete a group without attributes.
    delete_delete_objectattgroup = DELETE "/delete/objectattgroup/{id}", ModelEdit, Write => delete;
    /// The groups of a model, by position; with `bk_biz_id` also those of that business.
    get_object_group = POST "/find/objectattgroup/object/{bk_obj_id}", ModelView, Read => search;
    /// Move attributes into groups.
    put_update_objectattgroupproperty = PUT "/update/objectattgroupproperty", ModelEdit, Write => move_attributes;
    /// Exchange the positions of two groups.
    put_update_objectattgroup_groupindex = PUT "/update/objectattgroup/groupindex", ModelEdit, Write => swap;
}

repo::entity! { AttributeGroup: AttributeGroups, AttributeGroup,
    name |it| &it.name,
    scope |it| &it.obj_id,
    keys |it| {
        let key = |rule, label, text: &String| {
            let values: [Value; 3] = [it.obj_id.as_str().into(), it.business.into(), text.as_str().into()];
            Key::new(rule, label, values)
        };
        vec![key(rule::GROUP_ID, ID, &it.group_id), key(rule::GROUP_NAME, NAME, &it.name)]
    }
}

const ID: &str = "bk_group_id";
const NAME: &str = "bk_group_name";
const MODEL: &str = "bk_obj_id";
const BUSINESS: &str = "bk_biz_id";

/// Refuses an empty or too long name: 1199006.
fn check_name(name: &str) -> Result<()> {
    models::check_name(NAME, name).map_err(|reason| Error { code: Code::ParamInvalid, ..reason })
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &ByNumber<AttributeGroup>) -> Result<AttributeGroup> {
    let group = AttributeGroup {
        account: call.account().to_owned(),
        default: false,
        built_in: false,
        ..models::record(&input.0, &[])?
    };
    call.need(ok, &group.obj_id).await?;
    check_name(&group.name)?;
    if group.group_id.is_empty() {
        return Err(Error::required(ID));
    }
    if call.schema().await?.model(&group.obj_id).is_none() {
        return Err(Error::refers_to_nothing(MODEL));
    }
    repo::create(call, ok, group).await
}

/// Which group, and what to change of it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Update {
    /// The group.
    condition: Which,
    /// The changes.
    data: Changes,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Which {
    /// Numeric id of the group.
    id: Number,
}

#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
struct Changes {
    /// Display name.
    #[serde(rename = "bk_group_name", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Position.
    #[serde(rename = "bk_group_index", skip_serializing_if = "Option::is_none")]
    index: Option<i64>,
    /// Shown folded.
    #[serde(rename = "is_collapse", skip_serializing_if = "Option::is_none")]
    collapsed: Option<bool>,
}

impl Input for Update {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<()> {
    let id = input.condition.id.required(Code::ParamNotInteger, "id")?;
    input.data.name.as_deref().map_or(Ok(()), check_name)?;
    let old = repo::get::<AttributeGroup>(call, id).await?.ok_or_else(|| Error::new(Code::TargetNotFound))?;
    call.need(ok, &old.entity.obj_id).await?;
    let sent = repo::document(&input.data)?;
    let new = models::changed(&old.entity, &sent)?;
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &ByNumber<Id>) -> Result<()> {
    let id = input.0.number("id").required(Code::ParamNotInteger, "id")?;
    let Some(stored) = repo::get::<AttributeGroup>(call, id).await? else { return Ok(()) };
    let group = stored.entity;
    call.need(ok, &group.obj_id).await?;
    if group.default {
        return Err(Error::new(Code::GroupInUse).hint("attributes that name no group go into this one, so it stays"));
    }
    // Attributes of any business may be in a group of all.
    let is_inside =
        |it: &Attribute| it.group == group.group_id && (group.business == 0 || it.business == group.business);
    let schema = call.schema().await?;
    let mut attributes = schema.model(&group.obj_id).into_iter().flat_map(|it| &it.attributes);
    if attributes.any(|it| is_inside(&it.attribute)) {
        return Err(Error::new(Code::GroupInUse));
    }
    repo::delete(call, ok, &[group]).await
}

/// Which groups.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Search {
    /// The model.
    bk_obj_id: String,
    /// A business whose groups are found, too.
    bk_biz_id: Number,
}

impl Input for Search {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Search) -> Result<Vec<Document<AttributeGroup>>> {
    let business = input.bk_biz_id.integer().unwrap_or_default();
    let filter = Filter::equal(MODEL, input.bk_obj_id.as_str()).and(Filter::one_of(BUSINESS, [0, business]));
    let order = Page { sort: "bk_group_index".to_owned(), ..Page::default() };
    Ok(documents(models::search::<AttributeGroup>(call, filter, &order).await?))
}

/// Attributes and the places they move to.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Moves {
    /// One item for each attribute.
    #[schemars(length(max = MAX_MOVES))]
    data: Vec<Move>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Move {
    /// The attribute.
    condition: Mover,
    /// Where it goes.
    data: Place,
}

/// An attribute, by its model, its business (0 for all) and its id.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Mover {
    /// The model.
    #[serde(rename = "bk_obj_id")]
    obj_id: String,
    /// The business, 0 for all.
    #[serde(rename = "bk_biz_id")]
    business: i64,
    /// Textual id of the attribute.
    #[serde(rename = "bk_property_id")]
    property_id: String,
}

#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
struct Place {
    /// Textual id of the group.
    #[serde(rename = "bk_property_group")]
    group: String,
    /// Position in the group.
    #[serde(rename = "bk_property_index")]
    index: i64,
}

impl Input for Moves {
    fn resources(&self) -> Vec<Resource> {
        self.data.iter().map(|it| Resource::Model(it.condition.obj_id.clone())).collect()
    }
}

/// Most attributes that one call moves.
const MAX_MOVES: usize = 500;

async fn move_attributes(call: &mut Call<'_>, ok: Granted, input: &Moves) -> Result<()> {
    if input.data.len() > MAX_MOVES {
        return Err(Error::new(Code::TooManyItems).arg("data").arg(MAX_MOVES));
    }
    let schema = call.schema().await?;
    let models: BTreeSet<&str> = input.data.iter().map(|it| it.condition.obj_id.as_str()).collect();
    let groups = groups_of(call, models).await?;
    for Move { condition: Mover { obj_id, business, property_id }, data: place } in &input.data {
        let is_target = |it: &AttributeGroup| {
            it.obj_id == *obj_id && it.group_id == place.group && [0, *business].contains(&it.business)
        };
        if !groups.iter().any(is_target) {
            return Err(Error::invalid(ID).hint(format!("model {obj_id} has no group {}", place.group)));
        }
        let is_mover = |it: &&Attribute| it.property_id == *property_id && it.business == *business;
        let mut attributes = schema.model(obj_id).into_iter().flat_map(|it| &it.attributes).map(|it| &it.attribute);
        let mover = attributes.find(is_mover).ok_or_else(|| Error::refers_to_nothing("bk_property_id"))?;
        // An earlier item may have moved it, which the schema does not know.
        let old = repo::get::<Attribute>(call, mover.id).await?.ok_or_else(|| Error::new(Code::TargetNotFound))?;
        let new = Attribute {
            group: place.group.clone(),
            index: place.index,
            last_time: Some(call.now_local()),
            ..old.entity.clone()
        };
        repo::update(call, ok, Action::Update, &old, &new, repo::document(place)?).await?;
    }
    Ok(())
}

/// The two groups that change places.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Swap {
    /// The groups.
    condition: Both,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Both {
    /// Numeric ids of two groups of one model.
    #[schemars(length(min = 2, max = 2))]
    id: Vec<i64>,
}

impl Input for Swap {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn swap(call: &mut Call<'_>, ok: Granted, input: &Swap) -> Result<()> {
    let [first, second] = input.condition.id.as_slice() else {
        return Err(Error::refers_to_nothing("id").hint("give the ids of two groups"));
    };
    if first == second {
        return Err(Error::refers_to_nothing("id").hint("give the ids of two different groups"));
    }
    let (Some(first), Some(second)) =
        (repo::get::<AttributeGroup>(call, *first).await?, repo::get::<AttributeGroup>(call, *second).await?)
    else {
        return Err(Error::refers_to_nothing("id").hint("one of the groups does not exist"));
    };
    if (&first.entity.obj_id, first.entity.business) != (&second.entity.obj_id, second.entity.business) {
        return Err(Error::new(Code::GroupUpdateFailed).hint("the groups belong to different models or businesses"));
    }
    call.need(ok, &first.entity.obj_id).await?;
    set_index(call, ok, &first, second.entity.index).await?;
    set_index(call, ok, &second, first.entity.index).await
}

async fn set_index(call: &mut Call<'_>, ok: Granted, old: &Stored<AttributeGroup>, index: i64) -> Result<()> {
    let new = AttributeGroup { index, ..old.entity.clone() };
    let sent = Map::from_iter([("bk_group_index".to_owned(), index.into())]);
    repo::update(call, ok, Action::Update, old, &new, sent).await
}
