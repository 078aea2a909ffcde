//! Questions about the graph of instances: what lies around some of them, what is affected by them, how two are connected,
//! and what has changed near them (Relata's own API).
//!
//! A walk (`walk`) goes level by level over sets of nodes and asks the store once for a set; where it may go is a plan
//! (`plan`), made of the schema, the request and the caller's rights. Nothing here knows an engine.

mod changed;
mod expand;
mod export;
mod impact;
mod path;
mod plan;
mod walk;

use crate::associations::link_queries::named_instances;
use crate::call::Call;
use crate::permission::{Granted, Limit, Resource};
use plan::Plan;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use walk::{Node, Visit, Walk};

crate::endpoints! { Relata;
    /// What lies around instances: nodes, the links between them, and how many neighbours each has.
    ///
    /// The links of a node are counted by association and direction (`groups`); of each, the first `limit_per_node` are followed.
    /// `truncated` says what was left out: `limit_per_node` (a group has more), `max_nodes`, or `work` (too many links to look at).
    /// `format` `graphml` or `dot` answers with the graph as a text of that form instead.
    expand_graph = POST "/graph/expand", InstanceView, Read => expand::expand;
    /// Everything that instances affect, along the directions that associations between models declare (`impact`).
    ///
    /// Nodes come by distance, each with the link that leads there (`via`), so the first `limit` hold the path of each of them;
    /// `count`, `by_model` and `by_distance` are of all. `upstream` asks for what affects them.
    read_graph_impact = POST "/graph/impact", InstanceView, Read => impact::impact;
    /// The shortest paths between two sets of instances.
    find_graph_path = POST "/graph/path", InstanceView, Read => path::path;
    /// What has changed within some hops of instances between two times: instances and links, newest last.
    ///
    /// The hops are those of now; the other end of a link that was deleted meanwhile counts, too.
    read_graph_changes = POST "/graph/changes", InstanceView, Read => changed::changed;
}

/// Roots in one request.
const MOST_ROOTS: usize = 1000;

/// An instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "GraphRef")]
struct Ref {
    /// Textual id of the model.
    model: String,
    /// Id of the instance.
    id: i64,
}

/// An instance that was reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GraphNode")]
struct Shown {
    /// Names it in this answer: `MODEL:ID`.
    key: String,
    /// Textual id of the model.
    model: String,
    /// Id of the instance.
    id: i64,
    /// Name of the instance.
    name: String,
    /// Links from the nearest root.
    distance: u32,
}

/// A link between two nodes of the answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(rename = "GraphLink")]
struct Edge {
    /// Id of the link.
    id: i64,
    /// Textual id of the association.
    association: String,
    /// Key of the source.
    source: String,
    /// Key of the target.
    target: String,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Nodes and links as JSON.
    #[default]
    Json,
    /// `GraphML`, as one text.
    Graphml,
    /// The language of Graphviz, as one text.
    Dot,
}

fn resources(refs: &[Ref]) -> Vec<Resource> {
    let models: BTreeSet<&str> = refs.iter().map(|it| it.model.as_str()).collect();
    models.into_iter().map(|model| Resource::Model(model.to_owned())).collect()
}

/// Refuses a number that is not between 1 and a limit.
fn within(name: &str, given: Option<u64>, default: u64, most: u64) -> Result<u64> {
    let number = given.unwrap_or(default);
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Error::invalid(name).hint(format!("{name} is a number from 1 to {most}")))
    }
}

fn counted(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The instances that a request names, each once, by model and id. All have to exist, and the caller to see them.
async fn roots(call: &mut Call<'_>, ok: Granted, parameter: &str, refs: &[Ref]) -> Result<Vec<Node>> {
    if refs.is_empty() {
        return Err(Error::required(parameter));
    }
    if refs.len() > MOST_ROOTS {
        return Err(Error::new(Code::TooManyItems).arg(parameter).arg(MOST_ROOTS));
    }
    let schema = call.schema().await?;
    let mut by_model: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for it in refs {
        by_model.entry(&it.model).or_default().insert(it.id);
    }
    let mut nodes = Vec::new();
    for (obj_id, ids) in by_model {
        let model = schema
            .model(obj_id)
            .ok_or_else(|| Error::refers_to_nothing(parameter).hint(format!("there is no model {obj_id:?}")))?;
        let ids: Vec<i64> = ids.into_iter().collect();
        let rows = call.limit(ok, obj_id).await?.rows(call, model, &ids).await?;
        call.check_rows(ok, model, &ids, &rows).await?;
        if let Some(id) = ids.iter().find(|id| !rows.iter().any(|row| row.id == **id)) {
            return Err(Error::new(Code::InstanceNotFound).hint(format!("{parameter}: {obj_id} has no instance {id}")));
        }
        nodes.extend(ids.into_iter().map(|id| (model.model.id, id)));
    }
    nodes.sort_unstable();
    Ok(nodes)
}

fn key(plan: &Plan, (model, id): Node) -> String {
    format!("{}:{id}", plan.obj_id(model))
}

/// Instances that were reached, with their names.
async fn shown(call: &mut Call<'_>, plan: &Plan, visits: &[Visit]) -> Result<Vec<Shown>> {
    let mut by_model: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for visit in visits {
        by_model.entry(visit.node.0).or_default().push(visit.node.1);
    }
    let mut names: BTreeMap<i64, BTreeMap<i64, String>> = BTreeMap::new();
    for (number, ids) in by_model {
        if let Some(model) = plan.model(number) {
            names.insert(number, named_instances(call, model, &ids, &Limit::default()).await?);
        }
    }
    let shown = |visit: &Visit| Shown {
        key: key(plan, visit.node),
        model: plan.obj_id(visit.node.0).to_owned(),
        id: visit.node.1,
        name: names.get(&visit.node.0).and_then(|it| it.get(&visit.node.1)).cloned().unwrap_or_default(),
        distance: visit.distance,
    };
    Ok(visits.iter().map(shown).collect())
}

/// A link that was followed from one node to another, as it is stored.
fn edge(plan: &Plan, from: Node, via: (i64, relata_model::store::Step), to: Node) -> Edge {
    let (id, step) = via;
    let (source, target) = if step.forward { (from, to) } else { (to, from) };
    let association = plan.association_id(step.association).to_owned();
    Edge { id, association, source: key(plan, source), target: key(plan, target) }
}

/// The links by which nodes were reached.
fn tree(plan: &Plan, walk: &Walk, visits: &[Visit]) -> Vec<Edge> {
    let link = |visit: &Visit| {
        let via = visit.via?;
        Some(edge(plan, walk.visit(via.from)?.node, (via.link, via.step), visit.node))
    };
    visits.iter().filter_map(link).collect()
}
