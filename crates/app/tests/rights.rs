//! Roles and what they let their holders do; and every row of the endpoint table under no, weak and full rights.

use super::harness;
use relata_app::endpoint::Endpoint;
use relata_app::identity::{self, Credentials};
use relata_app::permission::{Access, Permission, Principal, Reach, Rights, Rule, Scope};
use relata_app::{endpoints, verify};
use relata_model::Code;
use relata_testkit::Harness;
use serde_json::{Value, json};
use std::sync::Arc;

const REFUSED: i64 = 9_900_403;

/// An application with its administrator and the built-in roles.
async fn started() -> Harness {
    let it = harness().await;
    identity::ensure_admin(&it.app, None, Ok).await.unwrap();
    it
}

/// A new user with a token.
async fn user(it: &Harness, name: &str) -> Credentials {
    it.ok("relata_create_user", json!({"user": name})).await;
    let token = it.ok("relata_create_token", json!({"user": name})).await["token"].as_str().unwrap().to_owned();
    Credentials::Token { token, app: None }
}

/// Calls as whoever shows these credentials.
async fn sign_in(it: &mut Harness, credentials: &Credentials) {
    it.principal = identity::authenticate(&it.app, credentials, None).await.unwrap();
}

/// Calls as the administrator.
fn administrate(it: &mut Harness) {
    it.principal = Principal { user: "admin".to_owned(), admin: true, ..Principal::default() };
}

/// Makes a user with one role of these rules, and calls as that user from now on.
pub(super) async fn become_user(it: &mut Harness, rules: Value) {
    administrate(it);
    it.ok("relata_create_role", json!({"name": "part", "rules": rules})).await;
    let credentials = user(it, "ann").await;
    it.ok("relata_give_role", json!({"role": "part", "user": "ann"})).await;
    sign_in(it, &credentials).await;
}

async fn switch(it: &Harness, name: &str) -> i64 {
    let doc = json!({"bk_obj_id": "bk_switch", "bk_asset_id": name, "bk_inst_name": name});
    it.ok("create_inst", doc).await["bk_inst_id"].as_i64().unwrap()
}

/// Instances whose name begins so.
fn named(begin: &str) -> Value {
    json!({"field": "bk_inst_name", "operator": "begins_with", "value": begin})
}

fn on_switches(actions: &[&str], begin: &str) -> Value {
    json!([{"actions": actions, "bk_obj_id": "bk_switch", "filter": named(begin)}])
}

#[tokio::test]
async fn who_has_no_role_may_sign_in_and_nothing_else_until_one_is_given_or_withdrawn_again() {
    let mut it = started().await;
    let ann = user(&it, "ann").await;
    let search = json!({"bk_obj_id": "bk_switch", "page": {"limit": 1}});
    sign_in(&mut it, &ann).await;
    assert_eq!(it.refused("search_object_instances", search.clone()).await, REFUSED);
    for gift in [json!({"role": "viewer", "user": "ann"}), json!({"role": "viewer", "group": "everybody"})] {
        administrate(&mut it);
        it.ok("relata_give_role", gift.clone()).await;
        sign_in(&mut it, &ann).await;
        it.ok("search_object_instances", search.clone()).await;
        assert_eq!(it.refused("create_inst", json!({"bk_obj_id": "bk_switch", "bk_inst_name": "s"})).await, REFUSED);
        administrate(&mut it);
        it.ok("relata_withdraw_role", gift).await;
        sign_in(&mut it, &ann).await;
        assert_eq!(it.refused("search_object_instances", search.clone()).await, REFUSED);
    }
}

#[tokio::test]
async fn a_group_gives_its_roles_to_its_members_also_to_those_whom_only_a_gateway_knows() {
    let mut it = started().await;
    let bob = Credentials::Vouched { user: "bob".to_owned(), app: String::new() };
    it.ok("relata_create_group", json!({"name": "net", "members": ["bob"]})).await;
    it.ok("relata_give_role", json!({"role": "viewer", "group": "net"})).await;
    let search = json!({"bk_obj_id": "bk_switch", "page": {"limit": 1}});
    sign_in(&mut it, &bob).await;
    it.ok("search_object_instances", search.clone()).await;
    administrate(&mut it);
    it.ok("relata_update_group", json!({"name": "net", "remove": ["bob"], "add": ["eve"]})).await;
    sign_in(&mut it, &bob).await;
    assert_eq!(it.refused("search_object_instances", search).await, REFUSED);
    administrate(&mut it);
    it.ok("relata_delete_group", json!({"name": "net"})).await;
    assert_eq!(verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn everybody_stays_an_editor_on_a_store_from_before_there_were_roles() {
    let it = harness().await;
    let everybody = async |it: &Harness| {
        let groups = it.rows("relata_search_group", json!({})).await;
        groups.into_iter().find(|it| it["name"] == "everybody").map(|it| it["roles"].clone())
    };
    // Such a store has its administrator, and neither roles nor groups.
    it.ok("relata_create_user", json!({"user": "admin", "admin": true})).await;
    identity::ensure_admin(&it.app, None, Ok).await.unwrap();
    assert_eq!(everybody(&it).await, Some(json!(["editor"])));
    it.ok("relata_withdraw_role", json!({"role": "editor", "group": "everybody"})).await;
    identity::ensure_admin(&it.app, None, Ok).await.unwrap();
    assert_eq!(everybody(&it).await, Some(json!([])));
    assert_eq!(everybody(&started().await).await, Some(json!([])));
}

#[tokio::test]
async fn a_filter_is_part_of_every_search_and_count() {
    let mut it = started().await;
    for name in ["a1", "a2", "b1"] {
        switch(&it, name).await;
    }
    become_user(&mut it, on_switches(&["view_comobj"], "a")).await;
    let names = |rows: Vec<relata_model::Map>| rows.iter().map(|row| row["bk_inst_name"].clone()).collect::<Vec<_>>();
    let page = json!({"limit": 10, "sort": "-bk_inst_name"});
    let by_name = |name: &str| json!({"field": "bk_inst_name", "operator": "equal", "value": name});
    let all = json!({"bk_obj_id": "bk_switch", "page": page});
    assert_eq!(names(it.rows("search_object_instances", all).await), ["a2", "a1"]);
    let or = json!({"condition": "OR", "rules": [by_name("a1"), by_name("b1")]});
    let search = json!({"bk_obj_id": "bk_switch", "page": page, "conditions": or});
    assert_eq!(names(it.rows("search_object_instances", search).await), ["a1"]);
    // By a unique rule, too.
    let search = json!({"bk_obj_id": "bk_switch", "page": page, "conditions": by_name("b1")});
    assert_eq!(it.ok("search_object_instances", search.clone()).await["info"], Value::Null);
    assert_eq!(it.ok("count_object_instances", search).await["count"], 0);
    assert_eq!(it.ok("count_object_instances", json!({"bk_obj_id": "bk_switch"})).await["count"], 2);
    let found = it.ok("get_inst_detail", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!((&found["count"], found["info"].as_array().unwrap().len()), (&json!(2), 2));
    let one = json!({"bk_obj_id": "bk_switch", "condition": {"bk_inst_id": 3}});
    assert_eq!(it.ok("read_instance", one).await["count"], 0);
    assert_eq!(it.refused("search_object_instances", json!({"bk_obj_id": "bk_router", "page": page})).await, REFUSED);
}

#[tokio::test]
async fn a_filter_decides_what_may_be_written_before_and_after() {
    let mut it = started().await;
    let (a, b) = (switch(&it, "a1").await, switch(&it, "b1").await);
    become_user(&mut it, on_switches(&["create_comobj", "edit_comobj", "delete_comobj"], "a")).await;
    let change = |id: i64, name: &str| json!({"bk_obj_id": "bk_switch", "bk_inst_id": id, "bk_inst_name": name});
    it.ok("update_inst", change(a, "a2")).await;
    assert_eq!(it.refused("update_inst", change(a, "b2")).await, REFUSED);
    assert_eq!(it.refused("update_inst", change(b, "a3")).await, REFUSED);
    assert_eq!(it.refused("update_inst", change(99, "a3")).await, REFUSED);
    let item = |id: i64| json!({"inst_id": id, "datas": {"bk_inst_name": "a5"}});
    let many = |items: &[i64]| json!({"bk_obj_id": "bk_switch", "update": items.iter().map(|it| item(*it)).collect::<Vec<_>>()});
    assert_eq!(it.refused("batch_update_inst", many(&[a, b])).await, REFUSED);
    it.ok("batch_update_inst", many(&[a])).await;

    let new = |name: &str| json!({"bk_obj_id": "bk_switch", "bk_asset_id": name, "bk_inst_name": name});
    assert_eq!(it.refused("create_inst", new("b9")).await, REFUSED);
    let both = json!({"bk_obj_id": "bk_switch", "details": [new("b9"), new("a9")]});
    let created = it.ok("batch_create_inst", both).await;
    assert_eq!(created["success_created"].as_object().unwrap().keys().collect::<Vec<_>>(), ["1"]);
    assert_eq!(created["error_msg"].as_object().unwrap().keys().collect::<Vec<_>>(), ["0"]);

    let delete = |ids: &[i64]| json!({"bk_obj_id": "bk_switch", "delete": {"inst_ids": ids}});
    assert_eq!(it.refused("batch_delete_inst", delete(&[a, b])).await, REFUSED);
    it.ok("batch_delete_inst", delete(&[a])).await;
    assert_eq!(it.refused("delete_inst", json!({"bk_obj_id": "bk_switch", "bk_inst_id": b})).await, REFUSED);
    administrate(&mut it);
    assert_eq!(it.ok("count_object_instances", json!({"bk_obj_id": "bk_switch"})).await["count"], 2);
}

/// Switches a1, a2, b1 and the router r1, with a self association and one to routers.
async fn with_links(it: &Harness) {
    for name in ["a1", "a2", "b1"] {
        switch(it, name).await;
    }
    it.ok("create_inst", json!({"bk_obj_id": "bk_router", "bk_asset_id": "r1", "bk_inst_name": "r1"})).await;
    for (id, target) in [("self", "bk_switch"), ("out", "bk_router")] {
        let association = json!({
            "bk_obj_asst_id": format!("bk_switch_{id}_{target}"), "bk_obj_asst_name": id, "bk_obj_id": "bk_switch",
            "bk_asst_obj_id": target, "bk_asst_id": if id == "self" { "group" } else { "connect" }, "mapping": "n:n",
        });
        it.ok("post_create_objectassociation", association).await;
    }
}

fn pair(source: i64, target: i64) -> Value {
    json!({"bk_inst_id": source, "bk_asst_inst_id": target})
}

fn links(id: &str, target: &str, pairs: &[(i64, i64)]) -> Value {
    json!({
        "bk_obj_id": "bk_switch", "bk_asst_obj_id": target, "bk_obj_asst_id": format!("bk_switch_{id}_{target}"),
        "details": pairs.iter().map(|(source, target)| pair(*source, *target)).collect::<Vec<_>>(),
    })
}

fn link(id: &str, target: &str, source: i64, other: i64) -> Value {
    let mut link = pair(source, other);
    link["bk_obj_asst_id"] = format!("bk_switch_{id}_{target}").into();
    link
}

#[tokio::test]
async fn links_need_the_right_on_both_ends_of_every_item_in_self_associations_too() {
    let mut it = started().await;
    with_links(&it).await;
    become_user(&mut it, on_switches(&["edit_comobj"], "a")).await;
    let create = "batch_create_instance_association";
    // Each end of each item, wherever it stands in the batch.
    for pairs in [[(1, 2), (1, 3)], [(1, 3), (1, 2)], [(3, 1), (1, 2)], [(1, 2), (3, 1)]] {
        assert_eq!(it.refused(create, links("self", "bk_switch", &pairs)).await, REFUSED, "{pairs:?}");
    }
    for (source, target) in [(1, 3), (3, 1), (1, 99)] {
        let one = link("self", "bk_switch", source, target);
        assert_eq!(it.refused("add_instance_association", one).await, REFUSED, "{source} {target}");
    }
    // The other model is not theirs at all.
    assert_eq!(it.refused(create, links("out", "bk_router", &[(1, 1)])).await, REFUSED);
    assert_eq!(it.refused("add_instance_association", link("out", "bk_router", 1, 1)).await, REFUSED);
    let made = it.ok(create, links("self", "bk_switch", &[(1, 2)])).await["success_created"]["0"].clone();
    administrate(&mut it);
    let other = it.ok("add_instance_association", link("self", "bk_switch", 2, 3)).await["id"].clone();
    let out = it.ok("add_instance_association", link("out", "bk_router", 1, 1)).await["id"].clone();
    it.principal = signed_in_again(&it, "ann").await;
    for id in [&other, &out] {
        let one = json!({"bk_obj_id": "bk_switch", "id": id});
        assert_eq!(it.refused("delete_instance_association", one).await, REFUSED);
        let many = json!({"bk_obj_id": "bk_switch", "id": [made, id]});
        assert_eq!(it.refused("delete_related_inst_asso", many).await, REFUSED);
    }
    assert_eq!(it.refused("delete_instance_association", json!({"bk_obj_id": "bk_router", "id": out})).await, REFUSED);
    assert_eq!(it.ok("delete_related_inst_asso", json!({"bk_obj_id": "bk_switch", "id": [made, 99]})).await, 1);
}

/// A known user, as a gateway names them.
async fn signed_in_again(it: &Harness, user: &str) -> Principal {
    let vouched = Credentials::Vouched { user: user.to_owned(), app: String::new() };
    identity::authenticate(&it.app, &vouched, None).await.unwrap()
}

#[tokio::test]
async fn searches_for_links_under_a_filter_name_instances_that_it_matches_and_show_no_others() {
    let mut it = started().await;
    with_links(&it).await;
    it.ok("batch_create_instance_association", links("self", "bk_switch", &[(1, 2), (1, 3)])).await;
    it.ok("batch_create_instance_association", links("out", "bk_router", &[(1, 1), (3, 1)])).await;
    become_user(&mut it, on_switches(&["view_comobj"], "a")).await;
    let of = |id: i64| json!({"bk_obj_id": "bk_switch", "bk_inst_id": id, "association_obj_id": "bk_router"});
    let related = |id: i64| json!({"condition": of(id), "fields": ["id"], "page": {"limit": 10}});
    assert_eq!(it.ok("search_related_inst_asso", related(1)).await.as_array().unwrap().len(), 3);
    assert_eq!(it.refused("search_related_inst_asso", related(3)).await, REFUSED);
    // Without a right on the other model its instances are left out.
    let shown = it.ok("read_inst_association_topo", of(1)).await.to_string();
    assert!(shown.contains("\"a2\"") && !shown.contains("\"b1\"") && !shown.contains("\"r1\""), "{shown}");
    assert_eq!(it.refused("read_inst_association_topo", of(3)).await, REFUSED);
    assert_eq!(it.refused("search_inst_association_topo", of(3)).await, REFUSED);
    assert_eq!(it.refused("search_inst_asst_object_inst_base_info", json!({"condition": of(1)})).await, REFUSED);

    let all = json!({"bk_obj_id": "bk_switch"});
    assert_eq!(it.refused("find_instance_association", all.clone()).await, REFUSED);
    assert_eq!(it.refused("count_instance_associations", all).await, REFUSED);
    let condition = |id: i64| json!({"bk_obj_id": "bk_switch", "condition": {"bk_inst_id": id}});
    assert_eq!(it.ok("find_instance_association", condition(1)).await.as_array().unwrap().len(), 3);
    assert_eq!(it.refused("find_instance_association", condition(3)).await, REFUSED);
    let rule = json!({"condition": "AND", "rules": [{"field": "bk_inst_id", "operator": "equal", "value": 1}]});
    let detailed = json!({
        "bk_obj_id": "bk_switch", "page": {"limit": 10},
        "condition": {"asst_filter": rule, "src_detail": true, "dst_detail": true},
    });
    let shown = it.ok("find_instassociation_with_inst", detailed).await;
    assert_eq!(shown["association"].as_array().unwrap().len(), 3);
    let shown = shown.to_string();
    assert!(shown.contains("\"a2\"") && !shown.contains("\"b1\"") && !shown.contains("\"r1\""), "{shown}");
}

#[tokio::test]
async fn a_role_for_the_definition_of_one_model_reaches_its_parts_and_no_other_model() {
    let mut it = started().await;
    let number = async |it: &Harness, model: &str| {
        it.rows("search_objects", json!({"bk_obj_id": model})).await[0]["id"].as_i64().unwrap()
    };
    let (own, other) = (number(&it, "bk_switch").await, number(&it, "bk_router").await);
    let attribute = |model: &str| {
        json!({"bk_obj_id": model, "bk_property_id": "place", "bk_property_name": "Place", "bk_property_type": "singlechar",
            "option": "", "editable": true})
    };
    let foreign = it.ok("create_object_attribute", attribute("bk_router")).await["id"].clone();
    become_user(&mut it, json!([{"actions": ["view_sys_model", "edit_sys_model"], "bk_obj_id": "bk_switch"}])).await;
    it.ok("update_object", json!({"id": own, "description": "ours"})).await;
    assert_eq!(it.refused("update_object", json!({"id": other, "description": "ours"})).await, REFUSED);
    assert_eq!(it.refused("delete_object", json!({"id": own})).await, REFUSED);
    let made = it.ok("create_object_attribute", attribute("bk_switch")).await["id"].clone();
    it.ok("update_object_attribute", json!({"id": made, "bk_property_name": "The place"})).await;
    // A model beside the id does not help.
    for id in [&foreign, &json!(foreign.to_string())] {
        let change = json!({"id": id, "bk_obj_id": "bk_switch", "bk_property_name": "Mine"});
        assert_eq!(it.refused("update_object_attribute", change).await, REFUSED);
    }
    assert_eq!(it.refused("delete_object_attribute", json!({"id": foreign})).await, REFUSED);
    it.ok("delete_object_attribute", json!({"id": made})).await;
    assert_eq!(it.refused("create_object_attribute", attribute("bk_router")).await, REFUSED);
    it.ok("search_object_attribute", json!({"bk_obj_id": "bk_switch"})).await;
    assert_eq!(it.refused("search_object_attribute", json!({})).await, REFUSED);
    let group = |model: &str| json!({"bk_obj_id": model, "bk_group_id": "g", "bk_group_name": "G"});
    let made = it.ok("post_create_objectattgroup", group("bk_switch")).await["id"].clone();
    assert_eq!(it.refused("post_create_objectattgroup", group("bk_router")).await, REFUSED);
    it.ok("put_update_objectattgroup", json!({"condition": {"id": made}, "data": {"bk_group_name": "H"}})).await;
    let association = json!({
        "bk_obj_asst_id": "out", "bk_obj_id": "bk_switch", "bk_asst_obj_id": "bk_router", "bk_asst_id": "connect",
    });
    assert_eq!(it.refused("post_create_objectassociation", association.clone()).await, REFUSED);
    administrate(&mut it);
    let id = it.ok("post_create_objectassociation", association).await["id"].clone();
    it.principal = signed_in_again(&it, "ann").await;
    let rename = json!({"id": id, "bk_obj_asst_name": "mine"});
    assert_eq!(it.refused("put_update_objectassociation", rename).await, REFUSED);
    assert_eq!(it.refused("delete_delete_objectassociation", json!({"id": id})).await, REFUSED);
}

#[tokio::test]
async fn rows_of_inner_tables_are_for_whoever_has_the_right_on_their_instance() {
    let mut it = started().await;
    let column = json!({"bk_property_id": "size", "bk_property_name": "Size", "bk_property_type": "singlechar", "option": "",
        "editable": true});
    let table = json!({"bk_obj_id": "bk_switch", "bk_property_id": "disk", "bk_property_name": "Disk",
        "bk_property_type": "innertable", "option": {"header": [column]}, "editable": true});
    it.ok("create_object_attribute", table).await;
    let (a, b) = (switch(&it, "a1").await, switch(&it, "b1").await);
    let disks = |member: &str, value: Value| {
        let mut input =
            json!({"bk_obj_id": "bk_switch", "bk_property_id": "disk", "data": {"size": "9"}, "page": {"limit": 9}});
        input[member] = value;
        input
    };
    let row = |owner: i64| json!({"size": "1", "bk_inst_id": owner});
    it.ok("batch_create_quoted_inst", disks("data", json!([row(a), row(b), row(0)]))).await;
    become_user(&mut it, on_switches(&["view_comobj", "create_comobj", "edit_comobj"], "a")).await;
    // Rows without an instance are the whole model's, and so are those that are not there.
    for data in [json!([row(b)]), json!([row(a), row(b)]), json!([row(a), row(0)]), json!([{}]), json!([row(99)])] {
        assert_eq!(it.refused("batch_create_quoted_inst", disks("data", data.clone())).await, REFUSED, "{data}");
    }
    for ids in [json!([2]), json!([1, 2]), json!([1, 3]), json!([99])] {
        assert_eq!(it.refused("batch_update_quoted_inst", disks("ids", ids.clone())).await, REFUSED, "{ids}");
        assert_eq!(it.refused("batch_delete_quoted_inst", disks("ids", ids.clone())).await, REFUSED, "{ids}");
    }
    it.ok("batch_create_quoted_inst", disks("data", json!([row(a)]))).await;
    it.ok("batch_update_quoted_inst", disks("ids", json!([1, 4]))).await;
    it.ok("batch_delete_quoted_inst", disks("ids", json!([1]))).await;
    let of = |owners: &[i64]| json!({"field": "bk_inst_id", "operator": "in", "value": owners});
    let sized = json!({"field": "size", "operator": "equal", "value": "1"});
    for filter in
        [Value::Null, sized.clone(), of(&[a, b]), of(&[0]), json!({"condition": "OR", "rules": [of(&[a]), sized]})]
    {
        assert_eq!(it.refused("list_quoted_inst", disks("filter", filter.clone())).await, REFUSED, "{filter}");
    }
    let shown = it.ok("list_quoted_inst", disks("filter", of(&[a]))).await["info"].clone();
    assert_eq!(shown.as_array().unwrap().iter().map(|row| &row["id"]).collect::<Vec<_>>(), [4]);

    let change = |id: i64| json!({"bk_obj_id": "bk_switch", "bk_inst_id": id, "disk": [{"size": "2"}]});
    assert_eq!(it.refused("update_inst", change(b)).await, REFUSED);
    it.ok("update_inst", change(a)).await;
    let new = |disk: Value| json!({"bk_obj_id": "bk_switch", "bk_asset_id": "a2", "bk_inst_name": "a2", "disk": disk});
    assert_eq!(it.refused("create_inst", new(json!([3]))).await, 1_199_006);
    it.ok("create_inst", new(json!([{"size": "3"}]))).await;
    administrate(&mut it);
    let shown = it.ok("list_quoted_inst", disks("fields", json!(["size", "bk_inst_id"]))).await["info"].clone();
    let shown = shown.as_array().unwrap().iter().map(|row| json!([row["bk_inst_id"], row["size"]])).collect::<Vec<_>>();
    assert_eq!(shown, [json!([b, "1"]), json!([0, "1"]), json!([a, "2"]), json!([3, "3"])]);
}

#[tokio::test]
async fn a_field_template_is_applied_by_whoever_may_change_the_model_and_changed_by_whoever_may_change_templates() {
    let mut it = started().await;
    let mut models = Vec::new();
    for model in ["bk_switch", "bk_router"] {
        models.push(it.rows("search_objects", json!({"bk_obj_id": model})).await[0]["id"].as_i64().unwrap());
    }
    let lock = |value: Value| json!({"lock": true, "value": value});
    let attribute = json!({"bk_property_id": "rate", "bk_property_name": "Rate", "bk_property_type": "singlechar",
        "option": "", "placeholder": lock(json!("")), "editable": lock(json!(true))});
    let template = json!({"name": "T", "attributes": [attribute]});
    let id = it.ok("post_create_field_template", template.clone()).await["id"].clone();
    let on = |models: &[i64]| json!({"bk_template_id": id, "object_ids": models, "object_id": models[0], "id": id});
    it.ok("post_update_field_template_bind_object", on(&models[1..])).await;
    become_user(&mut it, json!([{"actions": ["view_sys_model", "edit_sys_model"], "bk_obj_id": "bk_switch"}])).await;
    for name in [
        "post_update_field_template_bind_object",
        "post_update_topo_field_template_sync",
        "post_find_field_template_sync_status",
        "post_find_field_template_model_status",
    ] {
        assert_eq!(it.refused(name, on(&models)).await, REFUSED, "{name}");
        it.ok(name, on(&models[..1])).await;
    }
    for name in ["post_update_field_template_unbind_object", "post_findmany_field_template_by_object"] {
        assert_eq!(it.refused(name, on(&models[1..])).await, REFUSED, "{name}");
        it.ok(name, on(&models)).await;
    }
    for name in ["post_create_field_template", "put_update_field_template", "list_field_template"] {
        assert_eq!(it.refused(name, template.clone()).await, REFUSED, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_ask_for() {
    let mut it = started().await;
    it.lang = relata_model::Lang::En;
    let (a, b) = (switch(&it, "a1").await, switch(&it, "b1").await);
    become_user(&mut it, on_switches(&["edit_comobj"], "a")).await;
    let asked = async |name: &str, input: Value| {
        let error = it.call(name, input).await.unwrap_err();
        assert_eq!(error.code, Code::NoPermission);
        *error.permission.unwrap()
    };
    let many = json!({"bk_obj_id": "bk_switch", "update": [{"inst_id": a, "datas": {}}, {"inst_id": b, "datas": {}}]});
    let shown = asked("batch_update_inst", many).await;
    let number = shown["actions"][0]["id"].as_str().unwrap().strip_prefix("edit_comobj_").unwrap().to_owned();
    let kind = format!("comobj_{number}");
    let name = shown["actions"][0]["related_resource_types"][0]["type_name"].clone();
    assert_eq!(
        shown,
        json!({"system_id": "bk_cmdb", "system_name": "Relata", "actions": [{
            "id": format!("edit_comobj_{number}"), "name": format!("change instances: {}", name.as_str().unwrap()),
            "related_resource_types": [{
                "system_id": "bk_cmdb", "system_name": "Relata", "type": kind, "type_name": name,
                "instances": [[{"type": kind, "type_name": name, "id": b.to_string(), "name": b.to_string()}]],
                "attributes": [],
            }],
        }]})
    );
    let shown = asked("search_object_attribute", json!({"bk_obj_id": "bk_router"})).await;
    assert_eq!(shown["actions"][0]["id"], "view_sys_model");
    assert_eq!(shown["actions"][0]["related_resource_types"][0]["type"], "sys_model");
    let shown = asked("list_operation_audit", json!({})).await;
    assert_eq!(
        shown["actions"],
        json!([{"id": "find_audit_log", "name": "read the audit log", "related_resource_types": []}])
    );
}

#[tokio::test]
async fn bad_roles_groups_and_gifts_are_refused_and_built_in_ones_stay() {
    let it = started().await;
    it.ok("relata_create_role", json!({"name": "part", "rules": [{"actions": ["view_sys_model"]}]})).await;
    it.ok("relata_create_user", json!({"user": "ann"})).await;
    it.ok("relata_give_role", json!({"role": "part", "user": "ann"})).await;
    for (name, input, code) in [
        ("relata_create_role", json!({"name": "part"}), 1_199_014),
        ("relata_create_role", json!({"name": "two words"}), 1_199_011),
        ("relata_create_role", json!({"name": "x", "rules": [{"actions": ["fly"]}]}), 1_199_006),
        ("relata_create_role", json!({"name": "x", "rules": [{"actions": "*"}]}), 1_199_000),
        ("relata_update_role", json!({"name": "editor", "rules": []}), 1_199_006),
        ("relata_update_role", json!({"name": "part", "rules": [{"actions": ["administrate"]}]}), 1_199_006),
        ("relata_update_role", json!({"name": "none"}), 1_199_011),
        ("relata_delete_role", json!({"name": "viewer"}), 1_199_006),
        ("relata_delete_role", json!({"name": "part"}), 1_199_006),
        ("relata_delete_role", json!({"name": "none"}), 1_199_011),
        ("relata_give_role", json!({"role": "none", "user": "ann"}), 1_199_011),
        ("relata_give_role", json!({"role": "part", "user": "none"}), 1_199_011),
        ("relata_give_role", json!({"role": "part", "group": "none"}), 1_199_011),
        ("relata_give_role", json!({"role": "part"}), 1_199_010),
        ("relata_give_role", json!({"role": "part", "user": "ann", "group": "everybody"}), 1_199_010),
        ("relata_create_group", json!({"name": "everybody"}), 1_199_014),
        ("relata_create_group", json!({"name": "g", "members": ["*"]}), 1_199_011),
        ("relata_update_group", json!({"name": "everybody", "members": []}), 1_199_006),
        ("relata_delete_group", json!({"name": "everybody"}), 1_199_006),
    ] {
        assert_eq!(it.refused(name, input.clone()).await, code, "{name} {input}");
    }
    it.ok("relata_withdraw_role", json!({"role": "part", "user": "ann"})).await;
    it.ok("relata_delete_role", json!({"name": "part"})).await;
}

#[tokio::test]
async fn a_user_who_comes_back_has_neither_the_roles_nor_the_groups_of_before() {
    let mut it = started().await;
    become_user(&mut it, json!([{"actions": ["*"]}])).await;
    administrate(&mut it);
    it.ok("relata_create_group", json!({"name": "net", "members": ["ann", "bob"]})).await;
    it.ok("relata_give_role", json!({"role": "editor", "group": "net"})).await;
    it.ok("relata_revoke_user", json!({"user": "ann"})).await;
    let ann = user(&it, "ann").await;
    sign_in(&mut it, &ann).await;
    assert_eq!(it.refused("search_objects", json!({})).await, REFUSED);
}

/// Somebody with these rights.
pub(super) fn with_rules(rules: &[Value]) -> Principal {
    let mut rights = Rights::default();
    for rule in rules {
        let rule: Rule = serde_json::from_value(rule.clone()).unwrap();
        rights.add(&rule, &jiff::tz::TimeZone::UTC).unwrap();
    }
    Principal { user: "ann".to_owned(), rights: Arc::new(rights), ..Principal::default() }
}

fn permission(row: &Endpoint) -> Option<Permission> {
    match row.access {
        Access::Needs(permission) => Some(permission),
        Access::SignedIn => None,
    }
}

/// Everything that an input may name, so that most rows find what they want in it.
fn lavish() -> Value {
    let condition = json!({"bk_obj_id": "bk_switch", "bk_inst_id": 1, "association_obj_id": "bk_switch", "id": 1});
    json!({
        "bk_obj_id": "bk_switch", "bk_inst_id": 1, "id": 1, "bk_asst_inst_id": 1, "bk_inst_name": "b7", "condition": condition,
        "page": {"limit": 10}, "fields": ["bk_inst_name"], "details": [{"bk_inst_name": "b8", "bk_inst_id": 1, "bk_asst_inst_id": 1}],
        "update": [{"inst_id": 1, "datas": {"bk_inst_name": "b9"}}], "delete": {"inst_ids": [1]},
        "bk_asst_obj_id": "bk_switch", "bk_obj_asst_id": "bk_switch_self_bk_switch",
    })
}

#[tokio::test]
async fn every_row_refuses_whoever_lacks_its_permission_and_lets_in_whoever_has_it() {
    let mut it = started().await;
    for row in endpoints::all() {
        let name = row.name;
        let nobody = Principal::default();
        let nothing = with_rules(&[]);
        let Some(needed) = permission(row) else {
            it.principal = nobody;
            assert_eq!(it.refused(name, json!({})).await, 1_199_048, "{name}");
            it.principal = nothing;
            if let Err(error) = it.call(name, lavish()).await {
                assert_ne!(error.code, Code::NoPermission, "{name}");
            }
            continue;
        };
        let others = Permission::ALL.iter().filter(|other| **other != needed && **other != Permission::Administrate);
        let others = others.map(|it| it.id()).collect::<Vec<_>>();
        let weak = with_rules(&[json!({"actions": others})]);
        for input in [json!({}), lavish(), json!({"bk_obj_id": 7, "page": []})] {
            it.principal = nobody.clone();
            assert_eq!(it.refused(name, input.clone()).await, 1_199_048, "{name}");
            for principal in [&nothing, &weak] {
                it.principal = principal.clone();
                assert_eq!(it.refused(name, input.clone()).await, REFUSED, "{name} {input}");
            }
            let mut full = if needed == Permission::Administrate {
                Principal { user: "admin".to_owned(), admin: true, ..Principal::default() }
            } else {
                with_rules(&[json!({"actions": [needed.id()]})])
            };
            it.principal = full.clone();
            if let Err(error) = it.call(name, input.clone()).await {
                assert_ne!(error.code, Code::NoPermission, "{name} {input}");
            }
            full.scope = match (row.effect, needed) {
                (_, Permission::Administrate) => Scope::Write,
                (effect, _) if effect.writes() => Scope::Read,
                _ => continue,
            };
            it.principal = full;
            assert_eq!(it.refused(name, input).await, REFUSED, "{name} with credentials for less");
        }
    }
}

#[tokio::test]
async fn no_row_shows_or_changes_instances_that_a_filter_does_not_match() {
    let mut it = started().await;
    with_links(&it).await;
    it.ok("add_instance_association", link("self", "bk_switch", 1, 1)).await;
    let content = async |it: &mut Harness| {
        administrate(it);
        let switches = it.ok("get_inst_detail", json!({"bk_obj_id": "bk_switch"})).await;
        (switches, it.ok("find_instance_association", json!({"bk_obj_id": "bk_switch"})).await)
    };
    let before = content(&mut it).await;
    for row in endpoints::all() {
        let Some(needed) = permission(row).filter(|needed| needed.reach() == Reach::Instances) else { continue };
        it.principal = with_rules(&[json!({
            "actions": [needed.id()], "bk_obj_id": "bk_switch", "filter": named("nothing is named so"),
        })]);
        if let Ok(answer) = it.call(row.name, lavish()).await {
            let answer = answer.to_string();
            assert!(!["a1", "a2"].iter().any(|name| answer.contains(name)), "{}: {answer}", row.name);
        }
        assert_eq!(content(&mut it).await, before, "{}", row.name);
    }
}
