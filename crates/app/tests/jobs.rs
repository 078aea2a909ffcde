//! Jobs: that they go on where they were left, whatever happens, and with the rights that their user has at the time.

use super::harness;
use super::instances::{attribute, model};
use super::rights::with_rules;
use relata_app::bulk::jobs::{self, Due, Running, Step};
use relata_app::permission::Principal;
use relata_app::verify;
use relata_model::Lang;
use relata_testkit::Harness;
use serde_json::{Value, json};

const START: &str = "relata_start_job";

/// A model, and an administrator who is a user.
async fn estate() -> Harness {
    let mut it = harness().await;
    it.lang = Lang::En;
    model(&it, "app").await;
    attribute(&it, "app", "size", "int", json!({"option": {"min": 0, "max": 9}})).await;
    it.ok("relata_create_user", json!({"user": "admin", "admin": true})).await;
    it
}

fn create(name: &str) -> Value {
    json!({"op": "create", "model": "app", "label": name, "attributes": {"bk_inst_name": name}})
}

fn creations(count: usize) -> Vec<Value> {
    (0..count).map(|n| create(&format!("a{n}"))).collect()
}

async fn start(it: &Harness, options: Value, operations: &[Value]) -> i64 {
    let mut input = options;
    input["operations"] = json!(operations);
    let job = it.ok(START, input).await;
    assert_eq!(job["state"], "waiting", "{job}");
    job["id"].as_i64().unwrap()
}

async fn open(it: &Harness, id: i64) -> Running {
    Running::open(&it.app, id).await.unwrap().unwrap()
}

/// Carries a job out to its end.
async fn finish(it: &Harness, id: i64) -> Value {
    let mut running = open(it, id).await;
    while running.step().await.unwrap() == Step::More {}
    show(it, id).await
}

async fn show(it: &Harness, id: i64) -> Value {
    it.ok("relata_get_job", json!({"id": id})).await
}

/// All that became of the operations of a job, as far as it has come.
async fn results(it: &mut Harness, id: i64, with: Value) -> Vec<Value> {
    let mut input = with;
    input["id"] = json!(id);
    let mut all = Vec::new();
    for after in (0..).step_by(if input["with"] == "lines" { 1 } else { 8 }) {
        it.following.after = Some(after);
        let page = it.ok("relata_read_job_result", input.clone()).await["results"].as_array().unwrap().clone();
        if page.is_empty() && after > 30 {
            break;
        }
        all.extend(page);
    }
    it.following.after = None;
    all
}

async fn count(it: &Harness) -> usize {
    it.rows("get_inst_detail", json!({"bk_obj_id": "app", "page": {"limit": 500}})).await.len()
}

async fn sound(it: &Harness) {
    assert_eq!(it.app.store.check().await.unwrap(), Vec::<String>::new());
    assert_eq!(verify::verify(&it.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_job_goes_on_where_it_was_left_and_every_line_has_one_verdict() {
    let mut it = estate().await;
    let mut operations = creations(24);
    operations[7] = json!({"op": "create", "model": "none", "attributes": {}});
    // The label is of a piece that another process may have carried out.
    operations.push(json!({"op": "update", "model": "app", "instance": "a2", "attributes": {"size": 5}}));
    let id = start(&it, json!({"chunk": 4, "name": "apps"}), &operations).await;
    let waiting = show(&it, id).await;
    assert_eq!((&waiting["name"], &waiting["rows"]), (&json!("apps"), &json!({"total": 25, "done": 0})));
    assert_eq!(waiting["started"], Value::Null);
    for step in 1..=7 {
        it.clock.advance(2);
        // Whoever comes next knows nothing but the store.
        let (mut first, mut second) = (open(&it, id).await, open(&it, id).await);
        assert_eq!(first.step().await.unwrap(), Step::More);
        assert_eq!(second.step().await.unwrap(), Step::Ended, "somebody else was faster");
        let job = show(&it, id).await;
        assert_eq!(job["rows"]["done"], json!((step * 4).min(25)), "{job}");
        assert_eq!(results(&mut it, id, json!({})).await.len(), (step * 4).min(25));
    }
    let done = show(&it, id).await;
    assert_eq!((&done["state"], &done["error"]), (&json!("done"), &Value::Null));
    let counts = json!({"created": 23, "updated": 1, "unchanged": 0, "exists": 0, "deleted": 0, "failed": 1});
    assert_eq!(done["counts"], counts);
    assert!(done["finished"].as_str() > done["started"].as_str(), "{done}");
    let all = results(&mut it, id, json!({"with": "lines"})).await;
    assert_eq!(all.iter().map(|it| it["row"].as_u64().unwrap()).collect::<Vec<_>>(), (1..=25).collect::<Vec<_>>());
    for (verdict, operation) in all.iter().zip(&operations) {
        assert_eq!(serde_json::from_str::<Value>(verdict["line"].as_str().unwrap()).unwrap(), *operation);
    }
    let failed = results(&mut it, id, json!({"status": "failed"})).await;
    assert_eq!(failed.iter().map(|it| it["row"].clone()).collect::<Vec<_>>(), [8]);
    assert_eq!(failed[0].get("line"), None);
    assert!(Running::open(&it.app, id).await.unwrap().is_none());
    assert_eq!(count(&it).await, 23);
    sound(&it).await;
}

#[tokio::test]
async fn what_a_job_does_before_it_is_cancelled_stays_and_it_is_forgotten_with_all_that_was_uploaded() {
    let mut it = estate().await;
    let id = start(&it, json!({"chunk": 2}), &creations(100)).await;
    let mut running = open(&it, id).await;
    assert_eq!(running.step().await.unwrap(), Step::More);
    let cancelled = it.ok("relata_cancel_job", json!({"id": id})).await;
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(running.step().await.unwrap(), Step::Ended);
    assert_eq!(it.ok("relata_cancel_job", json!({"id": id})).await, cancelled, "once more is no failure");
    assert_eq!((count(&it).await, results(&mut it, id, json!({})).await.len()), (2, 2));
    assert_eq!(jobs::due(&it.app).await.unwrap(), Due::default());

    it.clock.advance(7 * 24 * 3600 - 60);
    let late = start(&it, json!({}), &creations(1)).await;
    assert!(!jobs::due(&it.app).await.unwrap().sweep);
    it.clock.advance(60);
    let deleted = start(&it, json!({}), &creations(1)).await;
    it.ok("relata_delete_job", json!({"id": deleted})).await;
    assert_eq!(it.refused("relata_get_job", json!({"id": deleted})).await, 1_199_011);
    while jobs::due(&it.app).await.unwrap().sweep {
        jobs::sweep(&it.app).await.unwrap();
    }
    assert_eq!(it.refused("relata_get_job", json!({"id": id})).await, 1_199_011);
    assert_eq!(jobs::due(&it.app).await.unwrap().jobs, [late]);
    assert_eq!(count(&it).await, 2);
    sound(&it).await;
}

#[tokio::test]
async fn a_job_has_the_rights_of_its_user_when_each_piece_is_carried_out_and_none_once_they_are_revoked() {
    let mut it = estate().await;
    it.ok("relata_create_user", json!({"user": "ann"})).await;
    let rule = json!({"actions": ["create_comobj", "view_comobj", "edit_comobj"]});
    it.ok("relata_create_role", json!({"name": "maker", "rules": [rule]})).await;
    it.ok("relata_give_role", json!({"role": "maker", "user": "ann"})).await;
    let admin = std::mem::replace(&mut it.principal, with_rules(&[rule]));
    let id = start(&it, json!({"chunk": 2}), &creations(6)).await;
    it.principal = admin;
    let mut running = open(&it, id).await;
    assert_eq!(running.step().await.unwrap(), Step::More);
    it.ok("relata_withdraw_role", json!({"role": "maker", "user": "ann"})).await;
    assert_eq!(running.step().await.unwrap(), Step::More);
    it.ok("relata_revoke_user", json!({"user": "ann"})).await;
    let job = finish(&it, id).await;
    assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!(1_199_002)));
    assert!(job["error"]["message"].as_str().unwrap().ends_with("the user who started the job was revoked"), "{job}");
    let codes: Vec<Value> = results(&mut it, id, json!({})).await.iter().map(|it| it["code"].clone()).collect();
    let refused = json!(9_900_403);
    let lost = json!(1_199_002);
    assert_eq!(codes, [Value::Null, Value::Null, refused.clone(), refused, lost.clone(), lost]);
    assert_eq!(count(&it).await, 2);
}

#[tokio::test]
async fn a_job_is_no_more_of_an_administrator_than_who_started_it() {
    let mut it = estate().await;
    let admin = it.principal.clone();
    it.principal = Principal { user: "admin".to_owned(), admin: false, ..Principal::default() };
    let id = start(&it, json!({}), &creations(1)).await;
    it.principal = admin;
    assert_eq!(finish(&it, id).await["counts"]["failed"], 1);
    let id = start(&it, json!({}), &creations(1)).await;
    assert_eq!(finish(&it, id).await["counts"]["created"], 1);
}

#[tokio::test]
async fn all_or_nothing_and_a_dry_run_are_one_transaction_over_all_pieces() {
    let mut it = estate().await;
    let operations = [&creations(1200)[..], &[create("a0")]].concat();
    let dry = start(&it, json!({"dry_run": true, "chunk": 3}), &operations).await;
    let job = finish(&it, dry).await;
    assert_eq!(
        (&job["state"], &job["counts"]["created"], &job["counts"]["failed"]),
        (&json!("done"), &json!(1200), &json!(1))
    );
    let told = results(&mut it, dry, json!({})).await;
    assert_eq!((told.len(), &told[0]), (1201, &json!({"row": 1, "status": "created"})));
    assert_eq!((&told[1200]["code"], &told[1200]["conflicting_row"]), (&json!(1_199_014), &json!(1)));
    let atomic = start(&it, json!({"mode": "atomic"}), &operations).await;
    assert_eq!(finish(&it, atomic).await["counts"]["failed"], 1201);
    assert_eq!(count(&it).await, 0);
    let good = start(&it, json!({"mode": "atomic"}), &operations[..300]).await;
    let job = finish(&it, good).await;
    assert_eq!((&job["state"], &job["counts"]["created"]), (&json!("done"), &json!(300)));
    assert_eq!(count(&it).await, 300);
    sound(&it).await;
}

#[tokio::test]
async fn jobs_are_seen_by_their_users_and_administrators_newest_first_and_begin_in_turn() {
    let mut it = estate().await;
    let admin = it.principal.clone();
    let mut ids = Vec::new();
    for user in ["ann", "ann", "bob", "ann"] {
        it.clock.advance(1);
        it.principal = Principal { user: user.to_owned(), ..Principal::default() };
        ids.push(start(&it, json!({}), &creations(1)).await);
    }
    let due = jobs::due(&it.app).await.unwrap();
    assert_eq!(due.jobs, [ids[0], ids[2], ids[1], ids[3]]);
    let listed = async |it: &Harness, input: Value| {
        let page = it.ok("relata_list_jobs", input).await;
        let ids = page["items"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect::<Vec<_>>();
        (ids, page["cursor"].clone())
    };
    let (first, cursor) = listed(&it, json!({"size": 2})).await;
    assert_eq!(first, [ids[3], ids[1]]);
    assert_eq!(listed(&it, json!({"size": 2, "cursor": cursor})).await, (vec![ids[0]], Value::Null));
    for name in ["relata_get_job", "relata_read_job_result", "relata_cancel_job", "relata_delete_job"] {
        assert_eq!(it.refused(name, json!({"id": ids[2]})).await, 1_199_011, "{name}");
    }
    assert_eq!(listed(&it, json!({"all": true})).await.0.len(), 3, "that is for administrators");
    it.principal = admin;
    assert_eq!(listed(&it, json!({"all": true})).await.0, [ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(listed(&it, json!({})).await.0, Vec::<i64>::new());
    assert_eq!(it.ok("relata_cancel_job", json!({"id": ids[2]})).await["user"], "bob");
    assert_eq!(it.refused(START, json!({})).await, 1_199_038);
    assert_eq!(it.refused(START, json!({"operations": [{}], "chunk": 0})).await, 1_199_006);
    assert_eq!(it.refused("relata_read_job_result", json!({"id": ids[0], "with": "all"})).await, 1_199_006);
    for _ in 0..20 {
        start(&it, json!({}), &creations(1)).await;
    }
    assert_eq!(it.refused(START, json!({"operations": [{}]})).await, 1_199_002);
}
