//! The audit log, by its endpoints.

use super::instances::{association, model, named};
use super::{harness, harness_with};
use relata_app::Settings;
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::store::Table;
use relata_testkit::{Harness, write_with};
use serde_json::{Value, json};

const LIST: &str = "list_operation_audit";
const BY_ID: &str = "find_audit_by_id";

fn asked(condition: &Value, page: &Value) -> Value {
    let mut all = json!({"operation_time": {"start": "2024-01-01 00:00:00"}});
    all.as_object_mut().unwrap().extend(condition.as_object().unwrap().clone());
    json!({"condition": all, "page": page})
}

/// The first 200 records that match, as `action resource_name`, and how many match.
async fn listed(it: &Harness, condition: Value) -> (u64, Vec<String>) {
    let answer = it.ok(LIST, asked(&condition, &json!({"limit": 200}))).await;
    let shown = |record: &Value| [&record["action"], &record["resource_name"]].map(|it| it.as_str().unwrap()).join(" ");
    (answer["count"].as_u64().unwrap(), answer["info"].as_array().unwrap().iter().map(shown).collect())
}

/// Instances a, b and c of `app` and x of `node`, made at 02:00:00 to 02:03:00; links a → x and b → x in one batch.
async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    association(&it, "app", "node", "n:n").await;
    for (obj_id, name) in [("app", "a"), ("app", "b"), ("app", "c"), ("node", "x")] {
        named(&it, obj_id, &[name]).await;
        it.clock.advance(60);
    }
    link(&it, &[(1, 1), (2, 1)]).await;
    it
}

async fn link(it: &Harness, pairs: &[(i64, i64)]) {
    let details: Vec<Value> =
        pairs.iter().map(|(source, target)| json!({"bk_inst_id": source, "bk_asst_inst_id": target})).collect();
    let batch = json!({
        "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_obj_asst_id": "app_connect_node", "details": details,
    });
    it.ok("batch_create_instance_association", batch).await;
}

fn of_apps() -> Value {
    json!({"resource_type": "model_instance", "bk_obj_id": "app"})
}

fn of_links() -> Value {
    json!({"resource_type": "instance_association"})
}

#[tokio::test]
async fn a_record_says_who_did_what_to_which_thing_when_and_how() {
    let settings = Settings { zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(), ..Settings::default() };
    let mut it = harness_with(settings).await;
    model(&it, "app").await;
    it.principal.user = "someone".to_owned();
    named(&it, "app", &["名".repeat(85).as_str()]).await;
    let answer = it.ok(LIST, asked(&of_apps(), &json!({"limit": 1}))).await;
    let listed = &answer["info"][0];
    let mut full = it.ok(BY_ID, json!({"id": [listed["id"]]})).await[0].clone();
    assert_eq!(listed["operation_detail"], Value::Null);
    assert!(full["operation_detail"].take()["details"]["cur_data"].is_object());
    assert_eq!(full, *listed);
    assert_eq!([&full["operation_time"], &full["user"], &full["code"]], ["2024-05-01 10:00:00", "someone", "test"]);
    assert_eq!(
        [&full["audit_type"], &full["resource_type"], &full["action"]],
        ["model_instance", "model_instance", "create"]
    );
    assert_eq!([&full["bk_supplier_account"], &full["operate_from"], &full["extend_resource_name"]], ["0", "user", ""]);
    assert!(full["rid"].as_str().unwrap().starts_with("request-") && full.get("bk_biz_id").is_none());
    it.principal.app = String::new();
    named(&it, "app", &["b"]).await;
    let records = it.rows(LIST, asked(&of_apps(), &json!({"limit": 9, "start": 1}))).await;
    assert!(records.len() == 1 && records[0].get("code").is_none());
    // The bounds are whole seconds of the server's zone, and both count.
    for (time, count) in [
        (json!({"start": "2024-05-01 10:00:00"}), 2),
        (json!({"end": "2024-05-01T02:00:00Z"}), 2),
        (json!({"start": "2024-05-01 10:00:01"}), 0),
        (json!({"end": "2024-05-01 09:59:59", "start": null}), 0),
    ] {
        let mut condition = of_apps();
        condition["operation_time"] = time.clone();
        assert_eq!(it.ok(LIST, asked(&condition, &json!({"limit": 1}))).await["count"], count, "{time}");
    }
}

#[tokio::test]
async fn a_long_name_is_cut_to_256_bytes_between_characters() {
    let it = harness().await;
    model(&it, "app").await;
    it.ok("create_object_attribute", json!({
        "bk_obj_id": "app", "bk_property_id": "long", "bk_property_name": "名".repeat(100), "bk_property_type": "longchar",
    })).await;
    let condition = json!({"resource_type": "model_attribute", "action": ["create"]});
    let answer = it.ok(LIST, asked(&condition, &json!({"limit": 1, "sort": "-id"}))).await;
    assert_eq!(answer["info"][0]["resource_name"], "名".repeat(85));
}

#[tokio::test]
async fn pages_go_from_the_oldest_or_from_the_newest_through_records_that_share_a_row() {
    let it = apps().await;
    it.clock.advance(60);
    let many: Vec<Value> = (0..5).map(|n| json!({"bk_inst_name": format!("m{n}")})).collect();
    it.ok("batch_create_inst", json!({"bk_obj_id": "app", "details": many})).await;
    let all = ["a", "b", "c", "m0", "m1", "m2", "m3", "m4"];
    let contains = json!([{"field": "resource_name", "operator": "contains", "value": "."}]);
    for more in [json!({}), json!({"condition": contains})] {
        let mut condition = of_apps();
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        for (sort, newest_first) in
            [("", false), ("id", false), ("-id", true), ("operation_time:-1", true), ("-user", false)]
        {
            for limit in [1, 2, 3, 200] {
                let (mut names, mut start) = (Vec::new(), 0);
                while start < 9 {
                    let page = json!({"start": start, "limit": limit, "sort": sort});
                    let answer = it.ok(LIST, asked(&condition, &page)).await;
                    assert_eq!(answer["count"], 8);
                    let info = answer["info"].as_array().unwrap();
                    names.extend(info.iter().map(|record| record["resource_name"].as_str().unwrap().to_owned()));
                    start += limit;
                }
                if newest_first {
                    names.reverse();
                }
                assert_eq!(names, all, "{sort} {limit} {more}");
            }
        }
    }
}

#[tokio::test]
async fn records_are_found_by_kind_action_thing_and_user() {
    let mut it = apps().await;
    it.principal.user = "other".to_owned();
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2, "bk_inst_name": "B"})).await;
    it.ok("delete_related_inst_asso", json!({"bk_obj_id": "app", "id": [1]})).await;
    let with = |base: Value, more: Value| {
        let mut all = base;
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    for (condition, found) in [
        (of_apps(), vec!["create a", "create b", "create c", "update b"]),
        (with(of_apps(), json!({"bk_obj_id": "node"})), vec!["create x"]),
        (with(of_apps(), json!({"action": ["update", "nothing"]})), vec!["update b"]),
        (with(of_apps(), json!({"action": ["nothing"]})), vec![]),
        (with(of_apps(), json!({"resource_id": 2})), vec!["create b", "update b"]),
        (with(of_apps(), json!({"resource_id": "2"})), vec!["create b", "update b"]),
        (with(of_apps(), json!({"resource_id": "two"})), vec![]),
        (with(of_apps(), json!({"user": "other"})), vec!["update b"]),
        (with(of_apps(), json!({"user": "nobody"})), vec![]),
        (with(of_apps(), json!({"resource_name": "b"})), vec!["create b", "update b"]),
        (with(of_apps(), json!({"resource_name": "[BC]"})), vec![]),
        (
            with(of_apps(), json!({"resource_name": "[BC]", "fuzzy_query": true})),
            vec!["create b", "create c", "update b"],
        ),
        (with(of_apps(), json!({"operate_from": "user", "action": ["update"]})), vec!["update b"]),
        (with(of_apps(), json!({"operate_from": "cc_system"})), vec![]),
        (with(of_apps(), json!({"bk_biz_id": 3})), vec![]),
        (with(of_apps(), json!({"audit_type": "model_instance", "action": ["update"]})), vec!["update b"]),
        (with(of_apps(), json!({"audit_type": "model"})), vec![]),
        (with(of_apps(), json!({"category": "resource", "action": ["update"]})), vec!["update b"]),
        (with(of_apps(), json!({"category": "other"})), vec![]),
        // The links: of the source's present name.
        (of_links(), vec!["create a", "create B", "delete a"]),
        (with(of_links(), json!({"bk_obj_id": "node"})), vec!["create a", "create B", "delete a"]),
        (with(of_links(), json!({"bk_obj_id": "app", "action": ["delete"]})), vec!["delete a"]),
        (with(of_links(), json!({"bk_obj_id": "bk_switch"})), vec![]),
        (with(of_links(), json!({"resource_id": 2})), vec!["create B"]),
        (with(of_links(), json!({"resource_name": "a"})), vec!["create a", "delete a"]),
        (json!({"category": "resource", "resource_id": 1}), vec!["create a", "create x", "create a", "delete a"]),
        (json!({"resource_type": "model_association"}), vec![]),
        (json!({"resource_type": "association_kind"}), vec![]),
        (json!({"resource_type": "user"}), vec![]),
        (json!({"resource_type": "nothing"}), vec![]),
    ] {
        assert_eq!(
            listed(&it, condition.clone()).await,
            (found.len() as u64, found.iter().map(ToString::to_string).collect()),
            "{condition}"
        );
    }
    for (rules, found) in [
        (json!([{"field": "user", "operator": "in", "value": ["other"]}]), vec!["update b"]),
        (
            json!([{"field": "user", "operator": "not_in", "value": ["other"]}]),
            vec!["create a", "create b", "create c"],
        ),
        (json!([{"field": "resource_name", "operator": "contains", "value": "B"}]), vec!["create b", "update b"]),
        (
            json!([
                {"field": "resource_name", "operator": "in", "value": ["a", "b"]},
                {"field": "user", "operator": "in", "value": ["admin"]},
            ]),
            vec!["create a", "create b"],
        ),
    ] {
        let found = found.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed(&it, with(of_apps(), json!({"condition": rules}))).await.1, found, "{rules}");
    }
}

#[tokio::test]
async fn lists_that_cannot_be_are_refused_in_the_documented_order() {
    let it = harness().await;
    let rule = |field: &str, operator: &str, value: Value| json!({"condition": [{"field": field, "operator": operator, "value": value}]});
    let page = json!({"limit": 1});
    let untimed = json!({"operation_time": {}});
    for (input, code) in [
        (json!({"condition": {"action": "create"}}), 1_199_000),
        (json!({"condition": {"operation_time": ["2024-01-01 00:00:00"]}}), 1_199_000),
        (json!({"condition": {}}), 1_199_006),
        (asked(&untimed, &json!({"limit": 201})), 1_199_059),
        (asked(&untimed, &page), 1_199_010),
        (json!({"page": page}), 1_199_010),
        (asked(&json!({"operation_time": {"start": "x"}}), &page), 1_199_006),
        (asked(&json!({"user": "a", "condition": [1]}), &page), 1_199_006),
        (asked(&json!({"resource_name": "a", "condition": [1]}), &page), 1_199_006),
        (asked(&json!({"condition": [1]}), &page), 1_199_006),
        (asked(&rule("action", "in", json!(["a"])), &page), 1_199_006),
        (asked(&rule("user", "contains", json!("a")), &page), 1_199_006),
        (asked(&rule("user", "equal", json!("a")), &page), 1_199_006),
        (asked(&rule("user", "in", json!("a")), &page), 1_199_006),
        (asked(&rule("resource_name", "contains", json!("")), &page), 1_199_006),
        (asked(&json!({"condition": [{"condition": "AND", "rules": []}]}), &page), 1_199_006),
        (asked(&json!({"bk_obj_id": "app"}), &page), 1_199_006),
        (asked(&json!({"bk_obj_id": "app", "resource_type": "model"}), &page), 1_199_006),
        (asked(&json!({"resource_name": "(", "fuzzy_query": true}), &page), 1_199_006),
    ] {
        assert_eq!(it.refused(LIST, input.clone()).await, code, "{input}");
    }
    for (input, code) in [
        (json!({}), 1_199_010),
        (json!({"id": []}), 1_199_010),
        (json!({"id": vec![1; 201]}), 1_199_059),
        (json!({"id": ["1"]}), 1_199_000),
        (json!({"id": [0, -1, 99_999]}), 1_199_011),
    ] {
        assert_eq!(it.refused(BY_ID, input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn records_are_found_by_id_each_once_and_only_those_that_are_shown() {
    let it = apps().await;
    let answer = it.ok(LIST, asked(&of_links(), &json!({"limit": 9}))).await;
    let ids: Vec<i64> = answer["info"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(ids[1], ids[0] + 1);
    let found = it.ok(BY_ID, json!({"id": [ids[1], ids[1], 99_999, ids[0]]})).await;
    let targets = |records: &Value| -> Vec<Value> {
        records.as_array().unwrap().iter().map(|it| it["operation_detail"]["dest_inst_name"].clone()).collect()
    };
    assert_eq!(targets(&found), ["x", "x"]);
    let second = it.ok(BY_ID, json!({"id": [ids[1]]})).await;
    assert_eq!([&second[0]["id"], &second[0]["resource_name"]], [&json!(ids[1]), &json!("b")]);
    // The model association was made just before the instances, and its record is not shown.
    let created = it.ok(LIST, asked(&of_apps(), &json!({"limit": 1}))).await["info"][0]["id"].as_i64().unwrap();
    assert_eq!(it.refused(BY_ID, json!({"id": [created - 1]})).await, 1_199_011);
}

#[tokio::test]
async fn records_of_links_name_what_was_deleted_since() {
    let it = apps().await;
    it.ok("delete_related_inst_asso", json!({"bk_obj_id": "app", "id": [1, 2]})).await;
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2, "bk_inst_name": "last"})).await;
    it.ok("batch_delete_inst", json!({"bk_obj_id": "app", "delete": {"inst_ids": [1, 2, 3]}})).await;
    it.ok("delete_inst", json!({"bk_obj_id": "node", "bk_inst_id": 1})).await;
    let all = vec!["create a".to_owned(), "create last".to_owned(), "delete a".to_owned(), "delete last".to_owned()];
    assert_eq!(listed(&it, of_links()).await.1, all);
    // The association and its models go, too, and an association of other models takes the id.
    let number = super::stored::number(&it, Table::ModelAssociations, "bk_obj_asst_id", "app_connect_node").await;
    it.ok("delete_delete_objectassociation", json!({"id": number})).await;
    for obj_id in ["app", "node"] {
        let number = super::stored::number(&it, Table::Models, "bk_obj_id", obj_id).await;
        it.ok("delete_object", json!({"id": number})).await;
    }
    let other = json!({
        "bk_obj_asst_id": "app_connect_node", "bk_obj_asst_name": "c", "bk_obj_id": "bk_switch",
        "bk_asst_obj_id": "bk_router", "bk_asst_id": "run", "mapping": "n:n",
    });
    it.ok("post_create_objectassociation", other).await;
    assert_eq!(listed(&it, of_links()).await.1, all);
    let answer = it.ok(LIST, asked(&of_links(), &json!({"limit": 1, "start": 3}))).await;
    let record = it.ok(BY_ID, json!({"id": [answer["info"][0]["id"]]})).await;
    assert_eq!(
        record[0]["operation_detail"],
        json!({
            "asst_id": "app_connect_node", "asst_kind": "connect", "src_obj_id": "app", "dest_obj_id": "node",
            "dest_inst_id": 1, "dest_inst_name": "x",
        })
    );
}

#[tokio::test]
async fn definitions_are_audited_with_their_model_and_rules_with_their_data() {
    let it = harness().await;
    model(&it, "app").await;
    let attribute = super::instances::attribute(&it, "app", "size", "int", json!({"option": ""})).await;
    it.ok("update_object_attribute", json!({"id": attribute, "unit": "U"})).await;
    let keys = json!([{"key_kind": "property", "key_id": attribute}]);
    let rule = it.ok("post_create_objectunique_object", json!({"bk_obj_id": "app", "keys": keys})).await["id"].clone();
    let details = async |kind: &str| {
        let answer = it.ok(LIST, asked(&json!({"resource_type": kind}), &json!({"limit": 1, "sort": "-id"}))).await;
        it.ok(BY_ID, json!({"id": [answer["info"][0]["id"]]})).await[0]["operation_detail"].clone()
    };
    let changed = details("model_attribute").await;
    assert_eq!([&changed["bk_obj_id"], &changed["bk_obj_name"]], ["app", "app"]);
    assert_eq!(changed["details"]["update_fields"], json!({"unit": "U"}));
    assert_eq!([&changed["details"]["pre_data"]["unit"], &changed["details"]["cur_data"]], [&json!(""), &Value::Null]);
    let made = details("model_unique").await;
    assert_eq!([&made["data"]["keys"], &made["data"]["id"], &made["update_fields"]], [&keys, &rule, &Value::Null]);
    let number = super::stored::number(&it, Table::Models, "bk_obj_id", "app").await;
    for (paused, action) in [(true, "stop"), (false, "resume")] {
        it.ok("update_object", json!({"id": number, "bk_ispaused": paused})).await;
        let newest =
            asked(&json!({"audit_type": "model", "resource_type": "model"}), &json!({"limit": 1, "sort": "-id"}));
        assert_eq!(it.ok(LIST, newest).await["info"][0]["action"], action);
    }
}

#[tokio::test]
async fn records_outside_of_the_page_are_counted_unread() {
    let it = apps().await;
    let unreadable = ChangeSet {
        seq: 0,
        count: 1,
        time: 1_800_000_000_000,
        actor: Actor::default(),
        resource: Resource::Instance,
        action: Action::Update,
        scope: "app".to_owned(),
        subjects: vec![1],
        data: "unreadable".to_owned(),
    };
    let appended = write_with(&*it.app.store, move |tx| {
        let set = unreadable.clone();
        Box::pin(async move { tx.append_changes(vec![set]).await })
    });
    appended.await.unwrap();
    let before = it.ok(LIST, asked(&of_apps(), &json!({"limit": 3}))).await;
    assert_eq!((&before["count"], before["info"].as_array().unwrap().len()), (&json!(4), 3));
    assert_eq!(it.refused(LIST, asked(&of_apps(), &json!({"limit": 4}))).await, 1_199_061);
}

#[tokio::test]
async fn what_one_request_has_changed_is_one_entry_with_the_number_of_its_records() {
    let it = apps().await;
    let operations: Vec<Value> = ["a", "b", "c"]
        .iter()
        .map(|name| json!({"op": "update", "model": "app", "instance": {"bk_inst_name": name}, "attributes": {"bk_inst_name": format!("{name}{name}")}}))
        .chain([json!({"op": "create", "model": "node", "attributes": {"bk_inst_name": "y"}})])
        .collect();
    it.ok("relata_bulk", json!({"operations": operations})).await;
    let listed = async |filters: Value| it.ok("list_audited_requests", filters).await;
    let all = listed(json!({"limit": 2})).await;
    let [bulk, links] = [&all["requests"][0], &all["requests"][1]];
    let changed = |it: &Value| -> Vec<Value> {
        let members = ["resource", "action", "scope", "count", "name", "source", "target"];
        let changes = it["changes"].as_array().unwrap().iter();
        changes.map(|change| members.iter().map(|member| change[*member].clone()).collect()).collect()
    };
    assert_eq!(bulk["count"], 4);
    assert_eq!(
        changed(bulk),
        [
            json!(["model_instance", "create", "node", 1, "y", null, null]),
            json!(["model_instance", "update", "app", 3, "a", null, null]),
        ]
    );
    assert_eq!(changed(links), [json!(["instance_association", "create", "app_connect_node", 2, "", 1, 1])]);
    // The page after it begins where it has ended.
    let next = listed(json!({"before": all["before"]})).await;
    assert_eq!(next["requests"][0]["changes"][0]["name"], "x");
    assert_eq!(next["before"], Value::Null);
    let of_b = listed(json!({"model": "app", "id": 2, "action": "update"})).await;
    assert_eq!((of_b["requests"].as_array().unwrap().len(), &of_b["requests"][0]["count"]), (1, &json!(1)));
    let first = of_b["requests"][0]["changes"][0]["first"].clone();
    let record = it.ok(BY_ID, json!({"id": [first]})).await;
    assert_eq!((&record[0]["resource_id"], &record[0]["rid"]), (&json!(2), &bulk["request"]));
    let of_request = listed(json!({"request": bulk["request"]})).await;
    assert_eq!(of_request["requests"], json!([bulk]));
    let of_ends = listed(json!({"resource": "instance_association", "model": "node"})).await;
    assert_eq!(of_ends["requests"], json!([links]));
    assert_eq!(listed(json!({"user": "nobody"})).await["requests"], json!([]));
    assert_eq!(it.refused("list_audited_requests", json!({"limit": 201})).await, 1_199_059);
    assert_eq!(it.refused("list_audited_requests", json!({"from": "yesterday"})).await, 1_199_006);
}
