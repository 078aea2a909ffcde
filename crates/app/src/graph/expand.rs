//! What lies around instances.

use super::plan::{Bounds, Direction, Plan};
use super::walk::{MOST_LINKS, Place, Via, Walk};
use super::{Edge, Format, Ref, Shown, counted, edge, export, key, resources, roots, shown, within};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use relata_model::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Hops, links followed of one group, and nodes: defaults and the most.
const DEPTH: (u64, u64) = (1, 10);
const PER_NODE: (u64, u64) = (50, 10_000);
const NODES: (u64, u64) = (1500, 50_000);

/// Where to begin and how far to go.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-media" = export::MEDIA))]
pub(super) struct Expand {
    /// The instances to begin with, at most 1000.
    roots: Vec<Ref>,
    /// Hops: 1 when left out, at most 10.
    depth: Option<u64>,
    /// Which way to follow links.
    direction: Direction,
    #[serde(flatten)]
    bounds: Bounds,
    /// Links followed of one instance under one association in one direction: 50 when left out, at most 10000.
    limit_per_node: Option<u64>,
    /// Nodes in the answer: 1500 when left out, at most 50000.
    max_nodes: Option<u64>,
    /// How the answer is written.
    format: Format,
}

impl Input for Expand {
    fn resources(&self) -> Vec<Resource> {
        resources(&self.roots)
    }
}

/// The links of a node under one association in one direction.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GraphGroup")]
struct Group {
    /// Key of the node.
    node: String,
    /// Textual id of the association.
    association: String,
    /// `out` where the node is the source, `in` where it is the target.
    direction: &'static str,
    /// The model of the other ends.
    model: String,
    /// How many there are that the caller may see and the filters let through.
    total: u64,
    /// How many of them are in `links`.
    shown: u64,
}

/// A part of the graph.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "GraphPart")]
pub(super) struct Part {
    /// Instances, by distance.
    nodes: Vec<Shown>,
    /// Links between them, by id.
    links: Vec<Edge>,
    /// How many links each node has.
    groups: Vec<Group>,
    /// What was left out: `limit_per_node`, `max_nodes`, `work`; empty when nothing was.
    truncated: Vec<&'static str>,
}

/// What is found of a group while walking.
struct Found {
    place: Place,
    association: i64,
    forward: bool,
    to: i64,
    total: u64,
}

#[derive(Default)]
struct Cut {
    per_node: bool,
    nodes: bool,
    work: bool,
}

struct Bounded {
    depth: u32,
    per_node: u64,
    nodes: usize,
}

/// Walks, and notes links and groups: every node is looked at once, the last level without going on.
async fn gather(
    call: &mut Call<'_>,
    plan: &mut Plan,
    walk: &mut Walk,
    bounded: &Bounded,
) -> Result<(BTreeMap<i64, (Via, Place)>, Vec<Found>, Cut)> {
    let (mut links, mut groups, mut cut) = (BTreeMap::new(), Vec::new(), Cut::default());
    let mut begin = 0;
    for distance in 0..=bounded.depth {
        let level: Vec<Place> = (begin..walk.len()).filter_map(|place| Place::try_from(place).ok()).collect();
        begin = walk.len();
        for piece in walk.pieces(level) {
            if walk.links > MOST_LINKS {
                cut.work = true;
                return Ok((links, groups, cut));
            }
            for look in walk.look(call, plan, &piece, Some(bounded.per_node)).await? {
                let step = look.way.step;
                for (place, total) in piece.places.iter().zip(&look.hop.counts).filter(|(_, total)| **total > 0) {
                    let (association, forward) = (step.association, step.forward);
                    groups.push(Found { place: *place, association, forward, to: look.way.to, total: *total });
                    cut.per_node |= *total > bounded.per_node && distance < bounded.depth;
                }
                for (place, link, other) in look.hop.links {
                    let Some(from) = piece.places.get(place).copied() else { continue };
                    let (node, via) = ((look.way.to, other), Via { from, link, step });
                    let known = walk.place(node);
                    let to = if known.is_none() && distance < bounded.depth {
                        cut.nodes |= walk.len() >= bounded.nodes;
                        (walk.len() < bounded.nodes).then(|| walk.reach(node, distance + 1, Some(via)).0)
                    } else {
                        known
                    };
                    if let Some(to) = to {
                        links.entry(link).or_insert((via, to));
                    }
                }
            }
        }
    }
    Ok((links, groups, cut))
}

pub(super) async fn expand(call: &mut Call<'_>, ok: Granted, input: &Expand) -> Result<Part> {
    let bounded = Bounded {
        depth: u32::try_from(within("depth", input.depth, DEPTH.0, DEPTH.1)?).unwrap_or(1),
        per_node: within("limit_per_node", input.limit_per_node, PER_NODE.0, PER_NODE.1)?,
        nodes: counted(within("max_nodes", input.max_nodes, NODES.0, NODES.1)?),
    };
    let roots = roots(call, ok, "roots", &input.roots).await?;
    let direction = input.direction;
    let mut plan = Plan::new(call, ok, &input.bounds, &roots, |_, forward| direction.allows(forward)).await?;
    let mut walk = Walk::from(&roots);
    let (links, groups, cut) = gather(call, &mut plan, &mut walk, &bounded).await?;
    let node = |place: Place| walk.visit(place).map_or((0, 0), |visit| visit.node);
    // A link is shown at both of its ends.
    let mut at: HashMap<(Place, i64, bool), u64> = HashMap::new();
    for (via, to) in links.values() {
        let (near, far) = ((via.from, via.step.forward), (*to, !via.step.forward));
        for (place, forward) in [near, far] {
            *at.entry((place, via.step.association, forward)).or_default() += 1;
        }
    }
    let edges: Vec<Edge> =
        links.values().map(|(via, to)| edge(&plan, node(via.from), (via.link, via.step), node(*to))).collect();
    let named = [(cut.per_node, "limit_per_node"), (cut.nodes, "max_nodes"), (cut.work, "work")];
    let truncated: Vec<_> = named.into_iter().filter(|(cut, _)| *cut).map(|(_, name)| name).collect();
    let nodes = shown(call, &plan, &walk.visits).await?;
    call.document = export::document(input.format, &nodes, &edges, &truncated);
    if call.document.is_some() {
        return Ok(Part { truncated, ..Part::default() });
    }
    let group = |found: &Found| Group {
        node: key(&plan, node(found.place)),
        association: plan.association_id(found.association).to_owned(),
        direction: if found.forward { "out" } else { "in" },
        model: plan.obj_id(found.to).to_owned(),
        total: found.total,
        shown: at.get(&(found.place, found.association, found.forward)).copied().unwrap_or_default(),
    };
    let groups = groups.iter().map(group).collect();
    Ok(Part { nodes, links: edges, groups, truncated })
}
