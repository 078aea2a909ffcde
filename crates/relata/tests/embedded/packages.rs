//! Questions about a large graph, against plain breadth-first searches that know the lists of links and nothing else.
//!
//! The graph has the shape of the packages of a Linux distribution: nodes of two models, a few links a node, hubs that a
//! fifth of all need, and cycles. It is always drawn from numbers; where this machine has lists of Debian packages, the
//! same is asked of the graph that they make. No copy of such lists is kept here: they are others' data, and large.

use super::store;
use relata_model::association::Link;
use relata_model::store::{Ends, NewRow, Space, Work};
use relata_testkit::Harness;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::process::Command;
use std::sync::Arc;

/// Nodes are numbers from 0: those of the first model, then those of the second.
struct Graph {
    names: Vec<String>,
    /// How many nodes are of the first model.
    packages: usize,
    /// By association, which of [`ASSOCIATIONS`]: source and target.
    links: BTreeSet<(usize, usize, usize)>,
}

const MODELS: [&str; 2] = ["package", "virtual"];
/// The kinds of associations with the model of their targets; all sources are packages.
const ASSOCIATIONS: [(&str, usize); 4] = [("connect", 0), ("group", 0), ("connect", 1), ("group", 1)];

/// Numbers that look random, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A graph of about the size and shape of Debian's, with hubs, chains and cycles.
fn drawn() -> Graph {
    const PACKAGES: usize = 90_000;
    const VIRTUAL: usize = 8_000;
    let mut drawn = Drawn(3);
    let mut links = BTreeSet::new();
    for package in 0..PACKAGES {
        // Hubs: most of what is needed is among the first, and half of that the very first.
        for _ in 0..drawn.below(5) {
            let reach = [1, 50, 2000, PACKAGES][drawn.below(4)];
            links.insert((0, package, drawn.below(reach)));
        }
        if package % 3 == 0 {
            links.insert((1, package, drawn.below(PACKAGES)));
        }
        if package % 10 == 0 {
            links.insert((3, package, PACKAGES + package / 10 % VIRTUAL));
            links.insert((2, drawn.below(PACKAGES), PACKAGES + drawn.below(VIRTUAL)));
        }
        // A chain, and a cycle of two at the end of each hundred.
        if package > 0 {
            links.insert((0, package, package - 1));
        }
        if package % 100 == 0 && package > 0 {
            links.insert((0, package - 1, package));
        }
    }
    let names = (0..PACKAGES + VIRTUAL).map(|number| format!("p{number}")).collect();
    Graph { names, packages: PACKAGES, links }
}

/// The packages that this machine knows of, as `apt-cache` or else the list of those that are installed tells them.
fn of_this_machine() -> Option<Graph> {
    let listed = Command::new("apt-cache").arg("dumpavail").output().ok().filter(|it| it.status.success());
    let listed =
        listed.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).filter(|it| it.contains("\nDepends: "));
    let text = listed.or_else(|| std::fs::read_to_string("/var/lib/dpkg/status").ok())?;
    let mut packages: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for stanza in text.split("\n\n") {
        let fields: HashMap<&str, &str> = stanza.lines().filter_map(|line| line.split_once(": ")).collect();
        if let Some(name) = fields.get("Package") {
            let of = |field: &'static str| fields.get(field).map(|value| (field, *value));
            packages.insert(
                name,
                ["Depends", "Pre-Depends", "Recommends", "Provides"].into_iter().filter_map(of).collect(),
            );
        }
    }
    let each = |value: &str| -> Vec<String> {
        let first = |it: &str| it.trim().split([' ', '(', ':']).next().unwrap_or_default().to_owned();
        value.split([',', '|']).map(first).filter(|name| !name.is_empty()).collect()
    };
    let provided: BTreeSet<String> = packages
        .values()
        .flatten()
        .filter(|(field, _)| *field == "Provides")
        .flat_map(|(_, value)| each(value))
        .filter(|name| !packages.contains_key(name.as_str()))
        .collect();
    let names: Vec<String> = packages.keys().map(|name| (*name).to_owned()).chain(provided).collect();
    let numbers: HashMap<&str, usize> =
        names.iter().enumerate().map(|(number, name)| (name.as_str(), number)).collect();
    let mut links = BTreeSet::new();
    for (source, (_, fields)) in packages.iter().enumerate() {
        for (field, value) in fields {
            for target in each(value).iter().filter_map(|name| numbers.get(name.as_str()).copied()) {
                let is_virtual = target >= packages.len();
                let association = match (*field, is_virtual) {
                    ("Depends" | "Pre-Depends", false) => 0,
                    ("Recommends", false) => 1,
                    ("Depends" | "Pre-Depends", true) => 2,
                    ("Provides", true) => 3,
                    _ => continue,
                };
                links.insert((association, source, target));
            }
        }
    }
    Some(Graph { packages: packages.len(), names, links })
}

/// A graph in a store, and beside it as lists of neighbours.
struct Stored {
    it: Harness,
    graph: Graph,
    /// For each node the links it has: association, whether it is the source, the other end.
    near: Vec<Vec<(usize, bool, usize)>>,
}

impl Stored {
    /// Puts the graph into a store by the port alone: through endpoints it would take minutes.
    async fn new(graph: Graph) -> Self {
        let it = Harness::over(store().await).await;
        let mut models = Vec::new();
        for name in MODELS {
            let model = json!({
                "bk_obj_id": name, "bk_obj_name": name, "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "icon",
            });
            models.push(it.ok("create_object", model).await["id"].as_i64().unwrap());
        }
        let mut ends = Vec::new();
        for (number, (kind, target)) in ASSOCIATIONS.into_iter().enumerate() {
            let created = it
                .ok(
                    "post_create_objectassociation",
                    json!({
                        "bk_obj_asst_id": name(number), "bk_obj_id": MODELS[0], "bk_asst_obj_id": MODELS[target],
                        "bk_asst_id": kind, "mapping": "n:n", "impact": "dest_to_src",
                    }),
                )
                .await;
            let (source_model, target_model) = (models[0], models[target]);
            let association = created["id"].as_i64().unwrap();
            ends.push(Ends { association, source_model, target_model, ..Ends::default() });
        }
        let row = |(number, name): (usize, &String)| {
            let (model, id) = place(&graph, number);
            let doc = json!({"bk_inst_id": id, "bk_inst_name": name, "bk_obj_id": MODELS[model]});
            (model, NewRow { id, doc: doc.as_object().unwrap().clone(), keys: Vec::new() })
        };
        let rows: Vec<(usize, NewRow)> = graph.names.iter().enumerate().map(row).collect();
        let mut links: Vec<Vec<Link>> = vec![Vec::new(); ends.len()];
        for (id, (association, source, target)) in (1_i64..).zip(&graph.links) {
            let [source, target] = [source, target].map(|end| place(&graph, *end).1);
            links[*association].push(Link { id, association: ends[*association].association, source, target });
        }
        let work: Arc<Work> = Arc::new(move |tx| {
            let (rows, links, ends, models) = (rows.clone(), links.clone(), ends.clone(), models.clone());
            Box::pin(async move {
                for (place, model) in models.iter().enumerate() {
                    let rows = rows.iter().filter(|(model, _)| *model == place).map(|(_, row)| row.clone()).collect();
                    tx.insert_many(Space::instances(*model), rows).await?;
                }
                for (ends, links) in ends.iter().zip(&links) {
                    tx.insert_links(*ends, links).await?;
                }
                Ok(())
            })
        });
        it.app.store.write(work).await.unwrap();
        let mut near = vec![Vec::new(); graph.names.len()];
        for (association, source, target) in &graph.links {
            near[*source].push((*association, true, *target));
            near[*target].push((*association, false, *source));
        }
        Self { it, graph, near }
    }

    /// How far each node is from a root, as many links as `most` away, over links that `follows` allows.
    fn distances(&self, root: usize, most: u64, follows: impl Fn(bool) -> bool) -> HashMap<usize, u64> {
        let mut distances = HashMap::from([(root, 0)]);
        let mut level = vec![root];
        for far in 1..=most {
            let mut next = Vec::new();
            for node in level {
                for (_, forward, other) in &self.near[node] {
                    if follows(*forward) && !distances.contains_key(other) {
                        distances.insert(*other, far);
                        next.push(*other);
                    }
                }
            }
            level = next;
        }
        distances
    }

    fn key(&self, node: usize) -> String {
        let (model, id) = place(&self.graph, node);
        format!("{}:{id}", MODELS[model])
    }

    fn reference(&self, node: usize) -> Value {
        let (model, id) = place(&self.graph, node);
        json!([{"model": MODELS[model], "id": id}])
    }

    fn keys(&self, distances: &HashMap<usize, u64>) -> HashMap<String, u64> {
        distances.iter().map(|(node, distance)| (self.key(*node), *distance)).collect()
    }

    /// The node that most links lead to.
    fn hub(&self) -> usize {
        let incoming = |node: &usize| self.near[*node].iter().filter(|it| !it.1).count();
        (0..self.near.len()).max_by_key(incoming).unwrap()
    }

    async fn check(&self) {
        let hub = self.hub();
        let mut drawn = Drawn(17);
        let mut any = || drawn.below(self.graph.packages);
        for root in [hub, any()] {
            self.expand(root).await;
            self.impact(root, false).await;
            self.impact(root, true).await;
        }
        for _ in 0..3 {
            let (from, to) = (any(), any());
            self.path(from, to, "both").await;
            self.path(from, to, "out").await;
            self.path(from, hub, "out").await;
        }
    }

    async fn expand(&self, root: usize) {
        type Follows = fn(bool) -> bool;
        let directions: [(&str, Follows); 3] = [("out", |it| it), ("in", |it| !it), ("both", |_| true)];
        for ((direction, follows), depth) in directions.into_iter().zip([3_u64, 1, 1]) {
            let expected = self.distances(root, depth, follows);
            let input = json!({
                "roots": self.reference(root), "depth": depth, "direction": direction,
                "limit_per_node": 10_000, "max_nodes": 50_000,
            });
            let answer = self.it.ok("expand_graph", input).await;
            let cut = answer["truncated"].as_array().unwrap();
            if cut.is_empty() {
                assert_eq!(reached(&answer), self.keys(&expected), "{} {direction}", self.key(root));
            }
            let is_hub = self.near[root].len() > 10_000;
            assert!(cut.is_empty() || is_hub && cut == &[json!("limit_per_node")], "{cut:?}");
            let mut totals: BTreeMap<(String, String, String), u64> = BTreeMap::new();
            for node in expected.keys() {
                for (association, forward, _) in self.near[*node].iter().filter(|it| follows(it.1)) {
                    let direction = if *forward { "out" } else { "in" }.to_owned();
                    *totals.entry((self.key(*node), name(*association), direction)).or_default() += 1;
                }
            }
            let groups = answer["groups"].as_array().unwrap();
            for group in groups {
                let at = (text(&group["node"]), text(&group["association"]), text(&group["direction"]));
                assert_eq!(totals.get(&at).copied(), group["total"].as_u64(), "{group}");
            }
            if cut.is_empty() {
                assert_eq!(groups.len(), totals.len());
                let inside = |(_, source, target): &&(usize, usize, usize)| {
                    expected.contains_key(source) && expected.contains_key(target)
                };
                let expected = self.graph.links.iter().filter(inside).count();
                assert_eq!(answer["links"].as_array().unwrap().len(), expected);
            }
        }
    }

    /// An effect goes from what is needed to those who need it.
    async fn impact(&self, root: usize, upstream: bool) {
        let expected = self.distances(root, 1000, |forward| forward == upstream);
        let mut by_distance: BTreeMap<u64, usize> = BTreeMap::new();
        for distance in expected.values().filter(|distance| **distance > 0) {
            *by_distance.entry(*distance).or_default() += 1;
        }
        let input = json!({
            "roots": self.reference(root), "upstream": upstream, "depth": 1000, "max_nodes": 1_000_000, "limit": 100_000,
        });
        let answer = self.it.ok("read_graph_impact", input).await;
        assert_eq!(answer["truncated"], json!([]));
        assert_eq!(answer["count"], expected.len() - 1);
        assert_eq!(answer["by_distance"], json!(by_distance.values().collect::<Vec<_>>()));
        assert_eq!(reached(&answer), self.keys(&expected), "{} {upstream}", self.key(root));
        let keys: HashMap<&str, &Value> =
            answer["nodes"].as_array().unwrap().iter().map(|node| (node["key"].as_str().unwrap(), node)).collect();
        for node in answer["nodes"].as_array().unwrap().iter().skip(1) {
            let (source, target) = (node["via"]["source"].as_str().unwrap(), node["via"]["target"].as_str().unwrap());
            let (before, here) = if upstream { (source, target) } else { (target, source) };
            assert_eq!(
                (&node["key"], keys[before]["distance"].as_u64().map(|it| it + 1)),
                (&json!(here), node["distance"].as_u64())
            );
        }
    }

    async fn path(&self, from: usize, to: usize, direction: &str) {
        let follows = |forward: bool| direction == "both" || forward;
        let ahead = self.distances(from, 200, follows);
        let input = json!({
            "from": self.reference(from), "to": self.reference(to), "direction": direction, "max_length": 200, "limit": 100,
        });
        let answer = self.it.ok("find_graph_path", input).await;
        assert_eq!(answer["length"], json!(ahead.get(&to)), "{} {} {direction}", self.key(from), self.key(to));
        // How many shortest ways lead back from the end to each node, level by level.
        let mut level: HashMap<usize, u64> = HashMap::from([(to, 1)]);
        for distance in (0..ahead.get(&to).copied().unwrap_or_default()).rev() {
            let mut next: HashMap<usize, u64> = HashMap::new();
            for (node, ways) in level {
                for (_, forward, other) in &self.near[node] {
                    if follows(!forward) && ahead.get(other) == Some(&distance) {
                        *next.entry(*other).or_default() += ways;
                    }
                }
            }
            level = next;
        }
        let count = if ahead.contains_key(&to) { level[&from] } else { 0 };
        assert_eq!(answer["count"], count);
        let stored: HashSet<(String, String)> = answer["paths"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|path| path["links"].as_array().unwrap())
            .map(ends)
            .collect();
        let known = |(source, target): &(String, String)| {
            let node = |key: &str| {
                let (model, id) = key.split_once(':').unwrap();
                id.parse::<usize>().unwrap() - 1 + if model == MODELS[0] { 0 } else { self.graph.packages }
            };
            let target = node(target);
            self.near[node(source)].iter().any(|(_, forward, other)| *forward && *other == target)
        };
        assert!(stored.iter().all(known), "{answer}");
        assert_eq!(answer["paths"].as_array().unwrap().len() as u64, count.min(100));
        for path in answer["paths"].as_array().unwrap() {
            let nodes: Vec<String> = path["nodes"].as_array().unwrap().iter().map(text).collect();
            assert_eq!((nodes.first(), nodes.last()), (Some(&self.key(from)), Some(&self.key(to))));
            for (pair, link) in nodes.windows(2).zip(path["links"].as_array().unwrap()) {
                let (source, target) = ends(link);
                let along = pair == [source.clone(), target.clone()];
                assert!(along || direction == "both" && pair == [target, source], "{path}");
            }
        }
    }
}

/// The id of an association.
fn name(association: usize) -> String {
    let (kind, target) = ASSOCIATIONS[association];
    format!("{}_{kind}_{}", MODELS[0], MODELS[target])
}

/// The model of a node, which of [`MODELS`], and its id.
fn place(graph: &Graph, node: usize) -> (usize, i64) {
    let (model, number) = if node < graph.packages { (0, node) } else { (1, node - graph.packages) };
    (model, i64::try_from(number + 1).unwrap())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn ends(link: &Value) -> (String, String) {
    (text(&link["source"]), text(&link["target"]))
}

fn reached(answer: &Value) -> HashMap<String, u64> {
    let nodes = answer["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (text(&node["key"]), node["distance"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_large_drawn_graph_is_walked_as_a_plain_search_does() {
    let stored = Stored::new(drawn()).await;
    assert!(stored.near[stored.hub()].len() > 20_000, "there is a hub");
    stored.check().await;
}

#[tokio::test]
async fn the_packages_of_this_machine_are_walked_as_a_plain_search_does() {
    if let Some(graph) = of_this_machine() {
        assert!(graph.links.len() > graph.names.len() / 2, "packages need each other");
        Stored::new(graph).await.check().await;
    }
}
