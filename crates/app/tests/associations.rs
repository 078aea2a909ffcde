//! Association kinds and associations between models, by their endpoints.

use super::harness;
use super::stored;
use relata_model::store::Table;
use relata_testkit::Harness;
use serde_json::{Value, json};

const CREATE: &str = "post_create_objectassociation";
const UPDATE: &str = "put_update_objectassociation";
const DELETE: &str = "delete_delete_objectassociation";
const CREATE_KIND: &str = "post_create_associationtype";
const UPDATE_KIND: &str = "put_update_associationtype";
const DELETE_KIND: &str = "delete_delete_associationtype";

/// The association `bk_switch_run_bk_router`, with these members instead.
fn run(with: &Value) -> Value {
    let mut association = json!({
        "bk_obj_asst_id": "bk_switch_run_bk_router", "bk_obj_asst_name": "runs", "bk_obj_id": "bk_switch",
        "bk_asst_obj_id": "bk_router", "bk_asst_id": "run", "mapping": "1:n", "on_delete": "none",
    });
    association.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    association
}

async fn named(it: &Harness, id: &str) -> i64 {
    stored::number(it, Table::ModelAssociations, "bk_obj_asst_id", id).await
}

#[tokio::test]
async fn a_new_association_is_answered_as_it_is_stored() {
    let it = harness().await;
    let answer = it.ok(CREATE, run(&json!({"mapping": "", "on_delete": "", "ispre": true, "id": 1}))).await;
    assert_eq!([&answer["mapping"], &answer["on_delete"]], ["n:n", "none"]);
    assert_eq!(answer["ispre"], false);
    let condition = json!({"condition": {"bk_obj_asst_id": "bk_switch_run_bk_router"}});
    assert_eq!(it.ok("find_object_association", condition).await, json!([answer]));
}

#[tokio::test]
async fn a_model_may_be_associated_with_itself_and_twice_with_another_one() {
    let it = harness().await;
    it.ok(CREATE, run(&json!({}))).await;
    it.ok(CREATE, run(&json!({"bk_asst_id": "belong", "bk_obj_asst_id": "a"}))).await;
    it.ok(CREATE, run(&json!({"bk_asst_obj_id": "bk_switch", "bk_obj_asst_id": "b"}))).await;
}

#[tokio::test]
async fn associations_that_cannot_be_are_refused() {
    let it = harness().await;
    it.ok(CREATE, run(&json!({}))).await;
    let belong = |with: Value| {
        let mut all = json!({"bk_asst_id": "belong", "bk_obj_asst_id": "b"});
        all.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        run(&all)
    };
    for (association, code) in [
        (belong(json!({"mapping": 1})), 1_199_011),
        (belong(json!({"bk_asst_id": "bk_mainline", "bk_obj_id": ""})), 1_101_082),
        (belong(json!({"bk_asst_id": ""})), 1_101_045),
        (belong(json!({"bk_obj_id": ""})), 1_101_045),
        (belong(json!({"bk_asst_obj_id": ""})), 1_101_045),
        (belong(json!({"bk_asst_id": "run"})), 1_101_038),
        (belong(json!({"bk_obj_id": "nothing"})), 1_199_011),
        (belong(json!({"bk_asst_obj_id": "nothing"})), 1_199_011),
        (belong(json!({"bk_obj_id": "nothing", "bk_asst_obj_id": "nothing"})), 1_199_011),
        (belong(json!({"bk_obj_asst_id": ""})), 1_199_010),
        (belong(json!({"bk_obj_id": "bk_project"})), 1_101_120),
        (belong(json!({"bk_asst_obj_id": "bk_project"})), 1_101_121),
        (belong(json!({"bk_asst_id": "nothing"})), 1_199_011),
        (belong(json!({"mapping": "n:1"})), 1_199_006),
        (belong(json!({"bk_obj_asst_id": "bk_switch_run_bk_router"})), 1_199_014),
    ] {
        assert_eq!(it.refused(CREATE, association.clone()).await, code, "{association}");
    }
}

#[tokio::test]
async fn only_the_name_of_an_association_changes() {
    let it = harness().await;
    let id = it.ok(CREATE, run(&json!({}))).await["id"].clone();
    it.ok(UPDATE, json!({"id": id, "bk_obj_asst_name": "other", "on_delete": "delete_src"})).await;
    let found = it.rows("find_object_association", json!({"condition": {"id": id}})).await;
    assert_eq!([&found[0]["bk_obj_asst_name"], &found[0]["on_delete"]], ["other", "none"]);
    for (patch, code) in [
        (json!({"id": "x"}), 1_199_011),
        (json!({"id": id, "mapping": "n:n"}), 1_101_047),
        (json!({"id": id, "ispre": false}), 1_101_047),
        (json!({"id": id, "bk_obj_asst_id": "x"}), 1_101_047),
        (json!({"id": 99_999, "bk_obj_asst_name": "x"}), 1_101_046),
        (json!({"id": named(&it, "host_bk_mainline_module").await, "bk_obj_asst_name": "x"}), 1_101_054),
    ] {
        assert_eq!(it.refused(UPDATE, patch.clone()).await, code, "{patch}");
    }
}

#[tokio::test]
async fn an_association_is_deleted_unless_instances_are_linked_under_it() {
    let it = harness().await;
    let id = it.ok(CREATE, run(&json!({}))).await["id"].as_i64().unwrap();
    stored::insert(&it, "bk_switch", vec![json!({})]).await;
    stored::insert(&it, "bk_router", vec![json!({})]).await;
    for wrong in [json!("x"), json!(0), json!(-1)] {
        assert_eq!(it.refused(DELETE, json!({"id": wrong})).await, 1_101_041);
    }
    let level = named(&it, "host_bk_mainline_module").await;
    assert_eq!(it.refused(DELETE, json!({"id": level})).await, 1_101_082);
    let other = it.ok(CREATE, run(&json!({"bk_asst_id": "belong", "bk_obj_asst_id": "b"}))).await["id"].clone();
    stored::link(&it, id).await;
    assert_eq!(it.refused(DELETE, json!({"id": id})).await, 1_101_043);
    assert_eq!(it.ok(DELETE, json!({"id": other.to_string()})).await, Value::Null);
    assert_eq!(it.ok(DELETE, json!({"id": other})).await, Value::Null);
}

#[tokio::test]
async fn associations_are_found_by_condition_by_page_and_by_id() {
    let it = harness().await;
    it.ok(CREATE, run(&json!({}))).await;
    assert_eq!(it.refused("find_object_association", json!({})).await, 1_199_011);
    let ids = |rows: &[relata_model::Map]| rows.iter().map(|row| row["bk_obj_asst_id"].clone()).collect::<Vec<_>>();
    let legacy = it.rows("find_object_association", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(ids(&legacy), ["bk_switch_connect_host", "bk_switch_run_bk_router"]);
    let page = json!({"condition": {"bk_obj_id": "bk_switch"}, "page": {"limit": 1, "sort": "-id"}});
    let answer = it.ok("read_module_association", page).await;
    assert_eq!([&answer["count"], &answer["info"][0]["bk_asst_id"]], [&json!(2), &json!("run")]);
    let wanted =
        json!({"bk_obj_id": "bk_router", "bk_obj_asst_ids": ["bk_switch_run_bk_router", "bk_switch_connect_host"]});
    let found = it.rows("find_association_by_object_association_i_d", wanted).await;
    assert_eq!(ids(&found), ["bk_switch_run_bk_router"]);
}

#[tokio::test]
async fn kinds_are_created_changed_and_deleted() {
    let it = harness().await;
    let kind = json!({"bk_asst_id": "feeds", "bk_asst_name": "feeds", "src_des": "feeds", "dest_des": "fed by"});
    let id = it.ok(CREATE_KIND, kind.clone()).await["id"].clone();
    for (kind, code) in [
        (json!({"bk_asst_id": 1}), 1_199_006),
        (kind, 1_199_014),
        (json!({"bk_asst_id": "k".repeat(129)}), 1_199_073),
        (json!({"bk_asst_id": "1k"}), 1_199_011),
        (json!({}), 1_199_011),
    ] {
        assert_eq!(it.refused(CREATE_KIND, kind.clone()).await, code, "{kind}");
    }
    it.ok(UPDATE_KIND, json!({"id": id, "bk_asst_name": "supplies"})).await;
    let search = json!({"condition": {"bk_asst_id": "feeds"}});
    let found = it.rows("post_find_associationtype", search).await;
    assert_eq!([&found[0]["bk_asst_name"], &found[0]["src_des"]], ["supplies", ""]);
    assert_eq!(it.refused(UPDATE_KIND, json!({"id": 99_999})).await, 1_199_019);
    let association = it.ok(CREATE, run(&json!({"bk_asst_id": "feeds"}))).await["id"].clone();
    assert_eq!(it.refused(DELETE_KIND, json!({"id": id})).await, 1_101_060);
    it.ok(DELETE, json!({"id": association})).await;
    it.ok(DELETE_KIND, json!({"id": id})).await;
    it.ok(DELETE_KIND, json!({"id": id})).await;
    let built_in = stored::number(&it, Table::AssociationKinds, "bk_asst_id", "run").await;
    assert_eq!(it.refused(DELETE_KIND, json!({"id": built_in})).await, 1_101_051);
}

#[tokio::test]
async fn the_use_of_kinds_is_listed_and_counted() {
    let it = harness().await;
    it.ok(CREATE, run(&json!({}))).await;
    let kinds = json!({"asst_ids": ["run", "default"]});
    let used = it.ok("post_find_topoassociationtype", kinds.clone()).await;
    assert_eq!(used["associations"][0]["bk_asst_id"], "run");
    assert_eq!(used["associations"][0]["assts"][0]["bk_obj_asst_id"], "bk_switch_run_bk_router");
    assert_eq!(used["associations"][1]["assts"], json!([]));
    let counts = json!({"associations": [{"bk_asst_id": "run", "count": 1}, {"bk_asst_id": "default", "count": 0}]});
    assert_eq!(it.ok("post_count_topoassociationtype", kinds).await, counts);
}
