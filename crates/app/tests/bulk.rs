//! Many operations in one request: their verdicts, and that they come to the same as the ordinary endpoints.

use super::harness;
use super::instances::{attribute, model, named};
use super::rights::with_rules;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use relata_app::verify;
use relata_model::Lang;
use relata_testkit::Harness;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

const BULK: &str = "relata_bulk";
const REFUSED: i64 = 9_900_403;

/// The verdicts on operations, with options.
async fn verdicts(it: &Harness, options: Value, operations: &[Value]) -> Vec<Value> {
    let mut input = options;
    input["operations"] = json!(operations);
    it.ok(BULK, input).await["results"].as_array().unwrap().clone()
}

async fn done(it: &Harness, operations: &[Value]) -> Vec<Value> {
    verdicts(it, json!({}), operations).await
}

/// What became of each: the status, and the code of those that failed.
fn statuses(verdicts: &[Value]) -> Vec<String> {
    let shown =
        |it: &Value| it["code"].as_i64().map_or_else(|| it["status"].as_str().unwrap().to_owned(), |it| it.to_string());
    verdicts.iter().map(shown).collect()
}

fn create(obj_id: &str, name: &str) -> Value {
    json!({"op": "create", "model": obj_id, "attributes": {"bk_inst_name": name}})
}

fn link(op: &str, association: &str, source: impl Into<Value>, target: impl Into<Value>) -> Value {
    let (source, target) = (source.into(), target.into());
    json!({"op": op, "association": association, "source": source, "target": target})
}

fn with(mut operation: Value, member: &str, value: Value) -> Value {
    operation[member] = value;
    operation
}

fn by_name(name: &str) -> Value {
    json!({"bk_inst_name": name})
}

/// Two models with an attribute each and three associations between them.
async fn estate() -> Harness {
    let mut it = harness().await;
    it.lang = Lang::En;
    for obj_id in ["app", "node"] {
        model(&it, obj_id).await;
        attribute(&it, obj_id, "size", "int", json!({"option": {"min": 0, "max": 9}})).await;
    }
    for (kind, mapping) in [("connect", "n:n"), ("run", "1:n"), ("belong", "1:1")] {
        associate(&it, kind, mapping).await;
    }
    it
}

async fn associate(it: &Harness, kind: &str, mapping: &str) {
    let id = format!("app_{kind}_node");
    let new = json!({
        "bk_obj_asst_id": id, "bk_obj_asst_name": id, "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_asst_id": kind,
        "mapping": mapping,
    });
    it.ok("post_create_objectassociation", new).await;
}

/// Everything that operations can change: names and sizes of instances, links by the names of their ends.
async fn content(it: &Harness) -> Vec<String> {
    let mut all = Vec::new();
    let mut names = HashMap::new();
    for obj_id in ["app", "node"] {
        for row in it.rows("get_inst_detail", json!({"bk_obj_id": obj_id, "page": {"limit": 100}})).await {
            names.insert((obj_id, row["bk_inst_id"].clone()), row["bk_inst_name"].clone());
            all.push(format!("{obj_id} {} {} {}", row["bk_inst_id"], row["bk_inst_name"], row["size"]));
        }
    }
    for link in it.rows("find_instance_association", json!({"bk_obj_id": "app", "condition": {}})).await {
        all.push(format!("{} {} {}", link["bk_obj_asst_id"], link["bk_inst_id"], link["bk_asst_inst_id"]));
    }
    all.sort();
    all
}

async fn sound(it: &Harness) {
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
    assert_eq!(verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn models_and_links_are_mixed_and_later_operations_name_earlier_ones() {
    let it = estate().await;
    let verdicts = done(
        &it,
        &[
            with(create("app", "a1"), "label", json!("a")),
            with(create("node", "n1"), "label", json!("n")),
            link("create", "app_connect_node", json!("a"), json!("n")),
            create("node", "n2"),
            link("create", "app_run_node", json!("a"), by_name("n2")),
            link("create", "app_run_node", json!(1), json!("n")),
            json!({"op": "update", "model": "app", "instance": "a", "attributes": {"size": 3}}),
            json!({"op": "upsert", "model": "node", "attributes": {"bk_inst_name": "n2", "size": 4}}),
            json!({"op": "upsert", "model": "node", "attributes": {"bk_inst_name": "n3", "size": 4}, "label": "n3"}),
            json!({"op": "delete", "model": "node", "instance": "n3"}),
            json!({"op": "delete", "model": "node", "instance": 77}),
            link("delete", "app_run_node", json!("a"), by_name("n2")),
            json!({"op": "delete", "model": "node", "instance": by_name("n2")}),
        ],
    )
    .await;
    let expected = [
        "created",
        "created",
        "created",
        "created",
        "created",
        "created",
        "updated",
        "updated",
        "created",
        "deleted",
        "unchanged",
        "deleted",
        "deleted",
    ];
    assert_eq!(statuses(&verdicts), expected, "{verdicts:#?}");
    assert_eq!(verdicts[0], json!({"row": 1, "status": "created", "id": 1}));
    assert_eq!((&verdicts[4]["id"], &verdicts[11]["id"]), (&verdicts[11]["id"], &verdicts[4]["id"]));
    assert_eq!(
        content(&it).await,
        [r#""app_connect_node" 1 1"#, r#""app_run_node" 1 1"#, r#"app 1 "a1" 3"#, r#"node 1 "n1" null"#]
    );
    sound(&it).await;
}

#[tokio::test]
async fn a_refused_operation_says_why_where_and_what_is_in_the_way() {
    let it = estate().await;
    named(&it, "app", &["a"]).await;
    let verdicts = done(
        &it,
        &[
            create("app", "a"),
            with(create("app", "b"), "attributes", json!({"bk_inst_name": "b", "size": 99})),
            with(create("app", "c"), "label", json!("c")),
            create("app", "c"),
            with(create("app", "c"), "label", json!("twice")),
            link("create", "app_run_node", json!("twice"), json!(1)),
            link("create", "app_run_node", json!("nobody"), json!(1)),
            link("create", "app_run_node", by_name("nobody"), json!(1)),
            link("create", "app_run_node", json!("c"), json!(5)),
            json!({"op": "update", "model": "app", "instance": 9, "attributes": {}}),
            json!({"op": "create", "model": "app", "attributes": {}}),
            json!({"op": "create", "model": "host", "attributes": {}}),
            json!({"op": "create", "model": "unknown", "attributes": {}}),
            json!({"op": "fly", "model": "app"}),
            json!({"op": "update", "association": "app_run_node", "source": 1, "target": 1}),
            json!({"op": "create", "association": "app_run", "source": 1, "target": 1}),
            json!({"op": "update", "model": "app", "instance": {"size": 1}}),
        ],
    )
    .await;
    assert_eq!(
        verdicts[0],
        json!({
            "row": 1, "status": "failed", "code": 1_199_014, "field": "bk_inst_name", "conflicting_id": 1,
            "message": "bk_inst_name: \"a\" is there already and has to be unique",
        })
    );
    let of = |row: usize| (&verdicts[row]["code"], &verdicts[row]["field"], &verdicts[row]["conflicting_row"]);
    assert_eq!(of(1), (&json!(1_199_011), &json!("size"), &Value::Null));
    assert_eq!(verdicts[3]["conflicting_row"], 3);
    assert_eq!(verdicts[3]["conflicting_id"], verdicts[2]["id"]);
    let codes: Vec<String> = statuses(&verdicts[5..]);
    let expected = [
        "1199011", "1199011", "1101073", "1101074", "1199019", "1199010", "1199084", "1199011", "1199000", "1199006",
        "1101046", "1199006",
    ];
    assert_eq!(codes, expected, "{verdicts:#?}");
    assert!(verdicts[5]["message"].as_str().unwrap().contains("the operation with the label \"twice\" has failed"));
    sound(&it).await;
}

#[tokio::test]
async fn an_update_that_expects_other_values_is_refused_and_changes_nothing() {
    let it = estate().await;
    named(&it, "app", &["a"]).await;
    let update = |expected: Value, attributes: Value| {
        with(json!({"op": "update", "model": "app", "instance": 1, "attributes": attributes}), "expected", expected)
    };
    // Null is what an attribute without a value has; numbers are compared by their value.
    let seen = update(json!({"size": null, "bk_inst_name": "a"}), json!({"size": 3}));
    assert_eq!(statuses(&done(&it, &[seen.clone(), seen.clone()]).await), ["updated", "1113053"]);
    let refused = &done(&it, std::slice::from_ref(&seen)).await[0];
    assert_eq!((&refused["code"], &refused["field"]), (&json!(1_113_053), &json!("size")));
    let before = content(&it).await;
    assert_eq!(
        statuses(&verdicts(&it, json!({"mode": "atomic"}), &[create("app", "b"), seen]).await),
        ["1199002", "1113053"]
    );
    assert_eq!(content(&it).await, before);
    assert_eq!(statuses(&done(&it, &[update(json!({"size": 3.0}), json!({"size": 4}))]).await), ["updated"]);
    let of_others = [
        with(create("app", "c"), "expected", json!({"size": 1})),
        with(json!({"op": "delete", "model": "app", "instance": 1}), "expected", json!({"size": 1})),
        with(link("delete", "app_run_node", json!(1), json!(1)), "expected", json!({"size": 1})),
    ];
    assert_eq!(statuses(&done(&it, &of_others).await), ["1199006"; 3]);
    sound(&it).await;
}

#[tokio::test]
async fn what_is_there_already_is_left_or_changed_as_the_caller_likes() {
    let it = estate().await;
    named(&it, "app", &["a"]).await;
    named(&it, "node", &["n"]).await;
    let connect = || link("create", "app_connect_node", json!(1), json!(1));
    let operations =
        [with(create("app", "a"), "attributes", json!({"bk_inst_name": "a", "size": 2})), connect(), connect()];
    let of = async |on_conflict: &str| statuses(&verdicts(&it, json!({"on_conflict": on_conflict}), &operations).await);
    assert_eq!(of("fail").await, ["1199014", "created", "1101038"]);
    assert_eq!(of("skip").await, ["exists", "exists", "exists"]);
    assert_eq!(of("update").await, ["updated", "exists", "exists"]);
    assert_eq!(of("update").await, ["unchanged", "exists", "exists"]);
    assert_eq!(statuses(&done(&it, &[with(connect(), "op", json!("upsert"))]).await), ["unchanged"]);
}

#[tokio::test]
async fn all_or_nothing_and_dry_runs_write_nothing_and_answer_the_same() {
    let it = estate().await;
    let bad = [create("app", "a"), create("app", "a"), link("create", "app_run_node", json!(1), json!(1))];
    let before = content(&it).await;
    let tried = verdicts(&it, json!({"mode": "atomic"}), &bad).await;
    assert_eq!(statuses(&tried), ["1199002", "1199014", "1101074"]);
    assert_eq!(tried[1]["conflicting_row"], 1);
    assert_eq!(tried[0]["id"], Value::Null);
    let dry = verdicts(&it, json!({"dry_run": true}), &bad).await;
    assert_eq!(content(&it).await, before);
    assert_eq!(it.ok("read_changes", json!({"now": true})).await["changes"], json!([]));
    assert_eq!(statuses(&dry), ["created", "1199014", "1101074"]);
    assert_eq!(statuses(&done(&it, &bad).await), statuses(&dry));
    let good = [create("node", "n"), link("create", "app_run_node", json!(1), by_name("n"))];
    assert_eq!(
        statuses(&verdicts(&it, json!({"mode": "atomic", "dry_run": true}), &good).await),
        ["created", "created"]
    );
    assert_eq!(statuses(&verdicts(&it, json!({"mode": "atomic"}), &good).await), ["created", "created"]);
    sound(&it).await;
}

/// 1,000 pairs by name: 20 unknown names, 10 repetitions, 5 that exist, 5 that break 1:n.
async fn paste(it: &Harness) -> Vec<Value> {
    let names = |from: usize, to: usize| (from..to).map(|n| format!("x{n}")).collect::<Vec<_>>();
    let new =
        |obj_id: &'static str| names(0, 1000).into_iter().map(move |name| create(obj_id, &name)).collect::<Vec<_>>();
    done(it, &new("app")).await;
    done(it, &new("node")).await;
    let pair = |source: &str, target: &str| link("create", "app_run_node", by_name(source), by_name(target));
    let existing: Vec<Value> = (990..1000).map(|n| pair(&format!("x{n}"), &format!("x{n}"))).collect();
    assert!(done(it, &existing).await.iter().all(|it| it["status"] == "created"));
    let mut lines: Vec<Value> = (0..960).map(|n| pair(&format!("x{n}"), &format!("x{n}"))).collect();
    lines.extend((0..10).map(|n| pair(&format!("nobody{n}"), "x970")));
    lines.extend((0..10).map(|n| pair("x970", &format!("nobody{n}"))));
    lines.extend((0..10).map(|n| pair(&format!("x{n}"), &format!("x{n}"))));
    lines.extend((990..995).map(|n| pair(&format!("x{n}"), &format!("x{n}"))));
    lines.extend((995..1000).map(|n| pair("x0", &format!("x{n}"))));
    lines
}

#[tokio::test]
async fn a_paste_of_a_thousand_lines_is_told_exactly_before_and_after() {
    let it = estate().await;
    let lines = paste(&it).await;
    let count = |verdicts: &[Value]| {
        let is = |code: i64| verdicts.iter().filter(|it| it["code"] == code).count();
        let repeated = verdicts.iter().filter(|it| it["conflicting_row"].is_u64()).count();
        let created = verdicts.iter().filter(|it| it["status"] == "created").count();
        [created, is(1_101_073), is(1_101_074), is(1_101_038), repeated, is(1_101_061)]
    };
    let dry = verdicts(&it, json!({"dry_run": true}), &lines).await;
    assert_eq!(count(&dry), [960, 10, 10, 15, 10, 5]);
    assert_eq!(count(&done(&it, &lines).await), [960, 10, 10, 15, 10, 5]);
    let found = it.rows("find_instance_association", json!({"bk_obj_id": "app", "condition": {}})).await;
    assert_eq!(found.len(), 970);
    sound(&it).await;
}

#[tokio::test]
async fn instances_that_bring_rows_of_inner_tables_are_as_with_the_ordinary_endpoints() {
    let it = estate().await;
    let column = json!({
        "bk_property_id": "port", "bk_property_name": "port", "bk_property_type": "int", "editable": true,
        "isrequired": false, "option": {"min": 0, "max": 9},
    });
    attribute(&it, "app", "ports", "innertable", json!({"option": {"header": [column], "default": []}})).await;
    let ports = |name: &str, port: i64| {
        let attributes = json!({"bk_inst_name": name, "ports": [{"port": port}]});
        json!({"op": "upsert", "model": "app", "attributes": attributes})
    };
    let operations = [create("app", "plain"), ports("a", 1), ports("a", 2), ports("b", 70), create("app", "c")];
    let verdicts = done(&it, &operations).await;
    assert_eq!(statuses(&verdicts), ["created", "created", "updated", "1199011", "created"], "{verdicts:#?}");
    assert_eq!(
        statuses(&done(&it, &[json!({"op": "delete", "model": "app", "instance": by_name("a")})]).await),
        ["deleted"]
    );
    sound(&it).await;
}

/// An operation of the comparison.
#[derive(Clone, Debug)]
enum Step {
    Create(usize, u8, bool),
    Rename(usize, Who, u8),
    Resize(usize, Who, i64),
    Delete(usize, Who),
    Link(usize, Who, Who),
    Unlink(usize, Who, Who),
}

/// How an instance is named.
#[derive(Clone, Debug)]
enum Who {
    Id(i64),
    Name(u8),
    /// The last label of the model.
    Last,
}

const MODELS: [&str; 2] = ["app", "node"];
const ASSOCIATIONS: [&str; 3] = ["app_connect_node", "app_run_node", "app_belong_node"];

fn name_of(n: u8) -> String {
    format!("{}{n}", if n.is_multiple_of(3) { "b" } else { "a" })
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![(1..7_i64).prop_map(Who::Id), (0..6_u8).prop_map(Who::Name), Just(Who::Last)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize, 0..6_u8, any::<bool>()).prop_map(|(m, n, l)| Step::Create(m, n, l)),
        2 => (0..2_usize, who(), 0..6_u8).prop_map(|(m, w, n)| Step::Rename(m, w, n)),
        1 => (0..2_usize, who(), 0..12_i64).prop_map(|(m, w, n)| Step::Resize(m, w, n)),
        2 => (0..2_usize, who()).prop_map(|(m, w)| Step::Delete(m, w)),
        4 => (0..3_usize, who(), who()).prop_map(|(a, s, t)| Step::Link(a, s, t)),
        2 => (0..3_usize, who(), who()).prop_map(|(a, s, t)| Step::Unlink(a, s, t)),
    ]
}

/// The operations of steps; each creation that is labelled has a label of its own.
fn operations(steps: &[Step]) -> Vec<Value> {
    let mut last: [Option<String>; 2] = [None, None];
    let mut all = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let named = |m: usize, who: &Who| match who {
            Who::Id(id) => json!(id),
            Who::Name(n) => by_name(&name_of(*n)),
            Who::Last => json!(last[m].clone().unwrap_or_else(|| "none".to_owned())),
        };
        let update = |m: usize, who: &Who, attributes: Value| json!({"op": "update", "model": MODELS[m], "instance": named(m, who), "attributes": attributes});
        all.push(match step {
            Step::Create(m, n, _) => create(MODELS[*m], &name_of(*n)),
            Step::Rename(m, who, n) => update(*m, who, by_name(&name_of(*n))),
            Step::Resize(m, who, n) => update(*m, who, json!({"size": n})),
            Step::Delete(m, who) => json!({"op": "delete", "model": MODELS[*m], "instance": named(*m, who)}),
            Step::Link(a, s, t) => link("create", ASSOCIATIONS[*a], named(0, s), named(1, t)),
            Step::Unlink(a, s, t) => link("delete", ASSOCIATIONS[*a], named(0, s), named(1, t)),
        });
        if let Step::Create(m, _, true) = step {
            last[*m] = Some(format!("label{number}"));
            all[number]["label"] = json!(last[*m]);
        }
    }
    all
}

/// Does the same by the ordinary endpoints, one by one. What names nobody fails without a call.
struct OneByOne {
    labels: HashMap<String, i64>,
}

impl OneByOne {
    async fn id(&self, it: &Harness, obj_id: &str, name: &Value) -> Option<i64> {
        match name {
            Value::Number(id) => id.as_i64(),
            Value::String(label) => self.labels.get(label).copied(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                let rows = it.rows("get_inst_detail", json!({"bk_obj_id": obj_id, "condition": name})).await;
                rows.first().and_then(|row| row["bk_inst_id"].as_i64())
            }
        }
    }

    /// Whether it was done, and the code if it was refused by an endpoint.
    async fn step(&mut self, it: &Harness, admin: &Harness, operation: &Value) -> Result<(), Option<i64>> {
        let code = |error: relata_model::Error| Some(error.code.row().number);
        if let Some(obj_id) = operation["model"].as_str() {
            let (name, input) = match operation["op"].as_str().unwrap() {
                "create" => {
                    let mut input = operation["attributes"].clone();
                    input["bk_obj_id"] = json!(obj_id);
                    ("create_inst", input)
                }
                op => {
                    let id = self.id(admin, obj_id, &operation["instance"]).await.ok_or(None)?;
                    let mut input = if op == "update" { operation["attributes"].clone() } else { json!({}) };
                    input["bk_obj_id"] = json!(obj_id);
                    input["bk_inst_id"] = json!(id);
                    (if op == "update" { "update_inst" } else { "delete_inst" }, input)
                }
            };
            let done = it.call(name, input).await.map_err(code)?;
            if let (Some(label), Some(id)) = (operation["label"].as_str(), done["bk_inst_id"].as_i64()) {
                self.labels.insert(label.to_owned(), id);
            }
            return Ok(());
        }
        let association = operation["association"].as_str().unwrap();
        let source = self.id(admin, "app", &operation["source"]).await.ok_or(None)?;
        let target = self.id(admin, "node", &operation["target"]).await.ok_or(None)?;
        if operation["op"] == "create" {
            let input = json!({
                "bk_obj_id": "app", "bk_asst_obj_id": "node", "bk_obj_asst_id": association,
                "details": [{"bk_inst_id": source, "bk_asst_inst_id": target}],
            });
            let done = it.call("batch_create_instance_association", input).await.map_err(code)?;
            return done["error_detail"]["0"]["code"].as_i64().map_or(Ok(()), |code| Err(Some(code)));
        }
        let condition = json!({"bk_obj_asst_id": association, "bk_inst_id": source, "bk_asst_inst_id": target});
        let found = admin.rows("find_instance_association", json!({"bk_obj_id": "app", "condition": condition})).await;
        let Some(link) = found.first() else { return Err(None) };
        it.call("delete_instance_association", json!({"bk_obj_id": "app", "id": link["id"]}))
            .await
            .map_err(code)
            .map(drop)
    }
}

/// Rights on instances whose names begin with `a`.
fn part() -> Vec<Value> {
    let begins = json!({"field": "bk_inst_name", "operator": "begins_with", "value": "a"});
    let actions = ["create_comobj", "edit_comobj", "delete_comobj"];
    MODELS.iter().map(|obj_id| json!({"actions": actions, "bk_obj_id": obj_id, "filter": begins})).collect()
}

fn compare(steps: &[Step], restricted: bool, pieces: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let operations = operations(steps);
        let (mut together, mut apart) = (estate().await, estate().await);
        let looking = Harness::over(Arc::clone(&apart.app.store)).await;
        if restricted {
            together.principal = with_rules(&part());
            apart.principal = with_rules(&part());
        }
        let mut verdicts_of = Vec::new();
        // A label is known within its request only.
        let size = if pieces == 0 { operations.len().max(1) } else { pieces };
        for piece in operations.chunks(size) {
            verdicts_of.extend(done(&together, piece).await);
        }
        let mut one = OneByOne { labels: HashMap::new() };
        for (number, (operation, verdict)) in operations.iter().zip(&verdicts_of).enumerate() {
            if pieces > 0 && number.is_multiple_of(pieces) {
                one.labels.clear();
            }
            let expected = one.step(&apart, &looking, operation).await;
            let failed = verdict["status"] == "failed";
            match expected {
                Ok(()) => assert!(!failed, "{operation} {verdict}"),
                // Nobody has the name: an ordinary endpoint cannot be asked.
                Err(None) => assert!(failed || operation["op"] == "delete", "{operation} {verdict}"),
                Err(Some(code)) => assert_eq!(verdict["code"], code, "{operation} {verdict}"),
            }
        }
        together.principal = looking.principal.clone();
        assert_eq!(content(&together).await, content(&looking).await);
        sound(&together).await;
    });
}

#[test]
fn operations_together_come_to_the_same_as_one_by_one() {
    let cases = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let steps = proptest::collection::vec(step(), 1..40);
    TestRunner::new(cases)
        .run(&(steps, any::<bool>(), 0..9_usize), |(steps, restricted, pieces)| {
            compare(&steps, restricted, pieces);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_restricted_caller_is_refused_operation_by_operation_and_learns_no_ids() {
    let mut it = estate().await;
    named(&it, "app", &["a1", "b1"]).await;
    named(&it, "node", &["a1"]).await;
    it.principal = with_rules(&part());
    let verdicts = done(
        &it,
        &[
            create("app", "a2"),
            create("app", "b2"),
            create("app", "b1"),
            json!({"op": "update", "model": "app", "instance": by_name("b1"), "attributes": {"size": 1}}),
            json!({"op": "update", "model": "app", "instance": by_name("b7"), "attributes": {"size": 1}}),
            json!({"op": "update", "model": "app", "instance": 1, "attributes": {"bk_inst_name": "b8"}}),
            json!({"op": "delete", "model": "app", "instance": 2}),
            link("create", "app_connect_node", by_name("a2"), by_name("a1")),
            link("create", "app_connect_node", by_name("b1"), by_name("a1")),
            link("create", "app_connect_node", by_name("a1"), by_name("b9")),
        ],
    )
    .await;
    let refused = REFUSED.to_string();
    let refused = refused.as_str();
    let expected = ["created", refused, refused, refused, refused, refused, refused, "created", refused, refused];
    assert_eq!(statuses(&verdicts), expected, "{verdicts:#?}");
    assert!(verdicts.iter().all(|it| it["conflicting_id"].is_null()));
    it.principal = with_rules(&[]);
    assert_eq!(statuses(&done(&it, &[create("app", "a3")]).await), [refused]);
}
