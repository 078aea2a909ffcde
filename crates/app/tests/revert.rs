//! Changes taken back: by number, by request, in dry runs, and where something is in the way.

use super::follower::settled;
use super::harness;
use super::instances::{association, attribute, model, named};
use super::quoted::disks;
use super::rights::with_rules;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestCaseError, TestCaseResult, TestRunner};
use relata_app::verify::verify;
use relata_model::Lang;
use relata_testkit::Harness;
use serde_json::{Value, json};

const REVERT: &str = "revert_changes";
const REFUSED: i64 = 1_199_020;

/// The number of the last change, and the request that made it.
async fn last(it: &Harness) -> (i64, String) {
    settled(&it.app).await;
    let end = it.ok("read_changes", json!({"now": true})).await["cursor"].as_i64().unwrap();
    let page = it.ok("read_changes", json!({"cursor": end - 1})).await;
    (end, page["changes"][0]["request"].as_str().unwrap().to_owned())
}

/// Takes the last request back.
async fn take_back(it: &Harness) -> Value {
    let (_, request) = last(it).await;
    it.ok(REVERT, json!({"request": request})).await
}

/// Apps and nodes, linked 1:n.
async fn apps() -> Harness {
    let mut it = harness().await;
    it.lang = Lang::En;
    model(&it, "app").await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": 0, "max": 10}})).await;
    model(&it, "node").await;
    association(&it, "app", "node", "1:n").await;
    named(&it, "node", &["n1", "n2", "n3"]).await;
    named(&it, "app", &["a1", "a2"]).await;
    it
}

/// The instances of a model without what says when and by whom they were changed.
async fn instances(it: &Harness, obj_id: &str) -> Vec<Value> {
    let rows = it.rows("get_inst_detail", json!({"bk_obj_id": obj_id, "condition": {}})).await;
    let without = |mut row: relata_model::Map| {
        row.retain(|name, value| {
            !["last_time", "bk_updated_at", "bk_updated_by"].contains(&name.as_str()) && !value.is_null()
        });
        Value::Object(row)
    };
    let mut rows: Vec<Value> = rows.into_iter().map(without).collect();
    rows.sort_by_key(|row| row["bk_inst_id"].as_i64());
    rows
}

async fn links(it: &Harness) -> Vec<(i64, i64, i64)> {
    let rows = it.rows("find_instance_association", json!({"bk_obj_id": "app", "condition": {}})).await;
    let number = |row: &relata_model::Map, name: &str| row[name].as_i64().unwrap();
    let mut links: Vec<(i64, i64, i64)> =
        rows.iter().map(|row| (number(row, "bk_inst_id"), number(row, "bk_asst_inst_id"), number(row, "id"))).collect();
    links.sort_unstable();
    links
}

async fn pairs(it: &Harness) -> Vec<(i64, i64)> {
    links(it).await.into_iter().map(|(source, target, _)| (source, target)).collect()
}

async fn link(it: &Harness, source: i64, target: i64) {
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": source, "bk_asst_inst_id": target});
    it.ok("add_instance_association", pair).await;
}

async fn change(it: &Harness, id: i64, with: Value) {
    let mut change = json!({"bk_obj_id": "app", "bk_inst_id": id});
    change.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    it.ok("update_inst", change).await;
}

#[tokio::test]
async fn what_was_deleted_comes_back_with_its_id_and_what_was_created_goes() {
    let it = apps().await;
    let before = instances(&it, "app").await;
    it.clock.advance(60);
    it.ok("batch_delete_inst", json!({"bk_obj_id": "app", "delete": {"inst_ids": [1, 2]}})).await;
    let (_, request) = last(&it).await;
    let told = it.ok(REVERT, json!({"request": request, "dry_run": true})).await;
    assert_eq!((&told["reverted"], &told["conflicts"]), (&json!(false), &json!(0)));
    assert_eq!(told["changes"][0]["does"], "create");
    assert_eq!(instances(&it, "app").await, Vec::<Value>::new(), "a dry run writes nothing");
    assert_eq!(last(&it).await.1, request);

    let done = it.ok(REVERT, json!({"request": request})).await;
    assert_eq!((&done["reverted"], &done["changes"]), (&json!(true), &told["changes"]));
    assert_eq!(instances(&it, "app").await, before);
    // The ids that were given meanwhile, and names, are those of before.
    let new = named(&it, "app", &["a3"]).await;
    assert_eq!(it.refused("create_inst", json!({"bk_obj_id": "app", "bk_inst_name": "a1"})).await, 1_199_014);
    let (seq, _) = last(&it).await;
    let done = it.ok(REVERT, json!({"change": seq})).await;
    assert_eq!((&done["changes"][0]["does"], &done["changes"][0]["id"]), (&json!("delete"), &json!(new[0])));
    assert_eq!(instances(&it, "app").await, before);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_log_has_ordinary_changes_and_a_note_of_what_was_taken_back() {
    let it = apps().await;
    change(&it, 1, json!({"size": 3})).await;
    let (seq, request) = last(&it).await;
    it.ok(REVERT, json!({"request": request})).await;
    settled(&it.app).await;
    let page = it.ok("read_changes", json!({"cursor": seq})).await;
    let told: Vec<[&Value; 2]> =
        page["changes"].as_array().unwrap().iter().map(|it| [&it["action"], &it["resource"]]).collect();
    assert_eq!(json!(told), json!([["update", "model_instance"], ["create", "revert"]]));
    assert_eq!(page["changes"][0]["record"]["sent"], json!({"size": null}));
    assert_eq!(page["changes"][1]["record"]["sent"], json!({"request": request, "first": seq, "last": seq}));
}

#[tokio::test]
async fn nothing_is_taken_back_where_one_change_is_in_conflict() {
    let it = apps().await;
    let update = json!({"bk_obj_id": "app", "update": [
        {"inst_id": 1, "datas": {"size": 3, "bk_inst_name": "b1"}}, {"inst_id": 2, "datas": {"size": 4}},
    ]});
    it.ok("batch_update_inst", update).await;
    let (seq, request) = last(&it).await;
    change(&it, 2, json!({"size": 5})).await;
    let before = instances(&it, "app").await;
    assert_eq!(it.refused(REVERT, json!({"request": request})).await, REFUSED);
    let told = it.ok(REVERT, json!({"request": request, "dry_run": true})).await;
    assert_eq!(told["conflicts"], 1);
    assert!(told["changes"][0]["conflict"].as_str().unwrap().contains("field size was changed since"), "{told}");
    assert_eq!(told["changes"][1]["writes"], json!({"bk_inst_name": "a1", "size": null}));
    assert_eq!(instances(&it, "app").await, before);
    // The other change alone can be taken back, unless its name was taken.
    named(&it, "app", &["a1"]).await;
    let error = it.call(REVERT, json!({"change": seq - 1})).await.unwrap_err();
    assert!(error.message(Lang::En).contains("bk_inst_name: \"a1\" is there already"), "{error}");
    change(&it, 3, json!({"bk_inst_name": "a3"})).await;
    it.ok(REVERT, json!({"change": seq - 1})).await;
    assert_eq!(instances(&it, "app").await[0]["bk_inst_name"], "a1");
}

#[tokio::test]
async fn links_go_and_come_back_under_their_mapping() {
    let it = apps().await;
    let details = json!([{"bk_inst_id": 1, "bk_asst_inst_id": 1}, {"bk_inst_id": 1, "bk_asst_inst_id": 2}]);
    let many = json!({
        "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_obj_asst_id": "app_connect_node", "details": details,
    });
    it.ok("batch_create_instance_association", many).await;
    let (created, _) = last(&it).await;
    take_back(&it).await;
    assert_eq!(pairs(&it).await, []);
    take_back(&it).await;
    assert_eq!(pairs(&it).await, [(1, 1), (1, 2)]);
    // Those of the first request are gone, the present ones have ids of their own.
    assert_eq!(it.refused(REVERT, json!({"change": created})).await, REFUSED);
    let (_, _, id) = links(&it).await[0];
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": id})).await;
    let (_, deletion) = last(&it).await;
    link(&it, 2, 1).await;
    let told = it.ok(REVERT, json!({"request": deletion, "dry_run": true})).await;
    assert!(told["changes"][0]["conflict"].as_str().unwrap().contains("1:n"), "{told}");
    // An instance that is linked since does not go.
    let new = named(&it, "app", &["a3"]).await[0];
    let (_, creation) = last(&it).await;
    link(&it, new, 3).await;
    let told = it.ok(REVERT, json!({"request": creation, "dry_run": true})).await;
    assert!(told["changes"][0]["conflict"].as_str().unwrap().contains("by link"), "{told}");
    // A deletion whose instance is gone.
    let (_, _, id) = links(&it).await.into_iter().find(|it| it.0 == new).unwrap();
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": id})).await;
    let (_, deletion) = last(&it).await;
    it.ok("delete_inst", json!({"bk_obj_id": "app", "bk_inst_id": new})).await;
    assert_eq!(it.refused(REVERT, json!({"request": deletion})).await, REFUSED);
}

#[tokio::test]
async fn definitions_and_unknown_changes_are_refused() {
    let it = apps().await;
    model(&it, "late").await;
    let (seq, request) = last(&it).await;
    assert_eq!(it.refused(REVERT, json!({"change": seq})).await, 1_199_006);
    assert_eq!(it.refused(REVERT, json!({"request": request})).await, 1_199_006);
    assert_eq!(it.refused(REVERT, json!({})).await, 1_199_010);
    for (change, code) in [(json!(seq + 1), 1_199_011), (json!(0), 1_199_011), (json!("x"), 1_199_006)] {
        assert_eq!(it.refused(REVERT, json!({"change": change})).await, code, "{change}");
    }
    assert_eq!(it.refused(REVERT, json!({"request": "none"})).await, 1_199_011);
    assert_eq!(it.refused(REVERT, json!({"change": 1, "request": request})).await, 1_199_011);
    // A model of the same id is another one.
    let gone = named(&it, "late", &["x"]).await;
    it.ok("delete_inst", json!({"bk_obj_id": "late", "bk_inst_id": gone[0]})).await;
    let (_, request) = last(&it).await;
    let id = it.rows("search_objects", json!({"bk_obj_id": "late"})).await[0]["id"].clone();
    it.ok("delete_object", json!({"id": id})).await;
    for _ in 0..2 {
        let told = it.ok(REVERT, json!({"request": request, "dry_run": true})).await;
        assert!(told["changes"][0]["conflict"].as_str().unwrap().contains("late was deleted since"), "{told}");
        model(&it, "late").await;
        it.ok("delete_object", json!({"id": it.rows("search_objects", json!({"bk_obj_id": "late"})).await[0]["id"]}))
            .await;
    }
}

#[tokio::test]
async fn the_rights_are_those_of_doing_it_by_hand() {
    let mut it = apps().await;
    change(&it, 1, json!({"size": 3})).await;
    let (_, update) = last(&it).await;
    it.ok("delete_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2})).await;
    let (_, deletion) = last(&it).await;
    let one = json!({"field": "bk_inst_name", "operator": "equal", "value": "a1"});
    let rule = |action: &str, filter: bool| {
        let mut rule = json!({"actions": [action], "bk_obj_id": "app"});
        if filter {
            rule["filter"] = one.clone();
        }
        rule
    };
    let whole = |action| rule(action, false);
    for (rules, may_update, may_create) in [
        (json!([whole("edit_comobj"), whole("create_comobj")]), false, false),
        (json!([whole("view_comobj")]), false, false),
        (json!([whole("view_comobj"), whole("create_comobj")]), false, true),
        (json!([rule("view_comobj", true), rule("edit_comobj", true), rule("create_comobj", true)]), true, false),
        (json!([whole("view_comobj"), rule("edit_comobj", true), rule("create_comobj", true)]), true, false),
    ] {
        it.principal = with_rules(rules.as_array().unwrap());
        for (request, may) in [(&update, may_update), (&deletion, may_create)] {
            let outcome = it.call(REVERT, json!({"request": request, "dry_run": true})).await;
            let is_refused = outcome.is_err_and(|error| error.code.row().number == 9_900_403);
            assert_eq!(is_refused, !may, "{rules} {request}");
        }
    }
}

#[tokio::test]
async fn rows_of_inner_tables_come_back_with_their_instance() {
    let (it, _) = disks().await;
    let rack = json!({"bk_obj_id": "rack", "bk_inst_name": "r", "disk": [{"name": "x", "size": 1}, {"name": "y"}]});
    let id = it.ok("create_inst", rack).await["bk_inst_id"].clone();
    let before = state(&it).await;
    it.ok("update_inst", json!({"bk_obj_id": "rack", "bk_inst_id": id, "disk": [{"name": "z"}]})).await;
    take_back(&it).await;
    assert_eq!(state(&it).await, before);
    it.ok("delete_inst", json!({"bk_obj_id": "rack", "bk_inst_id": id})).await;
    take_back(&it).await;
    assert_eq!(state(&it).await, before);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

/// Everything but link ids and the times of changes.
async fn state(it: &Harness) -> Value {
    let list = json!({"bk_obj_id": "rack", "bk_property_id": "disk", "page": {"limit": 1000}});
    let mut rows = it.ok("list_quoted_inst", list).await["info"].as_array().cloned().unwrap_or_default();
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("last_time");
    }
    rows.sort_by_key(|row| row["id"].as_i64());
    json!([instances(it, "rack").await, instances(it, "vendor").await, rows])
}

/// What may happen to apps and nodes in one request.
#[derive(Clone, Debug)]
enum Operation {
    Create(Vec<(&'static str, i64)>),
    Update(Vec<(i64, &'static str, i64)>),
    Delete(Vec<i64>),
    Link(Vec<(i64, i64)>),
    Unlink(Vec<usize>),
}

fn operation() -> impl Strategy<Value = Operation> {
    let name = || select(vec!["a", "b", "c", "d", "e", "f"]);
    let id = || 1..9_i64;
    prop_oneof![
        proptest::collection::vec((name(), 0..4_i64), 1..4).prop_map(Operation::Create),
        proptest::collection::vec((id(), name(), 0..4_i64), 1..4).prop_map(Operation::Update),
        proptest::collection::vec(id(), 1..3).prop_map(Operation::Delete),
        proptest::collection::vec((id(), 1..4_i64), 1..5).prop_map(Operation::Link),
        proptest::collection::vec(0..4_usize, 1..3).prop_map(Operation::Unlink),
    ]
}

/// Carries an operation out, which may be refused.
async fn run(it: &Harness, operation: &Operation) {
    let app = |name: &str, size: &i64| json!({"bk_inst_name": name, "size": size});
    let (name, input) = match operation {
        Operation::Create(apps) => {
            let details: Vec<Value> = apps.iter().map(|(name, size)| app(name, size)).collect();
            ("batch_create_inst", json!({"bk_obj_id": "app", "details": details}))
        }
        Operation::Update(apps) => {
            let one = |(id, name, size): &(i64, &str, i64)| json!({"inst_id": id, "datas": app(name, size)});
            ("batch_update_inst", json!({"bk_obj_id": "app", "update": apps.iter().map(one).collect::<Vec<_>>()}))
        }
        Operation::Delete(ids) => ("batch_delete_inst", json!({"bk_obj_id": "app", "delete": {"inst_ids": ids}})),
        Operation::Link(pairs) => {
            let one = |(source, target): &(i64, i64)| json!({"bk_inst_id": source, "bk_asst_inst_id": target});
            let details: Vec<Value> = pairs.iter().map(one).collect();
            let many = json!({
                "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_obj_asst_id": "app_connect_node", "details": details,
            });
            ("batch_create_instance_association", many)
        }
        Operation::Unlink(places) => {
            let links = links(it).await;
            let ids: Vec<i64> = places.iter().filter_map(|place| Some(links.get(*place)?.2)).collect();
            ("delete_related_inst_asso", json!({"bk_obj_id": "app", "id": ids}))
        }
    };
    let _refused = it.call(name, input).await;
}

/// Each request is taken back, which leaves what was before, and then that is taken back, which leaves what was after it.
async fn forth_and_back(operations: &[Operation]) -> TestCaseResult {
    let it = apps().await;
    for operation in operations {
        let (before, end) = ((instances(&it, "app").await, pairs(&it).await), last(&it).await.0);
        run(&it, operation).await;
        if last(&it).await.0 == end {
            continue;
        }
        let after = (instances(&it, "app").await, pairs(&it).await);
        take_back(&it).await;
        prop_assert_eq!((instances(&it, "app").await, pairs(&it).await), before, "{:?}", operation);
        take_back(&it).await;
        prop_assert_eq!((instances(&it, "app").await, pairs(&it).await), after, "{:?}", operation);
    }
    let wrong = verify(&it.app).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(wrong, Vec::<String>::new());
    Ok(())
}

#[test]
fn taking_the_last_request_back_gives_the_state_before_it() {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 6;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let operations = proptest::collection::vec(operation(), 10..20);
    let outcome = TestRunner::new(config).run(&operations, |operations| runtime.block_on(forth_and_back(&operations)));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
