//! Classifications (models.md §1).

use crate::endpoints::harness;
use relata_testkit::Harness;
use serde_json::{Value, json};

async fn refused(harness: &Harness, input: Value) -> i64 {
    harness.refused("create_classification", input).await
}

#[tokio::test]
async fn creation_is_refused_by_the_first_check_that_fails() {
    let harness = harness().await;
    let long = "x".repeat(129);
    for (code, input) in [
        (1_199_010, json!({"bk_classification_name": "Racks"})),
        (1_199_010, json!({"bk_classification_id": "", "bk_classification_name": "Racks"})),
        (1_199_007, json!({"bk_classification_id": 7, "bk_classification_name": "Racks"})),
        (1_199_073, json!({"bk_classification_id": long, "bk_classification_name": "Racks"})),
        (1_199_011, json!({"bk_classification_id": "1a", "bk_classification_name": "Racks"})),
        (1_199_011, json!({"bk_classification_id": "a-b", "bk_classification_name": "Racks"})),
        (1_199_010, json!({"bk_classification_id": "bk_racks"})),
        (1_199_007, json!({"bk_classification_id": "racks", "bk_classification_name": false})),
        (1_199_073, json!({"bk_classification_id": "racks", "bk_classification_name": long})),
        (1_199_011, json!({"bk_classification_id": "Bk_racks", "bk_classification_name": "Racks"})),
        (
            1_199_000,
            json!({"bk_classification_id": "racks", "bk_classification_name": "R", "bk_classification_icon": 1}),
        ),
        (1_199_014, json!({"bk_classification_id": "racks", "bk_classification_name": "网络"})),
    ] {
        assert_eq!(refused(&harness, input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn a_created_classification_is_found_renamed_and_deleted() {
    let harness = harness().await;
    let input =
        json!({"bk_classification_id": "racks", "bk_classification_name": "Racks", "bk_classification_icon": "i"});
    let created = harness.ok("create_classification", input.clone()).await;
    let id = created["id"].as_i64().unwrap();
    let expected = json!({
        "id": id, "bk_classification_id": "racks", "bk_classification_name": "Racks", "bk_classification_type": "",
        "bk_classification_icon": "i", "bk_supplier_account": "0",
    });
    assert_eq!(created, expected);
    assert_eq!(refused(&harness, input).await, 1_199_014);

    let change = json!({"id": id.to_string(), "bk_classification_id": "other", "bk_classification_name": "Cabinets"});
    assert_eq!(harness.ok("update_classification", change).await, Value::Null);
    let found = harness.rows("search_classifications", json!({"bk_classification_id": "racks"})).await;
    assert_eq!(found[0]["bk_classification_name"], "Cabinets");
    assert_eq!(found[0]["bk_classification_icon"], "i");

    assert_eq!(harness.ok("delete_classification", json!({"id": id})).await, Value::Null);
    assert!(harness.rows("search_classifications", json!({"bk_classification_id": "racks"})).await.is_empty());
    assert_eq!(harness.ok("delete_classification", json!({"id": id})).await, Value::Null);
}

#[tokio::test]
async fn an_update_keeps_names_unique_and_leaves_the_uncategorized_one_alone() {
    let harness = harness().await;
    let id_of = async |id: &str| {
        harness.rows("search_classifications", json!({"bk_classification_id": id})).await[0]["id"].clone()
    };
    let (network, uncategorized) = (id_of("bk_network").await, id_of("bk_uncategorized").await);
    for (code, input) in [
        (1_199_009, json!({"id": "x", "bk_classification_name": "N"})),
        (1_199_010, json!({"id": network, "bk_classification_name": ""})),
        (1_199_007, json!({"id": network, "bk_classification_name": 1})),
        (1_199_014, json!({"id": network, "bk_classification_name": "主机管理"})),
        (1_199_019, json!({"id": 999, "bk_classification_name": "N"})),
    ] {
        assert_eq!(harness.refused("update_classification", input.clone()).await, code, "{input}");
    }
    harness.ok("update_classification", json!({"id": uncategorized, "bk_classification_name": "Rest"})).await;
    let found = harness.rows("search_classifications", json!({"id": uncategorized})).await;
    assert_eq!(found[0]["bk_classification_name"], "未分类");
    harness.ok("update_classification", json!({"id": network, "bk_classification_name": "N"})).await;
}

#[tokio::test]
async fn one_with_models_is_not_deleted() {
    let harness = harness().await;
    let network =
        harness.rows("search_classifications", json!({"bk_classification_id": "bk_network"})).await[0]["id"].clone();
    assert_eq!(harness.refused("delete_classification", json!({"id": network})).await, 1_101_029);
}

#[tokio::test]
async fn the_search_hides_hidden_ones_and_can_show_the_models() {
    let harness = harness().await;
    let found = harness.rows("search_classifications", json!({})).await;
    assert!(found.iter().all(|it| it["bk_classification_id"] != "bk_table_classification"));
    assert_eq!(found.len(), 5);
    let found =
        harness.rows("post_find_classificationobject", json!({"bk_classification_id": {"$in": ["bk_biz_topo"]}})).await;
    let models: Vec<_> = found[0]["bk_objects"].as_array().unwrap().iter().map(|it| it["bk_obj_id"].clone()).collect();
    assert_eq!(models, ["set", "module"]);
}
