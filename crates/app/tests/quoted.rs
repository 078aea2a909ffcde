//! Attributes that point elsewhere: `enumquote`, which quotes instances, and `innertable` with its rows.

use super::harness;
use relata_app::verify::verify;
use relata_testkit::Harness;
use serde_json::{Value, json};

/// Attributes, instances and rows are of these models.
async fn racks() -> Harness {
    let it = harness().await;
    for model in ["rack", "vendor"] {
        let model = json!({
            "bk_obj_id": model, "bk_obj_name": model, "bk_classification_id": "bk_uncategorized", "bk_obj_icon": "i",
        });
        it.ok("create_object", model).await;
    }
    for name in ["one", "two", "three"] {
        it.ok("create_inst", json!({"bk_obj_id": "vendor", "bk_inst_name": name})).await;
    }
    it
}

fn attribute(id: &str, kind: &str, option: &Value) -> Value {
    json!({
        "bk_obj_id": "rack", "bk_property_id": id, "bk_property_name": id, "bk_property_type": kind, "option": option,
        "editable": true,
    })
}

fn quoting(model: &str, ids: &[i64]) -> Value {
    let entry = |id: &i64| json!({"bk_obj_id": model, "bk_inst_id": id, "type": "int"});
    ids.iter().map(entry).collect()
}

fn column(id: &str, kind: &str) -> Value {
    let option = if kind == "int" { json!({"min": 0, "max": 9}) } else { json!("") };
    json!({
        "bk_property_id": id, "bk_property_name": id, "bk_property_type": kind, "option": option, "editable": true,
    })
}

/// Racks have a table of disks.
pub(crate) async fn disks() -> (Harness, i64) {
    let it = racks().await;
    let mut name = column("name", "singlechar");
    name["isrequired"] = true.into();
    let header = json!([name, column("size", "int"), column("note", "longchar"), column("hot", "bool")]);
    let table = attribute("disk", "innertable", &json!({"header": header, "default": [{"name": "a"}]}));
    let id = it.ok("create_object_attribute", table).await["id"].as_i64().unwrap();
    (it, id)
}

fn rows(data: &Value) -> Value {
    json!({"bk_obj_id": "rack", "bk_property_id": "disk", "data": data})
}

async fn listed(it: &Harness, filter: Value) -> Vec<Value> {
    let list = json!({"bk_obj_id": "rack", "bk_property_id": "disk", "filter": filter, "page": {"limit": 100}});
    it.ok("list_quoted_inst", list).await["info"].as_array().unwrap().clone()
}

async fn whole(it: &Harness) {
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_attribute_quotes_instances_of_another_model_that_exist() {
    let it = racks().await;
    let multiple = |option: &Value| {
        let mut attribute = attribute("vendor", "enumquote", option);
        attribute["ismultiple"] = true.into();
        attribute
    };
    for (attribute, code) in [
        (attribute("vendor", "enumquote", &json!(null)), 1_199_008),
        (attribute("vendor", "enumquote", &json!([])), 1_199_006),
        (attribute("vendor", "enumquote", &quoting("vendor", &[1, 2])), 1_199_092),
        (attribute("vendor", "enumquote", &quoting("vendor", &[0])), 1_199_006),
        (attribute("vendor", "enumquote", &quoting("", &[1])), 1_199_006),
        (attribute("vendor", "enumquote", &quoting("nothing", &[1])), 1_199_011),
        (attribute("vendor", "enumquote", &quoting("rack", &[1])), 1_199_011),
        (attribute("vendor", "enumquote", &quoting("set", &[1])), 1_199_011),
        (attribute("vendor", "enumquote", &quoting("process", &[1])), 1_199_011),
        (attribute("vendor", "enumquote", &quoting("vendor", &[99])), 1_199_011),
        (multiple(&quoting("vendor", &[1; 201])), 1_199_073),
        (
            multiple(&json!([{"bk_obj_id": "vendor", "bk_inst_id": 1}, {"bk_obj_id": "rack", "bk_inst_id": 1}])),
            1_199_006,
        ),
    ] {
        assert_eq!(it.refused("create_object_attribute", attribute.clone()).await, code, "{attribute}");
    }
    let id = it.ok("create_object_attribute", multiple(&quoting("vendor", &[2, 3]))).await["id"].clone();
    let replaced = json!({"id": id, "option": quoting("nothing", &[1])});
    assert_eq!(it.refused("update_object_attribute", replaced).await, 1_199_011);
    it.ok("update_object_attribute", json!({"id": id, "option": quoting("vendor", &[1, 2])})).await;
    whole(&it).await;
}

#[tokio::test]
async fn values_quote_instances_that_exist_and_stay_when_these_are_deleted() {
    let it = racks().await;
    let mut vendor = attribute("vendor", "enumquote", &quoting("vendor", &[1, 2]));
    vendor["ismultiple"] = true.into();
    it.ok("create_object_attribute", vendor).await;
    let rack = |name: &str, vendor: Value| json!({"bk_obj_id": "rack", "bk_inst_name": name, "vendor": vendor});
    for bad in [json!("1"), json!([0]), json!(["1"]), json!([9]), json!([1, 9])] {
        assert_eq!(it.refused("create_inst", rack("r", bad.clone())).await, 1_199_011, "{bad}");
    }
    assert_eq!(it.ok("create_inst", rack("r", json!([3]))).await["vendor"], json!([3]));
    assert_eq!(it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "s"})).await["vendor"], json!([1, 2]));

    let details = json!([
        {"bk_inst_name": "a", "vendor": [1]}, {"bk_inst_name": "b", "vendor": [9]}, {"bk_inst_name": "c", "vendor": null},
    ]);
    let many = it.ok("batch_create_inst", json!({"bk_obj_id": "rack", "details": details})).await;
    assert_eq!(many["success_created"], json!({"0": 3, "2": 4}));
    assert!(many["error_msg"]["1"].as_str().unwrap().contains("vendor has no instance 9"), "{many}");

    it.ok("delete_inst", json!({"bk_obj_id": "vendor", "bk_inst_id": 3})).await;
    let change = |with: Value| {
        let mut change = json!({"bk_obj_id": "rack", "bk_inst_id": 1});
        change.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        change
    };
    assert_eq!(it.refused("update_inst", change(json!({"vendor": [1, 3]}))).await, 1_199_011);
    // What was quoted before it was deleted is no hindrance.
    it.ok("update_inst", change(json!({"bk_inst_name": "t", "vendor": [3]}))).await;
    it.ok("update_inst", change(json!({"vendor": [2]}))).await;
    whole(&it).await;
}

#[tokio::test]
async fn a_table_makes_a_hidden_model_and_goes_with_its_attribute_or_its_model() {
    let (it, id) = disks().await;
    let header = |columns: Value| attribute("fan", "innertable", &json!({"header": columns}));
    let many: Vec<Value> = (0..9).map(|n| column(&format!("c{n}"), "bool")).collect();
    let long: Vec<Value> = (0..3).map(|n| column(&format!("c{n}"), "longchar")).collect();
    for (attribute, code) in [
        (attribute("fan", "innertable", &json!("")), 1_199_006),
        (attribute("fan", "innertable", &json!({"header": 1})), 1_199_006),
        (header(json!([])), 1_199_010),
        (header(json!(many)), 1_199_035),
        (header(json!(long)), 1_199_035),
        (header(json!([column("a", "date")])), 1_199_011),
        (header(json!([column("a", "innertable")])), 1_199_011),
        (header(json!([column("bk_a", "bool")])), 1_199_011),
        (header(json!([column("id", "bool")])), 1_199_011),
        (header(json!([column("a", "bool"), column("a", "bool")])), 1_199_014),
        (attribute("fan", "innertable", &json!({"header": [column("a", "int")], "default": [{"a": 10}]})), 1_199_006),
        (
            attribute("fan", "innertable", &json!({"header": [column("a", "int")], "default": vec![json!({}); 11]})),
            1_199_035,
        ),
    ] {
        assert_eq!(it.refused("create_object_attribute", attribute.clone()).await, code, "{attribute}");
    }
    let mut of_business = header(json!([column("a", "bool")]));
    of_business["bk_biz_id"] = 2.into();
    assert_eq!(it.refused("create_biz_custom_field", of_business).await, 1_199_011);

    let hidden = json!({"bk_obj_id": "bk_rack#disk"});
    let model = it.rows("search_objects", hidden.clone()).await;
    assert_eq!(
        (&model[0]["bk_ishidden"], &model[0]["bk_classification_id"]),
        (&json!(true), &json!("bk_table_classification"))
    );
    let columns = it.rows("search_object_attribute", hidden.clone()).await;
    assert_eq!(columns.iter().map(|it| &it["bk_property_id"]).collect::<Vec<_>>(), ["name", "size", "note", "hot"]);
    assert_eq!(it.rows("search_object_attribute", json!({"id": id})).await.len(), 0);
    assert_eq!(it.rows("get_object_attr_with_table", json!({"id": id})).await.len(), 1);

    // It is used through its attribute only.
    let more = json!({"bk_obj_id": "bk_rack#disk", "bk_property_id": "x", "bk_property_name": "x", "bk_property_type": "bool"});
    let rule = json!({"bk_obj_id": "bk_rack#disk", "keys": [{"key_kind": "property", "key_id": columns[0]["id"]}]});
    for (name, input, code) in [
        ("create_object_attribute", more, 1_199_011),
        ("update_object_attribute", json!({"id": columns[0]["id"], "unit": "u"}), 1_199_011),
        ("delete_object_attribute", json!({"id": columns[0]["id"]}), 1_199_011),
        ("post_create_objectunique_object", rule, 1_199_011),
        ("delete_object", json!({"id": model[0]["id"]}), 1_101_135),
        ("create_inst", json!({"bk_obj_id": "bk_rack#disk", "name": "x"}), 1_199_084),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }

    it.ok("batch_create_quoted_inst", rows(&json!([{"name": "a"}]))).await;
    it.ok("delete_object_attribute", json!({"id": id})).await;
    assert_eq!(it.rows("search_objects", hidden.clone()).await.len(), 0);
    assert_eq!(it.refused("batch_create_quoted_inst", rows(&json!([{"name": "a"}]))).await, 1_199_006);
    whole(&it).await;

    it.ok("create_object_attribute", attribute("disk", "innertable", &json!({"header": [column("name", "bool")]})))
        .await;
    let rack = it.rows("search_objects", json!({"bk_obj_id": "rack"})).await;
    it.ok("delete_object", json!({"id": rack[0]["id"]})).await;
    assert_eq!(it.rows("search_objects", hidden).await.len(), 0);
    whole(&it).await;
}

#[tokio::test]
async fn columns_change_with_the_option_and_take_their_values_along() {
    let (it, id) = disks().await;
    it.ok("batch_create_quoted_inst", rows(&json!([{"name": "a", "size": 3}]))).await;
    let option = |columns: Value| json!({"id": id, "option": {"header": columns}});
    let retyped = option(json!([column("name", "singlechar"), column("size", "float")]));
    assert_eq!(it.refused("update_object_attribute", retyped).await, 1_199_006);
    let mut size = column("size", "int");
    size["unit"] = "GB".into();
    it.ok("update_object_attribute", option(json!([size, column("serial", "singlechar")]))).await;
    let columns = it.rows("search_object_attribute", json!({"bk_obj_id": "bk_rack#disk"})).await;
    let shown: Vec<_> = columns.iter().map(|it| (&it["bk_property_id"], &it["unit"])).collect();
    assert_eq!(shown, [(&json!("size"), &json!("GB")), (&json!("serial"), &json!(""))]);
    let row = &listed(&it, json!(null)).await[0];
    assert_eq!((row.get("name"), &row["size"]), (None, &json!(3)));
    whole(&it).await;
}

#[tokio::test]
async fn rows_are_created_changed_listed_and_deleted() {
    let (it, _) = disks().await;
    it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "r"})).await;
    for (input, code) in [
        (rows(&json!([])), 1_199_010),
        (rows(&json!(vec![json!({"name": "a"}); 201])), 1_199_010),
        (json!({"bk_property_id": "disk", "data": [{"name": "a"}]}), 1_199_010),
        (json!({"bk_obj_id": "rack", "data": [{"name": "a"}]}), 1_199_010),
        (json!({"bk_obj_id": "rack", "bk_property_id": "none", "data": [{"name": "a"}]}), 1_199_006),
        (rows(&json!([{"name": "a", "bk_inst_id": "1"}])), 1_199_011),
        (rows(&json!([{"name": "a", "bk_inst_id": 9}])), 1_199_011),
        (rows(&json!([{"name": "a"}, {"size": 1}])), 1_199_010),
        (rows(&json!([{"name": "a", "size": 10}])), 1_199_006),
        (rows(&json!({})), 1_199_000),
    ] {
        assert_eq!(it.refused("batch_create_quoted_inst", input.clone()).await, code, "{input}");
    }
    let data =
        json!([{"name": " a ", "size": 1, "bk_inst_id": 1, "other": 1}, {"name": "b"}, {"name": "c", "bk_inst_id": 1}]);
    let ids = it.ok("batch_create_quoted_inst", rows(&data)).await["ids"].clone();
    assert_eq!(ids, json!([1, 2, 3]));
    let found = listed(&it, json!({"field": "bk_inst_id", "operator": "equal", "value": 1})).await;
    let first = json!({
        "id": 1, "bk_inst_id": 1, "name": "a", "size": 1, "note": "", "hot": false, "bk_supplier_account": "0",
        "create_time": found[0]["create_time"], "last_time": found[0]["last_time"],
    });
    assert_eq!((found.len(), &found[0]), (2, &first));

    let update =
        |ids: Value, data: Value| json!({"bk_obj_id": "rack", "bk_property_id": "disk", "ids": ids, "data": data});
    for (input, code) in [
        (update(json!([]), json!({"size": 2})), 1_199_010),
        (update(json!([1]), json!({})), 1_199_010),
        (update(json!([1]), json!({"size": "x"})), 1_199_009),
        (update(json!([1]), json!({"name": null})), 1_199_010),
    ] {
        assert_eq!(it.refused("batch_update_quoted_inst", input.clone()).await, code, "{input}");
    }
    it.ok("batch_update_quoted_inst", update(json!([1, 2, 99]), json!({"size": 7, "bk_inst_id": 5, "id": 8}))).await;
    let sizes: Vec<_> =
        listed(&it, json!(null)).await.iter().map(|row| (row["size"].clone(), row["bk_inst_id"].clone())).collect();
    assert_eq!(sizes, [(json!(7), json!(1)), (json!(7), json!(0)), (json!(null), json!(1))]);

    let page = |page: Value| json!({"bk_obj_id": "rack", "bk_property_id": "disk", "fields": ["name"], "page": page});
    assert_eq!(it.ok("list_quoted_inst", page(json!({"enable_count": true}))).await, json!({"count": 3, "info": null}));
    let two = it.ok("list_quoted_inst", page(json!({"start": 1, "limit": 2, "sort": "-name"}))).await;
    assert_eq!(two, json!({"count": 0, "info": [{"name": "b"}, {"name": "a"}]}));
    for (asked, code) in [
        (json!({}), 1_199_011),
        (json!({"limit": -1}), 1_199_011),
        (json!({"limit": 1, "start": -1}), 1_199_011),
        (json!({"limit": 1001}), 1_199_059),
        (json!({"limit": 1, "enable_count": true}), 1_199_006),
    ] {
        assert_eq!(it.refused("list_quoted_inst", page(asked.clone())).await, code, "{asked}");
    }
    it.ok("list_quoted_inst", page(json!({"limit": 999_999_999}))).await;

    let delete = |ids: Value| json!({"bk_obj_id": "rack", "bk_property_id": "disk", "ids": ids});
    assert_eq!(it.refused("batch_delete_quoted_inst", delete(json!([]))).await, 1_199_010);
    it.ok("batch_delete_quoted_inst", delete(json!([2, 99]))).await;
    assert_eq!(listed(&it, json!(null)).await.len(), 2);
    it.ok("delete_inst", json!({"bk_obj_id": "rack", "bk_inst_id": 1})).await;
    assert_eq!(listed(&it, json!(null)).await.len(), 0);
    whole(&it).await;
}

#[tokio::test]
async fn rows_that_wait_are_given_to_new_instances() {
    let (it, _) = disks().await;
    let five = json!([{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}, {"name": "e"}]);
    it.ok("batch_create_quoted_inst", rows(&five)).await;
    let rack = |name: &str, disk: Value| json!({"bk_obj_id": "rack", "bk_inst_name": name, "disk": disk});
    for (bad, code) in [
        (json!("1"), 1_199_011),
        (json!([0]), 1_199_011),
        (json!([1, {}]), 1_199_011),
        (json!(vec![1; 51]), 1_199_011),
        (json!([9]), 1_199_006),
        (json!([1, 1]), 1_199_006),
    ] {
        assert_eq!(it.refused("create_inst", rack("r", bad.clone())).await, code, "{bad}");
    }
    assert!(it.ok("create_inst", rack("r", json!([1, 2]))).await.get("disk").is_none());
    assert_eq!(it.refused("create_inst", rack("s", json!([2]))).await, 1_199_006);
    // A refused item leaves its rows to others.
    let item = |name: &str, disk: Value| json!({"bk_inst_name": name, "disk": disk});
    let details = json!([
        item("r", json!([3])),
        item("t", json!([3])),
        item("u", json!([3, 4])),
        item("v", json!([{"name": "x"}])),
        item("w", json!([{"size": 1}]))
    ]);
    let many = it.ok("batch_create_inst", json!({"bk_obj_id": "rack", "details": details})).await;
    assert_eq!(many["success_created"], json!({"1": 2, "3": 3}));
    let owners: Vec<_> = listed(&it, json!(null)).await.iter().map(|row| row["bk_inst_id"].clone()).collect();
    assert_eq!(owners, [1, 1, 2, 0, 0, 3]);

    // An update leaves the rows, unless it brings others.
    let change = |disk: Value| json!({"bk_obj_id": "rack", "bk_inst_id": 1, "disk": disk});
    for ignored in [json!([4]), json!([]), json!(null)] {
        it.ok("update_inst", change(ignored)).await;
    }
    assert_eq!(listed(&it, json!({"field": "bk_inst_id", "operator": "equal", "value": 1})).await.len(), 2);
    it.ok("update_inst", change(json!([{"name": "new"}]))).await;
    assert_eq!(it.refused("update_inst", change(json!(vec![json!({"name": "n"}); 51]))).await, 1_199_011);
    assert_eq!(it.refused("update_inst", change(json!([{"size": 1}]))).await, 1_199_011);
    let twice = json!([
        {"inst_id": 1, "datas": {"disk": [{"name": "first"}]}}, {"inst_id": 1, "datas": {"disk": [{"name": "last"}]}},
    ]);
    it.ok("batch_update_inst", json!({"bk_obj_id": "rack", "update": twice})).await;
    let now = listed(&it, json!({"field": "bk_inst_id", "operator": "equal", "value": 1})).await;
    assert_eq!(now.iter().map(|row| &row["name"]).collect::<Vec<_>>(), ["last"]);
    whole(&it).await;
}

#[tokio::test]
async fn rows_have_audit_records_that_name_their_table() {
    let (it, _) = disks().await;
    it.ok("batch_create_quoted_inst", rows(&json!([{"name": "a"}]))).await;
    let query = json!({"operation_time": {"start": "2000-01-01 00:00:00"}, "resource_type": "quoted_inst"});
    let found = it.rows("list_operation_audit", json!({"condition": query, "page": {"limit": 10}})).await;
    assert_eq!((found.len(), &found[0]["audit_type"], &found[0]["resource_id"]), (1, &json!("quoted_inst"), &json!(1)));
    let record = &it.rows("find_audit_by_id", json!({"id": [found[0]["id"]]})).await[0]["operation_detail"];
    assert_eq!(record["details"]["cur_data"]["name"], "a");
    let place = [&record["bk_obj_id"], &record["src_obj_id"], &record["bk_property_id"]];
    assert_eq!(place, ["bk_rack#disk", "rack", "disk"]);
}
