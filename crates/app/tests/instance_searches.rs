//! Searching and counting instances, by the endpoints.

use super::instances::{attribute, model, named};
use super::stored;
use super::{harness, harness_with};
use relata_app::Settings;
use relata_testkit::Harness;
use serde_json::{Value, json};

const SEARCH: &str = "search_object_instances";
const COUNT: &str = "count_object_instances";
const BY_CONDITION: [&str; 3] = ["search_inst_by_object", "get_inst_detail", "read_instance"];

/// Five instances: names a to e, sizes 1, 2, 2, 3 and null, made a minute after one another.
async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": "", "max": ""}})).await;
    for (name, size) in [("a", json!(1)), ("b", json!(2)), ("c", json!(2)), ("d", json!(3)), ("e", json!(null))] {
        it.ok("create_inst", json!({"bk_obj_id": "app", "bk_inst_name": name, "size": size})).await;
        it.clock.advance(60);
    }
    it
}

fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn names(rows: &Value) -> String {
    rows.as_array().unwrap().iter().map(|row| row["bk_inst_name"].as_str().unwrap()).collect()
}

async fn found(it: &Harness, more: Value) -> String {
    let search = with(&json!({"bk_obj_id": "app", "page": {"limit": 500}}), &more);
    names(&it.ok(SEARCH, search).await["info"])
}

fn rule(field: &str, operator: &str, value: &Value) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

#[tokio::test]
async fn a_page_of_matches_comes_in_the_order_asked_for_with_the_fields_asked_for() {
    let it = apps().await;
    assert_eq!(found(&it, json!({})).await, "abcde");
    assert_eq!(found(&it, json!({"conditions": null, "time_condition": null, "fields": null})).await, "abcde");
    assert_eq!(found(&it, json!({"page": {"limit": 2, "start": 1}})).await, "bc");
    assert_eq!(found(&it, json!({"page": {"limit": 2, "start": -1, "sort": null}})).await, "ab");
    assert_eq!(found(&it, json!({"page": {"limit": 9, "sort": "-size"}})).await, "dbcae");
    assert_eq!(found(&it, json!({"page": {"limit": 9, "sort": "size:-1,bk_inst_name:-1"}})).await, "dcbae");
    assert_eq!(found(&it, json!({"page": {"limit": 2, "start": 1, "sort": "+size"}})).await, "ab");
    assert_eq!(found(&it, json!({"page": {"limit": 9, "sort": "nothing"}})).await, "abcde");
    let group =
        json!({"condition": "OR", "rules": [rule("size", "equal", &json!(1)), rule("size", "greater", &json!(2))]});
    assert_eq!(found(&it, json!({"conditions": group})).await, "ad");
    assert_eq!(found(&it, json!({"conditions": rule("size", "is_null", &json!(null))})).await, "e");
    let page = json!({"bk_obj_id": "app", "page": {"limit": 1}});
    for fields in [json!(["size", "nothing"]), json!("size, nothing")] {
        let answer = it.ok(SEARCH, with(&page, &json!({"fields": fields}))).await;
        assert_eq!(answer, json!({"info": [{"size": 1}]}));
    }
    let nothing = with(&page, &json!({"conditions": rule("size", "equal", &json!(7))}));
    assert_eq!(it.ok(SEARCH, nothing).await, json!({"info": null}));
    assert_eq!(it.ok(SEARCH, json!({"bk_obj_id": "nothing", "page": {"limit": 1}})).await, json!({"info": null}));
}

#[tokio::test]
async fn a_count_takes_the_same_conditions_without_a_page() {
    let it = apps().await;
    let count = async |more: Value| it.ok(COUNT, with(&json!({"bk_obj_id": "app"}), &more)).await["count"].clone();
    assert_eq!(count(json!({})).await, 5);
    assert_eq!(count(json!({"conditions": rule("size", "equal", &json!(2))})).await, 2);
    assert_eq!(count(json!({"conditions": rule("bk_inst_name", "in", &json!(["a", "b", "z"]))})).await, 2);
    assert_eq!(count(json!({"bk_obj_id": "nothing"})).await, 0);
}

#[tokio::test]
async fn searches_that_cannot_be_are_refused_in_the_documented_order() {
    let it = apps().await;
    let bad = rule("size", "nothing", &json!(1));
    for (search, code) in [
        (json!({"bk_obj_id": "host", "conditions": 1}), 1_199_084),
        // What has no shape before the page, the page before what has no meaning.
        (json!({"bk_obj_id": "app", "conditions": 1}), 1_199_000),
        (json!({"bk_obj_id": "app", "conditions": {"condition": "AND", "rules": [1]}}), 1_199_000),
        (json!({"bk_obj_id": "app", "time_condition": 1}), 1_199_000),
        (json!({"bk_obj_id": "app", "page": [0, 10]}), 1_199_000),
        (json!({"bk_obj_id": "app", "page": {"limit": "10"}}), 1_199_000),
        (json!({"bk_obj_id": "app", "fields": [1], "page": {"limit": 1}}), 1_199_000),
        (json!({"bk_obj_id": "app"}), 1_199_006),
        (json!({"bk_obj_id": "app", "page": {"limit": -1}}), 1_199_006),
        (json!({"bk_obj_id": "app", "page": {"limit": 501}}), 1_199_006),
        (json!({"bk_obj_id": "app", "page": {"limit": 1}, "conditions": bad}), 1_199_006),
        (json!({"bk_obj_id": "app", "page": {"limit": 1}, "time_condition": {"oper": "or"}}), 1_199_006),
        (json!({"bk_obj_id": "app", "page": {"limit": 1}, "time_condition": {"oper": "and"}}), 1_199_010),
    ] {
        assert_eq!(it.refused(SEARCH, search.clone()).await, code, "{search}");
    }
    let text = async |search| it.call(SEARCH, search).await.unwrap_err().message(relata_model::Lang::En);
    let unpaged = json!({"bk_obj_id": "app", "conditions": bad});
    assert!(text(unpaged.clone()).await.contains("page.limit"));
    assert!(text(with(&unpaged, &json!({"page": {"limit": 1}}))).await.contains("conditions: "));
    assert_eq!(it.refused(COUNT, unpaged).await, 1_199_006);
    assert_eq!(it.refused(COUNT, json!({"bk_obj_id": "biz"})).await, 1_199_084);
}

#[tokio::test]
async fn a_time_condition_narrows_every_search() {
    let it = apps().await;
    let time = |field: &str| {
        json!({"time_condition": {"oper": "and", "rules": [
            {"field": field, "start": "2024-05-01 02:01:00", "end": "2024-05-01T02:02:00Z"},
        ]}})
    };
    for field in ["bk_created_at", "create_time", "last_time"] {
        assert_eq!(found(&it, time(field)).await, "bc", "{field}");
    }
    let both = with(&time("create_time"), &json!({"conditions": rule("bk_inst_name", "not_equal", &json!("b"))}));
    assert_eq!(found(&it, both).await, "c");
    for name in BY_CONDITION {
        let answer = it.ok(name, with(&time("create_time"), &json!({"bk_obj_id": "app"}))).await;
        assert_eq!((names(&answer["info"]).as_str(), &answer["count"]), ("bc", &json!(2)));
    }
}

#[tokio::test]
async fn the_older_searches_take_store_style_conditions_and_count() {
    let it = apps().await;
    for name in BY_CONDITION {
        let search = async |more: Value| {
            let search = json!({"bk_obj_id": "app", "bk_supplier_account": "7"});
            let answer = it.ok(name, with(&search, &more)).await;
            format!("{} {}", answer["count"], names(&answer["info"]))
        };
        assert_eq!(search(json!({})).await, "5 abcde", "{name}");
        assert_eq!(search(json!({"page": {"start": 1, "limit": 2, "sort": "-bk_inst_id"}})).await, "5 dc", "{name}");
        assert_eq!(search(json!({"page": {"limit": 0}, "disable_counter": true})).await, "0 abcde", "{name}");
        assert_eq!(search(json!({"condition": {"size": {"$gt": 1}, "bk_obj_id": "app"}})).await, "3 bcd", "{name}");
        let either = json!({"$or": [{"bk_inst_name": "a"}, {"size": null}]});
        assert_eq!(search(json!({"condition": either})).await, "2 ae", "{name}");
        let models = json!({"bk_obj_id": {"$in": ["app", "other"]}, "size": 2});
        assert_eq!(search(json!({"condition": models})).await, "2 bc", "{name}");
        assert_eq!(search(json!({"condition": {"bk_obj_id": {"$ne": "app"}}})).await, "0 ", "{name}");
        assert_eq!(search(json!({"condition": {"size": 7}})).await, "0 ", "{name}");
        let other = json!({"bk_obj_id": "app", "condition": {"bk_obj_id": "other"}});
        assert_eq!(it.ok(name, other).await, json!({"count": 0, "info": null}), "{name}");
        let unknown = it.ok(name, json!({"bk_obj_id": "nothing"})).await;
        assert_eq!(unknown, json!({"count": 0, "info": []}), "{name}");
        for (condition, code) in [
            (json!({"$where": "true"}), 1_199_998),
            (json!({"$or": [{"$where": "true"}]}), 1_199_998),
            (json!({"size": {"$near": 1}}), 1_199_998),
            (json!([]), 1_199_000),
        ] {
            let search = json!({"bk_obj_id": "app", "condition": condition});
            assert_eq!(it.refused(name, search).await, code, "{name} {condition}");
        }
    }
    for name in &BY_CONDITION[..2] {
        assert_eq!(it.refused(name, json!({"bk_obj_id": "host"})).await, 1_199_084);
    }
    assert_eq!(it.ok("read_instance", json!({"bk_obj_id": "host"})).await, json!({"count": 0, "info": []}));
}

#[tokio::test]
async fn a_search_by_the_fields_of_a_unique_rule_asks_for_the_key_and_not_for_rows() {
    let it = harness().await;
    model(&it, "app").await;
    let rack = attribute(&it, "app", "rack", "singlechar", json!({})).await;
    let slot = attribute(&it, "app", "slot", "int", json!({"option": ""})).await;
    let keys = [rack, slot].map(|id| json!({"key_kind": "property", "key_id": id}));
    it.ok("post_create_objectunique_object", json!({"bk_obj_id": "app", "keys": keys})).await;
    named(&it, "app", &["a"]).await;
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 1, "rack": "r", "slot": 1})).await;
    // A row without its keys, which a search sees only when it reads the rows.
    stored::insert(&it, "app", vec![json!({"bk_inst_name": "b", "bk_obj_id": "app", "rack": "r", "slot": 2})]).await;
    let and = |rules: Vec<Value>| json!({"condition": "AND", "rules": rules});
    for (conditions, names) in [
        (rule("bk_inst_name", "equal", &json!("b")), ""),
        (rule("bk_inst_name", "in", &json!(["a", "b", "c"])), "a"),
        (and(vec![and(vec![rule("bk_inst_name", "equal", &json!("b"))]), rule("slot", "equal", &json!(2))]), ""),
        (and(vec![rule("rack", "equal", &json!("r")), rule("slot", "equal", &json!(2))]), ""),
        (and(vec![rule("rack", "equal", &json!("r")), rule("slot", "in", &json!([1.0]))]), "a"),
        (rule("rack", "equal", &json!("r")), "ab"),
        (rule("bk_inst_name", "begins_with", &json!("b")), "b"),
    ] {
        let search = json!({"bk_obj_id": "app", "conditions": conditions, "page": {"limit": 9}});
        let found = it.ok(SEARCH, search.clone()).await["info"].as_array().map(|rows| self::names(&json!(rows)));
        assert_eq!(found.unwrap_or_default(), names, "{conditions}");
        assert_eq!(it.ok(COUNT, search).await["count"], names.len(), "{conditions}");
    }
    let condition = json!({"bk_obj_id": "app", "condition": {"bk_inst_name": {"$in": ["a", "b"]}}});
    assert_eq!(it.ok("search_inst_by_object", condition).await["count"], 1);
}

#[tokio::test]
async fn an_answer_that_is_not_paged_has_no_more_instances_than_the_setting_allows() {
    let settings = Settings { answer_rows: 3, ..Settings::default() };
    let it = harness_with(settings).await;
    model(&it, "app").await;
    named(&it, "app", &["a", "b", "c", "d"]).await;
    for name in BY_CONDITION {
        for page in [json!({}), json!({"limit": 4}), json!({"limit": 999_999_999})] {
            assert_eq!(it.refused(name, json!({"bk_obj_id": "app", "page": page})).await, 1_199_059, "{name} {page}");
        }
        let page = it.ok(name, json!({"bk_obj_id": "app", "page": {"limit": 3}})).await;
        assert_eq!((names(&page["info"]).as_str(), &page["count"]), ("abc", &json!(4)), "{name}");
        let narrowed = it.ok(name, json!({"bk_obj_id": "app", "condition": {"bk_inst_id": {"$gt": 1}}})).await;
        assert_eq!((names(&narrowed["info"]).as_str(), &narrowed["count"]), ("bcd", &json!(3)), "{name}");
    }
}
