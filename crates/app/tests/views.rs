//! Saved views of lists.

use super::harness;
use super::instances::model;
use super::rights::become_user;
use relata_app::{identity, verify};
use relata_model::Code;
use relata_testkit::Harness;
use serde_json::{Value, json};

const REFUSED: i64 = 9_900_403;
const DUPLICATE: i64 = 1_199_014;

/// An application with a model and a user who may see its instances of one name.
async fn started() -> Harness {
    let it = harness().await;
    identity::ensure_admin(&it.app, None, Ok).await.unwrap();
    model(&it, "app").await;
    it
}

async fn become_ann(it: &mut Harness) {
    let named = json!({"field": "bk_inst_name", "operator": "equal", "value": "a"});
    become_user(it, json!([{"actions": ["view_comobj"], "bk_obj_id": "app", "filter": named}])).await;
}

fn view(name: &str, shared: bool) -> Value {
    json!({"model": "app", "name": name, "query": "f.size.gt=1&sort=-bk_inst_id", "shared": shared})
}

async fn names(it: &Harness) -> Vec<String> {
    let found = it.ok("list_views", json!({"model": "app"})).await;
    found["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_view_is_kept_with_a_slug_of_its_name_and_who_may_see_the_model_sees_those_that_are_shared() {
    let mut it = started().await;
    let shared = it.ok("create_view", view("大于 1, Newest!", true)).await;
    assert_eq!(shared["slug"], json!("大于-1-newest"));
    assert_eq!((&shared["owner"], &shared["query"]), (&json!("admin"), &json!("f.size.gt=1&sort=-bk_inst_id")));
    it.ok("create_view", view("Mine", false)).await;
    become_ann(&mut it).await;
    it.ok("create_view", view("Ann's", false)).await;
    assert_eq!(names(&it).await, ["大于 1, Newest!", "Ann's"]);
    assert_eq!(it.refused("list_views", json!({"model": "bk_switch"})).await, REFUSED);
    assert_eq!(it.refused("create_view", json!({"model": "bk_switch", "name": "x"})).await, REFUSED);
    assert_eq!(verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn slugs_are_unique_among_shared_views_and_among_those_of_a_user() {
    let mut it = started().await;
    it.ok("create_view", view("all", true)).await;
    it.ok("create_view", view("all", false)).await;
    assert_eq!(it.refused("create_view", view("All", true)).await, DUPLICATE);
    assert_eq!(it.refused("create_view", view("ALL", false)).await, DUPLICATE);
    become_ann(&mut it).await;
    let own = it.ok("create_view", view("all", false)).await["id"].clone();
    assert_eq!(it.refused("update_view", json!({"id": own, "shared": true})).await, DUPLICATE);
    let changed = it.ok("update_view", json!({"id": own, "shared": true, "slug": "all_of_ann"})).await;
    assert_eq!((&changed["slug"], &changed["name"]), (&json!("all_of_ann"), &json!("all")));
}

#[tokio::test]
async fn only_owner_and_administrators_change_a_view_and_others_do_not_learn_of_one_that_is_not_shared() {
    let mut it = started().await;
    let shared = it.ok("create_view", view("shared", true)).await["id"].clone();
    let hidden = it.ok("create_view", view("hidden", false)).await["id"].clone();
    become_ann(&mut it).await;
    let own = it.ok("create_view", view("Ann's", false)).await["id"].clone();
    for row in ["update_view", "delete_view"] {
        assert_eq!(it.refused(row, json!({"id": shared, "name": "mine"})).await, REFUSED);
        let hidden = it.call(row, json!({"id": hidden, "name": "mine"})).await.unwrap_err();
        let missing = it.call(row, json!({"id": 99, "name": "mine"})).await.unwrap_err();
        assert_eq!((hidden.code, missing.code), (Code::ParamRefersToNothing, Code::ParamRefersToNothing));
    }
    it.principal = relata_app::permission::Principal { user: "admin".into(), admin: true, ..Default::default() };
    it.ok("update_view", json!({"id": own, "name": "Ann's, renamed"})).await;
    it.ok("delete_view", json!({"id": own})).await;
    it.ok("delete_view", json!({"id": hidden})).await;
    assert_eq!(names(&it).await, ["shared"]);
}

#[tokio::test]
async fn bad_views_are_refused_and_a_change_to_the_same_is_none() {
    let it = started().await;
    for (bad, code) in [
        (json!({"name": ""}), 1_199_010),
        (json!({"name": "!"}), 1_199_006),
        (json!({"name": "x\u{0}"}), 1_199_006),
        (json!({"slug": "a b"}), 1_199_006),
        (json!({"slug": "x".repeat(65)}), 1_199_006),
        (json!({"query": "q".repeat(4097)}), 1_199_073),
        (json!({"query": "q=a\nb"}), 1_199_006),
        (json!({"model": "nothing"}), 1_199_011),
    ] {
        let mut input = view("good", false);
        input.as_object_mut().unwrap().extend(bad.as_object().unwrap().clone());
        assert_eq!(it.refused("create_view", input).await, code, "{bad}");
    }
    assert!(names(&it).await.is_empty());
    let made = it.ok("create_view", view("good", false)).await;
    it.clock.advance(60);
    assert_eq!(it.ok("update_view", json!({"id": made["id"], "name": "good"})).await, made);
    let changed = it.ok("update_view", json!({"id": made["id"], "name": "better"})).await;
    assert_ne!(changed["last_time"], made["last_time"]);
}

#[tokio::test]
async fn views_go_with_their_model() {
    let it = harness().await;
    let id = model(&it, "app").await;
    it.ok("create_view", view("all", true)).await;
    it.ok("delete_object", json!({"id": id})).await;
    model(&it, "app").await;
    assert!(names(&it).await.is_empty());
    assert_eq!(verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}
