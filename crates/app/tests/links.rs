//! Links between instances, created and deleted by their endpoints.

use super::instances::{association, model, named, store_calls};
use super::stored;
use super::{harness, harness_with};
use relata_app::Settings;
use relata_model::Lang;
use relata_model::store::{LinkQuery, Store, Table};
use relata_testkit::{Faulty, Harness, Reference, read_with};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const CREATE: &str = "add_instance_association";
const CREATE_MANY: &str = "batch_create_instance_association";
const DELETE: &str = "delete_instance_association";
const DELETE_MANY: &str = "delete_related_inst_asso";

/// Four instances each of the models `app` and `node`, and the association `app_connect_node`.
async fn linked(it: Harness, mapping: &str) -> Harness {
    for obj_id in ["app", "node"] {
        model(&it, obj_id).await;
        named(&it, obj_id, &["a", "b", "c", "d"]).await;
    }
    association(&it, "app", "node", mapping).await;
    it
}

async fn apps(mapping: &str) -> Harness {
    linked(harness().await, mapping).await
}

fn pair(source: i64, target: i64) -> Value {
    json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": source, "bk_asst_inst_id": target})
}

fn batch(pairs: &[(i64, i64)]) -> Value {
    let details: Vec<Value> =
        pairs.iter().map(|(source, target)| json!({"bk_inst_id": source, "bk_asst_inst_id": target})).collect();
    json!({
        "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_obj_asst_id": "app_connect_node", "details": details,
    })
}

fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// `(id, source, target)` of all links of an association.
async fn links(it: &Harness, id: &str) -> Vec<(i64, i64, i64)> {
    let associations = vec![stored::number(it, Table::ModelAssociations, "bk_obj_asst_id", id).await];
    let query = LinkQuery { associations, ..LinkQuery::default() };
    let found = read_with(&*it.app.store, move |tx| {
        let query = query.clone();
        Box::pin(async move { tx.find_links(&query).await })
    });
    found.await.unwrap().iter().map(|link| (link.id, link.source, link.target)).collect()
}

/// Audit records of links, oldest first.
async fn audited(it: &Harness) -> Vec<Value> {
    let condition = json!({"operation_time": {"end": "2030-01-01 00:00:00"}, "resource_type": "instance_association"});
    let listed = it.rows("list_operation_audit", json!({"condition": condition, "page": {"limit": 200}})).await;
    let ids: Vec<&Value> = listed.iter().map(|record| &record["id"]).collect();
    if ids.is_empty() {
        Vec::new()
    } else {
        it.ok("find_audit_by_id", json!({"id": ids})).await.as_array().unwrap().clone()
    }
}

async fn sound(it: &Harness) {
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
    assert_eq!(relata_app::verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_new_link_is_stored_and_audited_and_its_id_is_answered() {
    let it = apps("n:n").await;
    assert_eq!(it.ok(CREATE, with(&pair(1, 2), &json!({"id": 9, "bk_obj_id": 7}))).await, json!({"id": 1}));
    assert_eq!(it.ok(CREATE, pair(2, 2)).await, json!({"id": 2}));
    assert_eq!(links(&it, "app_connect_node").await, [(1, 1, 2), (2, 2, 2)]);
    let records = audited(&it).await;
    assert_eq!(records.len(), 2);
    assert_eq!(
        [&records[0]["audit_type"], &records[0]["action"], &records[0]["user"]],
        ["model_instance", "create", "admin"]
    );
    assert_eq!([&records[0]["resource_id"], &records[0]["resource_name"]], [&json!(1), &json!("a")]);
    assert_eq!(
        records[0]["operation_detail"],
        json!({
            "asst_id": "app_connect_node", "asst_kind": "connect", "src_obj_id": "app", "dest_obj_id": "node",
            "dest_inst_id": 2, "dest_inst_name": "b",
        })
    );
    sound(&it).await;
}

#[tokio::test]
async fn a_single_link_that_cannot_be_is_refused_the_mapping_before_the_duplicate_before_the_ends() {
    for (mapping, cases) in [
        ("n:n", [((1, 1), 1_199_014), ((9, 1), 1_101_073), ((1, 9), 1_101_074), ((9, 9), 1_101_073)]),
        ("1:n", [((1, 1), 1_101_061), ((2, 1), 1_101_061), ((9, 1), 1_101_061), ((1, 9), 1_101_074)]),
        ("1:1", [((1, 1), 1_101_052), ((2, 1), 1_101_052), ((1, 9), 1_101_052), ((9, 2), 1_101_073)]),
    ] {
        let it = apps(mapping).await;
        it.ok(CREATE, pair(1, 1)).await;
        for ((source, target), code) in cases {
            assert_eq!(it.refused(CREATE, pair(source, target)).await, code, "{mapping} {source} {target}");
        }
        assert_eq!(links(&it, "app_connect_node").await.len(), 1);
    }
    let it = apps("n:n").await;
    for (input, code) in [
        (json!({"bk_obj_asst_id": 1}), 1_199_006),
        (json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": "1"}), 1_199_006),
        (json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1.0}), 1_199_006),
        (json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": u64::MAX}), 1_199_006),
        (json!({}), 1_101_046),
        (json!({"bk_obj_asst_id": "nothing", "bk_inst_id": 1}), 1_101_046),
        (json!({"bk_obj_asst_id": "app_connect_node"}), 1_101_073),
        (json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": null}), 1_101_074),
    ] {
        assert_eq!(it.refused(CREATE, input.clone()).await, code, "{input}");
    }
}

/// The answer's messages by their codes, with the ids that the details name.
fn codes(answer: &Value) -> Map<String, Value> {
    let [messages, details] = ["error_msg", "error_detail"].map(|member| answer[member].as_object().unwrap());
    assert_eq!(messages.keys().collect::<Vec<_>>(), details.keys().collect::<Vec<_>>());
    for (index, detail) in details {
        for id in ["bk_inst_id", "bk_asst_inst_id"] {
            assert!(detail[id].is_i64(), "{index}");
        }
        assert!(messages[index].is_string());
    }
    details.iter().map(|(index, detail)| (index.clone(), detail["code"].clone())).collect()
}

#[tokio::test]
async fn every_pair_of_a_batch_succeeds_or_fails_by_itself_and_earlier_ones_count() {
    let pairs = [(1, 1), (1, 1), (1, 2), (2, 1), (9, 1), (1, 9), (9, 9), (0, 0), (2, 2), (3, 3)];
    for (mapping, created, refused) in [
        (
            "n:n",
            json!({"0": 1, "2": 2, "3": 3, "8": 4, "9": 5}),
            json!({"1": 1_101_038, "4": 1_101_073, "5": 1_101_074, "6": 1_101_073, "7": 1_101_073}),
        ),
        (
            "1:n",
            json!({"0": 1, "2": 2, "9": 3}),
            json!({
                "1": 1_101_038, "3": 1_101_061, "4": 1_101_073, "5": 1_101_074, "6": 1_101_073, "7": 1_101_073,
                "8": 1_101_061,
            }),
        ),
        (
            "1:1",
            json!({"0": 1, "8": 2, "9": 3}),
            json!({
                "1": 1_101_038, "2": 1_101_052, "3": 1_101_052, "4": 1_101_073, "5": 1_101_074, "6": 1_101_073,
                "7": 1_101_073,
            }),
        ),
    ] {
        let it = apps(mapping).await;
        let answer = it.ok(CREATE_MANY, batch(&pairs)).await;
        assert_eq!(answer["success_created"], created, "{mapping}");
        assert_eq!(Value::from(codes(&answer)), refused, "{mapping}");
        let ids: Vec<Value> = links(&it, "app_connect_node").await.iter().map(|link| json!(link.0)).collect();
        assert_eq!(ids, created.as_object().unwrap().values().cloned().collect::<Vec<_>>(), "{mapping}");
        assert_eq!(audited(&it).await.len(), ids.len(), "{mapping}");
        // All again: what is there is a duplicate, whatever the mapping.
        let again = it.ok(CREATE_MANY, batch(&pairs)).await;
        assert_eq!(again["success_created"], json!({}), "{mapping}");
        for index in created.as_object().unwrap().keys() {
            assert_eq!(codes(&again)[index], 1_101_038, "{mapping} {index}");
        }
        assert_eq!(audited(&it).await.len(), ids.len(), "{mapping}");
        sound(&it).await;
    }
}

#[tokio::test]
async fn a_model_can_be_linked_with_itself_and_both_ways() {
    let it = harness().await;
    model(&it, "app").await;
    named(&it, "app", &["a", "b", "c"]).await;
    association(&it, "app", "app", "1:1").await;
    let own = json!({"bk_obj_id": "app", "bk_asst_obj_id": "app", "bk_obj_asst_id": "app_connect_app"});
    let pairs = batch(&[(1, 2), (2, 1), (3, 3), (3, 1), (2, 3)]);
    let answer = it.ok(CREATE_MANY, with(&pairs, &own)).await;
    assert_eq!(answer["success_created"], json!({"0": 1, "1": 2, "2": 3}));
    assert_eq!(Value::from(codes(&answer)), json!({"3": 1_101_052, "4": 1_101_052}));
    sound(&it).await;
}

#[tokio::test]
async fn messages_name_ids_and_rule_in_the_callers_language() {
    let mut it = apps("1:n").await;
    let pairs = batch(&[(1, 1), (1, 1), (2, 1), (77, 2), (1, 88)]);
    let chinese = it.ok(CREATE_MANY, pairs.clone()).await;
    it.lang = Lang::En;
    let english = it.ok(CREATE_MANY, pairs).await;
    for (index, parts) in [
        ("1", vec!["1", "app", "node", "linked"]),
        ("2", vec!["1:n", "1", "app_connect_node"]),
        ("3", vec!["77", "app", "does not exist"]),
        ("4", vec!["88", "node", "does not exist"]),
    ] {
        let text = english["error_msg"][index].as_str().unwrap();
        assert!(text.is_ascii() && parts.iter().all(|part| text.contains(part)), "{text}");
        let text = chinese["error_msg"][index].as_str().unwrap();
        assert!(!text.is_ascii() && text.contains(parts[0]), "{text}");
    }
    assert_eq!(english["error_detail"]["3"], json!({"code": 1_101_073, "bk_inst_id": 77, "bk_asst_inst_id": 2}));
}

#[tokio::test]
async fn a_batch_that_cannot_be_is_refused_whole_in_the_documented_order() {
    let it = apps("n:n").await;
    let good = batch(&[(1, 1)]);
    for (more, code, named) in [
        (json!({"details": [{"bk_inst_id": "1"}]}), 1_199_000, ""),
        (json!({"details": [[1, 1]]}), 1_199_000, ""),
        (json!({"details": {"0": {}}}), 1_199_000, ""),
        (json!({"bk_obj_asst_id": "", "bk_obj_id": "", "details": []}), 1_199_011, "bk_obj_asst_id"),
        (json!({"bk_obj_id": "", "bk_asst_obj_id": "", "details": []}), 1_199_011, "bk_obj_id"),
        (json!({"bk_asst_obj_id": null, "details": []}), 1_199_011, "bk_asst_obj_id"),
        (json!({"details": [], "bk_obj_id": "x"}), 1_199_038, "details"),
        (json!({"details": null}), 1_199_038, "details"),
        (json!({"details": vec![json!({}); 201], "bk_obj_id": "x"}), 1_199_035, "200"),
        (json!({"bk_obj_id": "node", "bk_asst_obj_id": "app"}), 1_199_006, "bk_obj_id"),
        (json!({"bk_asst_obj_id": "app"}), 1_199_006, "bk_asst_obj_id"),
        (json!({"bk_obj_id": "app_connect_node_and_more"}), 1_199_006, "bk_obj_id"),
        (json!({"bk_asst_obj_id": "more_app_connect_node"}), 1_199_006, "bk_asst_obj_id"),
        // Beginning and end of the id, and yet not the models of the association.
        (json!({"bk_obj_id": "ap"}), 1_199_006, "bk_obj_id"),
        (json!({"bk_asst_obj_id": "ode"}), 1_199_006, "bk_asst_obj_id"),
        (json!({"bk_obj_asst_id": "app_run_node"}), 1_101_046, ""),
    ] {
        let error = it.call(CREATE_MANY, with(&good, &more)).await.unwrap_err();
        let message = error.message(Lang::En);
        assert!(error.code.row().number == code && message.contains(named), "{more}: {message}");
    }
    assert_eq!(it.refused(CREATE_MANY, json!({})).await, 1_199_011);
    assert_eq!(links(&it, "app_connect_node").await, []);
    // Null is a pair without ids, and further members are nobody's business.
    let odd =
        json!({"details": [null, {"bk_inst_id": 1, "bk_asst_inst_id": 1, "id": 7, "bk_obj_id": "x", "more": {}}]});
    let answer = it.ok(CREATE_MANY, with(&good, &odd)).await;
    assert_eq!(
        [&answer["success_created"], &answer["error_detail"]["0"]["code"]],
        [&json!({"1": 1}), &json!(1_101_073)]
    );
}

#[tokio::test]
async fn the_size_of_a_batch_is_a_setting() {
    let settings = Settings { link_batch: 2, ..Settings::default() };
    let it = linked(harness_with(settings).await, "n:n").await;
    it.ok(CREATE_MANY, batch(&[(1, 1), (1, 2)])).await;
    assert_eq!(it.refused(CREATE_MANY, batch(&[(2, 1), (2, 2), (2, 3)])).await, 1_199_035);
    let it = apps("n:n").await;
    let most: Vec<(i64, i64)> = (0..200).map(|n| (1 + n % 4, 1 + n / 4 % 4)).collect();
    assert_eq!(it.ok(CREATE_MANY, batch(&most)).await["success_created"].as_object().unwrap().len(), 16);
}

#[tokio::test]
async fn links_are_deleted_one_or_many_from_either_end() {
    let it = apps("n:n").await;
    association(&it, "app", "app", "n:n").await;
    it.ok(CREATE_MANY, batch(&[(1, 1), (1, 2), (2, 1), (2, 2)])).await;
    it.ok(CREATE, json!({"bk_obj_asst_id": "app_connect_app", "bk_inst_id": 3, "bk_asst_inst_id": 3})).await;
    let delete = |obj_id: &str, id: Value| json!({"bk_obj_id": obj_id, "id": id});
    assert_eq!(it.refused(DELETE, delete("app", json!("x"))).await, 1_199_009);
    assert_eq!(it.refused(DELETE, delete("app", json!(null))).await, 1_199_009);
    for nothing in [delete("app", json!("99")), delete("nothing", json!("1")), delete("node", json!("5"))] {
        assert_eq!(it.ok(DELETE, nothing).await, Value::Null);
    }
    assert_eq!(audited(&it).await.len(), 5);
    it.ok(DELETE, delete("node", json!("1"))).await;
    for (input, code) in [
        (json!({"bk_obj_id": "app", "id": 1}), 1_199_006),
        (json!({"bk_obj_id": "app", "id": ["1"]}), 1_199_006),
        (json!({"bk_obj_id": "", "id": []}), 1_199_003),
        (json!({}), 1_199_003),
        (json!({"id": vec![1; 501]}), 1_199_059),
        (json!({"id": [1]}), 1_199_010),
    ] {
        assert_eq!(it.refused(DELETE_MANY, input.clone()).await, code, "{input}");
    }
    // Once each, those that are there and of the model.
    assert_eq!(it.ok(DELETE_MANY, delete("node", json!([2, 2, 1, 5, 99]))).await, 1);
    assert_eq!(it.ok(DELETE_MANY, delete("app", json!([5, 4]))).await, 2);
    assert_eq!(it.ok(DELETE_MANY, delete("app", json!([5, 4]))).await, 0);
    assert_eq!(links(&it, "app_connect_node").await, [(3, 2, 1)]);
    let deleted: Vec<[Value; 3]> = audited(&it)
        .await
        .split_off(5)
        .iter()
        .map(|record| {
            assert_eq!(record["action"], "delete");
            let detail = &record["operation_detail"];
            [detail["asst_id"].clone(), record["resource_id"].clone(), detail["dest_inst_id"].clone()]
        })
        .collect();
    let record = |association: &str, source: i64, target: i64| [json!(association), json!(source), json!(target)];
    assert_eq!(
        deleted,
        [
            record("app_connect_node", 1, 1),
            record("app_connect_node", 1, 2),
            record("app_connect_node", 2, 2),
            record("app_connect_app", 3, 3),
        ]
    );
    // What is gone can be linked again, under a new id.
    assert_eq!(it.ok(CREATE, pair(1, 1)).await, json!({"id": 6}));
    sound(&it).await;
}

#[tokio::test]
async fn a_batch_of_many_links_asks_the_store_no_more_often_than_one_of_few() {
    let store = Arc::new(Faulty::new(Reference::new()));
    let it = linked(Harness::over(Arc::clone(&store) as Arc<dyn Store>).await, "n:n").await;
    it.ok("count_instance_associations", json!({"bk_obj_id": "app"})).await;
    let few = store_calls(&it, &store, CREATE_MANY, batch(&[(1, 1), (9, 1)])).await;
    let all: Vec<(i64, i64)> = (0..150).map(|n| (1 + n % 6, 1 + n / 6)).collect();
    assert_eq!(store_calls(&it, &store, CREATE_MANY, batch(&all)).await, few);
    let delete = |ids: &[i64]| json!({"bk_obj_id": "app", "id": ids});
    let few = store_calls(&it, &store, DELETE_MANY, delete(&[1])).await;
    assert_eq!(store_calls(&it, &store, DELETE_MANY, delete(&(2..17).collect::<Vec<_>>())).await, few);
}
