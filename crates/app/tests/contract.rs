//! The console's and the import's endpoints, each with a request as it is documented and an answer of the documented shape:
//! the same members, of the same types, all the way down.

use super::harness;
use super::instances::{association, attribute, model, named};
use relata_testkit::Harness;
use serde_json::{Value, json};

/// Everything that the requests below speak of: models `app` and `node` with instances and links, and an id rule.
async fn estate() -> Harness {
    let it = harness().await;
    for obj_id in ["app", "node"] {
        model(&it, obj_id).await;
        named(&it, obj_id, &["a", "b"]).await;
    }
    attribute(&it, "app", "code", "id_rule", json!({"option": {"rule": "A{{local.incr_id.4}}"}})).await;
    association(&it, "app", "node", "n:n").await;
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": 2});
    it.ok("add_instance_association", pair).await;
    it
}

/// What differs between an answer and the shape that it should have. Of lists all elements have the shape of the first
/// one that is expected, which has to be there.
fn differences(at: &str, expected: &Value, answer: &Value) -> Vec<String> {
    match (expected, answer) {
        (Value::Object(expected), Value::Object(answer)) => {
            let missing = expected
                .keys()
                .filter(|name| !answer.contains_key(*name))
                .map(|name| format!("{at}/{name} is missing"));
            let more = answer
                .keys()
                .filter(|name| !expected.contains_key(*name))
                .map(|name| format!("{at}/{name} is too much"));
            let inside = expected.iter().filter_map(|(name, expected)| Some((name, expected, answer.get(name)?)));
            missing
                .chain(more)
                .chain(
                    inside.flat_map(|(name, expected, answer)| differences(&format!("{at}/{name}"), expected, answer)),
                )
                .collect()
        }
        (Value::Array(expected), Value::Array(answer)) => match expected.first() {
            None if answer.is_empty() => Vec::new(),
            Some(_) if answer.is_empty() => vec![format!("{at} is empty")],
            None => vec![format!("{at} is not empty")],
            Some(shape) => answer
                .iter()
                .enumerate()
                .flat_map(|(index, item)| differences(&format!("{at}/{index}"), shape, item))
                .collect(),
        },
        (Value::Null, Value::Null)
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => Vec::new(),
        _ => vec![format!("{at} is {answer}, which is not like {expected}")],
    }
}

fn instance() -> Value {
    json!({
        "bk_inst_id": 1, "bk_inst_name": "", "bk_obj_id": "", "bk_supplier_account": "0", "create_time": "", "last_time": "",
        "bk_created_at": "", "bk_created_by": "", "bk_updated_at": "", "bk_updated_by": null,
    })
}

fn link() -> Value {
    json!({
        "id": 1, "bk_inst_id": 1, "bk_asst_inst_id": 2, "bk_obj_id": "", "bk_asst_obj_id": "", "bk_obj_asst_id": "",
        "bk_asst_id": "", "bk_supplier_account": "0",
    })
}

fn model_record() -> Value {
    json!({
        "id": 1, "bk_classification_id": "", "bk_obj_icon": "", "bk_obj_id": "", "bk_obj_name": "", "bk_ishidden": false,
        "ispre": false, "bk_ispaused": false, "position": "", "bk_supplier_account": "0", "description": "", "creator": "",
        "modifier": "", "create_time": null, "last_time": null, "obj_sort_number": 1,
    })
}

async fn check(it: &Harness, name: &str, input: Value, expected: &Value) -> Value {
    let shown = input.to_string();
    let answer = it.ok(name, input).await;
    let found = differences("", expected, &answer);
    assert!(found.is_empty(), "{name} {shown}\nanswers {answer:#}\n{found:#?}");
    answer
}

#[tokio::test]
async fn searches_answer_in_the_documented_shape() {
    let it = estate().await;
    let rule = |field: &str, value: Value| json!([{"field": field, "operator": "$eq", "value": value}]);
    let unique = it.rows("search_object_unique", json!({"bk_obj_id": "node"})).await[0]["id"].clone();
    let operations = json!([{"id": "", "name": ""}]);
    let audit = |detail: Value| {
        json!({
            "id": 1, "audit_type": "", "bk_supplier_account": "0", "user": "", "resource_type": "", "action": "",
            "operate_from": "", "operation_detail": detail, "operation_time": "", "resource_id": 1, "resource_name": "",
            "extend_resource_name": "", "code": "", "rid": "",
        })
    };
    for (name, input, expected) in [
        (
            "search_inst",
            json!({"bk_obj_id": "app", "page": {"start": 0, "limit": 10, "sort": "bk_inst_id"},
                "fields": {"app": ["bk_inst_id", "bk_inst_name"]}, "condition": {"node": rule("bk_inst_name", json!("b"))}}),
            json!({"count": 1, "info": [{"bk_inst_id": 1, "bk_inst_name": "a"}]}),
        ),
        (
            "post_find_instassociation_biz",
            json!({"bk_biz_id": 2, "bk_obj_id": "host", "condition": {"bk_inst_id": 1}}),
            json!([]),
        ),
        (
            "post_findmany_inst_association_object__inst_id__offset__limit__web",
            json!({"bk_obj_id": "node", "bk_inst_id": "2", "offset": "0", "limit": "10"}),
            json!({"association_count": 1, "data": {"association": {"src": [], "dst": [link()]},
                "instance": {"app": [{"bk_inst_id": 1, "bk_inst_name": "a"}]}},
                "page": {"start": 0, "limit": 10, "sort": "", "enable_count": false}}),
        ),
        (
            "get_inst_unique_fields",
            json!({"bk_obj_id": "node", "id": unique, "condition": {"bk_inst_name": "a"}, "page": {"limit": 10}}),
            json!({"count": 1, "info": [instance()], "unique_attribute": {}}),
        ),
        (
            "count_object_instances_by_filters",
            json!({"bk_obj_id": "app", "\0list": [{"bk_inst_name": "a"}, {"bk_inst_id": {"$gt": 0}}]}),
            json!([1, 2]),
        ),
        ("post_findmany_object_instances_names", json!({"bk_obj_id": "set", "bk_biz_id": 2, "name": "a"}), json!([])),
        (
            "group_related_resource_by_ids",
            json!({"kind": "module", "ids": [1], "id_field": "bk_module_id", "rel_field": "bk_set_id"}),
            json!({}),
        ),
        ("get_find_audit_dict", json!({}), json!([{"id": "", "name": "", "operations": operations}])),
        (
            "post_find_inst_audit",
            json!({"condition": {"bk_obj_id": "app", "resource_type": "model_instance"}, "page": {"start": 0, "limit": 10}}),
            json!({"count": 2, "info": [audit(Value::Null)]}),
        ),
        (
            "post_find_inst_audit",
            json!({"condition": {"bk_obj_id": "app", "resource_id": 1}, "with_detail": true, "page": {"limit": 10}}),
            json!({"count": 1, "info": [audit(json!({"bk_obj_id": "app",
                "details": {"pre_data": null, "cur_data": instance(), "update_fields": null}}))]}),
        ),
        (
            "read_model_for_ui",
            json!({"condition": {"bk_classification_id": "bk_uncategorized"}, "fields": ["id", "bk_obj_id"], "page": {"limit": 1}}),
            json!({"count": 2, "info": [{"id": 1, "bk_obj_id": "app"}]}),
        ),
        (
            "post_auth_verify",
            json!({"resources": [{"bk_biz_id": 0, "resource_type": "model", "resource_id": 1, "resource_id_ex": "",
                "action": "update", "parent_layers": []}]}),
            json!([{"bk_biz_id": 0, "resource_type": "model", "resource_id": 1, "resource_id_ex": "", "action": "update",
                "parent_layers": [], "is_pass": true}]),
        ),
        (
            "post_find_full_text",
            json!({"query_string": "*B*", "filter": {"models": ["bk_router"], "instances": ["node"]},
                "sub_resource": {"instances": ["node"]}, "page": {"start": 0, "limit": 10}}),
            json!({"total": 1, "aggregations": [{"kind": "instance", "key": "node", "count": 1}],
                "hits": [{"kind": "instance", "key": "node", "source": instance(), "highlight": {"bk_inst_name": ["<em>b</em>"]}}],
                "attrs": [{"bk_obj_id": "node", "bk_property_id": "", "bk_property_name": "", "bk_property_type": ""}]}),
        ),
    ] {
        if name == "get_inst_unique_fields" {
            let mut expected = expected;
            let id = it.rows("search_object_attribute", json!({"bk_obj_id": "node"})).await[0]["id"].to_string();
            expected["unique_attribute"][id] = json!("");
            check(&it, name, input, &expected).await;
        } else {
            check(&it, name, input, &expected).await;
        }
    }
    assert_eq!(it.refused("post_auth_skip_url", json!({"system_id": "bk_cmdb", "actions": []})).await, 1_199_072);
}

#[tokio::test]
async fn models_and_what_belongs_to_them_are_answered_in_the_documented_shape() {
    let it = estate().await;
    let edge = json!({"bk_asst_type": "", "node_type": "obj", "bk_obj_id": "", "bk_inst_id": 1, "bk_asst_inst_id": 1,
        "bk_asst_name": "", "label": {}});
    let place = json!({"origin": [{"scope_type": "global", "scope_id": "0", "node_type": "obj", "bk_obj_id": "app",
        "bk_inst_id": 0, "position": {"x": 1, "y": 2}, "ext": {}}]});
    check(&it, "post_update_objecttopo_scope_type_global_scope_id_0", place.clone(), &Value::Null).await;
    let nodes = it.ok("post_find_objecttopo_scope_type_global_scope_id_0", json!({})).await;
    let node = nodes.as_array().unwrap().iter().find(|node| node["bk_obj_id"] == "app").unwrap();
    let expected = json!({
        "scope_type": "global", "scope_id": "0", "node_type": "obj", "bk_obj_id": "app", "ispre": false, "bk_inst_id": 0,
        "node_name": "app", "position": {"x": 1, "y": 2}, "ext": {}, "bk_obj_icon": "icon", "bk_supplier_account": "0",
        "assts": [edge],
    });
    assert_eq!(differences("", &expected, node), Vec::<String>::new());
    let graphics = |action: &str, more: Value| {
        let mut input = json!({"scope_type": "global", "scope_id": "0", "action": action});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    check(&it, "update_object_topo_graphics", graphics("update", place), &Value::Null).await;
    assert_eq!(it.ok("update_object_topo_graphics", graphics("search", json!({}))).await, nodes);

    let level = json!({"bk_obj_id": "province", "bk_obj_name": "Province", "bk_obj_icon": "icon",
        "bk_classification_id": "bk_biz_topo", "bk_asst_obj_id": "biz"});
    check(&it, "post_create_topomodelmainline", level, &model_record()).await;
    check(&it, "delete_delete_topomodelmainline_object", json!({"bk_obj_id": "province"}), &Value::Null).await;

    let exported = it.ok("search_object_with_total_info", json!({"object_id": [model_number(&it, "app").await]})).await;
    let attribute = it.ok("get_object_data", json!({"condition": ["app"]})).await["app"]["attr"][0].clone();
    assert_eq!(attribute["bk_property_id"], "bk_inst_name");
    let kind = json!({"id": 1, "bk_asst_id": "", "bk_asst_name": "", "bk_supplier_account": "0", "src_des": "", "dest_des": "",
        "direction": "", "ispre": true});
    let association = json!({"id": 1, "bk_supplier_account": "0", "bk_obj_asst_id": "", "bk_obj_asst_name": "", "bk_obj_id": "",
        "bk_asst_obj_id": "", "bk_asst_id": "", "mapping": "", "on_delete": "", "ispre": false});
    let mut shown = exported.clone();
    assert_eq!(shown["object"][0]["object_attr"].as_array().unwrap().len(), 6);
    shown["object"][0]["object_attr"] = json!([]);
    let expected = json!({"object": [{"bk_obj_id": "", "bk_obj_name": "", "bk_obj_icon": "", "bk_classification_id": "",
        "bk_classification_name": "", "object_attr": [], "object_attr_unique": [["bk_inst_name"]],
        "object_asst": [association]}], "asst": [kind]});
    assert_eq!(differences("", &expected, &shown), Vec::<String>::new(), "{shown:#}");

    let mut import = exported;
    import["object"][0]["bk_obj_id"] = json!("copy");
    import["object"][0]["bk_obj_name"] = json!("Copy");
    import["object"][0]["object_asst"][0]["bk_obj_id"] = json!("copy");
    import["object"][0]["object_asst"][0]["bk_obj_asst_id"] = json!("copy_connect_node");
    check(&it, "create_many_object", import, &json!([model_record()])).await;
    let rows = json!({"1": {"bk_property_id": "size", "bk_property_name": "Size", "bk_property_type": "int",
        "option": {"min": 1, "max": 2}, "editable": true}, "2": {"bk_property_id": "bk_bad", "bk_property_name": "Bad", "bk_property_type": "int"}});
    check(
        &it,
        "add_object_batch",
        json!({"node": {"meta": null, "attr": rows}}),
        &json!({"node": {"success": ["1"], "insert_failed": ["2 row …"]}}),
    )
    .await;
}

async fn model_number(it: &Harness, obj_id: &str) -> Value {
    it.rows("search_objects", json!({"bk_obj_id": obj_id})).await[0]["id"].clone()
}

#[tokio::test]
async fn imports_settings_and_id_rules_are_answered_in_the_documented_shape() {
    let it = estate().await;
    let rows = json!({"1": {"bk_inst_name": "c"}, "2": {"bk_inst_id": 1, "bk_inst_name": "a2"}, "3": {"bk_inst_name": ""}, "4": null});
    check(
        &it,
        "add_inst_by_import",
        json!({"bk_obj_id": "node", "BatchInfo": rows, "input_type": "excel"}),
        &json!({"error": ["3 row …"], "success": [1, 2]}),
    )
    .await;
    let rule =
        async |obj_id: &str| it.rows("search_object_unique", json!({"bk_obj_id": obj_id})).await[0]["id"].clone();
    let row = |operate: &str, source: &str, target: &str| {
        json!({"bk_obj_asst_id": "app_connect_node", "operate": operate, "src_primary_key": format!("bk_inst_name={source}"),
            "dst_primary_key": format!("bk_inst_name={target}")})
    };
    let import = json!({
        "bk_obj_id": "app", "object_unique_id": rule("app").await, "asst_object_unique_id_info": {"node": rule("node").await},
        "association_info": {"3": row("add", "a", "c"), "4": row("delete", "a", "b"), "5": row("add", "a", "nobody")},
    });
    check(&it, "import_association", import, &json!({"err_msg": [{"row": 5, "message": "…"}]})).await;

    let settings = json!({"app_columns": ["bk_inst_name"], "wide": true});
    check(&it, "post_usercustom_user_search", json!({}), &Value::Null).await;
    check(&it, "post_usercustom", settings, &Value::Null).await;
    let expected = json!({"id": 1, "bk_user": "admin", "app_columns": ["bk_inst_name"], "wide": true});
    check(&it, "post_usercustom_user_search", json!({}), &expected).await;
    check(&it, "post_usercustom_default_model", json!({}), &json!({})).await;
    check(&it, "post_usercustom_default_model_sub", json!({"bk_obj_id": "app", "columns": ["code"]}), &Value::Null)
        .await;
    for name in ["post_usercustom_default_model", "post_usercustom_default_search"] {
        check(&it, name, json!({}), &json!({"app_columns": ["code"]})).await;
    }

    check(&it, "update_id_rule_incr_id", json!({"type": "app", "sequence_id": 100}), &Value::Null).await;
    let task = check(&it, "sync_inst_id_rule", json!({"bk_obj_id": "app"}), &json!({"task_id": ""})).await;
    let status = check(&it, "find_inst_id_rule_task_status", task, &json!({"status": "finished"})).await;
    assert_eq!(status["status"], "finished");
}
