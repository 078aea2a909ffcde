//! What the endpoints of the console and of imports do beyond the shape of their answers, and what they refuse.

use super::harness;
use super::instances::{association, attribute, model, named};
use super::rights::with_rules;
use relata_app::verify::verify;
use relata_model::Lang;
use relata_testkit::Harness;
use serde_json::{Value, json};

const PLACE: &str = "post_update_objecttopo_scope_type_global_scope_id_0";

/// Models `app` and `node` with three instances each, `app_connect_node` 1:n, and app a → node b.
async fn estate() -> Harness {
    let it = harness().await;
    for obj_id in ["app", "node"] {
        model(&it, obj_id).await;
        named(&it, obj_id, &["a", "b", "c"]).await;
    }
    association(&it, "app", "node", "1:n").await;
    it.ok(
        "add_instance_association",
        json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": 2}),
    )
    .await;
    it
}

async fn rule(it: &Harness, obj_id: &str) -> Value {
    it.rows("search_object_unique", json!({"bk_obj_id": obj_id})).await[0]["id"].clone()
}

/// The levels of the main line.
async fn levels(it: &Harness) -> Vec<String> {
    let levels = it.rows("get_mainline_object_topo", json!({})).await;
    levels.iter().map(|level| level["bk_obj_id"].as_str().unwrap().to_owned()).collect()
}

fn level(obj_id: &str, parent: &str) -> Value {
    json!({"bk_obj_id": obj_id, "bk_obj_name": obj_id, "bk_obj_icon": "icon", "bk_classification_id": "bk_biz_topo",
        "bk_asst_obj_id": parent})
}

/// Makes calls that have to be refused with these codes.
async fn refuse(it: &Harness, cases: Vec<(i64, &str, Value)>) {
    for (code, name, input) in cases {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input:.200}");
    }
}

#[tokio::test]
async fn searches_are_refused_with_the_documented_code() {
    let it = estate().await;
    let web = "post_findmany_inst_association_object__inst_id__offset__limit__web";
    let of = |id: Value, offset: Value, limit: Value| json!({"bk_obj_id": "app", "bk_inst_id": id, "offset": offset, "limit": limit});
    let names =
        |obj_id: &str, business: Value, name: &str| json!({"bk_obj_id": obj_id, "bk_biz_id": business, "name": name});
    let related = |kind: &str, ids: Value, field: &str| json!({"kind": kind, "ids": ids, "id_field": field, "rel_field": "bk_set_id"});
    let text = |text: &str, filter: Value, page: Value| json!({"query_string": text, "filter": filter, "page": page});
    let (filter, page) = (json!({"instances": ["app"]}), json!({"start": 0, "limit": 10}));
    let inst_audit = |obj_id: &str, kind: &str, limit: i64| json!({"condition": {"bk_obj_id": obj_id, "resource_type": kind}, "page": {"limit": limit}});
    let cases = vec![
        (1_199_006, "post_find_instassociation_biz", json!({"bk_biz_id": "x", "bk_obj_id": "host"})),
        (1_199_006, "post_find_instassociation_biz", json!({"bk_biz_id": 1, "bk_obj_id": "app"})),
        (1_199_009, web, of(json!("x"), json!(0), json!(10))),
        (1_199_009, web, of(json!(1), json!("x"), json!(10))),
        (1_199_009, web, of(json!(1), json!(0), json!("x"))),
        (1_199_059, web, of(json!(1), json!(0), json!(1001))),
        (1_199_084, "search_inst", json!({"bk_obj_id": "host"})),
        (
            1_199_998,
            "search_inst",
            json!({"bk_obj_id": "app", "condition": {"app": [{"field": "x", "operator": "$where", "value": 1}]}}),
        ),
        (1_199_009, "get_inst_unique_fields", json!({"bk_obj_id": "app", "id": "x"})),
        (1_101_110, "get_inst_unique_fields", json!({"bk_obj_id": "app", "id": rule(&it, "node").await})),
        (1_199_084, "get_inst_unique_fields", json!({"bk_obj_id": "host", "id": 1})),
        (1_199_011, "count_object_instances_by_filters", json!({"bk_obj_id": "nothing", "filters": []})),
        (1_199_000, "search_objects", json!({"\0list": []})),
        (1_199_006, "post_findmany_object_instances_names", names("app", json!(1), "a")),
        (1_199_006, "post_findmany_object_instances_names", names("set", json!(0), "a")),
        (1_199_006, "post_findmany_object_instances_names", names("set", json!(1), "")),
        (1_199_011, "group_related_resource_by_ids", related("x", json!([1]), "bk_module_id")),
        (1_199_010, "group_related_resource_by_ids", related("module", json!([]), "bk_module_id")),
        (1_199_010, "group_related_resource_by_ids", related("module", json!([1]), "")),
        (1_199_035, "group_related_resource_by_ids", related("module", json!(vec![1; 101]), "bk_module_id")),
        (1_199_011, "post_find_full_text", text("", filter.clone(), page.clone())),
        (1_199_011, "post_find_full_text", text("**", filter.clone(), page.clone())),
        (1_199_011, "post_find_full_text", text("-", filter.clone(), page.clone())),
        (1_199_011, "post_find_full_text", text(&"x".repeat(51), filter.clone(), page.clone())),
        (1_199_011, "post_find_full_text", text("x", json!({}), page.clone())),
        (1_199_011, "post_find_full_text", text("x", json!({"models": ["app", "app"]}), page.clone())),
        (1_199_011, "post_find_full_text", text("x", filter.clone(), json!({"limit": 101}))),
        (1_199_011, "post_find_full_text", text("x", filter, Value::Null)),
        (1_199_010, "post_find_inst_audit", inst_audit("", "", 10)),
        (1_199_006, "post_find_inst_audit", inst_audit("app", "", 0)),
        (1_199_059, "post_find_inst_audit", inst_audit("app", "", 201)),
        (1_199_006, "post_find_inst_audit", inst_audit("app", "model", 10)),
    ];
    refuse(&it, cases).await;
}

#[tokio::test]
async fn changes_are_refused_with_the_documented_code_and_leave_nothing() {
    let it = estate().await;
    let import = |rows: Value, kind: &str| json!({"bk_obj_id": "app", "BatchInfo": rows, "input_type": kind});
    let node = |node: Value| json!({"origin": [node]});
    let cases = vec![
        (1_199_084, "add_inst_by_import", json!({"bk_obj_id": "host"})),
        (1_199_011, "add_inst_by_import", json!({"bk_obj_id": "nothing"})),
        (1_199_011, "add_inst_by_import", import(json!([]), "excel")),
        (1_199_011, "add_inst_by_import", import(json!({"1": {}}), "csv")),
        (1_199_011, "add_inst_by_import", import(json!({}), "excel")),
        (1_199_011, "add_inst_by_import", import(json!({"x": {}}), "excel")),
        (1_101_093, "add_inst_by_import", import(json!({"1": {"bk_obj_id": "node"}}), "excel")),
        (1_199_011, "import_association", json!({"bk_obj_id": "nothing"})),
        (1_199_006, "import_association", json!({"bk_obj_id": "app", "association_info": {"x": {}}})),
        (1_199_011, "post_update_objecttopo_scope_type_global_scope_id_0", node(json!({"bk_obj_id": "nothing"}))),
        (
            1_199_011,
            "post_update_objecttopo_scope_type_global_scope_id_0",
            node(json!({"bk_obj_id": "app", "node_type": "inst"})),
        ),
        (1_199_011, "post_update_objecttopo_scope_type_global_scope_id_0", json!({"origin": {}})),
        (1_199_011, "update_object_topo_graphics", json!({"scope_type": "global", "scope_id": "0", "action": "x"})),
        (1_199_010, "post_create_topomodelmainline", level("province", "")),
        (1_199_011, "post_create_topomodelmainline", level("province", "app")),
        (1_199_011, "post_create_topomodelmainline", level("province", "set")),
        (1_199_014, "post_create_topomodelmainline", level("app", "biz")),
        (1_101_014, "delete_delete_topomodelmainline_object", json!({"bk_obj_id": "set"})),
        (1_101_014, "delete_delete_topomodelmainline_object", json!({"bk_obj_id": "app"})),
        (1_199_010, "get_object_data", json!({})),
        (1_199_010, "search_object_with_total_info", json!({})),
        (1_199_010, "create_many_object", json!({})),
        (1_199_000, "add_object_batch", json!({"app": []})),
        (1_199_005, "post_usercustom_default_model_sub", json!({"bk_obj_id": "app"})),
        (1_199_011, "post_usercustom_default_model_sub", json!({"bk_obj_id": "nothing", "x": 1})),
        (1_199_006, "post_usercustom", json!({"x": "\0"})),
        (1_199_073, "post_usercustom", json!({"x": "x".repeat(300_000)})),
    ];
    refuse(&it, cases).await;
    assert_eq!(levels(&it).await, ["biz", "set", "module", "host"]);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_level_is_put_below_the_business_and_taken_out_again() {
    let it = harness().await;
    for (obj_id, parent) in [("city", "biz"), ("province", "biz"), ("quarter", "city")] {
        it.ok("post_create_topomodelmainline", level(obj_id, parent)).await;
    }
    assert_eq!(levels(&it).await, ["biz", "province", "city", "quarter", "set", "module", "host"]);
    assert_eq!(it.refused("post_create_topomodelmainline", level("street", "quarter")).await, 1_101_035);
    let rule = &it.rows("search_object_unique", json!({"bk_obj_id": "city"})).await[0];
    assert_eq!(rule["keys"].as_array().unwrap().len(), 2);
    assert_eq!(it.refused("batch_create_inst", json!({"bk_obj_id": "city", "details": [{}]})).await, 1_199_075);

    for obj_id in ["city", "quarter", "province"] {
        it.ok("delete_delete_topomodelmainline_object", json!({"bk_obj_id": obj_id})).await;
    }
    assert_eq!(levels(&it).await, ["biz", "set", "module", "host"]);
    assert!(it.rows("search_objects", json!({"bk_obj_id": "city"})).await.is_empty());
    let associations = it.rows("find_object_association", json!({"condition": {"bk_obj_id": "set"}})).await;
    assert_eq!(
        [&associations[0]["bk_obj_asst_id"], &associations[0]["ispre"]],
        [&json!("set_bk_mainline_biz"), &json!(true)]
    );
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_level_with_instances_stays() {
    let it = harness().await;
    it.ok("post_create_topomodelmainline", level("city", "biz")).await;
    it.ok("create_inst", json!({"bk_obj_id": "city", "bk_inst_name": "Berlin", "bk_parent_id": 1})).await;
    assert_eq!(it.refused("delete_delete_topomodelmainline_object", json!({"bk_obj_id": "city"})).await, 1_101_014);
    assert_eq!(it.refused("post_create_topomodelmainline", level("quarter", "city")).await, 1_199_011);
    assert_eq!(levels(&it).await, ["biz", "city", "set", "module", "host"]);
}

#[tokio::test]
async fn an_import_of_instances_succeeds_or_fails_row_by_row() {
    let mut it = estate().await;
    it.lang = Lang::En;
    attribute(&it, "app", "size", "int", json!({"option": {"min": 0, "max": 9}})).await;
    let rows = json!({
        "3": {"bk_inst_id": "1", "bk_inst_name": "a2", "size": 3},
        "4": {"bk_inst_name": "a", "size": 4, "import_from": "1"},
        "5": {"bk_inst_id": 99, "bk_inst_name": "x"},
        "6": {"bk_inst_id": "x", "bk_inst_name": "x"},
        "7": {"bk_inst_id": 2, "bk_inst_name": "c"},
        "8": {"bk_inst_id": 2, "size": 5},
        "9": {"bk_inst_id": "", "bk_inst_name": "d", "size": 10},
        "10": {"bk_inst_id": null, "bk_inst_name": "a", "bk_obj_id": "app"},
        "11": null,
    });
    let answer =
        it.ok("add_inst_by_import", json!({"bk_obj_id": "app", "BatchInfo": rows, "input_type": "excel"})).await;
    assert_eq!(answer["success"], json!([3, 4]));
    let failed: Vec<&str> = answer["error"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().split(' ').next().unwrap())
        .collect();
    assert_eq!(failed, ["5", "6", "7", "8", "9", "10"]);
    let rows = it.rows("get_inst_detail", json!({"bk_obj_id": "app"})).await;
    let shown: Vec<Value> = rows.iter().map(|row| json!([row["bk_inst_name"], row.get("size")])).collect();
    assert_eq!(json!(shown), json!([["a2", 3], ["b", null], ["c", null], ["a", 4]]));
    let clean = json!({"bk_obj_id": "app", "BatchInfo": {"1": {"bk_inst_name": "e"}}, "input_type": "excel"});
    assert_eq!(it.ok("add_inst_by_import", clean).await, json!({"error": null, "success": [1]}));
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_import_of_links_names_instances_by_the_values_of_a_unique_rule() {
    let mut it = estate().await;
    it.lang = Lang::En;
    let row = |id: &str, operate: &str, source: &str, target: &str| json!({"bk_obj_asst_id": id, "operate": operate, "src_primary_key": source, "dst_primary_key": target});
    let known = "app_connect_node";
    // The model in the path is the target here; an attribute is named by its id or by its display name.
    let import = json!({
        "bk_obj_id": "node", "object_unique_id": rule(&it, "node").await,
        "asst_object_unique_id_info": {"app": rule(&it, "app").await},
        "association_info": {
            "1": row(known, "add", "bk_inst_name=c", "bk_inst_name=b"),
            "2": row(known, "delete", "bk_inst_name=a", "实例名=b"),
            "3": row(known, "add", "bk_inst_name=a", "bk_inst_name=b"),
            "4": row(known, "delete", "bk_inst_name=b", "bk_inst_name=c"),
            "5": row(known, "change", "bk_inst_name=b", "bk_inst_name=c"),
            "6": row("nothing", "add", "bk_inst_name=b", "bk_inst_name=c"),
            "7": row("set_bk_mainline_biz", "add", "bk_inst_name=b", "bk_inst_name=c"),
            "8": row(known, "add", "name=b", "bk_inst_name=c"),
            "9": row(known, "add", "bk_inst_name=b", "bk_inst_name=x,y=z"),
            "10": row(known, "add", "bk_inst_name=b", "bk_inst_name=c"),
        },
    });
    let answer = it.ok("import_association", import).await;
    let failed: Vec<&Value> = answer["err_msg"].as_array().unwrap().iter().map(|failure| &failure["row"]).collect();
    assert_eq!(failed, [3, 4, 5, 6, 7, 8, 9]);
    let links = it.rows("find_instance_association", json!({"bk_obj_id": "app"})).await;
    let pairs: Vec<Value> = links.iter().map(|link| json!([link["bk_inst_id"], link["bk_asst_inst_id"]])).collect();
    assert_eq!(json!(pairs), json!([[3, 2], [2, 3]]));
    let clean = json!({"bk_obj_id": "app", "association_info": {}});
    assert_eq!(it.ok("import_association", clean).await, json!({"err_msg": null}));
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn instances_are_searched_by_their_own_rules_and_by_what_they_link_to() {
    let it = estate().await;
    it.ok(
        "add_instance_association",
        json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 2, "bk_asst_inst_id": 3}),
    )
    .await;
    let named = |operator: &str, value: Value| json!([{"field": "bk_inst_name", "operator": operator, "value": value}]);
    for (condition, count, found) in [
        (json!({}), 3, json!([1, 2, 3])),
        (json!({"app": named("$regex", json!("a"))}), 1, json!([1])),
        (json!({"node": named("$in", json!(["b", "c"]))}), 2, json!([1, 2])),
        (json!({"node": named("$in", json!(["b", "c"])), "app": named("$ne", json!("a"))}), 1, json!([2])),
        // Without any link the rules of the model itself count alone, as in the API.
        (json!({"node": named("$eq", json!("a")), "app": named("$eq", json!("c"))}), 1, json!([3])),
        (json!({"node": named("$eq", json!("a"))}), 0, Value::Null),
        (json!({"nothing": named("$eq", json!("a"))}), 0, Value::Null),
    ] {
        let input = json!({"bk_obj_id": "app", "condition": condition, "fields": {"app": ["bk_inst_id"]}, "page": {"sort": "bk_inst_id"}});
        let answer = it.ok("search_inst", input).await;
        assert_eq!(answer["count"], count, "{condition}");
        let ids =
            answer["info"].as_array().map(|rows| rows.iter().map(|row| row["bk_inst_id"].clone()).collect::<Value>());
        assert_eq!(ids.unwrap_or_default(), found, "{condition}");
    }
}

#[tokio::test]
async fn links_of_an_instance_are_listed_with_the_other_ends_and_counted_once() {
    let it = estate().await;
    association(&it, "app", "app", "n:n").await;
    for (source, target) in [(1, 1), (1, 2), (3, 1)] {
        let link = json!({"bk_obj_asst_id": "app_connect_app", "bk_inst_id": source, "bk_asst_inst_id": target});
        it.ok("add_instance_association", link).await;
    }
    let web = "post_findmany_inst_association_object__inst_id__offset__limit__web";
    let list = async |offset: i64, limit: i64| {
        it.ok(web, json!({"bk_obj_id": "app", "bk_inst_id": 1, "offset": offset, "limit": limit})).await
    };
    let all = list(0, 0).await;
    assert_eq!(all["association_count"], 4);
    assert_eq!(all["data"]["association"]["src"].as_array().unwrap().len(), 4);
    assert_eq!(all["data"]["association"]["dst"], json!([]));
    let named = |id: i64, name: &str| json!({"bk_inst_id": id, "bk_inst_name": name});
    assert_eq!(
        all["data"]["instance"],
        json!({"app": [named(1, "a"), named(2, "b"), named(3, "c")], "node": [named(2, "b")]})
    );
    let page = list(1, 2).await;
    let ids: Vec<&Value> =
        page["data"]["association"]["src"].as_array().unwrap().iter().map(|link| &link["id"]).collect();
    assert_eq!(ids, [2, 3]);
}

#[tokio::test]
async fn full_text_finds_models_and_instances_a_page_at_a_time_with_counts() {
    let it = estate().await;
    let find = async |text: &str, more: Value| {
        let mut input = json!({"query_string": text, "filter": {"models": ["app", "host"], "instances": ["app", "node"]},
            "page": {"start": 0, "limit": 2}});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it.ok("post_find_full_text", input).await
    };
    let counted = |kind: &str, key: &str, count: i64| json!({"kind": kind, "key": key, "count": count});
    // Everybody was created by the administrator.
    let answer = find("ADMIN", json!({"page": {"start": 2, "limit": 2}})).await;
    assert_eq!(answer["aggregations"], json!([counted("instance", "app", 3), counted("instance", "node", 3)]));
    assert_eq!(answer["total"], 6);
    let hits: Vec<Value> =
        answer["hits"].as_array().unwrap().iter().map(|hit| json!([hit["key"], hit["source"]["bk_inst_id"]])).collect();
    assert_eq!(json!(hits), json!([["app", 3], ["node", 1]]));
    assert_eq!(answer["hits"][0]["highlight"]["bk_created_by"], json!(["<em>admin</em>"]));

    let answer = find("admin", json!({"sub_resource": {"instances": ["node"]}})).await;
    assert_eq!([&answer["total"], &answer["hits"][0]["key"]], [&json!(3), &json!("node")]);
    assert_eq!(answer["aggregations"].as_array().unwrap().len(), 2);

    let answer = find("主机", json!({})).await;
    assert_eq!(answer["hits"][0]["highlight"]["bk_obj_name"], json!(["<em>主机</em>"]));
    assert_eq!(answer["aggregations"], json!([counted("model", "host", 1)]));
    let answer = find("3", json!({"filter": {"instances": ["app"]}})).await;
    assert_eq!(answer["hits"][0]["highlight"], json!({"bk_inst_id": ["<em>3</em>"]}));
    // The text stands for itself.
    assert_eq!(find("a.min", json!({})).await, json!({"total": 0, "aggregations": null, "hits": null, "attrs": null}));
}

#[tokio::test]
async fn an_export_can_be_imported_elsewhere_whole_or_not_at_all() {
    let it = estate().await;
    let size = attribute(&it, "app", "size", "int", json!({"option": {"min": 0, "max": 9}, "isrequired": true})).await;
    let kind =
        json!({"bk_asst_id": "holds", "bk_asst_name": "holds", "src_des": "x", "dest_des": "y", "direction": "none"});
    it.ok("post_create_associationtype", kind).await;
    let held = json!({"bk_obj_asst_id": "app_holds_node", "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_asst_id": "holds", "mapping": "1:1"});
    it.ok("post_create_objectassociation", held).await;
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "app"})).await;
    let keys = json!([{"key_kind": "property", "key_id": size}]);
    it.ok("put_update_objectunique_object__unique", json!({"bk_obj_id": "app", "id": rules[0]["id"], "keys": keys}))
        .await;
    let models = it.rows("search_objects", json!({"bk_obj_id": {"$in": ["app", "node"]}})).await;
    let ids: Vec<&Value> = models.iter().map(|model| &model["id"]).collect();
    let exported =
        it.ok("search_object_with_total_info", json!({"object_id": ids, "excluded_asst_id": ["connect"]})).await;

    let other = harness().await;
    let broken = {
        let mut broken = exported.clone();
        broken["object"][0]["object_attr"][5]["bk_property_id"] = json!("bk_size");
        broken
    };
    other.refused("create_many_object", broken).await;
    assert!(other.rows("search_objects", json!({"bk_obj_id": "app"})).await.is_empty());
    other.ok("create_many_object", exported.clone()).await;
    let models = other.rows("search_objects", json!({"bk_obj_id": {"$in": ["app", "node"]}})).await;
    let ids: Vec<&Value> = models.iter().map(|model| &model["id"]).collect();
    let again = other.ok("search_object_with_total_info", json!({"object_id": ids})).await;
    let without_numbers = |mut whole: Value| {
        for object in whole["object"].as_array_mut().unwrap() {
            for list in ["object_attr", "object_asst"] {
                for record in object[list].as_array_mut().unwrap() {
                    record.as_object_mut().unwrap().retain(|name, _| !["id", "last_time"].contains(&name.as_str()));
                }
            }
        }
        for kind in whole["asst"].as_array_mut().unwrap() {
            kind.as_object_mut().unwrap().remove("id");
        }
        whole
    };
    assert_eq!(without_numbers(again), without_numbers(exported.clone()));
    assert_eq!(other.refused("create_many_object", exported).await, 1_199_014);
    assert_eq!(verify(&other.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_place_on_the_canvas_moves_and_goes_with_its_model() {
    let it = harness().await;
    let id = model(&it, "app").await;
    let place = |x: i64| json!({"origin": [{"bk_obj_id": "app", "node_type": "obj", "position": {"x": x, "y": 0}}]});
    let shown = async || {
        let nodes = it.rows("post_find_objecttopo_scope_type_global_scope_id_0", json!({})).await;
        nodes.into_iter().find(|node| node["bk_obj_id"] == "app").map(|node| node["position"].clone())
    };
    assert_eq!(shown().await, Some(Value::Null));
    it.ok(PLACE, place(1)).await;
    it.ok(PLACE, place(2)).await;
    assert_eq!(shown().await, Some(json!({"x": 2, "y": 0})));
    it.ok("delete_object", json!({"id": id})).await;
    model(&it, "app").await;
    assert_eq!(shown().await, Some(Value::Null));
    let elsewhere = json!({"scope_type": "biz", "scope_id": "1"});
    assert_eq!(it.ok("post_find_objecttopo_scope_type_global_scope_id_0", elsewhere).await, json!([]));
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_caller_learns_what_they_may_do() {
    let mut it = harness().await;
    let asked = |kind: &str, action: &str| json!({"resource_type": kind, "action": action});
    let resources = json!([
        asked("model", "update"),
        asked("modelInstance", "create"),
        asked("systemConfig", "update"),
        asked("nothing", "find"),
        asked("modelInstance", "fly"),
    ]);
    let passed = async |it: &Harness| {
        let answer = it.ok("post_auth_verify", json!({ "resources": resources })).await;
        answer.as_array().unwrap().iter().map(|entry| entry["is_pass"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(passed(&it).await, [true, true, true, false, false]);
    it.principal.admin = false;
    assert_eq!(passed(&it).await, [false; 5]);
    it.principal = with_rules(&[json!({"actions": ["edit_sys_model", "create_comobj"]})]);
    assert_eq!(passed(&it).await, [true, true, false, false, false]);
}

#[tokio::test]
async fn settings_are_merged_for_each_user() {
    let mut it = harness().await;
    it.ok("post_usercustom", json!({"a": 1, "b": 2})).await;
    it.ok("post_usercustom", json!({"b": null, "c": 3})).await;
    it.ok("post_usercustom", json!({})).await;
    let own = it.ok("post_usercustom_user_search", json!({})).await;
    assert_eq!(own, json!({"id": 1, "bk_user": "admin", "a": 1, "b": null, "c": 3}));
    "ann".clone_into(&mut it.principal.user);
    assert_eq!(it.ok("post_usercustom_user_search", json!({})).await, Value::Null);
}
