//! The neighbours of an instance, grouped by model (associations.md §6.8).

use super::link_queries::{links_of_instance, named_instances};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::association::Link;
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
pub(super) async fn neighbours(call: &mut Call<'_>, _ok: Granted, input: &Of) -> Result<Vec<Neighbours>> {
    let id = input.bk_inst_id.required(Code::ParamRefersToNothing, "inst_id")?;
    let schema = call.schema().await?;
    let model = schema
        .model(&input.bk_obj_id)
        .ok_or_else(|| Error::new(Code::ModelNotFound).hint(format!("no model has the id \"{}\"", input.bk_obj_id)))?;
    let named = named_instances(call, model, &[id]).await?;
    let Some(name) = named.get(&id) else { return Err(Error::refers_to_nothing(model.id_field())) };
    let [as_source, as_target] = links_of_instance(&schema, &input.bk_obj_id, id);
    let before = call.tx.find_links(&as_target).await?;
    let after = call.tx.find_links(&as_source).await?;
    Ok(vec![Neighbours {
        curr: node(model, Some((id, name, 0))),
        prev: groups(call, &schema, &before, Side::Source).await?,
        next: groups(call, &schema, &after, Side::Target).await?,
    }])
}

/// The target side of an instance.
pub(super) async fn targets(call: &mut Call<'_>, ok: Granted, input: &Of) -> Result<Vec<Group>> {
    Ok(neighbours(call, ok, input).await?.into_iter().flat_map(|it| it.next).collect())
}

/// Which end of its links a neighbour is.
#[derive(Clone, Copy)]
enum Side {
    Source,
    Target,
}

/// The instances at one end of links, grouped by model in the order of model ids.
async fn groups(call: &mut Call<'_>, schema: &Schema, links: &[Link], side: Side) -> Result<Vec<Group>> {
    let mut by_model: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    for link in links {
        let Some(association) = schema.association_by_number(link.association) else { continue };
        let (model, id) = match side {
            Side::Source => (&association.association.source, link.source),
            Side::Target => (&association.association.target, link.target),
        };
        by_model.entry(model).or_default().push((id, link.id));
    }
    let mut groups = Vec::with_capacity(by_model.len());
    for (obj_id, ends) in by_model {
        let Some(model) = schema.model(obj_id) else { continue };
        let ids: Vec<i64> = ends.iter().map(|(id, _)| *id).collect();
        let names = named_instances(call, model, &ids).await?;
        let children: Vec<Node> = ends
            .iter()
            .map(|&(id, link)| node(model, Some((id, names.get(&id).map(String::as_str).unwrap_or_default(), link))))
            .collect();
        groups.push(Group { model: node(model, None), count: children.len(), children });
    }
    Ok(groups)
}
