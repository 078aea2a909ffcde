//! Instances of models, created, changed and deleted by their endpoints.

use super::harness;
use super::stored;
use relata_model::Lang;
use relata_model::store::Store;
use relata_testkit::{Faulty, Harness, Reference};
use serde_json::{Value, json};
use std::sync::Arc;

const CREATE: &str = "create_inst";
const CREATE_MANY: &str = "batch_create_inst";
const UPDATE: &str = "update_inst";
const UPDATE_MANY: &str = "batch_update_inst";
const DELETE: &str = "delete_inst";
const DELETE_MANY: &str = "batch_delete_inst";

/// Creates a model with only what every model has: a required, unique name.
pub(crate) async fn model(it: &Harness, obj_id: &str) -> i64 {
    let model = json!({
        "bk_obj_id": obj_id, "bk_obj_name": obj_id, "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "icon",
    });
    it.ok("create_object", model).await["id"].as_i64().unwrap()
}

/// Adds an attribute to a model.
pub(crate) async fn attribute(it: &Harness, obj_id: &str, id: &str, kind: &str, with: Value) -> i64 {
    let mut attribute = json!({
        "bk_obj_id": obj_id, "bk_property_id": id, "bk_property_name": format!("The {id}"), "bk_property_type": kind,
        "editable": true,
    });
    attribute.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    it.ok("create_object_attribute", attribute).await["id"].as_i64().unwrap()
}

/// Creates instances of a model that have these names; their ids.
pub(crate) async fn named(it: &Harness, obj_id: &str, names: &[&str]) -> Vec<i64> {
    let mut ids = Vec::new();
    for name in names {
        let created = it.ok(CREATE, json!({"bk_obj_id": obj_id, "bk_inst_name": name})).await;
        ids.push(created["bk_inst_id"].as_i64().unwrap());
    }
    ids
}

/// The instance as a search shows it.
async fn shown(it: &Harness, obj_id: &str, id: i64) -> Value {
    let rows = it.rows("get_inst_detail", json!({"bk_obj_id": obj_id, "condition": {"bk_inst_id": id}})).await;
    Value::Object(rows.into_iter().next().expect("the instance"))
}

/// The change records of a model's instances as the audit log shows them, with their details, oldest first.
async fn audited(it: &Harness, obj_id: &str) -> Vec<Value> {
    let condition = json!({
        "operation_time": {"start": "2024-01-01 00:00:00"}, "resource_type": "model_instance", "bk_obj_id": obj_id,
    });
    let listed = it.rows("list_operation_audit", json!({"condition": condition, "page": {"limit": 200}})).await;
    let ids: Vec<&Value> = listed.iter().map(|record| &record["id"]).collect();
    it.ok("find_audit_by_id", json!({"id": ids})).await.as_array().unwrap().clone()
}

/// A model with an attribute of most kinds.
async fn apps() -> Harness {
    let mut it = harness().await;
    it.lang = Lang::En;
    model(&it, "app").await;
    attribute(&it, "app", "code", "singlechar", json!({"isrequired": true, "option": "^[a-z]*$"})).await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": 0, "max": 10}})).await;
    attribute(&it, "app", "since", "time", json!({})).await;
    attribute(&it, "app", "note", "longchar", json!({"default": "none"})).await;
    attribute(&it, "app", "fixed", "singlechar", json!({"editable": false})).await;
    let options = json!([{"id": "1", "name": "one", "is_default": true}, {"id": "2", "name": "two"}]);
    attribute(&it, "app", "state", "enum", json!({"option": options})).await;
    attribute(&it, "app", "up", "bool", json!({"option": false})).await;
    it
}

fn app(with: &Value) -> Value {
    let mut app = json!({"bk_obj_id": "app", "bk_inst_name": "a", "code": "x"});
    app.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    app
}

#[tokio::test]
async fn a_new_instance_is_answered_whole_with_absent_values_filled_and_the_systems_own_fields_set() {
    let it = apps().await;
    let sent = json!({
        "bk_inst_name": " a\t", "since": "2024-01-02 03:04:05", "size": 4, "unknown": 1, "bk_inst_id": 99,
        "bk_supplier_account": "9", "create_time": "x", "last_time": 1, "bk_created_at": "x", "bk_created_by": 1,
        "bk_updated_at": {}, "bk_biz_id": 0, "bk_parent_id": 3, "default": 1, "bk_data_status": "d", "bk_process_id": null,
    });
    let now = "2024-05-01T02:00:00.000Z";
    let expected = json!({
        "bk_inst_id": 1, "bk_obj_id": "app", "bk_supplier_account": "0", "bk_inst_name": "a", "code": "x", "size": 4,
        "since": "2024-01-02T03:04:05.000Z", "note": "none", "fixed": "", "state": "1", "up": false,
        "create_time": now, "last_time": now, "bk_created_at": now, "bk_updated_at": now,
        "bk_created_by": "admin", "bk_updated_by": null,
        "bk_biz_id": 0, "bk_parent_id": 3, "default": 1, "bk_data_status": "d", "bk_process_id": null,
    });
    let answer = it.ok(CREATE, app(&sent)).await;
    assert_eq!(answer, expected);
    assert_eq!(shown(&it, "app", 1).await, expected);
    let records = audited(&it, "app").await;
    assert_eq!(
        records[0]["operation_detail"],
        json!({"bk_obj_id": "app", "details": {"pre_data": null, "cur_data": expected, "update_fields": null}})
    );
    assert_eq!(
        [&records[0]["resource_id"], &records[0]["resource_name"], &records[0]["action"]],
        [&json!(1), &json!("a"), &json!("create")]
    );
    // A valid updater is kept, which only the system sets otherwise.
    let second = it.ok(CREATE, app(&json!({"bk_inst_name": "b", "bk_updated_by": "someone"}))).await;
    assert_eq!([&second["bk_inst_id"], &second["bk_updated_by"]], [&json!(2), &json!("someone")]);
}

#[tokio::test]
async fn creations_that_cannot_be_are_refused_in_the_documented_order() {
    let it = apps().await;
    it.ok(CREATE, app(&json!({}))).await;
    for inner in ["biz", "set", "module", "host", "process", "plat", "bk_biz_set_obj", "bk_project"] {
        assert_eq!(it.refused(CREATE, json!({"bk_obj_id": inner})).await, 1_199_084, "{inner}");
    }
    for (sent, code, text) in [
        (json!({"bk_obj_id": "nothing"}), 1_199_011, "bk_obj_id"),
        // The business before the required attributes, those before values, values before unique rules.
        (app(&json!({"bk_biz_id": "0"})), 1_199_011, "bk_biz_id"),
        (app(&json!({"bk_biz_id": null})), 1_199_011, "bk_biz_id"),
        (json!({"bk_obj_id": "app", "bk_biz_id": 7}), 1_199_011, "bk_biz_id"),
        (json!({"bk_obj_id": "app", "size": "x"}), 1_199_010, "bk_inst_name"),
        (json!({"bk_obj_id": "app", "bk_inst_name": "b", "size": "x"}), 1_199_010, "code"),
        (app(&json!({"code": ""})), 1_199_011, "The code"),
        (app(&json!({"code": null})), 1_199_011, "The code"),
        (app(&json!({"code": " \t"})), 1_199_011, "The code"),
        (app(&json!({"code": "X"})), 1_199_011, "The code"),
        (app(&json!({"size": 11})), 1_199_011, "The size"),
        (app(&json!({"size": "4"})), 1_199_011, "The size"),
        (app(&json!({"size": u64::MAX})), 1_199_011, "The size"),
        (app(&json!({"since": "2024-02-30 00:00:00"})), 1_199_011, "The since"),
        (app(&json!({"state": "3"})), 1_199_011, "The state"),
        (app(&json!({"up": 1})), 1_199_011, "The up"),
        (app(&json!({"note": "a\u{0}b"})), 1_199_011, "The note"),
        (app(&json!({"default": {"a\u{0}": 1}})), 1_199_011, "default"),
        (app(&json!({"bk_updated_by": "-"})), 1_199_011, "Updated by"),
        (app(&json!({})), 1_199_014, "bk_inst_name: \"a\""),
        (app(&json!({"bk_inst_name": "a "})), 1_199_014, "bk_inst_name: \"a\""),
    ] {
        let error = it.call(CREATE, sent.clone()).await.unwrap_err();
        assert_eq!(error.code.row().number, code, "{sent}");
        let message = error.message(Lang::En);
        assert!(message.contains(text), "{sent}: {message}");
    }
    assert_eq!(stored::rows(&it, stored::space(&it, "app").await).await.len(), 1);
    // A name that differs in case is another one.
    it.ok(CREATE, app(&json!({"bk_inst_name": "A"}))).await;
}

#[tokio::test]
async fn a_paused_model_gets_no_instances_but_those_it_has_may_change_and_go() {
    let it = apps().await;
    let id = it.ok(CREATE, app(&json!({}))).await["bk_inst_id"].clone();
    let number = stored::number(&it, relata_model::store::Table::Models, "bk_obj_id", "app").await;
    it.ok("update_object", json!({"id": number, "bk_ispaused": true})).await;
    assert_eq!(it.refused(CREATE, json!({"bk_obj_id": "app", "bk_biz_id": "x"})).await, 1_101_084);
    let batch = json!({"bk_obj_id": "app", "details": [null]});
    assert_eq!(it.refused(CREATE_MANY, batch).await, 1_101_084);
    it.ok(UPDATE, json!({"bk_obj_id": "app", "bk_inst_id": id, "size": 1})).await;
    it.ok(DELETE, json!({"bk_obj_id": "app", "bk_inst_id": id})).await;
}

#[tokio::test]
async fn every_item_of_a_batch_succeeds_or_fails_by_itself() {
    let it = apps().await;
    it.ok(CREATE, app(&json!({}))).await;
    let details = json!([
        {"bk_inst_name": "b", "code": "x"},
        {"code": "x"},
        {"bk_inst_name": "c", "code": "X"},
        {"bk_inst_name": "a", "code": "x"},
        {"bk_inst_name": " b", "code": "x"},
        {"bk_inst_name": "c", "code": "x", "bk_obj_id": "other", "unknown": 1},
    ]);
    let answer = it.ok(CREATE_MANY, json!({"bk_obj_id": "app", "details": details})).await;
    assert_eq!(answer["success_created"], json!({"0": 2, "5": 3}));
    let messages = answer["error_msg"].as_object().unwrap();
    assert_eq!(messages.keys().collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    for (index, text) in [("1", "bk_inst_name"), ("2", "The code"), ("3", "\"a\""), ("4", "\"b\"")] {
        assert!(messages[index].as_str().unwrap().contains(text), "{index}: {}", messages[index]);
    }
    assert_eq!(shown(&it, "app", 3).await["bk_obj_id"], "app");
    let created: Vec<Value> = audited(&it, "app").await.iter().map(|record| record["resource_id"].clone()).collect();
    assert_eq!(created, [1, 2, 3]);
    // All failed is no failure of the request, and the messages speak the caller's language.
    let mut it = it;
    it.lang = Lang::Zh;
    let answer = it.ok(CREATE_MANY, json!({"bk_obj_id": "app", "details": [{"code": "x"}]})).await;
    assert_eq!(answer["success_created"], json!({}));
    assert!(!answer["error_msg"]["0"].as_str().unwrap().is_ascii());
    let answer = it.ok(CREATE_MANY, json!({"bk_obj_id": "app", "details": [{"bk_inst_name": "z", "code": "x"}]})).await;
    assert_eq!(answer, json!({"success_created": {"0": 4}, "error_msg": {}}));
}

#[tokio::test]
async fn a_batch_that_cannot_be_is_refused_whole_in_the_documented_order() {
    let it = apps().await;
    let good = json!({"bk_inst_name": "b", "code": "x"});
    let too_many = vec![Value::Null; 201];
    for (batch, code) in [
        (json!({"bk_obj_id": "host", "details": []}), 1_199_084),
        (json!({"bk_obj_id": "nothing", "details": [good]}), 1_199_011),
        (json!({"bk_obj_id": "app"}), 1_199_038),
        (json!({"bk_obj_id": "app", "details": null}), 1_199_038),
        (json!({"bk_obj_id": "app", "details": []}), 1_199_038),
        (json!({"bk_obj_id": "app", "details": {}}), 1_199_000),
        (json!({"bk_obj_id": "app", "details": [good, 1]}), 1_199_000),
        (json!({"bk_obj_id": "app", "details": [good, []]}), 1_199_000),
        (json!({"bk_obj_id": "app", "details": too_many}), 1_199_035),
        (json!({"bk_obj_id": "app", "details": [good, null, {"bk_biz_id": "0"}]}), 1_199_002),
        (json!({"bk_obj_id": "app", "details": [good, {"bk_biz_id": 4}]}), 1_199_002),
        (json!({"bk_obj_id": "app", "details": [good, null]}), 1_199_002),
    ] {
        assert_eq!(it.refused(CREATE_MANY, batch.clone()).await, code, "{batch}");
    }
    let message = it.call(CREATE_MANY, json!({"bk_obj_id": "app", "details": [{"bk_biz_id": 4}]})).await.unwrap_err();
    assert!(message.message(Lang::En).contains("bk_biz_id"));
    assert_eq!(stored::rows(&it, stored::space(&it, "app").await).await, []);
    let full: Vec<Value> = (0..200).map(|n| json!({"bk_inst_name": n.to_string(), "code": "x"})).collect();
    let answer = it.ok(CREATE_MANY, json!({"bk_obj_id": "app", "details": full})).await;
    assert_eq!(answer["success_created"].as_object().unwrap().len(), 200);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_drops_what_may_not_change() {
    let it = apps().await;
    let old = it.ok(CREATE, app(&json!({"size": 4, "bk_parent_id": 3, "fixed": "f"}))).await;
    it.clock.advance(60);
    let sent = json!({
        "bk_obj_id": "app", "bk_inst_id": "1", "bk_inst_name": " b ", "size": null, "since": "2024-01-02 03:04:05",
        "fixed": "g", "unknown": 1, "bk_biz_id": 4, "bk_parent_id": 9, "default": 5, "bk_supplier_account": "7",
        "create_time": "x", "bk_created_by": "x", "bk_updated_by": 7, "state": "2",
    });
    assert_eq!(it.ok(UPDATE, sent).await, Value::Null);
    let mut expected = old.clone();
    for (field, value) in [
        ("bk_inst_name", json!("b")),
        ("size", Value::Null),
        ("since", json!("2024-01-02T03:04:05.000Z")),
        ("state", json!("2")),
        ("last_time", json!("2024-05-01T02:01:00.000Z")),
        ("bk_updated_at", json!("2024-05-01T02:01:00.000Z")),
        ("bk_updated_by", json!("admin")),
    ] {
        expected[field] = value;
    }
    assert_eq!(shown(&it, "app", 1).await, expected);
    let record = &audited(&it, "app").await[1];
    assert_eq!([&record["action"], &record["resource_name"]], ["update", "a"]);
    let details = &record["operation_detail"]["details"];
    assert_eq!([&details["pre_data"], &details["cur_data"]], [&old, &Value::Null]);
    assert_eq!(
        details["update_fields"],
        json!({
            "bk_inst_name": " b ", "size": null, "since": "2024-01-02 03:04:05", "fixed": "g", "unknown": 1, "default": 5,
            "bk_supplier_account": "7", "create_time": "x", "bk_created_by": "x", "bk_updated_by": 7, "state": "2",
        })
    );
}

#[tokio::test]
async fn an_update_of_nothing_still_counts_as_one() {
    let it = apps().await;
    it.ok(CREATE, app(&json!({}))).await;
    it.clock.advance(60);
    it.ok(UPDATE, json!({"bk_obj_id": "app", "bk_inst_id": 1, "unknown": 1})).await;
    assert_eq!(shown(&it, "app", 1).await["last_time"], "2024-05-01T02:01:00.000Z");
    assert_eq!(audited(&it, "app").await.len(), 2);
}

#[tokio::test]
async fn updates_that_cannot_be_are_refused_and_change_nothing() {
    let it = apps().await;
    it.ok(CREATE, app(&json!({}))).await;
    let old = it.ok(CREATE, app(&json!({"bk_inst_name": "b"}))).await;
    let update = |id: Value, with: Value| {
        let mut all = json!({"bk_obj_id": "app", "bk_inst_id": id});
        all.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        all
    };
    for (sent, code) in [
        (json!({"bk_obj_id": "set", "bk_inst_id": "x"}), 1_199_084),
        (json!({"bk_obj_id": "nothing", "bk_inst_id": 1}), 1_199_011),
        (update(json!("x"), json!({})), 1_199_009),
        (update(json!(null), json!({})), 1_199_009),
        (update(json!(1.5), json!({})), 1_199_009),
        (update(json!(3), json!({"size": "x"})), 1_199_019),
        (update(json!(0), json!({})), 1_199_019),
        (update(json!(2), json!({"code": null})), 1_199_011),
        (update(json!(2), json!({"bk_inst_name": ""})), 1_199_011),
        (update(json!(2), json!({"size": 11})), 1_199_011),
        (update(json!(2), json!({"since": "x"})), 1_199_011),
        (update(json!(2), json!({"size": 1, "bk_inst_name": "a"})), 1_199_014),
    ] {
        assert_eq!(it.refused(UPDATE, sent.clone()).await, code, "{sent}");
    }
    assert_eq!(shown(&it, "app", 2).await, old);
    // Its own name is free to the instance, and its old one to others.
    it.ok(UPDATE, update(json!(2), json!({"bk_inst_name": "b"}))).await;
    it.ok(UPDATE, update(json!(2), json!({"bk_inst_name": "c"}))).await;
    it.ok(CREATE, app(&json!({"bk_inst_name": "b"}))).await;
    assert_eq!(it.refused(CREATE, app(&json!({"bk_inst_name": "c"}))).await, 1_199_014);
}

fn updates(items: &[(i64, Value)]) -> Value {
    let items: Vec<Value> = items.iter().map(|(id, datas)| json!({"inst_id": id, "datas": datas})).collect();
    json!({"bk_obj_id": "app", "update": items})
}

#[tokio::test]
async fn a_batch_of_updates_runs_in_order_and_all_or_none() {
    let it = apps().await;
    for name in ["a", "b"] {
        it.ok(CREATE, app(&json!({"bk_inst_name": name}))).await;
    }
    // The first free the name, the second takes it; the first comes back to another one.
    let items = updates(&[
        (1, json!({"bk_inst_name": "c", "size": 1})),
        (2, json!({"bk_inst_name": "a"})),
        (1, json!({"bk_inst_name": "b"})),
    ]);
    it.ok(UPDATE_MANY, items).await;
    let names = [&shown(&it, "app", 1).await["bk_inst_name"], &shown(&it, "app", 2).await["bk_inst_name"]];
    assert_eq!(names, ["b", "a"]);
    let records = audited(&it, "app").await;
    let steps: Vec<_> = records[2..].iter().map(|it| [&it["resource_id"], &it["resource_name"]]).collect();
    assert_eq!(steps, [[&json!(1), &json!("a")], [&json!(2), &json!("b")], [&json!(1), &json!("c")]]);
    assert_eq!(records[4]["operation_detail"]["details"]["pre_data"]["size"], 1);
    assert_eq!(records[4]["operation_detail"]["details"]["update_fields"], json!({"bk_inst_name": "b"}));

    // One after the other: the first may not take the name that the second still has.
    let swap = updates(&[(1, json!({"bk_inst_name": "a"})), (2, json!({"bk_inst_name": "b"}))]);
    assert_eq!(it.refused(UPDATE_MANY, swap).await, 1_199_014);
    let (first, both) = (shown(&it, "app", 1).await, json!({"bk_inst_name": "same"}));
    for (items, code) in [
        (updates(&[(1, json!({"size": 2})), (9, json!({}))]), 1_199_019),
        (updates(&[(1, json!({"size": 2})), (2, json!({"size": 11}))]), 1_199_011),
        (updates(&[(1, both.clone()), (2, both)]), 1_199_014),
        (updates(&[(1, json!({"size": 2})), (0, json!({}))]), 1_199_006),
        (json!({"bk_obj_id": "app", "update": [{"datas": {}}]}), 1_199_006),
        (json!({"bk_obj_id": "app", "update": [[1, {"size": 2}]]}), 1_199_000),
        (json!({"bk_obj_id": "app", "update": [{"inst_id": "1"}]}), 1_199_000),
        (json!({"bk_obj_id": "app", "update": vec![json!({"inst_id": 1}); 501]}), 1_199_035),
        (json!({"bk_obj_id": "host", "update": [{}]}), 1_199_084),
    ] {
        assert_eq!(it.refused(UPDATE_MANY, items.clone()).await, code, "{items}");
    }
    assert_eq!(shown(&it, "app", 1).await, first);
    for nothing in [json!({"bk_obj_id": "app"}), updates(&[]), json!({"bk_obj_id": "app", "update": null})] {
        assert_eq!(it.ok(UPDATE_MANY, nothing).await, Value::Null);
    }
    it.clock.advance(60);
    it.ok(UPDATE_MANY, json!({"bk_obj_id": "app", "update": [{"inst_id": 1}, {"inst_id": 2, "datas": null}]})).await;
    assert_eq!(shown(&it, "app", 2).await["last_time"], "2024-05-01T02:01:00.000Z");
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn deleting_takes_what_is_there_and_frees_its_keys() {
    let it = harness().await;
    model(&it, "app").await;
    named(&it, "app", &["a", "b", "c"]).await;
    assert_eq!(it.ok(DELETE, json!({"bk_obj_id": "app", "bk_inst_id": "1"})).await, Value::Null);
    assert_eq!(it.ok(DELETE, json!({"bk_obj_id": "app", "bk_inst_id": 1})).await, Value::Null);
    let many = |ids: Value| json!({"bk_obj_id": "app", "delete": {"inst_ids": ids}});
    assert_eq!(it.ok(DELETE_MANY, many(json!([2, 9, 2, 0]))).await, Value::Null);
    assert_eq!(it.ok(DELETE_MANY, many(json!([]))).await, Value::Null);
    assert_eq!(it.ok(DELETE_MANY, json!({"bk_obj_id": "app"})).await, Value::Null);
    assert_eq!(it.refused(DELETE_MANY, json!({"bk_obj_id": "app", "delete": [[3]]})).await, 1_199_000);
    assert_eq!(it.refused(DELETE_MANY, many(json!(["3"]))).await, 1_199_000);
    assert_eq!(it.refused(DELETE, json!({"bk_obj_id": "app", "bk_inst_id": "x"})).await, 1_199_009);
    assert_eq!(it.refused(DELETE, json!({"bk_obj_id": "module", "bk_inst_id": "x"})).await, 1_199_084);
    assert_eq!(it.refused(DELETE_MANY, json!({"bk_obj_id": "module"})).await, 1_199_084);
    let left: Vec<i64> = stored::rows(&it, stored::space(&it, "app").await).await.iter().map(|row| row.id).collect();
    assert_eq!(left, [3]);
    let deletions: Vec<Value> = audited(&it, "app").await.split_off(3);
    assert_eq!(deletions.len(), 2);
    assert_eq!(deletions[1]["operation_detail"]["details"]["pre_data"]["bk_inst_name"], "b");
    assert_eq!(deletions[1]["operation_detail"]["details"]["update_fields"], Value::Null);
    // Ids are never given again.
    assert_eq!(named(&it, "app", &["a", "b"]).await, [4, 5]);
}

/// An association of a model with itself, or with another one.
pub(crate) async fn association(it: &Harness, source: &str, target: &str, mapping: &str) -> i64 {
    let association = json!({
        "bk_obj_asst_id": format!("{source}_connect_{target}"), "bk_obj_asst_name": "c", "bk_obj_id": source,
        "bk_asst_obj_id": target, "bk_asst_id": "connect", "mapping": mapping,
    });
    it.ok("post_create_objectassociation", association).await["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_linked_instance_is_not_deleted_nor_any_other_with_it() {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    association(&it, "app", "node", "n:n").await;
    association(&it, "app", "app", "n:n").await;
    named(&it, "app", &["a", "b", "c"]).await;
    named(&it, "node", &["a", "b"]).await;
    let link = |association: &str, source: i64, target: i64| json!({"bk_obj_asst_id": association, "bk_inst_id": source, "bk_asst_inst_id": target});
    let mut links = Vec::new();
    for pair in [link("app_connect_node", 1, 1), link("app_connect_app", 2, 2)] {
        links.push(it.ok("add_instance_association", pair).await["id"].clone());
    }
    for (obj_id, id) in [("app", 1), ("node", 1), ("app", 2)] {
        assert_eq!(
            it.refused(DELETE, json!({"bk_obj_id": obj_id, "bk_inst_id": id})).await,
            1_101_075,
            "{obj_id} {id}"
        );
    }
    let many = json!({"bk_obj_id": "app", "delete": {"inst_ids": [3, 2]}});
    assert_eq!(it.refused(DELETE_MANY, many.clone()).await, 1_101_075);
    it.ok("delete_related_inst_asso", json!({"bk_obj_id": "app", "id": links})).await;
    it.ok(DELETE_MANY, many).await;
    it.ok(DELETE, json!({"bk_obj_id": "node", "bk_inst_id": 1})).await;
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
}

/// How many calls of the store an endpoint makes.
pub(crate) async fn store_calls(it: &Harness, store: &Faulty<Reference>, name: &str, input: Value) -> u64 {
    store.fail_at(0);
    it.ok(name, input).await;
    store.calls()
}

#[tokio::test]
async fn a_batch_of_many_asks_the_store_no_more_often_than_one_of_few() {
    let store = Arc::new(Faulty::new(Reference::new()));
    let it = Harness::over(Arc::clone(&store) as Arc<dyn Store>).await;
    model(&it, "app").await;
    let details = |ids: std::ops::Range<i64>| ids.map(|n| json!({"bk_inst_name": n.to_string()})).collect::<Vec<_>>();
    let update = |ids: std::ops::Range<i64>| {
        let item = |id: i64| json!({"inst_id": id, "datas": {"bk_inst_name": format!("n{id}")}});
        ids.map(item).collect::<Vec<_>>()
    };
    it.ok("count_object_instances", json!({"bk_obj_id": "app"})).await;
    let (mut calls, mut first) = (Vec::new(), 1);
    for size in [2, 150] {
        let ids = first..first + size;
        first += size;
        let mut of_size = Vec::new();
        for (name, input) in [
            (CREATE_MANY, json!({"bk_obj_id": "app", "details": details(ids.clone())})),
            (UPDATE_MANY, json!({"bk_obj_id": "app", "update": update(ids.clone())})),
            (DELETE_MANY, json!({"bk_obj_id": "app", "delete": {"inst_ids": ids.collect::<Vec<_>>()}})),
        ] {
            of_size.push(store_calls(&it, &store, name, input).await);
        }
        calls.push(of_size);
    }
    assert_eq!(calls[0], calls[1]);
}

#[tokio::test]
async fn a_refused_value_names_a_built_in_attribute_in_the_callers_language() {
    let mut it = apps().await;
    let nameless = app(&json!({"bk_inst_name": ""}));
    let english = it.call("create_inst", nameless.clone()).await.unwrap_err().message(Lang::En);
    assert!(english.contains("Instance name") && !english.contains("实例名"), "{english}");
    it.lang = Lang::Zh;
    let chinese = it.call("create_inst", nameless).await.unwrap_err().message(Lang::Zh);
    assert!(chinese.contains("实例名"), "{chinese}");
}
