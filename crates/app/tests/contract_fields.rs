//! Inner tables and field templates: the documented request of each endpoint, and an answer of the documented shape.

use super::harness;
use relata_testkit::Harness;
use serde_json::{Value, json};

/// Asserts that a value has the members and types of an example; null in the example is anything, and lists are alike in
/// their first element.
fn same_shape(what: &str, value: &Value, example: &Value) {
    match (value, example) {
        (_, Value::Null) => {}
        (Value::Object(members), Value::Object(expected)) => {
            let names = |it: &serde_json::Map<String, Value>| {
                let mut names: Vec<String> = it.keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(names(members), names(expected), "{what}");
            for (name, member) in members {
                same_shape(&format!("{what}.{name}"), member, &expected[name]);
            }
        }
        (Value::Array(items), Value::Array(expected)) => {
            assert_eq!(items.is_empty(), expected.is_empty(), "{what}: {value}");
            for item in items {
                same_shape(&format!("{what}[]"), item, &expected[0]);
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(value),
            std::mem::discriminant(example),
            "{what} is {value}, documented {example}"
        ),
    }
}

/// Calls endpoints in this order.
async fn check(it: &Harness, table: &[(&str, Value, Value)]) {
    for (name, request, answer) in table {
        let given = it.ok(name, request.clone()).await;
        if answer.is_null() {
            assert_eq!(given, Value::Null, "{name}");
        }
        same_shape(name, &given, answer);
    }
}

async fn with_model() -> (Harness, Value) {
    let it = harness().await;
    let rack = json!({
        "bk_obj_id": "rack", "bk_obj_name": "Rack", "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "i",
    });
    let id = it.ok("create_object", rack).await["id"].clone();
    (it, id)
}

#[tokio::test]
async fn inner_tables() {
    let (it, _) = with_model().await;
    let column = |id: &str, kind: &str| {
        json!({
            "bk_property_id": id, "bk_property_name": id, "bk_property_type": kind, "option": "", "editable": true,
            "isrequired": false, "default": null, "ismultiple": false, "placeholder": "", "unit": "",
        })
    };
    let columns =
        json!([column("name", "singlechar"), column("operator", "singlechar"), column("description", "longchar")]);
    let disk = json!({
        "bk_obj_id": "rack", "bk_property_id": "disk", "bk_property_name": "Disks", "bk_property_type": "innertable",
        "option": {"header": columns, "default": [{"name": "a", "operator": "admin", "description": ""}]},
        "bk_property_group": "default", "editable": true, "isrequired": false, "ismultiple": false,
    });
    let created = it.ok("create_object_attribute", disk).await;
    assert_eq!(created["option"]["header"][0]["bk_property_id"], "name");
    it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "r"})).await;
    let table = |with: Value| {
        let mut request = json!({"bk_obj_id": "rack", "bk_property_id": "disk"});
        request.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        request
    };
    let data = json!([{"bk_inst_id": 1, "name": "test", "operator": "user", "description": "test instance"}]);
    let filter = json!({"condition": "AND", "rules": [
        {"field": "name", "operator": "equal", "value": "test"},
        {"condition": "OR", "rules": [
            {"field": "operator", "operator": "not_in", "value": ["me"]},
            {"field": "bk_inst_id", "operator": "equal", "value": 1},
        ]},
    ]});
    let page = json!({"start": 0, "limit": 2, "sort": "name", "enable_count": false});
    let named = json!({"field": "name", "operator": "equal", "value": "test"});
    check(
        &it,
        &[
            ("batch_create_quoted_inst", table(json!({"data": data})), json!({"ids": [1]})),
            (
                "list_quoted_inst",
                table(json!({"filter": filter, "fields": ["name", "description"], "page": page})),
                json!({"count": 0, "info": [{"name": "test1", "description": "test instance 1"}]}),
            ),
            (
                "list_quoted_inst",
                table(json!({"filter": named, "page": {"enable_count": true}})),
                json!({"count": 5, "info": null}),
            ),
            ("batch_update_quoted_inst", table(json!({"ids": [1], "data": {"description": "other"}})), json!(null)),
            ("batch_delete_quoted_inst", table(json!({"ids": [1]})), json!(null)),
        ],
    )
    .await;
}

fn template_example() -> Value {
    json!({
        "id": 1, "name": "n", "description": "d", "bk_supplier_account": "0", "creator": "c", "modifier": "m",
        "create_time": "t", "last_time": "t",
    })
}

fn attribute_example() -> Value {
    json!({
        "id": 1, "bk_template_id": 1, "bk_property_id": "p", "bk_property_type": "t", "bk_property_name": "n",
        "bk_property_index": 0, "unit": "u", "placeholder": {"lock": true, "value": "v"},
        "editable": {"lock": true, "value": true}, "isrequired": {"lock": true, "value": true}, "option": null,
        "default": null, "ismultiple": false, "bk_supplier_account": "0", "creator": "c", "modifier": "m",
        "create_time": "t", "last_time": "t",
    })
}

/// An attribute as a request gives it.
fn attribute(id: i64, property: &str, kind: &str) -> Value {
    json!({
        "id": id, "bk_property_id": property, "bk_property_type": kind, "bk_property_name": property, "unit": "",
        "placeholder": {"lock": true, "value": "fill in"}, "editable": {"lock": true, "value": true},
        "isrequired": {"lock": false, "value": false}, "option": "", "default": null, "ismultiple": false,
    })
}

#[tokio::test]
async fn field_templates_and_their_lists() {
    let (it, rack) = with_model().await;
    let template = |id: i64| {
        let attributes = json!([attribute(0, "serial", "singlechar"), attribute(0, "place", "longchar")]);
        json!({"id": id, "name": format!("t{id}"), "description": "d", "attributes": attributes, "uniques": [{"keys": ["serial"]}]})
    };
    let unique = json!({
        "id": 1, "bk_template_id": 1, "keys": [1], "bk_supplier_account": "0", "creator": "c", "modifier": "m",
        "create_time": "t", "last_time": "t",
    });
    let counts = json!([{"bk_template_id": 1, "count": 2}]);
    let relation = json!({"object_id": 1, "bk_template_id": 1, "bk_supplier_account": "0"});
    let list = |with: Value| {
        let mut request = json!({"bk_template_id": 1, "page": {"start": 0, "limit": 10}});
        request.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        request
    };
    let filter = json!({"field": "name", "operator": "contains", "value": "t"});
    let rows = |row: &Value| json!({"count": 0, "info": [row]});
    check(
        &it,
        &[
            ("post_create_field_template", template(0), json!({"id": 1})),
            ("post_create_field_template_clone", json!({"id": 1, "name": "c", "description": "d"}), json!({"id": 2})),
            ("put_update_field_template_info", json!({"id": 2, "name": "d", "description": ""}), json!(null)),
            ("put_update_field_template", template(2), json!(null)),
            ("delete_delete_field_template", json!({"id": 2}), json!(null)),
            ("get_find_field_template", json!({"id": "1"}), template_example()),
            ("get_find_field_template", json!({"id": "2"}), json!(null)),
            ("list_field_template", list(json!({"filter": filter})), rows(&template_example())),
            ("list_field_template", list(json!({"fields": ["id"]})), rows(&json!({"id": 1}))),
            ("list_field_template", json!({"page": {"enable_count": true}}), json!({"count": 1, "info": null})),
            ("list_field_template_attr", list(json!({})), rows(&attribute_example())),
            ("list_field_template_attr", json!({"bk_template_id": 1}), rows(&attribute_example())),
            ("post_findmany_field_template_unique", list(json!({})), rows(&unique)),
            ("post_findmany_field_template_attribute_count", json!({"bk_template_ids": [1, 2]}), counts.clone()),
            ("post_findmany_object_by_field_template", list(json!({})), json!({"count": 0, "info": []})),
            ("post_update_field_template_bind_object", json!({"bk_template_id": 1, "object_ids": [rack]}), json!(null)),
            ("post_findmany_field_template_object_count", json!({"bk_template_ids": [1]}), counts),
            ("list_obj_field_tmpl_rel", json!({"bk_template_ids": [1], "object_ids": [rack]}), rows(&relation)),
            ("list_obj_field_tmpl_rel", json!({"object_ids": [rack]}), rows(&relation)),
            ("post_findmany_field_template_by_object", json!({"object_id": rack}), rows(&template_example())),
            (
                "post_findmany_object_by_field_template",
                list(json!({"fields": ["bk_obj_id"]})),
                rows(&json!({"bk_obj_id": "r"})),
            ),
            ("post_update_field_template_unbind_object", json!({"bk_template_id": 1, "object_id": rack}), json!(null)),
        ],
    )
    .await;
}

#[tokio::test]
async fn differences_and_synchronisation() {
    let (it, rack) = with_model().await;
    let template = json!({
        "name": "t", "attributes": [attribute(0, "serial", "singlechar")], "uniques": [{"keys": ["serial"]}],
    });
    it.ok("post_create_field_template", template).await;
    it.ok("post_update_field_template_bind_object", json!({"bk_template_id": 1, "object_ids": [rack]})).await;
    let of = |member: &str, value: Value| json!({"bk_template_id": 1, "object_id": rack, member: value});
    let models = json!({"bk_template_id": 1, "object_ids": [rack]});
    let (created, none) = (json!([{"index": 0, "bk_property_id": "serial"}]), Value::Null);
    check(
        &it,
        &[
            (
                "post_find_field_template_attribute_difference",
                of("attributes", json!([attribute(1, "serial", "singlechar")])),
                json!({"create": created, "update": none, "conflict": none, "unchanged": none}),
            ),
            (
                "post_find_field_template_unique_difference",
                of("uniques", json!([{"id": 1, "keys": ["serial"]}])),
                json!({"create": [{"index": 0}], "update": none, "conflict": none, "unchanged": none}),
            ),
            ("post_find_field_template_sync_status", models.clone(), json!([{"object_id": 1, "need_sync": true}])),
        ],
    )
    .await;
    let tasks = it.ok("post_update_topo_field_template_sync", models.clone()).await;
    same_shape("tasks", &tasks, &json!(["id"]));
    let attributes = it.rows("search_object_attribute", json!({"bk_obj_id": "rack", "bk_property_id": "serial"})).await;
    let part = json!({"bk_template_id": 1, "bk_attribute_id": attributes[0]["id"]});
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "rack"})).await;
    let rule = json!({"bk_template_id": 1, "bk_unique_id": rules[1]["id"]});
    let status = json!([{"object_id": 1, "status": "finished", "sync_time": "t", "fail_msg": ""}]);
    check(
        &it,
        &[
            ("post_find_field_template_model_status", models, status),
            (
                "post_find_field_template_tasks_status",
                json!({"task_ids": tasks}),
                json!([{"task_id": "id", "status": "finished"}]),
            ),
            ("post_find_field_template_simplify_by_attr_template_id", part, json!({"id": 1, "name": "t"})),
            ("post_find_field_template_simplify_by_unique_template_id", rule, json!({"id": 1, "name": "t"})),
        ],
    )
    .await;
    let renamed = |name: &str| {
        let mut attribute = attribute(1, "serial", "singlechar");
        attribute["bk_property_name"] = name.into();
        of("attributes", json!([attribute]))
    };
    let update = it.ok("post_find_field_template_attribute_difference", renamed("Other")).await;
    let entry =
        json!([{"index": 0, "bk_property_id": "p", "data": null, "update_data": {"bk_property_name": "Other"}}]);
    same_shape("update", &update["update"], &entry);
    assert_eq!(update["update"][0]["data"]["bk_property_id"], "serial");
    let retyped = of("attributes", json!([attribute(1, "serial", "longchar")]));
    let conflict = it.ok("post_find_field_template_attribute_difference", retyped).await;
    same_shape(
        "conflict",
        &conflict["conflict"],
        &json!([{"index": 0, "bk_property_id": "p", "message": "m", "data": null}]),
    );
}
