//! The shortest paths between two sets of instances: two walks towards each other, the narrower one first.
//!
//! When a level of one walk meets the other, the paths through what is met there are all the shortest ones.

use super::plan::{Bounds, Direction, Look, Plan};
use super::walk::{MOST_LINKS, Node, Place, Via, Visit, Walk};
use super::{Edge, Ref, Shown, counted, edge, key, resources, roots, shown, within};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use relata_model::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Links of a path, and paths in the answer: defaults and the most.
const LENGTH: (u64, u64) = (20, 200);
const LIMIT: (u64, u64) = (10, 100);
/// Nodes that are reached from both sides together at the most.
const MOST_NODES: usize = 1_000_000;

/// Which paths.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Asked {
    /// Where paths begin, at most 1000 instances.
    from: Vec<Ref>,
    /// Where they end, at most 1000 instances.
    to: Vec<Ref>,
    /// Which way to follow links, seen from `from`.
    direction: Direction,
    #[serde(flatten)]
    bounds: Bounds,
    /// Links of a path at the most: 20 when left out, at most 200.
    max_length: Option<u64>,
    /// Paths in the answer: 10 when left out, at most 100.
    limit: Option<u64>,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Resource> {
        [resources(&self.from), resources(&self.to)].concat()
    }
}

/// A path.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GraphPath")]
struct OnePath {
    /// Keys of its nodes, in order.
    nodes: Vec<String>,
    /// Its links, in order.
    links: Vec<Edge>,
    #[serde(skip)]
    places: Vec<Node>,
}

/// The shortest paths.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "GraphPaths")]
pub(super) struct Ways {
    /// How many links each has; null when there is no path.
    length: Option<u32>,
    /// How many shortest paths there are.
    count: u64,
    /// The first of them.
    paths: Vec<OnePath>,
    /// The nodes of these paths.
    nodes: Vec<Shown>,
    /// What was left out: `limit` (of the list only), `max_length` or `work` (there may be longer paths).
    truncated: Vec<&'static str>,
}

/// One of the two walks.
struct Half {
    plan: Plan,
    walk: Walk,
    /// Every link by which a node was reached over a shortest way: the node, and how. By level.
    arcs: Vec<(Place, Via)>,
    level: Vec<Place>,
    depth: u32,
}

impl Half {
    /// Goes one level on; false when it would become too much.
    async fn step(&mut self, call: &mut Call<'_>, others: usize) -> Result<bool> {
        let level = std::mem::take(&mut self.level);
        self.depth += 1;
        for piece in self.walk.pieces(level) {
            for Look { way, hop } in self.walk.look(call, &mut self.plan, &piece, None).await? {
                for (place, link, other) in hop.links {
                    let Some(from) = piece.places.get(place).copied() else { continue };
                    let via = Via { from, link, step: way.step };
                    let (place, new) = self.walk.reach((way.to, other), self.depth, Some(via));
                    if new {
                        self.level.push(place);
                    }
                    if new || self.walk.visit(place).is_some_and(|visit| visit.distance == self.depth) {
                        self.arcs.push((place, via));
                    }
                }
            }
            if self.walk.links > MOST_LINKS || self.walk.len() + others > MOST_NODES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many shortest ways lead to each node.
    fn ways(&self) -> Vec<u64> {
        let mut ways = vec![0_u64; self.walk.len()];
        for (visit, ways) in self.walk.visits.iter().zip(&mut ways) {
            *ways = u64::from(visit.distance == 0);
        }
        for (place, via) in &self.arcs {
            let before = ways.get(via.from as usize).copied().unwrap_or_default();
            if let Some(ways) = ways.get_mut(*place as usize) {
                *ways = ways.saturating_add(before);
            }
        }
        ways
    }

    /// The first shortest ways to a node, each from it back to where the walk began.
    fn back(by_node: &HashMap<Place, Vec<Via>>, to: Place, most: usize) -> Vec<Vec<(Place, Via)>> {
        let mut found = Vec::new();
        let mut open = vec![(to, Vec::new())];
        while let Some((place, way)) = open.pop() {
            if found.len() == most {
                break;
            }
            match by_node.get(&place) {
                None => found.push(way),
                Some(all) => open.extend(all.iter().rev().map(|via| {
                    let way: Vec<(Place, Via)> = way.iter().copied().chain([(place, *via)]).collect();
                    (via.from, way)
                })),
            }
        }
        found
    }

    fn by_node(&self) -> HashMap<Place, Vec<Via>> {
        let mut by_node: HashMap<Place, Vec<Via>> = HashMap::new();
        for (place, via) in &self.arcs {
            by_node.entry(*place).or_default().push(*via);
        }
        by_node
    }

    fn edge(&self, (place, via): (Place, Via)) -> Edge {
        edge(&self.plan, self.node(via.from), (via.link, via.step), self.node(place))
    }

    fn node(&self, place: Place) -> Node {
        self.walk.visit(place).map_or((0, 0), |visit| visit.node)
    }
}

/// Nodes that both walks have reached, as places in both.
fn meeting(from: &Half, to: &Half) -> Vec<(Place, Place)> {
    let (narrow, wide, turned) = if from.level.len() <= to.level.len() { (from, to, false) } else { (to, from, true) };
    let mut met: Vec<_> = narrow
        .level
        .iter()
        .filter_map(|place| {
            let visit = narrow.walk.visit(*place)?;
            let other = wide.walk.place(visit.node)?;
            (wide.walk.visit(other)?.distance == wide.depth).then_some((visit.node, *place, other))
        })
        .collect();
    met.sort_unstable();
    met.into_iter().map(|(_, here, there)| if turned { (there, here) } else { (here, there) }).collect()
}

/// Brings what two walks have found together.
fn joined(from: &Half, to: &Half, met: &[(Place, Place)], limit: usize) -> Ways {
    let (ahead, behind) = (from.ways(), to.ways());
    let of = |ways: &[u64], place: Place| ways.get(place as usize).copied().unwrap_or_default();
    let through = |(here, there): &(Place, Place)| of(&ahead, *here).saturating_mul(of(&behind, *there));
    let mut paths = Ways { length: Some(from.depth + to.depth), ..Ways::default() };
    paths.count = met.iter().map(through).fold(0, u64::saturating_add);
    let (to_begin, to_end) = (from.by_node(), to.by_node());
    for (here, there) in met {
        let rests = Half::back(&to_end, *there, limit);
        for begin in Half::back(&to_begin, *here, limit - paths.paths.len()) {
            for rest in &rests {
                if paths.paths.len() == limit {
                    return paths;
                }
                let first = begin.iter().rev().map(|(_, via)| from.node(via.from));
                let last = rest.iter().map(|(_, via)| to.node(via.from));
                let places: Vec<Node> = first.chain([from.node(*here)]).chain(last).collect();
                let nodes = places.iter().map(|node| key(&from.plan, *node)).collect();
                let first = begin.iter().rev().map(|arc| from.edge(*arc));
                let links = first.chain(rest.iter().map(|arc| to.edge(*arc))).collect();
                paths.paths.push(OnePath { nodes, links, places });
            }
        }
    }
    paths
}

pub(super) async fn path(call: &mut Call<'_>, ok: Granted, input: &Asked) -> Result<Ways> {
    let longest = u32::try_from(within("max_length", input.max_length, LENGTH.0, LENGTH.1)?).unwrap_or(1);
    let limit = counted(within("limit", input.limit, LIMIT.0, LIMIT.1)?);
    let begin = roots(call, ok, "from", &input.from).await?;
    let end = roots(call, ok, "to", &input.to).await?;
    let both = [begin.as_slice(), &end].concat();
    let mut halves = Vec::with_capacity(2);
    for (roots, direction) in [(begin, input.direction), (end, input.direction.reversed())] {
        let plan = Plan::new(call, ok, &input.bounds, &both, |_, forward| direction.allows(forward)).await?;
        let walk = Walk::from(&roots);
        let level = (0..roots.len()).filter_map(|place| Place::try_from(place).ok()).collect();
        halves.push(Half { plan, walk, arcs: Vec::new(), level, depth: 0 });
    }
    let [from, to] = halves.as_mut_slice() else { return Ok(Ways::default()) };
    let mut met = meeting(from, to);
    while met.is_empty() {
        if from.level.is_empty() || to.level.is_empty() {
            return Ok(Ways::default());
        }
        if from.depth + to.depth >= longest {
            return Ok(Ways { truncated: vec!["max_length"], ..Ways::default() });
        }
        let (near, others) =
            if from.level.len() <= to.level.len() { (&mut *from, to.walk.len()) } else { (&mut *to, from.walk.len()) };
        if !near.step(call, others).await? {
            return Ok(Ways { truncated: vec!["work"], ..Ways::default() });
        }
        met = meeting(from, to);
    }
    let mut paths = joined(from, to, &met, limit);
    if paths.count > paths.paths.len() as u64 {
        paths.truncated.push("limit");
    }
    paths.nodes = nodes(call, &from.plan, &paths).await?;
    Ok(paths)
}

/// The nodes of paths, in the order in which they come first.
async fn nodes(call: &mut Call<'_>, plan: &Plan, paths: &Ways) -> Result<Vec<Shown>> {
    let (mut seen, mut visits) = (HashSet::new(), Vec::new());
    for path in &paths.paths {
        let steps = (0_u32..).zip(&path.places).filter(|(_, node)| seen.insert(**node));
        visits.extend(steps.map(|(distance, node)| Visit { node: *node, distance, via: None }));
    }
    shown(call, plan, &visits).await
}
