//! Ids by a rule: their definition, the values of instances, the counters, and the task that fills what was there before.

use super::harness;
use super::instances::{attribute, model, named};
use relata_app::verify::verify;
use relata_testkit::Harness;
use serde_json::{Value, json};

const CREATE: &str = "create_inst";
const MOVE: &str = "update_id_rule_incr_id";

/// A model `app` with a text, a choice and an id out of both.
async fn apps(rule: &str) -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    attribute(&it, "app", "site", "singlechar", json!({})).await;
    let choices = json!([{"id": "x", "name": "X", "is_default": true}, {"id": "y", "name": "Y"}]);
    attribute(&it, "app", "state", "enum", json!({"option": choices})).await;
    attribute(&it, "app", "code", "id_rule", json!({"option": {"rule": rule}, "isrequired": false})).await;
    it
}

async fn created(it: &Harness, more: Value) -> String {
    let mut app = json!({"bk_obj_id": "app"});
    app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    it.ok(CREATE, app).await["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_rule_has_a_few_variables_with_at_least_one_that_makes_values_differ() {
    let it = harness().await;
    model(&it, "app").await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": 1, "max": 2}})).await;
    let code = |option: Value| {
        json!({"bk_obj_id": "app", "bk_property_id": "code", "bk_property_name": "Code", "bk_property_type": "id_rule",
            "option": option})
    };
    for rule in [
        "",
        "plain",
        "{{bk_inst_name}}",
        "{{local.incr_id.0}}",
        "{{local.incr_id.33}}",
        "{{local.incr_id.x}}",
        "{{local.incr_id.3}}{{local.incr_id.3}}",
        "{{local.incr_id.3",
        "{{}}{{local.incr_id.3}}",
        "{{size}}{{local.incr_id.3}}",
        "{{nothing}}{{local.incr_id.3}}",
        "{{local.incr_id.1}}{{global.incr_id.1}}{{random_id.1}}{{bk_inst_name}}{{bk_inst_name}}",
    ] {
        assert_eq!(it.refused("create_object_attribute", code(json!({ "rule": rule }))).await, 1_199_006, "{rule}");
    }
    for option in [Value::Null, json!("{{local.incr_id.3}}"), json!({"rule": 1})] {
        assert_eq!(it.refused("create_object_attribute", code(option)).await, 1_199_006);
    }
    it.ok("create_object_attribute", code(json!({"rule": "{{local.incr_id.3}}"}))).await;
    let mut second = code(json!({"rule": "{{local.incr_id.3}}"}));
    second["bk_property_id"] = json!("second");
    second["bk_property_name"] = json!("Second");
    assert_eq!(it.refused("create_object_attribute", second).await, 1_199_035);
}

#[tokio::test]
async fn new_instances_get_ids_by_the_rule_of_their_model() {
    let it = apps("{{site}}-{{state}}-{{ local.incr_id.3 }}/{{random_id.4}}").await;
    let first = created(&it, json!({"bk_inst_name": "a", "site": "ber"})).await;
    assert_eq!(first.len(), "ber-x-001/".len() + 4);
    assert!(first.starts_with("ber-x-001/"), "{first}");
    let details =
        json!([{"bk_inst_name": "b", "state": "y"}, {"bk_inst_name": "b"}, {"bk_inst_name": "c", "code": ""}]);
    it.ok("batch_create_inst", json!({"bk_obj_id": "app", "details": details})).await;
    let codes = it.rows("get_inst_detail", json!({"bk_obj_id": "app"})).await;
    let codes: Vec<&str> = codes.iter().map(|row| row["code"].as_str().unwrap().split('/').next().unwrap()).collect();
    // The refused item took a number, too.
    assert_eq!(codes, ["ber-x-001", "-y-002", "-x-004"]);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_value_that_is_given_follows_the_rule_and_stays() {
    let it = apps("A{{local.incr_id.2}}").await;
    assert_eq!(it.refused(CREATE, json!({"bk_obj_id": "app", "bk_inst_name": "a", "code": "B07"})).await, 1_199_011);
    assert_eq!(created(&it, json!({"bk_inst_name": "a", "code": "A01"})).await, "A01");
    // The number of the counter that is taken already is passed over.
    assert_eq!(created(&it, json!({"bk_inst_name": "b"})).await, "A03");
    let update = |code: &str| json!({"bk_obj_id": "app", "bk_inst_id": 1, "code": code});
    assert_eq!(it.refused("update_inst", update("A09")).await, 1_199_011);
    it.ok("update_inst", update("A01")).await;
    assert_eq!(it.refused(CREATE, json!({"bk_obj_id": "app", "bk_inst_name": "c", "code": "A03"})).await, 1_199_014);
}

#[tokio::test]
async fn a_counter_only_goes_forward_and_ends_where_its_digits_do() {
    let it = apps("A{{local.incr_id.2}}{{global.incr_id.5}}").await;
    let to = |of: &str, number: i64| json!({"type": of, "sequence_id": number});
    it.ok(MOVE, to("app", 97)).await;
    it.ok(MOVE, to("global", 500)).await;
    assert_eq!(created(&it, json!({"bk_inst_name": "a"})).await, "A9800501");
    for (code, input) in [
        (1_199_010, to("", 5)),
        (1_199_011, to("nothing", 5)),
        (1_199_011, to("app", 98)),
        (1_199_011, to("app", 0)),
        (1_199_011, to("global", -1)),
    ] {
        assert_eq!(it.refused(MOVE, input.clone()).await, code, "{input}");
    }
    assert_eq!(created(&it, json!({"bk_inst_name": "b"})).await, "A9900502");
    assert_eq!(it.refused(CREATE, json!({"bk_obj_id": "app", "bk_inst_name": "c"})).await, 1_199_011);
    let many = json!({"bk_obj_id": "app", "details": [{"bk_inst_name": "d"}]});
    assert!(it.ok("batch_create_inst", many).await["error_msg"]["0"].is_string());
}

#[tokio::test]
async fn instances_that_were_there_before_the_rule_get_their_ids_by_a_task() {
    let it = harness().await;
    model(&it, "app").await;
    named(&it, "app", &["a", "b", "c"]).await;
    let sync = json!({"bk_obj_id": "app"});
    assert_eq!(it.refused("sync_inst_id_rule", json!({})).await, 1_199_010);
    assert_eq!(it.refused("sync_inst_id_rule", sync.clone()).await, 1_199_006);
    let id = attribute(&it, "app", "code", "id_rule", json!({"option": {"rule": "{{local.incr_id.3}}"}})).await;
    it.clock.advance(60);
    let task = it.ok("sync_inst_id_rule", sync.clone()).await;
    assert_eq!(it.ok("find_inst_id_rule_task_status", task).await, json!({"status": "finished"}));
    let codes = async || {
        let rows = it.rows("get_inst_detail", json!({"bk_obj_id": "app"})).await;
        rows.iter().map(|row| row.get("code").cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(codes().await, ["001", "002", "003"]);
    let row = it.rows("get_inst_detail", json!({"bk_obj_id": "app"})).await.remove(0);
    assert_eq!([&row["last_time"], &row["bk_updated_by"]], ["2024-05-01T02:01:00.000Z", "admin"]);
    assert_eq!(it.refused("sync_inst_id_rule", sync).await, 1_199_007);
    assert_eq!(it.refused("find_inst_id_rule_task_status", json!({"task_id": "x"})).await, 1_199_011);
    assert_eq!(it.refused("find_inst_id_rule_task_status", json!({})).await, 1_199_010);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());

    // The attribute goes with its own unique rule, and the model with its counter.
    it.ok("delete_object_attribute", json!({"id": id})).await;
    assert_eq!(it.rows("search_object_unique", json!({"bk_obj_id": "app"})).await.len(), 1);
    it.ok("batch_delete_inst", json!({"bk_obj_id": "app", "delete": {"inst_ids": [1, 2, 3]}})).await;
    let model_id = it.rows("search_objects", json!({"bk_obj_id": "app"})).await[0]["id"].clone();
    it.ok("delete_object", json!({"id": model_id})).await;
    model(&it, "app").await;
    attribute(&it, "app", "code", "id_rule", json!({"option": {"rule": "{{local.incr_id.3}}"}})).await;
    assert_eq!(created(&it, json!({"bk_inst_name": "a"})).await, "001");
}
