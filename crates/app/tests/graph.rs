//! Questions about the graph, against a breadth-first search over plain lists.

use super::follower::settled;
use super::harness;
use super::instances::{association, model, named};
use relata_app::call::Request;
use relata_app::endpoint::{self, Look};
use relata_app::endpoints;
use relata_model::{Code, Error};
use relata_testkit::Harness;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Weak};

/// Nodes `app:1` … and `node:1` …, with links of three associations: parallel ones, a hub, cycles and loops.
struct Plain {
    it: Harness,
    /// Association, source, target, by ascending id from 1.
    links: Vec<(&'static str, String, String)>,
}

const APPS: i64 = 40;
const NODES: i64 = 30;

/// Numbers that look random, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % bound
    }
}

async fn plain() -> Plain {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    for (source, target) in [("app", "node"), ("app", "app"), ("node", "app")] {
        association(&it, source, target, "n:n").await;
    }
    let names = |what: &str, count: i64| (1..=count).map(|n| format!("{what} {n}")).collect::<Vec<_>>();
    let (apps, nodes) = (names("a", APPS), names("n", NODES));
    named(&it, "app", &apps.iter().map(String::as_str).collect::<Vec<_>>()).await;
    named(&it, "node", &nodes.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut drawn = Drawn(11);
    let mut pairs: BTreeSet<(&str, i64, i64)> = BTreeSet::new();
    for _ in 0..35 {
        pairs.insert(("app_connect_node", 1 + drawn.below(APPS), 1 + drawn.below(NODES)));
        pairs.insert(("app_connect_app", 1 + drawn.below(APPS), 1 + drawn.below(APPS)));
        pairs.insert(("node_connect_app", 1 + drawn.below(NODES), 1 + drawn.below(APPS)));
    }
    // A hub, a loop, and a pair that is linked both ways.
    pairs.extend((1..=25).map(|node| ("app_connect_node", 7, node)));
    pairs.extend([("app_connect_app", 3, 3), ("app_connect_node", 2, 2), ("node_connect_app", 2, 2)]);
    let mut links = Vec::new();
    for (name, source, target) in pairs {
        it.ok(
            "add_instance_association",
            json!({"bk_obj_asst_id": name, "bk_inst_id": source, "bk_asst_inst_id": target}),
        )
        .await;
        let (from, to) = name.split_once("_connect_").unwrap();
        links.push((name, format!("{from}:{source}"), format!("{to}:{target}")));
    }
    Plain { it, links }
}

fn reference(key: &str) -> Value {
    let (model, id) = key.split_once(':').unwrap();
    json!({"model": model, "id": id.parse::<i64>().unwrap()})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Plain {
    /// How far each node is from a root, over links that `follows` allows in a direction (true: from the source).
    fn distances(&self, root: &str, follows: impl Fn(&str, bool) -> bool) -> BTreeMap<String, u64> {
        let mut distances = BTreeMap::from([(root.to_owned(), 0)]);
        let mut open = VecDeque::from([root.to_owned()]);
        while let Some(here) = open.pop_front() {
            let far = distances[&here] + 1;
            for (name, source, target) in &self.links {
                for (from, to, forward) in [(source, target, true), (target, source, false)] {
                    if *from == here && follows(name, forward) && !distances.contains_key(to) {
                        distances.insert(to.clone(), far);
                        open.push_back(to.clone());
                    }
                }
            }
        }
        distances
    }

    /// Asks as somebody who may have gone.
    async fn look(&self, what: &str, input: Value, wanted: Option<Weak<()>>) -> Result<Look, Error> {
        let request = Request { principal: self.it.principal.clone(), wanted, ..Request::default() };
        let row = endpoints::all().find(|row| row.name == what).unwrap();
        endpoint::look(&self.it.app, row, &Arc::new(request), input.as_object().unwrap().clone()).await
    }

    async fn ask(&self, what: &str, input: Value) -> Value {
        self.it.ok(what, input).await
    }
}

fn reached(answer: &Value) -> BTreeMap<String, u64> {
    let nodes = answer["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (text(&node["key"]), node["distance"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn expand_finds_what_a_plain_search_finds() {
    let plain = plain().await;
    for (root, depth) in [("app:7", 1_u64), ("app:1", 2), ("node:2", 3), ("app:3", 10)] {
        for direction in ["out", "in", "both"] {
            let follows = |_: &str, forward: bool| direction == "both" || (direction == "out") == forward;
            let mut expected = plain.distances(root, follows);
            expected.retain(|_, distance| *distance <= depth);
            let input =
                json!({"roots": [reference(root)], "depth": depth, "direction": direction, "limit_per_node": 1000});
            let answer = plain.ask("expand_graph", input).await;
            assert_eq!(reached(&answer), expected, "{root} {depth} {direction}");
            assert_eq!(answer["truncated"], json!([]));
            // Links between the nodes that are followed from one of them.
            let inside = |(_, source, target): &&(&str, String, String)| {
                expected.contains_key(source) && expected.contains_key(target)
            };
            let links: BTreeSet<(String, String, String)> = plain
                .links
                .iter()
                .filter(inside)
                .map(|(name, source, target)| ((*name).to_owned(), source.clone(), target.clone()))
                .collect();
            let shown = answer["links"].as_array().unwrap().iter();
            let shown: BTreeSet<_> =
                shown.map(|it| (text(&it["association"]), text(&it["source"]), text(&it["target"]))).collect();
            assert_eq!(shown, links, "{root} {depth} {direction}");
            for group in answer["groups"].as_array().unwrap() {
                let node = text(&group["node"]);
                let of_group = |(name, source, target): &&(&str, String, String)| {
                    *name == group["association"]
                        && *(if group["direction"] == "out" { source } else { target }) == node
                };
                assert_eq!(group["total"], plain.links.iter().filter(of_group).count(), "{group}");
            }
        }
    }
}

#[tokio::test]
async fn what_expand_leaves_out_is_said_and_counted() {
    let plain = plain().await;
    let answer = plain
        .ask("expand_graph", json!({"roots": [reference("app:7")], "limit_per_node": 5, "direction": "out"}))
        .await;
    assert_eq!(answer["truncated"], json!(["limit_per_node"]));
    let group = |answer: &Value| {
        let groups = answer["groups"].as_array().unwrap().clone();
        groups.into_iter().find(|it| it["node"] == "app:7" && it["association"] == "app_connect_node").unwrap()
    };
    let of = |name: &str| plain.links.iter().filter(|it| it.0 == name && it.1 == "app:7").count();
    assert_eq!((&group(&answer)["total"], &group(&answer)["shown"]), (&json!(of("app_connect_node")), &json!(5)));
    let answer = plain.ask("expand_graph", json!({"roots": [reference("app:7")], "max_nodes": 4, "depth": 3})).await;
    assert_eq!((answer["nodes"].as_array().unwrap().len(), &answer["truncated"]), (4, &json!(["max_nodes"])));
    let mut counts = Vec::new();
    // A filter narrows what is counted, too.
    let filter =
        json!({"condition": "AND", "rules": [{"field": "bk_inst_name", "operator": "in", "value": ["n 1", "n 2"]}]});
    for filters in [json!({}), json!({"node": filter})] {
        let input = json!({"roots": [reference("app:7")], "direction": "out", "models": ["node"], "filters": filters});
        counts.push(group(&plain.ask("expand_graph", input).await)["total"].as_u64().unwrap());
    }
    assert_eq!(counts, [of("app_connect_node") as u64, 2]);
}

#[tokio::test]
async fn wrong_questions_are_refused() {
    let plain = plain().await;
    let root = json!([{"model": "app", "id": 1}]);
    for (input, code) in [
        (json!({}), Code::ParamRequired),
        (json!({"roots": root, "depth": 11}), Code::ParamInvalid),
        (json!({"roots": root, "models": ["nothing"]}), Code::ParamRefersToNothing),
        (json!({"roots": root, "filters": {"app": {"field": 1}}}), Code::JsonDecode),
        (json!({"roots": [{"model": "app", "id": 999}]}), Code::InstanceNotFound),
        (json!({"roots": [{"model": "nothing", "id": 1}]}), Code::ParamRefersToNothing),
    ] {
        let shown = input.to_string();
        let error = plain.it.call("expand_graph", input).await.unwrap_err();
        assert_eq!(error.code.row().number, code.row().number, "{shown}: {error}");
    }
}

#[tokio::test]
async fn impact_goes_where_associations_declare_it() {
    let plain = plain().await;
    let mut declared: BTreeMap<&str, &str> = BTreeMap::new();
    let all = ["app_connect_node", "app_connect_app", "node_connect_app"];
    let found = plain.it.ok("find_object_association", json!({"condition": {"bk_obj_asst_id": {"$in": all}}})).await;
    let ids: BTreeMap<String, Value> =
        found.as_array().unwrap().iter().map(|it| (text(&it["bk_obj_asst_id"]), it["id"].clone())).collect();
    for impacts in [["src_to_dest", "bidirectional", "none"], ["dest_to_src", "none", "src_to_dest"]] {
        for (name, impact) in all.into_iter().zip(impacts) {
            plain.it.ok("put_update_objectassociation", json!({"id": ids[name], "impact": impact})).await;
            declared.insert(name, impact);
        }
        for (root, upstream) in [("app:7", false), ("app:7", true), ("node:2", false)] {
            let follows = |name: &str, forward: bool| match declared[name] {
                "src_to_dest" => forward != upstream,
                "dest_to_src" => forward == upstream,
                other => other == "bidirectional",
            };
            let expected = plain.distances(root, follows);
            let answer =
                plain.ask("read_graph_impact", json!({"roots": [reference(root)], "upstream": upstream})).await;
            assert_eq!(reached(&answer), expected, "{root} {declared:?}");
            assert_eq!(answer["count"], expected.len() - 1);
            let by_model: u64 = answer["by_model"].as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum();
            let by_distance = answer["by_distance"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap());
            assert_eq!((by_model, by_distance.sum::<u64>()), (expected.len() as u64 - 1, by_model));
            let mut seen = BTreeSet::new();
            for node in answer["nodes"].as_array().unwrap() {
                let (key, via) = (text(&node["key"]), &node["via"]);
                if key != root {
                    let ends = [text(&via["source"]), text(&via["target"])];
                    assert!(ends.contains(&key) && ends.iter().any(|it| seen.contains(it)), "{node}");
                }
                seen.insert(key);
            }
        }
    }
    let wrong = plain.it.call("put_update_objectassociation", json!({"id": ids[all[0]], "impact": "up"})).await;
    assert_eq!(wrong.unwrap_err().code, Code::ParamInvalid);
}

#[tokio::test]
async fn paths_are_the_shortest_ones_and_all_are_counted() {
    let plain = plain().await;
    let mut drawn = Drawn(5);
    for _ in 0..25 {
        let (from, to) = (format!("app:{}", 1 + drawn.below(APPS)), format!("node:{}", 1 + drawn.below(NODES)));
        for direction in ["both", "out"] {
            let follows = |_: &str, forward: bool| direction == "both" || forward;
            let distances = plain.distances(&from, follows);
            // How many shortest ways lead to a node, level by level.
            let mut ways: BTreeMap<&str, u64> = BTreeMap::from([(from.as_str(), 1)]);
            for level in 1..=distances.get(&to).copied().unwrap_or(0) {
                for (key, _) in distances.iter().filter(|(_, distance)| **distance == level) {
                    let mut count = 0;
                    for (name, source, target) in &plain.links {
                        for (near, far, forward) in [(source, target, true), (target, source, false)] {
                            if far == key && follows(name, forward) && distances.get(near) == Some(&(level - 1)) {
                                count += ways[near.as_str()];
                            }
                        }
                    }
                    ways.insert(key, count);
                }
            }
            let input =
                json!({"from": [reference(&from)], "to": [reference(&to)], "direction": direction, "limit": 100});
            let answer = plain.ask("find_graph_path", input).await;
            assert_eq!(answer["length"], json!(distances.get(&to)), "{from} {to} {direction}");
            assert_eq!(answer["count"], json!(if distances.contains_key(&to) { ways[to.as_str()] } else { 0 }));
            let paths = answer["paths"].as_array().unwrap();
            assert_eq!(paths.len() as u64, answer["count"].as_u64().unwrap().min(100));
            assert_eq!(paths.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), paths.len(), "all differ");
            for path in paths {
                let (nodes, links) = (path["nodes"].as_array().unwrap(), path["links"].as_array().unwrap());
                assert_eq!((&nodes[0], nodes.last().unwrap()), (&json!(from), &json!(to)));
                for (ends, link) in nodes.windows(2).zip(links) {
                    let ends = [text(&ends[0]), text(&ends[1])];
                    let stored = (text(&link["source"]), text(&link["target"]));
                    let forward = stored == (ends[0].clone(), ends[1].clone());
                    assert!(forward || (direction == "both" && stored == (ends[1].clone(), ends[0].clone())), "{path}");
                    let known = |it: &(&str, String, String)| {
                        *it.0 == link["association"] && (it.1.clone(), it.2.clone()) == stored
                    };
                    assert!(plain.links.iter().any(known), "{link}");
                }
            }
        }
    }
}

#[tokio::test]
async fn graphs_are_exported_as_text() {
    let plain = plain().await;
    let ask = |format: &str| json!({"roots": [reference("app:2")], "format": format});
    let dot = plain.look("expand_graph", ask("dot"), None).await.unwrap().document.unwrap();
    assert_eq!((dot.media, dot.name), ("text/vnd.graphviz", "graph.dot"));
    let link = "\"app:2\" -> \"node:2\" [label=\"app_connect_node\"];";
    assert!(dot.text.starts_with("digraph") && dot.text.contains(link), "{dot:?}");
    let graphml = plain.look("read_graph_impact", ask("graphml"), None).await.unwrap().document.unwrap();
    assert_eq!(graphml.media, "application/graphml+xml");
    assert!(graphml.text.contains("<node id=\"app:2\">") && graphml.text.ends_with("</graphml>\n"), "{graphml:?}");
    let mut input = json!({"roots": [reference("app:7")], "limit_per_node": 1, "format": "dot"});
    let dot = plain.look("expand_graph", input.clone(), None).await.unwrap().document.unwrap();
    assert!(dot.text.contains("// truncated: limit_per_node"), "{dot:?}");
    input["format"] = json!("json");
    assert_eq!(plain.look("expand_graph", input, None).await.unwrap().document, None);
}

#[tokio::test]
async fn changes_near_an_instance_are_told_with_links_that_are_gone() {
    let plain = plain().await;
    let it = &plain.it;
    it.clock.advance(3600);
    let from = "2024-05-01T02:30:00Z";
    it.ok("update_inst", json!({"bk_obj_id": "node", "bk_inst_id": 2, "bk_inst_name": "renamed"})).await;
    it.ok("update_inst", json!({"bk_obj_id": "node", "bk_inst_id": 30, "bk_inst_name": "far away"})).await;
    let place =
        plain.links.iter().position(|link| link.0 == "app_connect_node" && link.1 == "app:2" && link.2 == "node:2");
    let first = it.ok("find_instance_association", json!({"bk_obj_id": "app", "condition": {"bk_inst_id": 2, "bk_asst_inst_id": 2, "bk_obj_asst_id": "app_connect_node"}})).await;
    assert!(place.is_some());
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": first[0]["id"]})).await;
    let input = json!({"roots": [{"model": "app", "id": 2}], "associations": ["app_connect_node"], "from": from});
    settled(&it.app).await;
    let answer = it.ok("read_graph_changes", input).await;
    let told: Vec<String> = answer["changes"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(told.len(), 2, "{answer}");
    assert!(told[0].contains("renamed") && told[1].contains("instance_association"), "{answer}");
}

#[tokio::test]
async fn a_walk_neither_shows_nor_passes_what_the_caller_may_not_see() {
    let mut plain = plain().await;
    relata_app::identity::ensure_admin(&plain.it.app, None, Ok).await.unwrap();
    let seen = ["n 1", "n 2", "n 3"];
    let filter = json!({"field": "bk_inst_name", "operator": "in", "value": seen});
    let rules = json!([
        {"actions": ["view_comobj"], "bk_obj_id": "app"},
        {"actions": ["view_comobj"], "bk_obj_id": "node", "filter": filter},
    ]);
    super::rights::become_user(&mut plain.it, rules).await;
    let is_seen = |key: &str| key.starts_with("app:") || ["node:1", "node:2", "node:3"].contains(&key);
    plain.links.retain(|(_, source, target)| is_seen(source) && is_seen(target));
    let expected = plain.distances("app:7", |_, _| true);
    let input = json!({"roots": [reference("app:7")], "depth": 10, "limit_per_node": 1000});
    let answer = plain.ask("expand_graph", input).await;
    assert_eq!(reached(&answer), expected);
    for group in answer["groups"].as_array().unwrap() {
        assert_eq!(group["total"], group["shown"], "{group}");
    }
    for root in ["node:4", "node:999"] {
        let refused = plain.it.call("expand_graph", json!({"roots": [reference(root)]})).await.unwrap_err();
        assert_eq!(refused.code.row().number, 9_900_403, "{root}");
    }
}

#[tokio::test]
async fn impact_names_associations_of_which_nobody_said_which_way_an_effect_goes() {
    let plain = plain().await;
    let ask = |associations: Value| json!({"roots": [reference("app:7")], "associations": associations});
    let answer = plain.ask("read_graph_impact", ask(json!([]))).await;
    assert_eq!(answer["undeclared"], json!(["app_connect_app", "app_connect_node", "node_connect_app"]));
    let answer = plain.ask("read_graph_impact", ask(json!(["app_connect_app"]))).await;
    assert_eq!(answer["undeclared"], json!(["app_connect_app"]));
    let found =
        plain.it.ok("find_object_association", json!({"condition": {"bk_obj_asst_id": "app_connect_app"}})).await;
    plain.it.ok("put_update_objectassociation", json!({"id": found[0]["id"], "impact": "none"})).await;
    let answer = plain.ask("read_graph_impact", ask(json!([]))).await;
    assert_eq!(answer["undeclared"], json!(["app_connect_node", "node_connect_app"]));
}

#[tokio::test]
async fn a_walk_ends_when_its_caller_has_gone() {
    let plain = plain().await;
    let waiting = Arc::new(());
    let ask = |wanted| plain.look("read_graph_impact", json!({"roots": [reference("app:7")]}), Some(wanted));
    assert!(ask(Arc::downgrade(&waiting)).await.is_ok());
    let gone = Arc::downgrade(&waiting);
    drop(waiting);
    assert_eq!(ask(gone).await.unwrap_err().code, Code::ReadTooLong);
}
