//! Attributes of models, by their endpoints.

use super::harness;
use super::stored;
use relata_model::store::Table;
use relata_testkit::Harness;
use serde_json::{Value, json};

const CREATE: &str = "create_object_attribute";
const UPDATE: &str = "update_object_attribute";

/// A text attribute `rack` of switches, with these members instead.
fn rack(with: &Value) -> Value {
    let mut attribute = json!({
        "bk_obj_id": "bk_switch", "bk_property_id": "rack", "bk_property_name": "Rack", "bk_property_type": "singlechar",
    });
    attribute.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    attribute
}

async fn created(it: &Harness, with: Value) -> i64 {
    it.ok(CREATE, rack(&with)).await["id"].as_i64().unwrap()
}

async fn attribute(it: &Harness, id: i64) -> Value {
    let mut found = it.rows("search_object_attribute", json!({"id": id, "bk_biz_id": 7})).await;
    Value::Object(found.pop().expect("the attribute"))
}

#[tokio::test]
async fn a_new_attribute_is_answered_as_it_is_stored_with_the_name_of_its_group() {
    let it = harness().await;
    let answer = it.ok(CREATE, rack(&json!({"ispre": true, "creator": "x", "bk_property_index": 77, "id": 3}))).await;
    assert_eq!(answer["bk_property_group"], "default");
    assert!(!answer["bk_property_group_name"].as_str().unwrap().is_empty());
    assert_eq!(answer["creator"], "admin");
    assert_eq!(answer["create_time"], "2024-05-01 02:00:00");
    assert_eq!([&answer["ispre"], &answer["ismultiple"], &answer["isrequired"]], [false, false, false]);
    assert_eq!(attribute(&it, answer["id"].as_i64().unwrap()).await, answer);
    let next = it.ok(CREATE, rack(&json!({"bk_property_id": "unit", "bk_property_name": "Unit"}))).await;
    assert_eq!(next["bk_property_index"], answer["bk_property_index"].as_i64().unwrap() + 1);
}

#[tokio::test]
async fn a_unique_attribute_is_required_and_an_unknown_group_becomes_the_default_one() {
    let it = harness().await;
    let answer = it.ok(CREATE, rack(&json!({"isonly": true, "bk_property_group": "nowhere"}))).await;
    assert_eq!([&answer["isrequired"], &answer["bk_property_group"]], [&json!(true), &json!("default")]);
}

#[tokio::test]
async fn definitions_that_cannot_be_are_refused_at_creation() {
    let it = harness().await;
    created(&it, json!({})).await;
    let other = json!({"bk_property_id": "other", "bk_property_name": "Other"});
    let with = |with: Value| {
        let mut all = other.clone();
        all.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        rack(&all)
    };
    for (attribute, code) in [
        (with(json!({"isrequired": "yes"})), 1_199_000),
        (with(json!({"bk_biz_id": "x"})), 1_199_006),
        (with(json!({"bk_obj_id": "set", "isrequired": true})), 1_101_092),
        (with(json!({"bk_obj_id": "host", "isonly": true})), 1_101_092),
        (with(json!({"bk_obj_id": "nothing"})), 1_199_011),
        (with(json!({"bk_template_id": 4})), 1_199_011),
        (with(json!({"bk_obj_id": "bk_project"})), 1_199_011),
        (with(json!({"bk_property_id": "rack"})), 1_101_107),
        (with(json!({"bk_obj_id": "plat"})), 1_113_028),
        (with(json!({"bk_obj_id": "process"})), 1_113_028),
        (with(json!({"bk_obj_id": "biz", "isrequired": true})), 1_113_026),
        (with(json!({"ismultiple": true})), 1_199_012),
        (with(json!({"bk_property_type": ""})), 1_199_010),
        (with(json!({"bk_property_id": "a".repeat(129)})), 1_199_073),
        (with(json!({"bk_property_id": "1st"})), 1_199_011),
        (with(json!({"bk_property_id": "bk_own"})), 1_199_011),
        (with(json!({"bk_property_id": "create_time"})), 1_199_011),
        (with(json!({"bk_property_id": "default"})), 1_199_011),
        (with(json!({"bk_property_name": ""})), 1_199_010),
        (with(json!({"bk_property_type": "enum", "option": []})), 1_199_092),
        (with(json!({"bk_property_type": "int", "option": {"min": 2, "max": 1}})), 1_199_011),
        (with(json!({"unit": "u".repeat(21)})), 1_199_073),
        (with(json!({"bk_property_type": "nothing"})), 1_199_011),
        (with(json!({"bk_property_type": "innertable"})), 1_199_006),
        (with(json!({"bk_property_name": "Rack"})), 1_199_014),
        (with(json!({"bk_property_name": "Rack", "bk_biz_id": 7})), 1_199_014),
        (with(json!({"bk_property_id": "rack", "bk_biz_id": 7})), 1_199_014),
    ] {
        assert_eq!(it.refused(CREATE, attribute.clone()).await, code, "{attribute}");
    }
}

#[tokio::test]
async fn an_attribute_of_a_business_is_seen_there_only_and_has_a_group_of_its_own() {
    let it = harness().await;
    for business in [json!(0), json!("0"), json!("x"), json!(null)] {
        let attribute = rack(&json!({"bk_biz_id": business}));
        assert_eq!(it.refused("create_biz_custom_field", attribute).await, 1_199_006, "{business}");
    }
    // As a path gives it.
    let answer = it.ok("create_biz_custom_field", rack(&json!({"bk_biz_id": "7"}))).await;
    assert_eq!([&answer["bk_biz_id"], &answer["bk_property_group"]], [&json!(7), &json!("bizdefault")]);
    let second = rack(&json!({"bk_biz_id": 7, "bk_property_id": "unit", "bk_property_name": "Unit"}));
    assert_eq!(it.ok("create_biz_custom_field", second).await["bk_property_index"], 2);
    it.ok("create_biz_custom_field", rack(&json!({"bk_biz_id": 8}))).await;
    let seen = async |search: Value| it.rows("search_object_attribute", search).await.len();
    assert_eq!(seen(json!({"bk_property_id": "rack"})).await, 0);
    assert_eq!(seen(json!({"bk_property_id": "rack", "bk_biz_id": 7})).await, 1);
    assert_eq!(seen(json!({"bk_property_id": "rack", "bk_biz_id": {"$gt": 0}})).await, 2);
    assert_eq!(it.refused(CREATE, rack(&json!({}))).await, 1_199_014);
    let id = answer["id"].clone();
    let update = |business: Value| json!({"bk_biz_id": business, "id": id, "unit": "U"});
    assert_eq!(it.refused("update_biz_custom_field", update(json!("x"))).await, 1_199_006);
    assert_eq!(it.refused("update_biz_custom_field", update(json!(8))).await, 1_199_019);
    it.ok("update_biz_custom_field", update(json!("7"))).await;
    assert_eq!(attribute(&it, id.as_i64().unwrap()).await["unit"], "U");
}

#[tokio::test]
async fn an_update_changes_what_may_change_and_drops_the_rest() {
    let it = harness().await;
    let id = created(&it, json!({"default": "r1"})).await;
    it.clock.advance(60);
    let patch = json!({
        "id": id.to_string(), "bk_property_name": "Shelf", "placeholder": "where", "default": null,
        "bk_property_id": "shelf", "bk_property_type": "int", "bk_property_group": "x", "bk_property_index": 9,
    });
    assert_eq!(it.ok(UPDATE, patch).await, Value::Null);
    let changed = attribute(&it, id).await;
    assert_eq!([&changed["bk_property_name"], &changed["placeholder"]], ["Shelf", "where"]);
    assert_eq!(changed.get("default"), None);
    assert_eq!([&changed["bk_property_id"], &changed["bk_property_type"]], ["rack", "singlechar"]);
    assert_eq!([&changed["create_time"], &changed["last_time"]], ["2024-05-01 02:00:00", "2024-05-01 02:01:00"]);
}

#[tokio::test]
async fn of_a_built_in_attribute_only_hints_change() {
    let it = harness().await;
    let name = json!({"bk_obj_id": "biz", "bk_property_id": "bk_biz_name"});
    let id = it.rows("search_object_attribute", name).await[0]["id"].as_i64().unwrap();
    let before = attribute(&it, id).await;
    it.ok(UPDATE, json!({"id": id, "bk_property_name": "Other", "unit": "U", "isrequired": false})).await;
    let after = attribute(&it, id).await;
    assert_eq!([&after["bk_property_name"], &after["unit"]], [&before["bk_property_name"], &json!("U")]);
}

#[tokio::test]
async fn updates_that_cannot_be_are_refused() {
    let it = harness().await;
    let id = created(&it, json!({})).await;
    created(&it, json!({"bk_property_id": "unit", "bk_property_name": "Unit"})).await;
    let of_host = created(&it, json!({"bk_obj_id": "host"})).await;
    for (patch, code) in [
        (json!({"id": "x"}), 1_199_998),
        (json!({"id": 99_999, "unit": "U"}), 1_199_019),
        (json!({"id": id, "bk_template_id": 4}), 1_199_083),
        (json!({"id": id, "ismultiple": "yes"}), 1_199_025),
        (json!({"id": id, "bk_property_name": "Unit"}), 1_199_014),
        (json!({"id": id, "option": "("}), 1_101_109),
        (json!({"id": of_host, "isrequired": true}), 1_113_027),
    ] {
        assert_eq!(it.refused(UPDATE, patch.clone()).await, code, "{patch}");
    }
}

#[tokio::test]
async fn deleting_an_attribute_removes_its_values_from_all_instances() {
    let it = harness().await;
    let id = created(&it, json!({})).await;
    let docs = (0..4500).map(|n| if n % 2 == 0 { json!({"rack": n, "bk_sn": n}) } else { json!({"bk_sn": n}) });
    stored::insert(&it, "bk_switch", docs.collect()).await;
    assert_eq!(it.ok("delete_object_attribute", json!({"id": id.to_string()})).await, Value::Null);
    let rows = stored::rows(&it, stored::space(&it, "bk_switch").await).await;
    assert_eq!(rows.len(), 4500);
    assert!(rows.iter().all(|row| !row.doc.contains_key("rack") && row.doc.contains_key("bk_sn")));
    assert!(it.rows("search_object_attribute", json!({"bk_property_id": "rack"})).await.is_empty());
    it.ok("delete_object_attribute", json!({"id": id})).await;
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn deleting_an_attribute_of_a_business_leaves_the_values_of_another_one() {
    let it = harness().await;
    let id = created(&it, json!({"bk_biz_id": 7})).await;
    created(&it, json!({"bk_biz_id": 8})).await;
    let docs = vec![json!({"bk_biz_id": 7, "rack": "a"}), json!({"bk_biz_id": 8, "rack": "b"})];
    stored::insert(&it, "bk_switch", docs).await;
    it.ok("delete_object_attribute", json!({"id": id, "bk_biz_id": 8})).await;
    it.ok("delete_object_attribute", json!({"id": id, "bk_biz_id": 7})).await;
    let rows = stored::rows(&it, stored::space(&it, "bk_switch").await).await;
    assert_eq!([rows[0].doc.get("rack"), rows[1].doc.get("rack")], [None, Some(&json!("b"))]);
}

#[tokio::test]
async fn an_attribute_of_a_unique_rule_is_not_deleted() {
    let it = harness().await;
    let id = created(&it, json!({})).await;
    let rule = json!({"bk_obj_id": "bk_switch", "keys": [{"key_kind": "property", "key_id": id}]});
    it.ok("post_create_objectunique_object", rule).await;
    assert_eq!(it.refused("delete_object_attribute", json!({"id": id})).await, 1_113_024);
    assert_eq!(it.refused("delete_object_attribute", json!({"id": "x"})).await, 1_199_006);
}

#[tokio::test]
async fn a_search_hides_the_systems_own_attributes_and_pages() {
    let it = harness().await;
    created(&it, json!({"bk_isapi": true})).await;
    created(&it, json!({"bk_property_id": "unit", "bk_property_name": "Unit", "bk_issystem": true})).await;
    created(&it, json!({"bk_property_id": "seen", "bk_property_name": "Seen"})).await;
    let ids = json!({"bk_obj_id": "bk_switch", "bk_property_id": {"$in": ["rack", "unit", "seen"]}});
    for endpoint in ["search_object_attribute", "get_object_attr_with_table"] {
        let found = it.rows(endpoint, ids.clone()).await;
        assert_eq!(found.iter().map(|doc| &doc["bk_property_id"]).collect::<Vec<_>>(), ["seen"]);
        let page = json!({"bk_obj_id": "bk_switch", "page": {"start": 1, "limit": 2, "sort": "-id"}});
        let found = it.rows(endpoint, page).await;
        assert_eq!(found.len(), 2);
        assert!(found[0]["id"].as_i64() > found[1]["id"].as_i64());
        assert_ne!(found[0]["bk_property_id"], "seen");
    }
    for page in [json!({"start": "x"}), json!([0, 1])] {
        assert_eq!(it.refused("search_object_attribute", json!({"page": page})).await, 1_199_000);
    }
}

#[tokio::test]
async fn built_in_names_are_english_for_who_reads_english() {
    let mut it = harness().await;
    let name = json!({"bk_obj_id": "biz", "bk_property_id": "bk_biz_name"});
    let chinese = it.rows("search_object_attribute", name.clone()).await;
    it.lang = relata_model::Lang::En;
    let english = it.rows("search_object_attribute", name).await;
    for member in ["bk_property_name", "bk_property_group_name"] {
        assert!(!chinese[0][member].as_str().unwrap().is_ascii());
        assert!(english[0][member].as_str().unwrap().is_ascii());
    }
}

#[tokio::test]
async fn an_attribute_moves_to_a_position_and_those_behind_it_make_room() {
    let it = harness().await;
    let id = created(&it, json!({})).await;
    let order = async || -> Vec<(Value, i64)> {
        let rows = stored::rows(&it, Table::Attributes).await;
        let of_model = rows.into_iter().map(|row| row.doc).filter(|doc| doc["bk_obj_id"] == "bk_switch");
        let mut all: Vec<_> =
            of_model.map(|doc| (doc["bk_property_id"].clone(), doc["bk_property_index"].as_i64().unwrap())).collect();
        all.sort_by_key(|(_, index)| *index);
        all
    };
    let before = order().await;
    let moving = |id: Value, group: &str| json!({"bk_obj_id": "bk_switch", "propertyId": id, "bk_property_group": group, "bk_property_index": 2});
    it.ok("post_update_objectattr_index", moving(json!(id.to_string()), "default")).await;
    let after = order().await;
    assert_eq!(after[0], before[0]);
    assert_eq!(after[1], (json!("rack"), 2));
    assert_eq!(after[2], (before[1].0.clone(), 3));
    assert_eq!(it.refused("post_update_objectattr_index", moving(json!(99_999), "default")).await, 1_199_011);
    assert_eq!(it.refused("post_update_objectattr_index", moving(json!(id), "nowhere")).await, 1_199_011);
}
