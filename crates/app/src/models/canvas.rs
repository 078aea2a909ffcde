//! The canvas on which people arrange models (other.md §3): where each model is placed, shown together with the associations
//! that start at it. Not here: the models and associations themselves.

use crate::call::Call;
use crate::endpoint::Input;
use crate::models;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use relata_model::association::ModelAssociation;
use relata_model::attribute::kind::has_nul;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::page::Page;
use relata_model::store::tables::rule;
use relata_model::{ACCOUNT, Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

crate::endpoints! { V3;
    /// All models with their places on the canvas and the associations that start at them.
    post_find_objecttopo_scope_type_global_scope_id_0 = POST "/find/objecttopo/scope_type/global/scope_id/0"
        | "/find/objecttopo/scope_type/{scope_type}/scope_id/{scope_id}", ModelView, Read => find;
    /// Place models on the canvas.
    post_update_objecttopo_scope_type_global_scope_id_0 = POST "/update/objecttopo/scope_type/global/scope_id/0"
        | "/update/objecttopo/scope_type/{scope_type}/scope_id/{scope_id}", CanvasEdit, Write => place;
    /// The older form of both: `search` shows the canvas, `update` places models on it.
    update_object_topo_graphics = POST "/objects/topographics/scope_type/{scope_type}/scope_id/{scope_id}/action/{action}", CanvasEdit, Write => act;
}

/// The canvas that there is.
const GLOBAL: &str = "global";
/// The kind of node for a model.
const MODEL: &str = "obj";
/// Most nodes in one call.
const MAX_NODES: usize = 2000;

/// The place of a model.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CanvasNode {
    /// Numeric id.
    pub id: i64,
    /// `global`.
    pub scope_type: String,
    /// `0`.
    pub scope_id: String,
    /// `obj`.
    pub node_type: String,
    /// Textual id of the model.
    #[serde(rename = "bk_obj_id")]
    pub obj_id: String,
    /// 0, since nodes are models.
    #[serde(rename = "bk_inst_id")]
    pub instance: i64,
    /// `{"x": …, "y": …}`; null for a node that was never placed.
    pub position: Option<Map>,
    /// What the console keeps with it.
    pub ext: Map,
}

impl Default for CanvasNode {
    fn default() -> Self {
        Self {
            id: 0,
            scope_type: GLOBAL.to_owned(),
            scope_id: "0".to_owned(),
            node_type: MODEL.to_owned(),
            obj_id: String::new(),
            instance: 0,
            position: None,
            ext: Map::new(),
        }
    }
}

repo::entity! { CanvasNode: CanvasNodes, CanvasNode,
    name |it| &it.obj_id,
    scope |_| "",
    keys |it| {
        let values: [Value; 5] = [
            it.scope_type.as_str().into(), it.scope_id.as_str().into(), it.node_type.as_str().into(),
            it.obj_id.as_str().into(), it.instance.into(),
        ];
        vec![Key::new(rule::CANVAS_NODE, "bk_obj_id", values)]
    }
}

/// A canvas, and the nodes to place on it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "scope_type": "global",
    "scope_id": "0",
    "action": "update",
    "origin": [{"node_type": "obj", "bk_obj_id": "switch", "bk_inst_id": 0, "position": {"x": 10, "y": 20}}],
}]))]
struct Canvas {
    /// `global`.
    scope_type: String,
    /// `0`.
    scope_id: String,
    /// `search` or `update`.
    action: String,
    /// The nodes to place.
    origin: Vec<CanvasNode>,
}

impl Input for Canvas {
    const MALFORMED: Code = Code::ParamRefersToNothing;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

impl Canvas {
    fn exists(&self) -> bool {
        ["", GLOBAL].contains(&self.scope_type.as_str()) && ["", "0"].contains(&self.scope_id.as_str())
    }
}

/// A model as a node.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
#[schemars(rename = "CanvasModel")]
struct Node {
    /// `global`.
    scope_type: &'static str,
    /// `0`.
    scope_id: &'static str,
    /// `obj`.
    node_type: &'static str,
    /// Textual id of the model.
    bk_obj_id: String,
    /// The model is built in.
    ispre: bool,
    /// 0: nodes are models.
    bk_inst_id: i64,
    /// Display name of the model.
    node_name: String,
    /// `{"x": …, "y": …}`; null for a node that was never placed.
    position: Option<Map>,
    /// What the console keeps with it.
    ext: Map,
    /// Icon of the model.
    bk_obj_icon: String,
    /// Tenant.
    bk_supplier_account: &'static str,
    /// The associations that start at the model.
    assts: Vec<Edge>,
}

/// An association that starts at a node.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CanvasEdge")]
struct Edge {
    /// Empty.
    bk_asst_type: &'static str,
    /// `obj`.
    node_type: &'static str,
    /// The model at the other end.
    bk_obj_id: String,
    /// The association's number.
    bk_inst_id: i64,
    /// The number of its kind.
    bk_asst_inst_id: i64,
    /// Empty.
    bk_asst_name: &'static str,
    /// Empty.
    label: Map,
}

async fn placed(call: &mut Call<'_>) -> Result<HashMap<(String, String, i64), Stored<CanvasNode>>> {
    let nodes = repo::find::<CanvasNode>(call, Filter::everything()).await?;
    Ok(nodes.into_iter().map(|it| (which(&it.entity), it)).collect())
}

fn which(node: &CanvasNode) -> (String, String, i64) {
    (node.node_type.clone(), node.obj_id.clone(), node.instance)
}

async fn find(call: &mut Call<'_>, _ok: Granted, input: &Canvas) -> Result<Vec<Node>> {
    if !input.exists() {
        return Ok(Vec::new());
    }
    let mut placed = placed(call).await?;
    let schema = call.schema().await?;
    let kind = |id: &str| schema.kinds.get(id).map(|kind| kind.id).unwrap_or_default();
    let models = models::search::<Model>(call, Filter::everything(), &Page::default()).await?;
    let node = |doc: Map| {
        let model: Model = repo::typed(doc)?;
        let node = placed.remove(&(MODEL.to_owned(), model.obj_id.clone(), 0)).map(|it| it.entity).unwrap_or_default();
        let starting = schema.associations_of(&model.obj_id).into_iter().map(|it| &it.association);
        let edge = |it: &Arc<ModelAssociation>| Edge {
            bk_asst_type: "",
            node_type: MODEL,
            bk_obj_id: it.target.clone(),
            bk_inst_id: it.id,
            bk_asst_inst_id: kind(&it.kind),
            bk_asst_name: "",
            label: Map::new(),
        };
        Ok(Node {
            scope_type: GLOBAL,
            scope_id: "0",
            node_type: MODEL,
            ispre: model.built_in,
            bk_inst_id: 0,
            node_name: model.name,
            position: node.position,
            ext: node.ext,
            bk_obj_icon: model.icon,
            bk_supplier_account: ACCOUNT,
            assts: starting.filter(|it| it.source == model.obj_id).map(edge).collect(),
            bk_obj_id: model.obj_id,
        })
    };
    models.into_iter().map(node).collect()
}

async fn place(call: &mut Call<'_>, ok: Granted, input: &Canvas) -> Result<()> {
    if !input.exists() {
        return Err(Error::refers_to_nothing("scope_type").hint("the only canvas is global, 0"));
    }
    if input.origin.len() > MAX_NODES {
        return Err(Error::new(Code::TooManyItems).arg("origin").arg(MAX_NODES));
    }
    let schema = call.schema().await?;
    let mut placed = placed(call).await?;
    // Of a node that is there twice the last counts.
    let mut nodes: HashMap<(String, String, i64), CanvasNode> = HashMap::new();
    for node in &input.origin {
        if node.node_type != MODEL || node.instance != 0 || schema.model(&node.obj_id).is_none() {
            let hint = "a node has the node_type obj, the bk_obj_id of a model and the bk_inst_id 0";
            return Err(Error::refers_to_nothing("origin").hint(hint));
        }
        let CanvasNode { position, ext, obj_id, .. } = node.clone();
        if has_nul(&Value::Object(ext.clone())) || has_nul(&Value::Object(position.clone().unwrap_or_default())) {
            return Err(Error::refers_to_nothing("origin").hint("the character NUL (U+0000) cannot be stored"));
        }
        nodes.insert(which(node), CanvasNode { obj_id, position, ext, ..CanvasNode::default() });
    }
    let saved = nodes.into_iter().map(|(key, node)| {
        let old = placed.remove(&key);
        let id = old.as_ref().map(|it| it.entity.id).unwrap_or_default();
        (old, CanvasNode { id, ..node })
    });
    let mut saved: Vec<_> = saved.collect();
    saved.sort_by(|(_, a), (_, b)| a.obj_id.cmp(&b.obj_id));
    repo::save_many(call, ok, saved).await
}

async fn act(call: &mut Call<'_>, ok: Granted, input: &Canvas) -> Result<Option<Vec<Node>>> {
    match input.action.as_str() {
        "search" => find(call, ok, input).await.map(Some),
        "update" => place(call, ok, input).await.map(|()| None),
        _ => Err(Error::refers_to_nothing("action").hint("it is search or update")),
    }
}

/// Takes a model that is deleted off the canvas.
pub(crate) async fn forget(call: &mut Call<'_>, ok: Granted, obj_id: &str) -> Result<()> {
    let nodes = repo::find::<CanvasNode>(call, Filter::equal("bk_obj_id", obj_id)).await?;
    let nodes: Vec<CanvasNode> = nodes.into_iter().map(|it| it.entity).collect();
    repo::delete(call, ok, &nodes).await
}
