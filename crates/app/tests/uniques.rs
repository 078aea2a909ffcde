//! Unique rules of models, by their endpoints.

use super::harness;
use super::stored;
use relata_model::store::Table;
use relata_testkit::Harness;
use serde_json::{Value, json};

const CREATE: &str = "post_create_objectunique_object";
const UPDATE: &str = "put_update_objectunique_object__unique";
const DELETE: &str = "post_delete_objectunique_object__unique";

/// Switches with further attributes, by their ids.
struct Switches {
    it: Harness,
    rack: i64,
    slot: i64,
    state: i64,
    note: i64,
}

impl Switches {
    async fn new() -> Self {
        let it = harness().await;
        let create = async |id: &str, kind: &str, option: Value| {
            let attribute = json!({
                "bk_obj_id": "bk_switch", "bk_property_id": id, "bk_property_name": id, "bk_property_type": kind,
                "option": option,
            });
            it.ok("create_object_attribute", attribute).await["id"].as_i64().unwrap()
        };
        let rack = create("rack", "singlechar", json!("")).await;
        let slot = create("slot", "int", json!({"min": "", "max": ""})).await;
        let states = json!([{"id": "1", "name": "on", "type": "text", "is_default": true}]);
        let state = create("state", "enum", states).await;
        let note = create("note", "longchar", json!("")).await;
        Self { it, rack, slot, state, note }
    }

    async fn created(&self, attributes: &[i64]) -> i64 {
        self.it.ok(CREATE, rule("bk_switch", 0, attributes)).await["id"].as_i64().unwrap()
    }
}

fn rule(obj_id: &str, id: i64, attributes: &[i64]) -> Value {
    let keys: Vec<_> = attributes.iter().map(|id| json!({"key_kind": "property", "key_id": id})).collect();
    json!({"bk_obj_id": obj_id, "id": id.to_string(), "keys": keys})
}

#[tokio::test]
async fn a_rule_is_created_found_changed_and_deleted() {
    let switches = Switches::new().await;
    let it = &switches.it;
    let id = switches.created(&[switches.rack]).await;
    it.clock.advance(60);
    it.ok(UPDATE, rule("bk_switch", id, &[switches.rack, switches.state])).await;
    let found = it.rows("search_object_unique", json!({"bk_obj_id": "bk_switch"})).await;
    let found = found.iter().find(|rule| rule["id"] == id).unwrap();
    assert_eq!(found["keys"][1], json!({"key_kind": "property", "key_id": switches.state}));
    assert_eq!([&found["ispre"], &found["last_time"]], [&json!(false), &json!("2024-05-01 02:01:00")]);
    it.ok(DELETE, rule("bk_switch", id, &[])).await;
    let left = it.rows("search_object_unique", json!({"bk_obj_id": "bk_switch"})).await;
    assert!(left.iter().all(|rule| rule["id"] != id));
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let switches = Switches::new().await;
    let Switches { it, rack, slot, state, note } = &switches;
    let (rack, slot, state, note) = (*rack, *slot, *state, *note);
    switches.created(&[rack, slot]).await;
    let last = switches.created(&[state, slot]).await;
    let other_kind = json!({"bk_obj_id": "bk_switch", "keys": [{"key_kind": "association", "key_id": rack}]});
    for (rule, code) in [
        (rule("nothing", 0, &[rack]), 1_199_011),
        (rule("set", 0, &[rack]), 1_101_085),
        (rule("biz", 0, &[rack]), 1_101_085),
        (rule("bk_project", 0, &[rack]), 1_199_011),
        (other_kind, 1_101_166),
        (rule("bk_switch", 0, &[note, note]), 1_199_006),
        (rule("bk_switch", 0, &[slot, rack]), 1_113_050),
        (rule("bk_switch", 0, &[slot, rack, note]), 1_113_051),
        (rule("bk_switch", 0, &[rack]), 1_113_052),
        (rule("bk_switch", 0, &[]), 1_113_052),
        (rule("bk_switch", 0, &[99_999]), 1_199_011),
        (rule("bk_switch", 0, &[note]), 1_113_035),
    ] {
        assert_eq!(it.refused(CREATE, rule.clone()).await, code, "{rule}");
    }
    let blank = json!({"bk_obj_id": "bk_switch", "id": last, "keys": [{"key_kind": "", "key_id": rack}]});
    for (rule, code) in [
        (blank, 1_199_006),
        (rule("bk_switch", last, &[0]), 1_199_006),
        (rule("bk_switch", 99_999, &[state, rack]), 1_101_110),
        (rule("set", last, &[rack]), 1_101_085),
        (rule("bk_switch", last, &[rack, slot]), 1_113_050),
        (rule("bk_switch", last, &[rack]), 1_113_052),
        (rule("bk_switch", last, &[state]), 1_113_035),
    ] {
        assert_eq!(it.refused(UPDATE, rule.clone()).await, code, "{rule}");
    }
    assert_eq!(it.refused(DELETE, rule("bk_switch", 99_999, &[])).await, 1_102_020);
    assert_eq!(it.refused(DELETE, rule("set", last, &[])).await, 1_101_085);
}

#[tokio::test]
async fn the_last_rule_of_a_model_stays() {
    let it = harness().await;
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "bk_router"})).await;
    assert_eq!(rules.len(), 1);
    let id = rules[0]["id"].as_i64().unwrap();
    assert_eq!(it.refused(DELETE, rule("bk_router", id, &[])).await, 1_101_069);
}

#[tokio::test]
async fn a_built_in_rule_stays_as_it_is() {
    let it = harness().await;
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "host"})).await;
    let rule_of = rules.iter().find(|rule| rule["ispre"] == true).expect("a built-in rule of hosts");
    let id = rule_of["id"].as_i64().unwrap();
    let name = stored::rows(&it, Table::Attributes).await;
    let name = name.iter().find(|row| row.doc["bk_obj_id"] == "host" && row.doc["bk_property_id"] == "bk_host_name");
    assert_eq!(it.refused(UPDATE, rule("host", id, &[name.unwrap().id])).await, 1_101_167);
    assert_eq!(it.refused(DELETE, rule("host", id, &[])).await, 1_101_167);
}

#[tokio::test]
async fn a_rule_that_instances_break_is_refused_with_the_value_and_leaves_no_keys() {
    let switches = Switches::new().await;
    let it = &switches.it;
    let mut docs: Vec<_> = (0..2500).map(|n| json!({"rack": format!("r{n}"), "slot": n})).collect();
    docs.push(json!({"rack": "r1", "slot": 1}));
    stored::insert(it, "bk_switch", docs).await;
    let error = it.call(CREATE, rule("bk_switch", 0, &[switches.rack])).await.unwrap_err();
    assert_eq!(error.code.row().number, 1_113_039);
    assert!(error.to_string().contains("rack = \"r1\""), "{error}");
    assert_eq!(it.refused(CREATE, rule("bk_switch", 0, &[switches.slot, switches.rack])).await, 1_113_039);
    let rules = it.rows("search_object_unique", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(rules.len(), 1);
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn empty_texts_collide_and_missing_values_do_not() {
    let switches = Switches::new().await;
    let it = &switches.it;
    let docs = vec![json!({"rack": "", "slot": 1}), json!({"rack": "", "slot": null}), json!({"rack": "a"})];
    stored::insert(it, "bk_switch", docs).await;
    assert_eq!(it.refused(CREATE, rule("bk_switch", 0, &[switches.rack])).await, 1_113_039);
    switches.created(&[switches.slot]).await;
}

#[tokio::test]
async fn instances_hold_the_keys_of_the_rule_as_it_is_now() {
    let switches = Switches::new().await;
    let it = &switches.it;
    stored::insert(it, "bk_switch", vec![json!({"rack": "a", "slot": 5}), json!({"rack": "b", "slot": 6})]).await;
    let id = switches.created(&[switches.rack]).await;
    assert_eq!(stored::holder(it, id, json!("b")).await, Some(2));
    it.ok(UPDATE, rule("bk_switch", id, &[switches.slot])).await;
    assert_eq!(stored::holder(it, id, json!("b")).await, None);
    assert_eq!(stored::holder(it, id, json!(6)).await, Some(2));
    it.ok(DELETE, rule("bk_switch", id, &[])).await;
    assert_eq!(stored::holder(it, id, json!(6)).await, None);
}

#[tokio::test]
async fn an_update_that_instances_break_leaves_the_rule_as_it_was() {
    let switches = Switches::new().await;
    let it = &switches.it;
    stored::insert(it, "bk_switch", vec![json!({"rack": "a", "slot": 5}), json!({"rack": "b", "slot": 5.0})]).await;
    let id = switches.created(&[switches.rack]).await;
    assert_eq!(it.refused(UPDATE, rule("bk_switch", id, &[switches.slot])).await, 1_113_039);
    assert_eq!(stored::holder(it, id, json!("b")).await, Some(2));
}

#[tokio::test]
async fn instances_are_held_to_a_rule_made_after_them_and_free_of_a_deleted_one() {
    let switches = Switches::new().await;
    let it = &switches.it;
    let switch = |asset: &str| json!({"bk_obj_id": "bk_switch", "bk_asset_id": asset, "bk_inst_name": asset, "rack": "a", "slot": 1});
    it.ok("create_inst", switch("1")).await;
    let id = switches.created(&[switches.rack, switches.slot]).await;
    assert_eq!(it.refused("create_inst", switch("2")).await, 1_199_014);
    it.ok(DELETE, rule("bk_switch", id, &[])).await;
    it.ok("create_inst", switch("2")).await;
    it.ok("delete_object_attribute", json!({"id": switches.rack})).await;
    assert_eq!(relata_app::verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

const DUPLICATES: &str = "find_duplicates";

#[tokio::test]
async fn duplicates_name_all_who_share_values_and_nobody_who_lacks_one() {
    let switches = Switches::new().await;
    let it = &switches.it;
    let row = |name: &str, rack: Value, slot: Value| json!({"bk_inst_name": name, "rack": rack, "slot": slot});
    let rows = vec![
        row("a", json!("r1"), json!(1)),
        row("b", json!("r1"), json!(1.0)),
        row("c", json!("r1"), json!(2)),
        row("d", json!("r2"), json!(null)),
        row("e", json!("r2"), json!(null)),
    ];
    stored::insert(it, "bk_switch", rows).await;
    let found = it.ok(DUPLICATES, json!({"model": "bk_switch", "fields": "rack,slot"})).await;
    let shared = json!({"values": {"rack": "r1", "slot": 1}, "count": 2, "instances": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]});
    assert_eq!(found, json!({"checked": 3, "count": 1, "sets": [shared]}));
    let found = it.ok(DUPLICATES, json!({"model": "bk_switch", "fields": ["rack"], "limit": 1})).await;
    assert_eq!([&found["checked"], &found["count"]], [&json!(5), &json!(2)]);
    assert_eq!(found["sets"].as_array().unwrap().len(), 1);
    assert_eq!(found["sets"][0]["count"], 3);
}

#[tokio::test]
async fn duplicates_are_asked_of_attributes_that_a_unique_rule_may_have() {
    let switches = Switches::new().await;
    for (code, asked) in [
        (1_199_010, json!({"model": "bk_switch"})),
        (1_199_011, json!({"model": "bk_switch", "fields": "no_such"})),
        (1_113_035, json!({"model": "bk_switch", "fields": "rack,note"})),
        (1_113_035, json!({"model": "bk_switch", "fields": "state"})),
        (1_199_006, json!({"model": "bk_switch", "fields": "rack", "limit": 501})),
        (1_199_011, json!({"model": "no_such", "fields": "rack"})),
        (1_199_084, json!({"model": "host", "fields": "bk_host_name"})),
    ] {
        assert_eq!(switches.it.refused(DUPLICATES, asked.clone()).await, code, "{asked}");
    }
}
