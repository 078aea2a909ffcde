//! The lists of instances that addresses ask for.

use super::harness;
use super::instances::{attribute, model};
use relata_testkit::Harness;
use serde_json::{Value, json};

/// Six instances named a to f.
async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": "", "max": ""}})).await;
    attribute(&it, "app", "vendor", "singlechar", json!({})).await;
    attribute(&it, "app", "on", "bool", json!({})).await;
    let options = json!([{"id": "x", "name": "X", "type": "text"}, {"id": "y", "name": "Y", "type": "text"}]);
    attribute(&it, "app", "tags", "enummulti", json!({"option": options, "ismultiple": true})).await;
    let rows = [
        ("a", json!(1), "H3C", json!(true), json!(["x"])),
        ("b", json!(2), "Huawei, Ltd", json!(false), json!(["x", "y"])),
        ("c", json!(2), "H3C", json!(null), json!(null)),
        ("d", json!(3), "", json!(true), json!(["y"])),
        ("e", json!(null), "h3", json!(false), json!(null)),
        ("f", json!(-1), "h.c", json!(true), json!(["x"])),
    ];
    for (name, size, vendor, on, tags) in rows {
        let doc =
            json!({"bk_obj_id": "app", "bk_inst_name": name, "size": size, "vendor": vendor, "on": on, "tags": tags});
        it.ok("create_inst", doc).await;
        it.clock.advance(60);
    }
    it
}

fn asked(more: &Value) -> Value {
    let mut all = json!({"model": "app"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn names(answer: &Value) -> String {
    answer["items"].as_array().unwrap().iter().map(|row| row["bk_inst_name"].as_str().unwrap()).collect()
}

async fn found(it: &Harness, more: Value) -> String {
    let answer = it.ok("list_instances", asked(&more)).await;
    let names = names(&answer);
    assert_eq!((answer["total"].as_u64(), &answer["cursor"]), (Some(names.len() as u64), &Value::Null), "{more}");
    names
}

#[tokio::test]
async fn terms_find_what_all_of_them_say() {
    let it = apps().await;
    for (terms, expected) in [
        (json!({}), "abcdef"),
        (json!({"f.vendor.in": ["H3C,Huawei%2C Ltd"]}), "abc"),
        (json!({"f.vendor.contains": ["h.c"]}), "f"),
        (json!({"f.vendor.bw": ["H"], "f.size.gte": ["2"]}), "bc"),
        (json!({"f.size.gt": ["-1", "1"]}), "bcd"),
        (json!({"f.size.empty": [""]}), "e"),
        (json!({"f.vendor.is_empty": ["false"]}), "abcef"),
        (json!({"f.tags.eq": ["x"]}), "abf"),
        (json!({"f.on.ne": ["true"]}), "bce"),
        (json!({"f.bk_inst_id.eq": 2}), "b"),
        (json!({"q": "H3"}), "ace"),
        (json!({"q": "h3", "fx": {"field": "size", "operator": "equal", "value": 2}}), "c"),
        (json!({"sort": "-size,-bk_inst_name"}), "dcbafe"),
        (json!({"sort": "vendor", "f.size.lte": ["2"]}), "acbf"),
    ] {
        assert_eq!(found(&it, terms).await, expected);
    }
    let created =
        it.ok("list_instances", asked(&json!({"f.bk_inst_name.eq": ["c"]}))).await["items"][0]["create_time"].clone();
    assert_eq!(found(&it, json!({"f.create_time.lte": [created]})).await, "abc");
    let some = it.ok("list_instances", asked(&json!({"cols": "size,vendor", "size": 1, "total": false}))).await;
    assert_eq!((&some["items"], &some["total"]), (&json!([{"size": 1, "vendor": "H3C"}]), &Value::Null));
}

#[tokio::test]
async fn cursors_and_pages_go_through_all_rows_once_in_every_order() {
    let it = apps().await;
    for sort in ["", "bk_inst_id", "-bk_inst_id", "size", "-size", "on,-vendor", "-on,size", "tags,-size", "-tags"] {
        let whole = names(&it.ok("list_instances", asked(&json!({"sort": sort}))).await);
        for size in 1..=3_usize {
            let (mut by_cursor, mut cursor) = (String::new(), Value::from(""));
            while !cursor.is_null() {
                let page = asked(&json!({"sort": sort, "size": size, "cursor": cursor}));
                let page = it.ok("list_instances", page).await;
                assert_eq!(page["total"], 6);
                by_cursor += &names(&page);
                cursor = page["cursor"].clone();
                assert!(by_cursor.len() <= whole.len(), "{sort} by {size}: {by_cursor}");
            }
            assert_eq!(by_cursor, whole, "{sort} by {size}");
            let mut by_page = String::new();
            for page in 1..=7_usize.div_ceil(size) {
                by_page +=
                    &names(&it.ok("list_instances", asked(&json!({"sort": sort, "size": size, "page": page}))).await);
            }
            assert_eq!(by_page, whole, "{sort} by {size}");
        }
    }
}

#[tokio::test]
async fn groups_count_all_that_the_filter_finds() {
    let it = apps().await;
    let groups = async |more: Value| it.ok("list_instances", asked(&more)).await["groups"].clone();
    assert_eq!(groups(json!({})).await, Value::Null);
    let group = |value: Value, count| json!({"value": value, "count": count});
    let tags = json!([group(json!("x"), 3), group(Value::Null, 2), group(json!("y"), 2)]);
    assert_eq!(groups(json!({"group": "tags", "size": 1})).await, tags);
    let sizes = json!([group(json!(1), 1), group(json!(2), 1)]);
    assert_eq!(groups(json!({"group": "size", "f.vendor.eq": ["H3C"]})).await, sizes);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let it = apps().await;
    let place = it.ok("list_instances", asked(&json!({"sort": "size", "size": 2}))).await["cursor"].clone();
    for asked_for in [
        json!({"f.size": ["1"]}),
        json!({"f.size.like": ["1"]}),
        json!({"f.size.eq": ["many"]}),
        json!({"f.nothing.eq": ["1"]}),
        json!({"sort": "nothing"}),
        json!({"cols": "nothing"}),
        json!({"group": "nothing"}),
        json!({"size": 0}),
        json!({"size": 501}),
        json!({"page": 0}),
        json!({"cursor": "nothing"}),
        json!({"cursor": place}),
        json!({"cursor": place, "sort": "-size"}),
        json!({"cursor": place, "sort": "size", "page": 2}),
    ] {
        assert_eq!(it.refused("list_instances", asked(&asked_for)).await, 1_199_006, "{asked_for}");
    }
    assert_eq!(it.refused("list_instances", asked(&json!({"fx": {"field": "size"}}))).await, 1_199_000);
    assert_eq!(it.refused("list_instances", json!({"model": "nothing"})).await, 1_199_011);
    it.ok("list_instances", asked(&json!({"cursor": place, "sort": "size"}))).await;
}
