//! The neighbours of an instance (associations.md §6.7, §6.8): grouped by model, or those of one model.

use super::link_queries::{Side, count_of, links_of, named_instances};
use super::link_rights::check_instance;
use super::links_of_instance::console_limit;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Limit, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::association::Link;
use relata_model::page::Page;
use relata_model::store::LinkQuery;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An instance.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Of {
    /// The model.
    bk_obj_id: String,
    /// Id of the instance.
    bk_inst_id: Number,
}

impl Input for Of {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// An instance in a topology, or (as a group) a model with its instances.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Node {
    /// The instance's id as a text; empty for a group.
    id: String,
    /// The model.
    bk_obj_id: String,
    /// Its icon.
    bk_obj_icon: String,
    /// Id of the instance; 0 for a group.
    bk_inst_id: i64,
    /// Display name of the model.
    bk_obj_name: String,
    /// Name of the instance; empty for a group.
    bk_inst_name: String,
    /// Id of the link that leads there; 0 for a group and for the instance that was asked for.
    asso_id: i64,
}

/// The neighbours of one model.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Group {
    #[serde(flatten)]
    model: Node,
    /// How many neighbours are of this model.
    count: usize,
    /// These neighbours.
    children: Vec<Node>,
}

/// An instance with its neighbours on both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Neighbours {
    /// The instance itself.
    curr: Node,
    /// The sources of links that end here.
    prev: Vec<Group>,
    /// The targets of links that start here.
    next: Vec<Group>,
}

fn node(model: &ModelSchema, instance: Option<(i64, &str, i64)>) -> Node {
    let (id, name, link) = instance.unwrap_or_default();
    Node {
        id: instance.map(|(id, _, _)| id.to_string()).unwrap_or_default(),
        bk_obj_id: model.model.obj_id.clone(),
        bk_obj_icon: model.model.icon.clone(),
        bk_inst_id: id,
        bk_obj_name: model.model.name.clone(),
        bk_inst_name: name.to_owned(),
        asso_id: link,
    }
}

/// Both sides of an instance.
pub(super) async fn neighbours(call: &mut Call<'_>, ok: Granted, input: &Of) -> Result<Vec<Neighbours>> {
    let id = input.bk_inst_id.required(Code::ParamRefersToNothing, "inst_id")?;
    let schema = call.schema().await?;
    let curr = instance(call, ok, &schema, &input.bk_obj_id, id).await?;
    let [as_source, as_target] = links_of(&schema, &input.bk_obj_id, &[id]);
    let prev = groups(call, ok, &schema, &as_target, Side::Source).await?;
    let next = groups(call, ok, &schema, &as_source, Side::Target).await?;
    Ok(vec![Neighbours { curr, prev, next }])
}

/// The target side of an instance.
pub(super) async fn targets(call: &mut Call<'_>, ok: Granted, input: &Of) -> Result<Vec<Group>> {
    let id = input.bk_inst_id.required(Code::Unrecognized, "inst_id")?;
    let schema = call.schema().await?;
    instance(call, ok, &schema, &input.bk_obj_id, id).await?;
    let [as_source, _] = links_of(&schema, &input.bk_obj_id, &[id]);
    groups(call, ok, &schema, &as_source, Side::Target).await
}

/// The instance that is asked for: 1101016 for an unknown model, 1199011 with the id field for an unknown instance.
async fn instance(call: &mut Call<'_>, ok: Granted, schema: &Schema, obj_id: &str, id: i64) -> Result<Node> {
    let model = schema
        .model(obj_id)
        .ok_or_else(|| Error::new(Code::ModelNotFound).hint(format!("no model has the id \"{obj_id}\"")))?;
    check_instance(call, ok, schema, obj_id, id).await?;
    let named = named_instances(call, model, &[id], &Limit::default()).await?;
    let name = named.get(&id).ok_or_else(|| Error::refers_to_nothing(model.id_field()))?;
    Ok(node(model, Some((id, name, 0))))
}

/// The instances at one end of the links that a query finds, grouped by model in the order of model ids. Those that the
/// caller may not see are left out.
async fn groups(
    call: &mut Call<'_>,
    ok: Granted,
    schema: &Schema,
    query: &LinkQuery,
    side: Side,
) -> Result<Vec<Group>> {
    let mut by_model: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    let query = LinkQuery { limit: Some(call.app.settings.rows_to_ask(None)), ..query.clone() };
    let links = call.tx.find_links(&query).await?;
    call.app.settings.check_answer(links.len())?;
    for link in links {
        if let Some(association) = schema.association_by_number(link.association) {
            by_model.entry(side.model(association)).or_default().push(link);
        }
    }
    let mut groups = Vec::with_capacity(by_model.len());
    for (obj_id, links) in by_model {
        let Some(model) = schema.model(obj_id) else { continue };
        let Some(limit) = call.visible(ok, obj_id) else { continue };
        let ids: Vec<i64> = links.iter().map(|link| side.instance(link)).collect();
        let names = named_instances(call, model, &ids, &limit).await?;
        let child = |link: &Link| {
            let id = side.instance(link);
            Some(node(model, Some((id, names.get(&id)?, link.id))))
        };
        let children: Vec<Node> = links.iter().filter_map(child).collect();
        if children.is_empty() {
            continue;
        }
        groups.push(Group { model: node(model, None), count: children.len(), children });
    }
    Ok(groups)
}

/// Which instances of one model an instance is linked with.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct BaseInfo {
    /// The instance, and the side it is on.
    condition: BaseInfoCondition,
    /// Which of the links: 20 when no limit is given, at most 1000.
    page: Page,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct BaseInfoCondition {
    /// The model of the instance.
    bk_obj_id: String,
    /// Id of the instance.
    bk_inst_id: i64,
    /// The instance is the target of the links, not the source.
    is_target_object: bool,
    /// The model at the other end.
    association_obj_id: String,
}

impl Input for BaseInfo {
    fn resources(&self) -> Vec<Resource> {
        vec![
            Resource::Model(self.condition.bk_obj_id.clone()),
            Resource::Model(self.condition.association_obj_id.clone()),
        ]
    }
}

/// An instance, by id and name.
#[derive(Debug, Serialize, JsonSchema)]
struct IdAndName {
    /// Id of the instance.
    bk_inst_id: i64,
    /// Its name.
    bk_inst_name: String,
}

/// How many links, and the instances at the other ends of this page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BaseInfos {
    /// How many links there are in all.
    count: u64,
    /// The instances at the other ends, each once; null when there are no links.
    info: Option<Vec<IdAndName>>,
}

/// The instances of one model that an instance is linked with.
pub(super) async fn base_info(call: &mut Call<'_>, ok: Granted, input: &BaseInfo) -> Result<BaseInfos> {
    let condition = &input.condition;
    let missing = [
        ("bk_obj_id", condition.bk_obj_id.is_empty()),
        ("bk_inst_id", condition.bk_inst_id == 0),
        ("association_obj_id", condition.association_obj_id.is_empty()),
    ];
    if let Some((parameter, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return Err(Error::required(parameter));
    }
    let limit = console_limit(call, input.page.limit)?;
    let schema = call.schema().await?;
    check_instance(call, ok, &schema, &condition.bk_obj_id, condition.bk_inst_id).await?;
    let seen = call.limit(ok, &condition.association_obj_id).await?;
    let [as_source, as_target] = links_of(&schema, &condition.bk_obj_id, &[condition.bk_inst_id]);
    let (mut query, other) =
        if condition.is_target_object { (as_target, Side::Source) } else { (as_source, Side::Target) };
    query.associations.retain(|number| {
        let association = schema.association_by_number(*number);
        association.is_some_and(|it| other.model(it) == condition.association_obj_id)
    });
    let count = call.tx.count_links(&query).await?;
    let Some(model) = schema.model(&condition.association_obj_id).filter(|_| count > 0) else {
        return Ok(BaseInfos { count: 0, info: None });
    };
    let start = input.page.start();
    query.limit = Some(limit.saturating_add(start));
    let links = call.tx.find_links(&query).await?;
    let ids: Vec<i64> = links.iter().skip(count_of(start)).map(|link| other.instance(link)).collect();
    call.app.settings.check_answer(ids.len())?;
    let named = named_instances(call, model, &ids, &seen).await?;
    let info = named.into_iter().map(|(bk_inst_id, bk_inst_name)| IdAndName { bk_inst_id, bk_inst_name }).collect();
    Ok(BaseInfos { count, info: Some(info) })
}
