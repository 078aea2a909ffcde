//! Groups of attributes (models.md §7).

use relata_testkit::Harness;
use serde_json::{Value, json};

async fn harness() -> Harness {
    let harness = crate::endpoints::harness().await;
    let rack = json!({
        "bk_obj_id": "rack", "bk_obj_name": "Rack", "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "i",
    });
    harness.ok("create_object", rack).await;
    harness
}

fn group(id: &str, name: &str, index: i64) -> Value {
    json!({"bk_obj_id": "rack", "bk_group_id": id, "bk_group_name": name, "bk_group_index": index})
}

async fn create(harness: &Harness, id: &str, index: i64) -> Value {
    harness.ok("post_create_objectattgroup", group(id, id, index)).await["id"].clone()
}

async fn order(harness: &Harness) -> Vec<Value> {
    let groups = harness.rows("get_object_group", json!({"bk_obj_id": "rack"})).await;
    groups.iter().map(|it| it["bk_group_id"].clone()).collect()
}

#[tokio::test]
async fn a_created_group_is_answered_with_its_id() {
    let harness = harness().await;
    let created = harness.ok("post_create_objectattgroup", group("power", "Power", 5)).await;
    let expected = json!({
        "id": created["id"], "bk_biz_id": 0, "bk_group_id": "power", "bk_group_name": "Power", "bk_group_index": 5,
        "bk_obj_id": "rack", "bk_supplier_account": "0", "bk_isdefault": false, "ispre": false, "is_collapse": false,
    });
    assert_eq!(created, expected);
    assert!(created["id"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn creation_is_refused_with_the_documented_codes() {
    let harness = harness().await;
    create(&harness, "power", 1).await;
    let unknown = json!({"bk_obj_id": "nothing", "bk_group_id": "g", "bk_group_name": "G"});
    for (code, input) in [
        (1_199_006, group("g", "", 1)),
        (1_199_006, group("g", &"x".repeat(129), 1)),
        (1_199_010, group("", "G", 1)),
        (1_199_011, unknown),
        (1_199_014, group("power", "G", 1)),
        (1_199_014, group("g", "power", 1)),
        (1_199_000, json!({"bk_obj_id": "rack", "bk_group_id": 1})),
    ] {
        assert_eq!(harness.refused("post_create_objectattgroup", input.clone()).await, code, "{input}");
    }
    // Another model and another business have names of their own.
    let input = json!({"bk_obj_id": "rack", "bk_biz_id": 2, "bk_group_id": "power", "bk_group_name": "power"});
    harness.ok("post_create_objectattgroup", input).await;
    let with_business = harness.rows("get_object_group", json!({"bk_obj_id": "rack", "bk_biz_id": 2})).await;
    assert_eq!((with_business.len(), order(&harness).await.len()), (3, 2));
}

#[tokio::test]
async fn an_update_changes_the_given_members_only() {
    let harness = harness().await;
    let id = create(&harness, "power", 1).await;
    create(&harness, "cooling", 2).await;
    for (code, id, data) in [
        (1_199_006, id.clone(), json!({"bk_group_name": "x".repeat(129)})),
        (1_199_006, id.clone(), json!({"bk_group_name": ""})),
        (1_199_014, id.clone(), json!({"bk_group_name": "cooling"})),
        (1_199_019, json!(999), json!({"bk_group_name": "G"})),
        (1_199_009, json!("x"), json!({"bk_group_name": "G"})),
    ] {
        let input = json!({"condition": {"id": id}, "data": data});
        assert_eq!(harness.refused("put_update_objectattgroup", input.clone()).await, code, "{input}");
    }
    let input =
        json!({"condition": {"id": id}, "data": {"bk_group_index": 7, "is_collapse": true, "bk_group_id": "no"}});
    harness.ok("put_update_objectattgroup", input).await;
    let groups = harness.rows("get_object_group", json!({"bk_obj_id": "rack"})).await;
    let changed = groups.iter().find(|it| it["bk_group_id"] == "power").unwrap();
    assert_eq!((&changed["bk_group_index"], &changed["is_collapse"]), (&json!(7), &json!(true)));
    assert_eq!(changed["bk_group_name"], "power");
}

#[tokio::test]
async fn attributes_move_and_a_group_with_attributes_is_not_deleted() {
    let harness = harness().await;
    let id = create(&harness, "power", 1).await;
    let mover = |property: &str, group: &str| {
        json!({"data": [{
            "condition": {"bk_supplier_account": "0", "bk_obj_id": "rack", "bk_property_id": property},
            "data": {"bk_property_group": group, "bk_property_index": 4},
        }]})
    };
    assert_eq!(harness.refused("put_update_objectattgroupproperty", mover("bk_inst_name", "nothing")).await, 1_199_006);
    assert_eq!(harness.refused("put_update_objectattgroupproperty", mover("nothing", "power")).await, 1_199_011);
    assert_eq!(harness.ok("put_update_objectattgroupproperty", mover("bk_inst_name", "power")).await, Value::Null);
    let found = harness.rows("search_object_attribute", json!({"bk_property_group": "power"})).await;
    assert_eq!((&found[0]["bk_property_id"], &found[0]["bk_property_index"]), (&json!("bk_inst_name"), &json!(4)));

    assert_eq!(harness.refused("delete_delete_objectattgroup", json!({"id": id})).await, 1_113_001);
    harness.ok("put_update_objectattgroupproperty", mover("bk_inst_name", "default")).await;
    harness.ok("delete_delete_objectattgroup", json!({"id": id})).await;
    assert_eq!(order(&harness).await, ["default"]);
}

#[tokio::test]
async fn two_groups_of_a_model_exchange_positions() {
    let harness = harness().await;
    let (first, second) = (create(&harness, "power", 1).await, create(&harness, "cooling", 2).await);
    let host = harness.rows("get_object_group", json!({"bk_obj_id": "host"})).await[0]["id"].clone();
    for (code, ids) in [
        (1_199_011, json!([first])),
        (1_199_011, json!([first, second, host])),
        (1_199_011, json!([first, 999])),
        (1_199_011, json!([first, first])),
        (1_101_027, json!([first, host])),
    ] {
        let input = json!({"condition": {"id": ids}});
        assert_eq!(harness.refused("put_update_objectattgroup_groupindex", input.clone()).await, code, "{input}");
    }
    harness.ok("put_update_objectattgroup_groupindex", json!({"condition": {"id": [first, second]}})).await;
    assert_eq!(order(&harness).await, ["default", "cooling", "power"]);
}

#[tokio::test]
async fn several_moves_are_done_in_their_order_and_too_many_are_refused() {
    let harness = harness().await;
    create(&harness, "power", 1).await;
    let other = json!({
        "bk_obj_id": "crate", "bk_obj_name": "Crate", "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "i",
    });
    harness.ok("create_object", other).await;
    let item = |model: &str, group: &str, index: i64| {
        json!({
            "condition": {"bk_obj_id": model, "bk_property_id": "bk_inst_name"},
            "data": {"bk_property_group": group, "bk_property_index": index},
        })
    };
    let moves = |items: &[Value]| json!({"data": items});
    let name = "put_update_objectattgroupproperty";
    harness.ok(name, moves(&[item("rack", "power", 4), item("crate", "default", 6), item("rack", "power", 5)])).await;
    let found = harness.rows("search_object_attribute", json!({"bk_property_id": "bk_inst_name"})).await;
    let place = |model: &str| {
        let it = found.iter().find(|it| it["bk_obj_id"] == model).unwrap();
        [it["bk_property_group"].clone(), it["bk_property_index"].clone()]
    };
    assert_eq!((place("rack"), place("crate")), ([json!("power"), json!(5)], [json!("default"), json!(6)]));
    assert_eq!(harness.refused(name, moves(&[item("crate", "power", 1)])).await, 1_199_006);
    let many = vec![item("rack", "power", 1); 501];
    assert_eq!(harness.refused(name, moves(&many)).await, 1_199_035);
    harness.ok(name, moves(&many[..500])).await;
}

#[tokio::test]
async fn the_default_group_stays_also_when_it_is_empty() {
    let harness = harness().await;
    create(&harness, "power", 1).await;
    let into_power = json!({"data": [{
        "condition": {"bk_obj_id": "rack", "bk_property_id": "bk_inst_name"}, "data": {"bk_property_group": "power"},
    }]});
    harness.ok("put_update_objectattgroupproperty", into_power).await;
    let groups = harness.rows("get_object_group", json!({"bk_obj_id": "rack"})).await;
    let default = groups.iter().find(|it| it["bk_group_id"] == "default").unwrap();
    assert_eq!(harness.refused("delete_delete_objectattgroup", json!({"id": default["id"]})).await, 1_113_001);
    assert_eq!(order(&harness).await, ["default", "power"]);
}
