//! The neighbours of an instance, grouped by model (associations.md §6.8).

use super::link_queries::{Side, links_of, named_instances};
use super::link_rights::check_instance;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Limit, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::association::Link;
use relata_model::store::LinkQuery;
use relata_model::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An instance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    bk_obj_id: String,
    bk_inst_id: Number,
}

impl Input for Of {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// An instance in a topology, or (as a group) a model with its instances.
#[derive(Debug, Serialize)]
pub(super) struct Node {
    id: String,
    bk_obj_id: String,
    bk_obj_icon: String,
    bk_inst_id: i64,
    bk_obj_name: String,
    bk_inst_name: String,
    asso_id: i64,
}

/// The neighbours of one model.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    #[serde(flatten)]
    model: Node,
    count: usize,
    children: Vec<Node>,
}

/// An instance with its neighbours on both sides.
#[derive(Debug, Serialize)]
pub(super) struct Neighbours {
    curr: Node,
    prev: Vec<Group>,
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
