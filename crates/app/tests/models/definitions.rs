//! Models (models.md §2, §10.1).

use crate::endpoints::harness;
use relata_model::Map;
use relata_model::change::Resource;
use relata_model::store::{ChangeQuery, NewRow, Space};
use relata_testkit::{Harness, read_with, write_with};
use serde_json::{Value, json};

fn model(obj_id: &str) -> Value {
    json!({
        "bk_obj_id": obj_id, "bk_obj_name": obj_id.to_uppercase(), "bk_classification_id": "bk_uncategorized",
        "bk_obj_icon": "icon-cc-default",
    })
}

fn with(mut base: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    base.as_object_mut().unwrap().extend(changes);
    base
}

async fn create(harness: &Harness, obj_id: &str, changes: Value) -> Value {
    harness.ok("create_object", with(model(obj_id), changes)).await["id"].clone()
}

async fn stored(harness: &Harness, obj_id: &str) -> Value {
    harness.ok("search_objects", json!({"bk_obj_id": obj_id})).await[0].clone()
}

/// The models of a classification with their sort numbers, in their order.
async fn order(harness: &Harness, classification: &str) -> Vec<(String, i64)> {
    let mut found: Vec<_> = harness
        .rows("search_objects", json!({"bk_classification_id": classification}))
        .await
        .iter()
        .map(|it| (it["bk_obj_id"].as_str().unwrap().to_owned(), it["obj_sort_number"].as_i64().unwrap()))
        .collect();
    found.sort_by_key(|it| it.1);
    found
}

fn pairs(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(id, number)| ((*id).to_owned(), *number)).collect()
}

#[tokio::test]
async fn creation_is_refused_by_the_first_check_that_fails() {
    let harness = harness().await;
    create(&harness, "rack", json!({})).await;
    let long = "x".repeat(129);
    for (code, changes) in [
        (1_199_000, json!({"bk_ispaused": "yes", "bk_obj_id": ""})),
        (1_199_010, json!({"bk_obj_id": null})),
        (1_199_010, json!({"bk_obj_id": ""})),
        (1_199_007, json!({"bk_obj_id": 1})),
        (1_199_073, json!({"bk_obj_id": long})),
        (1_199_011, json!({"bk_obj_id": "a.b"})),
        (1_199_011, json!({"bk_obj_name": null})),
        (1_199_011, json!({"bk_obj_name": 5})),
        (1_199_011, json!({"bk_obj_name": long})),
        (1_199_010, json!({"bk_classification_id": null})),
        (1_199_011, json!({"bk_obj_id": "host"})),
        (1_101_024, json!({"bk_classification_id": "nowhere", "bk_obj_icon": ""})),
        (1_199_010, json!({"bk_obj_icon": "", "obj_sort_number": -1})),
        (1_199_006, json!({"obj_sort_number": -1, "bk_obj_id": "bk_shelf"})),
        (1_199_011, json!({"bk_obj_id": "BKshelf"})),
        (1_199_011, json!({"bk_obj_id": "x".repeat(96)})),
        (1_199_014, json!({"bk_obj_id": "rack"})),
        (1_199_014, json!({"bk_obj_name": "RACK"})),
        (1_199_014, json!({"bk_obj_name": "主机"})),
    ] {
        let code_found = harness.refused("create_object", with(model("shelf"), changes.clone())).await;
        assert_eq!(code_found, code, "{changes}");
    }
    create(&harness, &"x".repeat(95), json!({})).await;
}

#[tokio::test]
async fn creation_answers_with_what_was_submitted_and_stores_more() {
    let harness = harness().await;
    let input = with(model("rack"), json!({"creator": "someone", "ispre": true, "description": "for servers"}));
    let answer = harness.ok("create_object", input).await;
    let id = answer["id"].clone();
    let expected = json!({
        "id": id, "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "icon-cc-default", "bk_obj_id": "rack",
        "bk_obj_name": "RACK", "bk_ishidden": false, "ispre": false, "bk_ispaused": false, "position": "",
        "bk_supplier_account": "0", "description": "for servers", "creator": "someone", "modifier": "",
        "create_time": null, "last_time": null, "obj_sort_number": 0,
    });
    assert_eq!(answer, expected);
    let time = "2024-05-01 02:00:00";
    let kept =
        with(expected, json!({"creator": "admin", "create_time": time, "last_time": time, "obj_sort_number": 1}));
    assert_eq!(stored(&harness, "rack").await, kept);
}

#[tokio::test]
async fn a_new_model_has_its_group_attributes_and_unique_rule() {
    let harness = harness().await;
    create(&harness, "rack", json!({})).await;
    let groups = harness.rows("get_object_group", json!({"bk_obj_id": "rack"})).await;
    assert_eq!(groups.len(), 1);
    assert_eq!((&groups[0]["bk_group_id"], &groups[0]["bk_group_name"]), (&json!("default"), &json!("Default")));
    assert_eq!((&groups[0]["bk_group_index"], &groups[0]["bk_isdefault"]), (&json!(-1), &json!(true)));

    let attributes = harness.rows("search_object_attribute", json!({"bk_obj_id": "rack"})).await;
    let told: Vec<_> = attributes
        .iter()
        .map(|it| {
            ["bk_property_id", "bk_property_type", "isrequired", "isonly", "editable", "ispre"]
                .map(|field| it[field].clone())
        })
        .collect();
    let expected = json!([
        ["bk_inst_name", "singlechar", true, true, true, true],
        ["bk_created_at", "time", false, false, false, true],
        ["bk_created_by", "objuser", false, false, false, true],
        ["bk_updated_at", "time", false, false, false, true],
        ["bk_updated_by", "objuser", false, false, false, true],
    ]);
    assert_eq!(json!(told), expected);

    let rules = harness.rows("search_object_unique", json!({"bk_obj_id": "rack"})).await;
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["keys"], json!([{"key_kind": "property", "key_id": attributes[0]["id"]}]));
    assert_eq!(rules[0]["ispre"], false);
}

#[tokio::test]
async fn a_sort_number_makes_room_and_a_move_closes_its_gap() {
    let harness = harness().await;
    let of = "bk_uncategorized";
    create(&harness, "a", json!({})).await;
    let b = create(&harness, "b", json!({"obj_sort_number": 9})).await;
    assert_eq!(order(&harness, of).await, pairs(&[("a", 1), ("b", 2)]));
    create(&harness, "c", json!({"obj_sort_number": 1})).await;
    assert_eq!(order(&harness, of).await, pairs(&[("c", 1), ("a", 2), ("b", 3)]));

    // The shift happens also when a name is sent or the model is paused.
    let update = json!({"id": b, "obj_sort_number": 1, "bk_obj_name": "B2", "bk_ispaused": true});
    harness.ok("update_object", update).await;
    assert_eq!(order(&harness, of).await, pairs(&[("b", 1), ("c", 2), ("a", 3)]));
    harness.ok("update_object", json!({"id": b, "obj_sort_number": 2})).await;
    assert_eq!(order(&harness, of).await, pairs(&[("c", 1), ("b", 2), ("a", 3)]));
    harness.ok("update_object", json!({"id": b, "obj_sort_number": 3})).await;
    assert_eq!(order(&harness, of).await, pairs(&[("c", 1), ("a", 2), ("b", 3)]));
    harness.ok("update_object", json!({"id": b, "bk_obj_name": "B3"})).await;
    assert_eq!(order(&harness, of).await, pairs(&[("c", 1), ("a", 2), ("b", 3)]));

    harness.ok("update_object", json!({"id": b, "bk_classification_id": "bk_biz_topo"})).await;
    assert_eq!(order(&harness, "bk_biz_topo").await, pairs(&[("set", 1), ("module", 2), ("b", 3)]));
    let back = json!({"id": b, "bk_classification_id": of, "obj_sort_number": 1});
    harness.ok("update_object", back).await;
    assert_eq!(order(&harness, of).await, pairs(&[("b", 1), ("c", 2), ("a", 3)]));
}

#[tokio::test]
async fn an_update_is_refused_with_the_documented_codes() {
    let harness = harness().await;
    let id = create(&harness, "rack", json!({})).await;
    for (code, changes) in [
        (1_199_009, json!({"id": "x"})),
        (1_199_019, json!({"id": 999, "bk_obj_icon": "i"})),
        (1_199_011, json!({"bk_obj_id": "1a"})),
        (1_199_011, json!({"bk_obj_name": ""})),
        (1_199_011, json!({"bk_ispaused": "true"})),
        (1_199_000, json!({"position": 1})),
        (1_101_113, json!({"bk_classification_id": "nowhere"})),
        (1_199_006, json!({"obj_sort_number": -1})),
        (1_199_014, json!({"bk_obj_name": "主机"})),
    ] {
        let found = harness.refused("update_object", with(json!({"id": id}), changes.clone())).await;
        assert_eq!(found, code, "{changes}");
    }
}

#[tokio::test]
async fn an_update_changes_what_may_change_and_stamps_it() {
    let harness = harness().await;
    let id = create(&harness, "rack", json!({})).await;
    let before = stored(&harness, "rack").await;
    harness.clock.advance(60);
    let input = json!({
        "id": id.to_string(), "bk_obj_id": "other", "bk_obj_name": "Cabinet", "ispre": true, "creator": "x",
        "create_time": "2000-01-01 00:00:00", "bk_supplier_account": "1", "position": "{}",
    });
    assert_eq!(harness.ok("update_object", input).await, Value::Null);
    let changes =
        json!({"bk_obj_name": "Cabinet", "position": "{}", "modifier": "admin", "last_time": "2024-05-01 02:01:00"});
    assert_eq!(stored(&harness, "rack").await, with(before, changes));
    // A built-in model can be updated too.
    let host = stored(&harness, "host").await["id"].clone();
    harness.ok("update_object", json!({"id": host, "bk_obj_name": "Machine"})).await;
    assert_eq!(stored(&harness, "host").await["bk_obj_name"], "Machine");
}

#[tokio::test]
async fn pausing_and_resuming_are_actions_of_their_own_in_the_log() {
    let harness = harness().await;
    let id = create(&harness, "rack", json!({})).await;
    harness.ok("update_object", json!({"id": id, "bk_ispaused": true})).await;
    assert_eq!(stored(&harness, "rack").await["bk_ispaused"], true);
    harness.ok("update_object", json!({"id": id, "bk_ispaused": false})).await;
    harness.ok("update_object", json!({"id": id, "bk_obj_icon": "i"})).await;
    let query = ChangeQuery { resources: vec![Resource::Model], subject: id.as_i64(), ..ChangeQuery::default() };
    let changes = read_with(harness.app.store.as_ref(), move |tx| {
        let query = query.clone();
        Box::pin(async move { tx.changes(&query).await })
    })
    .await
    .unwrap();
    let actions: Vec<_> = changes.iter().map(|set| set.action.name()).collect();
    assert_eq!(actions, ["create", "stop", "resume", "update"]);
    assert!(changes[1].data.contains(r#""sent":{"bk_ispaused":true}"#), "{}", changes[1].data);
}

#[tokio::test]
async fn deletion_takes_all_parts_along() {
    let harness = harness().await;
    let id = create(&harness, "rack", json!({})).await;
    assert_eq!(harness.ok("delete_object", json!({"id": id})).await, Value::Null);
    assert!(harness.rows("search_objects", json!({"bk_obj_id": "rack"})).await.is_empty());
    assert!(harness.rows("get_object_group", json!({"bk_obj_id": "rack"})).await.is_empty());
    assert!(harness.rows("search_object_attribute", json!({"bk_obj_id": "rack"})).await.is_empty());
    assert_eq!(harness.app.store.check().await.unwrap(), Vec::<String>::new());
    // All names are free again.
    create(&harness, "rack", json!({})).await;
}

#[tokio::test]
async fn deletion_is_refused_with_the_documented_codes() {
    let harness = harness().await;
    let id_of = async |obj_id: &str| stored(&harness, obj_id).await["id"].clone();
    assert_eq!(harness.refused("delete_object", json!({"id": "x"})).await, 1_199_006);
    assert_eq!(harness.ok("delete_object", json!({"id": 999})).await, Value::Null);
    for inner in ["biz", "set", "module", "host", "process", "plat", "bk_biz_set_obj", "bk_project"] {
        assert_eq!(harness.refused("delete_object", json!({"id": id_of(inner).await})).await, 1_101_135, "{inner}");
    }
    assert_eq!(harness.refused("delete_object", json!({"id": id_of("bk_switch").await})).await, 1_101_053);
    harness.ok("delete_object", json!({"id": id_of("bk_router").await})).await;

    let firewall = id_of("bk_firewall").await;
    let space = Space::instances(firewall.as_i64().unwrap());
    write_with(harness.app.store.as_ref(), move |tx| {
        Box::pin(async move { tx.insert_many(space, vec![NewRow { id: 1, doc: Map::new(), keys: Vec::new() }]).await })
    })
    .await
    .unwrap();
    assert_eq!(harness.refused("delete_object", json!({"id": firewall})).await, 1_101_037);
}

#[tokio::test]
async fn searches_find_by_condition_and_can_count() {
    let harness = harness().await;
    create(&harness, "rack", json!({})).await;
    let found = harness.rows("search_objects", json!({"bk_obj_id": {"$in": ["rack", "host"]}})).await;
    assert_eq!(found.len(), 2);
    let input = json!({
        "condition": {"bk_classification_id": "bk_network"}, "page": {"limit": 1}, "fields": ["bk_obj_id"],
    });
    let counted = harness.ok("read_model", input).await;
    assert_eq!(counted["count"], 4);
    assert_eq!(counted["info"][0], json!({"bk_obj_id": "bk_switch"}));
}

#[tokio::test]
async fn arrows_start_at_the_models_of_the_condition() {
    let harness = harness().await;
    let arrows = harness.ok("search_object_topo", json!({"bk_classification_id": "bk_network"})).await;
    let expected = json!([{
        "arrows": "to", "label": "connect", "label_name": "",
        "from": {"bk_obj_id": "bk_switch", "bk_obj_name": "交换机", "bk_classification_id": "bk_network", "position": "",
            "bk_supplier_account": "0"},
        "to": {"bk_obj_id": "host", "bk_obj_name": "主机", "bk_classification_id": "bk_host_manage", "position": "",
            "bk_supplier_account": "0"},
    }]);
    assert_eq!(arrows, expected);
}

#[tokio::test]
async fn the_mainline_goes_from_the_business_to_the_host() {
    let harness = harness().await;
    let levels = harness.rows("get_mainline_object_topo", json!({})).await;
    let told: Vec<_> =
        levels.iter().map(|it| ["bk_pre_obj_id", "bk_obj_id", "bk_next_obj"].map(|field| it[field].clone())).collect();
    let expected =
        json!([["", "biz", "set"], ["biz", "set", "module"], ["set", "module", "host"], ["module", "host", ""]]);
    assert_eq!(json!(told), expected);
    assert_eq!((&levels[1]["bk_next_name"], &levels[1]["bk_pre_obj_name"]), (&json!("模块"), &json!("业务")));
}
