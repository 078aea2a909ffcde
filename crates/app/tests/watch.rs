//! Events of the API, by `resource_watch`, and the change log as it is.

use super::follower::settled;
use super::instances::{association, model, named};
use super::{harness, harness_with};
use jiff::SignedDuration;
use relata_app::Settings;
use relata_testkit::Harness;
use serde_json::{Value, json};

const WATCH: &str = "resource_watch";
const NO_EVENT: &str = "MQ0xDTVlYTZkM2YzOTRjMWY1ZDk4NmU5YmQ4Ng1ub0V2ZW50DTENMQ0=";

async fn watch(it: &Harness, kind: &str, input: Value) -> Value {
    settled(&it.app).await;
    let mut all = json!({"bk_resource": kind});
    all.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    it.ok(WATCH, all).await
}

/// What was watched, as `type name`, and where to go on.
async fn told(it: &Harness, input: Value) -> (Vec<String>, String) {
    let answer = watch(it, "object_instance", input).await;
    let events = answer["bk_events"].as_array().unwrap();
    let cursor = events.last().unwrap()["bk_cursor"].as_str().unwrap().to_owned();
    if answer["bk_watched"] == false {
        assert_eq!((events.len(), &events[0]["bk_event_type"], &events[0]["bk_detail"]), (1, &json!(""), &Value::Null));
        return (Vec::new(), cursor);
    }
    let shown = |event: &Value| {
        [&event["bk_event_type"], &event["bk_detail"]["bk_inst_name"]].map(|it| it.as_str().unwrap()).join(" ")
    };
    (events.iter().map(shown).collect(), cursor)
}

async fn rename(it: &Harness, obj_id: &str, id: i64, name: &str) {
    it.ok("update_inst", json!({"bk_obj_id": obj_id, "bk_inst_id": id, "bk_inst_name": name})).await;
}

/// The instances a and b of `app`, a minute apart.
async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    for name in ["a", "b"] {
        it.clock.advance(60);
        named(&it, "app", &[name]).await;
    }
    it
}

#[tokio::test]
async fn a_cursor_leads_through_all_events_in_order() {
    let it = apps().await;
    let (first, cursor) = told(&it, json!({"bk_cursor": NO_EVENT})).await;
    assert_eq!(first, ["create a", "create b"]);
    let (none, cursor) = told(&it, json!({"bk_cursor": cursor})).await;
    assert_eq!(none, Vec::<String>::new());
    rename(&it, "app", 1, "c").await;
    it.ok("delete_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2})).await;
    // Other things are no events of this kind, but they move the place to go on from.
    it.ok("relata_create_user", json!({"user": "ann"})).await;
    let (events, cursor) = told(&it, json!({"bk_cursor": cursor})).await;
    assert_eq!(events, ["update c", "delete b"]);
    let (none, moved) = told(&it, json!({"bk_cursor": cursor})).await;
    assert_eq!(none, Vec::<String>::new());
    assert_ne!(moved, cursor);
}

#[tokio::test]
async fn a_detail_is_the_document_or_the_fields_that_are_asked_for() {
    let it = apps().await;
    let whole = watch(&it, "object_instance", json!({"bk_cursor": NO_EVENT})).await;
    let event = &whole["bk_events"][0];
    assert_eq!(event["bk_resource"], "object_instance");
    assert_eq!((&event["bk_detail"]["bk_inst_id"], &event["bk_detail"]["bk_obj_id"]), (&json!(1), &json!("app")));
    let some = watch(&it, "object_instance", json!({"bk_cursor": NO_EVENT, "bk_fields": ["bk_inst_name", "x"]})).await;
    assert_eq!(some["bk_events"][1]["bk_detail"], json!({"bk_inst_name": "b", "x": null}));
}

#[tokio::test]
async fn types_and_models_restrict_what_is_told() {
    let it = apps().await;
    named(&it, "node", &["n"]).await;
    rename(&it, "app", 1, "c").await;
    let of = async |input: Value| {
        let mut all = json!({"bk_cursor": NO_EVENT});
        all.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        told(&it, all).await.0
    };
    assert_eq!(of(json!({})).await, ["create a", "create b", "create n", "update c"]);
    assert_eq!(of(json!({"bk_event_types": ["update", "delete"]})).await, ["update c"]);
    assert_eq!(of(json!({"bk_filter": {"bk_sub_resource": "node"}})).await, ["create n"]);
    let both = json!({"bk_event_types": ["create"], "bk_filter": {"bk_sub_resource": "app"}});
    assert_eq!(of(both).await, ["create a", "create b"]);
    assert_eq!(of(json!({"bk_event_types": ["delete"]})).await, Vec::<String>::new());
}

#[tokio::test]
async fn links_are_told_with_both_ends_also_when_their_association_is_gone() {
    let it = apps().await;
    named(&it, "node", &["n"]).await;
    association(&it, "app", "node", "n:n").await;
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": 1});
    let id = it.ok("add_instance_association", pair).await["id"].clone();
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": id})).await;
    let of = async |part: &str| {
        let filter = json!({"bk_cursor": NO_EVENT, "bk_filter": {"bk_sub_resource": part}});
        watch(&it, "inst_asst", filter).await
    };
    let (app, node, other) = (of("app").await, of("node").await, of("bk_switch").await);
    assert_eq!(app, node);
    assert_eq!((&app["bk_watched"], &other["bk_watched"]), (&json!(true), &json!(false)));
    let types: Vec<&Value> = app["bk_events"].as_array().unwrap().iter().map(|it| &it["bk_event_type"]).collect();
    assert_eq!(types, ["create", "delete"]);
    let detail = json!({
        "id": id, "bk_inst_id": 1, "bk_obj_id": "app", "bk_asst_inst_id": 1, "bk_asst_obj_id": "node",
        "bk_obj_asst_id": "app_connect_node", "bk_asst_id": "connect", "bk_supplier_account": "0",
    });
    assert_eq!(app["bk_events"][0]["bk_detail"], detail);
    let asst = it.rows("find_object_association", json!({"condition": {"bk_obj_asst_id": "app_connect_node"}})).await;
    it.ok("delete_delete_objectassociation", json!({"id": asst[0]["id"]})).await;
    assert_eq!(of("app").await, app);
}

#[tokio::test]
async fn at_most_200_events_come_at_once_and_the_rest_of_a_batch_comes_next() {
    let it = harness().await;
    model(&it, "app").await;
    for batch in 0..3 {
        let names: Vec<String> = (0..150).map(|number| format!("{batch}-{number}")).collect();
        named(&it, "app", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let (mut all, mut cursor) = (Vec::new(), NO_EVENT.to_owned());
    for expected in [200, 200, 50, 0] {
        let events;
        (events, cursor) = told(&it, json!({"bk_cursor": cursor})).await;
        assert_eq!(events.len(), expected);
        all.extend(events);
    }
    let expected: Vec<String> = (0..450).map(|it| format!("create {}-{}", it / 150, it % 150)).collect();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn from_now_answers_the_newest_event_when_it_is_one_that_is_asked_for() {
    let it = harness().await;
    model(&it, "app").await;
    assert_eq!(told(&it, json!({})).await, (Vec::new(), NO_EVENT.to_owned()));
    named(&it, "app", &["a", "b"]).await;
    it.ok("relata_create_user", json!({"user": "ann"})).await;
    let (events, cursor) = told(&it, json!({})).await;
    assert_eq!(events, ["create b"]);
    assert_eq!(told(&it, json!({"bk_cursor": cursor})).await.0, Vec::<String>::new());
    assert_eq!(told(&it, json!({"bk_event_types": ["delete"]})).await, (Vec::new(), NO_EVENT.to_owned()));
}

#[tokio::test]
async fn a_start_time_begins_after_itself_and_within_the_kept_history() {
    let settings = Settings { history: SignedDuration::from_hours(1), ..Settings::default() };
    let it = harness_with(settings).await;
    model(&it, "app").await;
    let start: jiff::Timestamp = relata_testkit::app::START.parse().unwrap();
    let begin = start.as_second();
    assert_eq!(told(&it, json!({"bk_start_from": begin})).await, (Vec::new(), NO_EVENT.to_owned()));
    for name in ["a", "b", "c"] {
        it.clock.advance(600);
        named(&it, "app", &[name]).await;
    }
    assert_eq!(told(&it, json!({"bk_start_from": begin})).await.0, ["create a", "create b", "create c"]);
    assert_eq!(told(&it, json!({"bk_start_from": begin + 600})).await.0, ["create b", "create c"]);
    // At the newest one or later: that one.
    assert_eq!(told(&it, json!({"bk_start_from": begin + 1800})).await.0, ["create c"]);
    let none = json!({"bk_start_from": begin, "bk_event_types": ["delete"]});
    let (events, cursor) = told(&it, none).await;
    assert_eq!((events, told(&it, json!({"bk_cursor": cursor})).await.0), (Vec::new(), Vec::new()));
    it.clock.advance(1801);
    for outside in [begin, begin + 3602] {
        assert_eq!(
            it.refused(WATCH, json!({"bk_resource": "object_instance", "bk_start_from": outside})).await,
            1_199_006
        );
    }
    // What is older is kept: the cursor of an event leads on however old it is.
    let old = told(&it, json!({"bk_start_from": begin + 600})).await.1;
    it.clock.advance(36000);
    assert_eq!(told(&it, json!({"bk_cursor": old})).await.0, Vec::<String>::new());
    assert_eq!(told(&it, json!({"bk_cursor": NO_EVENT})).await.0, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_watched_is_refused_in_the_order_of_the_checks() {
    let it = apps().await;
    settled(&it.app).await;
    let sub = json!({"bk_sub_resource": "app"});
    let cases = [
        ("nonsense", json!({"bk_event_types": ["renamed"]}), 1_199_998),
        ("host", json!({}), 1_199_998),
        ("module", json!({"bk_start_from": 1, "bk_cursor": NO_EVENT}), 1_199_998),
        ("object_instance", json!({"bk_start_from": 1, "bk_cursor": NO_EVENT}), 1_199_998),
        ("host", json!({"bk_fields": ["bk_host_id"], "bk_filter": sub}), 1_199_998),
        ("nonsense", json!({}), 1_199_998),
        ("object_instance", json!({"bk_event_types": "create"}), 1_199_000),
        ("object_instance", json!({"bk_cursor": "no cursor"}), 1_103_007),
        ("object_instance", json!({"bk_cursor": "MQ04DTk5OTk5"}), 1_103_007),
        ("object_instance", json!({"bk_cursor": "MQ0xMw0x"}), 1_103_007),
    ];
    for (kind, mut input, code) in cases {
        input["bk_resource"] = json!(kind);
        assert_eq!(it.refused(WATCH, input.clone()).await, code, "{input}");
    }
    // What has no instances yet is quiet, not unknown.
    let hosts = watch(&it, "host", json!({"bk_fields": ["bk_host_id"]})).await;
    assert_eq!(hosts["bk_watched"], false);
}

#[tokio::test]
async fn the_change_log_refuses_cursors_from_the_future_and_begins_at_its_end_for_who_asks() {
    let it = apps().await;
    settled(&it.app).await;
    let end = it.ok("read_changes", json!({"now": true})).await["cursor"].as_i64().unwrap();
    assert!(end > 2);
    assert_eq!(it.ok("read_changes", json!({"cursor": end})).await, json!({"cursor": end, "changes": []}));
    assert_eq!(it.refused("read_changes", json!({"cursor": end + 1})).await, 1_103_007);
    let last = it.ok("read_changes", json!({"cursor": end - 1, "now": true})).await;
    assert_eq!(last["changes"][0]["record"]["name"], "b");
}
