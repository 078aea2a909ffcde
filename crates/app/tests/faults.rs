//! What callers see of a store that fails, and what is left: every write endpoint fails at every call of the store once.
//! And of races that were lost: nothing.

use relata_app::bulk::jobs::{self, Running, Step};
use relata_app::identity::Credentials;
use relata_app::permission::Principal;
use relata_app::verify::verify;
use relata_app::webhooks::delivery::{self, Outcome};
use relata_app::{App, Settings, endpoints, identity, models};
use relata_model::error::Kind;
use relata_model::store::{BoxFut, Store, Work};
use relata_model::{Code, Error, Lang, Result};
use relata_testkit::app::Still;
use relata_testkit::{Faulty, Harness, Reference, work};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// An application over a store that fails on demand.
struct Failing {
    it: Harness,
    store: Arc<Faulty<Reference>>,
    /// Endpoints that were called.
    called: RefCell<BTreeSet<&'static str>>,
}

/// The caller learns that the store failed, and nothing of how.
fn expect_unavailable(error: &Error, what: &str) {
    assert_eq!(error.code.row().kind, Kind::Unavailable, "{what}: {error}");
    for lang in [Lang::En, Lang::Zh] {
        let message = error.message(lang);
        assert!(!message.contains("on purpose"), "{what}: {message}");
    }
}

impl Failing {
    async fn new() -> Self {
        let store = Arc::new(Faulty::new(Reference::new()));
        let it = Harness::over(Arc::clone(&store) as Arc<dyn Store>).await;
        Self { it, store, called: RefCell::default() }
    }

    /// Calls an endpoint again and again, while the first, the second, the third … call of the store fails, until none
    /// does. Each failure has to leave everything as it was. Gives the answer of the success.
    async fn ok(&self, name: &'static str, input: Value) -> Value {
        self.called.borrow_mut().insert(name);
        for call in 1.. {
            let what = format!("{name} {input}, call {call}");
            let before = self.store.inner().content().await;
            self.store.fail_at(call);
            let outcome = self.it.call(name, input.clone()).await;
            let failed = self.store.has_failed();
            self.store.fail_at(0);
            if !failed {
                assert!(call > 1, "{what} asks nothing of the store");
                assert_eq!(verify(&self.it.app).await.unwrap(), Vec::<String>::new(), "{what}");
                return outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
            }
            expect_unavailable(&outcome.expect_err(&what), &what);
            assert!(self.store.inner().content().await == before, "{what} has left something");
        }
        unreachable!()
    }

    /// The same for an endpoint that creates something; gives the id.
    async fn id(&self, name: &'static str, input: Value) -> i64 {
        let answer = self.ok(name, input).await;
        answer["id"].as_i64().unwrap_or_else(|| panic!("{name} answers {answer}"))
    }

    async fn attribute(&self, property: &str, with: Value) -> i64 {
        let mut attribute = json!({
            "bk_obj_id": "rack", "bk_property_id": property, "bk_property_name": property, "editable": true,
            "bk_property_type": "singlechar", "option": "",
        });
        attribute.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        self.id("create_object_attribute", attribute).await
    }

    async fn model(&self, obj_id: &str) -> i64 {
        let model = json!({
            "bk_classification_id": "hall", "bk_obj_id": obj_id, "bk_obj_name": obj_id, "bk_obj_icon": "icon",
        });
        self.id("create_object", model).await
    }
}

#[tokio::test]
async fn a_write_that_fails_at_any_call_changes_nothing_and_says_that_the_store_is_unavailable() {
    let it = Failing::new().await;
    let hall =
        it.id("create_classification", json!({"bk_classification_id": "hall", "bk_classification_name": "Hall"})).await;
    it.ok("update_classification", json!({"id": hall, "bk_classification_name": "The hall"})).await;
    let (rack, device) = (it.model("rack").await, it.model("device").await);
    it.ok("update_object", json!({"id": device, "bk_obj_name": "A device", "obj_sort_number": 1})).await;
    attributes(&it).await;
    inner_tables(&it).await;
    instances(&it).await;
    links(&it).await;
    accounts(&it).await;
    jobs(&it).await;
    console(&it).await;
    field_templates(&it, device).await;
    webhooks(&it).await;
    it.ok("delete_object", json!({"id": rack})).await;
    it.ok("delete_object", json!({"id": device})).await;
    it.ok("delete_classification", json!({"id": hall})).await;

    let writes = endpoints::all().filter(|row| row.effect.writes()).map(|row| row.name);
    let missed: Vec<&str> = writes.filter(|name| !it.called.borrow().contains(name)).collect();
    assert!(missed.is_empty(), "add these to the test: {missed:?}");
}

async fn webhooks(it: &Failing) {
    let webhook = json!({"name": "hook", "url": "http://127.0.0.1:1/", "events": ["*"]});
    let id = it.id("relata_create_webhook", webhook).await;
    it.ok("relata_update_webhook", json!({"id": id, "name": "The hook", "rotate_secret": true, "active": true})).await;
    // What comes after the creation is to be told, and cannot be.
    for attempt in 0..=it.it.app.settings.webhook_retries.len() {
        let delivery::Next::Send(message) = delivery::next(&it.it.app, id, 0).await.unwrap() else {
            panic!("attempt {attempt}")
        };
        delivery::settle(&it.it.app, &message, Outcome::Failed(String::new())).await.unwrap();
        it.it.clock.advance(200_000);
    }
    it.ok("relata_resend_webhook", json!({"id": id})).await;
    it.ok("relata_test_webhook", json!({"id": id})).await;
    it.ok("relata_delete_webhook", json!({"id": id})).await;
}

impl Failing {
    /// Does something for the system again and again, while each call of the store fails once, until none does.
    async fn done<R>(&self, what: &str, mut ask: impl AsyncFnMut() -> Result<R>) -> R {
        for call in 1.. {
            let before = self.store.inner().content().await;
            self.store.fail_at(call);
            let outcome = ask().await;
            let failed = self.store.has_failed();
            self.store.fail_at(0);
            match outcome {
                Ok(done) if !failed => return done,
                Ok(_) => panic!("{what}, call {call} hides that the store has failed"),
                Err(error) => expect_unavailable(&error, what),
            }
            assert!(self.store.inner().content().await == before, "{what}, call {call} has left something");
        }
        unreachable!()
    }
}

async fn jobs(it: &Failing) {
    let app = &it.it.app;
    let operations: Vec<Value> = (0..3)
        .map(|n| json!({"op": "create", "model": "rack", "label": "r", "attributes": {"bk_inst_name": format!("job {n}")}}))
        .collect();
    it.it.ok("relata_create_user", json!({"user": "admin", "admin": true})).await;
    // Who the user is was asked before, so that each call of the store is one of the job.
    let user = Credentials::Vouched { user: "admin".to_owned(), app: "test".to_owned() };
    identity::authenticate(app, &user, None).await.unwrap();
    let start = |options: Value| {
        let mut input = options;
        input["operations"] = json!(operations);
        input
    };
    let id = it.id("relata_start_job", start(json!({"chunk": 2}))).await;
    for _ in 0..2 {
        let mut running = it.done("open a job", async || Running::open(app, id).await).await.unwrap();
        assert_eq!(it.done("a step of a job", async || running.step().await).await, Step::More);
    }
    let dry = it.id("relata_start_job", start(json!({"dry_run": true}))).await;
    let mut running = Running::open(app, dry).await.unwrap().unwrap();
    assert_eq!(it.done("a dry run", async || running.step().await).await, Step::Ended);
    let made = json!({"bk_obj_id": "rack", "condition": {}, "page": {"limit": 10}});
    let made: Vec<Value> =
        it.it.rows("get_inst_detail", made).await.iter().map(|row| row["bk_inst_id"].clone()).collect();
    assert_eq!(made.len(), 3);
    it.it.ok("batch_delete_inst", json!({"bk_obj_id": "rack", "delete": {"inst_ids": made}})).await;
    let waiting = it.id("relata_start_job", start(json!({}))).await;
    it.ok("relata_cancel_job", json!({"id": waiting})).await;
    for id in [id, dry, waiting] {
        it.ok("relata_delete_job", json!({"id": id})).await;
    }
    while jobs::due(app).await.unwrap().sweep {
        it.done("a sweep", async || jobs::sweep(app).await).await;
    }
}

async fn attributes(it: &Failing) {
    let group = |id: &str| json!({"bk_obj_id": "rack", "bk_group_id": id, "bk_group_name": id, "bk_group_index": 5});
    let power = it.id("post_create_objectattgroup", group("power")).await;
    let place = it.id("post_create_objectattgroup", group("place")).await;
    let renamed = json!({"condition": {"id": power}, "data": {"bk_group_name": "Power", "bk_group_index": 7}});
    it.ok("put_update_objectattgroup", renamed).await;
    it.ok("put_update_objectattgroup_groupindex", json!({"condition": {"id": [power, place]}})).await;

    let row = it.attribute("row", json!({"bk_property_group": "place"})).await;
    it.attribute("room", json!({"bk_property_group": "place"})).await;
    it.ok("update_object_attribute", json!({"id": row, "bk_property_name": "Row of racks"})).await;
    let first = json!({"bk_obj_id": "rack", "propertyId": row, "bk_property_group": "place", "bk_property_index": 1});
    it.ok("post_update_objectattr_index", first).await;
    let which = json!({"bk_obj_id": "rack", "bk_property_id": "room"});
    let moves = json!([{"condition": which, "data": {"bk_property_group": "default", "bk_property_index": 9}}]);
    it.ok("put_update_objectattgroupproperty", json!({"data": moves})).await;
    it.ok("delete_delete_objectattgroup", json!({"id": power})).await;

    let custom = json!({
        "bk_biz_id": 2, "bk_obj_id": "rack", "bk_property_id": "cost", "bk_property_name": "Cost",
        "bk_property_type": "int", "option": {"min": 0, "max": 9},
    });
    let cost = it.id("create_biz_custom_field", custom).await;
    it.ok("update_biz_custom_field", json!({"bk_biz_id": 2, "id": cost, "bk_property_name": "The cost"})).await;
}

async fn inner_tables(it: &Failing) {
    let column = json!({
        "bk_property_id": "size", "bk_property_name": "Size", "bk_property_type": "singlechar", "option": "",
        "editable": true,
    });
    it.attribute("disk", json!({"bk_property_type": "innertable", "option": {"header": [column]}})).await;
    let disks = |member: &str, value: Value| {
        let mut input = json!({"bk_obj_id": "rack", "bk_property_id": "disk", "data": {"size": "1"}});
        input[member] = value;
        input
    };
    it.ok("batch_create_quoted_inst", disks("data", json!([{}, {}, {}]))).await;
    it.ok("batch_update_quoted_inst", disks("ids", json!([1, 2]))).await;
    it.ok("batch_delete_quoted_inst", disks("ids", json!([2]))).await;
}

async fn instances(it: &Failing) {
    let racks = json!([{"bk_inst_name": "r2", "row": "1"}, {"bk_inst_name": "r3", "row": "2"}, {"bk_inst_name": "r1"}]);
    it.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "r1", "row": "0", "room": "A", "disk": [1]}))
        .await;
    let created = it.ok("batch_create_inst", json!({"bk_obj_id": "rack", "details": racks})).await;
    assert_eq!(created["success_created"], json!({"0": 2, "1": 3}));

    let id = async |property: &str| {
        let found = it.it.rows("search_object_attribute", json!({"bk_obj_id": "rack", "bk_property_id": property}));
        found.await[0]["id"].as_i64().unwrap()
    };
    let (row, room) = (id("row").await, id("room").await);
    let rule = |id: i64, attributes: &[i64]| {
        let keys: Vec<Value> = attributes.iter().map(|it| json!({"key_kind": "property", "key_id": it})).collect();
        json!({"bk_obj_id": "rack", "id": id, "keys": keys})
    };
    let unique = it.id("post_create_objectunique_object", rule(0, &[row])).await;
    it.ok("update_inst", json!({"bk_obj_id": "rack", "bk_inst_id": 1, "row": "4"})).await;
    // They exchange their keys.
    let change = |id: i64, row: &str| json!({"inst_id": id, "datas": {"row": row}});
    let changes = json!([change(1, "5"), change(2, "4"), change(1, "1")]);
    it.ok("batch_update_inst", json!({"bk_obj_id": "rack", "update": changes})).await;
    it.ok("put_update_objectunique_object__unique", rule(unique, &[row, room])).await;
    it.ok("post_delete_objectunique_object__unique", rule(unique, &[])).await;
    it.ok("delete_object_attribute", json!({"id": row})).await;

    let devices: Vec<Value> = (1..=4).map(|n| json!({"bk_inst_name": format!("d{n}")})).collect();
    it.ok("batch_create_inst", json!({"bk_obj_id": "device", "details": devices})).await;

    it.ok("update_inst", json!({"bk_obj_id": "device", "bk_inst_id": 1, "bk_inst_name": "by mistake"})).await;
    let end = it.it.ok("read_changes", json!({"now": true})).await["cursor"].clone();
    it.ok("revert_changes", json!({"change": end})).await;
}

async fn links(it: &Failing) {
    let kind = json!({"bk_asst_id": "holds", "bk_asst_name": "holds", "src_des": "holds", "dest_des": "is in"});
    let kind = it.id("post_create_associationtype", kind).await;
    it.ok("put_update_associationtype", json!({"id": kind, "bk_asst_name": "has in it"})).await;
    let association = json!({
        "bk_obj_asst_id": "rack_holds_device", "bk_obj_asst_name": "holds", "bk_obj_id": "rack",
        "bk_asst_obj_id": "device", "bk_asst_id": "holds", "mapping": "1:n",
    });
    let association = it.id("post_create_objectassociation", association).await;
    it.ok("put_update_objectassociation", json!({"id": association, "bk_obj_asst_name": "has in it"})).await;

    let link = json!({"bk_obj_asst_id": "rack_holds_device", "bk_inst_id": 1, "bk_asst_inst_id": 1});
    let link = it.id("add_instance_association", link).await;
    let pairs = [(1, 2), (2, 2), (2, 3), (9, 9)];
    let details: Vec<Value> =
        pairs.iter().map(|(source, target)| json!({"bk_inst_id": source, "bk_asst_inst_id": target})).collect();
    let batch = json!({
        "bk_obj_asst_id": "rack_holds_device", "bk_obj_id": "rack", "bk_asst_obj_id": "device", "details": details,
    });
    let created = it.ok("batch_create_instance_association", batch).await;
    let (second, third) = (&created["success_created"]["0"], &created["success_created"]["2"]);
    it.ok("delete_instance_association", json!({"bk_obj_id": "rack", "id": link})).await;
    it.ok("delete_related_inst_asso", json!({"bk_obj_id": "device", "id": [second, third]})).await;

    let operations = json!([
        {"op": "create", "model": "rack", "label": "new", "attributes": {"bk_inst_name": "bulk"}},
        {"op": "create", "association": "rack_holds_device", "source": "new", "target": 1},
        {"op": "delete", "association": "rack_holds_device", "source": "new", "target": 1},
        {"op": "delete", "model": "rack", "instance": "new"},
    ]);
    it.ok("relata_bulk", json!({"operations": operations})).await;

    it.ok("delete_inst", json!({"bk_obj_id": "rack", "bk_inst_id": 1})).await;
    it.ok("batch_delete_inst", json!({"bk_obj_id": "rack", "delete": {"inst_ids": [2, 3]}})).await;
    it.ok("batch_delete_inst", json!({"bk_obj_id": "device", "delete": {"inst_ids": [1, 2, 3, 4]}})).await;
    it.ok("delete_delete_objectassociation", json!({"id": association})).await;
    it.ok("delete_delete_associationtype", json!({"id": kind})).await;
}

async fn console(it: &Failing) {
    let code = json!({"rule": "{{local.incr_id.3}}{{global.incr_id.3}}"});
    it.it.ok("create_inst", json!({"bk_obj_id": "device", "bk_inst_name": "old"})).await;
    let code = json!({
        "bk_obj_id": "device", "bk_property_id": "code", "bk_property_name": "Code", "bk_property_type": "id_rule", "option": code,
    });
    let code = it.id("create_object_attribute", code).await;
    it.ok("update_id_rule_incr_id", json!({"type": "device", "sequence_id": 7})).await;
    it.ok("sync_inst_id_rule", json!({"bk_obj_id": "device"})).await;
    let rows = json!({"1": {"bk_inst_id": 5, "bk_inst_name": "d5"}, "2": {"bk_inst_name": "d6"}});
    let import = json!({"bk_obj_id": "device", "BatchInfo": rows, "input_type": "excel"});
    assert_eq!(it.ok("add_inst_by_import", import).await["success"], json!([1, 2]));
    let rule = it.it.rows("search_object_unique", json!({"bk_obj_id": "device"})).await[0]["id"].clone();
    let association = json!({
        "bk_obj_asst_id": "device_connect_device", "bk_obj_id": "device", "bk_asst_obj_id": "device",
        "bk_asst_id": "connect", "mapping": "n:n",
    });
    let association = it.id("post_create_objectassociation", association).await;
    for operate in ["add", "delete"] {
        let row = json!({"bk_obj_asst_id": "device_connect_device", "operate": operate,
            "src_primary_key": "bk_inst_name=d5", "dst_primary_key": "bk_inst_name=d6"});
        let import = json!({"bk_obj_id": "device", "object_unique_id": rule, "association_info": {"1": row}});
        assert_eq!(it.ok("import_association", import).await["err_msg"], Value::Null);
    }
    it.ok("delete_delete_objectassociation", json!({"id": association})).await;
    it.ok("batch_delete_inst", json!({"bk_obj_id": "device", "delete": {"inst_ids": [5, 6]}})).await;
    it.ok("delete_object_attribute", json!({"id": code})).await;

    for x in [1, 2] {
        let place = json!({"origin": [{"bk_obj_id": "device", "position": {"x": x, "y": 1}}]});
        it.ok("post_update_objecttopo_scope_type_global_scope_id_0", place).await;
    }
    let old = json!({"scope_type": "global", "scope_id": "0", "action": "update", "origin": [{"bk_obj_id": "rack"}]});
    it.ok("update_object_topo_graphics", old).await;
    for x in [1, 2] {
        it.ok("post_usercustom", json!({"x": x})).await;
    }
    it.ok("post_usercustom_default_model_sub", json!({"bk_obj_id": "rack", "x": 1})).await;

    let level = json!({"bk_obj_id": "province", "bk_obj_name": "Province", "bk_obj_icon": "icon",
        "bk_classification_id": "bk_biz_topo", "bk_asst_obj_id": "biz"});
    it.ok("post_create_topomodelmainline", level).await;
    it.ok("delete_delete_topomodelmainline_object", json!({"bk_obj_id": "province"})).await;
    let size = json!({"bk_property_id": "size", "bk_property_name": "Size", "bk_property_type": "int",
        "option": {"min": 1, "max": 2}});
    it.ok("add_object_batch", json!({"rack": {"attr": {"1": size}}})).await;
    let rack = it.it.rows("search_objects", json!({"bk_obj_id": "rack"})).await[0]["id"].clone();
    let mut whole = it.it.ok("search_object_with_total_info", json!({"object_id": [rack]})).await;
    for (member, text) in [
        ("bk_obj_id", "shelf"),
        ("bk_obj_name", "Shelf"),
        ("bk_classification_id", "room"),
        ("bk_classification_name", "Room"),
    ] {
        whole["object"][0][member] = json!(text);
    }
    let shelf = it.ok("create_many_object", whole).await[0]["id"].clone();
    it.ok("delete_object", json!({"id": shelf})).await;
}

async fn field_templates(it: &Failing, model: i64) {
    let attribute = |id: i64, property: &str| {
        json!({
            "id": id, "bk_property_id": property, "bk_property_name": property, "bk_property_type": "singlechar",
            "option": "", "placeholder": {"lock": true, "value": ""}, "editable": {"lock": true, "value": true},
        })
    };
    let template = |id: i64, attributes: Value, uniques: Value| json!({"id": id, "name": "T", "description": "", "attributes": attributes, "uniques": uniques});
    let attributes = json!([attribute(0, "serial"), attribute(0, "slot")]);
    let id = it.id("post_create_field_template", template(0, attributes, json!([{"keys": ["serial"]}]))).await;
    it.ok("put_update_field_template_info", json!({"id": id, "name": "T", "description": "d"})).await;
    let copy = it.id("post_create_field_template_clone", json!({"id": id, "name": "U"})).await;
    it.ok("delete_delete_field_template", json!({"id": copy})).await;
    it.ok("post_update_field_template_bind_object", json!({"bk_template_id": id, "object_ids": [model]})).await;
    let sync = || json!({"bk_template_id": id, "object_ids": [model]});
    it.ok("post_update_topo_field_template_sync", sync()).await;
    let attributes = json!([attribute(1, "serial"), attribute(0, "place")]);
    it.ok("put_update_field_template", template(id, attributes, json!([{"id": 1, "keys": ["serial"]}]))).await;
    it.ok("post_update_topo_field_template_sync", sync()).await;
    let unbind = json!({"bk_template_id": id, "object_id": model});
    it.ok("post_update_field_template_unbind_object", unbind).await;
    it.ok("delete_delete_field_template", json!({"id": id})).await;
}

async fn accounts(it: &Failing) {
    it.ok("relata_create_user", json!({"user": "ann", "name": "Ann"})).await;
    let hash = identity::password::derive("correct horse battery", [1; 32]).unwrap();
    it.ok("relata_set_password", json!({"user": "ann", "hash": hash})).await;
    let token = it.id("relata_create_token", json!({"user": "ann", "name": "laptop"})).await;
    it.ok("relata_create_token", json!({"user": "ann", "name": "phone"})).await;
    it.ok("relata_revoke_token", json!({"id": token})).await;
    it.ok("relata_revoke_user", json!({"user": "ann"})).await;
    it.ok("relata_create_app", json!({"bk_app_code": "shop", "may_act_for": ["ann"]})).await;
    it.ok("relata_create_role", json!({"name": "part", "rules": [{"actions": ["view_sys_model"]}]})).await;
    it.ok("relata_update_role", json!({"name": "part", "description": "A part"})).await;
    it.ok("relata_create_group", json!({"name": "net", "members": ["bob"]})).await;
    it.ok("relata_update_group", json!({"name": "net", "add": ["eve"]})).await;
    for what in ["relata_give_role", "relata_withdraw_role"] {
        it.ok(what, json!({"role": "part", "group": "net"})).await;
    }
    it.ok("relata_delete_group", json!({"name": "net"})).await;
    it.ok("relata_delete_role", json!({"name": "part"})).await;
    it.ok("relata_revoke_app", json!({"bk_app_code": "shop"})).await;
}

#[tokio::test]
async fn reads_that_fail_say_that_the_store_is_unavailable() {
    let it = Failing::new().await;
    it.ok("search_objects", json!({})).await;
    it.ok("post_find_classificationobject", json!({})).await;
    it.ok("get_inst_detail", json!({"bk_obj_id": "bk_switch"})).await;
    it.ok("find_instance_association", json!({"bk_obj_id": "bk_switch"})).await;
    let all = json!({"operation_time": {"start": "2000-01-01 00:00:00"}});
    it.ok("list_operation_audit", json!({"condition": all, "page": {"limit": 10}})).await;
    it.ok("relata_search_user", json!({})).await;
}

/// The first start is one write of some thousand calls, of which some dozens fail here.
#[tokio::test]
async fn a_first_start_that_fails_leaves_an_empty_store_and_the_next_one_succeeds() {
    let store = Arc::new(Faulty::new(Reference::new()));
    let app = || {
        let store = Arc::clone(&store) as Arc<dyn Store>;
        Arc::new(App::new(store, Settings::default(), Arc::new(Still::new())))
    };
    let empty = store.inner().content().await;
    for call in (1..).step_by(211) {
        store.fail_at(call);
        let outcome = models::builtin::ensure(&app()).await;
        if !store.has_failed() {
            outcome.unwrap();
            break;
        }
        expect_unavailable(&outcome.unwrap_err(), "the first start");
        assert!(store.inner().content().await == empty);
    }
    for call in 1.. {
        let before = store.inner().content().await;
        store.fail_at(call);
        let outcome = identity::ensure_admin(&app(), None, Ok).await;
        if !store.has_failed() {
            assert!(outcome.unwrap().is_some());
            break;
        }
        expect_unavailable(&outcome.unwrap_err(), "the administrator");
        assert!(store.inner().content().await == before);
    }
    store.fail_at(0);
    assert_eq!(verify(&app()).await.unwrap(), Vec::<String>::new());
}

/// A store on which writes lose their race: they run, but somebody else's write comes before the commit.
struct Contended {
    inner: Arc<Reference>,
    losses: Mutex<u32>,
    /// What the other one calls at the first loss.
    rival: Mutex<Option<(Harness, &'static str, Value)>>,
}

impl Store for Contended {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.inner.read(work)
    }

    fn write(&self, lost: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            let left = self.losses.lock().unwrap().checked_sub(1);
            let Some(left) = left else { return self.inner.write(lost).await };
            *self.losses.lock().unwrap() = left;
            let run = work(move |tx| {
                let lost = Arc::clone(&lost);
                Box::pin(async move {
                    lost(tx).await?;
                    Err(Error::new(Code::Conflict))
                })
            });
            let outcome = self.inner.write(run).await;
            let rival = self.rival.lock().unwrap().take();
            if let Some((rival, name, input)) = rival {
                rival.ok(name, input).await;
            }
            outcome
        })
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.inner.news(after)
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        self.inner.check()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.inner.figures()
    }
}

impl Contended {
    async fn new() -> (Harness, Arc<Self>) {
        let inner = Arc::new(Reference::new());
        let store = Arc::new(Self { inner, losses: Mutex::new(0), rival: Mutex::new(None) });
        (Harness::over(Arc::clone(&store) as Arc<dyn Store>).await, store)
    }

    fn lose(&self, times: u32) {
        *self.losses.lock().unwrap() = times;
    }

    async fn lose_to(&self, user: &str, name: &'static str, input: Value) {
        let mut rival = Harness::over(Arc::clone(&self.inner) as Arc<dyn Store>).await;
        rival.principal = Principal { user: user.to_owned(), ..rival.principal };
        *self.rival.lock().unwrap() = Some((rival, name, input));
        self.lose(1);
    }
}

/// A store that commits two writes together, as an engine may, and fails at that.
struct FailsTogether {
    inner: Reference,
    next: Mutex<Next>,
}

/// What becomes of the next write.
enum Next {
    /// It succeeds.
    Succeeds,
    /// It waits for another one.
    Waits,
    /// It is run together with this one, and both fail.
    Joins(Arc<Work>),
}

impl Store for FailsTogether {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.inner.read(work)
    }

    fn write(&self, second: Arc<Work>) -> BoxFut<'_, Result<()>> {
        let unavailable = || Error::new(Code::Unavailable);
        let mut next = self.next.lock().unwrap();
        match std::mem::replace(&mut *next, Next::Succeeds) {
            Next::Succeeds => self.inner.write(second),
            Next::Waits => {
                *next = Next::Joins(second);
                Box::pin(async move { Err(unavailable()) })
            }
            Next::Joins(first) => self.inner.write(work(move |tx| {
                let (first, second) = (Arc::clone(&first), Arc::clone(&second));
                Box::pin(async move {
                    first(tx).await?;
                    second(tx).await?;
                    Err(unavailable())
                })
            })),
        }
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.inner.news(after)
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        self.inner.check()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.inner.figures()
    }
}

#[tokio::test]
async fn definitions_that_were_undone_are_not_remembered() {
    let store = Arc::new(FailsTogether { inner: Reference::new(), next: Mutex::new(Next::Succeeds) });
    let it = Harness::over(Arc::clone(&store) as Arc<dyn Store>).await;
    *store.next.lock().unwrap() = Next::Waits;
    for (name, input) in [("create_object_attribute", needed()), ("create_inst", switch("s"))] {
        it.call(name, input).await.unwrap_err();
    }
    // Moves the definitions on, without looking at them.
    it.ok("create_classification", json!({"bk_classification_id": "c", "bk_classification_name": "c"})).await;
    it.ok("create_inst", switch("s")).await;
}

/// An attribute that every new switch has to have.
fn needed() -> Value {
    json!({
        "bk_obj_id": "bk_switch", "bk_property_id": "needed", "bk_property_name": "needed", "isrequired": true,
        "bk_property_type": "singlechar", "option": "",
    })
}

/// A switch with this name.
fn switch(name: &str) -> Value {
    json!({"bk_obj_id": "bk_switch", "bk_asset_id": name, "bk_inst_name": name})
}

#[tokio::test]
async fn a_lost_race_is_run_again_and_leaves_one_change() {
    let (it, store) = Contended::new().await;
    for times in [1, 2, 15] {
        store.lose(times);
        it.ok("create_inst", switch(&format!("s{times}"))).await;
    }
    let found = it.rows("get_inst_detail", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(found.iter().map(|row| &row["bk_inst_id"]).collect::<Vec<_>>(), [1, 2, 3]);
    let query = json!({"operation_time": {"start": "2000-01-01 00:00:00"}, "resource_type": "model_instance"});
    let audit = it.ok("list_operation_audit", json!({"condition": query, "page": {"limit": 10}})).await;
    assert_eq!(audit["count"], 3);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn who_loses_every_race_is_told_to_try_again() {
    let (it, store) = Contended::new().await;
    let before = store.inner.content().await;
    store.lose(16);
    let error = it.call("create_inst", switch("s")).await.unwrap_err();
    assert_eq!((error.code.row().kind, error.code.row().number), (Kind::Conflict, 1_113_053));
    assert!(store.inner.content().await == before);
}

#[tokio::test]
async fn who_loses_a_race_for_a_key_gets_the_ordinary_answer() {
    let (it, store) = Contended::new().await;
    store.lose_to("rival", "create_inst", switch("s")).await;
    assert_eq!(it.refused("create_inst", switch("s")).await, 1_199_014);
    let found = it.rows("get_inst_detail", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(found.iter().map(|row| &row["bk_created_by"]).collect::<Vec<_>>(), ["rival"]);

    // The model is changed below a caller who has read it: the second look sees the new rule.
    store.lose_to("rival", "create_object_attribute", needed()).await;
    assert_eq!(it.refused("create_inst", switch("t")).await, 1_199_010);
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}
