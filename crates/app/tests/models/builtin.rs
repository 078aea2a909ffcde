//! What is there from the first start (models.md §1, §9–§11), and its English names.

use crate::endpoints::harness;
use relata_app::models;
use relata_model::Lang;
use relata_testkit::{Harness, read_with};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn the_first_start_happens_once() {
    let harness = harness().await;
    assert!(!models::builtin::ensure(&harness.app).await.unwrap());
    let found = harness.rows("search_objects", json!({})).await;
    let ids: BTreeSet<_> = found.iter().map(|it| it["bk_obj_id"].as_str().unwrap()).collect();
    let expected = [
        "biz",
        "bk_biz_set_obj",
        "bk_firewall",
        "bk_load_balance",
        "bk_project",
        "bk_router",
        "bk_switch",
        "host",
        "module",
        "plat",
        "process",
        "set",
    ];
    assert_eq!(ids, expected.into());
    assert_eq!(harness.app.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn every_built_in_attribute_has_a_check_and_a_group() {
    let harness = harness().await;
    let rows = read_with(harness.app.store.as_ref(), |tx| {
        Box::pin(async move {
            let query = relata_model::store::Query::new(
                relata_model::store::Table::Attributes,
                relata_model::filter::Filter::everything(),
            );
            tx.find(&query).await
        })
    })
    .await
    .unwrap();
    assert!(rows.len() > 150, "{}", rows.len());
    for row in rows {
        let attribute: relata_model::attribute::Attribute = serde_json::from_value(Value::Object(row.doc)).unwrap();
        let named = format!("{} {}", attribute.obj_id, attribute.property_id);
        let kind = relata_model::attribute::kind::by_name(&attribute.kind).expect(&named);
        let check =
            kind.compile(&attribute, &jiff::tz::TimeZone::UTC).unwrap_or_else(|error| panic!("{named}: {error}"));
        check.absent().unwrap_or_else(|error| panic!("{named}: {error}"));
        assert!(!attribute.name.is_empty(), "{named}");
        let groups = harness.rows("get_object_group", json!({"bk_obj_id": attribute.obj_id})).await;
        let grouped = groups.iter().any(|group| group["bk_group_id"] == attribute.group.as_str());
        assert!(grouped || attribute.group == "none", "{named}");
    }
}

#[tokio::test]
async fn rules_kinds_and_associations_are_there() {
    let harness = harness().await;
    let attributes = harness.rows("search_object_attribute", json!({"bk_obj_id": "bk_switch"})).await;
    let asset = attributes.iter().find(|it| it["bk_property_id"] == "bk_asset_id").unwrap();
    let rules = harness.rows("search_object_unique", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(rules[0]["keys"], json!([{"key_kind": "property", "key_id": asset["id"]}]));
    assert_eq!(rules[0]["ispre"], false);
    assert_eq!(harness.rows("search_object_unique", json!({"bk_obj_id": "host"})).await.len(), 4);
    assert_eq!(harness.ok("post_find_associationtype", json!({})).await["count"], 6);
    let found = harness.rows("find_object_association", json!({"condition": {"bk_asst_obj_id": "host"}})).await;
    assert_eq!(found[0]["bk_obj_asst_id"], "bk_switch_connect_host");
    assert_eq!((&found[0]["mapping"], &found[0]["ispre"]), (&json!("1:n"), &json!(false)));
}

#[tokio::test]
async fn built_in_names_are_english_for_english_readers_until_they_are_changed() {
    let mut harness = harness().await;
    let rack = json!({
        "bk_obj_id": "rack", "bk_obj_name": "机柜", "bk_classification_id": "bk_network", "bk_obj_icon": "i",
    });
    harness.ok("create_object", rack).await;
    let name = async |harness: &Harness, endpoint: &str, input: Value, field: &str| {
        harness.rows(endpoint, input).await[0][field].clone()
    };
    let host = json!({"bk_obj_id": "host"});
    assert_eq!(name(&harness, "search_objects", host.clone(), "bk_obj_name").await, "主机");
    harness.lang = Lang::En;
    assert_eq!(name(&harness, "search_objects", host.clone(), "bk_obj_name").await, "Host");
    assert_eq!(name(&harness, "search_objects", json!({"bk_obj_id": "rack"}), "bk_obj_name").await, "机柜");
    assert_eq!(name(&harness, "get_object_group", host.clone(), "bk_group_name").await, "Basic information");
    let network = json!({"bk_classification_id": "bk_network"});
    assert_eq!(name(&harness, "search_classifications", network, "bk_classification_name").await, "Network");
    let belong = json!({"condition": {"bk_asst_id": "belong"}});
    assert_eq!(name(&harness, "post_find_associationtype", belong, "dest_des").await, "contain");
    for (obj_id, property, english) in [
        ("host", "bk_host_name", "Host name"),
        ("bk_switch", "bk_asset_id", "Asset number"),
        ("rack", "bk_inst_name", "Instance name"),
        ("rack", "bk_created_at", "Created at"),
    ] {
        let input = json!({"bk_obj_id": obj_id, "bk_property_id": property});
        assert_eq!(name(&harness, "search_object_attribute", input, "bk_property_name").await, english);
    }
    let id = name(&harness, "search_objects", host.clone(), "id").await;
    harness.ok("update_object", json!({"id": id, "bk_obj_name": "机器"})).await;
    assert_eq!(name(&harness, "search_objects", host, "bk_obj_name").await, "机器");
}
