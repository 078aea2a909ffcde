//! The search over everything, as it compares without an index; the binary has the same against its index.

use super::rights::with_rules;
use super::{harness, harness_with};
use relata_app::Settings;
use relata_testkit::Harness;
use serde_json::{Value, json};

async fn create(it: &Harness, model: &str, name: &str, more: Value) -> i64 {
    let mut doc = json!({"bk_obj_id": model, "bk_asset_id": name, "bk_inst_name": name});
    doc.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    it.ok("create_inst", doc).await["bk_inst_id"].as_i64().unwrap()
}

async fn find(it: &Harness, q: &str) -> Value {
    it.ok("search", json!({"q": q, "kind": "instance"})).await
}

async fn names(it: &Harness, q: &str) -> Vec<String> {
    let found = find(it, q).await;
    found["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// Switches and routers, and the administrator who sees them.
async fn estate() -> Harness {
    let it = harness().await;
    let text = |id: &str| {
        json!({"bk_obj_id": "bk_switch", "bk_property_id": id, "bk_property_name": format!("{id} 备注"),
            "bk_property_type": "longchar", "editable": true})
    };
    it.ok("create_object_attribute", text("remark")).await;
    let long = format!("{}浦东机房{}", "某".repeat(300), "处".repeat(300));
    create(&it, "bk_switch", "sw-core-01", json!({"remark": long})).await;
    create(&it, "bk_switch", "sw-core-012", json!({"remark": "beside sw-core-01, at 10.0.0.1"})).await;
    create(&it, "bk_switch", "core", json!({"remark": "10.0.0.12 fe80::1"})).await;
    create(&it, "bk_router", "rt sw-core-01", json!({})).await;
    it
}

#[tokio::test]
async fn names_come_first_and_each_item_says_where_the_text_stands() {
    let it = estate().await;
    assert_eq!(names(&it, "SW-Core-01").await, ["sw-core-01", "sw-core-012", "rt sw-core-01"]);
    assert_eq!(names(&it, "core").await, ["core", "rt sw-core-01", "sw-core-01", "sw-core-012"]);
    assert_eq!(names(&it, "beside core").await, ["sw-core-012"]);
    assert_eq!(names(&it, "1").await[..2], ["rt sw-core-01", "sw-core-01"], "by the id");

    let found = find(&it, "东机").await;
    let item = &found["items"][0];
    assert_eq!(
        (&item["name"], &item["attribute"], &item["model"]),
        (&json!("sw-core-01"), &json!("remark"), &json!("bk_switch"))
    );
    let snippet = item["snippet"].as_str().unwrap();
    assert!(snippet.contains("浦东机房") && snippet.chars().count() < 130, "{snippet}");
    assert_eq!(find(&it, "机东").await["total"], 0);
}

#[tokio::test]
async fn models_and_attributes_are_found_with_counts_by_kind_and_model() {
    let it = estate().await;
    let found = it.ok("search", json!({"q": "备注 remark"})).await;
    assert_eq!((&found["total"], &found["exact"]), (&json!(1), &json!(true)));
    let item = &found["items"][0];
    assert_eq!(
        (&item["kind"], &item["attribute"], &item["snippet"]),
        (&json!("attribute"), &json!("remark"), &json!("remark 备注"))
    );

    let found = it.ok("search", json!({"q": "sw", "model": "bk_switch"})).await;
    let count = |it: &Value, key: &str, of: &str| {
        it.as_array().unwrap().iter().find(|it| it[key] == of).map(|it| it["count"].clone()).unwrap_or_default()
    };
    assert_eq!(count(&found["facets"]["kinds"], "kind", "instance"), 2);
    assert_eq!(count(&found["facets"]["models"], "model", "bk_router"), 1, "without regard to the condition itself");
    let found = it.ok("search", json!({"q": "bk_switch", "limit": 1})).await;
    assert_eq!((&found["items"][0]["kind"], &found["items"][0]["model"]), (&json!("model"), &json!("bk_switch")));
}

#[tokio::test]
async fn a_block_of_text_finds_the_hosts_of_its_addresses_and_names_the_unknown() {
    let it = estate().await;
    let block = "please look at 10.0.0.1 (core!), ０:10.0.0.12，FE80:0::1 and 10.0.0.120 or 2001:db8::5.";
    let found = it.ok("search_text", json!({"q": block, "kind": "instance"})).await;
    let names: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["sw-core-012", "core"]);
    assert_eq!(found["unknown"], json!(["10.0.0.120", "2001:db8::5"]));
    assert_eq!(found["items"][1]["snippet"], "10.0.0.12 fe80::1");
}

#[tokio::test]
async fn pages_follow_one_another_through_all_kinds() {
    let it = estate().await;
    for number in 0..30 {
        create(&it, "bk_router", &format!("core-{number}"), json!({})).await;
    }
    let all = it.ok("search", json!({"q": "c", "limit": 100})).await;
    assert!(all.get("cursor").is_none());
    let (mut told, mut asked) = (Vec::new(), json!({"q": "c", "limit": 7}));
    loop {
        let page = it.ok("search", asked.clone()).await;
        assert_eq!(page["total"], all["total"]);
        told.extend(page["items"].as_array().unwrap().iter().cloned());
        match page.get("cursor") {
            Some(cursor) => asked["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(json!(told), all["items"]);
    assert_eq!(json!(told.len()), all["total"]);
}

#[tokio::test]
async fn nobody_learns_of_what_they_may_not_see() {
    let mut it = estate().await;
    let mine = json!({"field": "bk_inst_name", "operator": "equal", "value": "sw-core-012"});
    it.principal = with_rules(&[json!({"actions": ["view_comobj"], "bk_obj_id": "bk_switch", "filter": mine})]);
    let found = it.ok("search", json!({"q": "core"})).await;
    assert_eq!((&found["total"], &found["exact"]), (&json!(1), &json!(true)));
    assert_eq!(found["items"][0]["name"], "sw-core-012");
    assert_eq!(found["facets"]["models"], json!([{"model": "bk_switch", "count": 1}]));
    let block = json!({"q": "10.0.0.1 10.0.0.12"});
    assert_eq!(it.ok("search_text", block).await["unknown"], json!(["10.0.0.12"]));
    assert_eq!(it.ok("search", json!({"q": "switch"})).await["total"], 0, "models need another right");
    it.principal = with_rules(&[json!({"actions": ["view_sys_model"], "bk_obj_id": "bk_switch"})]);
    assert_eq!(it.ok("search", json!({"q": "core"})).await["total"], 0);
    assert_eq!(it.ok("search", json!({"q": "bk_switch", "kind": "model"})).await["total"], 1);
    it.principal = with_rules(&[]);
    assert_eq!(it.ok("search", json!({"q": "core"})).await["facets"], json!({"kinds": [], "models": []}));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let it = harness_with(Settings::default()).await;
    let many = |count: usize| (0..count).map(|it| format!("w{it}")).collect::<Vec<_>>().join(" ");
    for (code, input) in [
        (1_199_010, json!({"q": " "})),
        (1_199_010, json!({})),
        (1_199_035, json!({"q": many(33)})),
        (1_199_006, json!({"q": "a", "limit": 0})),
        (1_199_006, json!({"q": "a", "limit": 101})),
        (1_199_006, json!({"q": "a", "cursor": "x"})),
        (1_199_011, json!({"q": "a", "model": "nothing"})),
        (1_199_000, json!({"q": "a", "kind": "thing"})),
        (1_199_002, json!({})),
    ] {
        let name = if code == 1_199_002 { "rebuild_search" } else { "search" };
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
    assert_eq!(it.ok("search", json!({"q": many(32)})).await["total"], 0);
}
