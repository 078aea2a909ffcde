//! Finding links and the instances at their ends, by the endpoints.

use super::instances::{association, attribute, model, named, store_calls};
use super::{harness, harness_with};
use relata_app::Settings;
use relata_model::Lang;
use relata_model::store::Store;
use relata_testkit::{Faulty, Harness, Reference};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const FIND: &str = "find_instance_association";
const RELATED: &str = "search_related_inst_asso";
const SEARCH: &str = "search_instance_associations";
const COUNT: &str = "count_instance_associations";
const WITH_INSTANCES: &str = "find_instassociation_with_inst";
const BASE_INFO: &str = "search_inst_asst_object_inst_base_info";
const TARGETS: &str = "search_inst_association_topo";
const NEIGHBOURS: &str = "read_inst_association_topo";

const NONE: [i64; 0] = [];

/// Models `app`, `node` and `rack` with instances a, b and c each, and these links by id:
/// 1 app a → node a, 2 app a → node b, 3 app b → node a, 4 node a → rack a, 5 app c → app c, 6 app a → app b.
async fn linked(it: Harness) -> Harness {
    for obj_id in ["app", "node", "rack"] {
        model(&it, obj_id).await;
        attribute(&it, obj_id, "note", "singlechar", json!({})).await;
        named(&it, obj_id, &["a", "b", "c"]).await;
    }
    for (source, target) in [("app", "node"), ("node", "rack"), ("app", "app")] {
        association(&it, source, target, "n:n").await;
    }
    for (id, pairs) in [
        ("app_connect_node", vec![(1, 1), (1, 2), (2, 1)]),
        ("node_connect_rack", vec![(1, 1)]),
        ("app_connect_app", vec![(3, 3), (1, 2)]),
    ] {
        for (source, target) in pairs {
            let pair = json!({"bk_obj_asst_id": id, "bk_inst_id": source, "bk_asst_inst_id": target});
            it.ok("add_instance_association", pair).await;
        }
    }
    it
}

async fn apps() -> Harness {
    linked(harness().await).await
}

fn ids(rows: &[Map<String, Value>]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

fn rule(field: &str, operator: &str, value: &Value) -> Value {
    json!({"condition": "AND", "rules": [{"field": field, "operator": operator, "value": value}]})
}

#[tokio::test]
async fn links_are_found_by_a_store_style_condition_whole_and_unpaged() {
    let it = apps().await;
    let find = async |obj_id: &str, condition: Value| {
        ids(&it.rows(FIND, json!({"bk_obj_id": obj_id, "condition": condition})).await)
    };
    assert_eq!(find("app", json!({})).await, [1, 2, 3, 5, 6]);
    assert_eq!(find("app", json!(null)).await, [1, 2, 3, 5, 6]);
    assert_eq!(find("node", json!({})).await, [1, 2, 3, 4]);
    assert_eq!(find("nothing", json!({})).await, NONE);
    assert_eq!(find("node", json!({"bk_obj_id": "app"})).await, [1, 2, 3]);
    assert_eq!(find("app", json!({"bk_obj_asst_id": {"$in": ["app_connect_node"]}, "bk_inst_id": 1})).await, [1, 2]);
    assert_eq!(find("app", json!({"bk_inst_id": {"$in": [1.0, 3]}})).await, [1, 2, 5, 6]);
    assert_eq!(find("app", json!({"bk_inst_id": "1"})).await, NONE);
    assert_eq!(find("app", json!({"bk_asst_inst_id": {"$in": [2, null, "1"]}})).await, [2, 6]);
    assert_eq!(find("app", json!({"id": {"$in": [6, 1, 4]}})).await, [1, 6]);
    assert_eq!(find("app", json!({"$or": [{"id": 3}, {"bk_asst_obj_id": "app"}]})).await, [3, 5, 6]);
    assert_eq!(find("app", json!({"bk_asst_id": {"$ne": "connect"}})).await, NONE);
    assert_eq!(find("app", json!({"bk_biz_id": {"$exists": false}, "bk_supplier_account": "0"})).await.len(), 5);
    assert_eq!(
        it.ok(FIND, json!({"bk_obj_id": "node", "condition": {"id": 4}})).await,
        json!([{
            "id": 4, "bk_inst_id": 1, "bk_obj_id": "node", "bk_asst_inst_id": 1, "bk_asst_obj_id": "rack",
            "bk_supplier_account": "0", "bk_obj_asst_id": "node_connect_rack", "bk_asst_id": "connect",
        }])
    );
    for (input, code) in [
        (json!({"condition": {}}), 1_199_010),
        (json!({"bk_obj_id": "app", "condition": []}), 1_199_006),
        (json!({"bk_obj_id": 1}), 1_199_006),
        (json!({"bk_obj_id": "app", "condition": {"id": {"$where": 1}}}), 1_199_998),
    ] {
        assert_eq!(it.refused(FIND, input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn the_links_of_an_instance_come_from_both_sides_by_id() {
    let it = apps().await;
    let related = |obj_id: &str, id: i64, page: Value| json!({"condition": {"bk_obj_id": obj_id, "bk_inst_id": id}, "fields": ["id"], "page": page});
    let found = async |input: Value| ids(&it.rows(RELATED, input).await);
    assert_eq!(found(related("node", 1, json!({}))).await, [1, 3, 4]);
    assert_eq!(found(related("app", 3, json!(null))).await, [5]);
    assert_eq!(found(related("app", 2, json!({"sort": "-id"}))).await, [3, 6]);
    assert_eq!(found(related("node", 1, json!({"start": 1, "limit": 1}))).await, [3]);
    assert_eq!(found(related("node", 1, json!({"start": 1}))).await, [3, 4]);
    assert_eq!(found(related("node", 9, json!({}))).await, NONE);
    assert_eq!(found(related("nothing", 1, json!({}))).await, NONE);
    let fields =
        json!({"condition": {"bk_obj_id": "rack", "bk_inst_id": 1}, "fields": ["bk_obj_id", "bk_inst_id", "x"]});
    assert_eq!(it.ok(RELATED, fields).await, json!([{"bk_obj_id": "node", "bk_inst_id": 1}]));
    for (input, code) in [
        (json!({"condition": {"bk_obj_id": "app", "bk_inst_id": "1"}}), 1_199_006),
        (json!({"condition": ["app", 1], "fields": ["id"]}), 1_199_006),
        (json!({"condition": {"bk_obj_id": "app"}, "fields": []}), 1_199_010),
        (json!({"condition": {"bk_inst_id": 1}}), 1_199_010),
        (json!({"condition": {"bk_obj_id": "app", "bk_inst_id": 1}, "page": {"limit": 501}}), 1_199_010),
        (related("app", 1, json!({"limit": 501})), 1_199_059),
    ] {
        assert_eq!(it.refused(RELATED, input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn links_are_searched_by_rules_in_pages() {
    let it = apps().await;
    let search = async |obj_id: &str, conditions: Value, page: Value| {
        let input = json!({
            "bk_obj_id": obj_id, "conditions": conditions, "page": page, "fields": ["id"], "time_condition": {"x": 1},
        });
        ids(&it.rows(SEARCH, input).await)
    };
    let all = json!({"limit": 500});
    assert_eq!(search("app", json!(null), all.clone()).await, [1, 2, 3, 5, 6]);
    assert_eq!(search("node", rule("bk_asst_inst_id", "equal", &json!(1)), all.clone()).await, [1, 3, 4]);
    assert_eq!(search("app", rule("bk_obj_asst_id", "contains", &json!("NODE")), all.clone()).await, [1, 2, 3]);
    let either = json!({"condition": "OR", "rules": [
        {"field": "id", "operator": "less", "value": 2}, {"field": "bk_inst_id", "operator": "equal", "value": 3},
    ]});
    assert_eq!(search("app", either, all).await, [1, 5]);
    for (page, found) in [
        (json!({"limit": 2, "start": 1}), vec![2, 3]),
        (json!({"limit": 2, "start": 1, "sort": "id"}), vec![2, 3]),
        (json!({"limit": 2, "start": 1, "sort": "-id"}), vec![5, 3]),
        (json!({"limit": 9, "sort": "-bk_asst_inst_id"}), vec![5, 2, 6, 1, 3]),
        (json!({"limit": 2, "start": 3, "sort": "bk_inst_id:-1,bk_asst_inst_id"}), vec![2, 6]),
        (json!({"limit": 2, "start": 9}), vec![]),
        (json!({"limit": 2, "start": 9, "sort": "-id"}), vec![]),
        (json!({"limit": 1, "start": i64::MAX, "sort": "-id"}), vec![]),
    ] {
        assert_eq!(search("app", json!(null), page.clone()).await, found, "{page}");
    }
    assert_eq!(it.ok(SEARCH, json!({"bk_obj_id": "nothing", "page": {"limit": 1}})).await, json!({"info": []}));
    for (input, code, named) in [
        (json!({"conditions": {"rules": []}}), 1_199_000, ""),
        (json!({"page": [0, 1]}), 1_199_000, ""),
        (json!({"conditions": rule("id", "nothing", &json!(1))}), 1_199_006, "page.limit"),
        (json!({"page": {"limit": 501}}), 1_199_006, "page.limit"),
        (
            json!({"page": {"limit": 1}, "conditions": rule("id", "less", &json!("1"))}),
            1_199_006,
            "conditions.rules[0].value",
        ),
        (
            json!({"page": {"limit": 1}, "conditions": {"field": "id", "operator": "equal", "value": 1}}),
            1_199_006,
            "conditions",
        ),
    ] {
        let error = it.call(SEARCH, input.clone()).await.unwrap_err();
        assert!(error.code.row().number == code && error.message(Lang::En).contains(named), "{input}: {error}");
    }
}

#[tokio::test]
async fn a_page_of_many_sorted_links_is_that_of_all() {
    let it = harness().await;
    model(&it, "app").await;
    association(&it, "app", "app", "n:n").await;
    let names: Vec<String> = (0..60).map(|n| n.to_string()).collect();
    named(&it, "app", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // 3,000 links, more than are read at once and more than a sorted page keeps.
    for source in 1..=60_i64 {
        let details: Vec<Value> =
            (1..=50_i64).map(|n| json!({"bk_inst_id": source, "bk_asst_inst_id": 1 + (source * 7 + n) % 60})).collect();
        let batch = json!({
            "bk_obj_id": "app", "bk_asst_obj_id": "app", "bk_obj_asst_id": "app_connect_app", "details": details,
        });
        it.ok("batch_create_instance_association", batch).await;
    }
    let search = async |start: i64, sort: &str| {
        let page = json!({"start": start, "limit": 500, "sort": sort});
        it.rows(SEARCH, json!({"bk_obj_id": "app", "page": page})).await
    };
    let by_target = |row: &Map<String, Value>| (-row["bk_asst_inst_id"].as_i64().unwrap(), row["id"].as_i64().unwrap());
    for sort in ["id", "-bk_asst_inst_id"] {
        let mut pages = Vec::new();
        for start in (0..3000).step_by(500) {
            pages.extend(search(start, sort).await);
        }
        let mut expected = ids(&pages);
        expected.sort_unstable();
        assert_eq!(expected, (1..=3000).collect::<Vec<i64>>());
        assert!(if sort == "id" {
            pages.is_sorted_by_key(|row| row["id"].as_i64())
        } else {
            pages.is_sorted_by_key(by_target)
        });
    }
    let conditions = rule("bk_asst_inst_id", "less", &json!(31));
    assert_eq!(it.ok(COUNT, json!({"bk_obj_id": "app", "conditions": conditions})).await, json!({"count": 1500}));
}

#[tokio::test]
async fn a_count_takes_only_links_whose_source_the_model_is() {
    let it = apps().await;
    let count = async |obj_id: &str, conditions: Value| {
        it.ok(COUNT, json!({"bk_obj_id": obj_id, "conditions": conditions})).await["count"].clone()
    };
    assert_eq!(count("app", json!(null)).await, 5);
    assert_eq!(count("node", json!(null)).await, 1);
    assert_eq!(count("rack", json!(null)).await, 0);
    assert_eq!(count("nothing", json!(null)).await, 0);
    assert_eq!(count("app", rule("bk_obj_asst_id", "equal", &json!("app_connect_node"))).await, 3);
    assert_eq!(count("app", rule("bk_inst_id", "in", &json!([1, 2]))).await, 4);
    let both = json!({"condition": "AND", "rules": [
        {"field": "bk_inst_id", "operator": "equal", "value": 1}, {"field": "id", "operator": "greater", "value": 1},
    ]});
    assert_eq!(count("app", both).await, 2);
    assert_eq!(
        it.refused(COUNT, json!({"bk_obj_id": "app", "conditions": rule("", "equal", &json!(1))})).await,
        1_199_006
    );
}

#[tokio::test]
async fn links_come_with_the_instances_at_their_ends_when_asked_for() {
    let it = apps().await;
    let with = |condition: Value, page: Value| json!({"bk_obj_id": "node", "condition": condition, "page": page});
    let filter = rule("bk_asst_inst_id", "equal", &json!(1));
    let all = json!({"limit": 200});
    let plain = it.ok(WITH_INSTANCES, with(json!({"asst_filter": filter}), all.clone())).await;
    assert_eq!([&plain["src"], &plain["dst"]], [&Value::Null, &Value::Null]);
    assert_eq!(
        ids(&plain["association"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_object().unwrap().clone())
            .collect::<Vec<_>>()),
        [1, 3, 4]
    );
    let condition = json!({
        "asst_filter": filter, "asst_fields": ["id"], "src_fields": ["bk_obj_id", "bk_inst_name"], "dst_fields": ["bk_inst_id"],
        "src_detail": true, "dst_detail": true,
    });
    assert_eq!(
        it.ok(WITH_INSTANCES, with(condition.clone(), all.clone())).await,
        json!({
            "association": [{"id": 1}, {"id": 3}, {"id": 4}],
            "src": [
                {"bk_obj_id": "app", "bk_inst_name": "a"}, {"bk_obj_id": "app", "bk_inst_name": "b"},
                {"bk_obj_id": "node", "bk_inst_name": "a"},
            ],
            "dst": [{"bk_inst_id": 1}, {"bk_inst_id": 1}],
        })
    );
    let page = json!({"limit": 1, "start": 1, "sort": "-id"});
    let one = it.ok(WITH_INSTANCES, with(json!({"asst_filter": filter, "dst_detail": true}), page)).await;
    assert_eq!([&one["association"][0]["id"], &one["src"]], [&json!(3), &Value::Null]);
    assert_eq!([&one["dst"][0]["bk_obj_id"], &one["dst"][0]["note"]], ["node", ""]);
    let none = json!({"asst_filter": rule("id", "equal", &json!(99)), "src_detail": true, "dst_detail": true});
    assert_eq!(
        it.ok(WITH_INSTANCES, with(none, all.clone())).await,
        json!({"association": [], "src": null, "dst": null})
    );
    for (input, code, named) in [
        (with(json!({"asst_filter": 1}), json!({})), 1_199_000, ""),
        (with(json!([filter]), all.clone()), 1_199_000, ""),
        (with(json!({"src_detail": 1}), all.clone()), 1_199_000, ""),
        (with(json!({}), json!({})), 1_199_011, "condition.asst_filter"),
        (with(json!({"asst_filter": null}), json!({})), 1_199_011, "condition.asst_filter"),
        (
            with(json!({"asst_filter": rule("id", "in", &json!([1, "a"]))}), json!({})),
            1_199_011,
            "condition.asst_filter.rules[0].value",
        ),
        (with(json!({"asst_filter": filter}), json!({"limit": 201})), 1_199_059, ""),
        (with(json!({"asst_filter": filter}), json!({})), 1_199_010, "page.limit"),
    ] {
        let error = it.call(WITH_INSTANCES, input.clone()).await.unwrap_err();
        assert!(error.code.row().number == code && error.message(Lang::En).contains(named), "{input}: {error}");
    }
    // More rules than other endpoints take.
    let rules: Vec<Value> = (0..30).map(|n| json!({"field": "id", "operator": "equal", "value": n})).collect();
    let many = json!({"asst_filter": {"condition": "OR", "rules": rules}});
    assert_eq!(it.ok(WITH_INSTANCES, with(many, all)).await["association"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn linked_instances_of_a_model_come_by_id_and_name() {
    let it = apps().await;
    let of = |obj_id: &str, id: i64, target: bool, other: &str, page: Value| {
        json!({"condition": {
            "bk_obj_id": obj_id, "bk_inst_id": id, "is_target_object": target, "association_obj_id": other,
        }, "page": page})
    };
    let info = |id: i64, name: &str| json!({"bk_inst_id": id, "bk_inst_name": name});
    for (input, answer) in [
        (of("app", 1, false, "node", json!({})), json!({"count": 2, "info": [info(1, "a"), info(2, "b")]})),
        (of("node", 1, true, "app", json!({})), json!({"count": 2, "info": [info(1, "a"), info(2, "b")]})),
        (of("app", 1, false, "node", json!({"limit": 1, "start": 1})), json!({"count": 2, "info": [info(2, "b")]})),
        (
            of("app", 1, false, "node", json!({"limit": 999_999_999})),
            json!({"count": 2, "info": [info(1, "a"), info(2, "b")]}),
        ),
        (of("app", 2, true, "app", json!({"limit": 1000})), json!({"count": 1, "info": [info(1, "a")]})),
        (of("app", 3, true, "app", json!({})), json!({"count": 1, "info": [info(3, "c")]})),
        (of("app", 1, true, "node", json!({})), json!({"count": 0, "info": null})),
        (of("app", 1, false, "rack", json!({})), json!({"count": 0, "info": null})),
        (of("app", 1, false, "nothing", json!({})), json!({"count": 0, "info": null})),
    ] {
        assert_eq!(it.ok(BASE_INFO, input.clone()).await, answer, "{input}");
    }
    let parallel = json!({
        "bk_obj_asst_id": "second", "bk_obj_asst_name": "c", "bk_obj_id": "app", "bk_asst_obj_id": "node",
        "bk_asst_id": "run", "mapping": "n:n",
    });
    it.ok("post_create_objectassociation", parallel).await;
    let pair = json!({"bk_obj_asst_id": "second", "bk_inst_id": 1, "bk_asst_inst_id": 1});
    it.ok("add_instance_association", pair).await;
    // Links are counted, instances are shown once.
    let both = it.ok(BASE_INFO, of("app", 1, false, "node", json!({}))).await;
    assert_eq!(both, json!({"count": 3, "info": [info(1, "a"), info(2, "b")]}));
    for (input, code, named) in [
        (of("", 0, false, "", json!({})), 1_199_010, "bk_obj_id"),
        (of("app", 0, false, "", json!({})), 1_199_010, "bk_inst_id"),
        (of("app", 1, false, "", json!({"limit": 1001})), 1_199_010, "association_obj_id"),
        (of("app", 1, false, "node", json!({"limit": 1001})), 1_199_059, ""),
        (json!({"condition": ["app", 1, false, "node"]}), 1_199_000, ""),
    ] {
        let error = it.call(BASE_INFO, input.clone()).await.unwrap_err();
        assert!(error.code.row().number == code && error.message(Lang::En).contains(named), "{input}: {error}");
    }
}

#[tokio::test]
async fn a_page_of_linked_instances_has_20_links_unless_it_says_otherwise() {
    let it = harness().await;
    model(&it, "app").await;
    association(&it, "app", "app", "n:n").await;
    let names: Vec<String> = (0..25).map(|n| n.to_string()).collect();
    named(&it, "app", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let details: Vec<Value> = (1..=25).map(|n| json!({"bk_inst_id": 1, "bk_asst_inst_id": n})).collect();
    let batch = json!({
        "bk_obj_id": "app", "bk_asst_obj_id": "app", "bk_obj_asst_id": "app_connect_app", "details": details,
    });
    it.ok("batch_create_instance_association", batch).await;
    let condition = json!({"bk_obj_id": "app", "bk_inst_id": 1, "association_obj_id": "app"});
    let answer = it.ok(BASE_INFO, json!({"condition": condition})).await;
    assert_eq!((&answer["count"], answer["info"].as_array().unwrap().len()), (&json!(25), 20));
}

/// A node of a topology: a model without instance when `at` is empty.
fn node(obj_id: &str, at: Option<(i64, &str, i64)>) -> Value {
    let (id, name, link) = at.unwrap_or_default();
    json!({
        "id": at.map(|_| id.to_string()).unwrap_or_default(), "bk_obj_id": obj_id, "bk_obj_icon": "icon", "bk_inst_id": id,
        "bk_obj_name": obj_id, "bk_inst_name": name, "asso_id": link,
    })
}

fn group(obj_id: &str, children: &[(i64, &str, i64)]) -> Value {
    let mut group = node(obj_id, None);
    group["count"] = json!(children.len());
    group["children"] = children.iter().map(|at| node(obj_id, Some(*at))).collect();
    group
}

#[tokio::test]
async fn the_neighbours_of_an_instance_are_grouped_by_model_and_side() {
    let it = apps().await;
    let of = |obj_id: &str, id: Value| json!({"bk_obj_id": obj_id, "bk_inst_id": id});
    let around_node = json!([{
        "curr": node("node", Some((1, "a", 0))),
        "prev": [group("app", &[(1, "a", 1), (2, "b", 3)])],
        "next": [group("rack", &[(1, "a", 4)])],
    }]);
    assert_eq!(it.ok(NEIGHBOURS, of("node", json!("1"))).await, around_node);
    assert_eq!(it.ok(TARGETS, of("node", json!(1))).await, around_node[0]["next"]);
    let itself = it.ok(NEIGHBOURS, of("app", json!(3))).await;
    assert_eq!([&itself[0]["prev"], &itself[0]["next"]], [&json!([group("app", &[(3, "c", 5)])]); 2]);
    let alone = it.ok(NEIGHBOURS, of("rack", json!(3))).await;
    assert_eq!([&alone[0]["prev"], &alone[0]["next"]], [&json!([]), &json!([])]);
    assert_eq!(
        it.ok(TARGETS, of("app", json!(1))).await,
        json!([group("app", &[(2, "b", 6)]), group("node", &[(1, "a", 1), (2, "b", 2)]),])
    );
    for (name, input, code) in [
        (NEIGHBOURS, of("nothing", json!("x")), 1_199_011),
        (TARGETS, of("nothing", json!("x")), 1_199_998),
        (NEIGHBOURS, of("nothing", json!(1)), 1_101_016),
        (TARGETS, of("nothing", json!(1)), 1_101_016),
        (NEIGHBOURS, of("app", json!("0")), 1_199_011),
        (NEIGHBOURS, of("app", json!("9")), 1_199_011),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
}

#[tokio::test]
async fn the_instances_at_many_ends_are_read_model_by_model() {
    let store = Arc::new(Faulty::new(Reference::new()));
    let it = linked(Harness::over(Arc::clone(&store) as Arc<dyn Store>).await).await;
    let with = |limit: i64| {
        let filter = rule("bk_obj_asst_id", "equal", &json!("app_connect_node"));
        let condition = json!({"asst_filter": filter, "src_detail": true, "dst_detail": true});
        json!({"bk_obj_id": "app", "condition": condition, "page": {"limit": limit}})
    };
    let one = store_calls(&it, &store, WITH_INSTANCES, with(1)).await;
    assert_eq!(store_calls(&it, &store, WITH_INSTANCES, with(3)).await, one);
}

#[tokio::test]
async fn an_answer_that_is_not_paged_has_no_more_rows_than_the_setting_allows() {
    let settings = |answer_rows| Settings { answer_rows, ..Settings::default() };
    let bounded = async |rows| linked(harness_with(settings(rows)).await).await;
    let (two, three, five) = (bounded(2).await, bounded(3).await, bounded(5).await);
    let all = json!({"bk_obj_id": "app"});
    assert_eq!(five.rows(FIND, all.clone()).await.len(), 5);
    assert_eq!(three.refused(FIND, all).await, 1_199_059);
    // The links of app a: two to nodes and one to app b.
    let at = json!({"bk_obj_id": "app", "bk_inst_id": 1});
    let related = |page: Value| json!({"condition": at, "fields": ["id"], "page": page});
    assert_eq!(ids(&three.rows(RELATED, related(json!({}))).await), [1, 2, 6]);
    assert_eq!(two.refused(RELATED, related(json!({}))).await, 1_199_059);
    assert_eq!(ids(&two.rows(RELATED, related(json!({"limit": 2, "start": 1}))).await), [2, 6]);
    for name in [TARGETS, NEIGHBOURS] {
        three.ok(name, at.clone()).await;
        assert_eq!(two.refused(name, at.clone()).await, 1_199_059, "{name}");
    }
    let one = bounded(1).await;
    let nodes = json!({"bk_obj_id": "app", "bk_inst_id": 1, "association_obj_id": "node"});
    let unpaged = json!({"condition": nodes, "page": {"limit": 999_999_999}});
    assert_eq!(one.refused(BASE_INFO, unpaged.clone()).await, 1_199_059);
    assert_eq!(two.ok(BASE_INFO, unpaged).await["count"], 2);
}

#[tokio::test]
async fn a_filter_that_pins_many_ends_asks_the_store_for_each_of_them_once() {
    let store = Arc::new(Faulty::new(Reference::new()));
    let it = linked(Harness::over(Arc::clone(&store) as Arc<dyn Store>).await).await;
    // Links are found in the order of their ids, whatever that of the ends that are pinned.
    let pinning = |field: &str, count: i64| {
        let list: Vec<i64> = (1..=count).rev().collect();
        json!({"bk_obj_id": "app", "condition": {field: {"$in": list}}})
    };
    for field in ["bk_inst_id", "bk_asst_inst_id", "id"] {
        assert_eq!(ids(&it.rows(FIND, pinning(field, 1200)).await), [1, 2, 3, 5, 6], "{field}");
    }
    let both = json!({"bk_obj_id": "app", "condition": {"bk_inst_id": 1, "bk_asst_inst_id": {"$in": [2, 1]}}});
    assert_eq!(ids(&it.rows(FIND, both).await), [1, 2, 6]);
    let few = store_calls(&it, &store, FIND, pinning("bk_inst_id", 500)).await;
    assert_eq!(store_calls(&it, &store, FIND, pinning("bk_inst_id", 1200)).await, few + 2);
}
