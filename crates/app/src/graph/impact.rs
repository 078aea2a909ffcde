//! What instances affect, or what affects them.

use super::plan::{Bounds, Plan};
use super::walk::Walk;
use super::{Edge, Format, Ref, Shown, counted, export, resources, roots, shown, tree, within};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::schema::{AssociationSchema, Schema};
use relata_model::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Hops, nodes reached, and nodes in the answer: defaults and the most.
const DEPTH: (u64, u64) = (100, 1000);
const NODES: (u64, u64) = (100_000, 1_000_000);
const LIMIT: (u64, u64) = (1000, 100_000);

/// Where to begin and how far to go.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-media" = export::MEDIA))]
pub(super) struct Impact {
    /// The instances to begin with, at most 1000.
    roots: Vec<Ref>,
    /// What affects them, instead of what they affect.
    upstream: bool,
    /// Hops: 100 when left out, at most 1000.
    depth: Option<u64>,
    #[serde(flatten)]
    bounds: Bounds,
    /// Nodes to reach: 100000 when left out, at most 1000000.
    max_nodes: Option<u64>,
    /// Nodes in the answer: 1000 when left out, at most 100000.
    limit: Option<u64>,
    /// How the answer is written.
    format: Format,
}

impl Input for Impact {
    fn resources(&self) -> Vec<Resource> {
        resources(&self.roots)
    }
}

/// A node, and how it was reached.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GraphReached")]
struct Reached {
    #[serde(flatten)]
    node: Shown,
    /// The first of the shortest ways: its last link. The node before it comes earlier in the list; none for roots.
    via: Option<Edge>,
}

/// What was reached.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "GraphImpact")]
pub(super) struct Reach {
    /// How many instances, roots not counted.
    count: usize,
    /// How many by model, roots not counted.
    by_model: BTreeMap<String, usize>,
    /// How many at each distance, from 1.
    by_distance: Vec<usize>,
    /// The nearest of them, roots first.
    nodes: Vec<Reached>,
    /// The associations at models that were reached which declare no `impact`, so that the direction of their kind counted.
    /// That is how links are drawn, and often not which way an effect goes.
    undeclared: Vec<String>,
    /// What was left out: `limit` (of the list only), `max_nodes`, `depth` or `work` (there is or may be more to reach).
    truncated: Vec<&'static str>,
}

/// Whether an effect goes along an association from its source (true) or its target.
fn carries(schema: &Schema, association: &AssociationSchema, forward: bool) -> bool {
    let record = &association.association;
    let of_kind = || schema.kinds.get(&record.kind).map_or("none", |kind| kind.direction.as_str());
    let declared = if record.impact.is_empty() { of_kind() } else { record.impact.as_str() };
    match declared {
        "src_to_dest" => forward,
        "dest_to_src" => !forward,
        "bidirectional" => true,
        _ => false,
    }
}

/// The associations at these models that declare no impact, by textual id, as far as the request lets a walk go.
fn undeclared(schema: &Schema, bounds: &Bounds, models: &BTreeSet<i64>) -> Vec<String> {
    let at_model =
        |it: &AssociationSchema| [it.ends.source_model, it.ends.target_model].iter().any(|it| models.contains(it));
    let all = schema.associations.values().filter(|it| it.association.impact.is_empty() && at_model(it));
    all.map(|it| it.association.association_id.clone()).filter(|id| bounds.has_association(id)).collect()
}

pub(super) async fn impact(call: &mut Call<'_>, ok: Granted, input: &Impact) -> Result<Reach> {
    let depth = u32::try_from(within("depth", input.depth, DEPTH.0, DEPTH.1)?).unwrap_or(1);
    let most = counted(within("max_nodes", input.max_nodes, NODES.0, NODES.1)?);
    let limit = counted(within("limit", input.limit, LIMIT.0, LIMIT.1)?);
    let roots = roots(call, ok, "roots", &input.roots).await?;
    let schema = call.schema().await?;
    let follows = |it: &AssociationSchema, forward: bool| carries(&schema, it, forward != input.upstream);
    let mut plan = Plan::new(call, ok, &input.bounds, &roots, follows).await?;
    let mut walk = Walk::from(&roots);
    let most = most.saturating_add(roots.len());
    let whole = walk.go(call, &mut plan, depth, most).await?;
    let mut reach = Reach { count: walk.len() - roots.len(), ..Reach::default() };
    reach.undeclared = undeclared(&schema, &input.bounds, &walk.visits.iter().map(|visit| visit.node.0).collect());
    let mut by_model: BTreeMap<i64, usize> = BTreeMap::new();
    for visit in walk.visits.iter().filter(|visit| visit.distance > 0) {
        *by_model.entry(visit.node.0).or_default() += 1;
        let distance = visit.distance as usize;
        if reach.by_distance.len() < distance {
            reach.by_distance.resize(distance, 0);
        }
        if let Some(count) = reach.by_distance.last_mut() {
            *count += 1;
        }
    }
    reach.by_model = by_model.into_iter().map(|(model, count)| (plan.obj_id(model).to_owned(), count)).collect();
    let listed = walk.visits.get(..limit.min(walk.len())).unwrap_or_default();
    let cut = [
        (listed.len() < walk.len(), "limit"),
        (!whole && walk.len() >= most, "max_nodes"),
        (!whole && walk.len() < most, "work"),
        (whole && reach.by_distance.len() == depth as usize, "depth"),
    ];
    reach.truncated = cut.into_iter().filter(|(cut, _)| *cut).map(|(_, name)| name).collect();
    let nodes = shown(call, &plan, listed).await?;
    let mut links = tree(&plan, &walk, listed).into_iter();
    call.document = export::document(input.format, &nodes, links.as_slice(), &reach.truncated);
    if call.document.is_none() {
        let reached = |node: Shown| Reached { via: if node.distance == 0 { None } else { links.next() }, node };
        reach.nodes = nodes.into_iter().map(reached).collect();
    }
    Ok(reach)
}
