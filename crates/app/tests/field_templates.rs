//! Field templates (other.md §1), by their endpoints.

use super::harness;
use relata_app::verify::verify;
use relata_testkit::Harness;
use serde_json::{Value, json};

const CREATE: &str = "post_create_field_template";
const UPDATE: &str = "put_update_field_template";
const BIND: &str = "post_update_field_template_bind_object";
const UNBIND: &str = "post_update_field_template_unbind_object";
const SYNC: &str = "post_update_topo_field_template_sync";
const DIFFERENCE: &str = "post_find_field_template_attribute_difference";
const UNIQUES: &str = "post_find_field_template_unique_difference";

fn with(mut base: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("members are an object") };
    base.as_object_mut().unwrap().extend(members);
    base
}

fn attribute(property: &str, members: Value) -> Value {
    let base = json!({
        "bk_property_id": property, "bk_property_name": property, "bk_property_type": "singlechar", "option": "",
        "editable": {"lock": true, "value": true}, "placeholder": {"lock": true, "value": "fill in"},
        "isrequired": {"lock": false, "value": false},
    });
    with(base, members)
}

fn template(attributes: &Value, uniques: &Value) -> Value {
    json!({"name": "T", "description": "d", "attributes": attributes, "uniques": uniques})
}

/// A harness with two models; gives their numbers.
async fn models() -> (Harness, [Value; 2]) {
    let it = harness().await;
    let mut numbers = [json!(0), json!(0)];
    for (number, id) in numbers.iter_mut().zip(["rack", "device"]) {
        let model =
            json!({"bk_obj_id": id, "bk_obj_name": id, "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "i"});
        *number = it.ok("create_object", model).await["id"].clone();
    }
    (it, numbers)
}

async fn parts(it: &Harness, name: &str) -> Vec<serde_json::Map<String, Value>> {
    it.rows(name, json!({"bk_template_id": 1})).await
}

/// The attribute of racks with this id.
async fn of_rack(it: &Harness, property: &str) -> Value {
    let mut found = it.rows("search_object_attribute", json!({"bk_obj_id": "rack", "bk_property_id": property})).await;
    found.pop().map_or(Value::Null, Value::Object)
}

async fn status(it: &Harness, models: Value) -> Vec<Value> {
    let asked = json!({"bk_template_id": 1, "object_ids": models});
    let found = it.ok("post_find_field_template_model_status", asked).await;
    found.as_array().unwrap().iter().map(|it| it["status"].clone()).collect()
}

async fn whole(it: &Harness) {
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn templates_that_cannot_be_are_refused() {
    let (it, _) = models().await;
    let one = |members: Value| template(&json!([attribute("a", members)]), &json!([]));
    let ruled = |uniques: Value| {
        let attributes = json!([
            attribute("a", json!({})),
            attribute("b", json!({"bk_property_type": "int", "option": {"min": 0, "max": 1}})),
            attribute("c", json!({"bk_property_type": "date", "option": null})),
            attribute("d", json!({"bk_property_type": "longchar"})),
        ]);
        template(&attributes, &uniques)
    };
    let many: Vec<Value> = (0..21).map(|n| attribute(&format!("a{n}"), json!({}))).collect();
    let name = |name: &str, description: &str| with(one(json!({})), json!({"name": name, "description": description}));
    for (input, code) in [
        (name("", ""), 1_199_010),
        (name(&"n".repeat(129), ""), 1_199_073),
        (name("n", &"d".repeat(2001)), 1_199_073),
        (template(&json!([]), &json!([])), 1_199_006),
        (template(&json!(many), &json!([])), 1_199_035),
        (ruled(json!(vec![json!({"keys": ["a"]}); 6])), 1_199_035),
        (one(json!({"bk_property_id": ""})), 1_199_010),
        (one(json!({"bk_property_id": "x".repeat(129)})), 1_199_073),
        (one(json!({"bk_property_id": "1a"})), 1_199_011),
        (one(json!({"bk_property_id": "bk_a"})), 1_199_011),
        (one(json!({"bk_property_type": "enum"})), 1_199_011),
        (one(json!({"bk_property_type": "innertable"})), 1_199_011),
        (one(json!({"bk_property_name": ""})), 1_199_010),
        (one(json!({"unit": "u".repeat(21)})), 1_199_073),
        (one(json!({"placeholder": {"value": "p".repeat(2001)}})), 1_199_073),
        (one(json!({"placeholder": {"value": " "}})), 1_199_011),
        (one(json!({"option": "("})), 1_101_109),
        (one(json!({"editable": true})), 1_199_000),
        (
            template(&json!([attribute("a", json!({})), attribute("a", json!({"bk_property_name": "b"}))]), &json!([])),
            1_199_014,
        ),
        (
            template(&json!([attribute("a", json!({})), attribute("b", json!({"bk_property_name": "a"}))]), &json!([])),
            1_199_014,
        ),
        (ruled(json!([{"keys": []}])), 1_199_010),
        (ruled(json!([{"keys": ["z"]}])), 1_199_006),
        (ruled(json!([{"keys": ["a", "a"]}])), 1_199_006),
        (ruled(json!([{"keys": ["c"]}])), 1_199_006),
        (ruled(json!([{"keys": ["a", "d"]}])), 1_199_006),
        (ruled(json!([{"keys": ["a"]}, {"keys": ["a"]}])), 1_199_006),
        (ruled(json!([{"keys": ["a"]}, {"keys": ["a", "b"]}])), 1_199_006),
        (ruled(json!([{"keys": ["a", "b"]}, {"keys": ["b"]}])), 1_199_006),
    ] {
        assert_eq!(it.refused(CREATE, input.clone()).await, code, "{input}");
    }
    it.ok(CREATE, ruled(json!([{"keys": ["a", "c"]}, {"keys": ["b"]}]))).await;
    assert_eq!(it.refused(CREATE, one(json!({}))).await, 1_199_014);
    for (name, input, code) in [
        ("post_create_field_template_clone", json!({"name": "x"}), 1_199_010),
        ("post_create_field_template_clone", json!({"id": 9, "name": "x"}), 1_199_011),
        ("post_create_field_template_clone", json!({"id": 1, "name": "T"}), 1_199_014),
        ("put_update_field_template_info", json!({"id": 9, "name": "x"}), 1_199_019),
        ("put_update_field_template_info", json!({"name": "x"}), 1_199_010),
        ("delete_delete_field_template", json!({}), 1_199_010),
        ("get_find_field_template", json!({"id": "x"}), 1_199_009),
        ("get_find_field_template", json!({"id": "0"}), 1_199_010),
        ("list_field_template_attr", json!({}), 1_199_010),
        ("list_field_template", json!({"page": {"limit": 501}}), 1_199_059),
        ("post_findmany_field_template_attribute_count", json!({}), 1_199_010),
        ("list_obj_field_tmpl_rel", json!({}), 1_199_010),
        ("post_findmany_field_template_by_object", json!({}), 1_199_010),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
    it.ok("delete_delete_field_template", json!({"id": 9})).await;
    whole(&it).await;
}

#[tokio::test]
async fn an_update_replaces_the_parts_and_keeps_those_that_it_names() {
    let (it, _) = models().await;
    let attributes = json!([attribute("a", json!({})), attribute("b", json!({})), attribute("c", json!({}))]);
    it.ok(CREATE, template(&attributes, &json!([{"keys": ["a"]}, {"keys": ["b", "c"]}]))).await;
    let update =
        |attributes: Value, uniques: Value| with(template(&attributes, &uniques), json!({"id": 1, "name": "U"}));
    for (input, code) in [
        (update(json!([attribute("a", json!({"id": 9}))]), json!([])), 1_199_011),
        (update(json!([attribute("z", json!({"id": 1}))]), json!([])), 1_199_083),
        (update(json!([attribute("a", json!({"id": 1, "bk_property_type": "longchar"}))]), json!([])), 1_199_083),
        (update(json!([attribute("a", json!({"id": 1}))]), json!([{"keys": ["b"]}])), 1_199_006),
        (update(json!([attribute("a", json!({"id": 1}))]), json!([{"id": 9, "keys": ["a"]}])), 1_199_011),
        (with(update(attributes.clone(), json!([])), json!({"id": 9})), 1_199_019),
    ] {
        assert_eq!(it.refused(UPDATE, input.clone()).await, code, "{input}");
    }
    // Two names are exchanged, the third goes to a new attribute.
    let attributes = json!([
        attribute("b", json!({"id": 2, "bk_property_name": "a"})),
        attribute("a", json!({"id": 1, "bk_property_name": "b"})),
        attribute("d", json!({"bk_property_name": "c"})),
    ]);
    it.ok(UPDATE, update(attributes, json!([{"id": 2, "keys": ["a", "d"]}, {"keys": ["b"]}]))).await;
    let mut now = parts(&it, "list_field_template_attr").await;
    now.sort_by_key(|it| it["bk_property_index"].as_i64());
    let shown: Vec<_> = now.iter().map(|it| [&it["id"], &it["bk_property_id"], &it["bk_property_name"]]).collect();
    assert_eq!(json!(shown), json!([[2, "b", "a"], [1, "a", "b"], [4, "d", "c"]]));
    let uniques = parts(&it, "post_findmany_field_template_unique").await;
    let shown: Vec<_> = uniques.iter().map(|it| [&it["id"], &it["keys"]]).collect();
    assert_eq!(json!(shown), json!([[2, [1, 4]], [3, [2]]]));
    whole(&it).await;
}

#[tokio::test]
async fn a_template_is_bound_to_models_that_can_have_it() {
    let (it, [rack, device]) = models().await;
    it.ok(CREATE, template(&json!([attribute("a", json!({}))]), &json!([]))).await;
    let number = async |model: &str| it.rows("search_objects", json!({"bk_obj_id": model})).await[0]["id"].clone();
    let (set, host) = (number("set").await, number("host").await);
    let bind = |template: i64, models: Value| json!({"bk_template_id": template, "object_ids": models});
    for (input, code) in [
        (bind(0, json!([rack])), 1_199_010),
        (bind(1, json!([])), 1_199_010),
        (bind(1, json!(vec![1; 501])), 1_199_035),
        (bind(1, json!([9999])), 1_199_019),
        (bind(1, json!([rack, 9999])), 1_199_011),
        (bind(1, json!([rack, set])), 1_199_011),
        (bind(9, json!([rack])), 1_199_019),
    ] {
        assert_eq!(it.refused(BIND, input.clone()).await, code, "{input}");
    }
    it.ok(BIND, bind(1, json!([rack, host]))).await;
    assert_eq!(it.refused(BIND, bind(1, json!([device, rack]))).await, 1_199_018);
    assert_eq!(it.refused("delete_delete_field_template", json!({"id": 1})).await, 1_113_042);
    let query =
        json!({"operation_time": {"start": "2000-01-01 00:00:00"}, "resource_type": "model", "action": ["update"]});
    assert_eq!(it.ok("list_operation_audit", json!({"condition": query, "page": {"limit": 9}})).await["count"], 2);

    let unbind = |model: &Value| json!({"bk_template_id": 1, "object_id": model});
    for (input, code) in [
        (json!({"object_id": rack}), 1_199_010),
        (json!({"bk_template_id": 1}), 1_199_010),
        (unbind(&json!(9999)), 1_199_019),
        (unbind(&set), 1_199_011),
    ] {
        assert_eq!(it.refused(UNBIND, input.clone()).await, code, "{input}");
    }
    it.ok(UNBIND, unbind(&host)).await;
    it.ok(UNBIND, unbind(&device)).await;
    // The binding goes with the model.
    it.ok("delete_object", json!({"id": rack})).await;
    it.ok("delete_delete_field_template", json!({"id": 1})).await;
    whole(&it).await;
}

#[tokio::test]
async fn a_synchronisation_makes_attributes_and_rules_that_the_template_keeps() {
    let (it, [rack, device]) = models().await;
    let attributes = json!([
        attribute("serial", json!({})),
        attribute("place", json!({"placeholder": {"lock": false, "value": "where"}, "bk_property_type": "longchar"})),
    ]);
    it.ok(CREATE, template(&attributes, &json!([{"keys": ["serial"]}]))).await;
    let both = json!([rack, device]);
    it.ok(BIND, json!({"bk_template_id": 1, "object_ids": both})).await;
    assert_eq!(status(&it, both.clone()).await, ["need_sync", "need_sync"]);
    // Devices are paused, and left out silently.
    it.ok("update_object", json!({"id": device, "bk_ispaused": true})).await;
    let tasks = it.ok(SYNC, json!({"bk_template_id": 1, "object_ids": both})).await;
    assert_eq!(tasks.as_array().unwrap().len(), 1);
    let ended = it.ok("post_find_field_template_tasks_status", json!({"task_ids": tasks})).await;
    assert_eq!(ended, json!([{"task_id": tasks[0], "status": "finished"}]));
    assert_eq!(status(&it, both.clone()).await, ["finished", "need_sync"]);

    let (serial, place) = (of_rack(&it, "serial").await, of_rack(&it, "place").await);
    let shown = [&serial["bk_template_id"], &serial["placeholder"], &place["bk_template_id"], &place["placeholder"]];
    assert_eq!(json!(shown), json!([1, "fill in", 2, "where"]));
    assert_eq!(place["bk_property_index"], serial["bk_property_index"].as_i64().unwrap() + 1);
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "rack"})).await;
    assert_eq!((&rules[1]["bk_template_id"], &rules[1]["keys"][0]["key_id"]), (&json!(1), &serial["id"]));
    let instance = |name: &str| json!({"bk_obj_id": "rack", "bk_inst_name": name, "serial": "s"});
    it.ok("create_inst", instance("a")).await;
    assert_eq!(it.refused("create_inst", instance("b")).await, 1_199_014);

    let rule = json!({"bk_obj_id": "rack", "id": rules[1]["id"], "keys": rules[0]["keys"]});
    for (name, input, code) in [
        ("delete_object_attribute", json!({"id": serial["id"]}), 1_101_122),
        ("post_delete_objectunique_object__unique", rule, 1_101_123),
        ("update_object_attribute", json!({"id": serial["id"], "placeholder": "mine"}), 1_199_083),
        ("update_object_attribute", json!({"id": serial["id"], "editable": false}), 1_199_083),
        ("update_object_attribute", json!({"id": serial["id"], "bk_property_name": "Mine"}), 1_199_083),
        ("update_object_attribute", json!({"id": place["id"], "unit": "m"}), 1_199_083),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
    it.ok("update_object_attribute", json!({"id": place["id"], "placeholder": "mine", "isrequired": true})).await;
    it.ok("update_object_attribute", json!({"id": serial["id"], "placeholder": "fill in", "isrequired": true})).await;
    assert_eq!(status(&it, json!([rack])).await, ["finished"]);

    it.ok(UNBIND, json!({"bk_template_id": 1, "object_id": rack})).await;
    assert_eq!(of_rack(&it, "serial").await["bk_template_id"], 0);
    it.ok("update_object_attribute", json!({"id": serial["id"], "bk_property_name": "Mine"})).await;
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "rack"})).await;
    assert_eq!(rules[1]["bk_template_id"], 0);
    whole(&it).await;
}

#[tokio::test]
async fn a_changed_template_changes_its_models_when_it_is_synchronised() {
    let (it, [rack, _]) = models().await;
    let attributes = json!([attribute("a", json!({})), attribute("b", json!({})), attribute("c", json!({}))]);
    it.ok(CREATE, template(&attributes, &json!([{"keys": ["a"]}, {"keys": ["b"]}]))).await;
    let models = json!({"bk_template_id": 1, "object_ids": [rack]});
    it.ok(BIND, models.clone()).await;
    it.ok(SYNC, models.clone()).await;
    it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "r", "a": "1", "c": "2"})).await;
    let attributes = json!([
        attribute("a", json!({"id": 1, "bk_property_name": "c"})),
        attribute("c", json!({"id": 3, "bk_property_name": "a"})),
        attribute("d", json!({})),
    ]);
    let update = with(template(&attributes, &json!([{"id": 1, "keys": ["a", "c"]}])), json!({"id": 1}));
    it.ok(UPDATE, update).await;
    assert_eq!(of_rack(&it, "a").await["bk_property_name"], "a");
    assert_eq!(status(&it, json!([rack])).await, ["need_sync"]);
    it.ok(SYNC, models).await;
    assert_eq!(status(&it, json!([rack])).await, ["finished"]);
    let names = [of_rack(&it, "a").await, of_rack(&it, "c").await, of_rack(&it, "d").await, of_rack(&it, "b").await];
    let names: Vec<_> = names.iter().map(|it| [&it["bk_property_name"], &it["bk_template_id"]]).collect();
    assert_eq!(json!(names), json!([["c", 1], ["a", 3], ["d", 4], ["b", 0]]));
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "rack"})).await;
    let rules: Vec<_> =
        rules.iter().map(|it| [json!(it["keys"].as_array().unwrap().len()), it["bk_template_id"].clone()]).collect();
    assert_eq!(json!(rules), json!([[1, 0], [2, 1], [1, 0]]));
    let instance =
        |a: &str, c: &str| json!({"bk_obj_id": "rack", "bk_inst_name": format!("{a}{c}"), "a": a, "b": a, "c": c});
    it.ok("create_inst", instance("1", "3")).await;
    assert_eq!(it.refused("create_inst", instance("1", "2")).await, 1_199_014);
    whole(&it).await;
}

#[tokio::test]
async fn what_cannot_be_applied_leaves_the_model_and_a_task_that_failed() {
    let (it, [rack, device]) = models().await;
    let own = |property: &str, members: Value| {
        let base = json!({
            "bk_obj_id": "rack", "bk_property_id": property, "bk_property_name": property, "option": "",
            "bk_property_type": "singlechar", "editable": true, "placeholder": "fill in",
        });
        with(base, members)
    };
    it.ok("create_object_attribute", own("serial", json!({}))).await;
    for name in ["a", "b"] {
        it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": name, "serial": "same"})).await;
    }
    let attributes = json!([attribute("serial", json!({})), attribute("place", json!({}))]);
    it.ok(CREATE, template(&attributes, &json!([{"keys": ["serial"]}]))).await;
    let both = json!({"bk_template_id": 1, "object_ids": [rack, device]});
    let statuses = async || {
        let tasks = it.ok(SYNC, both.clone()).await;
        let ended = it.ok("post_find_field_template_tasks_status", json!({"task_ids": tasks})).await;
        ended.as_array().unwrap().iter().map(|it| it["status"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, ["failure", "failure"], "nothing is bound");
    it.ok(BIND, both.clone()).await;
    // Two racks share what the template wants to be unique; devices are not affected.
    assert_eq!(statuses().await, ["failure", "finished"]);
    let state = it.ok("post_find_field_template_model_status", both.clone()).await;
    assert_eq!((&state[0]["status"], &state[1]["status"]), (&json!("failure"), &json!("finished")));
    assert!(state[0]["fail_msg"].as_str().unwrap().contains("serial"), "{state}");
    assert_eq!(
        (of_rack(&it, "place").await, of_rack(&it, "serial").await["bk_template_id"].clone()),
        (Value::Null, json!(0))
    );

    it.ok("update_inst", json!({"bk_obj_id": "rack", "bk_inst_id": 1, "serial": "other"})).await;
    let longer = own("place", json!({"bk_property_type": "longchar"}));
    let place = it.ok("create_object_attribute", longer).await["id"].clone();
    assert_eq!(statuses().await[0], "failure", "the types differ");
    it.ok("delete_object_attribute", json!({"id": place})).await;
    assert_eq!(statuses().await[0], "finished");
    for (name, input, code) in [
        (SYNC, json!({"bk_template_id": 1, "object_ids": [0]}), 1_199_011),
        (SYNC, json!({"bk_template_id": 1, "object_ids": [9999]}), 1_199_019),
        (SYNC, json!({"bk_template_id": 1, "object_ids": [rack, 9999]}), 1_199_011),
        (SYNC, json!({"bk_template_id": 9, "object_ids": [rack]}), 1_199_006),
        (
            "post_find_field_template_sync_status",
            json!({"bk_template_id": 1, "object_ids": [1, 2, 3, 4, 5, 6]}),
            1_199_035,
        ),
        ("post_find_field_template_sync_status", json!({"bk_template_id": 1, "object_ids": [0]}), 1_199_006),
        ("post_find_field_template_tasks_status", json!({"task_ids": ["x"]}), 1_199_011),
        ("post_find_field_template_tasks_status", json!({"task_ids": vec!["x"; 501]}), 1_199_035),
        ("post_find_field_template_tasks_status", json!({}), 1_199_010),
        (
            "post_find_field_template_simplify_by_attr_template_id",
            json!({"bk_template_id": 1, "bk_attribute_id": 1}),
            1_199_011,
        ),
        ("post_find_field_template_simplify_by_attr_template_id", json!({"bk_template_id": 1}), 1_199_010),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
    whole(&it).await;
}

#[tokio::test]
async fn a_difference_says_what_would_be_created_changed_in_conflict_or_left() {
    let (it, [rack, _]) = models().await;
    let own = |property: &str, members: Value| {
        let base = json!({
            "bk_obj_id": "rack", "bk_property_id": property, "bk_property_name": property, "option": "",
            "bk_property_type": "singlechar", "editable": true, "placeholder": "mine",
        });
        with(base, members)
    };
    for (property, members) in [("a", json!({})), ("b", json!({})), ("c", json!({"bk_property_name": "taken"}))] {
        it.ok("create_object_attribute", own(property, members)).await;
    }
    it.ok(CREATE, template(&json!([attribute("a", json!({})), attribute("x", json!({}))]), &json!([{"keys": ["a"]}])))
        .await;
    let models = json!({"bk_template_id": 1, "object_ids": [rack]});
    it.ok(BIND, models.clone()).await;
    it.ok(SYNC, models).await;
    let difference = |attributes: Value| json!({"bk_template_id": 1, "object_id": rack, "attributes": attributes});
    let answer = it
        .ok(
            DIFFERENCE,
            difference(json!([
                attribute("a", json!({"id": 1})),
                attribute("b", json!({"unit": "m"})),
                attribute("new", json!({})),
                attribute("n", json!({"bk_property_name": "taken"})),
            ])),
        )
        .await;
    let ids = |list: &str| -> Vec<_> {
        let entries = answer[list].as_array().unwrap();
        entries.iter().map(|it| (it["index"].clone(), it["bk_property_id"].clone())).collect()
    };
    assert_eq!(answer["unchanged"][0]["bk_property_id"], "a");
    assert_eq!(ids("create"), [(json!(2), json!("new"))]);
    assert_eq!(ids("update"), [(json!(1), json!("b")), (json!(-1), json!("x"))]);
    assert_eq!(answer["update"][0]["update_data"], json!({"unit": "m", "placeholder": "fill in"}));
    assert_eq!(answer["update"][1]["update_data"], json!({"bk_template_id": 0}));
    assert_eq!(ids("conflict"), [(json!(3), json!("n"))]);

    let custom = own("cost", json!({"bk_biz_id": 2}));
    it.ok("create_biz_custom_field", custom).await;
    for (attributes, code) in [
        (json!([]), 1_199_006),
        (json!([attribute("a", json!({})), attribute("a", json!({}))]), 1_199_011),
        (json!([attribute("creator", json!({}))]), 1_199_011),
        (json!([attribute("cost", json!({}))]), 1_101_127),
    ] {
        assert_eq!(it.refused(DIFFERENCE, difference(attributes.clone())).await, code, "{attributes}");
    }
    let uniques = |uniques: Value| json!({"bk_template_id": 1, "object_id": rack, "uniques": uniques});
    let answer = it
        .ok(UNIQUES, uniques(json!([{"id": 1, "keys": ["a"]}, {"keys": ["b"]}, {"keys": ["bk_inst_name", "b"]}])))
        .await;
    assert_eq!(answer["unchanged"].as_array().unwrap().len(), 1);
    assert_eq!(answer["create"], json!([{"index": 1}]));
    assert_eq!(answer["conflict"][0]["index"], 2);
    let answer = it.ok(UNIQUES, uniques(json!([{"id": 1, "keys": ["a", "b"]}]))).await;
    assert_eq!(answer["update"][0]["update_data"]["keys"].as_array().unwrap().len(), 2);
    let answer = it.ok(UNIQUES, uniques(json!([{"id": 7, "keys": ["b"]}]))).await;
    assert_eq!(
        (&answer["update"][0]["index"], &answer["update"][0]["update_data"]),
        (&json!(-1), &json!({"bk_template_id": 0}))
    );
}
